#include "protocols/rpc/message.h"

#include "protocols/common/assert.h"
#include "protocols/common/frame.h"
#include "protocols/rpc/pack.h"

static const char *const error_names[] = {
#define X(name, text) #name,
    RPC_ERROR_MAP(X)
#undef X
};

static const char *const error_texts[] = {
#define X(name, text) text,
    RPC_ERROR_MAP(X)
#undef X
};

const char *rpc_error_name(enum rpc_error error) {
    ASSERT(error < RPC_ERROR_COUNT);
    return error_names[error];
}

const char *rpc_error_text(enum rpc_error error) {
    ASSERT(error < RPC_ERROR_COUNT);
    return error_texts[error];
}

bool rpc_call_read(struct slice frame, struct rpc_call *call) {
    uint32_t count = 0;
    uint64_t type = 0, id = 0;
    size_t head = frame_read_array(frame.base, frame.size, &count);
    if (head == 0 || count != 4)
        return false;
    frame = slice_after(frame, head);
    head = frame_read_uint(frame.base, frame.size, &type);
    if (head == 0 || type != 0)
        return false;
    frame = slice_after(frame, head);
    head = frame_read_uint(frame.base, frame.size, &id);
    if (head == 0 || id > UINT32_MAX)
        return false;
    frame = slice_after(frame, head);
    head = frame_read_string(frame.base, frame.size, &call->method);
    if (head == 0)
        return false;
    call->id = (uint32_t)id;
    call->params = slice_after(frame, head);
    return call->params.size > 0;
}

void rpc_reply_error(struct buffer *body, uint32_t id, enum rpc_error error, const char *text) {
    msgpack_packer packer;
    pack_start(&packer, body);
    msgpack_pack_array(&packer, 4);
    msgpack_pack_uint8(&packer, 1);
    msgpack_pack_uint32(&packer, id);
    msgpack_pack_map(&packer, 2);
    pack_text(&packer, "code");
    pack_text(&packer, rpc_error_name(error));
    pack_text(&packer, "text");
    pack_text(&packer, text == NULL ? rpc_error_text(error) : text);
    msgpack_pack_nil(&packer);
}

void rpc_reply_start(struct buffer *body, uint32_t id) {
    msgpack_packer packer;
    pack_start(&packer, body);
    msgpack_pack_array(&packer, 4);
    msgpack_pack_uint8(&packer, 1);
    msgpack_pack_uint32(&packer, id);
    msgpack_pack_nil(&packer);
}

bool rpc_login_read(struct slice params, struct rpc_login *login) {
    uint32_t count = 0;
    *login = (struct rpc_login){{NULL, 0}, {NULL, 0}};
    size_t head = frame_read_array(params.base, params.size, &count);
    if (head == 0 || count < 1 || count > 2)
        return false;
    params = slice_after(params, head);
    head = frame_read_string(params.base, params.size, &login->name);
    if (head == 0 || login->name.size < 1 || login->name.size > RPC_NAME_MAX)
        return false;
    params = slice_after(params, head);
    if (count == 1)
        return params.size == 0;
    head = frame_read_string(params.base, params.size, &login->mac);
    return head != 0 && login->mac.size == RPC_MAC_SIZE && head == params.size;
}

void rpc_reply_challenge(struct buffer *body, uint32_t id, const uint8_t *challenge) {
    msgpack_packer packer;
    pack_start(&packer, body);
    rpc_reply_start(body, id);
    pack_binary(&packer, challenge, RPC_CHALLENGE_SIZE);
}

void rpc_reply_login(struct buffer *body, uint32_t id) {
    msgpack_packer packer;
    pack_start(&packer, body);
    rpc_reply_start(body, id);
    msgpack_pack_true(&packer);
}
