/* model.h - the simulation's own opinion of what the ledger does, written from ledger/README.md.
 * Deliberately simple: arrays, no store, no threads. All state is inside `struct model` without
 * owned pointers, so that it may live in memory shared with other processes. */
#ifndef TESTS_SIM_MODEL_H
#define TESTS_SIM_MODEL_H

#include "ledger/ledger.h"

enum {
    MODEL_ACCOUNTS_MAX = 16384, /* account ids are below */
    MODEL_PAYMENTS_MAX = 1 << 17,
    MODEL_REFERENCE_SLOTS = 1 << 18,
    MODEL_KEYS_MAX = 256, /* registry keys are numbers below */
    MODEL_ACTS_MAX = 1 << 15,
};

/* A command as the simulation makes it. Attributes, tokens and registry values are bytes that
 * blob_fill makes from a seed. `kind` says which fields count. */
struct sim_command {
    enum ledger_kind kind;
    uint64_t requester;
    uint64_t payment; /* targets: by id; 0: by reference alone */
    uint32_t reference_size;
    uint8_t reference[LEDGER_REFERENCE_MAX];
    struct ledger_leg_request legs[LEDGER_LEGS_MAX];
    uint32_t leg_count;
    bool post, wait_for_funds, by_provider, callback, declined;
    uint32_t outcome; /* of an attempt */
    uint16_t operation;
    uint32_t value_date, expires_in_s;
    uint32_t match_size, repeat_after_ms, deliver_to;
    uint64_t reversal_of;
    uint64_t attributes_seed;
    uint32_t attributes_size;
    uint64_t token_account, token_seed;
    uint32_t count; /* expire */
    struct ledger_account_request account;
    uint32_t fields; /* account change */
    uint32_t key;
    uint64_t value_seed;
    uint32_t value_size;
    uint16_t refused; /* LEDGER_REFUSED: its status */
    uint32_t actor;   /* 0: it is no act; else who */
};

struct model_account {
    struct ledger_account record; /* id 0: there is none */
    bool token_issued, token_burnt;
    uint32_t token_tries;
    uint64_t token_seed, token_deadline_ns;
};

struct model_payment {
    struct ledger_payment head;
    struct ledger_leg legs[LEDGER_LEGS_MAX];
    uint8_t reference[LEDGER_REFERENCE_MAX];
    uint64_t attributes_seed;
    uint32_t held_day, held_month; /* of the hold's turnover */
    uint32_t deliver_to, attempts; /* to deliver it */
    uint64_t news_ns;              /* since when there is what the delivery tells */
    bool born_declined;
};

struct model_record {
    bool exists;
    uint64_t seed;
    uint32_t size;
};

/* What somebody ordered. */
struct model_act {
    uint64_t time_ns, id; /* id 0: registry */
    uint32_t actor, key;
    enum ledger_kind kind;
    uint64_t before_seed, after_seed; /* registry: of the values */
    uint32_t before_size, after_size;
    uint8_t before_state, after_state; /* payments: 0, there was none */
};

struct model {
    uint64_t time_ns, sequence; /* of the last batch */
    uint64_t payment_count, open_count, account_count, leg_count;
    struct model_account accounts[MODEL_ACCOUNTS_MAX];
    struct model_payment payments[MODEL_PAYMENTS_MAX]; /* [id - 1] */
    uint32_t references[MODEL_REFERENCE_SLOTS];        /* payment ids, 0: empty */
    struct model_record registry[MODEL_KEYS_MAX];
    uint64_t act_count;
    struct model_act acts[MODEL_ACTS_MAX]; /* [number - 1] */
};

struct model_result {
    enum ledger_status status;
    uint8_t state;
    bool replayed;
    uint64_t payment, sequence; /* sequence 0: not defined */
};

/* The next batch starts: time does not fall and the sequence rises by one. */
void model_begin(struct model *model, uint64_t now_ns);
void model_apply(struct model *model, const struct sim_command *command,
                 struct model_result *result);

/* NULL: there is none. */
struct model_payment *model_payment(struct model *model, uint64_t id);
struct model_account *model_account(struct model *model, uint64_t id);
struct model_payment *model_find(struct model *model, uint64_t requester, const uint8_t *reference,
                                 uint32_t size);

/* Whether something is still to be done about it. */
bool model_is_open(const struct model_payment *payment);

/* yyyymmdd in UTC+5 */
uint32_t model_day(uint64_t time_ns);

void blob_fill(uint8_t *bytes, size_t size, uint64_t seed);

#endif
