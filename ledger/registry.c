/* registry.c - registry records: put and looked up by commands, and read by any thread. */
#include <string.h>

#include "ledger/assert.h"
#include "ledger/core.h"

void registry_put(struct ledger *ledger, const struct command *command, uint64_t hash,
                  struct ledger_result *result) {
    (void)hash;
    size_t size = 0;
    const void *key = command_reference(command), *value = command_attributes(command);
    const void *seen = state_record(ledger, RECORD_REGISTRY, key, command->reference_size, &size);
    if (seen != NULL && size == command->attributes_size && memcmp(seen, value, size) == 0) {
        result->status = LEDGER_REPLAYED;
        result->replayed = 1;
        return;
    }
    uint64_t version = seen == NULL ? LEDGER_VERSION_NEW : ledger_registry_version(seen, size);
    if (command->id != LEDGER_VERSION_ANY && command->id != version) {
        result->status = LEDGER_RECORD_CHANGED;
        return;
    }
    state_put_record(ledger, RECORD_REGISTRY, key, command->reference_size, value,
                     command->attributes_size);
    result->status = LEDGER_DONE;
}

void registry_lookup(struct ledger *ledger, const struct command *command, uint64_t hash,
                     struct ledger_result *result) {
    size_t size = 0;
    (void)hash;
    const void *value = state_record(ledger, RECORD_REGISTRY, command_reference(command),
                                     command->reference_size, &size);
    if (value == NULL) {
        result->status = LEDGER_RECORD_NOT_FOUND;
        return;
    }
    result->status = LEDGER_DONE;
    apply_body(ledger, result, value, size);
}

/* The record in the tables, copied under the lock that keeps them in place. */
static bool copy_recent(struct ledger *ledger, const uint8_t *name, size_t size, void *value,
                        size_t *value_size) {
    (void)pthread_mutex_lock(&ledger->records_lock);
    const void *found = table_record(ledger->active, name, size, value_size);
    if (found == NULL && ledger->sealed != NULL) {
        found = table_record(ledger->sealed, name, size, value_size);
    }
    if (found != NULL && *value_size > 0) {
        memcpy(value, found, *value_size);
    }
    (void)pthread_mutex_unlock(&ledger->records_lock);
    return found != NULL;
}

enum ledger_status ledger_registry_get(struct ledger *ledger, const void *key, size_t key_size,
                                       void *value, size_t *value_size) {
    uint8_t name[STORE_KEY_MAX];
    const void *found = NULL;
    struct store_reader *reader = NULL;
    if (key_size == 0 || key_size > LEDGER_KEY_MAX) {
        return LEDGER_RECORD_NOT_FOUND;
    }
    size_t size = state_name(name, RECORD_REGISTRY, key, key_size);
    if (copy_recent(ledger, name, size, value, value_size)) {
        return LEDGER_DONE;
    }
    /* A table is let go after its records are in LMDB: a reader opened now has what the look above
     * came too late for. */
    if (store_reader_open(ledger->store, &reader) != 0) {
        return LEDGER_BUSY;
    }
    bool there = store_record(reader, name, size, &found, value_size);
    if (there) {
        ASSERT(*value_size <= LEDGER_VALUE_MAX);
        memcpy(value, found, *value_size);
    }
    store_reader_close(reader);
    return there ? LEDGER_DONE : LEDGER_RECORD_NOT_FOUND;
}
