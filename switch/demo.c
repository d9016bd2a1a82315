/* demo.c - the demo's config and keys. */
#include "switch/demo.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocols/xml/xml.h"
#include "switch/assert.h"
#include "switch/config_keys.h"
#include "switch/key_file.h"

#define KEY_HEX (2u * GATEWAY_KEY_SIZE) /* both keys are 32 random bytes in hexadecimal */
#define REQUESTER 1001u                 /* the demo's gateway pays as this agent */
#define RSA_BITS 2048u

static int fail(char *why, const char *what, const char *path) {
    snprintf(why, DEMO_WHY, "%s %.200s: %s", what, path, strerror(errno));
    return -1;
}

/* Makes each folder on the way, as mkdir -p. */
static int make_folders(const char *path, char *why) {
    char copy[CONFIG_PATH_MAX];
    size_t size = strlen(path);
    ASSERT(size < sizeof(copy));
    for (size_t i = 1; i <= size; i++) {
        if (path[i] != '/' && path[i] != '\0') {
            continue;
        }
        memcpy(copy, path, i);
        copy[i] = '\0';
        if (mkdir(copy, 0755) < 0 && errno != EEXIST) {
            return fail(why, "cannot make the folder", copy);
        }
    }
    return 0;
}

/* Makes a new random key and its file; where there is one it stays. */
static int make_key(const char *path, char *why) {
    unsigned char bytes[GATEWAY_KEY_SIZE];
    char line[KEY_HEX + 2];
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return errno == EEXIST ? 0 : fail(why, "cannot make the key file", path);
    }
    randombytes_buf(bytes, sizeof(bytes));
    sodium_bin2hex(line, sizeof(line), bytes, sizeof(bytes));
    line[KEY_HEX] = '\n';
    bool written = write(fd, line, KEY_HEX + 1) == (ssize_t)KEY_HEX + 1;
    int rc = written && fsync(fd) == 0 ? 0 : fail(why, "cannot write the key file", path);
    close(fd);
    sodium_memzero(bytes, sizeof(bytes));
    sodium_memzero(line, sizeof(line));
    if (rc < 0) {
        unlink(path); /* half a key would stand in the way of the next start */
    }
    return rc;
}

static int set_key(struct gateway *gateway, enum config_gateway_key key, const char *folder,
                   const char *name, char *why) {
    char path[CONFIG_PATH_MAX + 32];
    char reason[CONFIG_WHY_MAX];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    if (make_key(path, why) < 0) {
        return -1;
    }
    if (config_gateway_set(gateway, key, name, folder, reason) < 0) {
        snprintf(why, DEMO_WHY, "%s: %s; remove the file to get a new key", name, reason);
        return -1;
    }
    return 0;
}

/* Makes a pair of RSA keys, unless there is one. */
static int make_pair(const char *folder, const char *name, char *why) {
    char path[CONFIG_PATH_MAX + 32], reason[KEY_FILE_WHY];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    if (access(path, F_OK) == 0) {
        return 0;
    }
    if (key_file_make(path, RSA_BITS, reason) < 0) {
        snprintf(why, DEMO_WHY, "%.*s", DEMO_WHY - 1, reason);
        return -1;
    }
    return 0;
}

static int set_node_key(struct config *config, char *why) {
    char reason[CONFIG_WHY_MAX];
    if (xml_start() < 0) {
        snprintf(why, DEMO_WHY, "the XML library cannot start");
        return -1;
    }
    if (make_pair(config->data, DEMO_NODE_KEY, why) < 0 ||
        make_pair(config->data, DEMO_AGENT_KEY, why) < 0 ||
        make_pair(config->data, DEMO_SHOP_KEY, why) < 0) {
        return -1;
    }
    if (config_set_node_key(config, config->data, DEMO_NODE_KEY, reason) < 0) {
        snprintf(why, DEMO_WHY, "%s", reason);
        return -1;
    }
    return 0;
}

int demo_config(struct config *config, char *why) {
    config->demo = true;
    config->table_mb = 64;
    config->account_slots = 65536;
    config->filter_mb = 4;
    config->map_gb = 8;
    config->segment_mb = 16;
    config->open_payments_max = 65536;
    config->checkpoint_ms = 100; /* lists and statements follow at once */
    config->log_format = LOG_LOGFMT;

    struct gateway *gateway = &config->gateways[0];
    memset(gateway, 0, sizeof(*gateway));
    snprintf(gateway->grant.name, sizeof(gateway->grant.name), "demo");
    gateway->grant.rights =
        (gateway_operator_grant()->rights & ~(uint32_t)GRANT_OPERATOR) | GRANT_TOKEN;
    gateway->grant.requester = REQUESTER;
    gateway->grant.requesters[0] = (struct grant_range){REQUESTER, REQUESTER};
    gateway->grant.accounts[0] = (struct grant_range){0, UINT64_MAX};
    gateway->grant.requester_count = gateway->grant.account_count = 1;
    if (make_folders(config->data, why) < 0 ||
        set_key(gateway, CONFIG_BEARER_KEY_FILE, config->data, "gateway.key", why) < 0 ||
        set_key(gateway, CONFIG_RPC_KEY_FILE, config->data, "gateway.rpc.key", why) < 0 ||
        set_node_key(config, why) < 0) {
        return -1;
    }
    config->gateway_count = 1;
    config->vostok_plat_service = DEMO_UTILITY;
    bool parsed = networks_parse(SLICE("127.0.0.0/8 ::1/128"), &config->callback_allow);
    ASSERT(parsed); /* the shop is told here */
    return demo_providers(config, why);
}
