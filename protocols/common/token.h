/* token.h - one-time passwords for cash-out: 6 digits, kept as a keyed hash. Pure; any thread. */
#ifndef PROTOCOLS_COMMON_TOKEN_H
#define PROTOCOLS_COMMON_TOKEN_H

#include "ledger/ledger.h"
#include "protocols/common/slice.h"

#define TOKEN_DIGITS 6

/* Six random digits, each number as likely as any other, and a NUL. draw: adapter_env's random. */
void token_make(void (*draw)(void *bytes, size_t size), char digits[TOKEN_DIGITS + 1]);

/* The hash of an account's token: BLAKE2b over both with the node's key, so that who reads the
 * ledger's files without the key learns no token. False: not six digits. */
bool token_hash(const uint8_t key[32], uint64_t account, struct slice digits,
                uint8_t hash[LEDGER_TOKEN_HASH]);

#endif
