/* checkpoint.c - the checkpoint thread and how the ledger thread talks to it. */
#include "ledger/checkpoint.h"

#include <time.h>

#include "ledger/assert.h"
#include "ledger/failure.h"
#include "ledger/memory.h"

#define RETRY_NS                                                                                   \
    200000000 /* between attempts at a store that fails: a full disk may be emptied                \
               */
#define MERGE_SHARE                                                                                \
    4u /* references merged for each one written, so that runs stay few:                           \
          a reference is moved once a level, and has four levels at 10 M */

/* Waits on wake, for RETRY_NS at most. Under lock. */
static void wait_a_while(struct checkpoint *checkpoint) {
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += RETRY_NS;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    (void)pthread_cond_timedwait(&checkpoint->wake, &checkpoint->lock, &until);
}

static void note_failure(struct checkpoint *checkpoint, const struct ledger_failure *failure) {
    checkpoint->failure = *failure;
    checkpoint->failures++;
    (void)pthread_cond_broadcast(&checkpoint->changed);
}

/* Writes the sealed table. Under lock at entry and exit. */
static void write_sealed(struct checkpoint *checkpoint, uint64_t *merge_due) {
    struct table *table = checkpoint->table;
    struct ledger_failure failure = {0};
    (void)pthread_mutex_unlock(&checkpoint->lock);
    int rc = checkpoint_write(checkpoint, table, &failure);
    if (rc == 0) {
        checkpoint->generation++;
        checkpoint->sequence = table->sequence;
        checkpoint->written++;
        *merge_due += table->payment_count * MERGE_SHARE;
        /* Segments that stay behind are tried again with the next checkpoint. */
        (void)checkpoint->journal->truncate(checkpoint->journal, table->sequence, NULL);
    }
    (void)pthread_mutex_lock(&checkpoint->lock);
    if (rc == 0) {
        checkpoint->permille = 1000;
        checkpoint->state = SPARE_WRITTEN;
        (void)pthread_cond_broadcast(&checkpoint->changed);
        return;
    }
    note_failure(checkpoint, &failure);
    checkpoint->dead = rc == LEDGER_ESTOPPED;
    if (!checkpoint->stop) {
        wait_a_while(checkpoint);
    }
}

static void empty_dropped(struct checkpoint *checkpoint) {
    struct table *table = checkpoint->table;
    (void)pthread_mutex_unlock(&checkpoint->lock);
    table_clear(table);
    (void)pthread_mutex_lock(&checkpoint->lock);
    checkpoint->state = SPARE_FREE;
    (void)pthread_cond_broadcast(&checkpoint->changed);
}

/* One step of merging; false: there is nothing to merge, or it cannot be done now. */
static bool merge(struct checkpoint *checkpoint, uint64_t *merge_due) {
    struct ledger_failure failure = {0};
    uint64_t moved = 0;
    (void)pthread_mutex_unlock(&checkpoint->lock);
    int rc = store_merge_step(checkpoint->store, &moved, &failure);
    if (rc == 0 && moved > 0) {
        checkpoint->generation++;
    }
    (void)pthread_mutex_lock(&checkpoint->lock);
    if (rc != 0) {
        note_failure(checkpoint, &failure);
    }
    *merge_due = rc == 0 && *merge_due > moved ? *merge_due - moved : 0;
    return rc == 0 && moved > 0;
}

static void *run(void *context) {
    struct checkpoint *checkpoint = context;
    uint64_t merge_due = 0; /* references to merge before the next table */
    bool merging = true;    /* there may be something to merge */
    (void)pthread_mutex_lock(&checkpoint->lock);
    while (!checkpoint->stop) {
        if (checkpoint->nudged) {
            checkpoint->nudged = false;
            (void)pthread_mutex_unlock(&checkpoint->lock);
            (void)checkpoint->journal->prepare(checkpoint->journal, NULL);
            (void)pthread_mutex_lock(&checkpoint->lock);
        } else if (checkpoint->state == SPARE_DROPPED) {
            empty_dropped(checkpoint);
        } else if (checkpoint->state == SPARE_SEALED && (merge_due == 0 || !merging)) {
            write_sealed(checkpoint, &merge_due);
            merging = true;
        } else if (merging) {
            merging = merge(checkpoint, &merge_due);
        } else {
            (void)pthread_cond_wait(&checkpoint->wake, &checkpoint->lock);
        }
    }
    (void)pthread_mutex_unlock(&checkpoint->lock);
    return NULL;
}

int checkpoint_start(struct checkpoint *checkpoint, uint64_t sort_max,
                     struct ledger_failure *failure) {
    pthread_condattr_t attributes;
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&checkpoint->lock, NULL);
    (void)pthread_cond_init(&checkpoint->wake, &attributes);
    (void)pthread_cond_init(&checkpoint->changed, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    checkpoint->state = SPARE_FREE;
    checkpoint->permille = 1000;
    checkpoint->sort_max = sort_max;
    checkpoint->sort = memory_take(sort_max * sizeof checkpoint->sort[0]);
    if (checkpoint->sort == NULL) {
        return failure_set(failure, LEDGER_EMEMORY, "out of memory");
    }
    if (pthread_create(&checkpoint->thread, NULL, run, checkpoint) != 0) {
        return failure_set(failure, LEDGER_EMEMORY, "cannot start the checkpoint thread");
    }
    checkpoint->running = true;
    return 0;
}

void checkpoint_stop(struct checkpoint *checkpoint) {
    if (checkpoint->running) {
        (void)pthread_mutex_lock(&checkpoint->lock);
        checkpoint->stop = true;
        (void)pthread_cond_signal(&checkpoint->wake);
        (void)pthread_mutex_unlock(&checkpoint->lock);
        (void)pthread_join(checkpoint->thread, NULL);
        checkpoint->running = false;
        (void)pthread_cond_destroy(&checkpoint->wake);
        (void)pthread_cond_destroy(&checkpoint->changed);
        (void)pthread_mutex_destroy(&checkpoint->lock);
    }
    memory_give(checkpoint->sort, checkpoint->sort_max * sizeof checkpoint->sort[0]);
    checkpoint->sort = NULL;
}

enum spare_state checkpoint_state(struct checkpoint *checkpoint) {
    (void)pthread_mutex_lock(&checkpoint->lock);
    enum spare_state state = checkpoint->state;
    (void)pthread_mutex_unlock(&checkpoint->lock);
    return state;
}

static void move_on(struct checkpoint *checkpoint, enum spare_state from, enum spare_state to,
                    struct table *table) {
    (void)pthread_mutex_lock(&checkpoint->lock);
    ASSERT(checkpoint->state == from);
    checkpoint->state = to;
    checkpoint->table = table;
    if (to == SPARE_SEALED) {
        checkpoint->permille = 0;
    }
    (void)pthread_cond_signal(&checkpoint->wake);
    (void)pthread_mutex_unlock(&checkpoint->lock);
}

void checkpoint_submit(struct checkpoint *checkpoint, struct table *table) {
    move_on(checkpoint, SPARE_FREE, SPARE_SEALED, table);
}

void checkpoint_drop(struct checkpoint *checkpoint) {
    move_on(checkpoint, SPARE_WRITTEN, SPARE_DROPPED, checkpoint->table);
}

bool checkpoint_wait(struct checkpoint *checkpoint, enum spare_state state,
                     struct ledger_failure *failure) {
    uint64_t failures = checkpoint->failures;
    (void)pthread_mutex_lock(&checkpoint->lock);
    while (checkpoint->state == state && checkpoint->failures == failures) {
        (void)pthread_cond_wait(&checkpoint->changed, &checkpoint->lock);
    }
    bool moved = checkpoint->state != state;
    if (!moved) {
        *failure = checkpoint->failure;
    }
    (void)pthread_mutex_unlock(&checkpoint->lock);
    return moved;
}

void checkpoint_nudge(struct checkpoint *checkpoint) {
    (void)pthread_mutex_lock(&checkpoint->lock);
    checkpoint->nudged = true;
    (void)pthread_cond_signal(&checkpoint->wake);
    (void)pthread_mutex_unlock(&checkpoint->lock);
}
