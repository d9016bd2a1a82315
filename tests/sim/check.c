#include "tests/lib/require.h"
#include "tests/sim/sim.h"

#include <stdalign.h>
#include <string.h>

enum { LOOKUPS_MAX = 64 };

/* Looks up records first .. first + count - 1 of a kind in one batch. */
static bool look_up(struct sim *sim, struct ledger *ledger, enum ledger_kind kind, uint64_t first,
                    uint32_t count) {
    static alignas(8) uint8_t memory[LOOKUPS_MAX * LEDGER_COMMAND_MAX];
    const void *commands[LOOKUPS_MAX] = {NULL};
    struct ledger_result results[LOOKUPS_MAX];
    struct ledger_writer writer = {.base = memory, .size = sizeof memory};
    struct sim_command command = {.kind = kind};
    REQUIRE(count <= LOOKUPS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        commands[i] = memory + writer.used;
        command.payment = command.account.id = first + i;
        encode_command(&writer, &command);
    }
    if (ledger_commit(ledger, sim->model.time_ns, commands, count, results) != 0)
        return sim_fail(sim, "lookup: %s", ledger_failure_text(ledger));
    for (uint32_t i = 0; i < count; i++) {
        struct model_result expected;
        command.payment = command.account.id = first + i;
        model_apply(&sim->model, &command, &expected);
        if (!compare_result(sim, &command, &expected, &results[i]))
            return false;
    }
    return true;
}

static bool look_up_all(struct sim *sim, struct ledger *ledger, enum ledger_kind kind,
                        uint64_t first, uint64_t last) {
    for (uint64_t id = first; id <= last; id += LOOKUPS_MAX) {
        uint64_t left = last - id + 1;
        if (!look_up(sim, ledger, kind, id, left < LOOKUPS_MAX ? (uint32_t)left : LOOKUPS_MAX))
            return false;
    }
    return true;
}

/* Sums over all accounts, from lookups just compared with the model: the model's are the ledger's.
 */
static bool check_zero_sum(struct sim *sim) {
    uint64_t debits = 0, credits = 0; /* modulo 2^64: equal sums stay equal */
    for (uint64_t id = 1; id < MODEL_ACCOUNTS_MAX; id++) {
        const struct ledger_account *record = &sim->model.accounts[id].record;
        debits += record->debits_posted + record->debits_pending;
        credits += record->credits_posted + record->credits_pending;
    }
    return debits == credits ||
           sim_fail(sim, "debits and credits differ by %lld", (long long)(debits - credits));
}

bool check_live(struct sim *sim, struct ledger *ledger, bool everything) {
    uint64_t accounts = sim->profile.accounts + 5, payments = sim->model.payment_count;
    struct random pick = {sim->seed + sim->step};
    uint64_t first_payment = everything ? 1 : sim->compared_payments + 1;
    uint64_t first_account = 1;
    if (!everything && accounts > 500) { /* a window of them */
        first_account = 1 + random_below(&pick, accounts - 300);
        accounts = first_account + 300;
    }
    if (!look_up_all(sim, ledger, LEDGER_ACCOUNT_LOOKUP, first_account, accounts) ||
        !look_up_all(sim, ledger, LEDGER_LOOKUP, first_payment, payments))
        return false;
    if (!everything && payments > LOOKUPS_MAX &&
        !look_up(sim, ledger, LEDGER_LOOKUP, 1 + random_below(&pick, payments - LOOKUPS_MAX),
                 LOOKUPS_MAX))
        return false;
    sim->compared_payments = payments;
    return check_zero_sum(sim);
}

/* ---- A snapshot ---- */

static bool check_accounts(struct sim *sim, struct ledger_snapshot *snapshot) {
    uint64_t count = 0;
    const struct ledger_account *account = ledger_snapshot_next_account(snapshot, 0);
    for (; account != NULL; account = ledger_snapshot_next_account(snapshot, account->id + 1)) {
        if (!compare_account(sim, account, account->id))
            return false;
        count++;
    }
    return count == sim->model.account_count ||
           sim_fail(sim, "the snapshot has %llu accounts", (unsigned long long)count);
}

static bool check_delivery(struct sim *sim, struct ledger_snapshot *snapshot, uint64_t id) {
    const struct model_payment *payment = model_payment(&sim->model, id);
    struct ledger_delivery_whole delivery;
    bool there = ledger_snapshot_delivery(snapshot, id, &delivery);
    bool same = there == (payment->deliver_to > 0);
    if (same && there)
        same = delivery.head.provider == payment->deliver_to &&
               delivery.head.attempts == payment->attempts &&
               delivery.head.created_ns == payment->news_ns;
    return same || sim_fail(sim, "the delivery of payment %llu differs", (unsigned long long)id);
}

static bool check_payments(struct sim *sim, struct ledger_snapshot *snapshot) {
    uint64_t id = 0, opened = 0;
    const struct ledger_payment *payment = ledger_snapshot_next_payment(snapshot, 0);
    for (; payment != NULL; payment = ledger_snapshot_next_payment(snapshot, id + 1))
        if (!compare_payment(sim, payment, ++id) || !check_delivery(sim, snapshot, id))
            return false;
    if (id != sim->model.payment_count)
        return sim_fail(sim, "the snapshot has %llu payments", (unsigned long long)id);
    id = 0;
    payment = ledger_snapshot_next_open(snapshot, 0);
    for (; payment != NULL; payment = ledger_snapshot_next_open(snapshot, id + 1)) {
        const struct model_payment *there = model_payment(&sim->model, payment->id);
        if (payment->id <= id || there == NULL || !model_is_open(there))
            return sim_fail(sim, "payment %llu among the open ones",
                            (unsigned long long)payment->id);
        id = payment->id;
        opened++;
    }
    return opened == sim->model.open_count ||
           sim_fail(sim, "the snapshot has %llu open payments", (unsigned long long)opened);
}

static bool check_registry(struct sim *sim, struct ledger_snapshot *snapshot) {
    struct ledger_registry_record record = {.key = "", .key_size = 0};
    char key[16] = "", after[17] = "";
    static uint8_t value[LEDGER_VALUE_MAX];
    for (unsigned i = 0; i < MODEL_KEYS_MAX; i++) {
        const struct model_record *want = &sim->model.registry[i];
        if (!want->exists)
            continue;
        snprintf(key, sizeof key, "key/%03u", i);
        size_t after_size = after[0] == '\0' ? 0 : strlen(after) + 1; /* one more zero byte */
        blob_fill(value, want->size, want->seed);
        if (!ledger_snapshot_next_registry(snapshot, after, after_size, &record) ||
            record.key_size != strlen(key) || memcmp(record.key, key, record.key_size) != 0 ||
            record.value_size != want->size || memcmp(record.value, value, want->size) != 0)
            return sim_fail(sim, "the snapshot's registry differs at %s", key);
        memcpy(after, key, sizeof key);
    }
    return !ledger_snapshot_next_registry(snapshot, "key/~", 5, &record) ||
           sim_fail(sim, "the snapshot's registry has too many records");
}

/* The registry's values before and after, or a payment's states. */
static bool same_bytes(const struct model_act *want, const struct ledger_act *got,
                       const uint8_t *before) {
    static uint8_t value[LEDGER_VALUE_MAX];
    const uint8_t *after = before + got->before_size;
    if (want->kind == LEDGER_REGISTRY_PUT) {
        blob_fill(value, want->before_size, want->before_seed);
        bool same = got->before_size == want->before_size && got->after_size == want->after_size &&
                    memcmp(value, before, want->before_size) == 0;
        blob_fill(value, want->after_size, want->after_seed);
        return same && memcmp(value, after, want->after_size) == 0;
    }
    if (want->kind == LEDGER_ACCOUNT_OPEN || want->kind == LEDGER_ACCOUNT_CHANGE)
        return got->after_size == sizeof(struct ledger_account) &&
               (got->before_size > 0) == (want->kind == LEDGER_ACCOUNT_CHANGE);
    return got->after_size > 0 && after[0] == want->after_state &&
           (got->before_size > 0 ? before[0] : 0) == want->before_state;
}

static bool check_acts(struct sim *sim, struct ledger_snapshot *snapshot) {
    static struct ledger_act_whole act;
    char name[24];
    if (ledger_snapshot_acts(snapshot) != sim->model.act_count)
        return sim_fail(sim, "the snapshot has %llu acts",
                        (unsigned long long)ledger_snapshot_acts(snapshot));
    for (uint64_t number = 1; number <= sim->model.act_count; number++) {
        const struct model_act *want = &sim->model.acts[number - 1];
        size_t size = (size_t)snprintf(name, sizeof name, "actor %u", want->actor);
        bool same = ledger_snapshot_act(snapshot, number, &act) &&
                    act.head.kind == (uint16_t)want->kind && act.head.id == want->id &&
                    act.head.time_ns == want->time_ns && act.head.name_size == size &&
                    memcmp(act.bytes, name, size) == 0;
        size_t skip = (size_t)act.head.name_size + act.head.from_size + act.head.reason_size +
                      act.head.key_size;
        if (!same || !same_bytes(want, &act.head, act.bytes + skip))
            return sim_fail(sim, "act %llu differs", (unsigned long long)number);
    }
    return true;
}

static void audit_fault(void *context, const char *line) {
    sim_fail(context, "audit: %s", line);
}

static bool check_audit(struct sim *sim, struct ledger *ledger) {
    struct ledger_audit audit;
    int error = ledger_audit(ledger, &audit, audit_fault, NULL, sim);
    const struct model *model = &sim->model;
    if (error != 0)
        return sim_fail(sim, "audit: %s", ledger_error_text(error));
    if (audit.faults != 0 || audit.accounts != model->account_count ||
        audit.payments != model->payment_count || audit.legs != model->leg_count ||
        audit.open_payments != model->open_count || audit.references != model->payment_count)
        return sim_fail(sim, "audit: %llu faults, %llu accounts, %llu payments, %llu open",
                        (unsigned long long)audit.faults, (unsigned long long)audit.accounts,
                        (unsigned long long)audit.payments,
                        (unsigned long long)audit.open_payments);
    return true;
}

bool check_stored(struct sim *sim, struct ledger *ledger) {
    struct ledger_snapshot *snapshot = NULL;
    if (ledger_flush(ledger) != 0)
        return sim_fail(sim, "flush: %s", ledger_failure_text(ledger));
    if (ledger_snapshot_open(ledger, &snapshot) != 0)
        return sim_fail(sim, "no snapshot");
    uint64_t sequence = ledger_snapshot_sequence(snapshot);
    bool good = check_accounts(sim, snapshot) && check_payments(sim, snapshot) &&
                check_registry(sim, snapshot) && check_acts(sim, snapshot);
    ledger_snapshot_close(snapshot);
    if (good && sequence != sim->model.sequence)
        return sim_fail(sim, "the snapshot is of batch %llu", (unsigned long long)sequence);
    return good && check_audit(sim, ledger);
}
