/* field.c - see field.h. */
#include "protocols/agent_soap/field.h"

#include "protocols/common/date.h"
#include "protocols/common/money.h"
#include "protocols/common/token.h"
#include "protocols/registry/registry.h"

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Without what xs:whiteSpace collapse takes off both ends. */
static struct slice trim(struct slice text) {
    return slice_trim(text, " \t\r\n");
}

/* Reads digits only, as many as there are; at most `most`. */
static bool read_digits(struct slice text, size_t most, uint64_t *number) {
    *number = 0;
    if (text.size == 0 || text.size > most)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (!is_digit(text.base[i]))
            return false;
        *number = *number * 10 + (uint64_t)(text.base[i] - '0');
    }
    return true;
}

bool field_login(struct slice text, uint64_t *login) {
    return text.size >= 8 && text.base[0] != '0' && read_digits(text, 11, login);
}

bool field_amount(struct slice text, uint64_t *tiyn) {
    return money_parse(trim(text), tiyn);
}

bool field_number(struct slice text, uint64_t *number) {
    return read_digits(trim(text), 19, number) && *number <= INT64_MAX;
}

bool field_token(struct slice text) {
    uint64_t number;
    return text.size == TOKEN_DIGITS && read_digits(text, TOKEN_DIGITS, &number);
}

bool field_terminal(struct slice text) {
    if (text.size == 0 || text.size >= REGISTRY_TERMINAL_MAX)
        return false;
    for (size_t i = 0; i < text.size; i++)
        if (!is_digit(text.base[i]) && !is_letter(text.base[i]))
            return false;
    return true;
}

bool field_guid(struct slice text, char guid[FIELD_GUID_TEXT]) {
    if (text.size == FIELD_GUID_TEXT + 1 && text.base[0] == '{' && text.base[37] == '}')
        text = (struct slice){text.base + 1, FIELD_GUID_TEXT - 1};
    if (text.size != FIELD_GUID_TEXT - 1)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.base[i];
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (c >= 'A' && c <= 'F')
            c = (char)(c - 'A' + 'a');
        if (dash ? c != '-' : !is_digit(c) && !(c >= 'a' && c <= 'f'))
            return false;
        guid[i] = c;
    }
    guid[FIELD_GUID_TEXT - 1] = '\0';
    return true;
}

/* ---- xs:dateTime --------------------------------------------------------------------------- */

enum { DAY_S = 86400, OFFSET_S = LEDGER_DAY_OFFSET_S, OFFSET_MAX_S = 14 * 3600 };

/* Days since 1970-01-01 of a day of the calendar from then on. */
static int64_t days_of(uint32_t yyyymmdd) {
    uint32_t year = yyyymmdd / 10000, month = yyyymmdd / 100 % 100, day = yyyymmdd % 100;
    if (month <= 2) { /* years that begin in March have their leap day at the end */
        year--;
        month += 12;
    }
    uint32_t of_year = (153 * (month - 3) + 2) / 5 + day - 1;
    return (int64_t)year * 365 + year / 4 - year / 100 + year / 400 + of_year - 719468;
}

/* The opposite. */
static uint32_t day_of(int64_t days) {
    uint32_t shifted = (uint32_t)(days + 719468), century = 4 * shifted + 3;
    uint32_t in_century = century % 146097 / 4, quad = 4 * in_century + 3;
    uint32_t year = century / 146097 * 100 + quad / 1461, of_year = quad % 1461 / 4;
    uint32_t month = (5 * of_year + 2) / 153, day = of_year - (153 * month + 2) / 5 + 1;
    return month < 10 ? year * 10000 + (month + 3) * 100 + day
                      : (year + 1) * 10000 + (month - 9) * 100 + day;
}

/* Two digits at text[at]; false when they are not there or above `most`. */
static bool two(struct slice text, size_t at, uint32_t most, uint32_t *value) {
    if (text.size < at + 2 || !is_digit(text.base[at]) || !is_digit(text.base[at + 1]))
        return false;
    *value = (uint32_t)(text.base[at] - '0') * 10 + (uint32_t)(text.base[at + 1] - '0');
    return *value <= most;
}

/* "", "Z" or "+05:00". */
static bool read_zone(struct slice text, int64_t *offset_s) {
    uint32_t hours, minutes;
    if (text.size == 0 || (text.size == 1 && text.base[0] == 'Z')) {
        *offset_s = text.size == 0 ? OFFSET_S : 0;
        return true;
    }
    if (text.size != 6 || (text.base[0] != '+' && text.base[0] != '-') || text.base[3] != ':' ||
        !two(text, 1, 14, &hours) || !two(text, 4, 59, &minutes))
        return false;
    *offset_s = (int64_t)hours * 3600 + minutes * 60;
    if (*offset_s > OFFSET_MAX_S)
        return false;
    *offset_s = text.base[0] == '-' ? -*offset_s : *offset_s;
    return true;
}

/* "23:59:59.123" at the start of *text, which moves behind it; 24:00:00 is the end of the day. */
static bool read_time(struct slice *text, int64_t *second) {
    uint32_t hours, minutes, seconds;
    bool zero = true;
    if (!two(*text, 0, 24, &hours) || !two(*text, 3, 59, &minutes) || !two(*text, 6, 59, &seconds))
        return false;
    if (text->base[2] != ':' || text->base[5] != ':')
        return false;
    *text = slice_after(*text, 8);
    if (text->size > 0 && text->base[0] == '.') {
        size_t at = 1;
        for (; at < text->size && is_digit(text->base[at]); at++)
            zero = zero && text->base[at] == '0';
        if (at == 1)
            return false;
        *text = slice_after(*text, at);
    }
    *second = (int64_t)hours * 3600 + minutes * 60 + seconds;
    return *second < DAY_S || (*second == DAY_S && zero);
}

bool field_date_time(struct slice text, uint32_t *day) {
    uint32_t date;
    int64_t second, offset_s;
    text = trim(text);
    if (text.size < 19 || text.size > 64 || text.base[10] != 'T' ||
        !date_parse((struct slice){text.base, 10}, &date) || date < 19700101)
        return false;
    text = slice_after(text, 11);
    if (!read_time(&text, &second) || !read_zone(text, &offset_s))
        return false;
    int64_t local = days_of(date) * DAY_S + second - offset_s + OFFSET_S;
    if (local < 0)
        return false;
    *day = day_of(local / DAY_S);
    return *day <= 99991231;
}
