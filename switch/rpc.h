/* rpc.h - MessagePack-RPC on a connection: frames, the login, calls to the adapter or to the
 * operator's methods. Answers go out as they come. Loop thread only. */
#ifndef SWITCH_RPC_H
#define SWITCH_RPC_H

#include "switch/conn.h"

void rpc_start(struct conn *conn);
/* As http_input. */
size_t rpc_input(struct conn *conn, char *bytes, size_t size);
/* A call of this connection has its results (NULL: not known), or a worker's frame. */
void rpc_answer(struct conn *conn, struct call *call, const struct ledger_result *results,
                uint32_t count);
void rpc_reply(struct conn *conn, struct call *call, const struct adapter_reply *reply);

/* rpc_login.c: answers a login; when it is good, conn->grant is set. */
void rpc_login(struct conn *conn, const struct rpc_call *call, struct buffer *out);

#endif
