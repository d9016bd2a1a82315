/* How often a password may be tried. */
#include <criterion/criterion.h>
#include <sodium.h>
#include <stdio.h>

#include "protocols/webshop/throttle.h"

/* ---- Fixture ------------------------------------------------------------------------------- */

#define SECOND 1000000000ull
#define START (1700000000ull * SECOND)

static struct throttle *throttle;
static uint64_t now;

static void start(void) {
    cr_assert(sodium_init() >= 0);
    throttle = throttle_new(randombytes_buf);
    cr_assert_not_null(throttle);
    now = START;
}

static void stop(void) {
    throttle_free(throttle);
}

TestSuite(webshop_throttle, .init = start, .fini = stop);

static uint32_t tried(uint64_t login, const char *address) {
    const struct throttle_who who = {login, slice_text(address)};
    return throttle_try(throttle, &who, now);
}

static void passed(uint64_t login, const char *address) {
    const struct throttle_who who = {login, slice_text(address)};
    throttle_pass(throttle, &who);
}

static const char *host(unsigned i) {
    static char text[32];
    (void)snprintf(text, sizeof text, "10.%u.%u.%u", i >> 16, i >> 8 & 255, i & 255);
    return text;
}

/* ---- Cases --------------------------------------------------------------------------------- */

Test(webshop_throttle, the_waits_of_a_login_grow) {
    static const uint32_t waits[] = {0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900};
    for (unsigned i = 0; i < sizeof waits / sizeof waits[0]; i++) {
        if (waits[i] > 0) {
            cr_assert_eq(tried(7, host(i)), waits[i], "try %u", i);
            now += waits[i] * SECOND - 1;
            cr_assert_eq(tried(7, host(i)), 1u, "try %u", i);
            now += 1;
        }
        cr_assert_eq(tried(7, host(i)), 0u, "try %u", i);
    }
    cr_assert_eq(tried(8, host(99)), 0u, "another login waits for nobody");
}

Test(webshop_throttle, a_try_that_has_to_wait_makes_no_other_wait_longer) {
    for (int i = 0; i < 3; i++)
        cr_assert_eq(tried(7, host(1)), 0u);
    for (int i = 0; i < 100; i++)
        cr_assert_eq(tried(7, host(2)), 1u);
    now += SECOND;
    cr_assert_eq(tried(7, host(2)), 0u);
    cr_assert_eq(tried(7, host(2)), 2u);
}

Test(webshop_throttle, an_address_waits_whatever_login_it_tries) {
    for (unsigned i = 0; i < THROTTLE_ADDRESS_FREE; i++)
        cr_assert_eq(tried(100 + i, "192.0.2.1"), 0u, "try %u", i);
    cr_assert_eq(tried(999, "192.0.2.1"), 1u);
    cr_assert_eq(tried(999, "::ffff:192.0.2.1"), 1u, "the same address");
    cr_assert_eq(tried(999, "192.0.2.2"), 0u);
}

Test(webshop_throttle, of_ipv6_the_network_counts) {
    for (unsigned i = 0; i < THROTTLE_ADDRESS_FREE; i++) {
        char text[32];
        (void)snprintf(text, sizeof text, "2001:db8:1:2::%x", i + 1);
        cr_assert_eq(tried(100 + i, text), 0u);
    }
    cr_assert_eq(tried(999, "2001:db8:1:2:ffff::1"), 1u);
    cr_assert_eq(tried(999, "2001:db8:1:3::1"), 0u);
}

Test(webshop_throttle, the_right_password_forgets_the_logins_tries) {
    for (int i = 0; i < 3; i++)
        cr_assert_eq(tried(7, host(1)), 0u);
    passed(7, host(1));
    for (int i = 0; i < 3; i++)
        cr_assert_eq(tried(7, host(1)), 0u);
    cr_assert_eq(tried(7, host(1)), 1u);
}

Test(webshop_throttle, own_log_ins_win_an_address_no_tries) {
    for (unsigned i = 0; i < THROTTLE_ADDRESS_FREE; i++) {
        cr_assert_eq(tried(100 + i, "192.0.2.1"), 0u);
        if (i + 1 < THROTTLE_ADDRESS_FREE) {
            cr_assert_eq(tried(5, "192.0.2.1"), 0u);
            passed(5, "192.0.2.1");
        }
    }
    cr_assert_eq(tried(5, "192.0.2.1"), 1u);
}

Test(webshop_throttle, a_try_that_was_none_does_not_count) {
    const struct throttle_who who = {7, SLICE("192.0.2.1")};
    for (unsigned i = 0; i < 3 * THROTTLE_ADDRESS_FREE; i++) {
        cr_assert_eq(throttle_try(throttle, &who, now), 0u);
        throttle_undo(throttle, &who);
    }
}

Test(webshop_throttle, what_is_no_login_counts_for_the_address_alone) {
    for (unsigned i = 0; i < 50; i++)
        cr_assert_eq(tried(0, host(i)), 0u);
    for (unsigned i = 0; i < THROTTLE_ADDRESS_FREE; i++)
        cr_assert_eq(tried(0, "192.0.2.1"), 0u);
    cr_assert_eq(tried(0, "192.0.2.1"), 1u);
}

Test(webshop_throttle, all_is_forgotten_in_time) {
    for (int i = 0; i < 3; i++)
        cr_assert_eq(tried(7, host(1)), 0u);
    now += THROTTLE_MEMORY_S * SECOND;
    for (int i = 0; i < 3; i++)
        cr_assert_eq(tried(7, host(1)), 0u);
    cr_assert_eq(tried(7, host(1)), 1u);
}

Test(webshop_throttle, a_clock_that_is_set_back_locks_nobody_out) {
    for (int i = 0; i < 3; i++)
        cr_assert_eq(tried(7, host(1)), 0u);
    now -= 86400 * SECOND;
    cr_assert_eq(tried(7, host(1)), 1u);
    now += SECOND;
    cr_assert_eq(tried(7, host(1)), 0u, "it waited for as long as it was told");
}

Test(webshop_throttle, a_flood_leaves_the_latest_and_takes_no_memory) {
    for (unsigned i = 0; i < 3 * THROTTLE_SLOTS; i++) {
        now += 1000;
        cr_assert_eq(tried(1000 + i, host(i)), 0u);
    }
    for (int i = 0; i < 3; i++)
        cr_assert_eq(tried(7, host(1)), 0u);
    cr_assert_eq(tried(7, host(2)), 1u);
}
