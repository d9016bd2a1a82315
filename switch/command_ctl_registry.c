/* command_ctl_registry.c - `tiyn ctl client|agent|... add|change|block|unblock`. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "switch/command.h"
#include "switch/ctl.h"

/* ---- Checks between records --------------------------------------------------------------- */

/* A terminal's merchant is there, and its wallet is the merchant's. */
static int check_terminal(struct ctl *ctl, const struct registry_terminal *terminal) {
    struct ctl_record merchant = {.kind = REGISTRY_MERCHANT,
                                  .record.merchant = {.login = terminal->merchant}};
    const struct registry_merchant *owner = &merchant.record.merchant;
    char hint[CTL_TEXT];
    int code = ctl_record_read(ctl, &merchant);
    if (code != COMMAND_OK) {
        return code;
    }
    bool its = terminal->wallet == 0;
    for (uint32_t i = 0; i < owner->wallet_count; i++) {
        its = its || owner->wallets[i] == terminal->wallet;
    }
    if (merchant.version == LEDGER_VERSION_NEW) {
        snprintf(hint, sizeof(hint),
                 "there is no merchant %" PRIu64 "; first: tiyn ctl merchant add %" PRIu64,
                 terminal->merchant, terminal->merchant);
        return ctl_refused(ctl, LEDGER_RECORD_NOT_FOUND, hint);
    }
    if (!its) {
        snprintf(hint, sizeof(hint), "account %" PRIu64 " is no wallet of merchant %" PRIu64,
                 terminal->wallet, terminal->merchant);
        return ctl_refused(ctl, LEDGER_ACCOUNT_NOT_FOUND, hint);
    }
    return COMMAND_OK;
}

static int check(struct ctl *ctl, const struct ctl_record *record) {
    int code = ctl_record_check(record);
    if (code == COMMAND_OK && record->kind == REGISTRY_TERMINAL) {
        code = check_terminal(ctl, &record->record.terminal);
    }
    return code;
}

/* ---- Commands ----------------------------------------------------------------------------- */

/* Accounts first, so that no record ever names one that is not there; then the record; then what
 * the record means for the accounts. Each step may be done again. */
static int save(struct ctl *ctl, struct ctl_record *record, const struct ctl_record *before) {
    struct ctl_accounts accounts;
    char name[CTL_TEXT];
    bool again = false, changed = false;
    int code = ctl_accounts_plan(ctl, record, before, &accounts);
    code = code == COMMAND_OK ? check(ctl, record) : code;
    code = code == COMMAND_OK ? ctl_accounts_ensure(ctl, &accounts) : code;
    code = code == COMMAND_OK ? ctl_record_put(ctl, record, &again) : code;
    code = code == COMMAND_OK ? ctl_accounts_settle(ctl, &accounts, &changed) : code;
    return code == COMMAND_OK ? ctl_done(ctl, ctl_record_name(record, name), again && !changed)
                              : code;
}

int ctl_record_add(struct ctl *ctl) {
    struct ctl_record record;
    int code = ctl_record_start(ctl, &record);
    code = code == COMMAND_OK ? ctl_record_set(ctl, &record) : code;
    return code == COMMAND_OK ? save(ctl, &record, NULL) : code;
}

/* Reads what is to be changed. */
static int find(struct ctl *ctl, struct ctl_record *record) {
    char hint[3 * CTL_TEXT], cursor[CTL_TEXT];
    const char *kind = registry_schemas[ctl->command->kind].name;
    int code = ctl_record_start(ctl, record);
    code = code == COMMAND_OK ? ctl_record_read(ctl, record) : code;
    if (code == COMMAND_OK && record->version == LEDGER_VERSION_NEW) {
        ctl_record_cursor(record, cursor);
        snprintf(hint, sizeof(hint), "there is no %s %s; add it with: tiyn ctl %s add %s", kind,
                 cursor, kind, cursor);
        return ctl_refused(ctl, LEDGER_RECORD_NOT_FOUND, hint);
    }
    return code;
}

int ctl_record_change(struct ctl *ctl) {
    struct ctl_record before;
    int code = find(ctl, &before);
    struct ctl_record record = before;
    code = code == COMMAND_OK ? ctl_record_set(ctl, &record) : code;
    bool limits = ctl->options[CTL_CEILING] != NULL || ctl->options[CTL_DAY_LIMIT] != NULL ||
                  ctl->options[CTL_MONTH_LIMIT] != NULL || ctl->options[CTL_OVERDRAFT] != NULL;
    if (code == COMMAND_OK && ctl->given_count == 0 && !limits) {
        return command_usage("ctl", "say what to change; the fields: tiyn ctl %s --help",
                             ctl->command->words);
    }
    return code == COMMAND_OK ? save(ctl, &record, &before) : code;
}

static int set_blocked(struct ctl *ctl, bool blocked) {
    struct ctl_record before;
    const char *why = NULL;
    int code = find(ctl, &before);
    if (code != COMMAND_OK) {
        return code;
    }
    struct ctl_record record = before;
    const struct registry_field *field = registry_field_of(record.kind, SLICE("blocked"));
    registry_set(record.kind, &record.record, field, blocked ? SLICE("yes") : SLICE("no"), &why);
    return save(ctl, &record, &before);
}

int ctl_record_block(struct ctl *ctl) {
    return set_blocked(ctl, true);
}

int ctl_record_unblock(struct ctl *ctl) {
    return set_blocked(ctl, false);
}
