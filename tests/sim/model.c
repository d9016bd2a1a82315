#include "tests/lib/random.h"
#include "tests/lib/require.h"
#include "tests/sim/model_internal.h"

#include <string.h>
#include <time.h>

uint32_t model_day(uint64_t time_ns) {
    time_t seconds = (time_t)(time_ns / 1000000000u) + LEDGER_DAY_OFFSET_S;
    struct tm parts;
    REQUIRE(gmtime_r(&seconds, &parts) != NULL);
    return (uint32_t)((parts.tm_year + 1900) * 10000 + (parts.tm_mon + 1) * 100 + parts.tm_mday);
}

void blob_fill(uint8_t *bytes, size_t size, uint64_t seed) {
    struct random random = {seed};
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)random_next(&random);
}

void model_begin(struct model *model, uint64_t now_ns) {
    model->time_ns = now_ns > model->time_ns ? now_ns : model->time_ns + 1;
    model->sequence++;
}

struct model_payment *model_payment(struct model *model, uint64_t id) {
    return id >= 1 && id <= model->payment_count ? &model->payments[id - 1] : NULL;
}

struct model_account *model_account(struct model *model, uint64_t id) {
    if (id >= MODEL_ACCOUNTS_MAX || model->accounts[id].record.id == 0)
        return NULL;
    return &model->accounts[id];
}

/* ---- Accounts ---- */

static void account_open(struct model *model, const struct ledger_account_request *request,
                         struct model_result *result) {
    REQUIRE(request->id < MODEL_ACCOUNTS_MAX);
    struct ledger_account *record = &model->accounts[request->id].record;
    if (record->id != 0) {
        bool same = record->owner == request->owner && record->floor == request->floor &&
                    record->ceiling == request->ceiling &&
                    record->day_limit == request->day_limit &&
                    record->month_limit == request->month_limit && record->kind == request->kind &&
                    record->currency == request->currency && record->flags == request->flags;
        result->status = same ? LEDGER_REPLAYED : LEDGER_ACCOUNT_EXISTS;
        result->replayed = same;
        return;
    }
    *record = (struct ledger_account){.id = request->id,
                                      .owner = request->owner,
                                      .floor = request->floor,
                                      .ceiling = request->ceiling,
                                      .day_limit = request->day_limit,
                                      .month_limit = request->month_limit,
                                      .opened_ns = model->time_ns,
                                      .kind = request->kind,
                                      .currency = request->currency,
                                      .flags = request->flags};
    model->account_count++;
}

static void account_change(struct model *model, const struct sim_command *command,
                           struct model_result *result) {
    const struct ledger_account_request *request = &command->account;
    struct model_account *account = model_account(model, request->id);
    if (account == NULL) {
        result->status = LEDGER_ACCOUNT_NOT_FOUND;
        return;
    }
    struct ledger_account *record = &account->record;
    bool empty = record->credits_posted == record->debits_posted && record->debits_pending == 0 &&
                 record->credits_pending == 0 && record->passing_pending == 0;
    bool closes = (command->fields & LEDGER_FIELD_FLAGS) != 0 &&
                  (request->flags & LEDGER_ACCOUNT_CLOSED) != 0;
    if (closes && !empty) {
        result->status = LEDGER_ACCOUNT_NOT_EMPTY;
        return;
    }
    if (command->fields & LEDGER_FIELD_FLAGS)
        record->flags = request->flags;
    if (command->fields & LEDGER_FIELD_FLOOR)
        record->floor = request->floor;
    if (command->fields & LEDGER_FIELD_CEILING)
        record->ceiling = request->ceiling;
    if (command->fields & LEDGER_FIELD_DAY_LIMIT)
        record->day_limit = request->day_limit;
    if (command->fields & LEDGER_FIELD_MONTH_LIMIT)
        record->month_limit = request->month_limit;
    if (command->fields & LEDGER_FIELD_OWNER)
        record->owner = request->owner;
}

/* ---- Tokens ---- */

static void token_issue(struct model *model, const struct sim_command *command,
                        struct model_result *result) {
    struct model_account *account = model_account(model, command->token_account);
    if (account == NULL) {
        result->status = LEDGER_ACCOUNT_NOT_FOUND;
        return;
    }
    account->token_issued = true;
    account->token_burnt = false;
    account->token_tries = 0;
    account->token_seed = command->token_seed;
    account->token_deadline_ns = model->time_ns + (uint64_t)command->expires_in_s * 1000000000u;
}

enum ledger_status model_token_check(struct model *model, const struct sim_command *command) {
    if (command->token_account == 0)
        return LEDGER_DONE;
    struct model_account *account = model_account(model, command->token_account);
    if (account == NULL || !account->token_issued)
        return LEDGER_TOKEN_WRONG;
    if (account->token_burnt)
        return LEDGER_TOKEN_BURNT;
    if (model->time_ns >= account->token_deadline_ns)
        return LEDGER_TOKEN_EXPIRED;
    if (account->token_seed != command->token_seed) {
        account->token_burnt = ++account->token_tries == LEDGER_TOKEN_TRIES;
        return LEDGER_TOKEN_WRONG;
    }
    return LEDGER_DONE;
}

/* ---- Everything ---- */

static void registry_put(struct model *model, const struct sim_command *command,
                         struct model_result *result) {
    struct model_record *record = &model->registry[command->key];
    if (record->exists && record->size == command->value_size) {
        static uint8_t there[LEDGER_VALUE_MAX], asked[LEDGER_VALUE_MAX];
        blob_fill(there, record->size, record->seed);
        blob_fill(asked, record->size, command->value_seed);
        if (memcmp(there, asked, record->size) == 0) {
            result->status = LEDGER_REPLAYED;
            result->replayed = true;
            return;
        }
    }
    *record = (struct model_record){
        .exists = true, .seed = command->value_seed, .size = command->value_size};
}

/* What is before or after a command. */
static void look(struct model *model, const struct sim_command *command, uint64_t payment,
                 uint64_t *seed, uint32_t *size, uint8_t *state) {
    if (command->kind == LEDGER_REGISTRY_PUT) {
        const struct model_record *record = &model->registry[command->key];
        *seed = record->exists ? record->seed : 0;
        *size = record->exists ? record->size : 0;
        return;
    }
    const struct model_payment *seen =
        payment != 0
            ? model_payment(model, payment)
            : model_find(model, command->requester, command->reference, command->reference_size);
    *state = seen != NULL ? seen->head.state : 0;
}

static void apply(struct model *model, const struct sim_command *command,
                  struct model_result *result);

void model_apply(struct model *model, const struct sim_command *command,
                 struct model_result *result) {
    struct model_act act = {.actor = command->actor, .kind = command->kind};
    bool payment = command->kind != LEDGER_REGISTRY_PUT && command->kind != LEDGER_ACCOUNT_OPEN &&
                   command->kind != LEDGER_ACCOUNT_CHANGE;
    bool registry = command->kind == LEDGER_REGISTRY_PUT;
    if (command->actor != 0 && (registry || (payment && command->kind != LEDGER_OPEN)))
        look(model, command, command->payment, &act.before_seed, &act.before_size,
             &act.before_state);
    apply(model, command, result);
    if (command->actor == 0 || result->status != LEDGER_DONE)
        return;
    if (registry || payment)
        look(model, command, result->payment, &act.after_seed, &act.after_size, &act.after_state);
    REQUIRE(model->act_count < MODEL_ACTS_MAX);
    act.time_ns = model->time_ns;
    act.key = registry ? command->key : 0;
    act.id = registry ? 0 : payment ? result->payment : command->account.id;
    model->acts[model->act_count++] = act;
}

static void apply(struct model *model, const struct sim_command *command,
                  struct model_result *result) {
    *result = (struct model_result){.status = LEDGER_DONE};
    switch (command->kind) {
    case LEDGER_OPEN:
        model_payment_open(model, command, result);
        break;
    case LEDGER_COMPLETE:
    case LEDGER_DECLINE:
    case LEDGER_RETRY:
    case LEDGER_DISPATCH:
    case LEDGER_LOOKUP:
    case LEDGER_NOTIFY:
        model_payment_target(model, command, result);
        break;
    case LEDGER_EXPIRE:
        model_payment_expire(model, command->count, result);
        break;
    case LEDGER_ACCOUNT_OPEN:
        account_open(model, &command->account, result);
        break;
    case LEDGER_ACCOUNT_CHANGE:
        account_change(model, command, result);
        break;
    case LEDGER_ACCOUNT_LOOKUP:
        if (model_account(model, command->account.id) == NULL)
            result->status = LEDGER_ACCOUNT_NOT_FOUND;
        break;
    case LEDGER_TOKEN_ISSUE:
        token_issue(model, command, result);
        break;
    case LEDGER_REGISTRY_PUT:
        registry_put(model, command, result);
        break;
    case LEDGER_REGISTRY_LOOKUP:
        if (!model->registry[command->key].exists)
            result->status = LEDGER_RECORD_NOT_FOUND;
        break;
    case LEDGER_ATTEMPT:
    case LEDGER_DELIVERY_LOOKUP:
        model_delivery(model, command, result);
        break;
    case LEDGER_CHECK:
        model_check(model, command, result);
        break;
    case LEDGER_REFUSED:
        result->status = command->refused;
        break;
    }
}
