/* account.c - opening, changing and finding accounts. */
#include <string.h>

#include "ledger/core.h"

static bool same_account(const struct ledger_account *account,
                         const struct command_account *asked) {
    return account->owner == asked->owner && account->floor == asked->floor &&
           account->ceiling == asked->ceiling && account->day_limit == asked->day_limit &&
           account->month_limit == asked->month_limit && account->kind == asked->kind &&
           account->currency == asked->currency && account->flags == asked->flags;
}

void account_open(struct ledger *ledger, const struct command *command, uint64_t hash,
                  struct ledger_result *result) {
    const struct command_account *asked = command_account(command);
    struct account_slot *slot = accounts_find(&ledger->accounts, command->id);
    (void)hash;
    if (slot != NULL) {
        result->replayed = same_account(accounts_read(slot), asked);
        result->status = result->replayed ? LEDGER_REPLAYED : LEDGER_ACCOUNT_EXISTS;
        return;
    }
    struct ledger_account *account = accounts_add(&ledger->accounts, command->id);
    account->owner = asked->owner;
    account->floor = asked->floor;
    account->ceiling = asked->ceiling;
    account->day_limit = asked->day_limit;
    account->month_limit = asked->month_limit;
    account->kind = asked->kind;
    account->currency = asked->currency;
    account->flags = asked->flags;
    account->opened_ns = account->changed_ns = ledger->batch.time_ns;
    result->status = LEDGER_DONE;
}

static bool empty(const struct ledger_account *account) {
    return account->credits_posted == account->debits_posted && account->credits_pending == 0 &&
           account->debits_pending == 0 && account->passing_pending == 0;
}

void account_change(struct ledger *ledger, const struct command *command, uint64_t hash,
                    struct ledger_result *result) {
    const struct command_account *asked = command_account(command);
    struct account_slot *slot = accounts_find(&ledger->accounts, command->id);
    uint32_t fields = command->fields;
    (void)hash;
    if (slot == NULL) {
        result->status = LEDGER_ACCOUNT_NOT_FOUND;
        return;
    }
    bool closes = (fields & LEDGER_FIELD_FLAGS) && (asked->flags & LEDGER_ACCOUNT_CLOSED);
    if (closes && !empty(accounts_read(slot))) {
        result->status = LEDGER_ACCOUNT_NOT_EMPTY;
        return;
    }
    struct ledger_account *account = accounts_write(&ledger->accounts, slot);
    account->flags = fields & LEDGER_FIELD_FLAGS ? asked->flags : account->flags;
    account->floor = fields & LEDGER_FIELD_FLOOR ? asked->floor : account->floor;
    account->ceiling = fields & LEDGER_FIELD_CEILING ? asked->ceiling : account->ceiling;
    account->day_limit = fields & LEDGER_FIELD_DAY_LIMIT ? asked->day_limit : account->day_limit;
    account->month_limit =
        fields & LEDGER_FIELD_MONTH_LIMIT ? asked->month_limit : account->month_limit;
    account->owner = fields & LEDGER_FIELD_OWNER ? asked->owner : account->owner;
    account->changed_ns = ledger->batch.time_ns;
    result->status = LEDGER_DONE;
}

void account_lookup(struct ledger *ledger, const struct command *command, uint64_t hash,
                    struct ledger_result *result) {
    struct account_slot *slot = accounts_find(&ledger->accounts, command->id);
    (void)hash;
    if (slot == NULL) {
        result->status = LEDGER_ACCOUNT_NOT_FOUND;
        return;
    }
    result->status = LEDGER_DONE;
    apply_body(ledger, result, accounts_read(slot), sizeof(struct ledger_account));
}
