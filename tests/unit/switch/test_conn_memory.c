/* test_conn_memory.c - what peers can make a loop hold, and who pays for it. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "switch/limits.h"
#include "switch/loop.h"

/* ---- Fixture ------------------------------------------------------------------------------ */

enum { PLACES = 64 };

static struct loop *loop;
static struct loop_shared shared;
static struct config config;
static struct metrics_loop metrics;
static struct grant grant;

static void setup(void) {
    config_default(&config);
    shared = (struct loop_shared){.config = &config, .connections_max = PLACES};
    loop = calloc(1, sizeof(*loop));
    cr_assert_not_null(loop);
    loop->shared = &shared;
    loop->metrics = &metrics;
    for (int kind = 0; kind < CONN_POT_KINDS; kind++) {
        conn_pot_init(&loop->pots[kind][0]);
        conn_pot_init(&loop->pots[kind][1]);
    }
    cr_assert_eq(uv_loop_init(&loop->uv), 0);
    cr_assert_eq(conn_table_init(&loop->conns, PLACES + CONN_PLACES_OPERATOR), 0);
}

static void teardown(void) {
    for (uint32_t i = 0; i < loop->conns.fresh; i++) {
        if (loop->conns.conns[i].state != CONN_FREE) {
            conn_close(&loop->conns.conns[i]);
        }
    }
    (void)uv_run(&loop->uv, UV_RUN_DEFAULT);
    cr_expect_eq(loop->conns.used, 0u);
    cr_expect_eq(shared.connections, 0u);
    for (int kind = 0; kind < CONN_POT_KINDS; kind++) {
        for (int known = 0; known < 2; known++) {
            cr_expect_eq(loop->pots[kind][known].bytes, 0u);
            cr_expect_eq(loop->pots[kind][known].first, CALL_NONE);
            cr_expect_eq(loop->pots[kind][known].last, CALL_NONE);
        }
    }
    cr_expect_eq(uv_loop_close(&loop->uv), 0);
    pool_clear(&loop->pool);
    conn_table_free(&loop->conns);
    free(loop);
}

TestSuite(conn_memory, .init = setup, .fini = teardown);

static struct conn *peer(bool known) {
    struct conn *conn = conn_open(loop, METRICS_RPC);
    cr_assert_not_null(conn);
    conn->grant = known ? &grant : NULL;
    return conn;
}

/* ---- Places ------------------------------------------------------------------------------- */

static uint32_t fill(enum metrics_listener listener) {
    uint32_t count = 0;
    while (conn_open(loop, listener) != NULL) {
        count++;
    }
    return count;
}

Test(conn_memory, http_leaves_places_to_rpc_and_both_to_the_operator) {
    cr_expect_eq(fill(METRICS_HTTP), PLACES - PLACES / 8);
    cr_expect_eq(fill(METRICS_RPC), PLACES / 8);
    cr_expect_eq(fill(METRICS_UNIX), CONN_PLACES_OPERATOR);
}

Test(conn_memory, rpc_leaves_places_to_http) {
    cr_expect_eq(fill(METRICS_RPC), PLACES - PLACES / 8);
    cr_expect_eq(fill(METRICS_HTTP), PLACES / 8);
}

/* ---- Pots --------------------------------------------------------------------------------- */

Test(conn_memory, strangers_take_no_room_of_those_who_are_known) {
    struct conn *known = peer(true);
    conn_share_set(known, CONN_PARTIAL, MIB(60), true);
    struct conn *strangers[20];
    for (int i = 0; i < 20; i++) {
        strangers[i] = peer(false);
        conn_share_set(strangers[i], CONN_PARTIAL, MIB(1), true);
    }
    cr_expect_eq(known->state, CONN_OPEN);
    for (int i = 0; i < 20; i++) { /* there is room for 16: the first ones had to go */
        cr_expect_eq(strangers[i]->state, i < 4 ? CONN_CLOSING : CONN_OPEN, "%d", i);
    }
    cr_expect_eq(metrics.evicted, 4u);
}

Test(conn_memory, who_did_nothing_for_the_longest_time_goes_not_who_comes_next) {
    struct conn *stalled = peer(true), *moving = peer(true), *next = peer(true);
    conn_share_set(moving, CONN_PARTIAL, MIB(4), true);
    conn_share_set(stalled, CONN_PARTIAL, LOOP_PARTIAL_BYTES - MIB(6), true);
    conn_share_set(moving, CONN_PARTIAL, MIB(5), true);
    conn_share_set(next, CONN_PARTIAL, MIB(2), true);
    cr_expect_eq(stalled->state, CONN_CLOSING);
    cr_expect_eq(moving->state, CONN_OPEN);
    cr_expect_eq(next->state, CONN_OPEN);
}

Test(conn_memory, who_owes_a_little_is_not_closed_for_those_who_owe_much) {
    struct conn *login = peer(false), *reader = peer(false), *next = peer(false);
    login->held_bytes = 50;
    conn_share_set(login, CONN_UNSENT, MIB(1), true); /* the buffer it writes into is a large one */
    reader->held_bytes = MIB(14);
    conn_share_set(reader, CONN_UNSENT, MIB(14), true);
    next->held_bytes = MIB(2);
    conn_share_set(next, CONN_UNSENT, MIB(2), true);
    cr_expect_eq(login->state, CONN_OPEN);
    cr_expect_eq(reader->state, CONN_CLOSING);
    cr_expect_eq(next->state, CONN_OPEN);
    login->held_bytes = reader->held_bytes = next->held_bytes = 0;
}

Test(conn_memory, one_that_logs_in_changes_its_pot) {
    struct conn *conn = peer(false);
    conn_share_set(conn, CONN_UNSENT, 1000, false);
    cr_expect_eq(loop->pots[CONN_UNSENT][0].bytes, 1000u);
    conn->grant = &grant;
    conn_share_set(conn, CONN_UNSENT, 1500, false);
    cr_expect_eq(loop->pots[CONN_UNSENT][0].bytes, 0u);
    cr_expect_eq(loop->pots[CONN_UNSENT][1].bytes, 1500u);
    conn_share_set(conn, CONN_UNSENT, 0, false);
}

Test(conn_memory, who_is_alone_over_the_bound_goes) {
    struct conn *conn = peer(false);
    conn_share_set(conn, CONN_UNSENT, LOOP_UNSENT_STRANGER_BYTES + 1, false);
    cr_expect_eq(conn->state, CONN_CLOSING);
}

Test(conn_memory, unsent_answers_keep_their_turn) {
    struct conn *first = peer(false), *second = peer(false);
    conn_share_set(first, CONN_UNSENT, MIB(4), false);
    conn_share_set(second, CONN_UNSENT, MIB(4), false);
    conn_share_set(first, CONN_UNSENT, MIB(5), false);
    conn_share_set(second, CONN_UNSENT, MIB(12), false);
    cr_expect_eq(first->state, CONN_CLOSING);
    cr_expect_eq(second->state, CONN_OPEN);
}

/* ---- Slow readers ------------------------------------------------------------------------- */

Test(conn_memory, a_byte_now_and_then_is_not_reading) {
    cr_expect(conn_is_slow(MIB(1), MIB(1), MIB(1)));
    cr_expect(conn_is_slow(MIB(1), MIB(1), MIB(1) - 1));
    cr_expect(conn_is_slow(MIB(1), MIB(1), MIB(1) - KIB(63)));
    cr_expect_not(conn_is_slow(MIB(1), MIB(1), MIB(1) - KIB(64)));
    cr_expect(conn_is_slow(KIB(64), KIB(64), KIB(64) - KIB(15)));
    cr_expect_not(conn_is_slow(KIB(64), KIB(64), KIB(48)));
    cr_expect(conn_is_slow(KIB(64), KIB(8), 1), "the last of it is due in one time");
}
