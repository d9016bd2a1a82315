#include "protocols/common/network.h"

#include <arpa/inet.h>
#include <string.h>

#include "protocols/common/assert.h"

/* ::ffff:0:0/96 */
static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
#define MAPPED_BITS 96u

bool address_parse(struct slice text, uint8_t address[ADDRESS_BYTES]) {
    char copy[ADDRESS_TEXT];
    if (text.size == 0 || text.size >= sizeof(copy) || memchr(text.base, '\0', text.size) != NULL) {
        return false;
    }
    memcpy(copy, text.base, text.size);
    copy[text.size] = '\0';
    memcpy(address, mapped, sizeof(mapped));
    return inet_pton(AF_INET, copy, address + sizeof(mapped)) == 1 ||
           inet_pton(AF_INET6, copy, address) == 1;
}

void address_of_ipv4(const uint8_t bytes[4], uint8_t address[ADDRESS_BYTES]) {
    memcpy(address, mapped, sizeof(mapped));
    memcpy(address + sizeof(mapped), bytes, 4);
}

static bool is_mapped(const uint8_t address[ADDRESS_BYTES]) {
    return memcmp(address, mapped, sizeof(mapped)) == 0;
}

const char *address_print(const uint8_t address[ADDRESS_BYTES], char text[ADDRESS_TEXT]) {
    const char *printed = is_mapped(address)
                              ? inet_ntop(AF_INET, address + sizeof(mapped), text, ADDRESS_TEXT)
                              : inet_ntop(AF_INET6, address, text, ADDRESS_TEXT);
    ASSERT(printed == text); /* there is room for any */
    return text;
}

static bool bit_of(const uint8_t *address, uint32_t bit) {
    return (address[bit / 8] >> (7 - bit % 8) & 1) != 0;
}

static bool network_has(const struct network *network, const uint8_t *address) {
    for (uint32_t bit = 0; bit < network->bits; bit++) {
        if (bit_of(network->address, bit) != bit_of(address, bit)) {
            return false;
        }
    }
    return true;
}

bool networks_have(const struct networks *networks, const uint8_t address[ADDRESS_BYTES]) {
    for (uint32_t i = 0; i < networks->count; i++) {
        if (network_has(&networks->list[i], address)) {
            return true;
        }
    }
    return false;
}

/* ---- Whose it is --------------------------------------------------------------------------- */

#define V4(a, b, c, d, count)                                                                      \
    { {[10] = 0xff, 0xff, (a), (b), (c), (d)}, MAPPED_BITS + (count) }
#define V6(a, b, c, d, count)                                                                      \
    { {(a), (b), (c), (d)}, (count) }

/* IANA's registries of special-purpose addresses. */
static const struct network special[] = {
    V4(0, 0, 0, 0, 8),              /* this host, and all of them        */
    V4(10, 0, 0, 0, 8),             /* private                           */
    V4(100, 64, 0, 0, 10),          /* shared by a carrier's customers   */
    V4(127, 0, 0, 0, 8),            /* loopback                          */
    V4(169, 254, 0, 0, 16),         /* link-local: clouds' secrets, too  */
    V4(172, 16, 0, 0, 12),          /* private                           */
    V4(192, 0, 0, 0, 24),           /* protocols                         */
    V4(192, 0, 2, 0, 24),           /* documents                         */
    V4(192, 88, 99, 0, 24),         /* relays of 6to4                    */
    V4(192, 168, 0, 0, 16),         /* private                           */
    V4(198, 18, 0, 0, 15),          /* benchmarks                        */
    V4(198, 51, 100, 0, 24),        /* documents                         */
    V4(203, 0, 113, 0, 24),         /* documents                         */
    V4(224, 0, 0, 0, 3),            /* multicast, reserved, broadcast    */
    V6(0x20, 0x01, 0, 0, 23),       /* Teredo, ORCHID and other protocols */
    V6(0x20, 0x01, 0x0d, 0xb8, 32), /* documents                     */
    V6(0x20, 0x02, 0, 0, 16),       /* 6to4                              */
    V6(0x3f, 0xff, 0, 0, 20),       /* documents                         */
};
/* All that is given out of IPv6; loopback, private and link-local are outside of it. */
static const struct network unicast = V6(0x20, 0, 0, 0, 3);

bool address_public(const uint8_t address[ADDRESS_BYTES]) {
    if (!is_mapped(address) && !network_has(&unicast, address)) {
        return false;
    }
    for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++) {
        if (network_has(&special[i], address)) {
            return false;
        }
    }
    return true;
}

/* ---- Lists --------------------------------------------------------------------------------- */

/* "/8" or nothing, behind an address of up to `most` bits. */
static bool parse_bits(struct slice text, uint32_t most, uint32_t *bits) {
    *bits = most;
    if (text.size == 0) {
        return true;
    }
    if (text.size < 2 || text.size > 4) {
        return false;
    }
    *bits = 0;
    for (size_t i = 1; i < text.size; i++) {
        if (text.base[i] < '0' || text.base[i] > '9') {
            return false;
        }
        *bits = *bits * 10 + (uint32_t)(text.base[i] - '0');
    }
    return *bits <= most;
}

static bool network_parse(struct slice text, struct network *network) {
    const char *slash = memchr(text.base, '/', text.size);
    struct slice address = {text.base, slash == NULL ? text.size : (size_t)(slash - text.base)};
    if (!address_parse(address, network->address)) {
        return false;
    }
    bool four = memchr(address.base, ':', address.size) == NULL;
    if (!parse_bits(slice_after(text, address.size), four ? 32 : 128, &network->bits)) {
        return false;
    }
    network->bits += four ? MAPPED_BITS : 0;
    for (uint32_t bit = network->bits; bit < ADDRESS_BYTES * 8; bit++) {
        if (bit_of(network->address, bit)) {
            return false;
        }
    }
    return true;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == ',';
}

bool networks_parse(struct slice text, struct networks *networks) {
    networks->count = 0;
    size_t at = 0;
    for (;;) {
        while (at < text.size && is_blank(text.base[at])) {
            at++;
        }
        if (at == text.size) {
            return true;
        }
        size_t end = at;
        while (end < text.size && !is_blank(text.base[end])) {
            end++;
        }
        if (networks->count == NETWORKS_MAX ||
            !network_parse((struct slice){text.base + at, end - at},
                           &networks->list[networks->count])) {
            return false;
        }
        networks->count++;
        at = end;
    }
}
