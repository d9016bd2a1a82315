#include "switch/call.h"

#include <stdlib.h>
#include <string.h>

#include "switch/assert.h"

int call_table_init(struct call_table *table, uint32_t size) {
    ASSERT(size > 0);
    ASSERT(size < CALL_NONE);
    *table = (struct call_table){
        .size = size, .free = CALL_NONE, .earliest = CALL_NONE, .latest = CALL_NONE};
    table->calls = calloc(size, sizeof(*table->calls));
    return table->calls == NULL ? -1 : 0;
}

void call_table_free(struct call_table *table) {
    free(table->calls);
    table->calls = NULL;
}

uint32_t call_place(const struct call_table *table, const struct call *call) {
    return (uint32_t)(call - table->calls);
}

struct call *call_take(struct call_table *table) {
    struct call *call;
    if (table->free != CALL_NONE) {
        call = &table->calls[table->free];
        table->free = call->following;
    } else if (table->fresh < table->size) {
        call = &table->calls[table->fresh++];
    } else {
        return NULL;
    }
    table->used++;
    /* The note is the adapter's to fill; clearing its 64 bytes each time would be for nothing. */
    uint32_t generation = call->generation;
    memset(call, 0, offsetof(struct call, note));
    call->generation = generation;
    call->earlier = call->later = call->following = CALL_NONE;
    return call;
}

void call_untime(struct call_table *table, struct call *call) {
    if (!call->timed) {
        return;
    }
    if (call->earlier == CALL_NONE) {
        table->earliest = call->later;
    } else {
        table->calls[call->earlier].later = call->later;
    }
    if (call->later == CALL_NONE) {
        table->latest = call->earlier;
    } else {
        table->calls[call->later].earlier = call->earlier;
    }
    call->timed = false;
}

void call_give(struct call_table *table, struct call *call) {
    ASSERT(table->used > 0);
    call_untime(table, call);
    table->used--;
    call->generation++;
    call->following = table->free;
    table->free = call_place(table, call);
}

uint64_t call_ticket(const struct call_table *table, const struct call *call) {
    return (uint64_t)call->generation << 32 | call_place(table, call);
}

struct call *call_find(struct call_table *table, uint64_t ticket) {
    uint32_t place = (uint32_t)ticket;
    ASSERT(place < table->size);
    struct call *call = &table->calls[place];
    return call->generation == (uint32_t)(ticket >> 32) ? call : NULL;
}

void call_time(struct call_table *table, struct call *call, uint64_t now_ns) {
    ASSERT(!call->timed);
    call->timed = true;
    call->timed_ns = now_ns;
    call->earlier = table->latest;
    call->later = CALL_NONE;
    uint32_t place = call_place(table, call);
    if (table->latest == CALL_NONE) {
        table->earliest = place;
    } else {
        table->calls[table->latest].later = place;
    }
    table->latest = place;
}

struct call *call_overdue(struct call_table *table, uint64_t before_ns) {
    if (table->earliest == CALL_NONE) {
        return NULL;
    }
    struct call *call = &table->calls[table->earliest];
    return call->timed_ns < before_ns ? call : NULL;
}
