/* worker.h - work that is too long for a loop, on libuv's pool of threads: queries over a snapshot
 * of the ledger, and an operator's orders. A bounded number of jobs a loop; what a job answers
 * finds its call by ticket. Loop thread only, but for the work itself. */
#ifndef SWITCH_WORKER_H
#define SWITCH_WORKER_H

#include <uv.h>

#include "protocols/adapter.h"
#include "switch/call.h"

struct loop;
struct job;

struct worker {
    struct job *jobs; /* WORKER_JOBS_MAX */
    struct job *free;
    uint32_t running;
};

/* The node stops: what is queued and not running is answered as refused. */
void worker_cancel(struct loop *loop);

/* 0, or -1: no memory. */
int worker_init(struct worker *worker);
void worker_free(struct worker *worker);

/* First thing of what runs on a worker thread, or one of the crew: its name, and a priority below
 * the loops'. */
void worker_thread_begin(const char *name);

/* How many workers there will be: a thread a core, unless UV_THREADPOOL_SIZE is set. Before there
 * are threads. */
void worker_pool_size(void);

/* Queues the adapter's query for a call. False: too many are queued. */
bool worker_query(struct loop *loop, const struct call *call);

/* Queues operator_call for a call of a peer with the operator's right. method and params are
 * copied. False: too many, or too large. */
bool worker_operator(struct loop *loop, const struct call *call, uint32_t id, struct slice method,
                     struct slice params);

#endif
