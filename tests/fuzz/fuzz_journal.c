/* The journal's reader: records are written as the ledger writes them, then bytes of the segment
 * are changed. What is read back is a beginning of what was written, byte by byte; and all of it
 * when nothing was changed.
 *
 * The input: a count of changes, for each an offset (3 bytes) and a mask, then the records: a
 * length byte (times 8) and the commands. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ledger/journal_file.h"
#include "ledger/segment.h"
#include "tests/lib/folder.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { RECORDS_MAX = 24, CHANGES_MAX = 8, CHANGE_BYTES = 4 };
#define SEGMENT_BYTES ((uint64_t)128 << 10)

struct record {
    const uint8_t *commands;
    uint32_t length;
};

struct reader {
    const struct record *written;
    uint32_t count; /* written */
    uint32_t read;
};

static void check(bool holds) {
    if (!holds)
        abort();
}

static int visit(void *context, const struct journal_batch *batch) {
    struct reader *reader = context;
    check(reader->read < reader->count);
    const struct record *record = &reader->written[reader->read++];
    check(batch->sequence == reader->read && batch->length == record->length);
    check(memcmp(batch->commands, record->commands, record->length) == 0);
    size_t at = 0; /* as the ledger goes through them */
    while (at < batch->length) {
        const uint8_t *command = (const uint8_t *)batch->commands + at;
        uint32_t command_bytes = ledger_command_size(command, batch->length - at);
        check(command_bytes <= batch->length - at);
        if (command_bytes == 0)
            break;
        at += command_bytes;
    }
    return 0;
}

static struct journal *open_journal(const char *folder) {
    const struct journal_file_options options = {.folder = folder, .segment_bytes = SEGMENT_BYTES};
    struct ledger_failure failure;
    struct journal *journal = NULL;
    check(journal_file_open(&journal, &options, &failure) == 0);
    return journal;
}

static uint32_t split(const uint8_t *bytes, size_t size, struct record *records) {
    uint32_t count = 0;
    while (size > 1 && count < RECORDS_MAX) {
        uint32_t length = bytes[0] * 8u < size - 1 ? bytes[0] * 8u : (uint32_t)(size - 1) / 8 * 8;
        records[count++] = (struct record){bytes + 1, length};
        bytes += 1 + length;
        size -= 1 + length;
    }
    return count;
}

static void write_records(const char *folder, const struct record *records, uint32_t count) {
    struct ledger_failure failure;
    const struct journal_batch from = {0}; /* a new ledger */
    struct journal_batch batch = {.epoch = 1};
    struct reader nothing = {.count = 0};
    struct journal *journal = open_journal(folder);
    check(journal->replay(journal, &from, visit, &nothing, &failure) == 0);
    for (uint32_t i = 0; i < count; i++) {
        batch.sequence = i + 1;
        batch.time_ns = 1000u + i;
        batch.count = 1;
        batch.length = records[i].length;
        batch.commands = records[i].commands;
        check(journal->append(journal, &batch, &failure) == 0);
        memcpy(batch.previous, batch.hash, JOURNAL_HASH);
    }
    journal->close(journal);
}

/* Changes bytes of the first segment; true when any is another one now. */
static bool change(const char *folder, const uint8_t *changes, uint32_t count) {
    char path[FOLDER_PATH_MAX], segment[FOLDER_PATH_MAX];
    bool changed = false;
    folder_join(path, folder, "journal");
    folder_join(segment, path, "0000000001.seg");
    int fd = open(segment, O_RDWR | O_CLOEXEC);
    for (uint32_t i = 0; i < count && fd >= 0; i++, changes += CHANGE_BYTES) {
        off_t offset =
            (off_t)(((uint64_t)changes[0] << 16 | (uint64_t)changes[1] << 8 | changes[2]) %
                    SEGMENT_BYTES);
        uint8_t byte = 0;
        check(pread(fd, &byte, 1, offset) == 1);
        byte ^= changes[3];
        check(pwrite(fd, &byte, 1, offset) == 1);
        changed = changed || changes[3] != 0;
    }
    if (fd >= 0)
        (void)close(fd);
    return changed;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    const struct journal_batch from = {0};
    struct record records[RECORDS_MAX];
    uint32_t changes = size == 0 ? 0 : bytes[0] % (CHANGES_MAX + 1);
    size_t head = 1 + (size_t)changes * CHANGE_BYTES;
    if (size < head)
        return 0;
    struct reader reader = {.written = records};
    reader.count = split(bytes + head, size - head, records);
    char folder[FOLDER_PATH_MAX];
    folder_make_fast(folder);
    write_records(folder, records, reader.count);
    bool changed = change(folder, bytes + 1, changes);
    struct ledger_failure failure = {.error = 0};
    struct journal *journal = open_journal(folder);
    int rc = journal->replay(journal, &from, visit, &reader, &failure);
    check(rc == 0 || rc == LEDGER_ECORRUPT || rc == LEDGER_EVERSION);
    check(changed || (rc == 0 && reader.read == reader.count));
    journal->close(journal);
    folder_remove(folder);
    return 0;
}
