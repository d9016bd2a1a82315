#include "tests/sim/model_internal.h"

__extension__ typedef __int128 wide; /* no sum of amounts overflows it */

unsigned model_shares_of(struct model *model, const struct ledger_leg *legs, unsigned leg_count,
                         struct share *shares) {
    unsigned count = 0;
    for (unsigned i = 0; i < leg_count * 2; i++) {
        const struct ledger_leg *leg = &legs[i / 2];
        struct model_account *account = model_account(model, i % 2 == 0 ? leg->debit : leg->credit);
        unsigned found = 0;
        while (found < count && shares[found].account != account)
            found++;
        if (found == count)
            shares[count++] = (struct share){.account = account};
        if (i % 2 == 0)
            shares[found].debits += leg->amount;
        else
            shares[found].credits += leg->amount;
    }
    return count;
}

static enum ledger_status check_flag(struct model *model, const struct ledger_leg *legs,
                                     unsigned leg_count, uint32_t flag, enum ledger_status debit,
                                     enum ledger_status credit) {
    for (unsigned i = 0; i < leg_count; i++) {
        if (model_account(model, legs[i].debit)->record.flags & flag)
            return debit;
        if (model_account(model, legs[i].credit)->record.flags & flag)
            return credit;
    }
    return LEDGER_DONE;
}

enum ledger_status model_check_accounts(struct model *model, const struct ledger_leg *legs,
                                        unsigned leg_count) {
    for (unsigned i = 0; i < leg_count; i++) {
        if (model_account(model, legs[i].debit) == NULL)
            return LEDGER_DEBIT_NOT_FOUND;
        if (model_account(model, legs[i].credit) == NULL)
            return LEDGER_CREDIT_NOT_FOUND;
    }
    uint16_t currency = model_account(model, legs[0].debit)->record.currency;
    for (unsigned i = 0; i < leg_count; i++)
        if (model_account(model, legs[i].debit)->record.currency != currency ||
            model_account(model, legs[i].credit)->record.currency != currency)
            return LEDGER_CURRENCY_MISMATCH;
    enum ledger_status status = check_flag(model, legs, leg_count, LEDGER_ACCOUNT_CLOSED,
                                           LEDGER_DEBIT_CLOSED, LEDGER_CREDIT_CLOSED);
    if (status != LEDGER_DONE)
        return status;
    return check_flag(model, legs, leg_count, LEDGER_ACCOUNT_FROZEN, LEDGER_DEBIT_FROZEN,
                      LEDGER_CREDIT_FROZEN);
}

static bool over_total(const struct share *share) {
    const struct ledger_account *record = &share->account->record;
    wide passing = record->passing_pending;
    wide debits = passing + record->debits_posted + record->debits_pending + share->debits;
    wide credits = passing + record->credits_posted + record->credits_pending + share->credits;
    return debits > (wide)LEDGER_AMOUNT_MAX || credits > (wide)LEDGER_AMOUNT_MAX;
}

static bool over_ceiling(const struct share *share) {
    const struct ledger_account *record = &share->account->record;
    if (share->credits <= share->debits || record->ceiling == LEDGER_NO_CEILING)
        return false;
    wide balance = (wide)record->credits_posted - record->debits_posted;
    return balance + record->credits_pending + share->credits - share->debits > record->ceiling;
}

static bool over_limit(const struct share *share, uint64_t turnover, uint64_t limit) {
    return share->debits > 0 && limit != LEDGER_NO_CEILING &&
           (wide)turnover + share->debits > (wide)limit;
}

static bool lacks_funds(const struct share *share) {
    const struct ledger_account *record = &share->account->record;
    if (share->debits <= share->credits || record->flags & LEDGER_ACCOUNT_OVERDRAFT)
        return false;
    wide available = (wide)record->credits_posted - record->debits_posted - record->debits_pending +
                     record->floor;
    return available < (wide)share->debits - share->credits;
}

enum ledger_status model_check_money(const struct model *model, const struct share *shares,
                                     unsigned share_count) {
    uint32_t day = model_day(model->time_ns), month = day / 100;
    for (unsigned i = 0; i < share_count; i++)
        if (over_total(&shares[i]))
            return LEDGER_OVER_TOTAL;
    for (unsigned i = 0; i < share_count; i++)
        if (over_ceiling(&shares[i]))
            return LEDGER_OVER_CEILING;
    for (unsigned i = 0; i < share_count; i++) {
        const struct ledger_account *record = &shares[i].account->record;
        if (over_limit(&shares[i], record->day == day ? record->day_turnover : 0,
                       record->day_limit))
            return LEDGER_OVER_DAY_LIMIT;
    }
    for (unsigned i = 0; i < share_count; i++) {
        const struct ledger_account *record = &shares[i].account->record;
        if (over_limit(&shares[i], record->month == month ? record->month_turnover : 0,
                       record->month_limit))
            return LEDGER_OVER_MONTH_LIMIT;
    }
    for (unsigned i = 0; i < share_count; i++)
        if (lacks_funds(&shares[i]))
            return LEDGER_FUNDS;
    return LEDGER_DONE;
}

void model_check(struct model *model, const struct sim_command *command,
                 struct model_result *result) {
    struct share shares[LEDGER_LEGS_MAX * 2];
    struct ledger_leg legs[LEDGER_LEGS_MAX];
    for (unsigned i = 0; i < command->leg_count; i++)
        legs[i] = (struct ledger_leg){.debit = command->legs[i].debit,
                                      .credit = command->legs[i].credit,
                                      .amount = command->legs[i].amount};
    result->status = model_check_accounts(model, legs, command->leg_count);
    if (result->status == LEDGER_DONE)
        result->status = model_check_money(
            model, shares, model_shares_of(model, legs, command->leg_count, shares));
}

void model_delivery(struct model *model, const struct sim_command *command,
                    struct model_result *result) {
    struct model_payment *payment = model_payment(model, command->payment);
    bool delivers = payment != NULL && (payment->head.flags & LEDGER_PAYMENT_DELIVER) != 0;
    bool attempt = command->kind == LEDGER_ATTEMPT;
    if (!delivers) {
        result->status = attempt ? LEDGER_PAYMENT_NOT_FOUND : LEDGER_RECORD_NOT_FOUND;
        return;
    }
    bool callback = (payment->head.flags & LEDGER_PAYMENT_CALLBACK) != 0;
    if (attempt && command->outcome != LEDGER_ATTEMPT_GOES_ON && !callback) {
        result->status = LEDGER_AT_PROVIDER;
        return;
    }
    payment->attempts += attempt;
    result->payment = command->payment;
    if (attempt && command->outcome != LEDGER_ATTEMPT_GOES_ON) {
        model_payment_attempted(model, payment, command->outcome);
        result->state = payment->head.state;
    }
}
