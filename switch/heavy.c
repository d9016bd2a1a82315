#include "switch/heavy.h"

#include <stdlib.h>

#include "switch/assert.h"
#include "switch/http.h"
#include "switch/limits.h"
#include "switch/loop.h"

_Static_assert(ADAPTER_WORK_COMMANDS <= ADAPTER_BODIES_MAX, "all results come with their bodies");

struct heavy_job {
    struct crew_task task;
    struct heavy_job *next; /* while it is free */
    bool queued;            /* it is with the crew */
    struct client_place client;
    struct loop *loop;
    uint64_t ticket;
    const struct adapter *adapter;
    void *context;
    enum adapter_verdict verdict; /* of work; ANSWERED once the answer is being made */
    struct adapter_reply reply;
    struct buffer *copy; /* what work.request points into; as the following: the pool's, or NULL */
    struct buffer *bodies; /* what results points into */
    uint32_t count;        /* of results; 0: the ledger was not asked */
    struct ledger_result results[ADAPTER_WORK_COMMANDS];
    struct ledger_writer writer; /* into commands */
    struct adapter_work work;
    struct adapter_header headers[ADAPTER_KEPT_HEADERS]; /* that work.request has */
    _Alignas(16) uint8_t commands[ADAPTER_WORK_COMMANDS * LEDGER_COMMAND_MAX];
};

/* ---- The table ---------------------------------------------------------------------------- */

int heavy_init(struct heavy *heavy) {
    /* The system gives pages when they are touched: a job that was never taken costs nothing. */
    heavy->jobs = calloc(HEAVY_JOBS_MAX, sizeof(*heavy->jobs));
    heavy->clients = malloc(sizeof(*heavy->clients));
    if (heavy->jobs == NULL || heavy->clients == NULL) {
        return -1;
    }
    clients_init(heavy->clients);
    return 0;
}

static void free_buffers(struct heavy_job *job) {
    struct pool *pool = &job->loop->pool;
    pool_give(pool, job->copy);
    pool_give(pool, job->bodies);
    pool_give(pool, job->reply.body);
    pool_give(pool, job->reply.headers);
    job->copy = job->bodies = NULL;
    job->reply = (struct adapter_reply){.body = NULL};
}

void heavy_free(struct loop *loop) {
    struct heavy *heavy = &loop->heavy;
    ASSERT(heavy->running == 0);
    for (uint32_t i = 0; i < heavy->fresh; i++) {
        free_buffers(&heavy->jobs[i]);
    }
    free(heavy->jobs);
    free(heavy->clients);
    *heavy = (struct heavy){.jobs = NULL};
}

static void count_used(struct heavy *heavy, uint32_t used) {
    atomic_store_explicit(&heavy->used, used, memory_order_relaxed);
}

/* A job for the client at that address. NULL: there is none, or none for this client. */
static struct heavy_job *job_take(struct loop *loop, struct slice peer) {
    struct heavy *heavy = &loop->heavy;
    struct heavy_job *job = heavy->free;
    struct client_place place;
    uint8_t address[ADDRESS_BYTES] = {0};
    (void)address_parse(peer, address); /* it was printed by us */
    if (!clients_enter(heavy->clients, address, loop->now_ns, &place)) {
        return NULL;
    }
    if (job != NULL) {
        heavy->free = job->next;
    } else if (heavy->fresh < HEAVY_JOBS_MAX) {
        job = &heavy->jobs[heavy->fresh++];
    } else {
        clients_leave(heavy->clients, &place);
        return NULL;
    }
    count_used(heavy, heavy->used + 1);
    job->client = place;
    job->loop = loop;
    job->count = 0;
    return job;
}

static void job_give(struct heavy_job *job) {
    struct heavy *heavy = &job->loop->heavy;
    ASSERT(!job->queued);
    clients_leave(heavy->clients, &job->client);
    free_buffers(job);
    job->next = heavy->free;
    heavy->free = job;
    count_used(heavy, heavy->used - 1);
}

void heavy_drop(struct loop *loop, struct call *call) {
    if (call->job != NULL) {
        ASSERT(call->job->loop == loop);
        job_give(call->job);
        call->job = NULL;
    }
}

/* ---- The request's copy ------------------------------------------------------------------- */

static struct slice copy_slice(struct buffer *copy, struct slice slice) {
    size_t offset = copy->used;
    buffer_append(copy, slice.base, slice.size);
    return (struct slice){copy->base + offset, slice.size};
}

static bool keeps(const struct adapter *adapter, struct slice name) {
    const char *const *kept = adapter->kept_headers;
    while (*kept != NULL && !slice_equal_nocase(slice_text(*kept), name)) {
        kept++;
    }
    return *kept != NULL;
}

/* Notes which headers the adapter keeps, and adds their bytes to *size. */
static void choose_headers(struct heavy_job *job, const struct adapter_request *request,
                           size_t *size) {
    struct adapter_request *copied = &job->work.request;
    copied->headers = job->headers;
    copied->header_count = 0;
    if (job->adapter->kept_headers == NULL) {
        return;
    }
    for (uint32_t i = 0; i < request->header_count; i++) {
        const struct adapter_header *header = &request->headers[i];
        if (copied->header_count < ADAPTER_KEPT_HEADERS && keeps(job->adapter, header->name)) {
            job->headers[copied->header_count++] = *header;
            *size += header->name.size + header->value.size;
        }
    }
}

/* False: no memory. */
static bool copy_request(struct heavy_job *job, const struct adapter_request *request) {
    struct adapter_request *copied = &job->work.request;
    size_t size = request->method.size + request->path.size + request->query.size +
                  request->peer.size + request->body.size;
    struct buffer *copy = job->copy;
    *copied = *request;
    copied->actor = NULL; /* that is the loop's stack */
    choose_headers(job, request, &size);
    if (buffer_extend(copy, size) == NULL) { /* then it does not move any more */
        return false;
    }
    copy->used = 0;
    copied->method = copy_slice(copy, request->method);
    copied->path = copy_slice(copy, request->path);
    copied->query = copy_slice(copy, request->query);
    copied->peer = copy_slice(copy, request->peer);
    copied->body = copy_slice(copy, request->body);
    for (uint32_t i = 0; i < copied->header_count; i++) {
        job->headers[i].name = copy_slice(copy, job->headers[i].name);
        job->headers[i].value = copy_slice(copy, job->headers[i].value);
    }
    ASSERT(copy->used == size);
    return true;
}

/* ---- On a worker, and back ---------------------------------------------------------------- */

_Static_assert(offsetof(struct heavy_job, task) == 0, "a job begins with its task");

static struct heavy_job *job_of(struct crew_task *task) {
    return (struct heavy_job *)(void *)task;
}

static void work(struct crew_task *task) {
    struct heavy_job *job = job_of(task);
    if (job->count == 0) {
        job->verdict = job->adapter->work(job->context, &job->work, &job->writer, &job->reply);
    } else {
        job->adapter->work_encode(job->context, &job->work, job->results, job->count, &job->reply);
    }
}

/* Gives the commands to the ledger. False: no room, and nothing happened. */
static bool submit(struct conn *conn, struct call *call, const struct heavy_job *job) {
    struct ledger_writer writer;
    ASSERT(job->writer.count > 0);
    ASSERT(job->writer.count <= ADAPTER_WORK_COMMANDS);
    if (!bridge_reserve(conn->loop->lane, (uint32_t)job->writer.used, &writer)) {
        return false;
    }
    memcpy(writer.base, job->commands, job->writer.used);
    writer.used = job->writer.used;
    writer.count = job->writer.count;
    call->note = job->work.note;
    if (!route_submit(conn->loop, call, &writer)) {
        return false;
    }
    conn->commands += call->commands;
    return true;
}

/* What a worker, or a provider, said for goes on its way. */
static void go_on(struct conn *conn, struct call *call, struct heavy_job *job) {
    if (job->verdict == ADAPTER_SUBMIT || job->verdict == ADAPTER_ASK) {
        if (submit(conn, call, job)) {
            return;
        }
        route_busy(conn->loop, call, &job->reply);
    }
    call->job = NULL;
    http_reply(conn, call, &job->reply);
    job_give(job);
}

/* The call of a job, or NULL when its peer left: then both are gone. What was not given to the
 * ledger yet never will be: the peer asks again. */
static struct call *call_of(struct heavy_job *job, struct conn **conn) {
    struct loop *loop = job->loop;
    struct call *call = call_find(&loop->calls, job->ticket);
    ASSERT(call != NULL); /* it has no deadline while a worker or a provider has its job */
    ASSERT(call->job == job);
    *conn = conn_find(loop, call->conn, call->conn_generation);
    if (*conn == NULL) {
        heavy_drop(loop, call);
        call_give(&loop->calls, call);
        call = NULL;
    }
    return call;
}

static void asked(void *context, const struct outbound_answer *answer) {
    struct heavy_job *job = context;
    struct conn *conn = NULL;
    loop_begin(job->loop);
    job->loop->heavy.asking--;
    job->work.answer = *answer;
    struct call *call = call_of(job, &conn);
    if (call != NULL) {
        go_on(conn, call, job);
    }
}

/* Asks the provider. False: it cannot be asked, or too many wait for one, which is as if it were
 * silent. */
static bool ask(struct heavy_job *job) {
    struct loop *loop = job->loop;
    bool asks = loop->shared->outbox != NULL && loop->heavy.asking < HEAVY_ASKING_MAX &&
                outbox_ask(loop->shared->outbox, &loop->inbox, &job->work.question, asked, job);
    loop->heavy.asking += asks;
    return asks;
}

static void after_work(struct heavy_job *job) {
    struct loop *loop = job->loop;
    struct conn *conn = NULL;
    bool cancelled = job->task.cancelled;
    loop->heavy.running--;
    job->queued = false;
    if (!cancelled && job->work.proved) {
        clients_know(loop->heavy.clients, &job->client, loop->now_ns);
    }
    struct call *call = call_of(job, &conn);
    if (call == NULL) {
        return;
    }
    if (cancelled) {
        conn_close(conn); /* it looks at its calls */
        heavy_drop(loop, call);
        call_give(&loop->calls, call);
        return;
    }
    if (job->verdict == ADAPTER_ASK) {
        if (ask(job)) {
            return;
        }
        job->work.answer =
            (struct outbound_answer){.verdict = OUTBOUND_AGAIN, .code = OUTBOUND_NO_CODE};
    }
    go_on(conn, call, job);
}

void heavy_receive(struct loop *loop) {
    struct crew_task *task = crew_take(&loop->heavy.desk);
    while (task != NULL) {
        struct crew_task *next = task->next; /* the job may go back to the crew */
        after_work(job_of(task));
        task = next;
    }
}

static void job_queue(struct heavy_job *job) {
    struct loop *loop = job->loop;
    job->task.work = work;
    job->task.desk = &loop->heavy.desk;
    job->queued = true;
    loop->heavy.running++;
    crew_give(loop->shared->crew, &job->task);
}

static void job_cancel(struct heavy_job *job) {
    if (job->queued) {
        crew_cancel(job->loop->shared->crew, &job->task); /* one that runs goes on */
    }
}

void heavy_abandon(struct call *call) {
    if (call->job != NULL) {
        job_cancel(call->job);
    }
}

void heavy_cancel(struct loop *loop) {
    for (uint32_t i = 0; i < loop->heavy.fresh; i++) {
        job_cancel(&loop->heavy.jobs[i]);
    }
}

/* ---- The loop's two steps ------------------------------------------------------------------ */

bool heavy_start(struct conn *conn, struct call *call, const struct adapter_request *request) {
    struct loop *loop = conn->loop;
    ASSERT(conn->listener == METRICS_HTTP);
    struct heavy_job *job = job_take(loop, request->peer);
    if (job == NULL) {
        metrics_add(&loop->metrics->works_busy, 1);
        return false;
    }
    job->adapter = adapters[call->adapter];
    job->copy = pool_take(&loop->pool, HEAVY_REQUEST_MAX);
    job->reply.body = pool_take(&loop->pool, HTTP_REPLY_MAX);
    job->reply.headers = pool_take(&loop->pool, HTTP_HEADER_MAX);
    if (job->copy == NULL || job->reply.body == NULL || job->reply.headers == NULL ||
        !copy_request(job, request)) {
        job_give(job);
        return false;
    }
    job->work.proved = false;
    job->work.note = call->note;
    job->ticket = call_ticket(&loop->calls, call);
    job->context = loop->contexts[call->adapter];
    job->writer = (struct ledger_writer){.base = job->commands, .size = sizeof(job->commands)};
    call->job = job;
    job_queue(job);
    return true;
}

/* Copies results and their bodies, each 8-byte aligned. False: no memory. */
static bool copy_results(struct heavy_job *job, const struct ledger_result *results,
                         uint32_t count) {
    size_t size = 0;
    for (uint32_t i = 0; i < count; i++) {
        size += (results[i].body_size + 7u) & ~(size_t)7;
    }
    job->bodies = pool_take(&job->loop->pool, HEAVY_BODIES_MAX);
    char *place = job->bodies == NULL ? NULL : buffer_extend(job->bodies, size);
    if (place == NULL && size > 0) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        job->results[i] = results[i];
        job->results[i].body = NULL;
        if (place != NULL && results[i].body_size > 0) {
            job->results[i].body = memcpy(place, results[i].body, results[i].body_size);
            place += (results[i].body_size + 7u) & ~(size_t)7;
        }
    }
    job->count = count;
    return true;
}

void heavy_encode(struct conn *conn, struct call *call, const struct ledger_result *results,
                  uint32_t count) {
    struct heavy_job *job = call->job;
    ASSERT(count == job->writer.count);
    call_untime(&conn->loop->calls, call); /* a worker's time is bounded */
    if (!copy_results(job, results, count)) {
        heavy_drop(conn->loop, call);
        http_answer(conn, call, NULL, 0);
        return;
    }
    job->verdict = ADAPTER_ANSWERED;
    job->reply.status = 0;
    job->reply.body->used = job->reply.headers->used = 0;
    job->reply.body->failed = job->reply.headers->failed = false;
    job_queue(job);
}
