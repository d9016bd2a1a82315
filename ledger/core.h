/* core.h - the inside of a ledger, shared by the files that apply commands. Ledger thread, but for
 * what says otherwise. */
#ifndef LEDGER_CORE_H
#define LEDGER_CORE_H

#include <stdatomic.h>

#include "ledger/accounts.h"
#include "ledger/checkpoint.h"
#include "ledger/command.h"
#include "ledger/filter.h"
#include "ledger/journal.h"
#include "ledger/limits.h"
#include "ledger/open_set.h"
#include "ledger/store.h"
#include "ledger/table.h"

/* The largest payment's record. */
/* Counters that other threads read. */
struct core_counters {
    _Atomic uint64_t sequence, time_ns, payments, open_payments, clock_behind_ns;
    _Atomic uint64_t statuses[LEDGER_STATUS_COUNT];
    _Atomic uint64_t table_used, accounts_cached, replayed_batches, replayed_commands;
};

/* The batch being applied. */
struct core_batch {
    uint64_t sequence, time_ns;
    uint32_t day, month; /* yyyymmdd, yyyymm of time_ns */
};

struct ledger {
    struct ledger_options options; /* defaults filled in */
    char *folder;
    int lock_fd;
    struct store *store;
    struct store_reader *reader;
    struct journal *journal;
    struct filter filter;
    struct accounts accounts;
    struct table tables[2];
    struct table *active, *sealed; /* sealed: NULL when all is in LMDB */
    /* Held while records change in the tables and while tables change places, and by other threads
     * that read records. With inheritance: who holds it must not be slower than who waits. */
    pthread_mutex_t records_lock;
    struct open_set open;
    uint32_t waiting[WAITING_SLOTS]; /* payments that wait, by their requester's hash */
    struct checkpoint checkpoint;
    uint64_t store_generation; /* LMDB commits that the reader has seen */

    struct core_batch batch;
    uint64_t epoch, payment_next;
    uint8_t hash[JOURNAL_HASH]; /* of the last batch */
    uint64_t first_change_ns;   /* the tick after the active table's first change; 0: none */
    uint64_t tick_ns;           /* the clock at the last tick */
    uint64_t sealed_ns;         /* when the sealed one was sealed */
    uint64_t rest_until_ns;     /* no seal by age before: checkpoints take a quarter of the time */
    uint32_t payload_max;       /* bytes of commands in a record, so that it fits a segment */
    uint64_t nudged_bytes;      /* appended when the checkpoint thread last looked at segments */
    uint64_t appended_bytes;

    /* Memory of one commit. */
    uint8_t *commands;           /* those journalled, PAYLOAD_BYTES_MAX */
    const struct command **list; /* of a chunk, LEDGER_BATCH_MAX */
    uint32_t *origin;            /* their places in the caller's arrays */
    uint64_t *hashes;            /* of their references */
    struct ledger_due *due;      /* deliveries that it made due, LEDGER_BATCH_MAX */
    uint32_t due_count;
    struct act_draft *act; /* the one that is being made */
    uint8_t *bodies;       /* of lookups, LOOKUP_BODIES_BYTES */
    size_t bodies_used;

    _Atomic int snapshots; /* open now */

    struct ledger_failure failure; /* why it stopped; error 0: it did not */
    _Atomic int stopped;           /* the same, for other threads: failure.text is written before */
    struct core_counters counters;
};

/* ---- state.c: the newest record of anything, wherever it is ---- */
const struct ledger_payment *state_payment(struct ledger *ledger, uint64_t id);
/* The same, to be changed. */
struct ledger_payment *state_payment_write(struct ledger *ledger, uint64_t id);
/* The payment with this reference, or NULL. */
const struct ledger_payment *state_reference(struct ledger *ledger, uint64_t hash,
                                             uint64_t requester, const void *reference,
                                             size_t size);
/* A registry record: name_space is its keys' first byte. NULL: none. */
enum { RECORD_REGISTRY = 'r', RECORD_TOKEN = 't', RECORD_DELIVERY = 'd', RECORD_ACT = 'a' };
const void *state_record(struct ledger *ledger, char name_space, const void *key, size_t key_size,
                         size_t *value_size);
/* The name in a table or in LMDB of a record: out[STORE_KEY_MAX]. Its size. */
size_t state_name(uint8_t *out, char name_space, const void *key, size_t key_size);
void state_put_record(struct ledger *ledger, char name_space, const void *key, size_t key_size,
                      const void *value, size_t value_size);

/* ---- leg.c: the legs of a payment against their accounts ---- */

/* What a payment does to one account. */
struct part {
    struct account_slot *slot;
    uint64_t id, debits, credits; /* gross */
};
struct parts {
    struct part of[2 * LEDGER_LEGS_MAX];
    uint8_t debit[LEDGER_LEGS_MAX], credit[LEDGER_LEGS_MAX]; /* each leg's parts */
    uint32_t count;
};
/* Finds the accounts; checks existence, currency, flags. */
enum ledger_status parts_find(struct ledger *ledger, const struct ledger_leg_request *legs,
                              uint32_t count, struct parts *parts);
/* Checks totals, ceilings, turnover limits and funds. */
enum ledger_status parts_check(const struct ledger *ledger, const struct parts *parts);
void parts_hold(struct ledger *ledger, const struct parts *parts);
/* Gives the hold back; turnover: that of the hold's day too. */
void parts_release(struct ledger *ledger, const struct parts *parts, uint64_t held_ns,
                   bool turnover);
/* Counts the turnover of a payment that is posted at once. */
void parts_turn(struct ledger *ledger, const struct parts *parts);
/* Posts the legs of `payment`: counters, balances after, entry chains. */
void parts_post(struct ledger *ledger, const struct parts *parts, struct ledger_payment *payment);
/* The parts of a stored payment, whose accounts exist. */
void parts_of(struct ledger *ledger, const struct ledger_payment *payment, struct parts *parts);

/* ---- payment.c, account.c, token.c: one function a command ---- */
typedef void (*apply_function)(struct ledger *ledger, const struct command *command, uint64_t hash,
                               struct ledger_result *result);
void payment_open(struct ledger *, const struct command *, uint64_t, struct ledger_result *);
void payment_check(struct ledger *, const struct command *, uint64_t, struct ledger_result *);
void payment_complete(struct ledger *, const struct command *, uint64_t, struct ledger_result *);
void payment_decline(struct ledger *, const struct command *, uint64_t, struct ledger_result *);
void payment_retry(struct ledger *, const struct command *, uint64_t, struct ledger_result *);
void payment_dispatch(struct ledger *, const struct command *, uint64_t, struct ledger_result *);
void payment_expire(struct ledger *, const struct command *, uint64_t, struct ledger_result *);
void payment_lookup(struct ledger *, const struct command *, uint64_t, struct ledger_result *);
void payment_notify(struct ledger *, const struct command *, uint64_t, struct ledger_result *);
void account_open(struct ledger *, const struct command *, uint64_t, struct ledger_result *);
void account_change(struct ledger *, const struct command *, uint64_t, struct ledger_result *);
void account_lookup(struct ledger *, const struct command *, uint64_t, struct ledger_result *);
void token_issue(struct ledger *, const struct command *, uint64_t, struct ledger_result *);
void registry_put(struct ledger *, const struct command *, uint64_t, struct ledger_result *);
void registry_lookup(struct ledger *, const struct command *, uint64_t, struct ledger_result *);
void delivery_attempt(struct ledger *, const struct command *, uint64_t, struct ledger_result *);
void delivery_lookup(struct ledger *, const struct command *, uint64_t, struct ledger_result *);
/* Makes the delivery of a new payment. */
void delivery_make(struct ledger *ledger, uint64_t payment, uint32_t provider);
/* Who is told of the payment; it has a delivery. */
uint32_t delivery_provider(struct ledger *ledger, uint64_t payment);
/* It is due: its payment was held. */
void delivery_due(struct ledger *ledger, uint64_t payment);
/* There is something new to tell: it counts from now, and is due. */
void delivery_renew(struct ledger *ledger, uint64_t payment);
/* What an attempt that was recorded means for its payment. */
void payment_attempted(struct ledger *ledger, const struct ledger_payment *seen, uint32_t outcome,
                       struct ledger_result *result);
/* Checks the token that an open carries (a wrong one counts a try), and spends it. */
enum ledger_status token_check(struct ledger *ledger, const struct command_token *token);
void token_spend(struct ledger *ledger, const struct command_token *token);

/* Whether the command is an open whose reference is known, so that it opens nothing. */
bool payment_is_repeat(struct ledger *ledger, const struct command *command);
/* Whether it is open and has no end of its own: it waits for funds, or is a callback, whose peer
 * has to hear even of its end. */
bool payment_waits_for_others(const struct ledger_payment *payment);
/* Whether the requester may have one more of those. */
bool payment_may_wait(struct ledger *ledger, uint64_t requester);
/* Counts one of those, found at start. */
void payment_waits(struct ledger *ledger, uint64_t requester);

/* ---- act.c ---- */
struct act_draft {
    struct ledger_act head;
    uint8_t bytes[LEDGER_ACT_BYTES_MAX - sizeof(struct ledger_act)];
};
/* Applies a command that has an actor, and keeps what it did. */
void act_apply(struct ledger *ledger, const struct command *command, uint64_t hash,
               struct ledger_result *result, apply_function apply);
uint64_t act_count(struct store_reader *reader);
bool act_read(struct store_reader *reader, uint64_t number, struct ledger_act_whole *act);
/* Goes along the chain of hashes; fault is called for the first act where it breaks. */
void act_check(struct store_reader *reader, uint64_t *count,
               void (*fault)(void *context, uint64_t act, const char *why), void *context);
/* Of a table: an act, and the chain's end. */
#define ACT_BYTES (2 * 64u + LEDGER_ACT_BYTES_MAX + 64u)

/* ---- audit_records.c ---- */
/* Calls fault with the name of each record of the registry's database whose check does not fit. */
void audit_records(struct store_reader *reader, void (*fault)(void *context, const char *name),
                   void *context);

/* ---- apply.c ---- */
/* Applies a chunk: a pure function of the state, ledger->batch and the commands. The answer to
 * commands[i] goes to results[origin[i]]. */
void apply_chunk(struct ledger *ledger, const struct command *const *commands, uint32_t count,
                 const uint32_t *origin, struct ledger_result *results);
/* Copies a lookup's answer; BUSY when this commit's bodies are full. */
void apply_body(struct ledger *ledger, struct ledger_result *result, const void *body, size_t size);
/* The most that a command may need of the active table and of the account cache. */
void apply_need(const struct command *command, struct table_need *need, uint64_t *accounts);
/* Of a table: a delivery's record; a payment that ends otherwise than by its peer's word. */
#define DELIVERY_BYTES (64u + sizeof(struct ledger_delivery_whole))
#define APPLY_END_BYTES (LEDGER_PAYMENT_BYTES_MAX + DELIVERY_BYTES)

/* ---- ledger.c ---- */
/* The batch's time and day; the active table stands for it from now on. */
void batch_begin(struct ledger *ledger, uint64_t sequence, uint64_t time_ns);
void batch_end(struct ledger *ledger, const struct journal_batch *journalled);
/* Makes room for `need` in the active table by waiting for checkpoints: recovery and flush only. */
int batch_wait_for_room(struct ledger *ledger, const struct table_need *need, uint64_t accounts,
                        struct ledger_failure *failure);

/* ---- calendar.c ---- */
/* yyyymmdd of the ledger's calendar (UTC+5). Pure. */
uint32_t calendar_day(uint64_t time_ns);

#endif
