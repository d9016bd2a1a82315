/* assert.h - the switch's assertion: stays on in release, for our own mistakes only.
 * Input from a peer is never asserted: it gets an answer or a closed connection. */
#ifndef SWITCH_ASSERT_H
#define SWITCH_ASSERT_H

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
