#include "protocols/common/password.h"

#include <sodium.h>

/* Nobody's: a whole hash with our cost, of no known password. */
static const char nobody[] = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
                             "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

_Static_assert(PASSWORD_MEMORY / 1024 == 19456 && PASSWORD_PASSES == 2, "nobody's costs as much");
_Static_assert(PASSWORD_HASH_TEXT > crypto_pwhash_STRBYTES, "a hash fits");

bool password_hash(struct slice password, char hash[PASSWORD_HASH_TEXT]) {
    memset(hash, 0, PASSWORD_HASH_TEXT);
    return password.size >= PASSWORD_BYTES_MIN && password.size <= PASSWORD_BYTES_MAX &&
           crypto_pwhash_str_alg(hash, password.base, password.size, PASSWORD_PASSES,
                                 PASSWORD_MEMORY, crypto_pwhash_ALG_ARGON2ID13) == 0;
}

bool password_verify(const char *hash, struct slice password) {
    bool known = hash[0] != '\0';
    bool sized = password.size > 0 && password.size <= PASSWORD_BYTES_MAX;
    int rc = crypto_pwhash_str_verify(known ? hash : nobody, sized ? password.base : "",
                                      sized ? password.size : 0);
    return rc == 0 && known && sized;
}
