/* address.c - an agent's address list. */
#include "protocols/common/network.h"
#include "protocols/registry/inner.h"

bool registry_addresses_valid(const char *list) {
    struct networks networks;
    return networks_parse(slice_text(list), &networks);
}

bool registry_address_allowed(const char *list, struct slice address) {
    struct networks networks;
    uint8_t bytes[ADDRESS_BYTES];
    if (!networks_parse(slice_text(list), &networks) || !address_parse(address, bytes))
        return false;
    return networks.count == 0 || networks_have(&networks, bytes);
}
