/* metrics.h - what the node counts and measures, and its text for Prometheus.
 * Each loop thread writes only its own struct metrics_loop, and the ledger thread only its
 * struct metrics_ledger, with relaxed atomics and no lock; metrics_write reads from any thread. */
#ifndef SWITCH_METRICS_H
#define SWITCH_METRICS_H

#include <stdatomic.h>

#include "protocols/adapter.h"

#define METRICS_LOOPS_MAX 16
#define METRICS_ADAPTERS_MAX 8 /* the last one counts all that no adapter took ("node") */
#define METRICS_OPERATIONS_MAX 48
#define METRICS_STATUSES_MAX 32

/* A latency histogram with log-linear buckets: each power of two from 16 us to 16 s is cut in four,
 * so a bound is at most a quarter above the value. */
#define METRICS_BUCKETS 82
struct metrics_histogram {
    _Atomic uint64_t buckets[METRICS_BUCKETS]; /* not cumulative; the last is +Inf */
    _Atomic uint64_t sum_ns;
};

/* Counters of one loop thread. */
struct metrics_loop {
    _Alignas(64) _Atomic uint64_t accepted[3]; /* connections, by enum metrics_listener     */
    _Atomic uint64_t closed[3];
    _Atomic uint64_t refused;        /* connections over connections_max              */
    _Atomic uint64_t evicted;        /* connections closed to free what peers make us hold */
    _Atomic uint64_t timeouts;       /* connections closed by a time-out              */
    _Atomic uint64_t protocol_error; /* connections closed for malformed input        */
    _Atomic uint64_t auth_failures;  /* wrong bearer keys and RPC log-ins             */
    _Atomic uint64_t bytes_in, bytes_out;
    _Atomic uint64_t commands;   /* given to the ledger                                 */
    _Atomic uint64_t busy;       /* requests refused since a ring or table was full     */
    _Atomic uint64_t works_busy; /* of them, those that found no place among the works  */
    _Atomic uint64_t unknown;    /* requests whose outcome was not known in time        */
    _Atomic uint64_t requests[METRICS_ADAPTERS_MAX][METRICS_OPERATIONS_MAX][METRICS_STATUSES_MAX];
    struct metrics_histogram latency[METRICS_ADAPTERS_MAX];
};
enum metrics_listener { METRICS_HTTP = 0, METRICS_RPC = 1, METRICS_UNIX = 2 };

/* Counters of the ledger thread. */
struct metrics_ledger {
    _Alignas(64) _Atomic uint64_t batches, commands;
    _Atomic uint64_t batch_max;      /* commands of the largest batch since start         */
    _Atomic uint64_t paused_ns;      /* rest taken so that the tables do not run full     */
    struct metrics_histogram commit; /* time in ledger_commit: the journal's write and apply */
};

struct metrics {
    uint32_t loop_count;
    const char *adapters[METRICS_ADAPTERS_MAX]; /* names; NULL: unused                  */
    struct metrics_loop *loops;                 /* [loop_count]                         */
    struct metrics_ledger ledger;
};

/* adapters: static names, in the order of the numbers given to metrics_request; their count is at
 * most METRICS_ADAPTERS_MAX - 1. 0, or -1: out of memory. */
int metrics_init(struct metrics *metrics, uint32_t loops, const char *const *adapters,
                 uint32_t adapter_count);
void metrics_free(struct metrics *metrics);

/* Adds to a counter that only the calling thread writes. */
static inline void metrics_add(_Atomic uint64_t *counter, uint64_t count) {
    uint64_t now = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, now + count, memory_order_relaxed);
}

/* The number of the operation that a request asks for, to be kept until it is answered: of RPC
 * (path.size == 0) by the method's name, of HTTP by method and path. Unknown ones are "other", so
 * that a stranger cannot make new series. */
uint32_t metrics_operation(const struct adapter_request *request);

/* Counts an answered request. adapter: its index, METRICS_NODE for the node's own end points.
 * status: the HTTP status; of RPC 200 answered, 503 busy, 504 unknown. latency_ns: from the
 * request's last byte to its answer's first. Loop thread. */
#define METRICS_NODE (METRICS_ADAPTERS_MAX - 1)
void metrics_request(struct metrics_loop *loop, uint32_t adapter, uint32_t operation,
                     uint32_t status, uint64_t latency_ns);

/* Counts a batch. Ledger thread. */
void metrics_commit(struct metrics_ledger *ledger, uint32_t commands, uint64_t commit_ns,
                    uint64_t pause_ns);

void metrics_observe(struct metrics_histogram *histogram, uint64_t value_ns);

/* What others know at the moment of writing. */
struct metrics_gauges {
    struct ledger_stats ledger;
    uint64_t uptime_ns;
    uint64_t now_ns; /* wall-clock                                                     */
    bool ready;      /* takes payments                                                 */
    uint64_t connections_max;
    uint64_t works, works_max;             /* requests that workers take part in       */
    uint64_t inflight;                     /* requests waiting for the ledger          */
    uint64_t ring_used[METRICS_LOOPS_MAX]; /* bytes or slots waiting, by loop          */
    uint64_t ring_size;                    /* of one ring, in the same unit            */
};

/* Appends everything in Prometheus text format (version 0.0.4). Any thread. */
#define METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"
void metrics_write(struct buffer *out, const struct metrics *metrics,
                   const struct metrics_gauges *gauges);

#endif
