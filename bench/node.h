/* node.h - a real node in a process of its own, on a data folder that the bench prepared. */
#ifndef BENCH_NODE_H
#define BENCH_NODE_H

#include "bench/load.h"

#include <sys/types.h>

#define NODE_GATEWAY "bench" /* the gateway's name in the node's config */

struct node {
    pid_t pid;
    uint16_t rpc_port, http_port;
    uint8_t key[LOAD_KEY_BYTES];
    char data[BENCH_PATH_MAX]; /* the ledger's folder */
    char config[BENCH_PATH_MAX];
    char log[BENCH_PATH_MAX];
};

/* Makes the data folder with its accounts, writes a config, starts `tiyn serve` and waits until it
 * is ready. False: failed, which was told with the node's last words; nothing runs then. */
bool node_start(const struct bench *bench, struct node *node);
/* Asks it to stop and waits. False: it did not end well, which was told. */
bool node_stop(struct node *node);

#endif
