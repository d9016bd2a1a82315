/* page_headers.c - what a browser may do with the buyer's pages. */
#include "protocols/webshop/page.h"
#include "protocols/webshop/pages/pages.h"

/* The link's scheme, host and port as a Content-Security-Policy names them. Nothing but letters,
 * digits and ".-" and a port gets into the header; a host of another form, such as an IPv6 address,
 * which a policy cannot name, is let through by its scheme. */
static void origin(struct buffer *out, struct slice link) {
    static const char names[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:";
    if (page_link(link).size == 0)
        return;
    struct slice rest = link, scheme = slice_cut(&rest, ':');
    rest = slice_after(rest, 2);
    size_t size = 0;
    while (size < rest.size && rest.base[size] != '\0' && strchr(names, rest.base[size]) != NULL)
        size++;
    bool whole = size > 0 && (size == rest.size || strchr("/?#", rest.base[size]) != NULL);
    buffer_format(out, " %.*s:", (int)scheme.size, scheme.base);
    if (whole)
        buffer_format(out, "//%.*s", (int)size, rest.base);
}

void page_headers(struct slice success_link, struct slice failure_link, struct buffer *out) {
    buffer_text(out, "Content-Security-Policy: default-src 'none'; ");
    buffer_text(out, pages_policy);
    buffer_text(out, "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
                     "form-action 'self'");
    origin(out, success_link);
    origin(out, failure_link);
    buffer_text(out, "\r\n"
                     "X-Frame-Options: DENY\r\n"
                     "X-Content-Type-Options: nosniff\r\n"
                     "Referrer-Policy: no-referrer\r\n"
                     "Cache-Control: no-store\r\n");
}
