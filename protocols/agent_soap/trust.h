/* trust.h - who asks: the partner of a signed request. Worker threads. */
#ifndef PROTOCOLS_AGENT_SOAP_TRUST_H
#define PROTOCOLS_AGENT_SOAP_TRUST_H

#include "protocols/agent_soap/call.h"

/* Checks the request's certificate number, signer, address and signature; then the signer's
 * privilege for the operation. True: work->agent is the signer, and the request is to be believed.
 * echo names nobody: its digest alone is checked, and there is no agent. False: call->refusal. */
bool trust_check(struct soap_work *work);

#endif
