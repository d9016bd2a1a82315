/* metrics_names.c - the closed lists of label values: operations and statuses. */
#include "switch/metrics_names.h"

#include "switch/assert.h"

/* An operation: its name as a label, and what asks for it. HTTP's is method and the last segment
 * of the path that is no number. */
struct operation {
    const char *name;
    const char *rpc_method;
    const char *http_method, *http_word;
};

static const struct operation operations[] = {
    {"other", NULL, NULL, NULL}, /* first: what is not found */
    {"open", "open", "POST", "payments"},
    {"complete", "complete", "POST", "complete"},
    {"decline", "decline", "POST", "decline"},
    {"retry", "retry", "POST", "retry"},
    {"lookup", "lookup", "GET", "payments"},
    {"account_open", "account_open", "POST", "accounts"},
    {"account_get", "account_get", "GET", "accounts"},
    {"account_change", "account_change", "PATCH", "accounts"},
    {"statement", "statement", "GET", "entries"},
    {"dispatch", "dispatch", NULL, NULL},
    {"token_issue", "token_issue", NULL, NULL},
    {"registry_put", "registry_put", NULL, NULL},
    {"registry_get", "registry_get", NULL, NULL},
    {"login", "login", NULL, NULL},
    {"info", "info", NULL, NULL},
    {"cash_out_token", NULL, "POST", "cash-out-tokens"},
    {"soap", NULL, "POST", "v1.1"}, /* the operation itself is in the body */
    {"soap_1_0", NULL, "POST", "v1.0"},
    {"wsdl", NULL, "GET", "v1.1"},
    {"wsdl_1_0", NULL, "GET", "v1.0"},
    {"checkout_show", NULL, "POST", "WebShopPayment.xhtml"},
    {"checkout_login", NULL, "POST", "login"},
    {"checkout_confirm", NULL, "POST", "confirm"},
    {"checkout_cancel", NULL, "POST", "cancel"},
    {"checkout_watch", NULL, "GET", "watch"},
    {"health", NULL, "GET", "healthz"},
    {"ready", NULL, "GET", "readyz"},
    {"metrics", NULL, "GET", "metrics"},
    {"node_stats", "node.stats", NULL, NULL},
    {"node_flush", "node.flush", NULL, NULL},
    {"node_backup", "node.backup", NULL, NULL},
    {"node_open_payments", "node.open_payments", NULL, NULL},
    {"node_accounts", "node.accounts", NULL, NULL},
};
#define OPERATIONS (sizeof(operations) / sizeof(operations[0]))
_Static_assert(OPERATIONS <= METRICS_OPERATIONS_MAX, "the counters have room for each");

static const uint16_t statuses[] = {0, /* first: what is not found */
                                    200, 201, 202, 204, 303, 400, 401, 403, 404, 405, 408, 409, 411,
                                    413, 414, 415, 417, 422, 429, 431, 500, 501, 503, 504, 505};
#define STATUSES (sizeof(statuses) / sizeof(statuses[0]))
_Static_assert(STATUSES <= METRICS_STATUSES_MAX, "the counters have room for each");

uint32_t metrics_status_index(uint32_t status) {
    uint32_t index = STATUSES - 1;
    while (index > 0 && statuses[index] != status) {
        index--;
    }
    return index;
}

int metrics_status_at(uint32_t index) {
    return index < STATUSES ? statuses[index] : -1;
}

const char *metrics_operation_name(uint32_t operation) {
    return operation < OPERATIONS ? operations[operation].name : NULL;
}

/* The last segment of a path that does not begin with a digit. */
static struct slice last_word(struct slice path) {
    size_t end = path.size;
    while (end > 0) {
        size_t start = end;
        while (start > 0 && path.base[start - 1] != '/') {
            start--;
        }
        if (start < end && (path.base[start] < '0' || path.base[start] > '9')) {
            return (struct slice){path.base + start, end - start};
        }
        end = start > 0 ? start - 1 : 0;
    }
    return (struct slice){path.base, 0};
}

static bool equal(const char *text, struct slice slice) {
    return text != NULL && slice_equal(slice_text(text), slice);
}

uint32_t metrics_operation(const struct adapter_request *request) {
    bool rpc = request->path.size == 0;
    struct slice word = rpc ? request->method : last_word(request->path);
    for (uint32_t i = 1; i < OPERATIONS; i++) {
        const struct operation *operation = &operations[i];
        if (rpc ? equal(operation->rpc_method, word)
                : equal(operation->http_word, word) &&
                      equal(operation->http_method, request->method)) {
            return i;
        }
    }
    return 0;
}
