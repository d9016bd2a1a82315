/* records.h - hand-made payments and accounts, by name, and a snapshot that holds them. */
#ifndef TESTS_UNIT_PROTOCOLS_RECORDS_H
#define TESTS_UNIT_PROTOCOLS_RECORDS_H

#include "ledger/ledger.h"

/* A record of that name as a lookup answers it, or NULL: "completed", "held", "waiting", "expired",
 * "binary" (payments), "wallet", "overdrawn", "closed" (accounts), "registry" (a value). Static. */
const void *record_find(const char *name, uint32_t *size);

/* The snapshot as of batch 77: account 2001, whose chain is the payments 11, 12 and 13 (12 has two
 * legs of it), and account 2002 without entries. There is but one. */
struct ledger_snapshot *record_snapshot(void);

#endif
