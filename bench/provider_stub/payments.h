/* payments.h - what the stand-in provider remembers: how often it was asked to pay each id. In
 * memory; one thread. */
#ifndef BENCH_PROVIDER_STUB_PAYMENTS_H
#define BENCH_PROVIDER_STUB_PAYMENTS_H

#include <stdint.h>

/* Counts one more request to pay for the id (a text of any size); returns how many there were, this
 * one included, and its number among all ids, from 1. Ends the process without memory. */
uint32_t payments_ask(const char *id, uint64_t *number);

/* How many ids there were; *asked: requests to pay for them. */
uint64_t payments_count(uint64_t *asked);

#endif
