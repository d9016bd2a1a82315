/* wsdl.h - a service's WSDL 1.1, made from the tables of soap.h. Pure; any thread. */
#ifndef PROTOCOLS_AGENT_SOAP_WSDL_H
#define PROTOCOLS_AGENT_SOAP_WSDL_H

#include "protocols/agent_soap/soap.h"
#include "protocols/common/buffer.h"

/* The largest service's has 27 KiB; and the address. */
#define SOAP_WSDL_BYTES_MAX 65536

/* Appends the WSDL of the service whose endpoint clients find at `address`, an absolute URL. What
 * a URL has no place for is percent-encoded, what XML has none for is escaped. out->failed: no
 * memory, or above the buffer's ceiling. */
void soap_wsdl(enum soap_service_number service, struct slice address, struct buffer *out);

#endif
