/* store_write.c - the store's writing side: one checkpoint is one synced transaction. */
#include <stdlib.h>
#include <string.h>

#include "ledger/assert.h"
#include "ledger/failure.h"
#include "ledger/store_lmdb.h"

int store_write_begin(struct store *store, struct store_writer **result,
                      struct ledger_failure *failure) {
    struct store_writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL) {
        return failure_set(failure, LEDGER_EMEMORY, "out of memory");
    }
    writer->store = store;
    writer->failure = failure;
    int rc = mdb_txn_begin(store->env, NULL, 0, &writer->txn);
    if (rc == 0) {
        rc = store_load_meta(store, writer->txn, &writer->meta);
    }
    if (rc == 0) {
        rc = mdb_cursor_open(writer->txn, store->accounts, &writer->accounts);
    }
    if (rc == 0) {
        rc = mdb_cursor_open(writer->txn, store->payments, &writer->payments);
    }
    if (rc != 0) {
        store_write_abort(writer);
        int error = store_failed(failure, "beginning a checkpoint", rc);
        return rc == MDB_PANIC ? LEDGER_ESTOPPED : error;
    }
    *result = writer;
    return 0;
}

/* Puts a record with its check behind. */
static int put(MDB_cursor *cursor, uint64_t id, const void *record, size_t size, unsigned flags) {
    uint64_t check = store_check(&id, sizeof id, record, size);
    MDB_val key = {sizeof id, &id}, value = {size + sizeof check, NULL};
    int rc = mdb_cursor_put(cursor, &key, &value, flags | MDB_RESERVE);
    if (rc == 0) {
        memcpy(value.mv_data, record, size);
        memcpy((uint8_t *)value.mv_data + size, &check, sizeof check);
    }
    return rc;
}

int store_write_account(struct store_writer *writer, const struct ledger_account *account) {
    return store_failed(writer->failure, "writing an account",
                        put(writer->accounts, account->id, account, sizeof *account, 0));
}

int store_write_payment(struct store_writer *writer, const struct ledger_payment *payment,
                        bool append) {
    ASSERT(payment->size % 8 == 0);
    return store_failed(
        writer->failure, "writing a payment",
        put(writer->payments, payment->id, payment, payment->size, append ? MDB_APPEND : 0));
}

int store_write_open(struct store_writer *writer, uint64_t id, uint64_t deadline_ns) {
    MDB_val key = {sizeof id, &id}, value = {sizeof deadline_ns, &deadline_ns};
    return store_failed(writer->failure, "writing an open payment",
                        mdb_put(writer->txn, writer->store->open, &key, &value, 0));
}

int store_erase_open(struct store_writer *writer, uint64_t id) {
    MDB_val key = {sizeof id, &id};
    int rc = mdb_del(writer->txn, writer->store->open, &key, NULL);
    return rc == MDB_NOTFOUND ? 0 : store_failed(writer->failure, "closing an open payment", rc);
}

int store_write_record(struct store_writer *writer, const void *key, size_t key_size,
                       const void *value, size_t value_size) {
    uint64_t check = store_check(key, key_size, value, value_size);
    MDB_val at = {key_size, (void *)(uintptr_t)key}, record = {value_size + sizeof check, NULL};
    int rc = mdb_put(writer->txn, writer->store->registry, &at, &record, MDB_RESERVE);
    if (rc == 0) {
        memcpy(record.mv_data, value, value_size);
        memcpy((uint8_t *)record.mv_data + value_size, &check, sizeof check);
    }
    return store_failed(writer->failure, "writing a registry record", rc);
}

struct store_meta *store_write_meta(struct store_writer *writer) {
    return &writer->meta;
}

static void release(struct store_writer *writer) {
    MDB_cursor *cursors[] = {writer->accounts, writer->payments, writer->run};
    for (size_t i = 0; i < sizeof cursors / sizeof cursors[0]; i++) {
        if (cursors[i] != NULL) {
            mdb_cursor_close(cursors[i]);
        }
    }
}

int store_write_commit(struct store_writer *writer) {
    struct ledger_failure *failure = writer->failure;
    int rc = store_save_meta(writer->store, writer->txn, &writer->meta);
    if (rc != 0) {
        store_write_abort(writer);
        return store_failed(failure, "writing the state record", rc);
    }
    release(writer);
    rc = mdb_txn_commit(writer->txn);
    free(writer);
    return store_failed(failure, "committing a checkpoint", rc);
}

void store_write_abort(struct store_writer *writer) {
    release(writer);
    if (writer->txn != NULL) {
        mdb_txn_abort(writer->txn);
    }
    free(writer);
}
