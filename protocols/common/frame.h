/* frame.h - finds the end of one whole MessagePack value in a stream of bytes, and reads the
 * simple heads of a message. It checks what a stranger sends before any of it reaches msgpack-c,
 * which allocates by the counts that a peer claims.
 * O(1) memory, no allocation; one thread at a time. */
#ifndef PROTOCOLS_COMMON_FRAME_H
#define PROTOCOLS_COMMON_FRAME_H

#include <stdint.h>

#include "protocols/common/slice.h"

#define FRAME_DEPTH_MAX 16 /* arrays and maps within one another */

enum frame_status {
    FRAME_DONE,      /* position is the size of the value                       */
    FRAME_MORE,      /* the value does not end in these bytes                   */
    FRAME_TOO_LARGE, /* it has, or claims to have, more bytes than the limit    */
    FRAME_TOO_DEEP,  /* nested deeper than FRAME_DEPTH_MAX                      */
    FRAME_INVALID,   /* the byte 0xc1, which MessagePack never uses             */
};

struct frame_scanner {
    size_t size_max;  /* limit of the whole value                                */
    size_t position;  /* start of the next head; past the bytes while a payload is awaited */
    uint64_t awaited; /* values still to come, in all        */
    uint32_t level[FRAME_DEPTH_MAX + 1]; /* values still to come, a nesting level */
    uint32_t depth;
};

void frame_start(struct frame_scanner *scanner, size_t size_max);

/* bytes[0..size): the value from its first byte on, as far as it has come; the same bytes as in
 * the call before, at any address, and more behind them. Goes on where it stopped, so nothing is
 * looked at twice. After DONE or an error: frame_start before the next value. */
enum frame_status frame_scan(struct frame_scanner *scanner, const void *bytes, size_t size);

/* Readers of one head at bytes[0..size): how many bytes it has, or 0 when it is of another type
 * or does not end there. A string's slice points into bytes. */
size_t frame_read_array(const void *bytes, size_t size, uint32_t *count);
size_t frame_read_uint(const void *bytes, size_t size, uint64_t *value);
size_t frame_read_string(const void *bytes, size_t size, struct slice *text); /* str or bin */

#endif
