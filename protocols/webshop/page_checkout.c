/* page_checkout.c - the pages with a form: the login, and the confirmation. */
#include "protocols/common/assert.h"
#include "protocols/webshop/page.h"
#include "protocols/webshop/pages/pages.h"

/* A page with an order on it, and what its values borrow. */
struct checkout {
    struct html_page page;
    const struct page_order *order;
    uint64_t due; /* total and fee */
    char total_text[HTML_AMOUNT_MAX], fee_text[HTML_AMOUNT_MAX], due_text[HTML_AMOUNT_MAX];
    char cost_text[HTML_AMOUNT_MAX];
    char quantity_text[WEBSHOP_QUANTITY_MAX];
};

/* "1.5" -> "1,5", as the amounts beside it are written. */
static const char *quantity_shown(const char *quantity, char text[WEBSHOP_QUANTITY_MAX]) {
    size_t i = 0;
    for (; i < WEBSHOP_QUANTITY_MAX - 1 && quantity[i] != '\0'; i++)
        text[i] = (char)(quantity[i] == '.' ? ',' : quantity[i]);
    text[i] = '\0';
    return text;
}

static void item_row(struct html_page *page, uint32_t index) {
    struct checkout *checkout = page->source;
    const struct webshop_item *item = &checkout->order->request->items[index];
    html_set(page, "name", item->name);
    html_set(page, "description", item->description);
    html_set(page, "code", item->code);
    html_set(page, "quantity", slice_text(quantity_shown(item->quantity, checkout->quantity_text)));
    html_set(page, "cost", slice_text(html_amount(item->cost, checkout->cost_text)));
}

static void start(struct checkout *checkout, enum webshop_language language,
                  const struct page_form *form, const struct page_order *order,
                  enum webshop_text title) {
    const struct webshop_request *request = order->request;
    struct html_page *page = &checkout->page;
    struct slice merchant = slice_text(order->merchant_name == NULL ? "" : order->merchant_name);
    checkout->order = order;
    bool over = __builtin_add_overflow(request->total, order->fee, &checkout->due);
    ASSERT(!over);
    ASSERT(request->item_count <= WEBSHOP_ITEMS_MAX);

    page_start(page, language, slice_text(webshop_text(title, language)), request->shop_name);
    page->source = checkout;
    page->row = item_row;
    page->rows = request->item_count;
    html_set(page, "request", form->request);
    html_set(page, "state", form->state);
    html_set(page, "invoice", request->invoice);
    if (slice_equal(merchant, request->shop_name)) /* said once */
        merchant = SLICE("");
    html_set(page, "merchant", merchant);
    html_flag(page, "cart", request->item_count > 0);
    html_set(page, "total", slice_text(html_amount(request->total, checkout->total_text)));
    html_set(page, "fee", slice_text(html_amount(order->fee, checkout->fee_text)));
    if (order->fee == 0)
        html_set(page, "fee", SLICE(""));
    html_set(page, "due", slice_text(html_amount(checkout->due, checkout->due_text)));
}

/* ---- Login ---- */

/* The text with its '#' replaced by the number. */
static struct slice with_number(struct slice text, uint32_t number, struct buffer *memory) {
    struct slice before = slice_cut(&text, '#');
    buffer_format(memory, "%.*s%u%.*s", (int)before.size, before.base, number, (int)text.size,
                  text.base);
    return (struct slice){memory->base, memory->failed ? 0 : memory->used};
}

static struct slice login_error(const struct html_page *page, const struct page_login *login,
                                struct buffer *memory) {
    switch (login->error) {
    case LOGIN_WRONG:
        return page_text(page, TEXT_LOGIN_WRONG);
    case LOGIN_SLOWLY:
        if (login->wait_s < 100)
            return with_number(page_text(page, TEXT_LOGIN_SLOWLY), login->wait_s, memory);
        return with_number(page_text(page, TEXT_LOGIN_SLOWLY_MINUTES), (login->wait_s + 59) / 60,
                           memory);
    case LOGIN_EXPIRED:
        return page_text(page, TEXT_LOGIN_EXPIRED);
    case LOGIN_BUSY:
        return page_text(page, TEXT_LOGIN_BUSY);
    case LOGIN_BARRED:
        return page_text(page, TEXT_LOGIN_BARRED);
    case LOGIN_UNKNOWN:
        return page_text(page, TEXT_LOGIN_UNKNOWN);
    case LOGIN_FIRST:
    case LOGIN_ERRORS:
        break;
    }
    return SLICE("");
}

void page_login(enum webshop_language language, const struct page_login *page, struct buffer *out) {
    struct checkout checkout;
    struct buffer memory;
    buffer_init(&memory, 512);
    start(&checkout, language, &page->form, &page->order, TEXT_LOGIN_TITLE);
    html_set(&checkout.page, "show", SLICE(WEBSHOP_REQUEST_PATH));
    html_set(&checkout.page, "login", page->login);
    html_set(&checkout.page, "error", login_error(&checkout.page, page, &memory));
    html_flag(&checkout.page, "wrong", page->error == LOGIN_WRONG);
    html_set(&checkout.page, "back", page_link(page->order.request->failure_link));
    html_render(&checkout.page, pages_login, out);
    buffer_free(&memory);
}

/* ---- Confirmation ---- */

static const enum webshop_text refusal_texts[REFUSALS] = {
#define X(name) [REFUSAL_##name] = TEXT_REFUSAL_##name,
    PAGE_REFUSAL_MAP(X)
#undef X
};

enum page_refusal page_refusal_of(enum ledger_status status) {
    static const enum page_refusal refusals[LEDGER_STATUS_COUNT] = {
        [LEDGER_FUNDS] = REFUSAL_SHORT,
        [LEDGER_BUSY] = REFUSAL_BUSY,
        [LEDGER_DEBIT_NOT_FOUND] = REFUSAL_WALLET_CLOSED,
        [LEDGER_DEBIT_CLOSED] = REFUSAL_WALLET_CLOSED,
        [LEDGER_DEBIT_FROZEN] = REFUSAL_WALLET_CLOSED,
        [LEDGER_OVER_DAY_LIMIT] = REFUSAL_OVER_DAY,
        [LEDGER_OVER_MONTH_LIMIT] = REFUSAL_OVER_MONTH,
        [LEDGER_CREDIT_NOT_FOUND] = REFUSAL_SHOP_CANNOT,
        [LEDGER_CREDIT_CLOSED] = REFUSAL_SHOP_CANNOT,
        [LEDGER_CREDIT_FROZEN] = REFUSAL_SHOP_CANNOT,
        [LEDGER_CURRENCY_MISMATCH] = REFUSAL_SHOP_CANNOT,
        [LEDGER_OVER_CEILING] = REFUSAL_SHOP_CANNOT,
        [LEDGER_OVER_TOTAL] = REFUSAL_SHOP_CANNOT,
    };
    ASSERT(status < LEDGER_STATUS_COUNT);
    if (status == LEDGER_DONE || status == LEDGER_REPLAYED)
        return REFUSAL_NONE;
    return refusals[status] == REFUSAL_NONE ? REFUSAL_INTERNAL : refusals[status];
}

/* What the button under the order does: pays, asks for a payment that may be there already, or
 * looks again. */
static void set_button(struct html_page *page, enum page_refusal refusal) {
    bool pays = refusal == REFUSAL_NONE || refusal == REFUSAL_BUSY;
    html_flag(page, "pay", pays);
    html_flag(page, "again", refusal == REFUSAL_UNKNOWN);
    html_flag(page, "look", !pays && refusal != REFUSAL_UNKNOWN);
}

void page_confirm(enum webshop_language language, const struct page_confirm *page,
                  struct buffer *out) {
    struct checkout checkout;
    char balance[HTML_AMOUNT_MAX], difference[HTML_AMOUNT_MAX];
    int64_t after;
    start(&checkout, language, &page->form, &page->order, TEXT_CONFIRM_TITLE);
    struct html_page *html = &checkout.page;
    bool over = __builtin_sub_overflow(page->balance, checkout.due, &after);
    ASSERT(!over);
    /* After an outcome that is not known the balance may be that of before or of after it. */
    bool known = page->balance_known && page->refusal != REFUSAL_UNKNOWN;
    uint64_t distance = after < 0 ? 0 - (uint64_t)after : (uint64_t)after;
    struct slice shown = slice_text(html_amount(distance, difference));
    html_set(html, "show", SLICE(WEBSHOP_CONFIRM_PATH));
    html_set(html, "buyer", page->buyer);
    html_set(html, "balance",
             known ? slice_text(html_amount_signed(page->balance, balance)) : SLICE(""));
    html_set(html, "after", known && after >= 0 ? shown : SLICE(""));
    html_set(html, "missing", known && after < 0 ? shown : SLICE(""));
    html_set(html, "refusal", SLICE(""));
    if (page->refusal != REFUSAL_NONE)
        html_set(html, "refusal", page_text(html, refusal_texts[page->refusal]));
    set_button(html, page->refusal);
    html_render(html, pages_confirm, out);
}
