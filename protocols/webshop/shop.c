/* shop.c - the shop's side of the messages. */
#include "protocols/webshop/shop.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>

#include "protocols/common/money.h"
#include "protocols/webshop/message.h"

/* ---- Asking -------------------------------------------------------------------------------- */

static void put_element(struct buffer *out, const char *name, struct slice text) {
    buffer_format(out, "<WSReq:%s>", name);
    xml_escape(out, text);
    buffer_format(out, "</WSReq:%s>", name);
}

static void put_optional(struct buffer *out, const char *name, struct slice text) {
    if (text.size > 0)
        put_element(out, name, text);
}

static void put_amount(struct buffer *out, const char *name, uint64_t amount) {
    char text[MONEY_TEXT];
    put_element(out, name, slice_text(money_text(amount, text)));
}

static void put_number(struct buffer *out, const char *name, uint64_t number) {
    char text[24];
    (void)snprintf(text, sizeof text, "%" PRIu64, number);
    put_element(out, name, slice_text(text));
}

static void put_cart(struct buffer *out, const struct webshop_request *request) {
    buffer_text(out, "<WSReq:Cart>");
    for (uint32_t i = 0; i < request->item_count; i++) {
        const struct webshop_item *item = &request->items[i];
        buffer_text(out, "<WSReq:Items>");
        put_element(out, "Code", item->code);
        put_element(out, "Name", item->name);
        put_optional(out, "Description", item->description);
        put_element(out, "Quantity", slice_text(item->quantity));
        put_amount(out, "Cost", item->cost);
        buffer_text(out, "</WSReq:Items>");
    }
    buffer_text(out, "</WSReq:Cart>");
}

/* In canonical form: what is signed is what is sent. */
static void put_request(struct buffer *out, const struct webshop_request *request) {
    buffer_text(out,
                "<WSReq:" WEBSHOP_REQUEST_ROOT " xmlns:WSReq=\"" WEBSHOP_REQUEST_NAMESPACE "\">");
    put_element(out, "ShopName", request->shop_name);
    put_element(out, "InvoiceNumber", request->invoice);
    buffer_text(out, "<WSReq:Merchant>");
    put_number(out, "MerchantID", request->merchant);
    put_number(out, "WalletID", request->wallet);
    buffer_text(out, "</WSReq:Merchant>");
    if (request->item_count > 0)
        put_cart(out, request);
    put_amount(out, "TotalCost", request->total);
    put_optional(out, "SuccessLink", request->success_link);
    put_optional(out, "FailureLink", request->failure_link);
    put_optional(out, "ResponseURL", request->response_url);
    put_number(out, "ProtocolVersion", request->version == WEBSHOP_VERSION_1 ? 1 : 2);
    put_number(out, "TimeoutInSeconds", request->timeout_s);
    put_element(out, "AutoTransaction", slice_text(request->auto_complete ? "true" : "false"));
    buffer_text(out, "</WSReq:" WEBSHOP_REQUEST_ROOT ">");
}

bool shop_request_write(const struct dsig_private *key, enum dsig_hash hash,
                        const struct webshop_request *request, struct buffer *out) {
    const struct dsig_algorithms algorithms = {hash, DSIG_EXCLUSIVE_COMMENTS};
    struct buffer plain, xml;
    buffer_init(&plain, XML_BYTES_MAX);
    buffer_init(&xml, XML_BYTES_MAX);
    put_request(&plain, request);
    bool good = !plain.failed &&
                dsig_sign_canonical(key, algorithms, (struct slice){plain.base, plain.used}, "",
                                    SLICE("</WSReq:" WEBSHOP_REQUEST_ROOT ">"), &xml);
    if (good)
        message_base64(out, xml.base, xml.used);
    buffer_free(&plain);
    buffer_free(&xml);
    return good && !out->failed;
}

/* ---- Being told ---------------------------------------------------------------------------- */

static bool take(const xmlNode **next, const char *name, struct slice *text) {
    const xmlNode *at = *next;
    if (at == NULL || !xml_is(at, WEBSHOP_RESPONSE_NAMESPACE, name))
        return false;
    *next = xml_next(at);
    return text == NULL || xml_text(at, text);
}

static bool read_status(struct slice text, enum webshop_status *status) {
    for (int i = 0; i < WEBSHOP_STATUSES; i++)
        if (slice_equal(text, slice_text(webshop_status_name((enum webshop_status)i)))) {
            *status = (enum webshop_status)i;
            return true;
        }
    return false;
}

static bool read_response(const xmlNode *root, struct shop_news *news) {
    struct slice invoice, id, status;
    const xmlNode *at = xml_first(root), *transaction;
    if (!xml_is(root, WEBSHOP_RESPONSE_NAMESPACE, "WebShopResponse") ||
        !take(&at, "InvoiceNumber", &invoice) || invoice.size >= sizeof news->invoice)
        return false;
    transaction = at;
    if (!take(&at, "Transaction", NULL))
        return false;
    at = xml_first(transaction);
    if (!take(&at, "TransactionId", &id) || !take(&at, "Status", &status))
        return false;
    memcpy(news->invoice, invoice.base, invoice.size);
    news->invoice[invoice.size] = '\0';
    return read_status(status, &news->status);
}

static bool read_signed(const struct dsig_public *node_key, struct slice xml,
                        struct shop_news *news) {
    struct dsig_found found;
    xmlDoc *document = NULL;
    if (xml_parse(xml, &document) != XML_OK)
        return false;
    const xmlNode *root = xmlDocGetRootElement(document);
    bool good = dsig_find(document, root, &found) && dsig_verify(&found, node_key, true) &&
                read_response(root, news);
    xmlFreeDoc(document);
    return good;
}

bool shop_news_read(const struct dsig_public *node_key, struct slice body, struct shop_news *news) {
    struct buffer xml;
    size_t size = 0;
    buffer_init(&xml, XML_BYTES_MAX);
    char *bytes = buffer_extend(&xml, body.size / 4 * 3 + 3);
    bool good = bytes != NULL &&
                sodium_base642bin((unsigned char *)bytes, xml.used, body.base, body.size, "\r\n",
                                  &size, NULL, sodium_base64_VARIANT_ORIGINAL) == 0 &&
                read_signed(node_key, (struct slice){bytes, size}, news);
    buffer_free(&xml);
    return good;
}
