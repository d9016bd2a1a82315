/* dsig.c - verifying: the digest of the document, and the signature of SignedInfo. */
#include "protocols/xml/dsig.h"

#include <string.h>

#include "protocols/xml/c14n.h"
#include "protocols/xml/dsig_key.h"

/* ---- Base64 ------------------------------------------------------------------------------- */

/* Values of the characters, plus 1; 0: it is none. */
static const uint8_t sextets[256] = {
    ['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,  ['H'] = 8,
    ['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16,
    ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
    ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
    ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
    ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
    ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
    ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63, ['/'] = 64,
};

static bool is_blank(char byte) {
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* White space may stand anywhere. False: it is none, it ends early or goes on behind its end, or
 * there are too many bytes. */
static bool decode(struct slice text, struct dsig_bytes *out) {
    uint32_t bits = 0;
    unsigned place = 0, padding = 0; /* in the group of four; of it: equal signs */
    out->size = 0;
    for (size_t i = 0; i < text.size; i++) {
        uint8_t sextet = sextets[(uint8_t)text.base[i]];
        bool pads = text.base[i] == '=';
        if (is_blank(text.base[i])) {
            continue;
        }
        bool ended = padding > 0 && place == 0;
        if (ended || (pads ? place < 2 : sextet == 0 || padding > 0)) {
            return false;
        }
        bits = bits << 6 | (pads ? 0u : sextet - 1u);
        padding += pads;
        place = (place + 1) % 4;
        for (unsigned byte = 0; place == 0 && byte + padding < 3; byte++) {
            if (out->size == sizeof(out->bytes)) {
                return false;
            }
            out->bytes[out->size++] = (uint8_t)(bits >> (16 - 8 * byte));
        }
    }
    return place == 0;
}

/* ---- Verifying ---------------------------------------------------------------------------- */

/* The digest of the canonical form of an element. False: it has none, or there is no memory. */
static bool digest_form(const xmlNode *apex, const xmlNode *omitted, struct c14n_form form,
                        enum dsig_hash hash, struct dsig_bytes *digest) {
    struct buffer text;
    buffer_init(&text, C14N_BYTES_MAX);
    bool good = c14n_write(apex, omitted, form, &text) &&
                dsig_digest(hash, (struct slice){text.base, text.used}, digest);
    buffer_free(&text);
    return good;
}

bool dsig_digest_matches(const struct dsig_found *found) {
    static const struct c14n_form form = {.exclusive = false, .comments = false};
    const xmlDoc *document = found->signature->doc;
    const xmlNode *root = xmlDocGetRootElement(document);
    struct dsig_bytes said, own;
    return c14n_exists(document) && decode(found->digest_value, &said) &&
           digest_form(root, found->signature, form, found->algorithms.hash, &own) &&
           said.size == own.size && memcmp(said.bytes, own.bytes, own.size) == 0;
}

/* Whether the signature's value is the key's over SignedInfo. */
static bool value_holds(const struct dsig_found *found, struct dsig_rsa *rsa) {
    enum dsig_c14n c14n = found->algorithms.c14n;
    struct c14n_form form = {
        .exclusive = c14n == DSIG_EXCLUSIVE || c14n == DSIG_EXCLUSIVE_COMMENTS,
        .comments = c14n == DSIG_EXCLUSIVE_COMMENTS || c14n == DSIG_INCLUSIVE_COMMENTS,
    };
    struct dsig_bytes digest, value;
    return decode(found->signature_value, &value) &&
           digest_form(found->signed_info, NULL, form, found->algorithms.hash, &digest) &&
           dsig_rsa_verify(rsa, found->algorithms.hash, &digest, &value);
}

bool dsig_verify(const struct dsig_found *found, const struct dsig_public *key, bool legacy) {
    uint32_t least = legacy ? DSIG_KEY_BITS_MIN_LEGACY : DSIG_KEY_BITS_MIN;
    if (key->bits < least || (found->algorithms.hash == DSIG_SHA1 && !legacy)) {
        return false;
    }
    return dsig_digest_matches(found) && value_holds(found, key->rsa);
}
