/* test_webshop_trust.c - whose request it is: registry, keys, signatures of both canonical forms,
 * and the field's own messages. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/unit/protocols/forge.h"
#include "tests/unit/protocols/soap_rig.h"
#include "tests/unit/protocols/webshop_frame.h"

static struct soap_rig rig;
static struct webshop_request request;
static struct registry_merchant merchant;
static const char *field;
static struct networks allowed;

static void put_key(uint64_t login, uint32_t number, struct slice pem, bool blocked) {
    struct registry_key key = {.login = login, .number = number, .blocked = blocked};
    key.der_size = (uint32_t)dsig_public_pem(pem, key.der, sizeof key.der);
    cr_assert_gt(key.der_size, 0);
    rig_put(&rig, REGISTRY_KEY, &key);
}

static void put_named(uint32_t number, const char *name, bool blocked) {
    put_key(RIG_MERCHANT, number, slice_text(rig_pem(name)), blocked);
}

static void start(void) {
    rig_start(&rig, true);
    rig.settings.amount_max = 1000000;
    rig.settings.callback_allow = &allowed;
    put_named(1, "agent2048.pub", false);
}

static void stop(void) {
    webshop_request_free(&request);
    rig_stop(&rig);
}

TestSuite(webshop_trust, .init = start, .fini = stop);

static enum webshop_fault trust_text(struct slice text) {
    webshop_request_free(&request);
    enum webshop_fault fault = webshop_request_read(text, &request, &field);
    return fault == WEBSHOP_SOUND ? webshop_request_trust(&rig.env, &request, &merchant) : fault;
}

static enum webshop_fault trust_signed(const char *frame, const struct forge *how) {
    struct buffer text = forge_sign(frame, how);
    enum webshop_fault fault = trust_text((struct slice){text.base, text.used});
    buffer_free(&text);
    return fault;
}

static enum webshop_fault trust(const char *from, const char *to) {
    return trust_signed(webshop_frame_with(from, to), &(struct forge){.key = NULL});
}

Test(webshop_trust, both_canonical_forms_and_both_hashes) {
    static const char *const c14ns[] = {
        "http://www.w3.org/2001/10/xml-exc-c14n#",
        "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"};
    for (int i = 0; i < 4; i++) {
        const struct forge modern = {.c14n = c14ns[i]};
        const struct forge field_ = {
            .c14n = c14ns[i], .method = FORGE_DSIG "rsa-sha1", .digest = FORGE_DSIG "sha1"};
        cr_expect_eq(trust_signed(webshop_frame, &modern), WEBSHOP_SOUND, "%s", c14ns[i]);
        cr_expect_eq(trust_signed(webshop_frame, &field_), WEBSHOP_SOUND, "%s", c14ns[i]);
        cr_expect_str_eq(merchant.name, "Shop & Sons");
    }
}

Test(webshop_trust, who_may_ask) {
    cr_expect_eq(trust("72222222229", "72222222221"), WEBSHOP_MERCHANT_UNKNOWN); /* an agent */
    cr_expect_eq(trust("72222222230", "72222222231"), WEBSHOP_WALLET_WRONG);
    cr_expect_eq(trust("72222222230", "077072734954"), WEBSHOP_WALLET_WRONG);
    cr_expect_eq(trust("5.00", "10000.00"), WEBSHOP_SOUND);
    cr_expect_eq(trust("5.00", "10000.01"), WEBSHOP_AMOUNT_TOO_LARGE);
    rig.registry_busy = true;
    cr_expect_eq(trust("5.00", "5.00"), WEBSHOP_BUSY);
    rig.registry_busy = false;
    rig_change(&rig, "merchant/72222222229", "blocked", "yes");
    cr_expect_eq(trust("5.00", "5.00"), WEBSHOP_MERCHANT_BLOCKED);
}

Test(webshop_trust, where_callbacks_may_go) {
    cr_expect_eq(trust("https://shop.kz:8443/cb", "http://127.0.0.1/"), WEBSHOP_URL_REFUSED);
    cr_expect_eq(trust("https://shop.kz:8443/cb", "http://[::ffff:10.0.0.1]/"),
                 WEBSHOP_URL_REFUSED);
    cr_expect_eq(trust("https://shop.kz/ok", "http://127.0.0.1/"), WEBSHOP_SOUND); /* the buyer's */
    cr_assert(networks_parse(SLICE("127.0.0.0/8"), &allowed));
    cr_expect_eq(trust("https://shop.kz:8443/cb", "http://127.0.0.1/"), WEBSHOP_SOUND);
    cr_expect_eq(trust("https://shop.kz:8443/cb", "http://10.0.0.1/"), WEBSHOP_URL_REFUSED);
    cr_expect_eq(trust("https://shop.kz:8443/cb", ""), WEBSHOP_SOUND);
}

Test(webshop_trust, whose_keys_count) {
    const struct forge other = {.key = "stranger"}, small = {.key = "agent"};
    cr_expect_eq(trust_signed(webshop_frame, &other), WEBSHOP_BAD_SIGNATURE);
    put_key(RIG_AGENT, 3, slice_text(rig_pem("stranger.pub")), false);
    cr_expect_eq(trust_signed(webshop_frame, &other), WEBSHOP_BAD_SIGNATURE);
    put_named(5, "stranger.pub", false); /* beyond those that are tried */
    cr_expect_eq(trust_signed(webshop_frame, &other), WEBSHOP_BAD_SIGNATURE);
    put_named(4, "stranger.pub", true);
    cr_expect_eq(trust_signed(webshop_frame, &other), WEBSHOP_BAD_SIGNATURE);
    put_named(4, "stranger.pub", false);
    cr_expect_eq(trust_signed(webshop_frame, &other), WEBSHOP_SOUND);
    put_named(2, "agent.pub", false); /* 1024 bits */
    cr_expect_eq(trust_signed(webshop_frame, &small), WEBSHOP_BAD_SIGNATURE);
    put_named(1, "agent2048.pub", true);
    put_named(4, "stranger.pub", true);
    cr_expect_eq(trust_signed(webshop_frame, &small), WEBSHOP_NO_KEY);
    rig_change(&rig, "merchant/72222222229", "legacy_signature", "yes");
    cr_expect_eq(trust_signed(webshop_frame, &small), WEBSHOP_SOUND);
}

Test(webshop_trust, what_is_altered_is_refused) {
    static const struct {
        const char *from, *to;
    } changes[] = {
        {">5.00<", ">4.00<"}, {"INV-1", "INV-2"}, {"72222222230", "72222222229"},   {"/cb", "/cc"},
        {">true<", ">1<"},    {">600<", ">601<"}, {"W:ShopName>\n", "W:ShopName>"}, {"Tea", "Tee"},
        {"a b", "a c"}};
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct buffer text = forge_sign(
            webshop_frame_with("<W:ShopName>Shop</W:ShopName>", "<W:ShopName>Shop</W:ShopName>\n"),
            &(struct forge){.key = NULL});
        forge_change(&text, changes[i].from, changes[i].to);
        enum webshop_fault fault = trust_text((struct slice){text.base, text.used});
        cr_expect_eq(fault, WEBSHOP_BAD_SIGNATURE, "%s: %d", changes[i].from, fault);
        buffer_free(&text);
    }
}

Test(webshop_trust, a_comment_that_comes_behind_the_signature_cuts_nothing) {
    struct buffer text = forge_sign(webshop_frame, &(struct forge){.key = NULL});
    forge_change(&text, ">5.00<", ">5<!-- -->.00<");
    cr_expect_eq(trust_text((struct slice){text.base, text.used}), WEBSHOP_FIELD_WRONG);
    cr_expect_str_eq(field, "TotalCost");
    buffer_free(&text);
    text = forge_sign(webshop_frame, &(struct forge){.key = NULL});
    forge_change(&text, "<W:TotalCost>",
                 "<!-- 1 --><W:TotalCost>"); /* between them it says nothing */
    cr_expect_eq(trust_text((struct slice){text.base, text.used}), WEBSHOP_SOUND);
    buffer_free(&text);
}

/* ---- The field's messages ------------------------------------------------------------------ */

static struct slice read_vector(const char *name) {
    static char bytes[1 << 16];
    char path[512];
    (void)snprintf(path, sizeof path, TESTS_FOLDER "/../../shared/vectors/%s", name);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        cr_skip_test("no folder of vectors beside the project");
    size_t size = fread(bytes, 1, sizeof bytes, file);
    (void)fclose(file);
    return (struct slice){bytes, size};
}

Test(webshop_trust, messages_of_the_field) {
    static const struct {
        const char *name;
        enum webshop_fault fault, legacy;
    } vectors[] = {
        {"webshop-valid-cart-rsa2048.xml", WEBSHOP_SOUND, WEBSHOP_SOUND},
        {"webshop-valid-nocart-rsa1024.xml", WEBSHOP_BAD_SIGNATURE, WEBSHOP_SOUND},
        {"webshop-altered-total.xml", WEBSHOP_BAD_SIGNATURE, WEBSHOP_BAD_SIGNATURE},
        {"webshop-two-signatures.xml", WEBSHOP_SIGNATURE_SHAPE, WEBSHOP_SIGNATURE_SHAPE},
        {"webshop-signed-digest-mismatch.xml", WEBSHOP_BAD_SIGNATURE, WEBSHOP_BAD_SIGNATURE},
        {"webshop-request-sample.xml", WEBSHOP_SIGNATURE_MISSING, WEBSHOP_SIGNATURE_MISSING},
        {"webshop-response-sample.xml", WEBSHOP_WRONG_ROOT, WEBSHOP_WRONG_ROOT},
    };
    const uint64_t login = 75551234569;
    struct registry_merchant shop = {
        .login = login, .name = "Shop", .wallets = {13, 25252}, .wallet_count = 2};
    put_key(login, 1, read_vector("shop-rsa2048.pub.pem"), false);
    put_key(login, 2, read_vector("shop-rsa1024.pub.pem"), false);
    cr_assert(networks_parse(SLICE("127.0.0.1"), &allowed));
    for (int legacy = 0; legacy < 2; legacy++) {
        shop.legacy_signature = legacy != 0;
        rig_put(&rig, REGISTRY_MERCHANT, &shop);
        for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
            enum webshop_fault fault = trust_text(read_vector(vectors[i].name));
            cr_expect_eq(fault, legacy ? vectors[i].legacy : vectors[i].fault, "%s: %d %s",
                         vectors[i].name, fault, field);
        }
    }
    cr_assert_eq(trust_text(read_vector("webshop-valid-cart-rsa2048.xml")), WEBSHOP_SOUND);
    cr_expect(request.wallet == 13 && request.total == 500 && request.item_count == 2);
    cr_expect(request.auto_complete && request.version == WEBSHOP_VERSION_1);
}
