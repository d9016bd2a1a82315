/* key_file.c - keys in files that are never overwritten. */
#include "switch/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "protocols/xml/dsig.h"

bool key_file_public(const char *path, char out[KEY_FILE_PATH_MAX]) {
    size_t size = strlen(path);
    if (size > 4 && strcmp(path + size - 4, ".pem") == 0) {
        size -= 4;
    }
    return snprintf(out, KEY_FILE_PATH_MAX, "%.*s.pub.pem", (int)size, path) < KEY_FILE_PATH_MAX;
}

static int fail(char *why, const char *what, const char *path) {
    if (errno == EEXIST) {
        snprintf(why, KEY_FILE_WHY, "%s is there already, and no key is ever overwritten", path);
    } else {
        snprintf(why, KEY_FILE_WHY, "%s %s: %s", what, path, strerror(errno));
    }
    return -1;
}

/* A new file with this text, on the disk when it returns 0. */
static int write_new(const char *path, mode_t mode, const struct buffer *text, char *why) {
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0) {
        return fail(why, "cannot make", path);
    }
    bool whole = write(fd, text->base, text->used) == (ssize_t)text->used && fsync(fd) == 0;
    int rc = whole ? 0 : fail(why, "cannot write", path);
    close(fd);
    if (rc < 0) {
        unlink(path); /* half a key would stand in the way of the next try */
    }
    return rc;
}

int key_file_make(const char *path, uint32_t bits, char why[KEY_FILE_WHY]) {
    char public_path[KEY_FILE_PATH_MAX];
    struct buffer private_pem, public_pem;
    int rc = -1;
    if (!key_file_public(path, public_path)) {
        snprintf(why, KEY_FILE_WHY, "the path is too long");
        return -1;
    }
    buffer_init(&private_pem, KEY_FILE_MAX);
    buffer_init(&public_pem, KEY_FILE_MAX);
    if (dsig_key_make(bits, &private_pem, &public_pem)) {
        rc = write_new(path, 0600, &private_pem, why);
        if (rc == 0 && (rc = write_new(public_path, 0644, &public_pem, why)) < 0) {
            unlink(path);
        }
    } else {
        snprintf(why, KEY_FILE_WHY, "the library could not make a key");
    }
    if (private_pem.base != NULL) {
        sodium_memzero(private_pem.base, private_pem.used);
    }
    buffer_free(&private_pem);
    buffer_free(&public_pem);
    return rc;
}

int key_file_read(const char *path, struct buffer *text, char why[KEY_FILE_WHY]) {
    bool standard = strcmp(path, "-") == 0;
    FILE *file = standard ? stdin : fopen(path, "re");
    char chunk[4096];
    size_t total = 0, count = 0;
    if (file == NULL) {
        return fail(why, "cannot read", path);
    }
    while (total <= KEY_FILE_MAX && (count = fread(chunk, 1, sizeof(chunk), file)) > 0) {
        buffer_append(text, chunk, count);
        total += count;
    }
    int rc = ferror(file) == 0 ? 0 : fail(why, "cannot read", path);
    sodium_memzero(chunk, sizeof(chunk));
    if (!standard) {
        fclose(file);
    }
    if (rc == 0 && (total > KEY_FILE_MAX || text->failed)) {
        snprintf(why, KEY_FILE_WHY, "%s has more than %u bytes", path, KEY_FILE_MAX);
        rc = -1;
    }
    return rc;
}
