/* operator_list.h - the operator's lists, read from a snapshot. Worker thread. */
#ifndef SWITCH_OPERATOR_LIST_H
#define SWITCH_OPERATOR_LIST_H

#include "ledger/ledger.h"
#include "protocols/rpc/pack.h"

struct operator_page {
    uint64_t after; /* ids above this one    */
    uint32_t limit; /* rows at most, above 0 */
};

/* Appends one map {as_of_sequence, <rows>, next}. */
typedef void operator_list(struct buffer *reply, struct ledger_snapshot *snapshot,
                           const struct operator_page *page);

operator_list operator_list_open_payments;
operator_list operator_list_accounts;

/* A key and its number. */
void operator_put_uint(msgpack_packer *packer, const char *name, uint64_t value);

#endif
