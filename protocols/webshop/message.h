/* message.h - what the checkout's messages have in common, between the files of this folder. Pure;
 * any thread. */
#ifndef PROTOCOLS_WEBSHOP_MESSAGE_H
#define PROTOCOLS_WEBSHOP_MESSAGE_H

#include "protocols/common/buffer.h"

#define WEBSHOP_NAMESPACE(name) "http://allpay.kz/xsd/1.0.0/" name ".xsd"

#define WEBSHOP_REQUEST_ROOT "WebShopRequest"
#define WEBSHOP_REQUEST_NAMESPACE WEBSHOP_NAMESPACE("WebShopRequest")
#define WEBSHOP_RESPONSE_NAMESPACE WEBSHOP_NAMESPACE("WebShopResponse")
#define WEBSHOP_CUSTOMER_ROOT "WebShopCustomerResponse"
#define WEBSHOP_CUSTOMER_NAMESPACE WEBSHOP_NAMESPACE("WebShopCustomerResponse")
#define WEBSHOP_DSIG_NAMESPACE "http://www.w3.org/2000/09/xmldsig#"

/* Appends padded standard base64, in one line. */
void message_base64(struct buffer *out, const void *bytes, size_t size);

#endif
