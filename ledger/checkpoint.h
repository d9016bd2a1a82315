/* checkpoint.h - the second thread of a ledger: it writes a sealed table into LMDB in one synced
 * transaction, merges runs of references, makes journal segments ahead of need and lets old ones
 * go. Functions are the ledger thread's. */
#ifndef LEDGER_CHECKPOINT_H
#define LEDGER_CHECKPOINT_H

#include <pthread.h>
#include <stdatomic.h>

#include "ledger/accounts.h"
#include "ledger/filter.h"
#include "ledger/journal.h"
#include "ledger/store.h"
#include "ledger/table.h"

/* The life of the table that is not active. */
enum spare_state {
    SPARE_FREE,    /* empty: may become the active one                */
    SPARE_SEALED,  /* being written, or waiting to be                 */
    SPARE_WRITTEN, /* in LMDB: the ledger thread may stop looking there */
    SPARE_DROPPED, /* to be emptied                                   */
};

struct sort_entry {
    uint64_t major, minor;
    uint64_t index;
};

struct checkpoint {
    /* Set before start, and left alone. */
    struct store *store;
    struct journal *journal;
    struct filter *filter;
    const struct accounts *accounts;

    struct sort_entry *sort; /* memory to sort a table's records in */
    uint64_t sort_max;
    pthread_t thread;
    bool running;
    pthread_mutex_t lock; /* guards the next four */
    pthread_cond_t wake, changed;
    enum spare_state state;
    struct table *table; /* the spare */
    bool stop, nudged;
    struct ledger_failure failure; /* of the last attempt, under lock */

    _Atomic bool dead;           /* the store takes nothing any more, until it is opened anew */
    _Atomic uint64_t generation; /* LMDB commits */
    _Atomic uint64_t sequence;   /* last batch in LMDB */
    _Atomic uint64_t permille;   /* of the table under way; 1000: none */
    _Atomic uint64_t written, failures, runs;
};

/* Takes the memory and starts the thread. */
int checkpoint_start(struct checkpoint *checkpoint, uint64_t sort_max,
                     struct ledger_failure *failure);
/* Ends the thread after what it is doing. */
void checkpoint_stop(struct checkpoint *checkpoint);

enum spare_state checkpoint_state(struct checkpoint *checkpoint);
/* FREE -> SEALED: write this table. */
void checkpoint_submit(struct checkpoint *checkpoint, struct table *table);
/* WRITTEN -> DROPPED: nobody looks there any more. */
void checkpoint_drop(struct checkpoint *checkpoint);
/* Waits until the state is not `state`, or an attempt failed: then false, and *failure says why. */
bool checkpoint_wait(struct checkpoint *checkpoint, enum spare_state state,
                     struct ledger_failure *failure);
/* Something may need doing: segments. */
void checkpoint_nudge(struct checkpoint *checkpoint);

/* checkpoint_write.c: writes the table as one transaction. 0 or an error. Checkpoint thread. */
int checkpoint_write(struct checkpoint *checkpoint, struct table *table,
                     struct ledger_failure *failure);

#endif
