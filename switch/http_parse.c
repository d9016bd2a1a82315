#include "switch/http_parse.h"

#include <string.h>

#include "switch/assert.h"

/* Where in a header line the parser stands. */
enum part { PART_NONE, PART_NAME, PART_VALUE };

/* Bytes of a request on the wire: a body in chunks of one byte each has six times its size, but
 * nobody honest sends that. */
#define WIRE_MAX (HTTP_HEADER_MAX + 2 * HTTP_BODY_MAX)

_Static_assert(HTTP_HEADER_MAX <= UINT16_MAX, "offsets of the head are 16 bits");

static struct http_parser *parser_of(llhttp_t *llhttp) {
    return llhttp->data;
}

/* Makes llhttp stop with an error that is ours. */
static int refuse(struct http_parser *parser, uint16_t status) {
    if (parser->error_status == 0) {
        parser->error_status = status;
    }
    return HPE_USER;
}

static int on_url(llhttp_t *llhttp, const char *at, size_t size) {
    struct http_parser *parser = parser_of(llhttp);
    if (parser->url_size == 0) {
        parser->url = (uint16_t)(at - parser->base);
    }
    parser->url_size = (uint16_t)(parser->url_size + size);
    return 0;
}

static int on_header_field(llhttp_t *llhttp, const char *at, size_t size) {
    struct http_parser *parser = parser_of(llhttp);
    if (parser->head_done) {
        return 0; /* trailers are not for us */
    }
    if (parser->part != PART_NAME) {
        if (parser->header_count == HTTP_HEADERS_MAX) {
            return refuse(parser, 431);
        }
        parser->headers[parser->header_count++] =
            (struct http_place){.name = (uint16_t)(at - parser->base)};
        parser->part = PART_NAME;
    }
    struct http_place *place = &parser->headers[parser->header_count - 1];
    place->name_size = (uint16_t)(place->name_size + size);
    return 0;
}

static int on_header_value(llhttp_t *llhttp, const char *at, size_t size) {
    struct http_parser *parser = parser_of(llhttp);
    if (parser->head_done || size == 0) {
        return 0;
    }
    ASSERT(parser->header_count > 0);
    struct http_place *place = &parser->headers[parser->header_count - 1];
    size_t offset = (size_t)(at - parser->base);
    if (place->value_size == 0) {
        place->value = (uint16_t)offset;
    } else if (offset != (size_t)place->value + place->value_size) {
        return refuse(parser, 400); /* a folded line: obsolete, and a way to hide things */
    }
    place->value_size = (uint16_t)(place->value_size + size);
    return 0;
}

static int on_header_field_complete(llhttp_t *llhttp) {
    parser_of(llhttp)->part = PART_VALUE;
    return 0;
}

static bool header_is(const struct http_parser *parser, const struct http_place *place,
                      struct slice name) {
    struct slice own = {parser->base + place->name, place->name_size};
    return slice_equal_nocase(own, name);
}

/* What the protocol itself wants of the headers; the rest is the adapters'. */
static int check_headers(struct http_parser *parser) {
    uint32_t hosts = 0;
    for (uint32_t i = 0; i < parser->header_count; i++) {
        const struct http_place *place = &parser->headers[i];
        if (header_is(parser, place, SLICE("host"))) {
            hosts++;
        } else if (header_is(parser, place, SLICE("expect"))) {
            struct slice value = {parser->base + place->value, place->value_size};
            parser->expects_continue = slice_equal_nocase(value, SLICE("100-continue"));
        }
    }
    bool needs_host = parser->llhttp.http_major == 1 && parser->llhttp.http_minor == 1;
    return hosts > 1 || (needs_host && hosts == 0) ? refuse(parser, 400) : 0;
}

static int on_headers_complete(llhttp_t *llhttp) {
    struct http_parser *parser = parser_of(llhttp);
    parser->head_done = true;
    parser->keep_alive = llhttp_should_keep_alive(llhttp) == 1;
    if (llhttp->method == HTTP_CONNECT || llhttp->http_major != 1) {
        return refuse(parser, 400);
    }
    if (llhttp->http_minor == 0 && (llhttp->flags & F_TRANSFER_ENCODING) != 0) {
        return refuse(parser, 400); /* HTTP/1.0 has none: somebody else would see another end */
    }
    parser->chunked = (llhttp->flags & F_CHUNKED) != 0;
    llhttp->upgrade = 0; /* we stay with HTTP/1.1: the request is served as it is */
    if (llhttp->content_length > HTTP_BODY_MAX) {
        return refuse(parser, 413);
    }
    parser->body_announced = (uint32_t)llhttp->content_length;
    return check_headers(parser);
}

/* A chunk says its size first; content_length is the chunk's then. */
static int on_chunk_header(llhttp_t *llhttp) {
    struct http_parser *parser = parser_of(llhttp);
    return llhttp->content_length > HTTP_BODY_MAX - parser->body_size ? refuse(parser, 413) : 0;
}

static int on_body(llhttp_t *llhttp, const char *at, size_t size) {
    struct http_parser *parser = parser_of(llhttp);
    size_t offset = (size_t)(at - parser->base);
    parser->expects_continue = false; /* the peer did not wait */
    if (parser->body_size == 0) {
        parser->body = (uint32_t)offset;
    }
    if (parser->body_size + size > HTTP_BODY_MAX) {
        return refuse(parser, 413);
    }
    char *end = (char *)(uintptr_t)(parser->base + parser->body + parser->body_size);
    if (end != at) {
        memmove(end, at, size); /* over a chunk's head, which was read */
    }
    parser->body_size += (uint32_t)size;
    parser->tail = (uint32_t)(offset + size);
    return 0;
}

static int on_message_complete(llhttp_t *llhttp) {
    (void)llhttp;
    return HPE_PAUSED; /* one request at a time */
}

static const llhttp_settings_t settings = {
    .on_url = on_url,
    .on_header_field = on_header_field,
    .on_header_value = on_header_value,
    .on_header_field_complete = on_header_field_complete,
    .on_headers_complete = on_headers_complete,
    .on_chunk_header = on_chunk_header,
    .on_body = on_body,
    .on_message_complete = on_message_complete,
};

/* Forgets the request, not the connection. */
static void next_request(struct http_parser *parser) {
    parser->fed = 0;
    parser->body = parser->body_size = parser->body_announced = 0;
    parser->url = parser->url_size = 0;
    parser->header_count = 0;
    parser->part = PART_NONE;
    parser->tail = 0;
    parser->chunked = parser->head_done = parser->expects_continue = false;
}

void http_parse_start(struct http_parser *parser) {
    llhttp_init(&parser->llhttp, HTTP_REQUEST, &settings);
    parser->llhttp.data = parser;
    parser->error_status = 0;
    next_request(parser);
}

static enum http_parse_status fail(struct http_parser *parser) {
    if (parser->error_status == 0) {
        parser->error_status = 400;
    }
    return HTTP_PARSE_ERROR;
}

/* Gives llhttp the bytes up to `size`. False: it stopped, for parser->llhttp.error. */
static bool feed(struct http_parser *parser, char *bytes, size_t size) {
    parser->base = bytes;
    const char *from = bytes + parser->fed;
    if (llhttp_execute(&parser->llhttp, from, size - parser->fed) == HPE_OK) {
        parser->fed = size;
        return true;
    }
    if (llhttp_get_errno(&parser->llhttp) == HPE_PAUSED) {
        parser->fed = (size_t)(llhttp_get_error_pos(&parser->llhttp) - bytes);
    }
    return false;
}

/* Whether the request line ends as HTTP/1.1 says: llhttp takes RTSP and ICE too, and more blanks.
 */
static bool version_is_ours(const struct http_parser *parser, const char *bytes) {
    static const char version[] = " HTTP/1.";
    size_t at = (size_t)parser->url + parser->url_size, size = sizeof(version) - 1;
    return parser->fed > at + size + 1 && memcmp(bytes + at, version, size) == 0 &&
           bytes[at + size + 1] == '\r';
}

/* Whether each line of a whole head ends with CR LF, the last and empty one too, and none goes on
 * with the one before; and so behind the last bytes of a body in chunks. llhttp takes a bare LF and
 * a folded line, and who sends one may hope that somebody else reads it otherwise. */
static bool lines_are_plain(const struct http_parser *parser, const char *bytes) {
    const char *at = bytes + parser->url, *end = bytes + parser->fed;
    const char *line = at;
    bool head = true;
    while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        if (at[-1] != '\r' || *line == ' ' || *line == '\t') {
            return false;
        }
        bool empty = at - line == 1;
        line = ++at;
        if (head && empty) {
            head = false;
            if (!parser->chunked) {
                return true;
            }
            if (parser->tail > 0) { /* "CR LF 0 CR LF", trailers, and the empty line */
                at = bytes + parser->tail;
                line = at + 2;
                at++;
            }
        }
    }
    return !head;
}

enum http_parse_status http_parse(struct http_parser *parser, char *bytes, size_t size,
                                  size_t *request_size) {
    if (llhttp_get_errno(&parser->llhttp) == HPE_PAUSED) { /* the request before was DONE */
        llhttp_resume(&parser->llhttp);
        next_request(parser);
    }
    ASSERT(parser->fed <= size);
    bool on = true;
    if (!parser->head_done) { /* a head that is too long ends here, not after a whole read */
        on = feed(parser, bytes, size < HTTP_HEADER_MAX ? size : HTTP_HEADER_MAX);
        if (on && !parser->head_done && parser->fed == HTTP_HEADER_MAX) {
            (void)refuse(parser, 431);
            return fail(parser);
        }
    }
    if (on && parser->fed < size) {
        on = feed(parser, bytes, size);
    }
    if (on) {
        if (parser->fed > WIRE_MAX) {
            (void)refuse(parser, 413);
            return fail(parser);
        }
        bool waits = parser->head_done && parser->expects_continue;
        parser->expects_continue = parser->expects_continue && !waits;
        return waits ? HTTP_PARSE_CONTINUE : HTTP_PARSE_MORE;
    }
    if (llhttp_get_errno(&parser->llhttp) != HPE_PAUSED || !version_is_ours(parser, bytes) ||
        !lines_are_plain(parser, bytes)) {
        return fail(parser);
    }
    *request_size = parser->fed;
    return HTTP_PARSE_DONE;
}

/* Without the blanks behind it. */
static struct slice trim(struct slice value) {
    while (value.size > 0 &&
           (value.base[value.size - 1] == ' ' || value.base[value.size - 1] == '\t')) {
        value.size--;
    }
    return value;
}

/* The target without the scheme and host that a proxy's way of asking begins with. */
static struct slice origin_form(struct slice url) {
    const struct slice scheme = SLICE("http://");
    if (url.size <= scheme.size ||
        !slice_equal_nocase((struct slice){url.base, scheme.size}, scheme)) {
        return url;
    }
    size_t host = scheme.size;
    while (host < url.size && url.base[host] != '/' && url.base[host] != '?') {
        host++;
    }
    return slice_after(url, host);
}

void http_parse_request(const struct http_parser *parser, const char *bytes,
                        struct adapter_header *headers, struct adapter_request *request) {
    struct slice url = origin_form((struct slice){bytes + parser->url, parser->url_size});
    const char *mark = url.size == 0 ? NULL : memchr(url.base, '?', url.size);
    request->path = url;
    request->query = (struct slice){url.base + url.size, 0};
    if (mark != NULL) {
        request->path.size = (size_t)(mark - url.base);
        request->query = slice_after(url, request->path.size + 1);
    }
    request->method = slice_text(llhttp_method_name((llhttp_method_t)parser->llhttp.method));
    request->body = (struct slice){bytes + parser->body, parser->body_size};
    request->headers = headers;
    request->header_count = parser->header_count;
    for (uint32_t i = 0; i < parser->header_count; i++) {
        const struct http_place *place = &parser->headers[i];
        headers[i].name = (struct slice){bytes + place->name, place->name_size};
        headers[i].value = trim((struct slice){bytes + place->value, place->value_size});
    }
}
