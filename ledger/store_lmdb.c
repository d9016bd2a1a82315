/* store_lmdb.c - the store's environment and its reading side. */
#include "ledger/store_lmdb.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "ledger/assert.h"
#include "ledger/failure.h"
#include "ledger/store_sync.h"

#define META_KEY "state"
#define PATH_BYTES 4096

int store_failed(struct ledger_failure *failure, const char *what, int rc) {
    if (rc == 0) {
        return 0;
    }
    const char *hint = rc == MDB_MAP_FULL ? "; raise map_gb in the config and start again" : "";
    return failure_set(failure, LEDGER_ESTORE, "store: %s: %s%s", what, mdb_strerror(rc), hint);
}

void store_broken(const char *what, int rc) {
    (void)fprintf(stderr, "store: reading %s failed: %s; the LMDB file is damaged: restore it\n",
                  what, rc != 0 ? mdb_strerror(rc) : "a record is not as it was written");
    abort();
}

/* ---- Opening ------------------------------------------------------------------------------ */

int store_load_meta(const struct store *store, MDB_txn *txn, struct store_meta *meta) {
    MDB_val key = {sizeof META_KEY - 1, (void *)(uintptr_t)META_KEY}, value;
    int rc = mdb_get(txn, store->meta, &key, &value);
    if (rc == 0 && value.mv_size == sizeof *meta) {
        memcpy(meta, value.mv_data, sizeof *meta);
    } else if (rc == 0) {
        memset(meta, 0, sizeof *meta); /* another version: its first fields say which */
        memcpy(meta, value.mv_data, value.mv_size < 16 ? value.mv_size : 16);
    }
    return rc;
}

int store_save_meta(const struct store *store, MDB_txn *txn, const struct store_meta *meta) {
    MDB_val key = {sizeof META_KEY - 1, (void *)(uintptr_t)META_KEY};
    MDB_val value = {sizeof *meta, (void *)(uintptr_t)meta};
    return mdb_put(txn, store->meta, &key, &value, 0);
}

int store_check_meta(const struct store_meta *meta, struct ledger_failure *failure) {
    if (meta->magic != STORE_MAGIC) {
        return failure_set(failure, LEDGER_ECORRUPT,
                           "store: " STORE_FILE " is not a ledger's state");
    }
    if (meta->version != STORE_VERSION) {
        return failure_set(failure, LEDGER_EVERSION,
                           "store: " STORE_FILE
                           " has format version %u, this program reads %u: use "
                           "the program that wrote it, or start with another data folder",
                           meta->version, STORE_VERSION);
    }
    return 0;
}

static int open_databases(struct store *store, MDB_txn *txn) {
    const struct {
        const char *name;
        unsigned flags;
        MDB_dbi *dbi;
    } databases[] = {
        {STORE_META, 0, &store->meta},
        {"accounts", MDB_INTEGERKEY, &store->accounts},
        {"payments", MDB_INTEGERKEY, &store->payments},
        {"open", MDB_INTEGERKEY, &store->open},
        {"registry", 0, &store->registry},
    };
    for (size_t i = 0; i < sizeof databases / sizeof databases[0]; i++) {
        int rc =
            mdb_dbi_open(txn, databases[i].name, databases[i].flags | MDB_CREATE, databases[i].dbi);
        if (rc != 0) {
            return rc;
        }
    }
    for (unsigned slot = 0; slot < RUNS_MAX; slot++) {
        char name[16];
        (void)snprintf(name, sizeof name, "references%02u", slot);
        int rc = mdb_dbi_open(txn, name, MDB_CREATE, &store->runs[slot]);
        if (rc != 0) {
            return rc;
        }
    }
    return 0;
}

/* Opens all databases, making those that a new store lacks. */
static int prepare(struct store *store, struct ledger_failure *failure) {
    MDB_txn *txn = NULL;
    struct store_meta meta = {0};
    int rc = mdb_txn_begin(store->env, NULL, 0, &txn);
    if (rc != 0) {
        return store_failed(failure, "opening", rc);
    }
    rc = open_databases(store, txn);
    if (rc == 0) {
        rc = store_load_meta(store, txn, &meta);
    }
    int error = rc != 0 ? store_failed(failure, "opening", rc) : store_check_meta(&meta, failure);
    if (error != 0) {
        mdb_txn_abort(txn);
        return error;
    }
    return store_failed(failure, "opening", mdb_txn_commit(txn));
}

int store_open(struct store **result, const char *folder, uint64_t map_bytes, bool create,
               uint64_t now_ns, struct ledger_failure *failure) {
    char path[PATH_BYTES];
    struct store *store = calloc(1, sizeof *store);
    if (store == NULL) {
        return failure_set(failure, LEDGER_EMEMORY, "out of memory");
    }
    store->fd = -1;
    (void)snprintf(path, sizeof path, "%s/" STORE_FILE, folder);
    if (create && access(path, F_OK) != 0) {
        int made = errno == ENOENT
                       ? store_make(folder, now_ns, failure)
                       : failure_set(failure, LEDGER_EFOLDER, "%s: %s", path, strerror(errno));
        if (made != 0) {
            free(store);
            return made;
        }
    }
    int rc = mdb_env_create(&store->env);
    if (rc == 0) {
        rc = mdb_env_set_mapsize(store->env, map_bytes);
    }
    if (rc == 0) {
        rc = mdb_env_set_maxdbs(store->env, RUNS_MAX + 8);
    }
    if (rc == 0) {
        rc = mdb_env_set_maxreaders(store->env, LEDGER_SNAPSHOTS_MAX + 8);
    }
    if (rc == 0) { /* readers are not bound to threads; pages of random keys need no read-ahead */
        rc = mdb_env_open(store->env, path, MDB_NOSUBDIR | MDB_NOTLS | MDB_NORDAHEAD, 0600);
    }
    if (rc == 0 && (rc = mdb_env_get_fd(store->env, &store->fd)) == 0) {
        store_sync_add(store->fd);
    }
    rc = store_failed(failure, path, rc);
    rc = rc == 0 ? store_check_size(store, false, failure) : rc;
    rc = rc == 0 ? prepare(store, failure) : rc;
    if (rc != 0) {
        store_close(store);
        return rc;
    }
    *result = store;
    return 0;
}

void store_close(struct store *store) {
    if (store->fd >= 0) {
        store_sync_remove(store->fd);
    }
    if (store->env != NULL) {
        mdb_env_close(store->env);
    }
    free(store);
}

void store_sizes(struct store *store, uint64_t *used, uint64_t *max) {
    MDB_envinfo info;
    MDB_stat stat;
    if (mdb_env_info(store->env, &info) == 0 && mdb_env_stat(store->env, &stat) == 0) {
        *used = ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize;
        *max = info.me_mapsize;
    }
}

/* ---- Readers ------------------------------------------------------------------------------ */

static int load(struct store_reader *reader) {
    int rc = store_load_meta(reader->store, reader->txn, &reader->meta);
    return rc == 0 ? 0 : LEDGER_ESTORE;
}

int store_reader_open(struct store *store, struct store_reader **result) {
    struct store_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL) {
        return LEDGER_EMEMORY;
    }
    reader->store = store;
    if (mdb_txn_begin(store->env, NULL, MDB_RDONLY, &reader->txn) != 0 || load(reader) != 0) {
        store_reader_close(reader);
        return LEDGER_ESTORE;
    }
    *result = reader;
    return 0;
}

int store_reader_renew(struct store_reader *reader) {
    mdb_txn_reset(reader->txn);
    return mdb_txn_renew(reader->txn) == 0 ? load(reader) : LEDGER_ESTORE;
}

void store_reader_close(struct store_reader *reader) {
    if (reader->txn != NULL) {
        mdb_txn_abort(reader->txn);
    }
    free(reader);
}

const struct store_meta *store_meta(const struct store_reader *reader) {
    return &reader->meta;
}

uint64_t store_check(const void *key, size_t key_size, const void *record, size_t size) {
    return XXH3_64bits_withSeed(record, size, XXH3_64bits(key, key_size));
}

/* Takes the check off a record. False: it is too short to have one. */
static bool cut_check(MDB_val *value) {
    if (value->mv_size < CHECK_BYTES) {
        return false;
    }
    value->mv_size -= CHECK_BYTES;
    return true;
}

static bool sound(const MDB_val *key, const MDB_val *value) {
    uint64_t check;
    memcpy(&check, (const uint8_t *)value->mv_data + value->mv_size, sizeof check);
    return check == store_check(key->mv_data, key->mv_size, value->mv_data, value->mv_size);
}

/* A record of an integer-key database. All sizes there are multiples of 8, which keeps LMDB's nodes
 * aligned. False: there is none. */
static bool get(struct store_reader *reader, MDB_dbi dbi, uint64_t id, MDB_val *value) {
    MDB_val key = {sizeof id, &id};
    int rc = mdb_get(reader->txn, dbi, &key, value);
    if (rc == MDB_NOTFOUND) {
        return false;
    }
    if (rc != 0 || !cut_check(value) || (uintptr_t)value->mv_data % 8 != 0) {
        store_broken("a record", rc);
    }
    return true;
}

static const void *misshapen(const struct store_reader *reader, const char *what) {
    if (!reader->forgiving) {
        store_broken(what, 0);
    }
    return NULL;
}

static const struct ledger_account *account_of(const struct store_reader *reader,
                                               const MDB_val *value) {
    bool good = value->mv_size == sizeof(struct ledger_account);
    return good ? value->mv_data : misshapen(reader, "an account");
}

static const struct ledger_payment *payment_of(const struct store_reader *reader,
                                               const MDB_val *value) {
    const struct ledger_payment *payment = value->mv_data;
    bool good = value->mv_size >= sizeof *payment && value->mv_size == payment->size;
    return good ? payment : misshapen(reader, "a payment");
}

void store_reader_forgive(struct store_reader *reader, bool forgiving) {
    reader->forgiving = forgiving;
}

const struct ledger_account *store_account(struct store_reader *reader, uint64_t id) {
    MDB_val value;
    return get(reader, reader->store->accounts, id, &value) ? account_of(reader, &value) : NULL;
}

const struct ledger_payment *store_payment(struct store_reader *reader, uint64_t id) {
    MDB_val value;
    return get(reader, reader->store->payments, id, &value) ? payment_of(reader, &value) : NULL;
}

static bool is_sound(struct store_reader *reader, MDB_dbi dbi, uint64_t id, size_t size_min) {
    MDB_val key = {sizeof id, &id}, value;
    return get(reader, dbi, id, &value) && value.mv_size >= size_min && sound(&key, &value);
}

bool store_account_sound(struct store_reader *reader, uint64_t id) {
    return is_sound(reader, reader->store->accounts, id, sizeof(struct ledger_account));
}

bool store_payment_sound(struct store_reader *reader, uint64_t id) {
    return is_sound(reader, reader->store->payments, id, sizeof(struct ledger_payment));
}

bool store_record(struct store_reader *reader, const void *key, size_t key_size, const void **value,
                  size_t *value_size) {
    MDB_val wanted = {key_size, (void *)(uintptr_t)key}, found;
    int rc = mdb_get(reader->txn, reader->store->registry, &wanted, &found);
    if ((rc != 0 && rc != MDB_NOTFOUND) || (rc == 0 && !cut_check(&found))) {
        store_broken("the registry", rc);
    }
    if (rc == 0) {
        *value = found.mv_data;
        *value_size = found.mv_size;
    }
    return rc == 0;
}

/* The first record of dbi at or after the key. */
static bool seek(struct store_reader *reader, MDB_dbi dbi, MDB_val *key, MDB_val *value) {
    MDB_cursor *cursor;
    int rc = mdb_cursor_open(reader->txn, dbi, &cursor);
    if (rc == 0) {
        rc = mdb_cursor_get(cursor, key, value, key->mv_size > 0 ? MDB_SET_RANGE : MDB_FIRST);
        mdb_cursor_close(cursor);
    }
    if (rc != 0 && rc != MDB_NOTFOUND) {
        store_broken("the next record", rc);
    }
    return rc == 0;
}

/* The first record of an integer-key database at or after *id, which moves on to its key. */
static bool next(struct store_reader *reader, MDB_dbi dbi, uint64_t *id, MDB_val *value) {
    MDB_val key = {sizeof *id, id};
    if (!seek(reader, dbi, &key, value)) {
        return false;
    }
    memcpy(id, key.mv_data, sizeof *id);
    if (!cut_check(value)) {
        store_broken("the next record", 0);
    }
    return true;
}

const struct ledger_account *store_next_account(struct store_reader *reader, uint64_t *id) {
    MDB_val value;
    return next(reader, reader->store->accounts, id, &value) ? account_of(reader, &value) : NULL;
}

const struct ledger_payment *store_next_payment(struct store_reader *reader, uint64_t *id) {
    MDB_val value;
    return next(reader, reader->store->payments, id, &value) ? payment_of(reader, &value) : NULL;
}

bool store_next_open(struct store_reader *reader, uint64_t id, uint64_t *found,
                     uint64_t *deadline_ns) {
    MDB_val key = {sizeof id, &id}, value;
    if (!seek(reader, reader->store->open, &key, &value)) {
        return false;
    }
    memcpy(found, key.mv_data, sizeof *found);
    memcpy(deadline_ns, value.mv_data, sizeof *deadline_ns);
    return true;
}

bool store_next_record(struct store_reader *reader, const void *key, size_t key_size,
                       struct ledger_registry_record *record) {
    MDB_val at = {key_size, (void *)(uintptr_t)key}, value;
    if (!seek(reader, reader->store->registry, &at, &value)) {
        return false;
    }
    if (!cut_check(&value)) {
        store_broken("the next record", 0);
    }
    *record = (struct ledger_registry_record){at.mv_data, value.mv_data, at.mv_size, value.mv_size};
    return true;
}

bool store_record_sound(const struct ledger_registry_record *record) {
    const MDB_val key = {record->key_size, (void *)(uintptr_t)record->key};
    const MDB_val value = {record->value_size, (void *)(uintptr_t)record->value};
    return sound(&key, &value);
}
