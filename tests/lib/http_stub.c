#include "tests/lib/http_stub.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/require.h"

struct visit { /* one connection */
    struct http_stub *stub;
    int fd;
    char bytes[65536]; /* of a request, NUL behind them */
    size_t used;
};

static bool say(struct visit *visit, const void *bytes, size_t size) {
    return send(visit->fd, bytes, size, MSG_NOSIGNAL) == (ssize_t)size;
}

static bool say_text(struct visit *visit, const char *text) {
    return say(visit, text, strlen(text));
}

static bool say_body(struct visit *visit, const char *status, const char *more, const char *body,
                     size_t size) {
    char head[512];
    (void)snprintf(head, sizeof(head), "HTTP/1.1 %s\r\nContent-Length: %zu\r\n%s\r\n", status, size,
                   more);
    return say_text(visit, head) && say(visit, body, size);
}

/* A whole request with its body is in visit->bytes; false: the peer is gone. */
static bool hear(struct visit *visit) {
    visit->used = 0;
    for (;;) {
        visit->bytes[visit->used] = '\0';
        const char *end = strstr(visit->bytes, "\r\n\r\n");
        const char *length = strcasestr(visit->bytes, "\r\nContent-Length:");
        size_t body = length == NULL ? 0 : strtoul(length + 17, NULL, 10);
        if (end != NULL && visit->used >= (size_t)(end + 4 - visit->bytes) + body) {
            return true;
        }
        ssize_t got =
            recv(visit->fd, visit->bytes + visit->used, sizeof(visit->bytes) - 1 - visit->used, 0);
        if (got <= 0) {
            return false;
        }
        visit->used += (size_t)got;
    }
}

static bool answer_flood(struct visit *visit, bool chunks) {
    static const char block[4096]; /* of NULs */
    bool good = say_text(visit, chunks ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                       : "HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n");
    while (good) {
        good = (!chunks || say_text(visit, "1000\r\n")) && say(visit, block, sizeof(block)) &&
               (!chunks || say_text(visit, "\r\n"));
    }
    return false;
}

static bool answer_drip(struct visit *visit) {
    bool good = say_text(visit, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
    while (good) {
        usleep(50000);
        good = say_text(visit, "x");
    }
    return false;
}

static bool answer_reset(struct visit *visit) {
    const struct linger linger = {.l_onoff = 1};
    (void)setsockopt(visit->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
    return false;
}

/* False: the connection ends. */
static bool answer(struct visit *visit) {
    const char *target = strchr(visit->bytes, ' ');
    REQUIRE(target != NULL);
    target++;
#define IS(path) (strncmp(target, path, strlen(path)) == 0)
    if (IS("/slow")) {
        sleep(3);
        return false;
    }
    if (IS("/drip")) {
        return answer_drip(visit);
    }
    if (IS("/reset")) {
        return answer_reset(visit);
    }
    if (IS("/half")) {
        (void)say_text(visit, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
        return false;
    }
    if (IS("/huge") || IS("/chunks")) {
        return answer_flood(visit, IS("/chunks"));
    }
    if (IS("/garbage")) {
        (void)say_text(visit, "\x01\x02no protocol of this world\r\n\r\n");
        return false;
    }
    if (IS("/redirect")) {
        return say_body(visit, "302 Found", "Location: /echo\r\n", "gone", 4);
    }
    if (IS("/status/")) {
        return say_body(visit, (char[]){target[8], target[9], target[10], ' ', 'N', 0}, "", "said",
                        4);
    }
    const char *more = IS("/cookie") ? "Set-Cookie: a=b; Path=/\r\n" : "";
#undef IS
    return say_body(visit, "200 OK", more, visit->bytes, visit->used);
}

static void *serve(void *argument) {
    struct visit *visit = argument;
    while (hear(visit)) {
        atomic_fetch_add(&visit->stub->requests, 1);
        if (!answer(visit)) {
            break;
        }
    }
    close(visit->fd);
    atomic_fetch_sub(&visit->stub->open, 1);
    free(visit);
    return NULL;
}

static void *listen_on(void *argument) {
    struct http_stub *stub = argument;
    for (;;) {
        struct visit *visit = calloc(1, sizeof(*visit));
        pthread_t thread;
        REQUIRE(visit != NULL);
        visit->stub = stub;
        visit->fd = accept(stub->fd, NULL, NULL);
        REQUIRE(visit->fd >= 0);
        atomic_fetch_add(&stub->connections, 1);
        atomic_fetch_add(&stub->open, 1);
        REQUIRE(pthread_create(&thread, NULL, serve, visit) == 0);
        (void)pthread_detach(thread);
    }
}

void http_stub_start(struct http_stub *stub) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof(address);
    pthread_t thread;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    stub->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(bind(stub->fd, (struct sockaddr *)&address, sizeof(address)) == 0);
    REQUIRE(listen(stub->fd, 128) == 0);
    REQUIRE(getsockname(stub->fd, (struct sockaddr *)&address, &size) == 0);
    stub->port = ntohs(address.sin_port);
    REQUIRE(pthread_create(&thread, NULL, listen_on, stub) == 0);
    (void)pthread_detach(thread);
}
