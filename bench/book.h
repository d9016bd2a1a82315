/* book.h - the bench's ledger: the accounts it pays between, the payments it makes, its audit.
 * Payments are numbered; number and key give reference and wallet, so that any of them can be made
 * again without being remembered. */
#ifndef BENCH_BOOK_H
#define BENCH_BOOK_H

#include "bench/bench.h"
#include "ledger/ledger.h"

#define BOOK_ISSUER 1u
#define BOOK_AGENT 1001u               /* the hot account: debited by every payment            */
#define BOOK_WALLETS 1000001u          /* the first wallet's id: seven digits up to 9 M of them */
#define BOOK_WALLETS_MAX 8000000u      /* so that ids stay seven digits long                   */
#define BOOK_AMOUNT 100u               /* tiyn a payment                                       */
#define BOOK_FLOAT ((uint64_t)1 << 50) /* tiyn the agent starts with                      */
#define BOOK_OPERATION 1u
#define BOOK_REQUESTER 1u
#define BOOK_REFERENCE 16 /* bytes */

/* The payments of one run. */
struct book_stream {
    uint64_t key; /* random: no two streams share a reference */
    uint64_t accounts;
    uint32_t deliver_to; /* the provider that is told of each; 0: none is */
};

struct book_payment {
    uint64_t reference[BOOK_REFERENCE / 8];
    uint64_t wallet;
};

/* Payment number `number` of the stream. The mix is a bijection: no reference comes twice. */
struct book_payment book_payment(const struct book_stream *stream, uint64_t number);

/* A batch of commands with the memory for it and for its answers. */
struct book_batch {
    struct ledger_writer writer;
    const void *commands[LEDGER_BATCH_MAX];
    struct ledger_result results[LEDGER_BATCH_MAX];
    uint64_t done, replayed, busy, wrong; /* answers since it was made; wrong: anything else */
};

struct book_batch *book_batch_make(void);
void book_batch_free(struct book_batch *batch);
void book_batch_add(struct book_batch *batch, const struct book_payment *payment);
/* Commits the batch, ticks and rests as the ledger asks; commits what was BUSY again until none
 * is left; then the batch is empty. False: the ledger failed, which was told. */
bool book_batch_commit(struct book_batch *batch, struct ledger *ledger);

/* Makes a new ledger in the options' folder with the issuer, the agent's float (one payment) and
 * the wallets, checkpointed; the caller closes it. NULL: failed, which was told. */
struct ledger *book_make(const struct ledger_options *options, uint64_t accounts);
struct ledger *book_open(const struct ledger_options *options);

/* Audits the ledger, adds to bench->audit, and checks that it holds exactly the float and
 * `payments` payments of the bench. False: not so, or not done; which was told. */
bool book_audit(struct bench *bench, struct ledger *ledger, uint64_t payments);

#endif
