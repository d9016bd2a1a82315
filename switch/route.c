#include "switch/route.h"

#include "switch/assert.h"
#include "switch/http_reply.h"
#include "switch/loop.h"

uint32_t route_path(struct slice path) {
    for (uint32_t i = 0; i < adapter_count; i++) {
        const char *prefix = adapters[i]->path_prefix;
        if (prefix != NULL && slice_starts(path, slice_text(prefix))) {
            return i;
        }
    }
    return ROUTE_NONE;
}

uint32_t route_rpc(void) {
    for (uint32_t i = 0; i < adapter_count; i++) {
        if (adapters[i]->path_prefix == NULL) {
            return i;
        }
    }
    return ROUTE_NONE;
}

/* Room in the ring for the commands of a request of this size: a request cannot say in few bytes
 * what takes many, and a large room wastes more where the ring starts over. */
static uint32_t commands_room(size_t body_size) {
    size_t room = 2 * LEDGER_COMMAND_MAX + body_size * CALL_BYTES_SPARE;
    return (uint32_t)(room < CALL_BYTES_MAX ? room : CALL_BYTES_MAX);
}

bool route_submit(struct loop *loop, struct call *call, const struct ledger_writer *writer) {
    if (!bridge_send(loop->lane, writer, call_ticket(&loop->calls, call))) {
        return false;
    }
    call->commands = writer->count;
    call_time(&loop->calls, call, loop->now_ns);
    metrics_add(&loop->metrics->commands, writer->count);
    return true;
}

enum route_verdict route_request(struct conn *conn, struct call *call,
                                 const struct adapter_request *request,
                                 struct adapter_reply *reply) {
    struct loop *loop = conn->loop;
    ASSERT(call->adapter < adapter_count);
    struct ledger_writer writer;
    if (!bridge_reserve(loop->lane, commands_room(request->body.size), &writer)) {
        return ROUTE_BUSY;
    }
    switch (adapters[call->adapter]->decode(loop->contexts[call->adapter], request, &writer,
                                            &call->note, reply)) {
    case ADAPTER_SUBMIT:
        return route_submit(loop, call, &writer) ? ROUTE_SENT : ROUTE_BUSY;
    case ADAPTER_QUERY:
        return worker_query(loop, call) ? ROUTE_SENT : ROUTE_BUSY;
    case ADAPTER_WORK:
        return heavy_start(conn, call, request) ? ROUTE_SENT : ROUTE_BUSY;
    case ADAPTER_ASK: /* of work alone */
    case ADAPTER_ANSWERED:
    default:
        return ROUTE_ANSWERED;
    }
}

void route_busy(struct loop *loop, const struct call *call, struct adapter_reply *reply) {
    const struct adapter *adapter = adapters[call->adapter];
    metrics_add(&loop->metrics->busy, 1);
    http_problem(reply, 503);
    if (adapter->busy != NULL) {
        reply->headers->used = reply->body->used = 0;
        adapter->busy(loop->contexts[call->adapter], &call->note, reply);
    }
}

void route_encode(struct loop *loop, const struct call *call, const struct ledger_result *results,
                  uint32_t count, struct adapter_reply *reply) {
    if (results == NULL) {
        metrics_add(&loop->metrics->unknown, 1);
    }
    adapters[call->adapter]->encode(loop->contexts[call->adapter], &call->note, results, count,
                                    reply);
}
