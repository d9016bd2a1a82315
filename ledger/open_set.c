/* open_set.c - see open_set.h. */
#include "ledger/open_set.h"

#include "ledger/assert.h"
#include "ledger/ledger.h"
#include "ledger/memory.h"

int open_set_init(struct open_set *set, uint64_t max) {
    uint64_t slots = 1024;
    while (slots < max * 2) {
        slots *= 2;
    }
    *set = (struct open_set){.max = max, .mask = slots - 1};
    set->heap = memory_take(max * sizeof set->heap[0]);
    set->slots = memory_take(slots * sizeof set->slots[0]);
    return set->heap != NULL && set->slots != NULL ? 0 : LEDGER_EMEMORY;
}

void open_set_free(struct open_set *set) {
    memory_give(set->heap, set->max * sizeof set->heap[0]);
    memory_give(set->slots, (set->mask + 1) * sizeof set->slots[0]);
}

static bool before(const struct open_entry *a, const struct open_entry *b) {
    return a->deadline_ns != b->deadline_ns ? a->deadline_ns < b->deadline_ns : a->id < b->id;
}

static void put(struct open_set *set, uint64_t place, struct open_entry entry) {
    set->heap[place] = entry;
    set->slots[entry.slot] = (uint32_t)place + 1;
}

/* Moves `entry` from the hole at `place` up to where it belongs, or down. */
static void sift(struct open_set *set, uint64_t place, struct open_entry entry) {
    while (place > 0 && before(&entry, &set->heap[(place - 1) / 2])) {
        put(set, place, set->heap[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    for (;;) {
        uint64_t child = 2 * place + 1;
        if (child + 1 < set->count && before(&set->heap[child + 1], &set->heap[child])) {
            child++;
        }
        if (child >= set->count || !before(&set->heap[child], &entry)) {
            break;
        }
        put(set, place, set->heap[child]);
        place = child;
    }
    put(set, place, entry);
}

static uint64_t home(const struct open_set *set, uint64_t id) {
    return (id * 0x9e3779b97f4a7c15u >> 20) & set->mask;
}

void open_set_add(struct open_set *set, uint64_t id, uint64_t deadline_ns) {
    ASSERT(set->count < set->max);
    uint64_t slot = home(set, id);
    while (set->slots[slot] != 0) {
        ASSERT(set->heap[set->slots[slot] - 1].id != id);
        slot = (slot + 1) & set->mask;
    }
    struct open_entry entry = {deadline_ns != 0 ? deadline_ns : UINT64_MAX, id, (uint32_t)slot, 0};
    set->count++;
    sift(set, set->count - 1, entry);
}

/* Frees a hash slot, and moves what had probed past it back (so no tombstones are left). */
static void free_slot(struct open_set *set, uint64_t hole) {
    for (uint64_t slot = (hole + 1) & set->mask; set->slots[slot] != 0;
         slot = (slot + 1) & set->mask) {
        struct open_entry *entry = &set->heap[set->slots[slot] - 1];
        uint64_t wanted = home(set, entry->id);
        if (((slot - wanted) & set->mask) >= ((slot - hole) & set->mask)) {
            set->slots[hole] = set->slots[slot];
            entry->slot = (uint32_t)hole;
            hole = slot;
        }
    }
    set->slots[hole] = 0;
}

void open_set_remove(struct open_set *set, uint64_t id) {
    uint64_t slot = home(set, id);
    for (;; slot = (slot + 1) & set->mask) {
        ASSERT(set->slots[slot] != 0);
        if (set->heap[set->slots[slot] - 1].id == id) {
            break;
        }
    }
    uint64_t place = set->slots[slot] - 1;
    free_slot(set, slot);
    set->count--;
    if (place < set->count) {
        sift(set, place, set->heap[set->count]);
    }
}

uint64_t open_set_due(const struct open_set *set, uint64_t now_ns) {
    return set->count > 0 && set->heap[0].deadline_ns <= now_ns ? set->heap[0].id : 0;
}
