/* workload.h - the same history of payments in every run: what was tried, what was acknowledged,
 * and the check that a ledger has just that. */
#ifndef TESTS_FAULT_WORKLOAD_H
#define TESTS_FAULT_WORKLOAD_H

#include "tests/lib/rig.h"

enum { WORK_BATCHES = 24, WORK_EARLY = 6 /* batches before the faults begin */ };

enum work_state { WORK_UNTRIED, WORK_TRIED, WORK_ACKNOWLEDGED };

/* Lives in shared memory: the run is a process that dies. */
struct work {
    uint8_t batches[WORK_BATCHES]; /* enum work_state */
    unsigned filler;               /* registry records of 4 KiB that each batch puts besides */
    uint64_t calls;                /* file system calls of the run */
    int open_error;
};

/* Opens the accounts that are not there yet. */
void work_accounts(struct rig *rig);

/* Commits batches first..last - 1; stops at the first that fails. True: all are acknowledged. */
bool work_run(struct rig *rig, struct work *work, unsigned first, unsigned last, bool flush);

/* Every acknowledged batch is there with its results, every untried one is not, the one between
 * wholly or not at all, and the audit finds no fault. Then tries all once more, and the balances
 * are those of a clean run. Prints what is wrong. */
bool work_check(struct rig *rig, const struct work *work);

/* How many of the batches are there: those before must be, too. -1: there are gaps. */
int work_count(struct rig *rig);

#endif
