/* journal.h - the log of batches: what makes a payment durable. An interface: the local files of
 * journal_file.c are the default; a replicated log is a second implementation of the same calls.
 * append, replay, verify: ledger thread. prepare, truncate: checkpoint thread, at any time; they do
 * nothing before the replay. */
#ifndef LEDGER_JOURNAL_H
#define LEDGER_JOURNAL_H

#include "ledger/ledger.h"

#define JOURNAL_HASH 32

/* A batch as it is journalled. Apply is a pure function of the state and of this. */
struct journal_batch {
    uint64_t epoch;    /* of the leader that made it; a single node stays at 1 */
    uint64_t sequence; /* rises by one */
    uint64_t time_ns;  /* rises */
    uint32_t count;    /* commands */
    uint32_t length;   /* bytes of them */
    const void *commands;
    uint64_t mark; /* where the journal keeps it, not 0; the journal's own, not hashed */
    uint8_t previous[JOURNAL_HASH]; /* the hash of the batch before */
    uint8_t hash[JOURNAL_HASH];     /* BLAKE2b over all of the above */
};

/* Takes one replayed batch; 0 or an error, which ends the replay. */
typedef int (*journal_visit)(void *context, const struct journal_batch *batch);

struct journal {
    /* Durable when it returns 0. Fills batch->hash and batch->mark. */
    int (*append)(struct journal *journal, struct journal_batch *batch,
                  struct ledger_failure *failure);
    /* Visits the batches after the one that `from` tells (its sequence, hash and mark), in order;
     * checks every byte from there on; cuts a torn last record off, and makes durable what was
     * visited. from->mark 0: the journal may begin with the batch after it, or be empty; else it
     * must hold that very batch. After it, append goes on. */
    int (*replay)(struct journal *journal, const struct journal_batch *from, journal_visit visit,
                  void *context, struct ledger_failure *failure);
    /* Checks the chain of all that is there; counts records and bytes. */
    int (*verify)(struct journal *journal, uint64_t *records, uint64_t *bytes,
                  struct ledger_failure *failure);
    /* Room ahead of need. Cheap when there is enough. */
    int (*prepare)(struct journal *journal, struct ledger_failure *failure);
    /* Batches before `sequence` are not needed any more; that one is, as the beginning. */
    int (*truncate)(struct journal *journal, uint64_t sequence, struct ledger_failure *failure);
    /* Bytes appended since start, segments there now. Any thread. */
    void (*stats)(struct journal *journal, uint64_t *bytes, uint64_t *segments);
    void (*close)(struct journal *journal);
};

struct journal_file_options {
    const char *folder; /* the ledger's; the journal is its sub-folder `journal` */
    uint64_t segment_bytes;
    uint32_t keep; /* segments kept though not needed */
    void (*progress)(void *context, uint64_t done, uint64_t total);
    void *progress_context;
};

/* Opens the local journal, without reading it. Call replay before anything else. */
int journal_file_open(struct journal **journal, const struct journal_file_options *options,
                      struct ledger_failure *failure);

/* The hash of a batch, from all its other fields. */
void journal_hash(const struct journal_batch *batch, uint8_t *hash);

#endif
