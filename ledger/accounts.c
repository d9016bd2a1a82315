/* accounts.c - see accounts.h. */
#include "ledger/accounts.h"

#include <string.h>

#include "ledger/assert.h"
#include "ledger/memory.h"

int accounts_init(struct accounts *accounts, uint64_t slots, uint64_t seed,
                  struct store_reader *reader) {
    uint64_t heads = 1024;
    while (heads < slots) {
        heads *= 2;
    }
    *accounts = (struct accounts){
        .slot_count = slots,
        .head_mask = heads - 1,
        .seed = seed | 1,
        .table = 1,
        .dirty_max = slots / 8 * 3, /* two tables' and a chunk's always fit */
        .reader = reader,
        .slots = memory_take(slots * sizeof(struct account_slot)),
        .heads = memory_take(heads * sizeof(uint32_t)),
    };
    for (int i = 0; i < 2; i++) {
        accounts->dirty[i] = memory_take(accounts->dirty_max * sizeof(uint32_t));
    }
    bool ok = accounts->slots != NULL && accounts->heads != NULL && accounts->dirty[0] != NULL &&
              accounts->dirty[1] != NULL;
    return ok ? 0 : LEDGER_EMEMORY;
}

void accounts_free(struct accounts *accounts) {
    memory_give(accounts->slots, accounts->slot_count * sizeof(struct account_slot));
    memory_give(accounts->heads, (accounts->head_mask + 1) * sizeof(uint32_t));
    memory_give(accounts->dirty[0], accounts->dirty_max * sizeof(uint32_t));
    memory_give(accounts->dirty[1], accounts->dirty_max * sizeof(uint32_t));
}

void accounts_begin_chunk(struct accounts *accounts) {
    accounts->chunk++;
}

uint64_t accounts_chunk_max(const struct accounts *accounts) {
    return accounts->slot_count / 4;
}

uint64_t accounts_room(const struct accounts *accounts) {
    return accounts->dirty_max - accounts->dirty_count[accounts->table & 1];
}

static uint32_t *head_of(const struct accounts *accounts, uint64_t id) {
    uint64_t hash = (id ^ accounts->seed) * 0x9e3779b97f4a7c15u;
    hash = (hash ^ hash >> 29) * accounts->seed;
    return &accounts->heads[hash >> 20 & accounts->head_mask];
}

void accounts_prefetch_head(const struct accounts *accounts, uint64_t id) {
    __builtin_prefetch(head_of(accounts, id));
}

void accounts_prefetch_slot(const struct accounts *accounts, uint64_t id) {
    uint32_t at = *head_of(accounts, id);
    if (at != 0) {
        const char *slot = (const char *)&accounts->slots[at - 1];
        for (unsigned line = 0; line < sizeof(struct account_slot); line += 64) {
            __builtin_prefetch(slot + line);
        }
    }
}

static unsigned newest(const struct account_slot *slot) {
    return slot->table[1] > slot->table[0] ? 1 : 0;
}

static void unlink_slot(struct accounts *accounts, struct account_slot *slot) {
    uint32_t number = (uint32_t)(slot - accounts->slots) + 1;
    uint32_t *link = head_of(accounts, slot->id);
    while (*link != number) {
        ASSERT(*link != 0);
        link = &accounts->slots[*link - 1].next;
    }
    *link = slot->next;
    slot->id = 0;
}

/* A free slot; when there is none, one whose account is as in LMDB and not touched lately. There
 * is one: two tables' changes take three quarters at most, a chunk touches a quarter at most. */
static struct account_slot *take_slot(struct accounts *accounts) {
    if (accounts->used < accounts->slot_count) {
        return &accounts->slots[accounts->used++];
    }
    for (uint64_t step = 0;; step++) {
        ASSERT(step < 2 * accounts->slot_count);
        struct account_slot *slot = &accounts->slots[accounts->hand];
        accounts->hand = (accounts->hand + 1) % accounts->slot_count;
        if (slot->chunk == accounts->chunk || slot->table[newest(slot)] > accounts->saved) {
            continue;
        }
        if (slot->recent) {
            slot->recent = 0;
            continue;
        }
        unlink_slot(accounts, slot);
        return slot;
    }
}

static struct account_slot *add_slot(struct accounts *accounts, uint64_t id) {
    struct account_slot *slot = take_slot(accounts);
    uint32_t *head = head_of(accounts, id);
    memset(slot->table, 0, sizeof slot->table);
    slot->id = id;
    slot->next = *head;
    slot->chunk = accounts->chunk;
    slot->recent = 1;
    *head = (uint32_t)(slot - accounts->slots) + 1;
    return slot;
}

struct account_slot *accounts_find(struct accounts *accounts, uint64_t id) {
    for (uint32_t at = *head_of(accounts, id); at != 0;) {
        struct account_slot *slot = &accounts->slots[at - 1];
        if (slot->id == id) {
            slot->chunk = accounts->chunk;
            slot->recent = 1;
            return slot;
        }
        at = slot->next;
    }
    const struct ledger_account *stored = store_account(accounts->reader, id);
    if (stored == NULL) {
        return NULL;
    }
    ASSERT(stored->id == id);
    struct account_slot *slot = add_slot(accounts, id);
    slot->version[0] = *stored;
    return slot;
}

const struct ledger_account *accounts_read(const struct account_slot *slot) {
    return &slot->version[newest(slot)];
}

struct ledger_account *accounts_write(struct accounts *accounts, struct account_slot *slot) {
    unsigned parity = accounts->table & 1, now = newest(slot);
    if (slot->table[parity] != accounts->table) {
        ASSERT(accounts->dirty_count[parity] < accounts->dirty_max);
        if (now != parity) {
            slot->version[parity] = slot->version[now];
        }
        slot->table[parity] = accounts->table;
        uint32_t number = (uint32_t)(slot - accounts->slots);
        accounts->dirty[parity][accounts->dirty_count[parity]++] = number;
    }
    return &slot->version[parity];
}

struct ledger_account *accounts_add(struct accounts *accounts, uint64_t id) {
    struct account_slot *slot = add_slot(accounts, id);
    memset(slot->version, 0, sizeof slot->version);
    struct ledger_account *account = accounts_write(accounts, slot);
    account->id = id;
    return account;
}

void accounts_seal(struct accounts *accounts, uint32_t next) {
    ASSERT(next == accounts->table + 1);
    ASSERT(accounts->saved == accounts->table - 1); /* its parity's last user is in LMDB */
    accounts->table = next;
    accounts->dirty_count[next & 1] = 0;
}

void accounts_saved(struct accounts *accounts, uint32_t table) {
    accounts->saved = table;
}

const struct ledger_account *accounts_sealed(const struct accounts *accounts, uint32_t table,
                                             uint64_t index) {
    ASSERT(index < accounts->dirty_count[table & 1]);
    return &accounts->slots[accounts->dirty[table & 1][index]].version[table & 1];
}
