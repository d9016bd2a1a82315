/* Snapshots: consistent views of the last checkpoint, for other threads. */
#include "tests/lib/rig.h"
#include "tests/unit/ledger/check.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static struct rig rig;
static struct ledger_snapshot *snapshot;

static void start(void) {
    rig_start(&rig);
    rig_pay(&rig, "a", 1, 10, 1000);
    rig_pay(&rig, "b", 10, 20, 300);
    rig_hold(&rig, "c", 10, 30, 50, 0);
    cr_assert_eq(ledger_flush(rig.ledger), 0);
    cr_assert_eq(ledger_snapshot_open(rig.ledger, &snapshot), 0);
}

static void stop(void) {
    ledger_snapshot_close(snapshot);
    rig_stop(&rig);
}

Test(snapshot, has_what_was_flushed, .init = start, .fini = stop) {
    struct ledger_stats stats;
    const struct ledger_account *account = ledger_snapshot_account(snapshot, 10);
    cr_assert_eq(account->credits_posted, 1000);
    cr_assert_eq(account->debits_posted, 300);
    cr_assert_eq(account->debits_pending, 50);
    const struct ledger_payment *payment = ledger_snapshot_payment(snapshot, 2);
    cr_assert_eq(payment->state, LEDGER_COMPLETED);
    cr_assert_eq(ledger_payment_legs(payment)[0].amount, 300);
    cr_assert_eq(memcmp(ledger_payment_reference(payment), "b", 1), 0);
    ledger_stats(rig.ledger, &stats);
    cr_assert_eq(ledger_snapshot_sequence(snapshot), stats.sequence);
}

Test(snapshot, of_what_is_not_there_is_null, .init = start, .fini = stop) {
    cr_assert_null(ledger_snapshot_account(snapshot, 11));
    cr_assert_null(ledger_snapshot_payment(snapshot, 4));
    cr_assert_null(ledger_snapshot_payment(snapshot, 0));
    cr_assert_null(ledger_snapshot_next_account(snapshot, 31));
    cr_assert_null(ledger_snapshot_next_payment(snapshot, 4));
    cr_assert_null(ledger_snapshot_next_open(snapshot, 4));
}

Test(snapshot, walks_rise, .init = start, .fini = stop) {
    static const uint64_t expected[] = {1, 10, 20, 30};
    uint64_t from = 0;
    for (size_t i = 0; i < 4; i++) {
        const struct ledger_account *account = ledger_snapshot_next_account(snapshot, from);
        cr_assert_eq(account->id, expected[i]);
        from = account->id + 1;
    }
    cr_assert_eq(ledger_snapshot_next_payment(snapshot, 0)->id, 1);
    cr_assert_eq(ledger_snapshot_next_payment(snapshot, 3)->id, 3);
    cr_assert_eq(ledger_snapshot_next_open(snapshot, 0)->id, 3);
}

Test(snapshot, stays_as_it_was, .init = start, .fini = stop) {
    uint64_t sequence = ledger_snapshot_sequence(snapshot);
    const struct ledger_payment *payment = ledger_snapshot_payment(snapshot, 3);
    rig_target(&rig, LEDGER_COMPLETE, "c");
    rig_pay(&rig, "d", 10, 20, 1);
    cr_assert_eq(ledger_flush(rig.ledger), 0);
    cr_assert_eq(ledger_snapshot_sequence(snapshot), sequence);
    cr_assert_eq(payment->state, LEDGER_HELD);
    cr_assert_eq(ledger_snapshot_account(snapshot, 10)->debits_pending, 50);
    cr_assert_null(ledger_snapshot_payment(snapshot, 4));
    struct ledger_snapshot *newer = NULL;
    cr_assert_eq(ledger_snapshot_open(rig.ledger, &newer), 0);
    cr_assert_eq(ledger_snapshot_payment(newer, 3)->state, LEDGER_COMPLETED);
    cr_assert_eq(ledger_snapshot_account(newer, 10)->debits_posted, 351);
    cr_assert_null(ledger_snapshot_next_open(newer, 0));
    ledger_snapshot_close(newer);
}

Test(snapshot, a_statement_is_a_walk, .init = start, .fini = stop) {
    static const int64_t balances[] = {700, 1000};
    uint64_t link = ledger_snapshot_account(snapshot, 10)->entry_head;
    for (size_t i = 0; i < 2; i++) {
        const struct ledger_payment *payment =
            ledger_snapshot_payment(snapshot, LEDGER_ENTRY_PAYMENT(link));
        const struct ledger_leg *leg = &ledger_payment_legs(payment)[LEDGER_ENTRY_LEG(link)];
        bool credit = LEDGER_ENTRY_CREDIT(link);
        cr_assert_eq(credit ? leg->credit : leg->debit, 10);
        cr_assert_eq(credit ? leg->credit_balance : leg->debit_balance, balances[i]);
        link = credit ? leg->credit_previous : leg->debit_previous;
    }
    cr_assert_eq(link, 0);
}

Test(snapshot, only_so_many_are_open_at_once, .init = start, .fini = stop) {
    struct ledger_snapshot *more[LEDGER_SNAPSHOTS_MAX];
    for (size_t i = 0; i < LEDGER_SNAPSHOTS_MAX - 1; i++)
        cr_assert_eq(ledger_snapshot_open(rig.ledger, &more[i]), 0);
    struct ledger_snapshot *last = NULL;
    cr_assert_eq(ledger_snapshot_open(rig.ledger, &last), LEDGER_ESTORE);
    ledger_snapshot_close(more[0]);
    cr_assert_eq(ledger_snapshot_open(rig.ledger, &more[0]), 0);
    cr_assert_eq(rig_pay(&rig, "e", 10, 20, 1).status, LEDGER_DONE);
    cr_assert_eq(ledger_flush(rig.ledger), 0);
    for (size_t i = 0; i < LEDGER_SNAPSHOTS_MAX - 1; i++)
        ledger_snapshot_close(more[i]);
}

/* Reads as another thread would while payments go on: money is never seen to be lost. */
static void *read_on(void *unused) {
    (void)unused;
    for (int i = 0; i < 300; i++) {
        struct ledger_snapshot *mine = NULL;
        if (ledger_snapshot_open(rig.ledger, &mine) != 0)
            return &rig;
        int64_t sum = 0;
        const struct ledger_account *account = ledger_snapshot_next_account(mine, 0);
        for (; account != NULL; account = ledger_snapshot_next_account(mine, account->id + 1))
            sum += (int64_t)(account->credits_posted - account->debits_posted);
        ledger_snapshot_close(mine);
        if (sum != 0)
            return &rig;
    }
    return NULL;
}

Test(snapshot, other_threads_read_while_payments_go_on, .init = start, .fini = stop,
     .timeout = 60) {
    pthread_t reader;
    void *failed = NULL;
    cr_assert_eq(pthread_create(&reader, NULL, read_on, NULL), 0);
    for (unsigned i = 0; i < 200; i++) {
        char reference[16];
        snprintf(reference, sizeof reference, "p%u", i);
        cr_assert_eq(rig_pay(&rig, reference, 1, 20, 1).status, LEDGER_DONE);
        if (i % 8 == 0)
            cr_assert_eq(ledger_flush(rig.ledger), 0);
    }
    cr_assert_eq(pthread_join(reader, &failed), 0);
    cr_assert_null(failed);
}
