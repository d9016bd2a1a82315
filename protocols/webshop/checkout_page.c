/* checkout_page.c - the answers of several steps: pages with a form, faults, and sending on. */
#include <stdio.h>

#include "protocols/common/account.h"
#include "protocols/webshop/checkout.h"
#include "protocols/webshop/cookie.h"

static void begin(const struct checkout_work *work, uint32_t status) {
    struct adapter_reply *reply = work->reply;
    reply->status = status;
    reply->content_type = "text/html; charset=utf-8";
    if (status == 503)
        buffer_text(reply->headers, "Retry-After: 1\r\n");
}

static enum webshop_language language(const struct checkout_work *work) {
    return (enum webshop_language)work->call->language;
}

enum adapter_verdict checkout_fault(const struct checkout_work *work, enum webshop_fault fault,
                                    const char *field) {
    static const uint16_t statuses[WEBSHOP_FAULTS] = {
        [WEBSHOP_SOUND] = 403, /* a form of ours that is out of date */
#define X(name, status) [WEBSHOP_##name] = (status),
        WEBSHOP_FAULT_MAP(X)
#undef X
    };
    begin(work, statuses[fault]);
    page_headers(SLICE(""), SLICE(""), work->reply->headers);
    page_error(language(work), fault, field, work->reply->body);
    return ADAPTER_ANSWERED;
}

/* ---- Pages with a form ---- */

static struct page_form form(const struct checkout_work *work, struct buffer *state) {
    buffer_init(state, 1024);
    checkout_state_write(work, state);
    if (state->failed)
        work->reply->body->failed = true;
    return (struct page_form){.request = {work->base64.base, work->base64.used},
                              .state = {state->base, state->used}};
}

static struct page_order order(const struct checkout_work *work) {
    return (struct page_order){.request = &work->request,
                               .merchant_name = work->call->merchant_name,
                               .fee = work->call->state.fee};
}

static void form_headers(const struct checkout_work *work) {
    page_headers(work->request.success_link, work->request.failure_link, work->reply->headers);
}

enum adapter_verdict checkout_login(struct checkout_work *work, enum page_login_error error,
                                    uint32_t wait_s) {
    static const uint16_t statuses[LOGIN_ERRORS] = {
        [LOGIN_FIRST] = 200, [LOGIN_WRONG] = 403,  [LOGIN_SLOWLY] = 429,  [LOGIN_EXPIRED] = 403,
        [LOGIN_BUSY] = 503,  [LOGIN_BARRED] = 403, [LOGIN_UNKNOWN] = 504,
    };
    char login[64];
    struct buffer state;
    if (!work->call->kept) {
        checkout_state_new(work, NULL);
        checkout_session_set(work, 0);
    }
    struct page_login page = {.order = order(work), .error = error, .wait_s = wait_s};
    page.form = form(work, &state);
    page.login = checkout_field(work, WEBSHOP_FIELD_LOGIN, login, sizeof login);
    if (page.login.size == 0) /* the shop's field */
        page.login = checkout_field(work, "loginName", login, sizeof login);
    begin(work, statuses[error]);
    if (error == LOGIN_SLOWLY)
        buffer_format(work->reply->headers, "Retry-After: %u\r\n", (unsigned)wait_s);
    form_headers(work);
    page_login(language(work), &page, work->reply->body);
    buffer_free(&state);
    return ADAPTER_ANSWERED;
}

void checkout_confirm(struct checkout_work *work, enum page_refusal refusal,
                      const struct ledger_result *account) {
    struct checkout_call *call = work->call;
    struct buffer state;
    char buyer[24];
    struct page_confirm page = {.order = order(work), .refusal = refusal};
    page.balance_known = account->status == LEDGER_DONE && account->body != NULL;
    if (page.balance_known)
        page.balance = account_available(account->body);
    uint64_t price = work->request.total + call->state.fee;
    if (refusal == REFUSAL_NONE && call->no_fee)
        page.refusal = REFUSAL_INTERNAL;
    else if (refusal == REFUSAL_NONE && account->status != LEDGER_DONE)
        page.refusal = page_refusal_of((enum ledger_status)account->status);
    else if (refusal == REFUSAL_NONE && page.balance_known &&
             (page.balance < 0 || (uint64_t)page.balance < price))
        page.refusal = REFUSAL_SHORT;
    call->state.lacked = page.refusal == REFUSAL_SHORT;
    page.form = form(work, &state);
    int size = snprintf(buyer, sizeof buyer, "%llu", (unsigned long long)call->buyer);
    page.buyer = (struct slice){buyer, (size_t)size};
    begin(work, page.refusal == REFUSAL_BUSY ? 503 : 200);
    checkout_watched_set(work); /* a payment whose outcome is not known is watched, too */
    form_headers(work);
    page_confirm(language(work), &page, work->reply->body);
    buffer_free(&state);
}

/* ---- Sending on ---- */

void checkout_send(const struct checkout_work *work, struct slice location) {
    work->reply->status = 303;
    buffer_text(work->reply->headers, "Location: ");
    buffer_append(work->reply->headers, location.base, location.size);
    buffer_text(work->reply->headers, "\r\nReferrer-Policy: no-referrer\r\n"
                                      "Cache-Control: no-store\r\n");
}

void checkout_result(const struct checkout_work *work, const struct page_result *page) {
    bool open = page->kind == RESULT_WAITING || page->kind == RESULT_UNKNOWN;
    if (!open && page->kind != RESULT_ALREADY && page->link.size > 0) {
        checkout_send(work, page->link);
        return;
    }
    begin(work, page->kind == RESULT_UNKNOWN && page->self.size == 0 ? 504 : 200);
    page_headers(SLICE(""), SLICE(""), work->reply->headers);
    page_result(language(work), page, work->reply->body);
}

void checkout_to_watch(struct checkout_work *work, bool paid) {
    char self[CHECKOUT_SELF_MAX];
    work->call->watched.already = paid ? ALREADY_TO_TELL : ALREADY_NOT;
    checkout_watched_set(work);
    checkout_session_end(work);
    checkout_send(work, slice_text(checkout_self(work->call->place, work->call->language, self)));
}
