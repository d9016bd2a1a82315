/* checkpay_rig.h - what the tests of check/pay share: the shipped profiles, and small calls. */
#ifndef TESTS_CHECKPAY_RIG_H
#define TESTS_CHECKPAY_RIG_H

#include "protocols/outbound.h"

#define RIG_BASE "https://pay.example.kz/gate"
#define RIG_ID 1234567890123u
#define RIG_AMOUNT 20000u
#define RIG_TIME_NS (UINT64_C(1767207599) * 1000000000u) /* 2025-12-31T18:59:59Z */

/* A shipped profile by name ("osmp"), with a text put in the place of another where `from` is not
 * NULL. base: NULL for inbound. */
struct checkpay_profile *rig_profile(const char *name, const char *base, const char *from,
                                     const char *to);
/* Its text, to be freed. */
char *rig_text(const char *name);

/* A payment of 200.00 to account 7771234567, id RIG_ID, service 12. */
struct outbound_payment rig_payment(void);

/* The URL of a request, in static memory; "" when it cannot be said. */
const char *rig_url(const struct checkpay_profile *profile, enum outbound_step step,
                    const struct outbound_payment *payment);
/* The answer to the payment above, HTTP 200. */
struct outbound_answer rig_answer(const struct checkpay_profile *profile, enum outbound_step step,
                                  const char *body);

#endif
