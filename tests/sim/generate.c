#include "tests/lib/options.h"
#include "tests/sim/sim.h"

#include <string.h>

void generate_profile(struct sim *sim) {
    struct random *random = &sim->random;
    sim->profile = (struct sim_profile){.accounts = 6 + random_below(random, 40),
                                        .batch_max = 8,
                                        .attributes_max = 40,
                                        .compare_every = 8,
                                        .flush_percent = sim->seed % 16 == 8 ? 60 : 4,
                                        .replay = sim->seed % 4 == 1};
    if (random_chance(random, 40))
        sim->profile.batch_max = 200;
    if (sim->seed % 16 == 0)
        sim->profile =
            (struct sim_profile){.accounts = 6000,
                                 .batch_max = SIM_BATCH_MAX,
                                 .attributes_max = sim->seed % 32 == 0 ? LEDGER_ATTRIBUTES_MAX : 40,
                                 .compare_every = 16,
                                 .replay = sim->seed % 32 == 0,
                                 .big = true};
}

uint64_t generate_time(struct sim *sim) {
    struct random *random = &sim->random;
    uint64_t now_ns = sim->model.time_ns, jump = random_below(random, 100);
    if (now_ns == 0) /* 2026-03-10 12:00 UTC+5 */
        return (uint64_t)1773126000 * SECOND_NS;
    if (jump < 50)
        return now_ns + random_below(random, 1000000);
    if (jump < 80)
        return now_ns + random_below(random, 60 * (uint64_t)SECOND_NS);
    if (jump < 90)
        return now_ns + random_below(random, 3600 * (uint64_t)SECOND_NS);
    if (jump < 94)
        return now_ns + random_below(random, 86400 * (uint64_t)SECOND_NS);
    if (jump < 95)
        return now_ns + random_below(random, 20 * 86400 * (uint64_t)SECOND_NS);
    return now_ns - random_below(random, 100 * (uint64_t)SECOND_NS); /* the clock was set back */
}

/* ---- Accounts, tokens, registry ---- */

/* The request that would open account `id` as the simulation does it at first. */
static struct ledger_account_request opening(uint64_t id) {
    static const uint64_t ceilings[] = {LEDGER_NO_CEILING, 1000000, 5000, LEDGER_NO_CEILING};
    static const uint64_t limits[] = {LEDGER_NO_CEILING, LEDGER_NO_CEILING, 200000, 20000};
    bool issuer = id <= 2;
    return (struct ledger_account_request){
        .id = id,
        .owner = id * 3,
        .floor = !issuer && id % 7 == 0 ? 500 : 0,
        .ceiling = issuer ? LEDGER_NO_CEILING : ceilings[id % 4],
        .day_limit = issuer ? LEDGER_NO_CEILING : limits[id / 2 % 4],
        .month_limit = issuer ? LEDGER_NO_CEILING : limits[id / 3 % 4] * (id % 2 + 1),
        .kind = (uint16_t)(issuer ? LEDGER_ISSUER : 1 + id % 7),
        .currency = (uint16_t)(id == 2 || id % 23 == 0 ? 840 : LEDGER_CURRENCY_KZT),
        .flags = issuer ? LEDGER_ACCOUNT_OVERDRAFT : 0};
}

static void account_open(struct sim *sim, struct sim_command *command) {
    struct random *random = &sim->random;
    command->kind = LEDGER_ACCOUNT_OPEN;
    command->account = opening(1 + random_below(random, sim->profile.accounts));
    if (random_chance(random, 10))
        command->account.owner += 1;
    if (random_chance(random, 2))
        command->account.flags = LEDGER_ACCOUNT_FROZEN;
}

static void account_change(struct sim *sim, struct sim_command *command) {
    struct random *random = &sim->random;
    command->kind = LEDGER_ACCOUNT_CHANGE;
    command->fields = 1 + (uint32_t)random_below(random, 63);
    command->account = opening(generate_account(sim));
    struct ledger_account_request *request = &command->account;
    request->owner = random_below(random, 9);
    request->floor = random_below(random, 2) * random_below(random, 2000);
    if (random_chance(random, 30))
        request->ceiling = random_below(random, 100000);
    if (random_chance(random, 30))
        request->day_limit = random_below(random, 100000);
    if (random_chance(random, 30))
        request->month_limit = random_below(random, 1000000);
    request->flags &= LEDGER_ACCOUNT_OVERDRAFT;
    if (random_chance(random, 10))
        request->flags |= LEDGER_ACCOUNT_FROZEN;
    if (random_chance(random, 8))
        request->flags |= LEDGER_ACCOUNT_CLOSED;
}

static void token_issue(struct sim *sim, struct sim_command *command) {
    struct random *random = &sim->random;
    command->kind = LEDGER_TOKEN_ISSUE;
    command->token_account =
        random_chance(random, 90) ? 3 + random_below(random, 4) : generate_account(sim);
    command->token_seed = random_next(random);
    command->expires_in_s = 1 + (uint32_t)random_below(random, 4000);
}

static void registry(struct sim *sim, struct sim_command *command) {
    struct random *random = &sim->random;
    command->kind = random_chance(random, 60) ? LEDGER_REGISTRY_PUT : LEDGER_REGISTRY_LOOKUP;
    command->key = (uint32_t)random_below(random, MODEL_KEYS_MAX);
    command->value_seed = random_next(random);
    command->value_size = (uint32_t)random_below(random, random_chance(random, 5) ? 4097 : 100);
}

/* ---- Payments that are there ---- */

static const struct model_payment *some_payment(struct sim *sim) {
    struct random *random = &sim->random;
    uint64_t count = sim->model.payment_count;
    const struct model_payment *payment = NULL;
    for (unsigned tries = 0; tries < 6 && count > 0; tries++) {
        uint64_t recent = count < 60 ? count : 60;
        payment = model_payment(&sim->model, random_chance(random, 70)
                                                 ? count - random_below(random, recent)
                                                 : 1 + random_below(random, count));
        if (payment->head.state <= LEDGER_HELD)
            break;
    }
    return payment;
}

static void target(struct sim *sim, struct sim_command *command) {
    static const enum ledger_kind kinds[] = {LEDGER_COMPLETE, LEDGER_COMPLETE, LEDGER_COMPLETE,
                                             LEDGER_DECLINE,  LEDGER_DECLINE,  LEDGER_RETRY,
                                             LEDGER_RETRY,    LEDGER_DISPATCH, LEDGER_LOOKUP,
                                             LEDGER_LOOKUP,   LEDGER_NOTIFY};
    struct random *random = &sim->random;
    command->kind = kinds[random_below(random, sizeof kinds / sizeof kinds[0])];
    const struct model_payment *payment = some_payment(sim);
    command->requester = payment != NULL ? payment->head.requester : 1;
    bool dispatched = payment != NULL && (payment->head.flags & LEDGER_PAYMENT_DISPATCHED) != 0;
    if (command->kind == LEDGER_COMPLETE || command->kind == LEDGER_DECLINE)
        command->by_provider = random_chance(random, dispatched ? 60 : 10);
    if (payment == NULL || random_chance(random, 3)) {
        command->payment = sim->model.payment_count + 1 + random_below(random, 100);
        return;
    }
    if (random_chance(random, 50)) {
        command->payment = payment->head.id;
        if (random_chance(random, 20))
            command->requester = random_below(random, 4); /* 0: an operator */
        if (command->requester == 0 || random_chance(random, 70))
            return;
    }
    command->reference_size = payment->head.reference_size;
    memcpy(command->reference, payment->reference, command->reference_size);
    if (random_chance(random, 5))
        command->requester = command->requester % 3 + 1;
    if (command->payment != 0 && random_chance(random, 20)) /* of another payment */
        command->reference[0] ^= 1;
}

/* Sends a payment of this very batch once more, or ends it. */
static bool same_batch(struct sim *sim, struct sim_command *commands, uint32_t count) {
    static const enum ledger_kind kinds[] = {LEDGER_COMPLETE, LEDGER_DECLINE, LEDGER_RETRY,
                                             LEDGER_DISPATCH, LEDGER_LOOKUP,  LEDGER_OPEN};
    struct random *random = &sim->random;
    if (count == 0 || !random_chance(random, 12))
        return false;
    const struct sim_command *earlier = &commands[random_below(random, count)];
    struct sim_command *command = &commands[count];
    if (earlier->kind != LEDGER_OPEN)
        return false;
    *command = *earlier;
    command->kind = kinds[random_below(random, sizeof kinds / sizeof kinds[0])];
    if (command->kind == LEDGER_OPEN && random_chance(random, 30))
        command->legs[0].amount = 1 + random_below(random, 9);
    return true;
}

uint32_t generate_accounts(struct sim *sim, struct sim_command *commands) {
    uint64_t first = sim->opened_accounts + 1;
    uint32_t count = 0;
    for (uint64_t id = first; id <= sim->profile.accounts && count < SIM_BATCH_MAX; id++) {
        sim->opened_accounts = id;
        if (id > 10 && id % 10 == 0) /* some are left for later */
            continue;
        commands[count++] =
            (struct sim_command){.kind = LEDGER_ACCOUNT_OPEN, .account = opening(id)};
    }
    return count;
}

static void generate_check(struct sim *sim, struct sim_command *command) {
    generate_open(sim, command);
    command->kind = LEDGER_CHECK;
}

static void generate_delivery(struct sim *sim, struct sim_command *command) {
    struct random *random = &sim->random;
    uint64_t count = sim->model.payment_count;
    command->kind = random_chance(random, 70) ? LEDGER_ATTEMPT : LEDGER_DELIVERY_LOOKUP;
    command->payment =
        1 + (count > 60 && random_chance(random, 80) ? count - 1 - random_below(random, 60)
                                                     : random_below(random, count + 1));
    command->value_seed = random_next(random);
    command->reference_size = (uint32_t)random_below(random, LEDGER_PROVIDER_ID_MAX + 1);
    command->outcome = (uint32_t)random_below(random, 3);
}

/* Some of what may be an act is one. */
static void order(struct sim *sim, struct sim_command *command) {
    struct random *random = &sim->random;
    bool may = command->kind == LEDGER_OPEN || command->kind == LEDGER_COMPLETE ||
               command->kind == LEDGER_DECLINE || command->kind == LEDGER_RETRY ||
               command->kind == LEDGER_NOTIFY || command->kind == LEDGER_ACCOUNT_OPEN ||
               command->kind == LEDGER_ACCOUNT_CHANGE || command->kind == LEDGER_REGISTRY_PUT;
    command->actor = may && random_chance(random, 10) ? 1 + (uint32_t)random_below(random, 99) : 0;
}

static void generate_any(struct sim *sim, struct sim_command *commands, uint32_t count) {
    struct random *random = &sim->random;
    struct sim_command *command = &commands[count];
    memset(command, 0, sizeof *command);
    uint64_t kind = random_below(random, 100);
    if (same_batch(sim, commands, count))
        return;
    if (kind < 58)
        generate_open(sim, command);
    else if (kind < 60)
        generate_check(sim, command);
    else if (kind < 66)
        generate_delivery(sim, command);
    else if (kind < 82)
        target(sim, command);
    else if (kind < 84)
        *command = (struct sim_command){.kind = LEDGER_EXPIRE,
                                        .count = 1 + (uint32_t)random_below(random, 20)};
    else if (kind < 86)
        account_open(sim, command);
    else if (kind < 90)
        account_change(sim, command);
    else if (kind < 93)
        *command = (struct sim_command){.kind = LEDGER_ACCOUNT_LOOKUP,
                                        .account.id = generate_account(sim)};
    else if (kind < 95)
        token_issue(sim, command);
    else if (kind < 99)
        registry(sim, command);
    else
        *command = (struct sim_command){.kind = LEDGER_REFUSED,
                                        .refused = random_chance(random, 50) ? LEDGER_BAD_AMOUNT
                                                                             : LEDGER_FORBIDDEN};
}

void generate_command(struct sim *sim, struct sim_command *commands, uint32_t count) {
    generate_any(sim, commands, count);
    order(sim, &commands[count]);
}
