/* filter.h - a blocked Bloom filter over all references in LMDB: "surely new" or "look it up".
 * Fixed memory; past its capacity it only says "look it up" more often, never "new" wrongly.
 * One thread adds (the checkpoint's), another asks; no locks. */
#ifndef LEDGER_FILTER_H
#define LEDGER_FILTER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct filter {
    _Atomic uint64_t *words;
    uint64_t blocks; /* of 64 bytes, one cache line a reference */
};

/* bytes: rounded down to whole blocks. 0 or LEDGER_EMEMORY. */
int filter_init(struct filter *filter, uint64_t bytes);
void filter_free(struct filter *filter);
void filter_add(struct filter *filter, uint64_t hash);
bool filter_maybe(const struct filter *filter, uint64_t hash);
void filter_prefetch(const struct filter *filter, uint64_t hash);

#endif
