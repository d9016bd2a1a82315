/* journal_file.h - what the two halves of the local journal share: journal_file.c writes,
 * journal_scan.c reads. Nobody else includes it. */
#ifndef LEDGER_JOURNAL_FILE_H
#define LEDGER_JOURNAL_FILE_H

#include <pthread.h>
#include <stdatomic.h>

#include "ledger/journal.h"
#include "ledger/limits.h"

#define RECORD_MAGIC 0x59495431u /* "1TIY" */
#define RECORD_VERSION 1u

/* A record: this header, then the commands; as sectors, from the start of a block. */
struct record_header {
    uint32_t magic;
    uint16_t version, reserved;
    uint64_t epoch, sequence, time_ns;
    uint32_t count, length;
    uint8_t previous[JOURNAL_HASH], hash[JOURNAL_HASH];
};
_Static_assert(sizeof(struct record_header) == 104, "stored as is");

struct journal_file {
    struct journal base;
    int parent_fd, folder_fd; /* the ledger's folder; the journal's in it, -1: not made yet */
    uint64_t segment_bytes;
    uint32_t keep;
    void (*progress)(void *context, uint64_t done, uint64_t total);
    void *progress_context;

    /* The segment being written: the appending thread's. */
    int fd;
    bool direct;
    uint64_t offset, end; /* where the next record goes; the segment's size */
    uint8_t *buffer;      /* a record as sectors, block-aligned */

    pthread_mutex_t making; /* held while a segment is made or removed; guards what follows */
    uint8_t *zeros;
    _Atomic uint32_t first, current, last; /* numbers there: oldest, being written, newest */
    _Atomic uint64_t *last_sequence;       /* of the records in segment n, at n % SEGMENTS_MAX */
    _Atomic uint64_t appended;
    _Atomic bool ready; /* replayed: the other thread may make and remove segments */
};

/* Bytes that a record with `length` bytes of commands takes in a segment. */
uint64_t record_bytes(uint32_t length);
#define RECORD_BYTES_MAX                                                                           \
    (((uint64_t)PAYLOAD_BYTES_MAX / SECTOR_DATA + 2) * SECTOR_BYTES + BLOCK_BYTES)

/* One pass over the segments. */
struct journal_scan {
    struct journal_file *journal;
    uint64_t next;                  /* the sequence that must come; 0: any, the first tells */
    uint8_t previous[JOURNAL_HASH]; /* the hash it must name; unless `chained` is false */
    bool chained;
    uint64_t after;                   /* visit what is after this sequence ... */
    uint8_t after_hash[JOURNAL_HASH]; /* ... and check that the one with it has this hash */
    bool check_after;
    journal_visit visit; /* may be NULL */
    void *context;
    uint64_t records, bytes; /* found */
    uint32_t last_number;    /* where the last record is */
    uint64_t last_offset, last_bytes;
    /* Where the log ends. */
    uint32_t end_number;
    uint64_t end_offset;
    uint64_t torn_bytes; /* of a torn record there, 0: none */
    struct ledger_failure *failure;
};

/* Reads segments numbers[0..count) in order. */
int journal_scan(struct journal_scan *scan, const uint32_t *numbers, uint32_t count);

/* The sequence of the first record of a segment; 0: none whole. */
int journal_first_sequence(struct journal_file *journal, uint32_t number, uint64_t *sequence,
                           struct ledger_failure *failure);

#endif
