/* journal.h - the journal's files from outside: which sectors a batch wrote, and changing them. */
#ifndef TESTS_FAULT_JOURNAL_H
#define TESTS_FAULT_JOURNAL_H

#include "tests/lib/rig.h"

enum { SECTOR = 512, SEGMENTS_MAX = 8, SECTORS_MAX = 4096 };
enum { JOURNAL_HEAD = 4096 }; /* bytes at the start of a segment; the rest is records */

struct sector {
    unsigned segment; /* index into files */
    uint64_t offset;
};

struct journal {
    unsigned file_count;
    char files[SEGMENTS_MAX][FOLDER_PATH_MAX]; /* in order */
    uint64_t sizes[SEGMENTS_MAX];
    unsigned last_count; /* sectors of the last batch, in order */
    struct sector last[SECTORS_MAX];
};

/* Makes a ledger in rig->data with the first `batches` of the workload in its journal and the first
 * `flushed` of them in LMDB; its process died. filler: as in struct work. */
void journal_make(struct rig *rig, unsigned batches, unsigned flushed, unsigned filler);
/* Looks at the journal below `data`. */
void journal_look(struct journal *journal, const char *data);
/* Fills journal->last: sectors which `after` (looked at) has, and `before`, a data folder, not. */
void journal_compare(struct journal *after, const char *before);

uint8_t journal_flip(const struct journal *journal, struct sector sector, unsigned byte,
                     uint8_t mask);
bool journal_empty(const struct journal *journal, struct sector sector);
void journal_zero(const struct journal *journal, struct sector sector);

#endif
