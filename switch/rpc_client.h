/* rpc_client.h - a small blocking client of the node's MessagePack-RPC over the operator's Unix
 * socket, for the command line. One thread, one call at a time. */
#ifndef SWITCH_RPC_CLIENT_H
#define SWITCH_RPC_CLIENT_H

#include <msgpack.h>
#include <stddef.h>

#include "protocols/common/buffer.h"

#define RPC_CLIENT_WHY 320 /* bytes of a failure's text, with its NUL */

struct rpc_client {
    int fd;
    uint32_t call_id; /* of the last call */
    struct buffer params;
    msgpack_packer packer;
    msgpack_unpacker unpacker;
    msgpack_unpacked answer;
    char why[RPC_CLIENT_WHY]; /* what failed; of the node's errors "CODE: text"       */
};

enum rpc_client_status {
    RPC_CLIENT_OK = 0,
    RPC_CLIENT_ERROR = 1,   /* the node answered with an error           */
    RPC_CLIENT_FAILED = -1, /* no connection, or it broke: *why says how */
};

/* Connects. timeout_s: the longest wait for an answer. On failure client->why says what to do, and
 * there is nothing to close. */
int rpc_client_open(struct rpc_client *client, const char *socket_path, unsigned timeout_s);
void rpc_client_close(struct rpc_client *client);

/* Starts the params of the next call: append one msgpack array to the packer returned. */
msgpack_packer *rpc_client_params(struct rpc_client *client);

/* Calls and waits. enum rpc_client_status; on OK *result is borrowed until the next call. */
int rpc_client_call(struct rpc_client *client, const char *method, const msgpack_object **result);

/* The value of a map's key, or NULL. */
const msgpack_object *rpc_client_field(const msgpack_object *map, const char *key);

#endif
