/* Calendar dates and instants as text. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <time.h>

#include "protocols/common/date.h"

static void reads(const char *text, uint32_t expected) {
    uint32_t date = 0;
    cr_expect(date_parse(slice_text(text), &date), "%s is refused", text);
    cr_expect_eq(date, expected, "%s is %u", text, date);
}

static void refuses(const char *text) {
    uint32_t date = 7;
    cr_expect_not(date_parse(slice_text(text), &date), "%s is accepted", text);
    cr_expect_eq(date, 7);
}

Test(date, reads_days_of_the_calendar) {
    reads("2025-01-31", 20250131);
    reads("2024-02-29", 20240229);
    reads("2000-02-29", 20000229);
    reads("0001-01-01", 10101);
    reads("9999-12-31", 99991231);
}

Test(date, refuses_days_that_do_not_exist) {
    static const char *const texts[] = {
        "2025-02-29", "1900-02-29", "2100-02-29", "2025-04-31", "2025-06-31", "2025-09-31",
        "2025-11-31", "2025-13-01", "2025-00-10", "2025-01-00", "2025-01-32", "0000-01-01",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        refuses(texts[i]);
}

Test(date, refuses_other_forms) {
    static const char *const texts[] = {"",           "2025-1-31",   "2025-01-31 ", "20250131",
                                        "2025/01/31", "31-01-2025",  "2025-01-3a",  "-025-01-31",
                                        "2025-01- 1", "2025-01-310", "+025-01-31",  "2025-01--1"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        refuses(texts[i]);
    cr_expect_not(date_parse((struct slice){NULL, 0}, &(uint32_t){0}));
}

Test(date, valid_and_text_and_parse_agree_on_all_numbers) {
    uint32_t valid = 0;
    char text[DATE_TEXT];
    for (uint32_t number = 20000000; number < 20120000; number++) {
        uint32_t back = 0;
        bool parsed = date_parse(slice_text(date_text(number, text)), &back);
        cr_assert_eq(parsed, date_valid(number), "%u", number);
        cr_assert(!parsed || back == number);
        valid += date_valid(number);
    }
    cr_expect_eq(valid, 12 * 365 + 3); /* 2000, 2004, 2008 */
}

/* The C library knows the calendar too. */
Test(date, instants_are_those_of_gmtime) {
    char text[TIME_TEXT], expected[40];
    for (uint64_t day = 0; day < 213503; day++) { /* to the end of uint64_t ns, in 2554 */
        time_t seconds = (time_t)(day * 86400 + day * 7919 % 86400);
        struct tm tm;
        gmtime_r(&seconds, &tm);
        strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S.123456789Z", &tm);
        cr_assert_str_eq(time_text((uint64_t)seconds * 1000000000u + 123456789u, text), expected);
    }
}

Test(date, instants_at_the_ends) {
    char text[TIME_TEXT];
    cr_expect_str_eq(time_text(0, text), "1970-01-01T00:00:00.000000000Z");
    cr_expect_str_eq(time_text(1, text), "1970-01-01T00:00:00.000000001Z");
    cr_expect_str_eq(time_text(UINT64_MAX, text), "2554-07-21T23:34:33.709551615Z");
}
