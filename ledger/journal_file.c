/* journal_file.c - the local journal: opening, appending, making room, letting go. */
#include "ledger/journal_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/assert.h"
#include "ledger/failure.h"
#include "ledger/sector.h"
#include "ledger/segment.h"

#define FOLDER_NAME "journal"

void journal_hash(const struct journal_batch *batch, uint8_t *hash) {
    struct record_header header = {
        .magic = RECORD_MAGIC,
        .version = RECORD_VERSION,
        .epoch = batch->epoch,
        .sequence = batch->sequence,
        .time_ns = batch->time_ns,
        .count = batch->count,
        .length = batch->length,
    };
    crypto_generichash_state state;
    memcpy(header.previous, batch->previous, JOURNAL_HASH);
    (void)crypto_generichash_init(&state, NULL, 0, JOURNAL_HASH);
    (void)crypto_generichash_update(&state, (const uint8_t *)&header, sizeof header);
    (void)crypto_generichash_update(&state, batch->commands, batch->length);
    (void)crypto_generichash_final(&state, hash, JOURNAL_HASH);
}

static int make_folder(struct journal_file *file, struct ledger_failure *failure);

static struct journal_file *file_of(struct journal *journal) {
    return (struct journal_file *)(void *)journal;
}

/* Makes segments until `ahead` stand behind the current one. */
static int make_ahead(struct journal_file *file, uint32_t ahead, struct ledger_failure *failure) {
    (void)pthread_mutex_lock(&file->making);
    int rc = file->folder_fd >= 0 ? 0 : make_folder(file, failure);
    while (rc == 0 && file->last - file->current < ahead) {
        if (file->last - file->first + 2 >= SEGMENTS_MAX) {
            rc = failure_set(failure, LEDGER_EJOURNAL,
                             "journal: %u segments wait for a checkpoint; see why the LMDB store "
                             "is not written",
                             SEGMENTS_MAX);
            break;
        }
        rc = segment_make(file->folder_fd, file->last + 1, file->segment_bytes, file->zeros,
                          failure);
        if (rc == 0) {
            file->last_sequence[(file->last + 1) % SEGMENTS_MAX] = 0;
            file->last++;
        }
    }
    (void)pthread_mutex_unlock(&file->making);
    return rc;
}

static int file_prepare(struct journal *journal, struct ledger_failure *failure) {
    struct journal_file *file = file_of(journal);
    /* Not before the replay has found the end; and a ledger that never took a batch (a backup that
     * is looked at) stays without a journal. */
    bool enough =
        !file->ready || file->current == 0 || file->last - file->current >= SEGMENTS_AHEAD;
    return enough ? 0 : make_ahead(file, SEGMENTS_AHEAD, failure);
}

/* Goes on in segment `number`, at offset. */
static int enter(struct journal_file *file, uint32_t number, uint64_t offset,
                 struct ledger_failure *failure) {
    struct stat stat;
    int fd = segment_open(file->folder_fd, number, &file->direct, failure);
    if (fd < 0) {
        return fd;
    }
    if (fstat(fd, &stat) != 0) {
        (void)close(fd);
        return failure_set(failure, LEDGER_EJOURNAL, "journal: segment: %s", strerror(errno));
    }
    if (file->fd >= 0) {
        (void)close(file->fd);
    }
    file->fd = fd;
    file->offset = offset;
    file->end = (uint64_t)stat.st_size;
    file->current = number;
    return 0;
}

static int next_segment(struct journal_file *file, struct ledger_failure *failure) {
    int rc = 0;
    if (file->last == file->current) { /* the checkpoint thread did not come to it */
        /* A new journal starts with two segments, so that one removed by hand leaves one that
         * tells. */
        rc = make_ahead(file, file->current == 0 ? 2 : 1, failure);
    }
    return rc == 0 ? enter(file, file->current + 1, BLOCK_BYTES, failure) : rc;
}

/* A durable write at the journal's end. */
static int write_durable(struct journal_file *file, const void *bytes, size_t size) {
    int rc = segment_write(file->fd, bytes, size, file->offset);
    if (rc == 0 && !file->direct && fdatasync(file->fd) != 0) {
        rc = -errno;
    }
    return rc;
}

static int file_append(struct journal *journal, struct journal_batch *batch,
                       struct ledger_failure *failure) {
    struct journal_file *file = file_of(journal);
    uint64_t size = record_bytes(batch->length);
    ASSERT(batch->length <= PAYLOAD_BYTES_MAX);
    ASSERT(size + BLOCK_BYTES <= file->segment_bytes);
    if (file->offset + size > file->end) {
        int rc = next_segment(file, failure);
        if (rc != 0) {
            return rc;
        }
        ASSERT(file->offset + size <= file->end); /* drop_ahead: it is of our size */
    }
    struct record_header header = {
        .magic = RECORD_MAGIC,
        .version = RECORD_VERSION,
        .epoch = batch->epoch,
        .sequence = batch->sequence,
        .time_ns = batch->time_ns,
        .count = batch->count,
        .length = batch->length,
    };
    journal_hash(batch, batch->hash);
    memcpy(header.previous, batch->previous, JOURNAL_HASH);
    memcpy(header.hash, batch->hash, JOURNAL_HASH);
    size_t packed = sector_bytes(sizeof header + batch->length);
    sector_pack(file->buffer, segment_place(file->current, file->offset) | SECTOR_FIRST, &header,
                sizeof header, batch->commands, batch->length);
    memset(file->buffer + packed, 0, size - packed);
    int rc = write_durable(file, file->buffer, size);
    if (rc != 0) {
        return failure_set(failure, LEDGER_EJOURNAL, "journal: batch %llu was not written: %s",
                           (unsigned long long)batch->sequence, strerror(-rc));
    }
    file->offset += size;
    file->appended += size;
    file->last_sequence[file->current % SEGMENTS_MAX] = batch->sequence;
    batch->mark = file->current;
    return 0;
}

static int file_truncate(struct journal *journal, uint64_t sequence,
                         struct ledger_failure *failure) {
    struct journal_file *file = file_of(journal);
    int rc = 0;
    (void)pthread_mutex_lock(&file->making);
    while (rc == 0 && file->ready && file->current - file->first > file->keep &&
           file->last_sequence[file->first % SEGMENTS_MAX] < sequence) {
        rc = segment_remove(file->folder_fd, file->first, failure);
        file->first += rc == 0 ? 1 : 0;
    }
    (void)pthread_mutex_unlock(&file->making);
    return rc;
}

/* Zeros what a torn record left, so that the next one is written over zeros. */
static int cut(struct journal_file *file, uint64_t bytes, struct ledger_failure *failure) {
    uint64_t begin = file->offset;
    int rc = 0;
    for (uint64_t done = 0; done < bytes && rc == 0; done += BLOCK_BYTES) {
        rc = write_durable(file, file->zeros, BLOCK_BYTES);
        file->offset += BLOCK_BYTES;
    }
    file->offset = begin;
    return rc == 0 ? 0
                   : failure_set(failure, LEDGER_EJOURNAL, "journal: cannot cut a torn record: %s",
                                 strerror(-rc));
}

/* The index of the last segment that begins at or before batch `sequence`, or 0. */
static int find_start(struct journal_file *file, const uint32_t *numbers, uint32_t count,
                      uint64_t sequence, uint32_t *start, struct ledger_failure *failure) {
    *start = 0;
    for (uint32_t i = count; i-- > 0;) {
        uint64_t first = 0;
        int rc = journal_first_sequence(file, numbers[i], &first, failure);
        if (rc != 0) {
            return rc;
        }
        if (first != 0 && first <= sequence) {
            *start = i;
            return 0;
        }
    }
    return 0;
}

/* What was found must go on from where the store stands. `oldest`: the first segment's number, 0:
 * there is none. Segments go one by one, and never the one with the last record; so a journal
 * without any record has not begun, and its first segment is number 1. */
static int check_range(const struct journal_scan *scan, const struct journal_batch *from,
                       uint32_t oldest, struct ledger_failure *failure) {
    uint64_t first = scan->next - scan->records, end = scan->next;
    bool holds = scan->records > 0 && first <= from->sequence && from->sequence < end;
    bool begins = scan->records > 0 ? first == from->sequence + 1 : oldest <= 1;
    if (holds || (from->mark == 0 && begins)) {
        return 0;
    }
    return failure_set(
        failure, LEDGER_ECORRUPT,
        "journal: the store stands at batch %llu, the journal has %llu batches up to "
        "%llu: segments are missing, or are of another ledger",
        (unsigned long long)from->sequence, (unsigned long long)scan->records,
        (unsigned long long)(scan->records > 0 ? end - 1 : 0));
}

/* Segments ahead may be of another size than is wanted now: they are made anew. */
static int drop_ahead(struct journal_file *file, uint32_t end, struct ledger_failure *failure) {
    int rc = 0;
    while (rc == 0 && file->last > end) {
        rc = segment_remove(file->folder_fd, file->last, failure);
        file->last -= rc == 0 ? 1 : 0;
    }
    return rc;
}

/* The last record was read, but it may not be on the disk: its writer may have been killed before
 * its sync, or told that the sync failed. It is written again, as it is, and so are the names. */
static int settle(struct journal_file *file, const struct journal_scan *scan,
                  struct ledger_failure *failure) {
    uint8_t *bytes = NULL;
    uint64_t size = 0;
    int rc = segment_read(file->folder_fd, scan->last_number, &bytes, &size, failure);
    rc = rc == 0 ? enter(file, scan->last_number, scan->last_offset, failure) : rc;
    if (rc == 0) {
        ASSERT(scan->last_offset + scan->last_bytes <= size);
        ASSERT(scan->last_bytes <= RECORD_BYTES_MAX);
        memcpy(file->buffer, bytes + scan->last_offset, scan->last_bytes);
        int error = write_durable(file, file->buffer, scan->last_bytes);
        if (error != 0 || fsync(file->folder_fd) != 0 || fsync(file->parent_fd) != 0) {
            rc = failure_set(failure, LEDGER_EJOURNAL, "journal: its end cannot be written: %s",
                             strerror(error != 0 ? -error : errno));
        }
    }
    free(bytes);
    return rc;
}

/* Goes on behind the last record. */
static int take_up(struct journal_file *file, const struct journal_scan *scan,
                   struct ledger_failure *failure) {
    int rc = scan->records > 0 ? settle(file, scan, failure) : 0;
    if (rc == 0 && scan->end_number != 0) { /* else the first append makes the first segment */
        rc = drop_ahead(file, scan->end_number, failure);
        rc = rc == 0 ? enter(file, scan->end_number, scan->end_offset, failure) : rc;
        rc = rc == 0 ? cut(file, scan->torn_bytes, failure) : rc;
    }
    file->ready = rc == 0;
    return rc;
}

static int file_replay(struct journal *journal, const struct journal_batch *from,
                       journal_visit visit, void *context, struct ledger_failure *failure) {
    struct journal_file *file = file_of(journal);
    struct journal_scan scan = {
        .journal = file,
        .after = from->sequence,
        .check_after = true,
        .visit = visit,
        .context = context,
        .failure = failure,
    };
    uint32_t *numbers = NULL, count = 0, start = 0, oldest = 0;
    memcpy(scan.after_hash, from->hash, JOURNAL_HASH);
    int rc = segment_list(file->folder_fd, &numbers, &count, failure);
    if (rc == 0 && count > 0) {
        rc = find_start(file, numbers, count, from->sequence, &start, failure);
    }
    if (rc == 0 && count > 0) {
        oldest = numbers[0];
        file->first = oldest;
        file->last = numbers[count - 1];
        rc = journal_scan(&scan, numbers + start, count - start);
    }
    free(numbers);
    rc = rc == 0 ? check_range(&scan, from, oldest, failure) : rc;
    return rc == 0 ? take_up(file, &scan, failure) : rc;
}

static int file_verify(struct journal *journal, uint64_t *records, uint64_t *bytes,
                       struct ledger_failure *failure) {
    struct journal_scan scan = {.journal = file_of(journal), .failure = failure};
    uint32_t *numbers = NULL, count = 0;
    int rc = segment_list(scan.journal->folder_fd, &numbers, &count, failure);
    rc = rc == 0 ? journal_scan(&scan, numbers, count) : rc;
    free(numbers);
    *records = scan.records;
    *bytes = scan.bytes;
    return rc;
}

static void file_stats(struct journal *journal, uint64_t *bytes, uint64_t *segments) {
    struct journal_file *file = file_of(journal);
    *bytes = file->appended;
    *segments = file->last + 1 - file->first;
}

static void file_close(struct journal *journal) {
    struct journal_file *file = file_of(journal);
    if (file->fd >= 0) {
        (void)close(file->fd);
    }
    if (file->folder_fd >= 0) {
        (void)close(file->folder_fd);
    }
    if (file->parent_fd >= 0) {
        (void)close(file->parent_fd);
    }
    (void)pthread_mutex_destroy(&file->making);
    free(file->buffer);
    free(file->zeros);
    free(file->last_sequence);
    free(file);
}

/* Makes the journal's folder, durably, and opens it. */
static int make_folder(struct journal_file *file, struct ledger_failure *failure) {
    int parent = file->parent_fd;
    if ((mkdirat(parent, FOLDER_NAME, 0700) == 0 || errno == EEXIST) && fsync(parent) == 0) {
        file->folder_fd = openat(parent, FOLDER_NAME, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    return file->folder_fd >= 0
               ? 0
               : failure_set(failure, LEDGER_EJOURNAL, "journal: cannot make its folder: %s",
                             strerror(errno));
}

/* Opens the ledger's folder, and the journal's when it is there. */
static int open_folders(struct journal_file *file, const char *folder,
                        struct ledger_failure *failure) {
    file->parent_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file->parent_fd >= 0) {
        file->folder_fd = openat(file->parent_fd, FOLDER_NAME, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    bool ok = file->parent_fd >= 0 && (file->folder_fd >= 0 || errno == ENOENT);
    return ok ? 0
              : failure_set(failure, LEDGER_EFOLDER, "%s/" FOLDER_NAME ": %s", folder,
                            strerror(errno));
}

int journal_file_open(struct journal **journal, const struct journal_file_options *options,
                      struct ledger_failure *failure) {
    struct journal_file *file = calloc(1, sizeof *file);
    if (file == NULL) {
        return failure_set(failure, LEDGER_EMEMORY, "out of memory");
    }
    file->base = (struct journal){file_append,   file_replay, file_verify, file_prepare,
                                  file_truncate, file_stats,  file_close};
    file->segment_bytes = options->segment_bytes;
    file->keep = options->keep;
    file->progress = options->progress;
    file->progress_context = options->progress_context;
    file->fd = file->folder_fd = file->parent_fd = -1;
    file->first = 1;
    (void)pthread_mutex_init(&file->making, NULL);
    file->last_sequence = calloc(SEGMENTS_MAX, sizeof *file->last_sequence);
    int rc = open_folders(file, options->folder, failure);
    if (rc != 0) {
        file_close(&file->base);
        return rc;
    }
    if (file->last_sequence == NULL ||
        posix_memalign((void **)&file->zeros, BLOCK_BYTES, SEGMENT_ZEROS) != 0 ||
        posix_memalign((void **)&file->buffer, BLOCK_BYTES, RECORD_BYTES_MAX) != 0) {
        file_close(&file->base);
        return failure_set(failure, LEDGER_EMEMORY, "out of memory");
    }
    memset(file->zeros, 0, SEGMENT_ZEROS);
    memset(file->buffer, 0, RECORD_BYTES_MAX);
    *journal = &file->base;
    return 0;
}
