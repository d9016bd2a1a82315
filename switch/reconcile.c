#include "switch/reconcile.h"

#include <stdlib.h>

#include "protocols/common/money.h"
#include "switch/assert.h"

bool reconcile_add(struct reconcile_list *list, const struct reconcile_row *row) {
    if (list->count == list->size) {
        size_t size = list->size == 0 ? 1024 : 2 * list->size;
        struct reconcile_row *rows = realloc(list->rows, size * sizeof(*rows));
        if (rows == NULL) {
            return false;
        }
        list->rows = rows;
        list->size = size;
    }
    list->rows[list->count++] = *row;
    return true;
}

static int by_id(const void *a, const void *b) {
    const struct reconcile_row *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

static void sort(struct reconcile_list *list) {
    if (list->count > 0) {
        qsort(list->rows, list->count, sizeof(*list->rows), by_id);
    }
}

/* The difference of two rows of one id; RECONCILE_KINDS: there is none. */
static enum reconcile_kind differ(const struct reconcile_row *ours,
                                  const struct reconcile_row *theirs) {
    return ours->state != LEDGER_COMPLETED  ? RECONCILE_STATES
           : ours->amount != theirs->amount ? RECONCILE_AMOUNTS
                                            : RECONCILE_KINDS;
}

void reconcile(struct reconcile_list *ours, struct reconcile_list *theirs,
               void (*tell)(void *context, enum reconcile_kind kind,
                            const struct reconcile_row *ours, const struct reconcile_row *theirs),
               void *context, struct reconcile_totals *totals) {
    size_t o = 0, t = 0;
    *totals = (struct reconcile_totals){.theirs = theirs->count};
    sort(ours);
    sort(theirs);
    for (size_t i = 0; i < ours->count; i++) {
        bool completed = ours->rows[i].state == LEDGER_COMPLETED;
        totals->ours += completed;
        totals->ours_amount += completed ? ours->rows[i].amount : 0;
    }
    for (size_t i = 0; i < theirs->count; i++) {
        totals->theirs_amount += theirs->rows[i].amount;
    }
    while (o < ours->count || t < theirs->count) {
        const struct reconcile_row *our = o < ours->count ? &ours->rows[o] : NULL;
        const struct reconcile_row *their = t < theirs->count ? &theirs->rows[t] : NULL;
        enum reconcile_kind kind = RECONCILE_KINDS;
        if (their == NULL || (our != NULL && our->id < their->id)) {
            kind = our->state == LEDGER_COMPLETED ? RECONCILE_OURS_ONLY : RECONCILE_KINDS;
            their = NULL;
            o++;
        } else if (our == NULL || their->id < our->id) {
            kind = RECONCILE_THEIRS_ONLY;
            our = NULL;
            t++;
        } else {
            kind = differ(our, their);
            totals->matched += kind == RECONCILE_KINDS;
            o++;
            t++;
        }
        if (kind != RECONCILE_KINDS) {
            totals->differences[kind]++;
            tell(context, kind, our, their);
        }
    }
}

/* ---- Lines --------------------------------------------------------------------------------- */

/* Takes the next field off a line with tabs. */
static struct slice next_field(struct slice *line) {
    return slice_cut(line, '\t');
}

static bool read_number(struct slice text, uint64_t *number) {
    *number = 0;
    if (text.size == 0 || text.size > 19) {
        return false;
    }
    for (size_t i = 0; i < text.size; i++) {
        if (text.base[i] < '0' || text.base[i] > '9') {
            return false;
        }
        *number = *number * 10 + (uint64_t)(text.base[i] - '0');
    }
    return true;
}

enum reconcile_line reconcile_read(struct slice line, struct reconcile_row *row, uint64_t *count) {
    if (line.size > 0 && line.base[line.size - 1] == '\r') {
        line.size--;
    }
    if (line.size == 0) {
        return RECONCILE_EMPTY;
    }
    *row = (struct reconcile_row){.state = LEDGER_COMPLETED};
    struct slice first = next_field(&line);
    if (slice_equal(first, SLICE("Total:"))) {
        bool good = read_number(next_field(&line), count) &&
                    money_parse(next_field(&line), &row->amount) && line.size == 0;
        return good ? RECONCILE_TOTAL : RECONCILE_WRONG;
    }
    bool good = read_number(first, &row->id);
    for (int i = 0; i < 3; i++) { /* date, time, account */
        good = next_field(&line).size > 0 && good;
    }
    good = good && money_parse(next_field(&line), &row->amount) && line.size == 0;
    return good && row->id > 0 ? RECONCILE_ROW : RECONCILE_WRONG;
}
