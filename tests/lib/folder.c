#include "tests/lib/folder.h"
#include "tests/lib/require.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COPY_BLOCK = 65536 };

void folder_make(char *path) {
    const char *base = getenv("TMPDIR");
    folder_join(path, base != NULL ? base : "/tmp", "tiyn-XXXXXX");
    REQUIRE(mkdtemp(path) != NULL);
}

void folder_make_fast(char *path) {
    folder_join(path, "/dev/shm", "tiyn-XXXXXX");
    if (mkdtemp(path) == NULL)
        folder_make(path);
}

void folder_join(char *path, const char *folder, const char *name) {
    int size = snprintf(path, FOLDER_PATH_MAX, "%s/%s", folder, name);
    REQUIRE(size > 0 && size < FOLDER_PATH_MAX);
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *walk) {
    (void)info, (void)kind, (void)walk;
    return remove(path);
}

void folder_remove(const char *path) {
    if (access(path, F_OK) == 0)
        REQUIRE(nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0);
}

static bool all_zero(const char *bytes, size_t size) {
    return size == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0);
}

static void copy_file(const char *from, const char *to) {
    static char block[COPY_BLOCK];
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    REQUIRE(in >= 0 && out >= 0);
    off_t at = 0;
    for (;;) {
        ssize_t got = pread(in, block, sizeof block, at);
        REQUIRE(got >= 0);
        if (got == 0)
            break;
        if (!all_zero(block, (size_t)got))
            REQUIRE(pwrite(out, block, (size_t)got, at) == got);
        at += got;
    }
    REQUIRE(ftruncate(out, at) == 0);
    REQUIRE(close(in) == 0 && close(out) == 0);
}

void folder_copy(const char *from, const char *to) {
    REQUIRE(mkdir(to, 0700) == 0 || access(to, W_OK) == 0);
    DIR *folder = opendir(from);
    REQUIRE(folder != NULL);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        char source[FOLDER_PATH_MAX], target[FOLDER_PATH_MAX];
        folder_join(source, from, entry->d_name);
        folder_join(target, to, entry->d_name);
        struct stat info;
        if (strcmp(entry->d_name, "next.tmp") == 0)
            continue; /* of an open ledger: a segment being made, it may be renamed under us */
        REQUIRE(lstat(source, &info) == 0);
        if (S_ISDIR(info.st_mode))
            folder_copy(source, target); /* depth is that of a data folder: 2 */
        else
            copy_file(source, target);
    }
    closedir(folder);
}
