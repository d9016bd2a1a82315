/* report.h - the table for people and bench.json for programs. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "bench/bench.h"
#include "bench/machine.h"

/* Prints to standard output; figures that miss their floor are marked. Returns how many. */
uint32_t report_table(const struct bench *bench, const struct machine *machine);
/* Writes options.output, whole or not at all. False: failed, which was told. */
bool report_json(const struct bench *bench, const struct machine *machine);

#endif
