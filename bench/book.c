#include "bench/book.h"
#include "bench/progress.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The finalizer of splitmix64: a bijection whose output looks random. */
static uint64_t mix(uint64_t x) {
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

struct book_payment book_payment(const struct book_stream *stream, uint64_t number) {
    struct book_payment payment;
    payment.reference[0] = mix(stream->key + 2 * number);
    payment.reference[1] = mix(stream->key + 2 * number + 1);
    payment.wallet = BOOK_WALLETS + (((payment.reference[1] >> 32) * stream->accounts) >> 32);
    return payment;
}

#define BATCH_BYTES ((size_t)LEDGER_BATCH_MAX * 256)

struct book_batch *book_batch_make(void) {
    struct book_batch *batch = calloc(1, sizeof(*batch));
    uint8_t *base = aligned_alloc(64, BATCH_BYTES);
    if (batch == NULL || base == NULL) {
        bench_tell("bench: out of memory");
        exit(1);
    }
    batch->writer = (struct ledger_writer){.base = base, .size = BATCH_BYTES};
    return batch;
}

void book_batch_free(struct book_batch *batch) {
    free(batch->writer.base);
    free(batch);
}

/* Remembers where the command begins that was just put. */
static void batch_note(struct book_batch *batch, size_t start, enum ledger_status status) {
    if (status != LEDGER_DONE) {
        bench_tell("bench: a command was not made: %s", ledger_status_name(status));
        exit(1);
    }
    batch->commands[batch->writer.count - 1] = batch->writer.base + start;
}

static void batch_open(struct book_batch *batch, const void *reference, uint32_t size,
                       const struct ledger_leg_request *leg) {
    size_t start = batch->writer.used;
    struct ledger_open open = {.requester = BOOK_REQUESTER,
                               .reference = reference,
                               .reference_size = size,
                               .legs = leg,
                               .leg_count = 1,
                               .post = true,
                               .operation = BOOK_OPERATION};
    batch_note(batch, start, ledger_put_open(&batch->writer, &open));
}

void book_batch_add(struct book_batch *batch, const struct book_payment *payment) {
    struct ledger_leg_request leg = {BOOK_AGENT, payment->wallet, BOOK_AMOUNT};
    batch_open(batch, payment->reference, BOOK_REFERENCE, &leg);
}

static void batch_account(struct book_batch *batch, uint64_t id, uint16_t kind, uint32_t flags) {
    size_t start = batch->writer.used;
    struct ledger_account_request request = {.id = id,
                                             .owner = id,
                                             .ceiling = LEDGER_NO_CEILING,
                                             .day_limit = LEDGER_NO_CEILING,
                                             .month_limit = LEDGER_NO_CEILING,
                                             .kind = kind,
                                             .currency = LEDGER_CURRENCY_KZT,
                                             .flags = flags};
    batch_note(batch, start, ledger_put_account_open(&batch->writer, &request));
}

/* Counts the answers, and moves the commands that were BUSY to the front; returns how many. */
static uint32_t batch_count(struct book_batch *batch, uint32_t count) {
    uint32_t busy = 0;
    for (uint32_t i = 0; i < count; i++) {
        unsigned status = batch->results[i].status;
        if (status == LEDGER_DONE) {
            batch->done++;
        } else if (status == LEDGER_REPLAYED) {
            batch->replayed++;
        } else if (status == LEDGER_BUSY) {
            batch->commands[busy++] = batch->commands[i];
        } else if (batch->wrong++ == 0) {
            bench_tell("bench: a command was refused: %s", ledger_status_name(status));
        }
    }
    batch->busy += busy;
    return busy;
}

bool book_batch_commit(struct book_batch *batch, struct ledger *ledger) {
    uint32_t count = batch->writer.count;
    while (count > 0) {
        uint64_t start = bench_now_ns();
        int rc = ledger_commit(ledger, bench_wall_ns(), batch->commands, count, batch->results);
        if (rc == 0)
            rc = ledger_tick(ledger, bench_wall_ns());
        if (rc < 0) {
            bench_tell("bench: the ledger failed: %s: %s", ledger_error_text(rc),
                       ledger_failure_text(ledger));
            return false;
        }
        count = batch_count(batch, count);
        uint64_t pause = ledger_pause_ns(ledger, bench_now_ns() - start);
        if (pause == 0 && count > 0)
            pause = 1000000; /* a full table empties in its own time */
        bench_rest_ns(pause);
    }
    batch->writer.used = 0;
    batch->writer.count = 0;
    return true;
}

/* Issuer, agent and its float, then the wallets. */
static bool fill(struct ledger *ledger, struct book_batch *batch, uint64_t accounts) {
    static const char reference[] = "float";
    struct ledger_leg_request leg = {BOOK_ISSUER, BOOK_AGENT, BOOK_FLOAT};
    batch_account(batch, BOOK_ISSUER, LEDGER_ISSUER, LEDGER_ACCOUNT_OVERDRAFT);
    batch_account(batch, BOOK_AGENT, LEDGER_AGENT, 0);
    batch_open(batch, reference, sizeof(reference) - 1, &leg);
    for (uint64_t i = 0; i < accounts; i++) {
        batch_account(batch, BOOK_WALLETS + i, LEDGER_WALLET, 0);
        if (batch->writer.count == LEDGER_BATCH_MAX) {
            progress_show("accounts", (double)i / (double)accounts, 0);
            if (!book_batch_commit(batch, ledger))
                return false;
        }
    }
    if (!book_batch_commit(batch, ledger))
        return false;
    int rc = ledger_flush(ledger);
    if (rc < 0)
        bench_tell("bench: accounts: %s", ledger_error_text(rc));
    return rc == 0 && batch->done == accounts + 3;
}

struct ledger *book_open(const struct ledger_options *options) {
    struct ledger *ledger = NULL;
    struct ledger_failure failure = {0};
    if (ledger_open(&ledger, options, bench_wall_ns(), &failure) < 0) {
        bench_tell("bench: %s: %s", options->folder, failure.text);
        return NULL;
    }
    return ledger;
}

struct ledger *book_make(const struct ledger_options *options, uint64_t accounts) {
    struct ledger *ledger = book_open(options);
    if (ledger == NULL)
        return NULL;
    struct book_batch *batch = book_batch_make();
    bool ok = fill(ledger, batch, accounts);
    book_batch_free(batch);
    if (!ok) {
        ledger_close(ledger);
        return NULL;
    }
    return ledger;
}

static void tell_fault(void *context, const char *line) {
    (void)context;
    bench_tell("audit: %s", line);
}

static void tell_progress(void *context, uint64_t done, uint64_t total) {
    (void)context;
    progress_show("audit", total > 0 ? (double)done / (double)total : 1, 0);
}

bool book_audit(struct bench *bench, struct ledger *ledger, uint64_t payments) {
    struct ledger_audit audit = {0};
    int rc = ledger_audit(ledger, &audit, tell_fault, tell_progress, NULL);
    bench->audit.payments += audit.payments;
    bench->audit.sum_tiyn += audit.debits_posted;
    bool ok = rc == 0 && audit.faults == 0;
    if (rc < 0)
        bench_tell("audit: not carried out: %s", ledger_error_text(rc));
    if (ok && (audit.payments != payments + 1 ||
               audit.debits_posted != BOOK_FLOAT + payments * BOOK_AMOUNT)) {
        bench_tell("audit: %llu payments were acknowledged, and the ledger has %llu, %llu tiyn",
                   (unsigned long long)payments, (unsigned long long)(audit.payments - 1),
                   (unsigned long long)(audit.debits_posted - BOOK_FLOAT));
        ok = false;
    }
    if (!ok)
        bench->audit.ok = false;
    return ok;
}
