/* token.c - one-time tokens: one live for each account, kept hashed, spent in the same apply as the
 * payment that carries it. */
#include <sodium.h>
#include <string.h>

#include "ledger/assert.h"
#include "ledger/core.h"

/* As stored, a record of namespace RECORD_TOKEN; its key is the account's id. */
struct token_record {
    uint8_t hash[LEDGER_TOKEN_HASH];
    uint64_t deadline_ns;
    uint8_t tries; /* wrong ones */
    uint8_t burnt; /* spent, or tried too often */
    uint8_t reserved[6];
};
_Static_assert(sizeof(struct token_record) == 48, "stored as is");

static bool load(struct ledger *ledger, uint64_t account, struct token_record *record) {
    size_t size = 0;
    const void *value = state_record(ledger, RECORD_TOKEN, &account, sizeof account, &size);
    if (value == NULL) {
        return false;
    }
    ASSERT(size == sizeof *record);
    memcpy(record, value, sizeof *record);
    return true;
}

static void save(struct ledger *ledger, uint64_t account, const struct token_record *record) {
    state_put_record(ledger, RECORD_TOKEN, &account, sizeof account, record, sizeof *record);
}

void token_issue(struct ledger *ledger, const struct command *command, uint64_t hash,
                 struct ledger_result *result) {
    (void)hash;
    if (accounts_find(&ledger->accounts, command->id) == NULL) {
        result->status = LEDGER_ACCOUNT_NOT_FOUND;
        return;
    }
    struct token_record record = {.deadline_ns = ledger->batch.time_ns +
                                                 (uint64_t)command->expires_in_s * 1000000000u};
    memcpy(record.hash, command_token_hash(command), sizeof record.hash);
    save(ledger, command->id, &record);
    result->status = LEDGER_DONE;
}

enum ledger_status token_check(struct ledger *ledger, const struct command_token *token) {
    struct token_record record;
    if (!load(ledger, token->account, &record)) {
        return LEDGER_TOKEN_WRONG;
    }
    if (record.burnt) {
        return LEDGER_TOKEN_BURNT;
    }
    if (ledger->batch.time_ns >= record.deadline_ns) {
        return LEDGER_TOKEN_EXPIRED;
    }
    if (sodium_memcmp(record.hash, token->hash, sizeof record.hash) != 0) {
        record.tries++;
        record.burnt = record.tries >= LEDGER_TOKEN_TRIES;
        save(ledger, token->account, &record);
        return LEDGER_TOKEN_WRONG;
    }
    return LEDGER_DONE;
}

void token_spend(struct ledger *ledger, const struct command_token *token) {
    struct token_record record;
    bool there = load(ledger, token->account, &record);
    ASSERT(there);
    record.burnt = 1;
    save(ledger, token->account, &record);
}
