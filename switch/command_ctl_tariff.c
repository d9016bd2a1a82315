/* command_ctl_tariff.c - `tiyn ctl tariff set|off` and `limits set`, which goes over the clients.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocols/common/money.h"
#include "switch/account_pack.h"
#include "switch/command.h"
#include "switch/ctl.h"
#include "switch/progress.h"

/* ---- Tariffs ------------------------------------------------------------------------------ */

static int put(struct ctl *ctl, struct ctl_record *record) {
    char name[CTL_TEXT];
    bool again = false;
    int code = ctl_record_check(record);
    code = code == COMMAND_OK ? ctl_record_put(ctl, record, &again) : code;
    return code == COMMAND_OK ? ctl_done(ctl, ctl_record_name(record, name), again) : code;
}

/* "1.5%" of --percent becomes 150: the record counts in 1/10,000. text: where that is put. */
static int percent(struct ctl_given *given, char text[MONEY_TEXT]) {
    size_t size = strlen(given->text);
    uint64_t parts = 0;
    if (strcmp(given->field->name, "percent") != 0 || size == 0 || given->text[size - 1] != '%') {
        return COMMAND_OK;
    }
    if (!money_parse((struct slice){given->text, size - 1}, &parts)) {
        return command_usage("ctl", "--percent: \"%s\" is not understood: expected 150 or 1.5%%",
                             given->text);
    }
    snprintf(text, MONEY_TEXT, "%" PRIu64, parts);
    given->text = text;
    return COMMAND_OK;
}

int ctl_tariff_set(struct ctl *ctl) {
    char text[MONEY_TEXT];
    struct ctl_record stored, record;
    int code = ctl_record_start(ctl, &record);
    for (uint32_t i = 0; code == COMMAND_OK && i < ctl->given_count; i++) {
        code = percent(&ctl->given[i], text);
    }
    code = code == COMMAND_OK ? ctl_record_set(ctl, &record) : code;
    /* What is set is the whole tariff; the stored one only gives its version. */
    stored = record;
    code = code == COMMAND_OK ? ctl_record_read(ctl, &stored) : code;
    record.version = stored.version;
    return code == COMMAND_OK ? put(ctl, &record) : code;
}

int ctl_tariff_off(struct ctl *ctl) {
    struct ctl_record record;
    int code = ctl_record_start(ctl, &record);
    code = code == COMMAND_OK ? ctl_record_read(ctl, &record) : code;
    record.record.tariff.off = true;
    return code == COMMAND_OK ? put(ctl, &record) : code;
}

/* ---- Limits ------------------------------------------------------------------------------- */

/* The clients of a class whose accounts take its limits, a batch at a time. */
struct walk {
    struct ledger_account_request want;
    bool identified;
    struct progress progress;
    uint64_t accounts[RPC_CLIENT_BATCH_MAX];
    uint32_t count;
    uint64_t seen, changed, missing;
};

static int change_batch(struct ctl *ctl, struct walk *walk) {
    const uint32_t fields =
        LEDGER_FIELD_CEILING | LEDGER_FIELD_DAY_LIMIT | LEDGER_FIELD_MONTH_LIMIT;
    for (uint32_t i = 0; i < walk->count; i++) {
        walk->want.id = walk->accounts[i];
        account_pack_change(rpc_client_params(&ctl->client), &walk->want, fields);
        rpc_client_queue(&ctl->client, "account_change");
    }
    int rc = rpc_client_send(&ctl->client);
    for (uint32_t i = 0; rc == RPC_CLIENT_OK && i < walk->count; i++) {
        uint32_t index = 0;
        const msgpack_object *result = NULL;
        rc = rpc_client_answer(&ctl->client, &index, &result);
        bool outcome = rc == RPC_CLIENT_OK && result->type == MSGPACK_OBJECT_ARRAY &&
                       result->via.array.size > 0;
        uint64_t status = outcome ? result->via.array.ptr[0].via.u64 : LEDGER_BAD_COMMAND;
        walk->changed += status == LEDGER_DONE;
        walk->missing += rc == RPC_CLIENT_OK && status != LEDGER_DONE;
    }
    walk->count = 0;
    if (rc == RPC_CLIENT_OK) {
        return COMMAND_OK;
    }
    progress_end(&walk->progress);
    fprintf(stderr, "tiyn ctl: %s; give the command again to go on\n", ctl->client.why);
    return rc == RPC_CLIENT_ERROR ? COMMAND_REFUSED : COMMAND_FAILED;
}

static int look(struct ctl *ctl, void *context, const struct ctl_record *record) {
    struct walk *walk = context;
    const struct registry_client *client = &record->record.client;
    progress_count(&walk->progress, ++walk->seen);
    if (client->identified == walk->identified && !client->own_limits) {
        walk->accounts[walk->count++] = client->account;
    }
    return walk->count == RPC_CLIENT_BATCH_MAX ? change_batch(ctl, walk) : COMMAND_OK;
}

/* The record is there for those who are added from now on; these are those who were. */
static int change_clients(struct ctl *ctl, const struct registry_limits *limits,
                          struct walk *walk) {
    const msgpack_object *result = NULL;
    walk->identified = limits->identified;
    walk->want = (struct ledger_account_request){.ceiling = limits->ceiling,
                                                 .day_limit = limits->day_limit,
                                                 .month_limit = limits->month_limit};
    msgpack_pack_array(rpc_client_params(&ctl->client), 0);
    int code = ctl_call(ctl, "node.flush", &result); /* the walk reads the last checkpoint */
    if (code == COMMAND_OK && !ctl_true(result, "ok")) {
        fputs("tiyn ctl: the node cannot write its checkpoint; see: tiyn ctl state\n", stderr);
        code = COMMAND_FAILED;
    }
    progress_start(&walk->progress, "clients");
    code = code == COMMAND_OK ? ctl_record_walk(ctl, REGISTRY_CLIENT, "client/", look, walk) : code;
    code = code == COMMAND_OK ? change_batch(ctl, walk) : code;
    progress_end(&walk->progress);
    return code;
}

int ctl_limits_set(struct ctl *ctl) {
    static struct walk walk; /* 8 KiB */
    struct ctl_record record;
    char name[CTL_TEXT];
    bool again = false;
    int code = ctl_record_start(ctl, &record);
    if (code == COMMAND_OK && ctl->given_count == 0) {
        return command_usage("ctl", "say what to set, such as --ceiling 200000.00");
    }
    bool identified = record.record.limits.identified;
    code = code == COMMAND_OK ? ctl_record_read(ctl, &record) : code;
    if (code == COMMAND_OK && record.version == LEDGER_VERSION_NEW) {
        registry_limits_default(identified, &record.record.limits);
    }
    code = code == COMMAND_OK ? ctl_record_set(ctl, &record) : code;
    code = code == COMMAND_OK ? ctl_record_check(&record) : code;
    code = code == COMMAND_OK ? ctl_record_put(ctl, &record, &again) : code;
    code = code == COMMAND_OK ? change_clients(ctl, &record.record.limits, &walk) : code;
    if (code != COMMAND_OK) {
        return code;
    }
    if (ctl->json) {
        printf("{\"status\":\"%s\",\"clients\":%" PRIu64 ",\"missing\":%" PRIu64 "}\n",
               ledger_status_name(again ? LEDGER_REPLAYED : LEDGER_DONE), walk.changed,
               walk.missing);
    } else {
        printf("%s: %s; %" PRIu64 " clients have them\n", ctl_record_name(&record, name),
               again ? "were so already" : "done", walk.changed);
    }
    if (walk.missing > 0) {
        fprintf(stderr, "tiyn ctl: %" PRIu64 " clients' accounts are not there\n", walk.missing);
        return COMMAND_REFUSED;
    }
    return COMMAND_OK;
}
