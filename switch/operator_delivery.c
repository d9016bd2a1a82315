/* operator_delivery.c - deliveries as the last checkpoint has them. */
#include "switch/operator_delivery.h"

#include <stdlib.h>

#include "protocols/common/delivery.h"
#include "switch/assert.h"
#include "switch/clock.h"
#include "switch/limits.h"
#include "switch/outbox_table.h"

struct row {
    const struct ledger_payment *payment; /* the snapshot's */
    struct ledger_delivery_whole delivery;
};

static const struct provider *provider_of(const struct config *config, uint32_t number) {
    for (uint32_t i = 0; i < config->provider_count; i++) {
        if (config->providers[i].number == number) {
            return &config->providers[i];
        }
    }
    return NULL;
}

/* "" of one that is not in the config. */
static const char *name_of(const struct config *config, uint32_t number) {
    const struct provider *provider = provider_of(config, number);
    return number == WEBSHOP_DELIVER_TO ? OUTBOX_SHOPS_NAME
           : provider == NULL           ? ""
                                        : provider->name;
}

static const char *state_of(const struct config *config, const struct row *row) {
    const struct ledger_delivery *delivery = &row->delivery.head;
    if (!ledger_payment_owes_delivery(row->payment)) {
        return row->payment->state == LEDGER_WAITING ? "waiting" : "ended";
    }
    if (name_of(config, delivery->provider)[0] == '\0') {
        return "lost";
    }
    if (delivery->next_ns == OUTBOX_NEVER) {
        return "stuck";
    }
    if (delivery->attempts == 0) {
        return "new";
    }
    return delivery->next_ns > clock_wall_ns() ? "paused" : "due";
}

/* What the provider is told; of one that it cannot be told of, what was asked for first. */
static uint64_t amount_of(const struct ledger_payment *payment) {
    char account[DELIVERY_ACCOUNT_MAX];
    struct outbound_payment told;
    return delivery_read(payment, account, &told, NULL) ? told.amount
                                                        : ledger_payment_legs(payment)->amount;
}

/* Seven pairs. */
static void put_head(msgpack_packer *packer, const struct config *config, const struct row *row) {
    const struct ledger_delivery *delivery = &row->delivery.head;
    operator_put_uint(packer, "payment", row->payment->id);
    operator_put_uint(packer, "provider", delivery->provider);
    pack_text(packer, "name");
    pack_text(packer, name_of(config, delivery->provider));
    pack_text(packer, "state");
    pack_text(packer, state_of(config, row));
    operator_put_uint(packer, "attempts", delivery->attempts);
    operator_put_uint(packer, "next_ns", delivery->next_ns);
    operator_put_uint(packer, "created_ns", delivery->created_ns);
}

static void put_row(msgpack_packer *packer, const struct config *config, const struct row *row) {
    const struct ledger_delivery *delivery = &row->delivery.head;
    const struct ledger_attempt *last =
        delivery->kept == 0 ? NULL : &row->delivery.attempts[delivery->kept - 1];
    msgpack_pack_map(packer, 10);
    put_head(packer, config, row);
    operator_put_uint(packer, "amount", amount_of(row->payment));
    pack_text(packer, "verdict");
    pack_text(packer, last == NULL ? "" : outbound_verdict_name(last->verdict));
    pack_text(packer, "code");
    if (last == NULL || last->code == OUTBOUND_NO_CODE) {
        msgpack_pack_nil(packer);
    } else {
        msgpack_pack_int32(packer, last->code);
    }
}

/* Looks at open payments from behind *after; the last one looked at goes there, 0 when none is
 * left. */
static uint32_t collect(struct ledger_snapshot *snapshot, const struct operator_deliveries *page,
                        struct row *rows, uint64_t *after) {
    uint32_t count = 0;
    for (uint32_t looked = 0; looked < OPERATOR_DELIVERY_LOOKS && count < page->limit; looked++) {
        const struct ledger_payment *payment =
            *after == UINT64_MAX ? NULL : ledger_snapshot_next_open(snapshot, *after + 1);
        if (payment == NULL) {
            *after = 0;
            return count;
        }
        *after = payment->id;
        struct row *row = &rows[count];
        row->payment = payment;
        if (ledger_payment_owes_delivery(payment) &&
            ledger_snapshot_delivery(snapshot, payment->id, &row->delivery) &&
            (page->provider == 0 || row->delivery.head.provider == page->provider) &&
            (!page->stuck || row->delivery.head.next_ns == OUTBOX_NEVER)) {
            count++;
        }
    }
    return count;
}

void operator_list_deliveries(struct buffer *reply, const struct config *config,
                              struct ledger_snapshot *snapshot,
                              const struct operator_deliveries *page) {
    ASSERT(page->limit > 0 && page->limit <= OPERATOR_LIST_MAX);
    struct row *rows = calloc(page->limit, sizeof(*rows));
    msgpack_packer packer;
    uint64_t after = page->after;
    if (rows == NULL) {
        reply->failed = true;
        return;
    }
    uint32_t count = collect(snapshot, page, rows, &after);
    pack_start(&packer, reply);
    msgpack_pack_map(&packer, 3);
    operator_put_uint(&packer, "as_of_sequence", ledger_snapshot_sequence(snapshot));
    operator_put_uint(&packer, "next", after);
    pack_text(&packer, "deliveries");
    msgpack_pack_array(&packer, count);
    for (uint32_t i = 0; i < count; i++) {
        put_row(&packer, config, &rows[i]);
    }
    free(rows);
}

static void put_tries(msgpack_packer *packer, const struct ledger_delivery_whole *delivery) {
    msgpack_pack_array(packer, delivery->head.kept);
    for (uint32_t i = 0; i < delivery->head.kept; i++) {
        const struct ledger_attempt *attempt = &delivery->attempts[i];
        msgpack_pack_array(packer, 4);
        msgpack_pack_uint64(packer, attempt->time_ns);
        msgpack_pack_uint32(packer, attempt->latency_us);
        pack_text(packer, outbound_verdict_name(attempt->verdict));
        if (attempt->code == OUTBOUND_NO_CODE) {
            msgpack_pack_nil(packer);
        } else {
            msgpack_pack_int32(packer, attempt->code);
        }
    }
}

void operator_show_delivery(struct buffer *reply, const struct config *config,
                            struct ledger_snapshot *snapshot, uint64_t payment) {
    struct row row;
    msgpack_packer packer;
    pack_start(&packer, reply);
    row.payment = ledger_snapshot_payment(snapshot, payment);
    if (row.payment == NULL || !ledger_snapshot_delivery(snapshot, payment, &row.delivery)) {
        msgpack_pack_nil(&packer);
        return;
    }
    const struct ledger_delivery *delivery = &row.delivery.head;
    msgpack_pack_map(&packer, 12);
    operator_put_uint(&packer, "as_of_sequence", ledger_snapshot_sequence(snapshot));
    put_head(&packer, config, &row);
    pack_text(&packer, "payment_state");
    pack_text(&packer, ledger_state_name(row.payment->state));
    pack_text(&packer, "provider_id");
    pack_binary(&packer, delivery->provider_id, delivery->id_size);
    operator_put_uint(&packer, "amount", amount_of(row.payment));
    pack_text(&packer, "tries");
    put_tries(&packer, &row.delivery);
}
