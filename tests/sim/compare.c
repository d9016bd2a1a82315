#include "tests/sim/sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool sim_fail(struct sim *sim, const char *format, ...) {
    if (sim->failure[0] != '\0')
        return false;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sim->failure, sizeof sim->failure, format, arguments);
    va_end(arguments);
    return false;
}

static bool same(struct sim *sim, const char *what, uint64_t id, const char *field, uint64_t got,
                 uint64_t expected) {
    if (got == expected)
        return true;
    return sim_fail(sim, "%s %llu: %s is %llu, the model says %llu", what, (unsigned long long)id,
                    field, (unsigned long long)got, (unsigned long long)expected);
}

#define SAME(what, field) same(sim, what, id, #field, (uint64_t)got->field, (uint64_t)want->field)

bool compare_account(struct sim *sim, const struct ledger_account *got, uint64_t id) {
    const struct model_account *account = model_account(&sim->model, id);
    if (account == NULL)
        return sim_fail(sim, "account %llu is there, the model has none", (unsigned long long)id);
    const struct ledger_account *want = &account->record;
    return SAME("account", id) && SAME("account", owner) && SAME("account", debits_posted) &&
           SAME("account", credits_posted) && SAME("account", debits_pending) &&
           SAME("account", credits_pending) && SAME("account", passing_pending) &&
           SAME("account", floor) && SAME("account", ceiling) && SAME("account", day_limit) &&
           SAME("account", month_limit) && SAME("account", day) && SAME("account", month) &&
           SAME("account", day_turnover) && SAME("account", month_turnover) &&
           SAME("account", entry_head) && SAME("account", entry_count) &&
           SAME("account", opened_ns) && SAME("account", kind) && SAME("account", currency) &&
           SAME("account", flags);
}

static bool compare_head(struct sim *sim, const struct ledger_payment *got,
                         const struct ledger_payment *want) {
    uint64_t id = want->id;
    bool is_open = want->state == LEDGER_WAITING || want->state == LEDGER_HELD;
    /* The deadline of a payment that ended means nothing. */
    return SAME("payment", id) && SAME("payment", requester) && SAME("payment", state) &&
           SAME("payment", opened_ns) && SAME("payment", changed_ns) && SAME("payment", held_ns) &&
           SAME("payment", sequence) && SAME("payment", reversal_of) && SAME("payment", size) &&
           SAME("payment", value_date) && SAME("payment", operation) &&
           SAME("payment", attributes_size) && SAME("payment", reference_size) &&
           SAME("payment", leg_count) && SAME("payment", flags) &&
           (!is_open || SAME("payment", deadline_ns));
}

static bool compare_leg(struct sim *sim, uint64_t id, const struct ledger_leg *got,
                        const struct ledger_leg *want) {
    return SAME("leg of payment", debit) && SAME("leg of payment", credit) &&
           SAME("leg of payment", amount) && SAME("leg of payment", debit_balance) &&
           SAME("leg of payment", credit_balance) && SAME("leg of payment", debit_previous) &&
           SAME("leg of payment", credit_previous);
}

bool compare_payment(struct sim *sim, const struct ledger_payment *got, uint64_t id) {
    static uint8_t attributes[LEDGER_ATTRIBUTES_MAX];
    const struct model_payment *want = model_payment(&sim->model, id);
    if (want == NULL)
        return sim_fail(sim, "payment %llu is there, the model has none", (unsigned long long)id);
    if (!compare_head(sim, got, &want->head))
        return false;
    for (unsigned i = 0; i < got->leg_count; i++)
        if (!compare_leg(sim, id, &ledger_payment_legs(got)[i], &want->legs[i]))
            return false;
    if (memcmp(ledger_payment_reference(got), want->reference, got->reference_size) != 0)
        return sim_fail(sim, "payment %llu: another reference", (unsigned long long)id);
    blob_fill(attributes, want->head.attributes_size, want->attributes_seed);
    if (memcmp(ledger_payment_attributes(got), attributes, got->attributes_size) != 0)
        return sim_fail(sim, "payment %llu: other attributes", (unsigned long long)id);
    return true;
}

static bool compare_value(struct sim *sim, uint32_t key, const struct ledger_result *got) {
    static uint8_t value[LEDGER_VALUE_MAX];
    const struct model_record *record = &sim->model.registry[key];
    blob_fill(value, record->size, record->seed);
    if (got->body_size != record->size || memcmp(got->body, value, record->size) != 0)
        return sim_fail(sim, "registry record %u: another value", key);
    return true;
}

static bool compare_body(struct sim *sim, const struct sim_command *command,
                         const struct model_result *expected, const struct ledger_result *got) {
    switch ((int)command->kind) {
    case LEDGER_LOOKUP:
        return compare_payment(sim, got->body, expected->payment) &&
               same(sim, "payment", expected->payment, "body size", got->body_size,
                    model_payment(&sim->model, expected->payment)->head.size);
    case LEDGER_ACCOUNT_LOOKUP:
        return compare_account(sim, got->body, command->account.id) &&
               same(sim, "account", command->account.id, "body size", got->body_size,
                    sizeof(struct ledger_account));
    case LEDGER_REGISTRY_LOOKUP:
        return compare_value(sim, command->key, got);
    default:
        return true;
    }
}

bool compare_result(struct sim *sim, const struct sim_command *command,
                    const struct model_result *expected, const struct ledger_result *got) {
    bool done = expected->status == LEDGER_DONE || expected->status == LEDGER_REPLAYED;
    /* What a refusal says of the payment is not laid down; but it must not be wrong. */
    bool same_state = got->state == expected->state || (!done && got->state == 0);
    bool same_payment = got->payment == expected->payment || (!done && got->payment == 0);
    bool same_sequence = !done || expected->sequence == 0 || got->sequence == expected->sequence;
    if (got->status != expected->status || got->replayed != expected->replayed || !same_state ||
        !same_payment || !same_sequence)
        return sim_fail(
            sim,
            "command of kind %d (payment %llu, account %llu): got %s %s replayed %u payment %llu "
            "sequence %llu, the model says %s %s %u %llu %llu",
            (int)command->kind, (unsigned long long)command->payment,
            (unsigned long long)command->account.id, ledger_status_name(got->status),
            ledger_state_name(got->state), got->replayed, (unsigned long long)got->payment,
            (unsigned long long)got->sequence, ledger_status_name(expected->status),
            ledger_state_name(expected->state), expected->replayed,
            (unsigned long long)expected->payment, (unsigned long long)expected->sequence);
    return expected->status != LEDGER_DONE || compare_body(sim, command, expected, got);
}
