/* limit_store.c - what the disk and LMDB alone can do, with nothing of the ledger around them. */
#include "bench/book.h"
#include "bench/progress.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_BYTES 4096u
#define FILE_BYTES ((size_t)128 << 20)
#define FILL_BYTES ((size_t)1 << 20)
#define HEADER_BYTES 128u /* about what a journal puts around a batch */

/* ---- The journal: synced writes of a batch's size into a zero-filled file ---- */

static bool fill(int fd, const void *zeros) {
    for (size_t done = 0; done < FILE_BYTES; done += FILL_BYTES) {
        if (pwrite(fd, zeros, FILL_BYTES, (off_t)done) != (ssize_t)FILL_BYTES)
            return false;
    }
    return fsync(fd) == 0;
}

/* The bytes a batch takes in a journal, in whole blocks. */
static size_t record_bytes(uint32_t payments) {
    struct book_batch *batch = book_batch_make();
    const struct book_stream stream = {.key = 1, .accounts = 1};
    struct book_payment payment = book_payment(&stream, 0);
    book_batch_add(batch, &payment);
    size_t bytes = HEADER_BYTES + batch->writer.used * payments;
    book_batch_free(batch);
    return (bytes + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
}

/* A file system without O_DIRECT (tmpfs) gets synced writes alone. */
static int open_synced(const char *path) {
    int fd = open(path, O_WRONLY | O_DIRECT | O_DSYNC);
    return fd >= 0 || errno != EINVAL ? fd : open(path, O_WRONLY | O_DSYNC);
}

static bool write_records(int fd, const void *record, size_t bytes, const struct plan *plan,
                          struct measurement *out, struct histogram *latency) {
    uint64_t begin = bench_now_ns();
    uint64_t now = begin;
    uint64_t payments = 0;
    size_t offset = 0;
    double seconds = out->seconds;
    while ((double)(now - begin) < seconds * 1e9) {
        if (pwrite(fd, record, bytes, (off_t)offset) != (ssize_t)bytes)
            return false;
        uint64_t end = bench_now_ns();
        histogram_add(latency, end - now);
        now = end;
        payments += plan->batch;
        offset = offset + 2 * bytes <= FILE_BYTES ? offset + bytes : 0;
        progress_show(plan->name, (double)(now - begin) / 1e9 / seconds, 0);
    }
    bench_figures(out, latency, payments, now - begin);
    return true;
}

bool limit_journal(struct bench *bench, const struct plan *plan, struct measurement *out) {
    char path[BENCH_PATH_MAX];
    bench_path(bench, plan->name, path);
    size_t bytes = record_bytes(plan->batch);
    size_t memory_bytes = bytes > FILL_BYTES ? bytes : FILL_BYTES;
    struct histogram *latency = calloc(1, sizeof(*latency));
    uint8_t *memory = aligned_alloc(BLOCK_BYTES, memory_bytes);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    bool ok = latency != NULL && memory != NULL && fd >= 0;
    if (ok) {
        memset(memory, 0, memory_bytes);
        ok = fill(fd, memory);
        memset(memory, 0x5a, memory_bytes);
    }
    int synced = ok ? open_synced(path) : -1;
    ok = synced >= 0 && write_records(synced, memory, bytes, plan, out, latency);
    if (!ok)
        bench_tell("%s: %s: %s", plan->name, path, strerror(errno));
    if (synced >= 0)
        close(synced);
    if (fd >= 0)
        close(fd);
    unlink(path);
    free(memory);
    free(latency);
    return ok;
}

/* ---- LMDB: batches of random puts, each a synced commit ---- */

#define LMDB_CHUNK 8192u

struct raw_store {
    MDB_env *env;
    MDB_dbi dbi;
    uint64_t accounts;
    struct ledger_account record;
};

static int store_put(struct raw_store *store, MDB_txn *txn, uint64_t id, unsigned flags) {
    store->record.id = id;
    MDB_val key = {sizeof(id), &id};
    MDB_val value = {sizeof(store->record), &store->record};
    return mdb_put(txn, store->dbi, &key, &value, flags);
}

static int store_fill(struct raw_store *store) {
    for (uint64_t id = 0; id < store->accounts;) {
        MDB_txn *txn = NULL;
        int rc = mdb_txn_begin(store->env, NULL, 0, &txn);
        for (uint32_t i = 0; rc == 0 && i < LMDB_CHUNK && id < store->accounts; i++)
            rc = store_put(store, txn, id++, MDB_APPEND);
        rc = rc == 0 ? mdb_txn_commit(txn) : rc;
        if (rc != 0)
            return rc;
        progress_show("limit_lmdb: filling", (double)id / (double)store->accounts, 0);
    }
    return mdb_env_sync(store->env, 1);
}

static int store_open(struct raw_store *store, const char *folder) {
    if (mkdir(folder, 0700) < 0)
        return errno;
    int rc = mdb_env_create(&store->env);
    if (rc != 0)
        return rc;
    mdb_env_set_mapsize(store->env, (size_t)8 << 30);
    rc = mdb_env_open(store->env, folder, MDB_NOSYNC, 0600); /* while it is filled */
    MDB_txn *txn = NULL;
    rc = rc == 0 ? mdb_txn_begin(store->env, NULL, 0, &txn) : rc;
    rc = rc == 0 ? mdb_dbi_open(txn, NULL, MDB_INTEGERKEY, &store->dbi) : rc;
    rc = rc == 0 ? mdb_txn_commit(txn) : rc;
    rc = rc == 0 ? store_fill(store) : rc;
    return rc == 0 ? mdb_env_set_flags(store->env, MDB_NOSYNC, 0) : rc;
}

static int store_batches(struct raw_store *store, const struct plan *plan, struct measurement *out,
                         struct histogram *latency) {
    const struct book_stream stream = {.key = bench_random(), .accounts = store->accounts};
    uint64_t begin = bench_now_ns();
    uint64_t now = begin;
    uint64_t number = 0;
    double seconds = out->seconds;
    while ((double)(now - begin) < seconds * 1e9) {
        MDB_txn *txn = NULL;
        int rc = mdb_txn_begin(store->env, NULL, 0, &txn);
        for (uint32_t i = 0; rc == 0 && i < plan->batch; i++)
            rc = store_put(store, txn, book_payment(&stream, number++).wallet - BOOK_WALLETS, 0);
        rc = rc == 0 ? mdb_txn_commit(txn) : rc;
        if (rc != 0)
            return rc;
        uint64_t end = bench_now_ns();
        histogram_add(latency, end - now);
        now = end;
        progress_show(plan->name, (double)(now - begin) / 1e9 / seconds, 0);
    }
    bench_figures(out, latency, number, now - begin);
    return 0;
}

bool limit_lmdb(struct bench *bench, const struct plan *plan, struct measurement *out) {
    char folder[BENCH_PATH_MAX];
    bench_path(bench, plan->name, folder);
    struct raw_store store = {.accounts = bench->options.accounts};
    struct histogram *latency = calloc(1, sizeof(*latency));
    int rc = latency == NULL ? ENOMEM : store_open(&store, folder);
    rc = rc == 0 ? store_batches(&store, plan, out, latency) : rc;
    if (rc != 0)
        bench_tell("%s: %s", plan->name, mdb_strerror(rc));
    if (store.env != NULL)
        mdb_env_close(store.env);
    free(latency);
    return rc == 0;
}
