#include "switch/listener.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "switch/assert.h"
#include "switch/gateway.h"
#include "switch/limits.h"
#include "switch/log.h"
#include "switch/loop.h"

/* The operator's socket is for root and for the user the node runs as. */
static bool peer_is_operator(struct conn *conn) {
    int fd = -1;
    struct ucred peer;
    socklen_t size = sizeof(peer);
    if (uv_fileno(&conn->uv.handle, &fd) != 0 ||
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
        return false;
    }
    if (peer.uid != 0 && peer.uid != geteuid()) {
        uint32_t suppressed = 0;
        struct loop *loop = conn->loop;
        if (log_rate_allows(&loop->strangers, loop->now_ns, LOG_STRANGERS_MAX, &suppressed)) {
            log_event(LOG_WARN, "operator_refused", "uid=%u suppressed=%u", (unsigned)peer.uid,
                      (unsigned)suppressed);
        }
        return false;
    }
    conn->uid = (uint32_t)peer.uid;
    conn->pid = (uint32_t)peer.pid;
    conn->grant = gateway_operator_grant();
    return true;
}

static void refuse(struct listener *listener);

static void on_refused_closed(uv_handle_t *handle) {
    struct listener *listener = handle->data;
    listener->spare_used = false;
    if (listener->spare_wanted && listener->open) {
        listener->spare_wanted = false;
        refuse(listener);
    }
}

/* Takes a connection for which there is no place off the system's queue, and closes it: libuv
 * accepts no others before. One at a time, which needs no memory. */
static void refuse(struct listener *listener) {
    if (listener->spare_used) {
        listener->spare_wanted = true;
        return;
    }
    metrics_add(&listener->loop->metrics->refused, 1);
    int rc = listener->kind == METRICS_UNIX
                 ? uv_pipe_init(&listener->loop->uv, &listener->spare.pipe, 0)
                 : uv_tcp_init(&listener->loop->uv, &listener->spare.tcp);
    ASSERT(rc == 0);
    listener->spare_used = true;
    listener->spare.handle.data = listener;
    (void)uv_accept(&listener->uv.stream, &listener->spare.stream);
    uv_close(&listener->spare.handle, on_refused_closed);
}

static void on_connection(uv_stream_t *server, int status) {
    struct listener *listener = server->data;
    struct loop *loop = listener->loop;
    if (status < 0) {
        return;
    }
    loop_begin(loop);
    struct conn *conn = conn_open(loop, listener->kind);
    if (conn == NULL) {
        refuse(listener);
        return;
    }
    if (uv_accept(server, &conn->uv.stream) != 0 ||
        (listener->kind == METRICS_UNIX && !peer_is_operator(conn))) {
        conn_close(conn);
    } else {
        conn_start(conn);
    }
}

/* What went wrong with a TCP socket, for a person. */
static int tell(char *why, size_t why_size, const char *address, uint16_t port, int error) {
    (void)snprintf(why, why_size, "cannot listen on %s port %u: %s", address, (unsigned)port,
                   strerror(error));
    return -1;
}

/* The address as the system wants it. False: it is none. */
static bool parse_address(const char *address, uint16_t port, struct sockaddr_storage *parsed) {
    memset(parsed, 0, sizeof(*parsed));
    return uv_ip4_addr(address, port, (struct sockaddr_in *)(void *)parsed) == 0 ||
           uv_ip6_addr(address, port, (struct sockaddr_in6 *)(void *)parsed) == 0;
}

static bool share_port(int fd) {
    int on = 1;
    return setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) == 0;
}

/* Connections inherit these: answers are not held back, and a peer that does not take for
 * `patience_ms` what the system has to send is dropped by the system, as we drop one that does not
 * take the rest. */
static bool set_options(int fd, unsigned patience_ms) {
    int on = 1;
    return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
           setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0 &&
           setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience_ms, sizeof(patience_ms)) == 0;
}

/* A bound socket that shares its port with the other loops', or -1 with errno. The first one shares
 * it only once it has it: so a port that another node has is refused. */
static int bind_shared(const struct sockaddr_storage *address, bool first, unsigned patience_ms) {
    int fd = socket(address->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -1;
    }
    socklen_t size = address->ss_family == AF_INET ? (socklen_t)sizeof(struct sockaddr_in)
                                                   : (socklen_t)sizeof(struct sockaddr_in6);
    if (set_options(fd, patience_ms) && (first || share_port(fd)) &&
        bind(fd, (const struct sockaddr *)address, size) == 0 && (!first || share_port(fd))) {
        return fd;
    }
    int error = errno;
    (void)close(fd);
    errno = error;
    return -1;
}

static uint16_t bound_port(int fd) {
    union {
        struct sockaddr any;
        struct sockaddr_in ip4;
        struct sockaddr_in6 ip6;
    } address = {.ip6 = {0}};
    socklen_t size = sizeof(address);
    if (getsockname(fd, &address.any, &size) != 0) {
        return 0;
    }
    return ntohs(address.any.sa_family == AF_INET ? address.ip4.sin_port : address.ip6.sin6_port);
}

/* Listens on an open handle; else closes it again. */
static int listen_on(struct listener *listener, struct loop *loop, enum metrics_listener kind) {
    listener->loop = loop;
    listener->kind = kind;
    listener->open = true;
    listener->uv.handle.data = listener;
    int rc = uv_listen(&listener->uv.stream, CONN_BACKLOG, on_connection);
    if (rc != 0) {
        listener_close(listener);
    }
    return rc;
}

int listener_open_tcp(struct listener *listener, struct loop *loop, enum metrics_listener kind,
                      uint16_t *port, char *why, size_t why_size) {
    const struct config *config = loop->shared->config;
    const char *address = kind == METRICS_HTTP ? config->http_address : config->rpc_address;
    struct sockaddr_storage parsed;
    if (!parse_address(address, *port, &parsed)) {
        return tell(why, why_size, address, *port, EINVAL);
    }
    int fd = bind_shared(&parsed, loop->index == 0, config->write_timeout_ms);
    if (fd < 0) {
        return tell(why, why_size, address, *port, errno);
    }
    int rc = uv_tcp_init(&loop->uv, &listener->uv.tcp);
    ASSERT(rc == 0);
    rc = uv_tcp_open(&listener->uv.tcp, fd);
    if (rc != 0) {
        (void)close(fd);
        listener->open = true;
        listener_close(listener);
    } else {
        rc = listen_on(listener, loop, kind);
    }
    if (rc != 0) {
        return tell(why, why_size, address, *port, -rc);
    }
    *port = bound_port(fd);
    return 0;
}

/* True when a node answers on the socket at path. */
static bool is_served(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool served = fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
    if (fd >= 0) {
        (void)close(fd);
    }
    return served;
}

int listener_open_unix(struct listener *listener, struct loop *loop, const char *path, char *why,
                       size_t why_size) {
    struct stat there;
    if (is_served(path)) {
        (void)snprintf(why, why_size, "another node serves %s", path);
        return -1;
    }
    if (lstat(path, &there) == 0 && S_ISSOCK(there.st_mode)) {
        (void)unlink(path);
    }
    int rc = uv_pipe_init(&loop->uv, &listener->uv.pipe, 0);
    ASSERT(rc == 0);
    /* The mode is right from the first moment: nobody else can connect in between. */
    mode_t mask = umask(0177);
    rc = uv_pipe_bind(&listener->uv.pipe, path);
    (void)umask(mask);
    if (rc != 0) {
        listener->open = true;
        listener_close(listener);
    } else {
        rc = listen_on(listener, loop, METRICS_UNIX);
    }
    if (rc != 0) {
        (void)snprintf(why, why_size, "cannot listen on %s: %s", path, strerror(-rc));
        return -1;
    }
    return 0;
}

void listener_close(struct listener *listener) {
    if (listener->open) {
        listener->open = false;
        uv_close(&listener->uv.handle, NULL);
    }
}
