/* payment.h - between payment_open.c and payment.c: the steps of a payment's life. Ledger thread.
 */
#ifndef LEDGER_PAYMENT_H
#define LEDGER_PAYMENT_H

#include "ledger/core.h"

/* Fills the answer; payment NULL: there is none to tell of. */
void payment_answer(struct ledger_result *result, enum ledger_status status,
                    const struct ledger_payment *payment);
/* The payment's record, to be changed by this batch. */
struct ledger_payment *payment_touch(struct ledger *ledger, uint64_t id);
/* Makes the hold, or posts at once. */
void payment_hold_or_post(struct ledger *ledger, const struct parts *parts,
                          struct ledger_payment *payment);
/* Posts a held payment. */
struct ledger_payment *payment_post_held(struct ledger *ledger, uint64_t id);
/* Tries the hold of a waiting payment. NULL: it waits on, and result->status says why. */
struct ledger_payment *payment_try_again(struct ledger *ledger, const struct ledger_payment *seen,
                                         struct ledger_result *result);

/* Counts one that waits for others no more (core.h has the other side). */
void payment_waited(struct ledger *ledger, uint64_t requester);

#endif
