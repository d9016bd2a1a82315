/* Profiles: the shipped ones are good, and a wrong one is refused with its line and the reason. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "checkpay_rig.h"

static const char good[] = "[dialect]\n"                  /* 1 */
                           "method = GET\n"               /* 2 */
                           "date_format = %Y%m%d%H%M%S\n" /* 3 */
                           "zone = UTC\n"                 /* 4 */
                           "id_max = 20\n"                /* 5 */
                           "[check]\n"                    /* 6 */
                           "a = {account}\n"              /* 7 */
                           "[pay]\n"                      /* 8 */
                           "i = {id}\n"                   /* 9 */
                           "a = {account}\n"              /* 10 */
                           "s = {sum}\n"                  /* 11 */
                           "[answer]\n"                   /* 12 */
                           "format = xml\n"               /* 13 */
                           "root = response\n"            /* 14 */
                           "code = result\n"              /* 15 */
                           "[codes]\n"                    /* 16 */
                           "0 = ok ok\n"                  /* 17 */
                           "other = refused again\n"      /* 18 */
                           "[inbound]\n"                  /* 19 */
                           "command = c\n"                /* 20 */
                           "check = check\n"              /* 21 */
                           "pay = pay\n"                  /* 22 */
                           "id = i\n"                     /* 23 */
                           "account = a\n"                /* 24 */
                           "sum = s\n"                    /* 25 */
                           "[outcomes]\n"                 /* 26 */
                           "ok = 0\n"                     /* 27 */
                           "account_format = 4\n"         /* 28 */
                           "no_account = 5\n"             /* 29 */
                           "blocked = 79\n"               /* 30 */
                           "below_minimum = 241\n"        /* 31 */
                           "above_maximum = 242\n"        /* 32 */
                           "in_progress = 90\n"           /* 33 */
                           "temporary = 1\n"              /* 34 */
                           "conflict = 300\n"             /* 35 */
                           "not_allowed = 7\n"            /* 36 */
                           "unknown_command = 300\n"      /* 37 */
                           "bad_id = 300\n"               /* 38 */
                           "bad_sum = 300\n"              /* 39 */
                           "bad_date = 300\n";            /* 40 */

/* The good profile with one text in the place of another. */
static void change(char out[4096], const char *from, const char *to) {
    const char *at = strstr(good, from);
    cr_assert_not_null(at, "%s", from);
    snprintf(out, 4096, "%.*s%s%s", (int)(at - good), good, to, at + strlen(from));
}

static void expect_fault(const char *text, const char *base, uint32_t line, const char *reason) {
    struct outbound_fault fault;
    struct checkpay_profile *profile = checkpay_profile_read(slice_text(text), base, &fault);
    cr_expect_null(profile, "taken, but: %s", reason);
    cr_expect_eq(fault.line, line, "line %u, not %u: %s", fault.line, line, fault.text);
    cr_expect_not_null(strstr(fault.text, reason), "\"%s\" has no \"%s\"", fault.text, reason);
    checkpay_profile_free(profile);
}

static void expect_good(const char *text, const char *base) {
    struct outbound_fault fault;
    struct checkpay_profile *profile = checkpay_profile_read(slice_text(text), base, &fault);
    cr_expect_not_null(profile, "line %u: %s", fault.line, fault.text);
    cr_expect_str_empty(fault.text);
    checkpay_profile_free(profile);
}

Test(checkpay_profile, those_that_are_shipped_are_good) {
    static const struct {
        const char *name;
        bool outbound, inbound;
    } shipped[] = {{"osmp", true, true},
                   {"kassa24", true, true},
                   {"kaspi", false, true},
                   {"utility", true, false}};
    for (size_t i = 0; i < sizeof shipped / sizeof shipped[0]; i++) {
        char *text = rig_text(shipped[i].name);
        if (shipped[i].outbound)
            expect_good(text, RIG_BASE);
        else
            expect_fault(text, RIG_BASE, 0, "no [pay]");
        if (shipped[i].inbound)
            expect_good(text, NULL);
        else
            expect_fault(text, NULL, 0, "no [inbound]");
        free(text);
    }
}

/* The whole example of the README is one. */
Test(checkpay_profile, the_documented_example_is_good) {
    static char readme[32768];
    char path[512];
    snprintf(path, sizeof path, "%s/../protocols/checkpay/README.md", TESTS_FOLDER);
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file, "%s", path);
    cr_assert_gt(fread(readme, 1, sizeof readme - 1, file), 0);
    fclose(file);
    char *start = strstr(readme, "```ini\n"),
         *end = start == NULL ? NULL : strstr(start, "\n```\n");
    cr_assert(start != NULL && end != NULL);
    end[1] = '\0';
    expect_good(start + 7, RIG_BASE);
    expect_good(start + 7, NULL);
}

Test(checkpay_profile, line_ends_blanks_marks_and_comments_are_as_in_any_ini) {
    char text[4096];
    expect_good(good, RIG_BASE);
    expect_good(good, NULL);
    change(text, "[dialect]\n", "\xEF\xBB\xBF# c\n\n; c\r\n[dialect]\r\n");
    expect_good(text, RIG_BASE);
    change(text, "zone = UTC\n", "zone=Asia/Almaty   ; a comment\n   # another\n \t\n");
    expect_good(text, RIG_BASE);
    change(text, "bad_date = 300\n", "bad_date = 300");
    expect_good(text, RIG_BASE);
}

struct fault {
    const char *from, *to;
    uint32_t line;
    const char *reason;
};

static void expect_faults(const struct fault *faults, size_t count) {
    char text[4096];
    for (size_t i = 0; i < count; i++) {
        change(text, faults[i].from, faults[i].to);
        expect_fault(text, RIG_BASE, faults[i].line, faults[i].reason);
    }
}

Test(checkpay_profile, a_line_that_is_wrong_is_named) {
    static const struct fault faults[] = {
        {"[dialect]", "x = y\n[dialect]", 1, "before any section"},
        {"[dialect]", "[dialekt]", 1, "unknown section"},
        {"[check]", "[check", 6, "unknown section"},
        {"[pay]", "[dialect]", 8, "[dialect] is given twice, first in line 1"},
        {"method = GET", "method = PUT", 2, "GET or POST"},
        {"method = GET", "method = ", 2, "GET or POST"},
        {"method = GET", "metod = GET", 2, "unknown key \"metod\" in [dialect]; there are: method"},
        {"method = GET", "method = GET\nmethod = GET", 3, "twice, first in line 2"},
        {"method = GET", "method", 2, "no \"key = value\""},
        {"method = GET", " method = GET", 2, "starts with a blank"},
        {"method = GET", "method = GET\xFF", 2, "not text in UTF-8"},
        {"%Y%m%d%H%M%S", "%Y%m", 3, "date_format is"},
        {"%Y%m%d%H%M%S", "%Y%m%d%", 3, "date_format is"},
        {"%Y%m%d%H%M%S", "%Y%m%d%Y", 3, "date_format is"},
        {"%Y%m%d%H%M%S", "%Y%m%dx%H", 3, "date_format is"},
        {"%Y%m%d%H%M%S", "%Y%m%d%j", 3, "date_format is"},
        {"zone = UTC", "zone = Europe/Paris", 4, "zone is UTC"},
        {"zone = UTC", "zone = +5", 4, "zone is UTC"},
        {"zone = UTC", "zone = +15:00", 4, "zone is UTC"},
        {"zone = UTC", "zone = +05:60", 4, "zone is UTC"},
        {"id_max = 20", "id_max = 0", 5, "id_max is a number from 1 to 64"},
        {"id_max = 20", "id_max = 65", 5, "id_max is a number from 1 to 64"},
        {"id_max = 20", "id_max = 20x", 5, "id_max is a number from 1 to 64"},
        {"id_max = 20", "id_max = 20\naccount_max = 201", 6, "from 1 to 200"},
        {"id_max = 20", "id_max = 20\nid_alphabet = hex", 6, "digits or visible"},
        {"id_max = 20", "id_max = 20\nsum_decimals = 3", 6, "from 0 to 2"},
        {"id_max = 20", "id_max = 20\nsum_separator = :", 6, ". or ,"},
        {"id_max = 20", "id_max = 20\nsum_separator =", 6, ". or ,"},
        {"id_max = 20", "id_max = 20\nsum_unit = euro", 6, "tenge or tiyn"},
        {"id_max = 20", "id_max = 20\ncheck_sum = 1.000", 6, "an amount"},
        {"id_max = 20", "id_max = 20\npath = x", 6, "starts with a /"},
        {"id_max = 20", "id_max = 20\npath = {id}", 6, "starts with a /"},
        {"id_max = 20", "id_max = 20\npath = /{user}", 6, "path is text and {id}"},
        {"id_max = 20", "id_max = 20\npath = /a b", 6, "that a URL has not"},
        {"id_max = 20", "id_max = 20\npath = /{id}#b", 6, "that a URL has not"},
        {"i = {id}", "i = {ID}", 9, "{id}, {account}"},
        {"i = {id}", "i = {id", 9, "{id}, {account}"},
        {"i = {id}", "i = id}", 9, "{id}, {account}"},
        {"i = {id}", "i&j = {id}", 9, "a parameter's name"},
        {"i = {id}", "i = {id}\ni = 2", 10, "i is given twice, first in line 9"},
        {"format = xml", "format = yaml", 13, "xml or json"},
        {"format = xml", "format = xml\ncharset = koi8-r", 14, "utf-8 or windows-1251"},
        {"code = result", "code = re sult", 15, "letters, digits"},
        {"0 = ok ok", "zero = ok ok", 17, "a code is a whole number"},
        {"0 = ok ok", "0 = ok", 17, "on check and on pay"},
        {"0 = ok ok", "0 = ok ok ok", 17, "on check and on pay"},
        {"0 = ok ok", "0 = ok fine", 17, "on check and on pay"},
        {"0 = ok ok", "0 = ok ok\n0 = ok ok", 18, "code 0 is given twice, first in line 17"},
        {"0 = ok ok", "0 = ok ok\n00 = ok ok", 18, "code 00 is given twice, first in line 17"},
        {"0 = ok ok", "0 = ok ok\nother = refused again", 19, "twice, first in line 18"},
        {"command = c", "command = a/b", 20, "letters, digits"},
        {"ok = 0", "ok = 0.0", 27, "a whole number"},
        {"ok = 0", "ok = -2147483648", 27, "a whole number"},
        {"ok = 0", "okay = 0", 27, "unknown key \"okay\" in [outcomes]"},
    };
    expect_faults(faults, sizeof faults / sizeof faults[0]);
}

Test(checkpay_profile, what_is_missing_or_contradicts_is_named_with_its_section) {
    static const struct fault faults[] = {
        {"method = GET\n", "", 1, "[dialect] has no method"},
        {"zone = UTC\n", "", 1, "[dialect] has no zone"},
        {"id_max = 20\n", "", 1, "[dialect] has no id_max"},
        {"code = result\n", "", 12, "[answer] has no code"},
        {"root = response\n", "", 12, "has a root"},
        {"root = response", "root = 1a", 12, "no name of a tag"},
        {"code = result", "code = @result", 12, "no name of a tag"},
        {"code = result", "code = result\nid = result", 12, "means two things"},
        {"code = result", "code = result\nfield_text = t", 16, "for json"},
        {"[codes]", "[fields]\nowner = o\n[codes]", 12, "[answer] has no fields"},
        {"a = {account}\n[pay]", "[pay]", 6, "no parameter of a check has {account}"},
        {"i = {id}\n", "", 8, "no parameter of a pay has {id}"},
        {"s = {sum}\n", "", 8, "no parameter of a pay has {sum}"},
        {"a = {account}\ns", "s", 8, "no parameter of a pay has {account}"},
        {"other = refused again\n", "", 16, "no other"},
        {"0 = ok ok\n", "", 16, "no code means ok on pay"},
        {"0 = ok ok\n", "0 = refused ok\n", 16, "no code means ok on check"},
        {"other = refused again", "other = refused refused", 18, "means again, nothing else"},
        {"other = refused again", "other = refused ok", 18, "means again, nothing else"},
        {"other = refused again", "other = ok again", 18, "refused or again"},
        {"id = i", "id = c", 19, "\"c\" means two things"},
        {"pay = pay", "pay = check", 19, "\"check\" means two things"},
        {"pay = pay", "pay = pay\nstatus = s", 27, "no not_found"},
        {"pay = pay", "pay = pay\ncancel = s", 27, "no not_found"},
        {"bad_date = 300", "", 26, "[outcomes] has no bad_date"},
        {"command = c\n", "", 19, "[inbound] has no command"},
    };
    expect_faults(faults, sizeof faults / sizeof faults[0]);
    expect_fault("", RIG_BASE, 0, "neither");
    expect_fault("[dialect]\nmethod = GET\n", RIG_BASE, 0, "neither");
    static const struct fault sections[] = {
        {"[check]\na = {account}\n", "", 0, "[check] is missing"},
        {"[codes]\n0 = ok ok\nother = refused again\n", "", 0, "[codes] is missing"},
        {"[answer]\nformat = xml\nroot = response\ncode = result\n", "", 0, "[answer] is missing"},
    };
    expect_faults(sections, sizeof sections / sizeof sections[0]);
}

Test(checkpay_profile, bounds) {
    char text[16384], *place;
    size_t used;
    struct outbound_fault fault;
    char *large = calloc(1, OUTBOUND_PROFILE_MAX + 2);
    cr_assert_not_null(large);
    memset(large, '\n', OUTBOUND_PROFILE_MAX + 1);
    expect_fault(large, RIG_BASE, 0, "at most 65536 bytes");
    free(large);

    snprintf(text, sizeof text, "[dialect]\n%0300d = 1\n", 0);
    expect_fault(text, RIG_BASE, 2, "longer than");
    used = (size_t)snprintf(text, sizeof text, "[check]\n");
    for (int i = 0; i < 25; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "p%d = x\n", i);
    expect_fault(text, RIG_BASE, 26, "more than 24 parameters");
    used = (size_t)snprintf(text, sizeof text, "[codes]\nother = refused again\n");
    for (int i = 0; i < 65; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%d = ok ok\n", i);
    expect_fault(text, RIG_BASE, 67, "more than 64 codes");

    memcpy(text, good, sizeof good); /* a NUL in the text */
    place = strstr(text, "zone");
    *place = '\0';
    cr_expect_null(checkpay_profile_read((struct slice){text, sizeof good - 1}, RIG_BASE, &fault));
    cr_expect_eq(fault.line, 4, "%s", fault.text);
}

Test(checkpay_profile, a_base_url_is_checked) {
    static const char *const urls[] = {"",
                                       "pay.example.kz",
                                       "ftp://x",
                                       "https://a b",
                                       "https://a#b",
                                       "https://a/{id}",
                                       "https://a\r\nX: y",
                                       "https://\xD0\x96"};
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++)
        expect_fault(good, urls[i], 0, "the provider's URL");
    char text[4096], url[1200] = "https://";
    memset(url + 8, 'a', sizeof url - 9);
    expect_fault(good, url, 0, "longer than 1023");
    change(text, "id_max = 20", "id_max = 20\npath = /x");
    expect_fault(text, "https://a?b=c", 0, "has a query");
    expect_good(good, "http://127.0.0.1:8080/a?b=c");
}

/* Any text is taken or refused, and what is refused has a reason. */
Test(checkpay_profile, damaged_texts_are_survived) {
    uint32_t seed = 20260101;
    for (int round = 0; round < 3000; round++) {
        char text[sizeof good];
        memcpy(text, good, sizeof good);
        for (int hit = 0; hit < 3; hit++) {
            seed = seed * 1664525 + 1013904223;
            text[(seed >> 8) % (sizeof good - 1)] = (char)(seed >> 24);
        }
        struct outbound_fault fault;
        struct checkpay_profile *profile = checkpay_profile_read(
            (struct slice){text, sizeof good - 1}, round % 2 == 0 ? RIG_BASE : NULL, &fault);
        cr_expect((profile == NULL) == (fault.text[0] != '\0'));
        checkpay_profile_free(profile);
    }
}
