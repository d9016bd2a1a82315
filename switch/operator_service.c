/* operator_service.c - a service's payments of a day, for its registry. */
#include <stdlib.h>

#include "protocols/common/delivery.h"
#include "protocols/common/operation.h"
#include "switch/assert.h"
#include "switch/limits.h"
#include "switch/operator_list.h"

struct row {
    const struct ledger_payment *payment; /* the snapshot's */
    uint64_t amount;                      /* that its provider is told */
    char account[DELIVERY_ACCOUNT_MAX];
};

/* False: the payment is not for this service. */
static bool read_row(const struct ledger_payment *payment, uint64_t service, struct row *row) {
    struct outbound_payment told;
    uint64_t code = 0;
    if (!delivery_read(payment, row->account, &told, &code) || code != service) {
        return false;
    }
    row->payment = payment;
    row->amount = told.amount;
    return true;
}

static void put_row(msgpack_packer *packer, const struct row *row) {
    msgpack_pack_array(packer, 5);
    msgpack_pack_uint64(packer, row->payment->id);
    msgpack_pack_uint64(packer, row->payment->opened_ns);
    msgpack_pack_uint8(packer, row->payment->state);
    msgpack_pack_uint64(packer, row->amount);
    pack_text(packer, row->account);
}

/* Looks at payments from behind *after; the last one looked at goes there, 0 when none is left. */
static uint32_t collect(struct ledger_snapshot *snapshot, const struct operator_day *day,
                        struct row *rows, uint64_t *after) {
    uint32_t count = 0;
    for (uint32_t looked = 0; looked < OPERATOR_SERVICE_LOOKS && count < OPERATOR_LIST_MAX;
         looked++) {
        const struct ledger_payment *payment = ledger_snapshot_next_payment(snapshot, *after + 1);
        if (payment == NULL) {
            *after = 0;
            return count;
        }
        *after = payment->id;
        if (payment->operation == OPERATION_PAY_SERVICE && payment->value_date == day->day &&
            read_row(payment, day->service, &rows[count])) {
            count++;
        }
    }
    return count;
}

void operator_list_service(struct buffer *reply, struct ledger_snapshot *snapshot,
                           const struct operator_day *day) {
    struct row *rows = calloc(OPERATOR_LIST_MAX, sizeof(*rows));
    msgpack_packer packer;
    uint64_t after = day->after;
    if (rows == NULL) {
        reply->failed = true;
        return;
    }
    uint32_t count = collect(snapshot, day, rows, &after);
    pack_start(&packer, reply);
    msgpack_pack_map(&packer, 3);
    operator_put_uint(&packer, "as_of_sequence", ledger_snapshot_sequence(snapshot));
    operator_put_uint(&packer, "next", after);
    pack_text(&packer, "payments");
    msgpack_pack_array(&packer, count);
    for (uint32_t i = 0; i < count; i++) {
        put_row(&packer, &rows[i]);
    }
    free(rows);
}
