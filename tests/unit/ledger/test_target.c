/* What becomes of open payments: complete, decline, retry, dispatch, lookup, and their checks. */
#include "tests/unit/ledger/check.h"

#define BANK                                                                                       \
    "account 1 issuer overdraft; account 10; account 20; account 30 provider; pay in 1>10 1000; "

Test(target, complete_twice_is_a_replay) {
    check(BANK "hold r1 10>20 100; complete r1; complete r1 => REPLAYED COMPLETED;"
               "decline r1 => ALREADY_COMPLETED; dispatch r1 => ALREADY_COMPLETED;"
               "retry r1 => REPLAYED COMPLETED; balance 20 = 100");
}

Test(target, decline_twice_is_a_replay) {
    check(BANK "hold r1 10>20 100; decline r1; decline r1 => REPLAYED DECLINED;"
               "complete r1 => ALREADY_DECLINED; dispatch r1 => ALREADY_DECLINED;"
               "retry r1 => REPLAYED DECLINED; available 10 = 1000");
}

Test(target, what_is_not_there_is_not_found) {
    check(BANK "complete no => PAYMENT_NOT_FOUND; decline no => PAYMENT_NOT_FOUND;"
               "retry no => PAYMENT_NOT_FOUND; dispatch no => PAYMENT_NOT_FOUND;"
               "lookup no => PAYMENT_NOT_FOUND; complete #99 => PAYMENT_NOT_FOUND;"
               "lookup #2 => PAYMENT_NOT_FOUND; lookup #1 => DONE COMPLETED");
}

Test(target, another_requester_may_not_touch_it) {
    check(BANK "hold r1 10>20 100; complete #2 by 8 => NOT_REQUESTER; decline #2 by 8 => "
               "NOT_REQUESTER; retry #2 by 8 => NOT_REQUESTER; dispatch #2 by 8 => NOT_REQUESTER;"
               "lookup #2 by 8 => NOT_REQUESTER; complete r1 by 8 => PAYMENT_NOT_FOUND;"
               "lookup #2 => DONE HELD; complete #2");
}

Test(target, not_requester_comes_before_the_state) {
    check(BANK "hold r1 10>20 100; complete r1; complete #2 by 8 => NOT_REQUESTER;"
               "decline #2 by 8 => NOT_REQUESTER");
}

Test(target, an_operator_may_touch_any) {
    check(BANK "hold r1 10>20 100; lookup r1 operator => DONE HELD; complete r1 operator;"
               "hold r2 10>20 100; decline r2 operator");
}

Test(target, without_id_an_operator_names_nothing) {
    check(BANK "lookup in by 0 => BAD_COMMAND; complete in by 0 => BAD_COMMAND");
}

Test(target, frozen_accounts_still_end_their_holds) {
    check(BANK
          "hold r1 10>20 100; hold r2 10>20 50; change 10 flags frozen; change 20 flags frozen;"
          "complete r1; decline r2; balance 20 = 100; available 10 = 900");
}

/* ---- Waiting for funds ---- */

Test(target, without_funds_it_waits_and_holds_nothing) {
    check(BANK "hold r1 10>20 5000 wait => DONE WAITING; available 10 = 1000; credits_pending 20 = "
               "0; day_turnover 10 = 0; complete r1 => NO_HOLD; dispatch r1 => NO_HOLD;"
               "hold r1 10>20 5000 wait => REPLAYED WAITING");
}

Test(target, with_funds_it_does_not_wait) {
    check(BANK "hold r1 10>20 1000 wait => DONE HELD; pay r2 1>20 5 wait => DONE COMPLETED");
}

Test(target, only_lack_of_funds_waits) {
    check(BANK "change 20 ceiling 10; hold r1 10>20 5000 wait => OVER_CEILING; change 10 day 100;"
               "hold r2 10>30 5000 wait => OVER_DAY_LIMIT; change 10 flags frozen;"
               "hold r3 10>30 5000 wait => DEBIT_FROZEN");
}

Test(target, retry_holds_when_the_money_came) {
    check(BANK "hold r1 10>20 1500 wait => DONE WAITING; retry r1 => FUNDS; lookup r1 => DONE "
               "WAITING; pay r2 1>10 500; retry r1 => DONE HELD; available 10 = 0;"
               "retry r1 => REPLAYED HELD; complete r1; balance 20 = 1500");
}

Test(target, retry_posts_what_was_opened_to_post) {
    check(BANK
          "pay r1 10>20 1500 wait => DONE WAITING; pay r2 1>10 500; retry r1 => DONE COMPLETED;"
          "balance 20 = 1500; retry r1 => REPLAYED COMPLETED");
}

Test(target, retry_checks_all_once_more) {
    check(BANK
          "hold r1 10>20 1500 wait => DONE WAITING; change 10 flags closed => ACCOUNT_NOT_EMPTY;"
          "change 20 flags closed; retry r1 => CREDIT_CLOSED; change 20 flags frozen;"
          "retry r1 => CREDIT_FROZEN; change 10 flags frozen; retry r1 => DEBIT_FROZEN;"
          "change 10 flags none; change 20 flags none ceiling 1499; retry r1 => OVER_CEILING;"
          "change 20 ceiling 1500; change 10 day 1499 month 1499; retry r1 => OVER_DAY_LIMIT;"
          "change 10 day 1500; retry r1 => OVER_MONTH_LIMIT; change 10 month 1500;"
          "retry r1 => FUNDS; lookup r1 => DONE WAITING; pay r2 1>10 500; retry r1 => DONE HELD");
}

Test(target, waiting_may_be_declined) {
    check(BANK "hold r1 10>20 1500 wait => DONE WAITING; decline r1; available 10 = 1000;"
               "debits_pending 10 = 0; pay r2 1>10 500; retry r1 => REPLAYED DECLINED");
}

Test(target, waiting_does_not_keep_an_account_open) {
    check(BANK "hold r1 20>10 100 wait => DONE WAITING; change 20 flags closed; retry r1 => "
               "DEBIT_CLOSED");
}

/* ---- At the provider ---- */

Test(target, only_the_provider_ends_what_it_was_sent) {
    check(BANK "hold r1 10>30 100; dispatch r1 => DONE HELD; dispatch r1 => REPLAYED HELD;"
               "decline r1 => AT_PROVIDER; complete r1 => AT_PROVIDER; decline r1 operator => "
               "AT_PROVIDER; retry r1 => REPLAYED HELD; complete r1 provider; balance 30 = 100");
}

Test(target, the_providers_refusal_declines) {
    check(BANK "hold r1 10>30 100; dispatch r1; decline r1 provider; available 10 = 1000;"
               "decline r1 => REPLAYED DECLINED; dispatch r1 => ALREADY_DECLINED;"
               "complete r1 provider => ALREADY_DECLINED");
}

Test(target, dispatched_is_kept) {
    check(BANK "hold r1 10>30 100 expires 60; dispatch r1; payment r1 flags = 4;"
               "payment r1 deadline_ns = 0; complete r1 provider; payment r1 flags = 4");
}

Test(target, provider_may_answer_what_was_not_dispatched) {
    check(BANK "hold r1 10>30 100; complete r1 provider; hold r2 10>30 100; decline r2 provider");
}
