#include "switch/address.h"

#include <netinet/in.h>
#include <string.h>

void address_of_socket(const struct sockaddr *socket, uint8_t address[ADDRESS_BYTES]) {
    memset(address, 0, ADDRESS_BYTES);
    if (socket->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, socket, sizeof(in));
        address_of_ipv4((const uint8_t *)&in.sin_addr, address);
    } else if (socket->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, socket, sizeof(in6));
        memcpy(address, &in6.sin6_addr, sizeof(in6.sin6_addr));
    }
}

/* Takes the last item off a list with commas, without the blanks around it. False: it is empty. */
static bool last_item(struct slice *list, struct slice *item) {
    if (list->base == NULL) {
        return false;
    }
    size_t start = list->size, end = list->size;
    while (start > 0 && list->base[start - 1] != ',') {
        start--;
    }
    *item = slice_trim((struct slice){list->base + start, end - start}, " \t");
    *list = start == 0 ? (struct slice){NULL, 0} : (struct slice){list->base, start - 1};
    return true;
}

/* Goes on to the left in the value of one X-Forwarded-For. False: the client is found, or what
 * stands there is no address. */
static bool follow(const struct networks *proxies, struct slice list, uint8_t *client) {
    struct slice item;
    while (last_item(&list, &item)) {
        uint8_t address[ADDRESS_BYTES];
        if (!address_parse(item, address)) {
            return false;
        }
        memcpy(client, address, ADDRESS_BYTES);
        if (!networks_have(proxies, address)) {
            return false;
        }
    }
    return true;
}

void forwarded_read(const struct networks *proxies, const uint8_t peer[ADDRESS_BYTES],
                    const struct adapter_header *headers, uint32_t count,
                    struct forwarded *forwarded) {
    memcpy(forwarded->address, peer, ADDRESS_BYTES);
    forwarded->secure = false;
    if (!networks_have(proxies, peer)) {
        return;
    }
    bool on = true, proto = false;
    for (uint32_t i = count; i > 0; i--) {
        const struct adapter_header *header = &headers[i - 1];
        if (on && slice_equal_nocase(header->name, SLICE("X-Forwarded-For"))) {
            on = follow(proxies, header->value, forwarded->address);
        } else if (!proto && slice_equal_nocase(header->name, SLICE("X-Forwarded-Proto"))) {
            struct slice list = header->value, item = {NULL, 0};
            proto = true;
            forwarded->secure = last_item(&list, &item) && slice_equal_nocase(item, SLICE("https"));
        }
    }
}
