#include "switch/dialects.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "switch/provider.h"

#define SUFFIX ".ini"

struct dialects {
    struct adapter_dialect *list; /* [DIALECTS_MAX] */
    uint32_t count;
};

static bool is_known(const struct dialects *dialects, const char *name) {
    for (uint32_t i = 0; i < dialects->count; i++) {
        if (strcmp(dialects->list[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static void add(struct dialects *dialects, const char *name,
                const struct checkpay_profile *profile) {
    struct adapter_dialect *dialect = &dialects->list[dialects->count++];
    (void)snprintf(dialect->name, sizeof(dialect->name), "%s", name);
    dialect->profile = profile;
}

/* Those that come with the node and tell how we are asked; the others are for providers. */
static void add_shipped(struct dialects *dialects) {
    struct outbound_fault fault;
    const struct provider_shipped *shipped = provider_shipped;
    for (; shipped->name != NULL && dialects->count < DIALECTS_MAX; shipped++) {
        struct slice text = {shipped->text, shipped->size};
        struct checkpay_profile *profile = checkpay_profile_read(text, NULL, &fault);
        if (profile != NULL) {
            add(dialects, shipped->name, profile);
        }
    }
}

/* The name of a file of the folder without its ending; "": it is no profile. */
static void name_of(const char *file, char name[64]) {
    size_t size = strlen(file), suffix = sizeof(SUFFIX) - 1;
    name[0] = '\0';
    if (size > suffix && size - suffix < 64 && strcmp(file + size - suffix, SUFFIX) == 0 &&
        file[0] != '.') {
        (void)snprintf(name, 64, "%.*s", (int)(size - suffix), file);
    }
}

static int add_file(struct dialects *dialects, const char *folder, const char *file, char *why,
                    size_t why_size) {
    char name[64], path[PROVIDER_PATH_MAX];
    name_of(file, name);
    if (name[0] == '\0') {
        return 0;
    }
    int size = snprintf(path, sizeof(path), "%s/%s", folder, file);
    if (size < 0 || (size_t)size >= sizeof(path)) {
        (void)snprintf(why, why_size, "%.60s: the path is too long", file);
        return -1;
    }
    if (is_known(dialects, name)) {
        (void)snprintf(why, why_size,
                       "%.150s: a dialect of this name comes with the node; rename "
                       "the file",
                       path);
        return -1;
    }
    if (dialects->count == DIALECTS_MAX) {
        (void)snprintf(why, why_size, "%.150s: more than %d dialects", path, DIALECTS_MAX);
        return -1;
    }
    struct checkpay_profile *profile = provider_profile_file(path, NULL, why, why_size);
    if (profile == NULL) {
        return -1;
    }
    add(dialects, name, profile);
    return 0;
}

static int add_folder(struct dialects *dialects, const char *folder, char *why, size_t why_size) {
    int rc = 0;
    DIR *list = opendir(folder);
    if (list == NULL) {
        (void)snprintf(why, why_size, "cannot read the folder of profiles %.120s: %s", folder,
                       strerror(errno));
        return -1;
    }
    while (rc == 0) {
        const struct dirent *entry = readdir(list); // NOLINT(concurrency-mt-unsafe): our own list
        if (entry == NULL) {
            break;
        }
        rc = add_file(dialects, folder, entry->d_name, why, why_size);
    }
    (void)closedir(list);
    return rc;
}

static void free_all(struct adapter_dialect *list, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        checkpay_profile_free((void *)(uintptr_t)list[i].profile); /* made here */
    }
    free(list);
}

int dialects_open(struct adapter_settings *settings, const char *folder, char *why,
                  size_t why_size) {
    struct dialects dialects = {.list = calloc(DIALECTS_MAX, sizeof(*dialects.list))};
    if (dialects.list == NULL) {
        (void)snprintf(why, why_size, "no memory for the networks' dialects");
        return -1;
    }
    add_shipped(&dialects);
    if (folder[0] != '\0' && add_folder(&dialects, folder, why, why_size) != 0) {
        free_all(dialects.list, dialects.count);
        return -1;
    }
    settings->dialects = dialects.list;
    settings->dialect_count = dialects.count;
    return 0;
}

void dialects_close(struct adapter_settings *settings) {
    free_all((void *)(uintptr_t)settings->dialects, settings->dialect_count); /* made here */
    settings->dialects = NULL;
    settings->dialect_count = 0;
}
