/* Answers in JSON: Kaspi's form, as a provider would send it. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "checkpay_rig.h"

static struct checkpay_profile *json(const char *more) {
    char to[128];
    snprintf(to, sizeof to, "format = json\n%s", more);
    return rig_profile("osmp", RIG_BASE, "format = xml\nroot = response\n", to);
}

Test(checkpay_json, all_is_read_and_numbers_stay_as_written) {
    struct checkpay_profile *profile = json("");
    struct outbound_answer answer =
        rig_answer(profile, OUTBOUND_PAY,
                   "\xEF\xBB\xBF \n{\"prv_txn\":12345678901234567890, \"sum\":200.00,\n"
                   " \"osmp_txn_id\":1234567890123,\"comment\":\"a \\u0416 \\\"1\\\"\","
                   " \"result\":0, \"ccy\":null, \"fields\":{\"field1\":{\"@name\":\"n\","
                   "\"#text\":\"t\"},\"field2\":{\"#text\":1.50},\"field3\":\"plain\","
                   "\"field4\":null,\"field5\":{\"@name\":\"no text\"}}}");
    cr_expect_eq(answer.verdict, OUTBOUND_OK);
    cr_expect(answer.known);
    cr_expect_str_eq(answer.provider_id, "12345678901234567890");
    cr_expect_str_eq(answer.comment, "a \xD0\x96 \"1\"");
    cr_assert_eq(answer.field_count, 3);
    cr_expect_str_eq(answer.fields[0].name, "n");
    cr_expect_str_eq(answer.fields[0].value, "t");
    cr_expect_str_eq(answer.fields[1].name, "field2");
    cr_expect_str_eq(answer.fields[1].value, "1.50");
    cr_expect_str_eq(answer.fields[2].name, "field3");
    cr_expect_str_eq(answer.fields[2].value, "plain");
    checkpay_profile_free(profile);
}

Test(checkpay_json, an_answer_may_stand_in_an_object) {
    struct checkpay_profile *profile = json("root = response\n");
    cr_expect_eq(rig_answer(profile, OUTBOUND_PAY, "{\"response\":{\"result\":0}}").verdict,
                 OUTBOUND_OK);
    cr_expect_eq(rig_answer(profile, OUTBOUND_PAY, "{\"result\":0}").verdict, OUTBOUND_AGAIN);
    cr_expect_eq(rig_answer(profile, OUTBOUND_CHECK, "{\"result\":0}").verdict, OUTBOUND_AGAIN);
    cr_expect_eq(rig_answer(profile, OUTBOUND_CHECK, "{\"response\":0}").verdict, OUTBOUND_AGAIN);
    checkpay_profile_free(profile);
}

Test(checkpay_json, garbage_is_no_answer) {
    struct checkpay_profile *profile = json("");
    static const char *const bodies[] = {
        "",
        "[]",
        "0",
        "\"result\"",
        "null",
        "{",
        "{\"result\":0",
        "{\"result\":0}}",
        "{\"result\":0} x",
        "{'result':0}",
        "{\"result\":0,}",
        "{\"result\":0,\"result\":0}",
        "{\"result\":0,\"result\":5}",
        "{\"result\":[0]}",
        "{\"result\":{\"a\":0}}",
        "{\"result\":0,\"comment\":\"\xFF\"}",
        "{\"result\":0,\"comment\":\"\\u0000\"}",
        "{\"result\":0,\"comment\":\"\\",
        "{\"osmp_txn_id\":{},\"result\":0}",
        "<response><result>0</result></response>",
        "{\"a\":[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]],\"result\":0}"};
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        for (int step = OUTBOUND_CHECK; step <= OUTBOUND_PAY; step++) {
            struct outbound_answer answer =
                rig_answer(profile, (enum outbound_step)step, bodies[i]);
            cr_expect_eq(answer.verdict, OUTBOUND_AGAIN, "%s", bodies[i]);
            cr_expect_not(answer.known, "%s", bodies[i]);
        }
    }
    checkpay_profile_free(profile);
}

Test(checkpay_json, contradictions_and_missing_codes_are_as_in_xml) {
    struct checkpay_profile *profile = json("");
    static const struct {
        const char *body;
        enum outbound_verdict check, pay;
        bool known;
    } cases[] = {
        {"{\"osmp_txn_id\":1,\"result\":0}", OUTBOUND_AGAIN, OUTBOUND_AGAIN, false},
        {"{\"osmp_txn_id\":\"1234567890123\",\"result\":\"5\"}", OUTBOUND_REFUSED, OUTBOUND_REFUSED,
         true},
        {"{\"result\":null}", OUTBOUND_REFUSED, OUTBOUND_AGAIN, false},
        {"{\"result\":true}", OUTBOUND_REFUSED, OUTBOUND_AGAIN, false},
        {"{\"result\":-}", OUTBOUND_REFUSED, OUTBOUND_AGAIN, false},
        {"{\"result\":0e0}", OUTBOUND_REFUSED, OUTBOUND_AGAIN, false},
        {"{}", OUTBOUND_REFUSED, OUTBOUND_AGAIN, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct outbound_answer check = rig_answer(profile, OUTBOUND_CHECK, cases[i].body);
        struct outbound_answer pay = rig_answer(profile, OUTBOUND_PAY, cases[i].body);
        cr_expect_eq(check.verdict, cases[i].check, "%s", cases[i].body);
        cr_expect_eq(pay.verdict, cases[i].pay, "%s", cases[i].body);
        cr_expect_eq(check.known, cases[i].known, "%s", cases[i].body);
        cr_expect_eq(pay.known, cases[i].known, "%s", cases[i].body);
    }
    cr_expect_eq(rig_answer(profile, OUTBOUND_PAY, "{\"sum\":200.01,\"result\":0}").verdict,
                 OUTBOUND_AGAIN);
    cr_expect_eq(rig_answer(profile, OUTBOUND_PAY, "{\"sum\":2e2,\"result\":0}").verdict,
                 OUTBOUND_AGAIN);
    checkpay_profile_free(profile);
}

Test(checkpay_json, windows_1251_by_agreement) {
    struct checkpay_profile *profile = json("charset = windows-1251\n");
    cr_expect_str_eq(
        rig_answer(profile, OUTBOUND_PAY, "{\"result\":0,\"comment\":\"\xC0\"}").comment,
        "\xD0\x90");
    checkpay_profile_free(profile);
}
