/* request.h - an agent's request as XML: the envelope, its operation and the operation's fields,
 * all as texts. Structure alone: nothing is believed yet, and no text is looked into.
 * Worker threads. */
#ifndef PROTOCOLS_AGENT_SOAP_REQUEST_H
#define PROTOCOLS_AGENT_SOAP_REQUEST_H

#include "protocols/agent_soap/refusals.h"
#include "protocols/agent_soap/soap.h"
#include "protocols/xml/xml.h"

/* All slices and nodes are the document's. A field that is not there has the base NULL. */
struct soap_request {
    xmlDoc *document;
    const xmlNode *header;      /* soap:Header; NULL: there is none               */
    const xmlNode *certificate; /* its certificateNumber; NULL: there is none     */
    bool certificates;          /* there is more than one                         */
    enum soap_operation_number operation;
    struct slice language, timestamp, requester, token; /* header of the request part */
    struct slice echo;
    struct slice fields[SOAP_FIELDS];
};

/* Parses a body that came to this service. False: *refusal says why not, and *request has what was
 * read up to there, the language among it. Either way soap_request_free is due. */
bool soap_request_read(enum soap_service_number service, struct slice body,
                       struct soap_request *request, enum soap_refusal *refusal);
void soap_request_free(struct soap_request *request);

#endif
