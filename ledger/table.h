/* table.h - what changed since the last seal, in fixed memory: payments, their references, and
 * registry records (accounts are in accounts.h). One table is active, written and read by the
 * ledger thread; the sealed one does not change, and is read by the checkpoint thread too. */
#ifndef LEDGER_TABLE_H
#define LEDGER_TABLE_H

#include "ledger/journal.h"
#include "ledger/ledger.h"

struct table_record { /* a registry record, in the arena: this, then the key, then the value */
    uint32_t key_size, value_size, value_room, reserved;
};

struct table {
    uint32_t number; /* rises by one with each seal */
    uint8_t *arena;
    uint64_t arena_bytes, arena_used;
    /* Payments made in this table: ids rise, so their places are an array. In 8 bytes. */
    uint32_t *places;
    uint64_t first_payment, payment_count, payment_max;
    /* Older payments that changed: a hash of places, and the list of them. */
    uint32_t *older;
    uint32_t *older_list;
    uint64_t older_count;
    /* References of the payments made in this table: upper hash bits, number in the table + 1. */
    uint64_t *references;
    uint64_t slot_mask; /* of `older` and `references` */
    /* Registry records: a hash of places. */
    uint32_t *records;
    uint64_t record_mask, record_count;
    uint64_t seed;
    /* The last batch in it. */
    uint64_t epoch, sequence, time_ns;
    uint64_t journal_mark;
    uint8_t hash[JOURNAL_HASH];
    bool changed;
};

/* Takes `bytes` of memory in all. 0 or LEDGER_EMEMORY. */
int table_init(struct table *table, uint64_t bytes, uint64_t seed);
void table_free(struct table *table);
/* Empties it, for payments from first_payment on. Slow: 20 ms for 512 MiB. */
void table_clear(struct table *table);

/* ---- Payments ---- */
/* Room for a payment of `size` bytes, which becomes the next one. */
struct ledger_payment *table_add_payment(struct table *table, uint32_t size, uint64_t hash);
/* A copy of an older payment, to be changed here. */
struct ledger_payment *table_add_older(struct table *table, const struct ledger_payment *payment);
/* NULL: not here. */
struct ledger_payment *table_payment(const struct table *table, uint64_t id);
/* Payment `index` of those made here, or of the older ones. */
struct ledger_payment *table_new_payment(const struct table *table, uint64_t index);
struct ledger_payment *table_older_payment(const struct table *table, uint64_t index);
/* The payment made here with this reference, or NULL. hash: reference_hash. */
const struct ledger_payment *table_reference(const struct table *table, uint64_t hash,
                                             uint64_t requester, const void *reference,
                                             size_t size);
void table_prefetch(const struct table *table, uint64_t hash);
uint64_t reference_hash(uint64_t seed, uint64_t requester, const void *reference, size_t size);

/* ---- Registry records. Keys have their namespace byte in front. ---- */
/* The value, or NULL. */
const void *table_record(const struct table *table, const void *key, size_t key_size,
                         size_t *value_size);
void table_put_record(struct table *table, const void *key, size_t key_size, const void *value,
                      size_t value_size);
/* Record in slot `slot` of record_mask + 1, or NULL. */
const struct table_record *table_record_at(const struct table *table, uint64_t slot);

/* ---- Room ---- */
/* What a batch may need at most. */
struct table_need {
    uint64_t bytes, payments, older, records;
};
bool table_fits(const struct table *table, const struct table_need *need);
/* How many more records fit. */
uint64_t table_records_room(const struct table *table);
/* How full the fullest of its parts is, 0..1000. */
uint32_t table_permille(const struct table *table);

#endif
