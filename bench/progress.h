/* progress.h - the progress bar: one line on standard error, when that is a terminal. */
#ifndef BENCH_PROGRESS_H
#define BENCH_PROGRESS_H

/* done: 0 to 1. per_second: payments, 0: not shown. Cheap to call: draws ten times a second. */
void progress_show(const char *name, double done, double per_second);
void progress_wipe(void);

#endif
