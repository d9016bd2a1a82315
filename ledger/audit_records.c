/* audit_records.c - the registry's database: records, tokens, deliveries, acts. */
#include <stdio.h>
#include <string.h>

#include "ledger/core.h"

#define NAME_BYTES (LEDGER_KEY_MAX + 32u)

static uint64_t number_of(const uint8_t *key, size_t size) {
    uint64_t number = 0;
    memcpy(&number, key, size < sizeof number ? size : sizeof number);
    return number;
}

/* For a person: keys of the registry are text as a rule. */
static void name_of(const struct ledger_registry_record *record, char name[NAME_BYTES]) {
    const uint8_t *key = (const uint8_t *)record->key;
    size_t size = record->key_size > 0 ? record->key_size - 1 : 0;
    unsigned long long number = number_of(key + 1, size);
    unsigned long long swapped = __builtin_bswap64(number);
    if (record->key_size > 0 && key[0] == RECORD_TOKEN) {
        snprintf(name, NAME_BYTES, "the token of account %llu", number);
    } else if (record->key_size > 0 && key[0] == RECORD_DELIVERY) {
        snprintf(name, NAME_BYTES, "the delivery of payment %llu", swapped);
    } else if (record->key_size > 0 && key[0] == RECORD_ACT) {
        snprintf(name, NAME_BYTES, "act %llu", swapped);
    } else {
        snprintf(name, NAME_BYTES, "registry record %.*s", (int)size, (const char *)key + 1);
    }
}

void audit_records(struct store_reader *reader, void (*fault)(void *context, const char *name),
                   void *context) {
    uint8_t after[STORE_KEY_MAX + 1];
    size_t size = 0;
    char name[NAME_BYTES];
    struct ledger_registry_record record;
    while (store_next_record(reader, after, size, &record) && record.key_size <= STORE_KEY_MAX) {
        if (!store_record_sound(&record)) {
            name_of(&record, name);
            fault(context, name);
        }
        size = record.key_size;
        memcpy(after, record.key, size);
        after[size++] = 0; /* the smallest key behind it */
    }
}
