/* payment.c - whose money goes where. The client's name, terminal and fee are the registry's of
 * this moment; a repeat of a payment is answered by the ledger, whatever they are by now. */
#include "protocols/agent_soap/payment.h"

#include "protocols/common/assert.h"
#include "protocols/common/money.h"
#include "protocols/common/token.h"

/* clang-format off */
static const struct payment_kind kinds[SOAP_OPERATIONS] = {
    [SOAP_OP_CREATE_CASH_IN]         = {.operation = OPERATION_CASH_IN, .two_phase = true},
    [SOAP_OP_CREATE_CASH_OUT]        = {.operation = OPERATION_CASH_OUT, .out = true, .two_phase = true},
    [SOAP_OP_CASH_IN_PAYMENT]        = {.operation = OPERATION_CASH_IN},
    [SOAP_OP_CASH_IN_AVTOBYS]        = {.operation = OPERATION_CASH_IN_AVTOBYS},
    [SOAP_OP_PAY_FOR_GOODS]          = {.operation = OPERATION_PAY_GOODS, .goods = true},
    [SOAP_OP_PAY_FOR_SERVICES]       = {.operation = OPERATION_PAY_SERVICE, .service = true},
    [SOAP_OP_VOSTOK_PLAT]            = {.operation = OPERATION_PAY_SERVICE, .service = true, .full = true},
    [SOAP_OP_CASH_OUT]               = {.operation = OPERATION_CASH_OUT, .out = true},
    [SOAP_OP_CASH_OUT_THROUGH]       = {.operation = OPERATION_CASH_OUT, .out = true},
    [SOAP_OP_CHECK_USER_CASH_IN]     = {.operation = OPERATION_CASH_IN, .check = true},
    [SOAP_OP_PAY_FOR_GOODS_CHECK]    = {.operation = OPERATION_PAY_GOODS, .goods = true, .check = true},
    [SOAP_OP_PAY_FOR_SERVICES_CHECK] = {.operation = OPERATION_PAY_SERVICE, .service = true, .check = true},
    [SOAP_OP_VOSTOK_PLAT_CHECK]      = {.operation = OPERATION_PAY_SERVICE, .service = true, .check = true},
    [SOAP_OP_CHECK_CASH_OUT]         = {.operation = OPERATION_CASH_OUT, .out = true, .check = true},
    [SOAP_OP_CHECK_CASH_OUT_THROUGH] = {.operation = OPERATION_CASH_OUT, .out = true, .check = true},
};
/* clang-format on */

bool payment_is(unsigned operation) {
    return kinds[operation].operation != 0;
}

bool payment_is_check(unsigned operation) {
    return kinds[operation].check;
}

bool payment_is_out(unsigned operation) {
    return kinds[operation].out;
}

bool payment_is_goods(unsigned operation) {
    return kinds[operation].goods;
}

bool payment_is_delivered(unsigned operation) {
    return kinds[operation].service && !kinds[operation].check;
}

bool payment_asks(unsigned operation) {
    return kinds[operation].check && kinds[operation].service;
}

/* ---- The registry's part ------------------------------------------------------------------- */

bool payment_busy(struct soap_work *work) {
    return call_refuse(work->call, SOAP_REFUSED_NODE_BUSY);
}

bool payment_client(struct soap_work *work, uint64_t login) {
    struct soap_call *call = work->call;
    call->client = (struct registry_client){.login = login};
    enum registry_found found = registry_find(work->context->env, REGISTRY_CLIENT, &call->client);
    call->known = found == REGISTRY_FOUND;
    if (found == REGISTRY_BROKEN)
        return call_refuse(call, SOAP_REFUSED_INTERNAL);
    return found != REGISTRY_BUSY || payment_busy(work);
}

bool payment_merchant(struct soap_work *work, uint64_t login, uint64_t wallet,
                      struct payment_plan *plan) {
    struct registry_merchant merchant = {.login = login};
    enum registry_found found = registry_find(work->context->env, REGISTRY_MERCHANT, &merchant);
    if (found == REGISTRY_BUSY)
        return payment_busy(work);
    if (found != REGISTRY_FOUND)
        return call_refuse(work->call, plan->kind->service ? SOAP_REFUSED_SERVICE_UNAVAILABLE
                                                           : SOAP_REFUSED_TERMINAL_NOT_FOUND);
    if (merchant.blocked)
        return call_refuse(work->call, SOAP_REFUSED_MERCHANT_BLOCKED);
    plan->merchant = merchant.login;
    plan->wallet = wallet != 0 ? wallet : merchant.wallets[0];
    return true;
}

/* The terminal's merchant, and the wallet that gets the money. */
static bool find_terminal(struct soap_work *work, struct slice id, struct payment_plan *plan) {
    struct registry_terminal terminal = {.merchant = 0};
    ASSERT(id.size < sizeof terminal.id);
    memcpy(terminal.id, id.base, id.size);
    enum registry_found found = registry_find(work->context->env, REGISTRY_TERMINAL, &terminal);
    if (found == REGISTRY_BUSY)
        return payment_busy(work);
    if (found != REGISTRY_FOUND)
        return call_refuse(work->call, SOAP_REFUSED_TERMINAL_NOT_FOUND);
    if (terminal.blocked)
        return call_refuse(work->call, SOAP_REFUSED_TERMINAL_BLOCKED);
    return payment_merchant(work, terminal.merchant, terminal.wallet, plan);
}

static bool find_parties(struct soap_work *work, const struct soap_values *values,
                         struct payment_plan *plan) {
    struct soap_call *call = work->call;
    if (!payment_client(work, values->client))
        return false;
    if (!call->known && call->operation == SOAP_OP_VOSTOK_PLAT_CHECK)
        return payment_service(work, values, plan); /* one is made */
    if (!call->known)
        return call_refuse(call, SOAP_REFUSED_CLIENT_NOT_FOUND);
    if (call->client.blocked)
        return call_refuse(call, SOAP_REFUSED_CLIENT_BLOCKED);
    plan->client = call->client.account;
    if (plan->kind->service)
        return payment_service(work, values, plan);
    return !plan->kind->goods || find_terminal(work, values->terminal, plan);
}

/* ---- Legs ---------------------------------------------------------------------------------- */

static void add_leg(struct payment_plan *plan, uint64_t debit, uint64_t credit, uint64_t amount) {
    ASSERT(plan->leg_count < 3);
    plan->legs[plan->leg_count++] = (struct ledger_leg_request){debit, credit, amount};
}

static bool add_fee(struct soap_work *work, struct payment_plan *plan) {
    const struct adapter_env *env = work->context->env;
    const struct registry_parties parties = {.agent = work->agent.login,
                                             .merchant = plan->merchant,
                                             .accounts = {[PAYER_AGENT] = work->call->account,
                                                          [PAYER_CLIENT] = plan->client,
                                                          [PAYER_MERCHANT] = plan->wallet}};
    struct registry_charge charge;
    enum registry_found found =
        registry_charge_find(env, plan->kind->operation, &parties, plan->amount, &charge);
    if (found == REGISTRY_BUSY)
        return payment_busy(work);
    if (found != REGISTRY_FOUND)
        return call_refuse(work->call, SOAP_REFUSED_INTERNAL);
    plan->fee = charge.fee;
    if (plan->fee == 0)
        return true;
    add_leg(plan, charge.payer, env->settings->fee_account, plan->fee);
    plan->by_payer = charge.payer == plan->legs[0].debit;
    if (!plan->by_payer && plan->fee >= plan->amount && !plan->any_amount)
        return call_refuse(work->call, SOAP_REFUSED_FEE_EXCEEDS_AMOUNT);
    return true;
}

/* What the payer put in beyond what is paid for is the fee. */
static bool add_rest(struct soap_work *work, struct payment_plan *plan) {
    if (plan->paid < plan->amount)
        return call_refuse(work->call, SOAP_REFUSED_BAD_AMOUNT);
    plan->fee = plan->paid - plan->amount;
    if (plan->fee > 0)
        add_leg(plan, plan->client, work->context->env->settings->fee_account, plan->fee);
    return true;
}

static bool make_legs(struct soap_work *work, struct payment_plan *plan) {
    uint64_t agent = work->call->account;
    if (plan->kind->out)
        add_leg(plan, plan->client, agent, plan->paid);
    else
        add_leg(plan, agent, plan->client, plan->paid);
    if (plan->wallet != 0)
        add_leg(plan, plan->client, plan->wallet, plan->amount);
    return plan->kind->full ? add_rest(work, plan) : add_fee(work, plan);
}

/* ---- Commands ------------------------------------------------------------------------------ */

/* A string of JSON. The text has no control characters. */
static void json_text(struct buffer *out, struct slice text) {
    buffer_text(out, "\"");
    for (size_t i = 0; i < text.size; i++) {
        if (text.base[i] == '"' || text.base[i] == '\\')
            buffer_text(out, "\\");
        buffer_append(out, &text.base[i], 1);
    }
    buffer_text(out, "\"");
}

/* The payment's attributes: first what a repeat must say again, and then what is told of it. */
static uint32_t put_attributes(const struct soap_call *call, const struct soap_values *values,
                               const struct payment_plan *plan, uint64_t service,
                               struct buffer *out) {
    char amount[MONEY_TEXT], fee[MONEY_TEXT];
    buffer_format(out, "{\"method\":\"%s\",\"amount\":\"%s\",\"client\":\"%llu\"",
                  soap_operations[call->operation].name, money_text(values->amount, amount),
                  (unsigned long long)values->client);
    if (plan->kind->goods)
        buffer_format(out, ",\"terminal\":\"%.*s\"", (int)values->terminal.size,
                      values->terminal.base);
    if (plan->kind->full)
        buffer_format(out, ",\"full_amount\":\"%s\"", money_text(plan->paid, fee));
    if (plan->kind->service) {
        buffer_format(out, ",\"service\":%llu,\"account\":", (unsigned long long)service);
        json_text(out, values->account);
    }
    uint32_t match_size = (uint32_t)out->used;
    if (plan->merchant != 0)
        buffer_format(out, ",\"merchant\":\"%llu\"", (unsigned long long)plan->merchant);
    if (plan->provider_code != 0)
        buffer_format(out, ",\"provider_service\":%llu", (unsigned long long)plan->provider_code);
    if (plan->fee != 0)
        buffer_format(out, ",\"%s\":\"%s\"", plan->by_payer ? "commission" : "commission_to",
                      money_text(plan->fee, fee));
    if (call->guid_size != 0)
        buffer_format(out, ",\"guid\":\"%.*s\"", (int)call->guid_size, call->guid);
    buffer_text(out, "}");
    return match_size;
}

/* What cannot be made now may have been made before: a payment from no account is refused by the
 * ledger unless it is a repeat, which it answers first. */
static void make_impossible(struct payment_plan *plan) {
    plan->leg_count = 0;
    add_leg(plan, UINT64_MAX, 1, 1);
}

static bool put_status(struct soap_work *work, enum ledger_status status) {
    return status == LEDGER_DONE ||
           call_refuse(work->call,
                       status == LEDGER_BUSY ? SOAP_REFUSED_NODE_BUSY : SOAP_REFUSED_INTERNAL);
}

static bool put_open(struct soap_work *work, const struct soap_values *values,
                     const struct payment_plan *plan) {
    const struct adapter_settings *settings = work->context->env->settings;
    const struct payment_kind *kind = plan->kind;
    struct buffer attributes;
    uint8_t hash[LEDGER_TOKEN_HASH];
    buffer_init(&attributes, LEDGER_ATTRIBUTES_MAX);
    struct ledger_open open = {
        .requester = work->call->agent,
        .reference = values->reference.base,
        .reference_size = (uint32_t)values->reference.size,
        .legs = plan->legs,
        .leg_count = plan->leg_count,
        .wait_for_funds = !kind->out && !kind->two_phase,
        .operation = kind->operation,
        .value_date = values->day,
        .expires_in_s = kind->two_phase ? 0 : settings->hold_life_s,
        .repeat_after_ms = kind->two_phase ? 0 : settings->repeat_after_ms,
        .deliver_to = plan->provider,
        .match_size = put_attributes(work->call, values, plan, payment_service_code(work, values),
                                     &attributes),
        .attributes = attributes.base,
        .attributes_size = (uint32_t)attributes.used,
    };
    if (values->token.size != 0 && plan->client != 0 &&
        token_hash(settings->token_key, plan->client, values->token, hash)) {
        open.token_account = plan->client;
        open.token_hash = hash;
    }
    enum ledger_status status =
        attributes.failed ? LEDGER_BUSY : ledger_put_open(work->writer, &open);
    buffer_free(&attributes);
    return put_status(work, status);
}

/* The payment as it is after the open, for the answer. */
static bool put_lookup(struct soap_work *work, const struct soap_values *values) {
    const struct ledger_target target = {
        .requester = work->call->agent,
        .reference = values->reference.base,
        .reference_size = (uint32_t)values->reference.size,
    };
    return put_status(work, ledger_put_target(work->writer, LEDGER_LOOKUP, &target));
}

/* True when the refusal is about what the registry says now, and so none for a repeat: neither is
 * an operator's mistake in it, such as a tariff that has no payer. */
static bool may_be_repeat(const struct soap_call *call) {
    return call->refusal != SOAP_REFUSED_NODE_BUSY;
}

/* The question to the ledger, and what the answer tells besides. */
static bool put_check(struct soap_work *work, const struct soap_values *values,
                      struct payment_plan *plan) {
    struct soap_call *call = work->call;
    *work->question = (struct adapter_question){
        .provider = plan->provider, .service = plan->provider_code, .amount = values->amount};
    if (values->account.size > 0 && /* of a service, and short enough, or it was refused */
        values->account.size < sizeof(work->question->account))
        memcpy(work->question->account, values->account.base, values->account.size);
    bool good =
        call->known || call->operation != SOAP_OP_VOSTOK_PLAT_CHECK
            ? make_legs(work, plan) &&
                  put_status(work, ledger_put_check(work->writer, plan->legs, plan->leg_count))
            : payment_make_client(work, values->client);
    if (good && call->operation == SOAP_OP_VOSTOK_PLAT_CHECK)
        good = put_status(work, ledger_put_account_lookup(work->writer, call->account));
    return good;
}

bool payment_put(struct soap_work *work, const struct soap_values *values) {
    struct soap_call *call = work->call;
    const struct payment_kind *kind = &kinds[call->operation];
    struct payment_plan plan = {.kind = kind,
                                .amount = values->amount != 0 ? values->amount : 1,
                                .any_amount = values->amount == 0};
    plan.paid = kind->full ? values->full_amount : plan.amount;
    uint64_t most = work->context->env->settings->amount_max;
    bool possible = values->amount <= most && plan.paid <= most
                        ? find_parties(work, values, &plan)
                        : call_refuse(call, SOAP_REFUSED_AMOUNT_TOO_LARGE);
    if (kind->check)
        return possible && put_check(work, values, &plan);
    possible = possible && make_legs(work, &plan);
    if (!possible && !may_be_repeat(call))
        return false;
    if (!possible)
        make_impossible(&plan);
    return put_open(work, values, &plan) && (!kind->two_phase || put_lookup(work, values));
}
