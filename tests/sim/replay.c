#include "tests/lib/require.h"
#include "tests/sim/sim.h"

#include <string.h>

struct pair { /* the same records of both ledgers */
    struct ledger *first_ledger, *second_ledger;
    struct ledger_snapshot *first, *second;
};

static bool open_one(struct sim *sim, const char *folder, struct ledger **ledger,
                     struct ledger_snapshot **snapshot) {
    struct ledger_failure failure = {0};
    struct ledger_options options = sim_options(sim, folder);
    options.must_exist = true;
    if (ledger_open(ledger, &options, sim->model.time_ns, &failure) != 0)
        return sim_fail(sim, "replay: %s", failure.text);
    return (ledger_flush(*ledger) == 0 && ledger_snapshot_open(*ledger, snapshot) == 0) ||
           sim_fail(sim, "replay: no snapshot");
}

static bool same_accounts(struct sim *sim, const struct pair *pair) {
    uint64_t id = 0;
    for (;;) {
        const struct ledger_account *first = ledger_snapshot_next_account(pair->first, id);
        const struct ledger_account *second = ledger_snapshot_next_account(pair->second, id);
        if (first == NULL && second == NULL)
            return true;
        if (first == NULL || second == NULL || memcmp(first, second, sizeof *first) != 0)
            return sim_fail(sim, "replay: accounts differ from %llu", (unsigned long long)id);
        id = first->id + 1;
    }
}

static bool same_payments(struct sim *sim, const struct pair *pair) {
    uint64_t id = 0;
    for (;;) {
        const struct ledger_payment *first = ledger_snapshot_next_payment(pair->first, id);
        const struct ledger_payment *second = ledger_snapshot_next_payment(pair->second, id);
        if (first == NULL && second == NULL)
            return true;
        if (first == NULL || second == NULL || first->size != second->size ||
            memcmp(first, second, first->size) != 0)
            return sim_fail(sim, "replay: payments differ from %llu", (unsigned long long)id);
        id = first->id + 1;
    }
}

static bool same_registry(struct sim *sim, const struct pair *pair) {
    struct ledger_registry_record first, second;
    uint8_t after[LEDGER_KEY_MAX + 1];
    size_t after_size = 0;
    for (;;) {
        bool has_first = ledger_snapshot_next_registry(pair->first, after, after_size, &first);
        bool has_second = ledger_snapshot_next_registry(pair->second, after, after_size, &second);
        if (!has_first && !has_second)
            return true;
        if (!has_first || !has_second || first.key_size != second.key_size ||
            first.value_size != second.value_size ||
            memcmp(first.key, second.key, first.key_size) != 0 ||
            memcmp(first.value, second.value, first.value_size) != 0)
            return sim_fail(sim, "replay: registry records differ");
        memcpy(after, first.key, first.key_size);
        after[first.key_size] = 0;
        after_size = first.key_size + 1;
    }
}

bool replay_compare(struct sim *sim) {
    char from[FOLDER_PATH_MAX], to[FOLDER_PATH_MAX];
    struct pair pair = {0};
    folder_join(from, sim->data, "journal");
    folder_join(to, sim->initial, "journal");
    folder_remove(to);
    folder_copy(from, to);
    bool good = open_one(sim, sim->data, &pair.first_ledger, &pair.first) &&
                open_one(sim, sim->initial, &pair.second_ledger, &pair.second);
    if (good) {
        struct ledger_stats stats;
        ledger_stats(pair.second_ledger, &stats);
        if (stats.replayed_batches != sim->model.sequence)
            good = sim_fail(sim, "replay: %llu batches of %llu",
                            (unsigned long long)stats.replayed_batches,
                            (unsigned long long)sim->model.sequence);
    }
    good =
        good && same_accounts(sim, &pair) && same_payments(sim, &pair) && same_registry(sim, &pair);
    if (pair.first != NULL)
        ledger_snapshot_close(pair.first);
    if (pair.second != NULL)
        ledger_snapshot_close(pair.second);
    ledger_close(pair.first_ledger);
    ledger_close(pair.second_ledger);
    return good;
}
