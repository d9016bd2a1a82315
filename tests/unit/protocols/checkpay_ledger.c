#include "checkpay_ledger.h"

#include <criterion/criterion.h>

#include "tests/lib/folder.h"
#include "tests/lib/options.h"

uint64_t books_now_ns;
static char folder[FOLDER_PATH_MAX], data[FOLDER_PATH_MAX];
static struct ledger *ledger;
static _Alignas(8) uint8_t memory[4096];

void books_open(void) {
    struct ledger_failure failure;
    folder_make(folder);
    folder_join(data, folder, "data");
    struct ledger_options options = small_options(data);
    books_now_ns = (uint64_t)1773126000 * SECOND_NS; /* 2026-03-10 12:00 UTC+5 */
    cr_assert_eq(ledger_open(&ledger, &options, books_now_ns, &failure), 0, "%s", failure.text);
    books_account(1, LEDGER_ACCOUNT_OVERDRAFT);
}

void books_close(void) {
    ledger_close(ledger);
    folder_remove(folder);
}

void books_commit(struct ledger_writer *writer, struct ledger_result *results) {
    const void *commands[4] = {NULL};
    size_t at = 0;
    cr_assert_leq(writer->count, 4);
    for (uint32_t i = 0; i < writer->count; i++) {
        commands[i] = writer->base + at;
        at += ledger_command_size(commands[i], writer->used - at);
    }
    cr_assert_eq(ledger_commit(ledger, books_now_ns, commands, writer->count, results), 0);
    cr_assert_eq(ledger_tick(ledger, books_now_ns), 0);
    writer->used = writer->count = 0;
}

void books_account(uint64_t id, uint32_t flags) {
    struct ledger_writer writer = {.base = memory, .size = sizeof memory};
    struct ledger_result result;
    const struct ledger_account_request request = {.id = id,
                                                   .kind = id == 1 ? LEDGER_ISSUER : LEDGER_WALLET,
                                                   .currency = LEDGER_CURRENCY_KZT,
                                                   .flags = flags,
                                                   .ceiling = LEDGER_NO_CEILING,
                                                   .day_limit = LEDGER_NO_CEILING,
                                                   .month_limit = LEDGER_NO_CEILING};
    cr_assert_eq(ledger_put_account_open(&writer, &request), LEDGER_DONE);
    books_commit(&writer, &result);
    cr_assert_eq(result.status, LEDGER_DONE);
}

void books_give(uint64_t account, uint64_t amount) {
    struct ledger_writer writer = {.base = memory, .size = sizeof memory};
    struct ledger_result result;
    const struct ledger_leg_request leg = {1, account, amount};
    const struct ledger_open open = {.requester = 1,
                                     .reference = &account,
                                     .reference_size = sizeof account,
                                     .legs = &leg,
                                     .leg_count = 1,
                                     .post = true};
    cr_assert_eq(ledger_put_open(&writer, &open), LEDGER_DONE);
    books_commit(&writer, &result);
    cr_assert_eq(result.status, LEDGER_DONE);
}

int64_t books_balance(uint64_t account) {
    struct ledger_writer writer = {.base = memory, .size = sizeof memory};
    struct ledger_result result;
    cr_assert_eq(ledger_put_account_lookup(&writer, account), LEDGER_DONE);
    books_commit(&writer, &result);
    cr_assert_eq(result.status, LEDGER_DONE);
    const struct ledger_account *found = result.body;
    return (int64_t)found->credits_posted - (int64_t)found->debits_posted;
}
