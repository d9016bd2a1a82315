/* texts.c - the texts of refusals.h by number and language. */
#include "protocols/agent_soap/refusals.h"

#include "protocols/common/assert.h"

static const char *const texts[SOAP_REFUSALS][SOAP_LANGUAGES] = {
#define X(code, ru, en, kk)                                                                        \
    [SOAP_REFUSED_##code] = {[SOAP_RU] = ru, [SOAP_EN] = en, [SOAP_KK] = kk},
    SOAP_REFUSAL_MAP(X)
#undef X
};

static const char *const codes[SOAP_REFUSALS] = {
#define X(code, ru, en, kk) [SOAP_REFUSED_##code] = #code,
    SOAP_REFUSAL_MAP(X)
#undef X
};

static const char *const says[SOAP_MESSAGES][SOAP_LANGUAGES] = {
#define X(name, ru, en, kk) [SOAP_SAYS_##name] = {[SOAP_RU] = ru, [SOAP_EN] = en, [SOAP_KK] = kk},
    SOAP_MESSAGE_MAP(X)
#undef X
};

const char *soap_text(enum soap_refusal refusal, enum soap_language language) {
    ASSERT(refusal < SOAP_REFUSALS);
    ASSERT(language < SOAP_LANGUAGES);
    return texts[refusal][language];
}

const char *soap_says(enum soap_message message, enum soap_language language) {
    ASSERT(message < SOAP_MESSAGES);
    ASSERT(language < SOAP_LANGUAGES);
    return says[message][language];
}

const char *soap_code(enum soap_refusal refusal) {
    ASSERT(refusal < SOAP_REFUSALS);
    return codes[refusal];
}

enum soap_refusal soap_refusal_of(enum ledger_status status) {
    switch (status) {
    case LEDGER_BAD_AMOUNT:
        return SOAP_REFUSED_BAD_AMOUNT;
    case LEDGER_BUSY:
        return SOAP_REFUSED_NODE_BUSY;
    case LEDGER_REF_CONFLICT:
        return SOAP_REFUSED_DUPLICATE_RRN;
    case LEDGER_PAYMENT_NOT_FOUND:
    case LEDGER_NOT_REQUESTER:
        return SOAP_REFUSED_TRANSACTION_NOT_FOUND;
    case LEDGER_ACCOUNT_NOT_FOUND:
    case LEDGER_DEBIT_NOT_FOUND:
    case LEDGER_CREDIT_NOT_FOUND:
        return SOAP_REFUSED_ACCOUNT_NOT_FOUND;
    case LEDGER_ALREADY_COMPLETED:
        return SOAP_REFUSED_ALREADY_COMPLETED;
    case LEDGER_ALREADY_DECLINED:
        return SOAP_REFUSED_ALREADY_DECLINED;
    case LEDGER_AT_PROVIDER:
        return SOAP_REFUSED_AT_PROVIDER;
    case LEDGER_NO_HOLD:
        return SOAP_REFUSED_NO_HOLD;
    case LEDGER_DEBIT_CLOSED:
    case LEDGER_CREDIT_CLOSED:
        return SOAP_REFUSED_ACCOUNT_CLOSED;
    case LEDGER_DEBIT_FROZEN:
    case LEDGER_CREDIT_FROZEN:
        return SOAP_REFUSED_ACCOUNT_FROZEN;
    case LEDGER_TOKEN_WRONG:
        return SOAP_REFUSED_TOKEN_WRONG;
    case LEDGER_TOKEN_EXPIRED:
        return SOAP_REFUSED_TOKEN_EXPIRED;
    case LEDGER_TOKEN_BURNT:
        return SOAP_REFUSED_TOKEN_BURNT;
    case LEDGER_OVER_CEILING:
        return SOAP_REFUSED_OVER_CEILING;
    case LEDGER_OVER_DAY_LIMIT:
        return SOAP_REFUSED_OVER_DAY_LIMIT;
    case LEDGER_OVER_MONTH_LIMIT:
        return SOAP_REFUSED_OVER_MONTH_LIMIT;
    case LEDGER_OVER_TOTAL:
        return SOAP_REFUSED_AMOUNT_TOO_LARGE;
    case LEDGER_FUNDS:
        return SOAP_REFUSED_INSUFFICIENT_FUNDS;
    case LEDGER_DONE:
    case LEDGER_REPLAYED:
    case LEDGER_BAD_COMMAND:
    case LEDGER_BAD_LEGS:
    case LEDGER_BAD_REFERENCE:
    case LEDGER_FORBIDDEN:
    case LEDGER_RECORD_NOT_FOUND:
    case LEDGER_ACCOUNT_EXISTS:
    case LEDGER_ACCOUNT_NOT_EMPTY:
    case LEDGER_REVERSAL_NOT_FOUND:
    case LEDGER_CURRENCY_MISMATCH:
    case LEDGER_RECORD_CHANGED:
    case LEDGER_STATUS_COUNT:
        break;
    }
    return SOAP_REFUSED_INTERNAL;
}
