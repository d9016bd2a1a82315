/* node.h - a real node in a process of its own, on a data folder that the bench prepared. */
#ifndef BENCH_NODE_H
#define BENCH_NODE_H

#include "bench/load.h"
#include "bench/soap.h"

#include <sys/types.h>

#define NODE_GATEWAY "bench" /* the gateway's name in the node's config */

/* The providers in its config, by number less one. They run while they are measured. */
enum { NODE_PROVIDER_NEAR, NODE_PROVIDER_FAR, NODE_PROVIDERS };
#define NODE_NEAR_CONCURRENCY 256u
#define NODE_FAR_CONCURRENCY 6000u /* some of them are between the ledger and the provider */
#define NODE_FAR_IN_FLIGHT 5000u

extern const char *const node_providers[NODE_PROVIDERS]; /* their names */

struct node {
    pid_t pid;
    uint16_t rpc_port, http_port;
    uint16_t provider_ports[NODE_PROVIDERS];
    uint8_t key[LOAD_KEY_BYTES];
    struct soap_keys soap;
    char data[BENCH_PATH_MAX]; /* the ledger's folder */
    char config[BENCH_PATH_MAX];
    char log[BENCH_PATH_MAX];
    char node_key[BENCH_PATH_MAX]; /* the file of the key that it signs with */
};

/* Makes the data folder with its accounts, writes a config, starts `tiyn serve` and waits until it
 * is ready. False: failed, which was told with the node's last words; nothing runs then. */
bool node_start(const struct bench *bench, struct node *node);
/* Asks it to stop and waits. False: it did not end well, which was told. */
bool node_stop(struct node *node);

/* network.c: the one node of all measurements over the network. */
struct node *network_node(void);
/* Starts it when it does not run, else lets it settle. False: it failed. */
bool network_node_needed(struct bench *bench);
/* Counts payments that it acknowledged. */
void network_paid(uint64_t payments);
/* Payments over RPC, one a call, at fixed times. */
bool network_rpc_paced(struct bench *bench, const struct plan *plan, uint32_t connections,
                       double per_second, struct measurement *out);

#endif
