/* The checkout's adapter: what is no step of it, and what is said when an outcome is not known.
 * The steps themselves are tested with a whole node: tests/integration/test_checkout_*.py. */
#include <criterion/criterion.h>
#include <sodium.h>
#include <stdio.h>

#include "protocols/common/operation.h"
#include "protocols/webshop/checkout.h"

/* ---- Fixture ------------------------------------------------------------------------------- */

static struct adapter_settings settings = {.node_key = "a key", .session_s = 900};
static const struct adapter_env env = {.settings = &settings, .random = randombytes_buf};
static struct buffer headers, body;
static struct adapter_reply reply;
static struct adapter_note note;
static void *context;

static void start(void) {
    cr_assert(sodium_init() >= 0);
    cr_assert_eq(webshop_adapter.init(&context, &env), 0);
    buffer_init(&headers, 16384);
    buffer_init(&body, WEBSHOP_PAGE_MAX);
    reply = (struct adapter_reply){.headers = &headers, .body = &body};
    memset(&note, 0, sizeof note);
}

static void stop(void) {
    webshop_adapter.fini(context);
    buffer_free(&headers);
    buffer_free(&body);
}

TestSuite(webshop_checkout, .init = start, .fini = stop);

static const char *text(struct buffer *buffer) {
    buffer_append(buffer, "", 1);
    cr_assert_not(buffer->failed);
    return buffer->base;
}

static void has(struct buffer *buffer, const char *part) {
    cr_assert_not_null(strstr(text(buffer), part), "no \"%s\" in: %s", part, text(buffer));
}

/* What decode makes of a request. */
static uint32_t asked(const char *method, const char *path, const char *type) {
    const struct adapter_header lines[] = {{SLICE("content-type"), slice_text(type)},
                                           {SLICE("accept-language"), SLICE("kk")}};
    const struct adapter_request request = {.method = slice_text(method),
                                            .path = slice_text(path),
                                            .headers = lines,
                                            .header_count = 2};
    headers.used = body.used = 0;
    return webshop_adapter.decode(context, &request, NULL, &note, &reply) == ADAPTER_WORK
               ? 0
               : reply.status;
}

#define FORM "application/x-www-form-urlencoded"

static void unknown(const struct checkout_note *kept) {
    memcpy(note.bytes, kept, sizeof *kept);
    webshop_adapter.encode(context, &note, NULL, 0, &reply);
}

/* ---- Cases --------------------------------------------------------------------------------- */

Test(webshop_checkout, steps_are_worked_on) {
    cr_expect_eq(asked("POST", WEBSHOP_REQUEST_PATH, FORM), 0u);
    cr_expect_eq(asked("POST", WEBSHOP_LOGIN_PATH, "Application/X-WWW-Form-urlencoded;charset=x"),
                 0u);
    cr_expect_eq(asked("POST", WEBSHOP_CONFIRM_PATH, FORM), 0u);
    cr_expect_eq(asked("POST", WEBSHOP_CANCEL_PATH, FORM), 0u);
    cr_expect_eq(asked("GET", CHECKOUT_WATCH_PATH "0000000001", ""), 0u);
}

Test(webshop_checkout, what_is_no_step) {
    cr_expect_eq(asked("GET", "/mfs/", ""), 404u);
    cr_expect_eq(asked("POST", WEBSHOP_LOGIN_PATH "/", FORM), 404u);
    cr_expect_eq(asked("GET", "/mfs/checkout/watch", ""), 404u);
    cr_expect_eq(asked("GET", WEBSHOP_REQUEST_PATH, ""), 405u);
    has(&headers, "Allow: POST\r\n");
    cr_expect_eq(asked("POST", CHECKOUT_WATCH_PATH "0000000001", FORM), 405u);
    has(&headers, "Allow: GET, HEAD\r\n");
    cr_expect_eq(asked("POST", WEBSHOP_REQUEST_PATH, ""), 415u);
    cr_expect_eq(asked("POST", WEBSHOP_REQUEST_PATH, "text/xml"), 415u);
}

Test(webshop_checkout, a_node_without_a_key_has_no_checkout) {
    settings.node_key = NULL;
    cr_expect_eq(asked("POST", WEBSHOP_REQUEST_PATH, FORM), 404u);
    settings.node_key = "a key";
}

Test(webshop_checkout, a_payment_that_may_have_been_made_is_watched) {
    unknown(&(struct checkout_note){
        .step = CHECKOUT_CONFIRM, .language = WEBSHOP_KK, .pays = true, .place = 17});
    cr_expect_eq(reply.status, 303u);
    has(&headers, "Location: /mfs/checkout/watch/0000000017?language=kk\r\n");
    cr_expect_eq(body.used, 0u);
}

Test(webshop_checkout, what_is_watched_and_not_known_is_asked_for_again) {
    unknown(&(struct checkout_note){
        .step = CHECKOUT_WATCH, .language = WEBSHOP_EN, .place = UINT32_MAX});
    cr_expect_eq(reply.status, 200u, "the page asks again by itself");
    has(&body, "/mfs/checkout/watch/4294967295?language=en");
}

Test(webshop_checkout, what_is_shown_and_not_known_is_no_failure) {
    unknown(&(struct checkout_note){.step = CHECKOUT_LOGIN, .language = WEBSHOP_EN});
    cr_expect_eq(reply.status, 504u);
    has(&headers, "Content-Security-Policy: ");
}

Test(webshop_checkout, a_node_that_is_busy_says_so_to_a_person) {
    cr_expect_eq(asked("POST", WEBSHOP_REQUEST_PATH, FORM), 0u);
    webshop_adapter.busy(context, &note, &reply);
    cr_expect_eq(reply.status, 503u);
    has(&headers, "Retry-After: 1\r\n");
    has(&body, "lang=\"kk\"");
    memset(&note, 0xff, sizeof note); /* decode was not called */
    body.used = 0;
    webshop_adapter.busy(context, &note, &reply);
    has(&body, "lang=\"ru\"");
}

/* ---- What browsers carry ------------------------------------------------------------------- */

#define NOW (1700000000 * CHECKOUT_SECOND_NS)
#define TIMEOUT_S 600

static struct checkout_call call;
static struct adapter_request http;
static struct checkout_work work;
static struct adapter_header cookie;
static char cookie_text[512], form_text[512];

/* A checkout that was first shown at NOW, whose session is that login's. */
static void carry(uint64_t login) {
    struct buffer state;
    buffer_init(&state, 400);
    call = (struct checkout_call){.place = 17};
    http = (struct adapter_request){.received_ns = NOW};
    work =
        (struct checkout_work){.context = context, .http = &http, .call = &call, .reply = &reply};
    work.request.timeout_s = TIMEOUT_S;
    headers.used = 0;
    checkout_state_new(&work, NULL);
    checkout_state_write(&work, &state);
    checkout_session_set(&work, login);
    int size = snprintf(form_text, sizeof form_text, "state=%.*s", (int)state.used, state.base);
    http.body = (struct slice){form_text, (size_t)size};
    struct slice line = {headers.base, headers.used};
    line = slice_after(line, sizeof "Set-Cookie: " - 1);
    line = slice_cut(&line, ';');
    memcpy(cookie_text, line.base, line.size);
    cookie = (struct adapter_header){SLICE("Cookie"), {cookie_text, line.size}};
    http.headers = &cookie;
    http.header_count = 1;
    buffer_free(&state);
}

static bool believed(uint64_t after_s) {
    struct checkout_state state;
    struct checkout_session session;
    http.received_ns = NOW + after_s * CHECKOUT_SECOND_NS;
    return checkout_state_read(&work, &state, &session);
}

Test(webshop_checkout, a_log_in_lives_for_the_configs_time) {
    carry(77072734954);
    has(&headers, "; Max-Age=900;");
    cr_expect(believed(0));
    cr_expect(believed(899));
    cr_expect_not(believed(900));
}

Test(webshop_checkout, a_form_before_the_log_in_lives_as_long_as_the_request) {
    carry(0);
    cr_expect(believed(TIMEOUT_S + CHECKOUT_GRACE_S - 1));
    cr_expect_not(believed(TIMEOUT_S + CHECKOUT_GRACE_S));
}

Test(webshop_checkout, a_form_of_another_request_is_not_believed) {
    carry(77072734954);
    call.state.digest[0] ^= 1;
    cr_expect_not(believed(0));
    call.state.digest[0] ^= 1;
    call.place++; /* another cookie's name */
    cr_expect_not(believed(0));
    call.place--;
    cr_expect(believed(0));
}

Test(webshop_checkout, a_form_of_another_log_in_is_not_believed) {
    char form[sizeof form_text];
    carry(77072734954);
    memcpy(form, form_text, sizeof form);
    carry(77072734954); /* the same buyer, once more */
    http.body.base = form;
    cr_expect_not(believed(0));
    http.body.base = form_text;
    cr_expect(believed(0));
}

Test(webshop_checkout, the_longest_links_and_names_are_watched) {
    static char name[4 * WEBSHOP_NAME_MAX], link[WEBSHOP_LINK_MAX], invoice[LEDGER_REFERENCE_MAX];
    char path[CHECKOUT_SELF_MAX];
    carry(0);
    memset(name, 'n', sizeof name);
    memset(link, 'l', sizeof link);
    memset(invoice, 'i', sizeof invoice);
    work.request.shop_name = (struct slice){name, sizeof name};
    work.request.success_link = work.request.failure_link = (struct slice){link, sizeof link};
    work.request.invoice = (struct slice){invoice, sizeof invoice};
    checkout_watched_make(&work);
    const struct checkout_watched made = call.watched;
    headers.used = 0;
    checkout_watched_set(&work);
    has(&headers, "Set-Cookie: tiyn_watch=");
    cr_assert_lt(headers.used, 4096u, "a browser takes no longer one");
    struct slice line = slice_after((struct slice){headers.base, headers.used}, 12);
    cookie.value = slice_cut(&line, ';');
    memset(&call.watched, 0, sizeof call.watched);
    http.path = slice_text(checkout_self(17, WEBSHOP_RU, path));
    http.path = slice_cut(&http.path, '?');
    cr_assert(checkout_watched_read(&work));
    cr_expect_arr_eq(&call.watched, &made, sizeof made);
    http.path.base = "/mfs/checkout/watch/0000000018";
    cr_expect_not(checkout_watched_read(&work));
}

/* Tokens outlive the program that made them. */
Test(webshop_checkout, a_token_of_another_shape_is_not_believed) {
    struct checkout_watched watched = {.place = 17, .invoice_size = 300};
    char path[CHECKOUT_SELF_MAX];
    struct buffer token;
    carry(0);
    buffer_init(&token, 4096);
    buffer_text(&token, "tiyn_watch=");
    struct seal seal;
    seal_init(&seal, settings.token_key, randombytes_buf);
    seal_close(&seal, "watch", NOW + CHECKOUT_SECOND_NS,
               (struct slice){(const char *)&watched, 200}, &token);
    cookie.value = (struct slice){token.base, token.used};
    http.path = slice_text(checkout_self(17, WEBSHOP_RU, path));
    http.path = slice_cut(&http.path, '?');
    cr_expect_not(checkout_watched_read(&work));
    buffer_free(&token);
}

/* ---- What was paid before ------------------------------------------------------------------- */

/* A completed payment of the watched invoice, told of with this answer to the order to tell the
 * shop; whether the cookie says that the shop is told. */
static bool is_told(enum ledger_status notified) {
    static struct {
        struct ledger_payment head;
        struct ledger_leg leg;
    } payment;
    struct slice invoice = SLICE("INV-1");
    carry(0);
    work.request.invoice = invoice;
    work.request.wallet = 5;
    work.request.total = 100;
    checkout_watched_make(&work);
    call.watched.already = ALREADY_TO_TELL;
    payment.head = (struct ledger_payment){
        .id = 9, .operation = OPERATION_CHECKOUT, .state = LEDGER_COMPLETED, .leg_count = 1};
    payment.leg = (struct ledger_leg){.debit = 4, .credit = 5, .amount = 100};
    const struct ledger_result results[] = {
        {.status = LEDGER_DONE, .state = LEDGER_COMPLETED, .body = &payment},
        {.status = (uint16_t)notified}};
    headers.used = body.used = 0;
    checkout_watch_encode(&work, results);
    cr_expect_eq(reply.status, 200u);
    has(&body, "INV-1");
    return strstr(text(&headers), "Set-Cookie: tiyn_watch=") != NULL;
}

Test(webshop_checkout, a_shop_is_told_once_that_it_was_paid_already) {
    cr_expect(is_told(LEDGER_DONE));
    cr_expect(is_told(LEDGER_REPLAYED), "it is being told");
}

Test(webshop_checkout, what_a_busy_ledger_did_not_take_is_told_with_the_next_look) {
    cr_expect_not(is_told(LEDGER_BUSY));
}

/* ---- Time ----------------------------------------------------------------------------------- */

Test(webshop_checkout, a_clock_that_is_set_back_gives_no_more_time_than_the_shop_did) {
    carry(0);
    cr_expect_eq(checkout_left_s(&work), TIMEOUT_S);
    http.received_ns = NOW + 500 * CHECKOUT_SECOND_NS;
    cr_expect_eq(checkout_left_s(&work), TIMEOUT_S - 500u);
    http.received_ns = NOW + TIMEOUT_S * CHECKOUT_SECOND_NS;
    cr_expect_eq(checkout_left_s(&work), 0u);
    http.received_ns = NOW - 1000 * CHECKOUT_SECOND_NS;
    cr_expect_eq(checkout_left_s(&work), TIMEOUT_S);
}
