/* statement.h - an account's postings, newest first: a walk along its entry chain in a snapshot.
 * Worker thread (the snapshot's). */
#ifndef PROTOCOLS_COMMON_STATEMENT_H
#define PROTOCOLS_COMMON_STATEMENT_H

#include "ledger/ledger.h"

#define STATEMENT_LIMIT_MAX 100    /* entries of one page      */
#define STATEMENT_LIMIT_DEFAULT 20 /* when a call names none   */

enum statement_status {
    STATEMENT_READ,
    STATEMENT_NO_ACCOUNT, /* not in the snapshot (yet)                    */
    STATEMENT_NOT_ENTRY,  /* `before` is not an entry link of the account */
};

struct statement_entry {
    uint64_t link;
    const struct ledger_payment *payment; /* borrowed from the snapshot */
    const struct ledger_leg *leg;         /* of the payment             */
    bool credit;                          /* the account's side of it   */
};

struct statement {
    uint64_t sequence; /* of the snapshot                                     */
    uint64_t next;     /* `before` of the page that follows, 0: there is none */
    uint32_t count;
    struct statement_entry entries[STATEMENT_LIMIT_MAX];
};

/* Reads up to `limit` (1 to STATEMENT_LIMIT_MAX) entries older than the entry `before`, 0: from
 * the newest on. */
enum statement_status statement_read(struct ledger_snapshot *snapshot, uint64_t account,
                                     uint64_t before, uint32_t limit, struct statement *statement);

/* Of an entry, seen from its account. */
static inline int64_t statement_balance(const struct statement_entry *entry) {
    return entry->credit ? entry->leg->credit_balance : entry->leg->debit_balance;
}

#endif
