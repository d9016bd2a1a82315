/* operator_delivery.h - the operator's view of deliveries, and his orders. Worker thread. */
#ifndef SWITCH_OPERATOR_DELIVERY_H
#define SWITCH_OPERATOR_DELIVERY_H

#include "switch/node.h"
#include "switch/operator_list.h"

/* Deliveries without a final answer, by rising ids of their payments. Appends {as_of_sequence,
 * next, deliveries: [{payment, provider, name, state, attempts, next_ns, created_ns, verdict, code,
 * amount}, ...]}: of those above `after` as many as one call looks at; next: the `after` of the
 * next call, 0: this was the last. name: the provider's in the config, or "". state: "new",
 * "paused", "due", "stuck", or "lost": no such provider. */
struct operator_deliveries {
    uint64_t after;
    uint32_t limit, provider; /* provider 0: of any */
    bool stuck;               /* those that wait for the operator only */
};
void operator_list_deliveries(struct buffer *reply, const struct config *config,
                              struct ledger_snapshot *snapshot,
                              const struct operator_deliveries *page);

/* Appends the delivery of a payment, whatever became of it: {as_of_sequence, payment, provider,
 * name, state, payment_state, attempts, next_ns, created_ns, provider_id, amount, tries: [[time_ns,
 * latency_us, verdict, code], ...]}; or nil: none. */
void operator_show_delivery(struct buffer *reply, const struct config *config,
                            struct ledger_snapshot *snapshot, uint64_t payment);

#endif
