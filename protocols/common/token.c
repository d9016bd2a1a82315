#include "protocols/common/token.h"

#include <sodium.h>
#include <stdio.h>

#define NUMBERS 1000000u /* of six digits */

_Static_assert(LEDGER_TOKEN_HASH >= crypto_generichash_BYTES_MIN, "");
_Static_assert(LEDGER_TOKEN_HASH <= crypto_generichash_BYTES_MAX, "");

void token_make(void (*draw)(void *bytes, size_t size), char digits[TOKEN_DIGITS + 1]) {
    uint32_t number;
    do { /* what is left of 2^32 above the last whole million would favour small numbers */
        draw(&number, sizeof number);
    } while (number >= UINT32_MAX / NUMBERS * NUMBERS);
    (void)snprintf(digits, TOKEN_DIGITS + 1, "%06u", number % NUMBERS);
}

bool token_hash(const uint8_t key[32], uint64_t account, struct slice digits,
                uint8_t hash[LEDGER_TOKEN_HASH]) {
    unsigned char bytes[sizeof account + TOKEN_DIGITS];
    if (digits.size != TOKEN_DIGITS)
        return false;
    for (size_t i = 0; i < TOKEN_DIGITS; i++)
        if (digits.base[i] < '0' || digits.base[i] > '9')
            return false;
    memcpy(bytes, &account, sizeof account);
    memcpy(bytes + sizeof account, digits.base, TOKEN_DIGITS);
    (void)crypto_generichash(hash, LEDGER_TOKEN_HASH, bytes, sizeof bytes, key, 32);
    return true;
}
