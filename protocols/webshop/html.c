#include "protocols/webshop/html.h"

#include "protocols/common/assert.h"
#include "protocols/common/money.h"
#include "protocols/common/utf8.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */
#define NO_BREAK "\xc2\xa0"        /* U+00A0 */

/* ---- Values ---- */

/* What stands for the character; NULL: itself. */
static const char *replacement(uint32_t code) {
    switch (code) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&#34;";
    case '\'':
        return "&#39;";
    case '\t':
    case '\n':
    case '\r':
        return " ";
    default:
        break;
    }
    bool control = code < ' ' || (code >= 0x7f && code < 0xa0);
    /* Line ends, embeddings and isolates: an amount behind one of them would be shown backwards. */
    bool turning = (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
    bool nothing = (code & 0xfffe) == 0xfffe || (code >= 0xfdd0 && code <= 0xfdef);
    return control || turning || nothing ? REPLACEMENT : NULL;
}

static bool plain(char byte) { /* most are */
    return byte >= ' ' && byte < 0x7f && byte != '&' && byte != '<' && byte != '>' && byte != '"' &&
           byte != '\'';
}

void html_escape(struct buffer *out, struct slice text) {
    size_t done = 0, at = 0;
    while (at < text.size) {
        if (plain(text.base[at])) {
            at++;
            continue;
        }
        uint32_t code;
        size_t size = utf8_read(slice_after(text, at), &code);
        const char *instead = size == 0 ? REPLACEMENT : replacement(code);
        if (size == 0)
            size = 1;
        if (instead != NULL) {
            buffer_append(out, text.base + done, at - done);
            buffer_text(out, instead);
            done = at + size;
        }
        at += size;
    }
    if (done < text.size)
        buffer_append(out, text.base + done, text.size - done);
}

static size_t put(char *text, size_t used, struct slice part) {
    ASSERT(part.size < HTML_AMOUNT_MAX - used);
    memcpy(text + used, part.base, part.size);
    return used + part.size;
}

static const char *amount(struct slice digits, char text[HTML_AMOUNT_MAX]) {
    struct slice tiyn = digits, whole = slice_cut(&tiyn, '.');
    size_t used = 0;
    if (slice_starts(whole, SLICE("-"))) { /* a minus as wide as a digit */
        used = put(text, used, SLICE("\xe2\x88\x92"));
        whole = slice_after(whole, 1);
    }
    while (whole.size > 0) {
        size_t group = (whole.size - 1) % 3 + 1;
        used = put(text, used, (struct slice){whole.base, group});
        whole = slice_after(whole, group);
        if (whole.size > 0)
            used = put(text, used, SLICE(NO_BREAK));
    }
    used = put(text, used, SLICE(","));
    used = put(text, used, tiyn);
    used = put(text, used, SLICE(NO_BREAK "\xe2\x82\xb8"));
    text[used] = '\0';
    return text;
}

const char *html_amount(uint64_t tiyn, char text[HTML_AMOUNT_MAX]) {
    char digits[MONEY_TEXT];
    return amount(slice_text(money_text(tiyn, digits)), text);
}

const char *html_amount_signed(int64_t tiyn, char text[HTML_AMOUNT_MAX]) {
    char digits[MONEY_TEXT];
    return amount(slice_text(money_text_signed(tiyn, digits)), text);
}

void html_set(struct html_page *page, const char *name, struct slice text) {
    uint32_t i = 0;
    while (i < page->value_count && strcmp(page->values[i].name, name) != 0)
        i++;
    if (i == page->value_count) {
        ASSERT(i < HTML_VALUES_MAX);
        page->values[page->value_count++].name = name;
    }
    page->values[i].text = text;
}

void html_flag(struct html_page *page, const char *name, bool on) {
    html_set(page, name, on ? SLICE("1") : SLICE(""));
}

/* ---- Templates ---- */

static bool named(const char *name, struct slice other) {
    return strncmp(name, other.base, other.size) == 0 && name[other.size] == '\0';
}

static struct slice value_of(const struct html_page *page, struct slice name) {
    uint32_t i = 0;
    while (i < page->value_count && !named(page->values[i].name, name))
        i++;
    ASSERT(i < page->value_count);
    return page->values[i].text;
}

static struct slice text_of(const struct html_page *page, struct slice name) {
    uint32_t i = 0;
    while (i < page->text_count && !named(page->texts[i].name, name))
        i++;
    ASSERT(i < page->text_count);
    return slice_text(page->texts[i].in[page->language]);
}

/* Where `text` stands in the template from `at` on; its size: nowhere. */
static size_t find(struct slice template, size_t at, const char *text, size_t size) {
    const char *place = memmem(template.base + at, template.size - at, text, size);
    return place == NULL ? template.size : (size_t)(place - template.base);
}

/* The next tag's "{{", as find; a style has single braces. */
static size_t find_tag(struct slice template, size_t at) {
    const char *end = template.base + template.size, *place = template.base + at;
    while ((place = memchr(place, '{', (size_t)(end - place))) != NULL) {
        if (place + 1 < end && place[1] == '{')
            return (size_t)(place - template.base);
        place++;
    }
    return template.size;
}

/* Behind the end of the section `name` that `at` is in. */
static size_t section_end(struct slice template, size_t at, struct slice name) {
    while ((at = find(template, at, "{{/", 3)) < template.size) {
        struct slice rest = slice_after(template, at + 3);
        at += 3;
        if (slice_starts(rest, name) && slice_starts(slice_after(rest, name.size), SLICE("}}")))
            return at + name.size + 2;
    }
    ASSERT(false);
    return at;
}

struct rows {
    size_t start; /* of the section's inside */
    uint32_t next;
    struct slice name; /* of the section; empty: in none */
};

/* To the inside of the rows' section for the next row, or behind its end. */
static size_t next_row(struct html_page *page, struct slice template, struct rows *rows) {
    if (rows->next < page->rows) {
        page->row(page, rows->next++);
        return rows->start;
    }
    struct slice name = rows->name;
    rows->name = (struct slice){NULL, 0};
    return section_end(template, rows->start, name);
}

void html_render(struct html_page *page, struct slice template, struct buffer *out) {
    struct rows rows = {.start = 0};
    size_t at = 0, tag;
    while ((tag = find_tag(template, at)) < template.size) {
        buffer_append(out, template.base + at, tag - at);
        size_t end = find(template, tag, "}}", 2);
        ASSERT(end < template.size && end > tag + 3);
        struct slice name = {template.base + tag + 3, end - tag - 3};
        at = end + 2;
        switch (template.base[tag + 2]) {
        case '=':
            html_escape(out, text_of(page, name));
            break;
        case '?':
            if (value_of(page, name).size == 0)
                at = section_end(template, at, name);
            break;
        case '^':
            if (value_of(page, name).size != 0)
                at = section_end(template, at, name);
            break;
        case '#':
            ASSERT(rows.name.size == 0);
            rows = (struct rows){.start = at, .name = name};
            at = next_row(page, template, &rows);
            break;
        case '/':
            if (rows.name.size != 0 && slice_equal(rows.name, name))
                at = next_row(page, template, &rows);
            break;
        default:
            name = (struct slice){template.base + tag + 2, end - tag - 2};
            html_escape(out, value_of(page, name));
            break;
        }
    }
    buffer_append(out, template.base + at, template.size - at);
}
