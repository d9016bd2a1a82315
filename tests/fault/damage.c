#include "tests/fault/fault.h"
#include "tests/fault/journal.h"
#include "tests/fault/workload.h"
#include "tests/lib/random.h"
#include "tests/lib/require.h"

#include <sys/stat.h>
#include <unistd.h>

enum { BATCHES = 8 };

struct damage {
    struct rig rig;
    struct journal journal;
    struct random random;
    char copy[FOLDER_PATH_MAX]; /* of the sound ledger */
    bool restored;              /* from it, since the last flip */
    unsigned cases, failures;
};

/* A segment that was only prepared has nothing to lose: with a damaged head it may be made anew. */
static bool made_anew(struct damage *damage, struct sector sector) {
    bool ahead = sector.segment > damage->journal.last[0].segment;
    return ahead && sector.offset < JOURNAL_HEAD && work_count(&damage->rig) == BATCHES &&
           rig_faults(&damage->rig) == 0;
}

/* The damaged ledger must not open; nothing in it may be changed by trying. */
static void must_not_open(struct damage *damage, const char *what, struct sector sector,
                          unsigned byte) {
    struct rig *rig = &damage->rig;
    int error = rig_open(rig);
    damage->cases++;
    if (error == LEDGER_ECORRUPT)
        return;
    if (error != 0 || !made_anew(damage, sector)) {
        damage->failures++;
        printf("FAILED: %s, file %u, sector at %llu, byte %u: opening gave %d (%s)\n", what,
               sector.segment, (unsigned long long)sector.offset, byte, error,
               error != 0 ? rig->failure.text : "fine");
        if (error == 0)
            printf("  batches there: %d of %d\n", work_count(rig), BATCHES);
    }
    ledger_close(rig->ledger);
    rig->ledger = NULL;
    folder_remove(rig->data); /* opening changed it */
    folder_copy(damage->copy, rig->data);
    damage->restored = true;
}

static void flip(struct damage *damage, struct sector sector, unsigned byte) {
    uint8_t mask = (uint8_t)(1 + random_below(&damage->random, 255));
    damage->restored = false;
    journal_flip(&damage->journal, sector, byte, mask);
    must_not_open(damage, "a byte was changed", sector, byte);
    if (!damage->restored)
        journal_flip(&damage->journal, sector, byte, mask);
}

static void flip_every_sector(struct damage *damage) {
    struct journal *journal = &damage->journal;
    for (unsigned i = 0; i < journal->file_count; i++)
        for (uint64_t offset = 0; offset < journal->sizes[i]; offset += SECTOR)
            flip(damage, (struct sector){.segment = i, .offset = offset},
                 (unsigned)random_below(&damage->random, SECTOR));
}

static void flip_every_byte_of_the_last(struct damage *damage) {
    for (unsigned i = 0; i < damage->journal.last_count; i++)
        for (unsigned byte = 0; byte < SECTOR; byte++)
            flip(damage, damage->journal.last[i], byte);
}

/* Whole sectors of a batch that others follow are no torn write. */
static void zero_before_the_last(struct damage *damage) {
    static struct journal sound, journal;
    struct sector first_of_last = damage->journal.last[0];
    journal_look(&sound, damage->copy);
    for (uint64_t offset = 0; offset < first_of_last.offset; offset += SECTOR) {
        struct sector sector = {.segment = first_of_last.segment, .offset = offset};
        if (journal_empty(&sound, sector))
            continue; /* the rest of a block after a record */
        folder_remove(damage->rig.data);
        folder_copy(damage->copy, damage->rig.data);
        journal_look(&journal, damage->rig.data);
        journal_zero(&journal, sector);
        must_not_open(damage, "a sector was emptied", sector, 0);
    }
}

static void change_files(struct damage *damage) {
    struct journal journal;
    char other[FOLDER_PATH_MAX];
    struct sector nowhere = {0, 0};
    for (int change = 0; change < 5; change++) {
        folder_remove(damage->rig.data);
        folder_copy(damage->copy, damage->rig.data);
        journal_look(&journal, damage->rig.data);
        folder_join(other, damage->rig.data, "journal/0000009999.seg");
        off_t size = (off_t)journal.sizes[0];
        static const char *const names[] = {"cut by a sector", "grown by a sector", "emptied",
                                            "gone", "renamed"};
        bool good = change == 0   ? truncate(journal.files[0], size - SECTOR) == 0
                    : change == 1 ? truncate(journal.files[0], size + SECTOR) == 0
                    : change == 2 ? truncate(journal.files[0], 0) == 0
                    : change == 3 ? unlink(journal.files[0]) == 0
                                  : rename(journal.files[0], other) == 0;
        REQUIRE(good);
        must_not_open(damage, names[change], nowhere, 0);
    }
}

/* A journal of 8 batches, `flushed` of them in LMDB, too. */
static void start(struct damage *damage, unsigned flushed) {
    struct rig *rig = &damage->rig;
    char before[FOLDER_PATH_MAX];
    rig_make(rig);
    folder_join(before, rig->folder, "before");
    folder_join(damage->copy, rig->folder, "copy");
    folder_join(rig->data, rig->folder, "before");
    journal_make(rig, BATCHES - 1, flushed, 0);
    folder_join(rig->data, rig->folder, "data");
    journal_make(rig, BATCHES, flushed, 0);
    journal_look(&damage->journal, rig->data);
    journal_compare(&damage->journal, before);
    REQUIRE(damage->journal.last_count > 0);
    folder_copy(rig->data, damage->copy);
}

/* All flips were undone: it is as sound as it was. */
static void must_be_sound(struct damage *damage) {
    struct rig *rig = &damage->rig;
    if (rig_open(rig) != 0 || work_count(rig) != BATCHES || rig_faults(rig) != 0) {
        printf("FAILED: sound again, and not as before: %s\n", rig->failure.text);
        damage->failures++;
    }
    ledger_close(rig->ledger);
    rig->ledger = NULL;
}

unsigned fault_damage(void) {
    static struct damage damage = {.random = {1}};
    for (unsigned flushed = 0; flushed <= BATCHES / 2; flushed += BATCHES / 2) {
        start(&damage, flushed);
        flip_every_sector(&damage);
        if (flushed == 0)
            flip_every_byte_of_the_last(&damage);
        must_be_sound(&damage);
        zero_before_the_last(&damage);
        change_files(&damage);
        rig_stop(&damage.rig);
    }
    printf("damage: %u cases\n", damage.cases);
    return damage.failures;
}
