#include "tests/fault/fault.h"
#include "tests/fault/inject.h"
#include "tests/fault/workload.h"
#include "tests/lib/require.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RUN_SECONDS_MAX = 30 };

/* A ledger with some history, whose process died: LMDB is behind the journal. */
static void begin(struct rig *rig, void *shared) {
    struct work *work = shared;
    work_accounts(rig);
    REQUIRE(work_run(rig, work, 0, WORK_EARLY - 3, false));
    REQUIRE(ledger_flush(rig->ledger) == 0);
    REQUIRE(work_run(rig, work, WORK_EARLY - 3, WORK_EARLY, false));
}

/* Recovers, goes on to the end, closes (or just dies); with the fault on its way. */
static void run(struct rig *rig, struct work *work, enum inject_kind kind, uint64_t nth) {
    alarm(RUN_SECONDS_MAX);
    inject_arm(kind, nth);
    work->open_error = rig_open(rig);
    if (work->open_error == 0) {
        bool good = work_run(rig, work, WORK_EARLY, WORK_BATCHES, true);
        if (good || nth % 2 == 0)
            ledger_close(rig->ledger);
    }
    work->calls = inject_count();
    inject_disarm();
    _exit(0);
}

/* One run with its fault, then a look at what is left. */
static bool run_and_check(const struct rig *start, const char *initial, const struct work *before,
                          enum inject_kind kind, uint64_t nth, struct work *work) {
    struct rig rig = *start;
    int status = 0;
    folder_join(rig.data, rig.folder, "run");
    folder_copy(initial, rig.data);
    *work = *before;
    fflush(NULL);
    pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0)
        run(&rig, work, kind, nth);
    REQUIRE(waitpid(child, &status, 0) == child);
    bool good = status == 0;
    if (!good)
        printf("  the run ended with status 0x%x\n", (unsigned)status);
    rig.now_ns += WORK_BATCHES * (uint64_t)SECOND_NS;
    if (good && rig_open(&rig) != 0) {
        printf("  opening afterwards: %s\n", rig.failure.text);
        good = false;
    }
    if (good)
        good = work_check(&rig, work);
    if (rig.ledger != NULL)
        good &= ledger_close(rig.ledger) == 0;
    folder_remove(rig.data);
    return good;
}

static bool all_acknowledged(const struct work *work) {
    for (unsigned batch = 0; batch < WORK_BATCHES; batch++)
        if (work->batches[batch] != WORK_ACKNOWLEDGED)
            return false;
    return true;
}

static unsigned run_kind(const struct rig *rig, const char *initial, const struct work *before,
                         struct work *work, enum inject_kind kind) {
    unsigned failures = 0, stopped = 0;
    uint64_t nth = 1;
    for (;; nth++) {
        bool good = run_and_check(rig, initial, before, kind, nth, work);
        if (!good) {
            printf("FAILED: call %llu with %s\n", (unsigned long long)nth, inject_names[kind]);
            failures++;
        }
        stopped += !all_acknowledged(work);
        if (good && work->calls < nth) /* it was never reached: a clean run */
            break;
    }
    printf("calls: %llu runs with %s, %u of them stopped by it\n", (unsigned long long)nth,
           inject_names[kind], stopped);
    return failures;
}

/* ---- Making a new ledger ---- */

/* The n-th call fails while a ledger is made; then it can be made, or opened as it is. */
static bool make_and_check(struct rig *rig, enum inject_kind kind, uint64_t nth, uint64_t *calls) {
    struct work work = {0};
    inject_arm(kind, nth);
    if (rig_open(rig) == 0)
        ledger_close(rig->ledger); /* may fail, too */
    *calls = inject_count();
    inject_disarm();
    rig->ledger = NULL;
    rig->now_ns += SECOND_NS;
    if (rig_open(rig) != 0) {
        printf("  opening afterwards: %s\n", rig->failure.text);
        return false;
    }
    work_accounts(rig);
    bool good = work_check(rig, &work);
    return ledger_close(rig->ledger) == 0 && good;
}

static unsigned make_kind(struct rig *rig, enum inject_kind kind) {
    unsigned failures = 0;
    uint64_t nth = 0, calls;
    do {
        folder_join(rig->data, rig->folder, "new");
        if (!make_and_check(rig, kind, ++nth, &calls)) {
            printf("FAILED: making, call %llu with %s\n", (unsigned long long)nth,
                   inject_names[kind]);
            failures++;
        }
        rig->ledger = NULL;
        folder_remove(rig->data);
    } while (calls >= nth); /* else it was never reached */
    printf("calls: %llu makings with %s\n", (unsigned long long)nth, inject_names[kind]);
    return failures;
}

unsigned fault_calls(void) {
    struct rig rig;
    struct work before = {.filler = 5}; /* so that segments end, and new ones begin */
    char initial[FOLDER_PATH_MAX];
    unsigned failures = 0;
    struct work *work =
        mmap(NULL, sizeof *work, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(work != MAP_FAILED);
    rig_make(&rig);
    rig.options.table_bytes = MIB;
    rig.options.account_slots = 1024;
    rig.options.segment_bytes = MIB / 4;
    rig.options.checkpoint_ns = 3600 * (uint64_t)SECOND_NS; /* only flushes: the same calls */
    REQUIRE(rig_crash(&rig, begin, &before, sizeof before) == 0);
    snprintf(initial, sizeof initial, "%s", rig.data);
    for (int kind = 0; kind < INJECT_KINDS; kind++)
        failures += run_kind(&rig, initial, &before, work, (enum inject_kind)kind) +
                    make_kind(&rig, (enum inject_kind)kind);
    rig_stop(&rig);
    return failures;
}
