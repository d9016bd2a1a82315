/* ring.h - a ring of variable-size records between one producer thread and one consumer thread.
 * Records are whole in memory (a record that would wrap starts over at the base, behind a skip
 * mark) and 8-byte aligned. Counters run free: only differences are compared. No locks, no calls
 * to the system after ring_init. */
#ifndef SWITCH_RING_H
#define SWITCH_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RING_LINE 64   /* bytes of a cache line: each side writes its own */
#define RING_HEADER 8u /* bytes before each record */

struct ring {
    uint8_t *base;
    uint64_t size; /* bytes, a power of two */

    _Alignas(RING_LINE) _Atomic uint64_t tail; /* the consumer may read up to here  */
    uint64_t written;                          /* producer: committed up to here    */
    uint64_t head_seen;                        /* producer: head when last looked   */

    _Alignas(RING_LINE) _Atomic uint64_t head; /* the producer may write up to here + size */
    uint64_t next;                             /* consumer: taken up to here        */
    uint64_t tail_seen;                        /* consumer: tail when last looked   */
};

/* size: a power of two. Memory is taken from the system as it is touched. 0, or -1: no memory. */
int ring_init(struct ring *ring, uint64_t size);
void ring_free(struct ring *ring);

/* What a record of `bytes` takes of the ring. */
static inline uint64_t ring_cost(uint64_t bytes) {
    return RING_HEADER + ((bytes + 7) & ~(uint64_t)7);
}

/* Producer. Room for a record of up to `bytes`, or NULL: full. The room stays free until
 * ring_commit; a later ring_reserve replaces it. */
void *ring_reserve(struct ring *ring, uint32_t bytes);
/* Producer. Makes the first `bytes` of the reserved room a record, unseen until ring_publish. */
void ring_commit(struct ring *ring, uint32_t bytes);
/* Producer. Shows all committed records to the consumer. */
void ring_publish(struct ring *ring);
/* Producer. Bytes that are free for sure. */
uint64_t ring_room(struct ring *ring);

/* Consumer. The next record not taken yet, or NULL: none. It stays until ring_release. */
const void *ring_peek(struct ring *ring, uint32_t *bytes);
/* Consumer. Takes the record that ring_peek gave; it stays valid. */
void ring_take(struct ring *ring);
/* Consumer. Gives all taken records' room back to the producer. */
void ring_release(struct ring *ring);
/* Consumer. False when a record may be there. With ring_publish and a flag, both in the one order
 * of sequentially consistent operations, this is what makes sleeping safe: see bridge_sleep. */
bool ring_empty(struct ring *ring);

/* Any thread. Bytes in use, roughly. */
uint64_t ring_used(const struct ring *ring);

#endif
