/* listener.h - a loop's listening sockets. Each loop has its own on the same address
 * (SO_REUSEPORT), so that the system spreads connections and no loop hands them to another; the
 * operator's Unix socket is loop 0's alone. Loop thread; opened before it runs. */
#ifndef SWITCH_LISTENER_H
#define SWITCH_LISTENER_H

#include <uv.h>

#include "switch/metrics.h"

#define LISTENERS 3

struct loop;

struct listener {
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } uv;
    /* What a connection for which there is no place is accepted into, to be closed. */
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } spare;
    bool spare_used, spare_wanted;
    struct loop *loop;
    enum metrics_listener kind;
    bool open;
};

/* Listens on the config's address of that kind. *port: 0: any free one; then tells which. 0, or -1
 * with why. */
int listener_open_tcp(struct listener *listener, struct loop *loop, enum metrics_listener kind,
                      uint16_t *port, char *why, size_t why_size);
/* Listens on a Unix socket at path, mode 0600. A socket left there by a node that is gone is
 * replaced. 0, or -1 with why. */
int listener_open_unix(struct listener *listener, struct loop *loop, const char *path, char *why,
                       size_t why_size);
void listener_close(struct listener *listener);

#endif
