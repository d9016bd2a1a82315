/* Deliveries to providers: made with the hold, kept with their attempts, ended by the provider
 * alone. */
#include "tests/lib/rig.h"
#include "tests/unit/ledger/check.h"

#include <string.h>

#define BANK                                                                                       \
    "account 1 issuer overdraft; account 10; account 20; account 30; pay in 1>10 1000; at "        \
    "2026-03-10T13:00:00; "

Test(delivery, only_the_provider_completes_it) {
    check(BANK "hold r 10>20 100 deliver 7; complete r => AT_PROVIDER;"
               "complete r operator => AT_PROVIDER; dispatch r; complete r provider;"
               "balance 20 = 100; payment r flags = 36");
}

Test(delivery, before_its_dispatch_it_may_be_declined_and_after_it_not) {
    check(BANK "hold r 10>20 100 deliver 7; decline r; dispatch r => ALREADY_DECLINED;"
               "hold s 10>20 100 deliver 7; dispatch s; decline s => AT_PROVIDER;"
               "decline s operator => AT_PROVIDER; decline s provider; available 10 = 1000");
}

Test(delivery, repeats_tell_and_never_complete_it) {
    check(BANK "hold r 10>20 100 deliver 7 repeats 1; wait 5;"
               "hold r 10>20 100 deliver 7 repeats 1 => REPLAYED HELD; balance 20 = 0");
}

Test(delivery, a_repeat_for_another_provider_is_another_payment) {
    check(BANK "hold r 10>20 100 deliver 7; hold r 10>20 100 deliver 8 => REF_CONFLICT;"
               "hold r 10>20 100 => REF_CONFLICT; hold r 10>20 100 deliver 7 => REPLAYED HELD");
}

Test(delivery, has_no_deadline) {
    check(BANK "hold r 10>20 100 deliver 7 expires 60; wait 600; expire 10 = 0;"
               "payment r state = HELD");
}

/* Its repeat may say no provider, when the registry has none to say: such as in maintenance. */
Test(delivery, has_no_deadline_whatever_a_repeat_says) {
    check(BANK "hold r 20>30 50 wait deliver 7 repeats 1 expires 60 attributes abc match 3 => DONE "
               "WAITING; pay p 10>20 60;"
               "hold r 10>30 1 wait repeats 1 expires 60 attributes abc match 3 => DONE HELD;"
               "wait 600; expire 10 = 0; payment r state = HELD");
}

Test(delivery, and_without_one_there_is_a_deadline_whatever_a_repeat_says) {
    check(BANK
          "hold r 20>30 50 wait repeats 1000 expires 60 attributes abc match 3 => DONE WAITING;"
          "pay p 10>20 60;"
          "hold r 20>30 50 wait deliver 7 repeats 1000 expires 60 attributes abc match 3 => "
          "DONE HELD; wait 600; expire 10 = 1; payment r state = DECLINED");
}

Test(delivery, a_posted_payment_has_none) {
    check(BANK "pay r 10>20 100 deliver 7 => BAD_COMMAND");
}

static struct rig rig;

static void start(void) {
    rig_start(&rig);
    cr_assert_eq(rig_account(&rig, 5, LEDGER_ACCOUNT_OVERDRAFT).status, LEDGER_DONE);
}

static void stop(void) {
    rig_stop(&rig);
}

static struct ledger_result open_to(const char *reference, uint64_t debit, uint32_t provider) {
    _Alignas(8) uint8_t memory[LEDGER_COMMAND_MAX];
    struct ledger_writer writer = {.base = memory, .size = sizeof memory};
    struct ledger_leg_request leg = {debit, 20, 100};
    struct ledger_open open = {.requester = RIG_REQUESTER,
                               .reference = reference,
                               .reference_size = (uint32_t)strlen(reference),
                               .legs = &leg,
                               .leg_count = 1,
                               .wait_for_funds = true,
                               .repeat_after_ms = 1,
                               .deliver_to = provider};
    struct ledger_result result;
    cr_assert_eq(ledger_put_open(&writer, &open), LEDGER_DONE);
    rig_commit(&rig, &writer, &result);
    return result;
}

static uint16_t attempt(uint64_t payment, int32_t code, uint64_t next_ns, const char *id) {
    _Alignas(8) uint8_t memory[LEDGER_COMMAND_MAX];
    struct ledger_writer writer = {.base = memory, .size = sizeof memory};
    struct ledger_attempt_request request = {.payment = payment,
                                             .next_ns = next_ns,
                                             .latency_us = 5000,
                                             .verdict = 3,
                                             .code = code,
                                             .provider_id = id,
                                             .provider_id_size = (uint32_t)strlen(id)};
    struct ledger_result result;
    cr_assert_eq(ledger_put_attempt(&writer, &request), LEDGER_DONE);
    rig_commit(&rig, &writer, &result);
    return result.status;
}

/* The record, copied; attempts[LEDGER_ATTEMPTS_KEPT]. */
static uint16_t look(uint64_t payment, struct ledger_delivery *head,
                     struct ledger_attempt *attempts) {
    _Alignas(8) uint8_t memory[LEDGER_COMMAND_MAX];
    struct ledger_writer writer = {.base = memory, .size = sizeof memory};
    struct ledger_result result;
    cr_assert_eq(ledger_put_delivery_lookup(&writer, payment), LEDGER_DONE);
    rig_commit(&rig, &writer, &result);
    if (result.status == LEDGER_DONE) {
        const struct ledger_delivery *delivery = result.body;
        *head = *delivery;
        memcpy(attempts, ledger_delivery_attempts(delivery), delivery->kept * sizeof attempts[0]);
    }
    return result.status;
}

static const struct ledger_due *due(uint32_t expected) {
    uint32_t count;
    const struct ledger_due *list = ledger_new_deliveries(rig.ledger, &count);
    cr_assert_eq(count, expected);
    return list;
}

Test(delivery, is_due_from_the_commit_that_holds_its_payment, .init = start, .fini = stop) {
    struct ledger_result held = open_to("a", 5, 7);
    cr_assert_eq(held.state, LEDGER_HELD);
    cr_expect_eq(due(1)->payment, held.payment);
    cr_expect_eq(due(1)->provider, 7);
    (void)open_to("a", 5, 7);
    (void)due(0); /* a repeat makes no second one */
    cr_assert_eq(open_to("b", 30, 8).state, LEDGER_WAITING);
    (void)due(0);
    cr_assert_eq(rig_pay(&rig, "fund", 5, 30, 100).status, LEDGER_DONE);
    struct ledger_result later = open_to("b", 30, 8);
    cr_assert_eq(later.state, LEDGER_HELD);
    cr_expect_eq(due(1)->payment, later.payment);
    cr_expect_eq(due(1)->provider, 8);
}

Test(delivery, all_that_are_held_are_found_again_after_a_restart, .init = start, .fini = stop) {
    uint64_t a = open_to("a", 5, 7).payment, b = open_to("b", 5, 8).payment;
    (void)open_to("waits", 30, 9);
    cr_assert_eq(rig_hold(&rig, "plain", 5, 20, 1, 0).status, LEDGER_DONE);
    cr_assert_eq(attempt(b, 90, 12345, ""), LEDGER_DONE);
    rig_reopen(&rig);
    uint64_t place = 0, found = 0;
    struct ledger_due next;
    while (ledger_next_delivery(rig.ledger, &place, &next)) {
        cr_expect(next.payment == a || next.payment == b);
        cr_expect_eq(next.provider, next.payment == a ? 7 : 8);
        cr_expect_eq(next.next_ns, next.payment == a ? 0 : 12345);
        found++;
    }
    cr_expect_eq(found, 2);
    (void)due(0);
}

Test(delivery, keeps_the_first_attempt_and_the_last_ones, .init = start, .fini = stop) {
    struct ledger_delivery head;
    struct ledger_attempt attempts[LEDGER_ATTEMPTS_KEPT];
    uint64_t payment = open_to("a", 5, 7).payment;
    cr_assert_eq(look(payment, &head, attempts), LEDGER_DONE);
    cr_expect_eq(head.attempts, 0);
    for (int i = 1; i <= 40; i++)
        cr_assert_eq(attempt(payment, i, (uint64_t)i, i == 3 ? "prv-3" : ""), LEDGER_DONE);
    rig_reopen(&rig);
    cr_assert_eq(look(payment, &head, attempts), LEDGER_DONE);
    cr_expect_eq(head.payment, payment);
    cr_expect_eq(head.attempts, 40);
    cr_expect_eq(head.next_ns, 40);
    cr_expect(head.id_size == 5 && memcmp(head.provider_id, "prv-3", 5) == 0);
    cr_assert_eq(head.kept, LEDGER_ATTEMPTS_KEPT);
    cr_expect_eq(attempts[0].code, 1);
    for (int i = 1; i < LEDGER_ATTEMPTS_KEPT; i++)
        cr_expect_eq(attempts[i].code, 40 - LEDGER_ATTEMPTS_KEPT + 1 + i);
    cr_expect_eq(attempts[0].latency_us, 5000);
}

Test(delivery, of_another_payment_there_is_none, .init = start, .fini = stop) {
    struct ledger_delivery head;
    struct ledger_attempt attempts[LEDGER_ATTEMPTS_KEPT];
    uint64_t payment = rig_hold(&rig, "plain", 5, 20, 1, 0).payment;
    cr_expect_eq(attempt(payment, 0, 0, ""), LEDGER_PAYMENT_NOT_FOUND);
    cr_expect_eq(look(payment, &head, attempts), LEDGER_RECORD_NOT_FOUND);
    cr_expect_eq(look(99, &head, attempts), LEDGER_RECORD_NOT_FOUND);
}

Test(delivery, is_in_the_snapshot_of_a_checkpoint, .init = start, .fini = stop) {
    struct ledger_snapshot *snapshot = NULL;
    static struct ledger_delivery_whole delivery;
    uint64_t payment = open_to("a", 5, 7).payment;
    cr_assert_eq(attempt(payment, -3, 12345, "prv"), LEDGER_DONE);
    cr_assert_eq(ledger_flush(rig.ledger), 0);
    cr_assert_eq(ledger_snapshot_open(rig.ledger, &snapshot), 0);
    cr_assert(ledger_snapshot_delivery(snapshot, payment, &delivery));
    cr_expect_eq(delivery.head.payment, payment);
    cr_expect_eq(delivery.head.next_ns, 12345);
    cr_expect_eq(delivery.head.kept, 1);
    cr_expect_eq(ledger_delivery_attempts(&delivery.head)[0].code, -3);
    cr_expect(!ledger_snapshot_delivery(snapshot, payment + 1, &delivery));
    ledger_snapshot_close(snapshot);
}
