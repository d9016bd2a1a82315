#include "protocols/checkpay/payee.h"

#include "protocols/checkpay/dialect.h"
#include "protocols/common/money.h"

/* ---- Who ---- */

/* A login: 8 to 11 digits, the first not 0. */
static bool read_login(const char *account, uint64_t *login) {
    size_t size = strlen(account);
    return size >= 8 && size <= 11 && account[0] != '0' &&
           dialect_number((struct slice){account, size}, UINT64_MAX, login);
}

/* What cannot be read is nobody's fault but ours. */
static enum checkpay_outcome of_found(enum registry_found found, bool blocked) {
    if (found == REGISTRY_ABSENT)
        return CHECKPAY_NO_ACCOUNT;
    if (found != REGISTRY_FOUND)
        return CHECKPAY_TEMPORARY;
    return blocked ? CHECKPAY_BLOCKED : CHECKPAY_DONE;
}

static enum checkpay_outcome find_client(const struct adapter_env *env, uint64_t login,
                                         struct payee *payee) {
    struct registry_client client = {.login = login};
    enum registry_found found = registry_find(env, REGISTRY_CLIENT, &client);
    enum checkpay_outcome outcome = of_found(found, client.blocked);
    if (outcome == CHECKPAY_DONE)
        payee->account = client.account;
    return outcome;
}

static enum checkpay_outcome find_merchant(const struct adapter_env *env, uint64_t login,
                                           struct payee *payee) {
    struct registry_merchant merchant = {.login = login};
    enum registry_found found = registry_find(env, REGISTRY_MERCHANT, &merchant);
    enum checkpay_outcome outcome = of_found(found, merchant.blocked);
    if (outcome == CHECKPAY_DONE)
        payee->account = merchant.wallets[0];
    return outcome;
}

enum checkpay_outcome payee_find(const struct adapter_env *env, const struct caller *caller,
                                 const struct checkpay_asked *asked, struct payee *payee) {
    const struct registry_network *network = &caller->network;
    bool wallet = asked->service == 0 || asked->service == network->wallet_service;
    uint64_t login;
    *payee = (struct payee){0, wallet ? OPERATION_CASH_IN : OPERATION_PAY_GOODS};
    if (network->blocked || (!wallet && asked->service != network->merchant_service))
        return CHECKPAY_NOT_ALLOWED;
    if (!read_login(asked->account, &login))
        return CHECKPAY_ACCOUNT_FORMAT;
    if (asked->command == CHECKPAY_PAY && asked->amount == 0)
        return CHECKPAY_BELOW_MINIMUM;
    if (asked->amount > env->settings->amount_max)
        return CHECKPAY_ABOVE_MAXIMUM;
    return wallet ? find_client(env, login, payee) : find_merchant(env, login, payee);
}

/* ---- Commands ---- */

/* A check whose sum is not said asks about the smallest one. */
enum ledger_status payee_put_check(struct ledger_writer *writer, const struct caller *caller,
                                   const struct checkpay_asked *asked, const struct payee *payee) {
    const struct ledger_leg_request leg = {caller->network.account, payee->account,
                                           asked->amount == 0 ? 1 : asked->amount};
    return ledger_put_check(writer, &leg, 1);
}

static void put_json(struct buffer *out, const char *text) {
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            buffer_text(out, "\\");
        buffer_append(out, text, 1);
    }
}

/* All of it is what a repeat must say again; the date is not, for the first one counts. */
static void put_attributes(const struct caller *caller, const struct checkpay_asked *asked,
                           struct buffer *out) {
    char amount[MONEY_TEXT];
    buffer_format(out, "{\"method\":\"checkpay\",\"network\":\"%s\",\"account\":\"",
                  caller->network.name);
    put_json(out, asked->account);
    buffer_format(out, "\",\"amount\":\"%s\",\"service\":%llu}", money_text(asked->amount, amount),
                  (unsigned long long)asked->service);
}

enum ledger_status payee_put_pay(struct ledger_writer *writer, const struct caller *caller,
                                 const struct checkpay_asked *asked, const struct payee *payee) {
    /* From no account: the ledger refuses it, unless it is a repeat, which it answers first. */
    const struct ledger_leg_request impossible = {UINT64_MAX, 1, 1};
    const struct ledger_leg_request leg = {caller->network.account, payee->account, asked->amount};
    struct buffer attributes;
    buffer_init(&attributes, LEDGER_ATTRIBUTES_MAX);
    put_attributes(caller, asked, &attributes);
    const struct ledger_open open = {
        .requester = caller->network.login,
        .reference = asked->id,
        .reference_size = (uint32_t)strlen(asked->id),
        .legs = payee->account == 0 ? &impossible : &leg,
        .leg_count = 1,
        .post = true,
        .operation = payee->operation,
        .value_date = asked->day,
        .match_size = (uint32_t)attributes.used,
        .attributes = attributes.base,
        .attributes_size = (uint32_t)attributes.used,
    };
    enum ledger_status status = attributes.failed ? LEDGER_BUSY : ledger_put_open(writer, &open);
    buffer_free(&attributes);
    return status == LEDGER_DONE ? payee_put_lookup(writer, caller, asked) : status;
}

enum ledger_status payee_put_lookup(struct ledger_writer *writer, const struct caller *caller,
                                    const struct checkpay_asked *asked) {
    const struct ledger_target target = {
        .requester = caller->network.login,
        .reference = asked->id,
        .reference_size = (uint32_t)strlen(asked->id),
    };
    return ledger_put_target(writer, LEDGER_LOOKUP, &target);
}

/* ---- What the ledger says ---- */

enum checkpay_outcome payee_outcome(enum ledger_status status) {
    switch ((int)status) {
    case LEDGER_DONE:
    case LEDGER_REPLAYED:
        return CHECKPAY_DONE;
    case LEDGER_REF_CONFLICT:
        return CHECKPAY_CONFLICT;
    case LEDGER_PAYMENT_NOT_FOUND:
        return CHECKPAY_NOT_FOUND;
    case LEDGER_CREDIT_NOT_FOUND:
        return CHECKPAY_NO_ACCOUNT;
    case LEDGER_CREDIT_CLOSED:
    case LEDGER_CREDIT_FROZEN:
        return CHECKPAY_BLOCKED;
    case LEDGER_DEBIT_CLOSED:
    case LEDGER_DEBIT_FROZEN:
    case LEDGER_FORBIDDEN:
        return CHECKPAY_NOT_ALLOWED;
    case LEDGER_BAD_AMOUNT:
    case LEDGER_OVER_TOTAL:
    case LEDGER_OVER_CEILING:
        return CHECKPAY_ABOVE_MAXIMUM;
    default: /* the float is short or over its limits, or we are busy: it may be possible later */
        return CHECKPAY_TEMPORARY;
    }
}
