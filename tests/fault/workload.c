#include "tests/fault/workload.h"
#include "tests/lib/require.h"

#include <stdalign.h>
#include <string.h>

void work_accounts(struct rig *rig) {
    struct ledger_result result = rig_account(rig, 1, LEDGER_ACCOUNT_OVERDRAFT);
    REQUIRE(result.status == LEDGER_DONE || result.status == LEDGER_REPLAYED);
    for (uint64_t id = 10; id <= 30; id += 10) {
        result = rig_account(rig, id, 0);
        REQUIRE(result.status == LEDGER_DONE || result.status == LEDGER_REPLAYED);
    }
}

/* A batch k is: pay p<k> 1>10 100 + k; hold h<k> 10>20 50; complete (k even) or decline h<k>;
 * pay f<k> 30>1 1, which is refused: 30 has no money. Account 20 gets 50 of every second one. */
enum { COMMANDS = 4, FILLER_MAX = 8, ATTRIBUTES = 700 };

static alignas(8) uint8_t memory[(COMMANDS + FILLER_MAX) * LEDGER_COMMAND_MAX];

static void reference(char *text, char kind, unsigned batch) {
    snprintf(text, 16, "%c%u", kind, batch);
}

static void put_payment(struct ledger_writer *writer, char kind, unsigned batch,
                        struct ledger_leg_request leg) {
    static const uint8_t attributes[ATTRIBUTES] = {1, 2, 3};
    char text[16];
    reference(text, kind, batch);
    struct ledger_open open = {.requester = RIG_REQUESTER,
                               .reference = text,
                               .reference_size = (uint32_t)strlen(text),
                               .legs = &leg,
                               .leg_count = 1,
                               .post = kind != 'h',
                               .attributes = attributes,
                               .attributes_size = sizeof attributes};
    REQUIRE(ledger_put_open(writer, &open) == LEDGER_DONE);
}

static void put_batch(struct ledger_writer *writer, unsigned batch) {
    char text[16];
    put_payment(writer, 'p', batch, (struct ledger_leg_request){1, 10, 100 + batch});
    put_payment(writer, 'h', batch, (struct ledger_leg_request){10, 20, 50});
    reference(text, 'h', batch);
    struct ledger_target target = {
        .requester = RIG_REQUESTER, .reference = text, .reference_size = (uint32_t)strlen(text)};
    enum ledger_kind kind = batch % 2 == 0 ? LEDGER_COMPLETE : LEDGER_DECLINE;
    REQUIRE(ledger_put_target(writer, kind, &target) == LEDGER_DONE);
    put_payment(writer, 'f', batch, (struct ledger_leg_request){30, 1, 1});
}

/* 0, or the error. The first four results are those of the payments. */
static int commit(struct rig *rig, unsigned batch, unsigned filler, struct ledger_result *results) {
    struct ledger_writer writer = {.base = memory, .size = sizeof memory};
    const void *commands[COMMANDS + FILLER_MAX] = {NULL};
    static uint8_t value[LEDGER_VALUE_MAX];
    size_t at = 0;
    put_batch(&writer, batch);
    for (size_t i = 0; i < sizeof value; i++) /* would be records, if that were up to payloads */
        value[i] = (uint8_t) "1TIY"[i % 4];
    for (uint32_t i = 0; i < filler; i++)
        REQUIRE(ledger_put_registry(&writer, &i, sizeof i, value, sizeof value,
                                    LEDGER_VERSION_ANY) == LEDGER_DONE);
    for (unsigned i = 0; i < writer.count; i++) {
        commands[i] = memory + at;
        at += ledger_command_size(memory + at, writer.used - at);
    }
    return ledger_commit(rig->ledger, rig->now_ns, commands, writer.count, results);
}

bool work_run(struct rig *rig, struct work *work, unsigned first, unsigned last, bool flush) {
    for (unsigned batch = first; batch < last; batch++) {
        struct ledger_result results[COMMANDS + FILLER_MAX];
        work->batches[batch] = WORK_TRIED;
        rig->now_ns += SECOND_NS / 2;
        if (commit(rig, batch, work->filler, results) != 0)
            return false;
        for (unsigned i = 0; i < COMMANDS; i++)
            REQUIRE(results[i].status == (i == 3 ? LEDGER_FUNDS : LEDGER_DONE));
        work->batches[batch] = WORK_ACKNOWLEDGED;
        if (ledger_tick(rig->ledger, rig->now_ns) != 0)
            return false;
        if (flush && batch % 5 == 4)
            ledger_flush(rig->ledger); /* may fail: then LMDB only lags behind */
    }
    return true;
}

/* ---- Checking ---- */

static bool is_there(struct rig *rig, char kind, unsigned batch, uint8_t state) {
    char text[16];
    reference(text, kind, batch);
    struct ledger_result result = rig_target(rig, LEDGER_LOOKUP, text);
    return result.status == LEDGER_DONE && result.state == state;
}

/* 1: the whole batch, 0: nothing of it, -1: something else. */
static int look(struct rig *rig, unsigned batch) {
    bool payment = is_there(rig, 'p', batch, LEDGER_COMPLETED);
    bool hold = is_there(rig, 'h', batch, batch % 2 == 0 ? LEDGER_COMPLETED : LEDGER_DECLINED);
    char text[16];
    reference(text, 'h', batch);
    bool other_hold = rig_target(rig, LEDGER_LOOKUP, text).status == LEDGER_DONE;
    reference(text, 'f', batch);
    bool refused = rig_target(rig, LEDGER_LOOKUP, text).status == LEDGER_DONE;
    if (payment && hold && !refused)
        return 1;
    return !payment && !other_hold && !refused ? 0 : -1;
}

int work_count(struct rig *rig) {
    int count = 0;
    for (unsigned batch = 0; batch < WORK_BATCHES; batch++) {
        int seen = look(rig, batch);
        if (seen < 0 || (seen == 1 && count != (int)batch))
            return -1;
        count += seen;
    }
    return count;
}

static bool say(const char *what, unsigned batch) {
    printf("  batch %u: %s\n", batch, what);
    return false;
}

static bool check_balances(struct rig *rig, unsigned present) {
    int64_t paid = 0, completed = 0;
    for (unsigned batch = 0; batch < present; batch++) {
        paid += 100 + batch;
        completed += batch % 2 == 0 ? 50 : 0;
    }
    struct ledger_account account = rig_look(rig, 10);
    if (rig_balance(rig, 10) != paid - completed || rig_balance(rig, 20) != completed ||
        rig_balance(rig, 1) != -paid || account.debits_pending != 0)
        return say("the balances differ", present);
    return rig_faults(rig) == 0 || say("the audit found faults", present);
}

bool work_check(struct rig *rig, const struct work *work) {
    unsigned present = 0;
    for (unsigned batch = 0; batch < WORK_BATCHES; batch++) {
        int seen = look(rig, batch);
        if (seen < 0)
            return say("is there in part", batch);
        if (work->batches[batch] == WORK_ACKNOWLEDGED && seen == 0)
            return say("was acknowledged, and is lost", batch);
        if (work->batches[batch] == WORK_UNTRIED && seen == 1)
            return say("was never tried, and is there", batch);
        present += (unsigned)seen;
    }
    if (!check_balances(rig, present))
        return false;
    for (unsigned batch = 0; batch < WORK_BATCHES; batch++) {
        struct ledger_result results[COMMANDS + FILLER_MAX];
        rig->now_ns += SECOND_NS;
        if (commit(rig, batch, 0, results) != 0)
            return say("asked again, and failed", batch);
        if (results[0].status != (batch < present ? LEDGER_REPLAYED : LEDGER_DONE))
            return say("asked again, with another answer", batch);
    }
    return check_balances(rig, WORK_BATCHES);
}
