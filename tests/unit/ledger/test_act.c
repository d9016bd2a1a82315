/* The trail of acts: who ordered what, with what was before and after, in a chain of hashes. */
#include "tests/lib/require.h"
#include "tests/lib/rig.h"
#include "tests/lib/tamper.h"
#include "tests/unit/ledger/check.h"

#include <string.h>

static struct rig rig;
static _Alignas(8) uint8_t memory[2 * LEDGER_COMMAND_MAX];
static struct ledger_writer writer;
static struct ledger_act_whole act;

static void start(void) {
    rig_start(&rig);
    writer = (struct ledger_writer){.base = memory, .size = sizeof memory};
}

static void stop(void) {
    rig_stop(&rig);
}

TestSuite(act, .init = start, .fini = stop);

static struct ledger_actor actor(const char *name, const char *reason) {
    return (struct ledger_actor){.name = name,
                                 .name_size = (uint32_t)strlen(name),
                                 .from = "192.0.2.7",
                                 .from_size = 9,
                                 .reason = reason,
                                 .reason_size = (uint32_t)strlen(reason)};
}

/* Sends the one command that was put, as an act of that name. */
static struct ledger_result order(const char *name, const char *reason) {
    const struct ledger_actor who = actor(name, reason);
    struct ledger_result result;
    cr_assert_eq(ledger_put_actor(&writer, &who), LEDGER_DONE);
    rig_commit(&rig, &writer, &result);
    writer = (struct ledger_writer){.base = memory, .size = sizeof memory};
    return result;
}

static void put_value(const char *value) {
    cr_assert_eq(ledger_put_registry(&writer, "limits/x", 8, value, (uint32_t)strlen(value),
                                     LEDGER_VERSION_ANY),
                 LEDGER_DONE);
}

static uint64_t count(void) {
    struct ledger_snapshot *snapshot = NULL;
    cr_assert_eq(ledger_flush(rig.ledger), 0);
    cr_assert_eq(ledger_snapshot_open(rig.ledger, &snapshot), 0);
    uint64_t acts = ledger_snapshot_acts(snapshot);
    if (acts > 0)
        cr_assert(ledger_snapshot_act(snapshot, acts, &act));
    cr_assert_not(ledger_snapshot_act(snapshot, acts + 1, &act) ||
                  ledger_snapshot_act(snapshot, 0, &act));
    ledger_snapshot_close(snapshot);
    return acts;
}

static void bytes_are(const char *expected) {
    cr_assert_eq(ledger_act_size(&act.head), sizeof act.head + strlen(expected));
    cr_assert_eq(memcmp(act.bytes, expected, strlen(expected)), 0);
}

Test(act, keeps_who_from_where_why_and_what_was_before_and_after) {
    put_value("one");
    cr_assert_eq(order("aigerim", "as agreed").status, LEDGER_DONE);
    cr_assert_eq(count(), 1);
    cr_expect_eq(act.head.number, 1);
    cr_expect_eq(act.head.kind, LEDGER_REGISTRY_PUT);
    cr_expect_geq(act.head.time_ns, rig.now_ns);
    bytes_are("aigerim192.0.2.7as agreedlimits/xone");
    put_value("three");
    cr_assert_eq(order("yerlan", "").status, LEDGER_DONE);
    cr_assert_eq(count(), 2);
    bytes_are("yerlan192.0.2.7limits/xonethree");
    cr_assert_eq(rig_faults(&rig), 0);
}

Test(act, what_changed_nothing_or_was_refused_is_none) {
    put_value("one");
    cr_assert_eq(order("aigerim", "").status, LEDGER_DONE);
    put_value("one");
    cr_assert_eq(order("aigerim", "").status, LEDGER_REPLAYED);
    const struct ledger_target nobody = {.payment = 77};
    cr_assert_eq(ledger_put_target(&writer, LEDGER_DECLINE, &nobody), LEDGER_DONE);
    cr_assert_eq(order("aigerim", "").status, LEDGER_PAYMENT_NOT_FOUND);
    cr_assert_eq(count(), 1);
}

Test(act, of_a_payment_has_its_states) {
    uint64_t id = rig_hold(&rig, "a", 1, 10, 100, 0).payment;
    const struct ledger_target target = {.payment = id};
    cr_assert_eq(ledger_put_target(&writer, LEDGER_DECLINE, &target), LEDGER_DONE);
    cr_assert_eq(order("op", "").status, LEDGER_DONE);
    cr_assert_eq(count(), 1);
    cr_expect_eq(act.head.id, id);
    cr_expect_eq(act.head.before_size, sizeof(struct ledger_act_payment));
    cr_expect_eq(act.bytes[2 + 9], LEDGER_HELD);
    cr_expect_eq(act.bytes[2 + 9 + sizeof(struct ledger_act_payment)], LEDGER_DECLINED);
}

Test(act, of_an_account_has_the_account) {
    const struct ledger_account_request request = {.id = 10, .floor = 555};
    cr_assert_eq(ledger_put_account_change(&writer, &request, LEDGER_FIELD_FLOOR), LEDGER_DONE);
    cr_assert_eq(order("op", "").status, LEDGER_DONE);
    struct ledger_account before, after;
    cr_assert_eq(count(), 1);
    memcpy(&before, act.bytes + 2 + 9, sizeof before);
    memcpy(&after, act.bytes + 2 + 9 + sizeof before, sizeof after);
    cr_expect_eq(before.id, 10);
    cr_expect_eq(before.floor, 0);
    cr_expect_eq(after.floor, 555);
}

Test(act, is_for_changes_alone) {
    const struct ledger_actor who = actor("op", "");
    cr_assert_eq(ledger_put_account_lookup(&writer, 10), LEDGER_DONE);
    cr_expect_eq(ledger_put_actor(&writer, &who), LEDGER_BAD_COMMAND);
    cr_assert_eq(ledger_put_expire(&writer, 10), LEDGER_DONE);
    cr_expect_eq(ledger_put_actor(&writer, &who), LEDGER_BAD_COMMAND);
    struct ledger_result results[2]; /* as they were: nothing of it stayed */
    rig_commit(&rig, &writer, results);
    cr_expect_eq(results[0].status, LEDGER_DONE);
    cr_expect_eq(results[1].status, LEDGER_DONE);
}

Test(act, needs_a_name_and_texts_within_their_bounds) {
    static const char text[LEDGER_ACTOR_REASON_MAX + 2] = {0};
    put_value("one");
    struct ledger_actor who = {.name = text};
    cr_expect_eq(ledger_put_actor(&writer, &who), LEDGER_BAD_COMMAND);
    who.name_size = LEDGER_ACTOR_NAME_MAX + 1;
    cr_expect_eq(ledger_put_actor(&writer, &who), LEDGER_BAD_COMMAND);
    who = (struct ledger_actor){
        .name = text, .name_size = 1, .reason = text, .reason_size = LEDGER_ACTOR_REASON_MAX + 1};
    cr_expect_eq(ledger_put_actor(&writer, &who), LEDGER_BAD_COMMAND);
    who.reason_size--;
    cr_expect_eq(ledger_put_actor(&writer, &who), LEDGER_DONE);
    cr_expect_eq(ledger_put_actor(&writer, &who), LEDGER_BAD_COMMAND, "once");
}

Test(act, the_largest_one_fits) {
    static uint8_t value[LEDGER_VALUE_MAX];
    static const char text[LEDGER_ACTOR_REASON_MAX] = {0};
    for (uint8_t round = 1; round <= 2; round++) {
        const struct ledger_actor who = {.name = text,
                                         .name_size = LEDGER_ACTOR_NAME_MAX,
                                         .from = text,
                                         .from_size = LEDGER_ACTOR_FROM_MAX,
                                         .reason = text,
                                         .reason_size = LEDGER_ACTOR_REASON_MAX};
        struct ledger_result result;
        memset(value, round, sizeof value);
        writer = (struct ledger_writer){.base = memory, .size = sizeof memory};
        cr_assert_eq(ledger_put_registry(&writer, value, LEDGER_KEY_MAX, value, sizeof value,
                                         LEDGER_VERSION_ANY),
                     LEDGER_DONE);
        memset(memory + sizeof(uint64_t) * 6, 9, LEDGER_KEY_MAX); /* the same key in both rounds */
        cr_assert_eq(ledger_put_actor(&writer, &who), LEDGER_DONE);
        rig_commit(&rig, &writer, &result);
        cr_assert_eq(result.status, LEDGER_DONE);
    }
    cr_assert_eq(count(), 2);
    cr_expect_eq(ledger_act_size(&act.head), LEDGER_ACT_BYTES_MAX);
    rig_reopen(&rig);
    cr_assert_eq(rig_faults(&rig), 0);
}

Test(act, a_changed_byte_a_missing_or_a_foreign_one_is_named) {
    for (unsigned i = 0; i < 4; i++) {
        char value[2] = {(char)('a' + i), '\0'};
        put_value(value);
        cr_assert_eq(order("aigerim", "because").status, LEDGER_DONE);
    }
    cr_assert_eq(ledger_close(rig.ledger), 0);
    for (unsigned record = 0; record < 5; record++) { /* the chain's end, then the acts */
        static uint8_t bytes[sizeof act];
        size_t size = tamper_read(rig.data, "registry", record, bytes, sizeof bytes);
        for (size_t offset = 0; offset < size; offset += 3) {
            tamper_xor(rig.data, "registry", record, offset, 1);
            REQUIRE(rig_open(&rig) == 0);
            cr_expect_gt(rig_faults(&rig), 0, "record %u, byte %zu", record, offset);
            REQUIRE(ledger_close(rig.ledger) == 0);
            tamper_xor(rig.data, "registry", record, offset, 1);
        }
    }
    rig.ledger = NULL;
    REQUIRE(rig_open(&rig) == 0);
    cr_expect_eq(rig_faults(&rig), 0);
}
