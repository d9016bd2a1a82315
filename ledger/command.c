/* command.c - the parts of a command, and the check of its shape. */
#include "ledger/command.h"

#include <string.h>

#include "ledger/assert.h"
#include "ledger/limits.h"

_Static_assert(LEDGER_COMMAND_MAX >= sizeof(struct command) + LEDGER_KEY_MAX + LEDGER_VALUE_MAX +
                                         sizeof(struct command_actor) + LEDGER_ACTOR_NAME_MAX +
                                         LEDGER_ACTOR_FROM_MAX + LEDGER_ACTOR_REASON_MAX,
               "the largest command is a registry record with its actor");

/* Bytes between the header and the reference. */
static size_t middle_size(const struct command *command) {
    size_t size = command->leg_count * sizeof(struct ledger_leg_request);
    if (command->flags & COMMAND_TOKEN) {
        size += sizeof(struct command_token);
    }
    if (command->kind == LEDGER_ACCOUNT_OPEN || command->kind == LEDGER_ACCOUNT_CHANGE) {
        size += sizeof(struct command_account);
    }
    if (command->kind == LEDGER_TOKEN_ISSUE) {
        size += LEDGER_TOKEN_HASH;
    }
    return size;
}

size_t command_whole_size(const struct command *command) {
    size_t size =
        sizeof *command + middle_size(command) + command->reference_size + command->attributes_size;
    return (size + 7) & ~(size_t)7;
}

size_t command_actor_size(const struct command_actor *actor) {
    size_t size = sizeof *actor + actor->name_size + actor->from_size + actor->reason_size;
    return (size + 7) & ~(size_t)7;
}

const struct command_actor *command_actor(const struct command *command) {
    const uint8_t *bytes = (const uint8_t *)command + command_whole_size(command);
    return (const struct command_actor *)(const void *)bytes;
}

static const uint8_t *middle(const struct command *command) {
    return (const uint8_t *)(command + 1);
}

const struct ledger_leg_request *command_legs(const struct command *command) {
    return (const struct ledger_leg_request *)(const void *)middle(command);
}

const struct command_token *command_token(const struct command *command) {
    if (!(command->flags & COMMAND_TOKEN)) {
        return NULL;
    }
    return (const struct command_token *)(const void *)(command_legs(command) + command->leg_count);
}

const struct command_account *command_account(const struct command *command) {
    return (const struct command_account *)(const void *)middle(command);
}

const uint8_t *command_token_hash(const struct command *command) {
    return middle(command);
}

const uint8_t *command_reference(const struct command *command) {
    return middle(command) + middle_size(command);
}

const uint8_t *command_attributes(const struct command *command) {
    return command_reference(command) + command->reference_size;
}

bool command_may_stay_open(const struct command *command) {
    return command->kind == LEDGER_NOTIFY ||
           (command->kind == LEDGER_OPEN &&
            (command->flags & (COMMAND_POST | COMMAND_WAIT)) != COMMAND_POST);
}

bool command_may_wait(const struct command *command) {
    return command->kind == LEDGER_NOTIFY ||
           (command->kind == LEDGER_OPEN &&
            (command->flags & (COMMAND_WAIT | COMMAND_CALLBACK)) != 0);
}

uint32_t command_outcome(const struct command *command) {
    struct command_attempt attempt;
    if (command->kind != LEDGER_ATTEMPT) {
        return LEDGER_ATTEMPT_GOES_ON;
    }
    memcpy(&attempt, command_attributes(command), sizeof attempt);
    return attempt.outcome;
}

bool command_is_read(const struct command *command) {
    return command->kind == LEDGER_LOOKUP || command->kind == LEDGER_ACCOUNT_LOOKUP ||
           command->kind == LEDGER_REGISTRY_LOOKUP || command->kind == LEDGER_REFUSED ||
           command->kind == LEDGER_CHECK || command->kind == LEDGER_DELIVERY_LOOKUP;
}

/* ---- Shape -------------------------------------------------------------------------------- */

enum ledger_status command_check_legs(const struct ledger_leg_request *legs, uint32_t count) {
    if (count == 0 || count > LEDGER_LEGS_MAX) {
        return LEDGER_BAD_LEGS;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (legs[i].amount == 0 || legs[i].amount > LEDGER_AMOUNT_MAX) {
            return LEDGER_BAD_AMOUNT;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        if (legs[i].debit == legs[i].credit || legs[i].debit == 0 || legs[i].credit == 0) {
            return LEDGER_BAD_LEGS;
        }
    }
    return LEDGER_DONE;
}

/* 0 (none), or a day of the calendar as yyyymmdd. */
static bool date_ok(uint32_t date) {
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    uint32_t year = date / 10000, month = date / 100 % 100, day = date % 100;
    if (date == 0 || year < 1970 || year > 9999 || month < 1 || month > 12) {
        return date == 0;
    }
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day >= 1 && day <= days[month - 1] + (uint32_t)(month == 2 && leap);
}

/* Its flags, but that it is an act. */
static unsigned own_flags(const struct command *command) {
    return command->flags & ~(unsigned)COMMAND_ACTOR;
}

static bool actor_ok(const struct command *command) {
    const struct command_actor *actor = command_actor(command);
    bool kind = command->kind == LEDGER_OPEN || command->kind == LEDGER_COMPLETE ||
                command->kind == LEDGER_DECLINE || command->kind == LEDGER_RETRY ||
                command->kind == LEDGER_NOTIFY || command->kind == LEDGER_ACCOUNT_OPEN ||
                command->kind == LEDGER_ACCOUNT_CHANGE || command->kind == LEDGER_REGISTRY_PUT;
    return kind && actor->name_size >= 1 && actor->name_size <= LEDGER_ACTOR_NAME_MAX &&
           actor->from_size <= LEDGER_ACTOR_FROM_MAX &&
           actor->reason_size <= LEDGER_ACTOR_REASON_MAX && actor->reserved == 0;
}

/* What excludes what, of an open. */
static bool open_flags_ok(const struct command *command) {
    const unsigned known =
        COMMAND_POST | COMMAND_WAIT | COMMAND_TOKEN | COMMAND_CALLBACK | COMMAND_DECLINED;
    unsigned flags = own_flags(command);
    bool callback = (flags & COMMAND_CALLBACK) != 0, declined = (flags & COMMAND_DECLINED) != 0;
    bool delivers = command_deliver_to(command) != 0;
    if ((flags & ~known) != 0 || (delivers && (flags & COMMAND_POST) != 0)) {
        return false;
    }
    if (callback && (!delivers || (flags & COMMAND_WAIT) != 0)) {
        return false;
    }
    if (declined &&
        ((flags & (COMMAND_POST | COMMAND_WAIT | COMMAND_TOKEN)) != 0 || (delivers && !callback))) {
        return false;
    }
    return (!callback && !declined) || command_repeat_after_ms(command) == 0;
}

static enum ledger_status check_open(const struct command *command) {
    enum ledger_status status = command_check_legs(command_legs(command), command->leg_count);
    if (status != LEDGER_DONE) {
        return status;
    }
    if (command->reference_size == 0 || command->reference_size > LEDGER_REFERENCE_MAX) {
        return LEDGER_BAD_REFERENCE;
    }
    bool ok = command->requester != 0 && command->attributes_size <= LEDGER_ATTRIBUTES_MAX &&
              date_ok(command->value_date) && open_flags_ok(command) &&
              command_match_size(command) <= command->attributes_size;
    if (ok && (command->flags & COMMAND_TOKEN)) {
        ok = command_token(command)->account != 0;
    }
    return ok ? LEDGER_DONE : LEDGER_BAD_COMMAND;
}

static enum ledger_status check_target(const struct command *command) {
    if (command->reference_size > LEDGER_REFERENCE_MAX ||
        (command->id == 0 && command->reference_size == 0)) {
        return LEDGER_BAD_REFERENCE;
    }
    bool by_provider = own_flags(command) == COMMAND_BY_PROVIDER &&
                       (command->kind == LEDGER_COMPLETE || command->kind == LEDGER_DECLINE);
    bool ok = (own_flags(command) == 0 || by_provider) && command->leg_count == 0 &&
              command->attributes_size == 0;
    ok = ok && (command->reference_size == 0 || command->requester != 0);
    return ok ? LEDGER_DONE : LEDGER_BAD_COMMAND;
}

static bool account_fields_ok(const struct command *command) {
    const struct command_account *account = command_account(command);
    const uint32_t known = LEDGER_FIELD_FLAGS | LEDGER_FIELD_FLOOR | LEDGER_FIELD_CEILING |
                           LEDGER_FIELD_DAY_LIMIT | LEDGER_FIELD_MONTH_LIMIT | LEDGER_FIELD_OWNER;
    if ((account->flags & ~LEDGER_ACCOUNT_FLAGS) != 0 || account->floor > LEDGER_AMOUNT_MAX) {
        return false;
    }
    if (command->kind == LEDGER_ACCOUNT_CHANGE) {
        return command->fields != 0 && (command->fields & ~known) == 0;
    }
    return command->fields == 0 && ledger_kind_name(account->kind) != NULL &&
           account->currency != 0;
}

static bool plain(const struct command *command) { /* no parts but the middle */
    return own_flags(command) == 0 && command->leg_count == 0 && command->reference_size == 0 &&
           command->attributes_size == 0;
}

static enum ledger_status check_check(const struct command *command) {
    enum ledger_status status = command_check_legs(command_legs(command), command->leg_count);
    bool bare = command->flags == 0 && command->reference_size == 0 &&
                command->attributes_size == 0 && command->id == 0;
    return status != LEDGER_DONE || bare ? status : LEDGER_BAD_COMMAND;
}

enum ledger_status command_check(const struct command *command) {
    bool ok = false;
    if ((command->flags & COMMAND_ACTOR) != 0 && !actor_ok(command)) {
        return LEDGER_BAD_COMMAND;
    }
    switch (command->kind) {
    case LEDGER_OPEN:
        return check_open(command);
    case LEDGER_COMPLETE:
    case LEDGER_DECLINE:
    case LEDGER_RETRY:
    case LEDGER_DISPATCH:
    case LEDGER_LOOKUP:
    case LEDGER_NOTIFY:
        return check_target(command);
    case LEDGER_EXPIRE:
        ok = plain(command) && command->id >= 1 && command->id <= EXPIRE_MAX;
        break;
    case LEDGER_ACCOUNT_OPEN:
    case LEDGER_ACCOUNT_CHANGE:
        ok = plain(command) && command->id != 0 && command->id != UINT64_MAX &&
             account_fields_ok(command);
        break;
    case LEDGER_ATTEMPT:
        ok = command->flags == 0 && command->leg_count == 0 && command->reference_size == 0 &&
             command->id != 0 && command->attributes_size >= sizeof(struct command_attempt) &&
             command->attributes_size <= sizeof(struct command_attempt) + LEDGER_PROVIDER_ID_MAX &&
             command_outcome(command) <= LEDGER_ATTEMPT_TIMED_OUT;
        break;
    case LEDGER_DELIVERY_LOOKUP:
    case LEDGER_ACCOUNT_LOOKUP:
    case LEDGER_TOKEN_ISSUE:
        ok = plain(command) && command->id != 0;
        break;
    case LEDGER_REGISTRY_PUT:
    case LEDGER_REGISTRY_LOOKUP:
        ok = own_flags(command) == 0 && command->leg_count == 0 && command->reference_size >= 1 &&
             command->reference_size <= LEDGER_KEY_MAX &&
             (command->kind == LEDGER_REGISTRY_PUT || command->id == 0) &&
             command->attributes_size <=
                 (command->kind == LEDGER_REGISTRY_PUT ? LEDGER_VALUE_MAX : 0u);
        break;
    case LEDGER_CHECK:
        return check_check(command);
    case LEDGER_REFUSED:
        ok = plain(command) && command->id > LEDGER_REPLAYED && command->id < LEDGER_STATUS_COUNT;
        break;
    default:
        break;
    }
    return ok ? LEDGER_DONE : LEDGER_BAD_COMMAND;
}

static bool is_zero(const uint8_t *from, const uint8_t *to) {
    while (from < to && *from == 0) {
        from++;
    }
    return from == to;
}

uint32_t ledger_command_size(const void *bytes, size_t available) {
    const struct command *command = bytes;
    if (available < sizeof *command || (uintptr_t)bytes % 8 != 0) {
        return 0;
    }
    size_t whole = command_whole_size(command), size = whole;
    if (command->leg_count > LEDGER_LEGS_MAX || command->size > available ||
        command->size > LEDGER_COMMAND_MAX || command->size < whole) {
        return 0;
    }
    if ((command->flags & COMMAND_ACTOR) != 0) {
        if (command->size - whole < sizeof(struct command_actor)) {
            return 0;
        }
        size += command_actor_size(command_actor(command));
    }
    if (command->size != size || command_check(command) != LEDGER_DONE) {
        return 0;
    }
    const uint8_t *end = (const uint8_t *)bytes + whole;
    if (!is_zero(command_attributes(command) + command->attributes_size, end)) {
        return 0;
    }
    if (size > whole) {
        const struct command_actor *actor = command_actor(command);
        const uint8_t *texts = (const uint8_t *)(actor + 1);
        texts += actor->name_size + actor->from_size + actor->reason_size;
        if (!is_zero(texts, end + (size - whole))) {
            return 0;
        }
    }
    return command->size;
}
