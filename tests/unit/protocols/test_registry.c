/* Registry records: as bytes and back, as text, and what is refused. */
#include "protocols/registry/registry.h"

#include <criterion/criterion.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/lib/require.h"

static const struct registry_agent agent = {
    .login = 72222222221,
    .account = 72222222221,
    .name = "Терминалы \"Ак\"",
    .addresses = "10.0.0.0/8 2001:db8::1",
    .privileges = PRIVILEGE_CASH_IN | PRIVILEGE_BALANCE,
    .answer_algorithm = ANSWER_SHA256,
    .legacy_signature = true,
};

static const struct registry_network network = {
    .name = "kaspi-1",
    .login = 72222222230,
    .account = 5,
    .profile = "kaspi",
    .addresses = "10.0.0.1",
    .user = "kaspi",
    .password_hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    .wallet_service = 1,
};

/* Writes and reads; the record that comes back is the same. */
static void round_trip(enum registry_kind kind, const void *record, const char *key_text) {
    char key[LEDGER_KEY_MAX];
    uint8_t value[LEDGER_VALUE_MAX];
    union registry_record again;
    const char *why = NULL;
    cr_assert(registry_check(kind, record, &why), "%s: %s", key_text, why);
    size_t key_size = registry_key(kind, record, key), size = registry_write(kind, record, value);
    cr_expect(slice_equal((struct slice){key, key_size}, slice_text(key_text)), "%.*s",
              (int)key_size, key);
    cr_expect_eq(registry_kind_of((struct slice){key, key_size}), kind);
    cr_assert_gt(size, 0);
    cr_assert(registry_read(kind, (struct slice){key, key_size},
                            (struct slice){(char *)value, size}, &again, &why),
              "%s: %s", key_text, why);
    cr_expect(memcmp(&again, record, registry_schemas[kind].size) == 0, "%s", key_text);
}

Test(registry, each_kind_of_record_comes_back_as_it_was) {
    static struct registry_client client = {.login = 77072734954,
                                            .account = 5,
                                            .first_name = "Әсел",
                                            .iin = "900101300123",
                                            .identified = true};
    static struct registry_merchant merchant = {.login = 72222222229,
                                                .name = "Shop",
                                                .wallets = {3001, 3002},
                                                .wallet_count = 2,
                                                .callback = CALLBACK_WEBHOOK,
                                                .status_style = STATUS_AS_NUMBER,
                                                .webhook_secret =
                                                    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                                                .shows_buyers = true};
    static struct registry_terminal terminal = {.id = "T0001", .merchant = 72222222229};
    static struct registry_key key = {.login = 72222222221, .number = 1, .der = {1, 2, 0, 4}};
    static struct registry_tariff tariff = {
        .operation = 3, .agent = 72222222221, .percent = 150, .minimum = 50, .payer = PAYER_CLIENT};
    static struct registry_limits limits = {true, 1, 2, LEDGER_NO_CEILING};
    static struct registry_operator person = {.name = "aigerim", .role = "finance"};
    static struct registry_service service = {.code = 185,
                                              .name = "Мобильная связь",
                                              .merchant = 72222222229,
                                              .provider = 3,
                                              .provider_code = 12,
                                              .pattern = "7[0-9]{9}",
                                              .minimum = 100,
                                              .maximum = 5000000,
                                              .maintenance = "02:00-04:00 23:30-24:00"};
    round_trip(REGISTRY_SERVICE, &service, "service/185");
    key.der_size = 4;
    round_trip(REGISTRY_AGENT, &agent, "agent/72222222221");
    round_trip(REGISTRY_CLIENT, &client, "client/77072734954");
    round_trip(REGISTRY_MERCHANT, &merchant, "merchant/72222222229");
    round_trip(REGISTRY_TERMINAL, &terminal, "terminal/T0001");
    round_trip(REGISTRY_KEY, &key, "key/72222222221/1");
    round_trip(REGISTRY_TARIFF, &tariff, "tariff/cash_in/72222222221/any");
    round_trip(REGISTRY_LIMITS, &limits, "limits/identified");
    round_trip(REGISTRY_OPERATOR, &person, "operator/aigerim");
    round_trip(REGISTRY_NETWORK, &network, "network/kaspi-1");
}

/* More would be written as a larger map than is read. */
Test(registry, each_kind_of_record_fits_a_small_map) {
    for (int kind = 0; kind < REGISTRY_KINDS; kind++) {
        const struct registry_schema *schema = &registry_schemas[kind];
        uint32_t count = 0;
        for (uint32_t i = 0; i < schema->field_count; i++)
            count += !schema->fields[i].in_key;
        cr_expect(count > 0 && count <= 15, "%s has %u", schema->name, count);
    }
}

Test(registry, damaged_values_are_refused_and_never_read_beyond) {
    uint8_t value[LEDGER_VALUE_MAX];
    union registry_record record;
    const char *why;
    struct slice key = SLICE("agent/72222222221");
    size_t size = registry_write(REGISTRY_AGENT, &agent, value);
    for (size_t cut = 0; cut < size; cut++) {
        uint8_t *copy = malloc(cut + 1); /* of its own, so that reading beyond is seen */
        REQUIRE(copy != NULL);
        memcpy(copy, value, cut);
        cr_expect_not(
            registry_read(REGISTRY_AGENT, key, (struct slice){(char *)copy, cut}, &record, &why));
        free(copy);
    }
    for (size_t at = 0; at < size; at++)
        for (int bit = 0; bit < 8; bit++) {
            value[at] ^= (uint8_t)(1 << bit);
            if (registry_read(REGISTRY_AGENT, key, (struct slice){(char *)value, size}, &record,
                              &why))
                (void)registry_check(REGISTRY_AGENT, &record, &why);
            value[at] ^= (uint8_t)(1 << bit);
        }
    value[size] = 0xc0;
    cr_expect_not(
        registry_read(REGISTRY_AGENT, key, (struct slice){(char *)value, size + 1}, &record, &why),
        "bytes behind the map");
}

static void refused(const char *key, const char *value, size_t size) {
    union registry_record record;
    const char *why = NULL;
    cr_expect_not(registry_read(registry_kind_of(slice_text(key)), slice_text(key),
                                (struct slice){value, size}, &record, &why),
                  "%s", key);
    cr_expect(why != NULL);
}
#define REFUSED(key, value) refused(key, value, sizeof(value) - 1)

Test(registry, fields_are_known_once_and_of_their_type) {
    REFUSED("client/77072734954", "\x82\xa7"
                                  "account\x05\xaa"
                                  "first_name\xc4\x01x");
    REFUSED("client/77072734954", "\x81\xc4\x07"
                                  "account\x05");
    REFUSED("key/72222222221/1", "\x81\xa3"
                                 "der\xa1x");
    REFUSED("client/77072734954", "\x81\xa4what\x01");
    REFUSED("client/77072734954", "\x82\xa7"
                                  "account\x05\xa7"
                                  "account\x06");
    REFUSED("client/77072734954", "\x81\xa7"
                                  "account\xa1x");
    REFUSED("client/77072734954", "\x81\xaaidentified\x01");
    REFUSED("client/77072734954", "\x81\xa5login\x01");
    REFUSED("client/77072734954", "\x81\xa3iin\xadxxxxxxxxxxxxx");
    REFUSED("client/77072734954", "\x93\x01\x02\x03");
    REFUSED("client/0", "\x80");
    REFUSED("client/077072734954", "\x80");
    REFUSED("client/77072734954/1", "\x80");
    REFUSED("client/7707273495x", "\x80");
    REFUSED("key/72222222221/01", "\x80");
    REFUSED("tariff/no/any/any", "\x80");
    REFUSED("limits/some", "\x80");
}

static bool set(enum registry_kind kind, void *record, const char *name, const char *text) {
    const char *why;
    const struct registry_field *field = registry_field_of(kind, slice_text(name));
    cr_assert(field != NULL, "%s", name);
    bool good = registry_set(kind, record, field, slice_text(text), &why);
    cr_expect(good == (why == NULL));
    return good;
}

static void prints(enum registry_kind kind, const void *record, const char *name,
                   const char *text) {
    struct buffer out;
    buffer_init(&out, 8192);
    registry_print(record, registry_field_of(kind, slice_text(name)), &out);
    cr_expect(slice_equal((struct slice){out.base, out.used}, slice_text(text)), "%s: %.*s", name,
              (int)out.used, out.base);
    buffer_free(&out);
}

Test(registry, fields_are_set_and_printed_as_text) {
    static const struct {
        const char *name, *text;
    } fine[] = {{"login", "72222222221"},
                {"account", "1001"},
                {"name", "Ак жол"},
                {"privileges", "BALANCE,CASH_IN"},
                {"addresses", "10.0.0.0/8 ::1"},
                {"answer_algorithm", "sha256"},
                {"legacy_signature", "yes"},
                {"blocked", "no"}};
    struct registry_agent record = {.login = 0};
    for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) {
        cr_expect(set(REGISTRY_AGENT, &record, fine[i].name, fine[i].text), "%s", fine[i].name);
        prints(REGISTRY_AGENT, &record, fine[i].name, fine[i].text);
    }
    cr_expect(set(REGISTRY_AGENT, &record, "privileges", "all"));
    cr_expect_eq(record.privileges, PRIVILEGES_ALL);
    cr_expect(set(REGISTRY_AGENT, &record, "privileges", "none"));
    cr_expect_eq(record.privileges, 0);
    struct registry_limits limits = {.identified = true};
    cr_expect(set(REGISTRY_LIMITS, &limits, "ceiling", "none"));
    cr_expect_eq(limits.ceiling, LEDGER_NO_CEILING);
    prints(REGISTRY_LIMITS, &limits, "ceiling", "none");
    cr_expect(set(REGISTRY_LIMITS, &limits, "day_limit", "100.5"));
    prints(REGISTRY_LIMITS, &limits, "day_limit", "100.50");
}

Test(registry, wrong_texts_are_refused) {
    static const struct {
        const char *name, *text;
    } wrong[] = {{"login", "1234567"},
                 {"login", "123456789012"},
                 {"login", "01234567"},
                 {"login", "+7222222222"},
                 {"account", "-1"},
                 {"account", ""},
                 {"name", "a\nb"},
                 {"name", "a\xff"},
                 {"name", "\xc2\x85"},
                 {"privileges", "CASH"},
                 {"privileges", "CASH_IN,"},
                 {"addresses", "10.0.0.1/8"},
                 {"addresses", "example.kz"},
                 {"answer_algorithm", "md5"},
                 {"blocked", "maybe"}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct registry_agent record = agent;
        bool comma = strcmp(wrong[i].text, "CASH_IN,") == 0; /* a comma at the end does no harm */
        cr_expect_eq(set(REGISTRY_AGENT, &record, wrong[i].name, wrong[i].text), comma, "%s: %s",
                     wrong[i].name, wrong[i].text);
    }
}

Test(registry, whole_records_are_checked) {
    const char *why;
    struct registry_client client = {.login = 77072734954, .account = 1, .identified = true};
    cr_expect_not(registry_check(REGISTRY_CLIENT, &client, &why), "an identified one has an IIN");
    struct registry_tariff tariff = {.operation = 3, .percent = 100};
    cr_expect_not(registry_check(REGISTRY_TARIFF, &tariff, &why), "who pays?");
    tariff.payer = PAYER_AGENT;
    cr_expect(registry_check(REGISTRY_TARIFF, &tariff, &why));
    tariff.percent = 10001;
    cr_expect_not(registry_check(REGISTRY_TARIFF, &tariff, &why));
    struct registry_operator person = {.name = "Aigerim", .role = "viewer"};
    cr_expect_not(registry_check(REGISTRY_OPERATOR, &person, &why));
    struct registry_agent nameless = agent;
    nameless.name[0] = '\0';
    cr_expect_not(registry_check(REGISTRY_AGENT, &nameless, &why));
    cr_expect_str_eq(why, "name");
}

Test(registry, a_network_has_a_plain_name_and_a_whole_password) {
    const char *why;
    struct registry_network changed = network;
    cr_expect(registry_check(REGISTRY_NETWORK, &changed, &why), "%s", why);
    changed.name[0] = 'K';
    cr_expect_not(registry_check(REGISTRY_NETWORK, &changed, &why));
    changed.name[0] = '/';
    cr_expect_not(registry_check(REGISTRY_NETWORK, &changed, &why));
    changed = network;
    changed.password_hash[63] = '\0';
    cr_expect_not(registry_check(REGISTRY_NETWORK, &changed, &why));
    changed.password_hash[0] = '\0';
    cr_expect_not(registry_check(REGISTRY_NETWORK, &changed, &why), "a user without a password");
    changed.user[0] = '\0';
    cr_expect(registry_check(REGISTRY_NETWORK, &changed, &why), "%s", why);
    changed = network;
    changed.user[1] = ':';
    cr_expect_not(registry_check(REGISTRY_NETWORK, &changed, &why));
    changed = network;
    changed.password_hash[5] = 'G';
    cr_expect_not(registry_check(REGISTRY_NETWORK, &changed, &why));
    changed = network;
    changed.merchant_service = 1;
    cr_expect_not(registry_check(REGISTRY_NETWORK, &changed, &why), "which?");
    changed.merchant_service = 2;
    cr_expect(registry_check(REGISTRY_NETWORK, &changed, &why), "%s", why);
    memcpy(changed.addresses, " ", 2);
    cr_expect_not(registry_check(REGISTRY_NETWORK, &changed, &why), "from anywhere");
    changed.addresses[0] = '\0';
    cr_expect_not(registry_check(REGISTRY_NETWORK, &changed, &why), "from anywhere");
}

Test(registry, a_webhook_needs_its_secret) {
    static const char *const bad[] = {"x",
                                      "whsec_",
                                      "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                                      "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS=",
                                      "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa-w",
                                      "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwX"};
    struct registry_merchant merchant = {
        .login = 72222222229, .name = "Shop", .wallets = {1}, .wallet_count = 1};
    uint8_t key[REGISTRY_WEBHOOK_KEY_MAX];
    char secret[REGISTRY_WEBHOOK_MAX];
    const char *why;
    cr_expect(registry_check(REGISTRY_MERCHANT, &merchant, &why), "%s", why);
    merchant.callback = CALLBACK_WEBHOOK;
    cr_expect_not(registry_check(REGISTRY_MERCHANT, &merchant, &why));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_expect(set(REGISTRY_MERCHANT, &merchant, "webhook_secret", bad[i]));
        cr_expect_not(registry_check(REGISTRY_MERCHANT, &merchant, &why), "%s", bad[i]);
    }
    for (size_t size = 20; size <= REGISTRY_WEBHOOK_KEY_MAX; size++) { /* a key of zeros */
        static const unsigned char zeros[REGISTRY_WEBHOOK_KEY_MAX];
        memcpy(secret, "whsec_", 7);
        (void)sodium_bin2base64(secret + 6, sizeof secret - 6, zeros, size,
                                sodium_base64_VARIANT_ORIGINAL);
        cr_expect_eq(registry_webhook_key(secret, key), size < REGISTRY_WEBHOOK_KEY_MIN ? 0 : size);
    }
    cr_expect(set(REGISTRY_MERCHANT, &merchant, "webhook_secret", secret));
    cr_expect(registry_check(REGISTRY_MERCHANT, &merchant, &why), "%s", why);
}

Test(registry, a_service_knows_its_accounts) {
    struct registry_service service = {.pattern = "7[0-9]{9}|B-[0-9]+"};
    cr_expect(registry_account_matches(&service, SLICE("7071234567")));
    cr_expect(registry_account_matches(&service, SLICE("B-1")));
    cr_expect_not(registry_account_matches(&service, SLICE("70712345678")));
    cr_expect_not(registry_account_matches(&service, SLICE("x7071234567")));
    cr_expect_not(registry_account_matches(&service, SLICE("")));
    cr_expect_not(registry_account_matches(&service, SLICE("7071234567\n")));
    service.pattern[0] = '\0';
    cr_expect(registry_account_matches(&service, SLICE("anything")));
    cr_expect(set(REGISTRY_SERVICE, &service, "pattern", "[0-9]+"));
    cr_expect_not(set(REGISTRY_SERVICE, &service, "pattern", "[0-9"));
    cr_expect_not(set(REGISTRY_SERVICE, &service, "pattern", "(a"));
    static const char *const costly[] = {
        "(((a{1,40}){1,40}){1,40})", "(a*)*", "(a|b)+", "a{1,400}", "a{9}{9}", "(a)\\1"};
    for (size_t i = 0; i < sizeof costly / sizeof costly[0]; i++)
        cr_expect_not(set(REGISTRY_SERVICE, &service, "pattern", costly[i]), "%s", costly[i]);
    cr_expect(set(REGISTRY_SERVICE, &service, "pattern", "(70[0-9]|77[15678])[0-9]{7}"));
}

Test(registry, a_service_rests_in_its_windows) {
    struct registry_service service = {.maintenance = "02:00-04:00 23:30-24:00"};
    const uint64_t hour = 3600000000000u, midnight = 24 * hour * 20000 - 5 * hour; /* in UTC+5 */
    cr_expect_not(registry_in_maintenance(&service, midnight));
    cr_expect_not(registry_in_maintenance(&service, midnight + 2 * hour - 1));
    cr_expect(registry_in_maintenance(&service, midnight + 2 * hour));
    cr_expect(registry_in_maintenance(&service, midnight + 4 * hour - 1));
    cr_expect_not(registry_in_maintenance(&service, midnight + 4 * hour));
    cr_expect(registry_in_maintenance(&service, midnight + 24 * hour - 1));
    static const char *const wrong[] = {"2:00-4:00",   "02:00",       "04:00-02:00",
                                        "02:00-25:00", "02:60-04:00", "02:00-04:00,05:00-06:00"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        cr_expect_not(set(REGISTRY_SERVICE, &service, "maintenance", wrong[i]), "%s", wrong[i]);
}

Test(registry, address_lists_say_who_may_come) {
    cr_expect(registry_address_allowed("", SLICE("192.0.2.7")));
    cr_expect(registry_address_allowed("10.0.0.0/8 192.0.2.7", SLICE("192.0.2.7")));
    cr_expect(registry_address_allowed("10.0.0.0/8", SLICE("::ffff:10.1.2.3")));
    cr_expect_not(registry_address_allowed("10.0.0.0/8", SLICE("11.0.0.1")));
    cr_expect_not(registry_address_allowed("10.0.0.0/8", SLICE("")));
    cr_expect_not(registry_address_allowed("", SLICE("not an address")));
}
