/* command_ctl_payments.c - `tiyn ctl payments`. */
#include <inttypes.h>
#include <stdio.h>

#include "protocols/rpc/pack.h"
#include "switch/command.h"
#include "switch/ctl.h"

static void add_uint(struct ctl_table *table, uint64_t value) {
    char text[32];
    snprintf(text, sizeof(text), "%" PRIu64, value);
    ctl_table_add(table, text);
}

/* Legs are arrays: debit, credit, amount, the balances after. */
static void print_legs(const msgpack_object *payment) {
    static const char *const heads[] = {"DEBIT>", "CREDIT>", "AMOUNT>", "DEBIT AFTER>",
                                        "CREDIT AFTER>"};
    const msgpack_object *legs = rpc_client_field(payment, "legs");
    bool posted = ctl_uint(payment, "state") == LEDGER_COMPLETED;
    struct ctl_table table;
    char text[CTL_TEXT];
    ctl_table_start(&table, heads, sizeof(heads) / sizeof(heads[0]));
    for (uint32_t i = 0; legs != NULL && i < legs->via.array.size; i++) {
        const msgpack_object *leg = &legs->via.array.ptr[i];
        if (leg->type != MSGPACK_OBJECT_ARRAY || leg->via.array.size != 5) {
            continue;
        }
        const msgpack_object *part = leg->via.array.ptr;
        add_uint(&table, part[0].via.u64);
        add_uint(&table, part[1].via.u64);
        ctl_table_add(&table, ctl_money(&part[2], text));
        ctl_table_add(&table, posted ? ctl_money(&part[3], text) : "-");
        ctl_table_add(&table, posted ? ctl_money(&part[4], text) : "-");
    }
    ctl_table_print(&table);
}

static void print_payment(const msgpack_object *payment) {
    char text[CTL_TEXT];
    printf("payment      %" PRIu64 "\n", ctl_uint(payment, "id"));
    printf("state        %s%s%s\n", ledger_state_name((unsigned)ctl_uint(payment, "state")),
           ctl_true(payment, "dispatched") ? ", at its provider" : "",
           ctl_true(payment, "expired") ? ", by its deadline" : "");
    printf("operation    %s\n", ctl_operation(ctl_uint(payment, "operation"), text));
    printf("requester    %" PRIu64 "\n", ctl_uint(payment, "requester"));
    printf("reference    %s\n", ctl_text(rpc_client_field(payment, "reference"), text));
    printf("value date   %" PRIu64 "\n", ctl_uint(payment, "value_date"));
    printf("opened       %s\n", ctl_time(ctl_uint(payment, "opened_ns"), text));
    printf("changed      %s\n", ctl_time(ctl_uint(payment, "changed_ns"), text));
    printf("deadline     %s\n", ctl_time(ctl_uint(payment, "deadline_ns"), text));
    if (ctl_uint(payment, "reversal_of") != 0) {
        printf("reversal of  %" PRIu64 "\n", ctl_uint(payment, "reversal_of"));
    }
    printf("attributes   %s\n", ctl_text(rpc_client_field(payment, "attributes"), text));
    printf("batch        %" PRIu64 "\n\n", ctl_uint(payment, "sequence"));
    print_legs(payment);
}

/* Looks up what the params name, and prints it. */
static int show(struct ctl *ctl) {
    const msgpack_object *payment = NULL;
    int code = ctl_call_record(ctl, "lookup", &payment);
    if (code == COMMAND_OK && ctl->json) {
        ctl_print_json(payment);
    } else if (code == COMMAND_OK) {
        print_payment(payment);
    }
    return code;
}

/* [id]. False: printed why not. */
static bool pack_id(struct ctl *ctl, uint64_t *id) {
    if (!ctl_number("the payment", ctl->arguments[0], id)) {
        return false;
    }
    msgpack_packer *packer = rpc_client_params(&ctl->client);
    msgpack_pack_array(packer, 1);
    msgpack_pack_uint64(packer, *id);
    return true;
}

int ctl_payments_show(struct ctl *ctl) {
    uint64_t id = 0;
    return pack_id(ctl, &id) ? show(ctl) : COMMAND_USAGE;
}

int ctl_payments_find(struct ctl *ctl) {
    uint64_t requester = 0;
    if (!ctl_number("the requester", ctl->arguments[0], &requester)) {
        return COMMAND_USAGE;
    }
    msgpack_packer *packer = rpc_client_params(&ctl->client);
    msgpack_pack_array(packer, 2);
    pack_text(packer, ctl->arguments[1]);
    msgpack_pack_map(packer, 1);
    pack_text(packer, "requester");
    msgpack_pack_uint64(packer, requester);
    return show(ctl);
}

static int end(struct ctl *ctl, const char *method) {
    char what[64];
    uint64_t id = 0;
    if (!pack_id(ctl, &id)) {
        return COMMAND_USAGE;
    }
    snprintf(what, sizeof(what), "payment %" PRIu64, id);
    return ctl_call_outcome(ctl, method, what);
}

int ctl_payments_complete(struct ctl *ctl) {
    return end(ctl, "complete");
}

int ctl_payments_decline(struct ctl *ctl) {
    return end(ctl, "decline");
}

int ctl_payments_retry(struct ctl *ctl) {
    return end(ctl, "retry");
}

static void add_open(struct ctl_table *table, const msgpack_object *row) {
    char text[CTL_TEXT];
    add_uint(table, ctl_uint(row, "id"));
    ctl_table_add(table, ctl_true(row, "dispatched")
                             ? "AT PROVIDER"
                             : ledger_state_name((unsigned)ctl_uint(row, "state")));
    ctl_table_add(table, ctl_operation(ctl_uint(row, "operation"), text));
    ctl_table_add(table, ctl_money(rpc_client_field(row, "amount"), text));
    add_uint(table, ctl_uint(row, "debit"));
    add_uint(table, ctl_uint(row, "credit"));
    ctl_table_add(table, ctl_time(ctl_uint(row, "opened_ns"), text));
    ctl_table_add(table, ctl_time(ctl_uint(row, "deadline_ns"), text));
    add_uint(table, ctl_uint(row, "requester"));
    ctl_table_add(table, ctl_text(rpc_client_field(row, "reference"), text));
}

int ctl_payments_list_open(struct ctl *ctl) {
    static const char *const heads[] = {"PAYMENT>",   "STATE",    "OPERATION", "AMOUNT>",
                                        "DEBIT>",     "CREDIT>",  "OPENED",    "DEADLINE",
                                        "REQUESTER>", "REFERENCE"};
    const msgpack_object *result = NULL;
    if (!ctl_pack_page(ctl, rpc_client_params(&ctl->client))) {
        return COMMAND_USAGE;
    }
    int code = ctl_call(ctl, "node.open_payments", &result);
    if (code != COMMAND_OK) {
        return code;
    }
    if (ctl->json) {
        ctl_print_json(result);
        return COMMAND_OK;
    }
    const msgpack_object *rows = rpc_client_field(result, "payments");
    uint32_t count = rows != NULL && rows->type == MSGPACK_OBJECT_ARRAY ? rows->via.array.size : 0;
    struct ctl_table table;
    ctl_table_start(&table, heads, sizeof(heads) / sizeof(heads[0]));
    for (uint32_t i = 0; i < count; i++) {
        add_open(&table, &rows->via.array.ptr[i]);
    }
    ctl_table_print(&table);
    printf("%u open payments, as of batch %" PRIu64, count, ctl_uint(result, "as_of_sequence"));
    uint64_t next = ctl_uint(result, "next");
    if (next != 0) {
        printf("; more: --after %" PRIu64, next);
    }
    putchar('\n');
    return COMMAND_OK;
}
