/* utility.h - what a utility tells of an account. Worker threads. */
#ifndef PROTOCOLS_AGENT_SOAP_UTILITY_H
#define PROTOCOLS_AGENT_SOAP_UTILITY_H

#include "protocols/agent_soap/call.h"

/* Appends vostokPlatAccountNumberInfo, from the fields of the provider's answer named owner,
 * address, debt, date, charged, paid and due (those that it has, and that are what they should be),
 * and availableAgentBalance. */
void utility_put(const struct soap_call *call, const struct outbound_answer *provider,
                 const struct ledger_account *account, struct buffer *out);

#endif
