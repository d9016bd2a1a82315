/* cookie.h - cookies, as the checkout sets and reads them (RFC 6265). Pure; any thread. */
#ifndef PROTOCOLS_WEBSHOP_COOKIE_H
#define PROTOCOLS_WEBSHOP_COOKIE_H

#include "protocols/adapter.h"

/* The value of the one cookie of that name. False: there is none, or more than one, of which
 * somebody else set one. */
bool cookie_find(const struct adapter_request *request, const char *name, struct slice *value);

struct cookie {
    const char *name, *path; /* it is sent with what is under path */
    struct slice value;
    uint32_t life_s; /* then the browser forgets it; 0: now */
    bool secure;
};
/* Appends the header line that sets it: for the server alone, and not with requests that other
 * sites make but for links. */
void cookie_set(struct buffer *headers, const struct cookie *cookie);

#endif
