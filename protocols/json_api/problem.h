/* problem.h - refusals as RFC 9457 problem documents, each with a stable `code`. Any thread. */
#ifndef PROTOCOLS_JSON_API_PROBLEM_H
#define PROTOCOLS_JSON_API_PROBLEM_H

#include "protocols/adapter.h"

/* What the door itself refuses; a ledger status has its own name as code.
 * X(HTTP status, CODE, "title") */
/* clang-format off */
#define PROBLEM_MAP(X) \
    X(400, BAD_REQUEST,        "the request is malformed") \
    X(401, UNAUTHORIZED,       "a gateway's bearer key is needed") \
    X(403, FORBIDDEN,          "this is outside of what the gateway was granted") \
    X(404, NOT_FOUND,          "there is nothing at this path") \
    X(404, CLIENT_NOT_FOUND,   "no client has this login") \
    X(405, METHOD_NOT_ALLOWED, "this path does not take this method") \
    X(413, TOO_LARGE,          "the body is larger than 64 KiB") \
    X(415, MEDIA_TYPE,         "the body must be application/json") \
    X(422, CLIENT_BLOCKED,     "the client is blocked") \
    X(503, NO_NODE_KEY,        "this node has no key: its operator sets node_key in [soap]") \
    X(503, BUSY,               "the node has no room for this now; ask again") \
    X(504, UNKNOWN,            "the outcome is not known (yet); ask again with the same reference")
/* clang-format on */

enum problem {
#define X(http, code, title) PROBLEM_##code,
    PROBLEM_MAP(X)
#undef X
        PROBLEM_COUNT
};

/* Completes the reply, with the headers that its status asks for. The text is for a person and
 * says what is wrong here. Returns false, for a reader to return. */
bool problem_reply(struct adapter_reply *reply, enum problem problem, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same of a status of the ledger other than DONE and REPLAYED. */
void problem_reply_status(struct adapter_reply *reply, unsigned status);

/* The HTTP status of any enum ledger_status; 0: not one of them. */
uint32_t problem_http_status(unsigned status);

#endif
