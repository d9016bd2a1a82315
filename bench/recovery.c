/* recovery.c - how fast a killed node is back: a child process pays with checkpoints held off, is
 * killed with SIGKILL, and opening its ledger again replays the whole journal. */
#include "bench/book.h"
#include "bench/progress.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Tables so large that none is sealed before the kill: 152 bytes a payment, in three quarters of
 * the table, which is sealed when it is 40 % full. */
#define TABLE_BYTES_PAYMENT 600u
/* Nor is one sealed for the accounts it changed: at 40 % of three eighths of the slots. */
#define ACCOUNT_SLOTS_ACCOUNT 8u
#define TABLE_BYTES_LEAST ((uint64_t)64 << 20)
#define HOUR_NS ((uint64_t)3600 * 1000000000u)

static bool pay(struct bench *bench, struct ledger *ledger) {
    struct book_batch *batch = book_batch_make();
    struct book_stream stream = {.key = bench_random(), .accounts = bench->options.accounts};
    uint64_t total = bench->options.recovery_payments;
    bool ok = true;
    for (uint64_t number = 0; number < total && ok;) {
        while (number < total && batch->writer.count < LEDGER_BATCH_MAX) {
            struct book_payment payment = book_payment(&stream, number++);
            book_batch_add(batch, &payment);
        }
        ok = book_batch_commit(batch, ledger);
        progress_show("recovery: paying", (double)number / (double)total, 0);
    }
    progress_wipe();
    return ok && batch->done == total;
}

/* The child: pays, says so with one byte, and waits to be killed. */
_Noreturn static void child(struct bench *bench, const struct ledger_options *options, int ready) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct ledger *ledger = book_open(options);
    if (ledger == NULL || !pay(bench, ledger) || write(ready, "", 1) != 1)
        _exit(1);
    for (;;)
        pause();
}

static bool pay_and_kill(struct bench *bench, const struct ledger_options *options) {
    int ends[2];
    if (pipe(ends) < 0)
        return false;
    pid_t pid = fork();
    if (pid == 0)
        child(bench, options, ends[1]);
    close(ends[1]);
    char byte = 0;
    bool ok = pid > 0 && read(ends[0], &byte, 1) == 1;
    close(ends[0]);
    if (pid > 0) {
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
    return ok;
}

static void show_replay(void *context, uint64_t done, uint64_t total) {
    (void)context;
    progress_show("recovery: replaying", total > 0 ? (double)done / (double)total : 1, 0);
}

static bool reopen(struct bench *bench, struct ledger_options *options, struct measurement *out) {
    uint64_t payments = bench->options.recovery_payments;
    struct histogram *latency = calloc(1, sizeof(*latency));
    if (latency == NULL)
        return false;
    options->progress = show_replay;
    options->must_exist = true;
    uint64_t begin = bench_now_ns();
    struct ledger *ledger = book_open(options);
    uint64_t elapsed = bench_now_ns() - begin;
    bool ok = ledger != NULL;
    if (ok) {
        struct ledger_stats stats;
        ledger_stats(ledger, &stats);
        histogram_add(latency, elapsed);
        bench_figures(out, latency, stats.replayed_commands, elapsed);
        if (stats.replayed_commands != payments) {
            bench_tell("recovery: %llu commands were replayed, %llu were journalled",
                       (unsigned long long)stats.replayed_commands, (unsigned long long)payments);
            ok = false;
        }
        ok = book_audit(bench, ledger, payments) && ok;
        ok = ledger_close(ledger) == 0 && ok;
    }
    free(latency);
    return ok;
}

bool recovery(struct bench *bench, const struct plan *plan, struct measurement *out) {
    char folder[BENCH_PATH_MAX];
    bench_path(bench, plan->name, folder);
    struct ledger_options options = {.folder = folder, .hash_seed = bench_random()};
    struct ledger *ledger = book_make(&options, bench->options.accounts);
    if (ledger == NULL || ledger_close(ledger) != 0)
        return false;
    options.table_bytes =
        TABLE_BYTES_LEAST + bench->options.recovery_payments * TABLE_BYTES_PAYMENT;
    options.account_slots = bench->options.accounts * ACCOUNT_SLOTS_ACCOUNT;
    options.checkpoint_ns = HOUR_NS;
    return pay_and_kill(bench, &options) && reopen(bench, &options, out);
}
