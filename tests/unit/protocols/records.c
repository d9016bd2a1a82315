#include "tests/unit/protocols/records.h"

#include <string.h>

/* A payment with room for its parts, laid out as the ledger does. */
struct record {
    struct ledger_payment payment;
    uint8_t parts[1400];
};

#define OPENED 1735689600000000001u  /* 2025-01-01T00:00:00.000000001Z */
#define CHANGED 1735689600250000000u /* a quarter of a second later    */

static void make(struct record *record, const struct ledger_leg *legs, const char *reference,
                 size_t reference_size, const char *attributes) {
    struct ledger_payment *payment = &record->payment;
    size_t legs_size = payment->leg_count * sizeof *legs, attributes_size = strlen(attributes);
    memcpy(record->parts, legs, legs_size);
    memcpy(record->parts + legs_size, reference, reference_size);
    memcpy(record->parts + legs_size + reference_size, attributes, attributes_size);
    payment->reference_size = (uint8_t)reference_size;
    payment->attributes_size = (uint16_t)attributes_size;
    payment->size =
        (uint32_t)((sizeof *payment + legs_size + reference_size + attributes_size + 7) &
                   ~(size_t)7);
}

static const struct ledger_leg legs[2] = {
    {.debit = 1001,
     .credit = 2001,
     .amount = 10000,
     .debit_balance = -10000,
     .credit_balance = 10000,
     .debit_previous = 0,
     .credit_previous = LEDGER_ENTRY(11, 0, true)},
    {.debit = 2001,
     .credit = 2,
     .amount = 50,
     .debit_balance = 9950,
     .credit_balance = 50,
     .debit_previous = LEDGER_ENTRY(12, 0, true)},
};
static const struct ledger_leg pending[1] = {{.debit = 1001, .credit = 2001, .amount = 10000}};

static struct ledger_payment header(uint64_t id, enum ledger_state state, uint8_t leg_count,
                                    unsigned flags) {
    return (struct ledger_payment){
        .id = id,
        .requester = 7,
        .opened_ns = OPENED,
        .changed_ns = CHANGED,
        .sequence = id + 40,
        .value_date = 20250101,
        .operation = 3,
        .leg_count = leg_count,
        .state = (uint8_t)state,
        .flags = (uint8_t)flags,
    };
}

static const struct record *payment_find(const char *name) {
    static struct record record;
    memset(&record, 0, sizeof record);
    if (strcmp(name, "completed") == 0) {
        record.payment = header(55, LEDGER_COMPLETED, 2, LEDGER_PAYMENT_POST);
        make(&record, legs, "r-1", 3, "{\"till\":4,\"note\":\"caf\xc3\xa9 \\\"q\\\"\"}");
    } else if (strcmp(name, "held") == 0) {
        record.payment = header(56, LEDGER_HELD, 1, LEDGER_PAYMENT_DISPATCHED);
        record.payment.deadline_ns = OPENED + 60000000000u;
        record.payment.reversal_of = 55;
        make(&record, pending, "\xd0\xb0\"\\", 4, "");
    } else if (strcmp(name, "waiting") == 0) {
        record.payment = header(57, LEDGER_WAITING, 1, LEDGER_PAYMENT_WAIT | LEDGER_PAYMENT_POST);
        record.payment.operation = 900;
        make(&record, pending, "w", 1, "[1]");
    } else if (strcmp(name, "expired") == 0) {
        record.payment = header(58, LEDGER_DECLINED, 1, LEDGER_PAYMENT_EXPIRED);
        make(&record, pending, "tab\there", 8, "{}");
    } else if (strcmp(name, "binary") == 0) {
        record.payment = header(59, LEDGER_COMPLETED, 2, LEDGER_PAYMENT_POST);
        make(&record, legs, "\x00\xff\x10", 3, "\xff\xfe");
    } else {
        return NULL;
    }
    return &record;
}

static const struct ledger_account *account_find(const char *name) {
    static const struct ledger_account wallet = {
        .id = 2001,
        .owner = 501,
        .debits_pending = 1500,
        .debits_posted = 50,
        .credits_pending = 7,
        .credits_posted = 10000,
        .ceiling = 100000000,
        .day_limit = LEDGER_NO_CEILING,
        .month_limit = 5000000000,
        .day_turnover = 1550,
        .month_turnover = 91550,
        .entry_head = LEDGER_ENTRY(13, 0, true),
        .entry_count = 4,
        .opened_ns = OPENED,
        .changed_ns = CHANGED,
        .day = 20250101,
        .month = 202501,
        .kind = LEDGER_WALLET,
        .currency = LEDGER_CURRENCY_KZT,
    };
    static const struct ledger_account overdrawn = {
        .id = 1,
        .debits_posted = 123456,
        .credits_posted = 1,
        .floor = 100,
        .ceiling = LEDGER_NO_CEILING,
        .day_limit = LEDGER_NO_CEILING,
        .month_limit = LEDGER_NO_CEILING,
        .opened_ns = OPENED,
        .changed_ns = OPENED,
        .kind = LEDGER_ISSUER,
        .currency = 840,
        .flags = LEDGER_ACCOUNT_OVERDRAFT,
    };
    static const struct ledger_account closed = {
        .id = 2002,
        .ceiling = LEDGER_NO_CEILING,
        .day_limit = LEDGER_NO_CEILING,
        .month_limit = LEDGER_NO_CEILING,
        .opened_ns = OPENED,
        .changed_ns = CHANGED,
        .kind = LEDGER_MERCHANT,
        .currency = LEDGER_CURRENCY_KZT,
        .flags = LEDGER_ACCOUNT_FROZEN | LEDGER_ACCOUNT_CLOSED,
    };
    if (strcmp(name, "wallet") == 0)
        return &wallet;
    if (strcmp(name, "overdrawn") == 0)
        return &overdrawn;
    return strcmp(name, "closed") == 0 ? &closed : NULL;
}

const void *record_find(const char *name, uint32_t *size) {
    static const char value[] = "name=Tenge Shop\n";
    const struct record *record = payment_find(name);
    if (record != NULL) {
        *size = record->payment.size;
        return record;
    }
    if (strcmp(name, "registry") == 0) {
        *size = sizeof value - 1;
        return value;
    }
    *size = sizeof(struct ledger_account);
    return account_find(name);
}

/* ---- The snapshot, in place of the ledger's ------------------------------------------------ */

struct ledger_snapshot {
    uint64_t sequence;
};

struct ledger_snapshot *record_snapshot(void) {
    static struct ledger_snapshot snapshot = {.sequence = 77};
    return &snapshot;
}

uint64_t ledger_snapshot_sequence(const struct ledger_snapshot *snapshot) {
    return snapshot->sequence;
}

const struct ledger_account *ledger_snapshot_account(struct ledger_snapshot *snapshot,
                                                     uint64_t id) {
    (void)snapshot;
    if (id == 2001)
        return account_find("wallet");
    return id == 2002 ? account_find("closed") : NULL;
}

const struct ledger_payment *ledger_snapshot_payment(struct ledger_snapshot *snapshot,
                                                     uint64_t id) {
    static const struct ledger_leg first[1] = {
        {.debit = 1, .credit = 2001, .amount = 5, .debit_balance = -5, .credit_balance = 5}};
    static const struct ledger_leg last[1] = {{.debit = 3001,
                                               .credit = 2001,
                                               .amount = 25,
                                               .debit_balance = 0,
                                               .credit_balance = 9975,
                                               .credit_previous = LEDGER_ENTRY(12, 1, false)}};
    static struct record records[4];
    (void)snapshot;
    for (unsigned i = 0; i < 4; i++) {
        enum ledger_state state = i == 3 ? LEDGER_HELD : LEDGER_COMPLETED; /* 14 is not posted */
        records[i].payment = header(11 + i, state, i == 1 ? 2 : 1, LEDGER_PAYMENT_POST);
    }
    make(&records[0], first, "a", 1, "");
    make(&records[1], legs, "b", 1, "");
    make(&records[2], last, "c", 1, "");
    make(&records[3], pending, "d", 1, "");
    return id >= 11 && id <= 14 ? &records[id - 11].payment : NULL;
}
