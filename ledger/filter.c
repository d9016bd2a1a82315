/* filter.c - see filter.h. */
#include "ledger/filter.h"

#include "ledger/ledger.h"
#include "ledger/memory.h"

#define WORDS 8u  /* of a block */
#define PROBES 6u /* bits set for each reference: 1 % false at 10 bits a key, blocked */

int filter_init(struct filter *filter, uint64_t bytes) {
    filter->blocks = bytes / (WORDS * sizeof filter->words[0]);
    filter->words = memory_take(filter->blocks * WORDS * sizeof filter->words[0]);
    return filter->words != NULL ? 0 : LEDGER_EMEMORY;
}

void filter_free(struct filter *filter) {
    memory_give((void *)(uintptr_t)filter->words, filter->blocks * WORDS * sizeof filter->words[0]);
}

/* The block, from the hash's upper bits: a multiplication instead of a division. */
static uint64_t block_of(const struct filter *filter, uint64_t hash) {
    return (hash >> 32) * filter->blocks >> 32;
}

/* The bit for a probe: 9 bits of the remixed hash each. */
static uint64_t remix(uint64_t hash) {
    return hash * 0x9e3779b97f4a7c15u;
}

void filter_add(struct filter *filter, uint64_t hash) {
    _Atomic uint64_t *block = filter->words + block_of(filter, hash) * WORDS;
    uint64_t bits = remix(hash);
    for (unsigned i = 0; i < PROBES; i++, bits >>= 9) {
        uint64_t bit = (uint64_t)1 << (bits & 63);
        atomic_fetch_or_explicit(&block[bits >> 6 & 7], bit, memory_order_relaxed);
    }
}

bool filter_maybe(const struct filter *filter, uint64_t hash) {
    const _Atomic uint64_t *block = filter->words + block_of(filter, hash) * WORDS;
    uint64_t bits = remix(hash);
    for (unsigned i = 0; i < PROBES; i++, bits >>= 9) {
        uint64_t word = atomic_load_explicit(&block[bits >> 6 & 7], memory_order_relaxed);
        if ((word >> (bits & 63) & 1) == 0) {
            return false;
        }
    }
    return true;
}

void filter_prefetch(const struct filter *filter, uint64_t hash) {
    __builtin_prefetch((const void *)(uintptr_t)(filter->words + block_of(filter, hash) * WORDS));
}
