#include "bench/echo.h"
#include "bench/wire.h"

#include <string.h>

#define FRAME_MAX ((size_t)1 << 20)

static void start(struct echo_conn *conn) {
    conn->under_way = false;
}

/* [1, id, nil, and then a result. */
static uint8_t *put_head(uint8_t *out, uint32_t id) {
    *out++ = 0x94;
    *out++ = 1;
    out = wire_put_u32(out, id);
    *out++ = 0xc0;
    return out;
}

/* The first login call gets a challenge, the second is let in, whatever it says. */
static uint8_t *put_login(uint8_t *out, uint32_t param_count) {
    if (param_count == 1) {
        *out++ = 0xc4;
        *out++ = 32;
        memset(out, 0x5a, 32);
        return out + 32;
    }
    *out++ = 0xc3;
    return out;
}

static uint8_t *put_payments(uint8_t *out, uint32_t count) {
    *out++ = 0xdc;
    *out++ = (uint8_t)(count >> 8);
    *out++ = (uint8_t)count;
    for (uint32_t i = 0; i < count; i++)
        out = wire_put_outcome(out);
    return out;
}

/* Answers one whole call; NULL: it is none of the two. */
static uint8_t *answer(const uint8_t *bytes, size_t size, uint8_t *out) {
    uint32_t count = 0;
    uint64_t id = 0;
    struct slice method = {NULL, 0};
    size_t at = 2; /* array of four, type 0 */
    at += frame_read_uint(bytes + at, size - at, &id);
    at += frame_read_string(bytes + at, size - at, &method);
    at += frame_read_array(bytes + at, size - at, &count);
    out = put_head(out, (uint32_t)id);
    if (slice_equal(method, SLICE("login")))
        return put_login(out, count);
    if (!slice_equal(method, SLICE("open")) || count != 1)
        return NULL;
    if (frame_read_array(bytes + at, size - at, &count) == 0)
        return NULL;
    return put_payments(out, count);
}

static ssize_t take(struct echo_conn *conn, const uint8_t *bytes, size_t size, uint8_t *out,
                    size_t *used) {
    size_t taken = 0;
    while (taken < size) {
        if (!conn->under_way)
            frame_start(&conn->frame, FRAME_MAX);
        enum frame_status status = frame_scan(&conn->frame, bytes + taken, size - taken);
        conn->under_way = status == FRAME_MORE;
        if (status == FRAME_MORE)
            break;
        size_t frame = conn->frame.position;
        /* An answer is shorter than its call, but for the login's. */
        if (status != FRAME_DONE || frame < 4 || *used + frame + 64 > ECHO_BUFFER_BYTES)
            return -1;
        uint8_t *end = answer(bytes + taken, frame, out + *used);
        if (end == NULL)
            return -1;
        *used = (size_t)(end - out);
        taken += frame;
    }
    return (ssize_t)taken;
}

const struct echo_protocol echo_rpc = {start, take};
