/* command_ctl_participant.c - the accounts behind clients, agents and merchants: opened when they
 * are missing, with the limits and flags that the record asks for. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "switch/account_pack.h"
#include "switch/assert.h"
#include "switch/command.h"
#include "switch/ctl.h"

/* ---- What they must be -------------------------------------------------------------------- */

static const struct {
    enum ctl_option option;
    enum ledger_account_field field;
    size_t offset;
} limits[] = {
    {CTL_CEILING, LEDGER_FIELD_CEILING, offsetof(struct ledger_account_request, ceiling)},
    {CTL_DAY_LIMIT, LEDGER_FIELD_DAY_LIMIT, offsetof(struct ledger_account_request, day_limit)},
    {CTL_MONTH_LIMIT, LEDGER_FIELD_MONTH_LIMIT,
     offsetof(struct ledger_account_request, month_limit)},
};

/* Limits of its own, as far as they were given. *count: how many were. */
static int own_limits(struct ctl *ctl, struct ctl_accounts *accounts, uint32_t *count) {
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        uint64_t value = 0;
        const char *text = ctl->options[limits[i].option];
        if (text == NULL) {
            continue;
        }
        if (!ctl_amount(text, true, &value)) {
            return COMMAND_USAGE;
        }
        memcpy((char *)&accounts->want + limits[i].offset, &value, sizeof(value));
        accounts->must |= limits[i].field;
        ++*count;
    }
    return COMMAND_OK;
}

static bool own_limits_refused(const struct ctl *ctl) {
    for (uint32_t i = 0; i < ctl->given_count; i++) {
        if (strcmp(ctl->given[i].field->name, "own_limits") == 0 &&
            (ctl->given[i].text[0] == 'n' || ctl->given[i].text[0] == 'f')) {
            return true;
        }
    }
    return false;
}

static int plan_client(struct ctl *ctl, struct registry_client *client,
                       const struct registry_client *before, struct ctl_accounts *accounts) {
    struct registry_limits class_;
    uint32_t own = 0;
    int code = ctl_limits_read(ctl, client->identified, &class_);
    if (code != COMMAND_OK) {
        return code;
    }
    accounts->want.kind = LEDGER_WALLET;
    accounts->want.ceiling = class_.ceiling;
    accounts->want.day_limit = class_.day_limit;
    accounts->want.month_limit = class_.month_limit;
    code = own_limits(ctl, accounts, &own);
    if (code == COMMAND_OK && own > 0 && own_limits_refused(ctl)) {
        code = command_usage("ctl", "limits of its own, and --own-limits no: which?");
    }
    client->own_limits = client->own_limits || own > 0;
    if (!client->own_limits) {
        accounts->must |= LEDGER_FIELD_CEILING | LEDGER_FIELD_DAY_LIMIT | LEDGER_FIELD_MONTH_LIMIT;
    }
    client->account = client->account == 0 ? client->login : client->account;
    accounts->ids[0] = client->account;
    if (client->blocked) {
        accounts->frozen = 1;
    } else if (before != NULL && before->blocked) {
        accounts->frozen = 0;
    }
    return code;
}

static int plan_agent(struct ctl *ctl, struct registry_agent *agent,
                      struct ctl_accounts *accounts) {
    const char *overdraft = ctl->options[CTL_OVERDRAFT];
    accounts->want.kind = LEDGER_AGENT;
    agent->account = agent->account == 0 ? agent->login : agent->account;
    accounts->ids[0] = agent->account;
    if (overdraft != NULL) {
        accounts->must |= LEDGER_FIELD_FLOOR;
        return ctl_amount(overdraft, false, &accounts->want.floor) ? COMMAND_OK : COMMAND_USAGE;
    }
    return COMMAND_OK;
}

static int plan_network(struct ctl *ctl, struct registry_network *network,
                        struct ctl_accounts *accounts) {
    struct registry_agent float_ = {.login = network->login, .account = network->account};
    int code = plan_agent(ctl, &float_, accounts);
    network->account = float_.account;
    return code;
}

static void plan_merchant(struct registry_merchant *merchant, struct ctl_accounts *accounts) {
    accounts->want.kind = LEDGER_MERCHANT;
    if (merchant->wallet_count == 0) {
        merchant->wallets[0] = merchant->login;
        merchant->wallet_count = 1;
    }
    accounts->count = merchant->wallet_count;
    memcpy(accounts->ids, merchant->wallets, sizeof(accounts->ids));
}

int ctl_accounts_plan(struct ctl *ctl, struct ctl_record *record, const struct ctl_record *before,
                      struct ctl_accounts *accounts) {
    *accounts =
        (struct ctl_accounts){.want = {.owner = record->record.client.login, /* all have it first */
                                       .currency = LEDGER_CURRENCY_KZT,
                                       .ceiling = LEDGER_NO_CEILING,
                                       .day_limit = LEDGER_NO_CEILING,
                                       .month_limit = LEDGER_NO_CEILING},
                              .frozen = -1,
                              .count = 1};
    if (record->kind == REGISTRY_CLIENT) {
        return plan_client(ctl, &record->record.client,
                           before == NULL ? NULL : &before->record.client, accounts);
    }
    if (record->kind == REGISTRY_AGENT) {
        return plan_agent(ctl, &record->record.agent, accounts);
    }
    if (record->kind == REGISTRY_NETWORK) {
        return plan_network(ctl, &record->record.network, accounts);
    }
    if (record->kind == REGISTRY_MERCHANT) {
        plan_merchant(&record->record.merchant, accounts);
    } else {
        accounts->count = 0;
    }
    return COMMAND_OK;
}

/* ---- Calls -------------------------------------------------------------------------------- */

static int get(struct ctl *ctl, uint64_t id, const msgpack_object **account) {
    msgpack_packer *packer = rpc_client_params(&ctl->client);
    msgpack_pack_array(packer, 1);
    msgpack_pack_uint64(packer, id);
    return ctl_call_record(ctl, "account_get", account);
}

/* ---- Doing it ----------------------------------------------------------------------------- */

bool ctl_account_fits(const msgpack_object *account, const struct ledger_account_request *want,
                      char *why) {
    char kind[CTL_TEXT];
    uint64_t owner = ctl_uint(account, "owner"), flags = ctl_uint(account, "flags");
    ctl_text(rpc_client_field(account, "kind"), kind);
    if (strcmp(kind, ledger_kind_name(want->kind)) != 0) {
        snprintf(why, CTL_TEXT,
                 "account %" PRIu64 " is there and is of kind %.40s, not %s; name another one",
                 want->id, kind, ledger_kind_name(want->kind));
    } else if (owner != 0 && owner != want->owner) {
        snprintf(why, CTL_TEXT, "account %" PRIu64 " belongs to %" PRIu64 "; name another one",
                 want->id, owner);
    } else if ((flags & LEDGER_ACCOUNT_CLOSED) != 0) {
        snprintf(why, CTL_TEXT, "account %" PRIu64 " is closed; name another one", want->id);
    } else {
        return true;
    }
    return false;
}

static int check_fit(struct ctl *ctl, const struct ledger_account_request *want) {
    const msgpack_object *account = NULL;
    char why[CTL_TEXT];
    int code = get(ctl, want->id, &account);
    if (code == COMMAND_OK && !ctl_account_fits(account, want, why)) {
        code = ctl_refused(ctl, LEDGER_ACCOUNT_EXISTS, why);
    }
    return code;
}

int ctl_accounts_ensure(struct ctl *ctl, const struct ctl_accounts *accounts) {
    struct ledger_account_request want = accounts->want;
    int code = COMMAND_OK;
    ASSERT(accounts->count <= REGISTRY_WALLETS_MAX);
    want.flags = accounts->frozen == 1 ? LEDGER_ACCOUNT_FROZEN : 0;
    for (uint32_t i = 0; code == COMMAND_OK && i < accounts->count; i++) {
        unsigned status = 0;
        want.id = accounts->ids[i];
        account_pack_open(rpc_client_params(&ctl->client), &want);
        code = ctl_call_status(ctl, "account_open", &status, NULL);
        if (code == COMMAND_OK && status == LEDGER_ACCOUNT_EXISTS) {
            code = check_fit(ctl, &want);
        } else if (code == COMMAND_OK && status != LEDGER_DONE && status != LEDGER_REPLAYED) {
            code = ctl_refused(ctl, status, NULL);
        }
    }
    return code;
}

/* A limit of an answer, where nil is none. */
static uint64_t limit_of(const msgpack_object *account, const char *key) {
    const msgpack_object *value = rpc_client_field(account, key);
    bool none = value == NULL || value->type == MSGPACK_OBJECT_NIL;
    return none ? LEDGER_NO_CEILING : ctl_uint(account, key);
}

uint32_t ctl_account_differs(const msgpack_object *account, const struct ctl_accounts *accounts,
                             struct ledger_account_request *want) {
    uint64_t flags = ctl_uint(account, "flags");
    uint32_t fields = 0;
    fields |= ctl_uint(account, "floor") != want->floor ? LEDGER_FIELD_FLOOR : 0u;
    fields |= limit_of(account, "ceiling") != want->ceiling ? LEDGER_FIELD_CEILING : 0u;
    fields |= limit_of(account, "day_limit") != want->day_limit ? LEDGER_FIELD_DAY_LIMIT : 0u;
    fields |= limit_of(account, "month_limit") != want->month_limit ? LEDGER_FIELD_MONTH_LIMIT : 0u;
    fields &= accounts->must;
    fields |= ctl_uint(account, "owner") != want->owner ? LEDGER_FIELD_OWNER : 0u;
    want->flags = (uint32_t)flags;
    if (accounts->frozen == 1) {
        want->flags |= LEDGER_ACCOUNT_FROZEN;
    } else if (accounts->frozen == 0) {
        want->flags &= ~(uint32_t)LEDGER_ACCOUNT_FROZEN;
    }
    return fields | (want->flags != flags ? LEDGER_FIELD_FLAGS : 0u);
}

int ctl_accounts_settle(struct ctl *ctl, const struct ctl_accounts *accounts, bool *changed) {
    int code = COMMAND_OK;
    for (uint32_t i = 0; code == COMMAND_OK && i < accounts->count; i++) {
        struct ledger_account_request want = accounts->want;
        const msgpack_object *account = NULL;
        unsigned status = 0;
        want.id = accounts->ids[i];
        code = get(ctl, want.id, &account);
        uint32_t fields = code == COMMAND_OK ? ctl_account_differs(account, accounts, &want) : 0;
        if (fields == 0) {
            continue;
        }
        account_pack_change(rpc_client_params(&ctl->client), &want, fields);
        code = ctl_call_status(ctl, "account_change", &status, NULL);
        if (code == COMMAND_OK && status != LEDGER_DONE) {
            code = ctl_refused(ctl, status, NULL);
        }
        *changed = true;
    }
    return code;
}
