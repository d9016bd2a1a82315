/* demo_fill.c - the demo's accounts, participants, tariffs and money. */
#include <stdio.h>
#include <string.h>

#include "protocols/common/operation.h"
#include "protocols/common/password.h"
#include "protocols/registry/registry.h"
#include "protocols/rpc/pack.h"
#include "protocols/xml/dsig.h"
#include "switch/account_pack.h"
#include "switch/assert.h"
#include "switch/demo.h"
#include "switch/key_file.h"
#include "switch/rpc_client.h"

#define TIMEOUT_S 10u
#define ISSUER 1u
#define AGENT 72222222221u
#define MERCHANT DEMO_MERCHANT
#define MERCHANT_SECOND_WALLET 72222222230u
#define TENGE(count) ((uint64_t)(count)*100)

static const struct {
    uint64_t first, last;
    enum ledger_account_kind kind;
    uint32_t flags;
} accounts[] = {
    {ISSUER, ISSUER, LEDGER_ISSUER, LEDGER_ACCOUNT_OVERDRAFT},
    {2, 2, LEDGER_FEE_INCOME, 0}, /* what [soap] fee_account is by default */
    {1001, 1001, LEDGER_AGENT, 0},
    {2001, 2010, LEDGER_WALLET, 0},
    {3001, 3001, LEDGER_MERCHANT, 0},
    {AGENT, AGENT, LEDGER_AGENT, 0},
    {MERCHANT, MERCHANT_SECOND_WALLET, LEDGER_MERCHANT, 0},
};

static const struct registry_client clients[] = {
    {.login = 77072734954,
     .first_name = "Айгерим",
     .last_name = "Сейтова",
     .patronymic = "Маратовна",
     .iin = "900101400123",
     .identified = true},
    {.login = 77012345678,
     .first_name = "Ерлан",
     .last_name = "Ахметов",
     .iin = "850515300456",
     .identified = true},
    {.login = 77051112233,
     .first_name = "Мадина",
     .last_name = "Оспанова",
     .iin = "920707400789",
     .identified = true,
     .blocked = true},
    {.login = 77470001122, .first_name = "Тимур"}, /* 5,000.00 below its ceiling */
    {.login = 77770000001},
    {.login = DEMO_BUYER,
     .first_name = "Динара",
     .last_name = "Ахметова",
     .iin = "950412400321",
     .identified = true},
};

static const struct registry_agent agent = {.login = AGENT,
                                            .account = AGENT,
                                            .name = "ТОО «Демо Агент»",
                                            .privileges = PRIVILEGES_ALL,
                                            .legacy_signature = true};

static const struct registry_merchant merchant = {.login = MERCHANT,
                                                  .name = "Дүкен «Арай»",
                                                  .wallets = {MERCHANT, MERCHANT_SECOND_WALLET},
                                                  .wallet_count = 2};

static const struct registry_terminal terminals[] = {
    {.id = "T0001", .merchant = MERCHANT, .name = "Алматы, касса 1"},
    {.id = "T0002",
     .merchant = MERCHANT,
     .wallet = MERCHANT_SECOND_WALLET,
     .name = "Астана, касса 1"},
    {.id = "T0003", .merchant = MERCHANT, .name = "Алматы, касса 2", .blocked = true},
};

static const struct registry_service services[] = {
    {.code = DEMO_MOBILE,
     .name = "Мобильная связь",
     .merchant = MERCHANT,
     .provider = 1,
     .pattern = "7[0-9]{9}",
     .minimum = TENGE(100),
     .maximum = TENGE(50000)},
    {.code = DEMO_UTILITY,
     .name = "Коммунальные услуги",
     .merchant = MERCHANT,
     .wallet = MERCHANT_SECOND_WALLET,
     .provider = 2,
     .pattern = "[0-9]{5,12}"},
};

static const struct registry_tariff tariffs[] = {
    {.operation = OPERATION_CASH_IN, .payer = PAYER_AGENT}, /* free of charge */
    {.operation = OPERATION_CASH_IN_AVTOBYS, .percent = 100, .payer = PAYER_CLIENT},
    {.operation = OPERATION_PAY_GOODS, .percent = 50, .payer = PAYER_MERCHANT},
    {.operation = OPERATION_CASH_OUT, .percent = 100, .minimum = TENGE(50), .payer = PAYER_CLIENT},
};

/* Money from the issuer. The fixed references make each happen once for ever. The last one is paid
 * last of all: when it is there, everything is. */
static const struct {
    const char *reference;
    uint64_t account, amount;
} payments[] = {
    {"demo-float", 1001, TENGE(10000000)},        {"demo-client-1", 77072734954, TENGE(50000)},
    {"demo-client-2", 77012345678, TENGE(20000)}, {"demo-client-4", 77470001122, TENGE(195000)},
    {"demo-float-2", AGENT, TENGE(10000000)},     {"demo-buyer", DEMO_BUYER, TENGE(100000)},
};
#define PAYMENTS (sizeof(payments) / sizeof(payments[0]))

/* ---- Calls -------------------------------------------------------------------------------- */

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

/* A lookup leaves no trace in the journal. */
static int look_for_last(struct rpc_client *client, bool *there, char *why) {
    const msgpack_object *result = NULL;
    msgpack_packer *packer = rpc_client_params(client);
    msgpack_pack_array(packer, 2);
    pack_text(packer, payments[PAYMENTS - 1].reference);
    msgpack_pack_map(packer, 1);
    pack_text(packer, "requester");
    msgpack_pack_uint64(packer, ISSUER);
    if (rpc_client_call(client, "lookup", &result) != RPC_CLIENT_OK) {
        snprintf(why, DEMO_WHY, "cannot look into the demo ledger: %s", client->why);
        return -1;
    }
    *there = result->type == MSGPACK_OBJECT_ARRAY && result->via.array.size == 2 &&
             result->via.array.ptr[0].via.u64 == LEDGER_DONE;
    return 0;
}

/* ACCOUNT_EXISTS is fine too: a start was broken off, and somebody changed it. */
static int open_account(struct rpc_client *client, const struct ledger_account_request *request,
                        char *why) {
    account_pack_open(rpc_client_params(client), request);
    return call(client, "account_open", LEDGER_ACCOUNT_EXISTS, why);
}

/* A record that is there is left alone: somebody may have changed it. */
static int put(struct rpc_client *client, enum registry_kind kind, const void *record, char *why) {
    char key[LEDGER_KEY_MAX];
    uint8_t value[LEDGER_VALUE_MAX];
    const char *fault = NULL;
    bool good = registry_check(kind, record, &fault);
    ASSERT(good);
    size_t key_size = registry_key(kind, record, key);
    size_t size = registry_write(kind, record, value);
    ASSERT(size > 0);
    msgpack_packer *packer = rpc_client_params(client);
    msgpack_pack_array(packer, 3);
    pack_binary(packer, key, key_size);
    pack_binary(packer, value, size);
    msgpack_pack_uint64(packer, LEDGER_VERSION_NEW);
    return call(client, "registry_put", LEDGER_RECORD_CHANGED, why);
}

static int pay(struct rpc_client *client, size_t i, char *why) {
    msgpack_packer *packer = rpc_client_params(client);
    msgpack_pack_array(packer, 1);
    msgpack_pack_array(packer, 1);
    msgpack_pack_array(packer, 5);
    pack_text(packer, payments[i].reference);
    msgpack_pack_uint16(packer, OPERATION_ISSUE);
    msgpack_pack_array(packer, 1);
    msgpack_pack_array(packer, 3);
    msgpack_pack_uint64(packer, ISSUER);
    msgpack_pack_uint64(packer, payments[i].account);
    msgpack_pack_uint64(packer, payments[i].amount);
    pack_text(packer, "post");
    msgpack_pack_map(packer, 1);
    pack_text(packer, "requester");
    msgpack_pack_uint64(packer, ISSUER);
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

/* ---- What is there ------------------------------------------------------------------------ */

static int open_accounts(struct rpc_client *client, char *why) {
    struct ledger_account_request request = {.ceiling = LEDGER_NO_CEILING,
                                             .day_limit = LEDGER_NO_CEILING,
                                             .month_limit = LEDGER_NO_CEILING};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof(accounts) / sizeof(accounts[0]); i++) {
        request.kind = (uint16_t)accounts[i].kind;
        request.flags = accounts[i].flags;
        for (uint64_t id = accounts[i].first; rc == 0 && id <= accounts[i].last; id++) {
            request.id = id;
            request.owner = id == MERCHANT_SECOND_WALLET ? MERCHANT : id;
            rc = open_account(client, &request, why);
        }
    }
    return rc;
}

static int add_limits(struct rpc_client *client, char *why) {
    struct registry_limits limits;
    registry_limits_default(false, &limits);
    int rc = put(client, REGISTRY_LIMITS, &limits, why);
    registry_limits_default(true, &limits);
    return rc == 0 ? put(client, REGISTRY_LIMITS, &limits, why) : rc;
}

static int add_clients(struct rpc_client *client, char *why) {
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof(clients) / sizeof(clients[0]); i++) {
        struct registry_client record = clients[i];
        struct registry_limits limits;
        record.account = record.login;
        if (record.login == DEMO_BUYER &&
            !password_hash(SLICE(DEMO_BUYER_PASSWORD), record.password)) {
            snprintf(why, DEMO_WHY, "no memory for the demo buyer's password");
            return -1;
        }
        registry_limits_default(record.identified, &limits);
        struct ledger_account_request request = {
            .id = record.account,
            .owner = record.login,
            .kind = LEDGER_WALLET,
            .flags = record.blocked ? LEDGER_ACCOUNT_FROZEN : 0,
            .ceiling = limits.ceiling,
            .day_limit = limits.day_limit,
            .month_limit = limits.month_limit,
        };
        rc = open_account(client, &request, why);
        rc = rc == 0 ? put(client, REGISTRY_CLIENT, &record, why) : rc;
    }
    return rc;
}

/* Puts the public key in that file as the login's first. */
static int add_key(struct rpc_client *client, const struct config *config, const char *name,
                   uint64_t login, char *why) {
    char path[CONFIG_PATH_MAX + 32], reason[KEY_FILE_WHY];
    struct registry_key key = {.login = login, .number = 1};
    struct buffer text;
    snprintf(path, sizeof(path), "%s/%s", config->data, name);
    buffer_init(&text, KEY_FILE_MAX);
    int rc = key_file_read(path, &text, reason);
    if (rc == 0) {
        key.der_size = (uint32_t)dsig_public_pem((struct slice){text.base, text.used}, key.der,
                                                 sizeof(key.der));
    }
    buffer_free(&text);
    if (rc < 0 || key.der_size == 0) {
        snprintf(why, DEMO_WHY, "%.*s", DEMO_WHY - 1, rc < 0 ? reason : "a public key is none");
        return -1;
    }
    return put(client, REGISTRY_KEY, &key, why);
}

static int add_partners(struct rpc_client *client, const struct config *config, char *why) {
    int rc = put(client, REGISTRY_AGENT, &agent, why);
    rc = rc == 0 ? add_key(client, config, DEMO_AGENT_PUBLIC_KEY, AGENT, why) : rc;
    rc = rc == 0 ? put(client, REGISTRY_MERCHANT, &merchant, why) : rc;
    return rc == 0 ? add_key(client, config, DEMO_SHOP_PUBLIC_KEY, MERCHANT, why) : rc;
}

static int fill(struct rpc_client *client, const struct config *config, char *why) {
    int rc = open_accounts(client, why);
    rc = rc == 0 ? add_limits(client, why) : rc;
    rc = rc == 0 ? add_clients(client, why) : rc;
    rc = rc == 0 ? add_partners(client, config, why) : rc;
    for (size_t i = 0; rc == 0 && i < sizeof(terminals) / sizeof(terminals[0]); i++) {
        rc = put(client, REGISTRY_TERMINAL, &terminals[i], why);
    }
    for (size_t i = 0; rc == 0 && i < sizeof(services) / sizeof(services[0]); i++) {
        rc = put(client, REGISTRY_SERVICE, &services[i], why);
    }
    for (size_t i = 0; rc == 0 && i < sizeof(tariffs) / sizeof(tariffs[0]); i++) {
        rc = put(client, REGISTRY_TARIFF, &tariffs[i], why);
    }
    for (size_t i = 0; rc == 0 && i < PAYMENTS; i++) {
        rc = pay(client, i, why);
    }
    return rc == 0 ? flush(client, why) : rc;
}

int demo_fill(const struct config *config, char *why) {
    struct rpc_client client;
    bool there = false;
    if (rpc_client_open(&client, config->unix_path, TIMEOUT_S) != RPC_CLIENT_OK) {
        snprintf(why, DEMO_WHY, "%s", client.why);
        return -1;
    }
    int rc = look_for_last(&client, &there, why);
    rc = rc == 0 && !there ? fill(&client, config, why) : rc;
    rpc_client_close(&client);
    return rc;
}
