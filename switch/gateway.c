/* gateway.c - finding a gateway by its name or its bearer key. */
#include "switch/gateway.h"

#include <sodium.h>
#include <string.h>

#include "switch/assert.h"
#include "switch/config.h"

_Static_assert(GATEWAY_KEY_SIZE == crypto_auth_KEYBYTES, "the RPC key is crypto_auth's");
_Static_assert(GATEWAY_HASH_SIZE == crypto_generichash_BYTES, "the hash is crypto_generichash's");

static const struct grant operator_grant = {
    .name = "operator",
    .rights = GRANT_OPEN | GRANT_COMPLETE | GRANT_DECLINE | GRANT_LOOKUP | GRANT_ACCOUNT_OPEN |
              GRANT_ACCOUNT_READ | GRANT_NODE | GRANT_OPERATOR,
    .requester = 0,
    .requesters = {{0, UINT64_MAX}},
    .accounts = {{0, UINT64_MAX}},
    .requester_count = 1,
    .account_count = 1,
};

const struct grant *gateway_operator_grant(void) {
    return &operator_grant;
}

const struct gateway *gateway_by_name(const struct config *config, struct slice name) {
    ASSERT(config->gateway_count <= CONFIG_GATEWAYS_MAX);
    for (uint32_t i = 0; i < config->gateway_count; i++) {
        const struct gateway *gateway = &config->gateways[i];
        if (strlen(gateway->grant.name) == name.size &&
            memcmp(gateway->grant.name, name.base, name.size) == 0) {
            return gateway;
        }
    }
    return NULL;
}

void gateway_bearer_hash(uint8_t *hash, const void *key, size_t size) {
    int rc = crypto_generichash(hash, GATEWAY_HASH_SIZE, key, size, NULL, 0);
    ASSERT(rc == 0);
}

const struct gateway *gateway_by_bearer(const struct config *config, struct slice key) {
    if (key.size < GATEWAY_BEARER_MIN || key.size > GATEWAY_BEARER_MAX) {
        return NULL;
    }
    uint8_t hash[GATEWAY_HASH_SIZE];
    gateway_bearer_hash(hash, key.base, key.size);
    const struct gateway *found = NULL;
    for (uint32_t i = 0; i < config->gateway_count; i++) { /* all of them, found or not */
        const struct gateway *gateway = &config->gateways[i];
        if (gateway->has_bearer &&
            sodium_memcmp(hash, gateway->bearer_hash, GATEWAY_HASH_SIZE) == 0) {
            found = gateway;
        }
    }
    return found;
}
