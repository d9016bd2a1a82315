#include "tests/sim/model_internal.h"

static void turnover_add(const struct model *model, struct ledger_account *record,
                         uint64_t debits) {
    uint32_t day = model_day(model->time_ns), month = day / 100;
    if (record->day != day)
        record->day = day, record->day_turnover = 0;
    if (record->month != month)
        record->month = month, record->month_turnover = 0;
    record->day_turnover += debits;
    record->month_turnover += debits;
}

static void turnover_return(struct ledger_account *record, const struct model_payment *payment,
                            uint64_t debits) {
    if (record->day == payment->held_day)
        record->day_turnover -= debits;
    if (record->month == payment->held_month)
        record->month_turnover -= debits;
}

void model_payment_hold(struct model *model, struct model_payment *payment, int sign) {
    struct share shares[LEDGER_LEGS_MAX * 2];
    unsigned count = model_shares_of(model, payment->legs, payment->head.leg_count, shares);
    for (unsigned i = 0; i < count; i++) {
        struct ledger_account *record = &shares[i].account->record;
        uint64_t *pending = shares[i].credits > shares[i].debits ? &record->credits_pending
                                                                 : &record->debits_pending;
        uint64_t net = shares[i].credits > shares[i].debits ? shares[i].credits - shares[i].debits
                                                            : shares[i].debits - shares[i].credits;
        uint64_t passing =
            shares[i].credits > shares[i].debits ? shares[i].debits : shares[i].credits;
        *pending = sign > 0 ? *pending + net : *pending - net;
        record->passing_pending += sign > 0 ? passing : -passing;
    }
}

static void take_turnover(struct model *model, struct model_payment *payment) {
    struct share shares[LEDGER_LEGS_MAX * 2];
    unsigned count = model_shares_of(model, payment->legs, payment->head.leg_count, shares);
    for (unsigned i = 0; i < count; i++)
        if (shares[i].debits > 0)
            turnover_add(model, &shares[i].account->record, shares[i].debits);
    payment->held_day = model_day(model->time_ns);
    payment->held_month = payment->held_day / 100;
}

static int64_t post_entry(struct ledger_account *record, uint64_t amount, uint64_t link,
                          uint64_t *previous) {
    *(link % 2 == 1 ? &record->credits_posted : &record->debits_posted) += amount;
    *previous = record->entry_head;
    record->entry_head = link;
    record->entry_count++;
    return (int64_t)(record->credits_posted - record->debits_posted);
}

void model_payment_post(struct model *model, struct model_payment *payment) {
    for (unsigned i = 0; i < payment->head.leg_count; i++) {
        struct ledger_leg *leg = &payment->legs[i];
        uint64_t link = payment->head.id * 16 + i * 2;
        leg->debit_balance = post_entry(&model_account(model, leg->debit)->record, leg->amount,
                                        link, &leg->debit_previous);
        leg->credit_balance = post_entry(&model_account(model, leg->credit)->record, leg->amount,
                                         link + 1, &leg->credit_previous);
    }
}

bool model_is_open(const struct model_payment *payment) {
    if (payment->head.state == LEDGER_WAITING || payment->head.state == LEDGER_HELD)
        return true;
    return payment->head.state != 0 && (payment->head.flags & LEDGER_PAYMENT_CALLBACK) != 0 &&
           (payment->head.flags & LEDGER_PAYMENT_TOLD) == 0;
}

/* told: whether the peer of a callback knows of that state; -1: as before. */
void model_payment_move_told(struct model *model, struct model_payment *payment,
                             enum ledger_state state, int told) {
    model->open_count -= model_is_open(payment);
    if (told >= 0 && (payment->head.flags & LEDGER_PAYMENT_CALLBACK) != 0) {
        payment->head.flags &= (uint8_t)~LEDGER_PAYMENT_TOLD;
        payment->head.flags |= told > 0 ? LEDGER_PAYMENT_TOLD : 0;
        if (told == 0)
            payment->news_ns = model->time_ns;
    }
    payment->head.state = (uint8_t)state;
    model->open_count += model_is_open(payment);
    payment->head.changed_ns = model->time_ns;
    payment->head.sequence = model->sequence;
}

void model_payment_move(struct model *model, struct model_payment *payment,
                        enum ledger_state state) {
    model_payment_move_told(model, payment, state, -1);
}

/* Holds or posts a payment that passed all checks. */
void model_payment_start(struct model *model, struct model_payment *payment) {
    take_turnover(model, payment);
    if (payment->head.flags & LEDGER_PAYMENT_POST) {
        model_payment_post(model, payment);
        model_payment_move(model, payment, LEDGER_COMPLETED);
    } else {
        model_payment_hold(model, payment, 1);
        payment->head.held_ns = model->time_ns;
        model_payment_move(model, payment, LEDGER_HELD);
    }
}

void model_payment_decline(struct model *model, struct model_payment *payment, bool told) {
    if (payment->head.state == LEDGER_HELD) {
        struct share shares[LEDGER_LEGS_MAX * 2];
        unsigned count = model_shares_of(model, payment->legs, payment->head.leg_count, shares);
        model_payment_hold(model, payment, -1);
        for (unsigned i = 0; i < count; i++)
            if (shares[i].debits > 0)
                turnover_return(&shares[i].account->record, payment, shares[i].debits);
    }
    model_payment_move_told(model, payment, LEDGER_DECLINED, told);
}
