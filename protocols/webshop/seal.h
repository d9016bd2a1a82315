/* seal.h - tokens that strangers carry for us: nobody else can read, make or alter one, and each
 * has its purpose and its end. Encrypted and authenticated by XChaCha20-Poly1305 under a key that
 * comes of the node's, so they outlive a restart. Any thread. */
#ifndef PROTOCOLS_WEBSHOP_SEAL_H
#define PROTOCOLS_WEBSHOP_SEAL_H

#include <stdint.h>

#include "protocols/common/buffer.h"
#include "protocols/common/slice.h"

#define SEAL_BYTES_MAX 2560 /* that a token may carry: a cookie has 4096 as text at most */

struct seal {
    uint8_t key[32]; /* secret */
    void (*draw)(void *bytes, size_t size);
};

/* token_key, draw: adapter_settings' and adapter_env's random. */
void seal_init(struct seal *seal, const uint8_t token_key[32],
               void (*draw)(void *bytes, size_t size));

/* Appends the token as text, base64url. bytes: SEAL_BYTES_MAX at most. It is good until until_ns.
 */
void seal_close(const struct seal *seal, const char *purpose, uint64_t until_ns, struct slice bytes,
                struct buffer *out);

struct seal_bytes {
    _Alignas(8) char at[SEAL_BYTES_MAX];
    size_t size;
};
/* What it carries. False: forged, altered, of another purpose or out of date. */
bool seal_open(const struct seal *seal, const char *purpose, uint64_t now_ns, struct slice text,
               struct seal_bytes *bytes);

#endif
