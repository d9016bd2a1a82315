/* cookie.h - cookies, as the checkout sets and reads them (RFC 6265). Pure; any thread. */
#ifndef PROTOCOLS_WEBSHOP_COOKIE_H
#define PROTOCOLS_WEBSHOP_COOKIE_H

#include "protocols/adapter.h"

#define COOKIE_LIFE_S 86400u /* a browser forgets them then: as long as the longest checkout */

/* The value of the one cookie of that name. False: there is none, or more than one, of which
 * somebody else set one. */
bool cookie_find(const struct adapter_request *request, const char *name, struct slice *value);

/* Appends the header line that sets it: for the server alone, not with requests that other sites
 * make but for links, and under path. value "" removes it. */
void cookie_set(struct buffer *headers, const char *name, struct slice value, const char *path,
                bool secure);

#endif
