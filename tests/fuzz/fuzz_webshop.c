/* Messages of the checkout. The first byte says which: a shop's request as it is, or to be signed
 * first by the shop, so that what stands behind the signature is reached; a form; a URL; a shop's
 * answer; the invoice of a payment that a shop is told of. A request that is sound keeps the bounds
 * that webshop.h promises and its attributes come back; one that is trusted was signed. An answer
 * moves a payment only with the contract's words. What is told is whole and verifies. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "protocols/common/utf8.h"
#include "protocols/webshop/callback.h"
#include "protocols/webshop/form.h"
#include "protocols/webshop/link.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { AS_IT_IS, TO_SIGN, FORM, URL, ANSWER, INVOICE, INPUTS };
enum { KEY_BITS = 2048 };
#define MERCHANT 72222222229u

static struct dsig_private *key;
static struct dsig_public *public_key;
static uint8_t der[1024];
static size_t der_size;

static void check(bool holds) {
    if (!holds)
        abort();
}

/* ---- The world ---- */

static const struct registry_merchant merchant = {.login = MERCHANT,
                                                  .name = "M",
                                                  .wallets = {MERCHANT, MERCHANT + 1},
                                                  .wallet_count = 2,
                                                  .shows_buyers = true,
                                                  .webhook_secret =
                                                      "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"};

static enum ledger_status registry_get(void *node, const void *name, size_t name_size, void *value,
                                       size_t *value_size) {
    struct registry_key public = {.login = MERCHANT, .number = 1, .der_size = (uint32_t)der_size};
    const enum registry_kind kinds[] = {REGISTRY_MERCHANT, REGISTRY_KEY};
    const void *const records[] = {&merchant, &public};
    (void)node;
    memcpy(public.der, der, der_size);
    for (int i = 0; i < 2; i++) {
        char own[LEDGER_KEY_MAX];
        size_t own_size = registry_key(kinds[i], records[i], own);
        if (own_size == name_size && memcmp(own, name, name_size) == 0) {
            *value_size = registry_write(kinds[i], records[i], value);
            return LEDGER_DONE;
        }
    }
    return LEDGER_RECORD_NOT_FOUND;
}

static const struct adapter_settings settings = {.amount_max = 100000000};
static const struct adapter_env env = {.settings = &settings, .registry_get = registry_get};

static void ready(void) {
    struct buffer private_pem, public_pem;
    if (key != NULL)
        return;
    check(xml_start() == 0);
    buffer_init(&private_pem, 1 << 14);
    buffer_init(&public_pem, 1 << 14);
    check(dsig_key_make(KEY_BITS, &private_pem, &public_pem));
    buffer_append(&private_pem, "", 1);
    key = dsig_private_read(private_pem.base);
    der_size = dsig_public_pem((struct slice){public_pem.base, public_pem.used}, der, sizeof der);
    public_key = dsig_public_read(der, der_size);
    check(key != NULL && public_key != NULL);
    buffer_free(&private_pem);
    buffer_free(&public_pem);
}

/* ---- Requests ---- */

static void check_link(struct slice url, size_t most) {
    struct link link;
    check(url.size <= most);
    check(url.size == 0 || link_read(url, &link));
}

/* A payment as stored: header, a leg, reference, attributes. */
static struct {
    struct ledger_payment head;
    struct ledger_leg leg;
    char tail[LEDGER_REFERENCE_MAX + LEDGER_ATTRIBUTES_MAX];
} payment;

static void store(struct slice invoice, struct slice attributes) {
    check(invoice.size <= LEDGER_REFERENCE_MAX && attributes.size <= LEDGER_ATTRIBUTES_MAX);
    payment.head = (struct ledger_payment){.id = 417,
                                           .state = LEDGER_HELD,
                                           .leg_count = 1,
                                           .reference_size = (uint8_t)invoice.size,
                                           .attributes_size = (uint16_t)attributes.size};
    if (invoice.size > 0)
        memcpy(payment.tail, invoice.base, invoice.size);
    memcpy(payment.tail + invoice.size, attributes.base, attributes.size);
}

static void check_attributes(const struct webshop_request *request) {
    const struct webshop_attributes attributes = {.url = request->response_url,
                                                  .version = request->version,
                                                  .auto_complete = request->auto_complete,
                                                  .buyer = 99999999999};
    struct webshop_attributes again;
    char url[WEBSHOP_RESPONSE_URL_MAX + 1];
    struct buffer text;
    buffer_init(&text, LEDGER_ATTRIBUTES_MAX);
    webshop_attributes_write(&attributes, &text);
    check(!text.failed);
    store(request->invoice, (struct slice){text.base, text.used});
    check(webshop_attributes_read(&payment.head, url, &again));
    check(slice_equal(again.url, attributes.url) && again.version == attributes.version &&
          again.auto_complete == attributes.auto_complete && again.buyer == attributes.buyer &&
          again.ending == WEBSHOP_STATUS_SUCCESS);
    buffer_free(&text);
}

static void check_sound(const struct webshop_request *request) {
    check(request->invoice.size > 0 && request->invoice.size <= LEDGER_REFERENCE_MAX);
    check(request->shop_name.size > 0 && request->shop_name.size <= (size_t)4 * WEBSHOP_NAME_MAX);
    check(request->merchant > 0 && request->wallet > 0);
    check(request->total > 0 && request->total <= LEDGER_AMOUNT_MAX);
    check(request->timeout_s >= 600 && request->timeout_s <= 86400);
    check(request->item_count <= WEBSHOP_ITEMS_MAX);
    for (uint32_t i = 0; i < request->item_count; i++) {
        check(strnlen(request->items[i].quantity, WEBSHOP_QUANTITY_MAX) < WEBSHOP_QUANTITY_MAX);
        check(request->items[i].cost <= LEDGER_AMOUNT_MAX);
    }
    check_link(request->success_link, WEBSHOP_LINK_MAX);
    check_link(request->failure_link, WEBSHOP_LINK_MAX);
    check_link(request->response_url, WEBSHOP_RESPONSE_URL_MAX);
    check_attributes(request);
}

static void ask(struct slice xml) {
    static struct webshop_request request;
    struct registry_merchant found;
    struct dsig_found signature;
    const char *field = NULL;
    enum webshop_fault fault = webshop_request_read(xml, &request, &field);
    check(fault < WEBSHOP_FAULTS && field != NULL);
    if (fault == WEBSHOP_SOUND) {
        check_sound(&request);
        fault = webshop_request_trust(&env, &request, &found);
        check(fault < WEBSHOP_FAULTS);
    }
    if (fault == WEBSHOP_SOUND) {
        check(request.merchant == MERCHANT && found.login == MERCHANT);
        check(request.total <= settings.amount_max);
        check(dsig_find(request.document, xmlDocGetRootElement(request.document), &signature) &&
              dsig_verify(&signature, public_key, true));
    }
    webshop_request_free(&request);
}

/* What is in canonical form already becomes a request that verifies. */
static void sign_and_ask(struct slice text) {
    struct buffer out;
    const struct dsig_algorithms algorithms = {text.size % 2 == 0 ? DSIG_SHA1 : DSIG_SHA256,
                                               DSIG_EXCLUSIVE_COMMENTS};
    buffer_init(&out, 4 * XML_BYTES_MAX);
    if (text.size > 0 &&
        dsig_sign_canonical(key, algorithms, text, "", SLICE("</W:WebShopRequest>"), &out))
        ask((struct slice){out.base, out.used});
    buffer_free(&out);
}

/* ---- Forms and URLs ---- */

static void read_form(struct slice body) {
    struct buffer text, xml;
    char login[16];
    size_t size;
    buffer_init(&text, FORM_BODY_MAX);
    buffer_init(&xml, XML_BYTES_MAX + 3);
    if (form_request(body, &text, &xml) == WEBSHOP_SOUND) {
        check(text.used % 4 == 0 && text.used <= FORM_BASE64_MAX && !xml.failed);
        check(xml.used <= text.used / 4 * 3 && xml.used + 3 > text.used / 4 * 3);
    }
    enum form_status status = form_find(body, SLICE("loginName"), login, sizeof login, &size);
    check(status != FORM_FOUND || size <= sizeof login);
    buffer_free(&text);
    buffer_free(&xml);
}

static void read_url(struct slice url) {
    struct link link;
    if (!link_read(url, &link))
        return;
    check(slice_starts(url, link.origin) && link.host.size > 0);
    for (size_t i = 0; i < url.size; i++)
        check(url.base[i] > ' ' && strchr("\"\\<>\x7f", url.base[i]) == NULL);
    bool inside = link_inside(&link, NULL);
    check(inside || memmem(url.base, url.size, "127.0.0.1/", 10) != link.host.base);
}

/* ---- Callbacks ---- */

static bool has(struct slice text, const char *word) {
    return memmem(text.base, text.size, word, strlen(word)) != NULL;
}

static void check_comment(const char *comment) {
    struct slice rest = {comment, strnlen(comment, OUTBOUND_COMMENT_MAX)};
    uint32_t code;
    size_t size;
    check(rest.size < OUTBOUND_COMMENT_MAX);
    for (; rest.size > 0; rest = slice_after(rest, size))
        check((size = utf8_read(rest, &code)) > 0 && code >= 0x20);
}

static void read_answer(struct slice body) {
    const struct webshop_attributes attributes = {.version = WEBSHOP_VERSION_2};
    struct outbound_answer answer;
    store(SLICE("r"), SLICE("{}"));
    callback_answer(&payment.head, &attributes, &merchant, 200, body, &answer);
    check_comment(answer.comment);
    check(answer.verdict != OUTBOUND_OK || has(body, "DONE") || has(body, "&#"));
    check(answer.verdict != OUTBOUND_REFUSED || has(body, "FAIL") || has(body, "&#"));
    check(answer.verdict == OUTBOUND_AGAIN || answer.known);
    payment.head.state = LEDGER_DECLINED;
    callback_answer(&payment.head, &attributes, &merchant, 200, body, &answer);
    check(answer.verdict == OUTBOUND_OK);
}

static void check_signed(struct slice base64) {
    struct buffer form, text, xml;
    struct dsig_found found;
    xmlDoc *document = NULL;
    buffer_init(&form, FORM_BODY_MAX);
    buffer_init(&text, FORM_BODY_MAX);
    buffer_init(&xml, XML_BYTES_MAX + 3);
    buffer_text(&form, "webshopRequest=");
    buffer_append(&form, base64.base, base64.size); /* a '+' is a blank, and is one again */
    check(form_request((struct slice){form.base, form.used}, &text, &xml) == WEBSHOP_SOUND);
    check(xml_parse((struct slice){xml.base, xml.used}, &document) == XML_OK);
    check(dsig_find(document, xmlDocGetRootElement(document), &found) &&
          dsig_verify(&found, public_key, false));
    xmlFreeDoc(document);
    buffer_free(&form);
    buffer_free(&text);
    buffer_free(&xml);
}

static void tell(struct slice invoice) {
    const struct webshop_attributes attributes = {.buyer = 77072734954};
    struct registry_merchant told = merchant;
    struct buffer body;
    struct callback callback = {.body = &body};
    invoice.size = invoice.size > LEDGER_REFERENCE_MAX ? LEDGER_REFERENCE_MAX : invoice.size;
    store(invoice, SLICE("{}"));
    buffer_init(&body, CALLBACK_BODY_MAX);
    check(callback_write(key, &payment.head, &attributes, &told, 1, &callback));
    check_signed((struct slice){body.base, body.used});
    buffer_free(&body);
    told.callback = CALLBACK_WEBHOOK;
    if (callback_write(NULL, &payment.head, &attributes, &told, 1, &callback)) {
        json_t *root = json_loadb(body.base, body.used, JSON_ALLOW_NUL, NULL);
        check(json_is_object(root) && callback.header_count == 3);
        json_decref(root);
    }
    buffer_free(&body);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static void (*const inputs[INPUTS])(struct slice) = {
        [AS_IT_IS] = ask, [TO_SIGN] = sign_and_ask, [FORM] = read_form,
        [URL] = read_url, [ANSWER] = read_answer,   [INVOICE] = tell};
    ready();
    if (size > 0)
        inputs[bytes[0] % INPUTS]((struct slice){(const char *)bytes + 1, size - 1});
    return 0;
}
