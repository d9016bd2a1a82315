/* operator_list.c - pages of accounts, open payments and registry records. MessagePack wants the
 * count before the rows: a page is walked twice, once to count. */
#include "switch/operator_list.h"

#include "switch/assert.h"
#include "switch/limits.h"

void operator_put_uint(msgpack_packer *packer, const char *name, uint64_t value) {
    pack_text(packer, name);
    msgpack_pack_uint64(packer, value);
}

static void put_int(msgpack_packer *packer, const char *name, int64_t value) {
    pack_text(packer, name);
    msgpack_pack_int64(packer, value);
}

/* A row's id, or 0 when there is none with an id >= `id`; packs it unless packer is NULL. */
typedef uint64_t next_row(struct ledger_snapshot *snapshot, uint64_t id, msgpack_packer *packer);

static uint64_t next_account(struct ledger_snapshot *snapshot, uint64_t id,
                             msgpack_packer *packer) {
    const struct ledger_account *account = ledger_snapshot_next_account(snapshot, id);
    if (account == NULL || packer == NULL) {
        return account == NULL ? 0 : account->id;
    }
    int64_t balance = (int64_t)account->credits_posted - (int64_t)account->debits_posted;
    const char *kind = ledger_kind_name(account->kind);
    msgpack_pack_map(packer, 8);
    operator_put_uint(packer, "id", account->id);
    operator_put_uint(packer, "owner", account->owner);
    pack_text(packer, "kind");
    pack_text(packer, kind == NULL ? "" : kind);
    operator_put_uint(packer, "flags", account->flags);
    put_int(packer, "balance", balance);
    put_int(packer, "available",
            balance - (int64_t)account->debits_pending + (int64_t)account->floor);
    operator_put_uint(packer, "debits_pending", account->debits_pending);
    operator_put_uint(packer, "credits_pending", account->credits_pending);
    return account->id;
}

static uint64_t next_open(struct ledger_snapshot *snapshot, uint64_t id, msgpack_packer *packer) {
    const struct ledger_payment *payment = ledger_snapshot_next_open(snapshot, id);
    while (payment != NULL && payment->state != LEDGER_WAITING && payment->state != LEDGER_HELD) {
        payment = ledger_snapshot_next_open(snapshot, payment->id + 1); /* ended, to be told */
    }
    if (payment == NULL || packer == NULL) {
        return payment == NULL ? 0 : payment->id;
    }
    const struct ledger_leg *legs = ledger_payment_legs(payment);
    msgpack_pack_map(packer, 11);
    operator_put_uint(packer, "id", payment->id);
    operator_put_uint(packer, "requester", payment->requester);
    pack_text(packer, "reference");
    pack_binary(packer, ledger_payment_reference(payment), payment->reference_size);
    operator_put_uint(packer, "operation", payment->operation);
    operator_put_uint(packer, "state", payment->state);
    pack_text(packer, "dispatched");
    pack_bool(packer, (payment->flags & LEDGER_PAYMENT_DISPATCHED) != 0);
    operator_put_uint(packer, "debit", legs[0].debit);
    operator_put_uint(packer, "credit", legs[0].credit);
    operator_put_uint(packer, "amount", legs[0].amount);
    operator_put_uint(packer, "opened_ns", payment->opened_ns);
    operator_put_uint(packer, "deadline_ns", payment->deadline_ns);
    return payment->id;
}

static void list(struct buffer *reply, struct ledger_snapshot *snapshot,
                 const struct operator_page *page, const char *rows, next_row *next) {
    ASSERT(page->limit > 0);
    msgpack_packer packer;
    pack_start(&packer, reply);
    uint32_t count = 0;
    uint64_t last = page->after;
    uint64_t id = last == UINT64_MAX ? 0 : next(snapshot, last + 1, NULL);
    while (id != 0 && count < page->limit) {
        count++;
        last = id;
        id = last == UINT64_MAX ? 0 : next(snapshot, last + 1, NULL);
    }
    msgpack_pack_map(&packer, 3);
    operator_put_uint(&packer, "as_of_sequence", ledger_snapshot_sequence(snapshot));
    operator_put_uint(&packer, "next", id == 0 ? 0 : last);
    pack_text(&packer, rows);
    msgpack_pack_array(&packer, count);
    for (id = page->after; count > 0; count--) {
        id = next(snapshot, id + 1, &packer);
        ASSERT(id != 0); /* a snapshot does not change */
    }
}

void operator_list_open_payments(struct buffer *reply, struct ledger_snapshot *snapshot,
                                 const struct operator_page *page) {
    list(reply, snapshot, page, "payments", next_open);
}

void operator_list_accounts(struct buffer *reply, struct ledger_snapshot *snapshot,
                            const struct operator_page *page) {
    list(reply, snapshot, page, "accounts", next_account);
}

/* ---- Registry records --------------------------------------------------------------------- */

struct cursor {
    uint8_t key[LEDGER_KEY_MAX];
    size_t size;
};

static void cursor_set(struct cursor *cursor, struct slice key) {
    ASSERT(key.size <= sizeof(cursor->key));
    if (key.size > 0) {
        memcpy(cursor->key, key.base, key.size);
    }
    cursor->size = key.size;
}

/* To the smallest key behind: with a NUL more, or of the largest size the next one. False: there
 * is none. */
static bool cursor_advance(struct cursor *cursor) {
    if (cursor->size < sizeof(cursor->key)) {
        cursor->key[cursor->size++] = 0;
        return true;
    }
    while (cursor->size > 0 && cursor->key[cursor->size - 1] == UINT8_MAX) {
        cursor->size--;
    }
    if (cursor->size == 0) {
        return false;
    }
    cursor->key[cursor->size - 1]++;
    return true;
}

static bool start(struct cursor *cursor, const struct operator_records *page) {
    bool first = page->after.size == 0;
    cursor_set(cursor, first ? page->prefix : page->after);
    return first || cursor_advance(cursor);
}

/* The record at the cursor or behind it. False: none with this prefix. */
static bool look(struct ledger_snapshot *snapshot, const struct cursor *cursor, struct slice prefix,
                 struct ledger_registry_record *record) {
    return ledger_snapshot_next_registry(snapshot, cursor->key, cursor->size, record) &&
           slice_starts((struct slice){record->key, record->key_size}, prefix);
}

void operator_list_registry(struct buffer *reply, struct ledger_snapshot *snapshot,
                            const struct operator_records *page) {
    ASSERT(page->limit > 0);
    struct ledger_registry_record record;
    struct slice last = {NULL, 0};
    struct cursor cursor;
    msgpack_packer packer;
    uint32_t count = 0;
    size_t bytes = 0;
    bool more = start(&cursor, page) && look(snapshot, &cursor, page->prefix, &record);
    while (more && count < page->limit && bytes < OPERATOR_LIST_BYTES) {
        last = (struct slice){record.key, record.key_size};
        bytes += record.key_size + record.value_size;
        count++;
        cursor_set(&cursor, last);
        more = cursor_advance(&cursor) && look(snapshot, &cursor, page->prefix, &record);
    }
    pack_start(&packer, reply);
    msgpack_pack_map(&packer, 3);
    operator_put_uint(&packer, "as_of_sequence", ledger_snapshot_sequence(snapshot));
    pack_text(&packer, "next");
    pack_binary(&packer, last.base, more ? last.size : 0);
    pack_text(&packer, "records");
    msgpack_pack_array(&packer, count);
    for (start(&cursor, page); count > 0; count--) {
        bool there = look(snapshot, &cursor, page->prefix, &record);
        ASSERT(there); /* a snapshot does not change */
        msgpack_pack_array(&packer, 2);
        pack_binary(&packer, record.key, record.key_size);
        pack_binary(&packer, record.value, record.value_size);
        cursor_set(&cursor, (struct slice){record.key, record.key_size});
        cursor_advance(&cursor);
    }
}
