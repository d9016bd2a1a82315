/* test_outbox_sweep.c - which deliveries a search for ended ones drops. */
#include <criterion/criterion.h>

#include "ledger/ledger.h"
#include "switch/outbox_inner.h"

enum { PROVIDER, SHOPS, LOST };

static struct bridge bridge;
static struct config config = {.open_payments_max = 4};
static struct outbox_provider providers[2] = {[SHOPS] = {.shops = true}};
static struct outbox outbox;

static void setup(void) {
    cr_assert_eq(bridge_init(&bridge, 1), 0);
    cr_assert_eq(outbox_table_init(&outbox.table, 100), 0);
    outbox.config = &config;
    outbox.bridge = &bridge;
    outbox.lane = &bridge.lanes[0];
    outbox.providers = providers;
    outbox.provider_count = 2;
}

static void teardown(void) {
    outbox_table_free(&outbox.table);
    bridge_free(&bridge);
}

TestSuite(outbox_sweep, .init = setup, .fini = teardown);

/* Payment 10 * queue + 1, 2, 3 ... wait. */
static void wait_in(uint32_t queue, uint32_t count) {
    for (uint32_t i = 1; i <= count; i++) {
        uint32_t entry = outbox_table_add(&outbox.table, 10 * queue + i, queue);
        outbox_table_pause(&outbox.table, entry, 500);
    }
}

/* Answers the search: all that it asks about were declined. */
static void answer(uint16_t status) {
    static struct ledger_result results[OUTBOX_SWEEP_MAX]; /* without bodies, as of large calls */
    for (uint32_t i = 0; i < outbox.sweep.count; i++) {
        results[i] = (struct ledger_result){.status = status, .state = LEDGER_DECLINED};
    }
    cr_assert(outbox.sweep.asked);
    outbox_swept(&outbox, results, outbox.sweep.count);
}

static bool is_kept(uint64_t payment) {
    return outbox_table_find(&outbox.table, payment) != OUTBOX_NONE;
}

Test(outbox_sweep, begins_when_more_wait_than_can_be_open) {
    wait_in(PROVIDER, 6);
    outbox_sweep(&outbox);
    cr_expect_not(outbox.sweep.asked);
    wait_in(LOST, 1);
    outbox_sweep(&outbox);
    cr_expect(outbox.sweep.asked);
}

Test(outbox_sweep, drops_what_has_ended) {
    wait_in(PROVIDER, 8);
    wait_in(LOST, 1);
    outbox_sweep(&outbox);
    answer(LEDGER_DONE);
    cr_expect_eq(outbox.table.used, 0u);
}

Test(outbox_sweep, keeps_what_the_ledger_has_no_time_for) {
    wait_in(PROVIDER, 8);
    outbox_sweep(&outbox);
    answer(LEDGER_BUSY);
    cr_expect_eq(outbox.table.used, 8u);
}

Test(outbox_sweep, keeps_the_end_that_a_shop_is_to_be_told) {
    wait_in(PROVIDER, 5);
    wait_in(SHOPS, 3);
    outbox_sweep(&outbox);
    answer(LEDGER_DONE);
    cr_expect_not(is_kept(10 * PROVIDER + 1));
    cr_expect(is_kept(10 * SHOPS + 1));
    cr_expect_eq(outbox.table.used, 3u);
}
