/* segment.c - see segment.h. */
#include "ledger/segment.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/assert.h"
#include "ledger/failure.h"
#include "ledger/limits.h"
#include "ledger/sector.h"

#define SEGMENT_MAGIC 0x4745534e59495431u /* "1TIYNSEG" */
#define NAME_BYTES 32

static void name_of(uint32_t number, char *name) {
    (void)snprintf(name, NAME_BYTES, "%010u.seg", number);
}

uint64_t segment_place(uint32_t number, uint64_t offset) {
    return (uint64_t)number << 32 | offset / SECTOR_BYTES;
}

int segment_write(int fd, const void *bytes, size_t size, uint64_t offset) {
    const uint8_t *from = bytes;
    while (size > 0) {
        ssize_t wrote = pwrite(fd, from, size, (off_t)offset);
        if (wrote < 0 && errno == EINTR) {
            continue;
        }
        if (wrote <= 0) {
            return wrote < 0 ? -errno : -EIO;
        }
        from += wrote;
        size -= (size_t)wrote;
        offset += (uint64_t)wrote;
    }
    return 0;
}

/* Some file systems refuse O_DIRECT, at open or at the first write. */
static int open_direct(int folder_fd, const char *name, int flags) {
    int fd = openat(folder_fd, name, flags | O_DIRECT | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EINVAL) {
        fd = openat(folder_fd, name, flags | O_CLOEXEC, 0600);
    }
    return fd;
}

/* Zeros are written for real: blocks that are only reserved cost a file-system journal commit at
 * their first write, 0.39 against 0.15 ms. */
static int fill(int fd, uint32_t number, uint64_t bytes, const void *zeros) {
    for (uint64_t offset = 0; offset < bytes; offset += SEGMENT_ZEROS) {
        size_t size = bytes - offset < SEGMENT_ZEROS ? (size_t)(bytes - offset) : SEGMENT_ZEROS;
        int rc = segment_write(fd, zeros, size, offset);
        if (rc != 0) {
            return rc;
        }
    }
    uint8_t *block = NULL;
    if (posix_memalign((void **)&block, BLOCK_BYTES, BLOCK_BYTES) != 0) {
        return -ENOMEM;
    }
    const struct segment_header header = {SEGMENT_MAGIC, SEGMENT_VERSION, number, bytes};
    memset(block, 0, BLOCK_BYTES);
    sector_pack(block, segment_place(number, 0), &header, sizeof header, NULL, 0);
    int rc = segment_write(fd, block, BLOCK_BYTES, 0);
    free(block);
    if (rc == 0 && fsync(fd) != 0) {
        rc = -errno;
    }
    return rc;
}

int segment_make(int folder_fd, uint32_t number, uint64_t bytes, const void *zeros,
                 struct ledger_failure *failure) {
    static const char temporary[] = "next.tmp";
    ASSERT(bytes % BLOCK_BYTES == 0);
    char name[NAME_BYTES];
    name_of(number, name);
    int fd = open_direct(folder_fd, temporary, O_CREAT | O_TRUNC | O_WRONLY);
    if (fd < 0) {
        return failure_set(failure, LEDGER_EJOURNAL, "journal: cannot make %s: %s", temporary,
                           strerror(errno));
    }
    int rc = -posix_fallocate(fd, 0, (off_t)bytes); /* a full disk shows here, at once */
    rc = rc == 0 || rc == -EOPNOTSUPP ? fill(fd, number, bytes, zeros) : rc;
    if (close(fd) != 0 && rc == 0) {
        rc = -errno;
    }
    if (rc == 0 && renameat(folder_fd, temporary, folder_fd, name) != 0) {
        rc = -errno;
    }
    if (rc == 0 && fsync(folder_fd) != 0) {
        rc = -errno;
    }
    if (rc != 0) {
        (void)unlinkat(folder_fd, temporary, 0);
        return failure_set(failure, LEDGER_EJOURNAL, "journal: cannot make segment %s: %s", name,
                           strerror(-rc));
    }
    return 0;
}

int segment_open(int folder_fd, uint32_t number, bool *direct, struct ledger_failure *failure) {
    char name[NAME_BYTES];
    name_of(number, name);
    int fd = openat(folder_fd, name, O_WRONLY | O_DIRECT | O_DSYNC | O_CLOEXEC);
    *direct = fd >= 0;
    if (fd < 0 && errno == EINVAL) {
        fd = openat(folder_fd, name, O_WRONLY | O_CLOEXEC);
    }
    if (fd < 0) {
        return failure_set(failure, LEDGER_EJOURNAL, "journal: cannot open segment %s: %s", name,
                           strerror(errno));
    }
    return fd;
}

static int check_header(const uint8_t *bytes, uint64_t size, uint32_t number, const char *name,
                        struct ledger_failure *failure) {
    struct segment_header header = {0};
    if (size < 2 * BLOCK_BYTES || sector_check(bytes, segment_place(number, 0)) != SECTOR_GOOD) {
        return failure_set(failure, LEDGER_ECORRUPT,
                           "journal: the head of segment %s does not hash; restore the file from "
                           "a copy, or the ledger from a backup",
                           name);
    }
    memcpy(&header, bytes, sizeof header);
    if (header.magic != SEGMENT_MAGIC || header.version != SEGMENT_VERSION) {
        return failure_set(failure, LEDGER_EVERSION,
                           "journal: segment %s has format version %u, this program reads %u", name,
                           header.version, SEGMENT_VERSION);
    }
    if (header.number != number || header.bytes != size) {
        return failure_set(failure, LEDGER_ECORRUPT,
                           "journal: segment %s was cut, grown or renamed: it is %llu bytes", name,
                           (unsigned long long)size);
    }
    for (uint64_t at = SECTOR_BYTES; at < BLOCK_BYTES; at += SECTOR_BYTES) {
        if (sector_check(bytes + at, 0) != SECTOR_ZERO) {
            return failure_set(failure, LEDGER_ECORRUPT,
                               "journal: the head block of segment %s was changed", name);
        }
    }
    return 0;
}

int segment_read(int folder_fd, uint32_t number, uint8_t **bytes, uint64_t *size,
                 struct ledger_failure *failure) {
    char name[NAME_BYTES];
    struct stat stat;
    name_of(number, name);
    *bytes = NULL;
    int fd = openat(folder_fd, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &stat) != 0) {
        int rc = failure_set(failure, LEDGER_EJOURNAL, "journal: cannot open segment %s: %s", name,
                             strerror(errno));
        if (fd >= 0) {
            (void)close(fd);
        }
        return rc;
    }
    *size = (uint64_t)stat.st_size;
    size_t room = *size <= 2 * SEGMENT_BYTES_MAX ? (size_t)*size : 0;
    uint8_t *buffer = malloc(room + 1);
    size_t filled = 0;
    while (buffer != NULL && filled < room) {
        ssize_t got = pread(fd, buffer + filled, room - filled, (off_t)filled);
        if (got <= 0 && !(got < 0 && errno == EINTR)) {
            break;
        }
        filled += got > 0 ? (size_t)got : 0;
    }
    (void)close(fd);
    if (buffer == NULL || filled < room) {
        free(buffer);
        return failure_set(failure, LEDGER_EJOURNAL, "journal: cannot read segment %s", name);
    }
    int rc = check_header(buffer, room, number, name, failure);
    if (rc != 0) {
        free(buffer);
        return rc;
    }
    *bytes = buffer;
    return 0;
}

static int by_number(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

int segment_list(int folder_fd, uint32_t **numbers, uint32_t *count,
                 struct ledger_failure *failure) {
    *count = 0;
    *numbers = NULL;
    if (folder_fd < 0) {
        return 0; /* no folder yet: no segments */
    }
    int fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    if (folder == NULL) {
        int rc = failure_set(failure, LEDGER_EJOURNAL, "journal: cannot list its folder: %s",
                             strerror(errno));
        if (fd >= 0) {
            (void)close(fd);
        }
        return rc;
    }
    uint32_t *found = calloc(SEGMENTS_MAX, sizeof *found);
    if (found == NULL) {
        (void)closedir(folder);
        return failure_set(failure, LEDGER_EMEMORY, "out of memory");
    }
    errno = 0;
    for (struct dirent *entry; errno == 0 && (entry = readdir(folder)) != NULL;) {
        char *end = NULL;
        unsigned long number = strtoul(entry->d_name, &end, 10);
        if (strlen(entry->d_name) != 14 || end != entry->d_name + 10 || strcmp(end, ".seg") != 0 ||
            number == 0 || number > UINT32_MAX) {
            continue;
        }
        if (*count == SEGMENTS_MAX) {
            errno = EMFILE;
        } else {
            found[(*count)++] = (uint32_t)number;
        }
    }
    int error = errno; /* a listing that ends early would hide segments */
    (void)closedir(folder);
    if (error != 0) {
        free(found);
        return failure_set(failure, LEDGER_EJOURNAL, "journal: cannot list its folder: %s",
                           strerror(error));
    }
    qsort(found, *count, sizeof *found, by_number);
    *numbers = found;
    return 0;
}

int segment_remove(int folder_fd, uint32_t number, struct ledger_failure *failure) {
    char name[NAME_BYTES];
    name_of(number, name);
    if (unlinkat(folder_fd, name, 0) != 0 && errno != ENOENT) {
        return failure_set(failure, LEDGER_EJOURNAL, "journal: cannot remove segment %s: %s", name,
                           strerror(errno));
    }
    return 0;
}
