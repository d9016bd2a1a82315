/* delivery.h - what a payment's attributes say to its provider: they are JSON,
 *   {"account": "7071234567", "amount": "100.00", "service": 185, "provider_service": 17, ...}
 * written when the payment is opened, so that a provider is asked the same in each attempt,
 * whatever the registry says by then. Pure; any thread. */
#ifndef PROTOCOLS_COMMON_DELIVERY_H
#define PROTOCOLS_COMMON_DELIVERY_H

#include "protocols/outbound.h"

#define DELIVERY_ACCOUNT_MAX 201 /* bytes of an account at a provider's, with its NUL */

/* Fills *asked; its account is in `account`. False: the attributes are not so, or no leg of the
 * payment has that amount: what a provider is told was moved here. provider_service may be
 * missing: 0. service, unless NULL: our public code of the service, 0 when there is none. */
bool delivery_read(const struct ledger_payment *payment, char account[DELIVERY_ACCOUNT_MAX],
                   struct outbound_payment *asked, uint64_t *service);

#endif
