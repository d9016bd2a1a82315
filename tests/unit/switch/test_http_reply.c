/* test_http_reply.c - answers as bytes. */
#include <criterion/criterion.h>
#include <string.h>

#include "switch/http_reply.h"

/* ---- Fixture ------------------------------------------------------------------------------ */

static struct buffer out, body, headers;
static struct adapter_reply reply;

static void setup(void) {
    buffer_init(&out, 1 << 16);
    buffer_init(&body, 1 << 16);
    buffer_init(&headers, 1 << 16);
    reply = (struct adapter_reply){.body = &body, .headers = &headers};
}

static void teardown(void) {
    buffer_free(&out);
    buffer_free(&body);
    buffer_free(&headers);
}

TestSuite(http_reply, .init = setup, .fini = teardown);

static void expect(const char *text) {
    buffer_append(&out, "", 1);
    cr_expect_str_eq(out.base, text);
}

/* ---- Cases -------------------------------------------------------------------------------- */

Test(http_reply, status_headers_and_body) {
    reply.status = 201;
    reply.content_type = "application/json";
    buffer_text(&body, "{\"id\":1}");
    buffer_text(&headers, "Location: /v1/payments/1\r\n");
    http_write_reply(&out, &reply, false, false);
    expect("HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 8\r\n"
           "Location: /v1/payments/1\r\n\r\n{\"id\":1}");
}

Test(http_reply, a_head_request_is_told_the_length_only) {
    reply.status = 200;
    reply.content_type = "text/plain";
    buffer_text(&body, "0123456789");
    http_write_reply(&out, &reply, true, true);
    expect("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 10\r\n"
           "Connection: close\r\n\r\n");
}

Test(http_reply, an_empty_body_has_no_type) {
    reply.status = 204;
    reply.content_type = "text/plain";
    http_write_reply(&out, &reply, false, false);
    expect("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n");
}

Test(http_reply, a_problem_replaces_what_was_there) {
    buffer_text(&body, "half an ans");
    buffer_text(&headers, "X: y\r\n");
    body.failed = true;
    http_problem(&reply, 503);
    cr_expect_not(body.failed);
    http_write_reply(&out, &reply, false, false);
    buffer_append(&out, "", 1);
    cr_expect(strstr(out.base, "HTTP/1.1 503 Service Unavailable\r\n") == out.base);
    cr_expect_not_null(strstr(out.base, "\r\nRetry-After: 1\r\n"));
    cr_expect_not_null(strstr(out.base, "\"code\":\"BUSY\""));
    cr_expect_null(strstr(out.base, "half an ans"));
    cr_expect_null(strstr(out.base, "X: y"));
}

Test(http_reply, each_problem_of_the_server_has_a_document) {
    static const uint32_t statuses[] = {400, 401, 404, 405, 413, 431, 500, 503};
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        http_problem(&reply, statuses[i]);
        cr_expect_eq(reply.status, statuses[i]);
        cr_expect_gt(body.used, 40);
        cr_expect_str_eq(reply.content_type, "application/problem+json");
    }
}
