/* progress.h - a progress bar on standard error, when that is a terminal; else nothing.
 * One thread. */
#ifndef SWITCH_PROGRESS_H
#define SWITCH_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    const char *label; /* borrowed */
    uint64_t started_ns, drawn_ns;
    bool terminal, drawn;
};

void progress_start(struct progress *progress, const char *label);
/* For the ledger's callbacks: context is the struct progress. Draws ten times a second. */
void progress_update(void *context, uint64_t done, uint64_t total);
/* When nobody knows how many there are: draws how many are done. */
void progress_count(struct progress *progress, uint64_t done);
/* Clears the line. */
void progress_end(struct progress *progress);

#endif
