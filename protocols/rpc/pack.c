#include "protocols/rpc/pack.h"

static int append(void *data, const char *bytes, size_t count) {
    buffer_append(data, bytes, count);
    return 0;
}

void pack_start(msgpack_packer *packer, struct buffer *buffer) {
    msgpack_packer_init(packer, buffer, append);
}

void pack_text(msgpack_packer *packer, const char *text) {
    size_t size = strlen(text);
    msgpack_pack_str(packer, size);
    msgpack_pack_str_body(packer, text, size);
}

void pack_binary(msgpack_packer *packer, const void *bytes, size_t size) {
    msgpack_pack_bin(packer, size);
    msgpack_pack_bin_body(packer, bytes, size);
}

void pack_bool(msgpack_packer *packer, bool value) {
    if (value)
        msgpack_pack_true(packer);
    else
        msgpack_pack_false(packer);
}
