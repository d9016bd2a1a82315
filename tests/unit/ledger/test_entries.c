/* Entries: balances after each posting, and the chain that is an account's statement. */
#include "tests/unit/ledger/check.h"

#define BANK "account 1 issuer overdraft; account 10; account 20; account 30; "

Test(entries, statement_is_the_chain) {
    check(BANK "pay a 1>10 1000; pay b 10>20 300; pay c 10>30 200; pay d 20>10 50;"
               "statement 10 = d 50 550 c -200 500 b -300 700 a 1000 1000;"
               "statement 20 = d -50 250 b 300 300; statement 30 = c 200 200;"
               "statement 1 = a -1000 -1000; entry_count 10 = 4");
}

Test(entries, without_postings_there_is_none) {
    check(BANK "hold a 1>10 1000; statement 10 =; entry_count 10 = 0; decline a; statement 10 =");
}

Test(entries, a_hold_is_entered_when_it_is_posted) {
    check(BANK "hold a 1>10 1000; pay b 1>10 5; complete a; statement 10 = a 1000 1005 b 5 5");
}

Test(entries, legs_are_entered_in_order_the_debit_first) {
    check(BANK "pay a 1>10 100 10>20 60 10>30 40 20>10 1;"
               "statement 10 = a 1 1 a -40 0 a -60 40 a 100 100; statement 20 = a -1 59 a 60 60;"
               "statement 30 = a 40 40");
}

Test(entries, chain_goes_on_over_restarts) {
    check(BANK "pay a 1>10 1; flush; pay b 1>10 2; crash; pay c 1>10 3; reopen; pay d 1>10 4;"
               "statement 10 = d 4 10 c 3 6 b 2 3 a 1 1");
}

Test(entries, a_reversal_is_a_new_payment) {
    check(BANK
          "pay a 1>10 100; pay b 10>20 30; pay r 20>10 30 reverses b; payment r reversal_of = 2;"
          "statement 10 = r 30 100 b -30 70 a 100 100; statement 20 = r -30 0 b 30 30;"
          "payment b state = COMPLETED");
}

Test(entries, only_a_completed_payment_is_reversed) {
    check(BANK "hold a 1>10 100; pay r 10>1 100 reverses a => REVERSAL_NOT_FOUND;"
               "pay r 10>1 100 reverses #77 => REVERSAL_NOT_FOUND; complete a;"
               "pay r 10>1 100 reverses a; hold b 1>10 100; decline b;"
               "pay s 10>1 100 reverses b => REVERSAL_NOT_FOUND;"
               "hold w 10>1 100 wait => DONE WAITING; pay s 10>1 1 reverses w => "
               "REVERSAL_NOT_FOUND");
}
