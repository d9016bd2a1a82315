/* Payments of several legs: they see each other, and move together or not at all. */
#include "tests/unit/ledger/check.h"

/* 1 issuer, 2 fee income, 10 agent with 1000, 20 client, 30 merchant. */
#define BANK                                                                                       \
    "account 1 issuer overdraft; account 2 fee; account 10 agent; account 20 wallet;"              \
    "account 30 merchant; pay in 1>10 1000; "

Test(legs, money_passes_through_an_empty_client) {
    check(BANK "pay r1 10>20 100 20>30 100; balance 10 = 900; balance 20 = 0; balance 30 = 100;"
               "debits_posted 20 = 100; credits_posted 20 = 100; entry_count 20 = 2");
}

Test(legs, passing_through_blocks_nothing_of_the_clients_own) {
    check(BANK "pay c 1>20 50; hold r1 10>20 100 20>30 100; available 20 = 50; debits_pending 20 = "
               "0; credits_pending 20 = 0; pay r2 20>30 50; complete r1; balance 20 = 0;"
               "balance 30 = 150");
}

Test(legs, order_of_legs_does_not_matter_for_funds) {
    check(BANK "pay r1 20>30 100 10>20 100; balance 30 = 100; balance 20 = 0");
}

Test(legs, what_stays_counts_for_the_ceiling) {
    check(BANK "change 20 ceiling 10; pay r1 10>20 100 20>30 89 => OVER_CEILING;"
               "pay r1 10>20 100 20>30 90; balance 20 = 10");
}

Test(legs, what_is_missing_must_be_there) {
    check(BANK "pay c 1>20 10; pay r1 10>20 100 20>30 111 => FUNDS; pay r1 10>20 100 20>30 110;"
               "balance 20 = 0");
}

Test(legs, fees_go_with_the_payment) {
    check(BANK "pay r1 10>20 100 20>30 97 20>2 3 10>2 1; balance 2 = 4; balance 30 = 97;"
               "balance 10 = 899; balance 20 = 0");
}

Test(legs, one_bad_leg_stops_all) {
    check(BANK "pay r1 10>20 100 10>99 1 => CREDIT_NOT_FOUND; pay r1 10>20 600 10>30 600 => FUNDS;"
               "balance 10 = 1000; balance 20 = 0; lookup r1 => PAYMENT_NOT_FOUND");
}

Test(legs, eight_are_enough) {
    check(BANK "pay r1 10>20 1 10>20 2 10>20 3 10>20 4 10>20 5 10>20 6 10>20 7 10>20 8;"
               "balance 20 = 36; entry_count 20 = 8; payment r1 leg_count = 8;"
               "pay r2 10>20 1 10>20 1 10>20 1 10>20 1 10>20 1 10>20 1 10>20 1 10>20 1 10>20 1 => "
               "BAD_LEGS");
}

Test(legs, none_or_to_itself_are_bad) {
    check(BANK
          "pay r1 => BAD_LEGS; pay r1 10>10 5 => BAD_LEGS; pay r1 10>20 5 20>20 5 => BAD_LEGS");
}

Test(legs, a_circle_moves_nothing_but_is_entered) {
    check(BANK "pay r1 20>30 500 30>20 500; balance 20 = 0; balance 30 = 0; debits_posted 20 = 500;"
               "entry_count 20 = 2; entry_count 30 = 2");
}

Test(legs, limits_count_what_passes_through) {
    check(BANK "change 20 day 100; pay r1 10>20 101 20>30 101 => OVER_DAY_LIMIT;"
               "pay r1 10>20 100 20>30 100; day_turnover 20 = 100");
}

Test(legs, decline_of_many_gives_all_back) {
    check(BANK "hold r1 10>20 100 20>30 90 20>2 5; credits_pending 20 = 5; credits_pending 30 = 90;"
               "credits_pending 2 = 5; debits_pending 10 = 100; decline r1; available 10 = 1000;"
               "credits_pending 20 = 0; credits_pending 30 = 0; credits_pending 2 = 0;"
               "debits_pending 10 = 0");
}

Test(legs, what_passes_counts_in_the_total_while_it_is_held) {
    check("account 1 issuer overdraft; account 2 issuer overdraft; account 10; account 21;"
          "account 22; hold a 1>10 1152921504606846976 10>21 1152921504606846976;"
          "passing_pending 10 = 1152921504606846976; debits_pending 10 = 0;"
          "hold b 2>10 1 10>22 1 => OVER_TOTAL; decline a; passing_pending 10 = 0;"
          "hold b 2>10 1 10>22 1; complete b; passing_pending 10 = 0; credits_posted 10 = 1");
}

Test(legs, what_passed_counts_in_the_total) {
    check("account 1 issuer overdraft; account 2 issuer overdraft; account 10; account 20;"
          "pay r1 1>10 1152921504606846976 10>20 1152921504606846976; "
          "pay r2 2>10 1 => OVER_TOTAL; pay r3 10>20 1 => OVER_TOTAL");
}
