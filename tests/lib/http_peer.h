/* http_peer.h - a plain HTTP client over a blocking socket, for C tests of the server.
 * One thread at a time. Every function aborts the test when the server does not do its part. */
#ifndef TESTS_LIB_HTTP_PEER_H
#define TESTS_LIB_HTTP_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_PEER_BODY_MAX 1024 /* bytes of an answer's body, with the NUL behind it */

struct http_peer {
    int fd;
    char bytes[4096]; /* of answers, not taken yet */
    size_t used;
};

struct http_peer_answer {
    unsigned status;
    bool retry_after; /* the header is there */
    char body[HTTP_PEER_BODY_MAX];
};

/* Connects to a port of this machine. */
void http_peer_dial(struct http_peer *peer, uint16_t port);
void http_peer_send(const struct http_peer *peer, const char *text);
/* Waits for the next answer, 30 s at most. */
void http_peer_hear(struct http_peer *peer, struct http_peer_answer *answer);
/* Waits until the server closes, having sent nothing more. */
void http_peer_hear_end(struct http_peer *peer);
void http_peer_close(struct http_peer *peer);
/* Closes so that the server sees an error, not an end behind which it may answer. */
void http_peer_reset(struct http_peer *peer);

#endif
