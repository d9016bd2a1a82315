/* Callbacks: deliveries that tell a peer of a payment, while it is held and after its end; and
 * payments that are declined as they are opened. */
#include "tests/lib/rig.h"
#include "tests/unit/ledger/check.h"

#define BANK                                                                                       \
    "account 1 issuer overdraft; account 10; account 20; account 30; pay in 1>10 1000; at "        \
    "2026-03-10T13:00:00; "
#define HELD "hold r 10>20 100 deliver 7 callback expires 600; "
#define RESTART "flush; reopen; audit; crash; audit; "

/* flags: DELIVER 32, CALLBACK 64, TOLD 128; DISPATCHED 4, EXPIRED 8 */

Test(callback, while_the_peer_is_told_of_a_hold_only_its_answer_ends_it) {
    check(BANK HELD "complete r => AT_PROVIDER; dispatch r; complete r operator => AT_PROVIDER;"
                    "decline r => AT_PROVIDER; decline r operator => AT_PROVIDER;" RESTART
                    "decline r => AT_PROVIDER; complete r provider; balance 20 = 100;"
                    "payment r flags = 228");
}

Test(callback, no_deadline_is_in_force_while_the_peer_is_told) {
    check(BANK HELD "dispatch r; wait 700; expire 10 = 0;" RESTART "expire 10 = 0;"
                    "payment r state = HELD");
}

Test(callback, the_peers_refusal_is_no_news_to_it) {
    check(BANK HELD "dispatch r; decline r provider; payment r flags = 228; available 10 = 1000;"
                    "attempt r told => DONE DECLINED; payment r flags = 228;" RESTART);
}

Test(callback, one_that_was_told_is_its_requesters_to_complete) {
    check(BANK HELD "dispatch r; attempt r told => DONE HELD;" RESTART "complete #2 by 8 => "
                    "NOT_REQUESTER; complete r; balance 20 = 100; payment r flags = 228;" RESTART);
}

Test(callback, or_to_decline_which_is_no_news) {
    check(BANK HELD "dispatch r; attempt r told => DONE HELD; decline r; available 10 = 1000;"
                    "payment r flags = 228;" RESTART);
}

Test(callback, or_an_operators_to_decline_which_is_told) {
    check(BANK HELD "dispatch r; attempt r told => DONE HELD; decline r operator; "
                    "available 10 = 1000; payment r flags = 100;" RESTART
                    "payment r flags = 100; attempt r told => DONE DECLINED;"
                    "payment r flags = 228;" RESTART);
}

Test(callback, or_its_deadlines_which_is_told) {
    check(BANK HELD "dispatch r; attempt r told => DONE HELD; wait 599; expire 10 = 0; wait 2;"
                    "expire 10 = 1; available 10 = 1000; payment r flags = 108;" RESTART
                    "payment r flags = 108; expire 10 = 0; attempt r told => DONE DECLINED;"
                    "payment r flags = 236;" RESTART);
}

Test(callback, a_time_out_before_that_is_an_attempts_to_say_and_not_early) {
    check(BANK HELD "dispatch r; wait 599; attempt r timed-out => DONE HELD; wait 2;"
                    "attempt r timed-out => DONE DECLINED; available 10 = 1000;"
                    "payment r flags = 108; complete r provider => ALREADY_DECLINED;" RESTART
                    "attempt r told => DONE DECLINED; payment r flags = 236;"
                    "attempt r timed-out => DONE DECLINED; payment r flags = 236");
}

Test(callback, what_is_told_cannot_time_out_by_an_attempt) {
    check(BANK HELD "attempt r told => DONE HELD; wait 700; attempt r timed-out => DONE HELD;"
                    "expire 10 = 1");
}

Test(callback, declined_before_anything_left_it_is_told) {
    check(BANK HELD "decline r; payment r flags = 96; dispatch r => ALREADY_DECLINED;" RESTART
                    "attempt r told => DONE DECLINED; payment r flags = 224;" RESTART);
}

Test(callback, a_final_one_is_told_once_more_on_demand) {
    check(BANK HELD "dispatch r; notify r => REPLAYED; complete r provider; notify #2 by 8 => "
                    "NOT_REQUESTER; notify r => DONE COMPLETED; notify r => REPLAYED;"
                    "payment r flags = 100;" RESTART "payment r flags = 100;"
                    "complete r provider => REPLAYED; attempt r told => DONE COMPLETED;"
                    "payment r flags = 228; balance 20 = 100;" RESTART
                    "notify nobody => PAYMENT_NOT_FOUND");
}

Test(callback, other_payments_have_nobody_to_notify) {
    check(BANK "pay p 10>20 1; notify p => REPLAYED; hold d 10>20 100 deliver 7; dispatch d;"
               "attempt d told => AT_PROVIDER; attempt d timed-out => AT_PROVIDER; attempt d;"
               "notify d => REPLAYED; complete d provider; notify d => REPLAYED");
}

Test(callback, declined_as_it_is_opened_moves_nothing_and_uses_its_reference) {
    check(BANK "hold r 10>20 5000 declined => DONE DECLINED; available 10 = 1000;"
               "day_turnover 10 = 0; hold r 10>20 5000 declined => REPLAYED DECLINED;"
               "hold r 10>20 5000 => REF_CONFLICT; payment r flags = 0;" RESTART
               "hold r 10>20 5000 declined => REPLAYED DECLINED");
}

Test(callback, one_that_ended_declined_was_not_opened_so) {
    check(BANK "hold r 10>20 100; decline r; hold r 10>20 100 declined => REF_CONFLICT;"
               "hold r 10>20 100 => REPLAYED DECLINED;"
               "hold w 10>20 5000 wait => DONE WAITING; decline w;"
               "hold w 10>20 5000 wait => REPLAYED DECLINED;"
               "hold w 10>20 5000 declined => REF_CONFLICT");
}

Test(callback, declined_as_it_is_opened_is_told) {
    check(BANK "hold r 10>20 5000 declined deliver 7 callback expires 60 => DONE DECLINED;"
               "payment r flags = 96; wait 100; expire 10 = 0;" RESTART
               "attempt r told => DONE DECLINED; payment r flags = 224;" RESTART);
}

Test(callback, a_declined_one_still_names_accounts_that_are_there) {
    check(BANK "hold r 99>20 100 declined => DEBIT_NOT_FOUND; lookup r => PAYMENT_NOT_FOUND;"
               "change 20 flags frozen; hold r 10>20 100 declined => CREDIT_FROZEN");
}

Test(callback, flags_that_exclude_one_another_are_refused) {
    check(BANK "hold r 10>20 100 callback => BAD_COMMAND;"
               "hold r 10>20 100 deliver 7 callback wait => BAD_COMMAND;"
               "hold r 10>20 100 deliver 7 callback repeats 5 => BAD_COMMAND;"
               "pay r 10>20 100 declined => BAD_COMMAND;"
               "hold r 10>20 100 declined wait => BAD_COMMAND;"
               "hold r 10>20 100 declined repeats 5 => BAD_COMMAND;"
               "hold r 10>20 100 declined deliver 7 => BAD_COMMAND;"
               "issue 10 abc 60; hold r 10>20 100 declined token 10 abc => BAD_COMMAND");
}

Test(callback, a_repeat_without_it_is_another_payment) {
    check(BANK HELD "hold r 10>20 100 deliver 7 callback expires 5 => REPLAYED HELD;"
                    "hold r 10>20 100 deliver 7 => REF_CONFLICT");
}

static struct rig rig;

static void start(void) {
    rig_start(&rig);
    cr_assert_eq(rig_account(&rig, 5, LEDGER_ACCOUNT_OVERDRAFT).status, LEDGER_DONE);
}

static void stop(void) {
    rig_stop(&rig);
}

static struct ledger_result open_callback(const char *reference, uint32_t expires_in_s) {
    _Alignas(8) uint8_t memory[LEDGER_COMMAND_MAX];
    struct ledger_writer writer = {.base = memory, .size = sizeof memory};
    struct ledger_leg_request leg = {5, 20, 100};
    struct ledger_open open = {.requester = RIG_REQUESTER,
                               .reference = reference,
                               .reference_size = (uint32_t)strlen(reference),
                               .legs = &leg,
                               .leg_count = 1,
                               .callback = true,
                               .expires_in_s = expires_in_s,
                               .deliver_to = 7};
    struct ledger_result result;
    cr_assert_eq(ledger_put_open(&writer, &open), LEDGER_DONE);
    rig_commit(&rig, &writer, &result);
    return result;
}

static void attempt(uint64_t payment, enum ledger_attempt_outcome outcome) {
    _Alignas(8) uint8_t memory[LEDGER_COMMAND_MAX];
    struct ledger_writer writer = {.base = memory, .size = sizeof memory};
    struct ledger_attempt_request request = {.payment = payment, .outcome = outcome, .next_ns = 99};
    struct ledger_result result;
    cr_assert_eq(ledger_put_attempt(&writer, &request), LEDGER_DONE);
    rig_commit(&rig, &writer, &result);
    cr_assert_eq(result.status, LEDGER_DONE);
}

static uint32_t owed_after_restart(uint64_t payment, uint64_t *next_ns) {
    uint64_t place = 0;
    uint32_t count = 0;
    struct ledger_due due;
    rig_reopen(&rig);
    while (ledger_next_delivery(rig.ledger, &place, &due)) {
        cr_expect_eq(due.payment, payment);
        *next_ns = due.next_ns;
        count++;
    }
    return count;
}

Test(callback, is_owed_until_it_is_told_over_restarts, .init = start, .fini = stop) {
    uint64_t id = open_callback("a", 60).payment, next_ns = 0;
    attempt(id, LEDGER_ATTEMPT_GOES_ON);
    cr_expect_eq(owed_after_restart(id, &next_ns), 1);
    cr_expect_eq(next_ns, 99);
    attempt(id, LEDGER_ATTEMPT_TOLD);
    cr_expect_eq(owed_after_restart(id, &next_ns), 0);
}

Test(callback, an_end_by_deadline_is_due_at_once, .init = start, .fini = stop) {
    uint64_t id = open_callback("a", 60).payment, next_ns = 5;
    attempt(id, LEDGER_ATTEMPT_TOLD);
    rig.now_ns += (uint64_t)61 * 1000000000;
    _Alignas(8) uint8_t memory[64];
    struct ledger_writer writer = {.base = memory, .size = sizeof memory};
    struct ledger_result result;
    uint32_t count = 0;
    cr_assert_eq(ledger_put_expire(&writer, 5), LEDGER_DONE);
    rig_commit(&rig, &writer, &result);
    cr_expect_eq(result.payment, 1);
    const struct ledger_due *due = ledger_new_deliveries(rig.ledger, &count);
    cr_assert_eq(count, 1);
    cr_expect_eq(due->payment, id);
    cr_expect_eq(due->next_ns, 0);
    cr_expect_eq(owed_after_restart(id, &next_ns), 1);
    cr_expect_eq(next_ns, 0);
}

/* ---- Places -------------------------------------------------------------------------------- */

#define TELLS " 10>20 5 deliver 7 callback expires 600 "

static void check_with_a_share_of_two(const char *script) {
    struct ledger_options options = small_options(NULL);
    options.open_payments = 32;
    const char *why = script_run_with(script, &options);
    cr_assert(why == NULL, "%s", why);
}

/* A peer that never hears of it would keep them for ever. */
Test(callback, one_requester_may_not_fill_the_places_with_what_is_to_be_told) {
    check_with_a_share_of_two(
        BANK "hold a" TELLS "; hold b" TELLS "; flush; hold c" TELLS "=> BUSY;"
             "hold a" TELLS "=> REPLAYED HELD; hold d 10>20 5; hold e" TELLS "by 8; crash;"
             "hold c" TELLS "=> BUSY; decline b; flush; hold c" TELLS "=> BUSY; crash;"
             "hold c" TELLS "=> BUSY; attempt b told => DONE DECLINED; flush; hold c" TELLS);
}

Test(callback, what_its_peer_has_heard_of_frees_a_place_when_it_ends) {
    check_with_a_share_of_two(
        BANK "hold a" TELLS "; hold b" TELLS "; dispatch a; attempt a told => DONE HELD; flush;"
             "hold c" TELLS "=> BUSY; decline a; flush; hold c" TELLS "; flush; crash;"
             "hold d" TELLS "=> BUSY; dispatch b; complete b provider; flush; hold d" TELLS ";"
             "flush; hold e" TELLS "=> BUSY; dispatch c; decline c provider; flush; hold e" TELLS);
}

Test(callback, what_is_told_once_more_takes_a_place) {
    check_with_a_share_of_two(
        BANK "hold a" TELLS "; dispatch a; complete a provider; hold b" TELLS "; hold c" TELLS ";"
             "flush; notify a by 7 => BUSY; dispatch b; complete b provider; flush; notify a by 7;"
             "flush; hold d" TELLS "=> BUSY; attempt a told => DONE COMPLETED; flush; hold d" TELLS
             "; flush; crash; hold e" TELLS "=> BUSY");
}
