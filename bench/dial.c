/* dial.c - blocking sockets, for what comes beside the load: connecting, login, looks at figures.
 */
#include "bench/load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define DIAL_PATIENCE_S 30 /* for an answer */

int load_dial(uint16_t port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval patience = {.tv_sec = DIAL_PATIENCE_S};
    int one = 1;
    if (fd < 0)
        return -1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

bool load_send_all(int fd, const void *bytes, size_t size) {
    const char *next = bytes;
    while (size > 0) {
        ssize_t sent = send(fd, next, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        next += sent;
        size -= (size_t)sent;
    }
    return true;
}

bool load_receive_all(int fd, void *bytes, size_t size) {
    char *next = bytes;
    while (size > 0) {
        ssize_t got = recv(fd, next, size, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        next += got;
        size -= (size_t)got;
    }
    return true;
}

bool load_get(uint16_t port, const char *path, const uint8_t *key, char *out, size_t size) {
    char request[256], hex[2 * LOAD_KEY_BYTES + 1] = "";
    size_t used = 0;
    for (size_t i = 0; key != NULL && i < LOAD_KEY_BYTES; i++)
        snprintf(hex + 2 * i, 3, "%02x", key[i]);
    snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s%s%s\r\n", path,
             key == NULL ? "" : "Authorization: Bearer ", hex, key == NULL ? "" : "\r\n");
    int fd = load_dial(port);
    bool ok = fd >= 0 && load_send_all(fd, request, strlen(request));
    size_t whole = 0;
    while (ok && (whole = load_http_size((uint8_t *)out, used, size - 1)) == 0) {
        ssize_t got = recv(fd, out + used, size - 1 - used, 0);
        ok = got > 0;
        used += ok ? (size_t)got : 0;
    }
    out[used] = '\0';
    if (fd >= 0)
        close(fd);
    return ok && whole != SIZE_MAX && strncmp(out, "HTTP/1.1 200 ", 13) == 0;
}
