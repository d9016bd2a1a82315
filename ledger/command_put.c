/* command_put.c - making commands. */
#include <string.h>
#include <xxhash.h>

#include "ledger/assert.h"
#include "ledger/command.h"

struct part {
    const void *bytes;
    size_t size;
};

/* Appends the command with its parts, and takes it back when its shape is wrong. */
static enum ledger_status put(struct ledger_writer *writer, struct command *header,
                              const struct part *parts, size_t count) {
    ASSERT((uintptr_t)writer->base % 8 == 0 && writer->used % 8 == 0);
    size_t size = command_whole_size(header);
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
    enum ledger_status status = command_check((const struct command *)(const void *)at);
    if (status == LEDGER_DONE) {
        writer->last = writer->used;
        writer->used += size;
        writer->count++;
    }
    return status;
}

static uint8_t *put_text(uint8_t *out, const char *text, size_t size) {
    if (size > 0) {
        memcpy(out, text, size);
    }
    return out + size;
}

enum ledger_status ledger_put_actor(struct ledger_writer *writer,
                                    const struct ledger_actor *actor) {
    ASSERT(writer->count > 0);
    struct command *command = (struct command *)(void *)(writer->base + writer->last);
    if (actor->name_size > LEDGER_ACTOR_NAME_MAX || actor->from_size > LEDGER_ACTOR_FROM_MAX ||
        actor->reason_size > LEDGER_ACTOR_REASON_MAX || (command->flags & COMMAND_ACTOR) != 0) {
        return LEDGER_BAD_COMMAND;
    }
    const struct command_actor head = {.name_size = (uint8_t)actor->name_size,
                                       .from_size = (uint8_t)actor->from_size,
                                       .reason_size = (uint16_t)actor->reason_size};
    size_t size = command_actor_size(&head);
    if (size > writer->size - writer->used) {
        return LEDGER_BUSY;
    }
    uint8_t *at = writer->base + writer->used;
    memset(at + size - 8, 0, 8);
    memcpy(at, &head, sizeof head);
    uint8_t *end = put_text(at + sizeof head, actor->name, actor->name_size);
    end = put_text(end, actor->from, actor->from_size);
    (void)put_text(end, actor->reason, actor->reason_size);
    command->flags |= COMMAND_ACTOR;
    command->size += (uint32_t)size;
    enum ledger_status status = command_check(command);
    if (status != LEDGER_DONE) {
        command->flags &= (uint8_t)~COMMAND_ACTOR;
        command->size -= (uint32_t)size;
        return status;
    }
    writer->used += size;
    return LEDGER_DONE;
}

enum ledger_status ledger_put_open(struct ledger_writer *writer, const struct ledger_open *open) {
    enum ledger_status status = command_check_legs(open->legs, open->leg_count);
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
                      (open->token_account != 0 ? COMMAND_TOKEN : 0) |
                      (open->callback ? COMMAND_CALLBACK : 0) |
                      (open->declined ? COMMAND_DECLINED : 0)),
        .leg_count = (uint8_t)open->leg_count,
        .reference_size = (uint8_t)open->reference_size,
        .requester = open->requester,
        .id = open->match_size | (uint64_t)open->deliver_to << 32,
        .fields = open->repeat_after_ms,
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
    enum ledger_status status = command_check_legs(legs, leg_count);
    if (status != LEDGER_DONE) {
        return status;
    }
    struct command header = {.kind = LEDGER_CHECK, .leg_count = (uint8_t)leg_count};
    const struct part parts[] = {{legs, leg_count * sizeof legs[0]}};
    return put(writer, &header, parts, 1);
}

enum ledger_status ledger_put_target(struct ledger_writer *writer, enum ledger_kind kind,
                                     const struct ledger_target *target) {
    if ((kind < LEDGER_COMPLETE || kind > LEDGER_DISPATCH) && kind != LEDGER_LOOKUP &&
        kind != LEDGER_NOTIFY) {
        return LEDGER_BAD_COMMAND;
    }
    if (target->reference_size > LEDGER_REFERENCE_MAX) {
        return LEDGER_BAD_REFERENCE;
    }
    struct command header = {
        .kind = (uint8_t)kind,
        .flags = target->by_provider ? COMMAND_BY_PROVIDER : 0,
        .requester = target->requester,
        .id = target->payment,
        .reference_size = (uint8_t)target->reference_size,
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

enum ledger_status ledger_put_attempt(struct ledger_writer *writer,
                                      const struct ledger_attempt_request *request) {
    if (request->provider_id_size > LEDGER_PROVIDER_ID_MAX) {
        return LEDGER_BAD_COMMAND;
    }
    struct command_attempt attempt = {.next_ns = request->next_ns,
                                      .latency_us = request->latency_us,
                                      .verdict = request->verdict,
                                      .code = request->code,
                                      .outcome = request->outcome};
    struct command header = {.kind = LEDGER_ATTEMPT,
                             .id = request->payment,
                             .attributes_size =
                                 (uint16_t)(sizeof attempt + request->provider_id_size)};
    const struct part parts[] = {{&attempt, sizeof attempt},
                                 {request->provider_id, request->provider_id_size}};
    return put(writer, &header, parts, 2);
}

enum ledger_status ledger_put_delivery_lookup(struct ledger_writer *writer, uint64_t payment) {
    struct command header = {.kind = LEDGER_DELIVERY_LOOKUP, .id = payment};
    return put(writer, &header, NULL, 0);
}

enum ledger_status ledger_put_refused(struct ledger_writer *writer, enum ledger_status status) {
    struct command header = {.kind = LEDGER_REFUSED, .id = status};
    return put(writer, &header, NULL, 0);
}
