/* http.c - see http.h. */
#include "protocols/agent_soap/http.h"

#define HOST_MAX 261 /* bytes: a name of 255, ':' and a port */

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_name(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.';
}

static bool is_ipv6(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
}

/* "" or ":" and 1 to 5 digits. */
static bool is_port(struct slice text) {
    if (text.size == 0)
        return true;
    bool ok = text.base[0] == ':' && text.size >= 2 && text.size <= 6;
    for (size_t i = 1; i < text.size; i++)
        ok = ok && is_digit(text.base[i]);
    return ok;
}

bool http_host_valid(struct slice host) {
    size_t at = 0;
    if (host.size == 0 || host.size > HOST_MAX)
        return false;
    if (host.base[0] == '[') {
        for (at = 1; at < host.size && is_ipv6(host.base[at]);)
            at++;
        if (at < 3 || at == host.size || host.base[at] != ']')
            return false;
        at++;
    } else {
        while (at < host.size && is_name(host.base[at]))
            at++;
    }
    return at > 0 && is_port(slice_after(host, at));
}

/* Takes the part up to the next ';' off. */
static struct slice next_part(struct slice *rest) {
    return slice_trim(slice_cut(rest, ';'), " \t");
}

bool http_type_is_xml(struct slice type) {
    const struct slice charset = SLICE("charset=");
    if (!slice_equal_nocase(next_part(&type), SLICE("text/xml")))
        return false;
    while (type.size > 0) {
        struct slice part = next_part(&type);
        if (part.size < charset.size ||
            !slice_equal_nocase((struct slice){part.base, charset.size}, charset))
            continue;
        part = slice_after(part, charset.size);
        if (!slice_equal_nocase(part, SLICE("utf-8")) &&
            !slice_equal_nocase(part, SLICE("\"utf-8\"")))
            return false;
    }
    return true;
}
