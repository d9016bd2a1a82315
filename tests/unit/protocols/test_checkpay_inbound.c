/* What networks ask, and what they are told, in each dialect. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "checkpay_rig.h"
#include "protocols/checkpay/inbound.h"

static enum checkpay_outcome ask(const char *name, const char *query,
                                 struct checkpay_asked *asked) {
    struct checkpay_profile *profile = rig_profile(name, NULL, NULL, NULL);
    enum checkpay_outcome outcome =
        checkpay_asked_read(profile, slice_text(query), RIG_TIME_NS, asked);
    checkpay_profile_free(profile);
    return outcome;
}

static void expect(const char *name, const char *query, enum checkpay_outcome expected) {
    struct checkpay_asked asked;
    enum checkpay_outcome outcome = ask(name, query, &asked);
    cr_expect_eq(outcome, expected, "%s: %d", query, outcome);
}

Test(checkpay_inbound, each_dialect_is_read_by_its_own_names) {
    static const struct {
        const char *name, *query;
        enum checkpay_command command;
    } cases[] = {
        {"osmp",
         "command=pay&txn_id=00123&account=77072734954&sum=200.50&txn_date=20251231120000"
         "&prv_id=12&ccy=KZT&trm_id=5&data1=x",
         CHECKPAY_PAY},
        {"kassa24",
         "action=payment&number=77072734954&type=12&amount=200.5&receipt=00123"
         "&date=2025-12-31T12:00:00",
         CHECKPAY_PAY},
        {"kaspi",
         "command=pay&txn_id=00123&txn_date=20251231120000&account=77072734954&sum=200.50"
         "&service_id=12",
         CHECKPAY_PAY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct checkpay_asked asked;
        cr_expect_eq(ask(cases[i].name, cases[i].query, &asked), CHECKPAY_DONE);
        cr_expect_eq(asked.command, cases[i].command);
        cr_expect_str_eq(asked.id, "00123"); /* text: its zeros stay */
        cr_expect_str_eq(asked.account, "77072734954");
        cr_expect_eq(asked.amount, 20050);
        cr_expect_eq(asked.service, 12);
        cr_expect_eq(asked.day, 20251231);
    }
}

Test(checkpay_inbound, a_check_may_say_little) {
    struct checkpay_asked asked;
    static const char *const sums[] = {"",       "&sum=",    "&sum=x",      "&sum=-1",
                                       "&sum=0", "&sum=1e3", "&sum=1&sum=2"};
    for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++) {
        char query[128];
        snprintf(query, sizeof query, "command=check&account=77072734954%s", sums[i]);
        cr_expect_eq(ask("osmp", query, &asked), CHECKPAY_DONE, "%s", query);
        cr_expect_eq(asked.amount, 0, "%s", query);
        cr_expect_str_empty(asked.id);
        cr_expect_eq(asked.service, 0);
    }
    cr_expect_eq(ask("osmp", "command=check&txn_id=1&account=%37%37+7&sum=1.00", &asked),
                 CHECKPAY_DONE);
    cr_expect_str_eq(asked.account, "77 7");
    cr_expect_eq(asked.amount, 100);
}

#define PAY "command=pay&txn_id=1&account=7&sum=1.00&txn_date=20251231120000"

Test(checkpay_inbound, what_is_wrong_has_its_own_outcome) {
    expect("osmp", PAY, CHECKPAY_DONE);
    expect("osmp", "", CHECKPAY_UNKNOWN_COMMAND);
    expect("osmp", "command=", CHECKPAY_UNKNOWN_COMMAND);
    expect("osmp", "command=Pay&txn_id=1", CHECKPAY_UNKNOWN_COMMAND);
    expect("osmp", "command=status&txn_id=1", CHECKPAY_UNKNOWN_COMMAND); /* osmp has none */
    expect("osmp", "command=%zz", CHECKPAY_UNKNOWN_COMMAND);
    expect("osmp", PAY "&command=pay", CHECKPAY_UNKNOWN_COMMAND);
    expect("osmp", "command=pay&account=7&sum=1.00&txn_date=20251231120000", CHECKPAY_BAD_ID);
    expect("osmp", "command=pay&txn_id=&account=7&sum=1&txn_date=20251231120000", CHECKPAY_BAD_ID);
    expect("osmp", "command=pay&txn_id=12a&account=7", CHECKPAY_BAD_ID);
    expect("osmp", "command=pay&txn_id=123456789012345678901&account=7", CHECKPAY_BAD_ID);
    expect("osmp", "command=check&txn_id=x&account=7", CHECKPAY_BAD_ID);
    expect("osmp", PAY "&txn_id=1", CHECKPAY_BAD_ID);
    expect("osmp", "command=pay&txn_id=1&sum=1.00", CHECKPAY_ACCOUNT_FORMAT);
    expect("osmp", "command=pay&txn_id=1&account=&sum=1.00", CHECKPAY_ACCOUNT_FORMAT);
    expect("osmp", "command=pay&txn_id=1&account=%FF&sum=1.00", CHECKPAY_ACCOUNT_FORMAT);
    expect("osmp", "command=pay&txn_id=1&account=7%00&sum=1.00", CHECKPAY_ACCOUNT_FORMAT);
    expect("osmp", PAY "&account=8", CHECKPAY_ACCOUNT_FORMAT);
    static const char *const sums[] = {"",   "x",  "-1.00", "1.001", "1e2",
                                       "1.", ".5", "+1",    "1 ",    "99999999999999999999"};
    for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++) {
        char query[128];
        snprintf(query, sizeof query,
                 "command=pay&txn_id=1&account=7&txn_date=20251231120000&sum=%s", sums[i]);
        expect("osmp", query, CHECKPAY_BAD_SUM);
    }
    static const char *const dates[] = {"",
                                        "&txn_date=",
                                        "&txn_date=2025123112000",
                                        "&txn_date=202512311200000",
                                        "&txn_date=20251331120000",
                                        "&txn_date=20250230120000",
                                        "&txn_date=20251231246000",
                                        "&txn_date=2025-12-31T12:00:00",
                                        "&txn_date=20260102000000",
                                        "&txn_date=20241231000000",
                                        "&txn_date=99991231000000"};
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        char query[128];
        snprintf(query, sizeof query, "command=pay&txn_id=1&account=7&sum=1.00%s", dates[i]);
        expect("osmp", query, CHECKPAY_BAD_DATE);
    }
    expect("osmp", "command=pay&txn_id=1&account=7&sum=1.00&txn_date=20260101000000",
           CHECKPAY_DONE);
    expect("osmp", "command=pay&txn_id=1&account=7&sum=1.00&txn_date=20250101000000",
           CHECKPAY_DONE);
    expect("osmp", PAY "&prv_id=x", CHECKPAY_NOT_ALLOWED);
    expect("osmp", PAY "&prv_id=99999999999999999999", CHECKPAY_NOT_ALLOWED);
}

Test(checkpay_inbound, kassa24_has_a_status_and_a_cancel) {
    struct checkpay_asked asked;
    cr_expect_eq(ask("kassa24", "action=status&receipt=77", &asked), CHECKPAY_DONE);
    cr_expect_eq(asked.command, CHECKPAY_STATUS);
    cr_expect_str_eq(asked.id, "77");
    cr_expect_eq(ask("kassa24", "action=cancel&receipt=77", &asked), CHECKPAY_DONE);
    cr_expect_eq(asked.command, CHECKPAY_CANCEL);
    expect("kassa24", "action=status", CHECKPAY_BAD_ID);
}

/* The inbound map of the spec. */
Test(checkpay_inbound, outcomes_have_the_codes_of_the_dialect) {
    static const struct {
        enum checkpay_outcome outcome;
        int osmp, kaspi, kassa24;
    } map[] = {
        {CHECKPAY_DONE, 0, 0, 0},
        {CHECKPAY_ACCOUNT_FORMAT, 4, 1, 2},
        {CHECKPAY_NO_ACCOUNT, 5, 1, 2},
        {CHECKPAY_BLOCKED, 79, 2, 10},
        {CHECKPAY_BELOW_MINIMUM, 241, 5, 3},
        {CHECKPAY_ABOVE_MAXIMUM, 242, 5, 3},
        {CHECKPAY_IN_PROGRESS, 90, 4, 8},
        {CHECKPAY_TEMPORARY, 1, 4, 10},
        {CHECKPAY_CONFLICT, 300, 5, 4},
        {CHECKPAY_NOT_ALLOWED, 7, 5, 10},
        {CHECKPAY_UNKNOWN_COMMAND, 300, 5, 1},
        {CHECKPAY_BAD_ID, 300, 5, 4},
        {CHECKPAY_BAD_SUM, 300, 5, 3},
        {CHECKPAY_BAD_DATE, 300, 5, 5},
    };
    static const char *const names[] = {"osmp", "kaspi", "kassa24"};
    cr_assert_eq(sizeof map / sizeof map[0] + 2, CHECKPAY_OUTCOMES);
    for (int n = 0; n < 3; n++) {
        struct checkpay_profile *profile = rig_profile(names[n], NULL, NULL, NULL);
        for (size_t i = 0; i < sizeof map / sizeof map[0]; i++) {
            const int codes[] = {map[i].osmp, map[i].kaspi, map[i].kassa24};
            cr_expect_eq(profile->outcomes[map[i].outcome], codes[n], "%s: %zu", names[n], i);
        }
        checkpay_profile_free(profile);
    }
}

static void expect_told(const char *name, const struct checkpay_told *told, const char *expected) {
    struct checkpay_profile *profile = rig_profile(name, NULL, NULL, NULL);
    struct buffer out;
    buffer_init(&out, 4096);
    checkpay_tell(profile, told, &out);
    cr_expect(slice_equal((struct slice){out.base, out.used}, slice_text(expected)), "%.*s",
              (int)out.used, out.base);
    buffer_free(&out);
    checkpay_profile_free(profile);
}

Test(checkpay_inbound, a_payment_is_told_in_the_form_of_the_dialect) {
    const struct checkpay_told told = {
        .outcome = CHECKPAY_DONE,
        .id = SLICE("00123"),
        .payment = 4711,
        .amount = 20050,
        .time_ns = RIG_TIME_NS,
    };
    expect_told("osmp", &told,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<response><osmp_txn_id>00123"
                "</osmp_txn_id><prv_txn>4711</prv_txn><sum>200.50</sum><result>0</result>"
                "<comment>ok</comment></response>\n");
    expect_told("kassa24", &told,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<response><authcode>4711</authcode>"
                "<code>0</code><message>ok</message><date>2025-12-31T23:59:59</date>"
                "</response>\n");
    expect_told("kaspi", &told,
                "{\"txn_id\":\"00123\",\"prv_txn_id\":\"4711\",\"sum\":200.50,\"result\":0,"
                "\"comment\":\"ok\"}\n");
}

Test(checkpay_inbound, a_refusal_is_told_without_a_payment) {
    const struct checkpay_told told = {.outcome = CHECKPAY_NO_ACCOUNT, .id = SLICE("1")};
    expect_told("osmp", &told,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<response><osmp_txn_id>1"
                "</osmp_txn_id><result>5</result><comment>no such account</comment>"
                "</response>\n");
    expect_told("kaspi", &told,
                "{\"txn_id\":\"1\",\"result\":1,\"comment\":\"no such account\"}\n");
    const struct checkpay_told nothing = {.outcome = CHECKPAY_UNKNOWN_COMMAND};
    expect_told("kassa24", &nothing,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<response><code>1</code>"
                "<message>unknown command</message></response>\n");
}

/* Ids of any visible ASCII are escaped in either format. */
Test(checkpay_inbound, ids_are_escaped) {
    const struct checkpay_told told = {.outcome = CHECKPAY_NO_ACCOUNT, .id = SLICE("<\"\\&")};
    expect_told("osmp", &told,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<response><osmp_txn_id>&lt;\"\\&amp;"
                "</osmp_txn_id><result>5</result><comment>no such account</comment>"
                "</response>\n");
    expect_told("kaspi", &told,
                "{\"txn_id\":\"<\\\"\\\\&\",\"result\":1,\"comment\":\"no such account\"}\n");
}

/* Our answer, read by our own reader of answers, is what was told. */
Test(checkpay_inbound, an_answer_is_what_a_payment_system_reads) {
    struct checkpay_profile *profile = rig_profile("osmp", RIG_BASE, NULL, NULL);
    const struct checkpay_told told = {
        .outcome = CHECKPAY_DONE, .id = SLICE("1234567890123"), .payment = 9, .amount = RIG_AMOUNT};
    struct buffer out;
    buffer_init(&out, 4096);
    checkpay_tell(profile, &told, &out);
    buffer_append(&out, "", 1);
    struct outbound_answer answer = rig_answer(profile, OUTBOUND_PAY, out.base);
    cr_expect_eq(answer.verdict, OUTBOUND_OK);
    cr_expect_str_eq(answer.provider_id, "9");
    buffer_free(&out);
    checkpay_profile_free(profile);
}
