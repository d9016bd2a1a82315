/* rpc_login.c - who is there: challenge and HMAC under the gateway's pre-shared key. */
#include <sodium.h>
#include <string.h>

#include "switch/assert.h"
#include "switch/config.h"
#include "switch/limits.h"
#include "switch/log.h"
#include "switch/loop.h"
#include "switch/rpc.h"

_Static_assert(crypto_auth_BYTES == RPC_MAC_SIZE, "documented so");
_Static_assert(crypto_auth_KEYBYTES == GATEWAY_KEY_SIZE, "documented so");

/* A name that nobody has gets a challenge too: the answer to it tells. */
static void challenge(struct conn *conn, uint32_t id, struct slice name, struct buffer *out) {
    struct conn_rpc *rpc = &conn->rpc;
    ASSERT(name.size <= sizeof(rpc->name));
    rpc->gateway = gateway_by_name(conn->loop->shared->config, name);
    memcpy(rpc->name, name.base, name.size);
    rpc->name_size = (uint8_t)name.size;
    randombytes_buf(rpc->challenge, sizeof(rpc->challenge));
    rpc->challenged = true;
    rpc_reply_challenge(out, id, rpc->challenge);
}

/* Whether the MAC is that of the challenge that was given for this name, which is used up. */
static bool verify(struct conn_rpc *rpc, const struct rpc_login *login) {
    struct slice name = {rpc->name, rpc->name_size};
    bool challenged = rpc->challenged;
    rpc->challenged = false;
    if (!challenged || !slice_equal(name, login->name) || rpc->gateway == NULL ||
        !rpc->gateway->has_rpc_key) {
        return false;
    }
    uint8_t message[RPC_CHALLENGE_SIZE + RPC_NAME_MAX];
    memcpy(message, rpc->challenge, RPC_CHALLENGE_SIZE);
    memcpy(message + RPC_CHALLENGE_SIZE, name.base, name.size);
    return crypto_auth_verify((const uint8_t *)login->mac.base, message,
                              RPC_CHALLENGE_SIZE + name.size, rpc->gateway->rpc_key) == 0;
}

void rpc_login(struct conn *conn, const struct rpc_call *call, struct buffer *out) {
    struct rpc_login login;
    if (!rpc_login_read(call->params, &login)) {
        rpc_reply_error(out, call->id, RPC_ERROR_BAD_PARAMS, NULL);
        if (++conn->rpc.strikes >= RPC_STRIKES_MAX) {
            conn_drain(conn);
        }
    } else if (login.mac.base == NULL) {
        challenge(conn, call->id, login.name, out);
    } else if (verify(&conn->rpc, &login)) {
        conn->grant = &conn->rpc.gateway->grant;
        conn_look_at_peer(conn);
        rpc_reply_login(out, call->id);
        log_event(LOG_DEBUG, "login", "gateway=%s", conn->grant->name);
    } else {
        struct loop *loop = conn->loop;
        uint32_t suppressed = 0;
        metrics_add(&loop->metrics->auth_failures, 1);
        if (log_rate_allows(&loop->strangers, loop->now_ns, LOG_STRANGERS_MAX, &suppressed)) {
            log_event(LOG_WARN, "login_failed", "listener=%s gateway=%.*s suppressed=%u", "rpc",
                      (int)login.name.size, login.name.base, (unsigned)suppressed);
        }
        rpc_reply_error(out, call->id, RPC_ERROR_LOGIN_FAILED, NULL);
        conn_drain(conn);
    }
}
