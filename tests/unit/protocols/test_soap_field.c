/* The texts of fields, headers and names of the agents' SOAP API. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "protocols/agent_soap/field.h"
#include "protocols/agent_soap/http.h"
#include "protocols/agent_soap/translit.h"

Test(soap_field, logins_have_8_to_11_digits) {
    static const char *const bad[] = {"",
                                      "7707273",
                                      "770727349541",
                                      "07072734954",
                                      "+7707273495",
                                      "7707273495 ",
                                      "7707273495a",
                                      "-7707273495"};
    uint64_t login = 0;
    cr_expect(field_login(SLICE("77072734954"), &login));
    cr_expect_eq(login, 77072734954u);
    cr_expect(field_login(SLICE("10000000"), &login));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_expect_not(field_login(slice_text(bad[i]), &login), "%s", bad[i]);
}

Test(soap_field, amounts_are_decimals_of_two_places) {
    static const struct {
        const char *text;
        uint64_t tiyn;
    } good[] = {{"100", 10000}, {"0.01", 1}, {"100.5", 10050}, {" 1.20\n", 120}, {"0", 0}};
    static const char *const bad[] = {"",     "+1",  "-1",    "1e2", "1E2",   "1.234", "1.000",
                                      "1,50", "INF", "1 000", "0x1", "1..2",  ".5",    "1.",
                                      "NaN",  "٣",   "1.2.3", " ",   "1\0002"};
    uint64_t tiyn = 0;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        cr_expect(field_amount(slice_text(good[i].text), &tiyn), "%s", good[i].text);
        cr_expect_eq(tiyn, good[i].tiyn, "%s", good[i].text);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0] - 1; i++)
        cr_expect_not(field_amount(slice_text(bad[i]), &tiyn), "%s", bad[i]);
    cr_expect_not(field_amount(SLICE("1\0002"), &tiyn));
}

Test(soap_field, guids_may_have_braces_and_any_case) {
    static const char *const bad[] = {"",
                                      "d52a8bb20a2845b3afc5640ca9034760",
                                      "{d52a8bb2-0a28-45b3-afc5-640ca9034760",
                                      "d52a8bb2-0a28-45b3-afc5-640ca9034760}",
                                      "(d52a8bb2-0a28-45b3-afc5-640ca9034760)",
                                      "g52a8bb2-0a28-45b3-afc5-640ca9034760",
                                      "d52a8bb2-0a28-45b3-afc5-640ca903476",
                                      "d52a8bb2-0a28-45b3-afc5-640ca90347601",
                                      "d52a8bb2_0a28-45b3-afc5-640ca9034760"};
    char guid[FIELD_GUID_TEXT];
    cr_expect(field_guid(SLICE("{D52A8BB2-0a28-45b3-AFC5-640ca9034760}"), guid));
    cr_expect_str_eq(guid, "d52a8bb2-0a28-45b3-afc5-640ca9034760");
    cr_expect(field_guid(SLICE("d52a8bb2-0a28-45b3-afc5-640ca9034760"), guid));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_expect_not(field_guid(slice_text(bad[i]), guid), "%s", bad[i]);
}

Test(soap_field, a_date_is_its_day_in_kazakhstan) {
    static const struct {
        const char *text;
        uint32_t day;
    } good[] = {
        {"2025-01-01T00:00:00", 20250101},         {"2025-01-01T23:59:59.999999999", 20250101},
        {"2024-12-31T19:00:00Z", 20250101},        {"2024-12-31T18:59:59.999Z", 20241231},
        {"2025-01-01T00:00:00+05:00", 20250101},   {"2025-01-01T00:00:00+06:00", 20241231},
        {"2025-01-01T23:00:00-14:00", 20250102},   {"2024-02-28T24:00:00", 20240229},
        {"2024-02-29T24:00:00.000", 20240301},     {"2023-02-28T24:00:00", 20230301},
        {" 2026-11-25T02:41:19.765Z\n", 20261125}, {"1970-01-01T00:00:00", 19700101},
        {"9999-12-31T23:59:59", 99991231},         {"2000-02-29T12:00:00Z", 20000229},
        {"2100-03-01T00:00:00", 21000301},
    };
    static const char *const bad[] = {
        "",
        "2025-01-01",
        "2025-01-01 00:00:00",
        "2025-02-29T00:00:00",
        "2025-13-01T00:00:00",
        "2025-01-32T00:00:00",
        "2025-01-01T24:00:01",
        "2025-01-01T24:00:00.1",
        "2025-01-01T25:00:00",
        "2025-01-01T23:60:00",
        "2025-01-01T23:59:60",
        "2025-01-01T23:59:59.",
        "2025-01-01T23:59:59+14:01",
        "2025-01-01T23:59:59+15:00",
        "2025-01-01T23:59:59+05",
        "2025-01-01T23:59:59+0500",
        "2025-01-01T23:59:59 Z",
        "2025-01-01T23:59:59z",
        "-2025-01-01T23:59:59Z",
        "12025-01-01T23:59:59Z",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+06:00",
        "9999-12-31T23:59:59Z",
        "2025-01-01T1:00:00",
        "2025-1-01T01:00:00Z",
        "2025-01-01T00-00-00",
    };
    uint32_t day = 0;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        cr_expect(field_date_time(slice_text(good[i].text), &day), "%s", good[i].text);
        cr_expect_eq(day, good[i].day, "%s is %u", good[i].text, day);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_expect_not(field_date_time(slice_text(bad[i]), &day), "%s is %u", bad[i], day);
}

Test(soap_field, the_calendar_goes_on_day_by_day) {
    uint32_t day = 0, before = 19700101;
    for (uint32_t year = 1970; year <= 2101; year++)
        for (uint32_t month = 1; month <= 12; month++)
            for (uint32_t date = 1; date <= 31; date++) {
                char text[64];
                (void)snprintf(text, sizeof text, "%04u-%02u-%02uT00:00:00", year, month, date);
                if (!field_date_time(slice_text(text), &day))
                    continue;
                cr_assert_eq(day, year * 10000 + month * 100 + date);
                cr_assert(day == before || day > before);
                before = day;
                text[10] = 'T';
                text[11] = '2';
                text[12] = '4'; /* the end of the day is the start of the next one */
                cr_assert(field_date_time(slice_text(text), &day));
                cr_assert_gt(day, before);
            }
}

Test(soap_field, numbers_and_terminals) {
    uint64_t number = 0;
    cr_expect(field_number(SLICE(" 55 "), &number));
    cr_expect_eq(number, 55);
    cr_expect(field_number(SLICE("9223372036854775807"), &number));
    cr_expect_not(field_number(SLICE("9223372036854775808"), &number));
    cr_expect_not(field_number(SLICE("99999999999999999999"), &number));
    cr_expect(field_number(SLICE("0"), &number));
    cr_expect_not(field_number(SLICE("-1"), &number));
    cr_expect_not(field_number(SLICE(""), &number));
    cr_expect(field_terminal(SLICE("T0001aZ")));
    cr_expect(field_terminal(SLICE("12345678901234567890123456789012")));
    cr_expect_not(field_terminal(SLICE("123456789012345678901234567890123")));
    cr_expect_not(field_terminal(SLICE("")));
    cr_expect_not(field_terminal(SLICE("T-1")));
    cr_expect_not(field_terminal(SLICE("T/1")));
    cr_expect(field_token(SLICE("012345")));
    cr_expect_not(field_token(SLICE("12345")));
    cr_expect_not(field_token(SLICE("1234567")));
    cr_expect_not(field_token(SLICE("12345a")));
}

Test(soap_http, only_a_plain_host_goes_into_the_description) {
    static const char *const good[] = {"pay.example.kz", "localhost:8080", "10.0.0.1:80",
                                       "[::1]:8080",     "[2001:db8::1]",  "a"};
    static const char *const bad[] = {
        "",   "a b",    "a/b", "a\"", "a<b>",     "a@b", "a:",       "a:123456", "a:8x", "[::1",
        "[]", "[::1]x", ":80", "a&b", "\xd0\xb0", "a'b", "a?x=y:80", "a#b",      "[a]",  "a%20"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        cr_expect(http_host_valid(slice_text(good[i])), "%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_expect_not(http_host_valid(slice_text(bad[i])), "%s", bad[i]);
    char longest[263];
    memset(longest, 'a', sizeof longest);
    cr_expect_not(http_host_valid((struct slice){longest, 262}));
    cr_expect(http_host_valid((struct slice){longest, 261}));
}

Test(soap_http, only_utf8_xml_is_taken) {
    static const char *const good[] = {"text/xml", "text/xml; charset=utf-8",
                                       "Text/XML ;CHARSET=\"UTF-8\"",
                                       "text/xml; action=\"x\"; charset=UTF-8", "text/xml;"};
    static const char *const bad[] = {"",
                                      "application/xml",
                                      "application/soap+xml; charset=utf-8",
                                      "text/xml; charset=windows-1251",
                                      "text/xmlx",
                                      "text/xml, text/xml",
                                      "application/json; text/xml"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        cr_expect(http_type_is_xml(slice_text(good[i])), "%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_expect_not(http_type_is_xml(slice_text(bad[i])), "%s", bad[i]);
}

Test(soap_translit, names_become_ascii) {
    static const struct {
        const char *text, *ascii;
    } names[] = {
        {"Әлия Қожахметова Ғалымқызы", "Aliya Qozhakhmetova Galymqyzy"},
        {"Щукин Пётр Ёлкович", "Shchukin Pyotr Yolkovich"},
        {"объявление ЪЬ", "obyavlenie "},
        {"Їжак Ңұрлан Өтеген", "?zhak Ngurlan Otegen"},
        {"Ұлы Үсен Һауа Ілияс", "Uly Usen Haua Iliyas"},
        {"O'Neil-Smith 2", "O'Neil-Smith 2"},
        {"Zoë 漢字", "Zo? ??"},
        {"\xd0", "?"},
        {"\xff\xd0\xb0", "?a"},
        {"\xc0\xaf", "??"}, /* a '/' in two bytes */
        {"", ""},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct buffer out;
        buffer_init(&out, 256);
        translit(&out, slice_text(names[i].text));
        cr_expect(slice_equal((struct slice){out.base, out.used}, slice_text(names[i].ascii)),
                  "%s is %.*s", names[i].text, (int)out.used, out.base);
        buffer_free(&out);
    }
}
