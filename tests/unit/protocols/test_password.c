/* Passwords: what is one, and what nobody's costs. */
#include <criterion/criterion.h>
#include <sodium.h>

#include "protocols/common/password.h"

static char hash[PASSWORD_HASH_TEXT];

static void make(struct slice password) {
    cr_assert(sodium_init() >= 0);
    cr_assert(password_hash(password, hash));
}

Test(password, the_right_one_is_taken_and_others_are_not) {
    make(SLICE("correct horse"));
    cr_assert(password_verify(hash, SLICE("correct horse")));
    cr_assert_not(password_verify(hash, SLICE("correct horsf")));
    cr_assert_not(password_verify(hash, SLICE("correct hors")));
    cr_assert_not(password_verify(hash, SLICE("")));
}

Test(password, two_hashes_of_one_password_differ) {
    char other[PASSWORD_HASH_TEXT];
    make(SLICE("correct horse"));
    cr_assert(password_hash(SLICE("correct horse"), other));
    cr_assert_str_neq(hash, other);
}

Test(password, nobody_has_one) {
    cr_assert(sodium_init() >= 0);
    cr_assert_not(password_verify("", SLICE("correct horse")));
    cr_assert_not(password_verify("", SLICE("")));
}

Test(password, a_hash_has_the_cost_that_is_verified_for_nobody) {
    static const char cost[] = "$argon2id$v=19$m=19456,t=2,p=1$";
    make(SLICE("correct horse"));
    cr_assert_eq(strncmp(hash, cost, sizeof cost - 1), 0, "%s", hash);
}

Test(password, short_and_long_ones_are_none) {
    char text[PASSWORD_BYTES_MAX + 1];
    memset(text, 'x', sizeof text);
    cr_assert(sodium_init() >= 0);
    cr_assert_not(password_hash((struct slice){text, PASSWORD_BYTES_MIN - 1}, hash));
    cr_assert_not(password_hash((struct slice){text, sizeof text}, hash));
    make((struct slice){text, PASSWORD_BYTES_MAX});
    cr_assert(password_verify(hash, (struct slice){text, PASSWORD_BYTES_MAX}));
    cr_assert_not(password_verify(hash, (struct slice){text, sizeof text}));
}
