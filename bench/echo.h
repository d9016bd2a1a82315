/* echo.h - bare servers to compare with: libuv and a parser, in a process of their own, which
 * answer every payment as the node would, and keep nothing. */
#ifndef BENCH_ECHO_H
#define BENCH_ECHO_H

#include "protocols/common/frame.h"

#include <llhttp.h>
#include <stdbool.h>
#include <sys/types.h>

#define ECHO_BUFFER_BYTES ((size_t)2 << 20) /* of a connection's input; of the server's output */

/* The parsers' state of one connection. */
struct echo_conn {
    struct frame_scanner frame;
    bool under_way; /* of frame */
    llhttp_t parser;
    uint32_t requests; /* HTTP: whole ones not yet answered */
};

/* What a protocol does; the server calls it on its loop. */
struct echo_protocol {
    void (*start)(struct echo_conn *conn);
    /* Takes whole requests from the input and writes their answers to out, which holds
     * ECHO_BUFFER_BYTES; adds to *used. Returns the bytes taken, or -1 to close. */
    ssize_t (*take)(struct echo_conn *conn, const uint8_t *bytes, size_t size, uint8_t *out,
                    size_t *used);
};

extern const struct echo_protocol echo_rpc;  /* MessagePack-RPC: login, open               */
extern const struct echo_protocol echo_http; /* llhttp: 201 and a payment to every request */

/* Starts the server in a child process on a free port of 127.0.0.1. False: failed. */
bool echo_start(const struct echo_protocol *protocol, uint16_t *port, pid_t *pid);
void echo_stop(pid_t pid);

#endif
