/* The audit: all is well in a sound ledger, and a record that was altered is found. */
#include "tests/lib/require.h"
#include "tests/lib/rig.h"
#include "tests/lib/tamper.h"
#include "tests/unit/ledger/check.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct rig rig;

/* Accounts are 1, 10, 20, 30 (records 0 to 3); payments 1 to 5 are a, b (completed), c (declined),
 * d (held), e (held). */
static void start(void) {
    rig_start(&rig);
    rig_pay(&rig, "a", 1, 10, 1000);
    rig_hold(&rig, "b", 10, 20, 300, 0);
    rig_target(&rig, LEDGER_COMPLETE, "b");
    rig_hold(&rig, "c", 10, 20, 1, 0);
    rig_target(&rig, LEDGER_DECLINE, "c");
    rig_hold(&rig, "d", 10, 30, 200, 500);
    rig_hold(&rig, "e", 10, 30, 50, 600);
    cr_assert_eq(ledger_close(rig.ledger), 0);
    rig.ledger = NULL;
}

static void stop(void) {
    rig_stop(&rig);
}

/* What opening and auditing the ledger comes to, in a process of its own: an altered record must
 * not crash it. 0: nothing was found, 1: opening refused it, 2: the audit found it. */
static int verdict(void) {
    int status = 0;
    pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        if (rig_open(&rig) != 0)
            _exit(rig.failure.error == LEDGER_ECORRUPT ? 1 : 9);
        _exit(rig_faults(&rig) > 0 ? 2 : 0);
    }
    REQUIRE(waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

static void found(const char *what) {
    int result = verdict();
    cr_assert(result == 1 || result == 2, "%s: %d", what, result);
}

static void changes(const char *database, unsigned record, size_t offset, const char *what) {
    tamper_xor(rig.data, database, record, offset, 1);
    found(what);
    tamper_xor(rig.data, database, record, offset, 1);
}

Test(audit, a_sound_ledger_is_sound, .init = start, .fini = stop) {
    struct ledger_audit audit;
    cr_assert_eq(verdict(), 0);
    cr_assert_eq(rig_open(&rig), 0);
    cr_assert_eq(ledger_audit(rig.ledger, &audit, NULL, NULL, NULL), 0);
    cr_assert_eq(audit.faults, 0);
    cr_assert_eq(audit.accounts, 4);
    cr_assert_eq(audit.payments, 5);
    cr_assert_eq(audit.legs, 5);
    cr_assert_eq(audit.entries, 4);
    cr_assert_eq(audit.references, 5);
    cr_assert_eq(audit.open_payments, 2);
    cr_assert_eq(audit.debits_posted, 1300);
    cr_assert_eq(audit.debits_pending, 250);
}

#define ACCOUNT(field)                                                                             \
    { offsetof(struct ledger_account, field), "account's " #field }

Test(audit, altered_counters_are_found, .init = start, .fini = stop, .timeout = 60) {
    static const struct {
        size_t offset;
        const char *what;
    } fields[] = {ACCOUNT(id),
                  ACCOUNT(debits_pending),
                  ACCOUNT(debits_posted),
                  ACCOUNT(credits_pending),
                  ACCOUNT(credits_posted),
                  ACCOUNT(passing_pending),
                  ACCOUNT(entry_head),
                  ACCOUNT(entry_count)};
    cr_assert_eq(tamper_count(rig.data, "accounts"), 4);
    for (unsigned record = 0; record < 4; record++)
        for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
            changes("accounts", record, fields[i].offset, fields[i].what);
    cr_assert_eq(verdict(), 0, "all was undone");
}

Test(audit, altered_legs_are_found, .init = start, .fini = stop, .timeout = 60) {
    cr_assert_eq(tamper_count(rig.data, "payments"), 5);
    for (unsigned record = 0; record < 5; record++)
        for (size_t offset = 0; offset < sizeof(struct ledger_leg); offset += 8) {
            char what[64];
            snprintf(what, sizeof what, "leg of payment %u, byte %zu", record + 1, offset);
            if (record == 2 && offset <= offsetof(struct ledger_leg, amount))
                continue; /* declined: nothing else tells what it was, and between whom */
            changes("payments", record, sizeof(struct ledger_payment) + offset, what);
        }
}

Test(audit, altered_states_are_found, .init = start, .fini = stop, .timeout = 60) {
    for (unsigned record = 0; record < 5; record++)
        changes("payments", record, offsetof(struct ledger_payment, state), "a payment's state");
    for (unsigned record = 0; record < 5; record++)
        changes("payments", record, offsetof(struct ledger_payment, id), "a payment's id");
}

Test(audit, altered_references_are_found, .init = start, .fini = stop, .timeout = 60) {
    size_t reference = sizeof(struct ledger_payment) + sizeof(struct ledger_leg);
    for (unsigned record = 0; record < 5; record++) {
        changes("payments", record, reference, "a payment's reference");
        changes("payments", record, offsetof(struct ledger_payment, requester), "a requester");
    }
    unsigned seen = 0;
    for (unsigned run = 0; run < 64; run++) {
        char database[32];
        snprintf(database, sizeof database, "references%02u", run);
        unsigned count = tamper_count(rig.data, database);
        for (unsigned record = 0; record < count; record++)
            changes(database, record, 0, "a reference's payment");
        seen += count;
    }
    cr_assert_geq(seen, 5);
}

Test(audit, altered_deadlines_are_found, .init = start, .fini = stop, .timeout = 60) {
    cr_assert_eq(tamper_count(rig.data, "open"), 2);
    changes("open", 0, 1, "the deadline of an open payment");
    changes("payments", 3, offsetof(struct ledger_payment, deadline_ns), "a deadline");
}

/* Every eleventh byte, others in each record: that of a check, too. */
static void bytes_all_over(const char *database) {
    static uint8_t bytes[LEDGER_PAYMENT_BYTES_MAX + 16];
    char what[96];
    for (unsigned record = 0; record < tamper_count(rig.data, database); record++) {
        size_t size = tamper_read(rig.data, database, record, bytes, sizeof bytes);
        for (size_t offset = record; offset < size; offset += 11) {
            snprintf(what, sizeof what, "%s, record %u, byte %zu", database, record, offset);
            changes(database, record, offset, what);
        }
    }
}

Test(audit, any_altered_byte_of_an_account_is_found, .init = start, .fini = stop, .timeout = 120) {
    bytes_all_over("accounts");
}

Test(audit, any_altered_byte_of_a_payment_is_found, .init = start, .fini = stop, .timeout = 120) {
    bytes_all_over("payments");
}

static void loses(const char *database, unsigned record) {
    char copy[FOLDER_PATH_MAX];
    folder_join(copy, rig.folder, "copy");
    folder_copy(rig.data, copy);
    tamper_delete(rig.data, database, record);
    found(database);
    folder_remove(rig.data);
    folder_copy(copy, rig.data);
    folder_remove(copy);
}

Test(audit, missing_records_are_found, .init = start, .fini = stop, .timeout = 60) {
    for (unsigned record = 0; record < 4; record++)
        loses("accounts", record);
    for (unsigned record = 0; record < 5; record++)
        loses("payments", record);
    for (unsigned record = 0; record < 2; record++)
        loses("open", record);
    for (unsigned run = 0; run < 64; run++) {
        char database[32];
        snprintf(database, sizeof database, "references%02u", run);
        for (unsigned record = 0; record < tamper_count(rig.data, database); record++)
            loses(database, record);
    }
    cr_assert_eq(verdict(), 0);
}

/* ---- Other versions ---- */

Test(audit, a_store_of_another_version_is_refused, .init = start, .fini = stop) {
    tamper_xor(rig.data, "meta", 0, 8, 2); /* store_meta.version */
    cr_assert_eq(rig_open(&rig), LEDGER_EVERSION, "%s", rig.failure.text);
    cr_assert(strstr(rig.failure.text, "version") != NULL, "%s", rig.failure.text);
    tamper_xor(rig.data, "meta", 0, 8, 2);
    cr_assert_eq(rig_open(&rig), 0);
}

static void pay_one(struct rig *inside, void *shared) {
    (void)shared;
    REQUIRE(rig_pay(inside, "late", 1, 10, 5).status == LEDGER_DONE);
}

/* The first segment file that is there. */
static uint32_t segment_file(char *path) {
    char name[40];
    for (uint32_t number = 0; number < 100; number++) {
        snprintf(name, sizeof name, "journal/%010u.seg", number);
        folder_join(path, rig.data, name);
        if (access(path, F_OK) == 0)
            return number;
    }
    cr_assert(false, "there is no segment");
    return 0;
}

Test(audit, a_journal_of_another_version_is_refused, .init = start, .fini = stop) {
    char path[FOLDER_PATH_MAX];
    cr_assert_eq(rig_crash(&rig, pay_one, NULL, 0), 0);
    uint32_t number = segment_file(path);
    tamper_sector(path, number, 0, 8, 2); /* segment_header.version */
    cr_assert_eq(rig_open(&rig), LEDGER_EVERSION, "%s", rig.failure.text);
    tamper_sector(path, number, 0, 8, 2);
    cr_assert_eq(rig_open(&rig), 0, "%s", rig.failure.text);
    cr_assert_eq(rig_balance(&rig, 10), 705);
}
