/* ledger_thread.h - the one thread that commits: it drains the loops' calls into one batch, makes
 * it durable, publishes the results, and keeps the ledger's house. Wall-clock time.
 * Group commit needs no timer: while one batch is written, the next one gathers in the rings. */
#ifndef SWITCH_LEDGER_THREAD_H
#define SWITCH_LEDGER_THREAD_H

#include "switch/bridge.h"
#include "switch/metrics.h"
#include "switch/outbox.h"

struct ledger_thread;

/* All are borrowed and outlive the thread. failed: called once, on the ledger thread, when the
 * ledger failed; from then on all calls are answered as failed. 0, or -1: no thread, no memory. */
struct ledger_thread_options {
    struct ledger *ledger;
    struct bridge *bridge;
    struct metrics_ledger *metrics;
    struct outbox *outbox; /* gets the deliveries; NULL: nobody does */
    void (*failed)(void *context, int error);
    void *context;
};
int ledger_thread_start(struct ledger_thread **thread, const struct ledger_thread_options *options);

/* True while the ledger's tables have no room, since checkpoints fail or take too long. Any thread.
 */
bool ledger_thread_full(const struct ledger_thread *thread);

/* Has everything acknowledged checkpointed soon. Any thread. */
void ledger_thread_flush(struct ledger_thread *thread);

/* Answers what is in the rings, ends and frees the thread. NULL is fine. */
void ledger_thread_stop(struct ledger_thread *thread);

#endif
