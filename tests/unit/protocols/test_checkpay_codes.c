/* Each code of each dialect, on check and on pay, has the meaning that the protocol's document
 * gives it; what no document knows is refused on check and asked again on pay. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "checkpay_rig.h"

struct expected {
    const char *code;
    enum outbound_verdict check, pay;
    bool known;
};
#define YES OUTBOUND_OK
#define NO OUTBOUND_REFUSED
#define ASK OUTBOUND_AGAIN

static const struct expected osmp[] = {
    {"0", YES, YES, true},
    {"1", ASK, ASK, true},
    {"4", NO, NO, true},
    {"5", NO, NO, true},
    {"7", NO, NO, true},
    {"8", NO, NO, true},
    {"31", NO, NO, true},
    {"79", NO, NO, true},
    {"90", ASK, ASK, true},
    {"241", NO, NO, true},
    {"242", NO, NO, true},
    {"243", ASK, NO, true},
    {"300", NO, NO, true},
    {"2", NO, ASK, false},
    {"6", NO, ASK, false},
    {"-1", NO, ASK, false},
    {"999999999999", NO, ASK, false},
    {"", NO, ASK, false},
    {"OK", NO, ASK, false},
    {"0x0", NO, ASK, false},
    {"0.0", NO, ASK, false},
    {"+0", NO, ASK, false},
    {"--1", NO, ASK, false},
    {"-2147483648", NO, ASK, false},
    {" 0 ", YES, YES, true},
    {"000", YES, YES, true},
    {"0 0", NO, ASK, false},
};
static const struct expected kassa24[] = {
    {"0", YES, YES, true},  {"1", NO, NO, true},    {"2", NO, NO, true},   {"3", NO, NO, true},
    {"4", NO, NO, true},    {"5", NO, NO, true},    {"6", NO, ASK, true},  {"7", NO, NO, true},
    {"8", ASK, ASK, true},  {"9", NO, ASK, true},   {"10", NO, ASK, true}, {"11", NO, ASK, false},
    {"90", NO, ASK, false}, {"-1", NO, ASK, false}, {"", NO, ASK, false},
};

static void expect_code(const struct checkpay_profile *profile, const char *body,
                        const struct expected *expected) {
    const enum outbound_verdict verdicts[] = {expected->check, expected->pay};
    for (int step = OUTBOUND_CHECK; step <= OUTBOUND_PAY; step++) {
        struct outbound_answer answer = rig_answer(profile, (enum outbound_step)step, body);
        cr_expect_eq(answer.verdict, verdicts[step], "%s, step %d: %d", body, step, answer.verdict);
        cr_expect_eq(answer.known, expected->known, "%s, step %d", body, step);
    }
}

static void expect_all(const char *name, const char *form, const struct expected *expected,
                       size_t count) {
    struct checkpay_profile *profile = rig_profile(name, RIG_BASE, NULL, NULL);
    for (size_t i = 0; i < count; i++) {
        char body[256];
        snprintf(body, sizeof body, form, expected[i].code);
        expect_code(profile, body, &expected[i]);
    }
    checkpay_profile_free(profile);
}

#define OSMP                                                                                       \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><response><osmp_txn_id>1234567890123</osmp_txn_id>" \
    "<sum>200.00</sum><result>%s</result></response>"

Test(checkpay_codes, osmp) {
    expect_all("osmp", OSMP, osmp, sizeof osmp / sizeof osmp[0]);
}

Test(checkpay_codes, utility) {
    expect_all("utility", OSMP, osmp, sizeof osmp / sizeof osmp[0]);
}

Test(checkpay_codes, kassa24) {
    expect_all("kassa24", "<response><code>%s</code><message>m</message></response>", kassa24,
               sizeof kassa24 / sizeof kassa24[0]);
}

/* The same table over JSON: numbers and strings are alike. */
Test(checkpay_codes, json) {
    static const char from[] = "format = xml\nroot = response\n", to[] = "format = json\n";
    struct checkpay_profile *profile = rig_profile("osmp", RIG_BASE, from, to);
    char body[256];
    for (size_t i = 0; i < sizeof osmp / sizeof osmp[0]; i++) {
        snprintf(body, sizeof body, "{\"osmp_txn_id\":\"1234567890123\",\"result\":\"%s\"}",
                 osmp[i].code);
        expect_code(profile, body, &osmp[i]);
        if (osmp[i].known && osmp[i].code[0] != ' ') {
            snprintf(body, sizeof body, "{\"osmp_txn_id\":1234567890123,\"result\":%s}",
                     osmp[i].code);
            expect_code(profile, body, &osmp[i]);
        }
    }
    checkpay_profile_free(profile);
}

/* "300: by configuration": one line of the profile. */
Test(checkpay_codes, a_line_of_the_profile_changes_a_meaning) {
    struct checkpay_profile *profile =
        rig_profile("osmp", RIG_BASE, "300 = refused refused", "300 = refused again");
    const struct expected expected = {"300", NO, ASK, true};
    expect_code(profile, "<response><result>300</result></response>", &expected);
    checkpay_profile_free(profile);
}

Test(checkpay_codes, a_status_that_is_not_200_says_nothing) {
    struct checkpay_profile *profile = rig_profile("osmp", RIG_BASE, NULL, NULL);
    struct outbound_payment payment = rig_payment();
    struct slice body = SLICE("<response><result>0</result><comment>c</comment></response>");
    static const uint32_t statuses[] = {0, 100, 201, 204, 301, 302, 400, 401, 404, 500, 503};
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        for (int step = OUTBOUND_CHECK; step <= OUTBOUND_PAY; step++) {
            struct outbound_answer answer;
            checkpay_answer(profile, (enum outbound_step)step, &payment, statuses[i], body,
                            &answer);
            cr_expect_eq(answer.verdict, OUTBOUND_AGAIN);
            cr_expect_not(answer.known);
            cr_expect_eq(answer.code, OUTBOUND_NO_CODE);
            cr_expect_str_empty(answer.comment);
        }
    }
    checkpay_profile_free(profile);
}
