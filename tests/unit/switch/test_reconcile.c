/* Reconciliation: what differs between our day and the provider's. */
#include "switch/reconcile.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static char told[512];

static void tell(void *context, enum reconcile_kind kind, const struct reconcile_row *ours,
                 const struct reconcile_row *theirs) {
    static const char *const names[] = {"ours", "theirs", "amounts", "states"};
    char line[64];
    (void)context;
    cr_assert((ours == NULL) == (kind == RECONCILE_THEIRS_ONLY));
    cr_assert((theirs == NULL) == (kind == RECONCILE_OURS_ONLY));
    (void)snprintf(line, sizeof line, "%s %llu;", names[kind],
                   (unsigned long long)(ours != NULL ? ours->id : theirs->id));
    cr_assert_lt(strlen(told) + strlen(line), sizeof told);
    memcpy(told + strlen(told), line, strlen(line) + 1);
}

static struct reconcile_totals run(const struct reconcile_row *ours, size_t our_count,
                                   const struct reconcile_row *theirs, size_t their_count) {
    struct reconcile_list a = {NULL, 0, 0}, b = {NULL, 0, 0};
    struct reconcile_totals totals;
    told[0] = '\0';
    for (size_t i = 0; i < our_count; i++)
        cr_assert(reconcile_add(&a, &ours[i]));
    for (size_t i = 0; i < their_count; i++)
        cr_assert(reconcile_add(&b, &theirs[i]));
    reconcile(&a, &b, tell, NULL, &totals);
    free(a.rows);
    free(b.rows);
    return totals;
}

#define OK LEDGER_COMPLETED

Test(reconcile, tells_each_kind_of_difference_by_rising_id) {
    const struct reconcile_row ours[] = {
        {5, 100, OK}, {1, 100, OK}, {3, 100, LEDGER_DECLINED}, {2, 100, OK}, {9, 1, LEDGER_HELD}};
    const struct reconcile_row theirs[] = {
        {3, 100, OK}, {2, 150, OK}, {1, 100, OK}, {7, 70, OK}, {1, 100, OK}};
    struct reconcile_totals totals = run(ours, 5, theirs, 5);
    cr_expect_str_eq(told, "theirs 1;amounts 2;states 3;ours 5;theirs 7;");
    cr_expect_eq(totals.matched, 1);
    cr_expect_eq(totals.ours, 3);
    cr_expect_eq(totals.ours_amount, 300);
    cr_expect_eq(totals.theirs, 5);
    cr_expect_eq(totals.theirs_amount, 520);
}

Test(reconcile, of_equal_days_tells_nothing) {
    const struct reconcile_row rows[] = {{1, 100, OK}, {2, 5, OK}};
    struct reconcile_totals totals = run(rows, 2, rows, 2);
    cr_expect_str_eq(told, "");
    cr_expect_eq(totals.matched, 2);
    totals = run(NULL, 0, NULL, 0);
    cr_expect_eq(totals.matched, 0);
}

static enum reconcile_line read(const char *line, struct reconcile_row *row, uint64_t *count) {
    return reconcile_read(slice_text(line), row, count);
}

Test(reconcile, lines_have_five_fields_and_the_last_one_the_total) {
    struct reconcile_row row;
    uint64_t count = 0;
    cr_expect_eq(read("57\t20261125\t120001\t7071234567\t200.00\r", &row, &count), RECONCILE_ROW);
    cr_expect(row.id == 57 && row.amount == 20000);
    cr_expect_eq(read("Total:\t3\t600.00", &row, &count), RECONCILE_TOTAL);
    cr_expect(count == 3 && row.amount == 60000);
    cr_expect_eq(read("\r", &row, &count), RECONCILE_EMPTY);
    static const char *const wrong[] = {"57",
                                        "57\t1\t2\t3",
                                        "x\t1\t2\t3\t1.00",
                                        "0\t1\t2\t3\t1.00",
                                        "57\t1\t2\t3\t1,00",
                                        "57\t1\t2\t3\t1.00\t9",
                                        "57\t\t2\t3\t1.00",
                                        "Total:\t1",
                                        "Total:\tx\t1.00",
                                        "99999999999999999999\t1\t2\t3\t1.00"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        cr_expect_eq(read(wrong[i], &row, &count), RECONCILE_WRONG, "%s", wrong[i]);
}
