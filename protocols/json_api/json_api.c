/* json_api.c - the adapter of the JSON API: which path and method, may it, and where to. */
#include <jansson.h>

#include "protocols/common/assert.h"
#include "protocols/json_api/calls.h"
#include "protocols/json_api/problem.h"
#include "protocols/json_api/query.h"

/* A path is /v1/<resource>, /v1/<resource>/<id> or /v1/<resource>/<id>/<action>. */
struct path {
    struct slice resource, action; /* action: empty when there is none */
    bool has_id;
    uint64_t id;
};

struct route {
    struct slice resource;
    bool has_id;
    struct slice action, method;
    uint32_t right; /* enum grant_right */
    enum call_answer answer;
    enum adapter_verdict (*read)(struct call *call);
};

#define ROUTE(method_, resource_, id_, action_, right_, answer_, read_)                            \
    {                                                                                              \
        {resource_, sizeof resource_ - 1}, id_, {action_, sizeof action_ - 1},                     \
            {method_, sizeof method_ - 1}, GRANT_##right_, CALL_##answer_, read_                   \
    }
/* clang-format off */
static const struct route routes[] = {
    ROUTE("POST", "payments", false, "",         OPEN,         PAYMENT_OPENED,  call_payment_open),
    ROUTE("GET",  "payments", false, "",         LOOKUP,       PAYMENT,         call_payment_find),
    ROUTE("GET",  "payments", true,  "",         LOOKUP,       PAYMENT,         call_payment_get),
    ROUTE("POST", "payments", true,  "complete", COMPLETE,     PAYMENT_CHANGED, call_payment_complete),
    ROUTE("POST", "payments", true,  "decline",  DECLINE,      PAYMENT_CHANGED, call_payment_decline),
    ROUTE("POST", "accounts", false, "",         ACCOUNT_OPEN, ACCOUNT_OPENED,  call_account_open),
    ROUTE("GET",  "accounts", true,  "",         ACCOUNT_READ, ACCOUNT,         call_account_get),
    ROUTE("GET",  "accounts", true,  "entries",  ACCOUNT_READ, ENTRIES,         call_account_entries),
    ROUTE("POST", "clients",  true,  "cash-out-tokens", TOKEN, TOKEN,           call_token_issue),
};
/* clang-format on */
enum { ROUTE_COUNT = sizeof routes / sizeof routes[0] };

/* False: no path of ours. A '/' at the end is none either. */
static bool read_path(struct slice text, struct path *path) {
    *path = (struct path){.action = {"", 0}};
    if (!slice_starts(text, SLICE("/v1/")) || text.base[text.size - 1] == '/')
        return false;
    text = slice_after(text, 4);
    path->resource = slice_cut(&text, '/');
    if (text.size == 0)
        return true;
    path->has_id = query_number(slice_cut(&text, '/'), UINT64_MAX, &path->id) && path->id != 0;
    path->action = text;
    return path->has_id;
}

static bool is_at(const struct route *route, const struct path *path) {
    return route->has_id == path->has_id && slice_equal(route->resource, path->resource) &&
           slice_equal(route->action, path->action);
}

/* The route, or NULL: the reply says whether the path or its method is unknown. */
static const struct route *find_route(const struct adapter_request *request, struct path *path,
                                      struct adapter_reply *reply) {
    bool known = read_path(request->path, path), allowed = false;
    for (size_t i = 0; known && i < ROUTE_COUNT; i++)
        if (is_at(&routes[i], path) && slice_equal(routes[i].method, request->method))
            return &routes[i];
    for (size_t i = 0; known && i < ROUTE_COUNT; i++) {
        if (!is_at(&routes[i], path))
            continue;
        buffer_format(reply->headers, "%s%s", allowed ? ", " : "Allow: ", routes[i].method.base);
        allowed = true;
    }
    if (allowed) {
        buffer_text(reply->headers, "\r\n");
        problem_reply(reply, PROBLEM_METHOD_NOT_ALLOWED, "see the Allow header");
    } else {
        problem_reply(reply, PROBLEM_NOT_FOUND, "the paths are described in the API's README");
    }
    return NULL;
}

enum adapter_verdict call_put(struct call *call, enum ledger_status status) {
    if (status == LEDGER_DONE)
        return ADAPTER_SUBMIT;
    problem_reply_status(call->reply, status);
    return ADAPTER_ANSWERED;
}

static enum adapter_verdict decode(void *context, const struct adapter_request *request,
                                   struct ledger_writer *writer, struct adapter_note *note,
                                   struct adapter_reply *reply) {
    struct path path;
    if (request->grant == NULL) {
        problem_reply(reply, PROBLEM_UNAUTHORIZED, "Authorization: expected Bearer and a key");
        return ADAPTER_ANSWERED;
    }
    const struct route *route = find_route(request, &path, reply);
    if (route == NULL)
        return ADAPTER_ANSWERED;
    if (!grant_allows(request->grant, route->right)) {
        problem_reply(reply, PROBLEM_FORBIDDEN, "the gateway was not granted this call");
        return ADAPTER_ANSWERED;
    }
    struct call_note kept = {.answer = (uint8_t)route->answer};
    struct call call = {request, request->grant, context, path.id, writer, &kept, reply};
    enum adapter_verdict verdict = route->read(&call);
    memcpy(note->bytes, &kept, sizeof kept);
    return verdict;
}

static struct call_note recall(const struct adapter_note *note) {
    struct call_note kept;
    memcpy(&kept, note->bytes, sizeof kept);
    return kept;
}

static void encode(void *context, const struct adapter_note *note,
                   const struct ledger_result *results, uint32_t count,
                   struct adapter_reply *reply) {
    (void)context;
    struct call_note kept = recall(note);
    if (results == NULL) {
        problem_reply(reply, PROBLEM_UNKNOWN, "%s",
                      kept.answer == CALL_TOKEN
                          ? "a token that nobody was told may be there: ask again, it is replaced"
                          : "it may have happened or not: ask again with the same reference");
        return;
    }
    ASSERT(count == 1);
    if (results->status != LEDGER_DONE && results->status != LEDGER_REPLAYED)
        problem_reply_status(reply, results->status);
    else if (kept.answer == CALL_PAYMENT)
        call_print_payment(reply, results->body);
    else if (kept.answer == CALL_ACCOUNT)
        call_print_account(reply, results->body);
    else if (kept.answer == CALL_TOKEN)
        call_print_token(reply, &kept);
    else if (kept.answer == CALL_ACCOUNT_OPENED)
        call_print_account_opened(reply, &kept.of.account, results);
    else
        call_print_outcome(reply, results, kept.answer == CALL_PAYMENT_OPENED);
}

static void query(void *context, const struct adapter_note *note, struct ledger_snapshot *snapshot,
                  struct adapter_reply *reply) {
    (void)context;
    struct call_note kept = recall(note);
    ASSERT(kept.answer == CALL_ENTRIES);
    if (snapshot == NULL)
        problem_reply(reply, PROBLEM_BUSY, "no snapshot could be had");
    else
        call_print_entries(reply, &kept, snapshot);
}

/* jansson seeds its hash tables from the system's randomness: now, not with the first request. */
static int init(void **context, const struct adapter_env *env) {
    json_object_seed(0);
    *context = (void *)(uintptr_t)env; /* it outlives us, and is not changed */
    return 0;
}

static void fini(void *context) {
    (void)context;
}

const struct adapter json_api_adapter = {
    .name = "json_api",
    .path_prefix = "/v1/",
    .init = init,
    .fini = fini,
    .decode = decode,
    .encode = encode,
    .query = query,
};
