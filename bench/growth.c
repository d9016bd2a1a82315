/* growth.c - does a payment cost more as the ledger fills? Payments to a fresh ledger in steps of
 * 2 M, each step's rate apart, its checkpoints counted in; then the cost of asking for old payments
 * again. */
#include "bench/book.h"
#include "bench/progress.h"

#include <stdlib.h>

#define STEP_PAYMENTS 2000000u
#define STEPS_LEAST 4u /* of a run that is shorter than the full one */

/* Between `growth` and `growth_duplicates`, which asks for what `growth` paid. */
static struct ledger *grown;
static struct book_stream grown_stream;
static uint64_t grown_payments;

static bool pay(struct ledger *ledger, struct book_batch *batch, const struct plan *plan,
                uint64_t total, uint64_t step, struct measurement *out, struct histogram *latency) {
    uint64_t begin = bench_now_ns();
    uint64_t now = begin;
    uint64_t step_begin = begin;
    uint64_t step_first = 0;
    for (uint64_t number = 0; number < total;) {
        while (number < total && batch->writer.count < plan->batch) {
            struct book_payment payment = book_payment(&grown_stream, number++);
            book_batch_add(batch, &payment);
        }
        if (!book_batch_commit(batch, ledger))
            return false;
        uint64_t end = bench_now_ns();
        histogram_add(latency, end - now);
        now = end;
        progress_show(plan->name, (double)number / (double)total,
                      (double)number * 1e9 / (double)(now - begin));
        bool ended = number - step_first >= step || number == total;
        if (ended && out->step_count < BENCH_STEPS_MAX) {
            /* With its checkpoints: the first step would seem fast for what it leaves to later. */
            if (ledger_flush(ledger) != 0)
                return false;
            now = bench_now_ns();
            double seconds = (double)(now - step_begin) / 1e9;
            out->steps[out->step_count++] = (double)(number - step_first) / seconds;
            step_first = number;
            step_begin = now;
        }
    }
    return true;
}

static bool grow(struct bench *bench, const struct plan *plan, struct measurement *out) {
    uint64_t total = bench->options.growth_payments;
    uint64_t step = total / STEPS_LEAST < STEP_PAYMENTS ? total / STEPS_LEAST : STEP_PAYMENTS;
    struct histogram *latency = calloc(1, sizeof(*latency));
    if (latency == NULL)
        return false;
    struct ledger_stats before, after;
    struct book_batch *batch = book_batch_make();
    ledger_stats(grown, &before);
    uint64_t begin = bench_now_ns();
    bool ok = pay(grown, batch, plan, total, step, out, latency);
    bench_figures(out, latency, batch->done, bench_now_ns() - begin);
    ledger_stats(grown, &after);
    ok = ok && batch->done == total && out->step_count > 0;
    if (ok) {
        out->ratio = out->steps[out->step_count - 1] / out->steps[0];
        out->store_bytes_per_payment =
            ((double)after.store_bytes - (double)before.store_bytes) / (double)total;
    }
    grown_payments = batch->done;
    book_batch_free(batch);
    free(latency);
    return ok;
}

bool growth(struct bench *bench, const struct plan *plan, struct measurement *out) {
    char folder[BENCH_PATH_MAX];
    bench_path(bench, plan->name, folder);
    struct ledger_options options = {.folder = folder};
    grown = book_make(&options, bench->options.accounts);
    grown_stream = (struct book_stream){.key = bench_random(), .accounts = bench->options.accounts};
    return grown != NULL && grow(bench, plan, out);
}

/* Asks again for payments of all ages, at random. */
static bool ask(struct book_batch *batch, const struct plan *plan, double seconds,
                struct histogram *latency) {
    const struct book_stream choice = {.key = bench_random(), .accounts = grown_payments};
    uint64_t begin = bench_now_ns();
    uint64_t now = begin;
    for (uint64_t number = 0; (double)(now - begin) < seconds * 1e9;) {
        while (batch->writer.count < plan->batch) {
            uint64_t old = book_payment(&choice, number++).wallet - BOOK_WALLETS;
            struct book_payment payment = book_payment(&grown_stream, old);
            book_batch_add(batch, &payment);
        }
        if (!book_batch_commit(batch, grown))
            return false;
        uint64_t end = bench_now_ns();
        histogram_add(latency, end - now);
        now = end;
        progress_show(plan->name, (double)(now - begin) / 1e9 / seconds, 0);
    }
    return true;
}

bool growth_duplicates(struct bench *bench, const struct plan *plan, struct measurement *out) {
    if (grown == NULL || grown_payments == 0)
        return false;
    struct histogram *latency = calloc(1, sizeof(*latency));
    if (latency == NULL)
        return false;
    struct book_batch *batch = book_batch_make();
    uint64_t begin = bench_now_ns();
    bool ok = ask(batch, plan, out->seconds, latency);
    bench_figures(out, latency, batch->replayed, bench_now_ns() - begin);
    if (batch->done > 0) {
        bench_tell("%s: %llu old payments were paid again", plan->name,
                   (unsigned long long)batch->done);
        ok = false;
    }
    ok = ok && batch->wrong == 0;
    book_batch_free(batch);
    free(latency);
    ok = book_audit(bench, grown, grown_payments) && ok;
    ok = ledger_close(grown) == 0 && ok;
    grown = NULL;
    return ok;
}
