/* names.c - texts of statuses, errors, states and kinds. */
#include <string.h>

#include "ledger/ledger.h"

const char *ledger_status_name(unsigned status) {
    switch (status) {
#define X(number, name, text)                                                                      \
    case number:                                                                                   \
        return #name;
        LEDGER_STATUS_MAP(X)
#undef X
    default:
        return "UNKNOWN_STATUS";
    }
}

const char *ledger_status_text(unsigned status) {
    switch (status) {
#define X(number, name, text)                                                                      \
    case number:                                                                                   \
        return text;
        LEDGER_STATUS_MAP(X)
#undef X
    default:
        return "a status this version does not know";
    }
}

const char *ledger_error_text(int error) {
    switch (error) {
#define X(number, name, text)                                                                      \
    case number:                                                                                   \
        return text;
        LEDGER_ERROR_MAP(X)
#undef X
    default:
        return "an error this version does not know";
    }
}

const char *ledger_state_name(unsigned state) {
    static const char *const names[] = {"NONE", "WAITING", "HELD", "COMPLETED", "DECLINED"};
    return state < sizeof names / sizeof names[0] ? names[state] : "UNKNOWN_STATE";
}

static const char *const kind_names[] = {NULL,       "wallet", "agent",  "merchant",
                                         "provider", "fee",    "issuer", "suspense"};
#define KIND_COUNT (sizeof kind_names / sizeof kind_names[0])

const char *ledger_kind_name(unsigned account_kind) {
    return account_kind < KIND_COUNT ? kind_names[account_kind] : NULL;
}

unsigned ledger_kind_of(const char *name, size_t size) {
    for (unsigned i = 1; i < KIND_COUNT; i++) {
        if (strlen(kind_names[i]) == size && memcmp(kind_names[i], name, size) == 0) {
            return i;
        }
    }
    return 0;
}
