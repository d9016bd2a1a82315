/* ledger.h - the double-entry ledger core: every account, every payment, durable.
 * Time is the caller's (wall-clock ns since 1970, passed to ledger_commit): the ledger has no
 * clock.
 *
 * Threads: one thread, "the ledger thread", owns a struct ledger and makes all calls on it, but for
 * those marked "any thread". A second thread, inside, writes checkpoints.
 *
 * Units: amounts are tiyn (uint64_t, balances int64_t); times are ns; durations say their unit.
 *
 * Two kinds of failure: a negative `enum ledger_error` means that the machine failed, and the node
 * must stop; a `enum ledger_status` means that the business said no, and the call succeeded. */
#ifndef LEDGER_LEDGER_H
#define LEDGER_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEDGER_LEGS_MAX 8          /* agent, client, merchant and their fees: 5 used, 3 spare     */
#define LEDGER_REFERENCE_MAX 64    /* bytes; the longest rrn of the field                         */
#define LEDGER_ATTRIBUTES_MAX 1024 /* bytes a payment may carry for its adapter */
#define LEDGER_KEY_MAX 128         /* bytes of a registry key                                     */
#define LEDGER_VALUE_MAX 4096      /* bytes of a registry value: an RSA-4096 PEM and names        */
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
    X(34, FUNDS,              "the account to debit has not enough money")
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
    uint64_t id;    /* chosen by who opens it; never 0                             */
    uint64_t owner; /* opaque: the participant                                     */
    uint64_t debits_pending, debits_posted;
    uint64_t credits_pending, credits_posted;
    uint64_t floor;       /* tiyn the balance may go below zero (overdraft)        */
    uint64_t ceiling;     /* largest balance, LEDGER_NO_CEILING: none              */
    uint64_t day_limit;   /* largest sum of debits in a calendar day, or none      */
    uint64_t month_limit; /* the same in a calendar month                          */
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
};

/* A payment as stored and as answered by a lookup: this header, then `leg_count` legs, then the
 * reference, then the attributes; `size` bytes in all, a multiple of 8. */
struct ledger_payment {
    uint64_t id; /* rises by one; the transactionId of the field's protocols       */
    uint64_t requester;
    uint64_t opened_ns, changed_ns;
    uint64_t held_ns;     /* when the hold was made; 0: none was made                     */
    uint64_t deadline_ns; /* declined when still open then; 0: never               */
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

/* Parts of a stored payment. Borrowed from it. */
const struct ledger_leg *ledger_payment_legs(const struct ledger_payment *payment);
const uint8_t *ledger_payment_reference(const struct ledger_payment *payment);
const uint8_t *ledger_payment_attributes(const struct ledger_payment *payment);

enum ledger_kind {
    LEDGER_OPEN = 1,     /* open a payment                                        */
    LEDGER_COMPLETE = 2, /* post a held one                                       */
    LEDGER_DECLINE = 3,  /* release a held or waiting one                         */
    LEDGER_RETRY = 4,    /* try a waiting one again                               */
    LEDGER_DISPATCH = 5, /* a held one goes to its provider                       */
    LEDGER_EXPIRE = 6,   /* decline what is past its deadline                     */
    LEDGER_LOOKUP = 7,   /* a payment; not journalled                             */
    LEDGER_ACCOUNT_OPEN = 8,
    LEDGER_ACCOUNT_CHANGE = 9,
    LEDGER_ACCOUNT_LOOKUP = 10, /* not journalled                                   */
    LEDGER_TOKEN_ISSUE = 11,
    LEDGER_REGISTRY_PUT = 12,
    LEDGER_REGISTRY_LOOKUP = 13, /* not journalled                                  */
    LEDGER_REFUSED = 14,         /* answered with its status; keeps results in step */
};

/* ---- Making commands ---------------------------------------------------------------------
 * A command is a run of bytes, the same in rings and in the journal. A writer appends commands to
 * the caller's memory (8-byte aligned). Each put_ function checks the shape and returns
 * LEDGER_DONE; on a wrong shape it appends nothing and returns the status that says why (adapters
 * then put ledger_put_refused, or answer at once); LEDGER_BUSY: the memory is full. Any thread. */
struct ledger_writer {
    uint8_t *base;  /* caller's, 8-byte aligned, outlives the writer */
    size_t size;    /* bytes at base                                 */
    size_t used;    /* bytes written                                 */
    uint32_t count; /* commands written                              */
};

struct ledger_leg_request {
    uint64_t debit, credit, amount;
};

/* A payment to open. Everything pointed to is copied. */
struct ledger_open {
    uint64_t requester;
    const void *reference; /* with requester: unique for ever */
    uint32_t reference_size;
    const struct ledger_leg_request *legs;
    uint32_t leg_count;
    bool post;           /* post at once, do not hold                                       */
    bool wait_for_funds; /* state WAITING instead of status FUNDS                           */
    uint16_t operation;
    uint32_t value_date;   /* yyyymmdd, 0: the day of the batch                             */
    uint32_t expires_in_s; /* of a payment that stays open; 0: never                        */
    uint64_t reversal_of;  /* a completed payment, or 0                                     */
    const void *attributes;
    uint32_t attributes_size;
    /* The one-time token it spends: account that it was issued for (0: none) and its hash. */
    uint64_t token_account;
    const uint8_t *token_hash;
};

/* How complete, decline, retry, dispatch and lookup name their payment: by id, or when id is 0 by
 * (requester, reference). `requester` must own the payment; 0: an operator, who may touch any
 * (then only by id). */
struct ledger_target {
    uint64_t payment;
    uint64_t requester;
    const void *reference;
    uint32_t reference_size;
    bool by_provider; /* complete, decline: this is the provider's final answer */
};

struct ledger_account_request {
    uint64_t id, owner, floor, ceiling, day_limit, month_limit;
    uint16_t kind, currency;
    uint32_t flags;
};

enum ledger_account_field { /* what ACCOUNT_CHANGE sets */
                            LEDGER_FIELD_FLAGS = 1,
                            LEDGER_FIELD_FLOOR = 2,
                            LEDGER_FIELD_CEILING = 4,
                            LEDGER_FIELD_DAY_LIMIT = 8,
                            LEDGER_FIELD_MONTH_LIMIT = 16,
                            LEDGER_FIELD_OWNER = 32,
};

enum ledger_status ledger_put_open(struct ledger_writer *writer, const struct ledger_open *open);
/* kind: LEDGER_COMPLETE, DECLINE, RETRY, DISPATCH or LOOKUP. */
enum ledger_status ledger_put_target(struct ledger_writer *writer, enum ledger_kind kind,
                                     const struct ledger_target *target);
/* Declines up to `count` (1 to 8190) open payments whose deadline has passed. */
enum ledger_status ledger_put_expire(struct ledger_writer *writer, uint32_t count);
enum ledger_status ledger_put_account_open(struct ledger_writer *writer,
                                           const struct ledger_account_request *request);
/* fields: a set of enum ledger_account_field; only those of `request` and its id are used. */
enum ledger_status ledger_put_account_change(struct ledger_writer *writer,
                                             const struct ledger_account_request *request,
                                             uint32_t fields);
enum ledger_status ledger_put_account_lookup(struct ledger_writer *writer, uint64_t account);
/* Replaces the account's token, if it had one. hash: LEDGER_TOKEN_HASH bytes, copied. */
enum ledger_status ledger_put_token(struct ledger_writer *writer, uint64_t account,
                                    const uint8_t *hash, uint32_t expires_in_s);
/* Sets a registry record (both copied); nothing is ever removed. key 1..128, value 0..4096 bytes.
 */
enum ledger_status ledger_put_registry(struct ledger_writer *writer, const void *key,
                                       uint32_t key_size, const void *value, uint32_t value_size);
enum ledger_status ledger_put_registry_lookup(struct ledger_writer *writer, const void *key,
                                              uint32_t key_size);
enum ledger_status ledger_put_refused(struct ledger_writer *writer, enum ledger_status status);

/* The size of the command at `bytes`, or 0 when the `available` bytes there are not one whole
 * well-formed command. This is the check that everything from a journal or a ring passes. */
uint32_t ledger_command_size(const void *bytes, size_t available);
#define LEDGER_COMMAND_MAX 4416u /* bytes of the largest command */

/* ---- The ledger ---------------------------------------------------------------------------- */

struct ledger; /* opaque */

struct ledger_options {
    const char *folder;     /* made if it is missing; copied                              */
    uint64_t table_bytes;   /* memory of one of the two state tables; 0: 512 MiB          */
    uint64_t account_slots; /* accounts cached in memory; 0: 2 Mi (about 0.8 GiB)         */
    uint64_t filter_bytes;  /* filter over all references; 0: 128 MiB (for 100 M)         */
    uint64_t map_bytes;     /* largest size of the LMDB file; 0: 64 GiB                   */
    uint64_t segment_bytes; /* a journal segment; 0: 64 MiB                               */
    uint32_t journal_keep;  /* checkpointed segments kept behind; default 0               */
    uint32_t open_payments; /* WAITING and HELD payments at once; 0: 1 Mi                 */
    uint64_t checkpoint_ns; /* age at which unsaved changes are checkpointed; 0: 1 s      */
    uint64_t clock_back_ns; /* refuse to open when now is before the last batch by more;
                               0: one hour                                                */
    uint64_t hash_seed;     /* random: keeps strangers from aiming at hash chains         */
    bool must_exist;        /* do not make a new ledger                                   */
    void (*progress)(void *context, uint64_t done, uint64_t total); /* recovery, bytes; or NULL */
    void *progress_context;
};

/* Opens or makes the ledger in options->folder, and recovers: LMDB stands at batch N, the journal's
 * batches after N are applied again. A torn last record is cut off; anything else that does not
 * hash is LEDGER_ECORRUPT. now_ns: wall-clock. On success *ledger is the caller's to close. */
int ledger_open(struct ledger **ledger, const struct ledger_options *options, uint64_t now_ns,
                struct ledger_failure *failure);

/* The answer to one command. */
struct ledger_result {
    uint16_t status;    /* enum ledger_status                                            */
    uint8_t state;      /* enum ledger_state of the payment, 0 when there is none        */
    uint8_t replayed;   /* 1: the command had been done before, nothing moved            */
    uint32_t body_size; /* bytes at body                                                 */
    uint64_t payment;   /* its id; of LEDGER_EXPIRE: how many were declined              */
    uint64_t sequence;  /* of the batch of the payment's last change; else of this batch */
    const void *body;   /* lookups: struct ledger_payment, struct ledger_account or the
                           registry value. The ledger's, until the next ledger_commit    */
};

/* Makes the commands durable as one batch, applies them in order and fills results[0..count).
 * Durable before it returns. The batch's time is now_ns, or just after the last batch's when the
 * clock went back. commands: each passed ledger_command_size; borrowed until return.
 * Commands for which there is no room get LEDGER_BUSY, and are not journalled.
 * 0, or a negative error: then no result is valid, nothing of this batch may be answered (it may
 * have happened: "unknown"), and the ledger takes no further batch. */
int ledger_commit(struct ledger *ledger, uint64_t now_ns, const void *const *commands,
                  uint32_t count, struct ledger_result *results);

/* Housekeeping, to be called after each commit and at least every 100 ms when idle: takes over
 * what the checkpoint thread finished, starts a checkpoint when one is due. 0 or an error. */
int ledger_tick(struct ledger *ledger, uint64_t now_ns);

/* How long to rest after a batch that took batch_ns, so that the tables do not run full while a
 * checkpoint is being written: 0 most of the time, at most LEDGER_PAUSE_MAX_NS. */
uint64_t ledger_pause_ns(const struct ledger *ledger, uint64_t batch_ns);
#define LEDGER_PAUSE_MAX_NS 150000000u

/* True when a batch of LEDGER_BATCH_MAX commands of ordinary size is sure to find room. */
bool ledger_has_room(const struct ledger *ledger);

/* Checkpoints everything and waits for it. 0 or an error. */
int ledger_flush(struct ledger *ledger);

/* Flushes (unless the ledger stopped), joins its thread, frees all. NULL is fine. */
int ledger_close(struct ledger *ledger);

/* Counters and gauges. Any thread; values are of slightly different instants. */
struct ledger_stats {
    uint64_t sequence;                      /* last durable batch                      */
    uint64_t checkpoint_sequence;           /* last batch in LMDB                      */
    uint64_t time_ns;                       /* of the last batch                       */
    uint64_t payments;                      /* ever opened                             */
    uint64_t open_payments;                 /* WAITING and HELD now                    */
    uint64_t statuses[LEDGER_STATUS_COUNT]; /* answers since start           */
    uint64_t table_bytes, table_used;       /* the active table              */
    uint64_t sealed_done_permille;          /* of the checkpoint under way; 1000: none */
    uint64_t accounts_cached, account_slots;
    uint64_t journal_bytes;                /* written since start                        */
    uint64_t journal_segments;             /* files there                                */
    uint64_t checkpoints;                  /* since start                                */
    uint64_t store_bytes, store_bytes_max; /* LMDB: pages in use, map        */
    uint64_t reference_runs;
    uint64_t replayed_batches, replayed_commands; /* by the recovery at start */
    uint64_t checkpoint_failures; /* LMDB commits that failed, since start: an alarm */
    uint64_t clock_behind_ns;     /* by how much the clock stood behind the last batch */
};
void ledger_stats(const struct ledger *ledger, struct ledger_stats *stats);

/* Texts. Any thread; static strings, never NULL. */
const char *ledger_status_name(unsigned status); /* "REF_CONFLICT" */
const char *ledger_status_text(unsigned status);
const char *ledger_error_text(int error);
const char *ledger_state_name(unsigned state);       /* "COMPLETED" */
const char *ledger_kind_name(unsigned account_kind); /* "wallet"; NULL when unknown */
/* The enum ledger_account_kind of "wallet", ..., or 0. */
unsigned ledger_kind_of(const char *name, size_t size);
const char *ledger_failure_text(const struct ledger *ledger); /* why it stopped, or "" */

/* ---- Snapshots: reading on other threads ------------------------------------------------------
 * A consistent view of the last checkpoint. Any thread; each snapshot is used by one thread at a
 * time, and closed soon: while open it keeps LMDB from reusing pages. At most
 * LEDGER_SNAPSHOTS_MAX are open at once (LEDGER_ESTORE past that). Records returned are borrowed
 * until the snapshot is closed. Lookups return NULL when there is none. */
#define LEDGER_SNAPSHOTS_MAX 64
struct ledger_snapshot;
int ledger_snapshot_open(struct ledger *ledger, struct ledger_snapshot **snapshot);
void ledger_snapshot_close(struct ledger_snapshot *snapshot);
uint64_t ledger_snapshot_sequence(const struct ledger_snapshot *snapshot);
const struct ledger_account *ledger_snapshot_account(struct ledger_snapshot *snapshot, uint64_t id);
const struct ledger_payment *ledger_snapshot_payment(struct ledger_snapshot *snapshot, uint64_t id);
/* The first record with an id >= `id`: walks in rising order. */
const struct ledger_account *ledger_snapshot_next_account(struct ledger_snapshot *, uint64_t id);
const struct ledger_payment *ledger_snapshot_next_payment(struct ledger_snapshot *, uint64_t id);
/* The open (WAITING or HELD) payment with the smallest id >= `id`. */
const struct ledger_payment *ledger_snapshot_next_open(struct ledger_snapshot *, uint64_t id);
/* The registry record with the smallest key >= the given one; key of 0 bytes: the first.
 * False: none. */
struct ledger_registry_record {
    const void *key, *value;
    size_t key_size, value_size;
};
bool ledger_snapshot_next_registry(struct ledger_snapshot *snapshot, const void *key,
                                   size_t key_size, struct ledger_registry_record *record);

/* ---- Whole ledgers: backup, audit ---------------------------------------------------------- */

/* Writes a consistent, compact copy of the last checkpoint into `folder` (made; must be missing or
 * empty). Any thread; takes long. Call ledger_flush first to have all acknowledged payments in it.
 */
int ledger_backup(struct ledger *ledger, const char *folder, struct ledger_failure *failure);

/* Makes the new data folder `target` from a backup. The target must be missing or empty. */
int ledger_restore(const char *backup, const char *target, struct ledger_failure *failure);

/* What an audit looked at and what it found. */
struct ledger_audit {
    uint64_t sequence; /* as of this batch */
    uint64_t accounts, payments, legs, entries, references, open_payments;
    uint64_t journal_records, journal_bytes;
    uint64_t debits_posted, debits_pending; /* sums over all accounts, tiyn; equal the credits */
    uint64_t faults;                        /* 0: all is well                                  */
};

/* Recomputes every account from its payments and checks counters, entry chains and the balances
 * along them, references both ways, open payments, sums and the journal's hash chain. `ledger` is
 * flushed first. fault is called with one line for each of the first 100 faults. progress may be
 * NULL. 0 (also with faults) or an error when it could not be carried out. */
int ledger_audit(struct ledger *ledger, struct ledger_audit *audit,
                 void (*fault)(void *context, const char *line),
                 void (*progress)(void *context, uint64_t done, uint64_t total), void *context);

#endif
