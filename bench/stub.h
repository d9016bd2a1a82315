/* stub.h - a stand-in provider (bench/provider_stub) in a process of its own. */
#ifndef BENCH_STUB_H
#define BENCH_STUB_H

#include "bench/bench.h"

#include <sys/types.h>

struct stub {
    pid_t pid;
    uint16_t port;
};

/* What it has seen since it started. */
struct stub_stats {
    uint64_t paid;          /* ids that it was asked to pay                */
    uint64_t asked;         /* requests to pay                             */
    uint64_t in_flight_max; /* requests at once that it had not answered   */
};

/* Starts the program that lies beside the node's, on the port of 127.0.0.1 (0: any free one), and
 * waits until it listens; each of its answers is delay_ms late. False: failed, which was told. */
bool stub_start(const struct bench *bench, struct stub *stub, uint16_t port, uint32_t delay_ms);
/* Asks what it has seen. False: no answer, which was told. */
bool stub_look(const struct stub *stub, struct stub_stats *stats);
/* Ends it; nothing, if it does not run. */
void stub_stop(struct stub *stub);

#endif
