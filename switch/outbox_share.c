/* outbox_share.c - how many of the requests to shops one merchant may have. Pure. */
#include "switch/assert.h"
#include "switch/limits.h"
#include "switch/outbox_inner.h"

/* What one may have now: the more silent ones there are, the less has each, and some is left. */
static uint32_t most(const struct outbox_shares *shares) {
    uint32_t share = (OUTBOX_SHOP_FLIGHTS_MAX - shares->flying) / OUTBOX_SHOP_FLIGHTS_SHARE;
    share = share < OUTBOX_SHOP_FLIGHTS_EACH ? share : OUTBOX_SHOP_FLIGHTS_EACH;
    return share > 1 ? share : 1;
}

/* The merchant's place, or one that is free. */
static uint32_t find(const struct outbox_shares *shares, uint64_t merchant) {
    uint32_t vacant = OUTBOX_SHOP_FLIGHTS_MAX;
    for (uint32_t i = OUTBOX_SHOP_FLIGHTS_MAX; i-- > 0;) {
        if (shares->places[i].merchant == merchant) {
            return i;
        }
        vacant = shares->places[i].merchant == 0 ? i : vacant;
    }
    ASSERT(vacant < OUTBOX_SHOP_FLIGHTS_MAX); /* each that is taken has a request at least */
    return vacant;
}

bool outbox_share_take(struct outbox_shares *shares, uint64_t merchant, uint32_t *place) {
    ASSERT(merchant != 0 && shares->flying < OUTBOX_SHOP_FLIGHTS_MAX);
    *place = find(shares, merchant);
    struct outbox_share *share = &shares->places[*place];
    if (share->flying >= most(shares)) {
        return false;
    }
    share->merchant = merchant;
    share->flying++;
    shares->flying++;
    return true;
}

uint32_t outbox_share_give(struct outbox_shares *shares, uint32_t place) {
    struct outbox_share *share = &shares->places[place];
    ASSERT(share->flying > 0);
    share->flying--;
    shares->flying--;
    if (share->flying == 0) { /* nobody else will call them */
        share->merchant = 0;
        return OUTBOX_SHOP_FLIGHTS_EACH;
    }
    uint32_t more = most(shares);
    return share->flying >= more ? 0 : share->flying + 1 == more ? 1 : 2;
}
