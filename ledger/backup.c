/* backup.c - copies of a whole ledger. A backup is the state of one checkpoint: `state.mdb` alone.
 * A journal begins anew behind it, chained to the hash that the state carries. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/core.h"
#include "ledger/failure.h"

/* Makes the folder, or sees that it is empty; an open descriptor or an error. */
static int make_folder(const char *folder, struct ledger_failure *failure) {
    if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
        return failure_set(failure, LEDGER_EFOLDER, "%s: cannot make it: %s", folder,
                           strerror(errno));
    }
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int copy = fd >= 0 ? dup(fd) : -1;
    DIR *listing = copy >= 0 ? fdopendir(copy) : NULL;
    if (listing == NULL) {
        int rc = failure_set(failure, LEDGER_EFOLDER, "%s: %s", folder, strerror(errno));
        if (copy >= 0) {
            (void)close(copy);
        }
        if (fd >= 0) {
            (void)close(fd);
        }
        return rc;
    }
    bool empty = true;
    errno = 0;
    for (const struct dirent *entry; (entry = readdir(listing)) != NULL;) {
        empty = empty && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0);
    }
    empty = empty && errno == 0;
    (void)closedir(listing);
    if (!empty) {
        (void)close(fd);
        return failure_set(failure, LEDGER_EEXISTS, "%s: not empty; name a new folder", folder);
    }
    return fd;
}

/* The copy's name is on the disk. Closes the folder. */
static int sync_folder(int folder_fd, const char *folder, struct ledger_failure *failure) {
    int error = fsync(folder_fd) != 0 ? errno : 0;
    (void)close(folder_fd);
    return error == 0 ? 0
                      : failure_set(failure, LEDGER_EFOLDER, "%s: cannot sync it: %s", folder,
                                    strerror(error));
}

int ledger_backup(struct ledger *ledger, const char *folder, struct ledger_failure *failure) {
    int folder_fd = make_folder(folder, failure);
    if (folder_fd < 0) {
        return folder_fd;
    }
    int rc = store_copy(ledger->store, folder, failure);
    if (rc != 0) {
        (void)close(folder_fd);
        return rc;
    }
    return sync_folder(folder_fd, folder, failure);
}

int ledger_restore(const char *backup, const char *target, struct ledger_failure *failure) {
    char path[4096];
    struct stat stat_of;
    (void)snprintf(path, sizeof path, "%s/state.mdb", backup);
    if (stat(path, &stat_of) != 0) {
        return failure_set(failure, LEDGER_EFOLDER, "%s: not a backup: %s", path, strerror(errno));
    }
    (void)snprintf(path, sizeof path, "%s/journal", backup);
    if (stat(path, &stat_of) == 0) {
        return failure_set(failure, LEDGER_EFOLDER,
                           "%s: a node's own data folder, not a backup: its journal may hold more "
                           "than its state; make a backup of it with `tiyn backup`",
                           backup);
    }
    int folder_fd = make_folder(target, failure);
    if (folder_fd < 0) {
        return folder_fd;
    }
    int rc = store_copy_folder(backup, target, failure);
    if (rc != 0) {
        (void)close(folder_fd);
        return rc;
    }
    return sync_folder(folder_fd, target, failure);
}
