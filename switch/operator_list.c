/* operator_list.c - pages of accounts and of open payments. MessagePack wants the count before the
 * rows: a page is walked twice, once to count. */
#include "switch/operator_list.h"

#include "switch/assert.h"

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
    if (payment == NULL || packer == NULL) {
        return payment == NULL ? 0 : payment->id;
    }
    const struct ledger_leg *legs = ledger_payment_legs(payment);
    uint64_t amount = 0;
    for (uint32_t i = 0; i < payment->leg_count; i++) {
        amount += legs[i].amount;
    }
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
    operator_put_uint(packer, "amount", amount);
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
