/* address.h - who a client is: the socket's address, or what trusted proxies say. Pure; any thread.
 */
#ifndef SWITCH_ADDRESS_H
#define SWITCH_ADDRESS_H

#include "protocols/adapter.h"
#include "protocols/common/network.h"

struct sockaddr;

/* Of a socket's address; zeros when it is neither IPv4 nor IPv6. */
void address_of_socket(const struct sockaddr *socket, uint8_t address[ADDRESS_BYTES]);

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
