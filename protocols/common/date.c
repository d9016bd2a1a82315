#include "protocols/common/date.h"

#include "protocols/common/assert.h"

static bool is_leap(uint32_t year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static uint32_t month_days(uint32_t year, uint32_t month) {
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    ASSERT(month >= 1 && month <= 12);
    return days[month - 1] + (month == 2 && is_leap(year) ? 1u : 0u);
}

bool date_valid(uint32_t yyyymmdd) {
    uint32_t year = yyyymmdd / 10000, month = yyyymmdd / 100 % 100, day = yyyymmdd % 100;
    if (year < 1 || year > 9999 || month < 1 || month > 12)
        return false;
    return day >= 1 && day <= month_days(year, month);
}

bool date_parse(struct slice text, uint32_t *yyyymmdd) {
    if (text.size != DATE_TEXT - 1)
        return false;
    uint32_t value = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.base[i];
        if (i == 4 || i == 7) {
            if (c != '-')
                return false;
        } else if (c >= '0' && c <= '9') {
            value = value * 10 + (uint32_t)(c - '0');
        } else {
            return false;
        }
    }
    if (!date_valid(value))
        return false;
    *yyyymmdd = value;
    return true;
}

/* Writes `count` decimal digits of value; returns the place behind them. */
static char *digits(char *place, uint64_t value, int count) {
    for (int i = count - 1; i >= 0; i--) {
        place[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return place + count;
}

static char *date_digits(char *place, uint32_t year, uint32_t month, uint32_t day) {
    place = digits(place, year, 4);
    *place++ = '-';
    place = digits(place, month, 2);
    *place++ = '-';
    return digits(place, day, 2);
}

const char *date_text(uint32_t yyyymmdd, char text[DATE_TEXT]) {
    ASSERT(yyyymmdd < 100000000);
    *date_digits(text, yyyymmdd / 10000, yyyymmdd / 100 % 100, yyyymmdd % 100) = '\0';
    return text;
}

/* Days from 1970-01-01 to the first of January of a year from 1970 on. */
static uint32_t days_before(uint32_t year) {
    uint32_t past = year - 1;
    return (year - 1970) * 365 + past / 4 - past / 100 + past / 400 - 477; /* 477 up to 1969 */
}

const char *time_text(uint64_t time_ns, char text[TIME_TEXT]) {
    uint64_t seconds = time_ns / 1000000000u;
    uint32_t day = (uint32_t)(seconds / 86400), second = (uint32_t)(seconds % 86400);
    uint32_t year = 1970 + day / 365, month = 1; /* this year or the next one */
    while (days_before(year) > day)
        year--;
    day -= days_before(year);
    for (; day >= month_days(year, month); month++)
        day -= month_days(year, month);
    char *place = date_digits(text, year, month, day + 1);
    *place++ = 'T';
    place = digits(place, second / 3600, 2);
    *place++ = ':';
    place = digits(place, second / 60 % 60, 2);
    *place++ = ':';
    place = digits(place, second % 60, 2);
    *place++ = '.';
    place = digits(place, time_ns % 1000000000u, 9);
    *place++ = 'Z';
    *place = '\0';
    return text;
}
