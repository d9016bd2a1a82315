/* command_ctl_node.c - `tiyn ctl state` and `tiyn ctl flush`. */
#include <inttypes.h>
#include <stdio.h>

#include "protocols/rpc/pack.h"
#include "switch/command.h"
#include "switch/ctl.h"

static uint64_t percent(uint64_t part, uint64_t whole) {
    return whole >= 100 ? part / (whole / 100) : 0;
}

static void print_statuses(const msgpack_object *statuses) {
    static const char *const heads[] = {"ANSWERED SINCE START", "COMMANDS>"};
    char text[CTL_TEXT];
    struct ctl_table table;
    ctl_table_start(&table, heads, 2);
    for (uint32_t i = 0; statuses != NULL && i < statuses->via.map.size; i++) {
        const msgpack_object_kv *pair = &statuses->via.map.ptr[i];
        if (pair->val.via.u64 == 0) {
            continue;
        }
        ctl_table_add(&table, ctl_text(&pair->key, text));
        snprintf(text, sizeof(text), "%" PRIu64, pair->val.via.u64);
        ctl_table_add(&table, text);
    }
    ctl_table_print(&table);
}

static void print_fill(const char *name, uint64_t used, uint64_t size, const char *unit) {
    printf("%-14s %" PRIu64 " of %" PRIu64 "%s (%" PRIu64 " %%)\n", name, used, size, unit,
           percent(used, size));
}

static void print_state(const msgpack_object *state) {
    const msgpack_object *ledger = rpc_client_field(state, "ledger");
    uint64_t uptime_s = ctl_uint(state, "uptime_ns") / 1000000000u;
    uint64_t sequence = ctl_uint(ledger, "sequence"), mib = (uint64_t)1 << 20;
    char text[CTL_TEXT];
    bool ready = ctl_true(state, "ready");
    printf("%-14s %s%s\n", "node", ready ? "takes payments" : "DOES NOT TAKE PAYMENTS: ",
           ctl_text(rpc_client_field(state, "why"), text));
    printf("%-14s %s\n", "version", ctl_text(rpc_client_field(state, "version"), text));
    printf("%-14s %" PRIu64 " d %02" PRIu64 ":%02" PRIu64 ":%02" PRIu64 "\n", "up",
           uptime_s / 86400, uptime_s / 3600 % 24, uptime_s / 60 % 60, uptime_s % 60);
    printf("%-14s %s\n", "data", ctl_text(rpc_client_field(state, "data"), text));
    printf("%-14s %s port %" PRIu64 "\n", "HTTP",
           ctl_text(rpc_client_field(state, "http_address"), text), ctl_uint(state, "http_port"));
    printf("%-14s %s port %" PRIu64 "\n", "RPC",
           ctl_text(rpc_client_field(state, "rpc_address"), text), ctl_uint(state, "rpc_port"));
    printf("%-14s %" PRIu64 ", of %s\n", "last batch", sequence,
           ctl_time(ctl_uint(ledger, "time_ns"), text));
    printf("%-14s %" PRIu64 " behind, %" PRIu64 " made, %" PRIu64 " failed\n", "checkpoints",
           sequence - ctl_uint(ledger, "checkpoint_sequence"), ctl_uint(ledger, "checkpoints"),
           ctl_uint(ledger, "checkpoint_failures"));
    printf("%-14s %" PRIu64 ", %" PRIu64 " open\n", "payments", ctl_uint(ledger, "payments"),
           ctl_uint(ledger, "open_payments"));
    print_fill("table", ctl_uint(ledger, "table_used") / mib, ctl_uint(ledger, "table_bytes") / mib,
               " MiB");
    print_fill("account cache", ctl_uint(ledger, "accounts_cached"),
               ctl_uint(ledger, "account_slots"), "");
    print_fill("store", ctl_uint(ledger, "store_bytes") / mib,
               ctl_uint(ledger, "store_bytes_max") / mib, " MiB");
    printf("%-14s %" PRIu64 " segments, %" PRIu64 " MiB written since start\n\n", "journal",
           ctl_uint(ledger, "journal_segments"), ctl_uint(ledger, "journal_bytes") / mib);
    print_statuses(rpc_client_field(state, "statuses"));
}

int ctl_state(struct ctl *ctl) {
    const msgpack_object *state = NULL;
    msgpack_pack_array(rpc_client_params(&ctl->client), 0);
    int code = ctl_call(ctl, "node.stats", &state);
    if (code != COMMAND_OK) {
        return code;
    }
    if (ctl->json || rpc_client_field(state, "ledger") == NULL) {
        ctl_print_json(state);
    } else {
        print_state(state);
    }
    return COMMAND_OK;
}

int ctl_flush(struct ctl *ctl) {
    const msgpack_object *result = NULL;
    char text[CTL_TEXT];
    msgpack_pack_array(rpc_client_params(&ctl->client), 0);
    int code = ctl_call(ctl, "node.flush", &result);
    if (code != COMMAND_OK) {
        return code;
    }
    bool ok = ctl_true(result, "ok");
    if (ctl->json) {
        ctl_print_json(result);
    } else if (ok) {
        printf("checkpointed up to batch %" PRIu64 "\n", ctl_uint(result, "sequence"));
    }
    if (!ok) {
        fprintf(stderr, "tiyn ctl: %s\n", ctl_text(rpc_client_field(result, "why"), text));
    }
    return ok ? COMMAND_OK : COMMAND_FAILED;
}
