/* Backup and restore. */
#include "tests/lib/rig.h"
#include "tests/unit/ledger/check.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static struct rig rig;
static char backup[FOLDER_PATH_MAX], target[FOLDER_PATH_MAX];
static struct ledger_failure failure;

static void start(void) {
    rig_start(&rig);
    folder_join(backup, rig.folder, "backup");
    folder_join(target, rig.folder, "target");
    rig_pay(&rig, "a", 1, 10, 1000);
    rig_hold(&rig, "b", 10, 20, 300, 60);
    cr_assert_eq(ledger_flush(rig.ledger), 0);
}

static void stop(void) {
    rig_stop(&rig);
}

/* Goes on with the ledger of another folder. */
static void move_to(const char *folder) {
    cr_assert_eq(ledger_close(rig.ledger), 0);
    snprintf(rig.data, sizeof rig.data, "%s", folder);
    rig.options.must_exist = true;
    cr_assert_eq(rig_open(&rig), 0, "%s", rig.failure.text);
}

Test(backup, comes_back_whole, .init = start, .fini = stop) {
    cr_assert_eq(ledger_backup(rig.ledger, backup, &failure), 0, "%s", failure.text);
    cr_assert_eq(ledger_restore(backup, target, &failure), 0, "%s", failure.text);
    move_to(target);
    cr_assert_eq(rig_balance(&rig, 10), 1000);
    cr_assert_eq(rig_look(&rig, 10).debits_pending, 300);
    cr_assert_eq(rig_pay(&rig, "a", 1, 10, 1000).status, LEDGER_REPLAYED);
    cr_assert_eq(rig_target(&rig, LEDGER_COMPLETE, "b").status, LEDGER_DONE);
    cr_assert_eq(rig_pay(&rig, "c", 10, 20, 700).status, LEDGER_DONE);
    cr_assert_eq(rig_faults(&rig), 0);
    rig_reopen(&rig);
    cr_assert_eq(rig_balance(&rig, 20), 1000);
    cr_assert_eq(rig_faults(&rig), 0);
}

Test(backup, is_of_the_last_checkpoint_while_payments_go_on, .init = start, .fini = stop) {
    cr_assert_eq(rig_pay(&rig, "later", 1, 10, 1).status, LEDGER_DONE);
    cr_assert_eq(ledger_backup(rig.ledger, backup, &failure), 0, "%s", failure.text);
    cr_assert_eq(rig_pay(&rig, "last", 1, 10, 1).status, LEDGER_DONE);
    cr_assert_eq(rig_balance(&rig, 10), 1002);
    cr_assert_eq(ledger_restore(backup, target, &failure), 0, "%s", failure.text);
    move_to(target);
    cr_assert(rig_balance(&rig, 10) <= 1001);
    cr_assert_eq(rig_pay(&rig, "last", 1, 10, 1).status, LEDGER_DONE);
    cr_assert_eq(rig_faults(&rig), 0);
}

Test(backup, serves_more_than_once, .init = start, .fini = stop) {
    char second[FOLDER_PATH_MAX];
    folder_join(second, rig.folder, "second");
    cr_assert_eq(ledger_backup(rig.ledger, backup, &failure), 0);
    cr_assert_eq(ledger_restore(backup, target, &failure), 0);
    move_to(target);
    rig_pay(&rig, "x", 1, 10, 5);
    cr_assert_eq(ledger_restore(backup, second, &failure), 0);
    move_to(second);
    cr_assert_eq(rig_balance(&rig, 10), 1000);
    cr_assert_eq(rig_faults(&rig), 0);
}

Test(backup, targets_that_are_not_empty_are_refused, .init = start, .fini = stop) {
    cr_assert_eq(ledger_backup(rig.ledger, rig.data, &failure), LEDGER_EEXISTS);
    cr_assert_eq(failure.error, LEDGER_EEXISTS);
    cr_assert_eq(ledger_backup(rig.ledger, backup, &failure), 0);
    cr_assert_eq(ledger_backup(rig.ledger, backup, &failure), LEDGER_EEXISTS);
    cr_assert_eq(ledger_restore(backup, rig.data, &failure), LEDGER_EEXISTS);
    cr_assert_eq(mkdir(target, 0700), 0);
    char file[FOLDER_PATH_MAX];
    folder_join(file, target, "something");
    close(open(file, O_CREAT | O_WRONLY, 0600));
    cr_assert_eq(ledger_restore(backup, target, &failure), LEDGER_EEXISTS);
    unlink(file);
    cr_assert_eq(ledger_restore(backup, target, &failure), 0, "an empty folder is fine");
    cr_assert_eq(rig_balance(&rig, 10), 1000, "the running one was not touched");
}

Test(backup, what_is_no_backup_is_refused, .init = start, .fini = stop) {
    char nothing[FOLDER_PATH_MAX];
    folder_join(nothing, rig.folder, "nothing");
    cr_assert_lt(ledger_restore(nothing, target, &failure), 0);
    cr_assert(failure.text[0] != '\0');
    cr_assert_eq(mkdir(nothing, 0700), 0);
    cr_assert_lt(ledger_restore(nothing, target, &failure), 0);
}
