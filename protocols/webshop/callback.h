/* callback.h - what a shop is told of a payment, and what its answer means: the outbound half of
 * the checkout. It translates: no I/O, no clock, no randomness. Any thread; the key is shared.
 *
 * A shop is told in the field's format, a signed WebShopResponse in base64, or by a webhook as
 * Standard Webhooks has it: the merchant's record says which. */
#ifndef PROTOCOLS_WEBSHOP_CALLBACK_H
#define PROTOCOLS_WEBSHOP_CALLBACK_H

#include "protocols/outbound.h"
#include "protocols/webshop/webshop.h"
#include "protocols/xml/dsig.h"

#define CALLBACK_HEADERS_MAX 3
#define CALLBACK_HEADER_MAX 128 /* bytes of a line, with its NUL */
#define CALLBACK_BODY_MAX 8192  /* of both formats: an invoice has 64 bytes, a key 512 */

/* A POST to the attributes' url. */
struct callback {
    const char *content_type;                                /* static */
    char headers[CALLBACK_HEADERS_MAX][CALLBACK_HEADER_MAX]; /* "Name: value" */
    uint32_t header_count;
    struct buffer *body; /* the caller's, empty, ceiling CALLBACK_BODY_MAX */
};
/* now_ns: of this attempt; a repeat has the same event id. False: the library failed, the merchant
 * has no webhook_secret, or there is no key: NULL, which webhooks do without. */
bool callback_write(const struct dsig_private *key, const struct ledger_payment *payment,
                    const struct webshop_attributes *attributes,
                    const struct registry_merchant *merchant, uint64_t now_ns,
                    struct callback *callback);

/* What the answer means. payment: as it was when the shop was told. http_status 0: there was no
 * answer, which is never one: AGAIN.
 * - Held, version 1: 200 is OK, another status REFUSED. Version 2: DONE is OK, FAIL REFUSED, and
 *   all else, PENDING too, AGAIN. Another version: AGAIN, and it is not known.
 * - Held, webhook: 2xx is OK; 410, 422 are REFUSED; else AGAIN.
 * - Ended: any answer is an acknowledgement, OK, and moves nothing.
 * code is the HTTP status; comment the shop's Reason, or its Status. */
void callback_answer(const struct ledger_payment *payment,
                     const struct webshop_attributes *attributes,
                     const struct registry_merchant *merchant, uint32_t http_status,
                     struct slice body, struct outbound_answer *answer);

#endif
