/* conn.h - a connection: its socket, what came in and is not a whole request yet, what goes out.
 * Loop thread only. What the bytes mean is http.c's and rpc.c's.
 *
 *   FREE -> OPEN -> DRAINING -> LINGERING -> CLOSING -> FREE
 * OPEN: requests are read and answered. DRAINING: none are read, those in flight are answered.
 * LINGERING: all is sent; input is dropped for a moment, so that the peer gets to read our last
 * answer (closing a socket with unread input resets it). CLOSING: the handle is being closed. */
#ifndef SWITCH_CONN_H
#define SWITCH_CONN_H

#include <uv.h>

#include "protocols/adapter.h"
#include "protocols/common/frame.h"
#include "protocols/rpc/message.h"
#include "switch/address.h"
#include "switch/call.h"
#include "switch/http_parse.h"
#include "switch/metrics.h"

struct loop;
struct loop_shared;

enum conn_state { CONN_FREE, CONN_OPEN, CONN_DRAINING, CONN_LINGERING, CONN_CLOSING };

/* Memory that peers make a loop hold. Those who showed no key have a pot of their own, so that they
 * take no room from gateways and operators; when a pot is over its bound, the connections of it
 * that did nothing for the longest time are closed, not the one that comes next. */
enum conn_pot_kind { CONN_PARTIAL, CONN_UNSENT }; /* requests not whole; answers not sent */
#define CONN_POT_KINDS 2

struct conn_pot {
    size_t bytes;
    uint32_t first, last; /* connections with a share, the longest idle one first; CALL_NONE */
};

struct conn_share {
    size_t bytes;            /* 0: it is in no list */
    uint32_t earlier, later; /* neighbours in the pot's list */
    bool known;              /* which pot */
};

struct conn_http {
    struct http_parser parser;
    bool examined;        /* the head of the request under way was looked at, and its key */
    uint16_t too_large;   /* examined: what a body above body_max is refused with */
    uint32_t body_max;    /* examined: bytes that the request's body may have */
    uint32_t first, last; /* requests in flight, in the order of their answers; CALL_NONE */
};

struct conn_rpc {
    struct frame_scanner scanner;
    bool challenged; /* a challenge was given and not used */
    uint8_t strikes; /* calls before login                 */
    uint8_t challenge[RPC_CHALLENGE_SIZE];
    const struct gateway *gateway; /* that the challenge is for; NULL: no such one */
    char name[RPC_NAME_MAX];       /* that the challenge was asked for */
    uint8_t name_size;
};

struct conn {
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } uv;
    struct loop *loop;
    uint32_t generation;
    uint32_t free_next;  /* FREE: the next free place */
    uint32_t dirty_next; /* dirty: the next one that has answers to send */
    uint8_t state;       /* enum conn_state */
    uint8_t listener;    /* enum metrics_listener it came from */
    bool dirty;
    bool paused;                  /* not read until some of its requests are answered and sent */
    bool peer_done;               /* the peer will send no more */
    uint32_t calls, commands;     /* in flight */
    bool asked;                   /* HTTP: it sent a whole request once */
    bool trickles;                /* its reads bring little behind much: see on_alloc */
    uint8_t peer[ADDRESS_BYTES];  /* HTTP: the socket's address, */
    char peer_text[ADDRESS_TEXT]; /* and its text, NUL-terminated */
    uint32_t uid, pid;            /* Unix: the peer's */
    const struct grant *grant;    /* RPC: who logged in; HTTP: whose key came last; NULL: nobody */

    struct conn_share shares[CONN_POT_KINDS];
    struct buffer *in;  /* the beginning of a request, or what waits while paused; or NULL */
    size_t in_shared;   /* bytes of it that were moved to the loop's read buffer for this read */
    size_t held_bytes;  /* HTTP: of answers that wait for their turn */
    struct buffer *out; /* answers that gather; or NULL */
    struct buffer *sending; /* answers that the socket did not take at once; or NULL */
    size_t sending_left;    /* bytes of it that were unsent when last looked */
    uv_write_t write;
    uv_shutdown_t shutdown;

    uint64_t opened_ns;  /* monotonic, as are the following */
    uint64_t partial_ns; /* when the first byte of the request in `in` came; 0: none */
    uint64_t blocked_ns; /* when the socket last took bytes of `sending` */
    union {
        struct conn_http http;
        struct conn_rpc rpc;
    };
};

/* The connections of a loop. */
struct conn_table {
    struct conn *conns;
    uint64_t *deadlines; /* monotonic ns, by place; 0: none. Apart, since all are looked at often */
    uint32_t size, fresh, free, used;
};

/* 0, or -1: no memory. */
int conn_table_init(struct conn_table *table, uint32_t size);
void conn_table_free(struct conn_table *table);

/* A connection whose handle is initialised, for the listener to accept into; NULL: too many. Then
 * conn_start or conn_close. */
struct conn *conn_open(struct loop *loop, enum metrics_listener listener);
void conn_start(struct conn *conn);
/* Fills conn->peer and its text; of a TCP connection. */
void conn_look_at_peer(struct conn *conn);
/* The connection at a place, or NULL when it is not of that generation any more. */
struct conn *conn_find(struct loop *loop, uint32_t place, uint32_t generation);
uint32_t conn_place(const struct conn *conn);

/* Where answers are appended, to be sent by loop_end. NULL: no memory, and the connection is being
 * closed. */
struct buffer *conn_out(struct conn *conn);
/* Sends what gathered, and goes on reading when that was paused. */
void conn_flush(struct conn *conn);

/* Counts a call as one of the connection's, until it is answered. */
void conn_owe(struct conn *conn, struct call *call);
/* Gives a call that was answered back. */
void conn_settle(struct conn *conn, struct call *call);

/* Reads no more requests; closes when all is answered and sent. */
void conn_drain(struct conn *conn);
/* Closes now; what is in flight is not answered. */
void conn_close(struct conn *conn);

/* Sets the connection's deadline from its state. */
void conn_arm(struct conn *conn);
/* The deadline passed. */
void conn_overdue(struct conn *conn, uint64_t now_ns);

/* True when the connection has as much in flight or unsent as it may. */
bool conn_is_full(const struct conn *conn);

/* Whether a peer took too little of `size` bytes that wait for it: before a time of write_ms there
 * were `before` left, now there are `now`. */
bool conn_is_slow(size_t size, size_t before, size_t now);

/* ---- conn_memory.c ---- */

void conn_pot_init(struct conn_pot *pot);
/* Sets the connection's share, and closes the connections that are in the way when the pot is over
 * its bound: maybe this one. touch: it did something just now. */
void conn_share_set(struct conn *conn, enum conn_pot_kind kind, size_t bytes, bool touch);
/* Counts what the connection has unsent. */
void conn_count_unsent(struct conn *conn);
/* Keeps what input was not done with. used: it was done with something before it. */
void conn_keep(struct conn *conn, const char *rest, size_t size, bool used);
/* Drops what was kept. */
void conn_drop_input(struct conn *conn);

/* Takes a place, of those that the listener may fill. False: there is none. */
bool conn_admit(struct loop_shared *shared, enum metrics_listener listener);
void conn_leave(struct loop_shared *shared, enum metrics_listener listener);

#endif
