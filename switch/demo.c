/* demo.c - the demo's config, keys, accounts. */
#include "switch/demo.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocols/common/operation.h"
#include "protocols/rpc/pack.h"
#include "switch/assert.h"
#include "switch/config_keys.h"
#include "switch/rpc_client.h"

#define KEY_HEX (2u * GATEWAY_KEY_SIZE) /* both keys are 32 random bytes in hexadecimal */
#define REQUESTER 1001u                 /* the demo's gateway pays as the agent */
#define FLOAT_TIYN 1000000000u          /* 10,000,000.00 */
#define TIMEOUT_S 10u

static const struct demo_account {
    uint64_t first, last;
    enum ledger_account_kind kind;
    uint32_t flags;
} accounts[] = {
    {1, 1, LEDGER_ISSUER, LEDGER_ACCOUNT_OVERDRAFT},
    {2, 2, LEDGER_FEE_INCOME, 0},
    {1001, 1001, LEDGER_AGENT, 0},
    {2001, 2010, LEDGER_WALLET, 0},
    {3001, 3001, LEDGER_MERCHANT, 0},
};

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
    gateway->grant.rights = gateway_operator_grant()->rights & ~(uint32_t)GRANT_OPERATOR;
    gateway->grant.requester = REQUESTER;
    gateway->grant.requesters[0] = (struct grant_range){REQUESTER, REQUESTER};
    gateway->grant.accounts[0] = (struct grant_range){0, UINT64_MAX};
    gateway->grant.requester_count = gateway->grant.account_count = 1;
    if (make_folders(config->data, why) < 0 ||
        set_key(gateway, CONFIG_BEARER_KEY_FILE, config->data, "gateway.key", why) < 0 ||
        set_key(gateway, CONFIG_RPC_KEY_FILE, config->data, "gateway.rpc.key", why) < 0) {
        return -1;
    }
    config->gateway_count = 1;
    return 0;
}

/* Calls, and expects DONE, REPLAYED or one more status in the (first) outcome. */
static int call(struct rpc_client *client, const char *method, uint64_t fine, char *why) {
    const msgpack_object *result = NULL;
    if (rpc_client_call(client, method, &result) != RPC_CLIENT_OK) {
        snprintf(why, DEMO_WHY, "cannot fill the demo ledger: %s: %s", method, client->why);
        return -1;
    }
    while (result->type == MSGPACK_OBJECT_ARRAY && result->via.array.size > 0) {
        result = result->via.array.ptr; /* open's outcomes are in one more array */
    }
    uint64_t status = result->via.u64;
    if (result->type != MSGPACK_OBJECT_POSITIVE_INTEGER ||
        (status != LEDGER_DONE && status != LEDGER_REPLAYED && status != fine)) {
        snprintf(why, DEMO_WHY, "cannot fill the demo ledger: %s: %s", method,
                 ledger_status_text((unsigned)status));
        return -1;
    }
    return 0;
}

#define FLOAT_REFERENCE "demo-float"
#define FLOAT_REQUESTER 1u

/* The float is paid last: when it is there, all is. A lookup leaves no trace in the journal. */
static int look_for_float(struct rpc_client *client, bool *there, char *why) {
    const msgpack_object *result = NULL;
    msgpack_packer *packer = rpc_client_params(client);
    msgpack_pack_array(packer, 2);
    pack_text(packer, FLOAT_REFERENCE);
    msgpack_pack_map(packer, 1);
    pack_text(packer, "requester");
    msgpack_pack_uint64(packer, FLOAT_REQUESTER);
    if (rpc_client_call(client, "lookup", &result) != RPC_CLIENT_OK) {
        snprintf(why, DEMO_WHY, "cannot look into the demo ledger: %s", client->why);
        return -1;
    }
    *there = result->type == MSGPACK_OBJECT_ARRAY && result->via.array.size == 2 &&
             result->via.array.ptr[0].via.u64 == LEDGER_DONE;
    return 0;
}

/* One account. ACCOUNT_EXISTS is fine too: a start was broken off, and somebody changed it. */
static int open_account(struct rpc_client *client, const struct demo_account *account, uint64_t id,
                        char *why) {
    msgpack_packer *packer = rpc_client_params(client);
    msgpack_pack_array(packer, 1);
    msgpack_pack_map(packer, 4);
    pack_text(packer, "id");
    msgpack_pack_uint64(packer, id);
    pack_text(packer, "owner");
    msgpack_pack_uint64(packer, id);
    pack_text(packer, "kind");
    pack_text(packer, ledger_kind_name(account->kind));
    pack_text(packer, "flags");
    msgpack_pack_uint32(packer, account->flags);
    return call(client, "account_open", LEDGER_ACCOUNT_EXISTS, why);
}

/* The agent's float, paid by the issuer. The fixed reference makes it happen once for ever. */
static int open_float(struct rpc_client *client, char *why) {
    msgpack_packer *packer = rpc_client_params(client);
    msgpack_pack_array(packer, 1);
    msgpack_pack_array(packer, 1);
    msgpack_pack_array(packer, 5);
    pack_text(packer, FLOAT_REFERENCE);
    msgpack_pack_uint16(packer, operation_number(SLICE("issue")));
    msgpack_pack_array(packer, 1);
    msgpack_pack_array(packer, 3);
    msgpack_pack_uint64(packer, 1);
    msgpack_pack_uint64(packer, REQUESTER);
    msgpack_pack_uint64(packer, FLOAT_TIYN);
    pack_text(packer, "post");
    msgpack_pack_map(packer, 1);
    pack_text(packer, "requester");
    msgpack_pack_uint64(packer, FLOAT_REQUESTER);
    return call(client, "open", LEDGER_DONE, why);
}

/* Lists and statements are of the last checkpoint: the first look should find the accounts. */
static int flush(struct rpc_client *client, char *why) {
    const msgpack_object *result = NULL;
    msgpack_pack_array(rpc_client_params(client), 0);
    if (rpc_client_call(client, "node.flush", &result) != RPC_CLIENT_OK) {
        snprintf(why, DEMO_WHY, "cannot save the demo ledger: %s", client->why);
        return -1;
    }
    return 0;
}

static int fill(struct rpc_client *client, char *why) {
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof(accounts) / sizeof(accounts[0]); i++) {
        for (uint64_t id = accounts[i].first; rc == 0 && id <= accounts[i].last; id++) {
            rc = open_account(client, &accounts[i], id, why);
        }
    }
    rc = rc == 0 ? open_float(client, why) : rc;
    return rc == 0 ? flush(client, why) : rc;
}

int demo_fill(const struct config *config, char *why) {
    struct rpc_client client;
    bool there = false;
    if (rpc_client_open(&client, config->unix_path, TIMEOUT_S) != RPC_CLIENT_OK) {
        snprintf(why, DEMO_WHY, "%s", client.why);
        return -1;
    }
    int rc = look_for_float(&client, &there, why);
    rc = rc == 0 && !there ? fill(&client, why) : rc;
    rpc_client_close(&client);
    return rc;
}
