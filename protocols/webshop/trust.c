/* trust.c - who signed a request, and whether it may ask for what it does: by the registry. */
#include "protocols/common/assert.h"
#include "protocols/webshop/link.h"
#include "protocols/webshop/webshop.h"
#include "protocols/xml/dsig.h"

static enum webshop_fault find_merchant(const struct adapter_env *env,
                                        const struct webshop_request *request,
                                        struct registry_merchant *merchant) {
    *merchant = (struct registry_merchant){.login = request->merchant};
    enum registry_found found = registry_find(env, REGISTRY_MERCHANT, merchant);
    if (found == REGISTRY_BUSY)
        return WEBSHOP_BUSY;
    if (found != REGISTRY_FOUND)
        return WEBSHOP_MERCHANT_UNKNOWN;
    return merchant->blocked ? WEBSHOP_MERCHANT_BLOCKED : WEBSHOP_SOUND;
}

static bool has_wallet(const struct registry_merchant *merchant, uint64_t wallet) {
    for (uint32_t i = 0; i < merchant->wallet_count; i++)
        if (merchant->wallets[i] == wallet)
            return true;
    return false;
}

/* Whether one key of the merchant's verifies. SHA-1 is taken of every merchant, since the contract
 * knows nothing else; a short key only of one with legacy_signature. */
static enum webshop_fault try_key(const struct dsig_found *found,
                                  const struct registry_merchant *merchant,
                                  const struct registry_key *record) {
    const uint32_t least =
        merchant->legacy_signature ? DSIG_KEY_BITS_MIN_LEGACY : DSIG_KEY_BITS_MIN;
    struct dsig_public *key =
        record->blocked ? NULL : dsig_public_read(record->der, record->der_size);
    if (key == NULL || dsig_public_bits(key) < least) {
        dsig_public_free(key);
        return WEBSHOP_NO_KEY;
    }
    bool good = dsig_verify(found, key, true);
    dsig_public_free(key);
    return good ? WEBSHOP_SOUND : WEBSHOP_BAD_SIGNATURE;
}

static enum webshop_fault verify(const struct adapter_env *env,
                                 const struct webshop_request *request,
                                 const struct registry_merchant *merchant) {
    enum webshop_fault fault = WEBSHOP_NO_KEY;
    struct dsig_found found;
    bool sound = dsig_find(request->document, xmlDocGetRootElement(request->document), &found);
    ASSERT(sound); /* webshop_request_read saw to it */
    for (uint32_t number = 1; number <= WEBSHOP_KEYS_MAX; number++) {
        struct registry_key record = {.login = merchant->login, .number = number};
        enum registry_found there = registry_find(env, REGISTRY_KEY, &record);
        if (there == REGISTRY_BUSY)
            return WEBSHOP_BUSY;
        if (there != REGISTRY_FOUND)
            continue;
        enum webshop_fault tried = try_key(&found, merchant, &record);
        if (tried == WEBSHOP_SOUND)
            return WEBSHOP_SOUND;
        fault = tried == WEBSHOP_BAD_SIGNATURE ? tried : fault;
    }
    return fault;
}

enum webshop_fault webshop_request_trust(const struct adapter_env *env,
                                         const struct webshop_request *request,
                                         struct registry_merchant *merchant) {
    struct link link;
    enum webshop_fault fault = find_merchant(env, request, merchant);
    if (fault != WEBSHOP_SOUND)
        return fault;
    if (!has_wallet(merchant, request->wallet))
        return WEBSHOP_WALLET_WRONG;
    if ((fault = verify(env, request, merchant)) != WEBSHOP_SOUND)
        return fault;
    if (request->response_url.size > 0 && (!link_read(request->response_url, &link) ||
                                           link_inside(&link, env->settings->callback_allow)))
        return WEBSHOP_URL_REFUSED;
    return request->total <= env->settings->amount_max ? WEBSHOP_SOUND : WEBSHOP_AMOUNT_TOO_LARGE;
}
