/* limit_rsa.c - how many answers the machine could sign: RSA-2048 on all cores and nothing else. A
 * payment over SOAP is two signed answers, so the rate is told in payments. */
#include "bench/bench.h"
#include "bench/cores.h"
#include "bench/progress.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdatomic.h>

#define KEY_BITS 2048u
#define ANSWERS 2u /* of a payment: PENDING, then COMPLETED */

struct signing {
    EVP_PKEY *key;
    uint64_t end_ns;
    _Atomic uint64_t signatures;
};

static bool sign_all(void *context, uint32_t core) {
    struct signing *signing = context;
    EVP_PKEY_CTX *pkey = EVP_PKEY_CTX_new(signing->key, NULL);
    unsigned char digest[20] = {1}, signature[KEY_BITS / 8];
    uint64_t count = 0;
    bool ok = pkey != NULL && EVP_PKEY_sign_init(pkey) > 0 &&
              EVP_PKEY_CTX_set_rsa_padding(pkey, RSA_PKCS1_PADDING) > 0 &&
              EVP_PKEY_CTX_set_signature_md(pkey, EVP_sha1()) > 0;
    (void)core;
    for (; ok && bench_now_ns() < signing->end_ns; count++) {
        size_t size = sizeof(signature);
        ok = EVP_PKEY_sign(pkey, signature, &size, digest, sizeof(digest)) > 0;
    }
    EVP_PKEY_CTX_free(pkey);
    atomic_fetch_add(&signing->signatures, count);
    return ok;
}

bool limit_rsa(struct bench *bench, const struct plan *plan, struct measurement *out) {
    static const struct histogram none;
    struct signing signing = {.key = EVP_RSA_gen(KEY_BITS)};
    uint64_t begin = bench_now_ns();
    signing.end_ns = begin + (uint64_t)(out->seconds * 1e9);
    (void)bench;
    progress_show(plan->name, 0, 0);
    bool ok = signing.key != NULL && cores_run(sign_all, &signing);
    EVP_PKEY_free(signing.key);
    bench_figures(out, &none, signing.signatures / ANSWERS, bench_now_ns() - begin);
    return ok;
}
