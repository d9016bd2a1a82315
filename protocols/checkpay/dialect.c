#include "protocols/checkpay/dialect.h"

#include <stdio.h>

#include "protocols/common/assert.h"
#include "protocols/common/date.h"
#include "protocols/common/money.h"
#include "protocols/common/utf8.h"

struct slice dialect_trim(struct slice text) {
    return slice_trim(text, " \t\r\n");
}

bool dialect_number(struct slice text, uint64_t max, uint64_t *number) {
    uint64_t value = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.base[i] < '0' || text.base[i] > '9' || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(text.base[i] - '0'), &value))
            return false;
    }
    if (text.size == 0 || value > max)
        return false;
    *number = value;
    return true;
}

bool dialect_code(struct slice text, int32_t *code) {
    uint64_t value;
    bool negative = text.size > 0 && text.base[0] == '-';
    if (!dialect_number(negative ? slice_after(text, 1) : text, INT32_MAX, &value))
        return false;
    *code = negative ? -(int32_t)value : (int32_t)value;
    return true;
}

static bool is_control(uint32_t code) {
    return code < 0x20 || code == 0x7F;
}

bool dialect_is_utf8(struct slice text, bool controls) {
    while (text.size > 0) {
        uint32_t code;
        size_t size = utf8_read(text, &code);
        if (size == 0 || (!controls && is_control(code)))
            return false;
        text = slice_after(text, size);
    }
    return true;
}

void dialect_copy(char *place, size_t size, struct slice text) {
    size_t used = 0;
    while (text.size > 0) {
        uint32_t code;
        size_t step = utf8_read(text, &code);
        if (step == 0 || used + step >= size)
            break;
        memcpy(place + used, text.base, step);
        if (is_control(code))
            place[used] = ' ';
        used += step;
        text = slice_after(text, step);
    }
    place[used] = '\0';
}

/* ---- Templates ---- */

enum dialect_part dialect_part(struct slice *rest, struct slice *text) {
    static const struct {
        struct slice name;
        enum dialect_part part;
    } parts[] = {
        {{"{id}", 4}, PART_ID},     {{"{account}", 9}, PART_ACCOUNT}, {{"{sum}", 5}, PART_SUM},
        {{"{date}", 6}, PART_DATE}, {{"{service}", 9}, PART_SERVICE}, {{"{", 1}, PART_WRONG},
        {{"}", 1}, PART_WRONG}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (slice_starts(*rest, parts[i].name)) {
            *rest = slice_after(*rest, parts[i].name.size);
            return parts[i].part;
        }
    }
    *text = (struct slice){rest->base, 0};
    while (text->size < rest->size && rest->base[text->size] != '{' &&
           rest->base[text->size] != '}')
        text->size++;
    *rest = slice_after(*rest, text->size);
    return PART_TEXT;
}

/* ---- Sums ---- */

bool dialect_sum(const struct checkpay_profile *profile, uint64_t tiyn,
                 char text[DIALECT_SUM_MAX]) {
    static const uint64_t part[] = {100, 10, 1}; /* tiyn that the last decimal counts */
    uint32_t decimals = profile->sum_decimals;
    ASSERT(decimals <= 2);
    if (profile->sum_unit == CHECKPAY_TIYN) {
        snprintf(text, DIALECT_SUM_MAX, "%llu", (unsigned long long)tiyn);
        return true;
    }
    if (tiyn % part[decimals] != 0)
        return false;
    unsigned rest = (unsigned)(tiyn % 100 / part[decimals]);
    if (decimals == 0)
        snprintf(text, DIALECT_SUM_MAX, "%llu", (unsigned long long)(tiyn / 100));
    else
        snprintf(text, DIALECT_SUM_MAX, "%llu%c%0*u", (unsigned long long)(tiyn / 100),
                 profile->sum_separator, (int)decimals, rest);
    return true;
}

bool dialect_sum_parse(const struct checkpay_profile *profile, struct slice text, uint64_t *tiyn) {
    char plain[64];
    if (profile->sum_unit == CHECKPAY_TIYN)
        return dialect_number(text, LEDGER_AMOUNT_MAX, tiyn);
    if (text.size == 0 || text.size >= sizeof plain)
        return false;
    memcpy(plain, text.base, text.size);
    char *separator = memchr(plain, ',', text.size);
    if (separator != NULL)
        *separator = '.';
    const char *point = memchr(plain, '.', text.size);
    size_t most = point == NULL ? text.size : (size_t)(point - plain) + 3;
    while (text.size > most && plain[text.size - 1] == '0')
        text.size--;
    return money_parse((struct slice){plain, text.size}, tiyn);
}
