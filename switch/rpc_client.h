/* rpc_client.h - a small blocking client of the node's MessagePack-RPC over the operator's Unix
 * socket, for the command line. One thread; one call at a time, or a batch of them. */
#ifndef SWITCH_RPC_CLIENT_H
#define SWITCH_RPC_CLIENT_H

#include <msgpack.h>
#include <stddef.h>

#include "protocols/common/buffer.h"

#define RPC_CLIENT_WHY 320 /* bytes of a failure's text, with its NUL */

struct rpc_client {
    int fd;
    uint32_t call_id;             /* of the last call */
    struct buffer params, frames; /* frames: calls not sent yet */
    uint32_t first_id;            /* of the calls queued last   */
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

/* A batch of calls: params and queue for each, send, then as many answers. In between nothing else
 * is called. The answers come in any order: *index says which call's, 0 is the first. */
#define RPC_CLIENT_BATCH_MAX 1024u /* their answers fit a socket while we still send: 20 KiB */
void rpc_client_queue(struct rpc_client *client, const char *method);
int rpc_client_send(struct rpc_client *client); /* RPC_CLIENT_OK or _FAILED */
int rpc_client_answer(struct rpc_client *client, uint32_t *index, const msgpack_object **result);

/* The value of a map's key, or NULL. */
const msgpack_object *rpc_client_field(const msgpack_object *map, const char *key);

#endif
