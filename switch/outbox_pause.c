/* outbox_pause.c - how long nobody is asked again, and no shop told. Pure. */
#include "switch/limits.h"
#include "switch/outbox_inner.h"

/* A fifth more or less by `random`, so that those that were put off together come apart. */
static uint64_t scatter_ns(uint64_t pause_ns, uint32_t random) {
    return pause_ns / 1000 * (800 + random % 401);
}

uint64_t outbox_pause_ns(uint32_t attempts, uint32_t permille, uint32_t random) {
    static const uint32_t seconds[] = {10, 30, 60, 120, 300, 600, 1800, 3600};
    const uint32_t last = sizeof(seconds) / sizeof(seconds[0]) - 1;
    uint64_t pause_ns = seconds[attempts < last ? attempts : last] * (uint64_t)1000000000;
    return scatter_ns(pause_ns, random) / 1000 * permille;
}

uint64_t outbox_callback_pause_ns(uint64_t since_ns, uint32_t permille, uint32_t random) {
    uint64_t first_ns = OUTBOX_CALLBACK_PAUSE_NS / 1000 * permille;
    uint64_t most_ns = OUTBOX_CALLBACK_PAUSE_MAX_NS / 1000 * permille;
    uint64_t pause_ns = since_ns < most_ns ? since_ns + first_ns : most_ns;
    return scatter_ns(pause_ns < most_ns ? pause_ns : most_ns, random);
}
