#include "protocols/checkpay/caller.h"

#include <sodium.h>

#include "protocols/common/assert.h"

enum { CREDENTIALS_MAX = 256 }; /* bytes of "user:password"                  */
#define HASH_SIZE 32u           /* of BLAKE2b-256: what b2sum -l 256 prints */

/* ---- The password ---- */

static bool hash_of(const char *hexadecimal, unsigned char hash[HASH_SIZE]) {
    size_t size = 0;
    return sodium_hex2bin(hash, HASH_SIZE, hexadecimal, strlen(hexadecimal), NULL, &size, NULL) ==
               0 &&
           size == HASH_SIZE;
}

/* Whether "Basic " and base64 of "user:password", as an Authorization header has it, are the
 * network's. The password is long and random (tiyn ctl makes it), so a plain hash of it is no help
 * to guess it, and takes no time on the loop. */
static bool password_right(const struct registry_network *network, struct slice authorization) {
    const struct slice scheme = SLICE("Basic ");
    unsigned char text[CREDENTIALS_MAX], wanted[HASH_SIZE], shown[HASH_SIZE];
    size_t size = 0, user = strlen(network->user);
    if (authorization.size <= scheme.size ||
        !slice_equal_nocase((struct slice){authorization.base, scheme.size}, scheme))
        return false;
    struct slice code = slice_after(authorization, scheme.size);
    if (sodium_base642bin(text, sizeof text, code.base, code.size, " ", &size, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        size <= user || text[user] != ':' || sodium_memcmp(text, network->user, user) != 0 ||
        !hash_of(network->password_hash, wanted))
        return false;
    crypto_generichash(shown, sizeof shown, text + user + 1, size - user - 1, NULL, 0);
    sodium_memzero(text, sizeof text);
    return sodium_memcmp(shown, wanted, sizeof wanted) == 0;
}

static bool is_authenticated(const struct registry_network *network,
                             const struct adapter_request *request) {
    if (network->user[0] == '\0')
        return true;
    for (uint32_t i = 0; i < request->header_count; i++)
        if (slice_equal_nocase(request->headers[i].name, SLICE("Authorization")))
            return password_right(network, request->headers[i].value);
    return false;
}

/* ---- The caller ---- */

/* Always false, for returns. */
static bool refuse(struct adapter_reply *reply, uint32_t status, const char *text) {
    reply->status = status;
    reply->content_type = "text/plain; charset=utf-8";
    buffer_text(reply->body, text);
    return false;
}

static const struct checkpay_profile *find_profile(const struct adapter_settings *settings,
                                                   const char *name) {
    for (uint32_t i = 0; i < settings->dialect_count; i++)
        if (strcmp(settings->dialects[i].name, name) == 0)
            return settings->dialects[i].profile;
    return NULL;
}

/* A stranger learns of no network that it is there: to him each path is as unknown as another. */
bool caller_find(const struct adapter_env *env, const struct adapter_request *request,
                 struct caller *caller, struct adapter_reply *reply) {
    static const char unknown[] = "not found\n", not_now[] = "not now\n";
    struct slice name = slice_after(request->path, sizeof CHECKPAY_PREFIX - 1);
    struct registry_network *network = &caller->network;
    *network = (struct registry_network){.login = 0};
    if (name.size == 0 || name.size >= sizeof network->name ||
        memchr(name.base, '/', name.size) != NULL || memchr(name.base, '\0', name.size) != NULL)
        return refuse(reply, 404, unknown);
    memcpy(network->name, name.base, name.size);
    enum registry_found found = registry_find(env, REGISTRY_NETWORK, network);
    if (found == REGISTRY_BUSY)
        return refuse(reply, 503, not_now);
    if (found != REGISTRY_FOUND || !registry_address_allowed(network->addresses, request->peer))
        return refuse(reply, 404, unknown);
    if (!is_authenticated(network, request)) {
        buffer_text(reply->headers, "WWW-Authenticate: Basic realm=\"checkpay\"\r\n");
        return refuse(reply, 401, "user and password\n");
    }
    caller->profile = find_profile(env->settings, network->profile);
    if (caller->profile == NULL) /* the operator's to mend; the network asks again */
        return refuse(reply, 503, not_now);
    bool post = caller->profile->method == CHECKPAY_POST;
    if (!slice_equal(request->method, post ? SLICE("POST") : SLICE("GET"))) {
        buffer_format(reply->headers, "Allow: %s\r\n", post ? "POST" : "GET");
        return refuse(reply, 405, post ? "POST only\n" : "GET only\n");
    }
    return true;
}
