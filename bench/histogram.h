/* histogram.h - latencies by size: 64 buckets to each power of two, so a figure is at most 1.6 %
 * above the true one. One thread at a time; times are ns. */
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_SUB_BITS 6
#define HISTOGRAM_POWERS 36 /* up to 2^42 ns, over an hour */
#define HISTOGRAM_BUCKETS ((HISTOGRAM_POWERS + 1) << HISTOGRAM_SUB_BITS)

struct histogram {
    uint64_t counts[HISTOGRAM_BUCKETS];
    uint64_t total;
    uint64_t max; /* exact */
};

void histogram_add(struct histogram *histogram, uint64_t ns);
/* The time that `permille` of all times do not pass; 0 when there is none. */
uint64_t histogram_at(const struct histogram *histogram, uint32_t permille);

#endif
