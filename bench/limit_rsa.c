/* limit_rsa.c - how many answers the machine could sign: RSA-2048 on all cores and nothing else. A
 * payment over SOAP is two signed answers, so the rate is told in payments. */
#include "bench/bench.h"
#include "bench/progress.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#define KEY_BITS 2048u
#define THREADS_MAX 64
#define ANSWERS 2u /* of a payment: PENDING, then COMPLETED */

struct signer {
    EVP_PKEY *key;
    uint64_t end_ns;
    uint64_t signatures;
    bool ok;
};

static void *sign_all(void *context) {
    struct signer *signer = context;
    EVP_PKEY_CTX *pkey = EVP_PKEY_CTX_new(signer->key, NULL);
    unsigned char digest[20] = {1}, signature[KEY_BITS / 8];
    signer->ok = pkey != NULL && EVP_PKEY_sign_init(pkey) > 0 &&
                 EVP_PKEY_CTX_set_rsa_padding(pkey, RSA_PKCS1_PADDING) > 0 &&
                 EVP_PKEY_CTX_set_signature_md(pkey, EVP_sha1()) > 0;
    while (signer->ok && bench_now_ns() < signer->end_ns) {
        size_t size = sizeof(signature);
        signer->ok = EVP_PKEY_sign(pkey, signature, &size, digest, sizeof(digest)) > 0;
        signer->signatures++;
    }
    EVP_PKEY_CTX_free(pkey);
    return NULL;
}

bool limit_rsa(struct bench *bench, const struct plan *plan, struct measurement *out) {
    struct signer signers[THREADS_MAX] = {{NULL, 0, 0, false}};
    pthread_t threads[THREADS_MAX];
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    long count = cores < 1 ? 1 : cores > THREADS_MAX ? THREADS_MAX : cores, started = 0;
    EVP_PKEY *key = EVP_RSA_gen(KEY_BITS);
    uint64_t begin = bench_now_ns(), signatures = 0;
    bool ok = key != NULL;
    (void)bench;
    progress_show(plan->name, 0, 0);
    for (; ok && started < count; started++) {
        signers[started] = (struct signer){key, begin + (uint64_t)(out->seconds * 1e9), 0, false};
        ok = pthread_create(&threads[started], NULL, sign_all, &signers[started]) == 0;
        started -= ok ? 0 : 1;
    }
    for (long i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
        ok = ok && signers[i].ok;
        signatures += signers[i].signatures;
    }
    EVP_PKEY_free(key);
    static const struct histogram none;
    bench_figures(out, &none, signatures / ANSWERS, bench_now_ns() - begin);
    return ok;
}
