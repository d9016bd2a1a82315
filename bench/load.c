#include "bench/load.h"
#include "bench/progress.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS 256
#define PACE_NS 200000u    /* calls due within this time leave together      */
#define RETRY_NS 2000000u  /* before a busy call is made again               */
#define IDLE_NS 100000000u /* the longest wait for events                    */
#define SILENCE_S 30u      /* without any answer: the missing ones are wrong */
#define INPUT_BYTES 65536u /* read at once, at least                         */

/* A call in flight. Its place in the connection's slots, with `turn`, is its id on the wire. */
struct slot {
    uint64_t first;   /* its first payment's number */
    uint64_t due_ns;  /* its latency counts from here */
    uint16_t turn;    /* of this slot: tells an answer from one that comes twice */
    bool used, waits; /* waits: was busy, is not on the wire now */
    bool again;       /* has been sent more than once */
};

struct conn {
    int fd;
    bool writable_wanted;
    uint8_t *out, *in;
    size_t out_used, out_sent, in_used;
    struct load_scan scan;
    struct slot *slots;
    uint32_t *free_slots;
    uint32_t free_count;
};

struct retry {
    struct conn *conn;
    uint32_t slot;
    uint64_t due_ns;
};

struct load {
    const struct load_options *options;
    struct load_result *result;
    struct book_stream stream;
    struct conn *conns;
    int epoll;
    size_t out_size, in_size; /* bytes of a connection's buffers */
    uint64_t next;            /* payment number                  */
    uint64_t begin_ns, end_ns;
    bool over; /* no new calls */
    uint64_t calls_in_flight;
    uint64_t answered_ns;  /* the last answer */
    double due_ns;         /* open loop: when the next call is due */
    uint32_t turn;         /* open loop: the connection that is next */
    struct retry *retries; /* a ring: each call in flight waits at most once */
    uint32_t retry_first, retry_count, retry_size;
    bool broken;
};

static void wrong(struct load *load, const char *what) {
    if (load->result->wrong++ == 0)
        bench_tell("%s: wrong answer: %s", load->options->name, what);
}

static void broke(struct load *load, const char *what) {
    if (!load->broken)
        bench_tell("%s: connection: %s", load->options->name, what);
    load->broken = true;
}

/* ---- Sending ---- */

static void conn_watch(struct load *load, struct conn *conn, bool writable) {
    if (writable == conn->writable_wanted)
        return;
    struct epoll_event event = {.events = writable ? EPOLLIN | EPOLLOUT : EPOLLIN,
                                .data.ptr = conn};
    epoll_ctl(load->epoll, EPOLL_CTL_MOD, conn->fd, &event);
    conn->writable_wanted = writable;
}

static void conn_flush(struct load *load, struct conn *conn) {
    while (conn->out_sent < conn->out_used) {
        ssize_t sent = send(conn->fd, conn->out + conn->out_sent, conn->out_used - conn->out_sent,
                            MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && errno != EAGAIN)
            broke(load, strerror(errno));
        if (sent < 0)
            break;
        conn->out_sent += (size_t)sent;
    }
    if (conn->out_sent == conn->out_used)
        conn->out_sent = conn->out_used = 0;
    conn_watch(load, conn, conn->out_used > 0);
}

/* Puts the slot's call behind what is to be sent. */
static void conn_put(struct load *load, struct conn *conn, uint32_t index) {
    const struct load_options *options = load->options;
    struct slot *slot = &conn->slots[index];
    if (conn->out_used + options->protocol->request_max(options->batch) > load->out_size) {
        memmove(conn->out, conn->out + conn->out_sent, conn->out_used - conn->out_sent);
        conn->out_used -= conn->out_sent;
        conn->out_sent = 0;
    }
    uint32_t call_id = (uint32_t)slot->turn << 16 | index;
    conn->out_used += options->protocol->request(conn->out + conn->out_used, call_id, &load->stream,
                                                 slot->first, options->batch);
}

/* No more calls than are wanted. */
static bool may_call(const struct load *load) {
    uint64_t most = load->options->payments_max;
    return !load->over && (most == 0 || load->next < most);
}

/* A new call on the connection, which has a free slot. */
static void conn_call(struct load *load, struct conn *conn, uint64_t due_ns) {
    uint32_t index = conn->free_slots[--conn->free_count];
    struct slot *slot = &conn->slots[index];
    slot->first = load->next;
    slot->due_ns = due_ns;
    slot->turn++;
    slot->used = true;
    slot->waits = slot->again = false;
    load->next += load->options->batch;
    load->calls_in_flight++;
    conn_put(load, conn, index);
}

/* Open loop: makes the calls that are due, as far as slots are free. Those that are due together go
 * to one connection as far as it has slots, as they do when answers come together. */
static void call_due(struct load *load, uint64_t now) {
    uint32_t connections = load->options->connections;
    double every_ns = 1e9 / load->options->calls_per_second;
    for (uint32_t i = 0; i < connections && load->due_ns <= (double)now; i++) {
        struct conn *conn = &load->conns[load->turn];
        load->turn = (load->turn + 1) % connections;
        while (conn->free_count > 0 && load->due_ns <= (double)now) {
            conn_call(load, conn, (uint64_t)load->due_ns);
            load->due_ns += every_ns;
        }
        conn_flush(load, conn);
    }
}

static void retry_later(struct load *load, struct conn *conn, uint32_t index, uint64_t now) {
    conn->slots[index].waits = true;
    uint32_t place = (load->retry_first + load->retry_count++) % load->retry_size;
    load->retries[place] = (struct retry){conn, index, now + RETRY_NS};
}

static void retry_due(struct load *load, uint64_t now) {
    while (load->retry_count > 0 && load->retries[load->retry_first].due_ns <= now) {
        struct retry retry = load->retries[load->retry_first];
        load->retry_first = (load->retry_first + 1) % load->retry_size;
        load->retry_count--;
        struct slot *slot = &retry.conn->slots[retry.slot];
        slot->waits = false;
        slot->again = true;
        conn_put(load, retry.conn, retry.slot);
        conn_flush(load, retry.conn);
    }
}

/* ---- Receiving ---- */

static const char *answer_fault(const struct load *load, const struct slot *slot,
                                const struct load_answer *answer) {
    uint32_t batch = load->options->batch;
    if (answer->done + answer->replayed + answer->busy != batch)
        return "the number of results is not the number of payments";
    if (answer->replayed > 0 && !slot->again)
        return "a new payment is called a replay";
    return NULL;
}

static void conn_answer(struct load *load, struct conn *conn, const struct load_answer *answer,
                        uint64_t now) {
    uint32_t index = answer->call_id & 0xffff;
    struct slot *slot = index < load->options->in_flight ? &conn->slots[index] : NULL;
    bool ours = slot != NULL && slot->used && !slot->waits &&
                (load->options->protocol->ordered || slot->turn == answer->call_id >> 16);
    if (!ours) {
        wrong(load, answer->wrong != NULL ? answer->wrong : "it answers no call in flight");
        return;
    }
    if (answer->wrong != NULL) {
        wrong(load, answer->wrong);
    } else if (answer_fault(load, slot, answer) != NULL) {
        wrong(load, answer_fault(load, slot, answer));
    } else if (answer->busy > 0) {
        load->result->busy += answer->busy;
        retry_later(load, conn, index, now);
        return;
    } else {
        load->result->payments += load->options->batch;
        histogram_add(&load->result->latency, now > slot->due_ns ? now - slot->due_ns : 0);
    }
    slot->used = false;
    conn->free_slots[conn->free_count++] = index;
    load->calls_in_flight--;
    if (may_call(load) && load->options->calls_per_second <= 0)
        conn_call(load, conn, now);
}

/* Takes the whole answers out of the input. */
static void conn_parse(struct load *load, struct conn *conn, uint64_t now) {
    const struct load_protocol *protocol = load->options->protocol;
    size_t taken = 0;
    while (taken < conn->in_used && !load->broken) {
        size_t size = protocol->scan(&conn->scan, conn->in + taken, conn->in_used - taken);
        if (size == 0)
            break;
        if (size == SIZE_MAX) {
            broke(load, "the answer is malformed");
            return;
        }
        struct load_answer answer = {0};
        protocol->read(conn->in + taken, size, load->options->batch, &answer);
        conn_answer(load, conn, &answer, now);
        taken += size;
    }
    memmove(conn->in, conn->in + taken, conn->in_used - taken);
    conn->in_used -= taken;
    if (conn->in_used == load->in_size)
        broke(load, "the answer is too large");
}

static void conn_read(struct load *load, struct conn *conn) {
    ssize_t got = recv(conn->fd, conn->in + conn->in_used, load->in_size - conn->in_used, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        broke(load, got == 0 ? "the node closed it" : strerror(errno));
        return;
    }
    conn->in_used += (size_t)got;
    uint64_t now = bench_now_ns();
    load->answered_ns = now;
    conn_parse(load, conn, now);
}

/* ---- The loop ---- */

static uint64_t wait_ns(const struct load *load, uint64_t now) {
    if (load->options->calls_per_second > 0 && !load->over) {
        double until = load->due_ns - (double)now;
        return until > PACE_NS ? (uint64_t)until : PACE_NS;
    }
    return load->retry_count > 0 ? RETRY_NS / 2 : IDLE_NS;
}

static void wait_events(struct load *load, uint64_t now) {
    struct epoll_event events[EVENTS];
    struct timespec timeout = {.tv_nsec = (long)wait_ns(load, now)};
    int count = epoll_pwait2(load->epoll, events, EVENTS, &timeout, NULL);
    for (int i = 0; i < count && !load->broken; i++) {
        struct conn *conn = events[i].data.ptr;
        if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
            conn_read(load, conn);
        conn_flush(load, conn);
    }
}

static void loop(struct load *load) {
    const struct load_options *options = load->options;
    uint64_t now = bench_now_ns();
    while ((!load->over || load->calls_in_flight > 0) && !load->broken) {
        if (now >= load->end_ns || !may_call(load))
            load->over = true;
        if (options->calls_per_second > 0 && !load->over)
            call_due(load, now);
        retry_due(load, now);
        wait_events(load, now);
        now = bench_now_ns();
        if (now - load->answered_ns > SILENCE_S * 1000000000ull && load->calls_in_flight > 0) {
            load->result->wrong += load->calls_in_flight;
            broke(load, "answers are missing");
        }
        double elapsed = (double)(now - load->begin_ns) / 1e9;
        progress_show(options->name, elapsed / options->seconds,
                      (double)load->result->payments / elapsed);
    }
    load->result->elapsed_ns = now - load->begin_ns;
}

/* ---- Start and end ---- */

static bool conn_open(struct load *load, struct conn *conn) {
    const struct load_options *options = load->options;
    conn->fd = load_dial(options->port);
    conn->out = malloc(load->out_size);
    conn->in = malloc(load->in_size);
    conn->slots = calloc(options->in_flight, sizeof(*conn->slots));
    conn->free_slots = calloc(options->in_flight, sizeof(*conn->free_slots));
    if (conn->fd < 0 || conn->out == NULL || conn->in == NULL || conn->slots == NULL ||
        conn->free_slots == NULL) {
        broke(load, strerror(errno));
        return false;
    }
    for (uint32_t i = 0; i < options->in_flight; i++)
        conn->free_slots[conn->free_count++] = i;
    if (!options->protocol->login(conn->fd, options->gateway, options->key)) {
        broke(load, "login was refused");
        return false;
    }
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = conn};
    return fcntl(conn->fd, F_SETFL, O_NONBLOCK) == 0 &&
           epoll_ctl(load->epoll, EPOLL_CTL_ADD, conn->fd, &event) == 0;
}

static void start(struct load *load) {
    load->begin_ns = load->answered_ns = bench_now_ns();
    load->end_ns = load->begin_ns + (uint64_t)(load->options->seconds * 1e9);
    load->due_ns = (double)load->begin_ns;
    if (load->options->calls_per_second > 0)
        return;
    for (uint32_t i = 0; i < load->options->connections; i++) {
        struct conn *conn = &load->conns[i];
        while (conn->free_count > 0 && may_call(load))
            conn_call(load, conn, bench_now_ns());
        conn_flush(load, conn);
    }
}

static void stop(struct load *load) {
    for (uint32_t i = 0; load->conns != NULL && i < load->options->connections; i++) {
        struct conn *conn = &load->conns[i];
        if (conn->fd >= 0)
            close(conn->fd);
        free(conn->out);
        free(conn->in);
        free(conn->slots);
        free(conn->free_slots);
    }
    free(load->conns);
    free(load->retries);
    close(load->epoll);
}

bool load_run(const struct load_options *options, struct load_result *result) {
    size_t request_max = options->protocol->request_max(options->batch);
    struct load load = {.options = options,
                        .result = result,
                        .stream = {bench_random(), options->accounts, options->deliver_to},
                        .epoll = epoll_create1(EPOLL_CLOEXEC),
                        .out_size = request_max * options->in_flight,
                        .in_size = options->protocol->answer_max(options->batch) + INPUT_BYTES,
                        .retry_size = options->connections * options->in_flight};
    load.conns = calloc(options->connections, sizeof(*load.conns));
    load.retries = calloc(load.retry_size, sizeof(*load.retries));
    bool ok = load.conns != NULL && load.retries != NULL;
    for (uint32_t i = 0; ok && i < options->connections; i++)
        load.conns[i].fd = -1;
    for (uint32_t i = 0; ok && i < options->connections; i++)
        ok = conn_open(&load, &load.conns[i]);
    if (ok) {
        start(&load);
        loop(&load);
    }
    stop(&load);
    return ok && !load.broken && result->wrong == 0;
}
