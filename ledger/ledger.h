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

#include "ledger/record.h"

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
    LEDGER_CHECK = 15,           /* would this open succeed? not journalled           */
    LEDGER_ATTEMPT = 16,         /* what came of one attempt to deliver               */
    LEDGER_DELIVERY_LOOKUP = 17, /* not journalled                                    */
    LEDGER_NOTIFY = 18,          /* tell the peer of a final payment once more        */
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
    size_t last;    /* where the last one begins, of put_ functions */
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
    uint32_t value_date;   /* yyyymmdd, a day of the calendar; 0: the day of the batch      */
    uint32_t expires_in_s; /* of a payment that stays open; 0: never                        */
    /* A repeat is the same request when its first match_size bytes of attributes and its operation
     * are those of the payment, whatever its fees and dates are by now. 0: when all is the same. */
    uint32_t match_size;
    /* Not 0: a repeat moves the payment on. One that waits is tried again; one that was held at
     * least so long before is completed, in the same apply; the answer is the state after it. Its
     * deadline counts from the hold: while it waits it has none, and RETRY leaves it alone. */
    uint32_t repeat_after_ms;
    uint64_t reversal_of; /* a completed payment, or 0                                     */
    /* The provider that it is to be delivered to when it is held; 0: none. The delivery is made in
     * the same apply. Then there is no deadline, no repeat and nobody but the provider completes
     * it, and from its dispatch on nobody else declines it. */
    uint32_t deliver_to;
    /* With deliver_to: a peer is told of the payment, and may have a word in its end; it is a
     * callback. While it is held the deadline is not in force until an attempt has TOLD; then its
     * requester may end it, or the deadline does. When it ends otherwise than by the peer's answer
     * the delivery goes on until the peer is told of that. No wait_for_funds, no repeat_after_ms.
     */
    bool callback;
    /* Recorded as DECLINED at once: its reference is used up, nothing is held or counted. No post,
     * no wait_for_funds, no token, no repeat_after_ms; deliver_to only with callback. */
    bool declined;
    const void *attributes;
    uint32_t attributes_size;
    /* The one-time token it spends: account that it was issued for (0: none) and its hash. */
    uint64_t token_account;
    const uint8_t *token_hash;
};

/* How complete, decline, retry, dispatch and lookup name their payment: by id, or when id is 0 by
 * (requester, reference). `requester` must own the payment; 0: an operator, who may touch any
 * (then only by id). With both an id and a reference, the payment must have both. */
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
/* Asks what an open with these legs (no reference, no token) would be refused for: DONE or the
 * status. FUNDS is told too. */
enum ledger_status ledger_put_check(struct ledger_writer *writer,
                                    const struct ledger_leg_request *legs, uint32_t leg_count);
/* kind: LEDGER_COMPLETE, DECLINE, RETRY, DISPATCH, NOTIFY or LOOKUP. */
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
 * version: what the record must be for that, else it is refused as RECORD_CHANGED: the
 * ledger_registry_version of the value that the change was made from, LEDGER_VERSION_NEW: there is
 * none yet, LEDGER_VERSION_ANY. A put of the very value that is there is REPLAYED. */
#define LEDGER_VERSION_ANY 0u
#define LEDGER_VERSION_NEW 1u
enum ledger_status ledger_put_registry(struct ledger_writer *writer, const void *key,
                                       uint32_t key_size, const void *value, uint32_t value_size,
                                       uint64_t version);
/* Names a value: never ANY or NEW. Pure. */
uint64_t ledger_registry_version(const void *value, size_t value_size);
enum ledger_status ledger_put_registry_lookup(struct ledger_writer *writer, const void *key,
                                              uint32_t key_size);
/* What an attempt means for a callback's payment. */
enum ledger_attempt_outcome {
    LEDGER_ATTEMPT_GOES_ON,   /* nothing yet, or what a complete or decline behind it says      */
    LEDGER_ATTEMPT_TOLD,      /* there is no more to tell: a held payment is its requester's now */
    LEDGER_ATTEMPT_TIMED_OUT, /* held and past its deadline: declined, which is to be told       */
};
/* What came of an attempt to deliver a payment. */
struct ledger_attempt_request {
    uint64_t payment;
    uint64_t next_ns; /* the next attempt is not made before; 0: there is none */
    uint32_t latency_us, verdict;
    int32_t code;
    enum ledger_attempt_outcome outcome;
    const void *provider_id; /* copied; 0 bytes: what was known of it stays */
    uint32_t provider_id_size;
};
enum ledger_status ledger_put_attempt(struct ledger_writer *writer,
                                      const struct ledger_attempt_request *request);
/* The body is a struct ledger_delivery; RECORD_NOT_FOUND: no delivery goes with that payment. */
enum ledger_status ledger_put_delivery_lookup(struct ledger_writer *writer, uint64_t payment);
enum ledger_status ledger_put_refused(struct ledger_writer *writer, enum ledger_status status);

/* Who orders a change: UTF-8, borrowed. name is whom the node knows, from is where the order came
 * from, reason what was said for it. */
struct ledger_actor {
    const char *name, *from, *reason;
    uint32_t name_size;   /* 1..LEDGER_ACTOR_NAME_MAX */
    uint32_t from_size;   /* 0..LEDGER_ACTOR_FROM_MAX */
    uint32_t reason_size; /* 0..LEDGER_ACTOR_REASON_MAX */
};
/* Makes the command that was put last an act: when it is DONE, it is kept in the trail with what
 * was before and after, in the same apply. Kinds OPEN, COMPLETE, DECLINE, RETRY, NOTIFY,
 * ACCOUNT_OPEN, ACCOUNT_CHANGE, REGISTRY_PUT; of others BAD_COMMAND. */
enum ledger_status ledger_put_actor(struct ledger_writer *writer, const struct ledger_actor *actor);

/* The size of the command at `bytes`, or 0 when the `available` bytes there are not one whole
 * well-formed command. This is the check that everything from a journal or a ring passes. */
uint32_t ledger_command_size(const void *bytes, size_t available);
#define LEDGER_COMMAND_MAX 4824u /* bytes of the largest command */

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
    uint32_t open_payments; /* open payments at once; 0: 1 Mi                             */
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

/* Makes the commands durable, applies them in order and fills results[0..count). They become one
 * batch, or several in a row (each with its sequence) when they pass what a journal record or the
 * account cache takes at once. An expiry may decline fewer than it asks for.
 * Durable before it returns. The batch's time is now_ns, or just after the last batch's when the
 * clock went back. commands: each passed ledger_command_size; borrowed until return.
 * Commands for which there is no room get LEDGER_BUSY, and are not journalled.
 * 0, or a negative error: then no result is valid, nothing of this batch may be answered (it may
 * have happened: "unknown"), and the ledger takes no further batch. */
int ledger_commit(struct ledger *ledger, uint64_t now_ns, const void *const *commands,
                  uint32_t count, struct ledger_result *results);

/* Deliveries that are to be made: of payments that are held, or have ended and a peer is to be told
 * of it. */
struct ledger_due {
    uint64_t payment;
    uint64_t next_ns; /* not before */
    uint32_t provider;
};
/* Those that the last ledger_commit made due, in its order. The ledger's, until the next one. NULL:
 * they are too many, go over all that there are. */
const struct ledger_due *ledger_new_deliveries(const struct ledger *ledger, uint32_t *count);
/* All that there are, one a call, in no order; *place starts at 0. False: there are no more.
 * Between two calls nothing may be committed. */
bool ledger_next_delivery(struct ledger *ledger, uint64_t *place, struct ledger_due *due);
const struct ledger_attempt *ledger_delivery_attempts(const struct ledger_delivery *delivery);

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

/* The newest durable value of a registry record. DONE: *value_size bytes at value, which has room
 * for LEDGER_VALUE_MAX. RECORD_NOT_FOUND. BUSY: it cannot be read now. Any thread; takes about a
 * microsecond. What was put before a commit returned is seen by all who ask after it. */
enum ledger_status ledger_registry_get(struct ledger *ledger, const void *key, size_t key_size,
                                       void *value, size_t *value_size);

/* Counters and gauges. Any thread; values are of slightly different instants. */
struct ledger_stats {
    uint64_t sequence;            /* last durable batch                      */
    uint64_t checkpoint_sequence; /* last batch in LMDB                      */
    uint64_t time_ns;             /* of the last batch                       */
    uint64_t payments;            /* ever opened                             */
    uint64_t open_payments; /* WAITING and HELD now, and those whose end a peer is to be told of */
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
/* The open payment (ledger_payment_is_open) with the smallest id >= `id`. */
const struct ledger_payment *ledger_snapshot_next_open(struct ledger_snapshot *, uint64_t id);
/* The delivery that goes with a payment, with its attempts: a copy. False: none. */
struct ledger_delivery_whole {
    struct ledger_delivery head;
    struct ledger_attempt attempts[LEDGER_ATTEMPTS_KEPT];
};
bool ledger_snapshot_delivery(struct ledger_snapshot *snapshot, uint64_t payment,
                              struct ledger_delivery_whole *delivery);
/* How many acts there are; one of them, with its bytes: a copy. False: none of that number. */
struct ledger_act_whole {
    struct ledger_act head;
    uint8_t bytes[LEDGER_ACT_BYTES_MAX - sizeof(struct ledger_act)];
};
uint64_t ledger_snapshot_acts(struct ledger_snapshot *snapshot);
bool ledger_snapshot_act(struct ledger_snapshot *snapshot, uint64_t number,
                         struct ledger_act_whole *act);
/* Bytes of an act. */
size_t ledger_act_size(const struct ledger_act *act);
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
    uint64_t accounts, payments, legs, entries, references, open_payments, acts;
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
