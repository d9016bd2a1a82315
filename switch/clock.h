/* clock.h - the two clocks of the switch, in ns. Any thread. */
#ifndef SWITCH_CLOCK_H
#define SWITCH_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t clock_read_ns(clockid_t clock) {
    struct timespec now;
    (void)clock_gettime(clock, &now); /* cannot fail for the two clocks below */
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Since 1970; may jump. What payments are dated with. */
static inline uint64_t clock_wall_ns(void) {
    return clock_read_ns(CLOCK_REALTIME);
}

/* Since some moment; never goes back. What time-outs and latencies are measured with. */
static inline uint64_t clock_monotonic_ns(void) {
    return clock_read_ns(CLOCK_MONOTONIC);
}

#endif
