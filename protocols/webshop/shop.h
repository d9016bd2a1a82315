/* shop.h - the checkout as a shop speaks it: it signs what it asks for, and believes what it is
 * told when the node signed it. For the demo's shop and for measurements: a node that serves shops
 * has no part in it. Pure; any thread; keys are shared. xml_start first. */
#ifndef PROTOCOLS_WEBSHOP_SHOP_H
#define PROTOCOLS_WEBSHOP_SHOP_H

#include "protocols/webshop/webshop.h"
#include "protocols/xml/dsig.h"

/* Appends the signed request in base64: the value of the form's field. All but the document is
 * taken from *request as it is; links that are empty are left out. False: the library failed, or it
 * is larger than a document may be. */
bool shop_request_write(const struct dsig_private *key, enum dsig_hash hash,
                        const struct webshop_request *request, struct buffer *out);

/* What a shop is told of a payment. */
struct shop_news {
    char invoice[LEDGER_REFERENCE_MAX + 1];
    enum webshop_status status;
};
/* Reads the body of a callback. False: it is no WebShopResponse in base64, or not signed with the
 * node's key. */
bool shop_news_read(const struct dsig_public *node_key, struct slice body, struct shop_news *news);

/* The answer to it: all is well. A whole document. */
#define SHOP_DONE                                                                                  \
    "<WebShopCustomerResponse xmlns=\"http://allpay.kz/xsd/1.0.0/WebShopCustomerResponse.xsd\">"   \
    "<Status>DONE</Status><Reason></Reason></WebShopCustomerResponse>"

#endif
