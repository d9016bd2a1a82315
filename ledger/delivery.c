/* delivery.c - deliveries to providers: made with their payment, and what came of each attempt. */
#include <string.h>

#include "ledger/assert.h"
#include "ledger/core.h"

#define RECORD_BYTES_MAX                                                                           \
    (sizeof(struct ledger_delivery) + LEDGER_ATTEMPTS_KEPT * sizeof(struct ledger_attempt))
_Static_assert(RECORD_BYTES_MAX <= LEDGER_VALUE_MAX, "a record as any other");
_Static_assert(sizeof(struct ledger_delivery) == 104, "stored as is");
_Static_assert(sizeof(struct ledger_attempt) == 24, "stored as is");

_Static_assert(sizeof(struct ledger_delivery_whole) == RECORD_BYTES_MAX, "no padding between");

const struct ledger_attempt *ledger_delivery_attempts(const struct ledger_delivery *delivery) {
    return (const struct ledger_attempt *)(const void *)(delivery + 1);
}

/* The key is the payment's id, so that they are walked in its order. */
static uint64_t key_of(uint64_t payment) {
    return __builtin_bswap64(payment);
}

static const struct ledger_delivery *find(struct ledger *ledger, uint64_t payment, size_t *size) {
    uint64_t key = key_of(payment);
    return state_record(ledger, RECORD_DELIVERY, &key, sizeof key, size);
}

static bool load(struct ledger *ledger, uint64_t payment, struct ledger_delivery_whole *draft) {
    size_t size = 0;
    const void *value = find(ledger, payment, &size);
    if (value == NULL) {
        return false;
    }
    ASSERT(size >= sizeof draft->head && size <= sizeof *draft);
    memcpy(draft, value, size);
    ASSERT(draft->head.payment == payment);
    ASSERT(draft->head.kept <= LEDGER_ATTEMPTS_KEPT);
    return true;
}

static void save(struct ledger *ledger, const struct ledger_delivery_whole *draft) {
    uint64_t key = key_of(draft->head.payment);
    state_put_record(ledger, RECORD_DELIVERY, &key, sizeof key, draft,
                     sizeof draft->head + draft->head.kept * sizeof draft->attempts[0]);
}

void delivery_make(struct ledger *ledger, uint64_t payment, uint32_t provider) {
    struct ledger_delivery_whole draft = {
        .head = {.payment = payment, .created_ns = ledger->batch.time_ns, .provider = provider}};
    save(ledger, &draft);
}

uint32_t delivery_provider(struct ledger *ledger, uint64_t payment) {
    struct ledger_delivery_whole draft;
    bool there = load(ledger, payment, &draft);
    ASSERT(there);
    return draft.head.provider;
}

void delivery_due(struct ledger *ledger, uint64_t payment) {
    struct ledger_delivery_whole draft;
    bool there = load(ledger, payment, &draft);
    ASSERT(there);
    if (ledger->due_count < LEDGER_BATCH_MAX) { /* the count goes on: see ledger_new_deliveries */
        ledger->due[ledger->due_count] =
            (struct ledger_due){payment, draft.head.next_ns, draft.head.provider};
    }
    ledger->due_count++;
}

void delivery_renew(struct ledger *ledger, uint64_t payment) {
    struct ledger_delivery_whole draft;
    bool there = load(ledger, payment, &draft);
    ASSERT(there);
    draft.head.created_ns = ledger->batch.time_ns;
    draft.head.next_ns = 0;
    save(ledger, &draft);
    delivery_due(ledger, payment);
}

/* Adds an attempt; of many, the first one and the last ones are kept. */
static void add(struct ledger_delivery_whole *draft, const struct ledger_attempt *attempt) {
    struct ledger_delivery *head = &draft->head;
    head->attempts++;
    if (head->kept == LEDGER_ATTEMPTS_KEPT) {
        memmove(&draft->attempts[1], &draft->attempts[2],
                (LEDGER_ATTEMPTS_KEPT - 2) * sizeof draft->attempts[0]);
        head->kept--;
    }
    draft->attempts[head->kept++] = *attempt;
}

void delivery_attempt(struct ledger *ledger, const struct command *command, uint64_t hash,
                      struct ledger_result *result) {
    struct command_attempt told;
    struct ledger_delivery_whole draft;
    (void)hash;
    if (!load(ledger, command->id, &draft)) {
        result->status = LEDGER_PAYMENT_NOT_FOUND;
        return;
    }
    memcpy(&told, command_attributes(command), sizeof told);
    const struct ledger_payment *payment = state_payment(ledger, command->id);
    ASSERT(payment != NULL);
    if (told.outcome != LEDGER_ATTEMPT_GOES_ON && (payment->flags & LEDGER_PAYMENT_CALLBACK) == 0) {
        result->status = LEDGER_AT_PROVIDER; /* only a provider's answer ends it */
        return;
    }
    const struct ledger_attempt attempt = {.time_ns = ledger->batch.time_ns,
                                           .latency_us = told.latency_us,
                                           .code = told.code,
                                           .verdict = told.verdict};
    add(&draft, &attempt);
    draft.head.next_ns = told.next_ns;
    uint32_t id_size = command->attributes_size - (uint32_t)sizeof told;
    if (id_size > 0) {
        memset(draft.head.provider_id, 0, sizeof draft.head.provider_id);
        memcpy(draft.head.provider_id, command_attributes(command) + sizeof told, id_size);
        draft.head.id_size = id_size;
    }
    save(ledger, &draft);
    result->status = LEDGER_DONE;
    result->payment = command->id;
    if (told.outcome != LEDGER_ATTEMPT_GOES_ON) {
        payment_attempted(ledger, payment, told.outcome, result);
    }
}

void delivery_lookup(struct ledger *ledger, const struct command *command, uint64_t hash,
                     struct ledger_result *result) {
    size_t size = 0;
    (void)hash;
    const struct ledger_delivery *delivery = find(ledger, command->id, &size);
    if (delivery == NULL) {
        result->status = LEDGER_RECORD_NOT_FOUND;
        return;
    }
    result->status = LEDGER_DONE;
    result->payment = command->id;
    apply_body(ledger, result, delivery, size);
}

/* ---- What is to be done -------------------------------------------------------------------- */

const struct ledger_due *ledger_new_deliveries(const struct ledger *ledger, uint32_t *count) {
    *count = ledger->due_count;
    return ledger->due_count <= LEDGER_BATCH_MAX ? ledger->due : NULL;
}

bool ledger_next_delivery(struct ledger *ledger, uint64_t *place, struct ledger_due *due) {
    while (*place < ledger->open.count) {
        uint64_t id = ledger->open.heap[(*place)++].id;
        const struct ledger_payment *payment = state_payment(ledger, id);
        struct ledger_delivery_whole draft;
        if (ledger_payment_owes_delivery(payment) && load(ledger, id, &draft)) {
            *due = (struct ledger_due){id, draft.head.next_ns, draft.head.provider};
            return true;
        }
    }
    return false;
}
