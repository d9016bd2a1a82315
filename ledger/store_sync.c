/* store_sync.c - see store_sync.h. */
#include "ledger/store_sync.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FILES_MAX 8u                 /* ledgers open in one process; a node has one */
#define PIECE_BYTES ((off_t)1 << 20) /* a millisecond of the disk */

static _Atomic int files[FILES_MAX]; /* descriptor + 1, 0: free */

static void replace(int from, int to) {
    for (unsigned i = 0; i < FILES_MAX; i++) {
        int expected = from;
        if (atomic_compare_exchange_strong(&files[i], &expected, to)) {
            return;
        }
    }
}

void store_sync_add(int fd) {
    replace(0, fd + 1);
}

void store_sync_remove(int fd) {
    replace(fd + 1, 0);
}

static bool listed(int fd) {
    for (unsigned i = 0; i < FILES_MAX; i++) {
        if (atomic_load(&files[i]) == fd + 1) {
            return true;
        }
    }
    return false;
}

/* 0, or -1 when a piece could not be written. */
static int write_pieces(int fd) {
    const unsigned write_and_wait =
        SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
    struct stat stat;
    if (fstat(fd, &stat) != 0) {
        return -1;
    }
    for (off_t offset = 0; offset < stat.st_size; offset += PIECE_BYTES) {
        if (sync_file_range(fd, offset, PIECE_BYTES, write_and_wait) != 0) {
            return -1;
        }
    }
    return 0;
}

/* As in POSIX; in place of the C library's. Weak: a program that fails calls on purpose has its
 * own. */
__attribute__((weak)) int fdatasync(int fd) {
    if (listed(fd) && write_pieces(fd) != 0) {
        return -1;
    }
    return (int)syscall(SYS_fdatasync, fd);
}
