/* state.c - the newest record of anything: the active table, else the sealed one, else LMDB. */
#include <string.h>

#include "ledger/assert.h"
#include "ledger/core.h"

const struct ledger_leg *ledger_payment_legs(const struct ledger_payment *payment) {
    return (const struct ledger_leg *)(const void *)(payment + 1);
}

const uint8_t *ledger_payment_reference(const struct ledger_payment *payment) {
    return (const uint8_t *)(ledger_payment_legs(payment) + payment->leg_count);
}

const uint8_t *ledger_payment_attributes(const struct ledger_payment *payment) {
    return ledger_payment_reference(payment) + payment->reference_size;
}

bool ledger_payment_is_open(const struct ledger_payment *payment) {
    const unsigned peer = LEDGER_PAYMENT_CALLBACK | LEDGER_PAYMENT_TOLD;
    return payment->state == LEDGER_WAITING || payment->state == LEDGER_HELD ||
           (payment->flags & peer) == LEDGER_PAYMENT_CALLBACK;
}

bool ledger_payment_owes_delivery(const struct ledger_payment *payment) {
    return ledger_payment_is_open(payment) && payment->state != LEDGER_WAITING &&
           (payment->flags & LEDGER_PAYMENT_DELIVER) != 0 &&
           (payment->flags & LEDGER_PAYMENT_TOLD) == 0;
}

uint64_t ledger_payment_due_ns(const struct ledger_payment *payment) {
    const unsigned peer = LEDGER_PAYMENT_CALLBACK | LEDGER_PAYMENT_TOLD;
    bool ended = payment->state == LEDGER_COMPLETED || payment->state == LEDGER_DECLINED;
    return ended || (payment->flags & peer) == LEDGER_PAYMENT_CALLBACK ? 0 : payment->deadline_ns;
}

const struct ledger_payment *state_payment(struct ledger *ledger, uint64_t id) {
    const struct ledger_payment *payment = NULL;
    if (id == 0 || id >= ledger->payment_next) {
        return NULL;
    }
    payment = table_payment(ledger->active, id);
    if (payment == NULL && ledger->sealed != NULL) {
        payment = table_payment(ledger->sealed, id);
    }
    if (payment == NULL) {
        payment = store_payment(ledger->reader, id);
    }
    ASSERT(payment != NULL && payment->id == id); /* ids have no gaps */
    return payment;
}

struct ledger_payment *state_payment_write(struct ledger *ledger, uint64_t id) {
    struct ledger_payment *payment = table_payment(ledger->active, id);
    if (payment == NULL) {
        payment = table_add_older(ledger->active, state_payment(ledger, id));
    }
    return payment;
}

const struct ledger_payment *state_reference(struct ledger *ledger, uint64_t hash,
                                             uint64_t requester, const void *reference,
                                             size_t size) {
    uint8_t key[STORE_REFERENCE_MAX];
    const struct ledger_payment *payment =
        table_reference(ledger->active, hash, requester, reference, size);
    if (payment == NULL && ledger->sealed != NULL) {
        payment = table_reference(ledger->sealed, hash, requester, reference, size);
    }
    if (payment != NULL) { /* it may have changed in a later table */
        return state_payment(ledger, payment->id);
    }
    if (!filter_maybe(&ledger->filter, hash)) {
        return NULL;
    }
    size_t key_size = store_reference_key(key, requester, reference, size);
    uint64_t id = store_reference(ledger->reader, key, key_size);
    return id != 0 ? state_payment(ledger, id) : NULL;
}

size_t state_name(uint8_t *out, char name_space, const void *key, size_t key_size) {
    ASSERT(key_size <= LEDGER_KEY_MAX);
    out[0] = (uint8_t)name_space;
    memcpy(out + 1, key, key_size);
    return key_size + 1;
}

const void *state_record(struct ledger *ledger, char name_space, const void *key, size_t key_size,
                         size_t *value_size) {
    uint8_t name[STORE_KEY_MAX];
    size_t size = state_name(name, name_space, key, key_size);
    const void *value = table_record(ledger->active, name, size, value_size);
    if (value == NULL && ledger->sealed != NULL) {
        value = table_record(ledger->sealed, name, size, value_size);
    }
    if (value == NULL && !store_record(ledger->reader, name, size, &value, value_size)) {
        value = NULL;
    }
    return value;
}

void state_put_record(struct ledger *ledger, char name_space, const void *key, size_t key_size,
                      const void *value, size_t value_size) {
    uint8_t name[STORE_KEY_MAX];
    size_t size = state_name(name, name_space, key, key_size);
    (void)pthread_mutex_lock(&ledger->records_lock);
    table_put_record(ledger->active, name, size, value, value_size);
    (void)pthread_mutex_unlock(&ledger->records_lock);
}
