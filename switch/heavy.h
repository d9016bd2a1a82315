/* heavy.h - requests that cost too much for a loop, such as those with signatures: their work and
 * their answers are made on the crew's threads, between them the ledger has its turn on the loop as
 * with any other request. A bounded table of jobs a loop, apart from worker.c's, so that
 * queries and operators find a place when this one is full. Loop thread only.
 *
 *   heavy_start -> (a worker: work) -> the ledger -> heavy_encode -> (a worker: work_encode) ->
 * reply
 *                                   -> reply
 *
 * A job belongs to its call from heavy_start on, and has what a worker needs in memory of its own:
 * the loop does not look at it while a worker has it. */
#ifndef SWITCH_HEAVY_H
#define SWITCH_HEAVY_H

#include <stdatomic.h>

#include "protocols/adapter.h"
#include "switch/call.h"
#include "switch/clients.h"
#include "switch/crew.h"

struct conn;
struct heavy_job;
struct loop;

struct heavy {
    struct heavy_job *jobs; /* HEAVY_JOBS_MAX */
    struct heavy_job *free;
    struct clients *clients; /* whose they are */
    uint32_t fresh;          /* jobs from here on were never taken */
    uint32_t running;        /* with the crew: queued or on a worker */
    struct crew_desk desk;   /* where they come back; the loop sets it up */
    uint32_t asking;         /* wait for a provider              */
    _Atomic uint32_t used;   /* taken; any thread may read it      */
};

/* 0, or -1: no memory. */
int heavy_init(struct heavy *heavy);
/* Nothing may be running. What waited for the ledger is dropped. */
void heavy_free(struct loop *loop);

/* Copies the request of an HTTP connection and has the call's adapter work on it. False: too much
 * is under way, or too much of this client. */
bool heavy_start(struct conn *conn, struct call *call, const struct adapter_request *request);

/* The ledger's results for a call with a job are here, and its connection still is: copies them,
 * and has the answer made. */
void heavy_encode(struct conn *conn, struct call *call, const struct ledger_result *results,
                  uint32_t count);

/* Goes on with all that workers have done. */
void heavy_receive(struct loop *loop);

/* Gives the call's job back, if it has one; no worker may have it. */
void heavy_drop(struct loop *loop, struct call *call);

/* The connection closes: what no worker has begun is not done at all. The job stays the call's
 * until its turn, which comes soon. */
void heavy_abandon(struct call *call);

/* The node has waited long enough: what is queued and not running ends, its connections close. */
void heavy_cancel(struct loop *loop);

#endif
