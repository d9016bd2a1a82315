/* pool.h - buffers that a loop uses again and again, so that the hot path does not allocate.
 * Loop thread only. */
#ifndef SWITCH_POOL_H
#define SWITCH_POOL_H

#include "protocols/common/buffer.h"

struct pooled {
    struct buffer buffer; /* first: a pooled buffer is its buffer */
    struct pooled *next;  /* while it is free */
};

struct pool {
    struct pooled *free;
    size_t kept; /* bytes of the free buffers */
};

/* An empty buffer, with memory if one is free, or NULL: no memory. */
struct buffer *pool_take(struct pool *pool, size_t ceiling);
/* Gives back a buffer of pool_take; NULL is fine. */
void pool_give(struct pool *pool, struct buffer *buffer);
/* Gives back the memory that a buffer has beyond what is used of it, if it is much. */
void pool_trim(struct buffer *buffer);
/* Frees what is free. */
void pool_clear(struct pool *pool);

#endif
