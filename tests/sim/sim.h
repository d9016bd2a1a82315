/* sim.h - the simulation: seeded random commands go to the ledger and to the model, and every
 * answer and every record must be the same. One `struct sim` is one seed; it lives in shared
 * memory, since each life of the ledger (from opening to a clean end or a crash) is a process of
 * its own. */
#ifndef TESTS_SIM_SIM_H
#define TESTS_SIM_SIM_H

#include "tests/lib/folder.h"
#include "tests/lib/random.h"
#include "tests/sim/model.h"

enum {
    SIM_BATCH_MAX = 2048,
    SIM_TEXT_MAX = 1024,
};

/* What kind of history a seed makes. */
struct sim_profile {
    uint64_t accounts;       /* ids 1 .. accounts are used; 1 and 2 are issuers */
    uint32_t batch_max;      /* commands in the largest batches */
    uint32_t attributes_max; /* bytes */
    uint32_t compare_every;  /* batches */
    unsigned flush_percent;  /* of batches, after which everything is checkpointed and compared */
    bool replay;             /* at the end, replays the whole journal into another folder */
    bool big;                /* tables run full, accounts are evicted */
};

struct sim {
    uint64_t seed;
    uint32_t step, steps; /* batches done, to do */
    struct random random;
    struct sim_profile profile;
    struct model model;
    uint64_t opened_accounts;   /* the first batches opened those up to this one */
    uint64_t compared_payments; /* all up to this one were compared when they were new */
    uint64_t busy, commands;    /* answers counted */
    uint64_t merges;            /* times that there were fewer runs of references than before */
    uint64_t reached[LEDGER_STATUS_COUNT];
    bool done;
    char failure[SIM_TEXT_MAX]; /* "": none */
    char folder[FOLDER_PATH_MAX], data[FOLDER_PATH_MAX], initial[FOLDER_PATH_MAX];
};

/* Notes the first failure; returns false. */
bool sim_fail(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* generate.c: the next command of a batch, such as a client or an operator would or should not
 * send: commands[count], after commands[0..count). */
void generate_command(struct sim *sim, struct sim_command *commands, uint32_t count);
/* A batch that opens most of the accounts; returns its size, 0 when that is done. */
uint32_t generate_accounts(struct sim *sim, struct sim_command *commands);
uint64_t generate_time(struct sim *sim);
void generate_profile(struct sim *sim);
/* generate_open.c */
void generate_open(struct sim *sim, struct sim_command *command);
uint64_t generate_account(struct sim *sim);

/* encode.c: writes the command down as the ledger reads it. */
void encode_command(struct ledger_writer *writer, const struct sim_command *command);

/* compare.c: false and a failure when anything differs. */
bool compare_account(struct sim *sim, const struct ledger_account *account, uint64_t id);
bool compare_payment(struct sim *sim, const struct ledger_payment *payment, uint64_t id);
bool compare_result(struct sim *sim, const struct sim_command *command,
                    const struct model_result *expected, const struct ledger_result *got);

/* check.c: all records by lookups; and by a snapshot after a flush, with an audit. */
bool check_live(struct sim *sim, struct ledger *ledger, bool everything);
bool check_stored(struct sim *sim, struct ledger *ledger);

/* life.c: runs the seed to its end; true: all was equal. */
bool sim_run(struct sim *sim);
struct ledger_options sim_options(const struct sim *sim, const char *folder);

/* replay.c: plays the whole journal again from the empty ledger in sim->initial, and compares all
 * records byte for byte with those in sim->data. Both are closed. */
bool replay_compare(struct sim *sim);

#endif
