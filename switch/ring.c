#include "switch/ring.h"

#include <sys/mman.h>

#include "switch/assert.h"

/* Before each record, and in front of the unused end when a record starts over at the base. */
struct header {
    uint32_t bytes;
    uint32_t skip; /* 1: nothing here, go on at the base */
};
_Static_assert(sizeof(struct header) == RING_HEADER, "records stay aligned");

static struct header *header_at(const struct ring *ring, uint64_t position) {
    return (struct header *)(void *)(ring->base + (position & (ring->size - 1)));
}

int ring_init(struct ring *ring, uint64_t size) {
    ASSERT(size >= 4096);
    ASSERT((size & (size - 1)) == 0);
    void *base = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED) {
        ring->base = NULL;
        return -1;
    }
    ring->base = base;
    ring->size = size;
    atomic_init(&ring->tail, 0);
    atomic_init(&ring->head, 0);
    ring->written = ring->head_seen = 0;
    ring->next = ring->tail_seen = 0;
    return 0;
}

void ring_free(struct ring *ring) {
    if (ring->base != NULL) {
        (void)munmap(ring->base, ring->size);
        ring->base = NULL;
    }
}

/* Whether `need` bytes after `written` are free; looks at the consumer's counter only if it must:
 * that line is the other core's. */
static bool has_room(struct ring *ring, uint64_t need) {
    if (ring->written + need - ring->head_seen <= ring->size) {
        return true;
    }
    ring->head_seen = atomic_load_explicit(&ring->head, memory_order_acquire);
    return ring->written + need - ring->head_seen <= ring->size;
}

void *ring_reserve(struct ring *ring, uint32_t bytes) {
    uint64_t need = ring_cost(bytes);
    uint64_t to_end = ring->size - (ring->written & (ring->size - 1));
    if (need > to_end) {
        if (!has_room(ring, to_end + need)) {
            return NULL;
        }
        *header_at(ring, ring->written) = (struct header){.skip = 1};
        ring->written += to_end;
    } else if (!has_room(ring, need)) {
        return NULL;
    }
    return header_at(ring, ring->written) + 1;
}

void ring_commit(struct ring *ring, uint32_t bytes) {
    ASSERT(ring->written + ring_cost(bytes) - ring->head_seen <= ring->size);
    *header_at(ring, ring->written) = (struct header){.bytes = bytes};
    ring->written += ring_cost(bytes);
}

void ring_publish(struct ring *ring) {
    atomic_store_explicit(&ring->tail, ring->written, memory_order_seq_cst);
}

uint64_t ring_room(struct ring *ring) {
    ring->head_seen = atomic_load_explicit(&ring->head, memory_order_acquire);
    return ring->size - (ring->written - ring->head_seen);
}

const void *ring_peek(struct ring *ring, uint32_t *bytes) {
    for (;;) {
        if (ring->next == ring->tail_seen) {
            ring->tail_seen = atomic_load_explicit(&ring->tail, memory_order_acquire);
            if (ring->next == ring->tail_seen) {
                return NULL;
            }
        }
        const struct header *header = header_at(ring, ring->next);
        if (header->skip == 0) {
            *bytes = header->bytes;
            return header + 1;
        }
        ring->next += ring->size - (ring->next & (ring->size - 1));
    }
}

void ring_take(struct ring *ring) {
    ASSERT(ring->next != ring->tail_seen);
    ring->next += ring_cost(header_at(ring, ring->next)->bytes);
}

void ring_release(struct ring *ring) {
    atomic_store_explicit(&ring->head, ring->next, memory_order_release);
}

bool ring_empty(struct ring *ring) {
    ring->tail_seen = atomic_load_explicit(&ring->tail, memory_order_seq_cst);
    return ring->next == ring->tail_seen;
}

uint64_t ring_used(const struct ring *ring) {
    uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    return tail > head ? tail - head : 0;
}
