/* Bytes as a peer sends them, in two pieces: the scanner agrees with itself and with msgpack-c,
 * and what it lets pass is taken apart as a call and as a login. */
#include <msgpack.h>
#include <stdlib.h>

#include "protocols/common/frame.h"
#include "protocols/rpc/message.h"

enum { SIZE_MAX_OF_FRAME = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(bool holds) {
    if (!holds)
        abort();
}

/* msgpack-c ends the value where the scanner does; it has no more values than bytes. */
static void agrees(const uint8_t *bytes, size_t size, size_t position) {
    msgpack_unpacked unpacked;
    size_t used = 0;
    msgpack_unpacked_init(&unpacked);
    msgpack_unpack_return rc = msgpack_unpack_next(&unpacked, (const char *)bytes, size, &used);
    check(rc == MSGPACK_UNPACK_SUCCESS && used == position);
    msgpack_unpacked_destroy(&unpacked);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    if (size < 1)
        return 0;
    size_t cut = bytes[0];
    bytes++, size--;
    cut = cut < size ? cut : size;
    struct frame_scanner once, twice;
    frame_start(&once, SIZE_MAX_OF_FRAME);
    frame_start(&twice, SIZE_MAX_OF_FRAME);
    enum frame_status status = frame_scan(&once, bytes, size);
    enum frame_status first = frame_scan(&twice, bytes, cut);
    enum frame_status second = first == FRAME_MORE ? frame_scan(&twice, bytes, size) : first;
    check(second == status);
    check(status != FRAME_DONE || (once.position == twice.position && once.position <= size));
    struct slice frame = {(const char *)bytes, status == FRAME_DONE ? once.position : size};
    if (status == FRAME_DONE)
        agrees(bytes, size, once.position);
    struct rpc_call call;
    struct rpc_login login;
    if (rpc_call_read(frame, &call)) {
        check(call.params.size > 0 && call.method.base >= frame.base);
        check(call.params.base + call.params.size == frame.base + frame.size);
        if (rpc_login_read(call.params, &login))
            check(login.name.size >= 1 && login.name.size <= RPC_NAME_MAX);
    }
    return 0;
}
