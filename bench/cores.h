/* cores.h - the same work on all cores at once. */
#ifndef BENCH_CORES_H
#define BENCH_CORES_H

#include <stdbool.h>
#include <stdint.h>

#define CORES_MAX 64u

/* From 1 to CORES_MAX. */
uint32_t cores_count(void);

/* Calls run(context, 0 .. cores_count() - 1), each in a thread of its own, and waits for all.
 * False: one of them said so, or could not be started. */
bool cores_run(bool (*run)(void *context, uint32_t core), void *context);

#endif
