#include "tests/lib/options.h"
#include "tests/lib/require.h"
#include "tests/sim/sim.h"

#include <signal.h>
#include <stdalign.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static struct sim_command commands[SIM_BATCH_MAX];
static struct ledger_result results[SIM_BATCH_MAX];
static const void *encoded[SIM_BATCH_MAX];
static alignas(8) uint8_t memory[SIM_BATCH_MAX * LEDGER_COMMAND_MAX];

struct ledger_options sim_options(const struct sim *sim, const char *folder) {
    struct ledger_options options = small_options(folder);
    if (sim->profile.big) { /* less memory than the history needs */
        options.table_bytes = 2 * MIB;
        options.account_slots = sim->seed % 32 == 0 ? 2048 : 4096;
        options.map_bytes = 1024 * MIB;
        options.open_payments = 1024;
        options.filter_bytes = 4096;
    }
    options.checkpoint_ns = SECOND_NS;
    options.journal_keep = 10000; /* for replay_compare */
    options.hash_seed = sim->seed;
    return options;
}

static bool is_lookup(enum ledger_kind kind) {
    return kind == LEDGER_LOOKUP || kind == LEDGER_ACCOUNT_LOOKUP ||
           kind == LEDGER_REGISTRY_LOOKUP || kind == LEDGER_REFUSED || kind == LEDGER_CHECK ||
           kind == LEDGER_DELIVERY_LOOKUP;
}

static uint32_t make_batch(struct sim *sim) {
    struct random *random = &sim->random;
    uint32_t count = generate_accounts(sim, commands), opened = count;
    struct ledger_writer writer = {.base = memory, .size = sizeof memory};
    if (opened == 0)
        count = 1 + (uint32_t)random_below(random,
                                           random_chance(random, 60) ? 8 : sim->profile.batch_max);
    for (uint32_t i = 0; i < count; i++) {
        encoded[i] = memory + writer.used;
        if (opened == 0)
            generate_command(sim, commands, i);
        encode_command(&writer, &commands[i]);
    }
    return count;
}

static bool compare_batch(struct sim *sim, struct ledger *ledger, uint32_t count, uint64_t now_ns,
                          bool had_room) {
    struct ledger_stats stats;
    bool journalled = false;
    ledger_stats(ledger, &stats);
    for (uint32_t i = 0; i < count; i++)
        journalled |= results[i].status != LEDGER_BUSY && !is_lookup(commands[i].kind);
    if (journalled)
        model_begin(&sim->model, now_ns);
    for (uint32_t i = 0; i < count; i++) {
        struct model_result expected;
        /* A large batch is durable in several parts, each a batch in the journal; in some of them
         * nothing is done. */
        while (results[i].status == LEDGER_DONE && !is_lookup(commands[i].kind) &&
               results[i].sequence > sim->model.sequence && stats.sequence > sim->model.sequence)
            model_begin(&sim->model, now_ns);
        sim->reached[results[i].status % LEDGER_STATUS_COUNT]++;
        if (results[i].status == LEDGER_BUSY && !is_lookup(commands[i].kind)) {
            sim->busy++;
            if (commands[i].kind == LEDGER_ACCOUNT_OPEN &&
                sim->opened_accounts >= commands[i].account.id)
                sim->opened_accounts = commands[i].account.id - 1; /* once more */
            bool open_full = sim->model.open_count + 1 >= sim_options(sim, "").open_payments;
            if (had_room && !open_full)
                return sim_fail(sim, "busy, with room for more");
            continue;
        }
        if (commands[i].kind == LEDGER_EXPIRE && (sim->profile.big || count > 1) &&
            results[i].payment < commands[i].count)
            commands[i].count = (uint32_t)results[i].payment; /* as many as there is room for */
        model_apply(&sim->model, &commands[i], &expected);
        if (!compare_result(sim, &commands[i], &expected, &results[i]))
            return sim_fail(sim, "in command %u", i);
    }
    while (count > 1 && stats.sequence > sim->model.sequence)
        model_begin(&sim->model, now_ns); /* parts in which nothing was done */
    if (stats.sequence != sim->model.sequence || stats.time_ns != sim->model.time_ns ||
        stats.payments != sim->model.payment_count || stats.open_payments != sim->model.open_count)
        return sim_fail(sim, "stats: batch %llu at %llu, model: batch %llu at %llu",
                        (unsigned long long)stats.sequence, (unsigned long long)stats.time_ns,
                        (unsigned long long)sim->model.sequence,
                        (unsigned long long)sim->model.time_ns);
    return true;
}

static uint64_t reference_runs(const struct ledger *ledger) {
    struct ledger_stats stats;
    ledger_stats(ledger, &stats);
    return stats.reference_runs;
}

static bool run_batch(struct sim *sim, struct ledger *ledger) {
    uint64_t now_ns = generate_time(sim);
    uint32_t count = make_batch(sim);
    bool had_room = ledger_has_room(ledger);
    memset(results, 0xff, sizeof results[0] * count);
    if (ledger_commit(ledger, now_ns, encoded, count, results) != 0)
        return sim_fail(sim, "commit: %s", ledger_failure_text(ledger));
    sim->commands += count;
    uint64_t busy = sim->busy, runs = reference_runs(ledger);
    if (!compare_batch(sim, ledger, count, now_ns, had_room))
        return false;
    if (ledger_tick(ledger, now_ns) != 0)
        return sim_fail(sim, "tick: %s", ledger_failure_text(ledger));
    if (sim->busy > busy && ledger_flush(ledger) != 0)
        return sim_fail(sim, "flush: %s", ledger_failure_text(ledger));
    sim->merges += reference_runs(ledger) < runs;
    sim->step++;
    if (sim->step % sim->profile.compare_every == 0 && !check_live(sim, ledger, false))
        return false;
    return !random_chance(&sim->random, sim->profile.flush_percent) || check_stored(sim, ledger);
}

/* From opening the ledger to the end of the run, a clean stop, or a crash: then the process just
 * ends, with the other thread wherever it is. */
static void live(struct sim *sim) {
    struct ledger *ledger = NULL;
    struct ledger_failure failure = {0};
    struct ledger_options options = sim_options(sim, sim->data);
    uint64_t now_ns = sim->model.time_ns > 0 ? sim->model.time_ns : 1;
    if (ledger_open(&ledger, &options, now_ns, &failure) != 0) {
        sim_fail(sim, "open: %s", failure.text);
        _exit(1);
    }
    bool good = check_live(sim, ledger, true);
    while (good && sim->step < sim->steps) {
        good = run_batch(sim, ledger);
        if (good && random_chance(&sim->random, 3))
            _exit(0);
        if (good && random_chance(&sim->random, 2))
            break;
    }
    if (good && sim->step >= sim->steps)
        sim->done = check_live(sim, ledger, true) && check_stored(sim, ledger);
    if (ledger_close(ledger) != 0)
        sim_fail(sim, "close failed");
    exit(0); /* not _exit: a leak check runs here */
}

static void run_life(struct sim *sim, void (*body)(struct sim *)) {
    int status = 0;
    fflush(NULL);
    pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        body(sim);
        _exit(0);
    }
    REQUIRE(waitpid(child, &status, 0) == child);
    if (status != 0)
        sim_fail(sim, "the process ended with status 0x%x", (unsigned)status);
}

/* The empty ledger, kept aside: the journal can be played into it from the beginning. */
static void found(struct sim *sim) {
    struct ledger *ledger = NULL;
    struct ledger_failure failure = {0};
    struct ledger_options options = sim_options(sim, sim->data);
    if (ledger_open(&ledger, &options, 1, &failure) != 0)
        sim_fail(sim, "first open: %s", failure.text);
    else if (ledger_close(ledger) != 0)
        sim_fail(sim, "first close failed");
    else
        folder_copy(sim->data, sim->initial);
    exit(0);
}

static void replay(struct sim *sim) {
    replay_compare(sim);
    exit(0);
}

bool sim_run(struct sim *sim) {
    sim->random = (struct random){sim->seed};
    generate_profile(sim);
    if (sim->seed % 16 == 3) /* a few on a disk, which takes O_DIRECT and is slower */
        folder_make(sim->folder);
    else
        folder_make_fast(sim->folder);
    folder_join(sim->data, sim->folder, "data");
    folder_join(sim->initial, sim->folder, "initial");
    run_life(sim, found);
    while (!sim->done && sim->failure[0] == '\0')
        run_life(sim, live);
    if (sim->failure[0] == '\0' && sim->profile.replay)
        run_life(sim, replay);
    folder_remove(sim->folder);
    return sim->failure[0] == '\0';
}
