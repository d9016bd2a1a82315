/* Opening payments: holds, postings, idempotence, the order of the checks. */
#include "tests/unit/ledger/check.h"

#define BANK "account 1 issuer overdraft; account 10; account 20; account 30; pay in 1>10 1000; "

Test(payment, post_moves_the_money_at_once) {
    check(BANK "pay r1 10>20 300 => DONE COMPLETED; balance 10 = 700; balance 20 = 300;"
               "debits_posted 10 = 300; credits_posted 20 = 300; debits_pending 10 = 0;"
               "balance 1 = -1000");
}

Test(payment, hold_takes_from_available_and_not_from_balance) {
    check(BANK
          "hold r1 10>20 300 => DONE HELD; balance 10 = 1000; available 10 = 700;"
          "debits_pending 10 = 300; credits_pending 20 = 300; balance 20 = 0; available 20 = 0");
}

Test(payment, complete_posts_the_hold) {
    check(BANK
          "hold r1 10>20 300; complete r1 => DONE COMPLETED; balance 10 = 700; balance 20 = 300;"
          "debits_pending 10 = 0; credits_pending 20 = 0");
}

Test(payment, decline_releases_the_hold) {
    check(BANK
          "hold r1 10>20 300; decline r1 => DONE DECLINED; balance 10 = 1000;"
          "available 10 = 1000; debits_pending 10 = 0; credits_pending 20 = 0; balance 20 = 0");
}

Test(payment, held_money_cannot_be_spent_twice) {
    check(BANK "hold r1 10>20 600; hold r2 10>20 600 => FUNDS; pay r3 10>20 401 => FUNDS;"
               "pay r4 10>20 400; available 10 = 0");
}

Test(payment, money_to_come_cannot_be_spent) {
    check(BANK "hold r1 10>20 600; pay r2 20>30 1 => FUNDS; complete r1; pay r3 20>30 600");
}

Test(payment, spends_the_last_tiyn_and_no_more) {
    check(BANK "pay r1 10>20 1001 => FUNDS; pay r1 10>20 1000; pay r2 10>20 1 => FUNDS;"
               "balance 10 = 0");
}

Test(payment, floor_lets_the_balance_go_below_zero) {
    check(BANK "account 40 floor 500; pay r1 40>20 501 => FUNDS; pay r2 40>20 500;"
               "balance 40 = -500; available 40 = 0; pay r3 40>20 1 => FUNDS; pay r4 10>40 100;"
               "available 40 = 100");
}

Test(payment, overdraft_flag_spends_without_limit) {
    check(BANK "pay r1 1>20 1000000000000; balance 1 = -1000000001000");
}

Test(payment, replay_returns_the_present_state) {
    check(BANK "hold r1 10>20 100; hold r1 10>20 100 => REPLAYED HELD; complete r1;"
               "hold r1 10>20 100 => REPLAYED COMPLETED; hold r2 10>20 100; decline r2;"
               "hold r2 10>20 100 => REPLAYED DECLINED; balance 10 = 900");
}

Test(payment, replay_comes_before_every_other_check) {
    check(BANK "pay r1 10>20 1000; pay r1 10>20 1000 => REPLAYED COMPLETED; change 10 flags frozen;"
               "pay r1 10>20 1000 => REPLAYED COMPLETED; pay r1 10>20 999 => REF_CONFLICT");
}

Test(payment, same_reference_with_another_field_is_a_conflict) {
    check(BANK "hold r1 10>20 100 op 4 attributes a; hold r1 10>20 101 op 4 attributes a => "
               "REF_CONFLICT;"
               "hold r1 10>30 100 op 4 attributes a => REF_CONFLICT;"
               "hold r1 20>10 100 op 4 attributes a => REF_CONFLICT;"
               "hold r1 10>20 100 op 5 attributes a => REF_CONFLICT;"
               "hold r1 10>20 100 op 4 attributes b => REF_CONFLICT;"
               "hold r1 10>20 100 op 4 attributes aa => REF_CONFLICT;"
               "hold r1 10>20 100 op 4 => REF_CONFLICT;"
               "hold r1 10>20 100 op 4 attributes a wait => REF_CONFLICT;"
               "hold r1 10>20 100 op 4 attributes a reverses in => REF_CONFLICT;"
               "hold r1 10>20 100 op 4 attributes a date 20200101 => REF_CONFLICT;"
               "hold r1 10>20 50 10>20 50 op 4 attributes a => REF_CONFLICT;"
               "pay r1 10>20 100 op 4 attributes a => REF_CONFLICT;"
               "hold r1 10>20 100 op 4 attributes a => REPLAYED HELD; available 10 = 900");
}

Test(payment, deadline_and_token_are_not_compared) {
    check(BANK "issue 10 secret 60; hold r1 10>20 100 token 10 secret expires 60;"
               "hold r1 10>20 100 => REPLAYED HELD; hold r1 10>20 100 token 10 wrong => REPLAYED "
               "HELD; hold r1 10>20 100 expires 9 => REPLAYED HELD");
}

Test(payment, value_date_is_compared_when_given) {
    check(BANK "hold r1 10>20 100; hold r1 10>20 100 date 20260310 => REPLAYED HELD;"
               "hold r1 10>20 100 date 20260311 => REF_CONFLICT;"
               "hold r2 10>20 100 date 20260201; hold r2 10>20 100 => REPLAYED HELD;"
               "payment r2 value_date = 20260201; payment r1 value_date = 20260310");
}

Test(payment, value_date_defaults_to_the_day_in_kazakhstan) {
    check(BANK "at 2026-03-31T23:59:59; pay r1 10>20 1; at 2026-04-01T00:00:00; pay r2 10>20 1;"
               "payment r1 value_date = 20260331; payment r2 value_date = 20260401");
}

Test(payment, references_of_requesters_are_apart) {
    check(BANK "pay r1 10>20 100; pay r1 10>20 200 by 8; balance 20 = 300; lookup r1 => DONE "
               "COMPLETED; lookup r1 by 8 => DONE COMPLETED; lookup r1 by 9 => PAYMENT_NOT_FOUND");
}

Test(payment, a_reference_that_starts_like_another_is_another) {
    check(BANK "pay a 10>20 1; pay ab 10>20 2; pay abc 10>20 3; pay b 10>20 4; balance 20 = 10;"
               "pay ab 10>20 2 => REPLAYED");
}

Test(payment, a_refusal_leaves_no_trace) {
    check(BANK "hold r1 10>20 5000 => FUNDS; lookup r1 => PAYMENT_NOT_FOUND; available 10 = 1000;"
               "day_turnover 10 = 0; day 10 = 0; pay r1 10>30 7; balance 30 = 7;"
               "payment r1 id = 2");
}

Test(payment, what_it_was_opened_with_is_kept) {
    check(BANK "hold r1 10>20 100 op 17 attributes {\"a\":1} expires 60 reverses in;"
               "payment r1 operation = 17; payment r1 attributes = {\"a\":1};"
               "payment r1 reversal_of = 1; payment r1 requester = 7; payment r1 leg_count = 1");
}

Test(payment, flags_say_how_it_was_opened) {
    check(BANK "hold r1 10>20 1; pay r2 10>20 1; hold r3 10>20 1 wait; pay r4 10>20 1 wait;"
               "payment r1 flags = 0; payment r2 flags = 1; payment r3 flags = 2;"
               "payment r4 flags = 3");
}

/* ---- The order of the checks: each line has this failure and all that come later ---- */

Test(payment, checks_come_in_the_order_of_the_statuses) {
    check(
        "account 1 issuer overdraft; account 10; account 11 flags closed; account 12 flags frozen;"
        "account 13 currency 840; account 14 ceiling 0; account 15 day 0 month 0;"
        "account 16 month 0;"
        "hold r 1>10 1; hold r 99>98 1 reverses #9 => REF_CONFLICT;"
        "hold a 99>98 1 reverses #9 => REVERSAL_NOT_FOUND;"
        "hold a 99>98 1 => DEBIT_NOT_FOUND;"
        "hold a 11>98 1 => CREDIT_NOT_FOUND;"
        "hold a 11>13 1 12>99 1 => CREDIT_NOT_FOUND;"
        "hold a 11>13 1 => CURRENCY_MISMATCH;"
        "hold a 12>10 1 10>14 1 13>1 1 => CURRENCY_MISMATCH;"
        "hold a 12>10 1 11>12 1 token 10 x => DEBIT_CLOSED;"
        "hold a 12>11 1 token 10 x => CREDIT_CLOSED;"
        "hold a 12>14 1 token 10 x => DEBIT_FROZEN;"
        "hold a 10>12 1 token 10 x => CREDIT_FROZEN;"
        "hold a 10>14 1152921504606846976 10>14 1 token 10 x => TOKEN_WRONG;"
        "hold a 15>14 1152921504606846976 15>14 1 => OVER_TOTAL;"
        "hold a 15>14 1 => OVER_CEILING;"
        "hold a 15>10 1 => OVER_DAY_LIMIT;"
        "hold a 16>10 1 => OVER_MONTH_LIMIT;"
        "hold a 10>16 1 => FUNDS");
}

Test(payment, each_check_goes_over_all_accounts_before_the_next) {
    /* The first leg lacks funds, the second one passes its ceiling; and so on upwards. */
    check("account 1 issuer overdraft; account 10; account 14 ceiling 0; account 15 day 0;"
          "account 16 month 0; account 17 day 0 floor 100; account 18 month 0 floor 100;"
          "hold a 10>1 1 1>14 1 => OVER_CEILING;"
          "hold a 16>1 1 15>1 1 => OVER_DAY_LIMIT;"
          "hold a 10>1 1 18>1 1 => OVER_MONTH_LIMIT;"
          "hold a 10>1 1 17>1 1 => OVER_DAY_LIMIT;"
          "hold a 10>1 1 18>1 1 17>1 1 1>14 1 => OVER_CEILING");
}

/* ---- Totals and ceilings ---- */

#define MOST "1152921504606846976"

Test(payment, totals_stop_at_the_largest_amount) {
    check("account 1 issuer overdraft; account 2 issuer overdraft; account 10; account 20;"
          "pay r1 1>10 " MOST "; pay r2 1>20 1 => OVER_TOTAL; pay r3 2>10 1 => OVER_TOTAL;"
          "pay r4 10>20 " MOST "; balance 20 = " MOST "; pay r5 10>20 1 => OVER_TOTAL");
}

Test(payment, holds_count_in_the_totals) {
    check("account 1 issuer overdraft; account 2 issuer overdraft; account 10;"
          "hold r1 1>10 1152921504606846975; pay r2 2>10 2 => OVER_TOTAL; pay r3 2>10 1;"
          "pay r4 2>10 1 => OVER_TOTAL; complete r1; balance 10 = " MOST);
}

Test(payment, ceiling_is_reached_and_not_passed) {
    check(BANK "account 40 ceiling 500; pay r1 10>40 501 => OVER_CEILING; pay r2 10>40 500;"
               "pay r3 10>40 1 => OVER_CEILING; pay r4 40>10 1; pay r5 10>40 1; balance 40 = 500");
}

Test(payment, ceiling_counts_money_to_come_but_not_money_to_go) {
    check(BANK "account 40 ceiling 500; hold r1 10>40 300; hold r2 10>40 201 => OVER_CEILING;"
               "hold r3 10>40 200; decline r1; hold r4 10>40 300; complete r3; complete r4;"
               "hold r5 40>10 500; pay r6 10>40 1 => OVER_CEILING");
}

Test(payment, ceiling_counts_from_a_negative_balance) {
    check(BANK "account 40 ceiling 500 floor 100; pay r1 40>10 100; pay r2 10>40 601 => "
               "OVER_CEILING; pay r3 10>40 600; balance 40 = 500");
}

Test(payment, without_ceiling_there_is_none) {
    check("account 1 issuer overdraft; account 10; pay r1 1>10 1152921504606846976;"
          "balance 10 = 1152921504606846976");
}

Test(payment, a_check_is_answered_as_the_open_would_be_and_changes_nothing) {
    check("account 1 issuer overdraft; account 10; account 20 ceiling 50; pay in 1>10 100;"
          "check 10>20 50 => DONE; check 10>20 51 => OVER_CEILING; check 20>10 1 => FUNDS;"
          "check 10>30 1 => CREDIT_NOT_FOUND; pay all 10>20 50");
}
