/* date.h - calendar dates and instants as text. Pure, no clock; any thread. */
#ifndef PROTOCOLS_COMMON_DATE_H
#define PROTOCOLS_COMMON_DATE_H

#include <stdint.h>

#include "protocols/common/slice.h"

#define DATE_TEXT 11 /* bytes of "2025-01-31" and a NUL                     */
#define TIME_TEXT 31 /* bytes of "2025-01-31T23:59:59.000000000Z" and a NUL */

/* True for a day of the Gregorian calendar, years 1 to 9999, as the number yyyymmdd. */
bool date_valid(uint32_t yyyymmdd);

/* "2025-01-31" -> 20250131. False for any other form, and for days that do not exist. */
bool date_parse(struct slice text, uint32_t *yyyymmdd);

/* The opposite; returns text. yyyymmdd must be below 100000000. */
const char *date_text(uint32_t yyyymmdd, char text[DATE_TEXT]);

/* ns since 1970 as RFC 3339 in UTC, all nine decimals; returns text. */
const char *time_text(uint64_t time_ns, char text[TIME_TEXT]);

#endif
