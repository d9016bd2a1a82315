#include "switch/pool.h"

#include <stdlib.h>

#include "switch/assert.h"
#include "switch/limits.h"

struct buffer *pool_take(struct pool *pool, size_t ceiling) {
    struct pooled *pooled = pool->free;
    if (pooled == NULL) {
        pooled = malloc(sizeof(*pooled));
        if (pooled == NULL) {
            return NULL;
        }
        buffer_init(&pooled->buffer, ceiling);
        return &pooled->buffer;
    }
    ASSERT(pool->kept >= pooled->buffer.size);
    pool->free = pooled->next;
    pool->kept -= pooled->buffer.size;
    pooled->buffer.ceiling = ceiling;
    return &pooled->buffer;
}

void pool_give(struct pool *pool, struct buffer *buffer) {
    if (buffer == NULL) {
        return;
    }
    struct pooled *pooled = (struct pooled *)buffer;
    buffer->used = 0;
    buffer->failed = false;
    if (buffer->size > POOL_KEEP_BYTES || pool->kept + buffer->size > POOL_TOTAL_BYTES) {
        buffer_free(buffer);
    }
    pool->kept += buffer->size;
    pooled->next = pool->free;
    pool->free = pooled;
}

void pool_trim(struct buffer *buffer) {
    if (buffer->used == 0 || buffer->size <= POOL_TRIM_BYTES || buffer->size / 2 <= buffer->used) {
        return;
    }
    char *base = realloc(buffer->base, buffer->used);
    if (base != NULL) {
        buffer->base = base;
        buffer->size = buffer->used;
    }
}

void pool_clear(struct pool *pool) {
    while (pool->free != NULL) {
        struct pooled *pooled = pool->free;
        pool->free = pooled->next;
        buffer_free(&pooled->buffer);
        free(pooled);
    }
    pool->kept = 0;
}
