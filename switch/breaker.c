#include "switch/breaker.h"

#include "switch/assert.h"

void breaker_init(struct breaker *breaker, uint32_t failures_max, uint64_t pause_ns) {
    ASSERT(failures_max > 0);
    *breaker = (struct breaker){.failures_max = failures_max, .pause_ns = pause_ns};
}

enum breaker_leave breaker_ask(struct breaker *breaker, uint64_t now_ns) {
    if (!breaker->open) {
        return BREAKER_YES;
    }
    if (breaker->probing || now_ns < breaker->probe_at_ns) {
        return BREAKER_NO;
    }
    breaker->probing = true;
    return BREAKER_PROBE;
}

void breaker_answered(struct breaker *breaker) {
    breaker->failures = 0;
    breaker->open = breaker->probing = false;
}

/* The probe that was let through has ended. One that closed the breaker meanwhile ended it too. */
static void end_probe(struct breaker *breaker, enum breaker_leave leave) {
    ASSERT(leave != BREAKER_NO);
    if (leave == BREAKER_PROBE) {
        breaker->probing = false;
    }
}

void breaker_failed(struct breaker *breaker, enum breaker_leave leave, uint64_t now_ns) {
    bool was_open = breaker->open;
    end_probe(breaker, leave);
    if (breaker->failures < UINT32_MAX) {
        breaker->failures++;
    }
    if (breaker->failures < breaker->failures_max) {
        return;
    }
    breaker->open = true;
    breaker->opened += was_open ? 0 : 1;
    if (!was_open || leave == BREAKER_PROBE) { /* late failures of others do not put it off */
        breaker->probe_at_ns = now_ns + breaker->pause_ns;
    }
}

void breaker_unused(struct breaker *breaker, enum breaker_leave leave) {
    end_probe(breaker, leave);
}

void breaker_hurry(struct breaker *breaker) {
    breaker->probe_at_ns = 0;
}

uint64_t breaker_next_ns(const struct breaker *breaker) {
    if (!breaker->open) {
        return 0;
    }
    return breaker->probing ? UINT64_MAX : breaker->probe_at_ns;
}
