/* Commands as they come out of a ring or a journal: whatever ledger_command_size lets through, the
 * ledger can carry out, and its books stay balanced. The input is a run of commands; one ledger
 * takes them all, one input after the other, and is audited now and then. */
#include <stdlib.h>
#include <string.h>

#include "tests/lib/rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { COMMANDS_MAX = 64, AUDIT_EACH = 20000, RUNS_OF_A_LEDGER = 200000 };
#define INPUT_MAX ((size_t)16 << 10)

static struct rig rig;

static void check(bool holds) {
    if (!holds)
        abort();
}

static void end(void) {
    rig_stop(&rig);
}

/* The ledger, made new now and then: what strangers open is never closed. */
static void ready(void) {
    static uint64_t runs;
    if (runs % RUNS_OF_A_LEDGER == 0) {
        if (runs > 0)
            rig_stop(&rig);
        else
            check(atexit(end) == 0);
        rig_start(&rig);
    } else if (runs % AUDIT_EACH == 0) {
        check(rig_faults(&rig) == 0);
    }
    runs++;
}

static void check_result(const struct ledger_result *result) {
    check(result->status < LEDGER_STATUS_COUNT && result->state <= LEDGER_DECLINED);
    check(result->body_size == 0 || result->body != NULL);
    volatile uint8_t last = 0; /* the body is there, to its last byte */
    if (result->body_size > 0)
        last = ((const uint8_t *)result->body)[result->body_size - 1];
    (void)last;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    const void *commands[COMMANDS_MAX];
    struct ledger_result results[COMMANDS_MAX];
    uint32_t count = 0;
    if (size > INPUT_MAX)
        return 0;
    uint8_t *copy = malloc(size + 1); /* 8-byte aligned, and its end is watched */
    check(copy != NULL);
    memcpy(copy, bytes, size);
    for (size_t at = 0; at < size && count < COMMANDS_MAX;) {
        uint32_t command_bytes = ledger_command_size(copy + at, size - at);
        check(command_bytes <= size - at && command_bytes % 8 == 0);
        if (command_bytes == 0)
            break;
        commands[count++] = copy + at;
        at += command_bytes;
    }
    if (count > 0) {
        ready();
        rig.now_ns += 1000000;
        check(ledger_commit(rig.ledger, rig.now_ns, commands, count, results) == 0);
        for (uint32_t i = 0; i < count; i++)
            check_result(&results[i]);
        check(ledger_tick(rig.ledger, rig.now_ns) == 0);
    }
    free(copy);
    return 0;
}
