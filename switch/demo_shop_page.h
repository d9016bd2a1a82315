/* demo_shop_page.h - what the demo's shop shows: a cart with a pay button, and what became of the
 * order. It is a shop like any other: its button posts a signed request to the checkout, and what
 * it knows of the payment is what the node has told it. Pure; any thread. */
#ifndef SWITCH_DEMO_SHOP_PAGE_H
#define SWITCH_DEMO_SHOP_PAGE_H

#include "protocols/webshop/webshop.h"

#define DEMO_SHOP_PATH "/demo/shop" /* "?lang=kk" makes it Kazakh */
#define DEMO_SHOP_PAGE_MAX (64u << 10)

enum demo_shop_state {
    DEMO_SHOP_CART,
    DEMO_SHOP_WAITING,  /* the buyer is back, and the shop has not been told: looks again by itself
                         */
    DEMO_SHOP_PAID,     /* told SUCCESS */
    DEMO_SHOP_DECLINED, /* told anything else */
    DEMO_SHOP_STATES
};

struct demo_shop_page {
    enum demo_shop_state state;
    struct slice shop_name, invoice;
    const struct webshop_item *items;
    uint32_t item_count;
    uint64_t total;
    struct slice request;         /* of the cart: the signed request, base64                  */
    struct slice login, password; /* of the cart: the demo's buyer                            */
    struct slice self; /* path of this page, ending in '?' or '&': "lang=kk" is added to it  */
};
/* Appends a whole HTML document. */
void demo_shop_page(enum webshop_language language, const struct demo_shop_page *page,
                    struct buffer *out);
/* The header lines of the page, each with \r\n. */
void demo_shop_headers(struct buffer *out);

/* The template, embedded by the build, and what its policy allows. */
extern const struct slice demo_shop;
extern const char demo_policy[];

#endif
