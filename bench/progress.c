#include "bench/progress.h"
#include "bench/bench.h"

#include <stdio.h>
#include <unistd.h>

#define BAR_WIDTH 32
#define DRAW_EVERY_NS 100000000u

static int terminal = -1; /* unknown */
static bool shown;
static uint64_t drawn_ns;

void progress_show(const char *name, double done, double per_second) {
    static const char full[] = "################################";
    if (terminal < 0)
        terminal = isatty(STDERR_FILENO);
    uint64_t now = bench_now_ns();
    if (terminal == 0 || now - drawn_ns < DRAW_EVERY_NS)
        return;
    drawn_ns = now;
    done = done < 0 ? 0 : done > 1 ? 1 : done;
    int bars = (int)(done * BAR_WIDTH);
    fprintf(stderr, "\r\033[K%-24s [%.*s%*s] %3.0f %%", name, bars, full, BAR_WIDTH - bars, "",
            done * 100);
    if (per_second > 0)
        fprintf(stderr, "  %.0f k/s", per_second / 1000);
    fflush(stderr);
    shown = true;
}

void progress_wipe(void) {
    if (!shown)
        return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    shown = false;
}
