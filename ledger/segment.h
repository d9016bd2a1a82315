/* segment.h - the journal's files: `journal/0000000001.seg` and so on, numbered without a gap.
 * A segment is zero-filled when it is made; its first block tells format, number and size; records
 * follow from the second block on, each at the start of a block. See README.md, on-disk formats. */
#ifndef LEDGER_SEGMENT_H
#define LEDGER_SEGMENT_H

#include "ledger/ledger.h"

#define SEGMENT_VERSION 1u

struct segment_header {
    uint64_t magic;
    uint32_t version, number;
    uint64_t bytes; /* of the file */
};
_Static_assert(sizeof(struct segment_header) == 24, "stored as is");

/* The place of a sector, which seeds its check. */
uint64_t segment_place(uint32_t number, uint64_t offset);

/* Makes segment `number`, zero-filled and durable, under its final name. zeros: 1 MiB of zeros,
 * block-aligned. */
int segment_make(int folder_fd, uint32_t number, uint64_t bytes, const void *zeros,
                 struct ledger_failure *failure);
#define SEGMENT_ZEROS ((size_t)1 << 20)

/* Opens it for durable writes: *direct tells whether each write is durable by itself, or needs an
 * fdatasync. The descriptor, or a negative error. */
int segment_open(int folder_fd, uint32_t number, bool *direct, struct ledger_failure *failure);

/* Reads the whole segment: *bytes is malloced, the caller's, of *size bytes; its header is
 * checked. 0 or a negative error. */
int segment_read(int folder_fd, uint32_t number, uint8_t **bytes, uint64_t *size,
                 struct ledger_failure *failure);

/* The numbers of the segments there (folder_fd -1: none), rising: *numbers is malloced, the
 * caller's. */
int segment_list(int folder_fd, uint32_t **numbers, uint32_t *count,
                 struct ledger_failure *failure);

int segment_remove(int folder_fd, uint32_t number, struct ledger_failure *failure);

/* Writes all of it at offset; 0 or -errno. */
int segment_write(int fd, const void *bytes, size_t size, uint64_t offset);

#endif
