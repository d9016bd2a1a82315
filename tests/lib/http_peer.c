#include "tests/lib/http_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "tests/lib/require.h"

enum { PATIENCE_S = 30 };

void http_peer_dial(struct http_peer *peer, uint16_t port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct timeval patience = {.tv_sec = PATIENCE_S};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    peer->used = 0;
    peer->fd = socket(AF_INET, SOCK_STREAM, 0);
    REQUIRE(peer->fd >= 0);
    REQUIRE(setsockopt(peer->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0);
    REQUIRE(connect(peer->fd, (struct sockaddr *)&address, sizeof(address)) == 0);
}

void http_peer_send(const struct http_peer *peer, const char *text) {
    ssize_t size = (ssize_t)strlen(text);
    REQUIRE(send(peer->fd, text, (size_t)size, MSG_NOSIGNAL) == size);
}

/* Takes the first answer off the bytes. False: it is not whole. */
static bool take(struct http_peer *peer, struct http_peer_answer *answer) {
    static const char length_name[] = "\r\nContent-Length: ", after_name[] = "\r\nRetry-After: ";
    peer->bytes[peer->used] = '\0';
    const char *end = strstr(peer->bytes, "\r\n\r\n");
    if (end == NULL) {
        return false;
    }
    const char *length = strstr(peer->bytes, length_name);
    REQUIRE(length != NULL && length < end);
    size_t size = strtoul(length + sizeof(length_name) - 1, NULL, 10);
    size_t whole = (size_t)(end + 4 - peer->bytes) + size;
    REQUIRE(size < HTTP_PEER_BODY_MAX);
    if (whole > peer->used) {
        return false;
    }
    const char *after = strstr(peer->bytes, after_name);
    answer->status = (unsigned)strtoul(peer->bytes + sizeof("HTTP/1.1"), NULL, 10);
    answer->retry_after = after != NULL && after < end;
    memcpy(answer->body, end + 4, size);
    answer->body[size] = '\0';
    peer->used -= whole;
    memmove(peer->bytes, peer->bytes + whole, peer->used);
    return true;
}

void http_peer_hear(struct http_peer *peer, struct http_peer_answer *answer) {
    while (!take(peer, answer)) {
        size_t room = sizeof(peer->bytes) - 1 - peer->used;
        REQUIRE(room > 0);
        ssize_t count = recv(peer->fd, peer->bytes + peer->used, room, 0);
        REQUIRE(count > 0);
        peer->used += (size_t)count;
    }
}

void http_peer_hear_end(struct http_peer *peer) {
    char byte = 0;
    REQUIRE(peer->used == 0);
    REQUIRE(recv(peer->fd, &byte, 1, 0) == 0);
}

void http_peer_close(struct http_peer *peer) {
    (void)close(peer->fd);
}

void http_peer_reset(struct http_peer *peer) {
    struct linger reset = {.l_onoff = 1};
    REQUIRE(setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)) == 0);
    (void)close(peer->fd);
}
