/* One-time passwords. */
#include "protocols/common/token.h"

#include <criterion/criterion.h>
#include <sodium.h>

static uint32_t numbers[2];
static int given;

static void give(void *bytes, size_t size) {
    memcpy(bytes, &numbers[given++ % 2], size);
}

Test(token, has_six_digits_each_as_likely) {
    char digits[TOKEN_DIGITS + 1];
    numbers[0] = 4294000000u; /* above the last whole million: drawn again */
    numbers[1] = 7000042u;
    token_make(give, digits);
    cr_expect_str_eq(digits, "000042");
    cr_expect_eq(given, 2);
}

Test(token, is_kept_as_a_hash_of_account_and_key) {
    uint8_t key[32] = {1}, other[32] = {2}, a[LEDGER_TOKEN_HASH], b[LEDGER_TOKEN_HASH];
    cr_assert(sodium_init() >= 0);
    cr_expect(token_hash(key, 5, SLICE("123456"), a));
    cr_expect(token_hash(key, 5, SLICE("123456"), b));
    cr_expect(memcmp(a, b, sizeof a) == 0);
    cr_expect(token_hash(key, 6, SLICE("123456"), b));
    cr_expect(memcmp(a, b, sizeof a) != 0);
    cr_expect(token_hash(other, 5, SLICE("123456"), b));
    cr_expect(memcmp(a, b, sizeof a) != 0);
}

Test(token, of_anything_but_six_digits_is_none) {
    uint8_t key[32] = {1}, hash[LEDGER_TOKEN_HASH];
    cr_expect_not(token_hash(key, 5, SLICE(""), hash));
    cr_expect_not(token_hash(key, 5, SLICE("12345"), hash));
    cr_expect_not(token_hash(key, 5, SLICE("1234567"), hash));
    cr_expect_not(token_hash(key, 5, SLICE("12345x"), hash));
}
