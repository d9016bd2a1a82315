/* test_breaker.c - when calls to a provider are held back, and when one is let through. */
#include <criterion/criterion.h>

#include "switch/breaker.h"

static struct breaker breaker;

static void setup(void) {
    breaker_init(&breaker, 3, 1000);
}

TestSuite(breaker, .init = setup);

static void fail_at(uint64_t now_ns) {
    enum breaker_leave leave = breaker_ask(&breaker, now_ns);
    cr_assert_neq(leave, BREAKER_NO);
    breaker_failed(&breaker, leave, now_ns);
}

static void open_at(uint64_t now_ns) {
    for (int i = 0; i < 3; i++) {
        fail_at(now_ns);
    }
    cr_assert(breaker.open);
}

Test(breaker, lets_everything_through_while_it_is_closed) {
    for (int i = 0; i < 100; i++) {
        cr_assert_eq(breaker_ask(&breaker, 5), BREAKER_YES);
    }
    cr_assert_eq(breaker_next_ns(&breaker), 0);
}

Test(breaker, opens_on_failures_in_a_row_only) {
    fail_at(1);
    fail_at(2);
    cr_assert_eq(breaker_ask(&breaker, 3), BREAKER_YES);
    breaker_answered(&breaker);
    fail_at(4);
    fail_at(5);
    cr_assert_not(breaker.open);
    fail_at(6);
    cr_assert(breaker.open);
    cr_assert_eq(breaker.opened, 1);
    cr_assert_eq(breaker_ask(&breaker, 7), BREAKER_NO);
    cr_assert_eq(breaker_next_ns(&breaker), 1006);
}

Test(breaker, lets_one_probe_through_each_pause) {
    open_at(10);
    cr_assert_eq(breaker_ask(&breaker, 1009), BREAKER_NO);
    cr_assert_eq(breaker_ask(&breaker, 1010), BREAKER_PROBE);
    cr_assert_eq(breaker_ask(&breaker, 9999), BREAKER_NO);
    cr_assert_eq(breaker_next_ns(&breaker), UINT64_MAX);
    breaker_failed(&breaker, BREAKER_PROBE, 2000);
    cr_assert_eq(breaker_ask(&breaker, 2999), BREAKER_NO);
    cr_assert_eq(breaker_ask(&breaker, 3000), BREAKER_PROBE);
    cr_assert_eq(breaker.opened, 1);
}

Test(breaker, closes_when_a_probe_is_answered) {
    open_at(10);
    cr_assert_eq(breaker_ask(&breaker, 1010), BREAKER_PROBE);
    breaker_answered(&breaker);
    cr_assert_eq(breaker_ask(&breaker, 1011), BREAKER_YES);
    breaker_failed(&breaker, BREAKER_YES, 1012);
    cr_assert_not(breaker.open);
}

Test(breaker, closes_when_a_call_from_before_is_answered_late) {
    cr_assert_eq(breaker_ask(&breaker, 1), BREAKER_YES);
    open_at(10);
    cr_assert_eq(breaker_ask(&breaker, 1010), BREAKER_PROBE);
    breaker_answered(&breaker);
    cr_assert_not(breaker.open);
    breaker_failed(&breaker, BREAKER_PROBE, 1020); /* the probe's own end comes after */
    cr_assert_not(breaker.open);
    cr_assert_not(breaker.probing);
}

Test(breaker, is_not_put_off_by_late_failures_of_others) {
    cr_assert_eq(breaker_ask(&breaker, 1), BREAKER_YES);
    open_at(10);
    breaker_failed(&breaker, BREAKER_YES, 900);
    cr_assert_eq(breaker_next_ns(&breaker), 1010);
    cr_assert_eq(breaker_ask(&breaker, 1010), BREAKER_PROBE);
    breaker_failed(&breaker, BREAKER_YES, 1011); /* and it does not end the probe */
    cr_assert_eq(breaker_ask(&breaker, 9999), BREAKER_NO);
}

Test(breaker, gives_a_probe_back_that_was_not_made) {
    open_at(10);
    cr_assert_eq(breaker_ask(&breaker, 1010), BREAKER_PROBE);
    breaker_unused(&breaker, BREAKER_PROBE);
    cr_assert_eq(breaker_ask(&breaker, 1011), BREAKER_PROBE);
}

Test(breaker, probes_at_once_when_an_operator_says_so) {
    open_at(10);
    breaker_hurry(&breaker);
    cr_assert_eq(breaker_ask(&breaker, 11), BREAKER_PROBE);
    cr_assert_eq(breaker_ask(&breaker, 12), BREAKER_NO);
}
