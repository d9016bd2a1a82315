/* operator.h - the RPC methods of the node itself, "node.*": what an operator asks and orders.
 * Called on a worker thread: they read snapshots, wait for flushes, write backups. */
#ifndef SWITCH_OPERATOR_H
#define SWITCH_OPERATOR_H

#include "protocols/adapter.h"

struct node;

/* True for the methods that operator_call answers, and for unknown ones that start with "node.";
 * all others are an adapter's. */
bool operator_method(struct slice method);

/* Answers one call with a whole RPC response frame in `reply`, errors included (a method that is
 * unknown, wrong params). The peer was found to have the operator's right. params: the msgpack
 * array, whole; borrowed until return. When the node stops, what waits ends with ok false.
 *
 * node.stats []                      {version, uptime_ns, ready, why, listeners, ledger figures}
 * node.flush []                      checkpoints: {ok, why, sequence}
 * node.backup [folder]               flushes, then copies the ledger into the folder, an absolute
 *                                    path: {ok, why, sequence}
 * node.open_payments [after, limit]  {as_of_sequence, payments: [{id, ...}], next}
 * node.accounts [after, limit]       {as_of_sequence, accounts: [{id, ...}], next}
 * node.registry [prefix, after, limit]
 *                                    {as_of_sequence, records: [[key, value], ...], next}: those
 *                                    whose keys start with prefix, by key from behind `after`
 * node.deliveries [after, limit, provider, stuck]
 *                                    {as_of_sequence, deliveries: [{payment, ...}], next}: those
 *                                    of a provider (0: any) without a final answer; stuck 1: only
 *                                    those that wait for an operator
 * node.delivery [payment]            {as_of_sequence, ..., tries: [[time_ns, latency_us, verdict,
 *                                    code], ...]}, or nil
 * node.acts [after, limit]           {as_of_sequence, acts: [{number, ...}], next}: who ordered
 * what node.retry_now [payment, provider] {ok, why, count}: has a delivery attempted now, or
 * (payment 0) all that wait for an operator The lists are of the last checkpoint, by rising id from
 * above `after` (0: from the first); next is the `after` of the next page, 0 or "": this was the
 * last. */
void operator_call(struct node *node, struct slice method, struct slice params, uint32_t msgid,
                   struct buffer *reply);

#endif
