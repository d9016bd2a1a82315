/* test_webshop_callback.c - what a payment knows of its shop, and what the shop is told. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <jansson.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>

#include "protocols/webshop/callback.h"
#include "tests/unit/protocols/forge.h"
#include "tests/unit/protocols/soap_rig.h"

#define NOW_NS 1764204000123456789u

/* A payment as stored: header, two legs, reference, attributes. */
static struct {
    struct ledger_payment head;
    struct ledger_leg legs[2];
    char tail[LEDGER_REFERENCE_MAX + LEDGER_ATTRIBUTES_MAX];
} payment;
static struct webshop_attributes attributes;
static char url[WEBSHOP_RESPONSE_URL_MAX + 1];
static struct registry_merchant merchant;
static struct dsig_private *node_key;
static struct callback callback;
static struct buffer body, xml;

/* Stores the attributes and an invoice with the payment. */
static void store(const char *invoice) {
    struct buffer text;
    buffer_init(&text, LEDGER_ATTRIBUTES_MAX);
    webshop_attributes_write(&attributes, &text);
    cr_assert_not(text.failed);
    payment.head.reference_size = (uint8_t)strlen(invoice);
    payment.head.attributes_size = (uint16_t)text.used;
    (void)snprintf(payment.tail, sizeof payment.tail, "%s%.*s", invoice, (int)text.used, text.base);
    buffer_free(&text);
}

static void start(void) {
    cr_assert_eq(xml_start(), 0);
    payment.head = (struct ledger_payment){.id = 417,
                                           .requester = RIG_MERCHANT,
                                           .held_ns = NOW_NS - 1,
                                           .changed_ns = NOW_NS,
                                           .leg_count = 2,
                                           .state = LEDGER_HELD};
    payment.legs[0].amount = 12345;
    payment.legs[1].amount = 100;
    merchant = (struct registry_merchant){.login = RIG_MERCHANT, .name = "Shop"};
    attributes = (struct webshop_attributes){.url = SLICE("https://shop.kz/cb?a=1&b=2"),
                                             .version = WEBSHOP_VERSION_2,
                                             .buyer = RIG_CLIENT};
    store("INV-1");
    node_key = dsig_private_read(rig_pem("node"));
    cr_assert_not_null(node_key);
    buffer_init(&body, CALLBACK_BODY_MAX);
    buffer_init(&xml, CALLBACK_BODY_MAX);
    callback.body = &body;
}

static void stop(void) {
    dsig_private_free(node_key);
    buffer_free(&body);
    buffer_free(&xml);
}

TestSuite(webshop_callback, .init = start, .fini = stop);

/* ---- Attributes ---------------------------------------------------------------------------- */

static bool same(const struct webshop_attributes *a, const struct webshop_attributes *b) {
    return slice_equal(a->url, b->url) && a->version == b->version && a->buyer == b->buyer &&
           a->auto_complete == b->auto_complete && a->ending == b->ending;
}

Test(webshop_callback, attributes_come_back) {
    struct webshop_attributes again;
    for (int version = WEBSHOP_VERSION_1; version <= WEBSHOP_VERSION_OTHER; version++)
        for (int ending = 0; ending < WEBSHOP_STATUSES; ending++) {
            attributes.version = (enum webshop_version)version;
            attributes.ending = (enum webshop_status)ending;
            attributes.auto_complete = ending % 2 == 0;
            store("r");
            cr_assert(webshop_attributes_read(&payment.head, url, &again));
            cr_expect(same(&attributes, &again), "%d %d", version, ending);
        }
    attributes.url = SLICE("");
    store("r");
    cr_expect(webshop_attributes_read(&payment.head, url, &again) && same(&attributes, &again));
    cr_expect_eq(again.url.base, url);
}

static bool reads(const char *text) {
    struct webshop_attributes read;
    payment.head.reference_size = 0;
    payment.head.attributes_size = (uint16_t)strlen(text);
    (void)snprintf(payment.tail, sizeof payment.tail, "%s", text);
    return webshop_attributes_read(&payment.head, url, &read);
}

Test(webshop_callback, what_are_no_attributes) {
    char longer[LEDGER_ATTRIBUTES_MAX];
    cr_expect(reads("{\"url\":\"\",\"version\":7,\"auto\":true,\"buyer\":0,\"x\":1}"));
    cr_expect_not(reads(""));
    cr_expect_not(reads("[]"));
    cr_expect_not(reads("{}"));
    cr_expect_not(reads("{\"version\":1,\"auto\":true,\"buyer\":1}"));
    cr_expect_not(reads("{\"url\":1,\"version\":1,\"auto\":true,\"buyer\":1}"));
    cr_expect_not(reads("{\"url\":\"\",\"version\":\"1\",\"auto\":true,\"buyer\":1}"));
    cr_expect_not(reads("{\"url\":\"\",\"version\":1,\"auto\":1,\"buyer\":1}"));
    cr_expect_not(reads("{\"url\":\"\",\"version\":1,\"auto\":true,\"buyer\":-1}"));
    cr_expect_not(reads("{\"url\":\"\",\"version\":1,\"auto\":true,\"buyer\":\"1\"}"));
    cr_expect_not(reads("{\"url\":\"\",\"version\":1,\"auto\":true,\"buyer\":1,\"ending\":1}"));
    cr_expect_not(
        reads("{\"url\":\"\",\"version\":1,\"auto\":true,\"buyer\":1,\"ending\":\"SUCCESS\"}"));
    (void)snprintf(longer, sizeof longer,
                   "{\"url\":\"%0*d\",\"version\":1,\"auto\":true,\"buyer\":1}",
                   WEBSHOP_RESPONSE_URL_MAX, 0);
    cr_expect(reads(longer));
    (void)snprintf(longer, sizeof longer,
                   "{\"url\":\"%0*d\",\"version\":1,\"auto\":true,\"buyer\":1}",
                   WEBSHOP_RESPONSE_URL_MAX + 1, 0);
    cr_expect_not(reads(longer));
}

/* The largest that a request may ask for. */
Test(webshop_callback, attributes_fit) {
    static char most[WEBSHOP_RESPONSE_URL_MAX];
    struct buffer text;
    memset(most, 'a', sizeof most);
    attributes = (struct webshop_attributes){.url = {most, sizeof most},
                                             .buyer = UINT64_MAX,
                                             .ending = WEBSHOP_STATUS_ERROR_NOT_ENOUGH_MONEY};
    buffer_init(&text, LEDGER_ATTRIBUTES_MAX);
    webshop_attributes_write(&attributes, &text);
    cr_expect_not(text.failed);
    buffer_free(&text);
}

/* ---- The field's format -------------------------------------------------------------------- */

static bool write_callback(void) {
    buffer_free(&body);
    return callback_write(node_key, &payment.head, &attributes, &merchant, NOW_NS, &callback);
}

/* Decodes the body into xml. */
static void decode_body(void) {
    cr_assert_eq(body.used % 4, 0);
    unsigned char *bytes = (unsigned char *)buffer_extend(&xml, body.used / 4 * 3);
    int size = EVP_DecodeBlock(bytes, (unsigned char *)body.base, (int)body.used);
    cr_assert_gt(size, 0);
    for (size_t i = body.used; i > 0 && body.base[i - 1] == '='; i--)
        size--;
    xml.used = (size_t)size;
}

/* The signed document, of one that was written; xml has it until the next call. */
static struct slice told(void) {
    cr_assert(write_callback());
    cr_expect_str_eq(callback.content_type, "application/xml");
    cr_expect_eq(callback.header_count, 0);
    buffer_free(&xml);
    decode_body();
    return (struct slice){xml.base, xml.used};
}

static bool says(const char *text) {
    struct slice all = told();
    return memmem(all.base, all.size, text, strlen(text)) != NULL;
}

Test(webshop_callback, is_signed_as_the_contract_says) {
    static const char start_[] =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<WSResp:WebShopResponse xmlns:WSResp="
        "\"http://allpay.kz/xsd/1.0.0/WebShopResponse.xsd\"><WSResp:InvoiceNumber>INV-1"
        "</WSResp:InvoiceNumber><WSResp:Transaction><WSResp:TransactionId>417"
        "</WSResp:TransactionId><WSResp:Status>SUCCESS</WSResp:Status><WSResp:StatusDescription>"
        "</WSResp:StatusDescription></WSResp:Transaction><Signature xmlns=\"" FORGE_DSIG
        "\"><SignedInfo><CanonicalizationMethod "
        "Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#WithComments\"/>";
    for (int legacy = 0; legacy < 2; legacy++) {
        merchant.legacy_signature = legacy != 0;
        struct slice text = told();
        cr_expect(slice_starts(text, slice_text(start_)), "%.*s", (int)text.size, text.base);
        cr_expect_null(memmem(text.base, text.size, "KeyInfo", 7));
        cr_expect_eq(memmem(text.base, text.size, "rsa-sha1\"", 9) != NULL, legacy != 0);
        cr_expect_eq(memmem(text.base, text.size, "rsa-sha256\"", 11) != NULL, legacy == 0);
        cr_expect_eq(forge_verdict(&xml, "node", true), FORGE_VERIFIES);
        if (forge_xmlsec1_installed())
            cr_expect(forge_xmlsec1(text, "--pubkey-pem", forge_key_file("node")));
    }
    dsig_private_free(node_key);
    node_key = NULL;
    cr_expect_not(write_callback());
}

Test(webshop_callback, texts_of_the_shop_are_escaped) {
    store("<a>&\"' ]]> \xD0\xB6");
    cr_expect(says("<WSResp:InvoiceNumber>&lt;a&gt;&amp;\"' ]]&gt; \xD0\xB6</WSResp:Inv"));
    cr_expect_eq(forge_verdict(&xml, "node", true), FORGE_VERIFIES);
    store("</WSResp:WebShopResponse>");
    cr_expect(says("&lt;/WSResp:WebShopResponse&gt;</WSResp:Inv"));
    cr_expect_eq(forge_verdict(&xml, "node", true), FORGE_VERIFIES);
}

Test(webshop_callback, who_sees_the_buyer) {
    cr_expect(says("<WSResp:StatusDescription></WSResp:StatusDescription>"));
    merchant.shows_buyers = true;
    cr_expect(says("<WSResp:StatusDescription>77072734954</WSResp:StatusDescription>"));
    attributes.buyer = 0;
    cr_expect(says("<WSResp:StatusDescription></WSResp:StatusDescription>"));
}

static void expect_status(uint8_t state, uint8_t flags, enum webshop_status ending,
                          const char *name, const char *number) {
    char text[128];
    payment.head.state = state;
    payment.head.flags = flags;
    attributes.ending = ending;
    merchant.status_style = STATUS_AS_NAME;
    (void)snprintf(text, sizeof text, "<WSResp:Status>%s</WSResp:Status>", name);
    cr_expect(says(text), "%s", name);
    merchant.status_style = STATUS_AS_NUMBER;
    (void)snprintf(text, sizeof text, "<WSResp:Status>%s</WSResp:Status>", number);
    cr_expect(says(text), "%s", name);
}

Test(webshop_callback, statuses) {
    expect_status(LEDGER_HELD, 0, WEBSHOP_STATUS_SUCCESS, "SUCCESS", "0");
    expect_status(LEDGER_DECLINED, 0, WEBSHOP_STATUS_ERROR_NOT_ENOUGH_MONEY,
                  "ERROR_NOT_ENOUGH_MONEY", "2");
    expect_status(LEDGER_DECLINED, 0, WEBSHOP_STATUS_ERROR_USER_CANCELED, "ERROR_USER_CANCELED",
                  "3");
    expect_status(LEDGER_DECLINED, 0, WEBSHOP_STATUS_SUCCESS, "ERROR_USER_CANCELED", "3");
    expect_status(LEDGER_DECLINED, LEDGER_PAYMENT_EXPIRED, WEBSHOP_STATUS_SUCCESS, "ERROR_TIMEOUT",
                  "4");
    expect_status(LEDGER_COMPLETED, 0, WEBSHOP_STATUS_SUCCESS, "ERROR_ALREADY_PAID", "5");
}

/* ---- Webhooks ------------------------------------------------------------------------------ */

static const char secret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/* The line of that header. */
static const char *header(const char *name) {
    for (uint32_t i = 0; i < callback.header_count; i++)
        if (strncmp(callback.headers[i], name, strlen(name)) == 0)
            return callback.headers[i] + strlen(name) + 2;
    cr_assert(false, "no %s", name);
    return "";
}

/* The signature, made of the same by another library. */
static void sign_again(char text[CALLBACK_HEADER_MAX]) {
    unsigned char key[64], mac[EVP_MAX_MD_SIZE];
    char content[CALLBACK_BODY_MAX + 256];
    unsigned int size = 0;
    const char *id = header("webhook-id"), *time = header("webhook-timestamp");
    int key_size = EVP_DecodeBlock(key, (const unsigned char *)secret + 6, 32);
    int used = snprintf(content, sizeof content, "%s.%s.%.*s", id, time, (int)body.used, body.base);
    (void)HMAC(EVP_sha256(), key, key_size, (unsigned char *)content, (size_t)used, mac, &size);
    (void)snprintf(text, CALLBACK_HEADER_MAX, "v1,");
    (void)EVP_EncodeBlock((unsigned char *)text + 3, mac, (int)size);
}

static void expect_signature(void) {
    char expected[CALLBACK_HEADER_MAX];
    sign_again(expected);
    cr_expect_str_eq(header("webhook-signature"), expected);
}

Test(webshop_callback, a_webhook_is_signed_as_standard_webhooks_has_it) {
    merchant.callback = CALLBACK_WEBHOOK;
    cr_expect_not(write_callback(), "without a secret");
    memcpy(merchant.webhook_secret, secret, sizeof secret);
    merchant.shows_buyers = true;
    attributes.auto_complete = true;
    store("a \"b\" \xD0\xB6");
    dsig_private_free(node_key);
    node_key = NULL; /* it needs none */
    cr_assert(write_callback());
    cr_expect_str_eq(callback.content_type, "application/json");
    cr_expect_str_eq(header("webhook-id"), "tiyn_417_SUCCESS");
    cr_expect_str_eq(header("webhook-timestamp"), "1764204000");
    static const char expected[] =
        "{\"type\":\"checkout.paid\",\"timestamp\":\"2025-11-27T00:40:00.123456788Z\",\"data\":"
        "{\"invoice\":\"a \\\"b\\\" \xD0\xB6\",\"transaction\":\"417\",\"status\":\"SUCCESS\","
        "\"amount\":\"123.45\",\"currency\":\"KZT\",\"auto_complete\":true,"
        "\"buyer\":\"77072734954\"}}";
    cr_expect(slice_equal((struct slice){body.base, body.used}, slice_text(expected)), "%.*s",
              (int)body.used, body.base);
    expect_signature();
}

Test(webshop_callback, a_webhook_event_is_the_same_in_each_attempt) {
    merchant.callback = CALLBACK_WEBHOOK;
    memcpy(merchant.webhook_secret, secret, sizeof secret);
    char first[CALLBACK_HEADER_MAX], signature[CALLBACK_HEADER_MAX];
    cr_assert(write_callback());
    (void)snprintf(first, sizeof first, "%s", header("webhook-id"));
    (void)snprintf(signature, sizeof signature, "%s", header("webhook-signature"));
    payment.head.changed_ns += 5; /* an attempt was noted */
    buffer_free(&body);
    cr_assert(callback_write(node_key, &payment.head, &attributes, &merchant, NOW_NS + 60000000000u,
                             &callback));
    cr_expect_str_eq(header("webhook-id"), first);
    cr_expect_str_eq(header("webhook-timestamp"), "1764204060");
    cr_expect_str_neq(header("webhook-signature"), signature);
    expect_signature();
    static const struct {
        uint8_t state, flags;
        enum webshop_status ending;
        const char *id, *type;
    } ends[] = {
        {LEDGER_DECLINED, 0, WEBSHOP_STATUS_ERROR_NOT_ENOUGH_MONEY,
         "tiyn_417_ERROR_NOT_ENOUGH_MONEY", "checkout.not_enough_money"},
        {LEDGER_DECLINED, 0, WEBSHOP_STATUS_SUCCESS, "tiyn_417_ERROR_USER_CANCELED",
         "checkout.canceled"},
        {LEDGER_DECLINED, LEDGER_PAYMENT_EXPIRED, WEBSHOP_STATUS_SUCCESS, "tiyn_417_ERROR_TIMEOUT",
         "checkout.expired"},
        {LEDGER_COMPLETED, 0, WEBSHOP_STATUS_SUCCESS, "tiyn_417_ERROR_ALREADY_PAID",
         "checkout.already_paid"},
    };
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        payment.head.state = ends[i].state;
        payment.head.flags = ends[i].flags;
        attributes.ending = ends[i].ending;
        cr_assert(write_callback());
        cr_expect_str_eq(header("webhook-id"), ends[i].id);
        cr_expect_not_null(memmem(body.base, body.used, ends[i].type, strlen(ends[i].type)));
        expect_signature();
    }
}
