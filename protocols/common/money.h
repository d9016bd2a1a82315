/* money.h - amounts as people write them: decimal KZT to and from tiyn. Pure; any thread. */
#ifndef PROTOCOLS_COMMON_MONEY_H
#define PROTOCOLS_COMMON_MONEY_H

#include <stdint.h>

#include "protocols/common/slice.h"

#define MONEY_TEXT 24 /* bytes of the longest text, with its sign and NUL */

/* "100", "100.5" and "100.50" are the same. False for anything else: a sign, a blank, an
 * exponent, a leading zero, a third decimal, a point without digits on both of its sides, or more
 * than LEDGER_AMOUNT_MAX. Zero is an amount. */
bool money_parse(struct slice text, uint64_t *tiyn);

/* Writes "100.50" and a NUL; returns text. Any uint64_t. */
const char *money_text(uint64_t tiyn, char text[MONEY_TEXT]);

/* The same of a balance: "-100.50". Any int64_t. */
const char *money_text_signed(int64_t tiyn, char text[MONEY_TEXT]);

#endif
