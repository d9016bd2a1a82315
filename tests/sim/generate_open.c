#include "tests/sim/sim.h"

#include <stdio.h>
#include <string.h>

uint64_t generate_account(struct sim *sim) {
    struct random *random = &sim->random;
    if (random_chance(random, 2)) /* one that was never opened */
        return sim->profile.accounts + 1 + random_below(random, 5);
    if (random_chance(random, 15))
        return 1;
    if (random_chance(random, 50)) /* a few hot ones */
        return 3 + random_below(random, 4);
    return 1 + random_below(random, sim->profile.accounts);
}

static uint64_t amount(struct sim *sim) {
    struct random *random = &sim->random;
    uint64_t scale = random_below(random, 100);
    if (scale < 60)
        return 1 + random_below(random, 100);
    if (scale < 98)
        return 1 + random_below(random, 100000);
    return ((uint64_t)1 << (20 + random_below(random, 20))) + random_below(random, 1000);
}

/* A few of the amounts are near the largest: alone, and passing through. */
static void huge_legs(struct sim *sim, struct sim_command *command) {
    struct random *random = &sim->random;
    command->leg_count = 1 + (uint32_t)random_below(random, 2);
    command->legs[0].amount = LEDGER_AMOUNT_MAX >> random_below(random, 4);
    command->legs[1] = command->legs[0];
    command->legs[0].debit = 1;
    command->legs[0].credit = command->legs[1].debit = 3 + random_below(random, 3);
    command->legs[1].credit = random_chance(random, 50) ? 1 : 7 + random_below(random, 100);
}

static void generate_legs(struct sim *sim, struct sim_command *command) {
    struct random *random = &sim->random;
    uint64_t shape = random_below(random, 100);
    command->leg_count = shape < 60   ? 1
                         : shape < 85 ? 2
                                      : 3 + (uint32_t)random_below(random, LEDGER_LEGS_MAX - 2);
    bool chain = random_chance(random, 60); /* money passes through the accounts between */
    uint64_t passed = amount(sim);
    for (uint32_t i = 0; i < command->leg_count; i++) {
        struct ledger_leg_request *leg = &command->legs[i];
        leg->debit = i > 0 && chain              ? command->legs[i - 1].credit
                     : random_chance(random, 30) ? 1
                                                 : generate_account(sim);
        do {
            leg->credit = generate_account(sim);
        } while (leg->credit == leg->debit);
        leg->amount = chain && random_chance(random, 70) ? passed : amount(sim);
    }
    if (sim->seed % 4 == 2 && random_chance(random, 2))
        huge_legs(sim, command);
}

static void new_reference(struct sim *sim, struct sim_command *command) {
    struct random *random = &sim->random;
    /* Small numbers collide and are prefixes of each other; long ones are random bytes. */
    if (random_chance(random, 30)) {
        uint64_t number = random_below(random, sim->model.payment_count * 2 + 10);
        char text[24];
        command->reference_size =
            (uint32_t)snprintf(text, sizeof text, "%llu", (unsigned long long)number);
        memcpy(command->reference, text, command->reference_size);
    } else {
        command->reference_size =
            random_chance(random, 60) ? 16 : 1 + (uint32_t)random_below(random, 64);
        for (uint32_t i = 0; i < command->reference_size; i++)
            command->reference[i] = (uint8_t)random_next(random);
        if (command->reference_size < 4) /* leave the short ones free for long */
            command->reference_size += 8;
    }
}

/* Of flags that exclude one another, one stays. */
static void well_shaped(struct sim_command *command) {
    if (command->deliver_to == 0)
        command->callback = false;
    if (command->callback || command->declined) {
        command->post = command->wait_for_funds = false;
        command->repeat_after_ms = 0;
    }
    if (command->declined) {
        command->token_account = 0;
        command->deliver_to = command->callback ? command->deliver_to : 0;
    }
}

/* What a payment that was made before was asked for, but for what a repeat may say otherwise. */
static void whole(const struct model_payment *old, struct sim_command *command) {
    command->requester = old->head.requester;
    command->reference_size = old->head.reference_size;
    memcpy(command->reference, old->reference, sizeof old->reference);
    command->leg_count = old->head.leg_count;
    for (uint32_t i = 0; i < command->leg_count; i++)
        command->legs[i] = (struct ledger_leg_request){.debit = old->legs[i].debit,
                                                       .credit = old->legs[i].credit,
                                                       .amount = old->legs[i].amount};
    command->post = (old->head.flags & LEDGER_PAYMENT_POST) != 0;
    command->wait_for_funds = (old->head.flags & LEDGER_PAYMENT_WAIT) != 0;
    command->callback = (old->head.flags & LEDGER_PAYMENT_CALLBACK) != 0;
    command->declined = old->born_declined;
    command->operation = old->head.operation;
    command->reversal_of = old->head.reversal_of;
    command->attributes_seed = old->attributes_seed;
    command->attributes_size = old->head.attributes_size;
}

/* A payment that was made before, whole or with one field changed. */
static void again(struct sim *sim, struct sim_command *command) {
    struct random *random = &sim->random;
    const struct model_payment *old =
        model_payment(&sim->model, 1 + random_below(random, sim->model.payment_count));
    whole(old, command);
    command->value_date = random_chance(random, 50) ? old->head.value_date : 0;
    if (((old->head.flags & LEDGER_PAYMENT_REPEATS) != 0) != random_chance(random, 5)) {
        command->repeat_after_ms = 1 + (uint32_t)random_below(random, 3000);
        command->expires_in_s = (uint32_t)random_below(random, 20000);
    }
    if (((old->head.flags & LEDGER_PAYMENT_DELIVER) != 0) != random_chance(random, 3) &&
        !command->post)
        command->deliver_to =
            old->deliver_to > 0 && random_chance(random, 90) ? old->deliver_to : 6;
    if (command->attributes_size > 0 && random_chance(random, 50))
        command->match_size = 1 + (uint32_t)random_below(random, command->attributes_size);
    switch (random_below(random, 18)) {
    case 0:
        command->legs[random_below(random, command->leg_count)].amount += 1;
        break;
    case 1:
        command->legs[0].credit = command->legs[0].debit + 1;
        break;
    case 2:
        command->operation ^= 1;
        break;
    case 3:
        command->post = !command->post;
        command->deliver_to = 0;
        break;
    case 4:
        command->wait_for_funds = !command->wait_for_funds;
        break;
    case 5:
        command->reversal_of += 1;
        break;
    case 6:
        command->value_date = 20200229;
        break;
    case 7:
        command->attributes_seed += 1, command->attributes_size = 8, command->match_size = 0;
        break;
    case 8:
        command->match_size = 0;
        command->leg_count = 1;
        break;
    case 9:
        command->requester = command->requester % 3 + 1; /* another's reference is free */
        break;
    default:
        break;
    }
    for (uint32_t i = 0; i < command->leg_count; i++)
        if (command->legs[i].amount > LEDGER_AMOUNT_MAX)
            command->legs[i].amount -= 1;
    well_shaped(command);
}

void generate_open(struct sim *sim, struct sim_command *command) {
    struct random *random = &sim->random;
    static const uint32_t dates[] = {20240229, 20251231, 20260101, 20260310};
    command->kind = LEDGER_OPEN;
    if (sim->model.payment_count > 0 && random_chance(random, 10)) {
        again(sim, command);
        return;
    }
    command->requester = 1 + random_below(random, 3);
    new_reference(sim, command);
    generate_legs(sim, command);
    command->post = random_chance(random, 50);
    command->wait_for_funds = random_chance(random, 20);
    command->operation = (uint16_t)random_below(random, 4);
    if (random_chance(random, 10))
        command->value_date = dates[random_below(random, 4)];
    if (random_chance(random, 40))
        command->expires_in_s = 1 + (uint32_t)random_below(random, 20000);
    if (random_chance(random, 5))
        command->reversal_of = 1 + random_below(random, sim->model.payment_count + 2);
    if (random_chance(random, 30)) {
        command->attributes_seed = random_next(random);
        command->attributes_size = (uint32_t)random_below(random, sim->profile.attributes_max + 1);
    }
    if (random_chance(random, 30)) {
        command->repeat_after_ms = 1 + (uint32_t)random_below(random, 3000);
        if (command->attributes_size > 0)
            command->match_size = 1 + (uint32_t)random_below(random, command->attributes_size);
    }
    if (!command->post && random_chance(random, 25))
        command->deliver_to = 1 + (uint32_t)random_below(random, 5);
    command->callback = command->deliver_to > 0 && random_chance(random, 60);
    command->declined = random_chance(random, 4);
    if (random_chance(random, 8)) {
        command->token_account = 3 + random_below(random, 4);
        const struct model_account *account = model_account(&sim->model, command->token_account);
        command->token_seed = account != NULL && random_chance(random, 60) ? account->token_seed
                                                                           : random_next(random);
    }
    well_shaped(command);
}
