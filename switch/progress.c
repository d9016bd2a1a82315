/* progress.c - one line, drawn over and over. */
#include "switch/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "switch/assert.h"

#define BAR_WIDTH 30u
#define DRAW_EVERY_NS 100000000u

static uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void progress_start(struct progress *progress, const char *label) {
    *progress = (struct progress){
        .label = label, .started_ns = now_ns(), .terminal = isatty(STDERR_FILENO) == 1};
}

void progress_update(void *context, uint64_t done, uint64_t total) {
    struct progress *progress = context;
    ASSERT(progress != NULL);
    uint64_t now = now_ns();
    if (!progress->terminal || total == 0 || now - progress->drawn_ns < DRAW_EVERY_NS) {
        return;
    }
    done = done < total ? done : total;
    uint64_t permille = total < 1000 ? done * 1000 / total : done / (total / 1000);
    permille = permille < 1000 ? permille : 1000;
    uint64_t filled = BAR_WIDTH * permille / 1000u;
    uint64_t elapsed_s = (now - progress->started_ns) / 1000000000u;
    char bar[BAR_WIDTH + 1];
    for (uint32_t i = 0; i < BAR_WIDTH; i++) {
        bar[i] = i < filled ? '#' : '.';
    }
    bar[BAR_WIDTH] = '\0';
    fprintf(stderr, "\r%s [%s] %3u.%u %%", progress->label, bar, (unsigned)(permille / 10),
            (unsigned)(permille % 10));
    if (permille > 20 && elapsed_s > 0) {
        fprintf(stderr, ", %llu s left ",
                (unsigned long long)(elapsed_s * (1000 - permille) / permille));
    }
    fputs("\033[K", stderr);
    fflush(stderr);
    progress->drawn_ns = now;
    progress->drawn = true;
}

void progress_count(struct progress *progress, uint64_t done) {
    if (!progress->terminal || done % 64 != 0) { /* the clock is not asked each time */
        return;
    }
    uint64_t now = now_ns();
    if (now - progress->drawn_ns >= DRAW_EVERY_NS) {
        fprintf(stderr, "\r%s: %llu\033[K", progress->label, (unsigned long long)done);
        fflush(stderr);
        progress->drawn_ns = now;
        progress->drawn = true;
    }
}

void progress_end(struct progress *progress) {
    if (progress->drawn) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
    progress->drawn = false;
}
