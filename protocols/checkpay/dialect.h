/* dialect.h - pieces of text that profiles, requests and answers share: numbers, UTF-8, sums and
 * dates as a dialect writes them, templates. Pure; any thread. */
#ifndef PROTOCOLS_CHECKPAY_DIALECT_H
#define PROTOCOLS_CHECKPAY_DIALECT_H

#include "protocols/checkpay/profile.h"

/* True for one of the set's characters; a NUL is none. */
static inline bool dialect_in(char c, const char *set) {
    return c != '\0' && strchr(set, c) != NULL;
}

/* Without blanks and line ends around. */
struct slice dialect_trim(struct slice text);
/* Decimal digits, leading zeros too, up to max. */
bool dialect_number(struct slice text, uint64_t max, uint64_t *number);
/* Digits, maybe with a '-' before them; not OUTBOUND_NO_CODE. */
bool dialect_code(struct slice text, int32_t *code);
/* True when all is UTF-8; controls: control characters may be in it. */
bool dialect_is_utf8(struct slice text, bool controls);
/* Copies text into a place of `size` bytes, with a NUL: cut between characters where it is too
 * long, control characters as blanks. The text is UTF-8. */
void dialect_copy(char *place, size_t size, struct slice text);

/* The parts of a template, which stand in braces. */
enum dialect_part {
    PART_TEXT,
    PART_ID,
    PART_ACCOUNT,
    PART_SUM,
    PART_DATE,
    PART_SERVICE,
    PART_WRONG
};
/* The first part of *rest, and *rest behind it; PART_TEXT: *text is what stands there. PART_WRONG:
 * braces that do not match, or no such part. *rest must not be empty. */
enum dialect_part dialect_part(struct slice *rest, struct slice *text);

/* A sum as the dialect writes it. False: it has decimals that the dialect has not. */
#define DIALECT_SUM_MAX 24
bool dialect_sum(const struct checkpay_profile *profile, uint64_t tiyn, char text[DIALECT_SUM_MAX]);
/* The opposite, less strict: either separator, and zeros behind the tiyn. */
bool dialect_sum_parse(const struct checkpay_profile *profile, struct slice text, uint64_t *tiyn);

/* An instant as the dialect writes it. */
#define DIALECT_DATE_MAX 64
void dialect_date(const struct checkpay_profile *profile, uint64_t time_ns,
                  char text[DIALECT_DATE_MAX]);
/* The day (yyyymmdd) that a dialect's date says, in its own zone. False: another form, or no day or
 * time of day. */
bool dialect_date_parse(const struct checkpay_profile *profile, struct slice text, uint32_t *day);
/* True for a date format that dialect_date and dialect_date_parse can do. */
bool dialect_date_format_valid(const char *format);

#endif
