/* provider.c - finds and reads a provider's profile. */
#include "switch/provider.h"

#include <errno.h>
#include <stdio.h>

static const struct provider_shipped *find_shipped(const char *name) {
    const struct provider_shipped *shipped = provider_shipped;
    while (shipped->name != NULL && strcmp(shipped->name, name) != 0) {
        shipped++;
    }
    return shipped->name == NULL ? NULL : shipped;
}

/* Appends the file's text. 0, or -1 with why. */
static int read_file(const char *path, struct buffer *text, char *why, size_t why_size) {
    char chunk[4096];
    size_t count = 0;
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        (void)snprintf(why, why_size, "cannot read the profile %.150s: %s", path, strerror(errno));
        return -1;
    }
    while (!text->failed && (count = fread(chunk, 1, sizeof(chunk), file)) > 0) {
        buffer_append(text, chunk, count);
    }
    bool whole = ferror(file) == 0 && !text->failed;
    (void)fclose(file);
    if (!whole) {
        (void)snprintf(why, why_size, "the profile %.150s cannot be read or has over %d bytes",
                       path, OUTBOUND_PROFILE_MAX);
    }
    return whole ? 0 : -1;
}

static struct checkpay_profile *read_text(const char *name, const char *base_url, struct slice text,
                                          char *why, size_t why_size) {
    struct outbound_fault fault = {.line = 0};
    struct checkpay_profile *profile = checkpay_profile_read(text, base_url, &fault);
    if (profile == NULL && fault.line != 0) {
        (void)snprintf(why, why_size, "%.100s:%u: %.120s", name, (unsigned)fault.line, fault.text);
    } else if (profile == NULL) {
        (void)snprintf(why, why_size, "%.100s: %.120s", name, fault.text);
    }
    return profile;
}

struct checkpay_profile *provider_profile_file(const char *path, const char *base_url, char *why,
                                               size_t why_size) {
    struct buffer text;
    struct checkpay_profile *profile = NULL;
    buffer_init(&text, OUTBOUND_PROFILE_MAX);
    if (read_file(path, &text, why, why_size) == 0) {
        profile = read_text(path, base_url, (struct slice){text.base, text.used}, why, why_size);
    }
    buffer_free(&text);
    return profile;
}

struct checkpay_profile *provider_profile(const struct provider *provider, char *why,
                                          size_t why_size) {
    const struct provider_shipped *shipped = find_shipped(provider->profile);
    if (shipped == NULL) {
        return provider_profile_file(provider->profile, provider->base_url, why, why_size);
    }
    struct slice text = {shipped->text, shipped->size};
    return read_text(provider->profile, provider->base_url, text, why, why_size);
}
