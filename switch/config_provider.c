/* config_provider.c - the sections [provider NAME]: one provider's address, dialect and secrets. */
#include <ctype.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "switch/assert.h"
#include "switch/config_keys.h"
#include "switch/limits.h"

static const char *const key_names[CONFIG_PROVIDER_KEYS] = {
    [CONFIG_PROVIDER_NUMBER] = "number",
    [CONFIG_PROVIDER_PROFILE] = "profile",
    [CONFIG_PROVIDER_URL] = "base_url",
    [CONFIG_PROVIDER_CONCURRENCY] = "concurrency",
    [CONFIG_PROVIDER_CONNECT] = "connect_timeout_ms",
    [CONFIG_PROVIDER_TOTAL] = "total_timeout_ms",
    [CONFIG_PROVIDER_AUTH] = "basic_auth_file",
    [CONFIG_PROVIDER_CERT] = "client_cert",
    [CONFIG_PROVIDER_KEY] = "client_key",
    [CONFIG_PROVIDER_CA] = "ca_file",
    [CONFIG_PROVIDER_HEADERS] = "header_file",
};

enum config_provider_key config_provider_key_of(const char *name) {
    uint32_t key = 0;
    while (key < CONFIG_PROVIDER_KEYS && strcmp(key_names[key], name) != 0) {
        key++;
    }
    return (enum config_provider_key)key;
}

static int fail(char *why, const char *text) {
    (void)snprintf(why, CONFIG_WHY_MAX, "%s", text);
    return -1;
}

int config_provider_start(struct provider *provider, const char *name, char *why) {
    size_t size = strlen(name);
    *provider = (struct provider){.concurrency = PROVIDER_CONCURRENCY,
                                  .connect_timeout_ms = PROVIDER_CONNECT_MS,
                                  .total_timeout_ms = PROVIDER_TOTAL_MS};
    if (size == 0 || size >= sizeof(provider->name)) {
        return fail(why, "a provider's name has 1 to 31 characters: [provider NAME]");
    }
    for (size_t i = 0; i < size; i++) { /* it becomes a label of metrics */
        if (!isalnum((unsigned char)name[i]) && strchr("_.-", name[i]) == NULL) {
            return fail(why, "a provider's name has only letters, digits, '_', '.' and '-'");
        }
    }
    if (strcmp(name, OUTBOX_SHOPS_NAME) == 0) {
        return fail(why, "no provider's name is " OUTBOX_SHOPS_NAME ": so metrics call web shops");
    }
    memcpy(provider->name, name, size + 1);
    return 0;
}

static int set_number(uint32_t *field, const char *name, const char *text, uint64_t max,
                      char *why) {
    uint64_t number = 0;
    if (!config_number(text, 1, max, &number)) {
        (void)snprintf(why, CONFIG_WHY_MAX,
                       "%s is \"%.40s\", but must be a whole number from 1 to "
                       "%llu",
                       name, text, (unsigned long long)max);
        return -1;
    }
    *field = (uint32_t)number;
    return 0;
}

/* The path of a file that is there. */
static int set_file(char *field, const char *name, const char *folder, const char *text,
                    char *why) {
    if (text[0] == '\0' || !config_path_join(field, PROVIDER_PATH_MAX, folder, text) ||
        access(field, R_OK) != 0) {
        (void)snprintf(why, CONFIG_WHY_MAX, "%s is \"%.120s\", which is no file that can be read",
                       name, text);
        return -1;
    }
    return 0;
}

/* "osmp" is a profile that comes with the node; what has a '.' or '/' is a file. */
static int set_profile(struct provider *provider, const char *folder, const char *text, char *why) {
    if (strpbrk(text, "./") != NULL) {
        return set_file(provider->profile, "profile", folder, text, why);
    }
    const struct provider_shipped *shipped = provider_shipped;
    char names[CONFIG_WHY_MAX / 2] = "";
    for (; shipped->name != NULL; shipped++) {
        if (strcmp(shipped->name, text) == 0) {
            (void)snprintf(provider->profile, sizeof(provider->profile), "%s", text);
            return 0;
        }
        size_t used = strlen(names);
        (void)snprintf(names + used, sizeof(names) - used, "%s%s", used > 0 ? ", " : "",
                       shipped->name);
    }
    (void)snprintf(why, CONFIG_WHY_MAX,
                   "profile is \"%.40s\", but must be one of %s, or a file's path with a '.' or "
                   "'/' in it",
                   text, names);
    return -1;
}

static int set_url(struct provider *provider, const char *text, char *why) {
    if (strlen(text) >= sizeof(provider->base_url) || strpbrk(text, "@ \"'<>\\^`{|}#") != NULL) {
        return fail(why, "base_url must be a URL such as https://provider.example/pay, without a "
                         "user (basic_auth_file has it) and without a '#'");
    }
    memcpy(provider->base_url, text, strlen(text) + 1); /* the rest: the profile's reader */
    return 0;
}

static int set_auth(struct provider *provider, const char *folder, const char *text, char *why) {
    if (config_read_key(provider->basic_auth, sizeof(provider->basic_auth), folder, text, why) <
        0) {
        return -1;
    }
    const char *auth = provider->basic_auth;
    bool good = strchr(auth, ':') != NULL && strlen(auth) + 1 < sizeof(provider->basic_auth);
    for (size_t i = 0; good && auth[i] != '\0'; i++) {
        good = !iscntrl((unsigned char)auth[i]);
    }
    if (!good) {
        sodium_memzero(provider->basic_auth, sizeof(provider->basic_auth));
        return fail(why, "basic_auth_file must have one line \"user:password\" of at most 254 "
                         "bytes");
    }
    return 0;
}

/* A header line, without its end: a token, ':', and visible text. */
static bool is_header(const char *line) {
    size_t name = strspn(line, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");
    if (name == 0 || line[name] != ':' || line[name + 1 + strspn(line + name + 1, " \t")] == '\0') {
        return false;
    }
    for (const char *at = line + name; *at != '\0'; at++) {
        if (iscntrl((unsigned char)*at) && *at != '\t') {
            return false;
        }
    }
    return true;
}

static int set_headers(struct provider *provider, const char *folder, const char *text, char *why) {
    char *rest = provider->headers;
    if (config_read_key(rest, sizeof(provider->headers), folder, text, why) < 0) {
        return -1;
    }
    bool good = strlen(rest) + 1 < sizeof(provider->headers);
    for (char *line = strsep(&rest, "\n"); good && line != NULL; line = strsep(&rest, "\n")) {
        line[strcspn(line, "\r")] = '\0';
        good = provider->header_count < PROVIDER_HEADERS_MAX && is_header(line);
        if (good) {
            provider->header_at[provider->header_count++] = (uint16_t)(line - provider->headers);
        }
    }
    if (!good) {
        sodium_memzero(provider->headers, sizeof(provider->headers));
        return fail(why, "header_file must have 1 to 16 lines \"Name: value\", 4 KiB in all");
    }
    return 0;
}

int config_provider_set(struct provider *provider, enum config_provider_key key, const char *text,
                        const char *folder, char *why) {
    const char *name = key_names[key];
    switch (key) {
    case CONFIG_PROVIDER_NUMBER:
        return set_number(&provider->number, name, text, WEBSHOP_DELIVER_TO - 1, why);
    case CONFIG_PROVIDER_CONCURRENCY:
        return set_number(&provider->concurrency, name, text, PROVIDER_CONCURRENCY_MAX, why);
    case CONFIG_PROVIDER_CONNECT:
        return set_number(&provider->connect_timeout_ms, name, text, PROVIDER_TIMEOUT_MAX_MS, why);
    case CONFIG_PROVIDER_TOTAL:
        return set_number(&provider->total_timeout_ms, name, text, PROVIDER_TIMEOUT_MAX_MS, why);
    case CONFIG_PROVIDER_PROFILE:
        return set_profile(provider, folder, text, why);
    case CONFIG_PROVIDER_URL:
        return set_url(provider, text, why);
    case CONFIG_PROVIDER_AUTH:
        return set_auth(provider, folder, text, why);
    case CONFIG_PROVIDER_CERT:
        return set_file(provider->client_cert, name, folder, text, why);
    case CONFIG_PROVIDER_KEY:
        return set_file(provider->client_key, name, folder, text, why);
    case CONFIG_PROVIDER_CA:
        return set_file(provider->ca_file, name, folder, text, why);
    case CONFIG_PROVIDER_HEADERS:
        return set_headers(provider, folder, text, why);
    case CONFIG_PROVIDER_KEYS:
        break;
    }
    ASSERT(false);
    return -1;
}

int config_provider_finish(const struct provider *provider, char *why) {
    if (provider->number == 0 || provider->profile[0] == '\0' || provider->base_url[0] == '\0') {
        return fail(why, "the provider lacks number, profile or base_url; all three must be given");
    }
    if ((provider->client_cert[0] == '\0') != (provider->client_key[0] == '\0')) {
        return fail(why, "client_cert and client_key go together; give both or none");
    }
    struct checkpay_profile *profile = provider_profile(provider, why, CONFIG_WHY_MAX);
    if (profile == NULL) {
        return -1;
    }
    checkpay_profile_free(profile);
    return 0;
}
