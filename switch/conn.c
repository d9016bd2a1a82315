#include "switch/conn.h"

#include <stdlib.h>
#include <string.h>

#include "switch/assert.h"
#include "switch/http.h"
#include "switch/limits.h"
#include "switch/loop.h"
#include "switch/rpc.h"

int conn_table_init(struct conn_table *table, uint32_t size) {
    *table = (struct conn_table){.size = size, .free = CALL_NONE};
    table->conns = calloc(size, sizeof(*table->conns));
    table->deadlines = calloc(size, sizeof(*table->deadlines));
    return table->conns == NULL || table->deadlines == NULL ? -1 : 0;
}

void conn_table_free(struct conn_table *table) {
    free(table->conns);
    free(table->deadlines);
    table->conns = NULL;
    table->deadlines = NULL;
}

uint32_t conn_place(const struct conn *conn) {
    return (uint32_t)(conn - conn->loop->conns.conns);
}

struct conn *conn_find(struct loop *loop, uint32_t place, uint32_t generation) {
    ASSERT(place < loop->conns.size);
    struct conn *conn = &loop->conns.conns[place];
    return conn->generation == generation ? conn : NULL;
}

static struct conn *place_take(struct conn_table *table) {
    struct conn *conn = NULL;
    if (table->free != CALL_NONE) {
        conn = &table->conns[table->free];
        table->free = conn->free_next;
    } else if (table->fresh < table->size) {
        conn = &table->conns[table->fresh++];
    }
    table->used += conn != NULL;
    return conn;
}

static void place_give(struct conn_table *table, struct conn *conn) {
    ASSERT(table->used > 0);
    conn->state = CONN_FREE;
    conn->free_next = table->free;
    table->free = (uint32_t)(conn - table->conns);
    table->used--;
}

struct conn *conn_open(struct loop *loop, enum metrics_listener listener) {
    struct loop_shared *shared = loop->shared;
    if (!conn_admit(shared, listener)) {
        return NULL;
    }
    struct conn *conn = place_take(&loop->conns);
    ASSERT(conn != NULL); /* a loop's table has room for all */
    /* The parser's tables, at the end, are set when it starts. */
    uint32_t generation = conn->generation;
    memset(conn, 0, offsetof(struct conn, http));
    conn->generation = generation;
    conn->loop = loop;
    conn->state = CONN_OPEN;
    conn->listener = (uint8_t)listener;
    conn->opened_ns = loop->now_ns;
    int rc = listener == METRICS_UNIX ? uv_pipe_init(&loop->uv, &conn->uv.pipe, 0)
                                      : uv_tcp_init(&loop->uv, &conn->uv.tcp);
    ASSERT(rc == 0); /* neither allocates or calls the system */
    conn->uv.handle.data = conn;
    if (listener == METRICS_HTTP) {
        http_start(conn);
    } else {
        rpc_start(conn);
    }
    return conn;
}

static void on_closed(uv_handle_t *handle) {
    struct conn *conn = handle->data;
    struct loop *loop = conn->loop;
    ASSERT(conn->sending == NULL); /* its callback came before */
    pool_give(&loop->pool, conn->out);
    conn_leave(loop->shared, conn->listener);
    metrics_add(&loop->metrics->closed[conn->listener], 1);
    place_give(&loop->conns, conn);
}

void conn_close(struct conn *conn) {
    if (conn->state == CONN_CLOSING) {
        return;
    }
    ASSERT(conn->state != CONN_FREE);
    conn->state = CONN_CLOSING;
    conn->generation++; /* answers to its calls find nobody */
    conn->loop->conns.deadlines[conn_place(conn)] = 0;
    if (conn->listener == METRICS_HTTP) {
        http_stop(conn);
    }
    conn_drop_input(conn);
    conn_share_set(conn, CONN_PARTIAL, 0, false);
    conn_share_set(conn, CONN_UNSENT, 0, false);
    uv_close(&conn->uv.handle, on_closed);
}

bool conn_is_full(const struct conn *conn) {
    size_t unsent =
        conn->sending_left + conn->held_bytes + (conn->out == NULL ? 0 : conn->out->used);
    if (unsent > CONN_OUT_PAUSE_STRANGER &&
        (conn->grant == NULL || unsent > CONN_OUT_PAUSE ||
         conn->loop->pots[CONN_UNSENT][1].bytes > LOOP_UNSENT_BYTES / 2)) {
        return true;
    }
    if (conn->listener == METRICS_HTTP) {
        return conn->calls >= CONN_PIPELINE_MAX;
    }
    return conn->calls >= CONN_CALLS_MAX ||
           conn->commands > CONN_COMMANDS_MAX - (uint32_t)LEDGER_BATCH_MAX;
}

static void consume(struct conn *conn, char *bytes, size_t size) {
    size_t used = conn->listener == METRICS_HTTP ? http_input(conn, bytes, size)
                                                 : rpc_input(conn, bytes, size);
    ASSERT(used <= size);
    if (conn->state == CONN_OPEN) {
        conn_keep(conn, bytes + used, size - used, used > 0);
    } else if (conn->state != CONN_CLOSING) {
        conn_drop_input(conn);
    }
    if (conn->state == CONN_OPEN && conn->paused) {
        (void)uv_read_stop(&conn->uv.stream);
    }
}

/* Where the next read goes: to the loop's buffer, behind the little that is there of a request; or
 * behind the much that is there, in the connection's own buffer. The second is also for a peer
 * whose bytes come one by one: else the much would be moved for each of them. */
static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *place) {
    (void)suggested;
    struct conn *conn = handle->data;
    struct loop *loop = conn->loop;
    struct buffer *in = conn->in;
    if (in == NULL || (in->used <= LOOP_READ_BYTES / 4 && !conn->trickles)) {
        conn->in_shared = in == NULL ? 0 : in->used;
        if (in != NULL) {
            memcpy(loop->read_bytes, in->base, in->used);
            conn_drop_input(conn);
        }
        *place = uv_buf_init(loop->read_bytes + conn->in_shared,
                             (unsigned)(LOOP_READ_BYTES - conn->in_shared));
        return;
    }
    size_t more = in->used < in->ceiling - in->used ? in->used : in->ceiling - in->used;
    if (in->size - in->used < LOOP_READ_BYTES / 4 && more > 0 && buffer_extend(in, more) != NULL) {
        in->used -= more; /* it was for the room only; conn_keep counts it */
    }
    /* No room: libuv then reports UV_ENOBUFS, and the connection is closed. */
    *place = uv_buf_init(in->base + in->used, (unsigned)(in->size - in->used));
}

static void on_read_end(struct conn *conn, ssize_t error) {
    conn->in_shared = 0;
    conn->peer_done = true;
    bool owes = conn->calls > 0 || conn->sending != NULL || conn->out != NULL;
    if (error == UV_EOF && conn->state == CONN_OPEN && owes) {
        conn_drain(conn); /* it may have closed its half only, and wait for the answers */
    } else {
        conn_close(conn);
    }
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *place) {
    (void)place;
    struct conn *conn = stream->data;
    struct loop *loop = conn->loop;
    loop_begin(loop);
    if (count < 0) {
        on_read_end(conn, count);
    } else if (conn->state == CONN_OPEN) {
        metrics_add(&loop->metrics->bytes_in, (uint64_t)count);
        if (conn->in == NULL) {
            size_t size = conn->in_shared + (size_t)count;
            conn->trickles = conn->in_shared / 16 > (size_t)count;
            conn->in_shared = 0;
            consume(conn, loop->read_bytes, size);
        } else {
            conn->in->used += (size_t)count;
            consume(conn, conn->in->base, conn->in->used);
        }
        conn_arm(conn);
        if (loop->lane->unpublished >= LOOP_PUBLISH_COMMANDS) {
            bridge_publish(loop->shared->bridge, loop->lane);
        }
    }
}

void conn_look_at_peer(struct conn *conn) {
    struct sockaddr_storage socket = {.ss_family = AF_UNSPEC};
    int size = (int)sizeof(socket);
    (void)uv_tcp_getpeername(&conn->uv.tcp, (struct sockaddr *)&socket, &size); /* may be gone */
    address_of_socket((const struct sockaddr *)&socket, conn->peer);
    (void)address_print(conn->peer, conn->peer_text);
}

void conn_start(struct conn *conn) {
    metrics_add(&conn->loop->metrics->accepted[conn->listener], 1);
    if (conn->listener == METRICS_HTTP) {
        conn_look_at_peer(conn);
    }
    if (uv_read_start(&conn->uv.stream, on_alloc, on_read) != 0) {
        conn_close(conn);
        return;
    }
    conn_arm(conn);
}

static void mark_dirty(struct conn *conn) {
    if (!conn->dirty) {
        conn->dirty = true;
        conn->dirty_next = conn->loop->dirty;
        conn->loop->dirty = conn_place(conn);
    }
}

struct buffer *conn_out(struct conn *conn) {
    if (conn->out == NULL) {
        conn->out = pool_take(&conn->loop->pool, CONN_OUT_MAX);
        if (conn->out == NULL) {
            conn_close(conn);
            return NULL;
        }
    }
    mark_dirty(conn);
    return conn->out;
}

static void on_shutdown(uv_shutdown_t *request, int status) {
    (void)status; /* the deadline, or the peer, ends what follows */
    (void)request;
}

/* All is answered and sent: says so to the peer, and waits a moment for it to close. */
static void linger(struct conn *conn) {
    if (conn->peer_done || uv_shutdown(&conn->shutdown, &conn->uv.stream, on_shutdown) != 0) {
        conn_close(conn);
        return;
    }
    conn->state = CONN_LINGERING;
    conn->opened_ns = conn->loop->now_ns;
    (void)uv_read_start(&conn->uv.stream, on_alloc, on_read);
}

static void on_write(uv_write_t *write, int status) {
    struct conn *conn = write->handle->data;
    struct loop *loop = conn->loop;
    loop_begin(loop);
    pool_give(&loop->pool, conn->sending);
    conn->sending = NULL;
    conn->sending_left = 0;
    if (conn->state == CONN_CLOSING) {
        return;
    }
    if (status < 0) {
        conn_close(conn);
    } else {
        mark_dirty(conn);
    }
    loop_end(loop); /* libuv may call this outside of a turn's sockets */
}

/* Gives the socket what gathered; what it does not take at once goes with uv_write. */
static void send_out(struct conn *conn) {
    struct buffer *out = conn->out;
    uv_buf_t bytes = uv_buf_init(out->base, (unsigned)out->used);
    int sent = uv_try_write(&conn->uv.stream, &bytes, 1);
    if (sent < 0 && sent != UV_EAGAIN) {
        conn_close(conn);
        return;
    }
    conn->out = NULL;
    metrics_add(&conn->loop->metrics->bytes_out, out->used);
    if ((size_t)(sent < 0 ? 0 : sent) == out->used) {
        pool_give(&conn->loop->pool, out);
        return;
    }
    size_t skip = sent < 0 ? 0 : (size_t)sent;
    conn->sending = out;
    conn->sending_left = out->used - skip;
    if (conn->grant == NULL) {
        skip = 0;
        memmove(out->base, out->base + out->used - conn->sending_left, conn->sending_left);
        out->used = conn->sending_left;
        pool_trim(out);
    }
    conn->blocked_ns = conn->loop->now_ns;
    bytes = uv_buf_init(out->base + skip, (unsigned)(out->used - skip));
    if (uv_write(&conn->write, &conn->uv.stream, &bytes, 1, on_write) != 0) {
        pool_give(&conn->loop->pool, out);
        conn->sending = NULL;
        conn_close(conn);
    }
}

/* Goes on with the requests that waited, then with reading. */
static void resume(struct conn *conn) {
    conn->paused = false;
    if (conn->in != NULL) {
        conn->partial_ns = conn->loop->now_ns;
        consume(conn, conn->in->base, conn->in->used);
    }
    if (conn->state == CONN_OPEN && !conn->paused) {
        int rc = uv_read_start(&conn->uv.stream, on_alloc, on_read);
        if (rc != 0 && rc != UV_EALREADY) {
            conn_close(conn);
        }
    }
}

void conn_flush(struct conn *conn) {
    conn->dirty = false;
    if (conn->state == CONN_CLOSING || conn->state == CONN_FREE) {
        return;
    }
    if (conn->out != NULL && conn->out->failed) {
        conn_close(conn); /* it does not read, and owes us too much */
        return;
    }
    if (conn->out != NULL && conn->out->used == 0) {
        pool_give(&conn->loop->pool, conn->out);
        conn->out = NULL;
    }
    if (conn->out != NULL && conn->sending == NULL) {
        send_out(conn);
    }
    conn_count_unsent(conn);
    if (conn->state == CONN_CLOSING) {
        return;
    }
    bool sent = conn->out == NULL && conn->sending == NULL;
    if (conn->state == CONN_OPEN && !conn->paused && conn_is_full(conn)) {
        conn->paused = true;
        (void)uv_read_stop(&conn->uv.stream);
    } else if (conn->state == CONN_OPEN && conn->paused && !conn_is_full(conn)) {
        resume(conn);
    } else if (conn->state == CONN_DRAINING && sent && conn->calls == 0) {
        linger(conn);
    }
    conn_arm(conn);
}

void conn_drain(struct conn *conn) {
    if (conn->state == CONN_OPEN) {
        conn->state = CONN_DRAINING;
        (void)uv_read_stop(&conn->uv.stream);
        mark_dirty(conn);
    }
}
