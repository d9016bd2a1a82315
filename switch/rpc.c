#include "switch/rpc.h"

#include "switch/actor.h"
#include "switch/assert.h"
#include "switch/limits.h"
#include "switch/loop.h"
#include "switch/operator.h"

/* What a call's answer is counted as: RPC has no status of its own. */
enum { STATUS_ANSWERED = 200, STATUS_BUSY = 503, STATUS_UNKNOWN = 504 };

/* Before login there is nothing large to say. */
static size_t frame_max(const struct conn *conn) {
    bool known = conn->grant != NULL || conn->listener == METRICS_UNIX;
    return known ? RPC_FRAME_MAX : RPC_FRAME_STRANGER_MAX;
}

void rpc_start(struct conn *conn) {
    conn->rpc.challenged = false;
    conn->rpc.strikes = 0;
    frame_start(&conn->rpc.scanner, frame_max(conn));
}

/* The msgid of a frame that is not whole or not a call, as far as one can tell; else 0. */
static uint32_t probable_id(const char *bytes, size_t size) {
    uint32_t count = 0;
    uint64_t type = 0, id = 0;
    size_t head = frame_read_array(bytes, size, &count);
    size_t first = head == 0 ? 0 : frame_read_uint(bytes + head, size - head, &type);
    if (first == 0 || count != 4 || type != 0 ||
        frame_read_uint(bytes + head + first, size - head - first, &id) == 0 || id > UINT32_MAX) {
        return 0;
    }
    return (uint32_t)id;
}

/* Says what is wrong with a frame, and ends: where the next one begins is not known. */
static void refuse(struct conn *conn, const char *bytes, size_t size, enum rpc_error error) {
    struct buffer *out = conn_out(conn);
    if (out != NULL) {
        metrics_add(&conn->loop->metrics->protocol_error, 1);
        rpc_reply_error(out, probable_id(bytes, size), error, NULL);
        conn_drain(conn);
    }
}

/* Counts a call that was answered, and gives it back. */
static void done(struct loop *loop, struct call *call, uint32_t status) {
    metrics_request(loop->metrics, call->adapter, call->operation, status,
                    loop->now_ns - call->started_ns);
    call_give(&loop->calls, call);
}

static void busy(struct loop *loop, struct call *call, uint32_t id, struct buffer *out) {
    metrics_add(&loop->metrics->busy, 1);
    rpc_reply_error(out, id, RPC_ERROR_BUSY, NULL);
    if (call != NULL) {
        done(loop, call, STATUS_BUSY);
    }
}

/* Gives a call to the operator's methods or to the adapter. */
static void dispatch(struct conn *conn, const struct rpc_call *received, struct buffer *out) {
    struct loop *loop = conn->loop;
    struct actor actor;
    struct call *call = call_take(&loop->calls);
    if (call == NULL) {
        busy(loop, NULL, received->id, out);
        return;
    }
    struct adapter_request request = {
        .method = received->method,
        .body = received->params,
        .call_id = received->id,
        .grant = conn->grant,
        .actor = actor_of(&actor, conn, conn->grant, slice_text(conn->peer_text)),
        .received_ns = loop->wall_ns,
    };
    struct adapter_reply reply = {.body = out};
    bool own = operator_method(received->method);
    call->conn = conn_place(conn);
    call->conn_generation = conn->generation;
    call->adapter = own ? METRICS_NODE : (uint16_t)route_rpc();
    call->operation = (uint16_t)metrics_operation(&request);
    call->started_ns = loop->now_ns;
    enum route_verdict verdict;
    if (own && !grant_allows(conn->grant, GRANT_OPERATOR)) { /* before it takes a worker's place */
        rpc_reply_error(out, received->id, RPC_ERROR_FORBIDDEN, "this is for operators");
        verdict = ROUTE_ANSWERED;
    } else if (own) {
        verdict = worker_operator(loop, call, received->id, received->method, received->params)
                      ? ROUTE_SENT
                      : ROUTE_BUSY;
    } else {
        verdict = route_request(conn, call, &request, &reply);
    }
    if (verdict == ROUTE_SENT) {
        conn_owe(conn, call);
    } else if (verdict == ROUTE_ANSWERED) {
        done(loop, call, STATUS_ANSWERED);
    } else {
        busy(loop, call, received->id, out);
    }
}

static void serve(struct conn *conn, struct slice frame) {
    struct rpc_call call;
    if (!rpc_call_read(frame, &call)) {
        refuse(conn, frame.base, frame.size, RPC_ERROR_BAD_CALL);
        return;
    }
    struct buffer *out = conn_out(conn);
    if (out == NULL) {
        return;
    }
    if (slice_equal(call.method, SLICE("login"))) {
        rpc_login(conn, &call, out);
    } else if (conn->grant == NULL) {
        rpc_reply_error(out, call.id, RPC_ERROR_LOGIN_REQUIRED, NULL);
        if (++conn->rpc.strikes >= RPC_STRIKES_MAX) {
            conn_drain(conn);
        }
    } else {
        dispatch(conn, &call, out);
    }
}

size_t rpc_input(struct conn *conn, char *bytes, size_t size) {
    struct frame_scanner *scanner = &conn->rpc.scanner;
    size_t used = 0;
    while (conn->state == CONN_OPEN && used < size) {
        if (conn_is_full(conn)) {
            conn->paused = true;
            break;
        }
        enum frame_status status = frame_scan(scanner, bytes + used, size - used);
        if (status == FRAME_MORE) {
            break;
        }
        if (status != FRAME_DONE) {
            refuse(conn, bytes + used, size - used,
                   status == FRAME_TOO_LARGE ? RPC_ERROR_TOO_LARGE : RPC_ERROR_BAD_CALL);
            break;
        }
        struct slice frame = {bytes + used, scanner->position};
        used += frame.size;
        serve(conn, frame);
        frame_start(scanner, frame_max(conn));
    }
    return used;
}

void rpc_answer(struct conn *conn, struct call *call, const struct ledger_result *results,
                uint32_t count) {
    struct buffer *out = conn_out(conn);
    if (out == NULL) {
        call_give(&conn->loop->calls, call);
        return;
    }
    struct adapter_reply reply = {.body = out};
    route_encode(conn->loop, call, results, count, &reply);
    metrics_request(conn->loop->metrics, call->adapter, call->operation,
                    results == NULL ? STATUS_UNKNOWN : STATUS_ANSWERED,
                    conn->loop->now_ns - call->started_ns);
    conn_settle(conn, call);
}

void rpc_reply(struct conn *conn, struct call *call, const struct adapter_reply *reply) {
    struct buffer *out = conn_out(conn);
    if (out == NULL || reply->body->failed) { /* a frame that is cut would spoil the stream */
        conn_close(conn);
        call_give(&conn->loop->calls, call);
        return;
    }
    buffer_append(out, reply->body->base, reply->body->used);
    metrics_request(conn->loop->metrics, call->adapter, call->operation, STATUS_ANSWERED,
                    conn->loop->now_ns - call->started_ns);
    conn_settle(conn, call);
}
