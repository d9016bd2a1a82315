/* One-time tokens: checked and burnt in the apply of the payment that spends them. */
#include "tests/unit/ledger/check.h"

#define BANK                                                                                       \
    "account 1 issuer overdraft; account 10; account 20; pay in 1>10 1000; issue 10 secret 60; "

Test(token, is_spent_once) {
    check(BANK "pay r1 10>20 1 token 10 secret; pay r2 10>20 1 token 10 secret => TOKEN_BURNT;"
               "balance 20 = 1");
}

Test(token, wrong_ones_are_refused) {
    check(BANK "pay r1 10>20 1 token 10 guess => TOKEN_WRONG; pay r1 10>20 1 token 10 secret;"
               "balance 20 = 1");
}

Test(token, of_nobody_is_wrong) {
    check(BANK "pay r1 10>20 1 token 20 secret => TOKEN_WRONG; pay r2 10>20 1 token 99 secret => "
               "TOKEN_WRONG");
}

Test(token, the_fifth_wrong_try_burns_it) {
    check(BANK "pay a 10>20 1 token 10 g => TOKEN_WRONG; pay a 10>20 1 token 10 g => TOKEN_WRONG;"
               "pay a 10>20 1 token 10 g => TOKEN_WRONG; pay a 10>20 1 token 10 g => TOKEN_WRONG;"
               "pay a 10>20 1 token 10 g => TOKEN_WRONG; pay a 10>20 1 token 10 g => TOKEN_BURNT;"
               "pay a 10>20 1 token 10 secret => TOKEN_BURNT");
}

Test(token, four_wrong_tries_do_not) {
    check(BANK "pay a 10>20 1 token 10 g => TOKEN_WRONG; pay a 10>20 1 token 10 g => TOKEN_WRONG;"
               "pay a 10>20 1 token 10 g => TOKEN_WRONG; pay a 10>20 1 token 10 g => TOKEN_WRONG;"
               "pay a 10>20 1 token 10 secret");
}

Test(token, tries_survive_crashes) {
    check(BANK "pay a 10>20 1 token 10 g => TOKEN_WRONG; pay a 10>20 1 token 10 g => TOKEN_WRONG;"
               "crash; pay a 10>20 1 token 10 g => TOKEN_WRONG; reopen;"
               "pay a 10>20 1 token 10 g => TOKEN_WRONG; pay a 10>20 1 token 10 g => TOKEN_WRONG;"
               "crash; pay a 10>20 1 token 10 secret => TOKEN_BURNT");
}

Test(token, runs_out_at_its_deadline) {
    check("account 1 issuer overdraft; account 10; pay in 1>10 100; at 2026-03-10T13:00:00;"
          "issue 10 secret 60; at 2026-03-10T13:01:01;"
          "pay r1 10>1 1 token 10 guess => TOKEN_EXPIRED; pay r1 10>1 1 token 10 secret => "
          "TOKEN_EXPIRED; issue 10 secret 60; wait 59; pay r1 10>1 1 token 10 secret");
}

Test(token, burnt_is_said_before_out_of_date) {
    check(BANK "pay r1 10>20 1 token 10 secret; wait 600; pay r2 10>20 1 token 10 secret => "
               "TOKEN_BURNT");
}

Test(token, a_new_one_replaces_the_old) {
    check(BANK "issue 10 other 60; pay r1 10>20 1 token 10 secret => TOKEN_WRONG;"
               "pay r2 10>20 1 token 10 other; issue 10 third 60; pay r3 10>20 1 token 10 third");
}

Test(token, a_new_one_has_all_its_tries) {
    check(BANK "pay a 10>20 1 token 10 g => TOKEN_WRONG; pay a 10>20 1 token 10 g => TOKEN_WRONG;"
               "pay a 10>20 1 token 10 g => TOKEN_WRONG; pay a 10>20 1 token 10 g => TOKEN_WRONG;"
               "issue 10 new 60; pay a 10>20 1 token 10 g => TOKEN_WRONG;"
               "pay a 10>20 1 token 10 new");
}

Test(token, is_not_burnt_by_a_later_refusal) {
    check(BANK "pay r1 10>20 5000 token 10 secret => FUNDS; pay r2 10>20 1 token 10 secret");
}

Test(token, is_burnt_by_a_payment_that_waits) {
    check(BANK "pay r1 10>20 5000 token 10 secret wait => DONE WAITING; pay r2 10>20 1 token 10 "
               "secret => TOKEN_BURNT");
}

Test(token, is_not_burnt_by_a_replay) {
    check(BANK "pay r1 10>20 1 token 10 secret; issue 10 other 60; pay r1 10>20 1 token 10 other "
               "=> REPLAYED; pay r2 10>20 1 token 10 other");
}

Test(token, no_try_is_counted_before_its_turn) {
    check(BANK "pay a 99>20 1 token 10 g => DEBIT_NOT_FOUND; pay a 99>20 1 token 10 g => "
               "DEBIT_NOT_FOUND; pay a 99>20 1 token 10 g => DEBIT_NOT_FOUND; pay a 99>20 1 token "
               "10 g => DEBIT_NOT_FOUND; pay a 99>20 1 token 10 g => DEBIT_NOT_FOUND;"
               "pay a 10>20 1 token 10 secret");
}

Test(token, is_not_needed_by_retry) {
    check(BANK "pay r1 10>20 5000 token 10 secret wait => DONE WAITING; pay r2 1>10 5000;"
               "retry r1 => DONE COMPLETED");
}
