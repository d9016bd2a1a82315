/* test_gateway.c - finding a gateway by name and by bearer key. */
#include <criterion/criterion.h>
#include <sodium.h>
#include <stdio.h>

#include "switch/config.h"

static struct config config;
static char long_key[GATEWAY_BEARER_MAX + 2];

static void add(const char *name, const char *key) {
    struct gateway *gateway = &config.gateways[config.gateway_count++];
    snprintf(gateway->grant.name, sizeof(gateway->grant.name), "%s", name);
    if (key != NULL) {
        gateway_bearer_hash(gateway->bearer_hash, key, strlen(key));
        gateway->has_bearer = true;
    }
}

static void setup(void) {
    cr_assert(sodium_init() >= 0);
    add("shop", "shop-key-0123456789-0123456789-01234");
    add("rpc-only", NULL);
    add("bank", "bank-key-0123456789-0123456789-01234");
    memset(long_key, 'x', sizeof(long_key) - 1);
}

TestSuite(gateway, .init = setup);

static const char *by_key(const char *key) {
    const struct gateway *gateway = gateway_by_bearer(&config, slice_text(key));
    return gateway == NULL ? "nobody" : gateway->grant.name;
}

static const char *by_name(const char *name) {
    const struct gateway *gateway = gateway_by_name(&config, slice_text(name));
    return gateway == NULL ? "nobody" : gateway->grant.name;
}

Test(gateway, is_found_by_its_name) {
    cr_expect_str_eq(by_name("shop"), "shop");
    cr_expect_str_eq(by_name("bank"), "bank");
    cr_expect_str_eq(by_name("ban"), "nobody");
    cr_expect_str_eq(by_name("bank1"), "nobody");
    cr_expect_str_eq(by_name(""), "nobody");
}

Test(gateway, is_found_by_its_key) {
    cr_expect_str_eq(by_key("shop-key-0123456789-0123456789-01234"), "shop");
    cr_expect_str_eq(by_key("bank-key-0123456789-0123456789-01234"), "bank");
}

Test(gateway, is_not_found_by_any_other_key) {
    cr_expect_str_eq(by_key("shop-key-0123456789-0123456789-01235"), "nobody");
    cr_expect_str_eq(by_key("shop-key-0123456789-0123456789-0123"), "nobody");
    cr_expect_str_eq(by_key(""), "nobody");
    cr_expect_str_eq(by_key(long_key), "nobody");
    /* a gateway without a bearer key has a hash of zeros, which no key may reach */
    cr_expect_str_eq(by_key("00000000000000000000000000000000"), "nobody");
}

Test(gateway, the_operators_grant_allows_everything) {
    const struct grant *grant = gateway_operator_grant();
    cr_expect(grant_allows(grant, GRANT_OPERATOR));
    cr_expect(grant_requester(grant, 1));
    cr_expect(grant_requester(grant, UINT64_MAX));
    cr_expect(grant_account(grant, 1));
    cr_expect(grant_account(grant, UINT64_MAX));
}
