/* options.h - options of a small ledger: opens in milliseconds, and fills and checkpoints soon. */
#ifndef TESTS_LIB_OPTIONS_H
#define TESTS_LIB_OPTIONS_H

#include "ledger/ledger.h"

#define MIB ((uint64_t)1 << 20)
#define SECOND_NS 1000000000u

static inline struct ledger_options small_options(const char *folder) {
    return (struct ledger_options){.folder = folder,
                                   .table_bytes = 4 * MIB,
                                   .account_slots = 4096,
                                   .filter_bytes = MIB,
                                   .map_bytes = 64 * MIB,
                                   .segment_bytes = MIB,
                                   .open_payments = 4096,
                                   .hash_seed = 42};
}

#endif
