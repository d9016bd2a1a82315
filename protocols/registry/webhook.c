/* webhook.c - the secret that a merchant's webhooks are signed with, as Standard Webhooks writes
 * it. */
#include <sodium.h>

#include "protocols/registry/registry.h"

size_t registry_webhook_key(const char *secret, uint8_t key[REGISTRY_WEBHOOK_KEY_MAX]) {
    const struct slice start = SLICE("whsec_");
    struct slice text = slice_text(secret);
    size_t size = 0;
    if (!slice_starts(text, start))
        return 0;
    text = slice_after(text, start.size);
    bool good = sodium_base642bin(key, REGISTRY_WEBHOOK_KEY_MAX, text.base, text.size, NULL, &size,
                                  NULL, sodium_base64_VARIANT_ORIGINAL) == 0;
    return good && size >= REGISTRY_WEBHOOK_KEY_MIN ? size : 0;
}
