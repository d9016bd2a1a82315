/* Every status of LEDGER_STATUS_MAP is an answer that a script reaches. */
#include "tests/lib/options.h"
#include "tests/unit/ledger/check.h"

#define BANK "account 1 issuer overdraft; account 10; account 20; pay in 1>10 1000; "

static const struct {
    const char *script;
    uint32_t open_payments; /* 0: as usual */
} scripts[LEDGER_STATUS_COUNT] = {
    [LEDGER_DONE] = {BANK, 0},
    [LEDGER_REPLAYED] = {BANK "pay in 1>10 1000 => REPLAYED COMPLETED", 0},
    [LEDGER_BAD_COMMAND] = {BANK "expire 0 => BAD_COMMAND", 0},
    [LEDGER_BAD_AMOUNT] = {BANK "pay r 1>10 0 => BAD_AMOUNT;"
                                "pay r 1>10 1152921504606846977 => BAD_AMOUNT",
                           0},
    [LEDGER_BAD_LEGS] = {BANK "pay r => BAD_LEGS", 0},
    [LEDGER_BAD_REFERENCE] =
        {BANK "pay 12345678901234567890123456789012345678901234567890123456789012345 1>10 1 => "
              "BAD_REFERENCE;"
              "pay 1234567890123456789012345678901234567890123456789012345678901234 1>10 1",
         0},
    [LEDGER_BUSY] = {BANK
                     "hold a 10>20 1; hold b 10>20 1; hold c 10>20 1 => BUSY; complete a; flush;"
                     "hold c 10>20 1; flush; hold d 10>20 5000 wait => BUSY",
                     2},
    [LEDGER_FORBIDDEN] = {BANK "refused FORBIDDEN => FORBIDDEN; pay r 10>20 1;"
                               "refused BAD_AMOUNT => BAD_AMOUNT",
                          0},
    [LEDGER_REF_CONFLICT] = {BANK "pay in 1>10 1001 => REF_CONFLICT", 0},
    [LEDGER_PAYMENT_NOT_FOUND] = {BANK "lookup r => PAYMENT_NOT_FOUND", 0},
    [LEDGER_ACCOUNT_NOT_FOUND] = {BANK "change 9 owner 3 => ACCOUNT_NOT_FOUND", 0},
    [LEDGER_RECORD_NOT_FOUND] = {BANK "get a => RECORD_NOT_FOUND", 0},
    [LEDGER_ACCOUNT_EXISTS] = {BANK "account 10 agent => ACCOUNT_EXISTS", 0},
    [LEDGER_ACCOUNT_NOT_EMPTY] = {BANK "change 10 flags closed => ACCOUNT_NOT_EMPTY", 0},
    [LEDGER_NOT_REQUESTER] = {BANK "lookup #1 by 8 => NOT_REQUESTER", 0},
    [LEDGER_ALREADY_COMPLETED] = {BANK "decline in => ALREADY_COMPLETED", 0},
    [LEDGER_ALREADY_DECLINED] = {BANK "hold r 10>20 1; decline r; complete r => ALREADY_DECLINED",
                                 0},
    [LEDGER_AT_PROVIDER] = {BANK "hold r 10>20 1; dispatch r; decline r => AT_PROVIDER", 0},
    [LEDGER_NO_HOLD] = {BANK "hold r 20>10 1 wait => DONE WAITING; complete r => NO_HOLD", 0},
    [LEDGER_REVERSAL_NOT_FOUND] = {BANK "pay r 10>20 1 reverses #2 => REVERSAL_NOT_FOUND", 0},
    [LEDGER_DEBIT_NOT_FOUND] = {BANK "pay r 9>10 1 => DEBIT_NOT_FOUND", 0},
    [LEDGER_CREDIT_NOT_FOUND] = {BANK "pay r 10>9 1 => CREDIT_NOT_FOUND", 0},
    [LEDGER_CURRENCY_MISMATCH] = {BANK "account 9 currency 840; pay r 10>9 1 => CURRENCY_MISMATCH",
                                  0},
    [LEDGER_DEBIT_CLOSED] = {BANK "change 20 flags closed; pay r 20>10 1 => DEBIT_CLOSED", 0},
    [LEDGER_CREDIT_CLOSED] = {BANK "change 20 flags closed; pay r 10>20 1 => CREDIT_CLOSED", 0},
    [LEDGER_DEBIT_FROZEN] = {BANK "change 10 flags frozen; pay r 10>20 1 => DEBIT_FROZEN", 0},
    [LEDGER_CREDIT_FROZEN] = {BANK "change 20 flags frozen; pay r 10>20 1 => CREDIT_FROZEN", 0},
    [LEDGER_TOKEN_WRONG] = {BANK "pay r 10>20 1 token 10 x => TOKEN_WRONG", 0},
    [LEDGER_TOKEN_EXPIRED] = {BANK "issue 10 x 5; wait 6; pay r 10>20 1 token 10 x => "
                                   "TOKEN_EXPIRED",
                              0},
    [LEDGER_TOKEN_BURNT] = {BANK "issue 10 x 5; pay r 10>20 1 token 10 x; pay s 10>20 1 token 10 x "
                                 "=> TOKEN_BURNT",
                            0},
    [LEDGER_OVER_TOTAL] = {BANK "pay r 1>10 1152921504606846976 => OVER_TOTAL", 0},
    [LEDGER_OVER_CEILING] = {BANK "change 20 ceiling 5; pay r 10>20 6 => OVER_CEILING", 0},
    [LEDGER_OVER_DAY_LIMIT] = {BANK "change 10 day 5; pay r 10>20 6 => OVER_DAY_LIMIT", 0},
    [LEDGER_OVER_MONTH_LIMIT] = {BANK "change 10 month 5; pay r 10>20 6 => OVER_MONTH_LIMIT", 0},
    [LEDGER_FUNDS] = {BANK "pay r 20>10 1 => FUNDS", 0},
    [LEDGER_RECORD_CHANGED] = {BANK "put a b new; put a c new => RECORD_CHANGED", 0},
};

Test(status, each_is_reached, .timeout = 120) {
    for (unsigned status = 0; status < LEDGER_STATUS_COUNT; status++) {
        struct ledger_options options = small_options(NULL);
        const char *name = ledger_status_name(status), *script = scripts[status].script;
        cr_assert(script != NULL, "no script reaches %s", name);
        if (scripts[status].open_payments > 0)
            options.open_payments = scripts[status].open_payments;
        const char *why = script_run_with(script, &options);
        cr_assert(why == NULL, "%s: %s", name, why);
        cr_assert(script_reached()[status], "%s was not reached", name);
    }
}

Test(status, each_has_a_name_and_a_text) {
#define X(number, name, text)                                                                      \
    cr_assert_str_eq(ledger_status_name(number), #name);                                           \
    cr_assert_str_eq(ledger_status_text(number), text);
    LEDGER_STATUS_MAP(X)
#undef X
    cr_assert(ledger_status_name(LEDGER_STATUS_COUNT) != NULL);
    cr_assert(ledger_status_text(UINT32_MAX) != NULL);
}

Test(status, errors_states_and_kinds_have_texts) {
#define X(number, name, text) cr_assert_str_eq(ledger_error_text(number), text);
    LEDGER_ERROR_MAP(X)
#undef X
    cr_assert(ledger_error_text(1) != NULL && ledger_error_text(-1000) != NULL);
    cr_assert_str_eq(ledger_state_name(LEDGER_COMPLETED), "COMPLETED");
    cr_assert(ledger_state_name(99) != NULL);
    cr_assert_str_eq(ledger_kind_name(LEDGER_WALLET), "wallet");
    cr_assert_null(ledger_kind_name(0));
    cr_assert_null(ledger_kind_name(8));
    for (unsigned kind = LEDGER_WALLET; kind <= LEDGER_SUSPENSE; kind++) {
        const char *name = ledger_kind_name(kind);
        cr_assert_eq(ledger_kind_of(name, strlen(name)), kind);
        cr_assert_eq(ledger_kind_of(name, strlen(name) - 1), 0);
    }
}
