/* conn_deadline.c - what a connection owes its peer, and how long the peer may keep us waiting. */
#include <sys/ioctl.h>

#include "switch/assert.h"
#include "switch/conn.h"
#include "switch/limits.h"
#include "switch/loop.h"

void conn_owe(struct conn *conn, struct call *call) {
    call->conn = conn_place(conn);
    call->conn_generation = conn->generation;
    conn->calls++;
    conn->commands += call->commands;
}

void conn_settle(struct conn *conn, struct call *call) {
    ASSERT(conn->calls > 0);
    ASSERT(conn->commands >= call->commands);
    conn->calls--;
    conn->commands -= call->commands;
    call_give(&conn->loop->calls, call);
}

static uint64_t from_ms(uint64_t start_ns, uint32_t ms) {
    return start_ns + (uint64_t)ms * 1000000;
}

static uint64_t earlier(uint64_t a, uint64_t b) {
    return a == 0 || (b != 0 && b < a) ? b : a;
}

/* Of an open connection that owes us nothing to take: 0, or when its request is to be whole, its
 * peer to be logged in or to have asked for something, or anything at all to have come. */
static uint64_t input_deadline(const struct conn *conn) {
    const struct config *config = conn->loop->shared->config;
    uint64_t deadline = 0;
    if (conn->partial_ns != 0 && !conn->paused) {
        deadline = from_ms(conn->partial_ns, config->header_timeout_ms);
    }
    bool new_here = conn->listener == METRICS_HTTP ? !conn->asked : conn->grant == NULL;
    if (new_here) {
        deadline = earlier(deadline, from_ms(conn->opened_ns, config->header_timeout_ms));
    }
    if (deadline == 0 && conn->calls == 0 && config->idle_timeout_ms > 0) {
        deadline = from_ms(conn->loop->now_ns, config->idle_timeout_ms);
    }
    return deadline;
}

void conn_arm(struct conn *conn) {
    const struct config *config = conn->loop->shared->config;
    uint64_t deadline = 0;
    if (conn->state == CONN_LINGERING) {
        deadline = conn->opened_ns + CONN_LINGER_NS;
    } else if (conn->state == CONN_OPEN || conn->state == CONN_DRAINING) {
        if (conn->sending != NULL) {
            deadline = from_ms(conn->blocked_ns, config->write_timeout_ms);
        } else if (conn->state == CONN_OPEN) {
            deadline = input_deadline(conn);
        }
    }
    conn->loop->conns.deadlines[conn_place(conn)] = deadline;
}

bool conn_is_slow(size_t size, size_t before, size_t now) {
    ASSERT(before <= size);
    size_t share = size / CONN_READ_PERIODS;
    size_t least = share > CONN_READ_LEAST ? share : CONN_READ_LEAST;
    return now > before || before - now < least;
}

/* Whether what the peer sent lies in its socket: then the loop is late, not the peer. */
static bool input_waits(const struct conn *conn) {
    uv_os_fd_t fd;
    int bytes = 0;
    return conn->state == CONN_OPEN && !conn->paused && uv_fileno(&conn->uv.handle, &fd) == 0 &&
           ioctl(fd, FIONREAD, &bytes) == 0 && bytes > 0;
}

void conn_overdue(struct conn *conn, uint64_t now_ns) {
    if (conn->sending != NULL) {
        size_t left = uv_stream_get_write_queue_size(&conn->uv.stream);
        if (!conn_is_slow(conn->sending->used, conn->sending_left, left)) {
            conn->sending_left = left;
            conn->blocked_ns = now_ns;
            conn_arm(conn);
            return;
        }
    }
    if (conn->sending == NULL && input_waits(conn)) {
        conn->loop->conns.deadlines[conn_place(conn)] = from_ms(now_ns, LOOP_SWEEP_MS);
        return;
    }
    if (conn->state != CONN_LINGERING) {
        metrics_add(&conn->loop->metrics->timeouts, 1);
    }
    conn_close(conn);
}
