/* The checkout's adapter: what is no step of it, and what is said when an outcome is not known.
 * The steps themselves are tested with a whole node: tests/integration/test_webshop_checkout.py. */
#include <criterion/criterion.h>
#include <sodium.h>

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
