/* page_result.c - the pages without a form: what became of a payment, and what is wrong. */
#include <stdio.h>

#include "protocols/common/assert.h"
#include "protocols/webshop/page.h"
#include "protocols/webshop/pages/pages.h"

/* ---- Results ---- */

enum sign { SIGN_GOOD, SIGN_HELD, SIGN_BAD };

static const struct {
    enum webshop_text title, text;
    enum sign sign;
} results[RESULTS] = {
    [RESULT_WAITING] = {TEXT_WAITING_TITLE, TEXT_WAITING, SIGN_HELD},
    [RESULT_PAID] = {TEXT_PAID_TITLE, TEXT_PAID, SIGN_GOOD},
    [RESULT_RESERVED] = {TEXT_RESERVED_TITLE, TEXT_RESERVED, SIGN_HELD},
    [RESULT_CANCELED] = {TEXT_CANCELED_TITLE, TEXT_CANCELED, SIGN_BAD},
    [RESULT_SHORT] = {TEXT_SHORT_TITLE, TEXT_SHORT, SIGN_BAD},
    [RESULT_TIMEOUT] = {TEXT_TIMEOUT_TITLE, TEXT_TIMEOUT, SIGN_BAD},
    [RESULT_REFUSED] = {TEXT_REFUSED_TITLE, TEXT_REFUSED, SIGN_BAD},
    [RESULT_ALREADY] = {TEXT_ALREADY_TITLE, TEXT_ALREADY, SIGN_GOOD},
    [RESULT_UNKNOWN] = {TEXT_UNKNOWN_TITLE, TEXT_UNKNOWN, SIGN_HELD},
};

static struct slice amount_or_none(uint64_t amount, char text[HTML_AMOUNT_MAX]) {
    return amount == 0 ? SLICE("") : slice_text(html_amount(amount, text));
}

void page_result(enum webshop_language language, const struct page_result *page,
                 struct buffer *out) {
    ASSERT(page->kind < RESULTS);
    struct html_page html;
    char amount[HTML_AMOUNT_MAX], fee[HTML_AMOUNT_MAX], transaction[24] = "";
    enum webshop_text title = results[page->kind].title;
    enum sign sign = results[page->kind].sign;
    bool open = page->kind == RESULT_WAITING || page->kind == RESULT_UNKNOWN;
    bool waiting = open && page->self.size > 0;
    if (page->transaction != 0)
        snprintf(transaction, sizeof(transaction), "%llu", (unsigned long long)page->transaction);

    page_start(&html, language, slice_text(webshop_text(title, language)), page->shop_name);
    html_set(&html, "text", page_text(&html, results[page->kind].text));
    html_flag(&html, "waiting", waiting);
    html_flag(&html, "good", sign == SIGN_GOOD);
    html_flag(&html, "held", sign == SIGN_HELD && !waiting);
    html_flag(&html, "bad", sign == SIGN_BAD);
    html_set(&html, "invoice", page->invoice);
    html_set(&html, "amount", amount_or_none(page->amount, amount));
    html_set(&html, "fee", amount_or_none(page->fee, fee));
    html_set(&html, "transaction", slice_text(transaction));
    html_flag(&html, "facts",
              page->shop_name.size > 0 || page->invoice.size > 0 || page->amount > 0 ||
                  page->transaction != 0);
    html_set(&html, "link", page_link(page->link));
    html_set(&html, "self", page->self);
    html_render(&html, pages_result, out);
}

/* ---- Errors ---- */

static const enum webshop_text fault_texts[WEBSHOP_FAULTS] = {
#define X(name, status) [WEBSHOP_##name] = TEXT_FAULT_##name,
    WEBSHOP_FAULT_MAP(X)
#undef X
};

void page_error(enum webshop_language language, enum webshop_fault fault, const char *field,
                struct buffer *out) {
    ASSERT(fault < WEBSHOP_FAULTS);
    struct html_page html;
    enum webshop_text title = TEXT_WRONG_TITLE, text = TEXT_WRONG;
    if (fault == WEBSHOP_SOUND)
        title = TEXT_STALE_TITLE, text = TEXT_STALE;
    else if (fault == WEBSHOP_BUSY)
        title = TEXT_BUSY_TITLE, text = TEXT_BUSY;
    page_start(&html, language, slice_text(webshop_text(title, language)), SLICE(""));
    html_set(&html, "text", page_text(&html, text));
    html_set(&html, "fault", SLICE(""));
    if (fault != WEBSHOP_SOUND)
        html_set(&html, "fault", page_text(&html, fault_texts[fault]));
    html_set(&html, "code", slice_text(webshop_fault_code(fault)));
    html_set(&html, "field", slice_text(field == NULL ? "" : field));
    html_render(&html, pages_error, out);
}
