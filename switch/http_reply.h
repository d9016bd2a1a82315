/* http_reply.h - an answer as bytes: status line, headers, body; and the refusals that are the
 * server's own, as RFC 9457 problem documents. Pure; any thread. */
#ifndef SWITCH_HTTP_REPLY_H
#define SWITCH_HTTP_REPLY_H

#include "protocols/adapter.h"

/* Appends the whole answer. head_only: without the body, but with its length. close: tells the
 * peer that no further request is served. */
void http_write_reply(struct buffer *out, const struct adapter_reply *reply, bool head_only,
                      bool close);

/* Makes *reply, whose buffers are there, a refusal: 400, 404, 405, 413, 431, 500 or 503. What the
 * buffers had is dropped. */
void http_problem(struct adapter_reply *reply, uint32_t status);

#endif
