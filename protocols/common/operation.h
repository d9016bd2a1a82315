/* operation.h - what a payment is for: names at the doors, numbers in the ledger. The numbers are
 * stored for ever: never reused, only added to. Pure; any thread. */
#ifndef PROTOCOLS_COMMON_OPERATION_H
#define PROTOCOLS_COMMON_OPERATION_H

#include <stdint.h>

#include "protocols/common/slice.h"

/* X(number, NAME, "name") */
/* clang-format off */
#define OPERATION_MAP(X) \
    X(1,  ISSUE,       "issue")       /* the issuer puts money into circulation     */ \
    X(2,  REDEEM,      "redeem")      /* the issuer takes money out of it           */ \
    X(3,  CASH_IN,     "cash_in")     /* cash at an agent becomes a client's money  */ \
    X(4,  CASH_OUT,    "cash_out")    /* and the other way round                    */ \
    X(5,  TRANSFER,    "transfer")    /* from client to client                      */ \
    X(6,  PAY_GOODS,   "pay_goods")   /* at a merchant                              */ \
    X(7,  PAY_SERVICE, "pay_service") /* to a provider: telephone, electricity, ... */ \
    X(8,  CHECKOUT,    "checkout")    /* in a shop on the web                       */ \
    X(9,  FEE,         "fee")         /* a fee on its own                           */ \
    X(10, REVERSAL,    "reversal")    /* gives an earlier payment back              */ \
    X(11, SETTLEMENT,  "settlement")  /* with a merchant, provider or agent         */ \
    X(12, ADJUSTMENT,  "adjustment")  /* a correction by the operator               */ \
    X(13, CASH_IN_AVTOBYS, "cash_in_avtobys") /* cash-in with a fee rule of its own */
/* clang-format on */

enum operation {
#define X(number, name, text) OPERATION_##name = (number),
    OPERATION_MAP(X)
#undef X
};

/* The number of "cash_in", or 0 when there is no such operation. */
uint16_t operation_number(struct slice name);

/* The name of a number, or NULL: gateways with numbers of their own may use any. */
const char *operation_name(uint16_t number);

#endif
