/* payment.h - payments and the questions about them: legs, fees, the ledger's command. Worker
 * threads. */
#ifndef PROTOCOLS_AGENT_SOAP_PAYMENT_H
#define PROTOCOLS_AGENT_SOAP_PAYMENT_H

#include "protocols/agent_soap/values.h"

/* Finds the client. False: call->refusal, when the registry cannot be read now. An unknown client
 * is found as !call->known. */
bool payment_client(struct soap_work *work, uint64_t login);

/* Puts the command of an operation that makes a payment, or asks whether one could be made. False:
 * call->refusal. */
bool payment_put(struct soap_work *work, const struct soap_values *values);

/* What an operation does: makes or checks payments; only checks; takes money from the client; gives
 * it to a merchant. */
bool payment_is(unsigned operation);
bool payment_is_check(unsigned operation);
bool payment_is_out(unsigned operation);
bool payment_is_goods(unsigned operation);

/* What the ledger's status to the operation's first command means. SOAP_REFUSALS: no refusal. */
enum soap_refusal payment_refusal(const struct soap_call *call, enum ledger_status status);

#endif
