/* core.c - the ledger in process: batches one after another, on a fresh ledger. Commands are made
 * in the loop with ledger_put_open and their making is part of the time, as is the checkpoint of
 * all that was paid, at the end. */
#include "bench/book.h"
#include "bench/progress.h"

#include <stdlib.h>

/* Pays batches until the time is over. A batch's latency runs until the next one may start. */
static bool pay(struct ledger *ledger, struct book_batch *batch, const struct book_stream *stream,
                const struct plan *plan, double seconds, struct histogram *latency) {
    uint64_t number = 0;
    uint64_t begin = bench_now_ns();
    uint64_t now = begin;
    while ((double)(now - begin) < seconds * 1e9) {
        for (uint32_t i = 0; i < plan->batch; i++) {
            struct book_payment payment = book_payment(stream, number++);
            book_batch_add(batch, &payment);
        }
        if (!book_batch_commit(batch, ledger))
            return false;
        uint64_t end = bench_now_ns();
        histogram_add(latency, end - now);
        now = end;
        double elapsed = (double)(now - begin) / 1e9;
        progress_show(plan->name, elapsed / seconds, (double)number / elapsed);
    }
    return true;
}

/* The measurement proper; *payments: how many are in the ledger now. */
static bool measure(struct ledger *ledger, const struct plan *plan, uint64_t accounts,
                    struct measurement *out, uint64_t *payments) {
    struct histogram *latency = calloc(1, sizeof(*latency));
    if (latency == NULL)
        return false;
    struct book_batch *batch = book_batch_make();
    struct book_stream stream = {.key = bench_random(), .accounts = accounts};
    uint64_t begin = bench_now_ns();
    bool ok = pay(ledger, batch, &stream, plan, out->seconds, latency);
    ok = ok && ledger_flush(ledger) == 0 && batch->wrong == 0 && batch->replayed == 0;
    bench_figures(out, latency, batch->done, bench_now_ns() - begin);
    *payments = batch->done;
    book_batch_free(batch);
    free(latency);
    return ok;
}

bool core_batch(struct bench *bench, const struct plan *plan, struct measurement *out) {
    char folder[BENCH_PATH_MAX];
    bench_path(bench, plan->name, folder);
    struct ledger_options options = {.folder = folder};
    struct ledger *ledger = book_make(&options, bench->options.accounts);
    if (ledger == NULL)
        return false;
    uint64_t payments = 0;
    bool ok = measure(ledger, plan, bench->options.accounts, out, &payments);
    ok = book_audit(bench, ledger, payments) && ok;
    return ledger_close(ledger) == 0 && ok;
}
