/* test_webshop_shop.c - the shop's side: the node takes its requests, and it believes the node
 * only.
 */
#include <criterion/criterion.h>
#include <sodium.h>

#include "protocols/webshop/callback.h"
#include "protocols/webshop/form.h"
#include "protocols/webshop/shop.h"
#include "tests/unit/protocols/forge.h"
#include "tests/unit/protocols/soap_rig.h"

static struct soap_rig rig;
static struct webshop_request asked, taken;
static struct registry_merchant merchant;
static struct dsig_private *shop_key, *node_key;
static struct dsig_public *node_public;
static struct networks allowed;
static struct buffer text, xml;

static struct dsig_public *read_public(const char *name) {
    uint8_t der[REGISTRY_KEY_DER_MAX];
    size_t size = dsig_public_pem(slice_text(rig_pem(name)), der, sizeof der);
    cr_assert_gt(size, 0);
    return dsig_public_read(der, size);
}

static void start(void) {
    struct registry_key key = {.login = RIG_MERCHANT, .number = 1};
    rig_start(&rig, true);
    rig.settings.amount_max = 1000000;
    rig.settings.callback_allow = &allowed;
    key.der_size =
        (uint32_t)dsig_public_pem(slice_text(rig_pem("agent2048.pub")), key.der, sizeof key.der);
    rig_put(&rig, REGISTRY_KEY, &key);
    shop_key = dsig_private_read(rig_pem("agent2048"));
    node_key = dsig_private_read(rig_pem("node"));
    node_public = read_public("node.pub");
    cr_assert(shop_key != NULL && node_key != NULL && node_public != NULL);
    asked = (struct webshop_request){
        .shop_name = SLICE("Дүкен «Арай» & <Co>"),
        .invoice = SLICE("INV-7"),
        .merchant = RIG_MERCHANT,
        .wallet = RIG_MERCHANT,
        .items = {{SLICE("1"), SLICE("Чай > \"кофе\""), SLICE("250 г"), "2", 125050},
                  {SLICE("2"), SLICE("Кесе"), SLICE(""), "1.5", 100}},
        .item_count = 2,
        .total = 250200,
        .success_link = SLICE("https://shop.kz/?order=7&lang=kk"),
        .response_url = SLICE("https://shop.kz/callback"),
        .version = WEBSHOP_VERSION_2,
        .timeout_s = 900,
        .auto_complete = true,
    };
    buffer_init(&text, 1 << 20);
    buffer_init(&xml, XML_BYTES_MAX + 3);
}

static void stop(void) {
    webshop_request_free(&taken);
    dsig_private_free(shop_key);
    dsig_private_free(node_key);
    dsig_public_free(node_public);
    buffer_free(&text);
    buffer_free(&xml);
    rig_stop(&rig);
}

TestSuite(webshop_shop, .init = start, .fini = stop);

/* ---- Requests ------------------------------------------------------------------------------ */

static enum webshop_fault take(void) {
    const char *field = "";
    cr_assert_eq(sodium_base642bin((unsigned char *)buffer_extend(&xml, text.used), text.used,
                                   text.base, text.used, NULL, &xml.used, NULL,
                                   sodium_base64_VARIANT_ORIGINAL),
                 0);
    enum webshop_fault fault =
        webshop_request_read((struct slice){xml.base, xml.used}, &taken, &field);
    return fault == WEBSHOP_SOUND ? webshop_request_trust(&rig.env, &taken, &merchant) : fault;
}

Test(webshop_shop, the_node_takes_what_it_asks_for) {
    for (int hash = DSIG_SHA1; hash <= DSIG_SHA256; hash++) {
        text.used = xml.used = 0;
        webshop_request_free(&taken);
        cr_assert(shop_request_write(shop_key, (enum dsig_hash)hash, &asked, &text));
        cr_assert_eq(take(), WEBSHOP_SOUND);
        cr_assert(slice_equal(taken.shop_name, asked.shop_name));
        cr_assert(slice_equal(taken.invoice, asked.invoice));
        cr_assert(slice_equal(taken.success_link, asked.success_link));
        cr_assert(slice_equal(taken.response_url, asked.response_url));
        cr_assert_eq(taken.failure_link.size, 0);
        cr_assert_eq(taken.item_count, asked.item_count);
        for (uint32_t i = 0; i < asked.item_count; i++) {
            cr_assert(slice_equal(taken.items[i].name, asked.items[i].name));
            cr_assert(slice_equal(taken.items[i].description, asked.items[i].description));
            cr_assert_str_eq(taken.items[i].quantity, asked.items[i].quantity);
            cr_assert_eq(taken.items[i].cost, asked.items[i].cost);
        }
        cr_assert_eq(taken.total, asked.total);
        cr_assert_eq(taken.timeout_s, asked.timeout_s);
        cr_assert_eq(taken.version, WEBSHOP_VERSION_2);
        cr_assert(taken.auto_complete);
    }
}

Test(webshop_shop, a_request_that_no_document_can_be_is_not_made) {
    static char name[XML_BYTES_MAX];
    memset(name, 'a', sizeof name);
    asked.shop_name = (struct slice){name, sizeof name};
    cr_assert_not(shop_request_write(shop_key, DSIG_SHA256, &asked, &text));
}

/* ---- News ---------------------------------------------------------------------------------- */

/* What the node tells of a payment in that state. */
static void tell(uint8_t state, enum webshop_status ending, bool legacy) {
    static struct {
        struct ledger_payment head;
        struct ledger_leg leg;
        char reference[8];
    } payment;
    const struct webshop_attributes attributes = {.version = WEBSHOP_VERSION_2, .ending = ending};
    struct callback callback = {.body = &text};
    payment.head = (struct ledger_payment){
        .id = 417, .requester = RIG_MERCHANT, .leg_count = 1, .state = state};
    payment.head.reference_size = 5;
    memcpy(payment.reference, "INV-7", 5);
    merchant = (struct registry_merchant){.login = RIG_MERCHANT, .legacy_signature = legacy};
    text.used = 0;
    cr_assert(callback_write(node_key, &payment.head, &attributes, &merchant, 1, &callback));
}

static struct slice told(void) {
    return (struct slice){text.base, text.used};
}

Test(webshop_shop, it_believes_the_node) {
    struct shop_news news;
    for (int legacy = 0; legacy < 2; legacy++) {
        tell(LEDGER_HELD, WEBSHOP_STATUS_SUCCESS, legacy);
        cr_assert(shop_news_read(node_public, told(), &news));
        cr_assert_str_eq(news.invoice, "INV-7");
        cr_assert_eq(news.status, WEBSHOP_STATUS_SUCCESS);
    }
    tell(LEDGER_DECLINED, WEBSHOP_STATUS_ERROR_NOT_ENOUGH_MONEY, false);
    cr_assert(shop_news_read(node_public, told(), &news));
    cr_assert_eq(news.status, WEBSHOP_STATUS_ERROR_NOT_ENOUGH_MONEY);
}

Test(webshop_shop, it_believes_nobody_else) {
    struct shop_news news;
    struct dsig_public *other = read_public("agent2048.pub");
    tell(LEDGER_HELD, WEBSHOP_STATUS_SUCCESS, false);
    cr_assert_not(shop_news_read(other, told(), &news), "another's key");
    cr_assert_not(shop_news_read(node_public, SLICE(""), &news));
    cr_assert_not(shop_news_read(node_public, SLICE("%%%"), &news));
    cr_assert_not(shop_news_read(node_public, SLICE("PGEvPg=="), &news), "<a/>");
    for (size_t i = 200; i < text.used; i += 97) { /* each of them altered, somewhere */
        char kept = text.base[i];
        text.base[i] = kept == 'A' ? 'B' : 'A';
        cr_assert_not(shop_news_read(node_public, told(), &news), "%zu", i);
        text.base[i] = kept;
    }
    cr_assert_not(shop_news_read(node_public, (struct slice){text.base, text.used / 2}, &news));
    text.used = 0; /* signed by the node, but of another message */
    cr_assert(shop_request_write(node_key, DSIG_SHA256, &asked, &text));
    cr_assert_not(shop_news_read(node_public, told(), &news));
    dsig_public_free(other);
}

Test(webshop_shop, done_is_an_answer_that_the_node_knows) {
    struct outbound_answer answer;
    struct ledger_payment payment = {.state = LEDGER_HELD};
    const struct webshop_attributes attributes = {.version = WEBSHOP_VERSION_2};
    callback_answer(&payment, &attributes, &merchant, 200, SLICE(SHOP_DONE), &answer);
    cr_assert_eq(answer.verdict, OUTBOUND_OK);
}
