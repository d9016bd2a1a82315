/* assert.h - the ledger's own assertion: stays on in release, for our own mistakes only.
 * Input from a socket or a file is never asserted, it gets a status or an error. */
#ifndef LEDGER_ASSERT_H
#define LEDGER_ASSERT_H

#include <stdio.h>
#include <stdlib.h>

#define ASSERT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            (void)fprintf(stderr, "%s:%d: %s: assertion failed\n", __FILE__, __LINE__,             \
                          #condition);                                                             \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#endif
