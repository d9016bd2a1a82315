/* The buyer's pages: well-formed, bounded, and with nothing on them but what a template and escaped
 * values make. They are written to the folder WEBSHOP_PAGES, if the environment names one, to be
 * looked at. */
#include <criterion/criterion.h>
#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>

#include "webshop_samples.h"

/* ---- Helpers ---- */

static xmlDoc *parse(const char *name, const struct buffer *page) {
    cr_assert(!page->failed && page->used > 0);
    cr_assert(page->used <= WEBSHOP_PAGE_MAX, "%s has %zu bytes", name, page->used);
    /* The pages are XML, too, which shows that each element and each value is closed. */
    xmlDoc *document = xmlReadMemory(page->base, (int)page->used, NULL, "UTF-8",
                                     XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    const xmlError *error = xmlGetLastError();
    cr_assert_not_null(document, "%s: line %d: %s", name, error == NULL ? 0 : error->line,
                       error == NULL ? "" : error->message);
    return document;
}

static xmlNode *next_node(xmlNode *node) { /* in the order of the document */
    if (node->children != NULL && node->type == XML_ELEMENT_NODE)
        return node->children;
    while (node != NULL && node->next == NULL)
        node = node->parent;
    return node == NULL ? NULL : node->next;
}

/* "html head meta charset= title ..." : all but the values. */
static void shape_of(xmlDoc *document, struct buffer *shape) {
    for (xmlNode *node = xmlDocGetRootElement(document); node != NULL; node = next_node(node)) {
        if (node->type != XML_ELEMENT_NODE)
            continue;
        buffer_format(shape, "%s ", (const char *)node->name);
        for (xmlAttr *attribute = node->properties; attribute != NULL; attribute = attribute->next)
            buffer_format(shape, "%s= ", (const char *)attribute->name);
    }
}

/* How often the value stands as a whole text or a whole attribute. */
static unsigned count_value(xmlDoc *document, const char *value) {
    unsigned count = 0;
    for (xmlNode *node = xmlDocGetRootElement(document); node != NULL; node = next_node(node)) {
        if (node->type == XML_TEXT_NODE)
            count += strcmp((const char *)node->content, value) == 0;
        if (node->type != XML_ELEMENT_NODE)
            continue;
        for (xmlAttr *attribute = node->properties; attribute != NULL;
             attribute = attribute->next) {
            xmlChar *text = xmlNodeListGetString(document, attribute->children, 1);
            count += text != NULL && strcmp((const char *)text, value) == 0;
            xmlFree(text);
        }
    }
    return count;
}

static unsigned count_elements(xmlDoc *document, const char *name) {
    unsigned count = 0;
    for (xmlNode *node = xmlDocGetRootElement(document); node != NULL; node = next_node(node))
        count += node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
    return count;
}

/* Where somebody wants to look at it. */
static void keep(const char *name, const struct buffer *text) {
    const char *folder = getenv("WEBSHOP_PAGES");
    char path[512];
    if (folder == NULL)
        return;
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file, "%s", path);
    cr_expect_eq(fwrite(text->base, 1, text->used, file), text->used);
    cr_expect_eq(fclose(file), 0);
}

static void check_pages(const struct sample_words *words, const char *suffix,
                        void (*check)(const char *name, enum webshop_language language,
                                      const struct buffer *page, xmlDoc *document)) {
    for (unsigned language = 0; language < WEBSHOP_LANGUAGES; language++) {
        char name[64];
        struct buffer page;
        buffer_init(&page, WEBSHOP_PAGE_MAX);
        for (unsigned i = 0; sample_page(i, words, (enum webshop_language)language, name, &page);
             i++) {
            if (suffix != NULL) {
                char file[128];
                snprintf(file, sizeof(file), "%s%s.%s.html", name, suffix,
                         sample_languages[language]);
                keep(file, &page);
            }
            xmlDoc *document = parse(name, &page);
            check(name, (enum webshop_language)language, &page, document);
            xmlFreeDoc(document);
            page.used = 0;
        }
        buffer_free(&page);
    }
}

/* ---- Cases ---- */

static void check_whole(const char *name, enum webshop_language language, const struct buffer *page,
                        xmlDoc *document) {
    xmlNode *root = xmlDocGetRootElement(document);
    xmlChar *lang = xmlGetProp(root, (const xmlChar *)"lang");
    cr_expect_str_eq((const char *)lang, sample_languages[language]);
    xmlFree(lang);
    cr_expect_eq(count_elements(document, "h1"), 1, "%s", name);
    cr_expect_eq(count_elements(document, "main"), 1, "%s", name);
    cr_expect_eq(count_elements(document, "title"), 1, "%s", name);
    cr_expect_null(memmem(page->base, page->used, "{{", 2), "%s", name);
    bool waits = strcmp(name, "result-waiting") == 0 || strcmp(name, "result-unknown") == 0;
    cr_expect_eq(count_elements(document, "script"), waits, "%s", name);
    cr_expect_eq(count_elements(document, "noscript"), waits, "%s", name);
}

Test(webshop_pages, every_page_is_well_formed_in_every_language) {
    check_pages(&sample_plain, "", check_whole);
    check_pages(&sample_long, "-long", check_whole);
}

#define HOSTILE "\"'></bdi></a><script>alert(1)</script><!--&amp;&#0;{{state}}"
static const struct sample_words hostile = {
    .shop = HOSTILE "shop",
    .invoice = HOSTILE "invoice",
    .merchant = HOSTILE "merchant",
    .code = HOSTILE "code",
    .item = HOSTILE "item",
    .description = HOSTILE "description",
    .login = HOSTILE "login",
    .request = HOSTILE "request",
    .state = HOSTILE "state",
    .link = "https://shop.example/" HOSTILE "link",
    .self = "/mfs/checkout/watch?c=" HOSTILE "self",
    .field = HOSTILE "field",
    .items = 2,
};

static void check_hostile(const char *name, enum webshop_language language,
                          const struct buffer *page, xmlDoc *document) {
    bool form = strncmp(name, "login", 5) == 0 || strncmp(name, "confirm", 7) == 0;
    (void)language, (void)page;
    if (form) {
        cr_expect_geq(count_value(document, hostile.shop), 1, "%s", name);
        cr_expect_eq(count_value(document, hostile.invoice), 1, "%s", name);
        cr_expect_eq(count_value(document, hostile.merchant), 1, "%s", name);
        cr_expect_eq(count_value(document, hostile.item), 2, "%s", name);
        cr_expect_eq(count_value(document, hostile.code), 2, "%s", name);
        cr_expect_eq(count_value(document, hostile.description), 1, "%s", name);
        cr_expect_eq(count_value(document, hostile.request), 1, "%s", name);
        cr_expect_eq(count_value(document, hostile.state), 1, "%s", name);
        cr_expect_eq(count_value(document, hostile.login), strcmp(name, "login-first") != 0, "%s",
                     name);
    } else if (strncmp(name, "result", 6) == 0) {
        cr_expect_eq(count_value(document, hostile.shop), 1, "%s", name);
        cr_expect_eq(count_value(document, hostile.invoice), 1, "%s", name);
        cr_expect_eq(count_value(document, hostile.link), 1, "%s", name);
    }
    if (strcmp(name, "error-field-wrong") == 0)
        cr_expect_eq(count_value(document, hostile.field), 1);
}

Test(webshop_pages, a_value_is_text_wherever_it_stands) {
    check_pages(&hostile, NULL, check_hostile);
}

Test(webshop_pages, a_value_changes_nothing_but_itself) {
    char name[64];
    struct buffer page, plain, bad;
    buffer_init(&page, WEBSHOP_PAGE_MAX);
    buffer_init(&plain, 65536);
    buffer_init(&bad, 65536);
    for (unsigned i = 0; sample_page(i, &sample_plain, WEBSHOP_EN, name, &page); i++) {
        xmlDoc *document = parse(name, &page);
        shape_of(document, &plain);
        xmlFreeDoc(document);
        page.used = 0;
        sample_page(i, &hostile, WEBSHOP_EN, name, &page);
        document = parse(name, &page);
        shape_of(document, &bad);
        xmlFreeDoc(document);
        cr_expect(!plain.failed && plain.used > 100 && plain.used == bad.used &&
                      memcmp(plain.base, bad.base, bad.used) == 0,
                  "%s", name);
        page.used = plain.used = bad.used = 0;
    }
    buffer_free(&page);
    buffer_free(&plain);
    buffer_free(&bad);
}

static void check_no_link(const char *name, enum webshop_language language,
                          const struct buffer *page, xmlDoc *document) {
    (void)language, (void)document;
    cr_expect_null(memmem(page->base, page->used, "evil", 4), "%s", name);
}

Test(webshop_pages, only_http_and_https_become_links) {
    static const char *const links[] = {
        "javascript:evil(1)",
        "JavaScript:evil(1)//",
        "data:text/html,evil",
        " javascript:evil(1)",
        "vbscript:evil(1)",
        "//evil.example/",
        "http:evil",
        "https:/evil.example",
        "httpsx://evil.example/",
        "evil",
        "java\tscript:evil(1)",
    };
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
        struct sample_words words = sample_plain;
        words.link = links[i];
        check_pages(&words, NULL, check_no_link);
    }
    struct sample_words words = sample_plain;
    char name[64];
    struct buffer page;
    buffer_init(&page, WEBSHOP_PAGE_MAX);
    words.link = "HTTPS://shop.example/";
    sample_page(0, &words, WEBSHOP_RU, name, &page);
    xmlDoc *document = parse(name, &page);
    cr_expect_eq(count_value(document, words.link), 1);
    xmlFreeDoc(document);
    buffer_free(&page);
}

/* A request of 64 KiB at most is 87,384 bytes of base64, and all of its text may be escaped. */
Test(webshop_pages, the_page_of_the_largest_request_fits) {
    enum { ITEM_BYTES = XML_BYTES_MAX / WEBSHOP_ITEMS_MAX };
    static char quotes[ITEM_BYTES], base64[(XML_BYTES_MAX + 2) / 3 * 4];
    static struct webshop_request request;
    memset(quotes, '"', sizeof(quotes));
    memset(base64, 'A', sizeof(base64));
    request.shop_name = (struct slice){quotes, WEBSHOP_NAME_MAX};
    request.invoice = (struct slice){quotes, LEDGER_REFERENCE_MAX};
    request.total = LEDGER_AMOUNT_MAX;
    request.item_count = WEBSHOP_ITEMS_MAX;
    for (uint32_t i = 0; i < WEBSHOP_ITEMS_MAX; i++)
        request.items[i] = (struct webshop_item){
            .name = {quotes, ITEM_BYTES - 2},
            .code = {quotes, 1},
            .description = {quotes, 1},
            .quantity = "12345678901234567890.12",
            .cost = LEDGER_AMOUNT_MAX,
        };
    const struct page_confirm confirm = {
        .form = {{base64, sizeof(base64)}, {base64, 1024}},
        .order = {.request = &request, .fee = LEDGER_AMOUNT_MAX},
        .buyer = SLICE("77072734954"),
        .balance_known = true,
        .balance = INT64_MAX,
    };
    const struct page_login login = {.form = confirm.form, .order = confirm.order};
    for (unsigned language = 0; language < WEBSHOP_LANGUAGES; language++) {
        struct buffer page;
        buffer_init(&page, WEBSHOP_PAGE_MAX);
        page_confirm((enum webshop_language)language, &confirm, &page);
        cr_expect(!page.failed);
        cr_expect_gt(page.used, XML_BYTES_MAX * 5);
        page.used = 0;
        page_login((enum webshop_language)language, &login, &page);
        cr_expect(!page.failed);
        buffer_free(&page);
    }
}

Test(webshop_pages, headers_name_the_links_schemes_and_nothing_else_of_theirs) {
    static const struct {
        const char *link, *in_policy;
    } cases[] = {
        {"", "form-action 'self'\r\n"},
        {"http://127.0.0.1:8080/demo", "form-action 'self' http:\r\n"},
        {"https://shop.example/done?a=1", "form-action 'self' https:\r\n"},
        {"HTTPS://Shop.Example", "form-action 'self' https:\r\n"},
        {"javascript:alert(1)", "form-action 'self'\r\n"},
        {"https://a.example;script-src *", "form-action 'self' https:\r\n"},
        {"https://a.example\r\nSet-Cookie: a", "form-action 'self' https:\r\n"},
        {"https://[::1]/", "form-action 'self' https:\r\n"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buffer headers;
        buffer_init(&headers, 4096);
        page_headers(slice_text(cases[i].link), SLICE(""), &headers);
        if (i == 1)
            keep("headers", &headers);
        buffer_append(&headers, "", 1);
        cr_assert(!headers.failed);
        cr_expect_not_null(strstr(headers.base, cases[i].in_policy), "%s: %s", cases[i].link,
                           headers.base);
        cr_expect_null(strstr(headers.base, "Set-Cookie"));
        cr_expect_null(strstr(headers.base, "example"));
        cr_expect_not_null(strstr(headers.base, "default-src 'none'; style-src 'sha256-"));
        cr_expect_not_null(strstr(headers.base, "frame-ancestors 'none'"));
        cr_expect_null(strstr(headers.base, "unsafe"));
        buffer_free(&headers);
    }
}
