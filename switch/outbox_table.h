/* outbox_table.h - the deliveries that wait: which one is due when, and in which order those that
 * are due go to each provider. Fixed memory, taken from the system as it is touched: 44 bytes a
 * delivery. Pure; one thread. Times are wall-clock ns.
 *
 * A delivery is PAUSED (until its time), READY (in its provider's queue), FLYING (somebody sees to
 * it), STUCK (waits for an operator) or LOST (its provider is not in the config). One that is
 * PAUSED may stand in a line besides, and is READY before its time when it is called. */
#ifndef SWITCH_OUTBOX_TABLE_H
#define SWITCH_OUTBOX_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#define OUTBOX_NONE UINT32_MAX  /* no entry                                              */
#define OUTBOX_NEVER UINT64_MAX /* the next attempt's time when only an operator makes it */
#define OUTBOX_QUEUES_MAX 66    /* PROVIDERS_MAX, the shops, and one for those of none of them */
#define OUTBOX_LINES_MAX 255u   /* they are numbered from 1 */

enum outbox_state {
    OUTBOX_FREE,
    OUTBOX_PAUSED,
    OUTBOX_READY,
    OUTBOX_FLYING,
    OUTBOX_STUCK,
    OUTBOX_LOST,
    OUTBOX_STATES
};

struct outbox_entry {
    uint64_t payment;
    uint64_t next_ns; /* PAUSED: until then                                    */
    uint32_t heap_at; /* PAUSED: place in the heap                             */
    uint32_t next; /* READY: behind it in the queue; PAUSED: in the line; FREE: in the free list */
    uint32_t previous; /* READY, PAUSED: before it                              */
    uint8_t queue;     /* its provider's                                        */
    uint8_t line;      /* PAUSED: that it stands in; 0: in none                 */
    uint8_t state;     /* enum outbox_state                                     */
    bool more;         /* FLYING: it was handed over once more meanwhile        */
};

struct outbox_list {
    uint32_t first, last; /* OUTBOX_NONE: it is empty */
};

struct outbox_queue {
    struct outbox_list ready;
    uint32_t counts[OUTBOX_STATES];
};

struct outbox_table {
    struct outbox_entry *entries;
    uint32_t *heap;  /* PAUSED entries by next_ns                     */
    uint32_t *slots; /* of the hash by payment: entries; a power of 2 */
    uint32_t capacity, slot_mask;
    uint32_t used, fresh; /* entries; of them, up to here they were touched */
    uint32_t free_first, heap_count;
    struct outbox_queue queues[OUTBOX_QUEUES_MAX];
    struct outbox_list lines[OUTBOX_LINES_MAX + 1];
};

/* 0, or -1: no memory. */
int outbox_table_init(struct outbox_table *table, uint32_t capacity);
void outbox_table_free(struct outbox_table *table);

/* The entry of a payment, or OUTBOX_NONE. */
uint32_t outbox_table_find(const struct outbox_table *table, uint64_t payment);
/* A new entry, FLYING until it is told what it is; OUTBOX_NONE: full. payment: not 0, not there. */
uint32_t outbox_table_add(struct outbox_table *table, uint64_t payment, uint32_t queue);
void outbox_table_drop(struct outbox_table *table, uint32_t entry);

/* Moves an entry from whatever state it has. */
void outbox_table_pause(struct outbox_table *table, uint32_t entry, uint64_t next_ns);
/* line: that it stands in besides, last. */
void outbox_table_line_up(struct outbox_table *table, uint32_t entry, uint64_t next_ns,
                          uint32_t line);
void outbox_table_ready(struct outbox_table *table, uint32_t entry, bool first);
void outbox_table_set(struct outbox_table *table, uint32_t entry, enum outbox_state state);

/* Handed over although it is there: it may have changed. One that flies is looked at once more
 * after that; another one is READY when its time is before. */
void outbox_table_again(struct outbox_table *table, uint32_t entry, uint64_t next_ns);
/* Whether that came while it flew; once. */
bool outbox_table_is_more(struct outbox_table *table, uint32_t entry);

/* The time of the next PAUSED one; OUTBOX_NEVER: there is none. */
uint64_t outbox_table_due_ns(const struct outbox_table *table);
/* Makes a PAUSED one whose time has come READY, and returns it; OUTBOX_NONE: there is none. */
uint32_t outbox_table_wake(struct outbox_table *table, uint64_t now_ns);
/* Makes the first one of a line READY, and returns it; OUTBOX_NONE: nobody stands there. */
uint32_t outbox_table_call(struct outbox_table *table, uint32_t line);
/* Takes the first READY one of a queue, which is FLYING then; OUTBOX_NONE: there is none. */
uint32_t outbox_table_take(struct outbox_table *table, uint32_t queue);

#endif
