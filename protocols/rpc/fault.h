/* fault.h - what is wrong with a call's params, and where: small enough for a note, and printed
 * as "payments[3].legs[0].amount: expected an unsigned integer". Pure; any thread. */
#ifndef PROTOCOLS_RPC_FAULT_H
#define PROTOCOLS_RPC_FAULT_H

#include <stdint.h>

#include "protocols/common/buffer.h"

/* Places. X(NAME, "text"); $ stands for the leg's index. */
/* clang-format off */
#define RPC_PLACE_MAP(X) \
    X(NONE,           "") \
    X(PARAMS,         "params") \
    X(PAYMENTS,       "payments") \
    X(PAYMENT,        "") \
    X(REFERENCE,      "reference") \
    X(OPERATION,      "operation") \
    X(LEGS,           "legs") \
    X(LEG,            "legs[$]") \
    X(LEG_DEBIT,      "legs[$].debit") \
    X(LEG_CREDIT,     "legs[$].credit") \
    X(LEG_AMOUNT,     "legs[$].amount") \
    X(MODE,           "mode") \
    X(OPTIONS,        "options") \
    X(ACCOUNT,        "account") \
    X(TARGET,         "payment") \
    X(HASH,           "hash") \
    X(KEY,            "key") \
    X(VALUE,          "value") \
    X(VERSION,        "version") \
    X(REQUESTER,      "requester") \
    X(VALUE_DATE,     "value_date") \
    X(EXPIRES_IN_S,   "expires_in_s") \
    X(WAIT_FOR_FUNDS, "wait_for_funds") \
    X(REVERSAL_OF,    "reversal_of") \
    X(DELIVER_TO,     "deliver_to") \
    X(ATTRIBUTES,     "attributes") \
    X(TOKEN_ACCOUNT,  "token_account") \
    X(TOKEN_HASH,     "token_hash") \
    X(BY_PROVIDER,    "by_provider") \
    X(BEFORE,         "before") \
    X(LIMIT,          "limit") \
    X(ID,             "id") \
    X(OWNER,          "owner") \
    X(KIND,           "kind") \
    X(CURRENCY,       "currency") \
    X(FLAGS,          "flags") \
    X(FLOOR,          "floor") \
    X(CEILING,        "ceiling") \
    X(DAY_LIMIT,      "day_limit") \
    X(MONTH_LIMIT,    "month_limit")

/* Expectations. X(NAME, "text") */
#define RPC_EXPECTED_MAP(X) \
    X(UINT,        "an unsigned integer") \
    X(UINT32,      "an unsigned integer below 2^32") \
    X(UINT16,      "an unsigned integer below 65536") \
    X(BYTES,       "a string or binary, not longer than the limit") \
    X(BOOL,        "true or false") \
    X(MODE,        "\"post\" or \"hold\"") \
    X(DATE,        "a day as the number yyyymmdd") \
    X(HASH,        "32 bytes") \
    X(KIND,        "the name of an account kind, such as \"wallet\"") \
    X(AMOUNT,      "an amount in tiyn, not above 2^60") \
    X(NO_OR_AMOUNT, "an amount in tiyn, not above 2^60, or nil for none") \
    X(LIMIT,       "an integer from 1 to 100") \
    X(TARGET,      "a payment id or a reference") \
    X(LEG,         "[debit, credit, amount]") \
    X(LEGS,        "an array of legs") \
    X(PAYMENT,     "[reference, operation, legs, mode] or with a map of options behind") \
    X(SMALL,       "at most 2048 bytes a payment") \
    X(PAYMENTS,    "an array of 1 to 8190 payments") \
    X(PARAMS,      "an array of not more than the method's params, within 16 KiB") \
    X(MAP,         "a map with text keys") \
    X(KNOWN_KEY,   "only keys that the method knows, each once") \
    X(PRESENT,     "a value: it is missing, and the gateway has none of its own")
/* clang-format on */

enum rpc_place {
#define X(name, text) RPC_PLACE_##name,
    RPC_PLACE_MAP(X)
#undef X
        RPC_PLACE_COUNT
};

enum rpc_expected {
#define X(name, text) RPC_EXPECTED_##name,
    RPC_EXPECTED_MAP(X)
#undef X
        RPC_EXPECTED_COUNT
};

struct rpc_fault {
    const char *text;  /* instead of `expected`, static; NULL: as that says               */
    const char *field; /* of the map at the place, static; NULL: none in particular       */
    uint32_t item;     /* index of the payment                                            */
    bool in_item;      /* the place is within payments[item]                              */
    uint8_t map;       /* enum rpc_place of the map the place is a key of, or NONE        */
    uint8_t place;     /* enum rpc_place; NONE: nothing is wrong                          */
    uint8_t leg;       /* index, when the place is a leg's                                */
    uint8_t expected;  /* enum rpc_expected                                               */
};

/* Notes what is wrong; returns false, for the reader to return. */
static inline bool rpc_fail(struct rpc_fault *fault, enum rpc_place place,
                            enum rpc_expected expected) {
    fault->place = (uint8_t)place;
    fault->expected = (uint8_t)expected;
    return false;
}

/* The same of a map whose fields are another module's. */
static inline bool rpc_fail_field(struct rpc_fault *fault, enum rpc_place place, const char *field,
                                  const char *text) {
    fault->place = (uint8_t)place;
    fault->field = field;
    fault->text = text;
    return false;
}

#define RPC_FAULT_TEXT 160 /* bytes of the longest text, with its NUL */

/* Writes the text of a fault (place is not NONE); returns text. */
const char *rpc_fault_text(const struct rpc_fault *fault, char text[RPC_FAULT_TEXT]);

#endif
