/* Deadlines of open payments. */
#include "tests/unit/ledger/check.h"

#define BANK                                                                                       \
    "account 1 issuer overdraft; account 10; account 20; pay in 1>10 1000; at "                    \
    "2026-03-10T13:00:00; "

Test(expiry, declines_at_the_deadline_and_not_before) {
    check(BANK "hold r1 10>20 100 expires 60; at 2026-03-10T13:00:59; expire 10 = 0;"
               "payment r1 state = HELD; at 2026-03-10T13:01:01; expire 10 = 1;"
               "payment r1 state = DECLINED; payment r1 flags = 8; available 10 = 1000;"
               "credits_pending 20 = 0");
}

Test(expiry, without_a_deadline_nothing_expires) {
    check(BANK "hold r1 10>20 100; wait 100000000; expire 10 = 0; complete r1");
}

Test(expiry, what_ended_does_not_expire) {
    check(BANK "hold r1 10>20 100 expires 60; hold r2 10>20 100 expires 60; pay r3 10>20 1 expires "
               "60; complete r1; decline r2; wait 600; expire 10 = 0; payment r1 state = COMPLETED;"
               "payment r3 state = COMPLETED; payment r2 flags = 0");
}

Test(expiry, waiting_payments_expire) {
    check(BANK "hold r1 10>20 5000 wait expires 60 => DONE WAITING; wait 61; expire 10 = 1;"
               "payment r1 state = DECLINED; available 10 = 1000; payment r1 flags = 10");
}

Test(expiry, dispatched_ones_do_not) {
    check(BANK "hold r1 10>20 100 expires 60; dispatch r1; wait 600; expire 10 = 0;"
               "complete r1 provider");
}

Test(expiry, takes_the_oldest_deadlines_first) {
    check(BANK "hold r1 10>20 1 expires 90; hold r2 10>20 1 expires 30; hold r3 10>20 1 expires 60;"
               "hold r4 10>20 1 expires 30; wait 600; expire 1 = 1; payment r2 state = DECLINED;"
               "payment r4 state = HELD; expire 2 = 2; payment r4 state = DECLINED;"
               "payment r3 state = DECLINED; payment r1 state = HELD; expire 5 = 1; expire 5 = 0");
}

Test(expiry, until_it_is_expired_it_may_be_completed) {
    check(BANK "hold r1 10>20 100 expires 60; wait 600; complete r1; expire 10 = 0;"
               "balance 20 = 100");
}

Test(expiry, an_expired_one_is_a_declined_one) {
    check(BANK "hold r1 10>20 100 expires 60; wait 61; expire 1 = 1; decline r1 => REPLAYED "
               "DECLINED; complete r1 => ALREADY_DECLINED; hold r1 10>20 100 => REPLAYED DECLINED");
}

Test(expiry, retry_keeps_the_deadline) {
    check(BANK "hold r1 10>20 1500 wait expires 60 => DONE WAITING; wait 50; pay r2 1>10 500;"
               "retry r1 => DONE HELD; wait 11; expire 9 = 1; available 10 = 1500");
}

Test(expiry, a_waiting_one_past_its_deadline_may_still_be_retried) {
    check(BANK "hold r1 10>20 1500 wait expires 60 => DONE WAITING; pay r2 1>10 500; wait 600;"
               "retry r1 => DONE HELD; expire 9 = 1; payment r1 state = DECLINED");
}

Test(expiry, count_is_1_to_8190) {
    check(BANK "expire 0 => BAD_COMMAND; expire 8191 => BAD_COMMAND; expire 8190 = 0");
}

Test(expiry, deadlines_survive_restarts) {
    check(BANK
          "hold r1 10>20 1 expires 60; hold r2 10>20 2 expires 50; crash; reopen; flush; crash;"
          "wait 55; expire 9 = 1; payment r2 state = DECLINED; reopen; wait 10; expire 9 = 1;"
          "available 10 = 1000");
}
