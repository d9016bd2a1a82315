/* store_file.c - making and copying the store's file: whole and durable under its name, or not
 * there. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/failure.h"
#include "ledger/store_lmdb.h"

#define PATH_BYTES 4096
#define TEMPORARY "state.tmp"

/* How many pages at or past `end` are free. Such a page may never have been written. */
static int free_past(MDB_env *env, uint64_t end, uint64_t *count) {
    MDB_txn *txn;
    MDB_cursor *cursor;
    MDB_val key, value;
    int rc = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);
    if (rc != 0) {
        return rc;
    }
    rc = mdb_cursor_open(txn, 0, &cursor); /* database 0 is the free list: arrays of ids */
    if (rc != 0) {
        mdb_txn_abort(txn);
        return rc;
    }
    while ((rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
        const uint64_t *ids = value.mv_data; /* the count, then the pages */
        for (uint64_t i = 1; i <= ids[0] && (i + 1) * sizeof *ids <= value.mv_size; i++) {
            *count += ids[i] >= end;
        }
    }
    mdb_cursor_close(cursor);
    mdb_txn_abort(txn);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

/* Whether all that a file of `there` pages lacks are free pages. It is made longer for the look, as
 * the free list itself may have been cut off. */
static bool lacks_free_pages(const struct store *store, uint64_t there, uint64_t wanted,
                             uint32_t page_bytes) {
    uint64_t unwritten = 0;
    if (ftruncate(store->fd, (off_t)(wanted * page_bytes)) != 0) {
        return false;
    }
    if (free_past(store->env, there, &unwritten) == 0 && unwritten == wanted - there) {
        return true;
    }
    (void)ftruncate(store->fd, (off_t)(there * page_bytes)); /* evidence stays as it was */
    return false;
}

int store_check_size(const struct store *store, bool compact, struct ledger_failure *failure) {
    MDB_envinfo info;
    MDB_stat shape;
    struct stat file;
    if (mdb_env_info(store->env, &info) != 0 || mdb_env_stat(store->env, &shape) != 0 ||
        fstat(store->fd, &file) != 0) {
        return failure_set(failure, LEDGER_ESTORE, "store: " STORE_FILE " cannot be looked at");
    }
    uint64_t wanted = info.me_last_pgno + 1, there = (uint64_t)file.st_size / shape.ms_psize;
    if (there >= wanted || (!compact && lacks_free_pages(store, there, wanted, shape.ms_psize))) {
        return 0;
    }
    return failure_set(failure, LEDGER_ECORRUPT,
                       "store: " STORE_FILE " was cut: it has %llu of %llu pages; restore it",
                       (unsigned long long)there, (unsigned long long)wanted);
}

/* Opens the file at `path` alone: nobody else has it open. */
static int open_alone(const char *path, unsigned flags, unsigned meta_flags, struct store *store,
                      MDB_txn **txn) {
    int rc = mdb_env_create(&store->env);
    if (rc == 0) {
        rc = mdb_env_set_maxdbs(store->env, 1);
    }
    if (rc == 0) {
        rc = mdb_env_open(store->env, path, flags | MDB_NOSUBDIR | MDB_NOLOCK, 0600);
    }
    if (rc == 0) {
        rc = mdb_txn_begin(store->env, NULL, flags, txn);
    }
    if (rc == 0) {
        rc = mdb_dbi_open(*txn, STORE_META, meta_flags, &store->meta);
    }
    return rc;
}

static int check_meta(const struct store *store, MDB_txn *txn, struct store_meta *meta,
                      struct ledger_failure *failure) {
    int rc = store_load_meta(store, txn, meta);
    return rc == 0 ? store_check_meta(meta, failure) : store_failed(failure, "reading it", rc);
}

/* The copy expects no journal: it stands for its own batch, and another begins after it. */
static int forget_journal(const char *path, struct ledger_failure *failure) {
    struct store copy = {0};
    struct store_meta meta;
    MDB_txn *txn = NULL;
    int rc = store_failed(failure, path, open_alone(path, 0, 0, &copy, &txn));
    rc = rc == 0 ? check_meta(&copy, txn, &meta, failure) : rc;
    if (rc == 0) {
        meta.journal_mark = 0;
        rc = store_failed(failure, path, store_save_meta(&copy, txn, &meta));
    }
    if (rc == 0) {
        rc = store_failed(failure, path, mdb_txn_commit(txn));
        txn = NULL;
    }
    if (txn != NULL) {
        mdb_txn_abort(txn);
    }
    if (copy.env != NULL) {
        mdb_env_close(copy.env);
    }
    return rc;
}

struct names {
    char temporary[PATH_BYTES], path[PATH_BYTES];
};

static void name(struct names *names, const char *folder) {
    (void)snprintf(names->temporary, PATH_BYTES, "%s/" TEMPORARY, folder);
    (void)snprintf(names->path, PATH_BYTES, "%s/" STORE_FILE, folder);
    (void)unlink(names->temporary); /* of one who was interrupted */
}

/* The file gets its name, unless rc tells that it was not written. */
static int finish(const struct names *names, int rc, struct ledger_failure *failure) {
    int fd = rc == 0 ? open(names->temporary, O_RDONLY | O_CLOEXEC) : -1;
    if (rc == 0 && (fd < 0 || fchmod(fd, 0600) != 0 || fsync(fd) != 0 ||
                    rename(names->temporary, names->path) != 0)) {
        rc = failure_set(failure, LEDGER_EFOLDER, "%s: %s", names->path, strerror(errno));
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    if (rc != 0) {
        (void)unlink(names->temporary);
    }
    return rc;
}

int store_make(const char *folder, uint64_t now_ns, struct ledger_failure *failure) {
    struct names names;
    struct store store = {0};
    MDB_txn *txn = NULL;
    const struct store_meta meta = {.magic = STORE_MAGIC,
                                    .version = STORE_VERSION,
                                    .epoch = 1,
                                    .payment_next = 1,
                                    .run_next = 1,
                                    .created_ns = now_ns};
    name(&names, folder);
    int rc = open_alone(names.temporary, 0, MDB_CREATE, &store, &txn);
    if (rc == 0) {
        rc = store_save_meta(&store, txn, &meta);
    }
    if (rc == 0) {
        rc = mdb_txn_commit(txn);
    } else if (txn != NULL) {
        mdb_txn_abort(txn);
    }
    if (store.env != NULL) {
        mdb_env_close(store.env);
    }
    return finish(&names, store_failed(failure, names.path, rc), failure);
}

static int copy_env(MDB_env *env, const char *folder, struct ledger_failure *failure) {
    struct names names;
    name(&names, folder);
    int rc =
        store_failed(failure, names.temporary, mdb_env_copy2(env, names.temporary, MDB_CP_COMPACT));
    return finish(&names, rc == 0 ? forget_journal(names.temporary, failure) : rc, failure);
}

int store_copy(struct store *store, const char *folder, struct ledger_failure *failure) {
    return copy_env(store->env, folder, failure);
}

int store_copy_folder(const char *from, const char *folder, struct ledger_failure *failure) {
    char path[PATH_BYTES];
    struct store source = {0};
    struct store_meta meta;
    MDB_txn *txn = NULL;
    (void)snprintf(path, sizeof path, "%s/" STORE_FILE, from);
    int rc = store_failed(failure, path, open_alone(path, MDB_RDONLY, 0, &source, &txn));
    if (rc == 0 && (rc = mdb_env_get_fd(source.env, &source.fd)) == 0) {
        rc = store_check_size(&source, true, failure);
    }
    rc = rc == 0 ? check_meta(&source, txn, &meta, failure) : rc;
    if (txn != NULL) {
        mdb_txn_abort(txn);
    }
    rc = rc == 0 ? copy_env(source.env, folder, failure) : rc;
    if (source.env != NULL) {
        mdb_env_close(source.env);
    }
    return rc;
}
