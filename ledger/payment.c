/* payment.c - opening, ending and finding payments. Each function: checks in the order of
 * LEDGER_STATUS_MAP, then changes. README.md, "What each command does". */
#include <string.h>

#include "ledger/assert.h"
#include "ledger/core.h"

static void answer(struct ledger_result *result, enum ledger_status status,
                   const struct ledger_payment *payment) {
    result->status = (uint16_t)status;
    result->replayed = status == LEDGER_REPLAYED;
    if (payment != NULL) {
        result->state = payment->state;
        result->payment = payment->id;
        result->sequence = payment->sequence;
    }
}

/* ---- Open --------------------------------------------------------------------------------- */

static bool same_legs(const struct ledger_payment *payment, const struct command *command) {
    const struct ledger_leg *stored = ledger_payment_legs(payment);
    const struct ledger_leg_request *legs = command_legs(command);
    for (uint32_t i = 0; i < command->leg_count; i++) {
        if (stored[i].debit != legs[i].debit || stored[i].credit != legs[i].credit ||
            stored[i].amount != legs[i].amount) {
            return false;
        }
    }
    return true;
}

static uint8_t payment_flags(const struct command *command) {
    return (uint8_t)((command->flags & COMMAND_POST ? LEDGER_PAYMENT_POST : 0) |
                     (command->flags & COMMAND_WAIT ? LEDGER_PAYMENT_WAIT : 0) |
                     (command_repeat_after_ms(command) != 0 ? LEDGER_PAYMENT_REPEATS : 0));
}

static bool same_match(const struct ledger_payment *payment, const struct command *command) {
    uint32_t size = command_match_size(command);
    return payment->operation == command->operation && payment->attributes_size >= size &&
           memcmp(ledger_payment_attributes(payment), command_attributes(command), size) == 0;
}

/* Did the requester ask for this very payment? */
static bool same_fields(const struct ledger_payment *payment, const struct command *command) {
    const uint8_t asked = LEDGER_PAYMENT_POST | LEDGER_PAYMENT_WAIT | LEDGER_PAYMENT_REPEATS;
    if (command_match_size(command) != 0) {
        return same_match(payment, command);
    }
    return payment->operation == command->operation && payment->leg_count == command->leg_count &&
           (payment->flags & asked) == payment_flags(command) &&
           payment->reversal_of == command->reversal_of &&
           payment->attributes_size == command->attributes_size &&
           (command->value_date == 0 || payment->value_date == command->value_date) &&
           same_legs(payment, command) &&
           memcmp(ledger_payment_attributes(payment), command_attributes(command),
                  command->attributes_size) == 0;
}

static uint32_t payment_size(const struct command *command) {
    size_t size = sizeof(struct ledger_payment) + command->leg_count * sizeof(struct ledger_leg) +
                  command->reference_size + command->attributes_size;
    return (uint32_t)((size + 7) & ~(size_t)7);
}

/* The stored record of a new payment; its state is still to be set. */
static struct ledger_payment *add_payment(struct ledger *ledger, const struct command *command,
                                          uint64_t hash) {
    const struct core_batch *batch = &ledger->batch;
    uint32_t size = payment_size(command);
    struct ledger_payment *payment = table_add_payment(ledger->active, size, hash);
    memset((uint8_t *)payment + size - 8, 0, 8); /* the padding */
    *payment = (struct ledger_payment){
        .id = ledger->payment_next++,
        .requester = command->requester,
        .opened_ns = batch->time_ns,
        .changed_ns = batch->time_ns,
        .sequence = batch->sequence,
        .reversal_of = command->reversal_of,
        .size = size,
        .value_date = command->value_date != 0 ? command->value_date : batch->day,
        .operation = command->operation,
        .attributes_size = command->attributes_size,
        .reference_size = command->reference_size,
        .leg_count = command->leg_count,
        .flags = payment_flags(command),
    };
    struct ledger_leg *legs = (struct ledger_leg *)(void *)(payment + 1);
    const struct ledger_leg_request *asked = command_legs(command);
    for (uint32_t i = 0; i < command->leg_count; i++) {
        legs[i] = (struct ledger_leg){
            .debit = asked[i].debit, .credit = asked[i].credit, .amount = asked[i].amount};
    }
    memcpy(legs + command->leg_count, command_reference(command),
           (size_t)command->reference_size + command->attributes_size); /* they are neighbours */
    return payment;
}

/* Makes the hold, or posts at once. */
static void hold_or_post(struct ledger *ledger, const struct parts *parts,
                         struct ledger_payment *payment) {
    if (payment->flags & LEDGER_PAYMENT_POST) {
        parts_turn(ledger, parts);
        parts_post(ledger, parts, payment);
        payment->state = LEDGER_COMPLETED;
    } else {
        parts_hold(ledger, parts);
        payment->state = LEDGER_HELD;
        payment->held_ns = ledger->batch.time_ns;
    }
}

/* The payment's record, to be changed by this batch. */
static struct ledger_payment *touch(struct ledger *ledger, uint64_t id) {
    struct ledger_payment *payment = state_payment_write(ledger, id);
    payment->changed_ns = ledger->batch.time_ns;
    payment->sequence = ledger->batch.sequence;
    return payment;
}

/* Posts a held payment. */
static struct ledger_payment *complete(struct ledger *ledger, uint64_t id) {
    struct parts parts;
    struct ledger_payment *payment = touch(ledger, id);
    ASSERT(payment->state == LEDGER_HELD);
    parts_of(ledger, payment, &parts);
    parts_release(ledger, &parts, payment->held_ns, false);
    parts_post(ledger, &parts, payment);
    payment->state = LEDGER_COMPLETED;
    open_set_remove(&ledger->open, id);
    return payment;
}

/* Tries the hold of a waiting payment. NULL: it waits on, and result->status says why. */
static struct ledger_payment *try_again(struct ledger *ledger, const struct ledger_payment *seen,
                                        struct ledger_result *result) {
    struct ledger_leg_request legs[LEDGER_LEGS_MAX];
    struct parts parts;
    for (uint32_t i = 0; i < seen->leg_count; i++) {
        const struct ledger_leg *leg = &ledger_payment_legs(seen)[i];
        legs[i] = (struct ledger_leg_request){leg->debit, leg->credit, leg->amount};
    }
    enum ledger_status status = parts_find(ledger, legs, seen->leg_count, &parts);
    if (status == LEDGER_DONE) {
        status = parts_check(ledger, &parts);
    }
    if (status != LEDGER_DONE) {
        result->status = (uint16_t)status;
        return NULL;
    }
    struct ledger_payment *payment = touch(ledger, seen->id);
    hold_or_post(ledger, &parts, payment);
    if (payment->state == LEDGER_COMPLETED) {
        open_set_remove(&ledger->open, payment->id);
    }
    return payment;
}

static enum ledger_status check_reversal(struct ledger *ledger, uint64_t reversal_of) {
    if (reversal_of == 0) {
        return LEDGER_DONE;
    }
    const struct ledger_payment *payment = state_payment(ledger, reversal_of);
    return payment != NULL && payment->state == LEDGER_COMPLETED ? LEDGER_DONE
                                                                 : LEDGER_REVERSAL_NOT_FOUND;
}

static uint64_t deadline(const struct ledger *ledger, const struct command *command) {
    return command->expires_in_s == 0
               ? 0
               : ledger->batch.time_ns + (uint64_t)command->expires_in_s * 1000000000u;
}

/* The same request again: it may move its payment on. */
static void repeat(struct ledger *ledger, const struct command *command,
                   const struct ledger_payment *seen, struct ledger_result *result) {
    uint64_t after_ns = (uint64_t)command_repeat_after_ms(command) * 1000000u;
    bool moves = after_ns != 0 && (seen->flags & LEDGER_PAYMENT_DISPATCHED) == 0;
    struct ledger_payment *payment = NULL;
    if (moves && seen->state == LEDGER_WAITING) {
        payment = try_again(ledger, seen, result);
    } else if (moves && seen->state == LEDGER_HELD &&
               ledger->batch.time_ns - seen->held_ns >= after_ns) {
        payment = complete(ledger, seen->id);
    }
    if (payment == NULL) {
        answer(result, LEDGER_REPLAYED, seen);
        return;
    }
    if (payment->state == LEDGER_HELD) {
        payment->deadline_ns = deadline(ledger, command);
        open_set_remove(&ledger->open, payment->id);
        open_set_add(&ledger->open, payment->id, payment->deadline_ns);
    }
    answer(result, LEDGER_DONE, payment);
}

void payment_open(struct ledger *ledger, const struct command *command, uint64_t hash,
                  struct ledger_result *result) {
    const struct ledger_payment *seen = state_reference(
        ledger, hash, command->requester, command_reference(command), command->reference_size);
    if (seen != NULL && same_fields(seen, command)) {
        repeat(ledger, command, seen, result);
        return;
    }
    if (seen != NULL) {
        answer(result, LEDGER_REF_CONFLICT, NULL);
        return;
    }
    struct parts parts;
    const struct command_token *token = command_token(command);
    enum ledger_status status = check_reversal(ledger, command->reversal_of);
    if (status == LEDGER_DONE) {
        status = parts_find(ledger, command_legs(command), command->leg_count, &parts);
    }
    if (status == LEDGER_DONE && token != NULL) {
        status = token_check(ledger, token);
    }
    if (status == LEDGER_DONE) {
        status = parts_check(ledger, &parts);
    }
    bool wait = status == LEDGER_FUNDS && (command->flags & COMMAND_WAIT) != 0;
    if (status != LEDGER_DONE && !wait) {
        answer(result, status, NULL);
        return;
    }
    /* From here the payment must succeed. */
    struct ledger_payment *payment = add_payment(ledger, command, hash);
    if (token != NULL) {
        token_spend(ledger, token);
    }
    if (wait) {
        payment->state = LEDGER_WAITING;
    } else {
        hold_or_post(ledger, &parts, payment);
    }
    if (payment->state != LEDGER_COMPLETED) {
        bool waits_for_repeats = wait && command_repeat_after_ms(command) != 0;
        payment->deadline_ns = waits_for_repeats ? 0 : deadline(ledger, command);
        open_set_add(&ledger->open, payment->id, payment->deadline_ns);
    }
    answer(result, LEDGER_DONE, payment);
}

void payment_check(struct ledger *ledger, const struct command *command, uint64_t hash,
                   struct ledger_result *result) {
    (void)hash;
    struct parts parts;
    enum ledger_status status =
        parts_find(ledger, command_legs(command), command->leg_count, &parts);
    answer(result, status == LEDGER_DONE ? parts_check(ledger, &parts) : status, NULL);
}

/* ---- The others --------------------------------------------------------------------------- */

/* The payment a command names. NULL: *result tells why not. */
static const struct ledger_payment *target(struct ledger *ledger, const struct command *command,
                                           uint64_t hash, struct ledger_result *result) {
    const struct ledger_payment *payment =
        command->id != 0 ? state_payment(ledger, command->id)
                         : state_reference(ledger, hash, command->requester,
                                           command_reference(command), command->reference_size);
    if (payment == NULL) {
        answer(result, LEDGER_PAYMENT_NOT_FOUND, NULL);
        return NULL;
    }
    bool both = command->id != 0 && command->reference_size != 0;
    if (both && (payment->reference_size != command->reference_size ||
                 memcmp(ledger_payment_reference(payment), command_reference(command),
                        command->reference_size) != 0)) {
        answer(result, LEDGER_PAYMENT_NOT_FOUND, NULL);
        return NULL;
    }
    if (command->requester != 0 && command->requester != payment->requester) {
        answer(result, LEDGER_NOT_REQUESTER, NULL);
        return NULL;
    }
    return payment;
}

static bool refused_at_provider(const struct ledger_payment *payment,
                                const struct command *command) {
    return (payment->flags & LEDGER_PAYMENT_DISPATCHED) != 0 &&
           (command->flags & COMMAND_BY_PROVIDER) == 0;
}

void payment_complete(struct ledger *ledger, const struct command *command, uint64_t hash,
                      struct ledger_result *result) {
    const struct ledger_payment *seen = target(ledger, command, hash, result);
    if (seen == NULL) {
        return;
    }
    enum ledger_status status = seen->state == LEDGER_COMPLETED      ? LEDGER_REPLAYED
                                : seen->state == LEDGER_DECLINED     ? LEDGER_ALREADY_DECLINED
                                : refused_at_provider(seen, command) ? LEDGER_AT_PROVIDER
                                : seen->state == LEDGER_WAITING      ? LEDGER_NO_HOLD
                                                                     : LEDGER_DONE;
    if (status != LEDGER_DONE) {
        answer(result, status, seen);
        return;
    }
    answer(result, LEDGER_DONE, complete(ledger, seen->id));
}

/* Ends an open payment without moving its money. */
static struct ledger_payment *release(struct ledger *ledger, uint64_t id) {
    struct parts parts;
    struct ledger_payment *payment = touch(ledger, id);
    ASSERT(payment->state == LEDGER_HELD || payment->state == LEDGER_WAITING);
    if (payment->state == LEDGER_HELD) {
        parts_of(ledger, payment, &parts);
        parts_release(ledger, &parts, payment->held_ns, true);
    }
    payment->state = LEDGER_DECLINED;
    open_set_remove(&ledger->open, id);
    return payment;
}

void payment_decline(struct ledger *ledger, const struct command *command, uint64_t hash,
                     struct ledger_result *result) {
    const struct ledger_payment *seen = target(ledger, command, hash, result);
    if (seen == NULL) {
        return;
    }
    enum ledger_status status = seen->state == LEDGER_COMPLETED      ? LEDGER_ALREADY_COMPLETED
                                : seen->state == LEDGER_DECLINED     ? LEDGER_REPLAYED
                                : refused_at_provider(seen, command) ? LEDGER_AT_PROVIDER
                                                                     : LEDGER_DONE;
    if (status != LEDGER_DONE) {
        answer(result, status, seen);
        return;
    }
    answer(result, LEDGER_DONE, release(ledger, seen->id));
}

void payment_retry(struct ledger *ledger, const struct command *command, uint64_t hash,
                   struct ledger_result *result) {
    const struct ledger_payment *seen = target(ledger, command, hash, result);
    if (seen == NULL) {
        return;
    }
    if (seen->state != LEDGER_WAITING || (seen->flags & LEDGER_PAYMENT_REPEATS) != 0) {
        answer(result, LEDGER_REPLAYED, seen);
        return;
    }
    struct ledger_payment *payment = try_again(ledger, seen, result);
    if (payment == NULL) {
        answer(result, result->status, seen);
        return;
    }
    answer(result, LEDGER_DONE, payment);
}

void payment_dispatch(struct ledger *ledger, const struct command *command, uint64_t hash,
                      struct ledger_result *result) {
    const struct ledger_payment *seen = target(ledger, command, hash, result);
    if (seen == NULL) {
        return;
    }
    enum ledger_status status = seen->state == LEDGER_COMPLETED  ? LEDGER_ALREADY_COMPLETED
                                : seen->state == LEDGER_DECLINED ? LEDGER_ALREADY_DECLINED
                                : (seen->flags & LEDGER_PAYMENT_DISPATCHED) != 0 ? LEDGER_REPLAYED
                                : seen->state == LEDGER_WAITING                  ? LEDGER_NO_HOLD
                                                                                 : LEDGER_DONE;
    if (status != LEDGER_DONE) {
        answer(result, status, seen);
        return;
    }
    struct ledger_payment *payment = touch(ledger, seen->id);
    payment->flags |= LEDGER_PAYMENT_DISPATCHED;
    payment->deadline_ns = 0;
    open_set_remove(&ledger->open, payment->id);
    open_set_add(&ledger->open, payment->id, 0);
    answer(result, LEDGER_DONE, payment);
}

void payment_expire(struct ledger *ledger, const struct command *command, uint64_t hash,
                    struct ledger_result *result) {
    uint64_t id, declined = 0;
    (void)hash;
    while (declined < command->id &&
           (id = open_set_due(&ledger->open, ledger->batch.time_ns)) != 0) {
        struct ledger_payment *payment = release(ledger, id);
        ASSERT((payment->flags & LEDGER_PAYMENT_DISPATCHED) == 0); /* it has no deadline */
        payment->flags |= LEDGER_PAYMENT_EXPIRED;
        declined++;
    }
    result->status = LEDGER_DONE;
    result->payment = declined;
}

void payment_lookup(struct ledger *ledger, const struct command *command, uint64_t hash,
                    struct ledger_result *result) {
    const struct ledger_payment *payment = target(ledger, command, hash, result);
    if (payment != NULL) {
        answer(result, LEDGER_DONE, payment);
        apply_body(ledger, result, payment, payment->size);
    }
}
