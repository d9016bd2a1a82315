/* Opening, changing and looking at accounts. */
#include "tests/unit/ledger/check.h"

Test(account, opens_with_its_fields) {
    check("account 10 agent owner 77 floor 5 ceiling 100 day 50 month 60 currency 840 frozen;"
          "owner 10 = 77; floor 10 = 5; ceiling 10 = 100; day_limit 10 = 50; month_limit 10 = 60;"
          "currency 10 = 840; kind 10 = 2; flags 10 = 1; balance 10 = 0; available 10 = 5;"
          "entry_count 10 = 0");
}

Test(account, the_same_again_is_a_replay) {
    check("account 10 agent owner 77 ceiling 5; account 10 agent owner 77 ceiling 5 => REPLAYED");
}

Test(account, other_fields_are_refused) {
    check("account 10 agent; account 10 wallet => ACCOUNT_EXISTS; account 10 agent owner 6 => "
          "ACCOUNT_EXISTS; account 10 agent floor 1 => ACCOUNT_EXISTS; account 10 agent ceiling 9 "
          "=> ACCOUNT_EXISTS; account 10 agent day 9 => ACCOUNT_EXISTS; account 10 agent month 9 "
          "=> ACCOUNT_EXISTS; account 10 agent currency 840 => ACCOUNT_EXISTS; account 10 agent "
          "frozen => ACCOUNT_EXISTS; account 10 agent => REPLAYED");
}

Test(account, replay_is_compared_with_the_present_fields) {
    check("account 10 ceiling 5; change 10 ceiling 6; account 10 ceiling 5 => ACCOUNT_EXISTS;"
          "account 10 ceiling 6 => REPLAYED");
}

Test(account, change_sets_what_is_named_and_nothing_else) {
    check("account 10 owner 1 floor 2 ceiling 3 day 4 month 5;"
          "change 10 ceiling 30; ceiling 10 = 30; owner 10 = 1; floor 10 = 2; day_limit 10 = 4;"
          "change 10 owner 10 floor 20; owner 10 = 10; floor 10 = 20; ceiling 10 = 30;"
          "change 10 day 40 month 50; day_limit 10 = 40; month_limit 10 = 50;"
          "change 10 flags frozen; flags 10 = 1; ceiling 10 = 30; change 10 flags none;"
          "flags 10 = 0; month_limit 10 = 50");
}

Test(account, what_is_not_there_cannot_be_changed) {
    check("account 10; change 11 ceiling 3 => ACCOUNT_NOT_FOUND; issue 11 secret 60 => "
          "ACCOUNT_NOT_FOUND");
}

Test(account, only_an_empty_one_is_closed) {
    check("account 1 issuer overdraft; account 10; account 20; pay r1 1>10 100;"
          "change 10 flags closed => ACCOUNT_NOT_EMPTY; change 1 flags closed => ACCOUNT_NOT_EMPTY;"
          "hold r2 10>20 100; change 20 flags closed => ACCOUNT_NOT_EMPTY; decline r2;"
          "change 20 flags closed; pay r3 10>1 100; change 10 flags closed; flags 10 = 2;"
          "pay r4 1>10 1 => CREDIT_CLOSED; pay r5 10>1 1 => DEBIT_CLOSED; change 10 flags none;"
          "pay r6 1>10 1");
}

Test(account, a_hold_of_all_money_keeps_it_open) {
    check("account 1 issuer overdraft; account 10 floor 100; account 20; hold r1 10>20 100;"
          "balance 10 = 0; change 10 flags closed => ACCOUNT_NOT_EMPTY; complete r1;"
          "change 10 flags closed => ACCOUNT_NOT_EMPTY");
}

Test(account, a_hold_that_passes_through_keeps_it_open) {
    check("account 1 issuer overdraft; account 10; account 20; hold a 1>10 5 10>20 5;"
          "change 10 flags closed => ACCOUNT_NOT_EMPTY; complete a; change 10 flags closed");
}

Test(account, other_fields_of_one_with_money_may_be_set_with_flags) {
    check("account 1 issuer overdraft; account 10; pay r1 1>10 100; change 10 flags frozen ceiling "
          "50; ceiling 10 = 50; flags 10 = 1; balance 10 = 100");
}

Test(account, frozen_takes_no_new_legs) {
    check("account 1 issuer overdraft; account 10; change 10 flags frozen; pay r1 1>10 1 => "
          "CREDIT_FROZEN; pay r2 10>1 1 => DEBIT_FROZEN; change 10 flags none; pay r1 1>10 1");
}

Test(account, currencies_do_not_mix) {
    check("account 1 issuer overdraft; account 2 issuer overdraft currency 840; account 10; "
          "account 20 currency 840; pay r1 1>20 1 => CURRENCY_MISMATCH; pay r2 2>10 1 => "
          "CURRENCY_MISMATCH; pay r3 1>10 1 2>20 1 => CURRENCY_MISMATCH; pay r4 2>20 1");
}

Test(account, a_raised_floor_is_money_to_spend) {
    check("account 1; account 10; pay r1 10>1 5 => FUNDS; change 10 floor 5; pay r1 10>1 5;"
          "change 10 floor 0; available 10 = -5; pay r2 10>1 1 => FUNDS; pay r3 1>10 5;"
          "available 10 = 0");
}

Test(account, a_ceiling_below_the_balance_only_stops_more) {
    check("account 1 issuer overdraft; account 10; pay r1 1>10 100; change 10 ceiling 50;"
          "pay r2 1>10 1 => OVER_CEILING; pay r3 10>1 60; pay r4 1>10 10");
}

Test(account, the_largest_id_is_one_below_all_ones) {
    check("account 18446744073709551615 => BAD_COMMAND; account 18446744073709551614 issuer "
          "overdraft; account 10; pay r1 18446744073709551614>10 5;"
          "balance 18446744073709551614 = -5");
}
