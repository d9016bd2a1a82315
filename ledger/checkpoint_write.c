/* checkpoint_write.c - a sealed table becomes one LMDB transaction. Everything goes in in the
 * order of its keys, so that each B-tree page is touched once. */
#include <stdlib.h>
#include <string.h>

#include "ledger/assert.h"
#include "ledger/checkpoint.h"

#define PREPARE_EVERY 4096u /* records between looks at the journal's segments: 5 ms */

#define AHEAD 8u /* records fetched ahead of use: sorted order is random in memory */

struct writing {
    struct checkpoint *checkpoint;
    const struct table *table;
    struct store_writer *writer;
    uint64_t done, total; /* records, for the progress */
};

static void progress(struct writing *writing) {
    writing->done++;
    if (writing->done % PREPARE_EVERY == 0) {
        struct checkpoint *checkpoint = writing->checkpoint;
        /* A failure shows again when the ledger thread needs the segment. */
        (void)checkpoint->journal->prepare(checkpoint->journal, NULL);
        /* The commit at the end is a third of the time. */
        checkpoint->permille = writing->done * 650 / writing->total;
    }
}

static void fetch(const void *record, size_t size) {
    for (size_t line = 0; line < size; line += 64) {
        __builtin_prefetch((const char *)record + line);
    }
}

static int by_number(const void *left, const void *right) {
    const struct sort_entry *a = left, *b = right;
    return (a->major > b->major) - (a->major < b->major);
}

static int write_accounts(struct writing *writing) {
    const struct accounts *accounts = writing->checkpoint->accounts;
    struct sort_entry *sort = writing->checkpoint->sort;
    uint32_t number = writing->table->number;
    uint64_t count = accounts->dirty_count[number & 1];
    ASSERT(count <= writing->checkpoint->sort_max);
    for (uint64_t i = 0; i < count; i++) {
        sort[i].major = accounts_sealed(accounts, number, i)->id;
        sort[i].index = i;
    }
    qsort(sort, count, sizeof sort[0], by_number);
    int rc = 0;
    for (uint64_t i = 0; i < count && rc == 0; i++) {
        if (i + AHEAD < count) {
            fetch(accounts_sealed(accounts, number, sort[i + AHEAD].index),
                  sizeof(struct ledger_account));
        }
        rc = store_write_account(writing->writer, accounts_sealed(accounts, number, sort[i].index));
        progress(writing);
    }
    return rc;
}

static int write_new_payments(struct writing *writing) {
    const struct table *table = writing->table;
    int rc = 0;
    for (uint64_t i = 0; i < table->payment_count && rc == 0; i++) {
        const struct ledger_payment *payment = table_new_payment(table, i);
        rc = store_write_payment(writing->writer, payment, true);
        if (rc == 0 && ledger_payment_is_open(payment)) {
            rc = store_write_open(writing->writer, payment->id, ledger_payment_due_ns(payment));
        }
        progress(writing);
    }
    return rc;
}

static int write_older_payments(struct writing *writing) {
    const struct table *table = writing->table;
    struct sort_entry *sort = writing->checkpoint->sort;
    int rc = 0;
    for (uint64_t i = 0; i < table->older_count; i++) {
        sort[i].major = table_older_payment(table, i)->id;
        sort[i].index = i;
    }
    qsort(sort, table->older_count, sizeof sort[0], by_number);
    for (uint64_t i = 0; i < table->older_count && rc == 0; i++) {
        const struct ledger_payment *payment = table_older_payment(table, sort[i].index);
        rc = store_write_payment(writing->writer, payment, false);
        if (rc == 0) {
            rc = ledger_payment_is_open(payment) ? store_write_open(writing->writer, payment->id,
                                                                    ledger_payment_due_ns(payment))
                                                 : store_erase_open(writing->writer, payment->id);
        }
        progress(writing);
    }
    return rc;
}

static int write_records(struct writing *writing) {
    const struct table *table = writing->table;
    int rc = 0;
    for (uint64_t slot = 0; table->record_count > 0 && slot <= table->record_mask && rc == 0;
         slot++) {
        const struct table_record *record = table_record_at(table, slot);
        if (record != NULL) {
            const uint8_t *key = (const uint8_t *)(record + 1);
            rc = store_write_record(writing->writer, key, record->key_size, key + record->key_size,
                                    record->value_size);
            progress(writing);
        }
    }
    return rc;
}

/* ---- References --------------------------------------------------------------------------- */

/* The first 8 bytes of a reference as a number that sorts as they do. */
static uint64_t prefix_of(const struct ledger_payment *payment) {
    uint64_t prefix = 0;
    size_t size = payment->reference_size < 8 ? payment->reference_size : 8;
    memcpy(&prefix, ledger_payment_reference(payment), size);
    return __builtin_bswap64(prefix);
}

/* As LMDB compares keys. `table` is needed only for equal beginnings. */
static int by_reference(const void *left, const void *right, void *context) {
    const struct sort_entry *a = left, *b = right;
    const struct table *table = context;
    if (a->major != b->major) {
        return a->major < b->major ? -1 : 1;
    }
    if (a->minor != b->minor) {
        return a->minor < b->minor ? -1 : 1;
    }
    const struct ledger_payment *x = table_new_payment(table, a->index);
    const struct ledger_payment *y = table_new_payment(table, b->index);
    size_t shorter = x->reference_size < y->reference_size ? x->reference_size : y->reference_size;
    int order = memcmp(ledger_payment_reference(x), ledger_payment_reference(y), shorter);
    return order != 0 ? order : (int)x->reference_size - (int)y->reference_size;
}

static int write_references(struct writing *writing) {
    const struct table *table = writing->table;
    struct sort_entry *sort = writing->checkpoint->sort;
    ASSERT(table->payment_count <= writing->checkpoint->sort_max);
    if (table->payment_count == 0) {
        return 0;
    }
    for (uint64_t i = 0; i < table->payment_count; i++) {
        const struct ledger_payment *payment = table_new_payment(table, i);
        sort[i] = (struct sort_entry){payment->requester, prefix_of(payment), i};
        /* Before the commit, so that none is missed after it; one too many does no harm. */
        filter_add(writing->checkpoint->filter,
                   reference_hash(table->seed, payment->requester,
                                  ledger_payment_reference(payment), payment->reference_size));
    }
    struct table *context = (struct table *)(uintptr_t)table;
    qsort_r(sort, table->payment_count, sizeof sort[0], by_reference, context);
    int rc = store_run_begin(writing->writer);
    for (uint64_t i = 0; i < table->payment_count && rc == 0; i++) {
        if (i + AHEAD < table->payment_count) { /* header, a leg and a reference */
            fetch(table_new_payment(table, sort[i + AHEAD].index), 192);
        }
        const struct ledger_payment *payment = table_new_payment(table, sort[i].index);
        uint8_t key[STORE_REFERENCE_MAX];
        size_t size = store_reference_key(
            key, payment->requester, ledger_payment_reference(payment), payment->reference_size);
        rc = store_run_append(writing->writer, key, size, payment->id);
        progress(writing);
    }
    return rc;
}

int checkpoint_write(struct checkpoint *checkpoint, struct table *table,
                     struct ledger_failure *failure) {
    uint64_t accounts = checkpoint->accounts->dirty_count[table->number & 1];
    struct writing writing = {
        .checkpoint = checkpoint,
        .table = table,
        .total = accounts + table->payment_count * 2 + table->older_count + table->record_count + 1,
    };
    checkpoint->permille = 0;
    int rc = store_write_begin(checkpoint->store, &writing.writer, failure);
    if (rc != 0) {
        return rc;
    }
    int (*const steps[])(struct writing *) = {
        write_accounts, write_new_payments, write_older_payments, write_records, write_references};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0] && rc == 0; i++) {
        rc = steps[i](&writing);
    }
    if (rc != 0) {
        store_write_abort(writing.writer);
        return rc;
    }
    struct store_meta *meta = store_write_meta(writing.writer);
    meta->epoch = table->epoch;
    meta->sequence = table->sequence;
    meta->time_ns = table->time_ns;
    meta->journal_mark = table->journal_mark;
    meta->payment_next = table->first_payment + table->payment_count;
    memcpy(meta->hash, table->hash, sizeof meta->hash);
    checkpoint->runs = meta->run_count;
    return store_write_commit(writing.writer);
}
