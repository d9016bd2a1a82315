/* checkout.h - buyers' payments at the checkout: signed requests of a shop, made beforehand, and
 * the client that goes through it as browsers do. */
#ifndef BENCH_CHECKOUT_H
#define BENCH_CHECKOUT_H

#include "bench/bench.h"
#include "bench/buyer.h"
#include "bench/requests.h"
#include "bench/soap.h"

#define CHECKOUT_MERCHANT 72222222229u /* login; its wallet is BOOK_WALLETS               */
#define CHECKOUT_BUYER 77100000000u    /* the first buyer's login; all pay from BOOK_AGENT */
#define CHECKOUT_BUYERS 1000u
#define CHECKOUT_PASSWORD "as-long-as-people-have" /* of all */

/* Puts the merchant, its key (the keys' partner) and the buyers into the ledger's registry. False:
 * failed, was told. */
bool checkout_registry_fill(struct ledger *ledger, const struct soap_keys *keys);

/* Signs `count` requests: forms, with callbacks to the stand-in shop at that port. False: failed,
 * was told; free all the same. */
bool checkout_requests_make(struct requests *requests, const struct soap_keys *keys, uint32_t count,
                            uint16_t shop_port);

struct checkout_load {
    const char *name;
    const struct requests *requests;
    uint32_t first, count; /* of the requests: these, one buyer each */
    uint16_t port;
    uint32_t connections;
    double seconds;       /* no buyer begins after it */
    enum buyer_step last; /* the buyers stop behind it; BUYER_WATCH: all is done */
    /* The first ones, as they are when they stop; with `resume` they begin so. */
    struct buyer *kept;
    uint32_t kept_count;
    bool resume;
    /* Results. */
    uint64_t stopped; /* buyers that came to their last step */
    uint64_t again;   /* steps that were busy, or before the shop had answered         */
    uint64_t wrong;
    uint64_t elapsed_ns;      /* of the time */
    struct histogram latency; /* of a buyer's whole way */
};
/* Runs it, to the end of all who began. False: not carried out, or an answer was wrong; was told.
 */
bool checkout_load_run(struct checkout_load *load);

#endif
