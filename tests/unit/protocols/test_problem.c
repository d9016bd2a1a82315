/* Every status of the ledger has its HTTP status. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "protocols/json_api/problem.h"

static void reply_start(struct adapter_reply *reply, struct buffer *headers, struct buffer *body) {
    buffer_init(headers, 4096);
    buffer_init(body, 4096);
    *reply = (struct adapter_reply){.headers = headers, .body = body};
}

Test(problem, every_ledger_status_has_an_http_status) {
#define X(number, name, text)                                                                      \
    cr_expect_geq(problem_http_status(number), 200, #name);                                        \
    cr_expect_lt(problem_http_status(number), 600, #name);
    LEDGER_STATUS_MAP(X)
#undef X
    cr_expect_eq(problem_http_status(LEDGER_STATUS_COUNT), 0);
}

Test(problem, every_refusal_is_a_document_with_its_code) {
    for (unsigned status = LEDGER_REPLAYED + 1; status < LEDGER_STATUS_COUNT; status++) {
        struct buffer headers, body;
        struct adapter_reply reply;
        char code[64];
        reply_start(&reply, &headers, &body);
        problem_reply_status(&reply, status);
        cr_expect_eq(reply.status, problem_http_status(status));
        cr_expect_geq(reply.status, 400);
        cr_expect_str_eq(reply.content_type, "application/problem+json");
        (void)snprintf(code, sizeof code, "\"code\":\"%s\"}", ledger_status_name(status));
        size_t size = strlen(code);
        cr_expect(body.used > size && memcmp(body.base + body.used - size, code, size) == 0, "%s",
                  code);
        buffer_free(&headers);
        buffer_free(&body);
    }
}

Test(problem, a_detail_too_long_to_quote_is_left_out) {
    static char name[2000];
    struct buffer headers, body;
    struct adapter_reply reply;
    memset(name, 'n', sizeof name - 1);
    reply_start(&reply, &headers, &body);
    cr_expect_not(problem_reply(&reply, PROBLEM_BAD_REQUEST, "%s: unknown field", name));
    cr_expect_eq(reply.status, 400);
    cr_expect_lt(body.used, 512);
    cr_expect_not(body.failed);
    buffer_free(&headers);
    buffer_free(&body);
}
