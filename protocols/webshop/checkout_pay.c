/* checkout_pay.c - the buyer, who has logged in, pays or cancels. */
#include "protocols/common/operation.h"
#include "protocols/webshop/checkout.h"

/* The session of the form, and the buyer whose it is. False: the answer was written. */
static bool session(struct checkout_work *work) {
    struct checkout_call *call = work->call;
    struct checkout_state state;
    struct checkout_session session;
    if (!checkout_request(work))
        return false;
    if (!checkout_state_read(work, &state, &session) || session.login == 0) {
        (void)checkout_login(work, LOGIN_EXPIRED, 0);
        return false;
    }
    enum registry_found buyer = checkout_buyer(work, session.login);
    if (buyer != REGISTRY_FOUND) {
        (void)(buyer == REGISTRY_BUSY ? checkout_fault(work, WEBSHOP_BUSY, "")
                                      : checkout_login(work, LOGIN_BARRED, 0));
        return false;
    }
    uint64_t fee = call->state.fee;
    call->state = state;
    call->state.fee = fee;
    call->kept = work->proved = true;
    call->pays = state.fee == fee; /* nobody pays what was not shown */
    return true;
}

/* ---- The payment --------------------------------------------------------------------------- */

uint32_t checkout_left_s(const struct checkout_work *work) {
    uint64_t end_ns = work->call->state.first_ns + work->request.timeout_s * CHECKOUT_SECOND_NS;
    uint64_t now_ns = work->http->received_ns;
    uint64_t left = end_ns > now_ns ? (end_ns - now_ns) / CHECKOUT_SECOND_NS : 0;
    uint64_t most = work->request.timeout_s; /* a clock may have been set back meanwhile */
    return (uint32_t)(left < most ? left : most);
}

static uint32_t make_legs(const struct checkout_work *work, struct ledger_leg_request legs[2]) {
    const struct checkout_call *call = work->call;
    const struct webshop_request *request = &work->request;
    legs[0] = (struct ledger_leg_request){call->account, request->wallet, request->total};
    if (call->no_fee || call->charge.fee == 0)
        return 1;
    legs[1] = (struct ledger_leg_request){
        call->charge.payer == CHECKOUT_BUYER_PAYS ? call->account : call->charge.payer,
        work->context->env->settings->fee_account, call->charge.fee};
    return 2;
}

/* Puts the payment, which ends at once unless ending is SUCCESS. */
static enum ledger_status put_open(const struct checkout_work *work, enum webshop_status ending) {
    const struct webshop_request *request = &work->request;
    const struct checkout_call *call = work->call;
    bool told = request->response_url.size > 0, pays = ending == WEBSHOP_STATUS_SUCCESS;
    bool post = pays && !told && request->auto_complete;
    const struct webshop_attributes attributes = {.url = request->response_url,
                                                  .version = request->version,
                                                  .auto_complete = request->auto_complete,
                                                  .buyer = call->buyer,
                                                  .ending = ending};
    struct ledger_leg_request legs[2];
    struct buffer text;
    buffer_init(&text, LEDGER_ATTRIBUTES_MAX);
    webshop_attributes_write(&attributes, &text);
    const struct ledger_open open = {
        .requester = request->merchant,
        .reference = request->invoice.base,
        .reference_size = (uint32_t)request->invoice.size,
        .legs = legs,
        .leg_count = make_legs(work, legs),
        .post = post,
        .operation = OPERATION_CHECKOUT,
        .expires_in_s = pays && !post ? checkout_left_s(work) : 0,
        .deliver_to = told ? WEBSHOP_DELIVER_TO : 0,
        .callback = told,
        .declined = !pays,
        .attributes = text.base,
        .attributes_size = (uint32_t)text.used,
    };
    enum ledger_status status = text.failed ? LEDGER_BUSY : ledger_put_open(work->writer, &open);
    buffer_free(&text);
    return status;
}

/* The payment, what became of it, and the wallet. */
static enum adapter_verdict put(struct checkout_work *work, enum webshop_status ending) {
    struct checkout_note note = {.step = work->call->step,
                                 .language = work->call->language,
                                 .pays = true,
                                 .place = work->call->place};
    if (put_open(work, ending) != LEDGER_DONE || !checkout_put(work, LEDGER_LOOKUP) ||
        ledger_put_account_lookup(work->writer, work->call->account) != LEDGER_DONE)
        return checkout_fault(work, WEBSHOP_BUSY, "");
    memcpy(work->note->bytes, &note, sizeof note);
    return ADAPTER_SUBMIT;
}

/* ---- The two steps ------------------------------------------------------------------------- */

enum adapter_verdict checkout_confirm_work(struct checkout_work *work) {
    char pay[2];
    if (!session(work))
        return ADAPTER_ANSWERED;
    bool pressed =
        slice_equal(checkout_field(work, WEBSHOP_FIELD_PAY, pay, sizeof pay), SLICE("1"));
    work->call->pays = work->call->pays && pressed && !work->call->no_fee;
    if (work->call->pays)
        return put(work, checkout_left_s(work) > 0 ? WEBSHOP_STATUS_SUCCESS
                                                   : WEBSHOP_STATUS_ERROR_TIMEOUT);
    return checkout_put(work, LEDGER_LOOKUP) &&
                   ledger_put_account_lookup(work->writer, work->call->account) == LEDGER_DONE
               ? ADAPTER_SUBMIT
               : checkout_fault(work, WEBSHOP_BUSY, "");
}

enum adapter_verdict checkout_cancel_work(struct checkout_work *work) {
    if (!session(work))
        return ADAPTER_ANSWERED;
    work->call->pays = true;
    return put(work, checkout_left_s(work) == 0 ? WEBSHOP_STATUS_ERROR_TIMEOUT
                     : work->call->state.lacked ? WEBSHOP_STATUS_ERROR_NOT_ENOUGH_MONEY
                                                : WEBSHOP_STATUS_ERROR_USER_CANCELED);
}

static void encode_open(struct checkout_work *work, const struct ledger_result *results) {
    enum ledger_status status = (enum ledger_status)results[0].status;
    bool made = status == LEDGER_DONE || status == LEDGER_REPLAYED, other;
    const struct ledger_payment *payment = checkout_found(work, &results[1], &other);
    if (other)
        (void)checkout_fault(work, WEBSHOP_OTHER_AMOUNT, "TotalCost");
    else if (made || status == LEDGER_REF_CONFLICT) /* watched, though it could not be looked at */
        checkout_to_watch(work, !made && payment != NULL && payment->state == LEDGER_COMPLETED);
    else
        checkout_confirm(work, page_refusal_of(status), &results[2]);
}

void checkout_confirm_encode(struct checkout_work *work, const struct ledger_result *results) {
    if (work->call->pays)
        encode_open(work, results);
    else if (!checkout_went_on(work, &results[0]))
        checkout_confirm(work, REFUSAL_NONE, &results[1]);
}

void checkout_cancel_encode(struct checkout_work *work, const struct ledger_result *results) {
    encode_open(work, results);
}
