/* load_checkout.c - the client of the checkout's measurements: one thread on epoll, a buyer on each
 * connection, and when that one has ended the next. */
#include "bench/checkout.h"
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
#define ANSWER_MAX (128u << 10)
#define AGAIN_NS 5000000u /* before a step is made again: a browser waits longer */
#define LOOK_NS 500000u   /* the longest wait for events */
#define SILENCE_S 30u

struct conn {
    int fd;
    bool busy;       /* it has a buyer                               */
    uint64_t due_ns; /* when the buyer's step is made; 0: it is under way */
    uint64_t start_ns;
    uint32_t number; /* of the buyer */
    struct buyer buyer;
    size_t out_size, sent, used;
    char out[BUYER_REQUEST_MAX];
    uint8_t in[ANSWER_MAX];
};

struct client {
    struct checkout_load *load;
    struct conn *conns;
    int epoll;
    uint32_t taken, under_way; /* buyers */
    uint64_t begin_ns, end_ns, answered_ns;
    bool broken;
};

static void broke(struct client *client, const char *what) {
    if (!client->broken)
        bench_tell("%s: connection: %s", client->load->name, what);
    client->broken = true;
}

/* ---- Buyers ---- */

static void begin(struct client *client, struct conn *conn, uint64_t now) {
    struct checkout_load *load = client->load;
    conn->number = client->taken++;
    uint32_t place = load->first + conn->number;
    conn->busy = true;
    conn->start_ns = conn->due_ns = now;
    client->under_way++;
    if (load->resume)
        conn->buyer = load->kept[conn->number];
    else
        buyer_start(&conn->buyer,
                    (struct slice){load->requests->texts[place], load->requests->sizes[place]},
                    CHECKOUT_BUYER + place % CHECKOUT_BUYERS, CHECKOUT_PASSWORD);
}

static void stop(struct client *client, struct conn *conn, uint64_t now) {
    struct checkout_load *load = client->load;
    conn->busy = false;
    client->under_way--;
    load->stopped++;
    if (conn->number < load->kept_count && !load->resume)
        load->kept[conn->number] = conn->buyer;
    histogram_add(&load->latency, now - conn->start_ns);
}

static void conn_answer(struct client *client, struct conn *conn, uint64_t now) {
    struct checkout_load *load = client->load;
    switch (buyer_answer(&conn->buyer, (struct slice){(const char *)conn->in, conn->used})) {
    case BUYER_ON:
        conn->due_ns = now;
        if (conn->buyer.step > load->last)
            stop(client, conn, now);
        break;
    case BUYER_AGAIN:
        load->again++;
        conn->due_ns = now + AGAIN_NS;
        break;
    case BUYER_WRONG:
        if (load->wrong++ == 0)
            bench_tell("%s: wrong answer to step %d: %.*s", load->name, (int)conn->buyer.step,
                       (int)(conn->used < 400 ? conn->used : 400), (const char *)conn->in);
        conn->busy = false;
        client->under_way--;
        break;
    }
}

/* ---- Connections ---- */

static void conn_send(struct client *client, struct conn *conn) {
    while (conn->sent < conn->out_size) {
        ssize_t sent =
            send(conn->fd, conn->out + conn->sent, conn->out_size - conn->sent, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0) { /* a request is smaller than a socket's buffer */
            broke(client, strerror(errno));
            return;
        }
        conn->sent += (size_t)sent;
    }
}

static void conn_step(struct client *client, struct conn *conn) {
    conn->due_ns = 0;
    conn->sent = conn->used = 0;
    conn->out_size = buyer_request(&conn->buyer, conn->out);
    if (conn->out_size == 0)
        broke(client, "a request is too large");
    else
        conn_send(client, conn);
}

static void conn_read(struct client *client, struct conn *conn) {
    ssize_t got = recv(conn->fd, conn->in + conn->used, ANSWER_MAX - conn->used, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        broke(client, got == 0 ? "the node closed it" : strerror(errno));
        return;
    }
    conn->used += (size_t)got;
    size_t size = load_http_size(conn->in, conn->used, ANSWER_MAX);
    if (size == SIZE_MAX || (size > 0 && size != conn->used) || !conn->busy || conn->due_ns != 0) {
        broke(client, "the answer is malformed");
    } else if (size > 0) {
        client->answered_ns = bench_now_ns();
        conn_answer(client, conn, client->answered_ns);
    }
}

/* ---- The loop ---- */

static void make_steps(struct client *client, uint64_t now) {
    const struct checkout_load *load = client->load;
    for (uint32_t i = 0; i < load->connections && !client->broken; i++) {
        struct conn *conn = &client->conns[i];
        if (!conn->busy && client->taken < load->count && now < client->end_ns)
            begin(client, conn, now);
        if (conn->busy && conn->due_ns != 0 && conn->due_ns <= now)
            conn_step(client, conn);
    }
}

static void wait_events(struct client *client) {
    struct epoll_event events[EVENTS];
    struct timespec timeout = {.tv_nsec = LOOK_NS};
    int count = epoll_pwait2(client->epoll, events, EVENTS, &timeout, NULL);
    for (int i = 0; i < count && !client->broken; i++)
        conn_read(client, events[i].data.ptr);
}

static void loop(struct client *client) {
    struct checkout_load *load = client->load;
    uint64_t now = client->begin_ns;
    while (((now < client->end_ns && client->taken < load->count) || client->under_way > 0) &&
           !client->broken) {
        make_steps(client, now);
        wait_events(client);
        now = bench_now_ns();
        if (now > client->answered_ns + SILENCE_S * 1000000000ull)
            broke(client, "answers are missing");
        double done = (double)(now - client->begin_ns) / 1e9;
        progress_show(load->name, done / load->seconds, (double)load->stopped / done);
    }
    load->elapsed_ns = now - client->begin_ns;
}

static bool open_conns(struct client *client) {
    for (uint32_t i = 0; i < client->load->connections; i++) {
        struct conn *conn = &client->conns[i];
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = conn};
        conn->fd = load_dial(client->load->port);
        if (conn->fd < 0 || fcntl(conn->fd, F_SETFL, O_NONBLOCK) != 0 ||
            epoll_ctl(client->epoll, EPOLL_CTL_ADD, conn->fd, &event) != 0) {
            broke(client, strerror(errno));
            return false;
        }
    }
    return true;
}

bool checkout_load_run(struct checkout_load *load) {
    struct client client = {.load = load,
                            .conns = calloc(load->connections, sizeof(struct conn)),
                            .epoll = epoll_create1(EPOLL_CLOEXEC)};
    bool ok = client.conns != NULL;
    for (uint32_t i = 0; ok && i < load->connections; i++)
        client.conns[i].fd = -1;
    ok = ok && open_conns(&client);
    if (ok) {
        client.begin_ns = client.answered_ns = bench_now_ns();
        client.end_ns = client.begin_ns + (uint64_t)(load->seconds * 1e9);
        loop(&client);
    }
    for (uint32_t i = 0; client.conns != NULL && i < load->connections; i++)
        if (client.conns[i].fd >= 0)
            close(client.conns[i].fd);
    free(client.conns);
    close(client.epoll);
    return ok && !client.broken && load->wrong == 0;
}
