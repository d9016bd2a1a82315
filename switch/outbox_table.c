#include "switch/outbox_table.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "switch/assert.h"

_Static_assert(sizeof(struct outbox_entry) <= 32, "what a waiting delivery costs");

/* Pages come when they are touched. NULL: no memory. */
static void *reserve(size_t bytes) {
    void *base = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return base == MAP_FAILED ? NULL : base;
}

static void release(void *base, size_t bytes) {
    if (base != NULL) {
        (void)munmap(base, bytes);
    }
}

int outbox_table_init(struct outbox_table *table, uint32_t capacity) {
    const struct outbox_list empty = {OUTBOX_NONE, OUTBOX_NONE};
    ASSERT(capacity > 0 && capacity < OUTBOX_NONE / 4);
    *table = (struct outbox_table){.capacity = capacity, .free_first = OUTBOX_NONE};
    uint32_t slots = 16;
    while (slots < 2 * capacity) {
        slots *= 2;
    }
    table->slot_mask = slots - 1;
    table->entries = reserve(capacity * sizeof(*table->entries));
    table->heap = reserve(capacity * sizeof(*table->heap));
    table->slots = reserve(slots * sizeof(*table->slots));
    for (uint32_t i = 0; i < OUTBOX_QUEUES_MAX; i++) {
        table->queues[i].ready = empty;
    }
    for (uint32_t i = 0; i <= OUTBOX_LINES_MAX; i++) {
        table->lines[i] = empty;
    }
    if (table->entries == NULL || table->heap == NULL || table->slots == NULL) {
        outbox_table_free(table);
        return -1;
    }
    return 0;
}

void outbox_table_free(struct outbox_table *table) {
    release(table->entries, table->capacity * sizeof(*table->entries));
    release(table->heap, table->capacity * sizeof(*table->heap));
    release(table->slots, (table->slot_mask + (size_t)1) * sizeof(*table->slots));
    *table = (struct outbox_table){.capacity = 0};
}

/* ---- By payment: open addressing; a slot has the entry plus 1, so that fresh memory is empty ---
 */

/* Sixteen payments in a row share a cache line; the lines are spread, so that long runs of payments
 * that wait do not lie in the way of others. */
static uint32_t home_of(const struct outbox_table *table, uint64_t payment) {
    uint64_t line = (payment >> 4) * 0x9e3779b97f4a7c15u >> 32;
    return (uint32_t)(line << 4 | (payment & 15)) & table->slot_mask;
}

/* The payment's slot, or the empty one where it would be. */
static uint32_t slot_of(const struct outbox_table *table, uint64_t payment) {
    uint32_t slot = home_of(table, payment);
    while (table->slots[slot] != 0 && table->entries[table->slots[slot] - 1].payment != payment) {
        slot = (slot + 1) & table->slot_mask;
    }
    return slot;
}

uint32_t outbox_table_find(const struct outbox_table *table, uint64_t payment) {
    uint32_t entry = table->slots[slot_of(table, payment)];
    return entry == 0 ? OUTBOX_NONE : entry - 1;
}

/* Empties a slot and moves those behind it up that would not be found any more. */
static void empty_slot(struct outbox_table *table, uint32_t hole) {
    uint32_t slot = hole;
    for (;;) {
        slot = (slot + 1) & table->slot_mask;
        if (table->slots[slot] == 0) {
            break;
        }
        uint32_t home = home_of(table, table->entries[table->slots[slot] - 1].payment);
        if (((slot - home) & table->slot_mask) >= ((slot - hole) & table->slot_mask)) {
            table->slots[hole] = table->slots[slot];
            hole = slot;
        }
    }
    table->slots[hole] = 0;
}

/* ---- By time: a binary heap ---------------------------------------------------------------- */

static uint64_t key_at(const struct outbox_table *table, uint32_t at) {
    return table->entries[table->heap[at]].next_ns;
}

static void put_at(struct outbox_table *table, uint32_t at, uint32_t entry) {
    table->heap[at] = entry;
    table->entries[entry].heap_at = at;
}

static void sift_up(struct outbox_table *table, uint32_t at, uint32_t entry) {
    uint64_t key = table->entries[entry].next_ns;
    while (at > 0 && key_at(table, (at - 1) / 2) > key) {
        put_at(table, at, table->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    put_at(table, at, entry);
}

static void sift_down(struct outbox_table *table, uint32_t at, uint32_t entry) {
    uint64_t key = table->entries[entry].next_ns;
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child + 1 < table->heap_count && key_at(table, child + 1) < key_at(table, child)) {
            child++;
        }
        if (child >= table->heap_count || key_at(table, child) >= key) {
            break;
        }
        put_at(table, at, table->heap[child]);
        at = child;
    }
    put_at(table, at, entry);
}

static void leave_heap(struct outbox_table *table, uint32_t entry) {
    uint32_t at = table->entries[entry].heap_at;
    uint32_t last = table->heap[--table->heap_count];
    if (at == table->heap_count) {
        return;
    }
    if (at > 0 && key_at(table, (at - 1) / 2) > table->entries[last].next_ns) {
        sift_up(table, at, last);
    } else {
        sift_down(table, at, last);
    }
}

/* ---- By provider, and in lines: lists ------------------------------------------------------- */

static void leave_list(struct outbox_table *table, struct outbox_list *list,
                       const struct outbox_entry *entry) {
    if (entry->previous == OUTBOX_NONE) {
        list->first = entry->next;
    } else {
        table->entries[entry->previous].next = entry->next;
    }
    if (entry->next == OUTBOX_NONE) {
        list->last = entry->previous;
    } else {
        table->entries[entry->next].previous = entry->previous;
    }
}

static void join_list(struct outbox_table *table, struct outbox_list *list, uint32_t index,
                      bool first) {
    struct outbox_entry *entry = &table->entries[index];
    entry->previous = first ? OUTBOX_NONE : list->last;
    entry->next = first ? list->first : OUTBOX_NONE;
    if (entry->previous == OUTBOX_NONE) {
        list->first = index;
    } else {
        table->entries[entry->previous].next = index;
    }
    if (entry->next == OUTBOX_NONE) {
        list->last = index;
    } else {
        table->entries[entry->next].previous = index;
    }
}

/* Takes it out of where its state has it, and gives it another. */
static void change(struct outbox_table *table, uint32_t index, enum outbox_state state) {
    struct outbox_entry *entry = &table->entries[index];
    ASSERT(index < table->fresh && entry->state != OUTBOX_FREE);
    if (entry->state == OUTBOX_PAUSED) {
        leave_heap(table, index);
        if (entry->line != 0) {
            leave_list(table, &table->lines[entry->line], entry);
            entry->line = 0;
        }
    } else if (entry->state == OUTBOX_READY) {
        leave_list(table, &table->queues[entry->queue].ready, entry);
    }
    table->queues[entry->queue].counts[entry->state]--;
    table->queues[entry->queue].counts[state]++;
    entry->state = (uint8_t)state;
}

/* ---- All of it ----------------------------------------------------------------------------- */

uint32_t outbox_table_add(struct outbox_table *table, uint64_t payment, uint32_t queue) {
    ASSERT(queue < OUTBOX_QUEUES_MAX && payment != 0);
    uint32_t slot = slot_of(table, payment);
    ASSERT(table->slots[slot] == 0);
    uint32_t index = table->free_first;
    if (index != OUTBOX_NONE) {
        table->free_first = table->entries[index].next;
    } else if (table->fresh < table->capacity) {
        index = table->fresh++;
    } else {
        return OUTBOX_NONE;
    }
    table->entries[index] =
        (struct outbox_entry){.payment = payment, .queue = (uint8_t)queue, .state = OUTBOX_FLYING};
    table->slots[slot] = index + 1;
    table->queues[queue].counts[OUTBOX_FLYING]++;
    table->used++;
    return index;
}

void outbox_table_drop(struct outbox_table *table, uint32_t index) {
    struct outbox_entry *entry = &table->entries[index];
    change(table, index, OUTBOX_FREE);
    empty_slot(table, slot_of(table, entry->payment));
    table->queues[entry->queue].counts[OUTBOX_FREE]--;
    *entry = (struct outbox_entry){.next = table->free_first};
    table->free_first = index;
    table->used--;
}

void outbox_table_pause(struct outbox_table *table, uint32_t index, uint64_t next_ns) {
    change(table, index, OUTBOX_PAUSED);
    table->entries[index].next_ns = next_ns;
    sift_up(table, table->heap_count++, index);
}

void outbox_table_line_up(struct outbox_table *table, uint32_t index, uint64_t next_ns,
                          uint32_t line) {
    ASSERT(line > 0 && line <= OUTBOX_LINES_MAX);
    outbox_table_pause(table, index, next_ns);
    table->entries[index].line = (uint8_t)line;
    join_list(table, &table->lines[line], index, false);
}

void outbox_table_ready(struct outbox_table *table, uint32_t index, bool first) {
    change(table, index, OUTBOX_READY);
    join_list(table, &table->queues[table->entries[index].queue].ready, index, first);
}

void outbox_table_set(struct outbox_table *table, uint32_t index, enum outbox_state state) {
    ASSERT(state == OUTBOX_FLYING || state == OUTBOX_STUCK || state == OUTBOX_LOST);
    change(table, index, state);
}

uint64_t outbox_table_due_ns(const struct outbox_table *table) {
    return table->heap_count == 0 ? OUTBOX_NEVER : key_at(table, 0);
}

uint32_t outbox_table_wake(struct outbox_table *table, uint64_t now_ns) {
    if (outbox_table_due_ns(table) > now_ns || table->heap_count == 0) {
        return OUTBOX_NONE;
    }
    uint32_t index = table->heap[0];
    outbox_table_ready(table, index, false);
    return index;
}

uint32_t outbox_table_call(struct outbox_table *table, uint32_t line) {
    ASSERT(line > 0 && line <= OUTBOX_LINES_MAX);
    uint32_t index = table->lines[line].first;
    if (index != OUTBOX_NONE) {
        outbox_table_ready(table, index, false);
    }
    return index;
}

uint32_t outbox_table_take(struct outbox_table *table, uint32_t queue) {
    uint32_t index = table->queues[queue].ready.first;
    if (index != OUTBOX_NONE) {
        change(table, index, OUTBOX_FLYING);
    }
    return index;
}

void outbox_table_again(struct outbox_table *table, uint32_t entry, uint64_t next_ns) {
    struct outbox_entry *there = &table->entries[entry];
    if (there->state == OUTBOX_FLYING) {
        there->more = true;
    } else if (there->state == OUTBOX_PAUSED && next_ns < there->next_ns) {
        outbox_table_pause(table, entry, next_ns);
    } else if (there->state == OUTBOX_STUCK && next_ns != OUTBOX_NEVER) {
        outbox_table_ready(table, entry, false);
    }
}

bool outbox_table_is_more(struct outbox_table *table, uint32_t entry) {
    bool more = table->entries[entry].more;
    table->entries[entry].more = false;
    return more;
}
