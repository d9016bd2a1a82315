/* act.c - the trail of acts: what people and programs ordered, with what was before and after, in a
 * chain of hashes. An act is part of its command's apply, so there is none without the other. */
#include <sodium.h>
#include <string.h>

#include "ledger/assert.h"
#include "ledger/core.h"

_Static_assert(sizeof(struct ledger_act) == 80, "stored as is");
_Static_assert(sizeof(struct act_draft) == LEDGER_ACT_BYTES_MAX, "no padding between");

/* The chain's end: stored as act 0. */
struct act_head {
    uint64_t count;
    uint8_t hash[LEDGER_ACT_HASH];
};

/* The key is the number, so that acts are walked in their order. */
static uint64_t key_of(uint64_t number) {
    return __builtin_bswap64(number);
}

static void load_head(struct ledger *ledger, struct act_head *head) {
    uint64_t key = key_of(0);
    size_t size = 0;
    const void *value = state_record(ledger, RECORD_ACT, &key, sizeof key, &size);
    *head = (struct act_head){0};
    if (value != NULL) {
        ASSERT(size == sizeof *head);
        memcpy(head, value, size);
    }
}

static void hash_act(const uint8_t previous[LEDGER_ACT_HASH], const void *act, size_t size,
                     uint8_t hash[LEDGER_ACT_HASH]) {
    struct ledger_act blank;
    crypto_generichash_state state;
    ASSERT(size >= sizeof blank);
    memcpy(&blank, act, sizeof blank);
    memset(blank.hash, 0, sizeof blank.hash);
    (void)crypto_generichash_init(&state, NULL, 0, LEDGER_ACT_HASH);
    (void)crypto_generichash_update(&state, previous, LEDGER_ACT_HASH);
    (void)crypto_generichash_update(&state, (const uint8_t *)&blank, sizeof blank);
    (void)crypto_generichash_update(&state, (const uint8_t *)act + sizeof blank,
                                    size - sizeof blank);
    (void)crypto_generichash_final(&state, hash, LEDGER_ACT_HASH);
}

/* ---- What is, before and after -------------------------------------------------------------- */

static const struct ledger_payment *payment_of(struct ledger *ledger, const struct command *command,
                                               uint64_t hash) {
    return command->id != 0 ? state_payment(ledger, command->id)
                            : state_reference(ledger, hash, command->requester,
                                              command_reference(command), command->reference_size);
}

/* Copies what the command is about; returns its size, 0: there is none. */
static size_t look(struct ledger *ledger, const struct command *command, uint64_t hash,
                   uint64_t payment, uint8_t *out) {
    size_t size = 0;
    const void *found = NULL;
    struct ledger_act_payment brief = {0};
    if (command->kind == LEDGER_REGISTRY_PUT) {
        found = state_record(ledger, RECORD_REGISTRY, command_reference(command),
                             command->reference_size, &size);
    } else if (command->kind == LEDGER_ACCOUNT_OPEN || command->kind == LEDGER_ACCOUNT_CHANGE) {
        struct account_slot *slot = accounts_find(&ledger->accounts, command->id);
        found = slot == NULL ? NULL : accounts_read(slot);
        size = sizeof(struct ledger_account);
    } else {
        const struct ledger_payment *seen =
            payment != 0 ? state_payment(ledger, payment) : payment_of(ledger, command, hash);
        if (seen != NULL) {
            brief = (struct ledger_act_payment){.state = seen->state, .flags = seen->flags};
            found = &brief;
        }
        size = sizeof brief;
    }
    if (found == NULL || size == 0) {
        return 0;
    }
    ASSERT(size <= LEDGER_VALUE_MAX);
    memcpy(out, found, size);
    return size;
}

/* ---- Writing ------------------------------------------------------------------------------- */

static uint8_t *append(uint8_t *at, const void *bytes, size_t size) {
    if (size > 0) {
        memcpy(at, bytes, size);
    }
    return at + size;
}

static void save(struct ledger *ledger, struct act_draft *draft, size_t size) {
    struct act_head head;
    load_head(ledger, &head);
    draft->head.number = ++head.count;
    hash_act(head.hash, draft, size, draft->head.hash);
    memcpy(head.hash, draft->head.hash, sizeof head.hash);
    uint64_t key = key_of(draft->head.number), last = key_of(0);
    state_put_record(ledger, RECORD_ACT, &key, sizeof key, draft, size);
    state_put_record(ledger, RECORD_ACT, &last, sizeof last, &head, sizeof head);
}

void act_apply(struct ledger *ledger, const struct command *command, uint64_t hash,
               struct ledger_result *result, apply_function apply) {
    struct act_draft *draft = ledger->act;
    const struct command_actor *actor = command_actor(command);
    bool registry = command->kind == LEDGER_REGISTRY_PUT;
    size_t key_size = registry ? command->reference_size : 0;
    size_t texts = (size_t)actor->name_size + actor->from_size + actor->reason_size;
    uint8_t *at = append(draft->bytes, actor + 1, texts);
    at = append(at, command_reference(command), key_size);
    bool opens = command->kind == LEDGER_OPEN;
    size_t before = opens ? 0 : look(ledger, command, hash, 0, at);
    apply(ledger, command, hash, result);
    if (result->status != LEDGER_DONE) {
        return;
    }
    size_t after = look(ledger, command, hash, result->payment, at + before);
    draft->head = (struct ledger_act){
        .time_ns = ledger->batch.time_ns,
        .sequence = ledger->batch.sequence,
        .id = registry               ? 0
              : result->payment != 0 ? result->payment
                                     : command->id,
        .kind = command->kind,
        .name_size = actor->name_size,
        .from_size = actor->from_size,
        .reason_size = actor->reason_size,
        .key_size = (uint16_t)key_size,
        .before_size = (uint16_t)before,
        .after_size = (uint16_t)after,
    };
    save(ledger, draft, (size_t)(at - (uint8_t *)draft) + before + after);
}

/* ---- Reading ------------------------------------------------------------------------------- */

size_t ledger_act_size(const struct ledger_act *act) {
    return sizeof *act + act->name_size + act->from_size + act->reason_size + act->key_size +
           act->before_size + act->after_size;
}

static bool find(struct store_reader *reader, uint64_t number, const void **value, size_t *size) {
    uint8_t name[STORE_KEY_MAX];
    uint64_t key = key_of(number);
    return store_record(reader, name, state_name(name, RECORD_ACT, &key, sizeof key), value, size);
}

static uint64_t count_of(struct store_reader *reader, struct act_head *head) {
    const void *value = NULL;
    size_t size = 0;
    *head = (struct act_head){0};
    if (find(reader, 0, &value, &size) && size == sizeof *head) {
        memcpy(head, value, size);
    }
    return head->count;
}

bool act_read(struct store_reader *reader, uint64_t number, struct ledger_act_whole *act) {
    const void *value = NULL;
    size_t size = 0;
    if (number == 0 || !find(reader, number, &value, &size) || size < sizeof act->head ||
        size > sizeof *act) {
        return false;
    }
    memcpy(act, value, size); /* there it need not be aligned */
    return act->head.number == number && ledger_act_size(&act->head) == size;
}

uint64_t act_count(struct store_reader *reader) {
    struct act_head head;
    return count_of(reader, &head);
}

/* The first act whose hash is not that of what is stored: it, or the one before, was changed. */
void act_check(struct store_reader *reader, uint64_t *count,
               void (*fault)(void *context, uint64_t act, const char *why), void *context) {
    struct act_head head;
    uint8_t hash[LEDGER_ACT_HASH] = {0};
    *count = count_of(reader, &head);
    for (uint64_t number = 1; number <= *count; number++) {
        struct ledger_act_whole act;
        uint8_t wanted[LEDGER_ACT_HASH];
        if (!act_read(reader, number, &act)) {
            fault(context, number, "is missing or malformed");
            return;
        }
        hash_act(hash, &act, ledger_act_size(&act.head), wanted);
        if (memcmp(wanted, act.head.hash, sizeof wanted) != 0) {
            fault(context, number, "was changed: it does not hash");
            return;
        }
        memcpy(hash, wanted, sizeof hash);
    }
    if (*count > 0 && memcmp(hash, head.hash, sizeof hash) != 0) {
        fault(context, *count, "is not the one that the chain ends with");
    }
    const void *value = NULL;
    size_t size = 0;
    if (find(reader, *count + 1, &value, &size)) {
        fault(context, *count + 1, "is past the chain's end");
    }
}
