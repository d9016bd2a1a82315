/* outbox.h - calls providers: deliveries of payments, until there is a final answer, and checks
 * that a request waits for; and tells shops of their payments. One thread with a loop of its own,
 * and a lane of the bridge.
 *
 * A delivery: its payment is marked as dispatched, durably; then the provider is asked; then what
 * came of it is recorded, with the payment's end when the answer is final; all through the bridge.
 * Of these only the asking counts against the provider's concurrency, and while it answers some are
 * marked before their turn, so that it does not wait for the ledger. One that has no final answer
 * is asked again after a pause, with the same id. After any crash the ledger hands all over that
 * have none. */
#ifndef SWITCH_OUTBOX_H
#define SWITCH_OUTBOX_H

#include <uv.h>

#include "protocols/adapter.h"
#include "switch/bridge.h"
#include "switch/config.h"

struct outbox;

/* config, env and bridge outlive it; the bridge's last lane is its own. Sets the lane's wake
 * function. 0, or -1 with why; what *outbox is then, outbox_close gets. */
int outbox_open(struct outbox **outbox, const struct config *config, const struct adapter_env *env,
                struct bridge *bridge, char *why, size_t why_size);
/* Starts the thread. 0 or -1. */
int outbox_run(struct outbox *outbox);
/* Waits a moment for what is in flight, then ends the thread: while the ledger thread runs, and
 * after those who ask ended. */
void outbox_stop(struct outbox *outbox);
/* After the ledger thread ended. NULL is fine. */
void outbox_close(struct outbox *outbox);

/* ---- The ledger thread's side ---- */

/* Hands deliveries over. False: there is no room for all of them, and they are to be handed over
 * once more, all that there are, when outbox_taken says so. */
bool outbox_put(struct outbox *outbox, const struct ledger_due *due, uint32_t count);
/* True when all that was handed over was taken. */
bool outbox_taken(struct outbox *outbox);

/* ---- Checks: a loop's side ---- */

/* Where a loop gets its answers. */
struct outbox_check;
struct outbox_inbox {
    uv_async_t wake;
    pthread_mutex_t lock;
    struct outbox_check *first; /* answered, the last one first */
};
/* 0 or -1. The loop's thread, or before it runs. */
int outbox_inbox_open(struct outbox_inbox *inbox, uv_loop_t *loop);
/* What comes later is not told any more. The inbox's memory stays until outbox_stop returned. */
void outbox_inbox_close(struct outbox_inbox *inbox);
void outbox_inbox_free(struct outbox_inbox *inbox);

/* Asks a provider. done is called once, on the inbox's loop, in the config's check_timeout_ms at
 * the latest; a provider that is silent, unknown or left alone has answered AGAIN. question:
 * copied. False: too many are asked, and done is not called. */
bool outbox_ask(struct outbox *outbox, struct outbox_inbox *inbox,
                const struct adapter_question *question,
                void (*done)(void *context, const struct outbound_answer *answer), void *context);

/* ---- Operators: any thread ---- */

/* Has a delivery attempted now (payment), or all that wait for an operator (payment 0; provider: of
 * that number only, 0: any). Blocks for a moment. Returns how many, or -1: it is not one that
 * waits, and why[] says so. */
int64_t outbox_retry(struct outbox *outbox, uint64_t payment, uint32_t provider, char *why,
                     size_t why_size);
/* Appends the metrics' text. */
void outbox_metrics(struct outbox *outbox, struct buffer *out);

#endif
