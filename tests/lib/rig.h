/* rig.h - a small ledger in a temporary folder, for tests that scripts cannot express.
 * Single-threaded. Accounts are made on the way: 1 is an issuer; the clock moves by hand. */
#ifndef TESTS_LIB_RIG_H
#define TESTS_LIB_RIG_H

#include "tests/lib/folder.h"
#include "tests/lib/options.h"

struct rig {
    char folder[FOLDER_PATH_MAX], data[FOLDER_PATH_MAX]; /* data: in folder, the ledger's */
    struct ledger_options options;
    struct ledger *ledger; /* NULL: closed */
    struct ledger_failure failure;
    uint64_t now_ns;
};

/* Makes the folder and the options; does not open. */
void rig_make(struct rig *rig);
/* Opens; 0 or the error, with rig->failure. */
int rig_open(struct rig *rig);
/* rig_make, rig_open, and the accounts 1 (issuer), 10, 20 and 30. Aborts when that fails. */
void rig_start(struct rig *rig);
/* Closes and opens again. Aborts when that fails. */
void rig_reopen(struct rig *rig);
/* Closes what is open and removes the folder. */
void rig_stop(struct rig *rig);

/* One command as a batch. Aborts when the commit fails. */
struct ledger_result rig_account(struct rig *rig, uint64_t id, uint32_t flags);
struct ledger_result rig_pay(struct rig *rig, const char *reference, uint64_t debit,
                             uint64_t credit, uint64_t amount);
struct ledger_result rig_hold(struct rig *rig, const char *reference, uint64_t debit,
                              uint64_t credit, uint64_t amount, uint32_t expires_in_s);
struct ledger_result rig_target(struct rig *rig, enum ledger_kind kind, const char *reference);
/* The account as it is now; zeros: there is none. */
struct ledger_account rig_look(struct rig *rig, uint64_t account);
int64_t rig_balance(struct rig *rig, uint64_t account);
/* Commits what the writer has (count up to 64); aborts when that fails. */
void rig_commit(struct rig *rig, struct ledger_writer *writer, struct ledger_result *results);
/* Audits; how many faults. */
uint64_t rig_faults(struct rig *rig);

/* Runs `body` in a process of its own, on a ledger opened there, and lets it die without closing;
 * what `body` leaves in `shared` (of the given size) comes back. Returns the exit status. */
int rig_crash(struct rig *rig, void (*body)(struct rig *rig, void *shared), void *shared,
              size_t size);

#define RIG_REQUESTER 7

#endif
