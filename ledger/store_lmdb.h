/* store_lmdb.h - what the store's files share. Nobody else includes it, or lmdb.h. */
#ifndef LEDGER_STORE_LMDB_H
#define LEDGER_STORE_LMDB_H

#include <lmdb.h>

#include "ledger/store.h"

#define STORE_FILE "state.mdb"
#define STORE_MAGIC 0x65746174736e7974u /* "tynstate" */
#define STORE_META "meta"               /* the database of the one record, struct store_meta */

struct store {
    MDB_env *env;
    int fd; /* LMDB's, of the data file; -1 before it is open */
    MDB_dbi meta, accounts, payments, open, registry;
    MDB_dbi runs[RUNS_MAX]; /* by slot; opened once, never closed */
};

struct store_reader {
    struct store *store;
    MDB_txn *txn;
    struct store_meta meta; /* of this snapshot */
    bool forgiving;         /* a record of a wrong size is none */
};

struct store_writer {
    struct store *store;
    MDB_txn *txn;
    MDB_cursor *accounts, *payments, *run;
    struct store_run *run_entry; /* of meta: the run being appended */
    struct store_meta meta;
    struct ledger_failure *failure;
};

/* Makes an empty store, durable, in the folder. */
int store_make(const char *folder, uint64_t now_ns, struct ledger_failure *failure);
/* Sees that the file of an open store has all its pages: reading past its end would kill the
 * process. Pages at the end may never have been written while they are free, but not in a compact
 * copy. */
int store_check_size(const struct store *store, bool compact, struct ledger_failure *failure);
/* Reports an LMDB error: LEDGER_ESTORE, or 0 when rc is 0. */
int store_failed(struct ledger_failure *failure, const char *what, int rc);
/* Reads the meta record; MDB_NOTFOUND when there is none. */
int store_load_meta(const struct store *store, MDB_txn *txn, struct store_meta *meta);
int store_save_meta(const struct store *store, MDB_txn *txn, const struct store_meta *meta);
/* 0 when it is of this format, else LEDGER_EVERSION or LEDGER_ECORRUPT. */
int store_check_meta(const struct store_meta *meta, struct ledger_failure *failure);
/* Stops the process: a read of the map failed. */
void store_broken(const char *what, int rc) __attribute__((noreturn));

/* Of a record with its key; it stands behind it. */
#define CHECK_BYTES sizeof(uint64_t)
uint64_t store_check(const void *key, size_t key_size, const void *record, size_t size);

#endif
