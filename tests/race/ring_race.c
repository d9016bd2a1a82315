/* ring_race.c - rings and bridge between real threads, meant for TSan: every record arrives once,
 * whole and in order, no wake-up is lost, and what is in flight stays within its bounds. */
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

#include "switch/bridge.h"
#include "switch/ring.h"
#include "tests/lib/require.h"

#define RECORDS 400000u
#define LOOPS 2u
#define CALLS 60000u   /* of each loop */
#define IN_FLIGHT 700u /* calls of a loop */
#define PATIENCE_NS 60000000000u

static uint32_t next_random(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* ---- One ring ----------------------------------------------------------------------------- */

/* Records carry their number, and are filled with it. */
static void *produce(void *argument) {
    struct ring *ring = argument;
    uint32_t random = 1;
    for (uint32_t i = 0; i < RECORDS; i++) {
        uint32_t words = 1 + next_random(&random) % 40;
        uint32_t *record = NULL;
        while ((record = ring_reserve(ring, words * 4 + 64)) == NULL) {
            ring_publish(ring);
            sched_yield();
        }
        for (uint32_t k = 0; k < words; k++) {
            record[k] = i;
        }
        ring_commit(ring, words * 4);
        if (i % 7 == 0) {
            ring_publish(ring);
        }
    }
    ring_publish(ring);
    return NULL;
}

static void ring_between_threads(void) {
    struct ring ring;
    pthread_t thread;
    REQUIRE(ring_init(&ring, 1 << 14) == 0);
    REQUIRE(pthread_create(&thread, NULL, produce, &ring) == 0);
    uint32_t random = 1;
    for (uint32_t i = 0; i < RECORDS; i++) {
        uint32_t bytes = 0;
        const uint32_t *record = NULL;
        while ((record = ring_peek(&ring, &bytes)) == NULL) {
            ring_release(&ring);
            sched_yield();
        }
        REQUIRE(bytes == (1 + next_random(&random) % 40) * 4);
        for (uint32_t k = 0; k < bytes / 4; k++) {
            REQUIRE(record[k] == i);
        }
        ring_take(&ring);
        if (i % 5 == 0) {
            ring_release(&ring);
        }
    }
    ring_release(&ring);
    REQUIRE(pthread_join(thread, NULL) == 0);
    REQUIRE(ring_empty(&ring));
    REQUIRE(ring_used(&ring) == 0);
    ring_free(&ring);
}

/* ---- A bridge, two loops and a ledger thread ------------------------------------------------ */

static struct bridge bridge;
static sem_t woken[LOOPS];

static void on_wake(void *context) {
    REQUIRE(sem_post(context) == 0);
}

static uint32_t commands_of(uint64_t ticket) {
    return ticket % 50 == 0 ? 300 : 1 + (uint32_t)(ticket % 3);
}

/* Answers until every call of every loop was there; sleeps whenever there is none. */
static void *serve(void *argument) {
    (void)argument;
    static struct ledger_result results[LEDGER_BATCH_MAX];
    static uint8_t body[1000];
    uint64_t served = 0;
    while (served < (uint64_t)LOOPS * CALLS) {
        uint32_t batch = 0;
        for (uint32_t i = 0; i < LOOPS; i++) {
            struct bridge_lane *lane = &bridge.lanes[i];
            const struct bridge_call *call = NULL;
            while (batch < 500 && (call = bridge_peek(lane)) != NULL) {
                REQUIRE(call->count == commands_of(call->ticket));
                for (uint32_t k = 0; k < call->count; k++) {
                    results[k] = (struct ledger_result){.payment = call->ticket + k};
                }
                if (call->ticket % 4 == 0) { /* seen only when it is the only one */
                    results[0].body = body;
                    results[0].body_size = sizeof(body);
                }
                bridge_answer(lane, call->ticket, results, call->count);
                bridge_take(lane);
                batch++;
            }
            bridge_calls_release(lane);
        }
        bridge_answers_publish(&bridge);
        served += batch;
        if (batch == 0) {
            bridge_sleep(&bridge, PATIENCE_NS);
        }
    }
    return NULL;
}

/* Sends calls up to its bound in flight, then waits for answers; each comes once, in order. */
static void *loop(void *argument) {
    uint32_t index = *(const uint32_t *)argument;
    struct bridge_lane *lane = &bridge.lanes[index];
    uint64_t sent = 0, received = 0;
    while (received < CALLS) {
        uint32_t burst = 1 + (uint32_t)(sent % 90);
        while (burst-- > 0 && sent < CALLS && sent - received < IN_FLIGHT) {
            struct ledger_writer writer;
            uint32_t count = commands_of(sent);
            if (!bridge_reserve(lane, count * 128, &writer)) {
                break;
            }
            for (uint32_t k = 0; k < count; k++) {
                REQUIRE(ledger_put_account_lookup(&writer, 1 + k) == LEDGER_DONE);
            }
            if (!bridge_send(lane, &writer, sent)) {
                break;
            }
            sent++;
        }
        bridge_publish(&bridge, lane);
        REQUIRE(sem_wait(&woken[index]) == 0);
        const struct bridge_answer *answer = NULL;
        while ((answer = bridge_receive(lane)) != NULL) {
            REQUIRE(answer->ticket == received);
            REQUIRE(answer->count == commands_of(received));
            REQUIRE(answer->count == 1 || answer->results[1].payment == received + 1);
            received++;
        }
        bridge_release(lane);
    }
    REQUIRE(lane->commands == 0);
    return NULL;
}

static void bridge_between_threads(void) {
    static uint32_t indexes[LOOPS];
    pthread_t threads[LOOPS], ledger;
    REQUIRE(bridge_init(&bridge, LOOPS) == 0);
    for (uint32_t i = 0; i < LOOPS; i++) {
        REQUIRE(sem_init(&woken[i], 0, 0) == 0);
        bridge.lanes[i].wake = on_wake;
        bridge.lanes[i].wake_context = &woken[i];
        indexes[i] = i;
    }
    REQUIRE(pthread_create(&ledger, NULL, serve, NULL) == 0);
    for (uint32_t i = 0; i < LOOPS; i++) {
        REQUIRE(pthread_create(&threads[i], NULL, loop, &indexes[i]) == 0);
    }
    for (uint32_t i = 0; i < LOOPS; i++) {
        REQUIRE(pthread_join(threads[i], NULL) == 0);
    }
    REQUIRE(pthread_join(ledger, NULL) == 0);
    bridge_free(&bridge);
}

int main(void) {
    ring_between_threads();
    printf("ok ring_between_threads\n");
    bridge_between_threads();
    printf("ok bridge_between_threads\n");
    return 0;
}
