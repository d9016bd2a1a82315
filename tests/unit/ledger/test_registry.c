/* Registry records. */
#include "tests/lib/require.h"
#include "tests/lib/rig.h"
#include "tests/unit/ledger/check.h"

#include <string.h>

Test(registry, what_was_put_is_there) {
    check("put service/1 kcell; put service/2 beeline; get service/1 = kcell; get service/2 = "
          "beeline; get service/3 => RECORD_NOT_FOUND; get service => RECORD_NOT_FOUND");
}

Test(registry, a_new_value_replaces_the_old) {
    check("put a one; put a three; get a = three; put a 2; get a = 2; put a 2 => REPLAYED");
    check("put a b new; put a c new => RECORD_CHANGED; put a c over x => RECORD_CHANGED; get a = b;"
          "put a c over b; get a = c; put z c over b => RECORD_CHANGED");
}

Test(registry, survives_a_crash) {
    check("put a one; crash; get a = one; put a two; flush; crash; get a = two");
}

static enum ledger_status put(struct rig *rig, const void *key, uint32_t key_size,
                              const void *value, uint32_t value_size) {
    _Alignas(8) uint8_t memory[LEDGER_COMMAND_MAX];
    struct ledger_writer writer = {.base = memory, .size = sizeof memory};
    struct ledger_result result = {0};
    enum ledger_status status =
        ledger_put_registry(&writer, key, key_size, value, value_size, LEDGER_VERSION_ANY);
    if (status != LEDGER_DONE)
        return status;
    rig_commit(rig, &writer, &result);
    return result.status;
}

static struct ledger_result get(struct rig *rig, const void *key, uint32_t key_size) {
    _Alignas(8) uint8_t memory[LEDGER_COMMAND_MAX];
    struct ledger_writer writer = {.base = memory, .size = sizeof memory};
    struct ledger_result result = {0};
    REQUIRE(ledger_put_registry_lookup(&writer, key, key_size) == LEDGER_DONE);
    rig_commit(rig, &writer, &result);
    return result;
}

Test(registry, takes_the_longest_and_the_shortest) {
    struct rig rig;
    rig_start(&rig);
    uint8_t key[LEDGER_KEY_MAX + 1], value[LEDGER_VALUE_MAX + 1];
    memset(key, 0xff, sizeof key);
    memset(value, 0xee, sizeof value);
    cr_assert_eq(put(&rig, key, LEDGER_KEY_MAX, value, LEDGER_VALUE_MAX), LEDGER_DONE);
    cr_assert_eq(put(&rig, "\0", 1, "", 0), LEDGER_DONE);
    cr_assert_eq(put(&rig, key, LEDGER_KEY_MAX + 1, value, 1), LEDGER_BAD_COMMAND);
    cr_assert_eq(put(&rig, key, 1, value, LEDGER_VALUE_MAX + 1), LEDGER_BAD_COMMAND);
    cr_assert_eq(put(&rig, key, 0, value, 1), LEDGER_BAD_COMMAND);
    for (int round = 0; round < 2; round++) {
        struct ledger_result result = get(&rig, key, LEDGER_KEY_MAX);
        cr_assert_eq(result.status, LEDGER_DONE);
        cr_assert_eq(result.body_size, LEDGER_VALUE_MAX);
        cr_assert_eq(memcmp(result.body, value, LEDGER_VALUE_MAX), 0);
        result = get(&rig, "\0", 1);
        cr_assert_eq(result.status, LEDGER_DONE);
        cr_assert_eq(result.body_size, 0);
        cr_assert_eq(get(&rig, "\0\0", 2).status, LEDGER_RECORD_NOT_FOUND);
        rig_reopen(&rig);
    }
    rig_stop(&rig);
}

Test(registry, snapshot_walks_in_order_of_keys) {
    struct rig rig;
    rig_start(&rig);
    cr_assert_eq(put(&rig, "b", 1, "2", 1), LEDGER_DONE);
    cr_assert_eq(put(&rig, "a/x", 3, "1", 1), LEDGER_DONE);
    cr_assert_eq(put(&rig, "b\0c", 3, "3", 1), LEDGER_DONE);
    cr_assert_eq(ledger_flush(rig.ledger), 0);
    struct ledger_snapshot *snapshot = NULL;
    cr_assert_eq(ledger_snapshot_open(rig.ledger, &snapshot), 0);
    struct ledger_registry_record record;
    cr_assert(ledger_snapshot_next_registry(snapshot, "", 0, &record));
    cr_assert(record.key_size == 3 && memcmp(record.key, "a/x", 3) == 0);
    cr_assert(ledger_snapshot_next_registry(snapshot, "a/y", 3, &record));
    cr_assert(record.key_size == 1 && memcmp(record.value, "2", 1) == 0);
    cr_assert(ledger_snapshot_next_registry(snapshot, "b\0", 2, &record));
    cr_assert(record.key_size == 3 && memcmp(record.value, "3", 1) == 0);
    cr_assert(!ledger_snapshot_next_registry(snapshot, "c", 1, &record));
    ledger_snapshot_close(snapshot);
    rig_stop(&rig);
}

Test(registry, any_thread_reads_what_was_put_wherever_it_is) {
    struct rig rig;
    rig_start(&rig);
    uint8_t value[LEDGER_VALUE_MAX];
    size_t size = 0;
    cr_assert_eq(ledger_registry_get(rig.ledger, "a", 1, value, &size), LEDGER_RECORD_NOT_FOUND);
    cr_assert_eq(put(&rig, "a", 1, "one", 3), LEDGER_DONE);
    cr_assert_eq(ledger_registry_get(rig.ledger, "a", 1, value, &size), LEDGER_DONE);
    cr_assert(size == 3 && memcmp(value, "one", 3) == 0, "in the active table");
    cr_assert_eq(ledger_flush(rig.ledger), 0);
    cr_assert_eq(ledger_registry_get(rig.ledger, "a", 1, value, &size), LEDGER_DONE);
    cr_assert(size == 3 && memcmp(value, "one", 3) == 0, "in LMDB");
    cr_assert_eq(put(&rig, "a", 1, "", 0), LEDGER_DONE);
    cr_assert_eq(ledger_registry_get(rig.ledger, "a", 1, value, &size), LEDGER_DONE);
    cr_assert_eq(size, 0, "the newest one counts");
    cr_assert_eq(ledger_registry_get(rig.ledger, "", 0, value, &size), LEDGER_RECORD_NOT_FOUND);
    rig_stop(&rig);
}
