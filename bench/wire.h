/* wire.h - the few MessagePack bytes that the client and the bare echo write by hand, so that
 * neither costs more than it must. The forms are those of protocols/rpc/README.md. */
#ifndef BENCH_WIRE_H
#define BENCH_WIRE_H

#include <stdint.h>
#include <string.h>

static inline uint8_t *wire_put_u32(uint8_t *out, uint32_t value) {
    *out++ = 0xce;
    *out++ = (uint8_t)(value >> 24);
    *out++ = (uint8_t)(value >> 16);
    *out++ = (uint8_t)(value >> 8);
    *out++ = (uint8_t)value;
    return out;
}

static inline uint8_t *wire_put_bytes(uint8_t *out, const void *bytes, size_t size) {
    memcpy(out, bytes, size);
    return out + size;
}

/* What the node answers of a payment: [DONE, payment, COMPLETED, false, sequence]. */
static inline uint8_t *wire_put_outcome(uint8_t *out) {
    static const uint8_t bytes[] = {0x95, 0x00, 0xce, 0x00, 0x12, 0x34,
                                    0x56, 0x03, 0xc2, 0xcd, 0x12, 0x34};
    return wire_put_bytes(out, bytes, sizeof(bytes));
}

#endif
