/* failure.h - saying what failed, in one line for a person. Any thread. */
#ifndef LEDGER_FAILURE_H
#define LEDGER_FAILURE_H

#include "ledger/ledger.h"

/* Fills *failure (which may be NULL) and returns error. */
int failure_set(struct ledger_failure *failure, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
