/* checkout.c - the adapter of the checkout: which step on the loop, the step itself on a worker. */
#include "protocols/webshop/checkout.h"

#include <stdlib.h>

#include "protocols/common/assert.h"

_Static_assert(sizeof(struct checkout_note) <= sizeof(struct adapter_note), "fits a note");

static const struct {
    const char *path; /* of CHECKOUT_WATCH: how it starts */
    enum adapter_verdict (*work)(struct checkout_work *work);
    void (*encode)(struct checkout_work *work, const struct ledger_result *results);
    uint32_t most; /* commands that its work puts */
} steps[CHECKOUT_STEPS] = {
    [CHECKOUT_SHOW] = {WEBSHOP_REQUEST_PATH, checkout_show_work, checkout_show_encode, 1},
    [CHECKOUT_LOGIN] = {WEBSHOP_LOGIN_PATH, checkout_login_work, checkout_login_encode, 2},
    [CHECKOUT_CONFIRM] = {WEBSHOP_CONFIRM_PATH, checkout_confirm_work, checkout_confirm_encode, 3},
    [CHECKOUT_CANCEL] = {WEBSHOP_CANCEL_PATH, checkout_cancel_work, checkout_cancel_encode, 3},
    [CHECKOUT_WATCH] = {CHECKOUT_WATCH_PATH, checkout_watch_work, checkout_watch_encode, 2},
};

/* ---- On the loop --------------------------------------------------------------------------- */

static enum checkout_step step_of(struct slice path) {
    int step = 0;
    while (step < CHECKOUT_WATCH && !slice_equal(path, slice_text(steps[step].path)))
        step++;
    bool found = step < CHECKOUT_WATCH || slice_starts(path, slice_text(steps[step].path));
    return found ? (enum checkout_step)step : CHECKOUT_STEPS;
}

static enum adapter_verdict answer_plain(struct adapter_reply *reply, uint32_t status,
                                         const char *text) {
    reply->status = status;
    reply->content_type = "text/plain; charset=utf-8";
    buffer_text(reply->body, text);
    return ADAPTER_ANSWERED;
}

static struct slice header(const struct adapter_request *request, struct slice name) {
    for (uint32_t i = 0; i < request->header_count; i++)
        if (slice_equal_nocase(request->headers[i].name, name))
            return request->headers[i].value;
    return (struct slice){NULL, 0};
}

static bool is_form(const struct adapter_request *request) {
    struct slice type = header(request, SLICE("Content-Type"));
    return slice_equal_nocase(slice_trim(slice_cut(&type, ';'), " \t"),
                              SLICE("application/x-www-form-urlencoded"));
}

static enum adapter_verdict decode(void *context, const struct adapter_request *request,
                                   struct ledger_writer *writer, struct adapter_note *note,
                                   struct adapter_reply *reply) {
    const struct checkout_context *checkout = context;
    enum checkout_step step = step_of(request->path);
    (void)writer;
    if (step == CHECKOUT_STEPS || checkout->env->settings->node_key == NULL)
        return answer_plain(reply, 404, "there is no such page\n");
    bool watch = step == CHECKOUT_WATCH;
    if (!slice_equal(request->method, watch ? SLICE("GET") : SLICE("POST"))) {
        buffer_text(reply->headers, watch ? "Allow: GET, HEAD\r\n" : "Allow: POST\r\n");
        return answer_plain(reply, 405, "start again from the shop\n");
    }
    if (!watch && !is_form(request))
        return answer_plain(reply, 415,
                            "Content-Type: expected application/x-www-form-urlencoded\n");
    const struct checkout_note kept = {
        .step = (uint8_t)step,
        .language = (uint8_t)webshop_language_of(header(request, SLICE("Accept-Language")))};
    memcpy(note->bytes, &kept, sizeof kept);
    return ADAPTER_WORK;
}

/* What may have been paid is watched until it is known; the rest is asked for again. */
static void encode(void *context, const struct adapter_note *note,
                   const struct ledger_result *results, uint32_t count,
                   struct adapter_reply *reply) {
    struct checkout_note kept;
    struct checkout_call call = {.step = 0};
    struct checkout_work work = {.context = context, .call = &call, .reply = reply};
    char self[CHECKOUT_SELF_MAX];
    (void)count;
    ASSERT(results == NULL);
    memcpy(&kept, note->bytes, sizeof kept);
    call.language = kept.language;
    struct slice watched = slice_text(checkout_self(kept.place, kept.language, self));
    if (kept.pays) {
        checkout_send(&work, watched);
        return;
    }
    struct page_result page = {.kind = RESULT_UNKNOWN};
    if (kept.step == CHECKOUT_WATCH)
        page.self = watched;
    checkout_result(&work, &page);
}

/* A person reads it. */
static void busy(void *context, const struct adapter_note *note, struct adapter_reply *reply) {
    struct checkout_note kept;
    struct checkout_call call = {.language = WEBSHOP_RU};
    const struct checkout_work work = {.context = context, .call = &call, .reply = reply};
    memcpy(&kept, note->bytes, sizeof kept);
    if (kept.language < WEBSHOP_LANGUAGES)
        call.language = kept.language;
    (void)checkout_fault(&work, WEBSHOP_BUSY, "");
}

/* ---- On a worker --------------------------------------------------------------------------- */

static bool named(struct slice fields, const char *name, enum webshop_language *language) {
    char text[4];
    size_t size = 0;
    return form_find(fields, slice_text(name), text, sizeof text, &size) == FORM_FOUND &&
           webshop_language_named((struct slice){text, size}, language);
}

/* The language that the buyer changed to, or the page's, or the browser's. */
static enum webshop_language choose_language(const struct adapter_request *request) {
    enum webshop_language language = WEBSHOP_RU;
    if (!named(request->body, WEBSHOP_FIELD_TO, &language) &&
        !named(request->body, WEBSHOP_FIELD_LANG, &language) &&
        !named(request->query, WEBSHOP_FIELD_LANG, &language) &&
        !named(request->query, CHECKOUT_QUERY_LANGUAGE, &language))
        language = webshop_language_of(header(request, SLICE("Accept-Language")));
    return language;
}

static struct checkout_work work_on(void *context, struct adapter_work *memory,
                                    struct adapter_reply *reply) {
    struct checkout_work work = {
        .context = context,
        .http = &memory->request,
        .note = &memory->note,
        .call = (struct checkout_call *)(void *)memory->memory,
        .reply = reply,
    };
    buffer_init(&work.base64, FORM_BODY_MAX);
    buffer_init(&work.xml, XML_BYTES_MAX + 3);
    return work;
}

static enum adapter_verdict work(void *context, struct adapter_work *memory,
                                 struct ledger_writer *writer, struct adapter_reply *reply) {
    struct checkout_work work = work_on(context, memory, reply);
    enum checkout_step step = step_of(memory->request.path);
    ASSERT(step < CHECKOUT_STEPS); /* decode saw to it */
    work.writer = writer;
    *work.call = (struct checkout_call){.step = (uint8_t)step};
    work.call->language = (uint8_t)choose_language(work.http);
    enum adapter_verdict verdict = steps[step].work(&work);
    memory->proved = work.proved;
    checkout_request_free(&work);
    return verdict;
}

static void work_encode(void *context, struct adapter_work *memory,
                        const struct ledger_result *results, uint32_t count,
                        struct adapter_reply *reply) {
    struct checkout_work work = work_on(context, memory, reply);
    uint8_t step = work.call->step;
    ASSERT(step < CHECKOUT_STEPS && count >= 1 && count <= steps[step].most);
    if (step == CHECKOUT_WATCH || checkout_request_again(&work))
        steps[step].encode(&work, results);
    checkout_request_free(&work);
}

/* ---- Life ---------------------------------------------------------------------------------- */

static void fini(void *context) {
    struct checkout_context *checkout = context;
    throttle_free(checkout->throttle);
    free(checkout);
}

static int init(void **context, const struct adapter_env *env) {
    struct checkout_context *checkout = calloc(1, sizeof *checkout);
    if (checkout == NULL || xml_start() != 0) {
        free(checkout);
        return -1;
    }
    checkout->env = env;
    checkout->passwords_max = env->settings->workers > 1 ? env->settings->workers - 1 : 1;
    seal_init(&checkout->seal, env->settings->token_key, env->random);
    checkout->throttle = throttle_new(env->random);
    if (checkout->throttle == NULL) {
        free(checkout);
        return -1;
    }
    *context = checkout;
    return 0;
}

static const char *const kept_headers[] = {"Cookie", "Accept-Language", NULL};

const struct adapter webshop_adapter = {
    .name = "webshop",
    .path_prefix = WEBSHOP_PATH,
    .body_max = FORM_BODY_MAX,
    .body_stranger_max = FORM_BODY_MAX,
    .kept_headers = kept_headers,
    .one_context = true,
    .init = init,
    .fini = fini,
    .decode = decode,
    .encode = encode,
    .busy = busy,
    .work = work,
    .work_encode = work_encode,
};
