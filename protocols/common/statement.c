#include "protocols/common/statement.h"

#include "protocols/common/assert.h"

/* Finds the entry of a link. False: there is none, or it is another account's. */
static bool find(struct ledger_snapshot *snapshot, uint64_t account, uint64_t link,
                 struct statement_entry *entry) {
    uint32_t leg = LEDGER_ENTRY_LEG(link);
    entry->link = link;
    entry->credit = LEDGER_ENTRY_CREDIT(link);
    entry->payment = ledger_snapshot_payment(snapshot, LEDGER_ENTRY_PAYMENT(link));
    if (entry->payment == NULL || leg >= entry->payment->leg_count ||
        entry->payment->state != LEDGER_COMPLETED)
        return false;
    entry->leg = &ledger_payment_legs(entry->payment)[leg];
    return (entry->credit ? entry->leg->credit : entry->leg->debit) == account;
}

static uint64_t previous(const struct statement_entry *entry) {
    return entry->credit ? entry->leg->credit_previous : entry->leg->debit_previous;
}

enum statement_status statement_read(struct ledger_snapshot *snapshot, uint64_t account,
                                     uint64_t before, uint32_t limit, struct statement *statement) {
    ASSERT(limit >= 1 && limit <= STATEMENT_LIMIT_MAX);
    statement->sequence = ledger_snapshot_sequence(snapshot);
    statement->count = 0;
    statement->next = 0;
    const struct ledger_account *record = ledger_snapshot_account(snapshot, account);
    if (record == NULL)
        return STATEMENT_NO_ACCOUNT;
    uint64_t link = record->entry_head;
    struct statement_entry entry;
    if (before != 0) {
        if (!find(snapshot, account, before, &entry))
            return STATEMENT_NOT_ENTRY;
        link = previous(&entry);
    }
    while (link != 0 && statement->count < limit && find(snapshot, account, link, &entry)) {
        statement->entries[statement->count++] = entry;
        link = previous(&entry);
    }
    if (link != 0 && statement->count > 0)
        statement->next = statement->entries[statement->count - 1].link;
    return STATEMENT_READ;
}
