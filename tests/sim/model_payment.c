#include "tests/lib/require.h"
#include "tests/sim/model_internal.h"

#include <string.h>

/* ---- Finding ---- */

static uint32_t reference_hash(uint64_t requester, const uint8_t *reference, uint32_t size) {
    uint64_t hash = 14695981039346656037u ^ requester;
    for (uint32_t i = 0; i < size; i++)
        hash = (hash ^ reference[i]) * 1099511628211u;
    return (uint32_t)(hash ^ (hash >> 32)) % MODEL_REFERENCE_SLOTS;
}

/* The slot of the reference, or the empty one where it belongs. */
static uint32_t *reference_slot(struct model *model, uint64_t requester, const uint8_t *reference,
                                uint32_t size) {
    for (uint32_t i = reference_hash(requester, reference, size);;
         i = (i + 1) % MODEL_REFERENCE_SLOTS) {
        const struct model_payment *payment = model_payment(model, model->references[i]);
        if (payment == NULL ||
            (payment->head.requester == requester && payment->head.reference_size == size &&
             memcmp(payment->reference, reference, size) == 0))
            return &model->references[i];
    }
}

struct model_payment *model_find(struct model *model, uint64_t requester, const uint8_t *reference,
                                 uint32_t size) {
    return model_payment(model, *reference_slot(model, requester, reference, size));
}

/* ---- open ---- */

static bool same_match(const struct sim_command *command, const struct model_payment *payment) {
    static uint8_t there[LEDGER_ATTRIBUTES_MAX], asked[LEDGER_ATTRIBUTES_MAX];
    blob_fill(there, payment->head.attributes_size, payment->attributes_seed);
    blob_fill(asked, command->attributes_size, command->attributes_seed);
    return payment->head.operation == command->operation &&
           payment->head.attributes_size >= command->match_size &&
           memcmp(there, asked, command->match_size) == 0;
}

static bool same_payment(const struct sim_command *command, const struct model_payment *payment) {
    const struct ledger_payment *head = &payment->head;
    if (command->match_size > 0)
        return same_match(command, payment);
    if (((head->flags & LEDGER_PAYMENT_CALLBACK) != 0) != command->callback ||
        payment->born_declined != command->declined)
        return false;
    if (((head->flags & LEDGER_PAYMENT_REPEATS) != 0) != (command->repeat_after_ms > 0) ||
        payment->deliver_to != command->deliver_to)
        return false;
    if (head->operation != command->operation || head->leg_count != command->leg_count ||
        ((head->flags & LEDGER_PAYMENT_POST) != 0) != command->post ||
        ((head->flags & LEDGER_PAYMENT_WAIT) != 0) != command->wait_for_funds ||
        head->reversal_of != command->reversal_of)
        return false;
    if (head->attributes_size != command->attributes_size ||
        (command->attributes_size > 0 && payment->attributes_seed != command->attributes_seed))
        return false;
    if (command->value_date != 0 && command->value_date != head->value_date)
        return false;
    for (unsigned i = 0; i < head->leg_count; i++)
        if (payment->legs[i].debit != command->legs[i].debit ||
            payment->legs[i].credit != command->legs[i].credit ||
            payment->legs[i].amount != command->legs[i].amount)
            return false;
    return true;
}

static void answer(const struct model_payment *payment, struct model_result *result,
                   enum ledger_status status) {
    *result = (struct model_result){.status = status,
                                    .state = payment->head.state,
                                    .replayed = status == LEDGER_REPLAYED,
                                    .payment = payment->head.id,
                                    .sequence = payment->head.sequence};
}

static struct model_payment *record_payment(struct model *model,
                                            const struct sim_command *command) {
    REQUIRE(model->payment_count < MODEL_PAYMENTS_MAX);
    struct model_payment *payment = &model->payments[model->payment_count];
    uint64_t deadline_ns = model->time_ns + (uint64_t)command->expires_in_s * 1000000000u;
    size_t size = sizeof payment->head + command->leg_count * sizeof payment->legs[0] +
                  command->reference_size + command->attributes_size;
    *payment = (struct model_payment){
        .head = {.id = model->payment_count + 1,
                 .requester = command->requester,
                 .opened_ns = model->time_ns,
                 .deadline_ns = command->expires_in_s > 0 && !command->declined &&
                                        (command->deliver_to == 0 || command->callback)
                                    ? deadline_ns
                                    : 0,
                 .reversal_of = command->reversal_of,
                 .size = (uint32_t)((size + 7) / 8 * 8),
                 .value_date =
                     command->value_date > 0 ? command->value_date : model_day(model->time_ns),
                 .operation = command->operation,
                 .attributes_size = (uint16_t)command->attributes_size,
                 .reference_size = (uint8_t)command->reference_size,
                 .leg_count = (uint8_t)command->leg_count,
                 .flags = (uint8_t)((command->post ? LEDGER_PAYMENT_POST : 0) |
                                    (command->wait_for_funds ? LEDGER_PAYMENT_WAIT : 0) |
                                    (command->repeat_after_ms > 0 ? LEDGER_PAYMENT_REPEATS : 0) |
                                    (command->deliver_to > 0 ? LEDGER_PAYMENT_DELIVER : 0) |
                                    (command->callback ? LEDGER_PAYMENT_CALLBACK : 0))},
        .born_declined = command->declined,
        .news_ns = model->time_ns,
        .attributes_seed = command->attributes_seed,
        .deliver_to = command->deliver_to};
    for (unsigned i = 0; i < command->leg_count; i++)
        payment->legs[i] = (struct ledger_leg){.debit = command->legs[i].debit,
                                               .credit = command->legs[i].credit,
                                               .amount = command->legs[i].amount};
    memcpy(payment->reference, command->reference, command->reference_size);
    return payment;
}

static enum ledger_status wait_check(struct model *model, const struct model_payment *payment) {
    struct share shares[LEDGER_LEGS_MAX * 2];
    unsigned count = payment->head.leg_count;
    enum ledger_status status = model_check_accounts(model, payment->legs, count);
    if (status != LEDGER_DONE)
        return status;
    return model_check_money(model, shares, model_shares_of(model, payment->legs, count, shares));
}

static void complete(struct model *model, struct model_payment *payment) {
    model_payment_hold(model, payment, -1);
    model_payment_post(model, payment);
    model_payment_move_told(model, payment, LEDGER_COMPLETED, 1);
}

/* The same request again, which may move its payment on. */
static void repeat(struct model *model, const struct sim_command *command,
                   struct model_payment *payment, struct model_result *result) {
    struct ledger_payment *head = &payment->head;
    uint64_t after_ns = (uint64_t)command->repeat_after_ms * 1000000u;
    bool moves = after_ns > 0 && (head->flags & LEDGER_PAYMENT_DISPATCHED) == 0;
    if (moves && head->state == LEDGER_WAITING && wait_check(model, payment) == LEDGER_DONE) {
        model_payment_start(model, payment);
        if (head->state == LEDGER_HELD)
            head->deadline_ns =
                command->expires_in_s > 0 && (head->flags & LEDGER_PAYMENT_DELIVER) == 0
                    ? model->time_ns + command->expires_in_s * 1000000000ull
                    : 0;
        answer(payment, result, LEDGER_DONE);
    } else if (moves && head->state == LEDGER_HELD && (head->flags & LEDGER_PAYMENT_DELIVER) == 0 &&
               model->time_ns - head->held_ns >= after_ns) {
        complete(model, payment);
        answer(payment, result, LEDGER_DONE);
    } else {
        answer(payment, result, LEDGER_REPLAYED);
    }
}

void model_payment_open(struct model *model, const struct sim_command *command,
                        struct model_result *result) {
    uint32_t *slot =
        reference_slot(model, command->requester, command->reference, command->reference_size);
    const struct model_payment *seen = model_payment(model, *slot);
    if (seen != NULL && same_payment(command, seen)) {
        repeat(model, command, model_payment(model, seen->head.id), result);
        return;
    }
    const struct model_payment *reversed = model_payment(model, command->reversal_of);
    if (seen != NULL)
        result->status = LEDGER_REF_CONFLICT;
    else if (command->reversal_of != 0 &&
             (reversed == NULL || reversed->head.state != LEDGER_COMPLETED))
        result->status = LEDGER_REVERSAL_NOT_FOUND;
    if (result->status != LEDGER_DONE)
        return;
    struct model_payment *payment = record_payment(model, command); /* counted below, or not */
    struct share shares[LEDGER_LEGS_MAX * 2];
    enum ledger_status status = model_check_accounts(model, payment->legs, command->leg_count);
    if (status == LEDGER_DONE)
        status = model_token_check(model, command);
    if (status == LEDGER_DONE && !command->declined)
        status = model_check_money(
            model, shares, model_shares_of(model, payment->legs, command->leg_count, shares));
    bool waits = status == LEDGER_FUNDS && command->wait_for_funds;
    if (status != LEDGER_DONE && !waits) {
        result->status = status;
        return;
    }
    *slot = (uint32_t)++model->payment_count;
    model->leg_count += command->leg_count;
    if (command->token_account != 0)
        model_account(model, command->token_account)->token_burnt = true;
    if (waits && command->repeat_after_ms > 0)
        payment->head.deadline_ns = 0;
    if (command->declined)
        model_payment_move(model, payment, LEDGER_DECLINED);
    else if (waits)
        model_payment_move(model, payment, LEDGER_WAITING);
    else
        model_payment_start(model, payment);
    answer(payment, result, LEDGER_DONE);
}

/* ---- complete, decline, retry, dispatch, lookup ---- */

static enum ledger_status retry_check(struct model *model, const struct model_payment *payment) {
    bool mine = (payment->head.flags & LEDGER_PAYMENT_REPEATS) == 0;
    return payment->head.state == LEDGER_WAITING && mine ? wait_check(model, payment)
                                                         : LEDGER_REPLAYED;
}

static enum ledger_status target_check(struct model *model, const struct sim_command *command,
                                       const struct model_payment *payment) {
    uint8_t state = payment->head.state;
    bool told = (payment->head.flags & LEDGER_PAYMENT_TOLD) != 0;
    bool dispatched = (payment->head.flags & LEDGER_PAYMENT_DISPATCHED) != 0;
    bool completes = command->kind == LEDGER_COMPLETE, declines = command->kind == LEDGER_DECLINE;
    if (command->kind == LEDGER_LOOKUP)
        return LEDGER_DONE;
    if (command->kind == LEDGER_RETRY)
        return retry_check(model, payment);
    if (state == LEDGER_COMPLETED)
        return completes ? LEDGER_REPLAYED : LEDGER_ALREADY_COMPLETED;
    if (state == LEDGER_DECLINED)
        return declines ? LEDGER_REPLAYED : LEDGER_ALREADY_DECLINED;
    if (dispatched && command->kind == LEDGER_DISPATCH)
        return LEDGER_REPLAYED;
    bool delivers = (payment->head.flags & LEDGER_PAYMENT_DELIVER) != 0;
    if ((dispatched || (delivers && completes)) && !command->by_provider && !told &&
        command->kind != LEDGER_DISPATCH)
        return LEDGER_AT_PROVIDER;
    return state == LEDGER_WAITING && !declines ? LEDGER_NO_HOLD : LEDGER_DONE;
}

void model_payment_target(struct model *model, const struct sim_command *command,
                          struct model_result *result) {
    struct model_payment *payment =
        command->payment != 0
            ? model_payment(model, command->payment)
            : model_find(model, command->requester, command->reference, command->reference_size);
    if (payment == NULL) {
        result->status = LEDGER_PAYMENT_NOT_FOUND;
        return;
    }
    if (command->payment != 0 && command->reference_size > 0 &&
        (command->reference_size != payment->head.reference_size ||
         memcmp(command->reference, payment->reference, command->reference_size) != 0)) {
        result->status = LEDGER_PAYMENT_NOT_FOUND;
        return;
    }
    if (command->requester != 0 && command->requester != payment->head.requester) {
        result->status = LEDGER_NOT_REQUESTER;
        return;
    }
    bool ends = command->kind == LEDGER_COMPLETE || command->kind == LEDGER_DECLINE;
    if (ends && command->requester != 0 && (payment->head.flags & LEDGER_PAYMENT_REPEATS) != 0) {
        result->status = LEDGER_PAYMENT_NOT_FOUND;
        return;
    }
    if (command->kind == LEDGER_NOTIFY) {
        model_payment_notify(model, payment, result);
        return;
    }
    enum ledger_status status = target_check(model, command, payment);
    if (status == LEDGER_DONE && command->kind == LEDGER_COMPLETE) {
        complete(model, payment);
    } else if (status == LEDGER_DONE && command->kind == LEDGER_DECLINE) {
        model_payment_decline(
            model, payment,
            command->by_provider ||
                (command->requester != 0 && (payment->head.flags & LEDGER_PAYMENT_TOLD) != 0));
    } else if (status == LEDGER_DONE && command->kind == LEDGER_RETRY) {
        model_payment_start(model, payment);
    } else if (status == LEDGER_DONE && command->kind == LEDGER_DISPATCH) {
        payment->head.flags |= LEDGER_PAYMENT_DISPATCHED;
        if ((payment->head.flags & LEDGER_PAYMENT_CALLBACK) == 0)
            payment->head.deadline_ns = 0;
        model_payment_move(model, payment, LEDGER_HELD);
    }
    answer(payment, result, status);
}

/* ---- Callbacks ---- */

void model_payment_notify(struct model *model, struct model_payment *payment,
                          struct model_result *result) {
    bool callback = (payment->head.flags & LEDGER_PAYMENT_CALLBACK) != 0;
    if (model_is_open(payment) || !callback) {
        answer(payment, result, LEDGER_REPLAYED);
        return;
    }
    model_payment_move_told(model, payment, payment->head.state, 0);
    answer(payment, result, LEDGER_DONE);
}

void model_payment_attempted(struct model *model, struct model_payment *payment, uint32_t outcome) {
    struct ledger_payment *head = &payment->head;
    bool owed = model_is_open(payment) && (head->flags & LEDGER_PAYMENT_TOLD) == 0;
    if (owed && outcome == LEDGER_ATTEMPT_TOLD)
        model_payment_move_told(model, payment, head->state, 1);
    else if (owed && head->state == LEDGER_HELD && head->deadline_ns != 0 &&
             head->deadline_ns <= model->time_ns) {
        model_payment_decline(model, payment, false);
        head->flags |= LEDGER_PAYMENT_EXPIRED;
    }
}

/* ---- expire ---- */

/* While a peer is being told of it, no deadline ends it. */
static bool may_expire(const struct model *model, const struct model_payment *payment) {
    bool is_open = payment->head.state == LEDGER_WAITING || payment->head.state == LEDGER_HELD;
    bool telling = (payment->head.flags & LEDGER_PAYMENT_CALLBACK) != 0 &&
                   (payment->head.flags & LEDGER_PAYMENT_TOLD) == 0;
    return is_open && !telling && payment->head.deadline_ns != 0 &&
           payment->head.deadline_ns <= model->time_ns;
}

static const struct model_payment *expires_next(struct model *model) {
    struct model_payment *best = NULL;
    for (uint64_t id = 1; id <= model->payment_count; id++) {
        struct model_payment *payment = model_payment(model, id);
        if (may_expire(model, payment) &&
            (best == NULL || payment->head.deadline_ns < best->head.deadline_ns))
            best = payment;
    }
    return best;
}

void model_payment_expire(struct model *model, uint32_t count, struct model_result *result) {
    const struct model_payment *found;
    while (result->payment < count && (found = expires_next(model)) != NULL) {
        struct model_payment *payment = model_payment(model, found->head.id);
        model_payment_decline(model, payment, false);
        payment->head.flags |= LEDGER_PAYMENT_EXPIRED;
        result->payment++;
    }
}
