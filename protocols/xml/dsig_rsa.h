/* dsig_rsa.h - hashes and RSA signatures (PKCS #1 v1.5), over libcrypto, with what it needs for
 * them kept ready: to make that anew is 6 us each time, and threads wait for one another in it.
 * Between the files of this folder; any thread. xml_start first. */
#ifndef PROTOCOLS_XML_DSIG_RSA_H
#define PROTOCOLS_XML_DSIG_RSA_H

#include <openssl/evp.h>

#include "protocols/xml/dsig.h"

#define DSIG_DIGEST_MAX 32      /* bytes: SHA-256 */
#define DSIG_SIGNATURE_MAX 1024 /* bytes: RSA-8192 */

/* Once, before all else here. False: libcrypto lacks a hash. */
bool dsig_rsa_start(void);

/* A digest or a signature. */
struct dsig_bytes {
    size_t size;
    uint8_t bytes[DSIG_SIGNATURE_MAX];
};

bool dsig_digest(enum dsig_hash hash, struct slice text, struct dsig_bytes *digest);

/* An RSA key; shared by threads. */
struct dsig_rsa;
/* Takes the key over, whatever happens; it signs when it is `secret`, else it verifies. NULL: no
 * memory. */
struct dsig_rsa *dsig_rsa_new(EVP_PKEY *key, bool secret);
void dsig_rsa_free(struct dsig_rsa *rsa);
/* False: libcrypto failed. */
bool dsig_rsa_sign(struct dsig_rsa *rsa, enum dsig_hash hash, const struct dsig_bytes *digest,
                   struct dsig_bytes *signature);
/* False: it is not this key's, or libcrypto failed. */
bool dsig_rsa_verify(struct dsig_rsa *rsa, enum dsig_hash hash, const struct dsig_bytes *digest,
                     const struct dsig_bytes *signature);

#endif
