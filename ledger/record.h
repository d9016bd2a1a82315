/* record.h - the ledger's records and words: limits, statuses, errors, accounts, payments.
 * Part of ledger.h, which is the header to include. Amounts are tiyn, times ns since 1970. */
#ifndef LEDGER_RECORD_H
#define LEDGER_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEDGER_LEGS_MAX 8          /* agent, client, merchant and their fees: 5 used, 3 spare     */
#define LEDGER_REFERENCE_MAX 64    /* bytes; the longest rrn of the field                         */
#define LEDGER_ATTRIBUTES_MAX 1024 /* bytes a payment may carry for its adapter */
#define LEDGER_KEY_MAX 128         /* bytes of a registry key                                     */
#define LEDGER_VALUE_MAX 4096      /* bytes of a registry value: an RSA-4096 PEM and names        */
#define LEDGER_PROVIDER_ID_MAX 64  /* bytes of a provider's id of a payment  */
#define LEDGER_ATTEMPTS_KEPT 16    /* of a delivery: the first one and the last ones              */
#define LEDGER_TOKEN_HASH 32       /* bytes of a one-time token's hash                            */
#define LEDGER_TOKEN_TRIES 5       /* wrong tries that burn a token                               */
#define LEDGER_BATCH_MAX 8190      /* commands in one ledger_commit                               */
#define LEDGER_AMOUNT_MAX ((uint64_t)1 << 60) /* tiyn; the sum of two fits an int64_t */
#define LEDGER_CURRENCY_KZT 398   /* ISO 4217                                                    */
#define LEDGER_DAY_OFFSET_S 18000 /* the ledger's calendar day is UTC+5, all of Kazakhstan */
#define LEDGER_NO_CEILING UINT64_MAX /* of a ceiling or a turnover limit: none */

/* Statuses, in the order in which they are checked: the first that holds is the answer.
 * X(number, NAME, "text for a person") */
/* clang-format off */
#define LEDGER_STATUS_MAP(X) \
    X(0,  DONE,               "done") \
    X(1,  REPLAYED,           "the same request was made before; this is its payment's present state") \
    X(2,  BAD_COMMAND,        "the command is malformed: a field is missing, too long or of an unknown kind") \
    X(3,  BAD_AMOUNT,         "an amount is zero or above the largest one allowed") \
    X(4,  BAD_LEGS,           "a payment has 1 to 8 legs, each between two different accounts") \
    X(5,  BAD_REFERENCE,      "a reference has 1 to 64 bytes") \
    X(6,  BUSY,               "the node has no room for this now; ask again with the same reference") \
    X(7,  FORBIDDEN,          "this is outside of what the gateway was granted") \
    X(8,  REF_CONFLICT,       "this reference was used for another payment") \
    X(9,  PAYMENT_NOT_FOUND,  "no such payment") \
    X(10, ACCOUNT_NOT_FOUND,  "no such account") \
    X(11, RECORD_NOT_FOUND,   "no such registry record") \
    X(12, ACCOUNT_EXISTS,     "this account exists with other fields") \
    X(13, ACCOUNT_NOT_EMPTY,  "the account still has money or holds, so it cannot be closed") \
    X(14, NOT_REQUESTER,      "the payment was made by another requester") \
    X(15, ALREADY_COMPLETED,  "the payment is completed, which is final") \
    X(16, ALREADY_DECLINED,   "the payment is declined, which is final") \
    X(17, AT_PROVIDER,        "the payment was sent to its provider, and only the provider's answer ends it") \
    X(18, NO_HOLD,            "the payment waits for funds: it holds no money yet") \
    X(19, REVERSAL_NOT_FOUND, "the payment to reverse does not exist or is not completed") \
    X(20, DEBIT_NOT_FOUND,    "the account to debit does not exist") \
    X(21, CREDIT_NOT_FOUND,   "the account to credit does not exist") \
    X(22, CURRENCY_MISMATCH,  "the accounts of a payment are not of one currency") \
    X(23, DEBIT_CLOSED,       "the account to debit is closed") \
    X(24, CREDIT_CLOSED,      "the account to credit is closed") \
    X(25, DEBIT_FROZEN,       "the account to debit is frozen") \
    X(26, CREDIT_FROZEN,      "the account to credit is frozen") \
    X(27, TOKEN_WRONG,        "no such one-time token") \
    X(28, TOKEN_EXPIRED,      "the one-time token is out of date") \
    X(29, TOKEN_BURNT,        "the one-time token was spent, or burnt by wrong tries") \
    X(30, OVER_TOTAL,         "an account's total would pass the largest number the ledger keeps") \
    X(31, OVER_CEILING,       "the account to credit would pass its largest balance") \
    X(32, OVER_DAY_LIMIT,     "the account to debit would pass its turnover limit of the day") \
    X(33, OVER_MONTH_LIMIT,   "the account to debit would pass its turnover limit of the month") \
    X(34, FUNDS,              "the account to debit has not enough money") \
    X(35, RECORD_CHANGED,     "the registry record was changed by somebody else; read it again")
/* clang-format on */

enum ledger_status {
#define X(number, name, text) LEDGER_##name = (number),
    LEDGER_STATUS_MAP(X)
#undef X
        LEDGER_STATUS_COUNT
};

/* Machine failures. X(number, NAME, "text") */
/* clang-format off */
#define LEDGER_ERROR_MAP(X) \
    X(-1, EMEMORY,  "out of memory") \
    X(-2, EOPTIONS, "an option is out of range") \
    X(-3, EFOLDER,  "the data folder cannot be opened or made") \
    X(-4, ELOCKED,  "the data folder is open in another process") \
    X(-5, EVERSION, "the data was written by another version of the format") \
    X(-6, ECORRUPT, "the data does not hash or contradicts itself") \
    X(-7, EJOURNAL, "the journal cannot be written or read") \
    X(-8, ESTORE,   "the LMDB store cannot be written or read") \
    X(-9, ESTOPPED, "the ledger has stopped after an earlier failure") \
    X(-10, EEXISTS, "the target folder is not empty") \
    X(-11, ECLOCK,  "the clock stands before the ledger's last batch by more than the allowed time")
/* clang-format on */

enum ledger_error {
#define X(number, name, text) LEDGER_##name = (number),
    LEDGER_ERROR_MAP(X)
#undef X
};

/* What failed, for a person. Filled by calls that return a negative error. */
struct ledger_failure {
    int error;      /* enum ledger_error                              */
    char text[248]; /* one line: what, where (path, errno), what next */
};

enum ledger_account_kind {
    LEDGER_WALLET = 1,
    LEDGER_AGENT = 2,
    LEDGER_MERCHANT = 3,
    LEDGER_PROVIDER = 4,
    LEDGER_FEE_INCOME = 5,
    LEDGER_ISSUER = 6,
    LEDGER_SUSPENSE = 7,
};

enum ledger_account_flag {
    LEDGER_ACCOUNT_FROZEN = 1,    /* no new legs; holds made before still end   */
    LEDGER_ACCOUNT_CLOSED = 2,    /* as frozen, and empty                       */
    LEDGER_ACCOUNT_OVERDRAFT = 4, /* may be debited without limit (the issuer)  */
};
#define LEDGER_ACCOUNT_FLAGS 7u

enum ledger_state {
    LEDGER_WAITING = 1, /* accepted, but an account to debit lacks money: no hold */
    LEDGER_HELD = 2,    /* all legs pending                                       */
    LEDGER_COMPLETED = 3,
    LEDGER_DECLINED = 4,
};

/* An account as stored and as answered by a lookup. Fixed size, no padding.
 * balance = credits_posted - debits_posted; available = balance - debits_pending + floor.
 * Pending counters hold each open payment's net effect on the account, so that money which only
 * passes through an account blocks nothing of what it already has. Posted counters are gross. */
struct ledger_account {
    uint64_t id;    /* chosen by who opens it; never 0 or UINT64_MAX               */
    uint64_t owner; /* opaque: the participant                                     */
    uint64_t debits_pending, debits_posted;
    uint64_t credits_pending, credits_posted;
    uint64_t passing_pending; /* of open payments: comes in and goes out again, in neither */
    uint64_t floor;           /* tiyn the balance may go below zero (overdraft)        */
    uint64_t ceiling;         /* largest balance, LEDGER_NO_CEILING: none              */
    uint64_t day_limit;       /* largest sum of debits in a calendar day, or none      */
    uint64_t month_limit;     /* the same in a calendar month                          */
    uint64_t day_turnover, month_turnover; /* debits held or posted in day, month  */
    uint64_t entry_head;                   /* newest posting: an entry link        */
    uint64_t entry_count;                  /* postings                             */
    uint64_t opened_ns, changed_ns;
    uint32_t day;      /* yyyymmdd that day_turnover counts                       */
    uint32_t month;    /* yyyymm that month_turnover counts                       */
    uint16_t kind;     /* enum ledger_account_kind                                */
    uint16_t currency; /* ISO 4217 numeric                                        */
    uint32_t flags;    /* enum ledger_account_flag                                */
};

/* An entry link names one side of one leg: payment id * 16 + leg * 2 + (credit ? 1 : 0). 0: none.
 */
#define LEDGER_ENTRY(payment, leg, credit) ((payment)*16 + (uint64_t)(leg)*2 + ((credit) ? 1 : 0))
#define LEDGER_ENTRY_PAYMENT(link) ((link) / 16)
#define LEDGER_ENTRY_LEG(link) ((uint32_t)((link) / 2 % 8))
#define LEDGER_ENTRY_CREDIT(link) ((link) % 2 == 1)

/* A leg as stored. The balances and links are 0 until it is posted. */
struct ledger_leg {
    uint64_t debit, credit; /* account ids                                                 */
    uint64_t amount;
    int64_t debit_balance, credit_balance;    /* of the accounts, after this posting           */
    uint64_t debit_previous, credit_previous; /* entry links: the accounts' postings before */
};

enum ledger_payment_flag {
    LEDGER_PAYMENT_POST = 1,       /* was opened to be posted at once, not held            */
    LEDGER_PAYMENT_WAIT = 2,       /* waits when funds lack, instead of being refused      */
    LEDGER_PAYMENT_DISPATCHED = 4, /* sent to a provider: only its answer ends the payment */
    LEDGER_PAYMENT_EXPIRED = 8,    /* declined by its deadline                             */
    LEDGER_PAYMENT_REPEATS = 16,   /* its repeats move it on: repeat_after_ms              */
    LEDGER_PAYMENT_DELIVER = 32,   /* a delivery goes with it: only its provider completes it */
    LEDGER_PAYMENT_CALLBACK = 64,  /* its delivery tells a peer of it, and outlasts its end     */
    LEDGER_PAYMENT_TOLD = 128,     /* of those: the peer was told all that there is to tell     */
};

/* A payment as stored and as answered by a lookup: this header, then `leg_count` legs, then the
 * reference, then the attributes; `size` bytes in all, a multiple of 8. */
struct ledger_payment {
    uint64_t id; /* rises by one; the transactionId of the field's protocols       */
    uint64_t requester;
    uint64_t opened_ns, changed_ns;
    uint64_t held_ns;     /* when the hold was made; 0: none was made                     */
    uint64_t deadline_ns; /* declined when still open then; 0: never. It is not in force while a
                             peer is told of the payment: ledger_payment_due_ns */
    uint64_t sequence;    /* of the batch of its last change                       */
    uint64_t reversal_of; /* payment id or 0                                       */
    uint32_t size;
    uint32_t value_date; /* yyyymmdd                                               */
    uint16_t operation;  /* a code of the adapters', opaque here                   */
    uint16_t attributes_size;
    uint8_t reference_size;
    uint8_t leg_count;
    uint8_t state; /* enum ledger_state                                            */
    uint8_t flags; /* enum ledger_payment_flag                                     */
};

/* What came of one attempt to deliver. */
struct ledger_attempt {
    uint64_t time_ns; /* of the batch that recorded it                                */
    uint32_t latency_us;
    int32_t code;     /* the provider's; opaque here                                  */
    uint32_t verdict; /* of the outbound adapter's; opaque here                       */
    uint32_t reserved;
};

/* A delivery to a provider, as stored and as answered by a lookup: this header, then `kept`
 * attempts, the oldest first: the very first one, and the latest ones. It lasts as long as its
 * payment is open, or as the peer is not told of its end; its record stays. */
struct ledger_delivery {
    uint64_t payment;
    uint64_t created_ns; /* since when there is this to tell: of a callback, anew with its end */
    uint64_t next_ns;    /* the next attempt is not made before                        */
    uint32_t provider;   /* a number of the registry's; opaque here                    */
    uint32_t attempts;   /* made                                                       */
    uint32_t kept;       /* of them                                                    */
    uint32_t id_size;    /* bytes of provider_id                                       */
    uint8_t provider_id[LEDGER_PROVIDER_ID_MAX]; /* the provider's name of the payment */
};

/* An act: what somebody ordered, as stored: this, then name, from, reason, the registry's key, what
 * was before and what is after; number and bytes are in the chain of hashes. What is before and
 * after: a registry value, a struct ledger_account, or a struct ledger_act_payment. */
#define LEDGER_ACT_HASH 32
#define LEDGER_ACTOR_NAME_MAX 64
#define LEDGER_ACTOR_FROM_MAX 64
#define LEDGER_ACTOR_REASON_MAX 256
struct ledger_act {
    uint64_t number;               /* from 1 on, without a gap */
    uint64_t time_ns, sequence;    /* of its batch */
    uint8_t hash[LEDGER_ACT_HASH]; /* BLAKE2b-256 of the one before's hash and this act */
    uint64_t id;                   /* payment or account; 0: registry */
    uint16_t kind;                 /* enum ledger_kind */
    uint8_t name_size, from_size;
    uint16_t reason_size, key_size;
    uint16_t before_size, after_size;
    uint32_t reserved;
};
struct ledger_act_payment {
    uint8_t state, flags; /* as in struct ledger_payment */
};
#define LEDGER_ACT_BYTES_MAX                                                                       \
    (sizeof(struct ledger_act) + LEDGER_ACTOR_NAME_MAX + LEDGER_ACTOR_FROM_MAX +                   \
     LEDGER_ACTOR_REASON_MAX + LEDGER_KEY_MAX + 2 * LEDGER_VALUE_MAX)

/* Bytes of the largest payment. */
#define LEDGER_PAYMENT_BYTES_MAX                                                                   \
    ((sizeof(struct ledger_payment) + LEDGER_LEGS_MAX * sizeof(struct ledger_leg) +                \
      LEDGER_REFERENCE_MAX + LEDGER_ATTRIBUTES_MAX + 7) /                                          \
     8 * 8)

/* Whether something is still to be done about a payment: its end, or telling a peer of that. */
bool ledger_payment_is_open(const struct ledger_payment *payment);
/* Whether its delivery is still to be made: to be answered finally, or told. */
bool ledger_payment_owes_delivery(const struct ledger_payment *payment);
/* Its deadline, when one is in force; 0: none. */
uint64_t ledger_payment_due_ns(const struct ledger_payment *payment);

/* Parts of a stored payment. Borrowed from it. */
const struct ledger_leg *ledger_payment_legs(const struct ledger_payment *payment);
const uint8_t *ledger_payment_reference(const struct ledger_payment *payment);
const uint8_t *ledger_payment_attributes(const struct ledger_payment *payment);

#endif
