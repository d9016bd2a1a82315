/* methods.c - the methods of the door and how their params are read, but for open's. */
#include "protocols/rpc/methods.h"

#include "protocols/common/statement.h"
#include "protocols/registry/registry.h"

#define CHANGEABLE                                                                                 \
    (RPC_KEY(OWNER) | RPC_KEY(FLAGS) | RPC_KEY(FLOOR) | RPC_KEY(CEILING) | RPC_KEY(DAY_LIMIT) |    \
     RPC_KEY(MONTH_LIMIT))

static bool is_operator(const struct grant *grant) {
    return (grant->rights & GRANT_OPERATOR) != 0;
}

bool rpc_requester(const struct grant *grant, const struct rpc_keys *keys, bool by_id,
                   uint64_t *requester, enum ledger_status *status, struct rpc_fault *fault) {
    bool named = rpc_key_seen(keys, RPC_KEY(REQUESTER));
    if (named)
        *requester = keys->requester.number;
    else
        *requester = by_id && is_operator(grant) ? 0 : grant->requester;
    if (*requester == 0 && is_operator(grant)) { /* nobody's: anybody's, but only by id */
        if (by_id)
            return true;
        *status = LEDGER_BAD_COMMAND;
        fault->map = RPC_PLACE_OPTIONS;
        return rpc_fail(fault, RPC_PLACE_REQUESTER, RPC_EXPECTED_PRESENT);
    }
    *status = LEDGER_FORBIDDEN; /* 0 would be the operator */
    return *requester != 0 && grant_requester(grant, *requester);
}

bool rpc_is_change(enum ledger_kind kind) {
    return kind == LEDGER_COMPLETE || kind == LEDGER_DECLINE || kind == LEDGER_RETRY ||
           kind == LEDGER_ACCOUNT_OPEN || kind == LEDGER_ACCOUNT_CHANGE ||
           kind == LEDGER_REGISTRY_PUT;
}

static bool read_account(const msgpack_object *object, uint64_t *account, struct rpc_fault *fault) {
    return rpc_read_uint(object, RPC_PLACE_ACCOUNT, account, fault);
}

static bool read_target(const msgpack_object *object, struct ledger_target *target,
                        struct rpc_fault *fault) {
    struct slice reference;
    if (object->type == MSGPACK_OBJECT_POSITIVE_INTEGER && object->via.u64 != 0) {
        target->payment = object->via.u64;
        return true;
    }
    if (!rpc_read_bytes(object, RPC_PLACE_TARGET, RPC_PARAMS_MAX, &reference, fault))
        return rpc_fail(fault, RPC_PLACE_TARGET, RPC_EXPECTED_TARGET);
    target->reference = reference.base;
    target->reference_size = (uint32_t)reference.size;
    return true;
}

/* [id or reference, options]: complete, decline, retry, dispatch, lookup. */
static enum ledger_status target(const struct rpc_method *method, const msgpack_object *params,
                                 const struct grant *grant, struct ledger_writer *writer,
                                 struct rpc_note *note) {
    uint64_t allowed = RPC_KEY(REQUESTER);
    if (method->kind == LEDGER_COMPLETE || method->kind == LEDGER_DECLINE)
        allowed |= RPC_KEY(BY_PROVIDER);
    struct ledger_target request = {.payment = 0};
    struct rpc_keys keys;
    enum ledger_status status = LEDGER_DONE;
    if (!read_target(rpc_element(params, 0), &request, &note->fault) ||
        !rpc_read_keys(rpc_element(params, 1), RPC_PLACE_OPTIONS, allowed, &keys, &note->fault))
        return LEDGER_BAD_COMMAND;
    if (!rpc_requester(grant, &keys, request.payment != 0, &request.requester, &status,
                       &note->fault))
        return status;
    request.by_provider = keys.by_provider.number != 0;
    if (request.by_provider && !grant_allows(grant, GRANT_COMPLETE)) /* who may dispatch */
        return LEDGER_FORBIDDEN;
    return ledger_put_target(writer, method->kind, &request);
}

static void account_of_keys(const struct rpc_keys *keys, struct ledger_account_request *request) {
    request->owner = keys->owner.number;
    request->flags = (uint32_t)keys->flags.number;
    request->floor = keys->floor.number;
    request->ceiling = keys->ceiling.number;
    request->day_limit = keys->day_limit.number;
    request->month_limit = keys->month_limit.number;
}

/* [{id, kind, ...}]: account_open. */
static enum ledger_status account_open(const struct rpc_method *method,
                                       const msgpack_object *params, const struct grant *grant,
                                       struct ledger_writer *writer, struct rpc_note *note) {
    (void)method;
    struct rpc_keys keys;
    uint64_t allowed = CHANGEABLE | RPC_KEY(ID) | RPC_KEY(KIND) | RPC_KEY(CURRENCY);
    if (!rpc_read_keys(rpc_element(params, 0), RPC_PLACE_ACCOUNT, allowed, &keys, &note->fault))
        return LEDGER_BAD_COMMAND;
    note->fault.map = RPC_PLACE_ACCOUNT;
    if (!rpc_key_seen(&keys, RPC_KEY(ID)))
        rpc_fail(&note->fault, RPC_PLACE_ID, RPC_EXPECTED_UINT);
    else if (!rpc_key_seen(&keys, RPC_KEY(KIND)))
        rpc_fail(&note->fault, RPC_PLACE_KIND, RPC_EXPECTED_KIND);
    if (note->fault.place != RPC_PLACE_NONE)
        return LEDGER_BAD_COMMAND;
    struct ledger_account_request request = {.id = keys.id.number};
    account_of_keys(&keys, &request);
    request.kind = (uint16_t)keys.kind.number;
    request.currency = LEDGER_CURRENCY_KZT;
    if (rpc_key_seen(&keys, RPC_KEY(CURRENCY)))
        request.currency = (uint16_t)keys.currency.number;
    if (!rpc_key_seen(&keys, RPC_KEY(CEILING)))
        request.ceiling = LEDGER_NO_CEILING;
    if (!rpc_key_seen(&keys, RPC_KEY(DAY_LIMIT)))
        request.day_limit = LEDGER_NO_CEILING;
    if (!rpc_key_seen(&keys, RPC_KEY(MONTH_LIMIT)))
        request.month_limit = LEDGER_NO_CEILING;
    /* An overdraft is money lent: only the operator opens accounts with one. */
    bool lends = request.flags != 0 || request.floor != 0;
    if (!grant_account(grant, request.id) || (lends && !is_operator(grant)))
        return LEDGER_FORBIDDEN;
    return ledger_put_account_open(writer, &request);
}

/* [account, {what changes}]: account_change. */
static enum ledger_status account_change(const struct rpc_method *method,
                                         const msgpack_object *params, const struct grant *grant,
                                         struct ledger_writer *writer, struct rpc_note *note) {
    (void)method, (void)grant;
    static const uint64_t fields[][2] = {
        {RPC_KEY(FLAGS), LEDGER_FIELD_FLAGS},
        {RPC_KEY(FLOOR), LEDGER_FIELD_FLOOR},
        {RPC_KEY(CEILING), LEDGER_FIELD_CEILING},
        {RPC_KEY(DAY_LIMIT), LEDGER_FIELD_DAY_LIMIT},
        {RPC_KEY(MONTH_LIMIT), LEDGER_FIELD_MONTH_LIMIT},
        {RPC_KEY(OWNER), LEDGER_FIELD_OWNER},
    };
    struct ledger_account_request request = {.id = 0};
    struct rpc_keys keys;
    if (!read_account(rpc_element(params, 0), &request.id, &note->fault) ||
        !rpc_read_keys(rpc_element(params, 1), RPC_PLACE_OPTIONS, CHANGEABLE, &keys, &note->fault))
        return LEDGER_BAD_COMMAND;
    account_of_keys(&keys, &request);
    uint32_t changes = 0;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (rpc_key_seen(&keys, fields[i][0]))
            changes |= (uint32_t)fields[i][1];
    return ledger_put_account_change(writer, &request, changes);
}

/* [account]: account_get. */
static enum ledger_status account_get(const struct rpc_method *method, const msgpack_object *params,
                                      const struct grant *grant, struct ledger_writer *writer,
                                      struct rpc_note *note) {
    (void)method;
    uint64_t account = 0;
    if (!read_account(rpc_element(params, 0), &account, &note->fault))
        return LEDGER_BAD_COMMAND;
    return grant_account(grant, account) ? ledger_put_account_lookup(writer, account)
                                         : LEDGER_FORBIDDEN;
}

/* [account, {before, limit}]: statement, which is a query. */
static enum ledger_status statement(const struct rpc_method *method, const msgpack_object *params,
                                    const struct grant *grant, struct ledger_writer *writer,
                                    struct rpc_note *note) {
    (void)method, (void)writer;
    struct rpc_keys keys;
    if (!read_account(rpc_element(params, 0), &note->account, &note->fault) ||
        !rpc_read_keys(rpc_element(params, 1), RPC_PLACE_OPTIONS, RPC_KEY(BEFORE) | RPC_KEY(LIMIT),
                       &keys, &note->fault))
        return LEDGER_BAD_COMMAND;
    note->before = keys.before.number;
    note->limit = STATEMENT_LIMIT_DEFAULT;
    if (rpc_key_seen(&keys, RPC_KEY(LIMIT)))
        note->limit = (uint32_t)keys.limit.number;
    return grant_account(grant, note->account) ? LEDGER_DONE : LEDGER_FORBIDDEN;
}

/* [account, hash, expires_in_s]: token_issue. */
static enum ledger_status token_issue(const struct rpc_method *method, const msgpack_object *params,
                                      const struct grant *grant, struct ledger_writer *writer,
                                      struct rpc_note *note) {
    (void)method;
    uint64_t account = 0, expires_in_s = 0;
    struct slice hash;
    if (!read_account(rpc_element(params, 0), &account, &note->fault))
        return LEDGER_BAD_COMMAND;
    if (!rpc_read_bytes(rpc_element(params, 1), RPC_PLACE_HASH, LEDGER_TOKEN_HASH, &hash,
                        &note->fault) ||
        hash.size != LEDGER_TOKEN_HASH) {
        rpc_fail(&note->fault, RPC_PLACE_HASH, RPC_EXPECTED_HASH);
        return LEDGER_BAD_COMMAND;
    }
    if (!rpc_read_uint(rpc_element(params, 2), RPC_PLACE_EXPIRES_IN_S, &expires_in_s,
                       &note->fault) ||
        expires_in_s > UINT32_MAX) {
        rpc_fail(&note->fault, RPC_PLACE_EXPIRES_IN_S, RPC_EXPECTED_UINT32);
        return LEDGER_BAD_COMMAND;
    }
    if (!grant_account(grant, account))
        return LEDGER_FORBIDDEN;
    return ledger_put_token(writer, account, (const uint8_t *)hash.base, (uint32_t)expires_in_s);
}

/* What the integrations read must be what they expect; keys of other words are the operator's. */
static bool check_record(struct slice key, struct slice value, struct rpc_fault *fault) {
    union registry_record record;
    struct registry_fault wrong;
    enum registry_kind kind = registry_kind_of(key);
    return kind == REGISTRY_KINDS || registry_take(kind, key, value, &record, &wrong) ||
           rpc_fail_field(fault, RPC_PLACE_VALUE, wrong.field,
                          wrong.why != NULL ? wrong.why : "a value: the record must have it");
}

/* [key, value, version] and [key]: registry_put, registry_get. */
static enum ledger_status registry(const struct rpc_method *method, const msgpack_object *params,
                                   const struct grant *grant, struct ledger_writer *writer,
                                   struct rpc_note *note) {
    (void)grant;
    struct slice key, value;
    uint64_t version = LEDGER_VERSION_ANY;
    if (!rpc_read_bytes(rpc_element(params, 0), RPC_PLACE_KEY, LEDGER_KEY_MAX, &key, &note->fault))
        return LEDGER_BAD_COMMAND;
    if (method->answer == RPC_ANSWER_REGISTRY)
        return ledger_put_registry_lookup(writer, key.base, (uint32_t)key.size);
    if (!rpc_read_bytes(rpc_element(params, 1), RPC_PLACE_VALUE, LEDGER_VALUE_MAX, &value,
                        &note->fault) ||
        (params->via.array.size > 2 &&
         !rpc_read_uint(rpc_element(params, 2), RPC_PLACE_VERSION, &version, &note->fault)) ||
        !check_record(key, value, &note->fault))
        return LEDGER_BAD_COMMAND;
    return ledger_put_registry(writer, key.base, (uint32_t)key.size, value.base,
                               (uint32_t)value.size, version);
}

#define METHOD(text, params_, right_, answer_, kind_, read_)                                       \
    { {text, sizeof text - 1}, params_, GRANT_##right_, RPC_ANSWER_##answer_, kind_, read_ }
static const struct rpc_method methods[] = {
    METHOD("open", 1, OPEN, OPEN, LEDGER_OPEN, NULL),
    METHOD("complete", 2, COMPLETE, OUTCOME, LEDGER_COMPLETE, target),
    METHOD("decline", 2, DECLINE, OUTCOME, LEDGER_DECLINE, target),
    METHOD("retry", 2, COMPLETE, OUTCOME, LEDGER_RETRY, target),
    METHOD("dispatch", 2, COMPLETE, OUTCOME, LEDGER_DISPATCH, target),
    METHOD("lookup", 2, LOOKUP, PAYMENT, LEDGER_LOOKUP, target),
    METHOD("account_open", 1, ACCOUNT_OPEN, OUTCOME, LEDGER_ACCOUNT_OPEN, account_open),
    METHOD("account_change", 2, OPERATOR, OUTCOME, LEDGER_ACCOUNT_CHANGE, account_change),
    METHOD("account_get", 1, ACCOUNT_READ, ACCOUNT, LEDGER_ACCOUNT_LOOKUP, account_get),
    METHOD("statement", 2, ACCOUNT_READ, STATEMENT, LEDGER_REFUSED, statement),
    METHOD("token_issue", 3, OPEN, OUTCOME, LEDGER_TOKEN_ISSUE, token_issue),
    METHOD("registry_put", 3, OPERATOR, OUTCOME, LEDGER_REGISTRY_PUT, registry),
    METHOD("registry_get", 1, OPERATOR, REGISTRY, LEDGER_REGISTRY_LOOKUP, registry),
    METHOD("info", 0, NODE, INFO, LEDGER_REFUSED, NULL),
};

const struct rpc_method *rpc_method_find(struct slice name) {
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        if (slice_equal(name, methods[i].name))
            return &methods[i];
    return NULL;
}
