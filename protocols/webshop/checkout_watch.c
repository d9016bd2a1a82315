/* checkout_watch.c - what became of the payment: waited for, and then the way back to the shop. */
#include "protocols/webshop/checkout.h"

/* The watched texts. */
static struct slice text_at(const struct checkout_watched *watched, size_t *at, uint16_t size) {
    struct slice text = {watched->texts + *at, size};
    *at += size;
    return text;
}

enum adapter_verdict checkout_watch_work(struct checkout_work *work) {
    if (!checkout_watched_read(work))
        return checkout_fault(work, WEBSHOP_SOUND, "");
    work->call->place = work->call->watched.place;
    const struct checkout_note note = {
        .step = work->call->step, .language = work->call->language, .place = work->call->place};
    memcpy(work->note->bytes, &note, sizeof note);
    bool tell = work->call->watched.already == ALREADY_TO_TELL;
    return checkout_put(work, LEDGER_LOOKUP) && (!tell || checkout_put(work, LEDGER_NOTIFY))
               ? ADAPTER_SUBMIT
               : checkout_fault(work, WEBSHOP_BUSY, "");
}

static enum page_result_kind of_declined(const struct ledger_payment *payment) {
    char url[WEBSHOP_RESPONSE_URL_MAX + 1];
    struct webshop_attributes attributes;
    if ((payment->flags & LEDGER_PAYMENT_EXPIRED) != 0)
        return RESULT_TIMEOUT;
    if (!webshop_attributes_read(payment, url, &attributes))
        return RESULT_REFUSED;
    return attributes.ending == WEBSHOP_STATUS_ERROR_USER_CANCELED      ? RESULT_CANCELED
           : attributes.ending == WEBSHOP_STATUS_ERROR_NOT_ENOUGH_MONEY ? RESULT_SHORT
           : attributes.ending == WEBSHOP_STATUS_ERROR_TIMEOUT          ? RESULT_TIMEOUT
                                                                        : RESULT_REFUSED;
}

static enum page_result_kind kind_of(const struct checkout_work *work,
                                     const struct ledger_payment *payment) {
    const unsigned told = LEDGER_PAYMENT_CALLBACK | LEDGER_PAYMENT_TOLD;
    if (payment->state == LEDGER_COMPLETED)
        return work->call->watched.already != ALREADY_NOT ? RESULT_ALREADY : RESULT_PAID;
    if (payment->state == LEDGER_DECLINED)
        return of_declined(payment);
    return (payment->flags & told) == LEDGER_PAYMENT_CALLBACK ? RESULT_WAITING : RESULT_RESERVED;
}

void checkout_watch_encode(struct checkout_work *work, const struct ledger_result *results) {
    struct checkout_watched *watched = &work->call->watched;
    char self[CHECKOUT_SELF_MAX];
    size_t at = 0;
    bool other;
    const struct ledger_payment *payment = checkout_found(work, results, &other);
    struct page_result page = {.kind = RESULT_UNKNOWN};
    page.invoice = text_at(watched, &at, watched->invoice_size);
    page.shop_name = text_at(watched, &at, watched->shop_size);
    struct slice success = text_at(watched, &at, watched->success_size);
    struct slice failure = text_at(watched, &at, watched->failure_size);
    page.self = slice_text(checkout_self(watched->place, work->call->language, self));
    if (other) {
        (void)checkout_fault(work, WEBSHOP_OTHER_AMOUNT, "TotalCost");
        return;
    }
    bool tells = watched->already == ALREADY_TO_TELL && results[1].status != LEDGER_BUSY;
    if (tells) { /* told with this one: not when it is looked again */
        watched->already = ALREADY_TOLD;
        checkout_watched_set(work);
    }
    if (payment != NULL) {
        const struct ledger_leg *legs = ledger_payment_legs(payment);
        page.kind = kind_of(work, payment);
        page.transaction = payment->id;
        page.amount = legs->amount;
        if (payment->leg_count > 1 && legs[1].debit == legs->debit)
            page.fee = legs[1].amount;
        if (page.kind != RESULT_WAITING) /* a shop's thanks come when there is something to thank */
            page.link = payment->state == LEDGER_DECLINED ? failure : success;
    }
    checkout_result(work, &page);
}
