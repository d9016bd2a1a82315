/* audit.c - proving a ledger: every account is recomputed from its payments.
 *
 * Each account's chain of entries is walked from its head: the balances along it must follow from
 * each other, its sums must be the account's posted counters, and it must be as long as it says.
 * Since an entry names its account, chains share no entry; so when all chains together are as long
 * as the completed payments have sides, each side was counted once. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/assert.h"
#include "ledger/core.h"
#include "ledger/failure.h"
#include "ledger/limits.h"

/* What the open payments hold on one account. */
struct pending {
    uint64_t account, debits, credits, passing;
    bool seen; /* its account was found */
};

struct auditing {
    struct ledger *ledger;
    struct store_reader *reader;
    struct ledger_audit *audit;
    void (*fault)(void *context, const char *line);
    void (*progress)(void *context, uint64_t done, uint64_t total);
    void *context;
    uint64_t done, total;
    struct pending *pending; /* a hash of the accounts with holds */
    uint64_t pending_mask, pending_count, sides;
    bool no_memory;
    uint8_t *seen; /* a bit for each payment whose reference was found */
    uint64_t payments_max;
};

static void fault(struct auditing *auditing, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void fault(struct auditing *auditing, const char *format, ...) {
    char line[256];
    va_list arguments;
    auditing->audit->faults++;
    if (auditing->audit->faults > FAULTS_TOLD_MAX) {
        return;
    }
    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    auditing->fault(auditing->context, line);
}

static void step(struct auditing *auditing) {
    auditing->done++;
    if (auditing->progress != NULL && auditing->done % 65536 == 0) {
        auditing->progress(auditing->context, auditing->done, auditing->total);
    }
}

#define ID(number) ((unsigned long long)(number))

/* ---- Payments ----------------------------------------------------------------------------- */

/* The account's slot in the hash; its account is 0 when it has none yet. */
static struct pending *pending_of(const struct auditing *auditing, uint64_t account) {
    uint64_t slot = account * 0x9e3779b97f4a7c15u >> 20 & auditing->pending_mask;
    while (auditing->pending[slot].account != 0 && auditing->pending[slot].account != account) {
        slot = (slot + 1) & auditing->pending_mask;
    }
    return &auditing->pending[slot];
}

/* The same, made when it is new. NULL: out of memory. */
static struct pending *pending_make(struct auditing *auditing, uint64_t account) {
    if (auditing->pending_count * 2 > auditing->pending_mask) {
        struct auditing larger = *auditing;
        larger.pending_mask = auditing->pending_mask * 2 + 1;
        larger.pending = calloc(larger.pending_mask + 1, sizeof larger.pending[0]);
        if (larger.pending == NULL) {
            auditing->no_memory = true;
            return NULL;
        }
        for (uint64_t i = 0; i <= auditing->pending_mask; i++) {
            if (auditing->pending[i].account != 0) {
                *pending_of(&larger, auditing->pending[i].account) = auditing->pending[i];
            }
        }
        free(auditing->pending);
        *auditing = larger;
    }
    struct pending *pending = pending_of(auditing, account);
    auditing->pending_count += pending->account == 0;
    pending->account = account;
    return pending;
}

/* Adds a held payment's net effect on each of its accounts. */
static void add_pending(struct auditing *auditing, const struct ledger_payment *payment) {
    const struct ledger_leg *legs = ledger_payment_legs(payment);
    uint64_t debits[2 * LEDGER_LEGS_MAX] = {0}, credits[2 * LEDGER_LEGS_MAX] = {0};
    uint64_t ids[2 * LEDGER_LEGS_MAX];
    uint32_t count = 0;
    for (uint32_t i = 0; i < 2 * (uint32_t)payment->leg_count; i++) {
        const struct ledger_leg *leg = &legs[i / 2];
        uint64_t id = i % 2 == 0 ? leg->debit : leg->credit;
        uint32_t at = 0;
        while (at < count && ids[at] != id) {
            at++;
        }
        ids[at] = id;
        count += at == count;
        *(i % 2 == 0 ? &debits[at] : &credits[at]) += leg->amount;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct pending *pending = pending_make(auditing, ids[i]);
        if (pending == NULL) {
            return;
        }
        uint64_t passing = debits[i] < credits[i] ? debits[i] : credits[i];
        pending->debits += debits[i] - passing;
        pending->credits += credits[i] - passing;
        pending->passing += passing;
    }
}

static bool well_formed(const struct ledger_payment *payment) {
    size_t size = sizeof *payment + payment->leg_count * sizeof(struct ledger_leg) +
                  payment->reference_size + payment->attributes_size;
    return payment->leg_count >= 1 && payment->leg_count <= LEDGER_LEGS_MAX &&
           payment->reference_size >= 1 && payment->reference_size <= LEDGER_REFERENCE_MAX &&
           payment->attributes_size <= LEDGER_ATTRIBUTES_MAX &&
           payment->size == ((size + 7) & ~(size_t)7) && payment->state >= LEDGER_WAITING &&
           payment->state <= LEDGER_DECLINED;
}

static void check_payment(struct auditing *auditing, const struct ledger_payment *payment) {
    struct ledger_audit *audit = auditing->audit;
    const struct ledger_leg *legs = ledger_payment_legs(payment);
    bool completed = payment->state == LEDGER_COMPLETED;
    bool open = ledger_payment_is_open(payment);
    audit->legs += payment->leg_count;
    auditing->sides += completed ? 2u * payment->leg_count : 0;
    for (uint32_t i = 0; i < payment->leg_count; i++) {
        const struct ledger_leg *leg = &legs[i];
        bool blank = leg->debit_balance == 0 && leg->credit_balance == 0 &&
                     leg->debit_previous == 0 && leg->credit_previous == 0;
        if (!completed && !blank) {
            fault(auditing, "payment %llu: leg %u looks posted, but the payment is %s",
                  ID(payment->id), i, ledger_state_name(payment->state));
        }
        if (leg->amount == 0 || leg->amount > LEDGER_AMOUNT_MAX || leg->debit == leg->credit) {
            fault(auditing, "payment %llu: leg %u is malformed", ID(payment->id), i);
        }
    }
    if (payment->state == LEDGER_HELD) {
        add_pending(auditing, payment);
    }
    uint64_t found = 0, deadline_ns = 0;
    bool listed = store_next_open(auditing->reader, payment->id, &found, &deadline_ns) &&
                  found == payment->id;
    if (listed != open || (open && deadline_ns != ledger_payment_due_ns(payment))) {
        fault(auditing, "payment %llu is %s, and the list of open payments differs",
              ID(payment->id), ledger_state_name(payment->state));
    }
    audit->open_payments += open;
}

static void check_payments(struct auditing *auditing) {
    const struct store_meta *meta = store_meta(auditing->reader);
    for (uint64_t id = 1; id < meta->payment_next; id++) {
        const struct ledger_payment *payment = store_payment(auditing->reader, id);
        if (payment == NULL || payment->id != id || !well_formed(payment)) {
            fault(auditing, "payment %llu is missing or malformed", ID(id));
        } else if (!store_payment_sound(auditing->reader, id)) {
            fault(auditing, "payment %llu was changed: its check does not fit", ID(id));
        } else {
            check_payment(auditing, payment);
        }
        auditing->audit->payments++;
        step(auditing);
    }
    uint64_t past = meta->payment_next;
    if (store_next_payment(auditing->reader, &past) != NULL) {
        fault(auditing, "there are payments past the last id, %llu", ID(meta->payment_next - 1));
    }
}

/* Each open payment was found in the list; so the list must be as long as they are many. */
static void check_open(struct auditing *auditing) {
    uint64_t id = 0, deadline_ns, listed = 0;
    while (id < UINT64_MAX && store_next_open(auditing->reader, id, &id, &deadline_ns)) {
        listed++;
        id += id < UINT64_MAX;
    }
    if (listed != auditing->audit->open_payments) {
        fault(auditing, "the list of open payments has %llu, there are %llu", ID(listed),
              ID(auditing->audit->open_payments));
    }
}

/* ---- Accounts ----------------------------------------------------------------------------- */

/* Sums along an account's chain. */
struct chain {
    uint64_t debits, credits, count;
};

/* Follows the chain from `entry`, whose balance must be `balance`. False: it broke. */
static bool walk(struct auditing *auditing, const struct ledger_account *account,
                 struct chain *chain) {
    uint64_t entry = account->entry_head;
    int64_t balance = (int64_t)(account->credits_posted - account->debits_posted);
    while (entry != 0 && chain->count <= account->entry_count) {
        const struct ledger_payment *payment =
            store_payment(auditing->reader, LEDGER_ENTRY_PAYMENT(entry));
        uint32_t number = LEDGER_ENTRY_LEG(entry);
        bool credit = LEDGER_ENTRY_CREDIT(entry);
        if (payment == NULL || number >= payment->leg_count || payment->state != LEDGER_COMPLETED) {
            return false;
        }
        const struct ledger_leg *leg = &ledger_payment_legs(payment)[number];
        if ((credit ? leg->credit : leg->debit) != account->id ||
            (credit ? leg->credit_balance : leg->debit_balance) != balance) {
            return false;
        }
        balance += credit ? -(int64_t)leg->amount : (int64_t)leg->amount;
        *(credit ? &chain->credits : &chain->debits) += leg->amount;
        chain->count++;
        entry = credit ? leg->credit_previous : leg->debit_previous;
        step(auditing);
    }
    return entry == 0 && balance == 0;
}

static void check_account(struct auditing *auditing, const struct ledger_account *account) {
    struct chain chain = {0};
    struct ledger_audit *audit = auditing->audit;
    struct pending *pending = pending_of(auditing, account->id);
    uint64_t debits = pending->debits, credits = pending->credits, passing = pending->passing;
    pending->seen = pending->account != 0;
    if (!walk(auditing, account, &chain)) {
        fault(auditing, "account %llu: its chain of entries breaks after %llu of %llu",
              ID(account->id), ID(chain.count), ID(account->entry_count));
    } else if (chain.count != account->entry_count || chain.debits != account->debits_posted ||
               chain.credits != account->credits_posted) {
        fault(auditing,
              "account %llu: posted %llu / %llu in %llu entries, its payments say "
              "%llu / %llu in %llu",
              ID(account->id), ID(account->debits_posted), ID(account->credits_posted),
              ID(account->entry_count), ID(chain.debits), ID(chain.credits), ID(chain.count));
    }
    if (debits != account->debits_pending || credits != account->credits_pending ||
        passing != account->passing_pending) {
        fault(auditing,
              "account %llu: pending %llu / %llu / %llu, its open payments say %llu / %llu / %llu",
              ID(account->id), ID(account->debits_pending), ID(account->credits_pending),
              ID(account->passing_pending), ID(debits), ID(credits), ID(passing));
    }
    audit->entries += chain.count;
    audit->debits_posted += account->debits_posted;
    audit->debits_pending += account->debits_pending;
}

static void check_accounts(struct auditing *auditing) {
    struct ledger_audit *audit = auditing->audit;
    uint64_t credits_posted = 0, credits_pending = 0, id = 0;
    const struct ledger_account *account;
    while ((account = store_next_account(auditing->reader, &id)) != NULL) {
        if (account->id != id) {
            fault(auditing, "account %llu says that it is %llu", ID(id), ID(account->id));
        } else if (!store_account_sound(auditing->reader, id)) {
            fault(auditing, "account %llu was changed: its check does not fit", ID(id));
        }
        check_account(auditing, account);
        credits_posted += account->credits_posted;
        credits_pending += account->credits_pending;
        audit->accounts++;
        if (id == UINT64_MAX) {
            fault(auditing, "account %llu cannot be", ID(id));
            break;
        }
        id++;
    }
    for (uint64_t i = 0; i <= auditing->pending_mask; i++) {
        if (auditing->pending[i].account != 0 && !auditing->pending[i].seen) {
            fault(auditing, "account %llu is missing, open payments hold money on it",
                  ID(auditing->pending[i].account));
        }
    }
    if (audit->debits_posted != credits_posted || audit->debits_pending != credits_pending) {
        fault(auditing,
              "the sums over all accounts differ: debits %llu + %llu pending, credits "
              "%llu + %llu pending",
              ID(audit->debits_posted), ID(audit->debits_pending), ID(credits_posted),
              ID(credits_pending));
    }
    if (audit->entries != auditing->sides) {
        fault(auditing, "the accounts' entries are %llu, the completed payments have %llu sides",
              ID(audit->entries), ID(auditing->sides));
    }
}

/* ---- References --------------------------------------------------------------------------- */

static bool check_reference(void *context, const uint8_t *key, size_t key_size, uint64_t id) {
    struct auditing *auditing = context;
    uint8_t wanted[STORE_REFERENCE_MAX];
    const struct ledger_payment *payment =
        id < auditing->payments_max ? store_payment(auditing->reader, id) : NULL;
    size_t size =
        payment != NULL && well_formed(payment)
            ? store_reference_key(wanted, payment->requester, ledger_payment_reference(payment),
                                  payment->reference_size)
            : 0;
    if (size != key_size || memcmp(wanted, key, size) != 0) {
        fault(auditing, "a reference names payment %llu, which has another", ID(id));
    } else if (auditing->seen[id / 8] >> (id % 8) & 1) {
        fault(auditing, "payment %llu has two references", ID(id));
    } else {
        auditing->seen[id / 8] |= (uint8_t)(1u << (id % 8));
    }
    auditing->audit->references++;
    step(auditing);
    return true;
}

static void check_references(struct auditing *auditing) {
    store_each_reference(auditing->reader, check_reference, auditing);
    if (auditing->audit->references != auditing->audit->payments) {
        fault(auditing, "there are %llu references and %llu payments",
              ID(auditing->audit->references), ID(auditing->audit->payments));
    }
}

/* ---- Acts --------------------------------------------------------------------------------- */

static void tell_act(void *context, uint64_t act, const char *why) {
    fault(context, "act %llu %s", ID(act), why);
}

static void tell_record(void *context, const char *name) {
    fault(context, "%s was changed: its check does not fit", name);
}

/* ---- All ---------------------------------------------------------------------------------- */

static int prepare(struct auditing *auditing) {
    if (store_reader_open(auditing->ledger->store, &auditing->reader) != 0) {
        return LEDGER_ESTORE;
    }
    store_reader_forgive(auditing->reader, true);
    auditing->pending_mask = 1023;
    auditing->payments_max = store_meta(auditing->reader)->payment_next;
    auditing->total = auditing->payments_max * 4;
    auditing->pending = calloc(auditing->pending_mask + 1, sizeof auditing->pending[0]);
    auditing->seen = calloc(auditing->payments_max / 8 + 1, 1);
    return auditing->pending != NULL && auditing->seen != NULL ? 0 : LEDGER_EMEMORY;
}

int ledger_audit(struct ledger *ledger, struct ledger_audit *audit,
                 void (*tell)(void *context, const char *line),
                 void (*progress)(void *context, uint64_t done, uint64_t total), void *context) {
    struct ledger_failure failure = {0};
    struct auditing auditing = {
        .ledger = ledger, .audit = audit, .fault = tell, .progress = progress, .context = context};
    *audit = (struct ledger_audit){0};
    int rc = ledger_flush(ledger);
    rc = rc == 0 ? prepare(&auditing) : rc;
    if (rc == 0) {
        audit->sequence = store_meta(auditing.reader)->sequence;
        check_payments(&auditing);
        check_open(&auditing);
        check_accounts(&auditing);
        check_references(&auditing);
        act_check(auditing.reader, &audit->acts, tell_act, &auditing);
        audit_records(auditing.reader, tell_record, &auditing);
        rc = ledger->journal->verify(ledger->journal, &audit->journal_records,
                                     &audit->journal_bytes, &failure);
        if (rc == LEDGER_ECORRUPT) {
            fault(&auditing, "%s", failure.text);
            rc = 0;
        }
    }
    rc = rc == 0 && auditing.no_memory ? LEDGER_EMEMORY : rc;
    if (auditing.reader != NULL) {
        store_reader_close(auditing.reader);
    }
    free(auditing.pending);
    free(auditing.seen);
    return rc;
}
