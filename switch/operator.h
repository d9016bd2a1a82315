/* operator.h - the RPC methods of the node itself, "node.*": what an operator asks and orders.
 * Called on a worker thread: they read snapshots, wait for flushes, write backups. */
#ifndef SWITCH_OPERATOR_H
#define SWITCH_OPERATOR_H

#include "protocols/adapter.h"

struct node;

/* True for the methods that operator_call answers; all others are an adapter's. */
bool operator_method(struct slice method);

/* Answers one call with a whole RPC response frame in `reply`, errors included (a method that is
 * unknown or not granted, wrong params). grant: of the logged-in peer, never NULL. params: the
 * msgpack array, whole; borrowed until return.
 *
 * node.info []                          version, sequence, readiness, uptime      (right: node)
 * node.stats []                         struct ledger_stats as a map              (operator)
 * node.flush []                         checkpoints, answers the sequence         (operator)
 * node.backup [folder]                  flushes, then copies the ledger there     (operator)
 * node.open_payments [after, limit]     open payments with an id above `after`    (operator)
 * node.accounts [after, limit]          accounts with an id above `after`         (operator)
 * The lists are read from the last checkpoint and say so: "as_of_sequence". */
void operator_call(struct node *node, const struct grant *grant, struct slice method,
                   struct slice params, uint32_t msgid, struct buffer *reply);

#endif
