/* envelope.h - the writing of canonical envelopes: shared by answers and faults. Any thread, but
 * envelope_send signs. */
#ifndef PROTOCOLS_AGENT_SOAP_ENVELOPE_H
#define PROTOCOLS_AGENT_SOAP_ENVELOPE_H

#include "protocols/agent_soap/call.h"

#define ENVELOPE_BYTES_MAX 16384 /* the largest: an echo of 1 KiB in which all is escaped */

/* Starts a document in `out` (initialised here, the caller's to free) up to its Body's start. */
void envelope_start(const struct soap_call *call, struct buffer *out);
/* From the Body's end on. */
void envelope_end(struct buffer *out);
/* <name>text</name>, in no namespace, escaped. */
void envelope_text(struct buffer *out, const char *name, struct slice text);

/* Makes the document the reply, signed when the request was verified. False: it could not be
 * signed, or there was no memory; the reply's body is empty. */
bool envelope_send(const struct soap_context *context, const struct soap_call *call,
                   const struct buffer *document, uint32_t status, struct adapter_reply *reply);

#endif
