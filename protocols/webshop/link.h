/* link.h - the URLs that a shop sends: where its buyer goes back to, where its callback goes to.
 * Pure; any thread. */
#ifndef PROTOCOLS_WEBSHOP_LINK_H
#define PROTOCOLS_WEBSHOP_LINK_H

#include "protocols/common/network.h"
#include "protocols/common/slice.h"

/* Borrowed from the URL. */
struct link {
    struct slice origin; /* "https://shop.example:8443"                      */
    struct slice host;   /* a name, an IPv4 address, or an IPv6 one without its brackets */
};

/* False: it is no absolute http or https URL, or has what the grammar of URLs does not: blanks,
 * quotes, a backslash, angle brackets, control characters, anything but ASCII. So what passes may
 * stand in a header, in an attribute and in JSON as it is. Refused besides: a user's name or
 * password in it, and hosts that some library would take for an address and another for a name
 * ("127.1", "0x7f.0.0.1", "2130706433"). */
bool link_read(struct slice url, struct link *link);

/* Whether its host is this machine's own name or an address that is not public (address_public)
 * and not in `allow` (NULL: none). A name that resolves to such an address is seen only when it is
 * resolved. */
bool link_inside(const struct link *link, const struct networks *allow);

#endif
