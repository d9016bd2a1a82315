/* service.c - the service that a payment is for: whose it is, and whether it takes this account and
 * this amount now. */
#include "protocols/agent_soap/payment.h"

/* Wallets of clients that nobody registered have ids of their own, which no login is. */
#define BACKGROUND_ACCOUNTS 1000000000000u

uint64_t payment_service_code(const struct soap_work *work, const struct soap_values *values) {
    return values->service != 0 ? values->service
                                : work->context->env->settings->vostok_plat_service;
}

bool payment_service(struct soap_work *work, const struct soap_values *values,
                     struct payment_plan *plan) {
    struct soap_call *call = work->call;
    struct registry_service service = {.code = payment_service_code(work, values)};
    if (service.code == 0)
        return call_refuse(call, SOAP_REFUSED_SERVICE_UNAVAILABLE);
    enum registry_found found = registry_find(work->context->env, REGISTRY_SERVICE, &service);
    if (found == REGISTRY_BUSY)
        return payment_busy(work);
    if (found != REGISTRY_FOUND)
        return call_refuse(call, SOAP_REFUSED_SERVICE_NOT_FOUND);
    if (service.blocked || registry_in_maintenance(&service, call->received_ns))
        return call_refuse(call, SOAP_REFUSED_SERVICE_UNAVAILABLE);
    if (!registry_account_matches(&service, values->account))
        return call_refuse(call, SOAP_REFUSED_BAD_UTILITY_ACCOUNT);
    if (!plan->any_amount && plan->amount < service.minimum)
        return call_refuse(call, SOAP_REFUSED_BELOW_MINIMUM);
    if (!plan->any_amount && service.maximum != 0 && plan->amount > service.maximum)
        return call_refuse(call, SOAP_REFUSED_ABOVE_MAXIMUM);
    plan->provider = service.provider;
    plan->provider_code = service.provider_code;
    return payment_merchant(work, service.merchant, service.wallet, plan);
}

bool payment_make_client(struct soap_work *work, uint64_t login) {
    struct soap_call *call = work->call;
    struct registry_limits limits;
    char key[LEDGER_KEY_MAX];
    uint8_t value[LEDGER_VALUE_MAX];
    call->client = (struct registry_client){.login = login, .account = BACKGROUND_ACCOUNTS + login};
    if (registry_limits_find(work->context->env, false, &limits) != REGISTRY_FOUND)
        return payment_busy(work);
    const struct ledger_account_request account = {
        .id = call->client.account,
        .owner = login,
        .ceiling = limits.ceiling,
        .day_limit = limits.day_limit,
        .month_limit = limits.month_limit,
        .kind = LEDGER_WALLET,
        .currency = LEDGER_CURRENCY_KZT,
    };
    size_t key_size = registry_key(REGISTRY_CLIENT, &call->client, key);
    size_t size = registry_write(REGISTRY_CLIENT, &call->client, value);
    bool put = ledger_put_account_open(work->writer, &account) == LEDGER_DONE &&
               ledger_put_registry(work->writer, key, (uint32_t)key_size, value, (uint32_t)size,
                                   LEDGER_VERSION_NEW) == LEDGER_DONE;
    call->made = 2;
    return put || payment_busy(work);
}
