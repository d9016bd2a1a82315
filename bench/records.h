/* records.h - the registry of a ledger that no node has open. */
#ifndef BENCH_RECORDS_H
#define BENCH_RECORDS_H

#include "ledger/ledger.h"
#include "protocols/registry/registry.h"

/* False: the ledger did not take it. */
bool records_put(struct ledger *ledger, enum registry_kind kind, const void *record);

#endif
