/* breaker.h - holds calls to a provider back that does not answer. Pure: the caller brings the
 * time, in monotonic ns. One thread at a time.
 *
 * Closed, it lets every call through. So many failures in a row open it; then it lets one call
 * through, the probe, each pause after the last failure, until one is answered. */
#ifndef SWITCH_BREAKER_H
#define SWITCH_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

struct breaker {
    uint32_t failures_max; /* in a row, that open it; at least 1 */
    uint64_t pause_ns;     /* before a probe                     */
    uint32_t failures;     /* in a row                           */
    bool open, probing;    /* probing: a probe is under way      */
    uint64_t probe_at_ns;  /* while open: not before             */
    uint64_t opened;       /* how often it opened                */
};

enum breaker_leave { BREAKER_NO, BREAKER_YES, BREAKER_PROBE };

void breaker_init(struct breaker *breaker, uint32_t failures_max, uint64_t pause_ns);
/* Whether a call may be made now. Each YES or PROBE ends with one of the next three. */
enum breaker_leave breaker_ask(struct breaker *breaker, uint64_t now_ns);
/* The call was answered, whatever was said. */
void breaker_answered(struct breaker *breaker);
/* It was not. */
void breaker_failed(struct breaker *breaker, enum breaker_leave leave, uint64_t now_ns);
/* It was not made after all. */
void breaker_unused(struct breaker *breaker, enum breaker_leave leave);
/* An operator knows better: the next probe may go at once. */
void breaker_hurry(struct breaker *breaker);
/* When it is worth while to ask again; UINT64_MAX: not before a call has ended. */
uint64_t breaker_next_ns(const struct breaker *breaker);

#endif
