/* load_soap.c - the client of the SOAP measurements: one thread on epoll, one call in flight on
 * each connection. What is held goes into a queue, and is asked again when its hold is old enough.
 */
#include "bench/load.h"
#include "bench/progress.h"
#include "bench/soap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS 256
#define ANSWER_MAX 8192u
#define REPEAT_NS (SOAP_REPEAT_MS * 1000000ull + 20000000u) /* after PENDING came: surely later */
#define RETRY_NS 20000000u /* before what was busy is asked again */
#define LOOK_NS 500000u    /* the longest wait for events */
#define SILENCE_S 30u

struct call { /* a payment that is to be sent now or later */
    uint32_t payment;
    bool repeat; /* it was answered PENDING */
    uint64_t due_ns;
    uint64_t start_ns; /* of what was busy: of its first time; else 0 */
};

struct conn {
    int fd;
    struct call call;
    bool under_way;
    uint64_t start_ns; /* its latency counts from here */
    uint32_t sent, used;
    uint8_t in[ANSWER_MAX];
};

struct client {
    struct soap_load *load;
    struct conn *conns;
    /* Places of connections without a call. The one that waited longest is next: the node closes
     * those that never say anything. */
    uint32_t *idle;
    uint32_t idle_first, idle_count;
    int epoll;
    /* What was answered PENDING or busy, in the order in which it is due. */
    struct call *later;
    uint32_t later_first, later_count, later_size;
    uint32_t open; /* payments begun and not completed */
    uint64_t begin_ns, end_ns, answered_ns;
    double due_ns; /* open loop: of the next call */
    bool broken;
};

static void wrong(struct client *client, const char *what) {
    if (client->load->wrong++ == 0)
        bench_tell("%s: wrong answer: %s", client->load->name, what);
}

static void broke(struct client *client, const char *what) {
    if (!client->broken)
        bench_tell("%s: connection: %s", client->load->name, what);
    client->broken = true;
}

static void conn_send(struct client *client, struct conn *conn) {
    const struct requests *requests = client->load->requests;
    uint32_t size = requests->sizes[conn->call.payment];
    const char *text = requests->texts[conn->call.payment];
    while (conn->sent < size) {
        ssize_t sent = send(conn->fd, text + conn->sent, size - conn->sent, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && errno != EAGAIN)
            broke(client, strerror(errno));
        if (sent < 0)
            return; /* a request is smaller than a socket's buffer: this hardly comes */
        conn->sent += (uint32_t)sent;
    }
}

static void later(struct client *client, struct call call) {
    uint32_t place = (client->later_first + client->later_count++) % client->later_size;
    client->later[place] = call;
}

/* The call that is to be made next. False: none is due. */
static bool next_call(struct client *client, uint64_t now, struct call *call) {
    struct soap_load *load = client->load;
    if (client->later_count > 0 && client->later[client->later_first].due_ns <= now) {
        *call = client->later[client->later_first];
        client->later_first = (client->later_first + 1) % client->later_size;
        client->later_count--;
        return true;
    }
    if (now >= client->end_ns || load->first + load->taken >= load->requests->count)
        return false;
    *call = (struct call){.payment = load->first + load->taken++};
    client->open++;
    return true;
}

static void put_idle(struct client *client, uint32_t place) {
    client->idle[(client->idle_first + client->idle_count++) % client->load->connections] = place;
}

static struct conn *take_idle(struct client *client) {
    uint32_t place = client->idle[client->idle_first];
    client->idle_first = (client->idle_first + 1) % client->load->connections;
    client->idle_count--;
    return &client->conns[place];
}

static void start_calls(struct client *client, uint64_t now) {
    bool paced = client->load->calls_per_second > 0 && now < client->end_ns;
    struct call call;
    while (client->idle_count > 0 && !client->broken && (!paced || client->due_ns <= (double)now) &&
           next_call(client, now, &call)) {
        struct conn *conn = take_idle(client);
        conn->call = call;
        conn->under_way = true;
        conn->sent = conn->used = 0;
        conn->start_ns = call.start_ns > 0 ? call.start_ns : paced ? (uint64_t)client->due_ns : now;
        client->due_ns += paced ? 1e9 / client->load->calls_per_second : 0;
        conn_send(client, conn);
    }
}

static bool has(const uint8_t *bytes, size_t size, const char *text) {
    return memmem(bytes, size, text, strlen(text)) != NULL;
}

static void conn_answer(struct client *client, struct conn *conn, uint64_t now) {
    struct soap_load *load = client->load;
    struct call call = conn->call;
    conn->under_way = false;
    put_idle(client, (uint32_t)(conn - client->conns));
    if (has(conn->in, 13, " 503")) {
        load->busy++;
        call.due_ns = now + RETRY_NS;
        call.start_ns = conn->start_ns;
        later(client, call);
        return;
    }
    bool pending = has(conn->in, conn->used, "Status>PENDING<");
    bool completed = has(conn->in, conn->used, "Status>COMPLETED<");
    if (!has(conn->in, 13, " 200") || pending == completed || (completed && !call.repeat)) {
        wrong(client, has(conn->in, 13, " 200") ? "of another state than is due" : "no success");
        client->open--;
        return;
    }
    if (now < client->end_ns) {
        load->answers++;
        histogram_add(&load->latency, now > conn->start_ns ? now - conn->start_ns : 0);
    }
    if (completed) {
        load->payments++;
        client->open--;
        return;
    }
    call = (struct call){.payment = call.payment, .repeat = true, .due_ns = now + REPEAT_NS};
    later(client, call);
}

static void conn_read(struct client *client, struct conn *conn) {
    ssize_t got = recv(conn->fd, conn->in + conn->used, ANSWER_MAX - conn->used, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        broke(client, got == 0 ? "the node closed it" : strerror(errno));
        return;
    }
    conn->used += (uint32_t)got;
    size_t size = load_http_size(conn->in, conn->used, ANSWER_MAX);
    if (size == SIZE_MAX || (size > 0 && size != conn->used) || !conn->under_way) {
        broke(client, "the answer is malformed");
    } else if (size > 0) {
        client->answered_ns = bench_now_ns();
        conn_answer(client, conn, client->answered_ns);
    }
}

static void turn(struct client *client) {
    struct epoll_event events[EVENTS];
    struct timespec timeout = {.tv_nsec = LOOK_NS};
    int count = epoll_pwait2(client->epoll, events, EVENTS, &timeout, NULL);
    for (int i = 0; i < count && !client->broken; i++)
        conn_read(client, events[i].data.ptr);
}

static void loop(struct client *client) {
    struct soap_load *load = client->load;
    uint64_t now = client->answered_ns = client->begin_ns;
    while ((now < client->end_ns || client->open > 0) && !client->broken) {
        start_calls(client, now);
        turn(client);
        now = bench_now_ns();
        if (now > client->answered_ns + SILENCE_S * 1000000000ull)
            broke(client, "answers are missing");
        double done = (double)(now - client->begin_ns) / 1e9;
        if (!load->quiet)
            progress_show(load->name, done / load->seconds, (double)load->answers / 2 / done);
        if (load->first + load->taken >= load->requests->count && now < client->end_ns)
            client->end_ns = now; /* all are used: the figure is of the time until then */
    }
    load->elapsed_ns = client->end_ns - client->begin_ns;
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
        put_idle(client, i);
    }
    return true;
}

bool soap_load_run(struct soap_load *load) {
    uint32_t count = load->requests->count;
    struct client client = {.load = load,
                            .conns = calloc(load->connections, sizeof(struct conn)),
                            .idle = calloc(load->connections, sizeof(uint32_t)),
                            .later = calloc(count, sizeof(struct call)),
                            .later_size = count,
                            .epoll = epoll_create1(EPOLL_CLOEXEC)};
    bool ok = client.conns != NULL && client.idle != NULL && client.later != NULL;
    for (uint32_t i = 0; ok && i < load->connections; i++)
        client.conns[i].fd = -1;
    ok = ok && open_conns(&client);
    if (ok) {
        client.begin_ns = bench_now_ns();
        client.end_ns = client.begin_ns + (uint64_t)(load->seconds * 1e9);
        client.due_ns = (double)client.begin_ns;
        loop(&client);
    }
    for (uint32_t i = 0; client.conns != NULL && i < load->connections; i++)
        if (client.conns[i].fd >= 0)
            close(client.conns[i].fd);
    free(client.conns);
    free(client.idle);
    free(client.later);
    close(client.epoll);
    return ok && !client.broken && load->wrong == 0;
}
