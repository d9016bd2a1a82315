/* dsig_rsa.c - contexts of libcrypto, each one thread's at a time. */
#include "protocols/xml/dsig_rsa.h"

#include <openssl/rsa.h>
#include <pthread.h>
#include <stdlib.h>

#include "protocols/common/assert.h"
#include "protocols/xml/dsig_names.h"

static EVP_MD *hashes[DSIG_HASHES];

bool dsig_rsa_start(void) {
    hashes[DSIG_SHA1] = EVP_MD_fetch(NULL, "SHA1", NULL);
    hashes[DSIG_SHA256] = EVP_MD_fetch(NULL, "SHA256", NULL);
    return hashes[DSIG_SHA1] != NULL && hashes[DSIG_SHA256] != NULL;
}

bool dsig_digest(enum dsig_hash hash, struct slice text, struct dsig_bytes *digest) {
    unsigned int size = 0;
    _Static_assert(EVP_MAX_MD_SIZE <= sizeof(digest->bytes), "any digest fits");
    bool good = EVP_Digest(text.base, text.size, digest->bytes, &size, hashes[hash], NULL) == 1;
    digest->size = size;
    ASSERT(!good || size <= DSIG_DIGEST_MAX);
    return good;
}

/* What signs or verifies with one hash. */
struct tool {
    struct tool *next; /* while it is free */
    EVP_PKEY_CTX *context;
};

struct dsig_rsa {
    EVP_PKEY *key;
    bool secret;
    pthread_mutex_t mutex;
    struct tool *free[DSIG_HASHES]; /* as many as threads used the key at once */
};

struct dsig_rsa *dsig_rsa_new(EVP_PKEY *key, bool secret) {
    struct dsig_rsa *rsa = calloc(1, sizeof(*rsa));
    if (rsa == NULL || pthread_mutex_init(&rsa->mutex, NULL) != 0) {
        EVP_PKEY_free(key);
        free(rsa);
        return NULL;
    }
    rsa->key = key;
    rsa->secret = secret;
    return rsa;
}

static void tool_free(struct tool *tool) {
    EVP_PKEY_CTX_free(tool->context);
    free(tool);
}

void dsig_rsa_free(struct dsig_rsa *rsa) {
    if (rsa == NULL) {
        return;
    }
    for (int i = 0; i < DSIG_HASHES; i++) {
        while (rsa->free[i] != NULL) {
            struct tool *tool = rsa->free[i];
            rsa->free[i] = tool->next;
            tool_free(tool);
        }
    }
    (void)pthread_mutex_destroy(&rsa->mutex);
    EVP_PKEY_free(rsa->key);
    free(rsa);
}

/* The numbers that blind a secret key are a part of it, behind a lock: so that nobody waits there
 * for another, each context has a copy of the key. */
static EVP_PKEY_CTX *context_new(const struct dsig_rsa *rsa, enum dsig_hash hash) {
    EVP_PKEY *copy = rsa->secret ? EVP_PKEY_dup(rsa->key) : NULL;
    EVP_PKEY *key = rsa->secret ? copy : rsa->key;
    EVP_PKEY_CTX *context = key == NULL ? NULL : EVP_PKEY_CTX_new(key, NULL);
    bool good = context != NULL &&
                (rsa->secret ? EVP_PKEY_sign_init(context) : EVP_PKEY_verify_init(context)) == 1 &&
                EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
                EVP_PKEY_CTX_set_signature_md(context, hashes[hash]) == 1;
    EVP_PKEY_free(copy); /* the context keeps it */
    if (!good) {
        EVP_PKEY_CTX_free(context);
        return NULL;
    }
    return context;
}

/* NULL: libcrypto failed. */
static struct tool *tool_take(struct dsig_rsa *rsa, enum dsig_hash hash) {
    (void)pthread_mutex_lock(&rsa->mutex);
    struct tool *tool = rsa->free[hash];
    if (tool != NULL) {
        rsa->free[hash] = tool->next;
    }
    (void)pthread_mutex_unlock(&rsa->mutex);
    if (tool != NULL) {
        return tool;
    }
    tool = calloc(1, sizeof(*tool));
    if (tool != NULL) {
        tool->context = context_new(rsa, hash);
        if (tool->context == NULL) {
            free(tool);
            tool = NULL;
        }
    }
    return tool;
}

static void tool_give(struct dsig_rsa *rsa, enum dsig_hash hash, struct tool *tool) {
    (void)pthread_mutex_lock(&rsa->mutex);
    tool->next = rsa->free[hash];
    rsa->free[hash] = tool;
    (void)pthread_mutex_unlock(&rsa->mutex);
}

bool dsig_rsa_sign(struct dsig_rsa *rsa, enum dsig_hash hash, const struct dsig_bytes *digest,
                   struct dsig_bytes *signature) {
    ASSERT(rsa->secret);
    struct tool *tool = tool_take(rsa, hash);
    if (tool == NULL) {
        return false;
    }
    signature->size = sizeof(signature->bytes);
    bool good = EVP_PKEY_sign(tool->context, signature->bytes, &signature->size, digest->bytes,
                              digest->size) == 1;
    tool_give(rsa, hash, tool);
    return good;
}

bool dsig_rsa_verify(struct dsig_rsa *rsa, enum dsig_hash hash, const struct dsig_bytes *digest,
                     const struct dsig_bytes *signature) {
    ASSERT(!rsa->secret);
    struct tool *tool = tool_take(rsa, hash);
    if (tool == NULL) {
        return false;
    }
    bool good = EVP_PKEY_verify(tool->context, signature->bytes, signature->size, digest->bytes,
                                digest->size) == 1;
    tool_give(rsa, hash, tool);
    return good;
}
