#include "switch/ledger_thread.h"

#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "switch/assert.h"
#include "switch/clock.h"
#include "switch/limits.h"
#include "switch/log.h"

/* A call of the batch; lane NULL: the thread's own command. */
struct batch_call {
    struct bridge_lane *lane;
    uint64_t ticket;
    uint32_t count;
};

struct ledger_thread {
    struct ledger_thread_options options;
    pthread_t thread;
    _Atomic bool stop, flush;
    _Atomic bool full;      /* no room in the tables for longer than a moment */
    bool missed;            /* the outbox had no room for some deliveries       */
    int error;              /* of the ledger; not 0: it takes no more */
    uint32_t lane_next;     /* whose turn it is */
    uint64_t no_room_at_ns; /* monotonic, since when; 0: there is room */
    uint64_t watch_at_ns;   /* wall-clock, of the next look */
    uint64_t checkpoint_failures;
    _Alignas(8) uint8_t expire_command[64];

    /* The batch. */
    uint32_t call_count, count, bytes;
    struct batch_call calls[LEDGER_BATCH_MAX];
    const void *commands[LEDGER_BATCH_MAX];
    struct ledger_result results[LEDGER_BATCH_MAX];
};

/* Adds a call whose commands lie one after the other. */
static void batch_add(struct ledger_thread *thread, const struct batch_call *call,
                      const uint8_t *commands, uint32_t bytes) {
    ASSERT(thread->count + call->count <= LEDGER_BATCH_MAX);
    uint32_t offset = 0;
    for (uint32_t i = 0; i < call->count; i++) {
        uint32_t size = ledger_command_size(commands + offset, bytes - offset);
        ASSERT(size > 0); /* adapters write commands with ledger_put_* only */
        thread->commands[thread->count++] = commands + offset;
        offset += size;
    }
    ASSERT(offset == bytes);
    thread->bytes += bytes;
    thread->calls[thread->call_count++] = *call;
}

/* The batch begins with a search for payments past their deadline. */
static void batch_add_expire(struct ledger_thread *thread) {
    struct ledger_writer writer = {.base = thread->expire_command,
                                   .size = sizeof(thread->expire_command)};
    enum ledger_status status = ledger_put_expire(&writer, LEDGER_EXPIRE_COUNT);
    ASSERT(status == LEDGER_DONE);
    struct batch_call call = {.count = 1};
    batch_add(thread, &call, thread->expire_command, (uint32_t)writer.used);
}

/* Once a second: deadlines, when payments are open, and the alarm of checkpoints that fail. */
static void watch(struct ledger_thread *thread, uint64_t now_ns) {
    if (now_ns < thread->watch_at_ns) {
        return;
    }
    thread->watch_at_ns = now_ns + LEDGER_WATCH_NS;
    struct ledger_stats stats;
    ledger_stats(thread->options.ledger, &stats);
    if (stats.checkpoint_failures > thread->checkpoint_failures) {
        thread->checkpoint_failures = stats.checkpoint_failures;
        log_event(LOG_ERROR, "checkpoint_failed", "failures=%" PRIu64 " store_bytes=%" PRIu64,
                  stats.checkpoint_failures, stats.store_bytes);
    }
    if (stats.open_payments > 0) {
        batch_add_expire(thread);
    }
}

/* Takes the next call of a lane into the batch. False: there is none, or no room for it, which
 * *full tells. */
static bool batch_take(struct ledger_thread *thread, struct bridge_lane *lane, bool *full) {
    const struct bridge_call *call = bridge_peek(lane);
    if (call == NULL) {
        return false;
    }
    if (thread->count + call->count > LEDGER_BATCH_MAX ||
        (thread->count > 0 && thread->bytes + call->bytes > BATCH_BYTES_MAX)) {
        *full = true;
        return false;
    }
    struct batch_call taken = {.lane = lane, .ticket = call->ticket, .count = call->count};
    batch_add(thread, &taken, call->commands, call->bytes);
    bridge_take(lane);
    return true;
}

/* Gathers a batch: a call of each lane in turn. The first turn goes round, so that a full batch is
 * not always the same loop's. */
static void batch_gather(struct ledger_thread *thread) {
    struct bridge *bridge = thread->options.bridge;
    const uint32_t lanes = bridge->lane_count;
    ASSERT(lanes > 0);
    bool full = false, more = true;
    while (more && !full) {
        more = false;
        for (uint32_t i = 0; i < lanes && !full; i++) {
            uint32_t lane = (thread->lane_next + i) % lanes;
            more |= batch_take(thread, &bridge->lanes[lane], &full);
        }
    }
    thread->lane_next = (thread->lane_next + 1) % lanes;
}

/* Answers the batch's calls and gives the rings' room back. */
static void batch_answer(struct ledger_thread *thread, bool failed) {
    const struct ledger_result *results = thread->results;
    for (uint32_t i = 0; i < thread->call_count; i++) {
        const struct batch_call *call = &thread->calls[i];
        if (call->lane != NULL) {
            bridge_answer(call->lane, call->ticket, failed ? NULL : results, call->count);
        } else if (!failed && results->payment == LEDGER_EXPIRE_COUNT) {
            thread->watch_at_ns = 0; /* there may be more */
        }
        results += call->count;
    }
    bridge_answers_publish(thread->options.bridge);
    for (uint32_t i = 0; i < thread->options.bridge->lane_count; i++) {
        bridge_calls_release(&thread->options.bridge->lanes[i]);
    }
    thread->call_count = thread->count = thread->bytes = 0;
}

static void fail(struct ledger_thread *thread, int error) {
    ASSERT(error < 0);
    thread->error = error;
    log_event(LOG_ERROR, "ledger_failed", "error=%s reason=%s", ledger_error_text(error),
              ledger_failure_text(thread->options.ledger));
    thread->options.failed(thread->options.context, error);
}

/* Tables that stay full are told to the operator, and to those who ask for readiness. */
static void look_for_room(struct ledger_thread *thread) {
    uint64_t now_ns = clock_monotonic_ns();
    if (ledger_has_room(thread->options.ledger)) {
        if (atomic_load(&thread->full)) {
            log_event(LOG_INFO, "tables_have_room", NULL);
        }
        atomic_store(&thread->full, false);
        thread->no_room_at_ns = 0;
    } else if (thread->no_room_at_ns == 0) {
        thread->no_room_at_ns = now_ns;
    } else if (now_ns - thread->no_room_at_ns > LEDGER_FULL_NS && !atomic_load(&thread->full)) {
        atomic_store(&thread->full, true);
        log_event(LOG_ERROR, "tables_full", "checkpoint_failures=%" PRIu64,
                  thread->checkpoint_failures);
    }
}

static void tick(struct ledger_thread *thread) {
    int rc = ledger_tick(thread->options.ledger, clock_wall_ns());
    if (rc < 0) {
        fail(thread, rc);
        return;
    }
    look_for_room(thread);
}

/* Hands over all deliveries that are to be made; what the outbox has already it takes once. */
static void hand_over_all(struct ledger_thread *thread) {
    struct ledger_due due[64];
    uint64_t place = 0;
    uint32_t count = 0;
    thread->missed = false;
    do {
        count = 0;
        while (count < sizeof(due) / sizeof(due[0]) &&
               ledger_next_delivery(thread->options.ledger, &place, &due[count])) {
            count++;
        }
        thread->missed |= !outbox_put(thread->options.outbox, due, count);
    } while (count > 0);
}

static void hand_over_missed(struct ledger_thread *thread) {
    if (thread->missed && outbox_taken(thread->options.outbox)) {
        hand_over_all(thread);
    }
}

/* Those that the last batch made due. */
static void hand_over(struct ledger_thread *thread) {
    uint32_t count = 0;
    if (thread->options.outbox == NULL) {
        return;
    }
    const struct ledger_due *due = ledger_new_deliveries(thread->options.ledger, &count);
    thread->missed |= count > 0 && (due == NULL || !outbox_put(thread->options.outbox, due, count));
    hand_over_missed(thread);
}

/* Gives the checkpoint some time when the tables are nearly full; after that, or when that did not
 * help before, the ledger itself says which commands find no room. */
static void wait_for_room(struct ledger_thread *thread) {
    uint64_t until_ns = clock_monotonic_ns() + LEDGER_ROOM_WAIT_NS;
    while (thread->error == 0 && !ledger_has_room(thread->options.ledger) &&
           !atomic_load(&thread->full) && clock_monotonic_ns() < until_ns &&
           !atomic_load(&thread->stop)) {
        bridge_rest(thread->options.bridge, LEDGER_ROOM_LOOK_NS);
        tick(thread);
    }
}

static void batch_commit(struct ledger_thread *thread) {
    struct ledger *ledger = thread->options.ledger;
    wait_for_room(thread);
    if (thread->error != 0) {
        batch_answer(thread, true);
        return;
    }
    uint32_t count = thread->count;
    uint64_t begin_ns = clock_monotonic_ns();
    int rc = ledger_commit(ledger, clock_wall_ns(), thread->commands, count, thread->results);
    uint64_t took_ns = clock_monotonic_ns() - begin_ns;
    if (rc < 0) {
        fail(thread, rc);
        batch_answer(thread, true);
        return;
    }
    batch_answer(thread, false);
    hand_over(thread);
    tick(thread);
    uint64_t pause_ns = ledger_pause_ns(ledger, took_ns);
    metrics_commit(thread->options.metrics, count, took_ns, pause_ns);
    if (pause_ns > 0 && !atomic_load(&thread->stop)) {
        bridge_rest(thread->options.bridge, pause_ns);
    }
}

/* A flush that an operator ordered. */
static void flush(struct ledger_thread *thread) {
    if (thread->error == 0 && atomic_exchange(&thread->flush, false)) {
        int rc = ledger_flush(thread->options.ledger);
        if (rc < 0) {
            fail(thread, rc);
        }
    }
}

static void idle(struct ledger_thread *thread) {
    if (thread->error == 0) {
        tick(thread);
        hand_over_missed(thread);
    }
    bridge_sleep(thread->options.bridge, LEDGER_IDLE_NS);
}

/* A synced write ends in 0.1 ms, but a thread that the system schedules fairly may wait for the end
 * of another's slice after it, 4 ms, and all payments with it. Where the node has the right (root,
 * CAP_SYS_NICE, LimitRTPRIO), this thread goes first as soon as it can go on. */
static void go_first(void) {
    const struct sched_param first = {.sched_priority = 1};
    if (pthread_setschedparam(pthread_self(), SCHED_RR, &first) != 0) {
        log_event(LOG_INFO, "ledger_not_first", "why=no_right_to_realtime");
    }
}

static void *run(void *argument) {
    struct ledger_thread *thread = argument;
    (void)pthread_setname_np(pthread_self(), "ledger");
    go_first();
    if (thread->options.outbox != NULL) {
        hand_over_all(thread);
    }
    for (;;) {
        bool stop = atomic_load(&thread->stop); /* before the look: all that came before is seen */
        if (thread->error == 0) {
            flush(thread);
            watch(thread, clock_wall_ns());
        }
        batch_gather(thread);
        if (thread->count == 0) {
            if (stop) {
                return NULL;
            }
            idle(thread);
        } else if (thread->error == 0) {
            batch_commit(thread);
        } else {
            batch_answer(thread, true);
        }
    }
}

int ledger_thread_start(struct ledger_thread **thread,
                        const struct ledger_thread_options *options) {
    struct ledger_thread *made = calloc(1, sizeof(*made));
    if (made == NULL) {
        return -1;
    }
    made->options = *options;
    if (pthread_create(&made->thread, NULL, run, made) != 0) {
        free(made);
        return -1;
    }
    *thread = made;
    return 0;
}

bool ledger_thread_full(const struct ledger_thread *thread) {
    return atomic_load(&thread->full);
}

void ledger_thread_flush(struct ledger_thread *thread) {
    atomic_store(&thread->flush, true);
    bridge_wake(thread->options.bridge);
}

void ledger_thread_stop(struct ledger_thread *thread) {
    if (thread == NULL) {
        return;
    }
    atomic_store(&thread->stop, true);
    bridge_wake(thread->options.bridge);
    (void)pthread_join(thread->thread, NULL);
    free(thread);
}
