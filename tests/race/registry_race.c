/* registry_race.c - threads that read registry records while the ledger thread puts them, seals its
 * tables and lets them go: a reader sees what was put before it asked, and never an older value
 * than before. */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "tests/lib/require.h"
#include "tests/lib/rig.h"

enum { READERS = 3, KEYS = 8, ROUNDS = 1500 };

static struct rig rig;
static _Atomic uint64_t committed[KEYS];
static _Atomic bool done;
static _Atomic uint64_t reads;

/* The number in the record, which fills all of its bytes; 0: there is none. */
static uint64_t look(uint64_t key) {
    uint64_t value[LEDGER_VALUE_MAX / 8];
    size_t size = 0;
    enum ledger_status status = ledger_registry_get(rig.ledger, &key, sizeof key, value, &size);
    if (status == LEDGER_RECORD_NOT_FOUND)
        return 0;
    REQUIRE(status == LEDGER_DONE && size >= 8 && size % 8 == 0);
    for (size_t i = 1; i < size / 8; i++)
        REQUIRE(value[i] == value[0]);
    return value[0];
}

static void *read_all(void *context) {
    uint64_t seen[KEYS] = {0};
    (void)context;
    while (!atomic_load(&done)) {
        for (uint64_t key = 0; key < KEYS; key++) {
            uint64_t least = atomic_load(&committed[key]);
            uint64_t value = look(key);
            REQUIRE(value >= least && value >= seen[key]);
            seen[key] = value;
            atomic_fetch_add(&reads, 1);
        }
    }
    return NULL;
}

static void put(uint64_t key, uint64_t number) {
    _Alignas(8) uint8_t memory[LEDGER_COMMAND_MAX];
    struct ledger_writer writer = {.base = memory, .size = sizeof memory};
    struct ledger_result result;
    uint64_t value[LEDGER_VALUE_MAX / 8];
    uint32_t words = (uint32_t)(1 + number * 37 % (LEDGER_VALUE_MAX / 8));
    for (uint32_t i = 0; i < words; i++)
        value[i] = number;
    REQUIRE(ledger_put_registry(&writer, &key, sizeof key, value, words * 8, LEDGER_VERSION_ANY) ==
            LEDGER_DONE);
    rig_commit(&rig, &writer, &result);
    REQUIRE(result.status == LEDGER_DONE);
    atomic_store(&committed[key], number);
}

int main(void) {
    pthread_t threads[READERS];
    rig_start(&rig);
    for (int i = 0; i < READERS; i++)
        REQUIRE(pthread_create(&threads[i], NULL, read_all, NULL) == 0);
    for (uint64_t round = 1; round <= ROUNDS; round++) {
        put(round % KEYS, round);
        if (round % 50 == 0)
            REQUIRE(ledger_flush(rig.ledger) == 0);
    }
    atomic_store(&done, true);
    for (int i = 0; i < READERS; i++)
        REQUIRE(pthread_join(threads[i], NULL) == 0);
    REQUIRE(atomic_load(&reads) > KEYS);
    rig_stop(&rig);
    return 0;
}
