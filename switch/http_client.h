/* http_client.h - the HTTP requests that the node makes of others: many at once, on one libuv loop,
 * over libcurl's multi interface. Everything is the loop's thread's, but for http_client_start.
 *
 * TLS is verified; redirects are not followed; no proxies, cookies, or password files are used,
 * whatever the environment says; names are resolved on threads of libcurl's. Connections are kept
 * open for the next request. An answer longer than HTTP_CLIENT_ANSWER_MAX is none, or is cut. */
#ifndef SWITCH_HTTP_CLIENT_H
#define SWITCH_HTTP_CLIENT_H

#include <uv.h>

#include "protocols/common/network.h"
#include "protocols/common/slice.h"
#include "protocols/outbound.h"

#define HTTP_CLIENT_ANSWER_MAX OUTBOUND_ANSWER_MAX

/* Before other threads use libcurl, as often as one likes. 0 or -1. */
int http_client_start(void);

struct http_client;
/* asks_max: how many will be under way at most; so many connections are kept. NULL: no memory. */
struct http_client *http_client_open(uv_loop_t *loop, uint32_t asks_max);
/* Every http_ask of it was closed. The loop runs once more after it, to let its handles go. */
void http_client_close(struct http_client *client);

/* Whom requests go to, and how: outlives what uses it. Texts that are NULL: without. */
struct http_target {
    uint32_t connect_timeout_ms; /* name, TCP and TLS                                      */
    uint32_t total_timeout_ms;
    const char *basic_auth; /* "user:password". Secret                                */
    const char *client_cert, *client_key; /* paths of PEM files */
    const char *ca_file;        /* instead of the system's certificates                   */
    const char *const *headers; /* lines "Name: value", then NULL. Secret                 */
    /* Only addresses that are public, or in `allow` (NULL: none), are connected to, whatever a
     * name resolves to. A client has targets of one kind: kept connections are shared. */
    bool public_only;
    const struct networks *allow;
    bool cuts_answers; /* of one that is too long the status counts, and the beginning */
};

struct http_ask_request {
    const char *method;         /* "GET" or "POST"                            */
    const char *url;            /* copied                                     */
    const char *content_type;   /* of a POST; static, or NULL                 */
    struct slice body;          /* of a POST; lives until done                */
    uint32_t timeout_ms;        /* if it is shorter than the target's; 0: not */
    const char *const *headers; /* further ones of a POST, HTTP_CLIENT_HEADERS_MAX at most, then
                                   NULL; live until done. NULL: none */
};

struct http_ask_answer {
    uint32_t status; /* 0: there was none, and `why` (static text) tells */
    struct slice body;
    uint64_t latency_us;
    const char *why;
};

/* A place for one request at a time, of one target. */
struct http_ask;
struct http_ask *http_ask_open(struct http_client *client, const struct http_target *target);
/* 0, and done is called once, from the loop and never from here; it may start the next one, and not
 * close this one. Or -1: no memory, and it is not. */
int http_ask_start(struct http_ask *ask, const struct http_ask_request *request,
                   void (*done)(void *context, const struct http_ask_answer *answer),
                   void *context);
/* Ends the request under way, if there is one; done is not called. NULL is fine. */
void http_ask_close(struct http_ask *ask);

#endif
