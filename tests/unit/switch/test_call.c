/* test_call.c - tickets that outlive their calls, and the list of deadlines. */
#include <criterion/criterion.h>

#include "switch/call.h"

/* ---- Fixture ------------------------------------------------------------------------------ */

#define PLACES 4u

static struct call_table table;

static void setup(void) {
    cr_assert_eq(call_table_init(&table, PLACES), 0);
}

static void teardown(void) {
    call_table_free(&table);
}

TestSuite(call, .init = setup, .fini = teardown);

/* A call that has been in the list of deadlines since then. */
static struct call *timed(uint64_t since_ns) {
    struct call *call = call_take(&table);
    cr_assert_not_null(call);
    call_time(&table, call, since_ns);
    return call;
}

/* ---- Cases -------------------------------------------------------------------------------- */

Test(call, a_ticket_finds_its_call) {
    struct call *first = call_take(&table), *second = call_take(&table);
    cr_expect_eq(call_find(&table, call_ticket(&table, first)), first);
    cr_expect_eq(call_find(&table, call_ticket(&table, second)), second);
    cr_expect_eq(table.used, 2);
}

Test(call, a_late_ticket_finds_nothing) {
    struct call *call = call_take(&table);
    uint64_t ticket = call_ticket(&table, call);
    call_give(&table, call);
    cr_expect_null(call_find(&table, ticket));
    cr_expect_eq(call_take(&table), call, "the same place");
    cr_expect_null(call_find(&table, ticket), "another call");
}

Test(call, a_full_table_says_so) {
    struct call *calls[PLACES];
    for (uint32_t i = 0; i < PLACES; i++) {
        calls[i] = call_take(&table);
        cr_assert_not_null(calls[i]);
    }
    cr_expect_null(call_take(&table));
    call_give(&table, calls[2]);
    cr_expect_eq(call_take(&table), calls[2]);
    cr_expect_null(call_take(&table));
}

Test(call, a_new_call_knows_nothing_of_the_one_before) {
    struct call *call = timed(5);
    call->held = (struct buffer *)(void *)call;
    call->commands = 7;
    call->answered = call->close = call->head_only = true;
    call_give(&table, call);
    call = call_take(&table);
    cr_expect_null(call->held);
    cr_expect_eq(call->commands, 0);
    cr_expect_not(call->answered || call->close || call->head_only || call->timed);
    cr_expect_eq(call->following, CALL_NONE);
}

Test(call, overdue_are_those_that_started_first) {
    cr_expect_null(call_overdue(&table, UINT64_MAX));
    struct call *first = timed(10), *second = timed(20), *third = timed(30);
    cr_expect_null(call_overdue(&table, 10));
    cr_expect_eq(call_overdue(&table, 11), first);
    call_give(&table, second);
    call_give(&table, first);
    cr_expect_null(call_overdue(&table, 30));
    cr_expect_eq(call_overdue(&table, 31), third);
    call_give(&table, third);
    cr_expect_null(call_overdue(&table, UINT64_MAX));
    cr_expect_eq(call_overdue(&table, UINT64_MAX), NULL);
}

Test(call, one_taken_off_the_list_is_not_overdue) {
    struct call *first = timed(10), *second = timed(20);
    call_untime(&table, first);
    call_untime(&table, first);
    cr_expect_eq(call_overdue(&table, 100), second);
    call_give(&table, first);
    cr_expect_eq(call_overdue(&table, 100), second);
}
