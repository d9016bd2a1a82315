/* reconcile.h - a day's registry of a service: ours against the provider's. Pure; one thread.
 * Amounts are tiyn. A day of 10 M payments takes 240 MB a side. */
#ifndef SWITCH_RECONCILE_H
#define SWITCH_RECONCILE_H

#include <stdint.h>

#include "ledger/ledger.h"
#include "protocols/common/slice.h"

struct reconcile_row {
    uint64_t id, amount;
    uint8_t state; /* enum ledger_state; theirs: LEDGER_COMPLETED */
};

struct reconcile_list {
    struct reconcile_row *rows; /* for free() */
    size_t count, size;
};
/* False: no memory. */
bool reconcile_add(struct reconcile_list *list, const struct reconcile_row *row);

enum reconcile_kind {
    RECONCILE_OURS_ONLY,   /* completed here, and not in theirs  */
    RECONCILE_THEIRS_ONLY, /* in theirs (once more), and not here */
    RECONCILE_AMOUNTS,
    RECONCILE_STATES, /* in theirs, and not completed here */
    RECONCILE_KINDS
};
struct reconcile_totals {
    uint64_t ours, theirs, matched;      /* payments; ours: completed */
    uint64_t ours_amount, theirs_amount; /* tiyn, as far as 2^64 goes */
    uint64_t differences[RECONCILE_KINDS];
};
/* Sorts both lists, and calls `tell` for each difference by rising id; of a kind _ONLY the other
 * row is NULL. */
void reconcile(struct reconcile_list *ours, struct reconcile_list *theirs,
               void (*tell)(void *context, enum reconcile_kind kind,
                            const struct reconcile_row *ours, const struct reconcile_row *theirs),
               void *context, struct reconcile_totals *totals);

/* A line of a registry: id, date, time, account, sum, with tabs; or "Total:", count, sum. */
enum reconcile_line { RECONCILE_ROW, RECONCILE_TOTAL, RECONCILE_EMPTY, RECONCILE_WRONG };
enum reconcile_line reconcile_read(struct slice line, struct reconcile_row *row, uint64_t *count);

#endif
