/* snapshot.c - reading the last checkpoint on other threads. */
#include <stdlib.h>
#include <string.h>

#include "ledger/assert.h"
#include "ledger/core.h"

struct ledger_snapshot {
    struct ledger *ledger;
    struct store_reader *reader;
};

int ledger_snapshot_open(struct ledger *ledger, struct ledger_snapshot **result) {
    struct ledger_snapshot *snapshot = calloc(1, sizeof *snapshot);
    int rc = snapshot != NULL ? 0 : LEDGER_EMEMORY;
    if (atomic_fetch_add(&ledger->snapshots, 1) >= LEDGER_SNAPSHOTS_MAX) {
        rc = LEDGER_ESTORE;
    }
    rc = rc == 0 ? store_reader_open(ledger->store, &snapshot->reader) : rc;
    if (rc != 0) {
        atomic_fetch_sub(&ledger->snapshots, 1);
        free(snapshot);
        return rc;
    }
    snapshot->ledger = ledger;
    *result = snapshot;
    return 0;
}

void ledger_snapshot_close(struct ledger_snapshot *snapshot) {
    store_reader_close(snapshot->reader);
    atomic_fetch_sub(&snapshot->ledger->snapshots, 1);
    free(snapshot);
}

uint64_t ledger_snapshot_sequence(const struct ledger_snapshot *snapshot) {
    return store_meta(snapshot->reader)->sequence;
}

const struct ledger_account *ledger_snapshot_account(struct ledger_snapshot *snapshot,
                                                     uint64_t id) {
    return store_account(snapshot->reader, id);
}

const struct ledger_payment *ledger_snapshot_payment(struct ledger_snapshot *snapshot,
                                                     uint64_t id) {
    return store_payment(snapshot->reader, id);
}

const struct ledger_account *ledger_snapshot_next_account(struct ledger_snapshot *snapshot,
                                                          uint64_t id) {
    return store_next_account(snapshot->reader, &id);
}

const struct ledger_payment *ledger_snapshot_next_payment(struct ledger_snapshot *snapshot,
                                                          uint64_t id) {
    return store_next_payment(snapshot->reader, &id);
}

const struct ledger_payment *ledger_snapshot_next_open(struct ledger_snapshot *snapshot,
                                                       uint64_t id) {
    uint64_t found, deadline_ns;
    return store_next_open(snapshot->reader, id, &found, &deadline_ns)
               ? store_payment(snapshot->reader, found)
               : NULL;
}

bool ledger_snapshot_delivery(struct ledger_snapshot *snapshot, uint64_t payment,
                              struct ledger_delivery_whole *delivery) {
    uint8_t name[1 + sizeof payment] = {RECORD_DELIVERY};
    const void *value = NULL;
    size_t size = 0;
    for (size_t i = 0; i < sizeof payment; i++) {
        name[1 + i] = (uint8_t)(payment >> (8 * (sizeof payment - 1 - i)));
    }
    if (!store_record(snapshot->reader, name, sizeof name, &value, &size)) {
        return false;
    }
    ASSERT(size >= sizeof delivery->head && size <= sizeof *delivery);
    memset(delivery, 0, sizeof *delivery);
    memcpy(delivery, value, size); /* there it need not be aligned */
    return true;
}

uint64_t ledger_snapshot_acts(struct ledger_snapshot *snapshot) {
    return act_count(snapshot->reader);
}

bool ledger_snapshot_act(struct ledger_snapshot *snapshot, uint64_t number,
                         struct ledger_act_whole *act) {
    return act_read(snapshot->reader, number, act);
}

bool ledger_snapshot_next_registry(struct ledger_snapshot *snapshot, const void *key,
                                   size_t key_size, struct ledger_registry_record *record) {
    uint8_t name[STORE_KEY_MAX] = {RECORD_REGISTRY};
    if (key_size > LEDGER_KEY_MAX) {
        return false;
    }
    if (key_size > 0) {
        memcpy(name + 1, key, key_size);
    }
    if (!store_next_record(snapshot->reader, name, key_size + 1, record) ||
        *(const uint8_t *)record->key != RECORD_REGISTRY) {
        return false;
    }
    record->key = (const uint8_t *)record->key + 1;
    record->key_size--;
    return true;
}
