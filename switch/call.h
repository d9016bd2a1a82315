/* call.h - requests that were taken and are not answered yet, of one loop.
 * Loop thread only. A fixed table, no allocation after start. A call is named by a ticket: its
 * place and the place's generation, so that an answer that comes too late finds nothing. */
#ifndef SWITCH_CALL_H
#define SWITCH_CALL_H

#include "protocols/adapter.h"

#define CALL_NONE UINT32_MAX /* no place */

struct heavy_job;

struct call {
    uint32_t generation;      /* of this place */
    uint32_t conn;            /* the connection's place in the loop's table, */
    uint32_t conn_generation; /* and its generation when the call was taken  */
    uint32_t commands;        /* given to the ledger; 0: none */
    uint16_t adapter;         /* index in `adapters`; METRICS_NODE: the switch itself */
    uint16_t operation;       /* metrics_operation */
    bool timed;               /* is in the list of deadlines */
    bool head_only;           /* HTTP: a HEAD request */
    bool close;               /* HTTP: the connection ends after this answer */
    bool answered;            /* HTTP: the answer waits in `held` for its turn */
    uint32_t earlier, later;  /* neighbours in the list of deadlines */
    uint32_t following;       /* HTTP: the next request of the connection; free: next free place */
    uint64_t started_ns;      /* monotonic */
    uint64_t timed_ns;        /* timed: when it was given to the ledger */
    struct buffer *held;      /* HTTP: an answer that waits for its turn, or NULL */
    struct heavy_job *job;    /* HTTP: what workers do for it, or NULL */
    struct adapter_note note;
};

struct call_table {
    struct call *calls;
    uint32_t size;             /* places */
    uint32_t used;             /* taken */
    uint32_t fresh;            /* places from here on were never taken */
    uint32_t free;             /* first free place below, or CALL_NONE */
    uint32_t earliest, latest; /* ends of the list of deadlines */
};

/* 0, or -1: no memory. */
int call_table_init(struct call_table *table, uint32_t size);
void call_table_free(struct call_table *table);

/* A new call, all zero but its generation and links; NULL: the table is full. */
struct call *call_take(struct call_table *table);
void call_give(struct call_table *table, struct call *call);

uint64_t call_ticket(const struct call_table *table, const struct call *call);
/* The call of a ticket, or NULL when it was given back since. */
struct call *call_find(struct call_table *table, uint64_t ticket);
uint32_t call_place(const struct call_table *table, const struct call *call);

/* Puts the call at the end of the list of deadlines: from now on, all have the same patience. */
void call_time(struct call_table *table, struct call *call, uint64_t now_ns);
/* Takes the call off the list, if it is there. */
void call_untime(struct call_table *table, struct call *call);
/* The call that is in the list for longest, if it came there before `before_ns`; NULL. */
struct call *call_overdue(struct call_table *table, uint64_t before_ns);

#endif
