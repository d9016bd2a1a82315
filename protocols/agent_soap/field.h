/* field.h - the texts of a request's fields, checked and read. Pure; any thread. */
#ifndef PROTOCOLS_AGENT_SOAP_FIELD_H
#define PROTOCOLS_AGENT_SOAP_FIELD_H

#include <stdint.h>

#include "protocols/common/slice.h"

#define FIELD_GUID_TEXT 37   /* bytes of a GUID in lower case without braces, and a NUL */
#define FIELD_RRN_MAX 64     /* bytes                                                   */
#define FIELD_UTILITY_MAX 64 /* bytes of an account at a provider                       */

/* A participant's login: 8 to 11 digits, the first not 0. */
bool field_login(struct slice text, uint64_t *login);
/* xs:decimal, with white space around: digits, or digits, a point and one or two digits. Zero is
 * read too. */
bool field_amount(struct slice text, uint64_t *tiyn);
/* 8-4-4-4-12 hex digits, with or without braces around. */
bool field_guid(struct slice text, char guid[FIELD_GUID_TEXT]);
/* xs:dateTime, with white space around; without a zone it is UTC+5. *day: the day of that instant
 * in UTC+5, from 1970 to 9999. */
bool field_date_time(struct slice text, uint32_t *day);
/* xs:long from 0 on, with white space around. */
bool field_number(struct slice text, uint64_t *number);
/* Letters and digits, 1 to 32. */
bool field_terminal(struct slice text);
/* Six digits. */
bool field_token(struct slice text);
/* Any text of 1 to `size` bytes. */
static inline bool field_text(struct slice text, size_t size) {
    return text.size >= 1 && text.size <= size;
}

#endif
