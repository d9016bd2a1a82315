#include "switch/bridge.h"

#include <linux/futex.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "protocols/adapter.h"
#include "switch/assert.h"
#include "switch/limits.h"

_Static_assert(sizeof(struct bridge_call) % 8 == 0, "commands are 8-byte aligned");
_Static_assert(sizeof(struct bridge_answer) % 8 == 0, "results are 8-byte aligned");

/* What the results of `count` commands take of the answers ring, without bodies. */
static uint64_t fixed_cost(uint32_t count) {
    return ring_cost(sizeof(struct bridge_answer) + count * sizeof(struct ledger_result));
}

int bridge_init(struct bridge *bridge, uint32_t lane_count) {
    ASSERT(lane_count > 0);
    ASSERT(lane_count <= BRIDGE_LANES_MAX);
    memset(bridge, 0, sizeof(*bridge));
    bridge->lane_count = lane_count;
    for (uint32_t i = 0; i < lane_count; i++) {
        if (ring_init(&bridge->lanes[i].calls, RING_COMMAND_BYTES) < 0 ||
            ring_init(&bridge->lanes[i].answers, RING_RESULT_BYTES) < 0) {
            bridge_free(bridge);
            return -1;
        }
    }
    return 0;
}

void bridge_free(struct bridge *bridge) {
    for (uint32_t i = 0; i < bridge->lane_count; i++) {
        ring_free(&bridge->lanes[i].calls);
        ring_free(&bridge->lanes[i].answers);
    }
}

bool bridge_reserve(struct bridge_lane *lane, uint32_t bytes, struct ledger_writer *writer) {
    struct bridge_call *call = ring_reserve(&lane->calls, (uint32_t)sizeof(*call) + bytes);
    if (call == NULL) {
        return false;
    }
    *writer = (struct ledger_writer){.base = call->commands, .size = bytes};
    return true;
}

bool bridge_send(struct bridge_lane *lane, const struct ledger_writer *writer, uint64_t ticket) {
    ASSERT(writer->count > 0);
    ASSERT(writer->count <= LEDGER_BATCH_MAX);
    ASSERT(writer->used <= writer->size);
    uint64_t fixed = fixed_cost(writer->count);
    if (lane->commands + writer->count > LOOP_COMMANDS_MAX ||
        lane->fixed_bytes + fixed > RING_RESULT_FIXED) {
        return false;
    }
    struct bridge_call *call =
        (struct bridge_call *)(void *)(writer->base - offsetof(struct bridge_call, commands));
    call->ticket = ticket;
    call->count = writer->count;
    call->bytes = (uint32_t)writer->used;
    ring_commit(&lane->calls, (uint32_t)(sizeof(*call) + writer->used));
    lane->commands += writer->count;
    lane->fixed_bytes += fixed;
    lane->unpublished += writer->count;
    return true;
}

static void futex_wake(_Atomic uint32_t *word) {
    (void)syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

/* Returns when *word is not `value`, after timeout_ns, or early. */
static void futex_wait(_Atomic uint32_t *word, uint32_t value, uint64_t timeout_ns) {
    struct timespec timeout = {.tv_sec = (time_t)(timeout_ns / 1000000000),
                               .tv_nsec = (long)(timeout_ns % 1000000000)};
    (void)syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, &timeout, NULL, 0);
}

void bridge_publish(struct bridge *bridge, struct bridge_lane *lane) {
    if (lane->unpublished == 0) {
        return;
    }
    lane->unpublished = 0;
    ring_publish(&lane->calls);
    /* Sequentially consistent, as the sleeper's two steps are: either it sees the calls, or this
     * sees that it sleeps. */
    if (atomic_load(&bridge->sleeping) == 1 && atomic_exchange(&bridge->sleeping, 0) == 1) {
        futex_wake(&bridge->sleeping);
    }
}

const struct bridge_answer *bridge_receive(struct bridge_lane *lane) {
    uint32_t bytes = 0;
    const struct bridge_answer *answer = ring_peek(&lane->answers, &bytes);
    if (answer == NULL) {
        return NULL;
    }
    ASSERT(bytes >= sizeof(*answer));
    ring_take(&lane->answers);
    lane->commands_received += answer->count;
    lane->fixed_received += fixed_cost(answer->count);
    return answer;
}

void bridge_release(struct bridge_lane *lane) {
    ASSERT(lane->commands >= lane->commands_received);
    ASSERT(lane->fixed_bytes >= lane->fixed_received);
    ring_release(&lane->answers);
    lane->commands -= lane->commands_received;
    lane->fixed_bytes -= lane->fixed_received;
    lane->commands_received = 0;
    lane->fixed_received = 0;
}

const struct bridge_call *bridge_peek(struct bridge_lane *lane) {
    uint32_t bytes = 0;
    const struct bridge_call *call = ring_peek(&lane->calls, &bytes);
    ASSERT(call == NULL || bytes == sizeof(*call) + call->bytes);
    return call;
}

void bridge_take(struct bridge_lane *lane) {
    ring_take(&lane->calls);
}

void bridge_calls_release(struct bridge_lane *lane) {
    ring_release(&lane->calls);
}

static uint32_t aligned(uint32_t bytes) {
    return (bytes + 7) & ~7u;
}

/* What the bodies of an answer take behind its results, each 8-byte aligned. Of a call of many
 * commands they are left out. */
static uint32_t bodies_size(const struct ledger_result *results, uint32_t count) {
    uint32_t bytes = 0;
    for (uint32_t i = 0; results != NULL && count <= ADAPTER_BODIES_MAX && i < count; i++) {
        bytes += aligned(results[i].body_size);
    }
    return bytes;
}

/* Whether bodies of `bytes` leave room for all results that the loop may have in flight, and for
 * what the largest of them wastes when it starts over at the base. */
static bool bodies_fit(struct bridge_lane *lane, uint32_t bytes) {
    uint64_t keep = RING_RESULT_FIXED + 2 * fixed_cost(LEDGER_BATCH_MAX);
    return ring_room(&lane->answers) >= keep + bytes;
}

/* Moves the bodies of results, which are the ledger's, to `place`. NULL: there is no room for them,
 * and the results that have one become BUSY; or it is a call of many commands, that gets none. */
static void take_bodies(struct ledger_result *results, uint32_t count, uint8_t *place) {
    for (uint32_t i = 0; i < count; i++) {
        struct ledger_result *result = &results[i];
        if (result->body_size == 0) {
            continue;
        }
        if (place != NULL) {
            result->body = memcpy(place, result->body, result->body_size);
            place += aligned(result->body_size);
        } else if (count <= ADAPTER_BODIES_MAX) {
            *result = (struct ledger_result){.status = LEDGER_BUSY};
        } else {
            result->body = NULL;
            result->body_size = 0;
        }
    }
}

void bridge_answer(struct bridge_lane *lane, uint64_t ticket, const struct ledger_result *results,
                   uint32_t count) {
    ASSERT(count > 0);
    uint32_t fixed = (uint32_t)(sizeof(struct bridge_answer) + count * sizeof(*results));
    uint32_t bodies = bodies_size(results, count);
    bool fit = bodies > 0 && bodies_fit(lane, bodies);
    uint32_t bytes = fixed + (fit ? bodies : 0);
    struct bridge_answer *answer = ring_reserve(&lane->answers, bytes);
    ASSERT(answer != NULL); /* bridge_send saw to it */
    answer->ticket = ticket;
    answer->count = count;
    answer->failed = results == NULL;
    if (results != NULL) {
        memcpy(answer->results, results, count * sizeof(*results));
        take_bodies(answer->results, count, fit ? (uint8_t *)answer + fixed : NULL);
    }
    ring_commit(&lane->answers, bytes);
    lane->answered = true;
}

void bridge_answers_publish(struct bridge *bridge) {
    for (uint32_t i = 0; i < bridge->lane_count; i++) {
        struct bridge_lane *lane = &bridge->lanes[i];
        if (lane->answered) {
            lane->answered = false;
            ring_publish(&lane->answers);
            lane->wake(lane->wake_context);
        }
    }
}

static bool nothing_to_do(struct bridge *bridge) {
    for (uint32_t i = 0; i < bridge->lane_count; i++) {
        if (!ring_empty(&bridge->lanes[i].calls)) {
            return false;
        }
    }
    return atomic_load(&bridge->woken) == 0;
}

void bridge_sleep(struct bridge *bridge, uint64_t timeout_ns) {
    atomic_store(&bridge->sleeping, 1); /* first this, then the look: see bridge_publish */
    if (nothing_to_do(bridge)) {
        futex_wait(&bridge->sleeping, 1, timeout_ns);
    }
    atomic_store(&bridge->sleeping, 0);
    atomic_store(&bridge->woken, 0);
}

void bridge_rest(struct bridge *bridge, uint64_t timeout_ns) {
    futex_wait(&bridge->woken, 0, timeout_ns);
    atomic_store(&bridge->woken, 0);
}

void bridge_wake(struct bridge *bridge) {
    atomic_store(&bridge->woken, 1);
    futex_wake(&bridge->woken);
    if (atomic_exchange(&bridge->sleeping, 0) == 1) {
        futex_wake(&bridge->sleeping);
    }
}
