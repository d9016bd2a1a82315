/* inject.h - makes the n-th file system call of this process fail. The program defines the calls
 * itself, in front of libc's: the ledger and liblmdb both come here. Any thread. */
#ifndef TESTS_FAULT_INJECT_H
#define TESTS_FAULT_INJECT_H

#include <stdint.h>

enum inject_kind {
    INJECT_EIO,    /* that one call fails                                       */
    INJECT_ENOSPC, /* that call and all later ones that need space: a full disk */
    INJECT_SHORT,  /* a write stops half-way, and the next call fails           */
    INJECT_KINDS
};
extern const char *const inject_names[INJECT_KINDS];

/* nth: 1.. counts from this call on; 0: nothing fails, calls are only counted. */
void inject_arm(enum inject_kind kind, uint64_t nth);
void inject_disarm(void);
/* Calls since it was armed. */
uint64_t inject_count(void);

#endif
