/* checkout_token.c - what browsers carry between two steps. */
#include <sodium.h>
#include <stdio.h>

#include "protocols/common/assert.h"
#include "protocols/webshop/checkout.h"
#include "protocols/webshop/cookie.h"

#define STATE "state"
#define SESSION "session"
#define WATCH "watch"
#define TOKEN_TEXT_MAX 256 /* of a state or a session: 160 and 128 */
#define WATCH_COOKIE "tiyn_watch"
#define WATCH_LIFE_S 172800u /* as long as a payment may be under way, and a day more */

/* The checkout's cookie. Two pages of a browser hardly ever disturb one another, and one that left
 * many checkouts alone does not send us longer headers than we read. Of two with one name the newer
 * counts, and the other's buyer logs in again. */
#define COOKIE_NAME_MAX 32
#define COOKIES_MAX 32u /* of some 180 bytes each */
static const char *cookie_name(const struct checkout_work *work, char name[COOKIE_NAME_MAX]) {
    (void)snprintf(name, COOKIE_NAME_MAX, "tiyn_checkout_%02u",
                   (unsigned)(work->call->place % COOKIES_MAX));
    return name;
}

static struct slice watch_path(uint32_t place, char path[CHECKOUT_SELF_MAX]) {
    int size = snprintf(path, CHECKOUT_SELF_MAX, CHECKOUT_WATCH_PATH "%010u", (unsigned)place);
    return (struct slice){path, (size_t)size};
}

const char *checkout_self(uint32_t place, uint8_t language, char text[CHECKOUT_SELF_MAX]) {
    static const char *const names[WEBSHOP_LANGUAGES] = {
        [WEBSHOP_RU] = "ru", [WEBSHOP_KK] = "kk", [WEBSHOP_EN] = "en"};
    size_t size = watch_path(place, text).size;
    ASSERT(language < WEBSHOP_LANGUAGES);
    (void)snprintf(text + size, CHECKOUT_SELF_MAX - size, "?" CHECKOUT_QUERY_LANGUAGE "=%s",
                   names[language]);
    return text;
}

/* A token of just one struct. */
static bool unseal(const struct checkout_work *work, const char *purpose, struct slice text,
                   void *bytes, size_t size) {
    struct seal_bytes opened;
    if (!seal_open(&work->context->seal, purpose, work->http->received_ns, text, &opened) ||
        opened.size != size)
        return false;
    memcpy(bytes, opened.at, size);
    return true;
}

/* ---- State ---- */

void checkout_state_new(struct checkout_work *work, const struct checkout_state *kept) {
    struct checkout_state *state = &work->call->state; /* it has the digest and the fee */
    state->first_ns = kept == NULL ? work->http->received_ns : kept->first_ns;
    state->lacked = 0;
    work->call->kept = false;
    work->context->env->random(state->nonce, sizeof state->nonce);
}

static uint64_t until(const struct checkout_work *work) {
    return work->call->state.first_ns +
           (work->request.timeout_s + CHECKOUT_GRACE_S) * CHECKOUT_SECOND_NS;
}

bool checkout_state_read(const struct checkout_work *work, struct checkout_state *state,
                         struct checkout_session *session) {
    const uint8_t *digest = work->call->state.digest;
    char name[COOKIE_NAME_MAX], text[TOKEN_TEXT_MAX];
    struct slice cookie;
    return unseal(work, STATE, checkout_field(work, WEBSHOP_FIELD_STATE, text, sizeof text), state,
                  sizeof *state) &&
           cookie_find(work->http, cookie_name(work, name), &cookie) &&
           unseal(work, SESSION, cookie, session, sizeof *session) &&
           memcmp(state->digest, digest, sizeof state->digest) == 0 &&
           memcmp(session->digest, digest, sizeof session->digest) == 0 &&
           sodium_memcmp(state->nonce, session->nonce, sizeof state->nonce) == 0;
}

void checkout_state_write(const struct checkout_work *work, struct buffer *out) {
    const struct checkout_state *state = &work->call->state;
    seal_close(&work->context->seal, STATE, until(work),
               (struct slice){(const char *)state, sizeof *state}, out);
}

/* ---- Session ---- */

/* Sets a cookie to a token of so many bytes, which lives as long as the cookie. */
static void set_token(const struct checkout_work *work, struct cookie *cookie, const char *purpose,
                      struct slice bytes) {
    struct buffer token;
    buffer_init(&token, 4096);
    seal_close(&work->context->seal, purpose,
               work->http->received_ns + cookie->life_s * CHECKOUT_SECOND_NS, bytes, &token);
    cookie->value = (struct slice){token.base, token.used};
    cookie->secure = work->http->secure;
    if (token.failed)
        work->reply->headers->failed = true;
    else
        cookie_set(work->reply->headers, cookie);
    buffer_free(&token);
}

void checkout_session_set(const struct checkout_work *work, uint64_t login) {
    const struct checkout_state *state = &work->call->state;
    uint64_t now_ns = work->http->received_ns, until_ns = until(work);
    uint64_t left_s = until_ns > now_ns ? (until_ns - now_ns) / CHECKOUT_SECOND_NS : 0;
    struct checkout_session session = {.login = login};
    char name[COOKIE_NAME_MAX];
    struct cookie cookie = {.name = cookie_name(work, name),
                            .path = WEBSHOP_PATH,
                            .life_s = login == 0 ? (uint32_t)left_s
                                                 : work->context->env->settings->session_s};
    memcpy(session.digest, state->digest, sizeof session.digest);
    memcpy(session.nonce, state->nonce, sizeof session.nonce);
    set_token(work, &cookie, SESSION, (struct slice){(const char *)&session, sizeof session});
}

void checkout_session_end(const struct checkout_work *work) {
    char name[COOKIE_NAME_MAX];
    const struct cookie cookie = {.name = cookie_name(work, name),
                                  .path = WEBSHOP_PATH,
                                  .value = SLICE(""),
                                  .secure = work->http->secure};
    cookie_set(work->reply->headers, &cookie);
}

/* ---- What is watched ---- */

static uint16_t add_text(char *texts, size_t *used, struct slice text) {
    if (text.size > 0)
        memcpy(texts + *used, text.base, text.size);
    *used += text.size;
    return (uint16_t)text.size;
}

void checkout_watched_make(struct checkout_work *work) {
    const struct webshop_request *request = &work->request;
    struct checkout_watched *watched = &work->call->watched;
    size_t used = 0;
    memset(watched, 0, sizeof *watched);
    watched->merchant = request->merchant;
    watched->wallet = request->wallet;
    watched->total = request->total;
    watched->place = work->call->place;
    watched->invoice_size = add_text(watched->texts, &used, request->invoice);
    watched->shop_size = add_text(watched->texts, &used, request->shop_name);
    watched->success_size = add_text(watched->texts, &used, request->success_link);
    watched->failure_size = add_text(watched->texts, &used, request->failure_link);
}

static size_t watched_size(const struct checkout_watched *watched) {
    return offsetof(struct checkout_watched, texts) + watched->invoice_size + watched->shop_size +
           watched->success_size + watched->failure_size;
}

void checkout_watched_set(const struct checkout_work *work) {
    const struct checkout_watched *watched = &work->call->watched;
    char path[CHECKOUT_SELF_MAX];
    struct cookie cookie = {.name = WATCH_COOKIE,
                            .path = watch_path(watched->place, path).base,
                            .life_s = WATCH_LIFE_S};
    set_token(work, &cookie, WATCH, (struct slice){(const char *)watched, watched_size(watched)});
}

bool checkout_watched_read(struct checkout_work *work) {
    struct checkout_watched *watched = &work->call->watched;
    const size_t fixed = offsetof(struct checkout_watched, texts);
    char path[CHECKOUT_SELF_MAX];
    struct seal_bytes opened;
    struct slice cookie;
    if (!cookie_find(work->http, WATCH_COOKIE, &cookie) ||
        !seal_open(&work->context->seal, WATCH, work->http->received_ns, cookie, &opened) ||
        opened.size < fixed)
        return false;
    memset(watched, 0, sizeof *watched);
    memcpy(watched, opened.at, opened.size);
    return opened.size == watched_size(watched) && /* of another version of ours it may not be */
           slice_equal(work->http->path, watch_path(watched->place, path));
}
