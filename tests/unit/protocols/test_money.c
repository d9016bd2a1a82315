/* Decimal text to tiyn and back. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "ledger/ledger.h"
#include "protocols/common/money.h"

/* ---- Helpers ------------------------------------------------------------------------------- */

static void accepts(const char *text, uint64_t tiyn) {
    uint64_t value = 0;
    cr_expect(money_parse(slice_text(text), &value), "%s is refused", text);
    cr_expect_eq(value, tiyn, "%s is %lu", text, (unsigned long)value);
}

static void refuses(const char *text) {
    uint64_t value = 77;
    cr_expect_not(money_parse(slice_text(text), &value), "%s is accepted", text);
    cr_expect_eq(value, 77, "%s changed the value", text);
}

static void there_and_back(uint64_t tiyn) {
    char text[MONEY_TEXT];
    accepts(money_text(tiyn, text), tiyn);
}

/* ---- Cases --------------------------------------------------------------------------------- */

Test(money, reads_none_one_or_two_decimals) {
    accepts("100", 10000);
    accepts("100.5", 10050);
    accepts("100.50", 10050);
    accepts("100.05", 10005);
    accepts("0", 0);
    accepts("0.0", 0);
    accepts("0.01", 1);
    accepts("1000000", 100000000);
}

Test(money, refuses_every_other_form) {
    static const char *const texts[] = {
        "",      ".",     "1.",    ".5",   "1.234", "1.000",    "-1",  "+1",   "-0",   " 1",
        "1 ",    "1 000", "1,5",   "1e2",  "1E2",   "0x10",     "00",  "01",   "00.5", "1..5",
        "1.5.5", "1.-5",  "1.+5",  "1.5 ", "1. 5",  "\t1",      "1\n", "one",  "NaN",  "inf",
        "1_000", "1'000", "\"1\"", "1.5a", "a",     "\xd9\xa1", "--1", "1.e2", "0.",   "1.5e1",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        refuses(texts[i]);
}

Test(money, refuses_a_nul_inside) {
    uint64_t value;
    cr_expect_not(money_parse((struct slice){"1\0", 2}, &value));
    cr_expect_not(money_parse((struct slice){"1.5\0", 4}, &value));
    cr_expect_not(money_parse((struct slice){NULL, 0}, &value));
}

/* 2^60 = 1152921504606846976 tiyn. */
Test(money, accepts_the_largest_amount_and_nothing_above) {
    accepts("11529215046068469.76", LEDGER_AMOUNT_MAX);
    accepts("11529215046068469.75", LEDGER_AMOUNT_MAX - 1);
    accepts("11529215046068469", LEDGER_AMOUNT_MAX - 76);
    accepts("11529215046068469.7", LEDGER_AMOUNT_MAX - 6);
    refuses("11529215046068469.77");
    refuses("11529215046068469.8");
    refuses("11529215046068470");
    refuses("99999999999999999999999999999999999999");
    refuses("184467440737095516.16"); /* 2^64 tiyn: must not wrap */
    refuses("18446744073709551616");
    refuses("18446744073709551616.00");
}

Test(money, every_byte_in_every_place) {
    static const char *const templates[] = {"15.25", "0.10", "7"};
    for (size_t t = 0; t < 3; t++) {
        for (size_t at = 0; at < strlen(templates[t]); at++) {
            for (int c = 0; c < 256; c++) {
                char text[8] = {0};
                memcpy(text, templates[t], strlen(templates[t]));
                bool digit = c >= '0' && c <= '9', point = text[at] == '.';
                text[at] = (char)c;
                uint64_t value;
                bool leading_zero = text[0] == '0' && text[1] >= '0' && text[1] <= '9';
                /* A point of its own is a number only where it leaves 1 or 2 decimals. */
                bool expected = point ? c == '.' || (digit && t == 2) : digit && !leading_zero;
                if (c == '.' && !point)
                    expected = false;
                if (point && digit)
                    expected = t != 1; /* "15525", and "0010" */
                if (c == 0)
                    expected = false;
                bool accepted = money_parse((struct slice){text, strlen(templates[t])}, &value);
                cr_expect_eq(accepted, expected, "byte %d at %zu of %s", c, at, templates[t]);
            }
        }
    }
}

Test(money, every_amount_up_to_a_million_comes_back) {
    char text[MONEY_TEXT], expected[32];
    for (uint64_t tiyn = 0; tiyn <= 1000000; tiyn++) {
        uint64_t value = UINT64_MAX;
        (void)snprintf(expected, sizeof expected, "%lu.%02lu", (unsigned long)(tiyn / 100),
                       (unsigned long)(tiyn % 100));
        cr_assert_str_eq(money_text(tiyn, text), expected);
        cr_assert(money_parse(slice_text(text), &value) && value == tiyn, "%s", text);
    }
}

Test(money, powers_and_their_neighbours_come_back) {
    for (int bit = 0; bit <= 60; bit++) {
        there_and_back((uint64_t)1 << bit);
        there_and_back(((uint64_t)1 << bit) - 1);
        if (bit < 60)
            there_and_back(((uint64_t)1 << bit) + 1);
    }
    for (uint64_t power = 1; power < LEDGER_AMOUNT_MAX / 10; power *= 10) {
        there_and_back(power);
        there_and_back(power - 1);
        there_and_back(power * 9 + 9);
    }
}

Test(money, prints_signed_balances) {
    char text[MONEY_TEXT];
    cr_expect_str_eq(money_text_signed(0, text), "0.00");
    cr_expect_str_eq(money_text_signed(5, text), "0.05");
    cr_expect_str_eq(money_text_signed(-5, text), "-0.05");
    cr_expect_str_eq(money_text_signed(-100, text), "-1.00");
    cr_expect_str_eq(money_text_signed(-12345, text), "-123.45");
    cr_expect_str_eq(money_text_signed(INT64_MAX, text), "92233720368547758.07");
    cr_expect_str_eq(money_text_signed(INT64_MIN, text), "-92233720368547758.08");
    cr_expect_str_eq(money_text(UINT64_MAX, text), "184467440737095516.15");
}
