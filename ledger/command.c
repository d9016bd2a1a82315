/* command.c - making commands and checking their shape. */
#include "ledger/command.h"

#include <string.h>
#include <xxhash.h>

#include "ledger/assert.h"
#include "ledger/limits.h"

_Static_assert(LEDGER_COMMAND_MAX >= sizeof(struct command) + LEDGER_KEY_MAX + LEDGER_VALUE_MAX,
               "the largest command is a registry record");

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

static size_t whole_size(const struct command *command) {
    size_t size =
        sizeof *command + middle_size(command) + command->reference_size + command->attributes_size;
    return (size + 7) & ~(size_t)7;
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
    return command->kind == LEDGER_OPEN &&
           (command->flags & (COMMAND_POST | COMMAND_WAIT)) != COMMAND_POST;
}

bool command_is_read(const struct command *command) {
    return command->kind == LEDGER_LOOKUP || command->kind == LEDGER_ACCOUNT_LOOKUP ||
           command->kind == LEDGER_REGISTRY_LOOKUP || command->kind == LEDGER_REFUSED ||
           command->kind == LEDGER_CHECK;
}

/* ---- Shape -------------------------------------------------------------------------------- */

static enum ledger_status check_legs(const struct ledger_leg_request *legs, uint32_t count) {
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

static enum ledger_status check_open(const struct command *command) {
    enum ledger_status status = check_legs(command_legs(command), command->leg_count);
    if (status != LEDGER_DONE) {
        return status;
    }
    if (command->reference_size == 0 || command->reference_size > LEDGER_REFERENCE_MAX) {
        return LEDGER_BAD_REFERENCE;
    }
    const unsigned known = COMMAND_POST | COMMAND_WAIT | COMMAND_TOKEN;
    bool ok = command->requester != 0 && command->attributes_size <= LEDGER_ATTRIBUTES_MAX &&
              date_ok(command->value_date) && (command->flags & ~known) == 0 && command->id == 0 &&
              command->fields == 0;
    if (ok && (command->flags & COMMAND_TOKEN)) {
        ok = command_token(command)->account != 0;
    }
    return ok ? LEDGER_DONE : LEDGER_BAD_COMMAND;
}

static enum ledger_status check_target(const struct command *command) {
    if (command->id == 0 &&
        (command->reference_size == 0 || command->reference_size > LEDGER_REFERENCE_MAX)) {
        return LEDGER_BAD_REFERENCE;
    }
    bool by_provider = command->flags == COMMAND_BY_PROVIDER &&
                       (command->kind == LEDGER_COMPLETE || command->kind == LEDGER_DECLINE);
    bool ok = (command->flags == 0 || by_provider) && command->leg_count == 0 &&
              command->attributes_size == 0;
    ok = ok && (command->id != 0 ? command->reference_size == 0 : command->requester != 0);
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
    return command->flags == 0 && command->leg_count == 0 && command->reference_size == 0 &&
           command->attributes_size == 0;
}

static enum ledger_status check_check(const struct command *command) {
    enum ledger_status status = check_legs(command_legs(command), command->leg_count);
    bool bare = command->flags == 0 && command->reference_size == 0 &&
                command->attributes_size == 0 && command->id == 0;
    return status != LEDGER_DONE || bare ? status : LEDGER_BAD_COMMAND;
}

static enum ledger_status check_shape(const struct command *command) {
    bool ok = false;
    switch (command->kind) {
    case LEDGER_OPEN:
        return check_open(command);
    case LEDGER_COMPLETE:
    case LEDGER_DECLINE:
    case LEDGER_RETRY:
    case LEDGER_DISPATCH:
    case LEDGER_LOOKUP:
        return check_target(command);
    case LEDGER_EXPIRE:
        ok = plain(command) && command->id >= 1 && command->id <= EXPIRE_MAX;
        break;
    case LEDGER_ACCOUNT_OPEN:
    case LEDGER_ACCOUNT_CHANGE:
        ok = plain(command) && command->id != 0 && command->id != UINT64_MAX &&
             account_fields_ok(command);
        break;
    case LEDGER_ACCOUNT_LOOKUP:
    case LEDGER_TOKEN_ISSUE:
        ok = plain(command) && command->id != 0;
        break;
    case LEDGER_REGISTRY_PUT:
    case LEDGER_REGISTRY_LOOKUP:
        ok = command->flags == 0 && command->leg_count == 0 && command->reference_size >= 1 &&
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

uint32_t ledger_command_size(const void *bytes, size_t available) {
    const struct command *command = bytes;
    if (available < sizeof *command || (uintptr_t)bytes % 8 != 0) {
        return 0;
    }
    if (command->leg_count > LEDGER_LEGS_MAX || command->size > available ||
        command->size != whole_size(command) || command->size > LEDGER_COMMAND_MAX) {
        return 0;
    }
    if (check_shape(command) != LEDGER_DONE) {
        return 0;
    }
    const uint8_t *end = (const uint8_t *)bytes + command->size;
    for (const uint8_t *pad = command_attributes(command) + command->attributes_size; pad < end;
         pad++) {
        if (*pad != 0) {
            return 0;
        }
    }
    return command->size;
}

/* ---- Making ------------------------------------------------------------------------------- */

struct part {
    const void *bytes;
    size_t size;
};

/* Appends the command with its parts, and takes it back when its shape is wrong. */
static enum ledger_status put(struct ledger_writer *writer, struct command *header,
                              const struct part *parts, size_t count) {
    ASSERT((uintptr_t)writer->base % 8 == 0 && writer->used % 8 == 0);
    size_t size = whole_size(header);
    if (size > writer->size - writer->used) {
        return LEDGER_BUSY;
    }
    header->size = (uint32_t)size;
    uint8_t *at = writer->base + writer->used;
    uint8_t *out = at;
    memset(at + size - 8, 0, 8);
    memcpy(out, header, sizeof *header);
    out += sizeof *header;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].size > 0) {
            memcpy(out, parts[i].bytes, parts[i].size);
            out += parts[i].size;
        }
    }
    ASSERT(out <= at + size && out + 8 > at + size);
    enum ledger_status status = check_shape((const struct command *)(const void *)at);
    if (status == LEDGER_DONE) {
        writer->used += size;
        writer->count++;
    }
    return status;
}

enum ledger_status ledger_put_open(struct ledger_writer *writer, const struct ledger_open *open) {
    enum ledger_status status = check_legs(open->legs, open->leg_count);
    if (status != LEDGER_DONE) {
        return status;
    }
    if (open->reference_size == 0 || open->reference_size > LEDGER_REFERENCE_MAX) {
        return LEDGER_BAD_REFERENCE;
    }
    if (open->attributes_size > LEDGER_ATTRIBUTES_MAX ||
        (open->token_account != 0 && open->token_hash == NULL)) {
        return LEDGER_BAD_COMMAND;
    }
    struct command header = {
        .kind = LEDGER_OPEN,
        .flags =
            (uint8_t)((open->post ? COMMAND_POST : 0) | (open->wait_for_funds ? COMMAND_WAIT : 0) |
                      (open->token_account != 0 ? COMMAND_TOKEN : 0)),
        .leg_count = (uint8_t)open->leg_count,
        .reference_size = (uint8_t)open->reference_size,
        .requester = open->requester,
        .reversal_of = open->reversal_of,
        .expires_in_s = open->expires_in_s,
        .value_date = open->value_date,
        .operation = open->operation,
        .attributes_size = (uint16_t)open->attributes_size,
    };
    struct command_token token = {.account = open->token_account};
    if (open->token_account != 0) {
        memcpy(token.hash, open->token_hash, sizeof token.hash);
    }
    const struct part parts[] = {
        {open->legs, open->leg_count * sizeof open->legs[0]},
        {&token, open->token_account != 0 ? sizeof token : 0},
        {open->reference, open->reference_size},
        {open->attributes, open->attributes_size},
    };
    return put(writer, &header, parts, 4);
}

enum ledger_status ledger_put_check(struct ledger_writer *writer,
                                    const struct ledger_leg_request *legs, uint32_t leg_count) {
    enum ledger_status status = check_legs(legs, leg_count);
    if (status != LEDGER_DONE) {
        return status;
    }
    struct command header = {.kind = LEDGER_CHECK, .leg_count = (uint8_t)leg_count};
    const struct part parts[] = {{legs, leg_count * sizeof legs[0]}};
    return put(writer, &header, parts, 1);
}

enum ledger_status ledger_put_target(struct ledger_writer *writer, enum ledger_kind kind,
                                     const struct ledger_target *target) {
    bool by_reference = target->payment == 0;
    if ((kind < LEDGER_COMPLETE || kind > LEDGER_DISPATCH) && kind != LEDGER_LOOKUP) {
        return LEDGER_BAD_COMMAND;
    }
    if (by_reference && target->reference_size > LEDGER_REFERENCE_MAX) {
        return LEDGER_BAD_REFERENCE;
    }
    struct command header = {
        .kind = (uint8_t)kind,
        .flags = target->by_provider ? COMMAND_BY_PROVIDER : 0,
        .requester = target->requester,
        .id = target->payment,
        .reference_size = (uint8_t)(by_reference ? target->reference_size : 0),
    };
    const struct part parts[] = {{target->reference, header.reference_size}};
    return put(writer, &header, parts, 1);
}

enum ledger_status ledger_put_expire(struct ledger_writer *writer, uint32_t count) {
    struct command header = {.kind = LEDGER_EXPIRE, .id = count};
    return put(writer, &header, NULL, 0);
}

static enum ledger_status put_account(struct ledger_writer *writer, enum ledger_kind kind,
                                      const struct ledger_account_request *request,
                                      uint32_t fields) {
    struct command header = {.kind = (uint8_t)kind, .id = request->id, .fields = fields};
    struct command_account account = {
        .owner = request->owner,
        .floor = request->floor,
        .ceiling = request->ceiling,
        .day_limit = request->day_limit,
        .month_limit = request->month_limit,
        .kind = request->kind,
        .currency = request->currency,
        .flags = request->flags,
    };
    const struct part parts[] = {{&account, sizeof account}};
    return put(writer, &header, parts, 1);
}

enum ledger_status ledger_put_account_open(struct ledger_writer *writer,
                                           const struct ledger_account_request *request) {
    return put_account(writer, LEDGER_ACCOUNT_OPEN, request, 0);
}

enum ledger_status ledger_put_account_change(struct ledger_writer *writer,
                                             const struct ledger_account_request *request,
                                             uint32_t fields) {
    return put_account(writer, LEDGER_ACCOUNT_CHANGE, request, fields);
}

enum ledger_status ledger_put_account_lookup(struct ledger_writer *writer, uint64_t account) {
    struct command header = {.kind = LEDGER_ACCOUNT_LOOKUP, .id = account};
    return put(writer, &header, NULL, 0);
}

enum ledger_status ledger_put_token(struct ledger_writer *writer, uint64_t account,
                                    const uint8_t *hash, uint32_t expires_in_s) {
    struct command header = {
        .kind = LEDGER_TOKEN_ISSUE, .id = account, .expires_in_s = expires_in_s};
    const struct part parts[] = {{hash, LEDGER_TOKEN_HASH}};
    return put(writer, &header, parts, 1);
}

static enum ledger_status put_registry(struct ledger_writer *writer, enum ledger_kind kind,
                                       struct part key, struct part value, uint64_t version) {
    if (key.size > LEDGER_KEY_MAX || value.size > LEDGER_VALUE_MAX) {
        return LEDGER_BAD_COMMAND;
    }
    struct command header = {.kind = (uint8_t)kind,
                             .id = version,
                             .reference_size = (uint8_t)key.size,
                             .attributes_size = (uint16_t)value.size};
    const struct part parts[] = {key, value};
    return put(writer, &header, parts, 2);
}

enum ledger_status ledger_put_registry(struct ledger_writer *writer, const void *key,
                                       uint32_t key_size, const void *value, uint32_t value_size,
                                       uint64_t version) {
    return put_registry(writer, LEDGER_REGISTRY_PUT, (struct part){key, key_size},
                        (struct part){value, value_size}, version);
}

uint64_t ledger_registry_version(const void *value, size_t value_size) {
    uint64_t hash = XXH3_64bits(value, value_size);
    return hash <= LEDGER_VERSION_NEW ? hash + 2 : hash;
}

enum ledger_status ledger_put_registry_lookup(struct ledger_writer *writer, const void *key,
                                              uint32_t key_size) {
    return put_registry(writer, LEDGER_REGISTRY_LOOKUP, (struct part){key, key_size},
                        (struct part){NULL, 0}, LEDGER_VERSION_ANY);
}

enum ledger_status ledger_put_refused(struct ledger_writer *writer, enum ledger_status status) {
    struct command header = {.kind = LEDGER_REFUSED, .id = status};
    return put(writer, &header, NULL, 0);
}
