/* limit_password.c - how many log-ins the machine could verify: passwords on all cores and nothing
 * else, as slow as the node has them. A buyer's payment has one. */
#include "bench/bench.h"
#include "bench/cores.h"
#include "bench/progress.h"
#include "protocols/common/password.h"

#include <stdatomic.h>

#define PASSWORD SLICE("as long as people's are")

struct verifying {
    char hash[PASSWORD_HASH_TEXT];
    uint64_t end_ns;
    _Atomic uint64_t verified;
};

static bool verify_all(void *context, uint32_t core) {
    struct verifying *verifying = context;
    bool ok = true;
    (void)core;
    while (ok && bench_now_ns() < verifying->end_ns) {
        ok = password_verify(verifying->hash, PASSWORD);
        atomic_fetch_add(&verifying->verified, 1);
    }
    return ok;
}

bool limit_password(struct bench *bench, const struct plan *plan, struct measurement *out) {
    static const struct histogram none;
    struct verifying verifying = {.verified = 0};
    bool ok = password_hash(PASSWORD, verifying.hash);
    uint64_t begin = bench_now_ns();
    verifying.end_ns = begin + (uint64_t)(out->seconds * 1e9);
    (void)bench;
    progress_show(plan->name, 0, 0);
    ok = ok && cores_run(verify_all, &verifying);
    bench_figures(out, &none, verifying.verified, bench_now_ns() - begin);
    return ok;
}
