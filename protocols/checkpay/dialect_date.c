/* dialect_date.c - dates as a dialect writes them: "%Y%m%d%H%M%S" and the like. */
#include <stdio.h>

#include "protocols/checkpay/dialect.h"
#include "protocols/common/assert.h"
#include "protocols/common/date.h"

/* What a letter stands for: its digits, and where they are in "2025-01-31T23:59:59". */
static const struct unit {
    char letter;
    uint8_t digits, at;
    uint32_t most;
} units[] = {{'Y', 4, 0, 9999}, {'m', 2, 5, 12},  {'d', 2, 8, 31},
             {'H', 2, 11, 23},  {'M', 2, 14, 59}, {'S', 2, 17, 59}};
enum { UNITS = sizeof units / sizeof units[0] };

static size_t unit_of(char letter) {
    size_t i = 0;
    while (i < UNITS && units[i].letter != letter)
        i++;
    return i;
}

bool dialect_date_format_valid(const char *format) {
    unsigned seen = 0;
    size_t size = 0;
    for (const char *at = format; *at != '\0'; at++) {
        if (*at != '%') {
            size++;
            if (strchr("-/.:T ", *at) == NULL)
                return false;
            continue;
        }
        size_t unit = unit_of(*++at);
        if (unit == UNITS || (seen & (1u << unit)) != 0)
            return false;
        seen |= 1u << unit;
        size += units[unit].digits;
    }
    return (seen & 7u) == 7u && size < DIALECT_DATE_MAX; /* year, month and day */
}

void dialect_date(const struct checkpay_profile *profile, uint64_t time_ns,
                  char text[DIALECT_DATE_MAX]) {
    char utc[TIME_TEXT];
    uint64_t ahead = (uint64_t)((int64_t)profile->zone_s * 1000000000);
    size_t used = 0;
    time_text(time_ns + ahead, utc);
    for (const char *at = profile->date_format; *at != '\0'; at++) {
        const struct unit *unit = *at == '%' ? &units[unit_of(*++at)] : NULL;
        size_t size = unit == NULL ? 1 : unit->digits;
        ASSERT(used + size < DIALECT_DATE_MAX);
        memcpy(text + used, unit == NULL ? at : utc + unit->at, size);
        used += size;
    }
    text[used] = '\0';
}

bool dialect_date_parse(const struct checkpay_profile *profile, struct slice text, uint32_t *day) {
    uint32_t values[UNITS] = {0};
    for (const char *at = profile->date_format; *at != '\0'; at++) {
        size_t unit = *at == '%' ? unit_of(*++at) : UNITS;
        size_t size = unit == UNITS ? 1 : units[unit].digits;
        uint64_t number = 0;
        if (text.size < size || (unit == UNITS && text.base[0] != *at))
            return false;
        if (unit < UNITS) {
            if (!dialect_number((struct slice){text.base, size}, units[unit].most, &number))
                return false;
            values[unit] = (uint32_t)number;
        }
        text = slice_after(text, size);
    }
    *day = values[0] * 10000 + values[1] * 100 + values[2];
    return text.size == 0 && date_valid(*day);
}
