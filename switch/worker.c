#include "switch/worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "switch/assert.h"
#include "switch/http.h"
#include "switch/loop.h"
#include "switch/operator.h"
#include "switch/rpc.h"

struct job {
    uv_work_t work;
    struct job *next; /* while it is free */
    bool queued;      /* it is with libuv */
    struct loop *loop;
    uint64_t ticket;
    /* A query: */
    const struct adapter *adapter; /* NULL: an operator's call */
    void *context;
    struct adapter_note note;
    /* An operator's call: */
    struct slice method, params; /* in `copy` */
    uint32_t id;
    struct buffer copy;
    /* The answer. */
    struct buffer body, headers;
    struct adapter_reply reply;
};

int worker_init(struct worker *worker) {
    worker->free = NULL;
    worker->running = 0;
    worker->jobs = calloc(WORKER_JOBS_MAX, sizeof(*worker->jobs));
    if (worker->jobs == NULL) {
        return -1;
    }
    for (uint32_t i = 0; i < WORKER_JOBS_MAX; i++) {
        worker->jobs[i].next = worker->free;
        worker->free = &worker->jobs[i];
    }
    return 0;
}

void worker_free(struct worker *worker) {
    ASSERT(worker->running == 0);
    free(worker->jobs);
    worker->jobs = NULL;
}

void worker_thread_begin(const char *name) {
    static _Thread_local bool begun;
    if (begun) {
        return;
    }
    begun = true;
    /* libuv's threads have the name of the loop that had the first job. */
    (void)pthread_setname_np(pthread_self(), name);
    /* Workers are never done when signatures are asked for; a loop that has a payment to serve must
     * not queue behind them for a core. On Linux a thread has a priority of its own; it began with
     * the node's, which may be nice itself. */
    id_t thread = (id_t)syscall(SYS_gettid);
    (void)setpriority(PRIO_PROCESS, thread, getpriority(PRIO_PROCESS, thread) + WORKER_NICE);
}

void worker_pool_size(void) {
    unsigned cores = uv_available_parallelism();
    char count[16];
    cores = cores < WORKER_THREADS_LEAST ? WORKER_THREADS_LEAST : cores;
    cores = cores > WORKER_THREADS_MOST ? WORKER_THREADS_MOST : cores;
    (void)snprintf(count, sizeof(count), "%u", cores);
    (void)setenv("UV_THREADPOOL_SIZE", count, 0); /* the operator's own stays */
}

/* On a worker thread. */
static void work(uv_work_t *request) {
    worker_thread_begin("worker");
    struct job *job = request->data;
    struct loop_shared *shared = job->loop->shared;
    if (job->adapter == NULL) {
        operator_call(shared->node, job->method, job->params, job->id, &job->body);
        return;
    }
    struct ledger_snapshot *snapshot = NULL;
    if (ledger_snapshot_open(shared->ledger, &snapshot) < 0) {
        snapshot = NULL;
    }
    job->adapter->query(job->context, &job->note, snapshot, &job->reply);
    if (snapshot != NULL) {
        ledger_snapshot_close(snapshot);
    }
}

/* Back on the loop. */
static void after_work(uv_work_t *request, int status) {
    struct job *job = request->data;
    struct loop *loop = job->loop;
    loop_begin(loop);
    struct call *call = call_find(&loop->calls, job->ticket);
    ASSERT(call != NULL); /* a job's call has no deadline */
    struct conn *conn = conn_find(loop, call->conn, call->conn_generation);
    if (status == UV_ECANCELED && conn != NULL) {
        conn_close(conn); /* what it asked for is not done, and it can only ask again elsewhere */
        conn = NULL;
    }
    if (conn == NULL) {
        call_give(&loop->calls, call);
    } else if (conn->listener == METRICS_HTTP) {
        http_reply(conn, call, &job->reply);
    } else {
        rpc_reply(conn, call, &job->reply);
    }
    buffer_free(&job->body);
    buffer_free(&job->headers);
    buffer_free(&job->copy);
    loop->worker.running--;
    job->queued = false;
    job->next = loop->worker.free;
    loop->worker.free = job;
    loop_end(loop);
}

void worker_cancel(struct loop *loop) {
    for (uint32_t i = 0; i < WORKER_JOBS_MAX; i++) {
        struct job *job = &loop->worker.jobs[i];
        if (job->queued) {
            (void)uv_cancel((uv_req_t *)&job->work); /* one that runs goes on */
        }
    }
}

static struct job *job_take(struct loop *loop, const struct call *call) {
    struct job *job = loop->worker.free;
    if (job == NULL) {
        return NULL;
    }
    job->loop = loop;
    job->ticket = call_ticket(&loop->calls, call);
    job->adapter = NULL;
    buffer_init(&job->body, HTTP_REPLY_MAX);
    buffer_init(&job->headers, HTTP_HEADER_MAX);
    buffer_init(&job->copy, WORKER_PARAMS_MAX);
    job->reply = (struct adapter_reply){.body = &job->body, .headers = &job->headers};
    job->work.data = job;
    return job;
}

static bool job_queue(struct job *job) {
    if (uv_queue_work(&job->loop->uv, &job->work, work, after_work) != 0) {
        return false;
    }
    job->loop->worker.free = job->next;
    job->loop->worker.running++;
    job->queued = true;
    return true;
}

bool worker_query(struct loop *loop, const struct call *call) {
    const struct adapter *adapter = adapters[call->adapter];
    ASSERT(adapter->query != NULL);
    struct job *job = job_take(loop, call);
    if (job == NULL) {
        return false;
    }
    job->adapter = adapter;
    job->context = loop->contexts[call->adapter];
    job->note = call->note;
    return job_queue(job);
}

bool worker_operator(struct loop *loop, const struct call *call, uint32_t id, struct slice method,
                     struct slice params) {
    struct job *job = job_take(loop, call);
    if (job == NULL) {
        return false;
    }
    buffer_append(&job->copy, method.base, method.size);
    buffer_append(&job->copy, params.base, params.size);
    if (job->copy.failed) {
        buffer_free(&job->copy);
        return false;
    }
    job->id = id;
    job->method = (struct slice){job->copy.base, method.size};
    job->params = (struct slice){job->copy.base + method.size, params.size};
    if (!job_queue(job)) {
        buffer_free(&job->copy);
        return false;
    }
    return true;
}
