/* http.h - HTTP/1.1 on a connection: requests to adapters, answers in the order of the requests,
 * and the node's own end points /healthz, /readyz, /metrics. Loop thread only. */
#ifndef SWITCH_HTTP_H
#define SWITCH_HTTP_H

#include "switch/conn.h"

void http_start(struct conn *conn);
/* Serves the requests in bytes[0..size). How many bytes it is done with; the rest is given again,
 * with more behind it. */
size_t http_input(struct conn *conn, char *bytes, size_t size);
/* A call of this connection has its results (NULL: not known), or a worker's reply. */
void http_answer(struct conn *conn, struct call *call, const struct ledger_result *results,
                 uint32_t count);
void http_reply(struct conn *conn, struct call *call, const struct adapter_reply *reply);
/* The connection closes: answers that wait for their turn are dropped. */
void http_stop(struct conn *conn);

#endif
