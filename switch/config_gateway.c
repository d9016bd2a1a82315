/* config_gateway.c - the sections [gateway NAME]: keys, rights and ranges of one gateway. */
#include <ctype.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "switch/assert.h"
#include "switch/config_keys.h"

static const char *const key_names[CONFIG_GATEWAY_KEYS] = {
    [CONFIG_RPC_KEY] = "rpc_key",       [CONFIG_RPC_KEY_FILE] = "rpc_key_file",
    [CONFIG_BEARER_KEY] = "bearer_key", [CONFIG_BEARER_KEY_FILE] = "bearer_key_file",
    [CONFIG_REQUESTER] = "requester",   [CONFIG_REQUESTERS] = "requesters",
    [CONFIG_ACCOUNTS] = "accounts",     [CONFIG_RIGHTS] = "rights",
};

static const struct {
    const char *name;
    uint32_t right;
} rights[] = {
    {"open", GRANT_OPEN},
    {"complete", GRANT_COMPLETE},
    {"decline", GRANT_DECLINE},
    {"lookup", GRANT_LOOKUP},
    {"account_open", GRANT_ACCOUNT_OPEN},
    {"account_read", GRANT_ACCOUNT_READ},
    {"node", GRANT_NODE},
    {"operator", GRANT_OPERATOR},
    {"token", GRANT_TOKEN},
    {"deliver", GRANT_DELIVER},
};

enum config_gateway_key config_gateway_key_of(const char *name) {
    uint32_t key = 0;
    while (key < CONFIG_GATEWAY_KEYS && strcmp(key_names[key], name) != 0) {
        key++;
    }
    return (enum config_gateway_key)key;
}

static int fail(char *why, const char *text) {
    snprintf(why, CONFIG_WHY_MAX, "%s", text);
    return -1;
}

int config_gateway_start(struct gateway *gateway, const char *name, char *why) {
    memset(gateway, 0, sizeof(*gateway));
    size_t size = strlen(name);
    if (size == 0 || size >= sizeof(gateway->grant.name)) {
        return fail(why, "a gateway's name has 1 to 31 characters: [gateway NAME]");
    }
    for (size_t i = 0; i < size; i++) {
        if (!isalnum((unsigned char)name[i]) && strchr("_.-", name[i]) == NULL) {
            return fail(why, "a gateway's name has only letters, digits, '_', '.' and '-'");
        }
    }
    memcpy(gateway->grant.name, name, size + 1);
    return 0;
}

static int set_rpc_key(struct gateway *gateway, const char *text, char *why) {
    size_t size = 0;
    if (strlen(text) != (size_t)2 * GATEWAY_KEY_SIZE ||
        sodium_hex2bin(gateway->rpc_key, GATEWAY_KEY_SIZE, text, strlen(text), NULL, &size, NULL) !=
            0 ||
        size != GATEWAY_KEY_SIZE) {
        return fail(why, "an RPC key is 64 hexadecimal digits; make one with: "
                         "od -An -vtx1 -N32 /dev/urandom | tr -d ' \\n'");
    }
    gateway->has_rpc_key = true;
    return 0;
}

static int set_bearer(struct gateway *gateway, const char *text, char *why) {
    size_t size = strlen(text);
    for (size_t i = 0; i < size; i++) {
        if (!isalnum((unsigned char)text[i]) && strchr("-._~+/=", text[i]) == NULL) {
            return fail(why, "a bearer key has only letters, digits and -._~+/=");
        }
    }
    if (size < GATEWAY_BEARER_MIN || size > GATEWAY_BEARER_MAX) {
        return fail(why, "a bearer key has 32 to 128 characters; make one with: "
                         "od -An -vtx1 -N32 /dev/urandom | tr -d ' \\n'");
    }
    gateway_bearer_hash(gateway->bearer_hash, text, size);
    gateway->has_bearer = true;
    return 0;
}

int config_read_key(char *key, size_t key_size, const char *folder, const char *text, char *why) {
    char path[CONFIG_PATH_MAX];
    if (!config_path_join(path, sizeof(path), folder, text)) {
        return fail(why, "the key file's path is too long; take a shorter one");
    }
    FILE *file = fopen(path, "re");
    struct stat status;
    if (file == NULL || fstat(fileno(file), &status) != 0) {
        snprintf(why, CONFIG_WHY_MAX, "cannot read the key file %.150s: %s", path, strerror(errno));
        if (file != NULL) {
            fclose(file);
        }
        return -1;
    }
    size_t size = fread(key, 1, key_size - 1, file);
    fclose(file);
    if ((status.st_mode & S_IRWXO) != 0) {
        snprintf(why, CONFIG_WHY_MAX,
                 "everybody may read the key file %.130s; run: chmod 600 on it, and change the key",
                 path);
        return -1;
    }
    while (size > 0 && isspace((unsigned char)key[size - 1])) {
        size--;
    }
    key[size] = '\0';
    return 0;
}

/* Parses "5, 10-20" or "all". 0, or -1 with why. */
static int set_ranges(struct grant_range *ranges, uint32_t *count, const char *text, char *why) {
    char copy[512];
    char *rest = copy;
    *count = 0;
    if (strcmp(text, "all") == 0) {
        ranges[(*count)++] = (struct grant_range){0, UINT64_MAX};
        return 0;
    }
    if ((size_t)snprintf(copy, sizeof(copy), "%s", text) >= sizeof(copy)) {
        return fail(why, "the list of ranges is too long");
    }
    for (char *item = strsep(&rest, ","); item != NULL; item = strsep(&rest, ",")) {
        char first[24], last[24], more;
        uint64_t low = 0, high = 0;
        int parts = sscanf(item, " %23[0-9] - %23[0-9] %c", first, last, &more);
        char extra = '\0';
        bool one = parts == 1 && sscanf(item, " %*[0-9] %c", &extra) != 1;
        if (*count == GRANT_RANGES_MAX) {
            return fail(why, "more than 16 ranges; join neighbouring ones, or write: all");
        }
        if ((!one && parts != 2) || !config_number(first, 1, UINT64_MAX, &low) ||
            !config_number(one ? first : last, low, UINT64_MAX, &high)) {
            snprintf(why, CONFIG_WHY_MAX,
                     "\"%.60s\" is no range; write \"all\", or numbers from 1 and ranges such as "
                     "\"5, 10-20\"",
                     item);
            return -1;
        }
        ranges[(*count)++] = (struct grant_range){low, high};
    }
    return 0;
}

static int set_rights(struct grant *grant, const char *text, char *why) {
    char copy[256];
    char *rest = copy;
    if ((size_t)snprintf(copy, sizeof(copy), "%s", text) >= sizeof(copy)) {
        return fail(why, "the list of rights is too long");
    }
    for (char *item = strsep(&rest, ","); item != NULL; item = strsep(&rest, ",")) {
        char word[16] = "", more;
        int parts = sscanf(item, " %15[a-z_] %c", word, &more);
        size_t i = 0;
        while (i < sizeof(rights) / sizeof(rights[0]) && strcmp(rights[i].name, word) != 0) {
            i++;
        }
        if (parts != 1 || i == sizeof(rights) / sizeof(rights[0])) {
            snprintf(why, CONFIG_WHY_MAX,
                     "\"%.40s\" is no right; rights are: open, complete, decline, lookup, "
                     "account_open, account_read, node, operator, token, deliver",
                     item);
            return -1;
        }
        grant->rights |= rights[i].right;
    }
    return 0;
}

static int set_from_file(struct gateway *gateway, bool rpc, const char *text, const char *folder,
                         char *why) {
    char key[512];
    int rc = config_read_key(key, sizeof(key), folder, text, why);
    if (rc == 0) {
        rc = rpc ? set_rpc_key(gateway, key, why) : set_bearer(gateway, key, why);
    }
    sodium_memzero(key, sizeof(key));
    return rc;
}

int config_gateway_set(struct gateway *gateway, enum config_gateway_key key, const char *text,
                       const char *folder, char *why) {
    struct grant *grant = &gateway->grant;
    switch (key) {
    case CONFIG_RPC_KEY:
        return set_rpc_key(gateway, text, why);
    case CONFIG_RPC_KEY_FILE:
        return set_from_file(gateway, true, text, folder, why);
    case CONFIG_BEARER_KEY:
        return set_bearer(gateway, text, why);
    case CONFIG_BEARER_KEY_FILE:
        return set_from_file(gateway, false, text, folder, why);
    case CONFIG_REQUESTER:
        if (!config_number(text, 1, UINT64_MAX, &grant->requester)) {
            return fail(why, "requester must be a whole number from 1 on");
        }
        return 0;
    case CONFIG_REQUESTERS:
        return set_ranges(grant->requesters, &grant->requester_count, text, why);
    case CONFIG_ACCOUNTS:
        return set_ranges(grant->accounts, &grant->account_count, text, why);
    case CONFIG_RIGHTS:
        return set_rights(grant, text, why);
    case CONFIG_GATEWAY_KEYS:
        break;
    }
    ASSERT(false);
    return -1;
}

static bool given(uint32_t seen, enum config_gateway_key key) {
    return (seen & (1u << key)) != 0;
}

int config_gateway_finish(struct gateway *gateway, uint32_t seen, char *why) {
    struct grant *grant = &gateway->grant;
    if (given(seen, CONFIG_RPC_KEY) && given(seen, CONFIG_RPC_KEY_FILE)) {
        return fail(why, "rpc_key and rpc_key_file are both given; keep one");
    }
    if (given(seen, CONFIG_BEARER_KEY) && given(seen, CONFIG_BEARER_KEY_FILE)) {
        return fail(why, "bearer_key and bearer_key_file are both given; keep one");
    }
    if (!gateway->has_rpc_key && !gateway->has_bearer) {
        return fail(why, "the gateway has no key and could never log in; add rpc_key (for RPC) or "
                         "bearer_key (for HTTP), or a file with it");
    }
    if (!given(seen, CONFIG_REQUESTER) || !given(seen, CONFIG_ACCOUNTS) ||
        !given(seen, CONFIG_RIGHTS)) {
        return fail(why, "the gateway lacks requester, accounts or rights; all three must be given "
                         "(accounts may be \"all\")");
    }
    if (!given(seen, CONFIG_REQUESTERS)) {
        grant->requesters[0] = (struct grant_range){grant->requester, grant->requester};
        grant->requester_count = 1;
    }
    for (uint32_t i = 0; i < grant->requester_count; i++) {
        if (grant->requesters[i].first <= grant->requester &&
            grant->requester <= grant->requesters[i].last) {
            return 0;
        }
    }
    return fail(why, "requesters does not contain the gateway's own requester; add it there");
}
