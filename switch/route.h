/* route.h - from a request to its adapter, and from a decoded request to the ledger or a worker.
 * Loop thread only. */
#ifndef SWITCH_ROUTE_H
#define SWITCH_ROUTE_H

#include "protocols/adapter.h"
#include "switch/call.h"

#define ADAPTERS_MAX 7 /* one number is left for the node's own end points */
#define ROUTE_NONE UINT32_MAX

struct conn;
struct loop;

/* adapters.c: the integrations, in the order of their numbers. */
extern const struct adapter *const adapters[];
extern const uint32_t adapter_count;

/* The number of the adapter of an HTTP path, or of RPC methods; ROUTE_NONE. */
uint32_t route_path(struct slice path);
uint32_t route_rpc(void);

enum route_verdict {
    ROUTE_SENT,     /* the call is in flight, and will be answered by http_answer or rpc_answer */
    ROUTE_ANSWERED, /* *reply is complete                                      */
    ROUTE_BUSY,     /* no room; nothing happened                                */
};

/* Has call->adapter decode the request, and gives what comes out to the ledger or a worker. */
enum route_verdict route_request(struct conn *conn, struct call *call,
                                 const struct adapter_request *request,
                                 struct adapter_reply *reply);

/* Gives the ledger what the writer of bridge_reserve holds. False: no room, and nothing happened.
 */
bool route_submit(struct loop *loop, struct call *call, const struct ledger_writer *writer);

/* The answer to a call for which there is no room. */
void route_busy(struct loop *loop, const struct call *call, struct adapter_reply *reply);

/* Has the adapter encode the answer to a call. results NULL: not known. */
void route_encode(struct loop *loop, const struct call *call, const struct ledger_result *results,
                  uint32_t count, struct adapter_reply *reply);

#endif
