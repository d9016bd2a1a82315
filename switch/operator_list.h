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

/* Registry records whose keys start with `prefix`, by rising key from behind `after` ("": from the
 * first). Both have at most LEDGER_KEY_MAX bytes. Appends {as_of_sequence, next, records: [[key,
 * value], ...]}; next: the `after` of the next page, "": this was the last. */
struct operator_records {
    struct slice prefix, after;
    uint32_t limit; /* rows at most, above 0 */
};
void operator_list_registry(struct buffer *reply, struct ledger_snapshot *snapshot,
                            const struct operator_records *page);

/* Payments for a service, by value date, in rising order of ids. Appends {as_of_sequence, next,
 * payments: [[id, opened_ns, state, amount, account], ...]}: of those above `after` as many as one
 * call looks at, so that a day is read in many short calls; next: the `after` of the next call, 0:
 * this was the last. */
struct operator_day {
    uint64_t service, after;
    uint32_t day; /* yyyymmdd */
};
void operator_list_service(struct buffer *reply, struct ledger_snapshot *snapshot,
                           const struct operator_day *day);

/* A key and its number. */
void operator_put_uint(msgpack_packer *packer, const char *name, uint64_t value);

#endif
