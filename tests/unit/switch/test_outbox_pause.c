/* test_outbox_pause.c - how long a provider is not asked, and a shop not told, again. */
#include <criterion/criterion.h>

#include "switch/outbox_inner.h"

#define SECOND 1000000000u

Test(outbox_pause, grows_to_an_hour_and_stays_there) {
    static const uint64_t seconds[] = {10, 30, 60, 120, 300, 600, 1800, 3600, 3600};
    for (uint32_t i = 0; i < 9; i++) {
        cr_expect_eq(outbox_pause_ns(i, 1000, 200), seconds[i] * SECOND);
    }
    cr_expect_eq(outbox_pause_ns(UINT32_MAX, 1000, 200), 3600ull * SECOND);
}

Test(outbox_pause, is_a_fifth_more_or_less) {
    uint64_t least = UINT64_MAX, most = 0;
    for (uint32_t random = 0; random < 5000; random++) {
        uint64_t pause_ns = outbox_pause_ns(2, 1000, random * 2654435761u);
        least = pause_ns < least ? pause_ns : least;
        most = pause_ns > most ? pause_ns : most;
    }
    cr_expect_eq(least, 48ull * SECOND);
    cr_expect_eq(most, 72ull * SECOND);
}

Test(outbox_pause, is_scaled) {
    cr_expect_eq(outbox_pause_ns(0, 1, 200), SECOND / 100);
    cr_expect_eq(outbox_pause_ns(0, 10000, 200), 100ull * SECOND);
    cr_expect_eq(outbox_pause_ns(99, 10000, 400), 43200ull * SECOND);
}

Test(outbox_pause, of_a_callback_doubles_from_a_minute_to_an_hour) {
    static const uint64_t minutes[] = {1, 2, 4, 8, 16, 32, 60, 60};
    uint64_t since_ns = 0;
    for (uint32_t i = 0; i < 8; i++) {
        uint64_t pause_ns = outbox_callback_pause_ns(since_ns, 1000, 200);
        cr_expect_eq(pause_ns, minutes[i] * 60 * SECOND);
        since_ns += pause_ns;
    }
    cr_expect_eq(outbox_callback_pause_ns(UINT64_MAX, 1000, 200), 3600ull * SECOND);
}

Test(outbox_pause, of_a_callback_is_scaled_and_a_fifth_more_or_less) {
    cr_expect_eq(outbox_callback_pause_ns(0, 10, 200), 600000000u);
    cr_expect_eq(outbox_callback_pause_ns(600000000u, 10, 200), 1200000000u);
    cr_expect_eq(outbox_callback_pause_ns(UINT64_MAX, 10, 0), 28800000000u);
    cr_expect_eq(outbox_callback_pause_ns(0, 1000, 400), 72ull * SECOND);
}
