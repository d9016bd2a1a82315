/* requests.h - what a load sends when making it takes longer than sending it, as signatures do: it
 * is made beforehand, on all cores. */
#ifndef BENCH_REQUESTS_H
#define BENCH_REQUESTS_H

#include "protocols/common/buffer.h"

#include <stdint.h>

struct requests {
    char **texts;
    uint32_t *sizes;
    uint32_t count;
};

/* Appends request `number` to out, which is empty. Any thread. */
typedef bool requests_maker(const void *context, uint32_t number, struct buffer *out);

/* False: failed, was told; free all the same. */
bool requests_make(struct requests *requests, uint32_t count, requests_maker *make,
                   const void *context);
void requests_free(struct requests *requests);

#endif
