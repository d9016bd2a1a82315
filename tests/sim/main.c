/* tiyn_sim - runs seeded random histories against the ledger and an independent model of it. */
#include "tests/lib/require.h"
#include "tests/sim/sim.h"

#include <string.h>
#include <sys/mman.h>

enum { SEEDS_DEFAULT = 300, STEPS_DEFAULT = 120 };

struct totals {
    uint64_t seeds, commands, payments, merges;
    uint64_t reached[LEDGER_STATUS_COUNT];
};

static int usage(void) {
    fputs("usage: tiyn_sim [--seeds FROM-TO] [--steps BATCHES]\n", stderr);
    return 2;
}

static bool run_seed(uint64_t seed, uint32_t steps, struct totals *totals) {
    struct sim *sim = mmap(NULL, sizeof *sim, PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    REQUIRE(sim != MAP_FAILED);
    sim->seed = seed;
    sim->steps = steps;
    bool good = sim_run(sim);
    if (!good)
        printf("FAILED: seed %llu, batch %u: %s\n  again: tiyn_sim --seeds %llu-%llu --steps %u\n",
               (unsigned long long)seed, sim->step + 1, sim->failure, (unsigned long long)seed,
               (unsigned long long)seed, steps);
    totals->seeds++;
    totals->commands += sim->commands;
    totals->payments += sim->model.payment_count;
    totals->merges += sim->merges;
    for (unsigned i = 0; i < LEDGER_STATUS_COUNT; i++)
        totals->reached[i] += sim->reached[i];
    REQUIRE(munmap(sim, sizeof *sim) == 0);
    return good;
}

static void report(const struct totals *totals) {
    printf("%llu seeds, %llu commands, %llu payments, %llu merges of references; answers:",
           (unsigned long long)totals->seeds, (unsigned long long)totals->commands,
           (unsigned long long)totals->payments, (unsigned long long)totals->merges);
    for (unsigned i = 0; i < LEDGER_STATUS_COUNT; i++)
        printf(" %s %llu", ledger_status_name(i), (unsigned long long)totals->reached[i]);
    puts("");
}

int main(int argument_count, char **arguments) {
    unsigned long long first = 1, last = SEEDS_DEFAULT;
    uint32_t steps = STEPS_DEFAULT;
    bool seeds = true;
    for (int i = 1; i + 1 < argument_count; i += 2) {
        if (strcmp(arguments[i], "--seeds") == 0)
            seeds = sscanf(arguments[i + 1], "%llu-%llu", &first, &last) == 2 && first <= last;
        else if (strcmp(arguments[i], "--steps") == 0)
            steps = (uint32_t)strtoul(arguments[i + 1], NULL, 10);
        else
            return usage();
    }
    if (argument_count % 2 == 0 || !seeds || steps == 0)
        return usage();
    struct totals totals = {0};
    setvbuf(stdout, NULL, _IOLBF, 0); /* a failure is seen at once, whatever comes then */
    unsigned failures = 0;
    for (uint64_t seed = first; seed <= last; seed++)
        failures += !run_seed(seed, steps, &totals);
    report(&totals);
    return failures > 0 ? 1 : 0;
}
