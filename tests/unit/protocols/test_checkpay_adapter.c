/* Networks that call, against a real ledger: who may, what a check and a pay answer, and that a pay
 * is made once. */
#include <criterion/criterion.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "checkpay_ledger.h"
#include "checkpay_rig.h"
#include "protocols/checkpay/caller.h"

#define CLIENT 77072734954u
#define BLOCKED 77072734955u
#define MERCHANT 72222222229u
#define FLOAT 30u

enum { RECORDS_MAX = 16 };
static struct record {
    enum registry_kind kind;
    union registry_record of;
} records[RECORDS_MAX];
static uint32_t record_count;
static bool registry_busy;
static struct adapter_dialect dialects[3];
static struct adapter_settings settings;
static struct adapter_env env;
static char answer[2048];

static enum ledger_status registry_get(void *node, const void *key, size_t key_size, void *value,
                                       size_t *value_size) {
    (void)node;
    if (registry_busy)
        return LEDGER_BUSY;
    for (uint32_t i = 0; i < record_count; i++) {
        char own[LEDGER_KEY_MAX];
        size_t size = registry_key(records[i].kind, &records[i].of, own);
        if (size == key_size && memcmp(own, key, size) == 0) {
            *value_size = registry_write(records[i].kind, &records[i].of, value);
            return LEDGER_DONE;
        }
    }
    return LEDGER_RECORD_NOT_FOUND;
}

static union registry_record *add(enum registry_kind kind, union registry_record of) {
    const char *why;
    cr_assert(record_count < RECORDS_MAX && registry_check(kind, &of, &why), "%s", why);
    records[record_count] = (struct record){kind, of};
    return &records[record_count++].of;
}

static struct registry_network *add_network(const char *name) {
    union registry_record of = {.network = {.login = 72222222230 + record_count,
                                            .account = FLOAT,
                                            .addresses = "10.0.0.0/8",
                                            .wallet_service = 1,
                                            .merchant_service = 2}};
    snprintf(of.network.name, sizeof of.network.name, "%s", name);
    snprintf(of.network.profile, sizeof of.network.profile, "%s", name);
    return &add(REGISTRY_NETWORK, of)->network;
}

static void start(void) {
    static const char *const names[] = {"osmp", "kassa24", "kaspi"};
    books_open();
    books_account(FLOAT, 0);
    books_account(CLIENT, 0);
    books_account(BLOCKED, LEDGER_ACCOUNT_FROZEN);
    books_account(MERCHANT, 0);
    books_give(FLOAT, 100000);
    for (int i = 0; i < 3; i++) {
        dialects[i].profile = rig_profile(names[i], NULL, NULL, NULL);
        snprintf(dialects[i].name, sizeof dialects[i].name, "%s", names[i]);
        add_network(names[i]);
    }
    settings =
        (struct adapter_settings){.amount_max = 1000000, .dialects = dialects, .dialect_count = 3};
    env = (struct adapter_env){.settings = &settings, .registry_get = registry_get};
    add(REGISTRY_CLIENT, (union registry_record){.client = {.login = CLIENT, .account = CLIENT}});
    add(REGISTRY_CLIENT,
        (union registry_record){.client = {.login = BLOCKED, .account = BLOCKED, .blocked = true}});
    add(REGISTRY_MERCHANT, (union registry_record){.merchant = {.login = MERCHANT,
                                                                .name = "Shop",
                                                                .wallets = {MERCHANT},
                                                                .wallet_count = 1}});
}

static void stop(void) {
    for (int i = 0; i < 3; i++) {
        struct checkpay_profile *profile = (void *)(uintptr_t)dialects[i].profile;
        checkpay_profile_free(profile);
    }
    books_close();
}

TestSuite(checkpay_adapter, .init = start, .fini = stop);

/* One request. answer: its body, the status before it when that is not 200. lost: the node does not
 * know the outcome. */
static const char *send(struct adapter_request request, bool lost) {
    _Alignas(8) uint8_t commands[1 << 14];
    struct ledger_writer writer = {.base = commands, .size = sizeof commands};
    struct ledger_result results[4];
    struct adapter_note note;
    struct buffer headers, body;
    buffer_init(&headers, 1024);
    buffer_init(&body, 1024);
    struct adapter_reply reply = {.headers = &headers, .body = &body};
    request.received_ns = books_now_ns;
    if (checkpay_adapter.decode(&env, &request, &writer, &note, &reply) == ADAPTER_SUBMIT) {
        uint32_t count = writer.count;
        cr_assert_gt(count, 0);
        books_commit(&writer, results);
        checkpay_adapter.encode(&env, &note, lost ? NULL : results, lost ? 0 : count, &reply);
    }
    cr_assert_not(body.failed || headers.failed);
    int size = reply.status == 200 ? 0 : snprintf(answer, sizeof answer, "%u ", reply.status);
    snprintf(answer + size, sizeof answer - (size_t)size, "%.*s%.*s", (int)headers.used,
             headers.used == 0 ? "" : headers.base, (int)body.used, body.base);
    buffer_free(&headers);
    buffer_free(&body);
    return answer;
}

static const char *get(const char *path, const char *query) {
    return send((struct adapter_request){.method = SLICE("GET"),
                                         .path = slice_text(path),
                                         .query = slice_text(query),
                                         .peer = SLICE("10.1.2.3")},
                false);
}

/* A pay of today, in the dialect; its answer. */
static const char *pay(const char *network, const char *id, const char *account, const char *sum,
                       const char *more) {
    char path[64], query[512], date[64];
    snprintf(path, sizeof path, "/checkpay/%s", network);
    /* The ledger's day, in Almaty. */
    time_t seconds = (time_t)(books_now_ns / 1000000000u) + LEDGER_DAY_OFFSET_S;
    struct tm tm;
    gmtime_r(&seconds, &tm);
    bool kassa24 = strcmp(network, "kassa24") == 0;
    strftime(date, sizeof date, kassa24 ? "%Y-%m-%dT%H:%M:%S" : "%Y%m%d%H%M%S", &tm);
    snprintf(query, sizeof query,
             kassa24 ? "action=payment&receipt=%s&number=%s&amount=%s&date=%s%s"
                     : "command=pay&txn_id=%s&account=%s&sum=%s&txn_date=%s%s",
             id, account, sum, date, more);
    return get(path, query);
}

static void expect_code(const char *text, const char *code) {
    cr_expect_not_null(strstr(text, code), "no %s in %s", code, text);
}

Test(checkpay_adapter, a_pay_is_made_once_and_told_again) {
    char first[2048];
    int64_t before = books_balance(FLOAT);
    snprintf(first, sizeof first, "%s", pay("osmp", "123", "77072734954", "200.50", ""));
    expect_code(first, "<result>0</result>");
    expect_code(first, "<osmp_txn_id>123</osmp_txn_id><prv_txn>");
    expect_code(first, "<sum>200.50</sum>");
    cr_expect_eq(books_balance(CLIENT), 20050);
    cr_expect_eq(books_balance(FLOAT), before - 20050);
    books_now_ns += 3600 * UINT64_C(1000000000);
    cr_expect_str_eq(pay("osmp", "123", "77072734954", "200.50", ""), first);
    cr_expect_str_eq(pay("osmp", "123", "77072734954", "200.5", "&data1=x"), first);
    cr_expect_eq(books_balance(CLIENT), 20050);
    expect_code(pay("osmp", "0123", "77072734954", "1.00", ""), "<result>0</result>");
    cr_expect_eq(books_balance(CLIENT), 20150);
}

Test(checkpay_adapter, the_same_id_with_other_content_is_refused) {
    expect_code(pay("osmp", "1", "77072734954", "1.00", ""), "<result>0</result>");
    expect_code(pay("osmp", "1", "77072734954", "1.01", ""), "<result>300</result>");
    expect_code(pay("osmp", "1", "72222222229", "1.00", "&prv_id=2"), "<result>300</result>");
    expect_code(pay("osmp", "1", "77072734954", "1.00", "&prv_id=1"), "<result>300</result>");
    expect_code(pay("osmp", "1", "70000000000", "1.00", ""), "<result>300</result>");
    expect_code(pay("kassa24", "1", "77072734954", "1.00", ""), "<code>0</code>");
    expect_code(pay("kassa24", "1", "77072734954", "2.00", ""), "<code>4</code>");
    expect_code(pay("kaspi", "1", "77072734954", "1.00", ""), "\"result\":0");
    expect_code(pay("kaspi", "1", "77072734954", "2.00", ""), "\"result\":5");
    cr_expect_eq(books_balance(CLIENT), 300);
}

/* What cannot be made any more was made all the same. */
Test(checkpay_adapter, a_repeat_is_answered_whatever_the_registry_says_now) {
    char first[2048];
    snprintf(first, sizeof first, "%s", pay("kassa24", "1", "77072734954", "1.00", ""));
    expect_code(first, "<code>0</code><message>ok</message><date>");
    records[3].of.client.blocked = true;
    books_now_ns += 86400 * UINT64_C(1000000000);
    cr_expect_str_eq(pay("kassa24", "1", "77072734954", "1.00", ""), first);
    expect_code(pay("kassa24", "2", "77072734954", "1.00", ""), "<code>10</code>");
    record_count = 3; /* nobody is there any more */
    cr_expect_str_eq(pay("kassa24", "1", "77072734954", "1.00", ""), first);
    expect_code(pay("kassa24", "3", "77072734954", "1.00", ""), "<code>2</code>");
    cr_expect_eq(books_balance(CLIENT), 100);
}

Test(checkpay_adapter, each_refusal_has_the_code_of_the_dialect) {
    static const struct {
        const char *account, *sum, *more, *osmp, *kassa24, *kaspi;
    } cases[] = {
        {"7707273", "1.00", "", "4", "2", "1"},
        {"07072734954", "1.00", "", "4", "2", "1"},
        {"770727349541", "1.00", "", "4", "2", "1"},
        {"7707273495x", "1.00", "", "4", "2", "1"},
        {"70000000000", "1.00", "", "5", "2", "1"},
        {"77072734955", "1.00", "", "79", "10", "2"},
        {"77072734954", "0.00", "", "241", "3", "5"},
        {"77072734954", "10000.01", "", "242", "3", "5"},
        {"77072734954", "1000.01", "", "1", "10", "4"}, /* the float is short */
        {"77072734954", "x", "", "300", "3", "5"},
    };
    char code[64];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(code, sizeof code, "<result>%s</result>", cases[i].osmp);
        expect_code(pay("osmp", "1", cases[i].account, cases[i].sum, ""), code);
        snprintf(code, sizeof code, "<code>%s</code>", cases[i].kassa24);
        expect_code(pay("kassa24", "1", cases[i].account, cases[i].sum, ""), code);
        snprintf(code, sizeof code, "\"result\":%s,", cases[i].kaspi);
        expect_code(pay("kaspi", "1", cases[i].account, cases[i].sum, ""), code);
    }
    expect_code(pay("osmp", "1", "77072734954", "1.00", "&prv_id=3"), "<result>7</result>");
    cr_expect_eq(books_balance(CLIENT), 0);
}

Test(checkpay_adapter, merchants_are_paid_under_their_own_service) {
    expect_code(pay("osmp", "1", "72222222229", "5.00", "&prv_id=2"), "<result>0</result>");
    expect_code(pay("osmp", "2", "72222222229", "5.00", "&prv_id=1"), "<result>5</result>");
    expect_code(pay("osmp", "3", "72222222229", "5.00", ""), "<result>5</result>");
    expect_code(pay("osmp", "4", "77072734954", "5.00", "&prv_id=2"), "<result>5</result>");
    cr_expect_eq(books_balance(MERCHANT), 500);
    records[0].of.network.merchant_service = 0;
    expect_code(pay("osmp", "5", "72222222229", "5.00", "&prv_id=2"), "<result>7</result>");
}

Test(checkpay_adapter, a_check_moves_nothing) {
    const char *path = "/checkpay/osmp";
    expect_code(get(path, "command=check&txn_id=1&account=77072734954&sum=1.00"),
                "<osmp_txn_id>1</osmp_txn_id><result>0</result>");
    expect_code(get(path, "command=check&account=77072734954"), "<result>0</result>");
    expect_code(get(path, "command=check&account=77072734954&sum=10000.01"),
                "<result>242</result>");
    expect_code(get(path, "command=check&account=70000000000"), "<result>5</result>");
    expect_code(get(path, "command=check&account=77072734955"), "<result>79</result>");
    records[4].of.client.blocked = false; /* in the ledger it is frozen still */
    expect_code(get(path, "command=check&account=77072734955"), "<result>79</result>");
    expect_code(get(path, "command=look&account=77072734954"), "<result>300</result>");
    cr_expect_eq(books_balance(CLIENT), 0);
    expect_code(pay("osmp", "1", "77072734954", "1.00", ""), "<result>0</result>");
}

Test(checkpay_adapter, status_and_cancel_look_at_a_payment) {
    const char *path = "/checkpay/kassa24";
    expect_code(get(path, "action=status&receipt=9"), "<code>6</code>");
    expect_code(get(path, "action=cancel&receipt=9"), "<code>6</code>");
    expect_code(pay("kassa24", "9", "77072734954", "1.00", ""), "<code>0</code>");
    const char *text = get(path, "action=status&receipt=9");
    expect_code(text, "<code>0</code>");
    expect_code(text, "<authcode>");
    expect_code(text, "<date>");
    expect_code(get(path, "action=cancel&receipt=9"), "<code>9</code>");
    cr_expect_eq(books_balance(CLIENT), 100);
}

Test(checkpay_adapter, the_networks_day_is_the_accounting_day) {
    char query[256], date[32];
    time_t seconds = (time_t)(books_now_ns / 1000000000u) + LEDGER_DAY_OFFSET_S - 86400;
    struct tm tm;
    gmtime_r(&seconds, &tm);
    strftime(date, sizeof date, "%Y%m%d", &tm);
    snprintf(query, sizeof query,
             "command=pay&txn_id=1&account=77072734954&sum=1.00&txn_date=%s235959", date);
    expect_code(get("/checkpay/osmp", query), "<result>0</result>");
    const struct ledger_target target = {
        .requester = 72222222230, .reference = "1", .reference_size = 1};
    _Alignas(8) uint8_t commands[1024];
    struct ledger_writer writer = {.base = commands, .size = sizeof commands};
    struct ledger_result result;
    ledger_put_target(&writer, LEDGER_LOOKUP, &target);
    books_commit(&writer, &result);
    cr_assert_eq(result.status, LEDGER_DONE);
    const struct ledger_payment *payment = result.body;
    cr_expect_eq(payment->value_date, (uint32_t)strtoul(date, NULL, 10));
}

Test(checkpay_adapter, what_is_not_known_is_asked_again) {
    struct adapter_request request = {.method = SLICE("GET"),
                                      .path = SLICE("/checkpay/osmp"),
                                      .query = SLICE("command=check&account=77072734954"),
                                      .peer = SLICE("10.1.2.3")};
    expect_code(send(request, true), "<result>1</result>");
    request.path = SLICE("/checkpay/kassa24");
    request.query = SLICE("action=status&receipt=1");
    expect_code(send(request, true), "<code>10</code>");
    registry_busy = true;
    cr_expect_str_eq(get("/checkpay/osmp", "command=check&account=77072734954"), "503 not now\n");
}

Test(checkpay_adapter, strangers_learn_nothing) {
    static const char *const paths[] = {"/checkpay/",        "/checkpay/x",    "/checkpay/osmp/",
                                        "/checkpay/osmp/x",  "/checkpay/OSMP", "/checkpay/../osmp",
                                        "/checkpay/kaspi%00"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        cr_expect_str_eq(get(paths[i], ""), "404 not found\n", "%s", paths[i]);
    struct adapter_request request = {.method = SLICE("GET"), .path = SLICE("/checkpay/osmp")};
    static const char *const peers[] = {"11.0.0.1", "::1", "", "10.0.0", "10.0.0.1 "};
    for (size_t i = 0; i < sizeof peers / sizeof peers[0]; i++) {
        request.peer = slice_text(peers[i]);
        cr_expect_str_eq(send(request, false), "404 not found\n", "%s", peers[i]);
    }
    request.peer = SLICE("10.0.0.1");
    request.method = SLICE("POST");
    expect_code(send(request, false), "405 Allow: GET\r\n");
    snprintf(records[0].of.network.profile, 8, "none");
    cr_expect_str_eq(get("/checkpay/osmp", ""), "503 not now\n");
}

Test(checkpay_adapter, a_blocked_network_is_told_so_in_its_dialect) {
    expect_code(pay("osmp", "1", "77072734954", "1.00", ""), "<result>0</result>");
    records[0].of.network.blocked = true;
    expect_code(get("/checkpay/osmp", "command=check&account=77072734954"), "<result>7</result>");
    expect_code(pay("osmp", "2", "77072734954", "1.00", ""), "<result>7</result>");
    expect_code(pay("osmp", "1", "77072734954", "1.00", ""), "<result>0</result>");
    cr_expect_eq(books_balance(CLIENT), 100);
}

Test(checkpay_adapter, a_password_is_asked_for_where_there_is_one) {
    struct registry_network *network = &records[0].of.network;
    unsigned char hash[32];
    cr_assert_eq(
        crypto_generichash(hash, sizeof hash, (const unsigned char *)"se:cret", 7, NULL, 0), 0);
    snprintf(network->user, sizeof network->user, "osmp");
    sodium_bin2hex(network->password_hash, sizeof network->password_hash, hash, sizeof hash);
    static const struct {
        const char *value;
        bool right;
    } cases[] = {
        {"Basic b3NtcDpzZTpjcmV0", true},
        {"basic b3NtcDpzZTpjcmV0", true},
        {"Basic b3NtcDpzZTpjcmVU", false},
        {"Basic b3NtcDpzZTpjcmV0eA==", false},
        {"Basic b3NtcA==", false},
        {"Basic b3NtcDo=", false},
        {"Basic", false},
        {"Basic ", false},
        {"Basic !!!", false},
        {"Bearer b3NtcDpzZTpjcmV0", false},
        {"Basic eHNtcDpzZTpjcmV0", false},
        {"", false},
        {"Basic b3NtcDpzZTpjcmV0 x", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct adapter_header header = {SLICE("authorization"), slice_text(cases[i].value)};
        const char *text = send((struct adapter_request){.method = SLICE("GET"),
                                                         .path = SLICE("/checkpay/osmp"),
                                                         .query = SLICE("command=check"),
                                                         .headers = &header,
                                                         .header_count = 1,
                                                         .peer = SLICE("10.1.2.3")},
                                false);
        cr_expect_eq(strncmp(text, "401 ", 4) != 0, cases[i].right, "%s: %s", cases[i].value, text);
    }
    expect_code(get("/checkpay/osmp", "command=check"),
                "401 WWW-Authenticate: Basic realm=\"checkpay\"\r\n");
}
