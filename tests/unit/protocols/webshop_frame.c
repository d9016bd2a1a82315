#include "tests/unit/protocols/webshop_frame.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/unit/protocols/forge.h"

const char webshop_frame[] =
    "<W:WebShopRequest xmlns:W=\"http://allpay.kz/xsd/1.0.0/WebShopRequest.xsd\""
    " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"a b\">\n"
    "<W:ShopName>Shop</W:ShopName><W:InvoiceNumber>INV-1</W:InvoiceNumber>"
    "<W:Merchant><W:MerchantID>72222222229</W:MerchantID><W:WalletID>72222222230</W:WalletID>"
    "</W:Merchant><W:Cart>"
    "<W:Items><W:Code>A1</W:Code><W:Name>Tea</W:Name><W:Description>green</W:Description>"
    "<W:Quantity>2</W:Quantity><W:Cost>1.50</W:Cost></W:Items>"
    "<W:Items><W:Cost>2</W:Cost><W:Quantity>1</W:Quantity><W:Name>Cup</W:Name><W:Code>A2</W:Code>"
    "</W:Items></W:Cart><W:TotalCost>5.00</W:TotalCost>"
    "<W:SuccessLink>https://shop.kz/ok?a=1&amp;b=2</W:SuccessLink>"
    "<W:FailureLink>http://shop.kz/fail</W:FailureLink>"
    "<W:ResponseURL>https://shop.kz:8443/cb</W:ResponseURL>"
    "<W:ProtocolVersion>2</W:ProtocolVersion><W:TimeoutInSeconds>600</W:TimeoutInSeconds>"
    "<W:AutoTransaction>true</W:AutoTransaction>@</W:WebShopRequest>";

#define ALGORITHM(name, uri) "<" name " Algorithm=\"" uri "\"/>"
static const char signature[] =
    "<Signature xmlns=\"" FORGE_DSIG
    "\"><SignedInfo>" ALGORITHM("CanonicalizationMethod", "http://www.w3.org/2001/10/xml-exc-c14n#")
        ALGORITHM("SignatureMethod", FORGE_DSIG
                  "rsa-sha1") "<Reference URI=\"\"><Transforms>" FORGE_ENVELOPED
                              "</Transforms>" ALGORITHM(
                                  "DigestMethod", FORGE_DSIG
                                  "sha1") "<DigestValue>AA==</DigestValue></Reference>"
                                          "</SignedInfo><SignatureValue>AA==</SignatureValue>"
                                          "</Signature>";

enum { TEXT_MAX = 1 << 18 };

/* text with the first `from` replaced, into out. */
static void replace(char out[TEXT_MAX], const char *text, const char *from, const char *to) {
    const char *at = strstr(text, from);
    cr_assert_not_null(at, "no %s", from);
    int size = snprintf(out, TEXT_MAX, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    cr_assert(size > 0 && size < TEXT_MAX);
}

const char *webshop_frame_with(const char *from, const char *to) {
    static char text[TEXT_MAX];
    replace(text, webshop_frame, from, to);
    return text;
}

struct slice webshop_unsigned(const char *frame) {
    static char text[TEXT_MAX];
    replace(text, frame, "@", signature);
    return slice_text(text);
}
