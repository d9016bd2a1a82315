/* command_ctl_accounts.c - `tiyn ctl accounts`. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "protocols/rpc/pack.h"
#include "switch/command.h"
#include "switch/ctl.h"

static void add_uint(struct ctl_table *table, uint64_t value) {
    char text[32];
    snprintf(text, sizeof(text), "%" PRIu64, value);
    ctl_table_add(table, text);
}

int ctl_accounts_list(struct ctl *ctl) {
    static const char *const heads[] = {"ACCOUNT>",  "KIND",     "BALANCE>", "AVAILABLE>",
                                        "HELD OUT>", "HELD IN>", "OWNER>",   "FLAGS"};
    const msgpack_object *result = NULL;
    if (!ctl_pack_page(ctl, rpc_client_params(&ctl->client))) {
        return COMMAND_USAGE;
    }
    int code = ctl_call(ctl, "node.accounts", &result);
    if (code != COMMAND_OK) {
        return code;
    }
    if (ctl->json) {
        ctl_print_json(result);
        return COMMAND_OK;
    }
    const msgpack_object *rows = rpc_client_field(result, "accounts");
    uint32_t count = rows != NULL && rows->type == MSGPACK_OBJECT_ARRAY ? rows->via.array.size : 0;
    struct ctl_table table;
    char text[CTL_TEXT];
    ctl_table_start(&table, heads, sizeof(heads) / sizeof(heads[0]));
    for (uint32_t i = 0; i < count; i++) {
        const msgpack_object *row = &rows->via.array.ptr[i];
        add_uint(&table, ctl_uint(row, "id"));
        ctl_table_add(&table, ctl_text(rpc_client_field(row, "kind"), text));
        ctl_table_add(&table, ctl_money(rpc_client_field(row, "balance"), text));
        ctl_table_add(&table, ctl_money(rpc_client_field(row, "available"), text));
        ctl_table_add(&table, ctl_money(rpc_client_field(row, "debits_pending"), text));
        ctl_table_add(&table, ctl_money(rpc_client_field(row, "credits_pending"), text));
        add_uint(&table, ctl_uint(row, "owner"));
        ctl_table_add(&table, ctl_flags(ctl_uint(row, "flags"), text));
    }
    ctl_table_print(&table);
    printf("%u accounts, as of batch %" PRIu64, count, ctl_uint(result, "as_of_sequence"));
    uint64_t next = ctl_uint(result, "next");
    if (next != 0) {
        printf("; more: --after %" PRIu64, next);
    }
    putchar('\n');
    return COMMAND_OK;
}

/* Fetches account `id`. */
static int get(struct ctl *ctl, uint64_t id, const msgpack_object **account) {
    msgpack_packer *packer = rpc_client_params(&ctl->client);
    msgpack_pack_array(packer, 1);
    msgpack_pack_uint64(packer, id);
    return ctl_call_record(ctl, "account_get", account);
}

static void print_account(const msgpack_object *account) {
    static const char *const amounts[] = {"balance",         "available",     "debits_pending",
                                          "credits_pending", "debits_posted", "credits_posted",
                                          "floor",           "ceiling",       "day_limit",
                                          "day_turnover",    "month_limit",   "month_turnover"};
    char text[CTL_TEXT];
    printf("account          %" PRIu64 "\n", ctl_uint(account, "id"));
    printf("kind             %s\n", ctl_text(rpc_client_field(account, "kind"), text));
    printf("owner            %" PRIu64 "\n", ctl_uint(account, "owner"));
    printf("flags            %s\n", ctl_flags(ctl_uint(account, "flags"), text));
    for (size_t i = 0; i < sizeof(amounts) / sizeof(amounts[0]); i++) {
        printf("%-16s %s\n", amounts[i], ctl_money(rpc_client_field(account, amounts[i]), text));
    }
    printf("entries          %" PRIu64 "\n", ctl_uint(account, "entry_count"));
    printf("opened           %s\n", ctl_time(ctl_uint(account, "opened_ns"), text));
    printf("changed          %s\n", ctl_time(ctl_uint(account, "changed_ns"), text));
}

int ctl_accounts_show(struct ctl *ctl) {
    const msgpack_object *account = NULL;
    uint64_t id = 0;
    if (!ctl_number("the account", ctl->arguments[0], &id)) {
        return COMMAND_USAGE;
    }
    int code = get(ctl, id, &account);
    if (code == COMMAND_OK && ctl->json) {
        ctl_print_json(account);
    } else if (code == COMMAND_OK) {
        print_account(account);
    }
    return code;
}

/* ---- Opening and changing ----------------------------------------------------------------- */

static const struct {
    enum ctl_option option;
    const char *key;
    bool may_be_none;
} amounts[] = {
    {CTL_FLOOR, "floor", false},
    {CTL_CEILING, "ceiling", true},
    {CTL_DAY_LIMIT, "day_limit", true},
    {CTL_MONTH_LIMIT, "month_limit", true},
};
#define AMOUNTS (sizeof(amounts) / sizeof(amounts[0]))

/* How many of owner and the amounts were given: they make as many keys. */
static uint32_t given(const struct ctl *ctl) {
    uint32_t count = ctl->options[CTL_OWNER] != NULL ? 1 : 0;
    for (size_t i = 0; i < AMOUNTS; i++) {
        count += ctl->options[amounts[i].option] != NULL ? 1 : 0;
    }
    return count;
}

/* Packs those keys. False: printed why not. */
static bool pack_given(struct ctl *ctl, msgpack_packer *packer) {
    uint64_t value = 0;
    if (ctl->options[CTL_OWNER] != NULL) {
        if (!ctl_number("--owner", ctl->options[CTL_OWNER], &value)) {
            return false;
        }
        pack_text(packer, "owner");
        msgpack_pack_uint64(packer, value);
    }
    for (size_t i = 0; i < AMOUNTS; i++) {
        const char *text = ctl->options[amounts[i].option];
        if (text == NULL) {
            continue;
        }
        pack_text(packer, amounts[i].key);
        if (!ctl_amount(text, amounts[i].may_be_none, &value)) {
            return false;
        }
        if (value == LEDGER_NO_CEILING) {
            msgpack_pack_nil(packer);
        } else {
            msgpack_pack_uint64(packer, value);
        }
    }
    return true;
}

int ctl_accounts_open(struct ctl *ctl) {
    char what[64], kinds[CTL_TEXT];
    uint64_t id = 0;
    const char *kind = ctl->options[CTL_KIND];
    if (!ctl_number("the account", ctl->arguments[0], &id)) {
        return COMMAND_USAGE;
    }
    if (kind == NULL || ledger_kind_of(kind, strlen(kind)) == 0) {
        return command_usage("ctl", "--kind is missing or none of: %s", ctl_kinds(kinds));
    }
    msgpack_packer *packer = rpc_client_params(&ctl->client);
    msgpack_pack_array(packer, 1);
    msgpack_pack_map(packer, given(ctl) + 3);
    pack_text(packer, "id");
    msgpack_pack_uint64(packer, id);
    pack_text(packer, "kind");
    pack_text(packer, kind);
    pack_text(packer, "flags");
    msgpack_pack_uint32(packer, ctl->flag ? LEDGER_ACCOUNT_OVERDRAFT : 0);
    if (!pack_given(ctl, packer)) {
        return COMMAND_USAGE;
    }
    snprintf(what, sizeof(what), "account %" PRIu64, id);
    return ctl_call_outcome(ctl, "account_open", what);
}

int ctl_accounts_change(struct ctl *ctl) {
    char what[64];
    uint64_t id = 0;
    if (!ctl_number("the account", ctl->arguments[0], &id)) {
        return COMMAND_USAGE;
    }
    if (given(ctl) == 0) {
        return command_usage("ctl", "say what to change, such as --ceiling 100000.00");
    }
    msgpack_packer *packer = rpc_client_params(&ctl->client);
    msgpack_pack_array(packer, 2);
    msgpack_pack_uint64(packer, id);
    msgpack_pack_map(packer, given(ctl));
    if (!pack_given(ctl, packer)) {
        return COMMAND_USAGE;
    }
    snprintf(what, sizeof(what), "account %" PRIu64, id);
    return ctl_call_outcome(ctl, "account_change", what);
}

/* Reads the account's flags, and sets those of `set` and clears those of `clear`. */
static int change_flags(struct ctl *ctl, uint32_t set, uint32_t clear) {
    char what[64];
    uint64_t id = 0;
    const msgpack_object *account = NULL;
    if (!ctl_number("the account", ctl->arguments[0], &id)) {
        return COMMAND_USAGE;
    }
    int code = get(ctl, id, &account);
    if (code != COMMAND_OK) {
        return code;
    }
    uint64_t flags = (ctl_uint(account, "flags") | set) & ~(uint64_t)clear;
    msgpack_packer *packer = rpc_client_params(&ctl->client);
    msgpack_pack_array(packer, 2);
    msgpack_pack_uint64(packer, id);
    msgpack_pack_map(packer, 1);
    pack_text(packer, "flags");
    msgpack_pack_uint64(packer, flags);
    snprintf(what, sizeof(what), "account %" PRIu64, id);
    return ctl_call_outcome(ctl, "account_change", what);
}

int ctl_accounts_freeze(struct ctl *ctl) {
    return change_flags(ctl, LEDGER_ACCOUNT_FROZEN, 0);
}

int ctl_accounts_unfreeze(struct ctl *ctl) {
    return change_flags(ctl, 0, LEDGER_ACCOUNT_FROZEN);
}

int ctl_accounts_close(struct ctl *ctl) {
    return change_flags(ctl, LEDGER_ACCOUNT_CLOSED, 0);
}

/* ---- Statement ---------------------------------------------------------------------------- */

/* [account, {before, limit}] of the options. False: printed why not. */
static bool pack_statement(struct ctl *ctl, uint64_t id) {
    uint64_t before = 0, limit = 0;
    const char *before_text = ctl->options[CTL_BEFORE], *limit_text = ctl->options[CTL_LIMIT];
    if ((before_text != NULL && !ctl_number("--before", before_text, &before)) ||
        (limit_text != NULL && !ctl_number("--limit", limit_text, &limit))) {
        return false;
    }
    msgpack_packer *packer = rpc_client_params(&ctl->client);
    msgpack_pack_array(packer, 2);
    msgpack_pack_uint64(packer, id);
    msgpack_pack_map(packer, (before_text != NULL ? 1u : 0u) + (limit_text != NULL ? 1u : 0u));
    if (before_text != NULL) {
        pack_text(packer, "before");
        msgpack_pack_uint64(packer, before);
    }
    if (limit_text != NULL) {
        pack_text(packer, "limit");
        msgpack_pack_uint64(packer, limit);
    }
    return true;
}

static void print_statement(const msgpack_object *statement) {
    static const char *const heads[] = {"POSTED",  "PAYMENT>", "OPERATION", "SIDE",
                                        "AMOUNT>", "BALANCE>", "ENTRY>"};
    const msgpack_object *rows = rpc_client_field(statement, "entries");
    uint32_t count = rows != NULL && rows->type == MSGPACK_OBJECT_ARRAY ? rows->via.array.size : 0;
    struct ctl_table table;
    char text[CTL_TEXT];
    ctl_table_start(&table, heads, sizeof(heads) / sizeof(heads[0]));
    for (uint32_t i = 0; i < count; i++) {
        const msgpack_object *row = &rows->via.array.ptr[i];
        ctl_table_add(&table, ctl_time(ctl_uint(row, "posted_ns"), text));
        add_uint(&table, ctl_uint(row, "payment"));
        ctl_table_add(&table, ctl_operation(ctl_uint(row, "operation"), text));
        ctl_table_add(&table, ctl_text(rpc_client_field(row, "side"), text));
        ctl_table_add(&table, ctl_money(rpc_client_field(row, "amount"), text));
        ctl_table_add(&table, ctl_money(rpc_client_field(row, "balance"), text));
        add_uint(&table, ctl_uint(row, "entry"));
    }
    ctl_table_print(&table);
    printf("%u entries, as of batch %" PRIu64, count, ctl_uint(statement, "as_of_sequence"));
    uint64_t next = ctl_uint(statement, "next");
    if (next != 0) {
        printf("; older: --before %" PRIu64, next);
    }
    putchar('\n');
}

int ctl_accounts_statement(struct ctl *ctl) {
    const msgpack_object *statement = NULL;
    uint64_t id = 0;
    if (!ctl_number("the account", ctl->arguments[0], &id) || !pack_statement(ctl, id)) {
        return COMMAND_USAGE;
    }
    int code = ctl_call_record(ctl, "statement", &statement);
    if (code == COMMAND_OK && ctl->json) {
        ctl_print_json(statement);
    } else if (code == COMMAND_OK) {
        print_statement(statement);
    }
    return code;
}
