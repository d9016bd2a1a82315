/* page_headers.c - what a browser may do with the buyer's pages. */
#include "protocols/webshop/page.h"
#include "protocols/webshop/pages/pages.h"

/* Lets a form's answer lead to the link. By its scheme alone: browsers hold form-action against
 * each redirect on the way, and what the shop's address redirects to, such as its name with "www.",
 * we do not know. Nothing of the shop's gets into the header. */
static void allow(struct buffer *out, struct slice link) {
    struct slice scheme = slice_cut(&link, ':');
    buffer_text(out, scheme.size == 4 ? " http:" : " https:"); /* http: has https: in it */
}

void page_headers(struct slice success_link, struct slice failure_link, struct buffer *out) {
    buffer_text(out, "Content-Security-Policy: default-src 'none'; ");
    buffer_text(out, pages_policy);
    buffer_text(out, "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
                     "form-action 'self'");
    if (page_link(success_link).size > 0)
        allow(out, success_link);
    if (page_link(failure_link).size > 0)
        allow(out, failure_link);
    buffer_text(out, "\r\n"
                     "X-Frame-Options: DENY\r\n"
                     "X-Content-Type-Options: nosniff\r\n"
                     "Referrer-Policy: no-referrer\r\n"
                     "Cache-Control: no-store\r\n");
}
