/* answer.h - answers and faults as XML, signed. Each document is its own canonical form, inclusive
 * and exclusive: no white space between elements, each namespace declared where it is first used,
 * no comments. Worker threads, but for the functions that sign nothing. */
#ifndef PROTOCOLS_AGENT_SOAP_ANSWER_H
#define PROTOCOLS_AGENT_SOAP_ANSWER_H

#include "protocols/agent_soap/call.h"

extern const char answer_content_type[]; /* "text/xml; charset=utf-8" */

/* The operation's answer. results[0..count): of the commands that its work put, in order. provider:
 * what it said, of operations that ask one; else NULL. */
void answer_reply(const struct soap_context *context, const struct soap_call *call,
                  const struct outbound_answer *provider, const struct ledger_result *results,
                  uint32_t count, struct adapter_reply *reply);

/* The fault of call->refusal: signed when the request was verified. */
void answer_fault(const struct soap_context *context, const struct soap_call *call,
                  struct adapter_reply *reply);

/* The same, never signed. Any thread; cheap. */
void answer_fault_unsigned(const struct soap_call *call, struct adapter_reply *reply);

#endif
