/* Recovery after things that happened once, each named by its symptom. */
#include "tests/lib/require.h"
#include "tests/lib/rig.h"
#include "tests/lib/tamper.h"
#include "tests/unit/ledger/check.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MANY = 64, HOLDERS = 1300 };

static struct rig rig;
static char copy[FOLDER_PATH_MAX], journal[FOLDER_PATH_MAX];

static void make(void) {
    rig_make(&rig);
    rig.options.checkpoint_ns = 3600 * (uint64_t)SECOND_NS; /* only when a test says so */
    folder_join(copy, rig.folder, "copy");
    folder_join(journal, rig.data, "journal");
}

static void stop(void) {
    rig_stop(&rig);
}

static void pay(struct rig *inside, unsigned first, unsigned last) {
    for (unsigned i = first; i < last; i++) {
        char reference[16];
        snprintf(reference, sizeof reference, "p%u", i);
        REQUIRE(rig_pay(inside, reference, 1, 10, 1).status == LEDGER_DONE);
    }
}

static void accounts(struct rig *inside) {
    REQUIRE(rig_account(inside, 1, LEDGER_ACCOUNT_OVERDRAFT).status == LEDGER_DONE);
    REQUIRE(rig_account(inside, 10, 0).status == LEDGER_DONE);
}

/* One batch of payments with attributes; all are posted at once. */
static void pay_at_once(struct rig *inside, unsigned count) {
    static _Alignas(8) uint8_t memory[MANY * LEDGER_COMMAND_MAX];
    static const uint8_t attributes[LEDGER_ATTRIBUTES_MAX] = {1};
    struct ledger_result results[MANY];
    struct ledger_writer writer = {.base = memory, .size = sizeof memory};
    struct ledger_leg_request leg = {.debit = 1, .credit = 10, .amount = 1};
    for (uint32_t i = 0; i < count; i++) {
        struct ledger_open open = {.requester = RIG_REQUESTER,
                                   .reference = &i,
                                   .reference_size = sizeof i,
                                   .legs = &leg,
                                   .leg_count = 1,
                                   .post = true,
                                   .attributes = attributes,
                                   .attributes_size = sizeof attributes};
        REQUIRE(ledger_put_open(&writer, &open) == LEDGER_DONE);
    }
    rig_commit(inside, &writer, results);
    for (uint32_t i = 0; i < count; i++)
        REQUIRE(results[i].status == LEDGER_DONE);
}

/* ---- The journal and the store are not of one time ---- */

static void flushed_and_more(struct rig *inside, void *shared) {
    (void)shared;
    accounts(inside);
    pay(inside, 0, 3);
    folder_copy(journal, copy);
    pay(inside, 3, 6);
    REQUIRE(ledger_flush(inside->ledger) == 0);
    pay(inside, 6, 9);
}

Test(recovery, an_older_journal_put_back_is_refused, .init = make, .fini = stop) {
    cr_assert_eq(rig_crash(&rig, flushed_and_more, NULL, 0), 0);
    folder_remove(journal);
    folder_copy(copy, journal);
    cr_assert_eq(rig_open(&rig), LEDGER_ECORRUPT, "%s", rig.failure.text);
}

Test(recovery, a_journal_that_is_gone_is_refused, .init = make, .fini = stop) {
    cr_assert_eq(rig_crash(&rig, flushed_and_more, NULL, 0), 0);
    folder_remove(journal);
    cr_assert_eq(rig_open(&rig), LEDGER_ECORRUPT, "%s", rig.failure.text);
    cr_assert_eq(mkdir(journal, 0700), 0);
    cr_assert_eq(rig_open(&rig), LEDGER_ECORRUPT, "%s", rig.failure.text);
}

/* ---- Options of the next run ---- */

static void twenty_posted(struct rig *inside, void *shared) {
    (void)shared;
    accounts(inside);
    pay_at_once(inside, 20);
}

Test(recovery, posted_payments_do_not_count_as_open_ones, .init = make, .fini = stop) {
    rig.options.open_payments = 10;
    cr_assert_eq(rig_crash(&rig, twenty_posted, NULL, 0), 0);
    cr_assert_eq(rig_open(&rig), 0, "%s", rig.failure.text);
    cr_assert_eq(rig_balance(&rig, 10), 20);
}

static void only_prepared(struct rig *inside, void *shared) {
    (void)shared;
    accounts(inside);
    usleep(200000); /* the other thread prepares segments */
}

static void large_batches(struct rig *inside, void *shared) {
    (void)shared;
    for (unsigned i = 0; i < 12; i++) {
        static _Alignas(8) uint8_t memory[MANY * LEDGER_COMMAND_MAX];
        static uint8_t value[LEDGER_VALUE_MAX];
        struct ledger_result results[MANY];
        struct ledger_writer writer = {.base = memory, .size = sizeof memory};
        value[0] = (uint8_t)i;
        while (writer.count < MANY)
            REQUIRE(ledger_put_registry(&writer, &writer.count, 4, value, sizeof value,
                                        LEDGER_VERSION_ANY) == LEDGER_DONE);
        rig_commit(inside, &writer, results);
        REQUIRE(results[MANY - 1].status == LEDGER_DONE);
    }
    pay(inside, 0, 1);
}

Test(recovery, segments_prepared_smaller_are_not_written_past_their_end, .init = make,
     .fini = stop) {
    rig.options.segment_bytes = MIB / 4;
    rig.options.table_bytes = 16 * MIB;
    cr_assert_eq(rig_crash(&rig, only_prepared, NULL, 0), 0);
    rig.options.segment_bytes = 2 * MIB;
    cr_assert_eq(rig_crash(&rig, large_batches, NULL, 0), 0);
    cr_assert_eq(rig_open(&rig), 0, "%s", rig.failure.text);
    cr_assert_eq(rig_balance(&rig, 10), 1);
    cr_assert_eq(rig_faults(&rig), 0);
}

/* ---- Files cut short ---- */

/* In a process of its own, for reading behind the end of a mapped file would kill it. 0: it opens,
 * and all is there. */
static int open_in_child(void) {
    int status = 0;
    pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        int error = rig_open(&rig);
        _exit(error != 0 ? -error : rig_balance(&rig, 10) != 9 || rig_faults(&rig) > 0 ? 99 : 0);
    }
    REQUIRE(waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? -WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

Test(recovery, a_store_cut_short_is_refused, .init = make, .fini = stop, .timeout = 60) {
    char state[FOLDER_PATH_MAX];
    struct stat info;
    cr_assert_eq(rig_crash(&rig, flushed_and_more, NULL, 0), 0);
    folder_remove(copy);
    folder_copy(rig.data, copy);
    folder_join(state, rig.data, "state.mdb");
    cr_assert_eq(stat(state, &info), 0);
    for (off_t size = info.st_size - 4096; size > 0; size -= 4096) {
        folder_remove(rig.data);
        folder_copy(copy, rig.data);
        cr_assert_eq(truncate(state, size), 0);
        int error = open_in_child(); /* the last pages may be free ones */
        cr_assert(error == LEDGER_ECORRUPT || error == LEDGER_ESTORE || error == 0,
                  "cut to %lld: %d", (long long)size, error);
        cr_assert(error != 0 || size > info.st_size / 2);
    }
}

Test(recovery, a_backup_cut_short_is_not_restored, .init = make, .fini = stop) {
    char state[FOLDER_PATH_MAX], target[FOLDER_PATH_MAX];
    struct ledger_failure failure;
    struct stat info;
    cr_assert_eq(rig_open(&rig), 0);
    flushed_and_more(&rig, NULL);
    folder_remove(copy);
    cr_assert_eq(ledger_backup(rig.ledger, copy, &failure), 0, "%s", failure.text);
    folder_join(state, copy, "state.mdb");
    folder_join(target, rig.folder, "target");
    cr_assert_eq(stat(state, &info), 0);
    cr_assert_eq(truncate(state, info.st_size - 4096), 0);
    cr_assert_lt(ledger_restore(copy, target, &failure), 0);
    cr_assert(failure.text[0] != '\0');
}

/* ---- Audits that must end ---- */

Test(recovery, an_audit_ends_when_the_list_of_open_payments_is_lost, .init = make, .fini = stop,
     .timeout = 60) {
    cr_assert_eq(rig_open(&rig), 0);
    cr_assert_eq(rig_account(&rig, 1, LEDGER_ACCOUNT_OVERDRAFT).status, LEDGER_DONE);
    for (unsigned i = 0; i < HOLDERS; i++) {
        char reference[16];
        snprintf(reference, sizeof reference, "h%u", i);
        REQUIRE(rig_account(&rig, 100 + i, 0).status == LEDGER_DONE);
        REQUIRE(rig_hold(&rig, reference, 1, 100 + i, 1, 0).status == LEDGER_DONE);
    }
    cr_assert_eq(ledger_close(rig.ledger), 0);
    rig.ledger = NULL;
    for (unsigned i = 0; i < HOLDERS; i++)
        tamper_delete(rig.data, "open", 0);
    cr_assert_eq(rig_open(&rig), 0, "%s", rig.failure.text);
    cr_assert_gt(rig_faults(&rig), 0);
}

Test(recovery, an_audit_finds_a_hold_without_accounts, .init = make, .fini = stop) {
    cr_assert_eq(rig_open(&rig), 0);
    accounts(&rig);
    cr_assert_eq(rig_hold(&rig, "h", 1, 10, 1, 0).status, LEDGER_DONE);
    cr_assert_eq(ledger_close(rig.ledger), 0);
    rig.ledger = NULL;
    tamper_delete(rig.data, "accounts", 0);
    tamper_delete(rig.data, "accounts", 0);
    cr_assert_eq(rig_open(&rig), 0, "%s", rig.failure.text);
    cr_assert_gt(rig_faults(&rig), 0);
}
