/* journal_scan.c - reading the local journal: every byte of every segment is checked. What does
 * not hash stops the reader; only a torn last record is let go, since it was never acknowledged.
 *
 * A record is torn when some of its sectors still are zero: the disk writes sectors whole. A sector
 * that is neither zero nor good was changed, and then nothing is believed. */
#include <stdlib.h>
#include <string.h>

#include "ledger/assert.h"
#include "ledger/failure.h"
#include "ledger/journal_file.h"
#include "ledger/sector.h"
#include "ledger/segment.h"

uint64_t record_bytes(uint32_t length) {
    uint64_t bytes = sector_bytes(sizeof(struct record_header) + length);
    return (bytes + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
}

/* A segment in memory. */
struct image {
    const uint8_t *bytes;
    uint64_t size;
    uint32_t number;
};

enum found { FOUND_RECORD, FOUND_END, FOUND_TORN, FOUND_BAD };

static enum sector_verdict sector_at(const struct image *image, uint64_t offset) {
    return sector_check(image->bytes + offset, segment_place(image->number, offset));
}

/* The same for a sector in which a record begins. */
static enum sector_verdict first_at(const struct image *image, uint64_t offset) {
    return sector_check(image->bytes + offset, segment_place(image->number, offset) | SECTOR_FIRST);
}

/* The end of the last sector in [from, to) that is not zero, or `from`. *bad: one does not hash as
 * the inside of a record: it was changed, or a record begins there, and then what is before it was
 * whole once. */
static uint64_t written_end(const struct image *image, uint64_t from, uint64_t to, bool *bad) {
    uint64_t end = from;
    for (uint64_t at = from; at < to; at += SECTOR_BYTES) {
        enum sector_verdict verdict = sector_at(image, at);
        *bad = *bad || verdict == SECTOR_BAD;
        end = verdict == SECTOR_ZERO ? end : at + SECTOR_BYTES;
    }
    return end;
}

/* What stands at offset. record_end: where the next record would start, or where a torn one ends.
 */
static enum found look(const struct image *image, uint64_t offset, struct record_header *header,
                       uint64_t *record_end) {
    bool bad = false;
    ASSERT(image->bytes != NULL);
    *record_end = offset;
    if (offset + BLOCK_BYTES > image->size) {
        return FOUND_END;
    }
    enum sector_verdict first = first_at(image, offset);
    if (first == SECTOR_BAD) {
        return FOUND_BAD;
    }
    if (first == SECTOR_ZERO) {
        *record_end = written_end(image, offset, image->size, &bad);
        if (bad || *record_end - offset > RECORD_BYTES_MAX) {
            return FOUND_BAD;
        }
        return *record_end == offset ? FOUND_END : FOUND_TORN;
    }
    memcpy(header, image->bytes + offset, sizeof *header);
    if (header->magic != RECORD_MAGIC || header->length > PAYLOAD_BYTES_MAX ||
        record_bytes(header->length) > image->size - offset) {
        return FOUND_BAD;
    }
    uint64_t data_end = offset + sector_bytes(sizeof *header + header->length);
    *record_end = offset + record_bytes(header->length);
    bool torn = false;
    for (uint64_t at = offset + SECTOR_BYTES; at < data_end; at += SECTOR_BYTES) {
        enum sector_verdict verdict = sector_at(image, at);
        bad = bad || verdict == SECTOR_BAD;
        torn = torn || verdict == SECTOR_ZERO;
    }
    bad = bad || written_end(image, data_end, *record_end, &bad) != data_end;
    if (torn && !bad) { /* nothing can have been written after it */
        bad = written_end(image, *record_end, image->size, &bad) != *record_end;
    }
    return bad ? FOUND_BAD : torn ? FOUND_TORN : FOUND_RECORD;
}

static int corrupt(struct journal_scan *scan, const struct image *image, uint64_t offset,
                   const char *what) {
    return failure_set(scan->failure, LEDGER_ECORRUPT,
                       "journal: segment %010u.seg, byte %llu: %s; nothing was changed: restore "
                       "the file from a copy, or the ledger from a backup",
                       image->number, (unsigned long long)offset, what);
}

/* Checks a whole record against the chain and hands it on. data: the record's bytes, unpacked. */
static int take(struct journal_scan *scan, const struct image *image, uint64_t offset,
                uint8_t *data) {
    struct record_header header;
    ASSERT(data != NULL);
    memcpy(&header, data, sizeof header);
    if (header.version != RECORD_VERSION) {
        return failure_set(scan->failure, LEDGER_EVERSION,
                           "journal: a record has format version %u, this program reads %u",
                           header.version, RECORD_VERSION);
    }
    struct journal_batch batch = {
        .epoch = header.epoch,
        .sequence = header.sequence,
        .time_ns = header.time_ns,
        .count = header.count,
        .length = header.length,
        .commands = data + sizeof header,
        .mark = image->number,
    };
    uint8_t hash[JOURNAL_HASH];
    memcpy(batch.previous, header.previous, JOURNAL_HASH);
    memcpy(batch.hash, header.hash, JOURNAL_HASH);
    journal_hash(&batch, hash);
    if (memcmp(hash, header.hash, JOURNAL_HASH) != 0) {
        return corrupt(scan, image, offset, "a record does not hash");
    }
    if (scan->check_after && scan->records == 0 && header.sequence > scan->after + 1) {
        return corrupt(scan, image, offset, "the batches before this one are missing");
    }
    if (scan->next != 0 && header.sequence != scan->next) {
        return corrupt(scan, image, offset, "a batch is missing or out of order");
    }
    if (scan->chained && memcmp(header.previous, scan->previous, JOURNAL_HASH) != 0) {
        return corrupt(scan, image, offset, "a batch does not follow from the one before");
    }
    if (scan->check_after && header.sequence == scan->after &&
        memcmp(hash, scan->after_hash, JOURNAL_HASH) != 0) {
        return corrupt(scan, image, offset, "the journal is of another ledger than the store");
    }
    if (scan->check_after && header.sequence == scan->after + 1 &&
        memcmp(header.previous, scan->after_hash, JOURNAL_HASH) != 0) {
        return corrupt(scan, image, offset, "the journal does not follow from the store");
    }
    scan->next = header.sequence + 1;
    scan->chained = true;
    memcpy(scan->previous, hash, JOURNAL_HASH);
    scan->records++;
    scan->last_number = image->number;
    scan->last_offset = offset;
    scan->last_bytes = record_bytes(header.length);
    scan->bytes += record_bytes(header.length);
    uint32_t slot = image->number % SEGMENTS_MAX;
    atomic_store(&scan->journal->last_sequence[slot], header.sequence);
    if (scan->visit != NULL && header.sequence > scan->after) {
        return scan->visit(scan->context, &batch);
    }
    return 0;
}

static int scan_segment(struct journal_scan *scan, const struct image *image, uint8_t *data,
                        bool *ended) {
    uint64_t offset = BLOCK_BYTES;
    for (;;) {
        struct record_header header = {0};
        uint64_t next = offset;
        enum found found = look(image, offset, &header, &next);
        if (found == FOUND_BAD) {
            return corrupt(scan, image, offset, "a sector does not hash");
        }
        if (found != FOUND_END && *ended) {
            return corrupt(scan, image, offset, "a batch before this one is missing");
        }
        if (found != FOUND_RECORD) {
            bool nothing_here = offset == BLOCK_BYTES && found == FOUND_END;
            if (!nothing_here || scan->end_number == 0) {
                scan->end_number = image->number;
                scan->end_offset = offset;
                scan->torn_bytes = next - offset;
            }
            /* An empty segment is prepared, not written: no record may follow it. */
            *ended = *ended || found == FOUND_TORN || nothing_here;
            return 0;
        }
        uint64_t sectors = sector_bytes(sizeof header + header.length) / SECTOR_BYTES;
        sector_unpack(data, image->bytes + offset, (size_t)sectors);
        int rc = take(scan, image, offset, data);
        if (rc != 0) {
            return rc;
        }
        offset = next;
    }
}

int journal_scan(struct journal_scan *scan, const uint32_t *numbers, uint32_t count) {
    struct journal_file *journal = scan->journal;
    size_t room = RECORD_BYTES_MAX;
    uint8_t *data = malloc(room);
    bool ended = false;
    int rc = data != NULL ? 0 : failure_set(scan->failure, LEDGER_EMEMORY, "out of memory");
    for (uint32_t i = 0; i < count && rc == 0; i++) {
        struct image image = {.number = numbers[i]};
        uint8_t *bytes = NULL;
        rc = segment_read(journal->folder_fd, numbers[i], &bytes, &image.size, scan->failure);
        image.bytes = bytes;
        if (rc == 0 && i > 0 && numbers[i] != numbers[i - 1] + 1) {
            rc = corrupt(scan, &image, 0, "the segment before this one is missing");
        }
        if (rc == 0) {
            rc = scan_segment(scan, &image, data, &ended);
        }
        free(bytes);
        if (journal->progress != NULL) {
            journal->progress(journal->progress_context, i + 1, count);
        }
    }
    free(data);
    return rc;
}

int journal_first_sequence(struct journal_file *journal, uint32_t number, uint64_t *sequence,
                           struct ledger_failure *failure) {
    struct image image = {.number = number};
    struct record_header header = {0};
    uint64_t next;
    uint8_t *bytes = NULL;
    int rc = segment_read(journal->folder_fd, number, &bytes, &image.size, failure);
    if (rc != 0) {
        return rc;
    }
    image.bytes = bytes;
    /* Anything but a whole record is judged by the scan that follows. */
    *sequence = look(&image, BLOCK_BYTES, &header, &next) == FOUND_RECORD ? header.sequence : 0;
    free(bytes);
    return 0;
}
