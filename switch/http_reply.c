#include "switch/http_reply.h"

#include <string.h>

#include "switch/assert.h"

/* X(status, reason, code, "title") of what the server itself refuses. */
/* clang-format off */
#define PROBLEM_MAP(X) \
    X(400, BAD_REQUEST,        "the request is malformed") \
    X(401, UNAUTHORIZED,       "a gateway's bearer key is needed") \
    X(404, NOT_FOUND,          "there is nothing at this path") \
    X(405, METHOD_NOT_ALLOWED, "this path does not take this method") \
    X(413, TOO_LARGE,          "the body is larger than this node takes") \
    X(431, HEADERS_TOO_LARGE,  "the headers are longer than this node takes") \
    X(500, INTERNAL,           "the answer could not be made") \
    X(503, BUSY,               "the node has no room for this now; ask again")
/* clang-format on */

static const char *reason(uint32_t status) {
    static const struct {
        uint32_t status;
        const char *text;
    } reasons[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {303, "See Other"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {409, "Conflict"},
        {413, "Content Too Large"},
        {415, "Unsupported Media Type"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
    };
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (reasons[i].status == status) {
            return reasons[i].text;
        }
    }
    return "Unknown";
}

static void append_number(struct buffer *out, size_t number) {
    char digits[24];
    size_t start = sizeof(digits);
    do {
        digits[--start] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    buffer_append(out, digits + start, sizeof(digits) - start);
}

void http_write_reply(struct buffer *out, const struct adapter_reply *reply, bool head_only,
                      bool close) {
    ASSERT(reply->status >= 200);
    ASSERT(reply->status <= 599);
    buffer_text(out, "HTTP/1.1 ");
    append_number(out, reply->status);
    buffer_text(out, " ");
    buffer_text(out, reason(reply->status));
    if (reply->body->used > 0 && reply->content_type != NULL) {
        buffer_text(out, "\r\nContent-Type: ");
        buffer_text(out, reply->content_type);
    }
    buffer_text(out, "\r\nContent-Length: ");
    append_number(out, reply->body->used);
    buffer_text(out, close ? "\r\nConnection: close\r\n" : "\r\n");
    buffer_append(out, reply->headers->base, reply->headers->used);
    buffer_text(out, "\r\n");
    if (!head_only) {
        buffer_append(out, reply->body->base, reply->body->used);
    }
}

void http_problem(struct adapter_reply *reply, uint32_t status) {
    const char *code = NULL, *title = NULL;
    switch (status) {
#define X(number, name, text)                                                                      \
    case number:                                                                                   \
        code = #name;                                                                              \
        title = text;                                                                              \
        break;
        PROBLEM_MAP(X)
#undef X
    default:
        break;
    }
    ASSERT(code != NULL);
    reply->status = status;
    reply->content_type = "application/problem+json";
    reply->headers->used = reply->body->used = 0;
    reply->headers->failed = reply->body->failed = false;
    if (status == 401) {
        buffer_text(reply->headers, "WWW-Authenticate: Bearer\r\n");
    } else if (status == 503) {
        buffer_text(reply->headers, "Retry-After: 1\r\n");
    } else if (status == 405) {
        buffer_text(reply->headers, "Allow: GET, HEAD\r\n");
    }
    buffer_format(reply->body,
                  "{\"type\":\"urn:tiyn:problem:%s\",\"title\":\"%s\",\"status\":%u,"
                  "\"code\":\"%s\"}",
                  code, title, (unsigned)status, code);
}
