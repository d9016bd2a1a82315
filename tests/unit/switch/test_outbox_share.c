/* test_outbox_share.c - the requests to shops that one merchant may have, among others. */
#include <criterion/criterion.h>

#include "switch/outbox_inner.h"

static struct outbox_shares shares;

/* As many as the merchant gets; its place. */
static uint32_t take_all(uint64_t merchant, uint32_t *place) {
    uint32_t taken = 0;
    while (shares.flying < OUTBOX_SHOP_FLIGHTS_MAX && outbox_share_take(&shares, merchant, place)) {
        taken++;
    }
    return taken;
}

Test(outbox_share, of_one_alone) {
    uint32_t place, same;
    cr_expect_eq(take_all(7, &place), OUTBOX_SHOP_FLIGHTS_EACH);
    cr_expect_not(outbox_share_take(&shares, 7, &same));
    cr_expect_eq(same, place);
    cr_expect_eq(outbox_share_give(&shares, place), 1u);
    cr_expect(outbox_share_take(&shares, 7, &same));
    cr_expect_eq(same, place);
}

Test(outbox_share, the_silence_of_many_leaves_some_to_others) {
    uint32_t place;
    for (uint64_t merchant = 1; merchant <= 16; merchant++) {
        cr_expect_gt(take_all(merchant, &place), 1u);
    }
    cr_expect_leq(shares.flying, OUTBOX_SHOP_FLIGHTS_MAX / 6 * 5);
    for (uint64_t merchant = 17; merchant <= 40; merchant++) {
        cr_expect_gt(take_all(merchant, &place), 0u, "merchant %u", (unsigned)merchant);
    }
}

Test(outbox_share, each_has_one_while_there_are_any) {
    uint32_t place;
    for (uint64_t merchant = 1; merchant <= OUTBOX_SHOP_FLIGHTS_MAX; merchant++) {
        if (shares.flying < OUTBOX_SHOP_FLIGHTS_MAX) {
            cr_expect_gt(take_all(merchant, &place), 0u, "merchant %u", (unsigned)merchant);
        }
    }
}

Test(outbox_share, who_has_fewer_than_may_be_calls_one_more) {
    uint32_t places[3], place;
    for (uint32_t i = 0; i < 3; i++) {
        cr_assert(outbox_share_take(&shares, 7, &places[i]));
    }
    cr_expect_eq(outbox_share_give(&shares, places[0]), 2u);
    cr_expect_eq(outbox_share_give(&shares, places[1]), 2u);
    cr_expect_eq(outbox_share_give(&shares, places[2]), OUTBOX_SHOP_FLIGHTS_EACH,
                 "the last one calls all that may be");
    cr_expect_eq(shares.flying, 0u);
    cr_expect(outbox_share_take(&shares, 8, &place));
    cr_expect_eq(place, places[0], "its place is free");
}
