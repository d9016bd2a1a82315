/* Commands as bytes: what writing one down refuses, and what reading one accepts. */
#include "tests/lib/random.h"
#include "tests/lib/rig.h"
#include "tests/unit/ledger/check.h"

#include <string.h>

static _Alignas(8) uint8_t memory[16 * LEDGER_COMMAND_MAX];
static struct ledger_writer writer;
static const struct ledger_leg_request leg = {.debit = 10, .credit = 20, .amount = 5};

static void start(void) {
    writer = (struct ledger_writer){.base = memory, .size = sizeof memory};
}

static struct ledger_open some_open(void) {
    return (struct ledger_open){
        .requester = 7, .reference = "r1", .reference_size = 2, .legs = &leg, .leg_count = 1};
}

static struct ledger_account_request some_account(void) {
    return (struct ledger_account_request){.id = 40,
                                           .ceiling = LEDGER_NO_CEILING,
                                           .day_limit = LEDGER_NO_CEILING,
                                           .month_limit = LEDGER_NO_CEILING,
                                           .kind = LEDGER_WALLET,
                                           .currency = LEDGER_CURRENCY_KZT};
}

static void refuses_open(const struct ledger_open *open, enum ledger_status expected) {
    size_t used = writer.used;
    enum ledger_status status = ledger_put_open(&writer, open);
    cr_assert_eq(status, expected, "got %s, not %s", ledger_status_name(status),
                 ledger_status_name(expected));
    cr_assert(writer.used == used && writer.count == 0, "a refused one is not written");
}

Test(command, an_open_of_bad_shape_is_refused, .init = start) {
    struct ledger_open open = some_open();
    open.attributes_size = LEDGER_ATTRIBUTES_MAX + 1, open.attributes = memory;
    refuses_open(&open, LEDGER_BAD_COMMAND);
    open = some_open();
    open.token_account = 10; /* and no hash */
    refuses_open(&open, LEDGER_BAD_COMMAND);
    open = some_open();
    open.requester = 0;
    refuses_open(&open, LEDGER_BAD_COMMAND);
    open = some_open();
    open.leg_count = 0;
    refuses_open(&open, LEDGER_BAD_LEGS);
    open.leg_count = LEDGER_LEGS_MAX + 1;
    refuses_open(&open, LEDGER_BAD_LEGS);
    open = some_open();
    open.reference_size = 0;
    refuses_open(&open, LEDGER_BAD_REFERENCE);
    open.reference_size = LEDGER_REFERENCE_MAX + 1;
    refuses_open(&open, LEDGER_BAD_REFERENCE);
}

Test(command, an_open_of_bad_legs_is_refused, .init = start) {
    struct ledger_leg_request legs[2] = {leg, leg};
    struct ledger_open open = some_open();
    open.legs = legs, open.leg_count = 2;
    legs[1].credit = legs[1].debit;
    refuses_open(&open, LEDGER_BAD_LEGS);
    legs[1].amount = 0;
    refuses_open(&open, LEDGER_BAD_AMOUNT);
    legs[1] = leg;
    legs[1].amount = LEDGER_AMOUNT_MAX + 1;
    refuses_open(&open, LEDGER_BAD_AMOUNT);
    open.reference_size = 0;
    refuses_open(&open, LEDGER_BAD_AMOUNT);
    legs[1].amount = LEDGER_AMOUNT_MAX;
    refuses_open(&open, LEDGER_BAD_REFERENCE);
}

Test(command, an_account_of_bad_shape_is_refused, .init = start) {
    struct ledger_account_request request = some_account();
    request.id = 0;
    cr_assert_eq(ledger_put_account_open(&writer, &request), LEDGER_BAD_COMMAND);
    cr_assert_eq(ledger_put_account_change(&writer, &request, 1), LEDGER_BAD_COMMAND);
    request = some_account();
    request.kind = 0;
    cr_assert_eq(ledger_put_account_open(&writer, &request), LEDGER_BAD_COMMAND);
    request.kind = LEDGER_SUSPENSE + 1;
    cr_assert_eq(ledger_put_account_open(&writer, &request), LEDGER_BAD_COMMAND);
    request = some_account();
    request.flags = LEDGER_ACCOUNT_FLAGS + 1;
    cr_assert_eq(ledger_put_account_open(&writer, &request), LEDGER_BAD_COMMAND);
    cr_assert_eq(ledger_put_account_change(&writer, &request, LEDGER_FIELD_FLAGS),
                 LEDGER_BAD_COMMAND);
    cr_assert_eq(ledger_put_account_change(&writer, &request, 64), LEDGER_BAD_COMMAND);
    cr_assert_eq(writer.used, 0);
}

Test(command, a_target_needs_a_name, .init = start) {
    struct ledger_target target = {.requester = 7};
    cr_assert_neq(ledger_put_target(&writer, LEDGER_COMPLETE, &target), LEDGER_DONE);
    target.reference = "abc", target.reference_size = LEDGER_REFERENCE_MAX + 1;
    cr_assert_eq(ledger_put_target(&writer, LEDGER_COMPLETE, &target), LEDGER_BAD_REFERENCE);
    target.reference_size = 3, target.requester = 0;
    cr_assert_eq(ledger_put_target(&writer, LEDGER_COMPLETE, &target), LEDGER_BAD_COMMAND);
    target.requester = 7;
    cr_assert_eq(ledger_put_target(&writer, LEDGER_EXPIRE, &target), LEDGER_BAD_COMMAND);
    cr_assert_neq(ledger_put_target(&writer, LEDGER_OPEN, &target), LEDGER_DONE);
    cr_assert_eq(writer.used, 0);
    cr_assert_eq(ledger_put_target(&writer, LEDGER_COMPLETE, &target), LEDGER_DONE);
}

Test(command, full_memory_is_busy_and_nothing_is_written) {
    struct ledger_open open = some_open();
    for (size_t size = 0; size < LEDGER_COMMAND_MAX; size += 8) {
        writer = (struct ledger_writer){.base = memory, .size = size};
        enum ledger_status status = ledger_put_open(&writer, &open);
        cr_assert(writer.used <= size);
        if (status == LEDGER_DONE) {
            cr_assert(size > 0 && writer.used == size && writer.count == 1);
            return;
        }
        cr_assert_eq(status, LEDGER_BUSY);
        cr_assert(writer.used == 0 && writer.count == 0);
    }
    cr_assert(false, "there was never room");
}

/* ---- One of each kind ---- */

static void put_one_of_each(void) {
    static uint8_t blob[LEDGER_VALUE_MAX], hash[LEDGER_TOKEN_HASH];
    struct ledger_leg_request legs[LEDGER_LEGS_MAX];
    struct ledger_open open = some_open();
    struct ledger_account_request account = some_account();
    start();
    cr_assert_eq(ledger_put_account_open(&writer, &account), LEDGER_DONE);
    cr_assert_eq(ledger_put_account_change(&writer, &account, 63), LEDGER_DONE);
    cr_assert_eq(ledger_put_account_lookup(&writer, 10), LEDGER_DONE);
    cr_assert_eq(ledger_put_token(&writer, 10, hash, 60), LEDGER_DONE);
    cr_assert_eq(ledger_put_open(&writer, &open), LEDGER_DONE);
    for (int i = 0; i < LEDGER_LEGS_MAX; i++)
        legs[i] = leg;
    open = (struct ledger_open){.requester = 7,
                                .reference = blob,
                                .reference_size = LEDGER_REFERENCE_MAX,
                                .legs = legs,
                                .leg_count = LEDGER_LEGS_MAX,
                                .attributes = blob,
                                .attributes_size = LEDGER_ATTRIBUTES_MAX,
                                .token_account = 10,
                                .token_hash = hash};
    cr_assert_eq(ledger_put_open(&writer, &open), LEDGER_DONE);
    struct ledger_target target = {.requester = 7, .reference = "r1", .reference_size = 2};
    static const enum ledger_kind kinds[] = {LEDGER_COMPLETE, LEDGER_DECLINE, LEDGER_RETRY,
                                             LEDGER_DISPATCH, LEDGER_LOOKUP};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        cr_assert_eq(ledger_put_target(&writer, kinds[i], &target), LEDGER_DONE);
    cr_assert_eq(ledger_put_expire(&writer, 5), LEDGER_DONE);
    cr_assert_eq(ledger_put_registry(&writer, blob, LEDGER_KEY_MAX, blob, LEDGER_VALUE_MAX,
                                     LEDGER_VERSION_NEW),
                 LEDGER_DONE);
    cr_assert_eq(ledger_put_registry_lookup(&writer, blob, LEDGER_KEY_MAX), LEDGER_DONE);
    cr_assert_eq(ledger_put_refused(&writer, LEDGER_FORBIDDEN), LEDGER_DONE);
}

Test(command, each_kind_reads_back_with_its_size) {
    put_one_of_each();
    size_t at = 0;
    for (uint32_t i = 0; i < writer.count; i++) {
        uint32_t size = ledger_command_size(memory + at, writer.used - at);
        cr_assert(size > 0 && size % 8 == 0 && size <= LEDGER_COMMAND_MAX);
        at += size;
    }
    cr_assert_eq(at, writer.used);
}

Test(command, a_truncated_one_is_none) {
    put_one_of_each();
    for (size_t at = 0; at < writer.used;) {
        uint32_t size = ledger_command_size(memory + at, writer.used - at);
        for (uint32_t cut = 0; cut < size; cut++) {
            /* In memory of just that size, so that reading on would be seen. */
            uint64_t *exact = malloc(cut + 8);
            memcpy(exact, memory + at, cut);
            cr_assert_eq(ledger_command_size(exact, cut), 0, "cut to %u of %u", cut, size);
            free(exact);
        }
        at += size;
    }
}

Test(command, garbled_ones_are_refused_or_harmless, .timeout = 120) {
    struct rig rig;
    struct random random = {7};
    static _Alignas(8) uint8_t garbled[LEDGER_COMMAND_MAX];
    unsigned accepted = 0;
    rig_start(&rig);
    put_one_of_each();
    for (unsigned round = 0; round < 200; round++) {
        for (size_t at = 0; at < writer.used;) {
            uint32_t size = ledger_command_size(memory + at, writer.used - at);
            memcpy(garbled, memory + at, size);
            for (uint64_t flips = 1 + random_below(&random, 3); flips > 0; flips--) {
                uint64_t place = random_below(&random, random_chance(&random, 70) ? 64 : size);
                garbled[place % size] = (uint8_t)random_next(&random);
            }
            uint32_t got = ledger_command_size(garbled, size);
            cr_assert(got <= size);
            if (got == size && accepted < 600) {
                struct ledger_result result;
                const void *command = garbled;
                cr_assert_eq(ledger_commit(rig.ledger, rig.now_ns, &command, 1, &result), 0);
                cr_assert(result.status < LEDGER_STATUS_COUNT);
                accepted++;
            }
            at += size;
        }
        cr_assert_eq(ledger_tick(rig.ledger, rig.now_ns), 0);
    }
    cr_assert(accepted > 0);
    cr_assert_eq(rig_faults(&rig), 0);
    rig_reopen(&rig);
    rig_stop(&rig);
}
