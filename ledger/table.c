/* table.c - see table.h. */
#include "ledger/table.h"

#include <string.h>
#include <xxhash.h>

#include "ledger/assert.h"
#include "ledger/limits.h"
#include "ledger/memory.h"

/* The smallest payment: its header, a leg, one byte of reference. */
#define PAYMENT_BYTES_MIN (sizeof(struct ledger_payment) + sizeof(struct ledger_leg) + 8)

_Static_assert(TABLE_BYTES_MAX / 8 <= UINT32_MAX, "a place is 32 bits");

static uint64_t power_of_two(uint64_t at_least) {
    uint64_t power = 1024;
    while (power < at_least) {
        power *= 2;
    }
    return power;
}

int table_init(struct table *table, uint64_t bytes, uint64_t seed) {
    *table = (struct table){.seed = seed, .arena_bytes = (bytes / 4 * 3) & ~(uint64_t)7};
    table->payment_max = table->arena_bytes / PAYMENT_BYTES_MIN;
    uint64_t slots = power_of_two(table->payment_max + table->payment_max / 4);
    uint64_t records = power_of_two(table->payment_max / 4);
    table->slot_mask = slots - 1;
    table->record_mask = records - 1;
    table->arena = memory_take(table->arena_bytes);
    table->places = memory_take(table->payment_max * sizeof table->places[0]);
    table->older = memory_take(slots * sizeof table->older[0]);
    table->older_list = memory_take(table->payment_max * sizeof table->older_list[0]);
    table->references = memory_take(slots * sizeof table->references[0]);
    table->records = memory_take(records * sizeof table->records[0]);
    bool ok = table->arena != NULL && table->places != NULL && table->older != NULL &&
              table->older_list != NULL && table->references != NULL && table->records != NULL;
    return ok ? 0 : LEDGER_EMEMORY;
}

void table_free(struct table *table) {
    memory_give(table->arena, table->arena_bytes);
    memory_give(table->places, table->payment_max * sizeof table->places[0]);
    memory_give(table->older, (table->slot_mask + 1) * sizeof table->older[0]);
    memory_give(table->older_list, table->payment_max * sizeof table->older_list[0]);
    memory_give(table->references, (table->slot_mask + 1) * sizeof table->references[0]);
    memory_give(table->records, (table->record_mask + 1) * sizeof table->records[0]);
}

void table_clear(struct table *table) {
    if (table->older_count > 0) {
        memset(table->older, 0, (table->slot_mask + 1) * sizeof table->older[0]);
    }
    if (table->payment_count > 0) {
        memset(table->references, 0, (table->slot_mask + 1) * sizeof table->references[0]);
    }
    if (table->record_count > 0) {
        memset(table->records, 0, (table->record_mask + 1) * sizeof table->records[0]);
    }
    table->arena_used = 0;
    table->payment_count = table->older_count = table->record_count = 0;
    table->changed = false;
}

/* Room in the arena; the caller made sure, with table_fits, that there is. */
static void *take(struct table *table, uint64_t bytes, uint32_t *place) {
    ASSERT(bytes % 8 == 0 && bytes <= table->arena_bytes - table->arena_used);
    void *memory = table->arena + table->arena_used;
    *place = (uint32_t)(table->arena_used / 8);
    table->arena_used += bytes;
    return memory;
}

static void *at(const struct table *table, uint32_t place) {
    return table->arena + (uint64_t)place * 8;
}

/* ---- Payments ----------------------------------------------------------------------------- */

uint64_t reference_hash(uint64_t seed, uint64_t requester, const void *reference, size_t size) {
    return XXH3_64bits_withSeed(reference, size, seed ^ requester * 0x9e3779b97f4a7c15u);
}

struct ledger_payment *table_add_payment(struct table *table, uint32_t size, uint64_t hash) {
    ASSERT(table->payment_count < table->payment_max);
    struct ledger_payment *payment = take(table, size, &table->places[table->payment_count]);
    uint64_t slot = hash & table->slot_mask;
    while (table->references[slot] != 0) {
        slot = (slot + 1) & table->slot_mask;
    }
    table->payment_count++;
    table->references[slot] = (hash & 0xffffffff00000000u) | table->payment_count;
    table->changed = true;
    return payment;
}

struct ledger_payment *table_new_payment(const struct table *table, uint64_t index) {
    ASSERT(index < table->payment_count);
    return at(table, table->places[index]);
}

struct ledger_payment *table_older_payment(const struct table *table, uint64_t index) {
    ASSERT(index < table->older_count);
    return at(table, table->older_list[index]);
}

static uint64_t older_slot(const struct table *table, uint64_t id) {
    return (id * 0x9e3779b97f4a7c15u >> 20) & table->slot_mask;
}

struct ledger_payment *table_add_older(struct table *table, const struct ledger_payment *payment) {
    uint32_t place = 0;
    ASSERT(payment->id < table->first_payment && table->older_count < table->payment_max);
    /* Place 0 would look like a free slot: the first 8 bytes of an arena stay unused then. */
    if (table->arena_used == 0) {
        (void)take(table, 8, &place);
    }
    struct ledger_payment *copy = take(table, payment->size, &place);
    memcpy(copy, payment, payment->size);
    uint64_t slot = older_slot(table, payment->id);
    while (table->older[slot] != 0) {
        slot = (slot + 1) & table->slot_mask;
    }
    table->older[slot] = place;
    table->older_list[table->older_count++] = place;
    table->changed = true;
    return copy;
}

struct ledger_payment *table_payment(const struct table *table, uint64_t id) {
    if (id >= table->first_payment) {
        uint64_t index = id - table->first_payment;
        return index < table->payment_count ? at(table, table->places[index]) : NULL;
    }
    if (table->older_count == 0) {
        return NULL;
    }
    for (uint64_t slot = older_slot(table, id); table->older[slot] != 0;
         slot = (slot + 1) & table->slot_mask) {
        struct ledger_payment *payment = at(table, table->older[slot]);
        if (payment->id == id) {
            return payment;
        }
    }
    return NULL;
}

const struct ledger_payment *table_reference(const struct table *table, uint64_t hash,
                                             uint64_t requester, const void *reference,
                                             size_t size) {
    for (uint64_t slot = hash & table->slot_mask; table->references[slot] != 0;
         slot = (slot + 1) & table->slot_mask) {
        uint64_t entry = table->references[slot];
        if ((entry ^ hash) >> 32 != 0) {
            continue;
        }
        const struct ledger_payment *payment = table_new_payment(table, (uint32_t)entry - 1u);
        if (payment->requester == requester && payment->reference_size == size &&
            memcmp(ledger_payment_reference(payment), reference, size) == 0) {
            return payment;
        }
    }
    return NULL;
}

void table_prefetch(const struct table *table, uint64_t hash) {
    __builtin_prefetch(&table->references[hash & table->slot_mask]);
}

/* ---- Registry records --------------------------------------------------------------------- */

static const uint8_t *record_key(const struct table_record *record) {
    return (const uint8_t *)(record + 1);
}

/* The slot of the key's record, or the free one where it would be. */
static uint32_t *record_slot(const struct table *table, const void *key, size_t key_size) {
    uint64_t slot = XXH3_64bits_withSeed(key, key_size, table->seed);
    for (;; slot++) {
        uint32_t *place = &table->records[slot & table->record_mask];
        if (*place == 0) {
            return place;
        }
        const struct table_record *record = at(table, *place);
        if (record->key_size == key_size && memcmp(record_key(record), key, key_size) == 0) {
            return place;
        }
    }
}

const void *table_record(const struct table *table, const void *key, size_t key_size,
                         size_t *value_size) {
    const uint32_t *place = record_slot(table, key, key_size);
    if (*place == 0) {
        return NULL;
    }
    const struct table_record *record = at(table, *place);
    *value_size = record->value_size;
    return record_key(record) + key_size;
}

void table_put_record(struct table *table, const void *key, size_t key_size, const void *value,
                      size_t value_size) {
    uint32_t *slot = record_slot(table, key, key_size), place = *slot;
    struct table_record *record = place != 0 ? at(table, place) : NULL;
    if (record == NULL || record->value_room < value_size) {
        uint32_t unused;
        if (table->arena_used == 0) {
            (void)take(table, 8, &unused);
        }
        table->record_count += record == NULL;
        record = take(table, (sizeof *record + key_size + value_size + 7) & ~(uint64_t)7, &place);
        *record = (struct table_record){.key_size = (uint32_t)key_size,
                                        .value_room = (uint32_t)value_size};
        memcpy(record + 1, key, key_size);
        *slot = place;
    }
    record->value_size = (uint32_t)value_size;
    if (value_size > 0) {
        memcpy((uint8_t *)(record + 1) + key_size, value, value_size);
    }
    table->changed = true;
}

const struct table_record *table_record_at(const struct table *table, uint64_t slot) {
    uint32_t place = table->records[slot];
    return place != 0 ? at(table, place) : NULL;
}

/* ---- Room --------------------------------------------------------------------------------- */

uint64_t table_records_room(const struct table *table) {
    return (table->record_mask + 1) / 4 * 3 - table->record_count;
}

bool table_fits(const struct table *table, const struct table_need *need) {
    return need->bytes + 8 <= table->arena_bytes - table->arena_used &&
           need->payments <= table->payment_max - table->payment_count &&
           need->older <= table->payment_max - table->older_count &&
           need->records <= table_records_room(table);
}

uint32_t table_permille(const struct table *table) {
    uint64_t arena = table->arena_used * 1000 / table->arena_bytes;
    uint64_t payments = table->payment_count * 1000 / table->payment_max;
    uint64_t records = table->record_count * 1000 / ((table->record_mask + 1) / 4 * 3);
    uint64_t most = arena > payments ? arena : payments;
    return (uint32_t)(most > records ? most : records);
}
