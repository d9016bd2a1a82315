#include "switch/http.h"

#include "switch/actor.h"
#include "switch/assert.h"
#include "switch/config.h"
#include "switch/http_reply.h"
#include "switch/limits.h"
#include "switch/loop.h"

void http_start(struct conn *conn) {
    http_parse_start(&conn->http.parser);
    conn->http.first = conn->http.last = CALL_NONE;
    conn->http.examined = false;
}

void http_stop(struct conn *conn) {
    struct call_table *calls = &conn->loop->calls;
    uint32_t place = conn->http.first;
    while (place != CALL_NONE) {
        struct call *call = &calls->calls[place];
        place = call->following;
        if (call->answered) { /* the others are given back when their answers find nobody */
            pool_give(&conn->loop->pool, call->held);
            call_give(calls, call);
        } else {
            heavy_abandon(call);
        }
    }
    conn->http.first = conn->http.last = CALL_NONE;
}

/* A reply into the loop's buffers, empty. */
static struct adapter_reply reply_start(struct loop *loop) {
    loop->body.used = loop->headers.used = 0;
    loop->body.failed = loop->headers.failed = false;
    return (struct adapter_reply){.body = &loop->body, .headers = &loop->headers};
}

/* Takes a request's place in the order of answers. NULL: there is none; the connection closes. */
static struct call *call_begin(struct conn *conn) {
    struct loop *loop = conn->loop;
    struct call *call = call_take(&loop->calls);
    if (call == NULL) {
        metrics_add(&loop->metrics->busy, 1);
        conn_close(conn);
        return NULL;
    }
    call->adapter = METRICS_NODE;
    call->started_ns = loop->now_ns;
    uint32_t place = call_place(&loop->calls, call);
    if (conn->http.last == CALL_NONE) {
        conn->http.first = place;
    } else {
        loop->calls.calls[conn->http.last].following = place;
    }
    conn->http.last = place;
    conn_owe(conn, call);
    return call;
}

/* The first answers in the order that are there go out. */
static void release(struct conn *conn) {
    struct loop *loop = conn->loop;
    while (conn->http.first != CALL_NONE) {
        struct call *call = &loop->calls.calls[conn->http.first];
        if (!call->answered) {
            return;
        }
        if (call->held != NULL) {
            struct buffer *out = conn_out(conn);
            if (out == NULL) {
                return;
            }
            buffer_append(out, call->held->base, call->held->used);
            conn->held_bytes -= call->held->size;
            pool_give(&loop->pool, call->held);
        }
        conn->http.first = call->following;
        if (conn->http.first == CALL_NONE) {
            conn->http.last = CALL_NONE;
        }
        conn_settle(conn, call);
    }
}

void http_reply(struct conn *conn, struct call *call, const struct adapter_reply *reply) {
    struct loop *loop = conn->loop;
    bool first = conn->http.first == call_place(&loop->calls, call);
    ASSERT(!call->answered);
    call->answered = true;
    call_untime(&loop->calls, call);
    struct buffer *out = NULL;
    if (first) {
        out = conn_out(conn);
    } else {
        out = call->held = pool_take(&loop->pool, CONN_OUT_MAX);
    }
    if (out == NULL) {
        conn_close(conn);
        return;
    }
    struct adapter_reply sent = *reply;
    if (sent.body->failed || sent.headers->failed) {
        http_problem(&sent, 500);
    }
    http_write_reply(out, &sent, call->head_only, call->close);
    metrics_request(loop->metrics, call->adapter, call->operation, sent.status,
                    loop->now_ns - call->started_ns);
    if (first) {
        release(conn);
    } else if (out->failed) { /* half an answer would be taken for a whole one */
        conn_close(conn);
    } else {
        conn->held_bytes += out->size;
        conn_count_unsent(conn);
    }
}

void http_answer(struct conn *conn, struct call *call, const struct ledger_result *results,
                 uint32_t count) {
    struct adapter_reply reply = reply_start(conn->loop);
    route_encode(conn->loop, call, results, count, &reply);
    http_reply(conn, call, &reply);
}

/* A wrong key was shown. */
static void tell_wrong_key(struct loop *loop) {
    uint32_t suppressed = 0;
    metrics_add(&loop->metrics->auth_failures, 1);
    if (log_rate_allows(&loop->strangers, loop->now_ns, LOG_STRANGERS_MAX, &suppressed)) {
        log_event(LOG_WARN, "login_failed", "listener=%s suppressed=%u", "http",
                  (unsigned)suppressed);
    }
}

/* The grant of the request's bearer key, or NULL. */
static const struct grant *authenticate(struct loop *loop, const struct adapter_request *request) {
    const struct slice scheme = SLICE("Bearer ");
    for (uint32_t i = 0; i < request->header_count; i++) {
        const struct adapter_header *header = &request->headers[i];
        if (!slice_equal_nocase(header->name, SLICE("Authorization"))) {
            continue;
        }
        struct slice value = header->value;
        const struct gateway *gateway = NULL;
        if (value.size > 6 && slice_equal_nocase((struct slice){value.base, 6}, SLICE("Basic "))) {
            return NULL; /* of networks: the adapter's to look at */
        }
        if (value.size > scheme.size && value.size <= scheme.size + GATEWAY_BEARER_MAX &&
            slice_equal_nocase((struct slice){value.base, scheme.size}, scheme)) {
            gateway = gateway_by_bearer(loop->shared->config, slice_after(value, scheme.size));
        }
        if (gateway == NULL) {
            tell_wrong_key(loop);
        }
        return gateway == NULL ? NULL : &gateway->grant;
    }
    return NULL;
}

/* Tells the adapter who the client is: the socket's peer, or whom a trusted proxy names; in `text`,
 * which the request then points into. */
static void name_client(const struct conn *conn, struct adapter_request *request,
                        char text[ADDRESS_TEXT]) {
    const struct networks *proxies = &conn->loop->shared->config->trusted_proxies;
    request->peer = slice_text(conn->peer_text);
    if (proxies->count == 0) {
        return;
    }
    struct forwarded client;
    forwarded_read(proxies, conn->peer, request->headers, request->header_count, &client);
    request->peer = slice_text(address_print(client.address, text));
    request->secure = client.secure;
}

/* The end points of the node itself. False: it is none of them. */
static bool serve_own(struct loop *loop, const struct adapter_request *request,
                      struct adapter_reply *reply) {
    bool health = slice_equal(request->path, SLICE("/healthz"));
    bool ready = slice_equal(request->path, SLICE("/readyz"));
    bool metrics = slice_equal(request->path, SLICE("/metrics"));
    if (!health && !ready && !metrics) {
        return false;
    }
    if (!slice_equal(request->method, SLICE("GET"))) {
        http_problem(reply, 405);
        return true;
    }
    reply->status = 200;
    reply->content_type = "text/plain; charset=utf-8";
    if (health) {
        buffer_text(reply->body, "ok\n");
    } else if (metrics) {
        reply->content_type = METRICS_CONTENT_TYPE;
        node_metrics(loop->shared->node, reply->body);
    } else {
        char why[256] = "ready";
        if (loop->stopping) {
            reply->status = 503;
            buffer_text(reply->body, "stopping\n");
            return true;
        }
        reply->status = node_ready(loop->shared->node, why, sizeof(why)) ? 200 : 503;
        buffer_text(reply->body, why);
        buffer_text(reply->body, "\n");
    }
    return true;
}

/* The adapter's bound of a body, by who sends it; 0: it has none of its own. */
static uint32_t body_bound(const struct conn *conn, uint32_t adapter) {
    if (adapter == ROUTE_NONE) {
        return 0;
    }
    const struct adapter *bounds = adapters[adapter];
    return conn->grant == NULL ? bounds->body_stranger_max : bounds->body_max;
}

/* Gives a request to its adapter, and what comes of it to the peer, the ledger or a worker. */
static void serve_adapter(struct conn *conn, struct call *call, struct adapter_request *request,
                          struct adapter_reply *reply) {
    struct loop *loop = conn->loop;
    char text[ADDRESS_TEXT];
    struct actor actor;
    uint32_t bound = body_bound(conn, call->adapter);
    enum route_verdict verdict = ROUTE_ANSWERED;
    name_client(conn, request, text);
    request->actor = actor_of(&actor, conn, request->grant, request->peer);
    if (bound > 0 && request->body.size > bound) {
        http_problem(reply, 413);
    } else {
        verdict = route_request(conn, call, request, reply);
    }
    if (verdict == ROUTE_SENT) {
        conn->commands += call->commands;
        return;
    }
    if (verdict == ROUTE_BUSY) {
        route_busy(loop, call, reply);
    }
    http_reply(conn, call, reply);
}

/* Serves one whole request at bytes. */
static void serve(struct conn *conn, const char *bytes) {
    struct loop *loop = conn->loop;
    struct call *call = call_begin(conn);
    if (call == NULL) {
        return;
    }
    struct adapter_header headers[HTTP_HEADERS_MAX];
    struct adapter_request request = {.received_ns = loop->wall_ns};
    http_parse_request(&conn->http.parser, bytes, headers, &request);
    call->close = !conn->http.parser.keep_alive || loop->stopping;
    conn->asked = true;
    bool examined = conn->http.examined;
    conn->http.examined = false;
    if (slice_equal(request.method, SLICE("HEAD"))) {
        call->head_only = true;
        request.method = SLICE("GET");
    }
    call->operation = (uint16_t)metrics_operation(&request);
    if (call->close) {
        conn_drain(conn);
    }
    struct adapter_reply reply = reply_start(loop);
    uint32_t adapter = route_path(request.path);
    if (adapter == ROUTE_NONE) {
        conn->grant = NULL;
        if (!serve_own(loop, &request, &reply)) {
            http_problem(&reply, 404);
        }
        http_reply(conn, call, &reply);
        return;
    }
    if (!examined) {
        conn->grant = authenticate(loop, &request);
    }
    request.grant = conn->grant;
    call->adapter = (uint16_t)adapter;
    serve_adapter(conn, call, &request, &reply);
}

/* Refuses the request that is coming, behind the answers that are still owed; then the connection
 * ends. */
static void refuse(struct conn *conn, uint32_t status) {
    struct call *call = call_begin(conn);
    if (call != NULL) {
        struct adapter_reply reply = reply_start(conn->loop);
        http_problem(&reply, status);
        call->close = true;
        conn_drain(conn);
        http_reply(conn, call, &reply);
    }
}

/* Looks at the key of a request of which the head is here, and at how much may follow. */
static void examine(struct conn *conn, const char *bytes) {
    struct adapter_header headers[HTTP_HEADERS_MAX];
    struct adapter_request request = {.received_ns = conn->loop->wall_ns};
    http_parse_request(&conn->http.parser, bytes, headers, &request);
    conn->grant = authenticate(conn->loop, &request);
    uint32_t bound = body_bound(conn, route_path(request.path));
    conn->http.too_large = 413;
    conn->http.body_max = bound;
    if (bound == 0 && conn->grant == NULL) { /* with a key it might be welcome */
        conn->http.too_large = 401;
        conn->http.body_max = HTTP_BODY_STRANGER_MAX;
    } else if (bound == 0) {
        conn->http.body_max = HTTP_BODY_MAX;
    }
    conn->http.examined = true;
}

/* Whether the rest of a request that is not whole is waited for: only as much of a body is as the
 * path takes from this peer. */
static bool is_welcome(struct conn *conn, const char *bytes, size_t size) {
    const struct http_parser *parser = &conn->http.parser;
    if (!parser->head_done) {
        return true;
    }
    if (!conn->http.examined) {
        examine(conn, bytes);
    }
    uint32_t max = conn->http.body_max;
    return parser->body_announced <= max && parser->body_size <= max &&
           size <= HTTP_HEADER_MAX + 2 * (size_t)max;
}

/* Goes on when the request at bytes is not whole. */
static void wait_for_more(struct conn *conn, const char *bytes, size_t size, bool expected) {
    if (!is_welcome(conn, bytes, size)) {
        refuse(conn, conn->http.too_large);
        return;
    }
    /* Behind pending answers it would be taken for one of theirs. */
    struct buffer *out = expected && conn->http.first == CALL_NONE ? conn_out(conn) : NULL;
    if (out != NULL) {
        buffer_text(out, "HTTP/1.1 100 Continue\r\n\r\n");
    }
}

size_t http_input(struct conn *conn, char *bytes, size_t size) {
    size_t used = 0;
    while (conn->state == CONN_OPEN && used < size) {
        if (conn_is_full(conn)) {
            conn->paused = true;
            break;
        }
        size_t request_size = 0;
        enum http_parse_status status =
            http_parse(&conn->http.parser, bytes + used, size - used, &request_size);
        switch (status) {
        case HTTP_PARSE_DONE:
            serve(conn, bytes + used);
            used += request_size;
            break;
        case HTTP_PARSE_ERROR:
            metrics_add(&conn->loop->metrics->protocol_error, 1);
            refuse(conn, conn->http.parser.error_status);
            return size;
        case HTTP_PARSE_CONTINUE:
        case HTTP_PARSE_MORE:
        default:
            wait_for_more(conn, bytes + used, size - used, status == HTTP_PARSE_CONTINUE);
            return used;
        }
    }
    return used;
}
