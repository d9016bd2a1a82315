/* places.h - how many connections the system's limit of open files leaves room for. Main thread. */
#ifndef SWITCH_PLACES_H
#define SWITCH_PLACES_H

#include "switch/config.h"

/* Raises the limit as far as it goes, and counts how many connections fit under it: strangers who
 * connect must not take the files that the ledger and the outbox need. 0, or -1 with why. */
int places_count(const struct config *config, uint32_t *connections_max, char *why,
                 size_t why_size);

#endif
