/* page.h - what the buyer's pages, and the one of the demo's shop, have in common. Any thread. */
#ifndef PROTOCOLS_WEBSHOP_PAGE_H
#define PROTOCOLS_WEBSHOP_PAGE_H

#include "protocols/webshop/texts.h"

/* A page in this language, with the values lang, title, shop and those of the languages. */
void page_start(struct html_page *page, enum webshop_language language, struct slice title,
                struct slice shop);

static inline struct slice page_text(const struct html_page *page, enum webshop_text text) {
    return slice_text(webshop_text(text, page->language));
}

/* The link when it is one of http or https, else "": no other becomes an href. */
struct slice page_link(struct slice link);

#endif
