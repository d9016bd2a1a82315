/* bridge.h - the way between the event loops (the outbox's is one) and the ledger thread: for each
 * loop a lane with a ring of calls one way and a ring of answers the other.
 *
 * A call is a ticket and 1..LEDGER_BATCH_MAX commands; its answer carries the ticket and as many
 * results. The answers ring cannot overflow: what a loop has in flight is bounded so that all of
 * its results fit. The bodies of lookups come with the results of a call of up to
 * ADAPTER_BODIES_MAX commands; when they find no room, the lookups are answered LEDGER_BUSY. */
#ifndef SWITCH_BRIDGE_H
#define SWITCH_BRIDGE_H

#include "ledger/ledger.h"
#include "switch/ring.h"

#define BRIDGE_LANES_MAX 17 /* CONFIG_LOOPS_MAX, and the outbox's */

struct bridge_call { /* a record of the calls ring */
    uint64_t ticket; /* the loop's own */
    uint32_t count;  /* commands that follow, one after the other */
    uint32_t bytes;  /* of them */
    uint8_t commands[];
};

struct bridge_answer { /* a record of the answers ring */
    uint64_t ticket;
    uint32_t count;
    uint32_t failed; /* 1: the ledger failed, the outcome is unknown, and results are not there */
    struct ledger_result results[];
};

struct bridge_lane {
    struct ring calls, answers;
    /* The loop's. */
    uint32_t commands;          /* in flight */
    uint32_t commands_received; /* of them, those whose answers were received but not released */
    uint64_t fixed_bytes;       /* of their results in the answers ring */
    uint64_t fixed_received;    /* of them, as above */
    uint32_t unpublished;       /* commands sent and not shown */
    /* The ledger thread's. */
    bool answered;               /* answers were written and not shown           */
    void (*wake)(void *context); /* tells the loop, from the ledger thread       */
    void *wake_context;
};

struct bridge {
    struct bridge_lane lanes[BRIDGE_LANES_MAX];
    uint32_t lane_count;
    _Alignas(RING_LINE) _Atomic uint32_t sleeping; /* 1: the ledger thread waits for a wake */
    _Atomic uint32_t woken;                        /* 1: bridge_wake was called since */
};

/* 0, or -1: no memory. The lanes' wake functions are set before the ledger thread starts. */
int bridge_init(struct bridge *bridge, uint32_t lane_count);
void bridge_free(struct bridge *bridge);

/* ---- A loop's side ---- */

/* Room for a call with up to `bytes` of commands: the writer writes straight into the ring. False:
 * full. */
bool bridge_reserve(struct bridge_lane *lane, uint32_t bytes, struct ledger_writer *writer);
/* Sends what the writer of bridge_reserve wrote (one command or more), at the next
 * bridge_publish. False: too much is in flight, and nothing was sent. */
bool bridge_send(struct bridge_lane *lane, const struct ledger_writer *writer, uint64_t ticket);
/* Shows the calls sent to the ledger thread, and wakes it when it sleeps. */
void bridge_publish(struct bridge *bridge, struct bridge_lane *lane);
/* The next answer, or NULL. Valid until bridge_release. */
const struct bridge_answer *bridge_receive(struct bridge_lane *lane);
void bridge_release(struct bridge_lane *lane);

/* ---- The ledger thread's side ---- */

/* The next call that was not taken, or NULL. Valid until bridge_calls_release. */
const struct bridge_call *bridge_peek(struct bridge_lane *lane);
void bridge_take(struct bridge_lane *lane);
void bridge_calls_release(struct bridge_lane *lane);
/* Writes an answer. results NULL: failed. */
void bridge_answer(struct bridge_lane *lane, uint64_t ticket, const struct ledger_result *results,
                   uint32_t count);
/* Shows all answers written, one wake a loop. */
void bridge_answers_publish(struct bridge *bridge);
/* Sleeps until a call or bridge_wake comes, or for timeout_ns. May wake early. */
void bridge_sleep(struct bridge *bridge, uint64_t timeout_ns);
/* Sleeps for timeout_ns, or until bridge_wake. Calls do not end it. */
void bridge_rest(struct bridge *bridge, uint64_t timeout_ns);

/* Any thread: ends the ledger thread's sleep, or the next one when it is awake. */
void bridge_wake(struct bridge *bridge);

#endif
