/* When there is no room: busy, and nothing that was acknowledged is lost. */
#include "tests/lib/require.h"
#include "tests/lib/rig.h"
#include "tests/unit/ledger/check.h"

#include <string.h>
#include <time.h>

enum { BATCH = 40, PAYMENTS_MAX = 100000 };

static struct rig rig;
static _Alignas(8) uint8_t memory[BATCH * LEDGER_COMMAND_MAX];
static bool acknowledged[PAYMENTS_MAX];

/* Commits one batch of payments first .. first + BATCH - 1, each of 1 tiyn to account 10 and with
 * attributes that use room up. Returns how many were refused as busy. */
static unsigned pay_batch(unsigned first) {
    static uint8_t attributes[LEDGER_ATTRIBUTES_MAX];
    struct ledger_writer writer = {.base = memory, .size = sizeof memory};
    struct ledger_leg_request leg = {.debit = 1, .credit = 10, .amount = 1};
    struct ledger_result results[BATCH];
    const void *commands[BATCH] = {NULL};
    unsigned busy = 0;
    for (unsigned i = 0; i < BATCH; i++) {
        char reference[16];
        int size = snprintf(reference, sizeof reference, "p%u", first + i);
        struct ledger_open open = {.requester = RIG_REQUESTER,
                                   .reference = reference,
                                   .reference_size = (uint32_t)size,
                                   .legs = &leg,
                                   .leg_count = 1,
                                   .post = true,
                                   .attributes = attributes,
                                   .attributes_size = sizeof attributes};
        commands[i] = memory + writer.used;
        cr_assert_eq(ledger_put_open(&writer, &open), LEDGER_DONE);
    }
    cr_assert_eq(ledger_commit(rig.ledger, rig.now_ns, commands, BATCH, results), 0);
    for (unsigned i = 0; i < BATCH; i++) {
        unsigned status = results[i].status;
        cr_assert(status == LEDGER_DONE || status == LEDGER_BUSY || status == LEDGER_REPLAYED);
        acknowledged[first + i] |= status != LEDGER_BUSY;
        busy += status == LEDGER_BUSY;
    }
    return busy;
}

/* Every acknowledged payment is there, and no other. */
static void check_acknowledged(unsigned count) {
    int64_t sum = 0;
    for (unsigned i = 0; i < count; i++) {
        char reference[16];
        snprintf(reference, sizeof reference, "p%u", i);
        unsigned expected = acknowledged[i] ? LEDGER_DONE : LEDGER_PAYMENT_NOT_FOUND;
        cr_assert_eq(rig_target(&rig, LEDGER_LOOKUP, reference).status, expected, "%s", reference);
        sum += acknowledged[i];
    }
    cr_assert_eq(rig_balance(&rig, 10), sum);
    cr_assert_eq(rig_faults(&rig), 0);
}

/* Lets the other thread work. */
static void rest(void) {
    struct timespec time = {.tv_nsec = 1000000};
    nanosleep(&time, NULL);
}

static void start(void) {
    rig_make(&rig);
    rig.options.table_bytes = MIB;
    memset(acknowledged, 0, sizeof acknowledged);
}

static void open_accounts(void) {
    cr_assert_eq(rig_open(&rig), 0, "%s", rig.failure.text);
    cr_assert_eq(rig_account(&rig, 1, LEDGER_ACCOUNT_OVERDRAFT).status, LEDGER_DONE);
    cr_assert_eq(rig_account(&rig, 10, 0).status, LEDGER_DONE);
}

static void stop(void) {
    rig_stop(&rig);
}

Test(room, full_tables_are_busy_until_a_checkpoint, .init = start, .fini = stop, .timeout = 120) {
    unsigned count = 0, busy = 0;
    open_accounts();
    for (; busy == 0; count += BATCH) { /* no tick: no checkpoint starts */
        cr_assert_lt(count, PAYMENTS_MAX - BATCH, "it never was full");
        busy = pay_batch(count);
    }
    cr_assert_not(ledger_has_room(rig.ledger));
    cr_assert_gt(pay_batch(count - BATCH), 0, "full stays full");
    check_acknowledged(count);
    cr_assert_eq(ledger_flush(rig.ledger), 0);
    cr_assert_eq(pay_batch(count - BATCH), 0, "the same references, asked again");
    check_acknowledged(count);
    rig_reopen(&rig);
    check_acknowledged(count);
}

Test(room, lookups_are_answered_when_full, .init = start, .fini = stop, .timeout = 120) {
    unsigned count = 0;
    open_accounts();
    while (pay_batch(count) < BATCH)
        count += BATCH;
    cr_assert_eq(rig_target(&rig, LEDGER_LOOKUP, "p0").status, LEDGER_DONE);
    cr_assert_eq(rig_balance(&rig, 10) > 0, true);
}

Test(room, with_ticks_tables_of_the_smallest_size_go_on, .init = start, .fini = stop,
     .timeout = 120) {
    open_accounts();
    unsigned count = 0;
    for (; count < 6000; count += BATCH) {
        for (unsigned tries = 0; pay_batch(count) > 0; tries++) {
            cr_assert_lt(tries, 5000, "it stayed busy");
            cr_assert_eq(ledger_tick(rig.ledger, rig.now_ns), 0);
            rest();
        }
        rig.now_ns += 1000000;
        cr_assert_eq(ledger_tick(rig.ledger, rig.now_ns), 0);
    }
    struct ledger_stats stats;
    ledger_stats(rig.ledger, &stats);
    cr_assert_gt(stats.checkpoints, 3);
    check_acknowledged(count);
}

Test(room, a_full_map_is_an_alarm_then_busy_and_loses_nothing, .init = start, .fini = stop,
     .timeout = 120) {
    unsigned count = 0, busy = 0;
    struct ledger_stats stats;
    rig.options.map_bytes = 4 * MIB;
    open_accounts();
    for (; busy < BATCH; count += BATCH) {
        cr_assert_lt(count, PAYMENTS_MAX - BATCH, "it never was full");
        busy = pay_batch(count);
        rig.now_ns += 100000000;
        cr_assert_eq(ledger_tick(rig.ledger, rig.now_ns), 0, "an alarm, not a stop");
        ledger_stats(rig.ledger, &stats);
        if (busy == BATCH && stats.checkpoint_failures == 0)
            rest(), busy = 0; /* the tables only wait for the other thread */
    }
    cr_assert_gt(stats.checkpoint_failures, 0);
    cr_assert_not(ledger_has_room(rig.ledger));
    cr_assert_eq(rig_target(&rig, LEDGER_LOOKUP, "p0").status, LEDGER_DONE);
    ledger_close(rig.ledger); /* cannot flush, and may say so */
    rig.options.map_bytes = 256 * MIB;
    cr_assert_eq(rig_open(&rig), 0, "%s", rig.failure.text);
    check_acknowledged(count);
    cr_assert_eq(pay_batch(count), 0);
    check_acknowledged(count + BATCH);
}

Test(room, a_full_map_opens_again_or_says_so, .init = start, .fini = stop, .timeout = 120) {
    unsigned count = 0;
    struct ledger_stats stats = {0};
    rig.options.map_bytes = 4 * MIB;
    open_accounts();
    for (; stats.checkpoint_failures == 0; count += BATCH) {
        cr_assert_lt(count, PAYMENTS_MAX - BATCH, "it never was full");
        if (pay_batch(count) > 0)
            rest();
        rig.now_ns += 100000000;
        cr_assert_eq(ledger_tick(rig.ledger, rig.now_ns), 0);
        ledger_stats(rig.ledger, &stats);
    }
    ledger_close(rig.ledger);
    int error = rig_open(&rig); /* what the tables do not hold must go to LMDB first */
    cr_assert(error == 0 || error == LEDGER_ESTORE, "%d: %s", error, rig.failure.text);
    ledger_close(rig.ledger);
    rig.options.map_bytes = 256 * MIB;
    cr_assert_eq(rig_open(&rig), 0, "%s", rig.failure.text);
    check_acknowledged(count);
}

Test(room, the_pause_is_bounded, .init = start, .fini = stop) {
    open_accounts();
    cr_assert_eq(ledger_pause_ns(rig.ledger, 1000), 0, "nothing to wait for when all is empty");
    for (unsigned count = 0; pay_batch(count) < BATCH; count += BATCH) {
        cr_assert_leq(ledger_pause_ns(rig.ledger, 1000000), LEDGER_PAUSE_MAX_NS);
        cr_assert_leq(ledger_pause_ns(rig.ledger, UINT64_MAX / 2), LEDGER_PAUSE_MAX_NS);
    }
}
