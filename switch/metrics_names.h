/* metrics_names.h - the closed lists of label values, so that no input can make a new series.
 * Inner header of metrics*.c. Any thread. */
#ifndef SWITCH_METRICS_NAMES_H
#define SWITCH_METRICS_NAMES_H

#include "switch/metrics.h"

#define METRICS_BUCKET_SHIFT 14 /* the first bucket ends at 2^14 ns, about 16 us */

/* The index of an HTTP status in the list of known ones; others share the last place. */
uint32_t metrics_status_index(uint32_t status);
/* The status at an index; 0: that last place; -1: no such index. */
int metrics_status_at(uint32_t index);

/* The name of an operation, NULL: no such number. */
const char *metrics_operation_name(uint32_t operation);

/* The upper bound of a bucket but the last. */
uint64_t metrics_bucket_bound_ns(uint32_t bucket);

#endif
