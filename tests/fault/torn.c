#include "tests/fault/fault.h"
#include "tests/fault/journal.h"
#include "tests/fault/workload.h"
#include "tests/lib/random.h"
#include "tests/lib/require.h"

enum { BATCHES = 5, RANDOM_CASES = 60, FILLER = 5 };

/* Sectors of the last batch that did not reach the disk are still empty; any of them may have. */
static bool opens_without_the_last(struct rig *rig, const char *copy, const struct journal *journal,
                                   const bool *missing) {
    struct journal mine;
    folder_remove(rig->data);
    folder_copy(copy, rig->data);
    journal_look(&mine, rig->data);
    for (unsigned i = 0; i < journal->last_count; i++)
        if (missing[i])
            journal_zero(&mine, journal->last[i]);
    if (rig_open(rig) != 0) {
        printf("  opening: %s\n", rig->failure.text);
        return false;
    }
    struct work work = {0};
    int count = work_count(rig);
    for (int i = 0; i < BATCHES; i++)
        work.batches[i] = i < BATCHES - 1 ? WORK_ACKNOWLEDGED : WORK_TRIED;
    bool good = count == BATCHES - 1;
    if (!good)
        printf("  %d batches are there\n", count);
    good = good && work_check(rig, &work);
    rig_reopen(rig);
    good = good && work_count(rig) == WORK_BATCHES;
    ledger_close(rig->ledger);
    rig->ledger = NULL;
    return good;
}

/* Case 0..n-1: only sector n is missing; then all before it, all from it on; then at random. */
static void choose(bool *missing, unsigned count, unsigned number, struct random *random) {
    bool any = false;
    for (unsigned i = 0; i < count; i++) {
        missing[i] = number < count       ? i == number
                     : number < 2 * count ? i <= number - count
                     : number < 3 * count ? i >= number - 2 * count
                                          : random_chance(random, 50);
        any |= missing[i];
    }
    if (!any)
        missing[0] = true;
}

unsigned fault_torn(void) {
    static struct rig rig;
    static struct journal journal;
    static bool missing[SECTORS_MAX];
    char before[FOLDER_PATH_MAX], copy[FOLDER_PATH_MAX];
    struct random random = {2};
    unsigned failures = 0;
    rig_make(&rig);
    folder_join(before, rig.folder, "before");
    folder_join(copy, rig.folder, "copy");
    folder_join(rig.data, rig.folder, "before");
    journal_make(&rig, BATCHES - 1, 0, FILLER);
    folder_join(rig.data, rig.folder, "copy");
    journal_make(&rig, BATCHES, 0, FILLER);
    journal_look(&journal, copy);
    journal_compare(&journal, before);
    folder_join(rig.data, rig.folder, "data");
    rig.now_ns += 3600 * (uint64_t)SECOND_NS;
    unsigned cases = 3 * journal.last_count + RANDOM_CASES;
    for (unsigned number = 0; number < cases; number++) {
        choose(missing, journal.last_count, number, &random);
        if (!opens_without_the_last(&rig, copy, &journal, missing)) {
            printf("FAILED: torn write %u of %u, %u sectors\n", number, cases, journal.last_count);
            failures++;
        }
    }
    printf("torn: %u cases of %u sectors\n", cases, journal.last_count);
    rig_stop(&rig);
    return failures;
}
