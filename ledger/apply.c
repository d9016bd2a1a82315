/* apply.c - applying a chunk of commands, fetching ahead of itself: a payment touches a dozen cache
 * lines at random in gigabytes, and most of its cost is waiting for them. */
#include <string.h>

#include "ledger/assert.h"
#include "ledger/core.h"

static const apply_function functions[] = {
    [LEDGER_OPEN] = payment_open,
    [LEDGER_COMPLETE] = payment_complete,
    [LEDGER_DECLINE] = payment_decline,
    [LEDGER_RETRY] = payment_retry,
    [LEDGER_DISPATCH] = payment_dispatch,
    [LEDGER_EXPIRE] = payment_expire,
    [LEDGER_LOOKUP] = payment_lookup,
    [LEDGER_ACCOUNT_OPEN] = account_open,
    [LEDGER_ACCOUNT_CHANGE] = account_change,
    [LEDGER_ACCOUNT_LOOKUP] = account_lookup,
    [LEDGER_TOKEN_ISSUE] = token_issue,
    [LEDGER_REGISTRY_PUT] = registry_put,
    [LEDGER_REGISTRY_LOOKUP] = registry_lookup,
    [LEDGER_CHECK] = payment_check,
    [LEDGER_ATTEMPT] = delivery_attempt,
    [LEDGER_DELIVERY_LOOKUP] = delivery_lookup,
    [LEDGER_NOTIFY] = payment_notify,
};

/* First look: the reference's hash, and the buckets that the command will start from. */
static void look_far(struct ledger *ledger, const struct command *command, uint64_t *hash) {
    bool refers = command->kind <= LEDGER_LOOKUP || command->kind == LEDGER_NOTIFY;
    if (!refers || command->reference_size == 0) {
        return;
    }
    *hash = reference_hash(ledger->options.hash_seed, command->requester,
                           command_reference(command), command->reference_size);
    table_prefetch(ledger->active, *hash);
    if (ledger->sealed != NULL) {
        table_prefetch(ledger->sealed, *hash);
    }
    filter_prefetch(&ledger->filter, *hash);
    const struct ledger_leg_request *legs = command_legs(command);
    for (uint32_t i = 0; i < command->leg_count; i++) {
        accounts_prefetch_head(&ledger->accounts, legs[i].debit);
        accounts_prefetch_head(&ledger->accounts, legs[i].credit);
    }
}

/* Second look: the accounts themselves. */
static void look_near(struct ledger *ledger, const struct command *command) {
    const struct ledger_leg_request *legs = command_legs(command);
    for (uint32_t i = 0; i < command->leg_count; i++) {
        accounts_prefetch_slot(&ledger->accounts, legs[i].debit);
        accounts_prefetch_slot(&ledger->accounts, legs[i].credit);
    }
}

void apply_chunk(struct ledger *ledger, const struct command *const *commands, uint32_t count,
                 const uint32_t *origin, struct ledger_result *results) {
    uint64_t *hashes = ledger->hashes;
    accounts_begin_chunk(&ledger->accounts);
    for (uint32_t i = 0; i < PREFETCH_FAR && i < count; i++) {
        look_far(ledger, commands[i], &hashes[i]);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (i + PREFETCH_FAR < count) {
            look_far(ledger, commands[i + PREFETCH_FAR], &hashes[i + PREFETCH_FAR]);
        }
        if (i + PREFETCH_NEAR < count) {
            look_near(ledger, commands[i + PREFETCH_NEAR]);
        }
        const struct command *command = commands[i];
        struct ledger_result *result = &results[origin[i]];
        *result = (struct ledger_result){.sequence = ledger->batch.sequence};
        if (command->kind == LEDGER_REFUSED) {
            result->status = (uint16_t)command->id;
        } else {
            apply_function apply = functions[command->kind];
            if ((command->flags & COMMAND_ACTOR) != 0) {
                act_apply(ledger, command, hashes[i], result, apply);
            } else {
                apply(ledger, command, hashes[i], result);
            }
        }
    }
}

void apply_body(struct ledger *ledger, struct ledger_result *result, const void *body,
                size_t size) {
    size_t room = (size + 7) & ~(size_t)7;
    if (room > LOOKUP_BODIES_BYTES - ledger->bodies_used) {
        *result = (struct ledger_result){.status = LEDGER_BUSY};
        return;
    }
    uint8_t *copy = ledger->bodies + ledger->bodies_used;
    if (size > 0) {
        memcpy(copy, body, size);
    }
    ledger->bodies_used += room;
    result->body = copy;
    result->body_size = (uint32_t)size;
}

#define TOKEN_BYTES 96u /* of a token's record in a table */

void apply_need(const struct command *command, struct table_need *need, uint64_t *accounts) {
    *need = (struct table_need){0};
    *accounts = 1;
    switch (command->kind) {
    case LEDGER_OPEN:
        need->bytes =
            command->size + sizeof(struct ledger_payment) +
            command->leg_count * (sizeof(struct ledger_leg) - sizeof(struct ledger_leg_request)) +
            TOKEN_BYTES;
        need->payments = 1;
        need->records = 1;
        if (command_deliver_to(command) != 0) {
            need->bytes += DELIVERY_BYTES;
            need->records = 2;
        }
        *accounts = 2 * (uint64_t)command->leg_count;
        if (command_repeat_after_ms(command) != 0) { /* it may end the payment that it repeats */
            need->older = 1;
            need->bytes += LEDGER_PAYMENT_BYTES_MAX;
            *accounts = 2 * LEDGER_LEGS_MAX;
        }
        break;
    case LEDGER_COMPLETE:
    case LEDGER_RETRY:
    case LEDGER_DISPATCH:
        need->older = 1;
        need->bytes = LEDGER_PAYMENT_BYTES_MAX;
        *accounts = 2 * LEDGER_LEGS_MAX;
        break;
    case LEDGER_DECLINE: /* an end may have to be told: that changes the delivery's record */
    case LEDGER_EXPIRE:
    case LEDGER_NOTIFY:
        need->older = command->kind == LEDGER_EXPIRE ? command->id : 1;
        need->bytes = need->older * APPLY_END_BYTES;
        need->records = need->older;
        *accounts = need->older * 2 * LEDGER_LEGS_MAX;
        break;
    case LEDGER_TOKEN_ISSUE:
        need->bytes = TOKEN_BYTES;
        need->records = 1;
        break;
    case LEDGER_REGISTRY_PUT:
        need->bytes = command->size + sizeof(struct table_record);
        need->records = 1;
        break;
    case LEDGER_ATTEMPT:
        need->bytes = DELIVERY_BYTES;
        need->records = 1;
        if (command_outcome(command) != LEDGER_ATTEMPT_GOES_ON) { /* it changes its payment */
            need->older = 1;
            need->bytes += LEDGER_PAYMENT_BYTES_MAX;
            *accounts = 2 * LEDGER_LEGS_MAX;
        }
        break;
    case LEDGER_CHECK:
        *accounts = 2 * (uint64_t)command->leg_count;
        break;
    default:
        break;
    }
    if ((command->flags & COMMAND_ACTOR) != 0) {
        need->bytes += ACT_BYTES;
        need->records += 2;
    }
}
