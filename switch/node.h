/* node.h - a running node: the ledger, its thread, the event loops and their sockets; what starts
 * and stops when.
 *
 * Start: signals blocked, ledger opened (recovery), rings, outbox, loops and sockets, ledger
 * thread. Stop: no new connections or requests, what is in flight is answered (at most
 * NODE_DRAIN_MS), loops end, outbox ends (OUTBOX_DRAIN_MS), ledger thread ends, ledger flushed and
 * closed. */
#ifndef SWITCH_NODE_H
#define SWITCH_NODE_H

#include "switch/config.h"
#include "switch/metrics.h"

#define NODE_VERSION "0.1.0"
#define NODE_EXIT_FAILED 3 /* exit code after a failure of the ledger */

struct node;

/* Opens the ledger and the sockets; when it returns, connections are served. config outlives the
 * node. The calling thread, which also calls node_wait and node_free, gets SIGINT and SIGTERM
 * blocked, as do all threads started here. 0, or -1: why (NUL-terminated) says what failed, and
 * nothing is left behind. */
int node_start(struct node **node, const struct config *config, char *why, size_t why_size);

/* Waits for SIGINT, SIGTERM, node_stop or a failure of the ledger, then stops everything in
 * order. The process's exit code: 0, or NODE_EXIT_FAILED. The ledger is closed after. */
int node_wait(struct node *node);

/* Makes node_wait stop the node. Any thread. */
void node_stop(struct node *node);

/* Frees a node after node_wait. NULL is fine. */
void node_free(struct node *node);

/* The rest: any thread, until node_wait returns. */

const struct config *node_config(const struct node *node);
/* For snapshots, stats and ledger_backup: what ledger.h allows any thread. */
struct ledger *node_ledger(struct node *node);
struct outbox *node_outbox(struct node *node);
uint64_t node_uptime_ns(const struct node *node);

/* Where it listens. The ports that the system gave when the config says 0. */
uint16_t node_http_port(const struct node *node);
uint16_t node_rpc_port(const struct node *node);

/* True when the node takes payments; else why (NUL-terminated) says why not. */
bool node_ready(struct node *node, char *why, size_t why_size);

/* Has the ledger thread checkpoint everything, and waits for it. Worker threads only: it blocks.
 * 0 or the ledger's error. */
int node_flush(struct node *node);

/* Appends the metrics' text. */
void node_metrics(struct node *node, struct buffer *out);

#endif
