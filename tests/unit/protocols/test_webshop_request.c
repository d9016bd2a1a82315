/* test_webshop_request.c - what a shop asks for: each field, each fault with its name. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/unit/protocols/webshop_frame.h"

static struct webshop_request request;
static const char *field;

static void start(void) {
    cr_assert_eq(xml_start(), 0);
}

static void stop(void) {
    webshop_request_free(&request);
}

TestSuite(webshop_request, .init = start, .fini = stop);

static enum webshop_fault read_text(struct slice text) {
    webshop_request_free(&request);
    return webshop_request_read(text, &request, &field);
}

static enum webshop_fault read_frame(const char *frame) {
    return read_text(webshop_unsigned(frame));
}

/* The frame with one place changed. */
static enum webshop_fault with(const char *from, const char *to) {
    return read_frame(webshop_frame_with(from, to));
}

static void expect(const char *from, const char *to, enum webshop_fault fault, const char *name) {
    enum webshop_fault got = with(from, to);
    cr_expect(got == fault && strcmp(field, name) == 0, "%s -> %s: fault %d of %s", from, to, got,
              field);
}

static bool is(struct slice text, const char *expected) {
    return slice_equal(text, slice_text(expected));
}

Test(webshop_request, all_fields_are_read) {
    cr_assert_eq(read_frame(webshop_frame), WEBSHOP_SOUND, "%s", field);
    cr_expect_str_eq(field, "");
    cr_expect(is(request.shop_name, "Shop") && is(request.invoice, "INV-1"));
    cr_expect(request.merchant == 72222222229u && request.wallet == 72222222230u);
    cr_assert_eq(request.item_count, 2);
    const struct webshop_item *tea = &request.items[0], *cup = &request.items[1];
    cr_expect(is(tea->code, "A1") && is(tea->name, "Tea") && is(tea->description, "green"));
    cr_expect_str_eq(tea->quantity, "2");
    cr_expect_eq(tea->cost, 150);
    cr_expect(is(cup->code, "A2") && is(cup->name, "Cup") && is(cup->description, ""));
    cr_expect_eq(cup->cost, 200);
    cr_expect_eq(request.total, 500);
    cr_expect(is(request.success_link, "https://shop.kz/ok?a=1&b=2"));
    cr_expect(is(request.failure_link, "http://shop.kz/fail"));
    cr_expect(is(request.response_url, "https://shop.kz:8443/cb"));
    cr_expect(request.version == WEBSHOP_VERSION_2 && request.timeout_s == 600);
    cr_expect(request.auto_complete);
}

Test(webshop_request, what_may_be_left_out) {
    cr_assert_eq(with("<W:ProtocolVersion>2</W:ProtocolVersion>", ""), WEBSHOP_SOUND);
    cr_expect_eq(request.version, WEBSHOP_VERSION_1);
    cr_assert_eq(with("<W:AutoTransaction>true</W:AutoTransaction>", ""), WEBSHOP_SOUND);
    cr_expect_not(request.auto_complete);
    cr_assert_eq(with("<W:ResponseURL>https://shop.kz:8443/cb</W:ResponseURL>", ""), WEBSHOP_SOUND);
    cr_expect_eq(request.response_url.size, 0);
    cr_assert_eq(with("http://shop.kz/fail", ""), WEBSHOP_SOUND);
    cr_expect_eq(request.failure_link.size, 0);
    cr_expect_eq(with("<W:Description>green</W:Description>", ""), WEBSHOP_SOUND);
    cr_expect_eq(with("green", ""), WEBSHOP_SOUND);
    cr_expect_eq(with("Tea", ""), WEBSHOP_SOUND); /* an '&' emptied it; it is only shown */
    const char *cart = strstr(webshop_frame, "<W:Cart>"), *end = strstr(cart, "<W:TotalCost>");
    char text[4096];
    (void)snprintf(text, sizeof text, "%.*s%s", (int)(cart - webshop_frame), webshop_frame, end);
    cr_assert_eq(read_frame(text), WEBSHOP_SOUND);
    cr_expect_eq(request.item_count, 0);
}

Test(webshop_request, amounts_count_by_value) {
    static const struct {
        const char *text;
        uint64_t tiyn;
    } sums[] = {{"5", 500}, {" 5.00\n", 500}, {"+5.", 500}, {"005.0000", 500},
                {".5", 50}, {"1.5", 150},     {"1.05", 105}};
    static const char *const wrong[] = {"0",    "0.00", "-5", "5.001", "5,00",  "1e3", "5 000",
                                        "0x10", ".",    "+",  "abc",   "5.0.0", "NaN", "5-"};
    for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++) {
        cr_expect_eq(with("5.00", sums[i].text), WEBSHOP_SOUND, "%s", sums[i].text);
        cr_expect_eq(request.total, sums[i].tiyn, "%s", sums[i].text);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        expect("5.00", wrong[i], WEBSHOP_FIELD_WRONG, "TotalCost");
    expect("5.00", "", WEBSHOP_FIELD_EMPTY, "TotalCost");
    expect("5.00", "99999999999999999999999999.99", WEBSHOP_AMOUNT_TOO_LARGE, "TotalCost");
    expect("5.00", "99999999999999999.99", WEBSHOP_AMOUNT_TOO_LARGE, "TotalCost");
    expect("1.50", "1.505", WEBSHOP_FIELD_WRONG, "Cost");
    expect("1.50", "", WEBSHOP_FIELD_EMPTY, "Cost");
    cr_expect_eq(with("1.50", "0"), WEBSHOP_SOUND);
    cr_assert_eq(with(">2</W:Q", "> 1.5 </W:Q"), WEBSHOP_SOUND);
    cr_expect_str_eq(request.items[0].quantity, "1.5");
    expect(">2</W:Q", ">two</W:Q", WEBSHOP_FIELD_WRONG, "Quantity");
    expect(">2</W:Q", "> </W:Q", WEBSHOP_FIELD_EMPTY, "Quantity");
    expect(">2</W:Q", ">100000000000000000000000</W:Q", WEBSHOP_FIELD_WRONG, "Quantity");
}

Test(webshop_request, texts_are_bounded) {
    char name[4 * 257 + 1] = "", invoice[LEDGER_REFERENCE_MAX + 2] = "";
    for (int i = 0; i < 256; i++)
        memcpy(name + strlen(name), "\xD2\xB0", 3);
    char frame[2048];
    (void)snprintf(frame, sizeof frame, "<W:ShopName>%s", name);
    cr_expect_eq(with("<W:ShopName>Shop", frame), WEBSHOP_SOUND);
    memcpy(name + strlen(name), "x", 2);
    cr_expect_eq(with("<W:ShopName>Shop", "<W:ShopName>"), WEBSHOP_FIELD_EMPTY);
    (void)snprintf(frame, sizeof frame, "<W:ShopName>%s", name);
    expect("<W:ShopName>Shop", frame, WEBSHOP_FIELD_WRONG, "ShopName");
    memset(invoice, '7', LEDGER_REFERENCE_MAX);
    cr_expect_eq(with("INV-1", invoice), WEBSHOP_SOUND);
    invoice[LEDGER_REFERENCE_MAX] = '7';
    expect("INV-1", invoice, WEBSHOP_FIELD_WRONG, "InvoiceNumber");
    expect("INV-1", "", WEBSHOP_FIELD_EMPTY, "InvoiceNumber");
    expect("INV-1", " \n", WEBSHOP_FIELD_EMPTY, "InvoiceNumber");
    expect("INV-1", "INV\n1", WEBSHOP_FIELD_WRONG, "InvoiceNumber");
    expect("INV-1", "INV&#xD;", WEBSHOP_FIELD_WRONG, "InvoiceNumber");
    expect("INV-1", "INV&#x85;", WEBSHOP_FIELD_WRONG, "InvoiceNumber");
    cr_assert_eq(with("INV-1", " a &amp; b "), WEBSHOP_SOUND);
    cr_expect(is(request.invoice, " a & b ")); /* for ever the same */
}

Test(webshop_request, merchant_and_wallet_are_numbers) {
    cr_assert_eq(with("72222222230<", " 00013 <"), WEBSHOP_SOUND);
    cr_expect_eq(request.wallet, 13);
    expect("72222222229", "", WEBSHOP_FIELD_EMPTY, "MerchantID");
    expect("72222222229", "string", WEBSHOP_FIELD_WRONG, "MerchantID");
    expect("72222222229", "722222222290", WEBSHOP_FIELD_WRONG, "MerchantID");
    expect("72222222230<", "0<", WEBSHOP_FIELD_WRONG, "WalletID");
    expect("72222222230<", "-1<", WEBSHOP_FIELD_WRONG, "WalletID");
    expect("72222222230<", "99999999999999999999<", WEBSHOP_FIELD_WRONG, "WalletID");
}

Test(webshop_request, versions_timeouts_and_forms_of_yes) {
    static const struct {
        const char *text;
        enum webshop_version version;
    } versions[] = {{"1", WEBSHOP_VERSION_1},       {"1.0", WEBSHOP_VERSION_1},
                    {" 01.00 ", WEBSHOP_VERSION_1}, {"", WEBSHOP_VERSION_1},
                    {"2", WEBSHOP_VERSION_2},       {"2.0", WEBSHOP_VERSION_2},
                    {"3", WEBSHOP_VERSION_OTHER},   {"0", WEBSHOP_VERSION_OTHER},
                    {"1.1", WEBSHOP_VERSION_OTHER}, {"12", WEBSHOP_VERSION_OTHER}};
    static const char *const yes[] = {"true", "1", " true\n"}, *const no[] = {"false", "0", "",
                                                                              " "};
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        char text[64];
        (void)snprintf(text, sizeof text, "Version>%s</W:P", versions[i].text);
        cr_expect_eq(with("Version>2</W:P", text), WEBSHOP_SOUND, "%s", versions[i].text);
        cr_expect_eq(request.version, versions[i].version, "%s", versions[i].text);
    }
    expect("Version>2<", "Version>two<", WEBSHOP_FIELD_WRONG, "ProtocolVersion");
    for (int i = 0; i < 3; i++)
        cr_expect(with("true", yes[i]) == WEBSHOP_SOUND && request.auto_complete, "%s", yes[i]);
    for (int i = 0; i < 4; i++)
        cr_expect(with("true", no[i]) == WEBSHOP_SOUND && !request.auto_complete, "%s", no[i]);
    expect("true", "TRUE", WEBSHOP_FIELD_WRONG, "AutoTransaction");
    expect("true", "yes", WEBSHOP_FIELD_WRONG, "AutoTransaction");
    cr_expect(with(">600<", ">86400<") == WEBSHOP_SOUND && request.timeout_s == 86400);
    cr_expect(with(">600<", "> 0600.0 <") == WEBSHOP_SOUND && request.timeout_s == 600);
    expect(">600<", ">599<", WEBSHOP_FIELD_WRONG, "TimeoutInSeconds");
    expect(">600<", ">86401<", WEBSHOP_FIELD_WRONG, "TimeoutInSeconds");
    expect(">600<", ">600.5<", WEBSHOP_FIELD_WRONG, "TimeoutInSeconds");
    expect(">600<", ">4294967896<", WEBSHOP_FIELD_WRONG, "TimeoutInSeconds");
    expect(">600<", "><", WEBSHOP_FIELD_EMPTY, "TimeoutInSeconds");
    expect("<W:TimeoutInSeconds>600</W:TimeoutInSeconds>", "", WEBSHOP_FIELD_EMPTY,
           "TimeoutInSeconds");
}

Test(webshop_request, links_are_http) {
    char url[WEBSHOP_RESPONSE_URL_MAX + 64];
    expect("http://shop.kz/fail", "javascript:alert(1)", WEBSHOP_FIELD_WRONG, "FailureLink");
    expect("http://shop.kz/fail", "/fail", WEBSHOP_FIELD_WRONG, "FailureLink");
    expect("https://shop.kz/ok", "data:text/html,x", WEBSHOP_FIELD_WRONG, "SuccessLink");
    expect("https://shop.kz:8443/cb", "file:///etc/passwd", WEBSHOP_FIELD_WRONG, "ResponseURL");
    expect("https://shop.kz:8443/cb", "https://shop.kz/&quot;", WEBSHOP_FIELD_WRONG, "ResponseURL");
    memset(url, 'a', sizeof url);
    memcpy(url, "https://shop.kz/", 16);
    url[WEBSHOP_RESPONSE_URL_MAX] = '\0';
    cr_expect_eq(with("https://shop.kz:8443/cb", url), WEBSHOP_SOUND);
    expect("http://shop.kz/fail", url, WEBSHOP_FIELD_WRONG, "FailureLink");
    url[WEBSHOP_RESPONSE_URL_MAX] = 'a';
    url[WEBSHOP_RESPONSE_URL_MAX + 1] = '\0';
    expect("https://shop.kz:8443/cb", url, WEBSHOP_FIELD_WRONG, "ResponseURL");
    url[WEBSHOP_LINK_MAX] = '\0';
    cr_expect_eq(with("http://shop.kz/fail", url), WEBSHOP_SOUND);
}

Test(webshop_request, elements_stand_in_order_and_once) {
    expect("<W:InvoiceNumber>INV-1</W:InvoiceNumber>", "", WEBSHOP_FIELD_EMPTY, "InvoiceNumber");
    expect("<W:ShopName>Shop</W:ShopName><W:InvoiceNumber>INV-1</W:InvoiceNumber>",
           "<W:InvoiceNumber>INV-1</W:InvoiceNumber><W:ShopName>Shop</W:ShopName>",
           WEBSHOP_FIELD_WRONG, "ShopName");
    expect("<W:ShopName>Shop</W:ShopName>",
           "<W:ShopName>Shop</W:ShopName><W:ShopName>Shop</W:ShopName>", WEBSHOP_FIELD_WRONG,
           "InvoiceNumber");
    expect("<W:TotalCost>5.00</W:TotalCost>",
           "<W:TotalCost>5.00</W:TotalCost><W:TotalCost>6</W:TotalCost>", WEBSHOP_FIELD_WRONG,
           "TimeoutInSeconds");
    expect("@", "<W:TotalCost>1</W:TotalCost>@", WEBSHOP_FIELD_WRONG, "TotalCost");
    expect("@", "<W:Odd/>@", WEBSHOP_FIELD_WRONG, "WebShopRequest");
    expect("@", "text@", WEBSHOP_FIELD_WRONG, "WebShopRequest");
    expect("<W:ShopName>Shop</W:ShopName>", "<ShopName>Shop</ShopName>", WEBSHOP_FIELD_EMPTY,
           "ShopName");
    expect("<W:Merchant>", "<W:Merchant>text", WEBSHOP_FIELD_WRONG, "Merchant");
    expect("</W:Merchant>", "<W:MerchantID>1</W:MerchantID></W:Merchant>", WEBSHOP_FIELD_WRONG,
           "Merchant");
    expect("<W:Code>A1", "<W:Code>A1</W:Code><W:Code>A1", WEBSHOP_FIELD_WRONG, "Code");
    expect("<W:Code>A1</W:Code>", "", WEBSHOP_FIELD_EMPTY, "Code");
    expect("<W:Code>A1</W:Code>", "<W:Code>A1</W:Code><W:Size>1</W:Size>", WEBSHOP_FIELD_WRONG,
           "Items");
    expect("<W:Cart>", "<W:Cart><W:Odd/>", WEBSHOP_FIELD_WRONG, "Items");
    expect("</W:Cart>", "text</W:Cart>", WEBSHOP_FIELD_WRONG, "Cart");
    expect("<W:Cart>", "<W:Cart/><W:Cart>", WEBSHOP_FIELD_EMPTY, "Items");
    expect("<W:ShopName>", "<W:ShopName lang=\"ru\">", WEBSHOP_FIELD_WRONG, "ShopName");
    cr_expect_eq(with("<W:ShopName>", "<W:ShopName xsi:type=\"s\">"), WEBSHOP_SOUND);
    expect("xsi:schemaLocation", "schemaLocation", WEBSHOP_FIELD_WRONG, "WebShopRequest");
}

/* The digest is blind to comments, so that who carries the form could cut a value with one. */
Test(webshop_request, no_comment_cuts_a_value) {
    expect("5.00", "5<!-- -->00", WEBSHOP_FIELD_WRONG, "TotalCost");
    expect("5.00", "5.00<!-- -->", WEBSHOP_FIELD_WRONG, "TotalCost");
    expect("5.00", "5<![CDATA[0]]>", WEBSHOP_FIELD_WRONG, "TotalCost");
    expect("INV-1", "INV<!---->-1", WEBSHOP_FIELD_WRONG, "InvoiceNumber");
    cr_expect_eq(with("<W:TotalCost>", "<!--Optional:--><W:TotalCost>"), WEBSHOP_SOUND);
    cr_assert_eq(with("5.00", "<![CDATA[5.00]]>"), WEBSHOP_SOUND);
    cr_expect_eq(request.total, 500);
}

Test(webshop_request, documents) {
    static const char *const empty[] = {"", " \r\n", "\xEF\xBB\xBF", "\xEF\xBB\xBF \n"};
    for (int i = 0; i < 4; i++)
        cr_expect_eq(read_text(slice_text(empty[i])), WEBSHOP_EMPTY_DOCUMENT, "%d", i);
    expect("Shop<", "Salt & Co<", WEBSHOP_NOT_WELL_FORMED, "");
    expect("Shop<", "a < b<", WEBSHOP_NOT_WELL_FORMED, "");
    expect("Shop<", "&other;<", WEBSHOP_NOT_WELL_FORMED, "");
    expect("<W:WebShopRequest", "<!DOCTYPE W [<!ENTITY a \"b\">]><W:WebShopRequest",
           WEBSHOP_DOCTYPE, "");
    expect("Shop<", "<?php echo 1 ?><", WEBSHOP_DOCTYPE, "");
    cr_expect_eq(read_text(SLICE("<?xml version=\"1.0\" encoding=\"utf-16\"?><a/>")),
                 WEBSHOP_DOCTYPE);
    cr_expect_eq(read_text(SLICE("<a/>")), WEBSHOP_WRONG_ROOT);
    expect("/1.0.0/", "/1.0.1/", WEBSHOP_WRONG_ROOT, "");
    static char large[XML_BYTES_MAX + 8];
    memset(large, ' ', sizeof large);
    (void)snprintf(large, sizeof large, "<a/>");
    large[4] = ' ';
    cr_expect_eq(read_text((struct slice){large, sizeof large}), WEBSHOP_TOO_LARGE);
    cr_expect_eq(with("<W:WebShopRequest", "\xEF\xBB\xBF<?xml version='1.0' encoding='UTF-8' "
                                           "standalone='no'?>\n<W:WebShopRequest"),
                 WEBSHOP_SOUND);
}

Test(webshop_request, a_cart_has_its_bounds) {
    static char items[1 << 17], frame[1 << 17];
    static const struct {
        unsigned count;
        enum webshop_fault fault;
    } carts[] = {{WEBSHOP_ITEMS_MAX - 2, WEBSHOP_SOUND}, /* the frame has two */
                 {WEBSHOP_ITEMS_MAX - 1, WEBSHOP_FIELD_WRONG},
                 {400, WEBSHOP_TOO_LARGE}};
    for (size_t c = 0; c < sizeof carts / sizeof carts[0]; c++) {
        unsigned count = carts[c].count;
        items[0] = '\0';
        size_t size = 0;
        for (unsigned i = 0; i < count; i++)
            size += (size_t)snprintf(items + size, sizeof items - size,
                                     "<W:Items><W:Code/><W:Name/><W:Quantity>1</W:Quantity>"
                                     "<W:Cost>1</W:Cost></W:Items>");
        (void)snprintf(frame, sizeof frame, "<W:Cart>%s", items);
        enum webshop_fault fault = with("<W:Cart>", frame);
        cr_expect_eq(fault, carts[c].fault, "%u: %d %s", count, fault, field);
    }
}

Test(webshop_request, one_signature_last) {
    cr_expect_eq(read_text(slice_text(webshop_frame_with("@", ""))), WEBSHOP_SIGNATURE_MISSING);
    expect("<W:Merchant>", "<W:Merchant>@", WEBSHOP_SIGNATURE_MISSING, "");
    expect("@", "@<W:TotalCost>1</W:TotalCost>", WEBSHOP_SIGNATURE_SHAPE, "");
    cr_expect_eq(with("@", "@<!-- end -->\n"), WEBSHOP_SOUND);
    cr_expect_eq(with("@", "@<S:Signature xmlns:S=\"http://www.w3.org/2000/09/xmldsig#\"/>"),
                 WEBSHOP_SIGNATURE_SHAPE);
    cr_expect_eq(with("@", "<S:Signature xmlns:S=\"http://www.w3.org/2000/09/xmldsig#\"/>@"),
                 WEBSHOP_SIGNATURE_SHAPE);
    char text[1 << 13];
    struct slice whole = webshop_unsigned(webshop_frame);
    memcpy(text, whole.base, whole.size + 1);
    *strstr(text, "enveloped-signature") = 'E';
    cr_expect_eq(read_text(slice_text(text)), WEBSHOP_SIGNATURE_SHAPE);
}
