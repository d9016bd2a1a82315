#include "bench/buyer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const paths[] = {
    [BUYER_SHOW] = "/mfs/WebShopPayment.xhtml",
    [BUYER_LOGIN] = "/mfs/checkout/login",
    [BUYER_CONFIRM] = "/mfs/checkout/confirm",
};

void buyer_start(struct buyer *buyer, struct slice form, uint64_t login, const char *password) {
    *buyer = (struct buyer){.form = form, .login = login, .password = password};
}

/* ---- Requests ---- */

/* What the step's form has besides the shop's request. */
static void write_fields(const struct buyer *buyer, char *out, size_t size) {
    out[0] = '\0';
    if (buyer->step == BUYER_LOGIN)
        snprintf(out, size, "&state=%s&lang=ru&login=%" PRIu64 "&password=%s", buyer->state,
                 buyer->login, buyer->password);
    else if (buyer->step == BUYER_CONFIRM)
        snprintf(out, size, "&state=%s&lang=ru&pay=1", buyer->state);
}

size_t buyer_request(const struct buyer *buyer, char out[BUYER_REQUEST_MAX]) {
    char fields[1024];
    int size;
    if (buyer->step == BUYER_WATCH) {
        size = snprintf(out, BUYER_REQUEST_MAX,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: %s\r\n\r\n", buyer->path,
                        buyer->watch);
    } else {
        write_fields(buyer, fields, sizeof(fields));
        size = snprintf(out, BUYER_REQUEST_MAX,
                        "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                        "Content-Type: application/x-www-form-urlencoded\r\n%s%s%s"
                        "Content-Length: %zu\r\n\r\n%.*s%s",
                        paths[buyer->step],
                        buyer->session[0] == '\0' ? "" : "Cookie: ", buyer->session,
                        buyer->session[0] == '\0' ? "" : "\r\n", buyer->form.size + strlen(fields),
                        (int)buyer->form.size, buyer->form.base, fields);
    }
    return size > 0 && (size_t)size < BUYER_REQUEST_MAX ? (size_t)size : 0;
}

/* ---- Answers ---- */

/* What stands between two marks. False: they do not, or it does not fit. */
static bool take(struct slice text, const char *before, char after, char *out, size_t size) {
    const char *at = memmem(text.base, text.size, before, strlen(before));
    if (at == NULL)
        return false;
    at += strlen(before);
    const char *end = memchr(at, after, (size_t)(text.base + text.size - at));
    if (end == NULL || (size_t)(end - at) >= size)
        return false;
    memcpy(out, at, (size_t)(end - at));
    out[end - at] = '\0';
    return true;
}

static bool take_cookie(struct slice answer, const char *name, char *out, size_t size) {
    char mark[64];
    snprintf(mark, sizeof(mark), "\r\nSet-Cookie: %s", name);
    snprintf(out, size, "%s", name);
    size_t used = strlen(out);
    return take(answer, mark, ';', out + used, size - used);
}

static bool has_status(struct slice answer, const char *status) {
    return answer.size > 12 && memcmp(answer.base + 9, status, 3) == 0;
}

/* A page with the next form. */
static bool take_form(struct buyer *buyer, struct slice answer) {
    return has_status(answer, "200") &&
           take(answer, "name=\"state\" value=\"", '"', buyer->state, sizeof(buyer->state)) &&
           take_cookie(answer, "tiyn_checkout_", buyer->session, sizeof(buyer->session));
}

static bool take_watch(struct buyer *buyer, struct slice answer) {
    return has_status(answer, "303") &&
           take(answer, "\r\nLocation: ", '\r', buyer->path, sizeof(buyer->path)) &&
           strncmp(buyer->path, "/mfs/checkout/watch/", 20) == 0 &&
           take_cookie(answer, "tiyn_watch=", buyer->watch, sizeof(buyer->watch));
}

/* It is over when the browser is sent to where the shop wanted a buyer who has paid. */
static bool take_end(struct slice answer) {
    char link[sizeof(BUYER_LINK)];
    return has_status(answer, "303") && take(answer, "\r\nLocation: ", '\r', link, sizeof(link)) &&
           strcmp(link, BUYER_LINK) == 0;
}

enum buyer_verdict buyer_answer(struct buyer *buyer, struct slice answer) {
    bool on = false;
    if (has_status(answer, "503") || (buyer->step == BUYER_WATCH && has_status(answer, "200")))
        return BUYER_AGAIN;
    switch (buyer->step) {
    case BUYER_SHOW:
    case BUYER_LOGIN:
        on = take_form(buyer, answer);
        break;
    case BUYER_CONFIRM:
        on = take_watch(buyer, answer);
        break;
    case BUYER_WATCH:
        on = take_end(answer);
        break;
    case BUYER_STEPS:
        break;
    }
    buyer->step += on ? 1 : 0;
    return on ? BUYER_ON : BUYER_WRONG;
}
