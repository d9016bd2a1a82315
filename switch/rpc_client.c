/* rpc_client.c - one call, one answer; or a batch of them. */
#include "switch/rpc_client.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "protocols/rpc/pack.h"
#include "switch/assert.h"

#define PARAMS_MAX ((size_t)64 << 10)
#define FRAMES_MAX (RPC_CLIENT_BATCH_MAX * ((size_t)5 << 10)) /* of registry records */
#define READ_BYTES ((size_t)64 << 10)

static int failed(struct rpc_client *client, const char *what) {
    const char *reason = errno == EAGAIN || errno == EWOULDBLOCK ? "no answer in time" : NULL;
    snprintf(client->why, sizeof(client->why), "%s: %s", what,
             reason != NULL ? reason : strerror(errno));
    return RPC_CLIENT_FAILED;
}

static int connect_to(struct rpc_client *client, const char *socket_path, unsigned timeout_s) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t size = strlen(socket_path);
    if (size >= sizeof(address.sun_path)) {
        snprintf(client->why, sizeof(client->why), "the socket's path is longer than %zu bytes",
                 sizeof(address.sun_path) - 1);
        return RPC_CLIENT_FAILED;
    }
    memcpy(address.sun_path, socket_path, size + 1);
    client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client->fd < 0) {
        return failed(client, "cannot make a socket");
    }
    struct timeval timeout = {.tv_sec = (time_t)timeout_s};
    if (setsockopt(client->fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) < 0 ||
        setsockopt(client->fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) < 0 ||
        connect(client->fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
        snprintf(client->why, sizeof(client->why),
                 "cannot reach a node at %s: %s. Is it running, and with this data folder?",
                 socket_path, strerror(errno));
        close(client->fd);
        return RPC_CLIENT_FAILED;
    }
    return RPC_CLIENT_OK;
}

int rpc_client_open(struct rpc_client *client, const char *socket_path, unsigned timeout_s) {
    memset(client, 0, sizeof(*client));
    int rc = connect_to(client, socket_path, timeout_s);
    if (rc != RPC_CLIENT_OK) {
        return rc;
    }
    if (!msgpack_unpacker_init(&client->unpacker, READ_BYTES)) {
        snprintf(client->why, sizeof(client->why), "out of memory");
        close(client->fd);
        return RPC_CLIENT_FAILED;
    }
    msgpack_unpacked_init(&client->answer);
    buffer_init(&client->params, PARAMS_MAX);
    buffer_init(&client->frames, FRAMES_MAX);
    return RPC_CLIENT_OK;
}

void rpc_client_close(struct rpc_client *client) {
    msgpack_unpacked_destroy(&client->answer);
    msgpack_unpacker_destroy(&client->unpacker);
    buffer_free(&client->params);
    buffer_free(&client->frames);
    close(client->fd);
}

msgpack_packer *rpc_client_params(struct rpc_client *client) {
    client->params.used = 0;
    pack_start(&client->packer, &client->params);
    return &client->packer;
}

void rpc_client_queue(struct rpc_client *client, const char *method) {
    msgpack_packer packer;
    client->call_id++;
    if (client->frames.used == 0) {
        client->first_id = client->call_id;
    }
    ASSERT(client->call_id - client->first_id < RPC_CLIENT_BATCH_MAX);
    pack_start(&packer, &client->frames);
    msgpack_pack_array(&packer, 4);
    msgpack_pack_uint8(&packer, 0);
    msgpack_pack_uint32(&packer, client->call_id);
    pack_text(&packer, method);
    buffer_append(&client->frames, client->params.base, client->params.used);
    client->frames.failed = client->frames.failed || client->params.failed;
}

int rpc_client_send(struct rpc_client *client) {
    struct buffer *frames = &client->frames;
    int rc = RPC_CLIENT_OK;
    if (frames->failed) {
        snprintf(client->why, sizeof(client->why), "the call is too large");
        rc = RPC_CLIENT_FAILED;
    }
    for (size_t sent = 0; rc == RPC_CLIENT_OK && sent < frames->used;) {
        ssize_t count = send(client->fd, frames->base + sent, frames->used - sent, MSG_NOSIGNAL);
        if (count < 0 && errno != EINTR) {
            rc = failed(client, "cannot send to the node");
        }
        sent += count > 0 ? (size_t)count : 0;
    }
    frames->used = 0;
    frames->failed = false;
    return rc;
}

/* Reads until one whole value is in client->answer. */
static int receive(struct rpc_client *client) {
    for (;;) {
        msgpack_unpack_return status = msgpack_unpacker_next(&client->unpacker, &client->answer);
        if (status == MSGPACK_UNPACK_SUCCESS) {
            return RPC_CLIENT_OK;
        }
        if (status != MSGPACK_UNPACK_CONTINUE ||
            !msgpack_unpacker_reserve_buffer(&client->unpacker, READ_BYTES)) {
            snprintf(client->why, sizeof(client->why), "the node's answer is no MessagePack");
            return RPC_CLIENT_FAILED;
        }
        ssize_t count = read(client->fd, msgpack_unpacker_buffer(&client->unpacker), READ_BYTES);
        if (count == 0) {
            snprintf(client->why, sizeof(client->why), "the node closed the connection");
            return RPC_CLIENT_FAILED;
        }
        if (count < 0 && errno != EINTR) {
            return failed(client, "cannot read from the node");
        }
        msgpack_unpacker_buffer_consumed(&client->unpacker, count > 0 ? (size_t)count : 0);
    }
}

static struct slice text_of(const msgpack_object *object) {
    if (object == NULL || object->type != MSGPACK_OBJECT_STR) {
        return SLICE("?");
    }
    return (struct slice){object->via.str.ptr, object->via.str.size};
}

int rpc_client_answer(struct rpc_client *client, uint32_t *index, const msgpack_object **result) {
    int rc = receive(client);
    if (rc != RPC_CLIENT_OK) {
        return rc;
    }
    const msgpack_object *answer = &client->answer.data;
    const msgpack_object *part = answer->via.array.ptr;
    if (answer->type != MSGPACK_OBJECT_ARRAY || answer->via.array.size != 4 ||
        part[1].type != MSGPACK_OBJECT_POSITIVE_INTEGER || part[1].via.u64 < client->first_id ||
        part[1].via.u64 > client->call_id) {
        snprintf(client->why, sizeof(client->why), "the node's answer is no answer to the call");
        return RPC_CLIENT_FAILED;
    }
    *index = (uint32_t)part[1].via.u64 - client->first_id;
    if (part[2].type != MSGPACK_OBJECT_NIL) {
        struct slice code = text_of(rpc_client_field(&part[2], "code"));
        struct slice text = text_of(rpc_client_field(&part[2], "text"));
        snprintf(client->why, sizeof(client->why), "%.*s: %.*s", (int)code.size, code.base,
                 (int)text.size, text.base);
        return RPC_CLIENT_ERROR;
    }
    *result = &part[3];
    return RPC_CLIENT_OK;
}

int rpc_client_call(struct rpc_client *client, const char *method, const msgpack_object **result) {
    uint32_t index = 0;
    ASSERT(client->frames.used == 0);
    rpc_client_queue(client, method);
    int rc = rpc_client_send(client);
    return rc == RPC_CLIENT_OK ? rpc_client_answer(client, &index, result) : rc;
}

const msgpack_object *rpc_client_field(const msgpack_object *map, const char *key) {
    ASSERT(key != NULL);
    if (map->type != MSGPACK_OBJECT_MAP) {
        return NULL;
    }
    for (uint32_t i = 0; i < map->via.map.size; i++) {
        const msgpack_object_kv *pair = &map->via.map.ptr[i];
        if (slice_equal(text_of(&pair->key), slice_text(key))) {
            return &pair->val;
        }
    }
    return NULL;
}
