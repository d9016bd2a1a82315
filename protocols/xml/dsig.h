/* dsig.h - XML-DSig, enveloped, of whole documents: what partners sign and what the node answers.
 * Any thread; costs up to a millisecond (RSA). xml_start first.
 *
 * Verifying is two steps. dsig_find looks at structure only: exactly one Signature in the document,
 * where it belongs; one Reference to the whole document, the enveloped-signature transform alone;
 * known algorithms; nothing more. dsig_verify then checks the digest and the signature over the
 * same tree. What a caller believes it reads from that tree. */
#ifndef PROTOCOLS_XML_DSIG_H
#define PROTOCOLS_XML_DSIG_H

#include "protocols/xml/xml.h"

#define DSIG_KEY_BITS_MIN 2048        /* of a partner's key */
#define DSIG_KEY_BITS_MIN_LEGACY 1024 /* of a partner with legacy_signature */

enum dsig_hash { DSIG_SHA1, DSIG_SHA256 };
enum dsig_c14n {
    DSIG_EXCLUSIVE,          /* http://www.w3.org/2001/10/xml-exc-c14n#             */
    DSIG_EXCLUSIVE_COMMENTS, /* ...#WithComments                           */
    DSIG_INCLUSIVE,          /* http://www.w3.org/TR/2001/REC-xml-c14n-20010315     */
    DSIG_INCLUSIVE_COMMENTS, /* ...#WithComments                           */
};
/* The digest and the signature have one hash: a request that mixes them is refused. */
struct dsig_algorithms {
    enum dsig_hash hash;
    enum dsig_c14n c14n; /* of SignedInfo */
};

/* All of it is the document's. */
struct dsig_found {
    xmlNode *signature;
    const xmlNode *signed_info;
    struct dsig_algorithms algorithms;
    /* As they stand in the document, white space and all. */
    struct slice digest_value, signature_value;
};

/* parent: the element whose child the Signature must be (SOAP: the Header; checkout: the root).
 * False: there is none, or its structure is not the one allowed. */
bool dsig_find(xmlDoc *document, const xmlNode *parent, struct dsig_found *found);

/* A public RSA key, from SubjectPublicKeyInfo DER. NULL: not one, or no memory. */
struct dsig_public;
struct dsig_public *dsig_public_read(const void *der, size_t size);
void dsig_public_free(struct dsig_public *key);
uint32_t dsig_public_bits(const struct dsig_public *key);
/* From a PEM text: a public key, or a certificate whose key is taken. Writes DER to out[size];
 * returns its size, 0: it is none, or not RSA, or one that anybody can sign with, or does not fit.
 * Takes 3 ms: for a key that is taken up, not for one that is used. */
size_t dsig_public_pem(struct slice pem, uint8_t *out, size_t size);

/* Checks the signature that dsig_find found. legacy: SHA-1 and keys from 1024 bits are good
 * enough. The key is shared by threads. */
bool dsig_verify(const struct dsig_found *found, const struct dsig_public *key, bool legacy);
/* The digest only, without a key: for messages that name no signer. */
bool dsig_digest_matches(const struct dsig_found *found);

/* A private RSA key, from PEM (PKCS#8 or PKCS#1, no password). NULL: not one, or no memory. */
struct dsig_private;
struct dsig_private *dsig_private_read(const char *pem);
void dsig_private_free(struct dsig_private *key);

/* Signs `document`, canonical XML as a whole, with one element `header` (local name) that is a
 * child of the root: the Signature becomes its last child, without white space anywhere, without
 * KeyInfo. The signed document is appended to out. False: the library failed. The key is shared by
 * threads. */
bool dsig_sign(const struct dsig_private *key, struct dsig_algorithms algorithms,
               struct slice document, const char *header, struct buffer *out);

/* The same Signature over the same digest, but of a text that the caller wrote in canonical form,
 * such as an answer: its bytes are hashed as they stand, no tree is made of them, and that is
 * nobody's to check. The Signature goes in front of the first `end`, the header's end tag; scope
 * is the namespaces that are declared around it, as canonical XML writes them, each with a blank in
 * front. False: there is no `end`, or the library failed; out may have a part then. */
bool dsig_sign_canonical(const struct dsig_private *key, struct dsig_algorithms algorithms,
                         struct slice document, const char *scope, struct slice end,
                         struct buffer *out);

/* Makes a new RSA key of `bits` (2048 to 4096): PEM texts of the private key (PKCS#8) and of the
 * public one are appended. False: the library failed. */
bool dsig_key_make(uint32_t bits, struct buffer *private_pem, struct buffer *public_pem);

#endif
