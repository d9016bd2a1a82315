/* http_stub.h - an HTTP server that misbehaves as its paths say, for tests of those who call one.
 * Its threads are its own; the counters are any thread's. Every function aborts the test when the
 * system does not do its part.
 *
 * /echo: 200, the request itself. /status/N: that status. /slow: nothing for three seconds.
 * /drip: a byte each 50 ms for ever. /reset: closes with a reset, nothing sent. /half: less than
 * it promised. /huge: promises and sends too much. /chunks: the same in chunks, unpromised.
 * /redirect: to /echo. /cookie: sets one. /garbage: no HTTP at all. */
#ifndef TESTS_LIB_HTTP_STUB_H
#define TESTS_LIB_HTTP_STUB_H

#include <stdint.h>

struct http_stub {
    int fd;
    uint16_t port;
    _Atomic uint32_t connections, requests, open; /* open: connections now */
};

/* Never ends: it is the process's. */
void http_stub_start(struct http_stub *stub);

#endif
