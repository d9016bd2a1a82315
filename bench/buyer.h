/* buyer.h - a buyer at the checkout, by script: what its browser sends next, and what it takes from
 * the answers. It reads of the pages what a browser needs to go on. */
#ifndef BENCH_BUYER_H
#define BENCH_BUYER_H

#include "protocols/common/slice.h"

#include <stddef.h>
#include <stdint.h>

#define BUYER_REQUEST_MAX 32768u             /* bytes */
#define BUYER_LINK "http://shop.test/thanks" /* the requests' SuccessLink: where all ends */

enum buyer_step { BUYER_SHOW, BUYER_LOGIN, BUYER_CONFIRM, BUYER_WATCH, BUYER_STEPS };

struct buyer {
    struct slice form; /* webshopRequest=..., as a form has it; the caller's */
    uint64_t login;
    const char *password;
    enum buyer_step step; /* that is to be made, or under way; BUYER_STEPS: all are */
    char state[512];
    char session[512]; /* cookies: name=value */
    char watch[4096];
    char path[128]; /* where the payment is watched */
};

/* Before the first step. */
void buyer_start(struct buyer *buyer, struct slice form, uint64_t login, const char *password);

/* Writes the step's request; returns its size, 0: it does not fit. */
size_t buyer_request(const struct buyer *buyer, char out[BUYER_REQUEST_MAX]);

enum buyer_verdict {
    BUYER_ON,    /* buyer->step is the next one                                  */
    BUYER_AGAIN, /* the same step, in a moment: busy, or the shop has not answered */
    BUYER_WRONG, /* no answer that belongs to the step                           */
};
/* Reads a whole answer to it. */
enum buyer_verdict buyer_answer(struct buyer *buyer, struct slice answer);

#endif
