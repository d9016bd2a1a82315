#include "switch/loop.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "switch/assert.h"
#include "switch/clock.h"
#include "switch/http.h"
#include "switch/limits.h"
#include "switch/log.h"
#include "switch/rpc.h"

void loop_begin(struct loop *loop) {
    loop->now_ns = clock_monotonic_ns();
    loop->wall_ns = clock_wall_ns();
}

void loop_end(struct loop *loop) {
    bridge_publish(loop->shared->bridge, loop->lane); /* the ledger works while we send */
    while (loop->dirty != CALL_NONE) {
        struct conn *conn = &loop->conns.conns[loop->dirty];
        loop->dirty = conn->dirty_next;
        conn_flush(conn);
    }
    bridge_publish(loop->shared->bridge, loop->lane); /* what waited for the answers sent */
}

/* Gives a call its results, or NULL: not known. */
static void answer(struct loop *loop, struct call *call, const struct ledger_result *results,
                   uint32_t count) {
    struct conn *conn = conn_find(loop, call->conn, call->conn_generation);
    if (conn == NULL || results == NULL) {
        heavy_drop(loop, call);
    }
    if (conn == NULL) {
        call_give(&loop->calls, call); /* the peer left; the ledger's answer stands */
    } else if (call->job != NULL) {
        heavy_encode(conn, call, results, count);
    } else if (conn->listener == METRICS_HTTP) {
        http_answer(conn, call, results, count);
    } else {
        rpc_answer(conn, call, results, count);
    }
}

static void receive_answers(struct loop *loop) {
    const struct bridge_answer *received = NULL;
    while ((received = bridge_receive(loop->lane)) != NULL) {
        struct call *call = call_find(&loop->calls, received->ticket);
        if (call != NULL && !call->answered) { /* else it was told "unknown" already */
            answer(loop, call, received->failed ? NULL : received->results, received->count);
        }
    }
    bridge_release(loop->lane);
}

/* No new connections and requests. What is owed is answered; then each connection is ended in good
 * order, so that its peer reads all answers even if it is sending more. */
static void begin_stop(struct loop *loop) {
    loop->stopping = true;
    loop->stop_at_ns = loop->now_ns + (uint64_t)NODE_DRAIN_MS * 1000000;
    for (uint32_t i = 0; i < LISTENERS; i++) {
        listener_close(&loop->listeners[i]);
    }
    worker_cancel(loop);
    for (uint32_t i = 0; i < loop->conns.fresh; i++) {
        conn_drain(&loop->conns.conns[i]); /* of those that are open */
    }
}

/* From any thread. Not uv_async_send: a thread of a lower priority that the loop it wakes takes the
 * core from has not finished there, and the loop spins until it has. */
static void wake(void *context) {
    struct loop *loop = context;
    if (!atomic_exchange(&loop->woken, true)) {
        uint64_t one = 1;
        ssize_t written = write(loop->wake_fd, &one, sizeof(one));
        ASSERT(written == (ssize_t)sizeof(one));
    }
}

static void on_wake(uv_poll_t *handle, int status, int events) {
    struct loop *loop = handle->data;
    uint64_t count = 0;
    (void)status, (void)events;
    (void)!read(loop->wake_fd, &count, sizeof(count));
    atomic_store(&loop->woken, false); /* first this, then the looks: what comes now wakes again */
    loop_begin(loop);
    receive_answers(loop);
    heavy_receive(loop);
    if (!loop->stopping && atomic_load(&loop->stop)) {
        begin_stop(loop);
    }
    loop_end(loop);
}

/* When nothing is left, the loop has no handle any more and ends. */
static void go_on_stopping(struct loop *loop) {
    if (loop->now_ns >= loop->stop_at_ns) {
        for (uint32_t i = 0; i < loop->conns.fresh; i++) {
            if (loop->conns.conns[i].state != CONN_FREE) {
                conn_close(&loop->conns.conns[i]);
            }
        }
        heavy_cancel(loop);
    }
    uint32_t running = loop->worker.running + loop->heavy.running;
    loop->abandoned = running > 0 && loop->now_ns >= loop->stop_at_ns + CONN_LINGER_NS;
    if (loop->conns.used == 0 && (running == 0 || loop->abandoned)) {
        uv_close((uv_handle_t *)&loop->wake, NULL);
        uv_close((uv_handle_t *)&loop->sweep, NULL);
        uv_close((uv_handle_t *)&loop->turn, NULL);
        outbox_inbox_close(&loop->inbox);
        uv_stop(&loop->uv); /* it would wait for the worker */
    }
}

static void on_sweep(uv_timer_t *handle) {
    struct loop *loop = handle->data;
    loop_begin(loop);
    for (uint32_t i = 0; i < loop->conns.fresh; i++) {
        if (loop->conns.deadlines[i] != 0 && loop->conns.deadlines[i] <= loop->now_ns) {
            conn_overdue(&loop->conns.conns[i], loop->now_ns);
        }
    }
    uint64_t patience_ns = (uint64_t)loop->shared->config->answer_timeout_ms * 1000000;
    uint64_t before_ns = loop->now_ns > patience_ns ? loop->now_ns - patience_ns : 0;
    struct call *call = NULL;
    while ((call = call_overdue(&loop->calls, before_ns)) != NULL) {
        answer(loop, call, NULL, 0);
    }
    atomic_store_explicit(&loop->inflight, loop->calls.used, memory_order_relaxed);
    if (loop->stopping) {
        go_on_stopping(loop);
    }
    loop_end(loop);
}

static void on_turn(uv_check_t *handle) {
    loop_end(handle->data);
}

static int open_memory(struct loop *loop) {
    loop->read_bytes = malloc(LOOP_READ_BYTES);
    if (loop->read_bytes == NULL || worker_init(&loop->worker) != 0 ||
        heavy_init(&loop->heavy) != 0 || call_table_init(&loop->calls, LOOP_CALLS_MAX) != 0 ||
        conn_table_init(&loop->conns, loop->shared->connections_max + CONN_PLACES_OPERATOR) != 0) {
        return -1;
    }
    buffer_init(&loop->body, HTTP_REPLY_MAX);
    buffer_init(&loop->headers, HTTP_HEADER_MAX);
    loop->dirty = CALL_NONE;
    for (uint32_t kind = 0; kind < CONN_POT_KINDS; kind++) {
        conn_pot_init(&loop->pots[kind][0]);
        conn_pot_init(&loop->pots[kind][1]);
    }
    return 0;
}

/* 0, or -1 with why: one of them needs memory, or what the config gives it. */
static int open_adapters(struct loop *loop, char *why, size_t why_size) {
    for (; loop->context_count < adapter_count; loop->context_count++) {
        uint32_t i = loop->context_count;
        if (adapters[i]->one_context && loop->index > 0) {
            loop->contexts[i] = loop->shared->contexts[i];
        } else if (adapters[i]->init != NULL &&
                   adapters[i]->init(&loop->contexts[i], &loop->shared->env) != 0) {
            (void)snprintf(why, why_size,
                           "the adapter %s cannot start: no memory, or its keys in the config are "
                           "no good",
                           adapters[i]->name);
            return -1;
        }
        loop->shared->contexts[i] = loop->contexts[i];
    }
    return 0;
}

static int open_handles(struct loop *loop) {
    if (uv_loop_init(&loop->uv) != 0) {
        return -1;
    }
    loop->opened = true;
    loop->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    loop->heavy.desk.wake = wake;
    loop->heavy.desk.context = loop;
    loop->wake.data = loop->sweep.data = loop->turn.data = loop;
    loop->uv.data = loop;
    if (loop->wake_fd < 0 || uv_poll_init(&loop->uv, &loop->wake, loop->wake_fd) != 0 ||
        uv_poll_start(&loop->wake, UV_READABLE, on_wake) != 0 ||
        uv_timer_init(&loop->uv, &loop->sweep) != 0 || uv_check_init(&loop->uv, &loop->turn) != 0 ||
        uv_check_start(&loop->turn, on_turn) != 0 ||
        outbox_inbox_open(&loop->inbox, &loop->uv) != 0) {
        return -1;
    }
    return uv_timer_start(&loop->sweep, on_sweep, LOOP_SWEEP_MS, LOOP_SWEEP_MS) == 0 ? 0 : -1;
}

int loop_open(struct loop *loop, struct loop_shared *shared, uint32_t index,
              struct loop_ports *ports, char *why, size_t why_size) {
    memset(loop, 0, sizeof(*loop));
    loop->index = index;
    loop->wake_fd = -1;
    loop->shared = shared;
    loop->lane = &shared->bridge->lanes[index];
    loop->lane->wake = wake;
    loop->lane->wake_context = loop;
    loop->metrics = &shared->metrics->loops[index];
    loop_begin(loop);
    if (open_memory(loop) != 0 || open_handles(loop) != 0) {
        (void)snprintf(why, why_size, "no memory for an event loop");
        return -1;
    }
    if (open_adapters(loop, why, why_size) != 0) {
        return -1;
    }
    if (listener_open_tcp(&loop->listeners[METRICS_HTTP], loop, METRICS_HTTP, &ports->http, why,
                          why_size) != 0 ||
        listener_open_tcp(&loop->listeners[METRICS_RPC], loop, METRICS_RPC, &ports->rpc, why,
                          why_size) != 0) {
        return -1;
    }
    return index > 0 ? 0
                     : listener_open_unix(&loop->listeners[METRICS_UNIX], loop,
                                          shared->config->unix_path, why, why_size);
}

static void *run(void *argument) {
    struct loop *loop = argument;
    char name[16]; /* the system's limit */
    (void)snprintf(name, sizeof(name), "loop-%u", (unsigned)loop->index);
    (void)pthread_setname_np(pthread_self(), name);
    (void)uv_run(&loop->uv, UV_RUN_DEFAULT);
    return NULL;
}

int loop_run(struct loop *loop) {
    loop->running = pthread_create(&loop->thread, NULL, run, loop) == 0;
    return loop->running ? 0 : -1;
}

void loop_stop(struct loop *loop) {
    atomic_store(&loop->stop, true);
    wake(loop);
}

void loop_join(struct loop *loop) {
    if (loop->running) {
        (void)pthread_join(loop->thread, NULL);
        loop->running = false;
    }
}

static void close_handle(uv_handle_t *handle, void *argument) {
    (void)argument;
    if (!uv_is_closing(handle)) {
        uv_close(handle, NULL);
    }
}

void loop_close(struct loop *loop) {
    ASSERT(!loop->running);
    if (loop->opened) {
        uv_walk(&loop->uv, close_handle, NULL); /* of a loop that never ran */
        (void)uv_run(&loop->uv, UV_RUN_DEFAULT);
        int rc = uv_loop_close(&loop->uv);
        ASSERT(rc == 0);
        outbox_inbox_free(&loop->inbox);
        if (loop->wake_fd >= 0) {
            (void)close(loop->wake_fd);
        }
        loop->opened = false;
    }
    for (uint32_t i = 0; i < loop->context_count; i++) {
        if (adapters[i]->fini != NULL && !(adapters[i]->one_context && loop->index > 0)) {
            adapters[i]->fini(loop->contexts[i]);
        }
    }
    loop->context_count = 0;
    worker_free(&loop->worker);
    heavy_free(loop);
    call_table_free(&loop->calls);
    conn_table_free(&loop->conns);
    pool_clear(&loop->pool);
    buffer_free(&loop->body);
    buffer_free(&loop->headers);
    free(loop->read_bytes);
    loop->read_bytes = NULL;
}
