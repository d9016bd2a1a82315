/* operator_service.c - a service's payments of a day, for its registry. */
#include <jansson.h>
#include <stdlib.h>

#include "protocols/common/operation.h"
#include "switch/assert.h"
#include "switch/limits.h"
#include "switch/operator_list.h"

#define ACCOUNT_TEXT 201u /* bytes of a subscriber's account, with its NUL */

struct row {
    const struct ledger_payment *payment; /* the snapshot's */
    char account[ACCOUNT_TEXT];
};

/* The account when the attributes are of this service. */
static bool read_attributes(const struct ledger_payment *payment, uint64_t service,
                            char account[ACCOUNT_TEXT]) {
    json_t *object = json_loadb((const char *)ledger_payment_attributes(payment),
                                payment->attributes_size, JSON_REJECT_DUPLICATES, NULL);
    const char *text = json_string_value(json_object_get(object, "account"));
    json_t *code = json_object_get(object, "service");
    bool good = text != NULL && strlen(text) < ACCOUNT_TEXT && json_is_integer(code) &&
                json_integer_value(code) >= 0 && (uint64_t)json_integer_value(code) == service;
    if (good) {
        memcpy(account, text, strlen(text) + 1);
    }
    json_decref(object);
    return good;
}

/* What the merchant gets is what was paid for: the leg that the client pays first. */
static uint64_t amount_of(const struct ledger_payment *payment) {
    const struct ledger_leg *legs = ledger_payment_legs(payment);
    return legs[payment->leg_count > 1 ? 1 : 0].amount;
}

static void put_row(msgpack_packer *packer, const struct row *row) {
    msgpack_pack_array(packer, 5);
    msgpack_pack_uint64(packer, row->payment->id);
    msgpack_pack_uint64(packer, row->payment->opened_ns);
    msgpack_pack_uint8(packer, row->payment->state);
    msgpack_pack_uint64(packer, amount_of(row->payment));
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
            read_attributes(payment, day->service, rows[count].account)) {
            rows[count++].payment = payment;
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
