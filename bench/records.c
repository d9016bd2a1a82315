#include "bench/records.h"

#include "bench/bench.h"

bool records_put(struct ledger *ledger, enum registry_kind kind, const void *record) {
    _Alignas(8) uint8_t memory[LEDGER_COMMAND_MAX];
    uint8_t value[LEDGER_VALUE_MAX];
    char key[LEDGER_KEY_MAX];
    const void *commands[] = {memory};
    struct ledger_writer writer = {.base = memory, .size = sizeof(memory)};
    struct ledger_result result;
    size_t key_size = registry_key(kind, record, key);
    size_t value_size = registry_write(kind, record, value);
    if (value_size == 0 ||
        ledger_put_registry(&writer, key, (uint32_t)key_size, value, (uint32_t)value_size,
                            LEDGER_VERSION_ANY) != LEDGER_DONE)
        return false;
    return ledger_commit(ledger, bench_wall_ns(), commands, 1, &result) == 0 &&
           (result.status == LEDGER_DONE || result.status == LEDGER_REPLAYED) &&
           ledger_tick(ledger, bench_wall_ns()) == 0;
}
