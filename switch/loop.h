/* loop.h - an event loop thread: its connections, calls in flight, listeners and lane to the ledger
 * thread. Everything here is that thread's, but for the functions marked otherwise. */
#ifndef SWITCH_LOOP_H
#define SWITCH_LOOP_H

#include <pthread.h>

#include "switch/bridge.h"
#include "switch/call.h"
#include "switch/conn.h"
#include "switch/heavy.h"
#include "switch/listener.h"
#include "switch/node.h"
#include "switch/outbox.h"
#include "switch/pool.h"
#include "switch/route.h"
#include "switch/worker.h"

/* What the loops of a node share. Any thread. */
struct loop_shared {
    struct node *node;
    const struct config *config;
    struct ledger *ledger;
    struct bridge *bridge;
    struct metrics *metrics;
    struct outbox *outbox;
    struct crew *crew;
    uint32_t connections_max;     /* the config's, or what the limit of open files allows */
    _Atomic uint32_t connections; /* of all loops */
    _Atomic uint32_t connections_of[LISTENERS]; /* of them, by enum metrics_listener */
    struct adapter_env env;
    void *contexts[ADAPTERS_MAX]; /* the first loop's: of adapters that have one for all */
};

struct loop {
    uv_loop_t uv;
    uv_poll_t wake;     /* of wake_fd: answers are there, works are done, or the loop is to stop */
    uv_timer_t sweep;   /* looks at time-outs                        */
    uv_check_t turn;    /* runs when all sockets that were ready have been read */
    int wake_fd;        /* an eventfd; -1: none */
    _Atomic bool woken; /* wake_fd was written to, and nobody has looked since */
    pthread_t thread;
    bool opened;    /* uv is initialised      */
    bool running;   /* the thread was started */
    bool abandoned; /* it ended while a worker still ran: it cannot be closed */
    uint32_t index;
    struct loop_shared *shared;
    struct bridge_lane *lane;
    struct metrics_loop *metrics;
    struct listener listeners[LISTENERS];
    void *contexts[ADAPTERS_MAX]; /* the adapters' */
    uint32_t context_count;

    struct conn_table conns;
    struct call_table calls;
    struct pool pool;
    struct worker worker;
    struct heavy heavy;
    struct outbox_inbox inbox; /* what providers answered to its checks */
    uint32_t dirty;            /* first connection with answers to send, or CALL_NONE */
    struct conn_pot pots[CONN_POT_KINDS][2]; /* [][1]: of peers that showed a key */
    struct log_rate strangers;               /* lines in the log that they cause */
    char *read_bytes;            /* LOOP_READ_BYTES, of whatever connection is being read */
    struct buffer body, headers; /* of the HTTP answer being made */
    uint64_t now_ns;             /* monotonic, at the start of the event  */
    uint64_t wall_ns;            /* wall-clock, at the start of the event */

    _Atomic bool stop;         /* set by loop_stop */
    _Atomic uint32_t inflight; /* calls, as of the last sweep: for the metrics */
    bool stopping;
    uint64_t stop_at_ns; /* monotonic: then what is left is closed */
};

/* Ports to bind, 0: any free one; then those that were bound. */
struct loop_ports {
    uint16_t http, rpc;
};

/* Prepares a loop: memory, adapters, listeners. The Unix socket is opened by loop 0. 0, or -1 with
 * why. After an error, or the end of the thread: loop_close. */
int loop_open(struct loop *loop, struct loop_shared *shared, uint32_t index,
              struct loop_ports *ports, char *why, size_t why_size);
/* Starts the thread. 0 or -1. */
int loop_run(struct loop *loop);
/* Tells the loop to end: no new requests; answered and sent, or NODE_DRAIN_MS later, it ends. Any
 * thread. */
void loop_stop(struct loop *loop);
/* Waits for the thread. The node's thread. */
void loop_join(struct loop *loop);
void loop_close(struct loop *loop);

/* At the start of each event: sets the time. */
void loop_begin(struct loop *loop);
/* Shows new calls to the ledger thread, and sends the answers that gathered. It is done once for
 * all sockets of a turn of the loop: then the ledger thread gets their calls as one batch. Events
 * that are no socket's end with it. */
void loop_end(struct loop *loop);

#endif
