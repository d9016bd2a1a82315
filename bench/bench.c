#include "bench/bench.h"
#include "bench/progress.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

static uint64_t clock_ns(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

uint64_t bench_now_ns(void) {
    return clock_ns(CLOCK_MONOTONIC);
}

uint64_t bench_wall_ns(void) {
    return clock_ns(CLOCK_REALTIME);
}

void bench_rest_ns(uint64_t ns) {
    if (ns == 0)
        return;
    struct timespec rest = {.tv_sec = (time_t)(ns / 1000000000u),
                            .tv_nsec = (long)(ns % 1000000000u)};
    while (nanosleep(&rest, &rest) < 0 && errno == EINTR)
        continue;
}

uint64_t bench_random(void) {
    uint64_t number = 0;
    if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
        number = bench_wall_ns(); /* a kernel without entropy: different is enough here */
    return number;
}

void bench_tell(const char *format, ...) {
    progress_wipe();
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

const struct measurement *bench_find(const struct bench *bench, const char *name) {
    for (uint32_t i = 0; i < bench->count; i++) {
        if (strcmp(bench->measurements[i].plan->name, name) == 0)
            return &bench->measurements[i];
    }
    return NULL;
}

void bench_figures(struct measurement *out, const struct histogram *latency, uint64_t payments,
                   uint64_t elapsed_ns) {
    out->seconds = (double)elapsed_ns / 1e9;
    out->payments_per_second = elapsed_ns > 0 ? (double)payments / out->seconds : 0;
    out->p50_us = (double)histogram_at(latency, 500) / 1000;
    out->p99_us = (double)histogram_at(latency, 990) / 1000;
    out->max_us = (double)latency->max / 1000;
}

void bench_path(const struct bench *bench, const char *name, char *path) {
    snprintf(path, BENCH_PATH_MAX, "%s/%s", bench->options.folder, name);
}
