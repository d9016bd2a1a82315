/* open_set.h - the payments that are not final, by deadline: a heap with a hash from payment id to
 * place, so that what ends early leaves at once. Fixed capacity. Ledger thread. */
#ifndef LEDGER_OPEN_SET_H
#define LEDGER_OPEN_SET_H

#include <stdbool.h>
#include <stdint.h>

struct open_entry {
    uint64_t deadline_ns, id; /* ordered by both; no deadline: UINT64_MAX */
    uint32_t slot;            /* of the hash */
    uint32_t reserved;
};

struct open_set {
    struct open_entry *heap;
    uint32_t *slots; /* heap place + 1, by hash of the id */
    uint64_t count, max, mask;
};

int open_set_init(struct open_set *set, uint64_t max);
void open_set_free(struct open_set *set);
/* deadline_ns 0: none. The id must not be there; count < max. */
void open_set_add(struct open_set *set, uint64_t id, uint64_t deadline_ns);
/* It must be there. */
void open_set_remove(struct open_set *set, uint64_t id);
/* The one with the least (deadline, id) at or before now, or 0. */
uint64_t open_set_due(const struct open_set *set, uint64_t now_ns);

#endif
