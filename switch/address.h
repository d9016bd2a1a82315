/* address.h - IP addresses and networks: whom we trust to say who a client is. Pure; any thread.
 * An address is 16 bytes, IPv4 as the IPv6 addresses that stand for it (::ffff:a.b.c.d), so that
 * one that comes in over an IPv6 socket is the same. */
#ifndef SWITCH_ADDRESS_H
#define SWITCH_ADDRESS_H

#include <stdint.h>

#include "protocols/adapter.h"

#define ADDRESS_BYTES 16u
#define ADDRESS_TEXT 46u /* bytes of the longest text, with its NUL */
#define NETWORKS_MAX 16u /* proxies of a node: a few machines or networks */

struct network {
    uint8_t address[ADDRESS_BYTES];
    uint32_t bits; /* of the address that count, 0..128 */
};

struct networks {
    struct network list[NETWORKS_MAX];
    uint32_t count;
};

struct sockaddr;

/* "10.0.0.1", "::1", "::ffff:10.0.0.1". False: anything else, blanks too. */
bool address_parse(struct slice text, uint8_t address[ADDRESS_BYTES]);
/* Of a socket's address; zeros when it is neither IPv4 nor IPv6. */
void address_of_socket(const struct sockaddr *socket, uint8_t address[ADDRESS_BYTES]);
/* Writes the address as people do, IPv4 as such, and a NUL; returns text. */
const char *address_print(const uint8_t address[ADDRESS_BYTES], char text[ADDRESS_TEXT]);

/* "127.0.0.1 10.0.0.0/8 fd00::/8", blanks or commas between. False: not that, more than
 * NETWORKS_MAX, or an address with bits behind its network's. */
bool networks_parse(struct slice text, struct networks *networks);
bool networks_have(const struct networks *networks, const uint8_t address[ADDRESS_BYTES]);

/* What trusted proxies say of a client. */
struct forwarded {
    uint8_t address[ADDRESS_BYTES];
    bool secure; /* it came by https */
};

/* peer: the socket's. Unless it is one of `proxies`, nothing is believed, and the client is the
 * peer. Else it is the last of X-Forwarded-For that is no proxy itself; of proxies alone, the first
 * one; what stands before something that is no address is not looked at. X-Forwarded-Proto: the
 * last one counts. */
void forwarded_read(const struct networks *proxies, const uint8_t peer[ADDRESS_BYTES],
                    const struct adapter_header *headers, uint32_t count,
                    struct forwarded *forwarded);

#endif
