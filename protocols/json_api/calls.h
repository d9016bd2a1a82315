/* calls.h - between the files of this folder: one request on its way through a call's reader, and
 * the note that is left for its answer. */
#ifndef PROTOCOLS_JSON_API_CALLS_H
#define PROTOCOLS_JSON_API_CALLS_H

#include "protocols/adapter.h"
#include "protocols/common/token.h"

enum call_answer {
    CALL_PAYMENT_OPENED,  /* 201 or 200, {id, state, replayed, sequence} */
    CALL_PAYMENT_CHANGED, /* 200, the same                               */
    CALL_PAYMENT,         /* 200, the payment                            */
    CALL_ACCOUNT_OPENED,  /* 201 or 200, the account                     */
    CALL_ACCOUNT,         /* 200, the account                            */
    CALL_ENTRIES,         /* 200, from a snapshot                        */
    CALL_TOKEN,           /* 201, {token, expires_in_s}                  */
};

/* Of the account that is being opened: what its answer repeats. */
struct call_account {
    uint64_t id, owner, floor, ceiling, day_limit, month_limit;
    uint16_t kind, currency;
    uint8_t flags;
};

/* Kept in struct adapter_note. */
struct call_note {
    union {
        struct call_account account; /* CALL_ACCOUNT_OPENED */
        struct {
            uint64_t account, before; /* an entry link, or 0 */
            uint32_t limit;
        } entries; /* CALL_ENTRIES */
        struct {
            char digits[TOKEN_DIGITS + 1];
            uint32_t life_s;
        } token; /* CALL_TOKEN */
    } of;
    uint8_t answer; /* enum call_answer */
};
_Static_assert(sizeof(struct call_note) <= sizeof(struct adapter_note), "kept there as it is");

struct call {
    const struct adapter_request *request;
    const struct grant *grant;
    const struct adapter_env *env;
    uint64_t id; /* of the path, when it has one */
    struct ledger_writer *writer;
    struct call_note *note;
    struct adapter_reply *reply;
};

/* Readers: each puts one command, fills the note for a query, or completes the reply. */
enum adapter_verdict call_payment_open(struct call *call);
enum adapter_verdict call_payment_find(struct call *call); /* by ?reference= */
enum adapter_verdict call_payment_get(struct call *call);
enum adapter_verdict call_payment_complete(struct call *call);
enum adapter_verdict call_payment_decline(struct call *call);
enum adapter_verdict call_account_open(struct call *call);
enum adapter_verdict call_account_get(struct call *call);
enum adapter_verdict call_account_entries(struct call *call);
enum adapter_verdict call_token_issue(struct call *call);

/* The verdict after a ledger_put_ function: SUBMIT, or its status as the answer. */
enum adapter_verdict call_put(struct call *call, enum ledger_status status);

/* Answers; they complete the reply. */
void call_print_outcome(struct adapter_reply *reply, const struct ledger_result *result,
                        bool opened);
void call_print_payment(struct adapter_reply *reply, const struct ledger_payment *payment);
void call_print_account(struct adapter_reply *reply, const struct ledger_account *account);
void call_print_account_opened(struct adapter_reply *reply, const struct call_account *account,
                               const struct ledger_result *result);
void call_print_token(struct adapter_reply *reply, const struct call_note *note);
void call_print_entries(struct adapter_reply *reply, const struct call_note *note,
                        struct ledger_snapshot *snapshot);

#endif
