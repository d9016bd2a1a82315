/* operator.c - which method, its params, and the node's own orders. The lists are in
 * operator_list.c. */
#include "switch/operator.h"

#include <limits.h>
#include <stdio.h>

#include "protocols/common/date.h"
#include "protocols/common/frame.h"
#include "protocols/rpc/message.h"
#include "switch/limits.h"
#include "switch/node.h"
#include "switch/operator_acts.h"
#include "switch/operator_delivery.h"
#include "switch/operator_list.h"
#include "switch/outbox.h"

/* One call under way. */
struct operator_call {
    struct node *node;
    uint32_t msgid;
    struct slice params; /* without the array's head */
    uint32_t count;      /* of params                */
    struct buffer *reply;
};

static void bad_params(const struct operator_call *call, const char *text) {
    rpc_reply_error(call->reply, call->msgid, RPC_ERROR_BAD_PARAMS, text);
}

/* False: too many lists are being read, which was answered. */
static bool start_list(const struct operator_call *call, struct ledger_snapshot **snapshot) {
    bool open = ledger_snapshot_open(node_ledger(call->node), snapshot) == 0;
    if (!open) {
        rpc_reply_error(call->reply, call->msgid, RPC_ERROR_BUSY, "too many lists are being read");
    }
    return open;
}

static bool no_params(const struct operator_call *call) {
    if (call->count != 0) {
        bad_params(call, "params: expected an empty array");
    }
    return call->count == 0;
}

/* ---- Orders ------------------------------------------------------------------------------- */

/* {ok, why, sequence}: what became of an order. */
static void reply_order(const struct operator_call *call, bool ok, const char *why) {
    struct ledger_stats stats;
    msgpack_packer packer;
    ledger_stats(node_ledger(call->node), &stats);
    rpc_reply_start(call->reply, call->msgid);
    pack_start(&packer, call->reply);
    msgpack_pack_map(&packer, 3);
    pack_text(&packer, "ok");
    pack_bool(&packer, ok);
    pack_text(&packer, "why");
    pack_text(&packer, why);
    operator_put_uint(&packer, "sequence", stats.checkpoint_sequence);
}

static void answer_flush(const struct operator_call *call) {
    if (!no_params(call)) {
        return;
    }
    int rc = node_flush(call->node);
    reply_order(call, rc == 0, rc == 0 ? "" : ledger_error_text(rc));
}

static void answer_backup(const struct operator_call *call) {
    char folder[PATH_MAX];
    struct slice text = {NULL, 0};
    size_t head = frame_read_string(call->params.base, call->params.size, &text);
    if (call->count != 1 || head == 0 || text.size == 0 || text.size >= sizeof(folder) ||
        text.base[0] != '/' || memchr(text.base, '\0', text.size) != NULL) {
        bad_params(call, "folder: expected the absolute path of a folder that is missing or empty");
        return;
    }
    memcpy(folder, text.base, text.size);
    folder[text.size] = '\0';
    int rc = node_flush(call->node);
    if (rc < 0) {
        reply_order(call, false, ledger_error_text(rc));
        return;
    }
    struct ledger_failure failure = {.error = 0};
    rc = ledger_backup(node_ledger(call->node), folder, &failure);
    reply_order(call, rc == 0, rc == 0 ? "" : failure.text);
    if (rc == 0) {
        log_event(LOG_INFO, "backup", "folder=%s", folder);
    } else {
        log_event(LOG_ERROR, "backup_failed", "folder=%s why=%s", folder, failure.text);
    }
}

/* ---- Figures ------------------------------------------------------------------------------ */

#define STATS_MAP(X)                                                                               \
    X(sequence)                                                                                    \
    X(checkpoint_sequence)                                                                         \
    X(time_ns)                                                                                     \
    X(payments)                                                                                    \
    X(open_payments)                                                                               \
    X(table_bytes)                                                                                 \
    X(table_used)                                                                                  \
    X(sealed_done_permille)                                                                        \
    X(accounts_cached)                                                                             \
    X(account_slots)                                                                               \
    X(journal_bytes)                                                                               \
    X(journal_segments)                                                                            \
    X(checkpoints)                                                                                 \
    X(checkpoint_failures)                                                                         \
    X(store_bytes)                                                                                 \
    X(store_bytes_max)                                                                             \
    X(reference_runs)                                                                              \
    X(replayed_batches)                                                                            \
    X(replayed_commands)                                                                           \
    X(clock_behind_ns)

static void pack_ledger(msgpack_packer *packer, const struct ledger_stats *stats) {
    pack_text(packer, "ledger");
#define X(name) +1
    msgpack_pack_map(packer, 0 STATS_MAP(X));
#undef X
#define X(name) operator_put_uint(packer, #name, stats->name);
    STATS_MAP(X)
#undef X
    pack_text(packer, "statuses");
    msgpack_pack_map(packer, LEDGER_STATUS_COUNT);
    for (unsigned i = 0; i < LEDGER_STATUS_COUNT; i++) {
        operator_put_uint(packer, ledger_status_name(i), stats->statuses[i]);
    }
}

static void answer_stats(const struct operator_call *call) {
    if (!no_params(call)) {
        return;
    }
    const struct config *config = node_config(call->node);
    struct ledger_stats stats;
    char why[256] = "";
    msgpack_packer packer;
    ledger_stats(node_ledger(call->node), &stats);
    bool ready = node_ready(call->node, why, sizeof(why));
    rpc_reply_start(call->reply, call->msgid);
    pack_start(&packer, call->reply);
    msgpack_pack_map(&packer, 11); /* with the two of pack_ledger */
    pack_text(&packer, "version");
    pack_text(&packer, NODE_VERSION);
    operator_put_uint(&packer, "uptime_ns", node_uptime_ns(call->node));
    pack_text(&packer, "ready");
    pack_bool(&packer, ready);
    pack_text(&packer, "why");
    pack_text(&packer, ready ? "" : why);
    pack_text(&packer, "data");
    pack_text(&packer, config->data);
    pack_text(&packer, "http_address");
    pack_text(&packer, config->http_address);
    operator_put_uint(&packer, "http_port", node_http_port(call->node));
    pack_text(&packer, "rpc_address");
    pack_text(&packer, config->rpc_address);
    operator_put_uint(&packer, "rpc_port", node_rpc_port(call->node));
    pack_ledger(&packer, &stats);
}

/* ---- Lists -------------------------------------------------------------------------------- */

/* [], [after] or [after, limit]. */
static bool read_page(const struct operator_call *call, struct operator_page *page) {
    struct slice rest = call->params;
    uint64_t values[2] = {0, OPERATOR_LIST_DEFAULT};
    bool good = call->count <= 2;
    for (uint32_t i = 0; good && i < call->count; i++) {
        size_t head = frame_read_uint(rest.base, rest.size, &values[i]);
        good = head > 0;
        rest = slice_after(rest, head);
    }
    good = good && rest.size == 0 && values[1] >= 1 && values[1] <= OPERATOR_LIST_MAX;
    if (!good) {
        bad_params(call, "params: expected [after, limit], with a limit from 1 to 1000");
    }
    *page = (struct operator_page){.after = values[0], .limit = (uint32_t)values[1]};
    return good;
}

static void answer_list(const struct operator_call *call, operator_list *list) {
    struct operator_page page;
    struct ledger_snapshot *snapshot = NULL;
    if (!read_page(call, &page)) {
        return;
    }
    if (!start_list(call, &snapshot)) {
        return;
    }
    rpc_reply_start(call->reply, call->msgid);
    list(call->reply, snapshot, &page);
    ledger_snapshot_close(snapshot);
}

static void answer_open_payments(const struct operator_call *call) {
    answer_list(call, operator_list_open_payments);
}

static void answer_accounts(const struct operator_call *call) {
    answer_list(call, operator_list_accounts);
}

static void answer_acts(const struct operator_call *call) {
    answer_list(call, operator_list_acts);
}

/* [prefix], [prefix, after] or [prefix, after, limit]. */
static bool read_records(const struct operator_call *call, struct operator_records *page) {
    struct slice rest = call->params;
    uint64_t limit = OPERATOR_LIST_DEFAULT;
    bool good = call->count >= 1 && call->count <= 3;
    for (uint32_t i = 0; good && i < call->count; i++) {
        size_t head =
            i == 2 ? frame_read_uint(rest.base, rest.size, &limit)
                   : frame_read_string(rest.base, rest.size, i == 0 ? &page->prefix : &page->after);
        good = head > 0;
        rest = slice_after(rest, head);
    }
    good = good && rest.size == 0 && limit >= 1 && limit <= OPERATOR_LIST_MAX &&
           page->prefix.size <= LEDGER_KEY_MAX && page->after.size <= LEDGER_KEY_MAX;
    if (!good) {
        bad_params(call, "params: expected [prefix, after, limit], with keys of at most 128 bytes "
                         "and a limit from 1 to 1000");
    }
    page->limit = (uint32_t)limit;
    return good;
}

static void answer_registry(const struct operator_call *call) {
    struct operator_records page = {.limit = 0};
    struct ledger_snapshot *snapshot = NULL;
    if (!read_records(call, &page)) {
        return;
    }
    if (!start_list(call, &snapshot)) {
        return;
    }
    rpc_reply_start(call->reply, call->msgid);
    operator_list_registry(call->reply, snapshot, &page);
    ledger_snapshot_close(snapshot);
}

/* So many integers. */
static bool read_uints(const struct operator_call *call, uint64_t *values, uint32_t count,
                       const char *expected) {
    struct slice rest = call->params;
    bool good = call->count == count;
    for (uint32_t i = 0; good && i < count; i++) {
        size_t head = frame_read_uint(rest.base, rest.size, &values[i]);
        good = head > 0;
        rest = slice_after(rest, head);
    }
    good = good && rest.size == 0;
    if (!good) {
        bad_params(call, expected);
    }
    return good;
}

/* [after, limit, provider, stuck] */
static void answer_deliveries(const struct operator_call *call) {
    static const char expected[] = "params: expected [after, limit, provider, stuck], with a limit "
                                   "from 1 to 1000, and stuck 0 or 1";
    uint64_t values[4];
    struct ledger_snapshot *snapshot = NULL;
    if (!read_uints(call, values, 4, expected)) {
        return;
    }
    if (values[1] < 1 || values[1] > OPERATOR_LIST_MAX || values[2] > UINT32_MAX || values[3] > 1) {
        bad_params(call, expected);
        return;
    }
    if (!start_list(call, &snapshot)) {
        return;
    }
    const struct operator_deliveries page = {.after = values[0],
                                             .limit = (uint32_t)values[1],
                                             .provider = (uint32_t)values[2],
                                             .stuck = values[3] == 1};
    rpc_reply_start(call->reply, call->msgid);
    operator_list_deliveries(call->reply, node_config(call->node), snapshot, &page);
    ledger_snapshot_close(snapshot);
}

/* [payment] */
static void answer_delivery(const struct operator_call *call) {
    uint64_t payment = 0;
    struct ledger_snapshot *snapshot = NULL;
    if (!read_uints(call, &payment, 1, "params: expected [payment]")) {
        return;
    }
    if (!start_list(call, &snapshot)) {
        return;
    }
    rpc_reply_start(call->reply, call->msgid);
    operator_show_delivery(call->reply, node_config(call->node), snapshot, payment);
    ledger_snapshot_close(snapshot);
}

/* [payment, provider] */
static void answer_retry_now(const struct operator_call *call) {
    static const char expected[] = "params: expected [payment, provider]; a payment of 0: all that "
                                   "wait for you, of that provider, 0: of any";
    uint64_t values[2];
    char why[160] = "";
    msgpack_packer packer;
    if (!read_uints(call, values, 2, expected)) {
        return;
    }
    if (values[1] > UINT32_MAX) {
        bad_params(call, expected);
        return;
    }
    int64_t count =
        outbox_retry(node_outbox(call->node), values[0], (uint32_t)values[1], why, sizeof(why));
    log_event(LOG_INFO, "deliveries_retried", "payment=%llu provider=%u count=%lld",
              (unsigned long long)values[0], (unsigned)values[1], (long long)count);
    rpc_reply_start(call->reply, call->msgid);
    pack_start(&packer, call->reply);
    msgpack_pack_map(&packer, 3);
    pack_text(&packer, "ok");
    pack_bool(&packer, count >= 0);
    pack_text(&packer, "why");
    pack_text(&packer, why);
    operator_put_uint(&packer, "count", count < 0 ? 0 : (uint64_t)count);
}

/* [service, day, after] */
static void answer_service(const struct operator_call *call) {
    static const char expected[] = "params: expected [service, day, after], with a day as yyyymmdd";
    uint64_t values[3];
    struct ledger_snapshot *snapshot = NULL;
    if (!read_uints(call, values, 3, expected)) {
        return;
    }
    if (values[1] > UINT32_MAX || !date_valid((uint32_t)values[1])) {
        bad_params(call, expected);
        return;
    }
    if (!start_list(call, &snapshot)) {
        return;
    }
    struct operator_day day = {
        .service = values[0], .day = (uint32_t)values[1], .after = values[2]};
    rpc_reply_start(call->reply, call->msgid);
    operator_list_service(call->reply, snapshot, &day);
    ledger_snapshot_close(snapshot);
}

/* ---- Which one ---------------------------------------------------------------------------- */

static const struct {
    struct slice name;
    void (*answer)(const struct operator_call *call);
} methods[] = {
    {{"node.stats", 10}, answer_stats},
    {{"node.flush", 10}, answer_flush},
    {{"node.backup", 11}, answer_backup},
    {{"node.open_payments", 18}, answer_open_payments},
    {{"node.accounts", 13}, answer_accounts},
    {{"node.registry", 13}, answer_registry},
    {{"node.service", 12}, answer_service},
    {{"node.deliveries", 15}, answer_deliveries},
    {{"node.acts", 9}, answer_acts},
    {{"node.delivery", 13}, answer_delivery},
    {{"node.retry_now", 14}, answer_retry_now},
};

bool operator_method(struct slice method) {
    return slice_starts(method, SLICE("node."));
}

void operator_call(struct node *node, struct slice method, struct slice params, uint32_t msgid,
                   struct buffer *reply) {
    struct operator_call call = {.node = node, .msgid = msgid, .reply = reply};
    size_t head = frame_read_array(params.base, params.size, &call.count);
    if (head == 0) {
        bad_params(&call, "params: expected an array");
        return;
    }
    call.params = slice_after(params, head);
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        if (slice_equal(methods[i].name, method)) {
            methods[i].answer(&call);
            return;
        }
    }
    rpc_reply_error(reply, msgid, RPC_ERROR_UNKNOWN_METHOD, NULL);
}
