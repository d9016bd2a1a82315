/* payments.c - requests about payments, read. */
#include "protocols/common/act.h"
#include "protocols/common/assert.h"
#include "protocols/common/date.h"
#include "protocols/common/operation.h"
#include "protocols/json_api/body.h"
#include "protocols/json_api/calls.h"
#include "protocols/json_api/problem.h"
#include "protocols/json_api/query.h"

enum { REASON_MAX = 256 }; /* bytes */

/* One payment as read: the command-to-be, with the memory its pointers need. */
struct payment {
    struct ledger_open open;
    struct ledger_leg_request legs[LEDGER_LEGS_MAX];
    char attributes[LEDGER_ATTRIBUTES_MAX];
};

static bool read_leg(json_t *object, size_t index, struct ledger_leg_request *leg,
                     struct adapter_reply *reply) {
    static const struct body_field fields[] = {
        {"debit", BODY_INTEGER, true},
        {"credit", BODY_INTEGER, true},
        {"amount", BODY_STRING, true},
    };
    json_t *values[3];
    char where[] = "legs[0].";
    ASSERT(index < LEDGER_LEGS_MAX);
    where[5] = (char)('0' + index);
    if (!json_is_object(object))
        return problem_reply(reply, PROBLEM_BAD_REQUEST, "legs[%zu]: expected an object", index);
    return body_fields(object, where, fields, 3, values, reply) &&
           body_id(values[0], where, "debit", &leg->debit, reply) &&
           body_id(values[1], where, "credit", &leg->credit, reply) &&
           body_amount(values[2], where, "amount", &leg->amount, reply);
}

static bool read_legs(json_t *array, struct payment *payment, struct adapter_reply *reply) {
    size_t count = json_array_size(array);
    if (count < 1 || count > LEDGER_LEGS_MAX) {
        problem_reply_status(reply, LEDGER_BAD_LEGS);
        return false;
    }
    for (size_t i = 0; i < count; i++)
        if (!read_leg(json_array_get(array, i), i, &payment->legs[i], reply))
            return false;
    payment->open.legs = payment->legs;
    payment->open.leg_count = (uint32_t)count;
    return true;
}

static bool read_mode(const json_t *value, bool *post, struct adapter_reply *reply) {
    struct slice mode = body_string(value);
    *post = slice_equal(mode, SLICE("post"));
    return *post || slice_equal(mode, SLICE("hold")) ||
           problem_reply(reply, PROBLEM_BAD_REQUEST, "mode: expected \"post\" or \"hold\"");
}

static bool read_operation(const json_t *value, uint16_t *operation, struct adapter_reply *reply) {
    *operation = operation_number(body_string(value));
    return *operation != 0 || problem_reply(reply, PROBLEM_BAD_REQUEST,
                                            "operation: expected the name of an operation, such "
                                            "as \"cash_in\"");
}

/* The fields which may be missing. */
static bool read_options(json_t *const *values, struct payment *payment,
                         struct adapter_reply *reply) {
    struct ledger_open *open = &payment->open;
    json_t *date = values[0], *expires = values[1], *wait = values[2], *attributes = values[3];
    uint64_t expires_in_s = 0;
    if (date != NULL && !date_parse(body_string(date), &open->value_date))
        return problem_reply(reply, PROBLEM_BAD_REQUEST,
                             "value_date: expected a day as \"2025-01-31\"");
    if (!body_id(expires, "", "expires_in_s", &expires_in_s, reply) ||
        !body_id(values[4], "", "reversal_of", &open->reversal_of, reply))
        return false;
    if (expires_in_s > UINT32_MAX)
        return problem_reply(reply, PROBLEM_BAD_REQUEST, "expires_in_s: too long");
    open->expires_in_s = (uint32_t)expires_in_s;
    open->wait_for_funds = json_is_true(wait);
    open->attributes = payment->attributes;
    return attributes == NULL ||
           body_compact(attributes, "attributes", payment->attributes, sizeof payment->attributes,
                        &open->attributes_size, reply);
}

static bool read_payment(json_t *body, struct payment *payment, struct adapter_reply *reply) {
    static const struct body_field fields[] = {
        {"reference", BODY_STRING, true},     {"operation", BODY_STRING, true},
        {"mode", BODY_STRING, true},          {"legs", BODY_ARRAY, true},
        {"value_date", BODY_STRING, false},   {"expires_in_s", BODY_INTEGER, false},
        {"wait_for_funds", BODY_BOOL, false}, {"attributes", BODY_OBJECT, false},
        {"reversal_of", BODY_INTEGER, false},
    };
    json_t *values[9];
    payment->open = (struct ledger_open){.requester = 0};
    if (!body_fields(body, "", fields, 9, values, reply))
        return false;
    struct slice reference = body_string(values[0]);
    payment->open.reference = reference.base;
    payment->open.reference_size = (uint32_t)reference.size;
    return read_operation(values[1], &payment->open.operation, reply) &&
           read_mode(values[2], &payment->open.post, reply) &&
           read_legs(values[3], payment, reply) && read_options(values + 4, payment, reply);
}

static bool accounts_granted(const struct grant *grant, const struct payment *payment) {
    for (uint32_t i = 0; i < payment->open.leg_count; i++)
        if (!grant_account(grant, payment->legs[i].debit) ||
            !grant_account(grant, payment->legs[i].credit))
            return false;
    return true;
}

enum adapter_verdict call_payment_open(struct call *call) {
    struct payment payment;
    json_t *body = body_read(call->request, false, call->reply);
    if (body == NULL)
        return ADAPTER_ANSWERED;
    enum adapter_verdict verdict = ADAPTER_ANSWERED;
    if (read_payment(body, &payment, call->reply)) {
        payment.open.requester = call->grant->requester;
        if (payment.open.requester == 0)
            problem_reply(call->reply, PROBLEM_FORBIDDEN, "the gateway has no requester");
        else if (!accounts_granted(call->grant, &payment))
            problem_reply(call->reply, PROBLEM_FORBIDDEN,
                          "legs: an account which the gateway was not granted");
        else
            verdict = call_put(call, ledger_put_open(call->writer, &payment.open));
    }
    json_decref(body);
    return verdict;
}

/* Any of an operator's, the own of others. */
static enum adapter_verdict put_target(struct call *call, enum ledger_kind kind) {
    struct ledger_target target = {.payment = call->id, .requester = call->grant->requester};
    if ((call->grant->rights & GRANT_OPERATOR) != 0)
        target.requester = 0;
    else if (target.requester == 0)
        return call_put(call, LEDGER_FORBIDDEN);
    enum ledger_status status = ledger_put_target(call->writer, kind, &target);
    return call_put(call, status == LEDGER_DONE ? act_put(call->request, call->writer) : status);
}

enum adapter_verdict call_payment_get(struct call *call) {
    if (!query_read(call->request->query, NULL, 0, NULL, call->reply))
        return ADAPTER_ANSWERED;
    return put_target(call, LEDGER_LOOKUP);
}

enum adapter_verdict call_payment_find(struct call *call) {
    static const char *const names[] = {"reference"};
    struct query_value reference;
    if (!query_read(call->request->query, names, 1, &reference, call->reply))
        return ADAPTER_ANSWERED;
    if (!reference.present) {
        problem_reply(call->reply, PROBLEM_BAD_REQUEST, "reference: missing");
        return ADAPTER_ANSWERED;
    }
    struct ledger_target target = {.requester = call->grant->requester,
                                   .reference = reference.bytes,
                                   .reference_size = (uint32_t)reference.size};
    if (target.requester == 0) {
        problem_reply(call->reply, PROBLEM_FORBIDDEN, "the gateway has no requester");
        return ADAPTER_ANSWERED;
    }
    return call_put(call, ledger_put_target(call->writer, LEDGER_LOOKUP, &target));
}

/* complete and decline take a reason, which is checked and not kept. */
static enum adapter_verdict change(struct call *call, enum ledger_kind kind) {
    static const struct body_field fields[] = {{"reason", BODY_STRING, false}};
    json_t *reason = NULL;
    json_t *body = body_read(call->request, true, call->reply);
    if (body == NULL)
        return ADAPTER_ANSWERED;
    bool ok = body_fields(body, "", fields, 1, &reason, call->reply);
    if (ok && reason != NULL && json_string_length(reason) > REASON_MAX)
        ok = problem_reply(call->reply, PROBLEM_BAD_REQUEST, "reason: longer than %d bytes",
                           REASON_MAX);
    json_decref(body);
    return ok ? put_target(call, kind) : ADAPTER_ANSWERED;
}

enum adapter_verdict call_payment_complete(struct call *call) {
    return change(call, LEDGER_COMPLETE);
}

enum adapter_verdict call_payment_decline(struct call *call) {
    return change(call, LEDGER_DECLINE);
}
