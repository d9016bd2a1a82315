/* The walk along an account's entries. */
#include <criterion/criterion.h>

#include "protocols/common/statement.h"
#include "tests/unit/protocols/records.h"

static enum statement_status read_from(uint64_t account, uint64_t before, uint32_t limit,
                                       struct statement *statement) {
    return statement_read(record_snapshot(), account, before, limit, statement);
}

Test(statement, is_newest_first) {
    struct statement statement;
    cr_assert_eq(read_from(2001, 0, 100, &statement), STATEMENT_READ);
    cr_assert_eq(statement.count, 4);
    static const uint64_t links[] = {LEDGER_ENTRY(13, 0, true), LEDGER_ENTRY(12, 1, false),
                                     LEDGER_ENTRY(12, 0, true), LEDGER_ENTRY(11, 0, true)};
    static const int64_t balances[] = {9975, 9950, 10000, 5};
    for (size_t i = 0; i < 4; i++) {
        cr_expect_eq(statement.entries[i].link, links[i]);
        cr_expect_eq(statement_balance(&statement.entries[i]), balances[i]);
    }
    cr_expect_eq(statement.sequence, 77);
    cr_expect_eq(statement.next, 0);
}

Test(statement, pages_join) {
    uint64_t before = 0;
    uint32_t seen = 0;
    struct statement statement;
    do {
        cr_assert_eq(read_from(2001, before, 1, &statement), STATEMENT_READ);
        cr_assert_eq(statement.count, 1);
        before = statement.next;
        seen++;
    } while (before != 0);
    cr_expect_eq(seen, 4);
}

Test(statement, behind_the_oldest_there_is_nothing) {
    struct statement statement;
    cr_expect_eq(read_from(2001, LEDGER_ENTRY(11, 0, true), 10, &statement), STATEMENT_READ);
    cr_expect_eq(statement.count, 0);
    cr_expect_eq(statement.next, 0);
}

Test(statement, accounts_without_entries_and_without_existence) {
    struct statement statement;
    cr_expect_eq(read_from(2002, 0, 10, &statement), STATEMENT_READ);
    cr_expect_eq(statement.count, 0);
    cr_expect_eq(read_from(2003, 0, 10, &statement), STATEMENT_NO_ACCOUNT);
}

/* Otherwise a gateway could read the chains of accounts it was not granted. */
Test(statement, only_entries_of_the_account_are_places_to_go_on) {
    struct statement statement;
    static const uint64_t links[] = {
        LEDGER_ENTRY(12, 0, false), /* the other account's side */
        LEDGER_ENTRY(12, 2, true),  /* no such leg              */
        LEDGER_ENTRY(14, 0, true),  /* not posted               */
        LEDGER_ENTRY(99, 0, true),  /* no such payment          */
        UINT64_MAX,
        1,
    };
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
        cr_expect_eq(read_from(2001, links[i], 10, &statement), STATEMENT_NOT_ENTRY, "%zu", i);
}
