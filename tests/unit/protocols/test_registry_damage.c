/* Registry records that are not what they should be: values changed at random, texts that are
 * none, what the ledger cannot tell. A refusal names its field. */
#include "protocols/registry/registry.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "tests/lib/require.h"

static uint64_t seed = 88172645463325252u; /* the same run each time */

static uint32_t below(uint32_t count) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed % count);
}

/* One of each kind, with every type of field filled. */
static const union registry_record records[REGISTRY_KINDS] = {
    [REGISTRY_CLIENT].client = {.login = 77072734954,
                                .account = 5,
                                .first_name = "Әсел",
                                .last_name = "O'Neil",
                                .iin = "900101300123",
                                .identified = true},
    [REGISTRY_AGENT].agent = {.login = 72222222221,
                              .account = 72222222221,
                              .name = "Терминалы",
                              .addresses = "10.0.0.0/8 2001:db8::1",
                              .privileges = PRIVILEGE_CASH_IN,
                              .answer_algorithm = ANSWER_SHA256,
                              .blocked = true},
    [REGISTRY_MERCHANT].merchant = {.login = 72222222229,
                                    .name = "Shop",
                                    .wallets = {3001, 3002, UINT64_MAX - 1},
                                    .wallet_count = 3,
                                    .callback = CALLBACK_WEBHOOK,
                                    .webhook_secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
    [REGISTRY_TERMINAL].terminal = {.id = "T0001", .merchant = 72222222229, .name = "No 1"},
    [REGISTRY_KEY].key = {.login = 72222222221, .number = 1, .der = {1, 2, 0}, .der_size = 3},
    [REGISTRY_TARIFF].tariff = {.operation = 3, .percent = 150, .minimum = 50, .payer = 2},
    [REGISTRY_LIMITS].limits = {true, 1, 2, LEDGER_NO_CEILING},
    [REGISTRY_SERVICE].service = {.code = 185,
                                  .name = "Water",
                                  .merchant = 72222222229,
                                  .provider = 1,
                                  .pattern = "[0-9]+",
                                  .maintenance = "02:00-04:00"},
    [REGISTRY_NETWORK].network = {.name = "kaspi",
                                  .login = 72222222230,
                                  .account = 72222222230,
                                  .profile = "kaspi",
                                  .addresses = "10.0.0.0/8",
                                  .wallet_service = 1},
    [REGISTRY_OPERATOR].operator_ = {.name = "aigerim", .role = "finance"},
};

/* What is taken can be printed, and writes and reads as the same again. */
static void use(enum registry_kind kind, struct slice key, const union registry_record *record) {
    uint8_t value[LEDGER_VALUE_MAX];
    union registry_record again;
    struct registry_fault fault;
    struct buffer out;
    buffer_init(&out, 1 << 16);
    for (uint32_t i = 0; i < registry_schemas[kind].field_count; i++)
        registry_print(record, &registry_schemas[kind].fields[i], &out);
    cr_expect_not(out.failed);
    buffer_free(&out);
    size_t size = registry_write(kind, record, value);
    cr_assert_gt(size, 0);
    cr_assert(registry_take(kind, key, (struct slice){(char *)value, size}, &again, &fault));
    cr_expect(memcmp(&again, record, registry_schemas[kind].size) == 0);
}

/* A change of a few bytes: others, fewer, some twice. Returns the new size. */
static size_t change(uint8_t *value, size_t size) {
    for (uint32_t count = 1 + below(3); count > 0; count--) {
        size_t at = below((uint32_t)size), more = below((uint32_t)(size - at) + 1);
        switch (below(4)) {
        case 0:
            value[at] = (uint8_t)below(256);
            break;
        case 1:
            value[at] ^= (uint8_t)(1u << below(8));
            break;
        case 2:
            size = at + 1;
            break;
        default:
            memmove(value + at + more, value + at, size - at);
            size += more;
            break;
        }
    }
    return size;
}

/* In memory of its own size, so that a sanitizer sees a read beyond it. */
static bool take(enum registry_kind kind, struct slice key, const uint8_t *value, size_t size) {
    union registry_record record;
    struct registry_fault fault = {NULL, NULL};
    char *copy = malloc(size);
    REQUIRE(copy != NULL);
    memcpy(copy, value, size);
    bool good = registry_take(kind, key, (struct slice){copy, size}, &record, &fault);
    free(copy);
    if (good)
        use(kind, key, &record);
    else
        cr_expect(fault.field != NULL || fault.why != NULL);
    return good;
}

Test(registry_damage, values_changed_at_random_are_refused_or_whole) {
    uint32_t taken = 0, refused = 0;
    for (int kind = 0; kind < REGISTRY_KINDS; kind++) {
        uint8_t value[LEDGER_VALUE_MAX], changed[8 * LEDGER_VALUE_MAX];
        char text[LEDGER_KEY_MAX];
        enum registry_kind of = (enum registry_kind)kind;
        struct slice key = {text, registry_key(of, &records[kind], text)};
        size_t size = registry_write(of, &records[kind], value);
        cr_assert(take(of, key, value, size));
        for (int round = 0; round < 5000; round++) {
            memcpy(changed, value, size);
            bool good = take(of, key, changed, change(changed, size));
            taken += good;
            refused += !good;
        }
    }
    cr_expect_gt(taken, 100, "changes that leave a record");
    cr_expect_gt(refused, 20000);
}

Test(registry_damage, keys_changed_at_random_are_refused_or_the_records_own) {
    for (int kind = 0; kind < REGISTRY_KINDS; kind++) {
        char text[LEDGER_KEY_MAX], own[LEDGER_KEY_MAX];
        union registry_record record;
        const char *why;
        size_t size = registry_key((enum registry_kind)kind, &records[kind], text);
        for (int round = 0; round < 5000; round++) {
            uint8_t changed[8 * LEDGER_KEY_MAX];
            memcpy(changed, text, size);
            struct slice key = {(char *)changed, change(changed, size)};
            enum registry_kind of = registry_kind_of(key);
            if (of != REGISTRY_KINDS && registry_read(of, key, SLICE("\x80"), &record, &why))
                cr_expect(slice_equal(key, (struct slice){own, registry_key(of, &record, own)}));
        }
    }
}

/* A client's value with this first name, as bytes: an account, then the name. */
static void name_is(const char *name, size_t size, bool good) {
    uint8_t value[128] = "\x82\xa7"
                         "account\x05\xaa"
                         "first_name\xd9";
    size_t used = strlen((char *)value);
    union registry_record record;
    struct registry_fault fault = {NULL, NULL};
    value[used++] = (uint8_t)size;
    memcpy(value + used, name, size);
    bool taken = registry_take(REGISTRY_CLIENT, SLICE("client/77072734954"),
                               (struct slice){(char *)value, used + size}, &record, &fault);
    cr_expect_eq(taken, good, "%.*s", (int)size, name);
    if (!taken)
        cr_expect_str_eq(fault.field, "first_name");
}
#define NAME_IS(name, good) name_is(name, sizeof(name) - 1, good)

Test(registry_damage, texts_are_utf8_without_control_characters) {
    NAME_IS("Әсел", true);
    NAME_IS("\xf4\x8f\xbf\xbf", true);
    NAME_IS("a\x00"
            "b",
            false);
    NAME_IS("a\nb", false);
    NAME_IS("\x7f", false);
    NAME_IS("\xc2\x85", false);         /* a control character of two bytes */
    NAME_IS("\xff", false);             /* no byte of UTF-8                 */
    NAME_IS("\xd3", false);             /* the half of a character          */
    NAME_IS("\xd3\x41", false);         /* the other half is something else */
    NAME_IS("\xc0\xaf", false);         /* '/' in two bytes                 */
    NAME_IS("\xe0\x80\xaf", false);     /* in three                         */
    NAME_IS("\xf0\x80\x80\xaf", false); /* in four                          */
    NAME_IS("\xed\xa0\x80", false);     /* half a UTF-16 pair               */
    NAME_IS("\xf4\x90\x80\x80", false); /* beyond Unicode                   */
}

Test(registry_damage, texts_have_their_bounds) {
    char name[REGISTRY_NAME_MAX + 1];
    memset(name, 'a', sizeof name);
    name_is(name, REGISTRY_NAME_MAX - 1, true);
    name_is(name, REGISTRY_NAME_MAX, false);
    name_is(name, REGISTRY_NAME_MAX + 1, false);
}

/* ---- What the ledger has ------------------------------------------------------------------- */

static enum ledger_status answer;
static struct slice stored;

static enum ledger_status get(void *node, const void *key, size_t key_size, void *value,
                              size_t *value_size) {
    (void)node, (void)key, (void)key_size;
    if (answer == LEDGER_DONE) {
        memcpy(value, stored.base, stored.size);
        *value_size = stored.size;
    }
    return answer;
}
static const struct adapter_env env = {.registry_get = get};

static enum registry_found find(enum ledger_status status, struct slice value) {
    struct registry_client client = {.login = 77072734954};
    answer = status;
    stored = value;
    return registry_find(&env, REGISTRY_CLIENT, &client);
}

Test(registry_damage, absent_broken_and_unreadable_are_told_apart) {
    cr_expect_eq(find(LEDGER_DONE, SLICE("\x81\xa7"
                                         "account\x05")),
                 REGISTRY_FOUND);
    cr_expect_eq(find(LEDGER_RECORD_NOT_FOUND, SLICE("")), REGISTRY_ABSENT);
    cr_expect_eq(find(LEDGER_BUSY, SLICE("")), REGISTRY_BUSY);
    cr_expect_eq(find(LEDGER_DONE, SLICE("")), REGISTRY_BROKEN);
    cr_expect_eq(find(LEDGER_DONE, SLICE("\x80")), REGISTRY_BROKEN, "without an account");
}

Test(registry_damage, limits_that_cannot_be_read_are_not_those_of_nobody) {
    struct registry_limits limits, usual;
    for (int identified = 0; identified < 2; identified++) {
        answer = LEDGER_RECORD_NOT_FOUND;
        registry_limits_default(identified != 0, &usual);
        cr_expect_eq(registry_limits_find(&env, identified != 0, &limits), REGISTRY_FOUND);
        cr_expect(limits.identified == usual.identified && limits.ceiling == usual.ceiling &&
                  limits.day_limit == usual.day_limit && limits.month_limit == usual.month_limit);
        cr_expect_eq(limits.ceiling, identified ? 300000000 : 20000000);
        answer = LEDGER_BUSY;
        cr_expect_eq(registry_limits_find(&env, identified != 0, &limits), REGISTRY_BUSY);
    }
    answer = LEDGER_DONE;
    stored = SLICE("\x83\xa7"
                   "ceiling\x01\xa9"
                   "day_limit\x02\xab"
                   "month_limit\x03");
    cr_expect_eq(registry_limits_find(&env, true, &limits), REGISTRY_FOUND);
    cr_expect(limits.identified && limits.ceiling == 1 && limits.month_limit == 3);
}
