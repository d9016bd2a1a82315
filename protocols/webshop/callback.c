/* callback.c - writing what a shop is told. */
#include "protocols/webshop/callback.h"

#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "protocols/common/date.h"
#include "protocols/common/money.h"
#include "protocols/webshop/message.h"

/* What is told of the payment as it is: SUCCESS while it is held for the shop's answer, and else
 * how it ended. A completed one of which the shop is still to be told was asked for again:
 * ERROR_ALREADY_PAID. One that was declined here, neither by the buyer nor by time, was canceled as
 * well. */
static enum webshop_status status_of(const struct ledger_payment *payment,
                                     const struct webshop_attributes *attributes) {
    if (payment->state == LEDGER_HELD)
        return WEBSHOP_STATUS_SUCCESS;
    if (payment->state == LEDGER_COMPLETED)
        return WEBSHOP_STATUS_ERROR_ALREADY_PAID;
    if ((payment->flags & LEDGER_PAYMENT_EXPIRED) != 0)
        return WEBSHOP_STATUS_ERROR_TIMEOUT;
    return attributes->ending == WEBSHOP_STATUS_SUCCESS ? WEBSHOP_STATUS_ERROR_USER_CANCELED
                                                        : attributes->ending;
}

static struct slice invoice_of(const struct ledger_payment *payment) {
    return (struct slice){(const char *)ledger_payment_reference(payment), payment->reference_size};
}

/* ---- The field's format -------------------------------------------------------------------- */

static void open_element(struct buffer *out, const char *name) {
    buffer_format(out, "<WSResp:%s>", name);
}

static void close_element(struct buffer *out, const char *name) {
    buffer_format(out, "</WSResp:%s>", name);
}

static void put_element(struct buffer *out, const char *name, struct slice text) {
    open_element(out, name);
    xml_escape(out, text);
    close_element(out, name);
}

/* In canonical form: what is signed is what is sent. */
static void put_response(struct buffer *out, const struct ledger_payment *payment,
                         const struct webshop_attributes *attributes,
                         const struct registry_merchant *merchant) {
    enum webshop_status status = status_of(payment, attributes);
    char number[24], index[4], buyer[24] = "";
    (void)snprintf(number, sizeof number, "%" PRIu64, payment->id);
    (void)snprintf(index, sizeof index, "%d", (int)status);
    if (merchant->shows_buyers && attributes->buyer != 0)
        (void)snprintf(buyer, sizeof buyer, "%" PRIu64, attributes->buyer);
    bool numeric = merchant->status_style == STATUS_AS_NUMBER;
    buffer_text(out, "<WSResp:WebShopResponse xmlns:WSResp=\"" WEBSHOP_RESPONSE_NAMESPACE "\">");
    put_element(out, "InvoiceNumber", invoice_of(payment));
    open_element(out, "Transaction");
    put_element(out, "TransactionId", slice_text(number));
    put_element(out, "Status", slice_text(numeric ? index : webshop_status_name(status)));
    put_element(out, "StatusDescription", slice_text(buyer));
    close_element(out, "Transaction");
    close_element(out, "WebShopResponse");
}

static bool write_webshop(const struct dsig_private *key, const struct ledger_payment *payment,
                          const struct webshop_attributes *attributes,
                          const struct registry_merchant *merchant, struct callback *callback) {
    const struct dsig_algorithms algorithms = {merchant->legacy_signature ? DSIG_SHA1 : DSIG_SHA256,
                                               DSIG_EXCLUSIVE_COMMENTS};
    struct buffer plain, xml;
    if (key == NULL)
        return false;
    buffer_init(&plain, CALLBACK_BODY_MAX);
    buffer_init(&xml, CALLBACK_BODY_MAX);
    put_response(&plain, payment, attributes, merchant);
    buffer_text(&xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    struct slice text = {plain.base, plain.used};
    bool good = !plain.failed && dsig_sign_canonical(key, algorithms, text, "",
                                                     SLICE("</WSResp:WebShopResponse>"), &xml);
    if (good)
        message_base64(callback->body, xml.base, xml.used);
    callback->content_type = "application/xml";
    buffer_free(&plain);
    buffer_free(&xml);
    return good && !callback->body->failed;
}

/* ---- Webhooks ------------------------------------------------------------------------------ */

static const char *event_of(enum webshop_status status) {
    static const char *const events[WEBSHOP_STATUSES] = {
        [WEBSHOP_STATUS_SUCCESS] = "checkout.paid",
        [WEBSHOP_STATUS_ERROR_NO_SUCH_USER] = "checkout.declined",
        [WEBSHOP_STATUS_ERROR_NOT_ENOUGH_MONEY] = "checkout.not_enough_money",
        [WEBSHOP_STATUS_ERROR_USER_CANCELED] = "checkout.canceled",
        [WEBSHOP_STATUS_ERROR_TIMEOUT] = "checkout.expired",
        [WEBSHOP_STATUS_ERROR_ALREADY_PAID] = "checkout.already_paid",
    };
    return events[status];
}

/* The first leg is the buyer's to the shop. */
static json_t *data_of(const struct ledger_payment *payment,
                       const struct webshop_attributes *attributes,
                       const struct registry_merchant *merchant) {
    char amount[MONEY_TEXT], number[24], buyer[24];
    struct slice invoice = invoice_of(payment);
    (void)money_text(ledger_payment_legs(payment)->amount, amount);
    (void)snprintf(number, sizeof number, "%" PRIu64, payment->id);
    (void)snprintf(buyer, sizeof buyer, "%" PRIu64, attributes->buyer);
    json_t *data = json_pack("{s:s%, s:s, s:s, s:s, s:s, s:b}", "invoice", invoice.base,
                             invoice.size, "transaction", number, "status",
                             webshop_status_name(status_of(payment, attributes)), "amount", amount,
                             "currency", "KZT", "auto_complete", attributes->auto_complete ? 1 : 0);
    if (data != NULL && merchant->shows_buyers && attributes->buyer != 0 &&
        json_object_set_new(data, "buyer", json_string(buyer)) < 0) {
        json_decref(data);
        return NULL;
    }
    return data;
}

static bool put_json(struct buffer *out, const struct ledger_payment *payment,
                     const struct webshop_attributes *attributes,
                     const struct registry_merchant *merchant) {
    char time[TIME_TEXT];
    uint64_t time_ns = payment->state == LEDGER_HELD ? payment->held_ns : payment->changed_ns;
    json_t *data = data_of(payment, attributes, merchant); /* taken over by the next line */
    json_t *root = json_pack("{s:s, s:s, s:o}", "type", event_of(status_of(payment, attributes)),
                             "timestamp", time_text(time_ns, time), "data", data);
    char *text = root == NULL ? NULL : json_dumps(root, JSON_COMPACT);
    json_decref(root);
    if (text != NULL)
        buffer_text(out, text);
    free(text);
    return text != NULL && !out->failed;
}

/* HMAC-SHA256 of "id.time.body". */
static bool sign_webhook(const char *secret, const char *id, uint64_t time_s, struct slice body,
                         struct buffer *base64) {
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    uint8_t key[REGISTRY_WEBHOOK_KEY_MAX];
    crypto_auth_hmacsha256_state state;
    char start[CALLBACK_HEADER_MAX];
    size_t key_size = registry_webhook_key(secret, key);
    if (key_size == 0)
        return false;
    (void)snprintf(start, sizeof start, "%s.%" PRIu64 ".", id, time_s);
    (void)crypto_auth_hmacsha256_init(&state, key, key_size);
    (void)crypto_auth_hmacsha256_update(&state, (const unsigned char *)start, strlen(start));
    (void)crypto_auth_hmacsha256_update(&state, (const unsigned char *)body.base, body.size);
    (void)crypto_auth_hmacsha256_final(&state, mac);
    message_base64(base64, mac, sizeof mac);
    buffer_append(base64, "", 1);
    sodium_memzero(key, sizeof key);
    sodium_memzero(&state, sizeof state);
    return !base64->failed;
}

static bool write_webhook(const struct ledger_payment *payment,
                          const struct webshop_attributes *attributes,
                          const struct registry_merchant *merchant, uint64_t now_ns,
                          struct callback *callback) {
    const char *status = webshop_status_name(status_of(payment, attributes));
    uint64_t now_s = now_ns / 1000000000u;
    char id[64];
    struct buffer base64;
    buffer_init(&base64, CALLBACK_HEADER_MAX);
    (void)snprintf(id, sizeof id, "tiyn_%" PRIu64 "_%s", payment->id, status);
    bool good = put_json(callback->body, payment, attributes, merchant) &&
                sign_webhook(merchant->webhook_secret, id, now_s,
                             (struct slice){callback->body->base, callback->body->used}, &base64);
    if (good) {
        (void)snprintf(callback->headers[0], CALLBACK_HEADER_MAX, "webhook-id: %s", id);
        (void)snprintf(callback->headers[1], CALLBACK_HEADER_MAX, "webhook-timestamp: %" PRIu64,
                       now_s);
        (void)snprintf(callback->headers[2], CALLBACK_HEADER_MAX, "webhook-signature: v1,%s",
                       base64.base);
        callback->header_count = 3;
    }
    callback->content_type = "application/json";
    buffer_free(&base64);
    return good;
}

bool callback_write(const struct dsig_private *key, const struct ledger_payment *payment,
                    const struct webshop_attributes *attributes,
                    const struct registry_merchant *merchant, uint64_t now_ns,
                    struct callback *callback) {
    callback->header_count = 0;
    return merchant->callback == CALLBACK_WEBHOOK
               ? write_webhook(payment, attributes, merchant, now_ns, callback)
               : write_webshop(key, payment, attributes, merchant, callback);
}
