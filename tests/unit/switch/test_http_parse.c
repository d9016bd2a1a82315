/* test_http_parse.c - requests out of bytes, however the bytes come. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocols/common/buffer.h"
#include "switch/http_parse.h"

/* ---- Helpers ------------------------------------------------------------------------------ */

/* Appends a request as "METHOD path?query {name:value}... =body;". */
static void print_request(struct buffer *log, const struct http_parser *parser, const char *bytes) {
    struct adapter_header headers[HTTP_HEADERS_MAX];
    struct adapter_request request = {0};
    http_parse_request(parser, bytes, headers, &request);
    buffer_format(log, "%.*s %.*s", (int)request.method.size, request.method.base,
                  (int)request.path.size, request.path.base);
    if (request.query.size > 0) {
        buffer_format(log, "?%.*s", (int)request.query.size, request.query.base);
    }
    for (uint32_t i = 0; i < request.header_count; i++) {
        buffer_format(log, " {%.*s:%.*s}", (int)headers[i].name.size, headers[i].name.base,
                      (int)headers[i].value.size, headers[i].value.base);
    }
    if (request.body.size > 0) {
        buffer_format(log, " =%.*s", (int)request.body.size, request.body.base);
    }
    buffer_text(log, parser->keep_alive ? ";" : ".");
}

/* What comes of bytes that arrive in two pieces, or with step > 0 in pieces of that size. Each call
 * gets the request so far in memory of its own, so that nothing can point into the one before. */
static struct buffer run(const char *input, size_t size, size_t split, size_t step) {
    static struct http_parser parser;
    struct buffer log;
    buffer_init(&log, (size_t)1 << 22);
    http_parse_start(&parser);
    char *held = malloc(size + 1);
    size_t used = 0, came = 0;
    enum http_parse_status status = HTTP_PARSE_MORE;
    while (came < size && status != HTTP_PARSE_ERROR) {
        size_t next = step > 0 ? came + step : came < split ? split : size;
        next = next < size ? next : size;
        char *bytes = malloc(used + next - came + 1);
        memcpy(bytes, held, used);
        memcpy(bytes + used, input + came, next - came);
        used += next - came;
        came = next;
        size_t done = 0, request_size = 0;
        do {
            status = http_parse(&parser, bytes + done, used - done, &request_size);
            if (status == HTTP_PARSE_DONE) {
                print_request(&log, &parser, bytes + done);
                done += request_size;
            }
        } while (status == HTTP_PARSE_DONE && done < used);
        used -= done;
        memcpy(held, bytes + done, used);
        free(bytes);
    }
    free(held);
    if (status == HTTP_PARSE_ERROR) {
        buffer_format(&log, "!%u", (unsigned)parser.error_status);
    }
    buffer_append(&log, "", 1);
    return log;
}

static void expect_run(const char *input, size_t split, size_t step, const char *expected) {
    struct buffer log = run(input, strlen(input), split, step);
    cr_expect_str_eq(log.base, expected, "%s\n at split %zu step %zu: %s", input, split, step,
                     log.base);
    buffer_free(&log);
}

/* The same comes of it wherever it is cut. */
static void check(const char *input, const char *expected) {
    for (size_t split = 0; split <= strlen(input); split++) {
        expect_run(input, split, 0, expected);
    }
    expect_run(input, 0, 1, expected);
    expect_run(input, 0, 3, expected);
}

#define HOST "Host: n\r\n"

/* ---- Cases -------------------------------------------------------------------------------- */

Test(http_parse, a_request_without_a_body) {
    check("GET /v1/accounts/7?limit=3&x= HTTP/1.1\r\nHost: n\r\nAccept:  a/b \r\nX:\r\n\r\n",
          "GET /v1/accounts/7?limit=3&x= {Host:n} {Accept:a/b} {X:};");
}

Test(http_parse, a_body_with_its_length) {
    check("POST /p HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello",
          "POST /p {Host:n} {Content-Length:5} =hello;");
}

Test(http_parse, a_chunked_body_is_made_whole) {
    check("POST /p HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
          "1\r\na\r\n4;x=y\r\nbcde\r\n0\r\nTrailer: t\r\n\r\nGET /q HTTP/1.1\r\n" HOST "\r\n",
          "POST /p {Host:n} {Transfer-Encoding:chunked} =abcde;GET /q {Host:n};");
}

Test(http_parse, requests_behind_one_another) {
    check("GET /a HTTP/1.1\r\n" HOST "\r\nPOST /b HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nxy"
          "\r\nDELETE /c HTTP/1.1\r\n" HOST "\r\n",
          "GET /a {Host:n};POST /b {Host:n} {Content-Length:2} =xy;DELETE /c {Host:n};");
}

Test(http_parse, whether_the_connection_stays) {
    check("GET / HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n",
          "GET / {Host:n} {Connection:close}.");
    check("GET / HTTP/1.0\r\n\r\n", "GET /.");
}

Test(http_parse, an_upgrade_is_not_taken) {
    check("GET /a HTTP/1.1\r\n" HOST "Connection: upgrade\r\nUpgrade: h2c\r\n\r\n"
          "GET /b HTTP/1.1\r\n" HOST "\r\n",
          "GET /a {Host:n} {Connection:upgrade} {Upgrade:h2c};GET /b {Host:n};");
}

/* Each is a way to make two servers see different requests in the same bytes, or no HTTP. */
Test(http_parse, what_is_refused) {
    static const char *const bad[] = {
        "GET / HTTP/1.1\r\n\r\n",              /* no host */
        "GET / HTTP/1.1\r\n" HOST HOST "\r\n", /* two */
        "POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nContent-Length: 1\r\n\r\na",
        "POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nContent-Length: 2\r\n\r\na",
        "POST / HTTP/1.1\r\n" HOST "Content-Length: 1, 1\r\n\r\na",
        "POST / HTTP/1.1\r\n" HOST "Content-Length: +1\r\n\r\na",
        "POST / HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "Content-Length: 0x1\r\n\r\na",
        "POST / HTTP/1.1\r\n" HOST "Content-Length: \r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: identity\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked, gzip\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: xchunked\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nx\r\n",
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\n" HOST "X : y\r\n\r\n",      /* a space before the colon */
        "GET / HTTP/1.1\r\n" HOST "X: a\r\n b\r\n\r\n", /* a folded line */
        "GET / HTTP/1.1\r\n" HOST " X: a\r\n\r\n",
        "GET / HTTP/1.1\r\n" HOST "X:\r\n a\r\n\r\n", /* folded from its first byte on */
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "Content-Length:\r\n\t1\r\n\r\na",
        "POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n"
        "0\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\n",
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\n",
        "POST / HTTP/1.1\r\n" HOST
        "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nT: x\nU: y\r\n\r\n",
        "GET / RTSP/1.0\r\n" HOST "\r\n",
        "SOURCE / ICE/1.0\r\n" HOST "\r\n",
        "GET /  HTTP/1.1\r\n" HOST "\r\n",
        "GET / HTTP/1.1\r\n" HOST "X\r\n\r\n",
        "GET / HTTP/1.1\r\n" HOST "X: \x01\r\n\r\n",
        "GET / HTTP/1.1\n" HOST "\n",
        "GET / HTTP/1.1\r\nHost: n\n\r\n",
        "GET / HTTP/1.1\r\nHost: n\rX: y\r\n\r\n",
        "GET / HTTP/2.0\r\n" HOST "\r\n",
        "GET / HTTP/9.9\r\n" HOST "\r\n",
        "GET /\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "CONNECT n:80 HTTP/1.1\r\n" HOST "\r\n",
        "WHAT / HTTP/1.1\r\n" HOST "\r\n",
        "\x16\x03\x01\x02\x00\x01",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        check(bad[i], "!400");
    }
}

Test(http_parse, a_target_with_scheme_and_host_is_its_path) {
    check("GET http://n:80/a?b HTTP/1.1\r\n" HOST "\r\n", "GET /a?b {Host:n};");
}

Test(http_parse, what_a_head_announces_is_known_before_the_body) {
    static struct http_parser parser;
    char bytes[] = "POST /p HTTP/1.1\r\n" HOST "Content-Length: 700\r\n\r\na";
    size_t request_size = 0;
    http_parse_start(&parser);
    cr_expect_eq(http_parse(&parser, bytes, sizeof(bytes) - 1, &request_size), HTTP_PARSE_MORE);
    cr_expect(parser.head_done);
    cr_expect_eq(parser.body_announced, 700u);
}

/* ---- Limits ------------------------------------------------------------------------------- */

/* A request with `count` headers of `each` bytes of value and `body` bytes announced. */
static struct buffer request_of(size_t count, size_t each, size_t body) {
    struct buffer bytes;
    buffer_init(&bytes, (size_t)8 << 20);
    buffer_text(&bytes, "POST / HTTP/1.1\r\n" HOST);
    buffer_format(&bytes, "Content-Length: %zu\r\n", body);
    for (size_t i = 0; i < count; i++) {
        buffer_text(&bytes, "X: ");
        memset(buffer_extend(&bytes, each), 'x', each);
        buffer_text(&bytes, "\r\n");
    }
    buffer_text(&bytes, "\r\n");
    return bytes;
}

/* The status it is refused with; 0: it is not. */
static unsigned refusal(struct buffer bytes) {
    struct buffer log = run(bytes.base, bytes.used, bytes.used, 0);
    const char *mark = strchr(log.base, '!');
    unsigned status = mark == NULL ? 0 : (unsigned)strtoul(mark + 1, NULL, 10);
    struct buffer slow = run(bytes.base, bytes.used, 0, 1000);
    cr_expect_str_eq(slow.base, log.base);
    buffer_free(&slow);
    buffer_free(&log);
    buffer_free(&bytes);
    return status;
}

Test(http_parse, headers_are_limited) {
    cr_expect_eq(refusal(request_of(1, HTTP_HEADER_MAX - 200, 0)), 0);
    cr_expect_eq(refusal(request_of(1, HTTP_HEADER_MAX, 0)), 431);
    cr_expect_eq(refusal(request_of(HTTP_HEADERS_MAX - 2, 1, 0)), 0);
    cr_expect_eq(refusal(request_of(HTTP_HEADERS_MAX - 1, 1, 0)), 431);
}

Test(http_parse, bodies_are_limited) {
    cr_expect_eq(refusal(request_of(0, 0, HTTP_BODY_MAX)), 0);
    cr_expect_eq(refusal(request_of(0, 0, HTTP_BODY_MAX + 1)), 413);
    struct buffer bytes;
    buffer_init(&bytes, (size_t)8 << 20);
    const char *head = "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n";
    buffer_text(&bytes, head);
    for (int i = 0; i < 17; i++) { /* 17 chunks of 64 KiB */
        buffer_text(&bytes, "10000\r\n");
        memset(buffer_extend(&bytes, 65536), 'x', 65536);
        buffer_text(&bytes, "\r\n");
    }
    cr_expect_eq(refusal(bytes), 413);
    buffer_init(&bytes, (size_t)8 << 20);
    buffer_text(&bytes, head);
    buffer_text(&bytes, "ffffffffffffff0\r\nx");
    cr_expect_eq(refusal(bytes), 413);
    buffer_init(&bytes, (size_t)8 << 20);
    buffer_text(&bytes, head);
    for (int i = 0; i < 900000; i++) { /* small chunks, to fill memory with their heads */
        buffer_text(&bytes, "1\r\nx\r\n");
    }
    cr_expect_eq(refusal(bytes), 413);
}

Test(http_parse, a_peer_that_waits_is_noticed_once) {
    static struct http_parser parser;
    char bytes[] =
        "POST /p HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 2\r\n\r\nab";
    size_t size = sizeof(bytes) - 1, request_size = 0;
    http_parse_start(&parser);
    cr_expect_eq(http_parse(&parser, bytes, 10, &request_size), HTTP_PARSE_MORE);
    cr_expect_eq(http_parse(&parser, bytes, size - 2, &request_size), HTTP_PARSE_CONTINUE);
    cr_expect_eq(http_parse(&parser, bytes, size - 2, &request_size), HTTP_PARSE_MORE);
    cr_expect_eq(http_parse(&parser, bytes, size, &request_size), HTTP_PARSE_DONE);
    cr_expect_eq(request_size, size);
    http_parse_start(&parser);
    cr_expect_eq(http_parse(&parser, bytes, size - 1, &request_size), HTTP_PARSE_MORE,
                 "the body is coming already");
}
