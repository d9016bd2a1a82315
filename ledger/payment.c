/* payment.c - ending and finding payments, and the steps of their life. Each command: checks in the
 * order of LEDGER_STATUS_MAP, then changes. README.md, "What each command does". */
#include <string.h>

#include "ledger/assert.h"
#include "ledger/payment.h"

/* ---- Steps -------------------------------------------------------------------------------- */

/* Counts by requester, which share slots as chance has it: a bound, not a figure. */
static uint32_t *waiting_slot(struct ledger *ledger, uint64_t requester) {
    return &ledger->waiting[reference_hash(ledger->options.hash_seed, requester, "", 0) %
                            WAITING_SLOTS];
}

void payment_waits(struct ledger *ledger, uint64_t requester) {
    ++*waiting_slot(ledger, requester);
}

void payment_waited(struct ledger *ledger, uint64_t requester) {
    uint32_t *slot = waiting_slot(ledger, requester);
    ASSERT(*slot > 0);
    --*slot;
}

bool payment_waits_for_others(const struct ledger_payment *payment) {
    return payment->state == LEDGER_WAITING ||
           ((payment->flags & LEDGER_PAYMENT_CALLBACK) != 0 && ledger_payment_is_open(payment));
}

bool payment_may_wait(struct ledger *ledger, uint64_t requester) {
    uint64_t share = ledger->open.max / WAITING_SHARE;
    return *waiting_slot(ledger, requester) < (share > 0 ? share : 1);
}

void payment_answer(struct ledger_result *result, enum ledger_status status,
                    const struct ledger_payment *payment) {
    result->status = (uint16_t)status;
    result->replayed = status == LEDGER_REPLAYED;
    if (payment != NULL) {
        result->state = payment->state;
        result->payment = payment->id;
        result->sequence = payment->sequence;
    }
}

struct ledger_payment *payment_touch(struct ledger *ledger, uint64_t id) {
    struct ledger_payment *payment = state_payment_write(ledger, id);
    payment->changed_ns = ledger->batch.time_ns;
    payment->sequence = ledger->batch.sequence;
    return payment;
}

void payment_hold_or_post(struct ledger *ledger, const struct parts *parts,
                          struct ledger_payment *payment) {
    if (payment->flags & LEDGER_PAYMENT_POST) {
        parts_turn(ledger, parts);
        parts_post(ledger, parts, payment);
        payment->state = LEDGER_COMPLETED;
    } else {
        parts_hold(ledger, parts);
        payment->state = LEDGER_HELD;
        payment->held_ns = ledger->batch.time_ns;
        if ((payment->flags & LEDGER_PAYMENT_DELIVER) != 0) {
            delivery_due(ledger, payment->id);
        }
    }
}

struct ledger_payment *payment_post_held(struct ledger *ledger, uint64_t id) {
    struct parts parts;
    struct ledger_payment *payment = payment_touch(ledger, id);
    ASSERT(payment->state == LEDGER_HELD);
    parts_of(ledger, payment, &parts);
    parts_release(ledger, &parts, payment->held_ns, false);
    parts_post(ledger, &parts, payment);
    payment->state = LEDGER_COMPLETED;
    if ((payment->flags & LEDGER_PAYMENT_CALLBACK) != 0) {
        payment->flags |= LEDGER_PAYMENT_TOLD; /* it is the peer's own word, or said to it */
        payment_waited(ledger, payment->requester);
    }
    open_set_remove(&ledger->open, id);
    return payment;
}

struct ledger_payment *payment_try_again(struct ledger *ledger, const struct ledger_payment *seen,
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
    struct ledger_payment *payment = payment_touch(ledger, seen->id);
    payment_waited(ledger, payment->requester);
    payment_hold_or_post(ledger, &parts, payment);
    if (payment->state == LEDGER_COMPLETED) {
        open_set_remove(&ledger->open, payment->id);
    }
    return payment;
}

/* ---- Commands ------------------------------------------------------------------------------ */

/* The payment a command names. NULL: *result tells why not. */
static const struct ledger_payment *target(struct ledger *ledger, const struct command *command,
                                           uint64_t hash, struct ledger_result *result) {
    const struct ledger_payment *payment =
        command->id != 0 ? state_payment(ledger, command->id)
                         : state_reference(ledger, hash, command->requester,
                                           command_reference(command), command->reference_size);
    if (payment == NULL) {
        payment_answer(result, LEDGER_PAYMENT_NOT_FOUND, NULL);
        return NULL;
    }
    bool both = command->id != 0 && command->reference_size != 0;
    if (both && (payment->reference_size != command->reference_size ||
                 memcmp(ledger_payment_reference(payment), command_reference(command),
                        command->reference_size) != 0)) {
        payment_answer(result, LEDGER_PAYMENT_NOT_FOUND, NULL);
        return NULL;
    }
    if (command->requester != 0 && command->requester != payment->requester) {
        payment_answer(result, LEDGER_NOT_REQUESTER, NULL);
        return NULL;
    }
    return payment;
}

/* A payment that its repeats move on is not for its requester to end: it asks again, or leaves it.
 */
static bool is_left_to_repeats(const struct ledger_payment *payment,
                               const struct command *command) {
    return command->requester != 0 && (payment->flags & LEDGER_PAYMENT_REPEATS) != 0;
}

/* Whether a command is refused since only the payment's peer ends it: when it has one of `flags`.
 */
static bool is_left_to_peer(const struct ledger_payment *payment, const struct command *command,
                            unsigned flags) {
    return (payment->flags & flags) != 0 && (payment->flags & LEDGER_PAYMENT_TOLD) == 0 &&
           (command->flags & COMMAND_BY_PROVIDER) == 0;
}

void payment_complete(struct ledger *ledger, const struct command *command, uint64_t hash,
                      struct ledger_result *result) {
    const struct ledger_payment *seen = target(ledger, command, hash, result);
    if (seen == NULL) {
        return;
    }
    if (is_left_to_repeats(seen, command)) {
        payment_answer(result, LEDGER_PAYMENT_NOT_FOUND, NULL);
        return;
    }
    const unsigned peers = LEDGER_PAYMENT_DELIVER | LEDGER_PAYMENT_DISPATCHED;
    enum ledger_status status = seen->state == LEDGER_COMPLETED         ? LEDGER_REPLAYED
                                : seen->state == LEDGER_DECLINED        ? LEDGER_ALREADY_DECLINED
                                : is_left_to_peer(seen, command, peers) ? LEDGER_AT_PROVIDER
                                : seen->state == LEDGER_WAITING         ? LEDGER_NO_HOLD
                                                                        : LEDGER_DONE;
    if (status != LEDGER_DONE) {
        payment_answer(result, status, seen);
        return;
    }
    payment_answer(result, LEDGER_DONE, payment_post_held(ledger, seen->id));
}

/* Of a callback that has ended and is in no list: whether its peer knows, or is to be told. */
static void set_told(struct ledger *ledger, struct ledger_payment *payment, bool told) {
    if (told) {
        payment->flags |= LEDGER_PAYMENT_TOLD;
        payment_waited(ledger, payment->requester);
        return;
    }
    payment->flags &= (uint8_t)~LEDGER_PAYMENT_TOLD;
    open_set_add(&ledger->open, payment->id, 0);
    delivery_renew(ledger, payment->id);
}

/* Ends an open payment without moving its money. flags: added to it, but for TOLD, which says
 * whether its peer knows by itself; else it is to be told. */
static struct ledger_payment *release(struct ledger *ledger, uint64_t id, unsigned flags,
                                      bool told) {
    struct parts parts;
    struct ledger_payment *payment = payment_touch(ledger, id);
    ASSERT(payment->state == LEDGER_HELD || payment->state == LEDGER_WAITING);
    if (payment->state == LEDGER_WAITING) {
        payment_waited(ledger, payment->requester);
    } else {
        parts_of(ledger, payment, &parts);
        parts_release(ledger, &parts, payment->held_ns, true);
    }
    payment->state = LEDGER_DECLINED;
    payment->flags |= (uint8_t)flags;
    open_set_remove(&ledger->open, id);
    if ((payment->flags & LEDGER_PAYMENT_CALLBACK) != 0) {
        set_told(ledger, payment, told);
    }
    return payment;
}

void payment_decline(struct ledger *ledger, const struct command *command, uint64_t hash,
                     struct ledger_result *result) {
    const struct ledger_payment *seen = target(ledger, command, hash, result);
    if (seen == NULL) {
        return;
    }
    if (is_left_to_repeats(seen, command)) {
        payment_answer(result, LEDGER_PAYMENT_NOT_FOUND, NULL);
        return;
    }
    enum ledger_status status = seen->state == LEDGER_COMPLETED  ? LEDGER_ALREADY_COMPLETED
                                : seen->state == LEDGER_DECLINED ? LEDGER_REPLAYED
                                : is_left_to_peer(seen, command, LEDGER_PAYMENT_DISPATCHED)
                                    ? LEDGER_AT_PROVIDER
                                    : LEDGER_DONE;
    if (status != LEDGER_DONE) {
        payment_answer(result, status, seen);
        return;
    }
    /* The peer's own word, or its who was told before and says so now: nothing is news to it. That
     * an operator declines it is. */
    bool by_peer = (command->flags & COMMAND_BY_PROVIDER) != 0;
    bool told = by_peer || (command->requester != 0 && (seen->flags & LEDGER_PAYMENT_TOLD) != 0);
    payment_answer(result, LEDGER_DONE, release(ledger, seen->id, 0, told));
}

void payment_retry(struct ledger *ledger, const struct command *command, uint64_t hash,
                   struct ledger_result *result) {
    const struct ledger_payment *seen = target(ledger, command, hash, result);
    if (seen == NULL) {
        return;
    }
    if (seen->state != LEDGER_WAITING || (seen->flags & LEDGER_PAYMENT_REPEATS) != 0) {
        payment_answer(result, LEDGER_REPLAYED, seen);
        return;
    }
    struct ledger_payment *payment = payment_try_again(ledger, seen, result);
    if (payment == NULL) {
        payment_answer(result, result->status, seen);
        return;
    }
    payment_answer(result, LEDGER_DONE, payment);
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
        payment_answer(result, status, seen);
        return;
    }
    struct ledger_payment *payment = payment_touch(ledger, seen->id);
    payment->flags |= LEDGER_PAYMENT_DISPATCHED;
    if ((payment->flags & LEDGER_PAYMENT_CALLBACK) == 0) {
        payment->deadline_ns = 0;
    }
    open_set_remove(&ledger->open, payment->id);
    open_set_add(&ledger->open, payment->id, ledger_payment_due_ns(payment));
    payment_answer(result, LEDGER_DONE, payment);
}

void payment_expire(struct ledger *ledger, const struct command *command, uint64_t hash,
                    struct ledger_result *result) {
    uint64_t id, declined = 0;
    (void)hash;
    while (declined < command->id &&
           (id = open_set_due(&ledger->open, ledger->batch.time_ns)) != 0) {
        release(ledger, id, LEDGER_PAYMENT_EXPIRED, false);
        declined++;
    }
    result->status = LEDGER_DONE;
    result->payment = declined;
}

void payment_lookup(struct ledger *ledger, const struct command *command, uint64_t hash,
                    struct ledger_result *result) {
    const struct ledger_payment *payment = target(ledger, command, hash, result);
    if (payment != NULL) {
        payment_answer(result, LEDGER_DONE, payment);
        apply_body(ledger, result, payment, payment->size);
    }
}

void payment_notify(struct ledger *ledger, const struct command *command, uint64_t hash,
                    struct ledger_result *result) {
    const unsigned knows = LEDGER_PAYMENT_CALLBACK | LEDGER_PAYMENT_TOLD;
    const struct ledger_payment *seen = target(ledger, command, hash, result);
    if (seen == NULL) {
        return;
    }
    if (ledger_payment_is_open(seen) || (seen->flags & knows) != knows) {
        payment_answer(result, LEDGER_REPLAYED, seen);
        return;
    }
    struct ledger_payment *payment = payment_touch(ledger, seen->id);
    set_told(ledger, payment, false);
    payment_waits(ledger, payment->requester);
    payment_answer(result, LEDGER_DONE, payment);
}

void payment_attempted(struct ledger *ledger, const struct ledger_payment *seen, uint32_t outcome,
                       struct ledger_result *result) {
    struct ledger_payment *payment = NULL;
    bool held = seen->state == LEDGER_HELD, told = (seen->flags & LEDGER_PAYMENT_TOLD) != 0;
    ASSERT((seen->flags & LEDGER_PAYMENT_CALLBACK) != 0);
    if (outcome == LEDGER_ATTEMPT_TOLD && !told) {
        payment = payment_touch(ledger, seen->id);
        payment->flags |= LEDGER_PAYMENT_TOLD;
        open_set_remove(&ledger->open, payment->id);
        if (held) {
            open_set_add(&ledger->open, payment->id, ledger_payment_due_ns(payment));
        } else {
            payment_waited(ledger, payment->requester);
        }
    } else if (outcome == LEDGER_ATTEMPT_TIMED_OUT && held && !told && seen->deadline_ns != 0 &&
               seen->deadline_ns <= ledger->batch.time_ns) {
        payment = release(ledger, seen->id, LEDGER_PAYMENT_EXPIRED, false);
    }
    result->state = payment != NULL ? payment->state : seen->state;
}
