/* store.h - the ledger's state as of the last checkpoint, in LMDB: B-trees in a mapped file, read
 * without copies or locks. One thread writes (the checkpoint's); any may read through own readers.
 *
 * Records returned are borrowed from the map, until the reader is renewed or closed. */
#ifndef LEDGER_STORE_H
#define LEDGER_STORE_H

#include "ledger/journal.h"
#include "ledger/ledger.h"
#include "ledger/limits.h"

#define STORE_VERSION 2u
#define STORE_KEY_MAX (LEDGER_KEY_MAX + 1) /* a registry key with its namespace */

/* References are kept as sorted runs, each in a database of its own: `slot`. */
struct store_run {
    uint8_t slot, level;
    uint8_t merging; /* 0: whole; 1: the target of the merge under way; 2: one of its sources */
    uint8_t reserved[5];
    uint64_t number; /* rises: a higher one is newer */
    uint64_t count;  /* references */
};
_Static_assert(sizeof(struct store_run) == 24, "stored as is");

/* What the store stands for. One record, rewritten by every checkpoint. */
struct store_meta {
    uint64_t magic;
    uint32_t version, run_count;
    uint64_t epoch, sequence, time_ns; /* the last batch in it */
    uint64_t payment_next;             /* the next payment's id */
    uint64_t run_next;                 /* the next run's number */
    uint64_t created_ns;
    uint64_t journal_mark;      /* where the journal keeps that batch; 0: no journal is expected */
    uint8_t hash[JOURNAL_HASH]; /* of that batch */
    struct store_run runs[RUNS_MAX];
};
_Static_assert(sizeof(struct store_meta) == 104 + 24 * RUNS_MAX, "stored as is");

struct store;

/* Opens or makes `<folder>/state.mdb`. create: make it when it is missing. now_ns: when it is made.
 */
int store_open(struct store **store, const char *folder, uint64_t map_bytes, bool create,
               uint64_t now_ns, struct ledger_failure *failure);
void store_close(struct store *store);
/* Pages in use and the map's size, in bytes. Any thread. */
void store_sizes(struct store *store, uint64_t *used, uint64_t *max);
/* A compact copy into the folder, as `state.mdb`, which appears whole and durable or not at all,
 * and expects no journal. Any thread. */
int store_copy(struct store *store, const char *folder, struct ledger_failure *failure);
/* The same from the store in the folder `from`, which no process has open; it is only read. */
int store_copy_folder(const char *from, const char *folder, struct ledger_failure *failure);

/* ---- Readers. One thread at a time each. ---- */
struct store_reader;
int store_reader_open(struct store *store, struct store_reader **reader);
/* Moves on to the newest checkpoint. */
int store_reader_renew(struct store_reader *reader);
void store_reader_close(struct store_reader *reader);

/* Whether records of a wrong size are told as none, instead of stopping the process: for those who
 * look whether all is well. */
void store_reader_forgive(struct store_reader *reader, bool forgiving);
/* Accounts, payments and records of the registry have a check behind their bytes. Whether it is
 * right is what an audit asks: false, also when there is no such record. The record is one that
 * store_next_record told. */
bool store_account_sound(struct store_reader *reader, uint64_t id);
bool store_payment_sound(struct store_reader *reader, uint64_t id);
bool store_record_sound(const struct ledger_registry_record *record);

/* What follows returns NULL or false when there is none; a read error stops the process: the map
 * is damaged, and no answer is better than a wrong one. */
const struct store_meta *store_meta(const struct store_reader *reader);
const struct ledger_account *store_account(struct store_reader *reader, uint64_t id);
const struct ledger_payment *store_payment(struct store_reader *reader, uint64_t id);
/* key: 1..STORE_KEY_MAX bytes. */
bool store_record(struct store_reader *reader, const void *key, size_t key_size, const void **value,
                  size_t *value_size);
/* The payment opened with this reference key (see store_reference_key), or 0. */
uint64_t store_reference(struct store_reader *reader, const void *key, size_t key_size);

/* Walks: the first record at or after the given place. *id: moved on to its key. */
const struct ledger_account *store_next_account(struct store_reader *reader, uint64_t *id);
const struct ledger_payment *store_next_payment(struct store_reader *reader, uint64_t *id);
bool store_next_open(struct store_reader *reader, uint64_t id, uint64_t *found,
                     uint64_t *deadline_ns);
bool store_next_record(struct store_reader *reader, const void *key, size_t key_size,
                       struct ledger_registry_record *record);
/* Every reference of every whole run. visit returns false to stop. */
void store_each_reference(struct store_reader *reader,
                          bool (*visit)(void *context, const uint8_t *key, size_t key_size,
                                        uint64_t payment),
                          void *context);

/* The key of a reference: the requester, big-endian, then the bytes. out: STORE_REFERENCE_MAX. */
#define STORE_REFERENCE_MAX (8 + LEDGER_REFERENCE_MAX)
size_t store_reference_key(uint8_t *out, uint64_t requester, const void *reference, size_t size);

/* ---- Writing: one transaction at a time, by one thread. ----
 * Each returns 0 or LEDGER_ESTORE, after which the transaction must be aborted. */
struct store_writer;
/* LEDGER_ESTOPPED: LMDB is at an end after a failed write of its own head; only opening anew helps.
 */
int store_write_begin(struct store *store, struct store_writer **writer,
                      struct ledger_failure *failure);
int store_write_account(struct store_writer *writer, const struct ledger_account *account);
/* append: the id is higher than all there. */
int store_write_payment(struct store_writer *writer, const struct ledger_payment *payment,
                        bool append);
int store_write_open(struct store_writer *writer, uint64_t id, uint64_t deadline_ns);
int store_erase_open(struct store_writer *writer, uint64_t id); /* fine when it is not there */
int store_write_record(struct store_writer *writer, const void *key, size_t key_size,
                       const void *value, size_t value_size);
/* A new run: begin, then references in rising order of keys. */
int store_run_begin(struct store_writer *writer);
int store_run_append(struct store_writer *writer, const void *key, size_t key_size,
                     uint64_t payment);
/* The meta record to change before the commit. */
struct store_meta *store_write_meta(struct store_writer *writer);
/* Durable when it returns 0. The writer is gone either way. */
int store_write_commit(struct store_writer *writer);
void store_write_abort(struct store_writer *writer);

/* ---- Merging runs ----
 * One bounded step, in a transaction of its own. *moved: references moved, 0: nothing to merge. */
int store_merge_step(struct store *store, uint64_t *moved, struct ledger_failure *failure);

#endif
