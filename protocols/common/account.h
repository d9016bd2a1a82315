/* account.h - what an account's record says to people. Pure; any thread. */
#ifndef PROTOCOLS_COMMON_ACCOUNT_H
#define PROTOCOLS_COMMON_ACCOUNT_H

#include "ledger/ledger.h"

/* What it can pay now, tiyn; below zero when its floor was raised. */
static inline int64_t account_available(const struct ledger_account *account) {
    return (int64_t)(account->credits_posted - account->debits_posted) -
           (int64_t)account->debits_pending + (int64_t)account->floor;
}

#endif
