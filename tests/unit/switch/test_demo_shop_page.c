/* The page of the demo's shop: well-formed in each state and language. With WEBSHOP_PAGES in the
 * environment they are written there, beside the checkout's. */
#include <criterion/criterion.h>
#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>

#include "switch/demo_shop_page.h"

static const struct webshop_item items[] = {
    {.name = {"Кофе в зёрнах, 250 г", 32}, .quantity = "2", .cost = 450000},
    {.name = {"<b>&", 4}, .description = {"\"'", 2}, .quantity = "1", .cost = 350000},
};

static void keep(const char *state, unsigned language, const struct buffer *page) {
    static const char *const languages[WEBSHOP_LANGUAGES] = {"ru", "kk", "en"};
    const char *folder = getenv("WEBSHOP_PAGES");
    char path[512];
    if (folder == NULL)
        return;
    snprintf(path, sizeof(path), "%s/shop-%s.%s.html", folder, state, languages[language]);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file, "%s", path);
    cr_expect_eq(fwrite(page->base, 1, page->used, file), page->used);
    cr_expect_eq(fclose(file), 0);
}

Test(demo_shop_page, every_state_is_well_formed_in_every_language) {
    static const char *const states[DEMO_SHOP_STATES] = {"cart", "waiting", "paid", "declined"};
    for (unsigned i = 0; i < DEMO_SHOP_STATES * WEBSHOP_LANGUAGES; i++) {
        struct demo_shop_page page = {
            .state = (enum demo_shop_state)(i % DEMO_SHOP_STATES),
            .shop_name = SLICE("Кофейня «Арай»"),
            .invoice = SLICE("demo-417"),
            .items = items,
            .item_count = 2,
            .total = 1250000,
            .request = SLICE("PD94bWw="),
            .login = SLICE("77072734954"),
            .password = SLICE("a-password"),
            .self = SLICE(DEMO_SHOP_PATH "?invoice=demo-417&"),
        };
        struct buffer out;
        buffer_init(&out, DEMO_SHOP_PAGE_MAX);
        demo_shop_page((enum webshop_language)(i / DEMO_SHOP_STATES), &page, &out);
        cr_assert(!out.failed);
        xmlDoc *document = xmlReadMemory(out.base, (int)out.used, NULL, "UTF-8", XML_PARSE_NOERROR);
        cr_assert_not_null(document, "%s", states[page.state]);
        xmlFreeDoc(document);
        cr_expect_null(memmem(out.base, out.used, "{{", 2));
        cr_expect_null(memmem(out.base, out.used, "<b>", 3));
        cr_expect_eq(memmem(out.base, out.used, "webshopRequest", 14) != NULL,
                     page.state == DEMO_SHOP_CART);
        cr_expect_eq(memmem(out.base, out.used, "a-password", 10) != NULL,
                     page.state == DEMO_SHOP_CART);
        keep(states[page.state], i / DEMO_SHOP_STATES, &out);
        buffer_free(&out);
    }
}

Test(demo_shop_page, its_policy_is_as_strict_as_the_checkouts) {
    struct buffer out;
    buffer_init(&out, 4096);
    demo_shop_headers(&out);
    buffer_append(&out, "", 1);
    cr_assert(!out.failed);
    cr_expect_not_null(strstr(out.base, "default-src 'none'; style-src 'sha256-"));
    cr_expect_null(strstr(out.base, "unsafe"));
    buffer_free(&out);
}
