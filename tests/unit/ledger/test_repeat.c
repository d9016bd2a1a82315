/* Repeats of a request: which ones are the same, and those that move their payment on. */
#include "tests/lib/options.h"
#include "tests/unit/ledger/check.h"

#define BANK                                                                                       \
    "account 1 issuer overdraft; account 10; account 20; account 30; pay in 1>10 1000; at "        \
    "2026-03-10T13:00:00; "

Test(repeat, is_the_same_by_what_matches_whatever_its_fees_and_date) {
    check(BANK "hold r 10>20 100 10>30 5 attributes abcdef match 3;"
               "hold r 10>20 100 10>30 7 attributes abcxyz match 3 => REPLAYED HELD;"
               "hold r 10>20 100 attributes abc match 3 date 20250101 => REPLAYED HELD;"
               "hold r 10>20 100 10>30 5 attributes abdef match 3 => REF_CONFLICT;"
               "hold r 10>20 100 attributes abcdef op 2 match 3 => REF_CONFLICT;"
               "hold r 10>20 100 attributes abcdefgh match 7 => REF_CONFLICT;"
               "available 10 = 895");
}

Test(repeat, completes_what_was_held_long_enough) {
    check(BANK "hold r 10>20 100 repeats 1500 => DONE HELD;"
               "hold r 10>20 100 repeats 1500 => REPLAYED HELD;"
               "wait 1; hold r 10>20 100 repeats 1500 => REPLAYED HELD; balance 20 = 0;"
               "wait 1; hold r 10>20 100 repeats 1500 => DONE COMPLETED; balance 20 = 100;"
               "hold r 10>20 100 repeats 1500 => REPLAYED COMPLETED; balance 20 = 100;"
               "payment r flags = 16");
}

Test(repeat, tries_what_waits_again_and_its_hold_begins_then) {
    check(BANK "hold r 20>30 50 wait repeats 1000 expires 60 => DONE WAITING; wait 5;"
               "hold r 20>30 50 wait repeats 1000 expires 60 => REPLAYED WAITING;"
               "pay p 10>20 60; hold r 20>30 50 wait repeats 1000 expires 60 => DONE HELD;"
               "hold r 20>30 50 wait repeats 1000 expires 60 => REPLAYED HELD;"
               "wait 2; hold r 20>30 50 wait repeats 1000 expires 60 => DONE COMPLETED;"
               "balance 30 = 50");
}

Test(repeat, the_deadline_counts_from_the_hold_and_what_waits_has_none) {
    check(BANK "hold r 20>30 50 wait repeats 1000 expires 60 => DONE WAITING; wait 600;"
               "expire 10 = 0; pay p 10>20 60;"
               "hold r 20>30 50 wait repeats 1000 expires 60 => DONE HELD; wait 59; expire 10 = 0;"
               "wait 2; expire 10 = 1;"
               "hold r 20>30 50 wait repeats 1000 expires 60 => REPLAYED DECLINED;"
               "available 20 = 60");
}

Test(repeat, of_a_declined_one_brings_nothing_back) {
    check(BANK "hold r 10>20 100 repeats 1; decline r operator; wait 5;"
               "hold r 10>20 100 repeats 1 => REPLAYED DECLINED; balance 20 = 0");
}

Test(repeat, of_one_at_its_provider_only_tells) {
    check(BANK "hold r 10>20 100 repeats 1; dispatch r; wait 5;"
               "hold r 10>20 100 repeats 1 => REPLAYED HELD; balance 20 = 0");
}

Test(repeat, an_operator_leaves_the_retry_to_the_requester) {
    check(BANK "hold r 20>30 50 wait repeats 1 => DONE WAITING; pay p 10>20 60;"
               "retry r operator => REPLAYED WAITING; decline r operator; available 20 = 60");
}

Test(repeat, nobody_else_of_the_requester_s_ends_the_payment) {
    check(BANK "hold r 10>20 100 repeats 1000; complete r => PAYMENT_NOT_FOUND;"
               "decline r => PAYMENT_NOT_FOUND; decline r operator; balance 20 = 0");
}

Test(repeat, needs_no_token_again) {
    check(BANK "issue 10 secret 60; hold r 10>20 100 repeats 1 token 10 secret;"
               "wait 2; hold r 10>20 100 repeats 1 token 10 wrong => DONE COMPLETED");
}

Test(repeat, survives_a_crash) {
    check(BANK "hold r 10>20 100 repeats 1000; crash; wait 2;"
               "hold r 10>20 100 repeats 1000 => DONE COMPLETED; crash;"
               "hold r 10>20 100 repeats 1000 => REPLAYED COMPLETED; balance 20 = 100");
}

Test(repeat, with_an_id_and_a_reference_the_payment_has_both) {
    check(BANK "hold r 10>20 1; hold s 10>20 1; complete #2 ref s => PAYMENT_NOT_FOUND;"
               "complete #2 ref r; decline #3 ref s; lookup #3 ref r => PAYMENT_NOT_FOUND");
}

static void check_with_places(uint32_t open_payments, const char *script) {
    struct ledger_options options = small_options(NULL);
    options.open_payments = open_payments;
    const char *why = script_run_with(script, &options);
    cr_assert(why == NULL, "%s", why);
}

Test(repeat, passes_when_no_place_for_open_payments_is_left) {
    check_with_places(
        2, BANK "hold r 10>20 100 repeats 1000; hold s 10>20 1; hold t 10>20 1 => BUSY; wait 2;"
                "hold r 10>20 100 repeats 1000 => DONE COMPLETED; flush; hold t 10>20 1; flush;"
                "hold s 10>20 1 => REPLAYED HELD; hold u 10>20 1 => BUSY");
}

Test(repeat, one_requester_may_not_fill_the_places_with_what_waits) {
    check_with_places(
        32, BANK
        "hold a 20>30 5 wait by 8 => DONE WAITING; hold b 20>30 5 wait by 8 => DONE "
        "WAITING; flush; hold c 20>30 5 wait by 8 => BUSY; hold a 20>30 5 wait by 8 => REPLAYED "
        "WAITING; hold d 20>30 5 wait => DONE WAITING; crash;"
        "hold c 20>30 5 wait by 8 => BUSY; decline a by 8; flush; hold c 20>30 5 wait by 8 => "
        "DONE WAITING; flush; crash; hold e 20>30 5 wait by 8 => BUSY;"
        "pay p 10>20 50; retry b by 8 => DONE HELD; retry c by 8 => DONE HELD; flush;"
        "hold e 30>20 5 wait by 8 => DONE WAITING");
}
