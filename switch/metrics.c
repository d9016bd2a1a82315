/* metrics.c - counting. The text for Prometheus is in metrics_write.c. */
#include "switch/metrics.h"

#include <stdlib.h>
#include <string.h>

#include "switch/assert.h"
#include "switch/metrics_names.h"

int metrics_init(struct metrics *metrics, uint32_t loops, const char *const *adapters,
                 uint32_t adapter_count) {
    ASSERT(loops > 0 && loops <= METRICS_LOOPS_MAX);
    ASSERT(adapter_count < METRICS_ADAPTERS_MAX);
    memset(metrics, 0, sizeof(*metrics));
    size_t size = loops * sizeof(struct metrics_loop);
    metrics->loops = aligned_alloc(_Alignof(struct metrics_loop), size);
    if (metrics->loops == NULL) {
        return -1;
    }
    memset(metrics->loops, 0, size);
    metrics->loop_count = loops;
    for (uint32_t i = 0; i < adapter_count; i++) {
        metrics->adapters[i] = adapters[i];
    }
    metrics->adapters[METRICS_NODE] = "node";
    return 0;
}

void metrics_free(struct metrics *metrics) {
    free(metrics->loops);
    metrics->loops = NULL;
}

/* Bucket of a value: 0 up to 16 us, then four for each power of two, the last without end. */
static uint32_t bucket_of(uint64_t value_ns) {
    uint64_t value = value_ns >> METRICS_BUCKET_SHIFT; /* in units of the first bucket */
    if (value == 0) {
        return 0;
    }
    uint32_t power = 63u - (uint32_t)__builtin_clzll(value);
    uint64_t quarter = (value_ns >> (METRICS_BUCKET_SHIFT + power - 2u)) & 3u;
    uint32_t bucket = 1u + 4u * power + (uint32_t)quarter;
    return bucket < METRICS_BUCKETS ? bucket : METRICS_BUCKETS - 1;
}

uint64_t metrics_bucket_bound_ns(uint32_t bucket) {
    ASSERT(bucket < METRICS_BUCKETS - 1);
    if (bucket == 0) {
        return (uint64_t)1 << METRICS_BUCKET_SHIFT;
    }
    uint32_t power = (bucket - 1) / 4, quarter = (bucket - 1) % 4;
    return ((uint64_t)(5 + quarter) << (METRICS_BUCKET_SHIFT + power)) / 4;
}

void metrics_observe(struct metrics_histogram *histogram, uint64_t value_ns) {
    metrics_add(&histogram->buckets[bucket_of(value_ns)], 1);
    metrics_add(&histogram->sum_ns, value_ns);
}

void metrics_request(struct metrics_loop *loop, uint32_t adapter, uint32_t operation,
                     uint32_t status, uint64_t latency_ns) {
    ASSERT(adapter < METRICS_ADAPTERS_MAX);
    ASSERT(operation < METRICS_OPERATIONS_MAX);
    metrics_add(&loop->requests[adapter][operation][metrics_status_index(status)], 1);
    metrics_observe(&loop->latency[adapter], latency_ns);
}

void metrics_commit(struct metrics_ledger *ledger, uint32_t commands, uint64_t commit_ns,
                    uint64_t pause_ns) {
    metrics_add(&ledger->batches, 1);
    metrics_add(&ledger->commands, commands);
    metrics_add(&ledger->paused_ns, pause_ns);
    if (commands > atomic_load_explicit(&ledger->batch_max, memory_order_relaxed)) {
        atomic_store_explicit(&ledger->batch_max, commands, memory_order_relaxed);
    }
    metrics_observe(&ledger->commit, commit_ns);
}
