/* message.h - the frames of MessagePack-RPC: a call is [0, msgid, method, params], its answer
 * [1, msgid, error, result]. Taking calls apart, and writing answers; the login, which the switch
 * carries out, has its messages here too. Pure; any thread. */
#ifndef PROTOCOLS_RPC_MESSAGE_H
#define PROTOCOLS_RPC_MESSAGE_H

#include <stdint.h>

#include "protocols/common/buffer.h"
#include "protocols/common/slice.h"

#define RPC_CHALLENGE_SIZE 32 /* bytes of a login challenge                       */
#define RPC_MAC_SIZE 32       /* bytes of its answer: libsodium's crypto_auth     */
#define RPC_NAME_MAX 31       /* bytes of a gateway's name                        */

/* Codes of an answer's error. X(NAME, "text when there is nothing more exact to say") */
/* clang-format off */
#define RPC_ERROR_MAP(X) \
    X(BAD_CALL,       "a call is [0, msgid, method, params]; the connection is closed") \
    X(TOO_LARGE,      "the call is larger than this node takes; the connection is closed") \
    X(LOGIN_REQUIRED, "log in first: only login is answered before") \
    X(LOGIN_FAILED,   "no such gateway, or a wrong key; the connection is closed") \
    X(UNKNOWN_METHOD, "there is no such method") \
    X(BAD_PARAMS,     "the params are not what the method takes") \
    X(FORBIDDEN,      "this is outside of what the gateway was granted") \
    X(BUSY,           "the node has no room for this now; ask again with the same reference") \
    X(UNKNOWN,        "the outcome is not known (yet); ask again with the same reference")
/* clang-format on */

enum rpc_error {
#define X(name, text) RPC_ERROR_##name,
    RPC_ERROR_MAP(X)
#undef X
        RPC_ERROR_COUNT
};

const char *rpc_error_name(enum rpc_error error); /* "BAD_CALL"; static */
const char *rpc_error_text(enum rpc_error error); /* static             */

struct rpc_call {
    uint32_t id;         /* msgid                                         */
    struct slice method; /* borrowed from the frame, as is params         */
    struct slice params; /* one whole MessagePack value                   */
};

/* Takes one whole frame (frame_scan said DONE) apart. False: it is not a call; then nothing tells
 * which msgid could be answered, and the connection is to be closed. */
bool rpc_call_read(struct slice frame, struct rpc_call *call);

/* Appends a whole answer with an error. text NULL: the code's own text. */
void rpc_reply_error(struct buffer *body, uint32_t id, enum rpc_error error, const char *text);

/* Appends [1, id, nil, and the caller appends one MessagePack value: the result. */
void rpc_reply_start(struct buffer *body, uint32_t id);

/* The two login calls: `login [name]` is answered by a challenge, and `login [name, mac]` by
 * true; mac is crypto_auth(challenge || name) under the gateway's key, where `||` puts the
 * name's bytes behind the challenge's. False: the params are of another form. */
struct rpc_login {
    struct slice name; /* 1 to RPC_NAME_MAX bytes, borrowed               */
    struct slice mac;  /* RPC_MAC_SIZE bytes; base NULL: asks for the challenge */
};
bool rpc_login_read(struct slice params, struct rpc_login *login);
void rpc_reply_challenge(struct buffer *body, uint32_t id, const uint8_t *challenge);
void rpc_reply_login(struct buffer *body, uint32_t id);

#endif
