/* payment_open.c - opening payments, their repeats, and the question whether one would be refused:
 * checks in the order of LEDGER_STATUS_MAP, then changes. README.md, "What each command does". */
#include <string.h>

#include "ledger/assert.h"
#include "ledger/payment.h"

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
                     (command_repeat_after_ms(command) != 0 ? LEDGER_PAYMENT_REPEATS : 0) |
                     (command_deliver_to(command) != 0 ? LEDGER_PAYMENT_DELIVER : 0) |
                     (command->flags & COMMAND_CALLBACK ? LEDGER_PAYMENT_CALLBACK : 0));
}

/* Only one that was declined when it was opened has neither held nor waited. */
static bool was_opened_declined(const struct ledger_payment *payment) {
    return payment->state == LEDGER_DECLINED && payment->held_ns == 0 &&
           (payment->flags & LEDGER_PAYMENT_WAIT) == 0;
}

/* Both have one or neither has: the flags were compared. */
static bool same_provider(struct ledger *ledger, const struct ledger_payment *payment,
                          const struct command *command) {
    uint32_t provider = command_deliver_to(command);
    return provider == 0 || provider == delivery_provider(ledger, payment->id);
}

static bool same_match(const struct ledger_payment *payment, const struct command *command) {
    uint32_t size = command_match_size(command);
    return payment->operation == command->operation && payment->attributes_size >= size &&
           memcmp(ledger_payment_attributes(payment), command_attributes(command), size) == 0;
}

/* Did the requester ask for this very payment? */
static bool same_fields(struct ledger *ledger, const struct ledger_payment *payment,
                        const struct command *command) {
    const uint8_t asked = LEDGER_PAYMENT_POST | LEDGER_PAYMENT_WAIT | LEDGER_PAYMENT_REPEATS |
                          LEDGER_PAYMENT_DELIVER | LEDGER_PAYMENT_CALLBACK;
    if (command_match_size(command) != 0) {
        return same_match(payment, command);
    }
    return payment->operation == command->operation && payment->leg_count == command->leg_count &&
           (payment->flags & asked) == payment_flags(command) &&
           was_opened_declined(payment) == ((command->flags & COMMAND_DECLINED) != 0) &&
           payment->reversal_of == command->reversal_of &&
           same_provider(ledger, payment, command) &&
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

static enum ledger_status check_reversal(struct ledger *ledger, uint64_t reversal_of) {
    if (reversal_of == 0) {
        return LEDGER_DONE;
    }
    const struct ledger_payment *payment = state_payment(ledger, reversal_of);
    return payment != NULL && payment->state == LEDGER_COMPLETED ? LEDGER_DONE
                                                                 : LEDGER_REVERSAL_NOT_FOUND;
}

/* A repeat may say another provider, or none: whether there is a delivery is the payment's to know.
 */
static uint64_t deadline(const struct ledger *ledger, const struct command *command,
                         const struct ledger_payment *payment) {
    const uint8_t delivery = LEDGER_PAYMENT_DELIVER | LEDGER_PAYMENT_CALLBACK;
    return command->expires_in_s == 0 || (payment->flags & delivery) == LEDGER_PAYMENT_DELIVER
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
        payment = payment_try_again(ledger, seen, result);
    } else if (moves && seen->state == LEDGER_HELD && (seen->flags & LEDGER_PAYMENT_DELIVER) == 0 &&
               ledger->batch.time_ns - seen->held_ns >= after_ns) {
        payment = payment_post_held(ledger, seen->id);
    }
    if (payment == NULL) {
        payment_answer(result, LEDGER_REPLAYED, seen);
        return;
    }
    if (payment->state == LEDGER_HELD) {
        payment->deadline_ns = deadline(ledger, command, payment);
        open_set_remove(&ledger->open, payment->id);
        open_set_add(&ledger->open, payment->id, payment->deadline_ns);
    }
    payment_answer(result, LEDGER_DONE, payment);
}

void payment_open(struct ledger *ledger, const struct command *command, uint64_t hash,
                  struct ledger_result *result) {
    const struct ledger_payment *seen = state_reference(
        ledger, hash, command->requester, command_reference(command), command->reference_size);
    if (seen != NULL && same_fields(ledger, seen, command)) {
        repeat(ledger, command, seen, result);
        return;
    }
    if (seen != NULL) {
        payment_answer(result, LEDGER_REF_CONFLICT, NULL);
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
    bool declined = (command->flags & COMMAND_DECLINED) != 0;
    if (status == LEDGER_DONE && !declined) {
        status = parts_check(ledger, &parts);
    }
    bool wait = status == LEDGER_FUNDS && (command->flags & COMMAND_WAIT) != 0;
    if (status != LEDGER_DONE && !wait) {
        payment_answer(result, status, NULL);
        return;
    }
    /* From here the payment must succeed. */
    struct ledger_payment *payment = add_payment(ledger, command, hash);
    if (token != NULL) {
        token_spend(ledger, token);
    }
    if (command_deliver_to(command) != 0) {
        delivery_make(ledger, payment->id, command_deliver_to(command));
    }
    if (declined) {
        payment->state = LEDGER_DECLINED;
    } else if (wait) {
        payment->state = LEDGER_WAITING;
    } else {
        payment_hold_or_post(ledger, &parts, payment);
    }
    if (payment->state == LEDGER_WAITING || payment->state == LEDGER_HELD) {
        bool waits_for_repeats = wait && command_repeat_after_ms(command) != 0;
        payment->deadline_ns = waits_for_repeats ? 0 : deadline(ledger, command, payment);
    }
    if (ledger_payment_is_open(payment)) {
        open_set_add(&ledger->open, payment->id, ledger_payment_due_ns(payment));
    }
    if (payment_waits_for_others(payment)) {
        payment_waits(ledger, payment->requester);
    }
    if (declined && ledger_payment_is_open(payment)) {
        delivery_due(ledger, payment->id);
    }
    payment_answer(result, LEDGER_DONE, payment);
}

bool payment_is_repeat(struct ledger *ledger, const struct command *command) {
    if (command->kind != LEDGER_OPEN) {
        return false;
    }
    const void *reference = command_reference(command);
    uint64_t hash = reference_hash(ledger->options.hash_seed, command->requester, reference,
                                   command->reference_size);
    return state_reference(ledger, hash, command->requester, reference, command->reference_size) !=
           NULL;
}

void payment_check(struct ledger *ledger, const struct command *command, uint64_t hash,
                   struct ledger_result *result) {
    (void)hash;
    struct parts parts;
    enum ledger_status status =
        parts_find(ledger, command_legs(command), command->leg_count, &parts);
    payment_answer(result, status == LEDGER_DONE ? parts_check(ledger, &parts) : status, NULL);
}
