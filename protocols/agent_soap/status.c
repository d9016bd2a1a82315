/* status.c - what the ledger's statuses mean to an agent that asked for an operation. */
#include "protocols/agent_soap/payment.h"

/* The ledger looks at a leg's debit side and then at its credit side, leg by leg, and the first
 * leg is between agent and client. Where goods are paid, a credited account may also be the
 * merchant's. */
static enum soap_refusal of_account(const struct soap_call *call, bool debit) {
    bool agent = debit != payment_is_out(call->operation);
    if (agent)
        return SOAP_REFUSED_AGENT_BLOCKED;
    return payment_is_goods(call->operation) ? SOAP_REFUSED_ACCOUNT_FROZEN
                                             : SOAP_REFUSED_CLIENT_BLOCKED;
}

enum soap_refusal payment_refusal(const struct soap_call *call, enum ledger_status status) {
    bool payment = payment_is(call->operation);
    if (status == LEDGER_DONE || status == LEDGER_REPLAYED)
        return SOAP_REFUSALS;
    if (status == LEDGER_DEBIT_NOT_FOUND && call->refused) /* no repeat, so the refusal stands */
        return call->refusal;
    if (payment && (status == LEDGER_DEBIT_FROZEN || status == LEDGER_CREDIT_FROZEN))
        return of_account(call, status == LEDGER_DEBIT_FROZEN);
    if (status == LEDGER_FUNDS && payment_is_check(call->operation) &&
        !payment_is_out(call->operation))
        return SOAP_REFUSALS; /* the payment would wait for the agent's money */
    return soap_refusal_of(status);
}
