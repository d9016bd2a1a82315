/* http.h - what of a request's HTTP headers is checked here. Pure; any thread. */
#ifndef PROTOCOLS_AGENT_SOAP_HTTP_H
#define PROTOCOLS_AGENT_SOAP_HTTP_H

#include "protocols/common/slice.h"

/* True for a Host as a stock client sends it: a name of letters, digits, '-' and '.', or an IPv6
 * address in brackets; with a port or without. It goes into the WSDL as it is. */
bool http_host_valid(struct slice host);

/* True for text/xml whose charset is UTF-8, or not told. */
bool http_type_is_xml(struct slice type);

#endif
