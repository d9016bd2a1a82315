/* The HTTP parser: a stream of requests is the same in one piece and cut anywhere. The first eight
 * bytes say where it is cut; the rest is the stream. */
#include <stdlib.h>
#include <string.h>

#include "protocols/common/buffer.h"
#include "switch/http_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#define CUTS 8
#define REQUESTS_MAX 64 /* of one stream; those behind are not looked at */

static void check(bool holds) {
    if (!holds)
        abort();
}

static void note(struct buffer *seen, struct slice part) {
    buffer_format(seen, "%zu:", part.size);
    if (part.size > 0)
        buffer_append(seen, part.base, part.size);
}

/* Writes down all of a request that an adapter would see. */
static void note_request(struct buffer *seen, const struct http_parser *parser, const char *bytes) {
    struct adapter_header headers[HTTP_HEADERS_MAX];
    struct adapter_request request = {.call_id = 0};
    http_parse_request(parser, bytes, headers, &request);
    check(request.header_count <= HTTP_HEADERS_MAX && request.body.size <= HTTP_BODY_MAX);
    note(seen, request.method);
    note(seen, request.path);
    note(seen, request.query);
    for (uint32_t i = 0; i < request.header_count; i++) {
        note(seen, headers[i].name);
        note(seen, headers[i].value);
    }
    note(seen, request.body);
    buffer_text(seen, parser->keep_alive ? "keep" : "close");
}

/* Serves the requests at the start of the held bytes, and drops them. False: the end. */
static bool serve(struct http_parser *parser, char *held, size_t *size, uint32_t *requests,
                  struct buffer *seen) {
    for (;;) {
        size_t taken = 0;
        enum http_parse_status status = http_parse(parser, held, *size, &taken);
        if (status == HTTP_PARSE_ERROR) {
            check(parser->error_status >= 400 && parser->error_status < 600);
            buffer_text(seen, "error");
            return false;
        }
        if (status != HTTP_PARSE_DONE)
            return true;
        check(taken > 0 && taken <= *size);
        note_request(seen, parser, held);
        *size -= taken;
        memmove(held, held + taken, *size);
        if (!parser->keep_alive || ++*requests == REQUESTS_MAX)
            return false;
    }
}

/* The stream as it arrives: up to each cut, in memory of just that size. */
static void run(const uint8_t *bytes, size_t size, const uint8_t *cuts, uint32_t cut_count,
                struct buffer *seen) {
    struct http_parser *parser = malloc(sizeof *parser);
    char *held = NULL;
    size_t held_size = 0, at = 0;
    uint32_t requests = 0;
    check(parser != NULL);
    http_parse_start(parser);
    for (uint32_t i = 0; i <= cut_count && at <= size; i++) {
        size_t part = i == cut_count ? size - at : (size_t)cuts[i] * size / 512;
        part = part < size - at ? part : size - at;
        char *grown = malloc(held_size + part + 1);
        check(grown != NULL);
        if (held_size > 0)
            memcpy(grown, held, held_size);
        memcpy(grown + held_size, bytes + at, part);
        free(held);
        held = grown;
        held_size += part;
        at += part;
        if (!serve(parser, held, &held_size, &requests, seen))
            break;
    }
    free(held);
    free(parser);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    if (size < CUTS)
        return 0;
    struct buffer whole, parts;
    buffer_init(&whole, (size_t)16 << 20);
    buffer_init(&parts, (size_t)16 << 20);
    run(bytes + CUTS, size - CUTS, bytes, 0, &whole);
    run(bytes + CUTS, size - CUTS, bytes, CUTS, &parts);
    check(!whole.failed && !parts.failed);
    check(whole.used == parts.used);
    check(whole.used == 0 || memcmp(whole.base, parts.base, whole.used) == 0);
    buffer_free(&whole);
    buffer_free(&parts);
    return 0;
}
