/* leg.c - the legs of a payment against their accounts: all checks first, then all changes. */
#include "ledger/assert.h"
#include "ledger/core.h"

static const struct ledger_account *account_of(const struct part *part) {
    return accounts_read(part->slot);
}

static int64_t net_of(const struct part *part) {
    return (int64_t)(part->credits - part->debits); /* each at most 8 * 2^60 < 2^63 */
}

/* The part of account `id`, added when it is new. */
static uint8_t part_of(struct parts *parts, uint64_t id) {
    uint32_t i = 0;
    while (i < parts->count && parts->of[i].id != id) {
        i++;
    }
    if (i == parts->count) {
        parts->of[parts->count++] = (struct part){.id = id};
    }
    return (uint8_t)i;
}

static void add_leg(struct parts *parts, uint32_t leg, uint64_t debit, uint64_t credit,
                    uint64_t amount) {
    parts->debit[leg] = part_of(parts, debit);
    parts->credit[leg] = part_of(parts, credit);
    parts->of[parts->debit[leg]].debits += amount;
    parts->of[parts->credit[leg]].credits += amount;
}

static enum ledger_status check_flag(const struct parts *parts, uint32_t count, uint32_t flag,
                                     enum ledger_status debit, enum ledger_status credit) {
    for (uint32_t i = 0; i < count; i++) {
        if (account_of(&parts->of[parts->debit[i]])->flags & flag) {
            return debit;
        }
        if (account_of(&parts->of[parts->credit[i]])->flags & flag) {
            return credit;
        }
    }
    return LEDGER_DONE;
}

enum ledger_status parts_find(struct ledger *ledger, const struct ledger_leg_request *legs,
                              uint32_t count, struct parts *parts) {
    parts->count = 0;
    for (uint32_t i = 0; i < count; i++) {
        add_leg(parts, i, legs[i].debit, legs[i].credit, legs[i].amount);
    }
    for (uint32_t i = 0; i < parts->count; i++) {
        parts->of[i].slot = accounts_find(&ledger->accounts, parts->of[i].id);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (parts->of[parts->debit[i]].slot == NULL) {
            return LEDGER_DEBIT_NOT_FOUND;
        }
        if (parts->of[parts->credit[i]].slot == NULL) {
            return LEDGER_CREDIT_NOT_FOUND;
        }
    }
    for (uint32_t i = 1; i < parts->count; i++) {
        if (account_of(&parts->of[i])->currency != account_of(&parts->of[0])->currency) {
            return LEDGER_CURRENCY_MISMATCH;
        }
    }
    enum ledger_status status =
        check_flag(parts, count, LEDGER_ACCOUNT_CLOSED, LEDGER_DEBIT_CLOSED, LEDGER_CREDIT_CLOSED);
    if (status != LEDGER_DONE) {
        return status;
    }
    return check_flag(parts, count, LEDGER_ACCOUNT_FROZEN, LEDGER_DEBIT_FROZEN,
                      LEDGER_CREDIT_FROZEN);
}

static int64_t balance_of(const struct ledger_account *account) {
    return (int64_t)(account->credits_posted - account->debits_posted);
}

static uint64_t day_turnover(const struct ledger *ledger, const struct ledger_account *account) {
    return account->day == ledger->batch.day ? account->day_turnover : 0;
}

static uint64_t month_turnover(const struct ledger *ledger, const struct ledger_account *account) {
    return account->month == ledger->batch.month ? account->month_turnover : 0;
}

/* Of what a payment moves on an account, the part that comes in and goes out again. */
static uint64_t passing_of(const struct part *part) {
    return part->debits < part->credits ? part->debits : part->credits;
}

static bool over_total(const struct part *part) {
    const struct ledger_account *account = account_of(part);
    uint64_t debits = account->debits_posted + account->debits_pending + account->passing_pending;
    uint64_t credits =
        account->credits_posted + account->credits_pending + account->passing_pending;
    return debits + part->debits > LEDGER_AMOUNT_MAX || credits + part->credits > LEDGER_AMOUNT_MAX;
}

static bool over_ceiling(const struct part *part) {
    const struct ledger_account *account = account_of(part);
    int64_t net = net_of(part);
    if (net <= 0 || account->ceiling >= LEDGER_AMOUNT_MAX) {
        return false;
    }
    int64_t after = balance_of(account) + (int64_t)account->credits_pending + net;
    return after > (int64_t)account->ceiling;
}

static bool short_of_funds(const struct part *part) {
    const struct ledger_account *account = account_of(part);
    int64_t net = net_of(part);
    if (net >= 0 || (account->flags & LEDGER_ACCOUNT_OVERDRAFT) != 0) {
        return false;
    }
    int64_t available =
        balance_of(account) - (int64_t)account->debits_pending + (int64_t)account->floor;
    return available < -net;
}

enum ledger_status parts_check(const struct ledger *ledger, const struct parts *parts) {
    const struct part *end = parts->of + parts->count;
    for (const struct part *part = parts->of; part < end; part++) {
        if (over_total(part)) {
            return LEDGER_OVER_TOTAL;
        }
    }
    for (const struct part *part = parts->of; part < end; part++) {
        if (over_ceiling(part)) {
            return LEDGER_OVER_CEILING;
        }
    }
    for (const struct part *part = parts->of; part < end; part++) {
        const struct ledger_account *account = account_of(part);
        if (part->debits > 0 && day_turnover(ledger, account) + part->debits > account->day_limit) {
            return LEDGER_OVER_DAY_LIMIT;
        }
    }
    for (const struct part *part = parts->of; part < end; part++) {
        const struct ledger_account *account = account_of(part);
        if (part->debits > 0 &&
            month_turnover(ledger, account) + part->debits > account->month_limit) {
            return LEDGER_OVER_MONTH_LIMIT;
        }
    }
    for (const struct part *part = parts->of; part < end; part++) {
        if (short_of_funds(part)) {
            return LEDGER_FUNDS;
        }
    }
    return LEDGER_DONE;
}

/* ---- From here on all must succeed -------------------------------------------------------- */

static struct ledger_account *change(struct ledger *ledger, const struct part *part) {
    struct ledger_account *account = accounts_write(&ledger->accounts, part->slot);
    account->changed_ns = ledger->batch.time_ns;
    return account;
}

static void turn(const struct ledger *ledger, struct ledger_account *account, uint64_t debits) {
    account->day_turnover = day_turnover(ledger, account) + debits;
    account->month_turnover = month_turnover(ledger, account) + debits;
    account->day = ledger->batch.day;
    account->month = ledger->batch.month;
}

void parts_turn(struct ledger *ledger, const struct parts *parts) {
    for (uint32_t i = 0; i < parts->count; i++) {
        if (parts->of[i].debits > 0) {
            turn(ledger, change(ledger, &parts->of[i]), parts->of[i].debits);
        }
    }
}

void parts_hold(struct ledger *ledger, const struct parts *parts) {
    parts_turn(ledger, parts);
    for (uint32_t i = 0; i < parts->count; i++) {
        struct ledger_account *account = change(ledger, &parts->of[i]);
        int64_t net = net_of(&parts->of[i]);
        account->credits_pending += net > 0 ? (uint64_t)net : 0;
        account->debits_pending += net < 0 ? (uint64_t)-net : 0;
        account->passing_pending += passing_of(&parts->of[i]);
    }
}

void parts_release(struct ledger *ledger, const struct parts *parts, uint64_t held_ns,
                   bool turnover) {
    uint32_t day = calendar_day(held_ns);
    for (uint32_t i = 0; i < parts->count; i++) {
        const struct part *part = &parts->of[i];
        struct ledger_account *account = change(ledger, part);
        int64_t net = net_of(part);
        ASSERT(net <= 0 || account->credits_pending >= (uint64_t)net);
        ASSERT(net >= 0 || account->debits_pending >= (uint64_t)-net);
        account->credits_pending -= net > 0 ? (uint64_t)net : 0;
        account->debits_pending -= net < 0 ? (uint64_t)-net : 0;
        ASSERT(account->passing_pending >= passing_of(part));
        account->passing_pending -= passing_of(part);
        if (turnover && part->debits > 0) {
            account->day_turnover -= account->day == day ? part->debits : 0;
            account->month_turnover -= account->month == day / 100 ? part->debits : 0;
        }
    }
}

void parts_of(struct ledger *ledger, const struct ledger_payment *payment, struct parts *parts) {
    const struct ledger_leg *legs = ledger_payment_legs(payment);
    parts->count = 0;
    for (uint32_t i = 0; i < payment->leg_count; i++) {
        add_leg(parts, i, legs[i].debit, legs[i].credit, legs[i].amount);
    }
    for (uint32_t i = 0; i < parts->count; i++) {
        parts->of[i].slot = accounts_find(&ledger->accounts, parts->of[i].id);
        ASSERT(parts->of[i].slot != NULL); /* accounts are never removed */
    }
}

/* Links a posting into its account's chain; returns the posting before it. */
static uint64_t link_entry(struct ledger_account *account, uint64_t entry) {
    uint64_t previous = account->entry_head;
    account->entry_head = entry;
    account->entry_count++;
    return previous;
}

void parts_post(struct ledger *ledger, const struct parts *parts, struct ledger_payment *payment) {
    struct ledger_leg *legs = (struct ledger_leg *)(void *)(payment + 1);
    for (uint32_t i = 0; i < payment->leg_count; i++) {
        struct ledger_leg *leg = &legs[i];
        struct ledger_account *debit = change(ledger, &parts->of[parts->debit[i]]);
        struct ledger_account *credit = change(ledger, &parts->of[parts->credit[i]]);
        debit->debits_posted += leg->amount;
        leg->debit_balance = balance_of(debit);
        leg->debit_previous = link_entry(debit, LEDGER_ENTRY(payment->id, i, false));
        credit->credits_posted += leg->amount;
        leg->credit_balance = balance_of(credit);
        leg->credit_previous = link_entry(credit, LEDGER_ENTRY(payment->id, i, true));
    }
}
