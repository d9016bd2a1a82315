/* load.h - the client: pays over many connections from one thread, and checks every answer.
 * Closed loop: each connection keeps its calls in flight, and an answer brings the next call.
 * Open loop (calls_per_second): calls are due at fixed times, whatever the answers do, and a
 * latency counts from the time the call was due. What is busy is asked again with the same
 * references until it is done; its latency counts from the first time. */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "bench/book.h"
#include "protocols/common/frame.h"

/* Where the next answer ends; of one connection. */
struct load_scan {
    struct frame_scanner frame; /* RPC  */
    bool under_way;
};

/* What an answer said of its payments. */
struct load_answer {
    uint32_t call_id;
    uint32_t done, replayed;
    uint32_t busy;     /* or unknown: to be asked again             */
    const char *wrong; /* anything else: what, a static string; else NULL */
};

/* How a protocol writes calls and reads answers. */
struct load_protocol {
    bool ordered;                          /* answers come in the calls' order: no ids   */
    size_t (*request_max)(uint32_t batch); /* bytes */
    size_t (*answer_max)(uint32_t batch);
    /* Authenticates the blocking socket. False: refused. */
    bool (*login)(int fd, const char *name, const uint8_t *key);
    /* Writes the call for payments first..first + batch of the stream; returns its size. */
    size_t (*request)(uint8_t *out, uint32_t call_id, const struct book_stream *stream,
                      uint64_t first, uint32_t batch);
    /* The size of the answer at `bytes`, 0: it is not all there, SIZE_MAX: it is malformed. */
    size_t (*scan)(struct load_scan *scan, const uint8_t *bytes, size_t size);
    void (*read)(const uint8_t *bytes, size_t size, uint32_t batch, struct load_answer *answer);
};

extern const struct load_protocol load_rpc;  /* MessagePack-RPC, method `open`          */
extern const struct load_protocol load_held; /* the same, held for a provider            */
extern const struct load_protocol load_http; /* POST /v1/payments; one call in flight   */

#define LOAD_CONNECTIONS_MAX 1024u
#define LOAD_KEY_BYTES 32 /* the gateway's pre-shared key */

struct load_options {
    const char *name; /* of the measurement, for the progress bar */
    const struct load_protocol *protocol;
    uint16_t port; /* on 127.0.0.1 */
    const char *gateway;
    const uint8_t *key; /* LOAD_KEY_BYTES; as the bearer key: in hex */
    uint32_t connections, in_flight, batch;
    double calls_per_second; /* open loop; 0: closed */
    double seconds;
    uint64_t payments_max; /* then it is over before the seconds are; 0: no bound */
    uint64_t accounts;
    uint32_t deliver_to; /* the number of a provider; of load_held alone */
};

struct load_result {
    uint64_t payments; /* acknowledged                                        */
    uint64_t busy;     /* answers that asked to come again                    */
    uint64_t wrong;    /* calls answered wrongly, twice or never              */
    uint64_t elapsed_ns;
    struct histogram latency; /* of calls                                      */
};

/* A blocking TCP connection to 127.0.0.1, or -1. */
int load_dial(uint16_t port);
/* Sends or receives all of it on a blocking socket. */
bool load_send_all(int fd, const void *bytes, size_t size);
bool load_receive_all(int fd, void *bytes, size_t size);

/* GET http://127.0.0.1:port/path, with the key in hex as the bearer key unless it is NULL; `out` of
 * `size` bytes gets the whole answer with a NUL behind. False: there is none that fits, or it is
 * not 200. */
bool load_get(uint16_t port, const char *path, const uint8_t *key, char *out, size_t size);

/* The size of the HTTP answer at `bytes`, 0: it is not all there, SIZE_MAX: it is malformed or has
 * more than `max` bytes. */
size_t load_http_size(const uint8_t *bytes, size_t size, size_t max);

/* False: it could not be carried out, or an answer was wrong or missing; which was told. */
bool load_run(const struct load_options *options, struct load_result *result);

#endif
