#include "protocols/webshop/link.h"

#define HOST_MAX 253u /* characters of a name in the DNS */

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* RFC 3986's characters, all of them ASCII. */
static bool is_url(struct slice text) {
    for (size_t i = 0; i < text.size; i++) {
        char c = text.base[i];
        if (!is_digit(c) && !is_letter(c) &&
            (c == '\0' || strchr("-._~:/?#[]@!$&'()*+,;=%", c) == NULL))
            return false;
    }
    return true;
}

/* Takes the scheme with its "://" off. False: another one. */
static bool skip_scheme(struct slice *url) {
    const struct slice schemes[] = {SLICE("http://"), SLICE("https://")};
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        struct slice start = {url->base, schemes[i].size};
        if (url->size > start.size && slice_equal_nocase(start, schemes[i])) {
            *url = slice_after(*url, start.size);
            return true;
        }
    }
    return false;
}

/* "" or ":1" to ":65535". */
static bool is_port(struct slice text) {
    uint32_t port = 0;
    if (text.size == 0)
        return true;
    if (text.base[0] != ':' || text.size < 2 || text.size > 6)
        return false;
    for (size_t i = 1; i < text.size; i++) {
        if (!is_digit(text.base[i]))
            return false;
        port = port * 10 + (uint32_t)(text.base[i] - '0');
    }
    return port > 0 && port <= UINT16_MAX;
}

/* Whether the last label begins as a number does: such a host is an address, or nobody's. */
static bool ends_in_number(struct slice host) {
    size_t at = host.size;
    while (at > 0 && host.base[at - 1] != '.')
        at--;
    return at < host.size && is_digit(host.base[at]);
}

static bool is_host(struct slice host) {
    uint8_t address[ADDRESS_BYTES];
    if (host.size == 0 || host.size > HOST_MAX || host.base[0] == '.')
        return false;
    for (size_t i = 0; i < host.size; i++) {
        char c = host.base[i];
        if (!is_digit(c) && !is_letter(c) && c != '-' && c != '_' && c != '.')
            return false;
        if (c == '.' && i > 0 && host.base[i - 1] == '.')
            return false;
    }
    struct slice name = host;
    name.size -= host.base[host.size - 1] == '.';
    return !ends_in_number(name) || address_parse(host, address);
}

/* Cuts an authority into its host and what stands behind. */
static bool read_host(struct slice authority, struct slice *host, struct slice *port) {
    uint8_t address[ADDRESS_BYTES];
    if (authority.size > 0 && authority.base[0] == '[') {
        const char *end = memchr(authority.base, ']', authority.size);
        if (end == NULL)
            return false;
        *host = (struct slice){authority.base + 1, (size_t)(end - authority.base) - 1};
        *port = slice_after(authority, host->size + 2);
        return memchr(host->base, ':', host->size) != NULL && address_parse(*host, address);
    }
    *port = authority;
    *host = slice_cut(port, ':');
    *port = slice_after(authority, host->size);
    return is_host(*host);
}

bool link_read(struct slice url, struct link *link) {
    struct slice rest = url, port;
    size_t size = 0;
    if (!is_url(url) || !skip_scheme(&rest))
        return false;
    while (size < rest.size && strchr("/?#", rest.base[size]) == NULL)
        size++;
    struct slice authority = {rest.base, size};
    link->origin = (struct slice){url.base, url.size - rest.size + size};
    return read_host(authority, &link->host, &port) && is_port(port);
}

static bool allowed(const struct networks *allow, const uint8_t address[ADDRESS_BYTES]) {
    return allow != NULL && networks_have(allow, address);
}

bool link_inside(const struct link *link, const struct networks *allow) {
    const struct slice local = SLICE("localhost");
    uint8_t address[ADDRESS_BYTES];
    struct slice host = link->host;
    if (address_parse(host, address))
        return !address_public(address) && !allowed(allow, address);
    host.size -= host.size > 0 && host.base[host.size - 1] == '.';
    if (host.size < local.size)
        return false;
    struct slice end = slice_after(host, host.size - local.size);
    bool whole = end.base == host.base || end.base[-1] == '.';
    const uint8_t loopback[ADDRESS_BYTES] = {[10] = 0xff, 0xff, 127, 0, 0, 1};
    return whole && slice_equal_nocase(end, local) && !allowed(allow, loopback);
}
