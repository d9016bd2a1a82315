/* Opening and closing a ledger: options, folders, locks, versions, clocks. */
#include "tests/lib/rig.h"
#include "tests/unit/ledger/check.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct rig rig;

static void start(void) {
    rig_start(&rig);
}

static void make(void) {
    rig_make(&rig);
}

static void stop(void) {
    rig_stop(&rig);
}

static void fails(int expected) {
    int error = rig_open(&rig);
    cr_assert_eq(error, expected, "opening gave %d (%s), not %d", error, rig.failure.text,
                 expected);
    cr_assert_eq(rig.failure.error, expected);
    cr_assert(rig.failure.text[0] != '\0');
}

Test(open, makes_a_new_ledger_and_finds_it_again, .init = start, .fini = stop) {
    cr_assert_eq(rig_pay(&rig, "r1", 1, 10, 100).status, LEDGER_DONE);
    rig.options.must_exist = true;
    rig_reopen(&rig);
    cr_assert_eq(rig_balance(&rig, 10), 100);
    cr_assert_eq(rig_pay(&rig, "r1", 1, 10, 100).status, LEDGER_REPLAYED);
}

Test(open, must_exist_makes_nothing, .init = make, .fini = stop) {
    rig.options.must_exist = true;
    fails(LEDGER_EFOLDER);
    cr_assert(access(rig.data, F_OK) != 0, "nothing was made");
}

Test(open, a_file_is_no_folder, .init = make, .fini = stop) {
    int file = open(rig.data, O_CREAT | O_WRONLY, 0600);
    cr_assert(file >= 0);
    close(file);
    fails(LEDGER_EFOLDER);
}

Test(open, options_out_of_range_are_refused, .init = make, .fini = stop) {
    struct ledger_options good = rig.options;
    rig.options.table_bytes = 1;
    fails(LEDGER_EOPTIONS);
    rig.options = good;
    rig.options.account_slots = 1;
    fails(LEDGER_EOPTIONS);
    rig.options = good;
    rig.options.segment_bytes = 1000;
    fails(LEDGER_EOPTIONS);
    rig.options = good;
    rig.options.map_bytes = 5;
    fails(LEDGER_EOPTIONS);
    rig.options = good;
    rig.options.open_payments = UINT32_MAX;
    fails(LEDGER_EOPTIONS);
}

Test(open, a_second_opener_is_locked_out, .init = start, .fini = stop) {
    struct rig second = rig;
    second.ledger = NULL;
    cr_assert_eq(rig_open(&second), LEDGER_ELOCKED);
    cr_assert_eq(rig_pay(&rig, "r1", 1, 10, 100).status, LEDGER_DONE);
    rig_reopen(&rig);
    cr_assert_eq(rig_balance(&rig, 10), 100);
}

static void try_to_open(struct rig *unused, void *shared) {
    (void)unused;
    struct rig second = rig;
    second.ledger = NULL;
    *(int *)shared = rig_open(&second);
}

Test(open, another_process_is_locked_out, .init = start, .fini = stop) {
    struct rig other;
    int error = 0;
    rig_make(&other); /* rig_crash opens a ledger of its own: not the one in question */
    cr_assert_eq(rig_crash(&other, try_to_open, &error, sizeof error), 0);
    cr_assert_eq(error, LEDGER_ELOCKED);
    rig_stop(&other);
}

Test(open, options_may_change_between_runs, .init = start, .fini = stop) {
    cr_assert_eq(rig_pay(&rig, "r1", 1, 10, 100).status, LEDGER_DONE);
    rig.options.table_bytes *= 2, rig.options.account_slots *= 2, rig.options.filter_bytes /= 4;
    rig.options.segment_bytes *= 2, rig.options.hash_seed += 1, rig.options.map_bytes *= 2;
    rig_reopen(&rig);
    cr_assert_eq(rig_pay(&rig, "r1", 1, 10, 100).status, LEDGER_REPLAYED);
    cr_assert_eq(rig_pay(&rig, "r2", 1, 10, 100).status, LEDGER_DONE);
    rig.options.segment_bytes /= 2, rig.options.account_slots /= 2;
    rig_reopen(&rig);
    cr_assert_eq(rig_balance(&rig, 10), 200);
}

Test(open, closing_nothing_is_fine) {
    cr_assert_eq(ledger_close(NULL), 0);
}

/* ---- The clock ---- */

Test(open, time_never_falls_within_a_run, .init = start, .fini = stop) {
    struct ledger_stats before, after;
    ledger_stats(rig.ledger, &before);
    rig.now_ns -= 7200 * (uint64_t)SECOND_NS;
    struct ledger_result first = rig_pay(&rig, "r1", 1, 10, 100);
    cr_assert_eq(first.status, LEDGER_DONE);
    ledger_stats(rig.ledger, &after);
    cr_assert_eq(after.time_ns, before.time_ns + 1);
    cr_assert(after.clock_behind_ns >= 7199 * (uint64_t)SECOND_NS);
    rig.now_ns += 7300 * (uint64_t)SECOND_NS;
    rig_pay(&rig, "r2", 1, 10, 100);
    ledger_stats(rig.ledger, &after);
    cr_assert_eq(after.time_ns, rig.now_ns);
    cr_assert_eq(after.clock_behind_ns, 0);
}

static void crash_after_a_payment(struct rig *inside, void *shared) {
    (void)shared;
    rig_account(inside, 1, LEDGER_ACCOUNT_OVERDRAFT);
    rig_account(inside, 10, 0);
    rig_pay(inside, "r1", 1, 10, 100);
}

Test(open, a_clock_far_behind_is_refused, .init = make, .fini = stop) {
    cr_assert_eq(rig_crash(&rig, crash_after_a_payment, NULL, 0), 0);
    rig.now_ns -= 3601 * (uint64_t)SECOND_NS;
    fails(LEDGER_ECLOCK); /* the batch is in the journal */
    rig.now_ns += 3600 * (uint64_t)SECOND_NS;
    cr_assert_eq(rig_open(&rig), 0);
    cr_assert_eq(ledger_close(rig.ledger), 0);
    rig.ledger = NULL;
    rig.now_ns -= 3600 * (uint64_t)SECOND_NS;
    fails(LEDGER_ECLOCK); /* the batch is in LMDB */
    rig.options.clock_back_ns = 3602 * (uint64_t)SECOND_NS;
    cr_assert_eq(rig_open(&rig), 0);
    cr_assert_eq(rig_pay(&rig, "r2", 1, 10, 100).status, LEDGER_DONE);
    cr_assert_eq(rig_balance(&rig, 10), 200);
}

/* ---- Counters ---- */

Test(open, stats_count_what_was_answered, .init = start, .fini = stop) {
    struct ledger_stats stats;
    rig_pay(&rig, "r1", 1, 10, 100);
    rig_pay(&rig, "r1", 1, 10, 100);
    rig_hold(&rig, "r2", 10, 20, 60, 0);
    rig_hold(&rig, "r3", 10, 20, 60, 0);
    ledger_stats(rig.ledger, &stats);
    cr_assert_eq(stats.payments, 2);
    cr_assert_eq(stats.open_payments, 1);
    cr_assert_eq(stats.statuses[LEDGER_DONE], 6); /* 4 accounts, 2 payments */
    cr_assert_eq(stats.statuses[LEDGER_REPLAYED], 1);
    cr_assert_eq(stats.statuses[LEDGER_FUNDS], 1);
    cr_assert(stats.journal_bytes > 0 && stats.journal_segments > 0);
    cr_assert_eq(ledger_flush(rig.ledger), 0);
    ledger_stats(rig.ledger, &stats);
    cr_assert_eq(stats.checkpoint_sequence, stats.sequence);
    cr_assert(stats.checkpoints > 0 && stats.store_bytes > 0 &&
              stats.store_bytes <= stats.store_bytes_max);
    cr_assert_eq(stats.checkpoint_failures, 0);
}

Test(open, lookups_are_not_journalled, .init = start, .fini = stop) {
    struct ledger_stats before, after;
    ledger_stats(rig.ledger, &before);
    rig_look(&rig, 10);
    rig_target(&rig, LEDGER_LOOKUP, "none");
    ledger_stats(rig.ledger, &after);
    cr_assert_eq(after.sequence, before.sequence);
    cr_assert_eq(after.journal_bytes, before.journal_bytes);
}

Test(open, recovery_says_what_it_replayed, .init = make, .fini = stop) {
    struct ledger_stats stats;
    rig.options.checkpoint_ns = 3600 * (uint64_t)SECOND_NS;
    cr_assert_eq(rig_crash(&rig, crash_after_a_payment, NULL, 0), 0);
    cr_assert_eq(rig_open(&rig), 0);
    ledger_stats(rig.ledger, &stats);
    cr_assert_eq(stats.replayed_batches, 3);
    cr_assert_eq(stats.replayed_commands, 3);
    cr_assert_eq(stats.sequence, 3);
    cr_assert_eq(rig_balance(&rig, 10), 100);
}
