/* password.h - people's passwords, kept as salted slow hashes. Blocks for some 30 ms and takes
 * PASSWORD_MEMORY: worker threads and tools only. sodium_init must have been called. */
#ifndef PROTOCOLS_COMMON_PASSWORD_H
#define PROTOCOLS_COMMON_PASSWORD_H

#include "protocols/common/slice.h"

#define PASSWORD_BYTES_MIN 8   /* what NIST's SP 800-63B asks of a password that people choose */
#define PASSWORD_BYTES_MAX 128 /* a phrase; a longer one only costs time */
/* The least that OWASP advises for Argon2id: who steals the registry tries some 30 passwords a
 * second on a core, and eight log-ins at once still leave a small machine its memory. */
#define PASSWORD_MEMORY (19u << 20) /* bytes  */
#define PASSWORD_PASSES 2u
#define PASSWORD_HASH_TEXT 129 /* bytes of crypto_pwhash_str, with a NUL: REGISTRY_PASSWORD_MAX */

/* Writes the hash, NUL-terminated. False: shorter or longer than a password is, or no memory. */
bool password_hash(struct slice password, char hash[PASSWORD_HASH_TEXT]);

/* Whether the password is the one of the hash. A hash of "" is nobody's: then it takes the same
 * time, so that a stranger does not learn who has an account, and the answer is no. */
bool password_verify(const char *hash, struct slice password);

#endif
