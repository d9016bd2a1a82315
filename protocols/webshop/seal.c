#include "protocols/webshop/seal.h"

#include <sodium.h>

#include "protocols/common/assert.h"

/* A token's bytes: nonce, then encrypted: until_ns and what it carries, then the tag. */
#define NONCE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG crypto_aead_xchacha20poly1305_ietf_ABYTES
#define PLAIN_MAX (sizeof(uint64_t) + SEAL_BYTES_MAX)
#define TOKEN_MAX (NONCE + PLAIN_MAX + TAG)
#define VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING

_Static_assert(sizeof(((struct seal *)NULL)->key) == crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
               "a whole key");

void seal_init(struct seal *seal, const uint8_t token_key[32],
               void (*draw)(void *bytes, size_t size)) {
    static const unsigned char purpose[] = "tiyn tokens of the checkout, 1";
    int rc =
        crypto_generichash(seal->key, sizeof seal->key, purpose, sizeof purpose - 1, token_key, 32);
    ASSERT(rc == 0);
    seal->draw = draw;
}

void seal_close(const struct seal *seal, const char *purpose, uint64_t until_ns, struct slice bytes,
                struct buffer *out) {
    unsigned char token[TOKEN_MAX], plain[PLAIN_MAX];
    char text[sodium_base64_ENCODED_LEN(TOKEN_MAX, VARIANT)];
    unsigned long long sealed;
    ASSERT(bytes.size <= SEAL_BYTES_MAX);
    memcpy(plain, &until_ns, sizeof until_ns);
    memcpy(plain + sizeof until_ns, bytes.base, bytes.size);
    seal->draw(token, NONCE);
    int rc = crypto_aead_xchacha20poly1305_ietf_encrypt(
        token + NONCE, &sealed, plain, sizeof until_ns + bytes.size, (const unsigned char *)purpose,
        strlen(purpose), NULL, token, seal->key);
    ASSERT(rc == 0);
    buffer_text(out, sodium_bin2base64(text, sizeof text, token, NONCE + sealed, VARIANT));
}

/* Decrypts a token's text into plain. False: it is none of ours. */
static bool decrypt(const struct seal *seal, const char *purpose, struct slice text,
                    unsigned char plain[PLAIN_MAX], size_t *size) {
    unsigned char token[TOKEN_MAX];
    size_t token_size;
    unsigned long long opened = 0;
    bool good = text.size > 0 && sodium_base642bin(token, sizeof token, text.base, text.size, NULL,
                                                   &token_size, NULL, VARIANT) == 0;
    good = good && token_size >= NONCE + sizeof(uint64_t) + TAG &&
           crypto_aead_xchacha20poly1305_ietf_decrypt(
               plain, &opened, NULL, token + NONCE, token_size - NONCE,
               (const unsigned char *)purpose, strlen(purpose), token, seal->key) == 0;
    *size = (size_t)opened;
    return good;
}

bool seal_open(const struct seal *seal, const char *purpose, uint64_t now_ns, struct slice text,
               struct seal_bytes *bytes) {
    unsigned char plain[PLAIN_MAX];
    size_t opened;
    uint64_t until_ns;
    if (!decrypt(seal, purpose, text, plain, &opened))
        return false;
    memcpy(&until_ns, plain, sizeof until_ns);
    bytes->size = opened - sizeof until_ns;
    memcpy(bytes->at, plain + sizeof until_ns, bytes->size);
    return now_ns < until_ns;
}
