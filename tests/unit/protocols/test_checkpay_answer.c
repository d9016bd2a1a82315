/* Answers as the field sends them: what is understood, and what must not be. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "checkpay_rig.h"

#define DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
#define DONE "<response><result>0</result></response>"

static struct checkpay_profile *osmp(void) {
    return rig_profile("osmp", RIG_BASE, NULL, NULL);
}

static void expect(const struct checkpay_profile *profile, enum outbound_step step,
                   const char *body, enum outbound_verdict verdict, bool known) {
    struct outbound_answer answer = rig_answer(profile, step, body);
    cr_expect_eq(answer.verdict, verdict, "%.80s: %d", body, answer.verdict);
    cr_expect_eq(answer.known, known, "%.80s", body);
}

/* Nothing that a verdict may rest on: neither on pay nor on check. */
static void expect_garbage(const struct checkpay_profile *profile, const char *body) {
    expect(profile, OUTBOUND_PAY, body, OUTBOUND_AGAIN, false);
    expect(profile, OUTBOUND_CHECK, body, OUTBOUND_AGAIN, false);
    cr_expect_eq(rig_answer(profile, OUTBOUND_PAY, body).code, OUTBOUND_NO_CODE, "%.80s", body);
}

Test(checkpay_answer, all_that_osmp_says_is_read) {
    struct checkpay_profile *profile = osmp();
    struct outbound_answer answer =
        rig_answer(profile, OUTBOUND_PAY,
                   DECLARATION "<response>\n  <osmp_txn_id>1234567890123</osmp_txn_id>\n"
                               "  <prv_txn>2016</prv_txn>\n  <sum>200.00</sum>\n  <ccy>KZT</ccy>\n"
                               "  <result>0</result>\n  <comment>OK &amp; \xD0\x96</comment>\n"
                               "  <fields><field1 name=\"\xD0\x90\" type=\"disp\"> v 1 </field1>"
                               "<field2 name=\"b\" type=\"prt-data\"><![CDATA[<x>]]></field2>"
                               "<field3>c</field3></fields>\n</response>");
    cr_expect_eq(answer.verdict, OUTBOUND_OK);
    cr_expect(answer.known);
    cr_expect_eq(answer.code, 0);
    cr_expect_str_eq(answer.provider_id, "2016");
    cr_expect_str_eq(answer.comment, "OK & \xD0\x96");
    cr_assert_eq(answer.field_count, 3);
    cr_expect_str_eq(answer.fields[0].name, "\xD0\x90");
    cr_expect_str_eq(answer.fields[0].value, "v 1");
    cr_expect_str_eq(answer.fields[1].name, "b");
    cr_expect_str_eq(answer.fields[1].value, "<x>");
    cr_expect_str_eq(answer.fields[2].name, "field3");
    cr_expect_str_eq(answer.fields[2].value, "c");
    checkpay_profile_free(profile);
}

Test(checkpay_answer, odd_forms_are_taken) {
    struct checkpay_profile *profile = osmp();
    static const char *const bodies[] = {
        DONE,
        DECLARATION DONE,
        "\xEF\xBB\xBF" DECLARATION DONE,
        " \r\n\t" DECLARATION DONE,
        "\r\n\xEF\xBB\xBF " DECLARATION "\n" DONE "\n\n",
        "<?xml version='1.0'?>" DONE,
        "<?xml version='1.0' encoding='utf-8' standalone='yes'?>" DONE,
        "<?xml version=\"1.0\" encoding = \"Windows-1251\" ?>" DONE,
        "<?xml version=\"1.0\" encoding=\"cp1251\"?>" DONE,
        "<response><comment/><result> 0\n</result><osmp_txn_id></osmp_txn_id><sum/></response>",
        "<response><sum>200</sum><result>0</result></response>",
        "<response><sum>200.0</sum><result>0</result></response>",
        "<response><sum>200.0000</sum><result>0</result></response>",
        "<response><sum>200,00</sum><result>0</result></response>",
        "<response><prv_txn>A-17/\xD0\x96</prv_txn><result>0</result></response>",
        "<response xmlns='urn:x'><result>0</result></response>",
        "<response><!-- c --><result><![CDATA[0]]></result><extra><a/></extra></response>",
        "<response><result>0</result><comment>a<b/>c</comment></response>",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        expect(profile, OUTBOUND_PAY, bodies[i], OUTBOUND_OK, true);
    checkpay_profile_free(profile);
}

Test(checkpay_answer, windows_1251_is_read_where_it_is_said_or_agreed_on) {
    struct checkpay_profile *profile = osmp();
    struct outbound_answer answer =
        rig_answer(profile, OUTBOUND_PAY,
                   "<?xml version=\"1.0\" encoding=\"windows-1251\"?><response><result>0</result>"
                   "<comment>\xCE\xCA \xB9\x98</comment><prv_txn>\xC0-1</prv_txn></response>");
    cr_expect_eq(answer.verdict, OUTBOUND_OK);
    cr_expect_str_eq(answer.comment, "\xD0\x9E\xD0\x9A \xE2\x84\x96?"); /* 0x98 is no character */
    cr_expect_str_eq(answer.provider_id, "\xD0\x90-1");
    checkpay_profile_free(profile);

    static const char body[] = "<response><result>0</result><comment>\xC0</comment></response>";
    expect(profile = osmp(), OUTBOUND_PAY, body, OUTBOUND_AGAIN, false);
    checkpay_profile_free(profile);
    profile = rig_profile("osmp", RIG_BASE, "format = xml", "format = xml\ncharset = windows-1251");
    cr_expect_str_eq(rig_answer(profile, OUTBOUND_PAY, body).comment, "\xD0\x90");
    /* A mark or a declaration is believed before the agreement. */
    cr_expect_str_eq(rig_answer(profile, OUTBOUND_PAY,
                                "\xEF\xBB\xBF<response><result>0</result>"
                                "<comment>\xD0\x90</comment></response>")
                         .comment,
                     "\xD0\x90");
    cr_expect_str_eq(rig_answer(profile, OUTBOUND_PAY,
                                DECLARATION "<response><result>0</result>"
                                            "<comment>\xD0\x90</comment></response>")
                         .comment,
                     "\xD0\x90");
    checkpay_profile_free(profile);
}

Test(checkpay_answer, garbage_is_no_answer) {
    struct checkpay_profile *profile = osmp();
    static const char *const bodies[] = {
        "",
        " ",
        "\xEF\xBB\xBF",
        "OK",
        "0",
        "{\"result\":0}",
        "<html><body>502 Bad Gateway</body></html>",
        "<!DOCTYPE html><html><head><title>x</title></head></html>",
        "<!DOCTYPE response [<!ENTITY a '0'>]><response><result>&a;</result></response>",
        "<Response><result>0</result></Response>",
        "<a><response><result>0</result></response></a>",
        "<response><result>0</result>",
        "<response><result>0</result></response><response/>",
        "<response><result>0</result></response>x",
        "<response><result>0</result><result>0</result></response>",
        "<response><result>0</result><result>5</result></response>",
        "<response><result>5</result><result>0</result></response>",
        "<response><result>0<!-- 5 --></result></response>",
        "<response><result><b>0</b></result></response>",
        "<response><osmp_txn_id>1234567890123</osmp_txn_id><osmp_txn_id>1</osmp_txn_id>"
        "<result>0</result></response>",
        "<response><sum>200.00</sum><sum>100.00</sum><result>0</result></response>",
        "<?xml version='1.0' encoding='UTF-16'?>" DONE,
        "<?xml version='1.0' encoding='koi8-r'?>" DONE,
        "<?xml version='1.0'" DONE,
        "<?xml-stylesheet href='x'?>" DONE,
        "<response><result>0</result><comment>\xFF</comment></response>",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        expect_garbage(profile, bodies[i]);
    checkpay_profile_free(profile);
}

Test(checkpay_answer, an_answer_without_a_code_is_as_an_unknown_code) {
    struct checkpay_profile *profile = osmp();
    static const char *const bodies[] = {"<response/>", "<response><result/></response>",
                                         "<response><Result>0</Result></response>",
                                         "<response><a><result>0</result></a></response>"};
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        expect(profile, OUTBOUND_PAY, bodies[i], OUTBOUND_AGAIN, false);
        expect(profile, OUTBOUND_CHECK, bodies[i], OUTBOUND_REFUSED, false);
    }
    checkpay_profile_free(profile);
}

Test(checkpay_answer, another_id_or_sum_is_the_answer_to_another_payment) {
    struct checkpay_profile *profile = osmp();
    static const char *const ids[] = {"1234567890124", "123456789012", "01234567890123", "x"};
    char body[256];
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        for (int code = 0; code <= 5; code += 5) {
            snprintf(body, sizeof body,
                     "<response><osmp_txn_id>%s</osmp_txn_id><result>%d</result></response>",
                     ids[i], code);
            expect(profile, OUTBOUND_PAY, body, OUTBOUND_AGAIN, false);
            expect(profile, OUTBOUND_CHECK, body, OUTBOUND_AGAIN, false);
        }
    }
    static const char *const sums[] = {"200.01", "20000", "2.00", "0", "-200.00", "x", "2e2"};
    for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++) {
        snprintf(body, sizeof body, "<response><sum>%s</sum><result>0</result></response>",
                 sums[i]);
        expect(profile, OUTBOUND_PAY, body, OUTBOUND_AGAIN, false);
        expect(profile, OUTBOUND_CHECK, body, OUTBOUND_OK, true); /* its sum may be any */
    }
    /* A refusal may say that nothing was paid, but not that something else was. */
    expect(profile, OUTBOUND_PAY, "<response><sum>0.00</sum><result>5</result></response>",
           OUTBOUND_REFUSED, true);
    expect(profile, OUTBOUND_PAY, "<response><sum>100.00</sum><result>5</result></response>",
           OUTBOUND_AGAIN, false);
    checkpay_profile_free(profile);
}

Test(checkpay_answer, long_texts_are_cut_between_characters) {
    struct checkpay_profile *profile = osmp();
    char body[2048] = "<response><result>0</result><comment>a\tb\n";
    for (int i = 0; i < 400; i++)
        memcpy(body + strlen(body), "\xD0\x96", 3);
    size_t used = strlen(body);
    snprintf(body + used, sizeof body - used, "</comment><prv_txn>%0100d</prv_txn></response>", 7);
    struct outbound_answer answer = rig_answer(profile, OUTBOUND_PAY, body);
    cr_expect_eq(answer.verdict, OUTBOUND_OK);
    cr_expect_eq(strlen(answer.comment), 254, "%zu", strlen(answer.comment));
    cr_expect_eq(memcmp(answer.comment, "a b \xD0\x96", 6), 0);
    cr_expect_eq(strlen(answer.provider_id), OUTBOUND_PROVIDER_ID_MAX - 1);
    checkpay_profile_free(profile);
}

Test(checkpay_answer, a_body_that_is_too_large_is_no_answer) {
    struct checkpay_profile *profile = osmp();
    struct outbound_payment payment = rig_payment();
    struct outbound_answer answer;
    char *body = malloc(OUTBOUND_ANSWER_MAX + 1);
    cr_assert_not_null(body);
    memset(body, ' ', OUTBOUND_ANSWER_MAX + 1);
    memcpy(body, DONE, sizeof DONE - 1);
    checkpay_answer(profile, OUTBOUND_PAY, &payment, 200,
                    (struct slice){body, OUTBOUND_ANSWER_MAX + 1}, &answer);
    cr_expect_eq(answer.verdict, OUTBOUND_AGAIN);
    checkpay_answer(profile, OUTBOUND_PAY, &payment, 200, (struct slice){body, 60000}, &answer);
    cr_expect_eq(answer.verdict, OUTBOUND_OK);
    free(body);
    checkpay_profile_free(profile);
}

/* A utility's fields come under our names, by the names that its profile gives. */
Test(checkpay_answer, fields_are_mapped_by_configured_names) {
    struct checkpay_profile *profile =
        rig_profile("utility", RIG_BASE, "owner = owner", "owner = \xD0\xA4\xD0\x98\xD0\x9E");
    char body[4096] = "<response><result>0</result><fields>";
    for (int i = 0; i < 20; i++) {
        size_t used = strlen(body);
        snprintf(body + used, sizeof body - used, "<field%d name='x%d'>%d</field%d>", i, i, i, i);
    }
    size_t used = strlen(body);
    snprintf(body + used, sizeof body - used,
             "<field30 name='\xD0\xA4\xD0\x98\xD0\x9E'>A B</field30>"
             "<field31 name='due'>-12.50</field31></fields></response>");
    struct outbound_answer answer = rig_answer(profile, OUTBOUND_CHECK, body);
    cr_expect_eq(answer.verdict, OUTBOUND_OK);
    cr_assert_eq(answer.field_count, OUTBOUND_FIELDS_MAX);
    const struct outbound_field *last = &answer.fields[OUTBOUND_FIELDS_MAX - 1];
    cr_expect_str_eq(last->name, "owner"); /* what was asked for has a place */
    cr_expect_str_eq(last->value, "A B");
    cr_expect_str_eq(last[-1].name, "due");
    cr_expect_str_eq(last[-1].value, "-12.50");
    cr_expect_str_eq(answer.fields[0].name, "x0");
    checkpay_profile_free(profile);
}
