/* accounts.h - the accounts in memory: a cache over LMDB that also holds what is not in LMDB yet.
 *
 * Each account has two versions, one for each parity of the table number: the active table T writes
 * version T & 1, while the checkpoint thread reads version (T - 1) & 1 of the sealed table's
 * accounts. So neither copies nor locks are needed when tables change, and the cache stays warm.
 *
 * Ledger thread, but accounts_sealed. Slots that a chunk of a batch touched stay where they are
 * until the next accounts_begin_chunk. */
#ifndef LEDGER_ACCOUNTS_H
#define LEDGER_ACCOUNTS_H

#include "ledger/ledger.h"
#include "ledger/store.h"

struct account_slot {
    struct ledger_account version[2];
    uint64_t id;       /* 0: free */
    uint32_t table[2]; /* the last table that wrote each version; 0: as in LMDB */
    uint32_t next;     /* slot + 1 in the hash chain */
    uint32_t chunk;    /* the last chunk that touched it */
    uint8_t recent;    /* touched since the hand passed */
    uint8_t reserved[7];
};

struct accounts {
    struct account_slot *slots;
    uint32_t *heads; /* slot + 1, by hash */
    uint64_t slot_count, head_mask, seed;
    uint64_t hand, used;
    uint32_t table, saved; /* the active table's number; the last one in LMDB */
    uint32_t chunk;
    uint32_t *dirty[2];      /* slots written in a table, by its parity */
    uint64_t dirty_count[2]; /* the sealed table's does not change */
    uint64_t dirty_max;
    struct store_reader *reader; /* the ledger's */
};

int accounts_init(struct accounts *accounts, uint64_t slots, uint64_t seed,
                  struct store_reader *reader);
void accounts_free(struct accounts *accounts);

void accounts_begin_chunk(struct accounts *accounts);
/* How many different accounts a chunk may touch. */
uint64_t accounts_chunk_max(const struct accounts *accounts);
/* How many more the active table may write. */
uint64_t accounts_room(const struct accounts *accounts);

/* The account's slot, or NULL when there is no such account. */
struct account_slot *accounts_find(struct accounts *accounts, uint64_t id);
void accounts_prefetch_head(const struct accounts *accounts, uint64_t id);
void accounts_prefetch_slot(const struct accounts *accounts, uint64_t id);

/* Its present record. */
const struct ledger_account *accounts_read(const struct account_slot *slot);
/* The same, to be changed: it belongs to the active table from now on. */
struct ledger_account *accounts_write(struct accounts *accounts, struct account_slot *slot);
/* A new account, all zero but its id. It must not exist. */
struct ledger_account *accounts_add(struct accounts *accounts, uint64_t id);

/* Table `next` becomes the active one. */
void accounts_seal(struct accounts *accounts, uint32_t next);
/* Table `table` is in LMDB. */
void accounts_saved(struct accounts *accounts, uint32_t table);

/* Checkpoint thread: record `index` of the sealed table `table`. */
const struct ledger_account *accounts_sealed(const struct accounts *accounts, uint32_t table,
                                             uint64_t index);

#endif
