/* store_runs.c - references as sorted runs.
 *
 * Random references in one B-tree make every checkpoint rewrite most of its leaves (3.8 KB a
 * payment at 20 M). So each checkpoint appends its references, sorted, as a run of their own; eight
 * runs of a level are merged into one of the next, a bounded step at a time; a filter in memory
 * keeps look-ups of new references away from the runs. The merge's target is invisible to look-ups
 * until its sources go, in the transaction that ends it, so a crash between steps costs nothing:
 * the next step goes on behind the last key of the target. */
#include <string.h>

#include "ledger/assert.h"
#include "ledger/failure.h"
#include "ledger/store_lmdb.h"

size_t store_reference_key(uint8_t *out, uint64_t requester, const void *reference, size_t size) {
    ASSERT(size <= LEDGER_REFERENCE_MAX);
    uint64_t big_endian = __builtin_bswap64(requester);
    memcpy(out, &big_endian, 8);
    memcpy(out + 8, reference, size);
    return 8 + size;
}

uint64_t store_reference(struct store_reader *reader, const void *key, size_t key_size) {
    for (uint32_t i = reader->meta.run_count; i-- > 0;) { /* newest first */
        const struct store_run *run = &reader->meta.runs[i];
        if (run->merging == 1) {
            continue;
        }
        MDB_val wanted = {key_size, (void *)(uintptr_t)key}, found;
        int rc = mdb_get(reader->txn, reader->store->runs[run->slot], &wanted, &found);
        if (rc == 0) {
            uint64_t payment;
            memcpy(&payment, found.mv_data, sizeof payment);
            return payment;
        }
        if (rc != MDB_NOTFOUND) {
            store_broken("the references", rc);
        }
    }
    return 0;
}

void store_each_reference(struct store_reader *reader,
                          bool (*visit)(void *context, const uint8_t *key, size_t key_size,
                                        uint64_t payment),
                          void *context) {
    for (uint32_t i = 0; i < reader->meta.run_count; i++) {
        const struct store_run *run = &reader->meta.runs[i];
        MDB_cursor *cursor;
        if (run->merging == 1) {
            continue;
        }
        int rc = mdb_cursor_open(reader->txn, reader->store->runs[run->slot], &cursor);
        if (rc != 0) {
            store_broken("the references", rc);
        }
        MDB_val key, value;
        while ((rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
            uint64_t payment;
            memcpy(&payment, value.mv_data, sizeof payment);
            if (!visit(context, key.mv_data, key.mv_size, payment)) {
                break;
            }
        }
        mdb_cursor_close(cursor);
        if (rc != 0 && rc != MDB_NOTFOUND) {
            store_broken("the references", rc);
        }
    }
}

/* ---- Writing runs ------------------------------------------------------------------------- */

/* Adds a run to the list, in a slot that is free. NULL: none is. */
static struct store_run *add_run(struct store_meta *meta, uint8_t level, uint8_t merging) {
    uint64_t taken = 0;
    if (meta->run_count == RUNS_MAX) {
        return NULL;
    }
    for (uint32_t i = 0; i < meta->run_count; i++) {
        taken |= (uint64_t)1 << meta->runs[i].slot;
    }
    struct store_run *run = &meta->runs[meta->run_count++];
    *run = (struct store_run){.slot = (uint8_t)__builtin_ctzll(~taken),
                              .level = level,
                              .merging = merging,
                              .number = meta->run_next++};
    return run;
}

int store_run_begin(struct store_writer *writer) {
    if (writer->meta.run_count < RUNS_MAX - 1) { /* one is left for a merge to begin */
        writer->run_entry = add_run(&writer->meta, 0, 0);
    }
    if (writer->run_entry == NULL) {
        return failure_set(writer->failure, LEDGER_ESTORE, "store: too many runs of references");
    }
    MDB_dbi dbi = writer->store->runs[writer->run_entry->slot];
    return store_failed(writer->failure, "beginning a run",
                        mdb_cursor_open(writer->txn, dbi, &writer->run));
}

int store_run_append(struct store_writer *writer, const void *key, size_t key_size,
                     uint64_t payment) {
    MDB_val at = {key_size, (void *)(uintptr_t)key}, value = {sizeof payment, &payment};
    writer->run_entry->count++;
    return store_failed(writer->failure, "writing a reference",
                        mdb_cursor_put(writer->run, &at, &value, MDB_APPEND));
}

/* ---- Merging ------------------------------------------------------------------------------ */

/* A merge in the middle of a step. */
struct merge {
    struct store_writer *writer;
    struct store_run *target;
    MDB_cursor *out;
    MDB_cursor *in[RUN_FANIN];
    MDB_val keys[RUN_FANIN], values[RUN_FANIN];
    uint32_t sources; /* those that still have references are in[0..sources) */
};

/* Begins a merge at the lowest level that has enough whole runs. False: none has. */
static bool choose(struct store_meta *meta) {
    for (uint8_t level = 0; level < RUNS_MAX; level++) {
        uint32_t whole = 0;
        for (uint32_t i = 0; i < meta->run_count; i++) {
            whole += meta->runs[i].level == level;
        }
        if (whole < RUN_FANIN) {
            continue;
        }
        uint32_t marked = 0;
        for (uint32_t i = 0; i < meta->run_count && marked < RUN_FANIN; i++) {
            if (meta->runs[i].level == level) {
                meta->runs[i].merging = 2;
                marked++;
            }
        }
        return add_run(meta, (uint8_t)(level + 1), 1) != NULL;
    }
    return false;
}

static struct store_run *find_target(struct store_meta *meta) {
    for (uint32_t i = 0; i < meta->run_count; i++) {
        if (meta->runs[i].merging == 1) {
            return &meta->runs[i];
        }
    }
    return NULL;
}

/* Puts source `index`'s next reference into keys and values, or closes the source at its end. */
static int advance(struct merge *merge, uint32_t index, MDB_cursor_op op) {
    int rc = mdb_cursor_get(merge->in[index], &merge->keys[index], &merge->values[index], op);
    if (rc != MDB_NOTFOUND) {
        return rc;
    }
    mdb_cursor_close(merge->in[index]);
    merge->sources--;
    merge->in[index] = merge->in[merge->sources];
    merge->keys[index] = merge->keys[merge->sources];
    merge->values[index] = merge->values[merge->sources];
    return 0;
}

/* Opens the sources behind the last reference that the target has. */
static int open_merge(struct merge *merge) {
    struct store_writer *writer = merge->writer;
    const struct store_meta *meta = &writer->meta;
    uint8_t last[STORE_REFERENCE_MAX];
    MDB_val last_key = {0, last}, key, value;
    int rc = mdb_cursor_open(writer->txn, writer->store->runs[merge->target->slot], &merge->out);
    if (rc == 0 && mdb_cursor_get(merge->out, &key, &value, MDB_LAST) == 0) {
        ASSERT(key.mv_size <= sizeof last);
        memcpy(last, key.mv_data, key.mv_size);
        last_key.mv_size = key.mv_size;
    }
    for (uint32_t i = 0; i < meta->run_count && rc == 0; i++) {
        if (meta->runs[i].merging != 2) {
            continue;
        }
        uint32_t index = merge->sources;
        MDB_dbi dbi = writer->store->runs[meta->runs[i].slot];
        rc = mdb_cursor_open(writer->txn, dbi, &merge->in[index]);
        if (rc != 0) {
            break;
        }
        merge->sources++;
        merge->keys[index] = last_key;
        rc = advance(merge, index, last_key.mv_size > 0 ? MDB_SET_RANGE : MDB_FIRST);
        bool there = rc == 0 && index < merge->sources && last_key.mv_size > 0;
        if (there && mdb_cmp(writer->txn, dbi, &merge->keys[index], &last_key) == 0) {
            rc = advance(merge, index, MDB_NEXT);
        }
    }
    return rc;
}

static int move(struct merge *merge, uint64_t *moved) {
    MDB_txn *txn = merge->writer->txn;
    MDB_dbi dbi = merge->writer->store->runs[merge->target->slot];
    int rc = 0;
    while (rc == 0 && merge->sources > 0 && *moved < RUN_STEP_KEYS) {
        uint32_t least = 0;
        for (uint32_t i = 1; i < merge->sources; i++) {
            least = mdb_cmp(txn, dbi, &merge->keys[i], &merge->keys[least]) < 0 ? i : least;
        }
        rc = mdb_cursor_put(merge->out, &merge->keys[least], &merge->values[least], MDB_APPEND);
        rc = rc == 0 ? advance(merge, least, MDB_NEXT) : rc;
        merge->target->count++;
        (*moved)++;
    }
    return rc;
}

/* All is moved: the target takes its sources' place, in this same transaction. */
static int finish(struct merge *merge) {
    struct store_writer *writer = merge->writer;
    struct store_meta *meta = &writer->meta;
    uint64_t expected = 0, have = merge->target->count;
    uint32_t kept = 0;
    int rc = 0;
    merge->target->merging = 0;
    for (uint32_t i = 0; i < meta->run_count && rc == 0; i++) {
        if (meta->runs[i].merging == 2) {
            expected += meta->runs[i].count;
            rc = mdb_drop(writer->txn, writer->store->runs[meta->runs[i].slot], 0);
        } else {
            meta->runs[kept++] = meta->runs[i];
        }
    }
    ASSERT(rc != 0 || expected == have); /* references are unique: none may be lost or doubled */
    meta->run_count = kept;
    memset(&meta->runs[kept], 0, (RUNS_MAX - kept) * sizeof meta->runs[0]);
    return rc;
}

int store_merge_step(struct store *store, uint64_t *moved, struct ledger_failure *failure) {
    struct merge merge = {0};
    *moved = 0;
    int rc = store_write_begin(store, &merge.writer, failure);
    if (rc != 0) {
        return rc;
    }
    struct store_meta *meta = &merge.writer->meta;
    merge.target = find_target(meta);
    if (merge.target == NULL && !choose(meta)) {
        store_write_abort(merge.writer);
        return 0;
    }
    merge.target = find_target(meta);
    int error = open_merge(&merge);
    error = error == 0 ? move(&merge, moved) : error;
    bool done = error == 0 && merge.sources == 0;
    for (uint32_t i = 0; i < merge.sources; i++) {
        mdb_cursor_close(merge.in[i]);
    }
    if (merge.out != NULL) {
        mdb_cursor_close(merge.out);
    }
    error = done ? finish(&merge) : error;
    if (error != 0) {
        store_write_abort(merge.writer);
        return store_failed(failure, "merging references", error);
    }
    *moved += *moved == 0; /* the last step may move none: there is more to look at all the same */
    return store_write_commit(merge.writer);
}
