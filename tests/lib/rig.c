#include "tests/lib/rig.h"
#include "tests/lib/require.h"

#include <signal.h>
#include <stdalign.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RIG_BATCH_MAX = 64 };

void rig_make(struct rig *rig) {
    memset(rig, 0, sizeof *rig);
    folder_make(rig->folder);
    folder_join(rig->data, rig->folder, "data");
    rig->options = small_options(rig->data);
    rig->now_ns = (uint64_t)1773126000 * SECOND_NS; /* 2026-03-10 12:00 UTC+5 */
}

int rig_open(struct rig *rig) {
    rig->options.folder = rig->data;
    int error = ledger_open(&rig->ledger, &rig->options, rig->now_ns, &rig->failure);
    if (error != 0)
        rig->ledger = NULL;
    return error;
}

void rig_start(struct rig *rig) {
    rig_make(rig);
    int error = rig_open(rig);
    if (error != 0)
        fprintf(stderr, "%s\n", rig->failure.text);
    REQUIRE(error == 0);
    REQUIRE(rig_account(rig, 1, LEDGER_ACCOUNT_OVERDRAFT).status == LEDGER_DONE);
    for (uint64_t id = 10; id <= 30; id += 10)
        REQUIRE(rig_account(rig, id, 0).status == LEDGER_DONE);
}

void rig_reopen(struct rig *rig) {
    REQUIRE(ledger_close(rig->ledger) == 0);
    int error = rig_open(rig);
    if (error != 0)
        fprintf(stderr, "%s\n", rig->failure.text);
    REQUIRE(error == 0);
}

void rig_stop(struct rig *rig) {
    ledger_close(rig->ledger); /* may fail: some tests break it */
    rig->ledger = NULL;
    folder_remove(rig->folder);
}

void rig_commit(struct rig *rig, struct ledger_writer *writer, struct ledger_result *results) {
    const void *commands[RIG_BATCH_MAX] = {NULL};
    size_t at = 0;
    REQUIRE(writer->count <= RIG_BATCH_MAX);
    for (uint32_t i = 0; i < writer->count; i++) {
        commands[i] = writer->base + at;
        at += ledger_command_size(commands[i], writer->used - at);
    }
    int error = ledger_commit(rig->ledger, rig->now_ns, commands, writer->count, results);
    if (error == 0)
        error = ledger_tick(rig->ledger, rig->now_ns);
    if (error != 0)
        fprintf(stderr, "%s: %s\n", ledger_error_text(error), ledger_failure_text(rig->ledger));
    REQUIRE(error == 0);
    writer->used = writer->count = 0;
}

static struct ledger_result commit_one(struct rig *rig, struct ledger_writer *writer,
                                       enum ledger_status shape) {
    struct ledger_result result = {.status = (uint16_t)shape};
    if (shape == LEDGER_DONE)
        rig_commit(rig, writer, &result);
    return result;
}

#define ONE_COMMAND(writer)                                                                        \
    alignas(8) uint8_t memory[LEDGER_COMMAND_MAX];                                                 \
    struct ledger_writer writer = {.base = memory, .size = sizeof memory}

struct ledger_result rig_account(struct rig *rig, uint64_t id, uint32_t flags) {
    ONE_COMMAND(writer);
    struct ledger_account_request request = {.id = id,
                                             .owner = 5,
                                             .ceiling = LEDGER_NO_CEILING,
                                             .day_limit = LEDGER_NO_CEILING,
                                             .month_limit = LEDGER_NO_CEILING,
                                             .kind = LEDGER_WALLET,
                                             .currency = LEDGER_CURRENCY_KZT,
                                             .flags = flags};
    return commit_one(rig, &writer, ledger_put_account_open(&writer, &request));
}

static struct ledger_result open_one(struct rig *rig, const struct ledger_leg_request *leg,
                                     const char *reference, bool post, uint32_t expires_in_s) {
    ONE_COMMAND(writer);
    struct ledger_open open = {.requester = RIG_REQUESTER,
                               .reference = reference,
                               .reference_size = (uint32_t)strlen(reference),
                               .legs = leg,
                               .leg_count = 1,
                               .post = post,
                               .expires_in_s = expires_in_s};
    return commit_one(rig, &writer, ledger_put_open(&writer, &open));
}

struct ledger_result rig_pay(struct rig *rig, const char *reference, uint64_t debit,
                             uint64_t credit, uint64_t amount) {
    struct ledger_leg_request leg = {.debit = debit, .credit = credit, .amount = amount};
    return open_one(rig, &leg, reference, true, 0);
}

struct ledger_result rig_hold(struct rig *rig, const char *reference, uint64_t debit,
                              uint64_t credit, uint64_t amount, uint32_t expires_in_s) {
    struct ledger_leg_request leg = {.debit = debit, .credit = credit, .amount = amount};
    return open_one(rig, &leg, reference, false, expires_in_s);
}

struct ledger_result rig_target(struct rig *rig, enum ledger_kind kind, const char *reference) {
    ONE_COMMAND(writer);
    struct ledger_target target = {.requester = RIG_REQUESTER,
                                   .reference = reference,
                                   .reference_size = (uint32_t)strlen(reference)};
    return commit_one(rig, &writer, ledger_put_target(&writer, kind, &target));
}

struct ledger_account rig_look(struct rig *rig, uint64_t account) {
    ONE_COMMAND(writer);
    struct ledger_result result =
        commit_one(rig, &writer, ledger_put_account_lookup(&writer, account));
    if (result.status != LEDGER_DONE)
        return (struct ledger_account){0};
    return *(const struct ledger_account *)result.body;
}

int64_t rig_balance(struct rig *rig, uint64_t account) {
    struct ledger_account record = rig_look(rig, account);
    return (int64_t)(record.credits_posted - record.debits_posted);
}

static void print_fault(void *context, const char *line) {
    (void)context;
    fprintf(stderr, "audit: %s\n", line);
}

uint64_t rig_faults(struct rig *rig) {
    struct ledger_audit audit = {0};
    REQUIRE(ledger_audit(rig->ledger, &audit, print_fault, NULL, NULL) == 0);
    return audit.faults;
}

int rig_crash(struct rig *rig, void (*body)(struct rig *rig, void *shared), void *shared,
              size_t size) {
    int status = 0;
    REQUIRE(rig->ledger == NULL);
    void *memory = mmap(NULL, size + 1, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    if (size > 0)
        memcpy(memory, shared, size);
    fflush(NULL);
    pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        int error = rig_open(rig);
        if (error != 0)
            fprintf(stderr, "%s\n", rig->failure.text);
        REQUIRE(error == 0);
        body(rig, memory);
        _exit(0);
    }
    REQUIRE(waitpid(child, &status, 0) == child);
    if (size > 0)
        memcpy(shared, memory, size);
    REQUIRE(munmap(memory, size + 1) == 0);
    return status;
}
