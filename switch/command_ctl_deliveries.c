/* command_ctl_deliveries.c - `tiyn ctl deliveries`: what providers were asked and did not answer
 * for good. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "protocols/rpc/pack.h"
#include "switch/command.h"
#include "switch/ctl.h"
#include "switch/outbox_table.h"

static void add_uint(struct ctl_table *table, uint64_t value) {
    char text[CTL_TEXT];
    snprintf(text, sizeof(text), "%" PRIu64, value);
    ctl_table_add(table, text);
}

/* A code of the provider's; "-": it gave none. */
static const char *code_text(const msgpack_object *code, char out[CTL_TEXT]) {
    if (code != NULL && (code->type == MSGPACK_OBJECT_POSITIVE_INTEGER ||
                         code->type == MSGPACK_OBJECT_NEGATIVE_INTEGER)) {
        snprintf(out, CTL_TEXT, "%" PRId64, code->via.i64);
    } else {
        snprintf(out, CTL_TEXT, "-");
    }
    return out;
}

static const char *next_text(const msgpack_object *row, char out[CTL_TEXT]) {
    uint64_t next_ns = ctl_uint(row, "next_ns");
    return next_ns == OUTBOX_NEVER ? "by an operator" : ctl_time(next_ns, out);
}

static bool provider_given(const struct ctl *ctl, uint64_t *provider) {
    const char *text = ctl->options[CTL_PROVIDER];
    *provider = 0;
    return text == NULL || ctl_number("the provider", text, provider);
}

static void add_row(struct ctl_table *table, const msgpack_object *row) {
    char text[CTL_TEXT];
    add_uint(table, ctl_uint(row, "payment"));
    ctl_table_add(table, ctl_text(rpc_client_field(row, "state"), text));
    add_uint(table, ctl_uint(row, "provider"));
    ctl_table_add(table, ctl_text(rpc_client_field(row, "name"), text));
    ctl_table_add(table, ctl_money(rpc_client_field(row, "amount"), text));
    add_uint(table, ctl_uint(row, "attempts"));
    ctl_table_add(table, ctl_text(rpc_client_field(row, "verdict"), text));
    ctl_table_add(table, code_text(rpc_client_field(row, "code"), text));
    ctl_table_add(table, ctl_time(ctl_uint(row, "created_ns"), text));
    ctl_table_add(table, next_text(row, text));
}

static bool pack_list(struct ctl *ctl) {
    uint64_t after = 0, limit = 100, provider = 0;
    const char *after_text = ctl->options[CTL_AFTER], *limit_text = ctl->options[CTL_LIMIT];
    if ((after_text != NULL && !ctl_number("--after", after_text, &after)) ||
        (limit_text != NULL && !ctl_number("--limit", limit_text, &limit)) ||
        !provider_given(ctl, &provider)) {
        return false;
    }
    msgpack_packer *packer = rpc_client_params(&ctl->client);
    msgpack_pack_array(packer, 4);
    msgpack_pack_uint64(packer, after);
    msgpack_pack_uint64(packer, limit);
    msgpack_pack_uint64(packer, provider);
    msgpack_pack_uint8(packer, ctl->flag ? 1 : 0);
    return true;
}

static void print_list(const msgpack_object *result) {
    static const char *const heads[] = {"PAYMENT>",  "STATE", "PROVIDER>", "NAME",    "AMOUNT>",
                                        "ATTEMPTS>", "LAST",  "CODE>",     "CREATED", "NEXT"};
    const msgpack_object *rows = rpc_client_field(result, "deliveries");
    uint32_t count = rows != NULL && rows->type == MSGPACK_OBJECT_ARRAY ? rows->via.array.size : 0;
    struct ctl_table table;
    ctl_table_start(&table, heads, sizeof(heads) / sizeof(heads[0]));
    for (uint32_t i = 0; i < count; i++) {
        add_row(&table, &rows->via.array.ptr[i]);
    }
    ctl_table_print(&table);
    printf("%u deliveries, as of batch %" PRIu64, count, ctl_uint(result, "as_of_sequence"));
    uint64_t next = ctl_uint(result, "next");
    if (next != 0) {
        printf("; more: --after %" PRIu64, next);
    }
    putchar('\n');
}

int ctl_deliveries_list(struct ctl *ctl) {
    const msgpack_object *result = NULL;
    if (!pack_list(ctl)) {
        return COMMAND_USAGE;
    }
    int code = ctl_call(ctl, "node.deliveries", &result);
    if (code == COMMAND_OK && ctl->json) {
        ctl_print_json(result);
    } else if (code == COMMAND_OK) {
        print_list(result);
    }
    return code;
}

static void print_tries(const msgpack_object *tries) {
    static const char *const heads[] = {"ATTEMPT", "MS>", "VERDICT", "CODE>"};
    struct ctl_table table;
    char text[CTL_TEXT];
    ctl_table_start(&table, heads, sizeof(heads) / sizeof(heads[0]));
    for (uint32_t i = 0; tries != NULL && i < tries->via.array.size; i++) {
        const msgpack_object *row = &tries->via.array.ptr[i];
        if (row->type != MSGPACK_OBJECT_ARRAY || row->via.array.size != 4) {
            continue;
        }
        const msgpack_object *part = row->via.array.ptr;
        ctl_table_add(&table, ctl_time(part[0].via.u64, text));
        add_uint(&table, part[1].via.u64 / 1000);
        ctl_table_add(&table, ctl_text(&part[2], text));
        ctl_table_add(&table, code_text(&part[3], text));
    }
    ctl_table_print(&table);
}

static void print_delivery(const msgpack_object *delivery) {
    char text[CTL_TEXT];
    printf("payment      %" PRIu64 "\n", ctl_uint(delivery, "payment"));
    printf("its state    %s\n", ctl_text(rpc_client_field(delivery, "payment_state"), text));
    printf("amount       %s\n", ctl_money(rpc_client_field(delivery, "amount"), text));
    printf("provider     %" PRIu64, ctl_uint(delivery, "provider"));
    printf(" %s\n", ctl_text(rpc_client_field(delivery, "name"), text));
    printf("its id       %s\n", ctl_text(rpc_client_field(delivery, "provider_id"), text));
    printf("state        %s\n", ctl_text(rpc_client_field(delivery, "state"), text));
    printf("created      %s\n", ctl_time(ctl_uint(delivery, "created_ns"), text));
    printf("next         %s\n", next_text(delivery, text));
    printf("attempts     %" PRIu64 "; kept are the first and the last ones:\n\n",
           ctl_uint(delivery, "attempts"));
    print_tries(rpc_client_field(delivery, "tries"));
}

int ctl_deliveries_show(struct ctl *ctl) {
    const msgpack_object *result = NULL;
    uint64_t payment = 0;
    if (!ctl_number("the payment", ctl->arguments[0], &payment)) {
        return COMMAND_USAGE;
    }
    msgpack_packer *packer = rpc_client_params(&ctl->client);
    msgpack_pack_array(packer, 1);
    msgpack_pack_uint64(packer, payment);
    int code = ctl_call(ctl, "node.delivery", &result);
    if (code != COMMAND_OK) {
        return code;
    }
    if (result->type == MSGPACK_OBJECT_NIL) {
        fprintf(stderr,
                "tiyn ctl: no delivery goes with payment %" PRIu64 ", as of the last checkpoint\n",
                payment);
        return COMMAND_REFUSED;
    }
    if (ctl->json) {
        ctl_print_json(result);
    } else {
        print_delivery(result);
    }
    return COMMAND_OK;
}

/* Orders attempts, and tells how many. */
static int retry(struct ctl *ctl, uint64_t payment, uint64_t provider) {
    const msgpack_object *result = NULL;
    char why[CTL_TEXT];
    msgpack_packer *packer = rpc_client_params(&ctl->client);
    msgpack_pack_array(packer, 2);
    msgpack_pack_uint64(packer, payment);
    msgpack_pack_uint64(packer, provider);
    int code = ctl_call(ctl, "node.retry_now", &result);
    if (code != COMMAND_OK) {
        return code;
    }
    if (!ctl_true(result, "ok")) {
        fprintf(stderr, "tiyn ctl: %s\n", ctl_text(rpc_client_field(result, "why"), why));
        return COMMAND_REFUSED;
    }
    if (ctl->json) {
        ctl_print_json(result);
    } else {
        printf("%" PRIu64 " deliveries are attempted now\n", ctl_uint(result, "count"));
    }
    return COMMAND_OK;
}

int ctl_deliveries_retry(struct ctl *ctl) {
    uint64_t payment = 0;
    if (!ctl_number("the payment", ctl->arguments[0], &payment)) {
        return COMMAND_USAGE;
    }
    if (payment == 0) {
        fputs("tiyn ctl: payments are numbered from 1\n", stderr);
        return COMMAND_USAGE;
    }
    return retry(ctl, payment, 0);
}

int ctl_deliveries_retry_stuck(struct ctl *ctl) {
    uint64_t provider = 0;
    return provider_given(ctl, &provider) ? retry(ctl, 0, provider) : COMMAND_USAGE;
}
