#include "bench/echo.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#define BACKLOG 1024

struct server {
    uv_loop_t loop;
    uv_tcp_t listener;
    const struct echo_protocol *protocol;
    uint8_t out[ECHO_BUFFER_BYTES];
};

struct peer {
    uv_tcp_t tcp;
    struct server *server;
    struct echo_conn conn;
    uint8_t *in; /* ECHO_BUFFER_BYTES */
    size_t used;
};

struct late_write { /* what the socket did not take at once */
    uv_write_t write;
    uint8_t bytes[];
};

static void on_close(uv_handle_t *handle) {
    struct peer *peer = handle->data;
    free(peer->in);
    free(peer);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf) {
    struct peer *peer = handle->data;
    (void)suggested;
    *buf = uv_buf_init((char *)peer->in + peer->used, (unsigned)(ECHO_BUFFER_BYTES - peer->used));
}

static void on_written(uv_write_t *write, int status) {
    (void)status; /* a closed peer is seen by its reads */
    free(write->data);
}

static void send_out(struct peer *peer, const uint8_t *bytes, size_t size) {
    uv_buf_t buf = uv_buf_init((char *)peer->server->out, (unsigned)size);
    int sent = uv_try_write((uv_stream_t *)&peer->tcp, &buf, 1);
    size_t done = sent > 0 ? (size_t)sent : 0;
    if (done == size)
        return;
    struct late_write *late = malloc(sizeof(*late) + size - done);
    if (late == NULL)
        abort();
    memcpy(late->bytes, bytes + done, size - done);
    late->write.data = late;
    buf = uv_buf_init((char *)late->bytes, (unsigned)(size - done));
    uv_write(&late->write, (uv_stream_t *)&peer->tcp, &buf, 1, on_written);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf) {
    struct peer *peer = stream->data;
    struct server *server = peer->server;
    size_t used = 0;
    (void)buf;
    if (count > 0)
        peer->used += (size_t)count;
    ssize_t taken =
        count < 0 ? -1
                  : server->protocol->take(&peer->conn, peer->in, peer->used, server->out, &used);
    if (taken < 0 || (taken == 0 && peer->used == ECHO_BUFFER_BYTES)) {
        if (!uv_is_closing((uv_handle_t *)stream))
            uv_close((uv_handle_t *)stream, on_close);
        return;
    }
    peer->used -= (size_t)taken;
    memmove(peer->in, peer->in + taken, peer->used);
    if (used > 0)
        send_out(peer, server->out, used);
}

static void on_connection(uv_stream_t *stream, int status) {
    struct server *server = stream->data;
    struct peer *peer = calloc(1, sizeof(*peer));
    if (status < 0 || peer == NULL || (peer->in = malloc(ECHO_BUFFER_BYTES)) == NULL)
        abort();
    peer->server = server;
    uv_tcp_init(&server->loop, &peer->tcp);
    peer->tcp.data = peer;
    uv_accept(stream, (uv_stream_t *)&peer->tcp);
    uv_tcp_nodelay(&peer->tcp, 1);
    server->protocol->start(&peer->conn);
    uv_read_start((uv_stream_t *)&peer->tcp, on_alloc, on_read);
}

_Noreturn static void child(const struct echo_protocol *protocol, int fd) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_IGN);
    struct server *server = calloc(1, sizeof(*server));
    if (server == NULL || uv_loop_init(&server->loop) < 0)
        _exit(1);
    server->protocol = protocol;
    uv_tcp_init(&server->loop, &server->listener);
    server->listener.data = server;
    if (uv_tcp_open(&server->listener, fd) < 0 ||
        uv_listen((uv_stream_t *)&server->listener, BACKLOG, on_connection) < 0)
        _exit(1);
    uv_run(&server->loop, UV_RUN_DEFAULT); /* until it is killed */
    _exit(0);
}

bool echo_start(const struct echo_protocol *protocol, uint16_t *port, pid_t *pid) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    /* It listens before there is a child: a client may connect at once. */
    bool ok = fd >= 0 && bind(fd, (struct sockaddr *)&address, size) == 0 &&
              listen(fd, BACKLOG) == 0 && getsockname(fd, (struct sockaddr *)&address, &size) == 0;
    if (ok) {
        *port = ntohs(address.sin_port);
        *pid = fork();
        if (*pid == 0)
            child(protocol, fd);
        ok = *pid > 0;
    }
    if (fd >= 0)
        close(fd);
    return ok;
}

void echo_stop(pid_t pid) {
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}
