/* html.h - pages for people: a template with its values filled in. Every value and every text goes
 * through html_escape; a template has no way round it. Pure; any thread.
 *
 * In a template stands
 *   {{name}}               the value of this name
 *   {{=NAME}}              the text of this name in the page's language
 *   {{?name}}...{{/name}}  what is there only when the value is not empty
 *   {{^name}}...{{/name}}  what is there only when it is empty
 *   {{#name}}...{{/name}}  what is there once a row; not within another such
 * A name that nobody set is a mistake of ours, not an empty value. */
#ifndef PROTOCOLS_WEBSHOP_HTML_H
#define PROTOCOLS_WEBSHOP_HTML_H

#include "protocols/webshop/webshop.h"

/* Appends text so that it is text in HTML, and in an attribute's value between double or single
 * quotes: & < > " ' are escaped; a tab or a line's end is a blank; other control characters, those
 * that turn the direction of writing, and what is not UTF-8 become U+FFFD. */
void html_escape(struct buffer *out, struct slice text);

/* An amount as people read it: "12 500,00 ₸", the blanks no-break ones. Returns text. */
#define HTML_AMOUNT_MAX 64 /* bytes with NUL */
const char *html_amount(uint64_t tiyn, char text[HTML_AMOUNT_MAX]);
const char *html_amount_signed(int64_t tiyn, char text[HTML_AMOUNT_MAX]);

struct html_text {
    const char *name, *in[WEBSHOP_LANGUAGES];
};

#define HTML_VALUES_MAX 40
struct html_page {
    enum webshop_language language;
    const struct html_text *texts;
    uint32_t text_count;
    uint32_t rows; /* 0..: for each of them row is called, which sets the row's values */
    void (*row)(struct html_page *page, uint32_t index);
    void *source; /* the row function's */
    /* html_set's: */
    struct {
        const char *name;
        struct slice text;
    } values[HTML_VALUES_MAX];
    uint32_t value_count;
};

/* Sets a value, or sets it anew. name: static; text: borrowed until the page is rendered. */
void html_set(struct html_page *page, const char *name, struct slice text);
/* A value for {{?name}} only: not empty when it is on. */
void html_flag(struct html_page *page, const char *name, bool on);

/* Appends the template, filled in. template: one of ours, and so without mistakes. */
void html_render(struct html_page *page, struct slice template, struct buffer *out);

#endif
