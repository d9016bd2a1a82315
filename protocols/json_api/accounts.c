/* accounts.c - requests about accounts, read. */
#include "protocols/common/act.h"
#include "protocols/common/statement.h"
#include "protocols/json_api/body.h"
#include "protocols/json_api/calls.h"
#include "protocols/json_api/problem.h"
#include "protocols/json_api/query.h"

static bool read_flags(json_t *array, uint32_t *flags, struct adapter_reply *reply) {
    static const struct {
        struct slice name;
        uint32_t flag;
    } known[] = {
        {{"frozen", 6}, LEDGER_ACCOUNT_FROZEN},
        {{"closed", 6}, LEDGER_ACCOUNT_CLOSED},
        {{"overdraft", 9}, LEDGER_ACCOUNT_OVERDRAFT},
    };
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *value = json_array_get(array, i);
        uint32_t flag = 0;
        for (size_t k = 0; k < 3 && json_is_string(value); k++)
            if (slice_equal(body_string(value), known[k].name))
                flag = known[k].flag;
        if (flag == 0)
            return problem_reply(reply, PROBLEM_BAD_REQUEST,
                                 "flags[%zu]: expected \"frozen\", \"closed\" or \"overdraft\"", i);
        *flags |= flag;
    }
    return true;
}

/* Kind and currency; an account is a wallet in tenge unless it says otherwise. */
static bool read_kind(const json_t *kind, const json_t *currency,
                      struct ledger_account_request *request, struct adapter_reply *reply) {
    struct slice name = body_string(kind);
    request->kind = (uint16_t)ledger_kind_of(name.base, name.size);
    request->currency = LEDGER_CURRENCY_KZT;
    if (request->kind == 0)
        return problem_reply(reply, PROBLEM_BAD_REQUEST,
                             "kind: expected the name of an account kind, such as \"wallet\"");
    if (currency != NULL && !slice_equal(body_string(currency), SLICE("KZT")))
        return problem_reply(reply, PROBLEM_BAD_REQUEST, "currency: expected \"KZT\"");
    return true;
}

static bool read_account(json_t *body, struct ledger_account_request *request,
                         struct adapter_reply *reply) {
    static const struct body_field fields[] = {
        {"id", BODY_INTEGER, true},        {"kind", BODY_STRING, true},
        {"currency", BODY_STRING, false},  {"owner", BODY_INTEGER, false},
        {"floor", BODY_STRING, false},     {"ceiling", BODY_STRING, false},
        {"day_limit", BODY_STRING, false}, {"month_limit", BODY_STRING, false},
        {"flags", BODY_ARRAY, false},
    };
    json_t *values[9];
    if (!body_fields(body, "", fields, 9, values, reply))
        return false;
    *request = (struct ledger_account_request){.ceiling = LEDGER_NO_CEILING,
                                               .day_limit = LEDGER_NO_CEILING,
                                               .month_limit = LEDGER_NO_CEILING};
    return body_id(values[0], "", "id", &request->id, reply) &&
           read_kind(values[1], values[2], request, reply) &&
           body_id(values[3], "", "owner", &request->owner, reply) &&
           body_amount(values[4], "", "floor", &request->floor, reply) &&
           body_amount(values[5], "", "ceiling", &request->ceiling, reply) &&
           body_amount(values[6], "", "day_limit", &request->day_limit, reply) &&
           body_amount(values[7], "", "month_limit", &request->month_limit, reply) &&
           read_flags(values[8], &request->flags, reply);
}

/* An overdraft is money lent: only the operator opens accounts with one. */
static bool may_open(const struct grant *grant, const struct ledger_account_request *request,
                     struct adapter_reply *reply) {
    if (!grant_account(grant, request->id))
        return problem_reply(reply, PROBLEM_FORBIDDEN,
                             "id: an account which the gateway was not granted");
    if ((grant->rights & GRANT_OPERATOR) == 0 && (request->flags != 0 || request->floor != 0))
        return problem_reply(reply, PROBLEM_FORBIDDEN, "flags and floor are the operator's to set");
    return true;
}

enum adapter_verdict call_account_open(struct call *call) {
    struct ledger_account_request request;
    json_t *body = body_read(call->request, false, call->reply);
    if (body == NULL)
        return ADAPTER_ANSWERED;
    bool ok =
        read_account(body, &request, call->reply) && may_open(call->grant, &request, call->reply);
    json_decref(body);
    if (!ok)
        return ADAPTER_ANSWERED;
    call->note->of.account = (struct call_account){
        .id = request.id,
        .owner = request.owner,
        .floor = request.floor,
        .ceiling = request.ceiling,
        .day_limit = request.day_limit,
        .month_limit = request.month_limit,
        .kind = request.kind,
        .currency = request.currency,
        .flags = (uint8_t)request.flags,
    };
    enum ledger_status status = ledger_put_account_open(call->writer, &request);
    return call_put(call, status == LEDGER_DONE ? act_put(call->request, call->writer) : status);
}

static bool may_read(struct call *call) {
    return grant_account(call->grant, call->id) ||
           problem_reply(call->reply, PROBLEM_FORBIDDEN,
                         "an account which the gateway was not granted");
}

enum adapter_verdict call_account_get(struct call *call) {
    if (!query_read(call->request->query, NULL, 0, NULL, call->reply) || !may_read(call))
        return ADAPTER_ANSWERED;
    return call_put(call, ledger_put_account_lookup(call->writer, call->id));
}

enum adapter_verdict call_account_entries(struct call *call) {
    static const char *const names[] = {"before", "limit"};
    struct query_value values[2];
    uint64_t before = 0, limit = STATEMENT_LIMIT_DEFAULT;
    if (!query_read(call->request->query, names, 2, values, call->reply) || !may_read(call))
        return ADAPTER_ANSWERED;
    bool ok = true;
    if (values[0].present)
        ok = query_number((struct slice){values[0].bytes, values[0].size}, UINT64_MAX, &before) ||
             problem_reply(call->reply, PROBLEM_BAD_REQUEST, "before: expected an entry");
    if (ok && values[1].present)
        ok = (query_number((struct slice){values[1].bytes, values[1].size}, STATEMENT_LIMIT_MAX,
                           &limit) &&
              limit >= 1) ||
             problem_reply(call->reply, PROBLEM_BAD_REQUEST, "limit: expected 1 to %d",
                           STATEMENT_LIMIT_MAX);
    if (!ok)
        return ADAPTER_ANSWERED;
    call->note->of.entries.account = call->id;
    call->note->of.entries.before = before;
    call->note->of.entries.limit = (uint32_t)limit;
    return ADAPTER_QUERY;
}
