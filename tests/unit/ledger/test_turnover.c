/* Turnover limits of the calendar day and month in UTC+5. */
#include "tests/unit/ledger/check.h"

#define BANK                                                                                       \
    "account 1 issuer overdraft; account 10 day 100 month 250; account 20; pay in 1>10 1000; "

Test(turnover, day_limit_is_reached_and_not_passed) {
    check(BANK "pay r1 10>20 101 => OVER_DAY_LIMIT; pay r1 10>20 60; pay r2 10>20 41 => "
               "OVER_DAY_LIMIT; pay r3 10>20 40; day_turnover 10 = 100; month_turnover 10 = 100;"
               "day 10 = 20260310; month 10 = 202603");
}

Test(turnover, a_new_day_starts_at_midnight_utc5) {
    check(BANK "at 2026-03-10T23:59:59; pay r1 10>20 100; pay r2 10>20 1 => OVER_DAY_LIMIT;"
               "at 2026-03-11T00:00:00; pay r2 10>20 100; day_turnover 10 = 100;"
               "month_turnover 10 = 200; day 10 = 20260311");
}

Test(turnover, month_limit_is_reached_and_not_passed) {
    check(BANK "pay r1 10>20 100; at 2026-03-11T12:00:00; pay r2 10>20 100; at 2026-03-12T12:00:00;"
               "pay r3 10>20 51 => OVER_MONTH_LIMIT; pay r3 10>20 50; day_turnover 10 = 50;"
               "month_turnover 10 = 250");
}

Test(turnover, a_new_month_starts_at_midnight_utc5) {
    check(BANK "change 10 day none; at 2026-03-31T23:59:59; pay r1 10>20 250;"
               "pay r2 10>20 1 => OVER_MONTH_LIMIT; at 2026-04-01T00:00:00; pay r2 10>20 250;"
               "month 10 = 202604; month_turnover 10 = 250");
}

Test(turnover, february_and_new_year) {
    check("account 1 issuer overdraft; account 10 month 100; pay in 1>10 1000;"
          "at 2027-12-31T23:59:59; pay r1 10>1 100; at 2028-01-01T00:00:00; pay r2 10>1 100;"
          "month 10 = 202801; at 2028-02-29T23:59:59; pay r3 10>1 100; day 10 = 20280229;"
          "at 2028-03-01T00:00:00; pay r4 10>1 100; day 10 = 20280301");
}

Test(turnover, holds_count_at_once) {
    check(BANK "hold r1 10>20 60; day_turnover 10 = 60; hold r2 10>20 41 => OVER_DAY_LIMIT;"
               "complete r1; day_turnover 10 = 60");
}

Test(turnover, credits_do_not_count) {
    check(BANK "change 20 day 5; pay r1 10>20 100; day_turnover 20 = 0; day 20 = 0");
}

Test(turnover, decline_gives_it_back) {
    check(BANK "hold r1 10>20 100; decline r1; day_turnover 10 = 0; month_turnover 10 = 0;"
               "pay r2 10>20 100");
}

Test(turnover, decline_on_another_day_gives_back_the_month_only) {
    check(BANK "hold r1 10>20 100; at 2026-03-11T12:00:00; pay r2 10>20 70; decline r1;"
               "day_turnover 10 = 70; month_turnover 10 = 70");
}

Test(turnover, decline_in_another_month_gives_nothing_back) {
    check(BANK "hold r1 10>20 100; at 2026-04-11T12:00:00; pay r2 10>20 70; decline r1;"
               "day_turnover 10 = 70; month_turnover 10 = 70");
}

Test(turnover, decline_gives_back_to_an_old_day_that_still_stands) {
    /* No debit came since: the counter still is of the hold's day. */
    check(BANK "hold r1 10>20 100; at 2026-03-11T12:00:00;"
               "decline r1; day_turnover 10 = 0; day 10 = 20260310");
}

Test(turnover, dispatch_on_another_day_does_not_change_the_day_of_the_hold) {
    check(BANK "hold r1 10>20 100; at 2026-03-11T12:00:00; pay r2 10>20 30; dispatch r1;"
               "decline r1 provider; day_turnover 10 = 30; month_turnover 10 = 30");
}

Test(turnover, dispatch_in_another_month_does_not_either) {
    check(BANK "hold r1 10>20 100; at 2026-04-11T12:00:00; pay r2 10>20 30; dispatch r1;"
               "decline r1 provider; day_turnover 10 = 30; month_turnover 10 = 30");
}

Test(turnover, retry_counts_on_the_day_of_the_retry) {
    check(BANK
          "pay out 10>20 100; change 10 day none month none; hold r1 10>20 1000 wait => DONE "
          "WAITING; day_turnover 10 = 100; at 2026-03-11T12:00:00; pay in2 1>10 200;"
          "retry r1 => DONE HELD; day_turnover 10 = 1000; day 10 = 20260311;"
          "month_turnover 10 = 1100; decline r1; day_turnover 10 = 0; month_turnover 10 = 100");
}

Test(turnover, expiry_gives_it_back) {
    check(BANK "hold r1 10>20 100 expires 60; wait 60; wait 1; expire 5 = 1; day_turnover 10 = 0;"
               "pay r2 10>20 100");
}

Test(turnover, of_several_legs_is_their_sum) {
    check(BANK "pay r1 10>20 50 10>1 51 => OVER_DAY_LIMIT; pay r1 10>20 50 10>1 50;"
               "day_turnover 10 = 100");
}

Test(turnover, money_that_comes_back_in_the_same_payment_counts) {
    check(BANK "pay r1 10>20 100 20>10 100; day_turnover 10 = 100; pay r2 10>20 1 => "
               "OVER_DAY_LIMIT");
}

Test(turnover, no_limit_is_no_limit_but_is_counted) {
    check("account 1 issuer overdraft; account 10; pay r1 1>10 1152921504606846976;"
          "day_turnover 1 = 1152921504606846976; month_turnover 1 = 1152921504606846976");
}

Test(turnover, waiting_does_not_count) {
    check(BANK "change 10 day none month none; hold r1 10>20 5000 wait => DONE WAITING;"
               "day_turnover 10 = 0; decline r1; day_turnover 10 = 0");
}
