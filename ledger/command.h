/* command.h - a command's bytes: the same in the caller's memory, in rings and in the journal.
 * Pure; any thread. All numbers are little-endian, as the machines we run on. */
#ifndef LEDGER_COMMAND_H
#define LEDGER_COMMAND_H

#include "ledger/ledger.h"

enum command_flag {
    COMMAND_POST = 1,
    COMMAND_WAIT = 2,
    COMMAND_TOKEN = 4, /* a struct command_token follows the legs */
    COMMAND_BY_PROVIDER = 8,
    COMMAND_CALLBACK = 16,
    COMMAND_DECLINED = 32,
    COMMAND_ACTOR = 64, /* a struct command_actor is at the end */
};

/* Followed by: leg_count struct ledger_leg_request; the token; a struct command_account (account
 * open and change) or LEDGER_TOKEN_HASH bytes (token issue); the reference (registry: the key); the
 * attributes (registry: the value); zeros up to a multiple of 8; the actor and its texts, and zeros
 * up to a multiple of 8. */
struct command {
    uint32_t size; /* of all, a multiple of 8 */
    uint8_t kind;  /* enum ledger_kind */
    uint8_t flags; /* enum command_flag */
    uint8_t leg_count;
    uint8_t reference_size;
    uint64_t requester;
    uint64_t id; /* payment or account; OPEN: match_size, deliver_to << 32; EXPIRE: count; REFUSED:
                    status; REGISTRY_PUT: version */
    uint64_t reversal_of; /* open */
    uint32_t expires_in_s;
    uint32_t value_date;
    uint16_t operation;
    uint16_t attributes_size;
    uint32_t fields; /* account change; OPEN: repeat_after_ms */
};
_Static_assert(sizeof(struct command) == 48, "journalled as is");

struct command_token {
    uint64_t account;
    uint8_t hash[LEDGER_TOKEN_HASH];
};
_Static_assert(sizeof(struct command_token) == 40, "journalled as is");

struct command_account {
    uint64_t owner, floor, ceiling, day_limit, month_limit;
    uint16_t kind, currency;
    uint32_t flags;
};
_Static_assert(sizeof(struct command_account) == 48, "journalled as is");

/* What an attempt has for attributes; the provider's id follows. */
struct command_attempt {
    uint64_t next_ns;
    uint32_t latency_us, verdict;
    int32_t code;
    uint32_t outcome; /* enum ledger_attempt_outcome */
};
_Static_assert(sizeof(struct command_attempt) == 24, "journalled as is");

/* Who ordered it; name, from and reason follow. */
struct command_actor {
    uint8_t name_size, from_size;
    uint16_t reason_size;
    uint32_t reserved;
};
_Static_assert(sizeof(struct command_actor) == 8, "journalled as is");

/* Parts of a command that passed ledger_command_size. Borrowed from it. */
const struct ledger_leg_request *command_legs(const struct command *command);
const struct command_token *command_token(const struct command *command);
const struct command_account *command_account(const struct command *command);
const uint8_t *command_token_hash(const struct command *command);
const uint8_t *command_reference(const struct command *command);
const uint8_t *command_attributes(const struct command *command);
/* Of one with COMMAND_ACTOR. */
const struct command_actor *command_actor(const struct command *command);

/* Of an open: struct ledger_open's match_size, deliver_to and repeat_after_ms. */
static inline uint32_t command_match_size(const struct command *command) {
    return (uint32_t)command->id;
}
static inline uint32_t command_deliver_to(const struct command *command) {
    return (uint32_t)(command->id >> 32);
}
static inline uint32_t command_repeat_after_ms(const struct command *command) {
    return command->fields;
}

/* Bytes of the whole command that starts with this header, padded to 8, without its actor. */
size_t command_whole_size(const struct command *header);
/* Bytes of an actor with its texts, padded to 8. */
size_t command_actor_size(const struct command_actor *actor);
/* The checks that a command of this size must pass: DONE, or the status that says why not. */
enum ledger_status command_check(const struct command *command);
enum ledger_status command_check_legs(const struct ledger_leg_request *legs, uint32_t count);

/* True for those after which there may be one more open payment. */
bool command_may_stay_open(const struct command *command);
/* True for those after which one more may wait for others: for funds, or for a peer to hear. */
bool command_may_wait(const struct command *command);

/* What an attempt means: GOES_ON of any other command. */
uint32_t command_outcome(const struct command *command);

/* True for those that are neither journalled nor change anything. */
bool command_is_read(const struct command *command);

#endif
