/* network.h - IP addresses and networks as text and bytes. Pure; any thread.
 * An address is 16 bytes, IPv4 as the IPv6 addresses that stand for it (::ffff:a.b.c.d), so that
 * one that comes in over an IPv6 socket is the same. */
#ifndef PROTOCOLS_COMMON_NETWORK_H
#define PROTOCOLS_COMMON_NETWORK_H

#include <stdint.h>

#include "protocols/common/slice.h"

#define ADDRESS_BYTES 16u
#define ADDRESS_TEXT 46u /* bytes of the longest text, with its NUL */
#define NETWORKS_MAX 16u /* of a list: an operator's proxies, an agent's offices */

struct network {
    uint8_t address[ADDRESS_BYTES];
    uint32_t bits; /* of the address that count, 0..128 */
};

struct networks {
    struct network list[NETWORKS_MAX];
    uint32_t count;
};

/* "10.0.0.1", "::1", "::ffff:10.0.0.1". False: anything else, blanks too. */
bool address_parse(struct slice text, uint8_t address[ADDRESS_BYTES]);
/* An IPv4 address from its four bytes. */
void address_of_ipv4(const uint8_t bytes[4], uint8_t address[ADDRESS_BYTES]);
/* Writes the address as people do, IPv4 as such, and a NUL; returns text. */
const char *address_print(const uint8_t address[ADDRESS_BYTES], char text[ADDRESS_TEXT]);

/* "127.0.0.1 10.0.0.0/8 fd00::/8", blanks or commas between. False: not that, more than
 * NETWORKS_MAX, or an address with bits behind its network's. */
bool networks_parse(struct slice text, struct networks *networks);
bool networks_have(const struct networks *networks, const uint8_t address[ADDRESS_BYTES]);

/* Whether it is somebody's in the internet: not loopback, private, link-local, shared, multicast,
 * reserved or for documents, nor an IPv6 form that carries some IPv4 address to elsewhere (6to4,
 * Teredo, NAT64, ::a.b.c.d). IPv4 as IPv6 (::ffff:a.b.c.d) is seen as the IPv4 address. */
bool address_public(const uint8_t address[ADDRESS_BYTES]);

#endif
