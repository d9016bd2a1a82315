/* import_rows.c - the steps of rows. Each may be done again, so that a file may be, too: the record
 * is put last, and a row whose record is there as it should be has nothing left to do. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "protocols/rpc/pack.h"
#include "switch/account_pack.h"
#include "switch/assert.h"
#include "switch/command.h"
#include "switch/import.h"

#define TRIES_MAX 5u            /* of a row whose record others change at the same time */
#define BUSY_ROUNDS_MAX 1200u   /* a minute */
#define BUSY_PAUSE_NS 50000000l /* between two of them */

static void wrong(struct import_row *row, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void wrong(struct import_row *row, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(row->why, sizeof(row->why), format, arguments);
    va_end(arguments);
    row->step = IMPORT_WRONG;
}

/* ---- Records ------------------------------------------------------------------------------ */

static size_t key_of(const struct import_row *row, char key[LEDGER_KEY_MAX]) {
    return registry_key(REGISTRY_CLIENT, &row->client, key);
}

/* False: the row is wrong. */
static bool check(struct import_row *row) {
    const char *why = NULL;
    if (row->client.account == 0) {
        row->client.account = row->client.login;
    }
    if (registry_check(REGISTRY_CLIENT, &row->client, &why)) {
        return true;
    }
    bool missing = registry_field_of(REGISTRY_CLIENT, slice_text(why)) != NULL;
    wrong(row, "%s%s", why, missing ? ": is needed" : "");
    return false;
}

/* What the account must be; blocked: the client was, until now. */
static void plan(struct import_row *row, const struct registry_limits limits[2], bool blocked) {
    const struct registry_client *client = &row->client;
    const struct registry_limits *class_ = &limits[client->identified];
    row->account = (struct ctl_accounts){
        .want = {.id = client->account,
                 .owner = client->login,
                 .kind = LEDGER_WALLET,
                 .flags = client->blocked ? LEDGER_ACCOUNT_FROZEN : 0,
                 .ceiling = class_->ceiling,
                 .day_limit = class_->day_limit,
                 .month_limit = class_->month_limit},
        .frozen = client->blocked ? 1 : (blocked ? 0 : -1),
    };
    if (!client->own_limits) {
        row->account.must =
            LEDGER_FIELD_CEILING | LEDGER_FIELD_DAY_LIMIT | LEDGER_FIELD_MONTH_LIMIT;
    }
}

/* The stored client with the file's columns. */
static void overlay(const struct import *import, struct import_row *row,
                    const struct registry_client *stored) {
    struct registry_client client = *stored;
    for (uint32_t i = 0; i < import->column_count; i++) {
        const struct registry_field *field = import->columns[i];
        memcpy((char *)&client + field->offset, (const char *)&row->client + field->offset,
               field->size);
    }
    row->client = client;
}

static bool same(const struct registry_client *client, struct slice value) {
    uint8_t bytes[LEDGER_VALUE_MAX];
    size_t size = registry_write(REGISTRY_CLIENT, client, bytes);
    return slice_equal((struct slice){(const char *)bytes, size}, value);
}

/* ---- Answers ------------------------------------------------------------------------------ */

static void take_stored(const struct import *import, struct import_row *row,
                        const struct registry_limits limits[2], struct slice value) {
    char key[LEDGER_KEY_MAX];
    const char *why = NULL;
    struct registry_client stored;
    struct slice name = {key, key_of(row, key)};
    if (!registry_read(REGISTRY_CLIENT, name, value, &stored, &why)) {
        wrong(row, "login: %" PRIu64 " is there, but cannot be read: %s", row->client.login, why);
        return;
    }
    if (import->update) {
        overlay(import, row, &stored);
    }
    if (!check(row)) {
        return;
    }
    if (same(&row->client, value)) {
        row->step = IMPORT_SAME;
    } else if (!import->update) {
        wrong(row, "login: %" PRIu64 " is there with other fields; --update changes it",
              row->client.login);
    } else {
        row->version = ledger_registry_version(value.base, value.size);
        plan(row, limits, stored.blocked);
        row->step = IMPORT_OPEN;
    }
}

static void take_record(const struct import *import, struct import_row *row,
                        const struct registry_limits limits[2], unsigned status,
                        const msgpack_object *value) {
    if (status == LEDGER_DONE) {
        take_stored(import, row, limits, ctl_bytes(value));
    } else if (status != LEDGER_RECORD_NOT_FOUND) {
        wrong(row, "%s", ledger_status_text(status));
    } else if (check(row)) {
        row->version = LEDGER_VERSION_NEW;
        plan(row, limits, false);
        row->step = IMPORT_OPEN;
    }
}

static void take_account(struct import_row *row, unsigned status, const msgpack_object *account) {
    struct ledger_account_request *want = &row->account.want;
    char why[CTL_TEXT];
    if (status != LEDGER_DONE) {
        wrong(row, "account: %s", ledger_status_text(status));
    } else if (!ctl_account_fits(account, want, why)) {
        wrong(row, "account: %.200s", why);
    } else {
        row->fields = ctl_account_differs(account, &row->account, want);
        row->step = row->fields == 0 ? IMPORT_PUT : IMPORT_CHANGE;
    }
}

static void take_put(struct import_row *row, unsigned status) {
    bool fresh = row->version == LEDGER_VERSION_NEW;
    if (status == LEDGER_DONE) {
        row->step = fresh ? IMPORT_ADDED : IMPORT_CHANGED;
    } else if (status == LEDGER_REPLAYED) {
        row->step = IMPORT_SAME;
    } else if (status == LEDGER_RECORD_CHANGED && row->tries++ < TRIES_MAX) {
        row->step = IMPORT_READ;
    } else {
        wrong(row, "%s", ledger_status_text(status));
    }
}

/* status and what stands behind it in the answer. */
static void take(const struct import *import, struct import_row *row,
                 const struct registry_limits limits[2], unsigned status,
                 const msgpack_object *body) {
    bool done = status == LEDGER_DONE || status == LEDGER_REPLAYED;
    switch (row->step) {
    case IMPORT_READ:
        take_record(import, row, limits, status, body);
        break;
    case IMPORT_OPEN:
        if (status == LEDGER_ACCOUNT_EXISTS) {
            row->step = IMPORT_LOOK;
        } else if (done) {
            row->step = IMPORT_PUT;
        } else {
            wrong(row, "account: %s", ledger_status_text(status));
        }
        break;
    case IMPORT_LOOK:
        take_account(row, status, body);
        break;
    case IMPORT_CHANGE:
        if (done) {
            row->step = IMPORT_PUT;
        } else {
            wrong(row, "account: %s", ledger_status_text(status));
        }
        break;
    case IMPORT_PUT:
        take_put(row, status);
        break;
    case IMPORT_ADDED:
    case IMPORT_CHANGED:
    case IMPORT_SAME:
    case IMPORT_WRONG:
    default:
        ASSERT(false);
    }
}

/* ---- Calls -------------------------------------------------------------------------------- */

/* Packs the params of the row's next call; returns the method's name. */
static const char *pack(const struct import_row *row, msgpack_packer *packer) {
    char key[LEDGER_KEY_MAX];
    uint8_t value[LEDGER_VALUE_MAX];
    size_t size = key_of(row, key);
    switch (row->step) {
    case IMPORT_READ:
        msgpack_pack_array(packer, 1);
        pack_binary(packer, key, size);
        return "registry_get";
    case IMPORT_OPEN:
        account_pack_open(packer, &row->account.want);
        return "account_open";
    case IMPORT_LOOK:
        msgpack_pack_array(packer, 1);
        msgpack_pack_uint64(packer, row->client.account);
        return "account_get";
    case IMPORT_CHANGE:
        account_pack_change(packer, &row->account.want, row->fields);
        return "account_change";
    case IMPORT_PUT:
    case IMPORT_ADDED:
    case IMPORT_CHANGED:
    case IMPORT_SAME:
    case IMPORT_WRONG:
    default:
        ASSERT(row->step == IMPORT_PUT);
        msgpack_pack_array(packer, 3);
        pack_binary(packer, key, size);
        size = registry_write(REGISTRY_CLIENT, &row->client, value);
        pack_binary(packer, value, size);
        msgpack_pack_uint64(packer, row->version);
        return "registry_put";
    }
}

/* A call that the node could not carry out now, or does not know the outcome of, is made again:
 * each of them may be. */
static bool may_be_repeated(const struct rpc_client *client) {
    return strncmp(client->why, "BUSY", 4) == 0 || strncmp(client->why, "UNKNOWN", 7) == 0;
}

/* One answer. False: the connection failed. *progress: a row went on. */
static bool receive(struct import *import, const uint32_t *asked,
                    const struct registry_limits limits[2], bool *progress) {
    struct rpc_client *client = &import->ctl->client;
    const msgpack_object *result = NULL;
    uint32_t index = 0;
    int rc = rpc_client_answer(client, &index, &result);
    if (rc == RPC_CLIENT_FAILED) {
        return false;
    }
    struct import_row *row = &import->rows[asked[index]];
    if (rc == RPC_CLIENT_ERROR && !may_be_repeated(client)) {
        wrong(row, "%.200s", client->why);
    }
    if (rc == RPC_CLIENT_ERROR) {
        return true;
    }
    bool known = result->type == MSGPACK_OBJECT_ARRAY && result->via.array.size >= 2 &&
                 result->via.array.ptr[0].type == MSGPACK_OBJECT_POSITIVE_INTEGER;
    unsigned status = known ? (unsigned)result->via.array.ptr[0].via.u64 : LEDGER_BAD_COMMAND;
    if (status != LEDGER_BUSY) {
        take(import, row, limits, status, known ? &result->via.array.ptr[1] : result);
        *progress = true;
    }
    return true;
}

/* The next call of each row that is not at its end. *calls: how many there were. */
static bool send_round(struct import *import, const struct registry_limits limits[2],
                       uint32_t *calls, bool *progress) {
    struct rpc_client *client = &import->ctl->client;
    uint32_t asked[RPC_CLIENT_BATCH_MAX];
    *calls = 0;
    for (uint32_t i = 0; i < import->row_count; i++) {
        if (import->rows[i].step <= IMPORT_PUT) {
            const char *method = pack(&import->rows[i], rpc_client_params(client));
            rpc_client_queue(client, method);
            asked[(*calls)++] = i;
        }
    }
    if (*calls > 0 && rpc_client_send(client) != RPC_CLIENT_OK) {
        return false;
    }
    for (uint32_t i = 0; i < *calls; i++) {
        if (!receive(import, asked, limits, progress)) {
            return false;
        }
    }
    return true;
}

int import_send(struct import *import) {
    const struct timespec pause = {.tv_nsec = BUSY_PAUSE_NS};
    struct registry_limits limits[2];
    uint32_t calls = 1, idle_rounds = 0;
    /* Read for each batch, so that limits which are set meanwhile count. */
    int code = ctl_limits_read(import->ctl, false, &limits[0]);
    code = code == COMMAND_OK ? ctl_limits_read(import->ctl, true, &limits[1]) : code;
    while (code == COMMAND_OK && calls > 0) {
        bool progress = false;
        if (!send_round(import, limits, &calls, &progress)) {
            memcpy(import->why, import->ctl->client.why, sizeof(import->why));
            return COMMAND_FAILED;
        }
        idle_rounds = progress ? 0 : idle_rounds + 1;
        if (calls > 0 && !progress) {
            nanosleep(&pause, NULL);
        }
        if (idle_rounds == BUSY_ROUNDS_MAX) {
            snprintf(import->why, sizeof(import->why),
                     "the node has had no room for a minute; see: tiyn ctl state");
            return COMMAND_FAILED;
        }
    }
    return code;
}
