/* pack.h - msgpack-c's packer over a struct buffer, which keeps note of failures itself. */
#ifndef PROTOCOLS_RPC_PACK_H
#define PROTOCOLS_RPC_PACK_H

#include <msgpack.h>

#include "protocols/common/buffer.h"
#include "protocols/common/slice.h"

/* The packer's memory is the caller's; it lives no longer than the buffer. */
void pack_start(msgpack_packer *packer, struct buffer *buffer);
void pack_text(msgpack_packer *packer, const char *text); /* str */
void pack_binary(msgpack_packer *packer, const void *bytes, size_t size);
void pack_bool(msgpack_packer *packer, bool value);

#endif
