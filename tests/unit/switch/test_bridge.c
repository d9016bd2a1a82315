/* test_bridge.c - calls and answers between a loop and the ledger thread, here both in one. */
#include <criterion/criterion.h>
#include <string.h>

#include "protocols/adapter.h"
#include "switch/bridge.h"
#include "switch/limits.h"

/* ---- Fixture ------------------------------------------------------------------------------ */

static struct bridge bridge;
static struct bridge_lane *lane;
static uint32_t wakes;

static void on_wake(void *context) {
    (*(uint32_t *)context)++;
}

static void setup(void) {
    cr_assert_eq(bridge_init(&bridge, 2), 0);
    lane = &bridge.lanes[1];
    wakes = 0;
    for (uint32_t i = 0; i < 2; i++) {
        bridge.lanes[i].wake = on_wake;
        bridge.lanes[i].wake_context = &wakes;
    }
}

static void teardown(void) {
    bridge_free(&bridge);
}

TestSuite(bridge, .init = setup, .fini = teardown);

/* ---- Helpers ------------------------------------------------------------------------------ */

/* Sends a call of `count` lookups. */
static bool send_call(uint64_t ticket, uint32_t count) {
    struct ledger_writer writer;
    if (!bridge_reserve(lane, count * 128, &writer)) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        cr_assert_eq(ledger_put_account_lookup(&writer, 1001), LEDGER_DONE);
    }
    return bridge_send(lane, &writer, ticket);
}

/* The ledger's side takes a call and answers each command with its number. */
static void serve_one(uint32_t body_size) {
    static struct ledger_result results[LEDGER_BATCH_MAX];
    static uint8_t body[LEDGER_VALUE_MAX];
    const struct bridge_call *call = bridge_peek(lane);
    cr_assert_not_null(call);
    cr_assert_eq(ledger_command_size(call->commands, call->bytes) * call->count, call->bytes);
    memset(body, (int)call->ticket, sizeof(body));
    for (uint32_t i = 0; i < call->count; i++) {
        results[i] = (struct ledger_result){.payment = i, .body = body, .body_size = body_size};
    }
    bridge_take(lane);
    bridge_answer(lane, call->ticket, results, call->count);
    bridge_calls_release(lane);
}

/* ---- Cases -------------------------------------------------------------------------------- */

Test(bridge, a_call_goes_over_and_its_answer_comes_back) {
    cr_assert(send_call(42, 3));
    cr_expect_null(bridge_peek(lane), "not published");
    bridge_publish(&bridge, lane);
    serve_one(0);
    cr_expect_null(bridge_receive(lane), "not published");
    bridge_answers_publish(&bridge);
    cr_expect_eq(wakes, 1, "one wake, of the loop that is concerned");
    const struct bridge_answer *answer = bridge_receive(lane);
    cr_assert_not_null(answer);
    cr_expect_eq(answer->ticket, 42);
    cr_expect_eq(answer->count, 3);
    cr_expect_eq(answer->failed, 0);
    cr_expect_eq(answer->results[2].payment, 2);
    cr_expect_eq(lane->commands, 3, "in flight until released");
    bridge_release(lane);
    cr_expect_eq(lane->commands, 0);
    cr_expect_eq(lane->fixed_bytes, 0);
}

Test(bridge, a_lookups_body_comes_with_it) {
    send_call(7, 1);
    bridge_publish(&bridge, lane);
    serve_one(LEDGER_VALUE_MAX);
    bridge_answers_publish(&bridge);
    const struct bridge_answer *answer = bridge_receive(lane);
    cr_assert_eq(answer->results[0].body_size, LEDGER_VALUE_MAX);
    const uint8_t *body = answer->results[0].body;
    cr_expect(body[0] == 7 && body[LEDGER_VALUE_MAX - 1] == 7);
}

/* Bodies of different sizes, one result without. */
Test(bridge, the_bodies_of_a_few_lookups_come_with_them) {
    static const char text[] = "0123456789";
    const uint32_t sizes[] = {3, 0, 8, 10};
    struct ledger_result results[4];
    for (uint32_t i = 0; i < 4; i++) {
        results[i] = (struct ledger_result){.payment = i,
                                            .body = sizes[i] == 0 ? NULL : text + 10 - sizes[i],
                                            .body_size = sizes[i]};
    }
    send_call(7, 4);
    send_call(8, 1);
    bridge_publish(&bridge, lane);
    cr_assert_not_null(bridge_peek(lane));
    bridge_take(lane);
    bridge_answer(lane, 7, results, 4);
    serve_one(16);
    bridge_answers_publish(&bridge);
    const struct bridge_answer *answer = bridge_receive(lane);
    cr_assert_eq(answer->count, 4);
    for (uint32_t i = 0; i < 4; i++) {
        const struct ledger_result *result = &answer->results[i];
        cr_expect_eq(result->payment, i);
        cr_assert_eq(result->body_size, sizes[i]);
        cr_assert_eq(result->body == NULL, sizes[i] == 0);
        cr_expect_neq(result->body, results[i].body == NULL ? text : results[i].body, "a copy");
        cr_expect_eq((uintptr_t)result->body % 8, 0);
        cr_expect(sizes[i] == 0 || memcmp(result->body, results[i].body, sizes[i]) == 0);
    }
    answer = bridge_receive(lane);
    cr_assert_not_null(answer);
    cr_expect_eq(answer->ticket, 8, "the next answer is where it should be");
}

Test(bridge, a_call_of_many_commands_gets_no_bodies) {
    send_call(7, ADAPTER_BODIES_MAX + 1);
    bridge_publish(&bridge, lane);
    serve_one(16);
    bridge_answers_publish(&bridge);
    const struct bridge_answer *answer = bridge_receive(lane);
    for (uint32_t i = 0; i < answer->count; i++) {
        cr_expect_eq(answer->results[i].status, LEDGER_DONE);
        cr_expect_null(answer->results[i].body);
        cr_expect_eq(answer->results[i].body_size, 0);
    }
}

Test(bridge, a_failure_is_told_without_results) {
    send_call(7, 5);
    bridge_publish(&bridge, lane);
    const struct bridge_call *call = bridge_peek(lane);
    bridge_take(lane);
    bridge_answer(lane, call->ticket, NULL, call->count);
    bridge_answers_publish(&bridge);
    const struct bridge_answer *answer = bridge_receive(lane);
    cr_assert_not_null(answer);
    cr_expect_eq(answer->failed, 1);
    cr_expect_eq(answer->count, 5);
}

Test(bridge, what_is_in_flight_is_bounded) {
    uint32_t calls = 0;
    while (send_call(calls, LEDGER_BATCH_MAX)) {
        calls++;
        cr_assert_leq(calls * LEDGER_BATCH_MAX, LOOP_COMMANDS_MAX);
    }
    cr_expect_eq(calls, LOOP_COMMANDS_MAX / LEDGER_BATCH_MAX);
    bridge_publish(&bridge, lane);
    serve_one(0);
    bridge_answers_publish(&bridge);
    cr_expect_not(send_call(99, LEDGER_BATCH_MAX), "not received yet");
    bridge_receive(lane);
    cr_expect_not(send_call(99, LEDGER_BATCH_MAX), "not released yet");
    bridge_release(lane);
    cr_expect(send_call(99, LEDGER_BATCH_MAX));
}

/* All lookups in flight that there may be, each with the largest body, and none received: those
 * that find no room are told so, and all are answered. */
Test(bridge, bodies_without_room_are_busy_and_nothing_overflows) {
    uint32_t calls = 0, busy = 0;
    for (; send_call(calls, 1); calls++) {
        bridge_publish(&bridge, lane);
        serve_one(LEDGER_VALUE_MAX);
    }
    cr_expect_eq(calls, LOOP_COMMANDS_MAX);
    bridge_answers_publish(&bridge);
    for (uint32_t i = 0; i < calls; i++) {
        const struct bridge_answer *answer = bridge_receive(lane);
        cr_assert_not_null(answer);
        cr_assert_eq(answer->ticket, i);
        bool without = answer->results[0].status == LEDGER_BUSY;
        cr_assert_eq(without, answer->results[0].body_size == 0);
        busy += without;
    }
    cr_expect(busy > 0 && busy < calls);
    bridge_release(lane);
    cr_expect_eq(lane->commands, 0);
}

/* The same with as many bodies in an answer as there may be. */
Test(bridge, several_bodies_without_room_are_busy_and_nothing_overflows) {
    uint32_t calls = 0, busy = 0;
    for (; send_call(calls, ADAPTER_BODIES_MAX); calls++) {
        bridge_publish(&bridge, lane);
        serve_one(LEDGER_VALUE_MAX - 3);
    }
    cr_expect_eq(calls, LOOP_COMMANDS_MAX / ADAPTER_BODIES_MAX);
    bridge_answers_publish(&bridge);
    for (uint32_t i = 0; i < calls; i++) {
        const struct bridge_answer *answer = bridge_receive(lane);
        cr_assert_not_null(answer);
        cr_assert_eq(answer->ticket, i);
        bool without = answer->results[0].status == LEDGER_BUSY;
        for (uint32_t k = 0; k < answer->count; k++) {
            cr_assert_eq(answer->results[k].status == LEDGER_BUSY, without, "all or none");
            cr_assert_eq(answer->results[k].body == NULL, without);
        }
        busy += without;
    }
    cr_expect(busy > 0 && busy < calls);
    bridge_release(lane);
    cr_expect_eq(lane->commands, 0);
}

Test(bridge, a_sleep_ends_in_time_or_at_once) {
    bridge_sleep(&bridge, 1000000);
    bridge_rest(&bridge, 1000000);
    bridge_wake(&bridge);
    bridge_sleep(&bridge, 60000000000u); /* a lost wake-up would be seen */
    send_call(1, 1);
    bridge_publish(&bridge, lane);
    bridge_sleep(&bridge, 60000000000u);
    bridge_wake(&bridge);
    bridge_rest(&bridge, 60000000000u);
}
