/* http_parse.h - takes HTTP/1.1 requests out of a stream of bytes, over llhttp. Pure: no I/O, no
 * allocation. One parser a connection, one thread at a time.
 *
 * A request's bytes are given from its first byte on, in one piece of memory that may move and grow
 * between calls; each byte is looked at once. Chunked bodies are made whole in place. */
#ifndef SWITCH_HTTP_PARSE_H
#define SWITCH_HTTP_PARSE_H

#include <llhttp.h>
#include <stdbool.h>

#include "protocols/adapter.h"
#include "switch/limits.h"

enum http_parse_status {
    HTTP_PARSE_MORE,     /* the request does not end in these bytes             */
    HTTP_PARSE_CONTINUE, /* the same, and the peer waits for "100 Continue"     */
    HTTP_PARSE_DONE,     /* a whole request: http_parse_request                 */
    HTTP_PARSE_ERROR,    /* http_parser.error_status says which; nothing follows */
};

struct http_place { /* offsets from the request's first byte */
    uint16_t name, name_size, value, value_size;
};

struct http_parser {
    llhttp_t llhttp;
    const char *base; /* of the bytes, during a call            */
    size_t fed;       /* bytes of the request given to llhttp   */
    uint32_t body, body_size;
    uint32_t body_announced; /* by Content-Length               */
    uint16_t url, url_size;
    uint16_t header_count;
    uint16_t error_status; /* 400, 413, 431                          */
    uint8_t part;          /* of the header line being read          */
    uint32_t tail;         /* end of the body's last bytes, in chunks */
    bool chunked;
    bool head_done;
    bool expects_continue; /* and was not told yet                   */
    bool keep_alive;       /* the connection may serve more requests */
    struct http_place headers[HTTP_HEADERS_MAX];
};

void http_parse_start(struct http_parser *parser);

/* Goes on with bytes[0..size), the request from its first byte. DONE: the request has *request_size
 * bytes; after it, the next call's bytes begin with the next request. */
enum http_parse_status http_parse(struct http_parser *parser, char *bytes, size_t size,
                                  size_t *request_size);

/* Fills in method, path, query, headers and body of a whole request at bytes. headers:
 * HTTP_HEADERS_MAX of them. */
void http_parse_request(const struct http_parser *parser, const char *bytes,
                        struct adapter_header *headers, struct adapter_request *request);

#endif
