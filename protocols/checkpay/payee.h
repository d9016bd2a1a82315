/* payee.h - whom a network's payment is for, and the ledger's commands of it. Any thread. */
#ifndef PROTOCOLS_CHECKPAY_PAYEE_H
#define PROTOCOLS_CHECKPAY_PAYEE_H

#include "protocols/checkpay/caller.h"
#include "protocols/checkpay/inbound.h"
#include "protocols/common/operation.h"

struct payee {
    uint64_t account;   /* the ledger's; 0: there is none that may be paid */
    uint16_t operation; /* enum operation                                  */
};

/* Who an account of the network is: a client or a merchant, by its login. DONE, or why not. */
enum checkpay_outcome payee_find(const struct adapter_env *env, const struct caller *caller,
                                 const struct checkpay_asked *asked, struct payee *payee);

/* Commands. A check: would the payment be made? */
enum ledger_status payee_put_check(struct ledger_writer *writer, const struct caller *caller,
                                   const struct checkpay_asked *asked, const struct payee *payee);
/* A pay: the payment, posted at once, and a look at it, for the answer. A payee without an account:
 * nothing can be made now, but what was made before is found. */
enum ledger_status payee_put_pay(struct ledger_writer *writer, const struct caller *caller,
                                 const struct checkpay_asked *asked, const struct payee *payee);
/* Status, cancel: a look alone. */
enum ledger_status payee_put_lookup(struct ledger_writer *writer, const struct caller *caller,
                                    const struct checkpay_asked *asked);

/* What an outcome of the ledger is to a network. */
enum checkpay_outcome payee_outcome(enum ledger_status status);

#endif
