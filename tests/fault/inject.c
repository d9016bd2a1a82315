#include "tests/fault/inject.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

const char *const inject_names[INJECT_KINDS] = {"EIO", "ENOSPC", "short write"};

static _Atomic bool armed;
static _Atomic uint64_t count;
static uint64_t fails_at;
static enum inject_kind kind_now;

void inject_arm(enum inject_kind kind, uint64_t nth) {
    kind_now = kind;
    fails_at = nth;
    atomic_store(&count, 0);
    atomic_store(&armed, true);
}

void inject_disarm(void) {
    atomic_store(&armed, false);
}

uint64_t inject_count(void) {
    return atomic_load(&count);
}

/* Counts a call. Returns the errno that it fails with, or 0; *half: write only half of it. */
static int turn(bool needs_space, bool *half) {
    if (!atomic_load(&armed))
        return 0;
    uint64_t mine = atomic_fetch_add(&count, 1) + 1;
    if (fails_at == 0)
        return 0;
    if (kind_now == INJECT_SHORT && mine == fails_at && half != NULL) {
        *half = true;
        return 0;
    }
    if (kind_now == INJECT_SHORT && mine == fails_at + 1)
        return EIO;
    if (kind_now == INJECT_ENOSPC)
        return needs_space && mine >= fails_at ? ENOSPC : 0;
    return mine == fails_at ? EIO : 0;
}

static int failed(int error) {
    errno = error;
    return -1;
}

/* ---- Writing ---- */

ssize_t pwrite(int file, const void *bytes, size_t size, off_t at) {
    bool half = false;
    int error = turn(true, &half);
    if (error != 0)
        return failed(error);
    size_t whole_sectors = size / 2 / 512 * 512; /* as a disk would stop */
    if (half)
        size = whole_sectors > 0 ? whole_sectors : size / 2;
    return syscall(SYS_pwrite64, file, bytes, size, at);
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off_t at) {
    return pwrite(file, bytes, size, at);
}

ssize_t write(int file, const void *bytes, size_t size) {
    int error = file > 2 ? turn(true, NULL) : 0; /* not what the test itself prints */
    return error != 0 ? failed(error) : syscall(SYS_write, file, bytes, size);
}

ssize_t writev(int file, const struct iovec *parts, int part_count) {
    int error = file > 2 ? turn(true, NULL) : 0;
    return error != 0 ? failed(error) : syscall(SYS_writev, file, parts, part_count);
}

ssize_t pwritev(int file, const struct iovec *parts, int part_count, off_t at) {
    int error = turn(true, NULL);
    return error != 0 ? failed(error) : syscall(SYS_pwritev, file, parts, part_count, at, 0);
}

int posix_fallocate(int file, off_t at, off_t size) {
    int error = turn(true, NULL);
    if (error != 0)
        return error;
    return syscall(SYS_fallocate, file, 0, at, size) == 0 ? 0 : errno;
}

int ftruncate(int file, off_t size) {
    int error = turn(true, NULL);
    return error != 0 ? failed(error) : (int)syscall(SYS_ftruncate, file, size);
}

/* ---- Making it durable ---- */

int fdatasync(int file) {
    int error = turn(true, NULL);
    return error != 0 ? failed(error) : (int)syscall(SYS_fdatasync, file);
}

int fsync(int file) {
    int error = turn(true, NULL);
    return error != 0 ? failed(error) : (int)syscall(SYS_fsync, file);
}

int msync(void *start, size_t size, int flags) {
    int error = turn(true, NULL);
    return error != 0 ? failed(error) : (int)syscall(SYS_msync, start, size, flags);
}

/* ---- Reading ---- */

ssize_t pread(int file, void *bytes, size_t size, off_t at) {
    int error = turn(false, NULL);
    return error != 0 ? failed(error) : syscall(SYS_pread64, file, bytes, size, at);
}

ssize_t pread64(int file, void *bytes, size_t size, off_t at) {
    return pread(file, bytes, size, at);
}

/* ---- Names ---- */

static mode_t mode_of(int flags, va_list arguments) {
    return (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
}

int open(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    int error = turn((flags & O_CREAT) != 0, NULL);
    return error != 0 ? failed(error) : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    int error = turn((flags & O_CREAT) != 0, NULL);
    return error != 0 ? failed(error) : (int)syscall(SYS_openat, folder, path, flags, mode);
}

int mkdir(const char *path, mode_t mode) {
    int error = turn(true, NULL);
    return error != 0 ? failed(error) : (int)syscall(SYS_mkdir, path, mode);
}

int mkdirat(int folder, const char *path, mode_t mode) {
    int error = turn(true, NULL);
    return error != 0 ? failed(error) : (int)syscall(SYS_mkdirat, folder, path, mode);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to) {
    int error = turn(true, NULL);
    return error != 0 ? failed(error)
                      : (int)syscall(SYS_renameat, from_folder, from, to_folder, to);
}

int unlinkat(int folder, const char *path, int flags) {
    int error = turn(false, NULL);
    return error != 0 ? failed(error) : (int)syscall(SYS_unlinkat, folder, path, flags);
}
