#include "protocols/json_api/problem.h"

#include <jansson.h>

#include "protocols/common/assert.h"
#include "protocols/json_api/text.h"

enum { DETAIL_MAX = 512 }; /* bytes; quotes at most 200 of the peer's */

static const struct {
    uint32_t http;
    const char *code, *title;
} problems[] = {
#define X(http, code, title) {http, #code, title},
    PROBLEM_MAP(X)
#undef X
};

/* 400: the command itself is wrong. 422: it is well-formed, and the business says no. */
uint32_t problem_http_status(unsigned status) {
    static const uint16_t http[LEDGER_STATUS_COUNT] = {
        [LEDGER_DONE] = 200,
        [LEDGER_REPLAYED] = 200,
        [LEDGER_BAD_COMMAND] = 400,
        [LEDGER_BAD_AMOUNT] = 400,
        [LEDGER_BAD_LEGS] = 400,
        [LEDGER_BAD_REFERENCE] = 400,
        [LEDGER_BUSY] = 503,
        [LEDGER_FORBIDDEN] = 403,
        [LEDGER_REF_CONFLICT] = 409,
        [LEDGER_PAYMENT_NOT_FOUND] = 404,
        [LEDGER_ACCOUNT_NOT_FOUND] = 404,
        [LEDGER_RECORD_NOT_FOUND] = 404,
        [LEDGER_ACCOUNT_EXISTS] = 409,
        [LEDGER_ACCOUNT_NOT_EMPTY] = 422,
        [LEDGER_NOT_REQUESTER] = 403,
        [LEDGER_ALREADY_COMPLETED] = 422,
        [LEDGER_ALREADY_DECLINED] = 422,
        [LEDGER_AT_PROVIDER] = 422,
        [LEDGER_NO_HOLD] = 422,
        [LEDGER_REVERSAL_NOT_FOUND] = 422,
        [LEDGER_DEBIT_NOT_FOUND] = 422,
        [LEDGER_CREDIT_NOT_FOUND] = 422,
        [LEDGER_CURRENCY_MISMATCH] = 422,
        [LEDGER_DEBIT_CLOSED] = 422,
        [LEDGER_CREDIT_CLOSED] = 422,
        [LEDGER_DEBIT_FROZEN] = 422,
        [LEDGER_CREDIT_FROZEN] = 422,
        [LEDGER_TOKEN_WRONG] = 422,
        [LEDGER_TOKEN_EXPIRED] = 422,
        [LEDGER_TOKEN_BURNT] = 422,
        [LEDGER_OVER_TOTAL] = 422,
        [LEDGER_OVER_CEILING] = 422,
        [LEDGER_OVER_DAY_LIMIT] = 422,
        [LEDGER_OVER_MONTH_LIMIT] = 422,
        [LEDGER_FUNDS] = 422,
        [LEDGER_RECORD_CHANGED] = 409,
    };
    return status < LEDGER_STATUS_COUNT ? http[status] : 0;
}

static void write_problem(struct adapter_reply *reply, uint32_t http, const char *code,
                          const char *title, struct slice detail) {
    ASSERT(http >= 400);
    reply->status = http;
    reply->content_type = "application/problem+json";
    if (http == 401)
        buffer_text(reply->headers, "WWW-Authenticate: Bearer\r\n");
    if (http == 503)
        buffer_text(reply->headers, "Retry-After: 1\r\n");
    buffer_format(reply->body, "{\"type\":\"urn:tiyn:problem:%s\",\"title\":\"%s\",\"status\":%u",
                  code, title, http);
    buffer_text(reply->body, ",\"detail\":");
    text_string(reply->body, detail);
    buffer_format(reply->body, ",\"code\":\"%s\"}", code);
}

/* A detail quotes what the peer sent, perhaps cut within a character: keep the reply UTF-8. */
static void make_utf8(struct buffer *detail) {
    json_t *string = json_stringn(detail->base, detail->used);
    for (size_t i = 0; string == NULL && i < detail->used; i++)
        if ((unsigned char)detail->base[i] >= 0x80)
            detail->base[i] = '?';
    json_decref(string);
}

bool problem_reply(struct adapter_reply *reply, enum problem problem, const char *format, ...) {
    ASSERT(problem < PROBLEM_COUNT);
    struct buffer detail;
    buffer_init(&detail, DETAIL_MAX);
    va_list arguments;
    va_start(arguments, format);
    buffer_format_list(&detail, format, arguments);
    va_end(arguments);
    if (detail.failed) /* no memory, or too long: say less */
        detail.used = 0;
    make_utf8(&detail);
    write_problem(reply, problems[problem].http, problems[problem].code, problems[problem].title,
                  (struct slice){detail.base, detail.used});
    buffer_free(&detail);
    return false;
}

void problem_reply_status(struct adapter_reply *reply, unsigned status) {
    ASSERT(status > LEDGER_REPLAYED);
    const char *text = ledger_status_text(status);
    write_problem(reply, problem_http_status(status), ledger_status_name(status), text,
                  slice_text(text));
}
