#include "tests/lib/require.h"
#include "tests/sim/sim.h"

#include <string.h>

static enum ledger_status encode_open(struct ledger_writer *writer,
                                      const struct sim_command *command) {
    static uint8_t attributes[LEDGER_ATTRIBUTES_MAX];
    uint8_t hash[LEDGER_TOKEN_HASH];
    blob_fill(attributes, command->attributes_size, command->attributes_seed);
    blob_fill(hash, sizeof hash, command->token_seed);
    struct ledger_open open = {.requester = command->requester,
                               .reference = command->reference,
                               .reference_size = command->reference_size,
                               .legs = command->legs,
                               .leg_count = command->leg_count,
                               .post = command->post,
                               .wait_for_funds = command->wait_for_funds,
                               .operation = command->operation,
                               .value_date = command->value_date,
                               .expires_in_s = command->expires_in_s,
                               .match_size = command->match_size,
                               .repeat_after_ms = command->repeat_after_ms,
                               .deliver_to = command->deliver_to,
                               .callback = command->callback,
                               .declined = command->declined,
                               .reversal_of = command->reversal_of,
                               .attributes = attributes,
                               .attributes_size = command->attributes_size,
                               .token_account = command->token_account,
                               .token_hash = command->token_account != 0 ? hash : NULL};
    return ledger_put_open(writer, &open);
}

static enum ledger_status encode_target(struct ledger_writer *writer,
                                        const struct sim_command *command) {
    struct ledger_target target = {.payment = command->payment,
                                   .requester = command->requester,
                                   .reference = command->reference,
                                   .reference_size = command->reference_size,
                                   .by_provider = command->by_provider};
    return ledger_put_target(writer, command->kind, &target);
}

static enum ledger_status encode_registry(struct ledger_writer *writer,
                                          const struct sim_command *command) {
    static uint8_t value[LEDGER_VALUE_MAX];
    char key[16];
    uint32_t key_size = (uint32_t)snprintf(key, sizeof key, "key/%03u", command->key);
    if (command->kind == LEDGER_REGISTRY_LOOKUP)
        return ledger_put_registry_lookup(writer, key, key_size);
    blob_fill(value, command->value_size, command->value_seed);
    return ledger_put_registry(writer, key, key_size, value, command->value_size,
                               LEDGER_VERSION_ANY);
}

static enum ledger_status encode(struct ledger_writer *writer, const struct sim_command *command) {
    uint8_t hash[LEDGER_TOKEN_HASH];
    switch (command->kind) {
    case LEDGER_OPEN:
        return encode_open(writer, command);
    case LEDGER_COMPLETE:
    case LEDGER_DECLINE:
    case LEDGER_RETRY:
    case LEDGER_DISPATCH:
    case LEDGER_LOOKUP:
    case LEDGER_NOTIFY:
        return encode_target(writer, command);
    case LEDGER_EXPIRE:
        return ledger_put_expire(writer, command->count);
    case LEDGER_ACCOUNT_OPEN:
        return ledger_put_account_open(writer, &command->account);
    case LEDGER_ACCOUNT_CHANGE:
        return ledger_put_account_change(writer, &command->account, command->fields);
    case LEDGER_ACCOUNT_LOOKUP:
        return ledger_put_account_lookup(writer, command->account.id);
    case LEDGER_TOKEN_ISSUE:
        blob_fill(hash, sizeof hash, command->token_seed);
        return ledger_put_token(writer, command->token_account, hash, command->expires_in_s);
    case LEDGER_REGISTRY_PUT:
    case LEDGER_REGISTRY_LOOKUP:
        return encode_registry(writer, command);
    case LEDGER_ATTEMPT:
        return ledger_put_attempt(
            writer, &(struct ledger_attempt_request){.payment = command->payment,
                                                     .next_ns = command->value_seed,
                                                     .outcome = command->outcome,
                                                     .provider_id = command->reference,
                                                     .provider_id_size = command->reference_size});
    case LEDGER_DELIVERY_LOOKUP:
        return ledger_put_delivery_lookup(writer, command->payment);
    case LEDGER_CHECK:
        return ledger_put_check(writer, command->legs, command->leg_count);
    case LEDGER_REFUSED:
        return ledger_put_refused(writer, command->refused);
    }
    return LEDGER_BAD_COMMAND;
}

static enum ledger_status encode_actor(struct ledger_writer *writer, uint32_t number) {
    char name[24];
    struct ledger_actor actor = {.name = name, .from = "192.0.2.1", .reason = "because"};
    actor.name_size = (uint32_t)snprintf(name, sizeof name, "actor %u", number);
    actor.from_size = number % 10;
    actor.reason_size = number % 8;
    return ledger_put_actor(writer, &actor);
}

void encode_command(struct ledger_writer *writer, const struct sim_command *command) {
    const uint8_t *start = writer->base + writer->used;
    size_t before = writer->used;
    enum ledger_status status = encode(writer, command);
    if (status == LEDGER_DONE && command->actor != 0)
        status = encode_actor(writer, command->actor);
    if (status != LEDGER_DONE)
        fprintf(stderr, "encoding kind %d: %s\n", (int)command->kind, ledger_status_name(status));
    REQUIRE(status == LEDGER_DONE);
    REQUIRE(ledger_command_size(start, writer->used - before) == writer->used - before);
}
