#include "protocols/webshop/cookie.h"

bool cookie_find(const struct adapter_request *request, const char *name, struct slice *value) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < request->header_count; i++) {
        struct slice rest = request->headers[i].value;
        if (!slice_equal_nocase(request->headers[i].name, SLICE("Cookie")))
            continue;
        while (rest.size > 0) {
            struct slice pair = slice_trim(slice_cut(&rest, ';'), " \t");
            if (slice_equal(slice_cut(&pair, '='), slice_text(name))) {
                *value = pair;
                count++;
            }
        }
    }
    return count == 1;
}

void cookie_set(struct buffer *headers, const struct cookie *cookie) {
    buffer_format(headers, "Set-Cookie: %s=", cookie->name);
    buffer_append(headers, cookie->value.base, cookie->value.size);
    buffer_format(headers, "; Path=%s; Max-Age=%u; HttpOnly; SameSite=Lax%s\r\n", cookie->path,
                  (unsigned)cookie->life_s, cookie->secure ? "; Secure" : "");
}
