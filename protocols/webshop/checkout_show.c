/* checkout_show.c - the shop sends its buyer, and the buyer logs in. */
#include <sodium.h>

#include "protocols/common/operation.h"
#include "protocols/common/password.h"
#include "protocols/webshop/checkout.h"

/* ---- The invoice's payment ---- */

bool checkout_put(const struct checkout_work *work, enum ledger_kind kind) {
    const struct checkout_watched *watched = &work->call->watched;
    const struct ledger_target target = {.requester = watched->merchant,
                                         .reference = watched->texts,
                                         .reference_size = watched->invoice_size};
    return ledger_put_target(work->writer, kind, &target) == LEDGER_DONE;
}

const struct ledger_payment *checkout_found(const struct checkout_work *work,
                                            const struct ledger_result *result, bool *other) {
    const struct checkout_watched *watched = &work->call->watched;
    const struct ledger_payment *payment = result->status == LEDGER_DONE ? result->body : NULL;
    *other = false;
    if (payment == NULL)
        return NULL;
    const struct ledger_leg *legs = ledger_payment_legs(payment);
    *other = payment->operation != OPERATION_CHECKOUT || legs->credit != watched->wallet ||
             legs->amount != watched->total;
    return *other ? NULL : payment;
}

bool checkout_went_on(struct checkout_work *work, const struct ledger_result *result) {
    bool other;
    const struct ledger_payment *payment = checkout_found(work, result, &other);
    if (other)
        (void)checkout_fault(work, WEBSHOP_OTHER_AMOUNT, "TotalCost");
    else if (payment != NULL)
        checkout_to_watch(work, payment->state == LEDGER_COMPLETED);
    else if (result->status != LEDGER_PAYMENT_NOT_FOUND)
        (void)checkout_fault(work, WEBSHOP_BUSY, "");
    else
        return false;
    return true;
}

/* ---- Shown ---- */

/* One of our own forms, for another language, stays the checkout that it was. */
static void keep_state(struct checkout_work *work) {
    struct checkout_state state;
    struct checkout_session session;
    if (!checkout_state_read(work, &state, &session) || session.login != 0)
        return;
    state.fee = work->call->state.fee;
    work->call->state = state;
    work->call->kept = true;
}

enum adapter_verdict checkout_show_work(struct checkout_work *work) {
    if (!checkout_request(work))
        return ADAPTER_ANSWERED;
    keep_state(work);
    return checkout_put(work, LEDGER_LOOKUP) ? ADAPTER_SUBMIT
                                             : checkout_fault(work, WEBSHOP_BUSY, "");
}

void checkout_show_encode(struct checkout_work *work, const struct ledger_result *results) {
    if (!checkout_went_on(work, &results[0]))
        (void)checkout_login(work, LOGIN_FIRST, 0);
}

/* ---- Log-in ---- */

/* A login as people write their telephone numbers. 0: it is none. */
static uint64_t read_login(struct slice text) {
    uint64_t login = 0;
    uint32_t digits = 0;
    text = slice_trim(text, " \t\r\n");
    if (slice_starts(text, SLICE("+")))
        text = slice_after(text, 1);
    for (size_t i = 0; i < text.size; i++) {
        char c = text.base[i];
        if (c == ' ' || c == '-' || c == '(' || c == ')')
            continue;
        if (c < '0' || c > '9' || digits == 11 || (digits == 0 && c == '0'))
            return 0;
        login = login * 10 + (uint64_t)(c - '0');
        digits++;
    }
    return digits >= 8 ? login : 0;
}

enum verified { VERIFIED_RIGHT, VERIFIED_WRONG, VERIFIED_BUSY };

/* Who has no record, or no password, takes as long to be refused as anybody. */
static enum verified verify(const struct checkout_work *work, uint64_t login,
                            struct slice password) {
    _Atomic uint32_t *under_way = &work->context->passwords;
    struct registry_client client = {.login = login};
    enum registry_found found =
        login == 0 ? REGISTRY_ABSENT : registry_find(work->context->env, REGISTRY_CLIENT, &client);
    enum verified verified = VERIFIED_BUSY;
    if (found == REGISTRY_BUSY)
        return verified;
    if (atomic_fetch_add(under_way, 1) < work->context->passwords_max)
        verified = password_verify(found == REGISTRY_FOUND ? client.password : "", password)
                       ? VERIFIED_RIGHT
                       : VERIFIED_WRONG;
    (void)atomic_fetch_sub(under_way, 1);
    sodium_memzero(&client, sizeof client);
    return verified;
}

/* The password is the login's: a new session, whose cookie nobody could have planted. */
static enum adapter_verdict logged_in(struct checkout_work *work, uint64_t login,
                                      const struct checkout_state *state) {
    enum registry_found buyer = checkout_buyer(work, login);
    if (buyer == REGISTRY_BUSY)
        return checkout_login(work, LOGIN_BUSY, 0);
    if (buyer != REGISTRY_FOUND)
        return checkout_login(work, LOGIN_BARRED, 0);
    checkout_state_new(work, state);
    work->proved = true;
    if (!checkout_put(work, LEDGER_LOOKUP) ||
        ledger_put_account_lookup(work->writer, work->call->account) != LEDGER_DONE)
        return checkout_login(work, LOGIN_BUSY, 0);
    return ADAPTER_SUBMIT;
}

static enum adapter_verdict log_in(struct checkout_work *work, const struct checkout_state *state) {
    char name[64], password[PASSWORD_BYTES_MAX + 1];
    struct throttle *throttle = work->context->throttle;
    const struct throttle_who who = {
        .login = read_login(checkout_field(work, WEBSHOP_FIELD_LOGIN, name, sizeof name)),
        .address = work->http->peer};
    uint32_t wait_s = throttle_try(throttle, &who, work->http->received_ns);
    if (wait_s > 0)
        return checkout_login(work, LOGIN_SLOWLY, wait_s);
    struct slice given = checkout_field(work, WEBSHOP_FIELD_PASSWORD, password, sizeof password);
    enum verified verified = verify(work, who.login, given);
    sodium_memzero(password, sizeof password);
    if (verified == VERIFIED_BUSY) {
        throttle_undo(throttle, &who);
        return checkout_login(work, LOGIN_BUSY, 0);
    }
    if (verified == VERIFIED_WRONG)
        return checkout_login(work, LOGIN_WRONG, 0);
    throttle_pass(throttle, &who);
    return logged_in(work, who.login, state);
}

enum adapter_verdict checkout_login_work(struct checkout_work *work) {
    struct checkout_state state;
    struct checkout_session session;
    if (!checkout_request(work))
        return ADAPTER_ANSWERED;
    if (!checkout_state_read(work, &state, &session) || session.login != 0)
        return checkout_login(work, LOGIN_EXPIRED, 0);
    state.fee = work->call->state.fee;
    work->call->state = state;
    work->call->kept = true; /* until somebody has logged in */
    return log_in(work, &state);
}

void checkout_login_encode(struct checkout_work *work, const struct ledger_result *results) {
    if (checkout_went_on(work, &results[0]))
        return;
    checkout_session_set(work, work->call->buyer);
    checkout_confirm(work, REFUSAL_NONE, &results[1]);
}
