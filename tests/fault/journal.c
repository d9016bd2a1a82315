#include "tests/fault/journal.h"
#include "tests/fault/workload.h"
#include "tests/lib/require.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct extent {
    unsigned batches, flushed, filler;
};

static void begin(struct rig *rig, void *shared) {
    const struct extent *extent = shared;
    struct work work = {.filler = extent->filler};
    work_accounts(rig);
    REQUIRE(work_run(rig, &work, 0, extent->flushed, false));
    REQUIRE(extent->flushed == 0 || ledger_flush(rig->ledger) == 0);
    REQUIRE(work_run(rig, &work, extent->flushed, extent->batches, false));
}

void journal_make(struct rig *rig, unsigned batches, unsigned flushed, unsigned filler) {
    struct extent extent = {batches, flushed, filler};
    rig->options.checkpoint_ns = 3600 * (uint64_t)SECOND_NS;
    rig->options.segment_bytes = MIB / 4;
    rig->options.table_bytes = MIB;
    rig->options.account_slots = 1024;
    rig->options.filter_bytes = 4096;
    REQUIRE(rig_crash(rig, begin, &extent, sizeof extent) == 0);
}

static int by_name(const void *first, const void *second) {
    return strcmp(first, second);
}

void journal_look(struct journal *journal, const char *data) {
    char path[FOLDER_PATH_MAX];
    struct stat info;
    folder_join(path, data, "journal");
    DIR *folder = opendir(path);
    REQUIRE(folder != NULL);
    memset(journal, 0, sizeof *journal);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (entry->d_name[0] == '.')
            continue;
        REQUIRE(journal->file_count < SEGMENTS_MAX);
        folder_join(journal->files[journal->file_count++], path, entry->d_name);
    }
    closedir(folder);
    qsort(journal->files, journal->file_count, sizeof journal->files[0], by_name);
    for (unsigned i = 0; i < journal->file_count; i++) {
        REQUIRE(stat(journal->files[i], &info) == 0);
        journal->sizes[i] = (uint64_t)info.st_size;
    }
}

static void read_sector(const char *file, uint64_t offset, uint8_t *bytes) {
    int descriptor = open(file, O_RDONLY);
    REQUIRE(descriptor >= 0);
    REQUIRE(pread(descriptor, bytes, SECTOR, (off_t)offset) == SECTOR);
    REQUIRE(close(descriptor) == 0);
}

bool journal_empty(const struct journal *journal, struct sector sector) {
    uint8_t bytes[SECTOR], zero[SECTOR] = {0};
    read_sector(journal->files[sector.segment], sector.offset, bytes);
    return memcmp(bytes, zero, SECTOR) == 0;
}

static void write_sector(const char *file, uint64_t offset, const uint8_t *bytes) {
    int descriptor = open(file, O_WRONLY);
    REQUIRE(descriptor >= 0);
    REQUIRE(pwrite(descriptor, bytes, SECTOR, (off_t)offset) == SECTOR);
    REQUIRE(close(descriptor) == 0);
}

void journal_compare(struct journal *after, const char *before) {
    struct journal old;
    uint8_t first[SECTOR], second[SECTOR];
    journal_look(&old, before);
    for (unsigned i = 0; i < old.file_count && i < after->file_count; i++) {
        for (uint64_t offset = JOURNAL_HEAD; offset < old.sizes[i]; offset += SECTOR) {
            read_sector(old.files[i], offset, first);
            read_sector(after->files[i], offset, second);
            if (memcmp(first, second, SECTOR) == 0)
                continue;
            REQUIRE(after->last_count < SECTORS_MAX);
            after->last[after->last_count++] = (struct sector){.segment = i, .offset = offset};
        }
    }
}

uint8_t journal_flip(const struct journal *journal, struct sector sector, unsigned byte,
                     uint8_t mask) {
    uint8_t bytes[SECTOR];
    read_sector(journal->files[sector.segment], sector.offset, bytes);
    bytes[byte] ^= mask;
    write_sector(journal->files[sector.segment], sector.offset, bytes);
    return bytes[byte];
}

void journal_zero(const struct journal *journal, struct sector sector) {
    uint8_t bytes[SECTOR] = {0};
    write_sector(journal->files[sector.segment], sector.offset, bytes);
}
