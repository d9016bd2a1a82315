/* ctl.h - between the files of `tiyn ctl`: its arguments, its connection, its printing.
 * Main thread, one command a process. */
#ifndef SWITCH_CTL_H
#define SWITCH_CTL_H

#include "ledger/ledger.h"
#include "protocols/registry/registry.h"
#include "switch/rpc_client.h"

/* Options with a value. X(NAME, "flag", "what the value is") */
/* clang-format off */
#define CTL_OPTION_MAP(X) \
    X(DATA,        "data",        "DIR") \
    X(SOCKET,      "socket",      "PATH") \
    X(AFTER,       "after",       "KEY") \
    X(LIMIT,       "limit",       "N") \
    X(BEFORE,      "before",      "ENTRY") \
    X(KIND,        "kind",        "KIND") \
    X(OWNER,       "owner",       "N") \
    X(FLOOR,       "floor",       "AMOUNT") \
    X(CEILING,     "ceiling",     "AMOUNT") \
    X(DAY_LIMIT,   "day-limit",   "AMOUNT") \
    X(MONTH_LIMIT, "month-limit", "AMOUNT") \
    X(OVERDRAFT,   "overdraft",   "AMOUNT") \
    X(NUMBER,      "number",      "N") \
    X(AGENT,       "agent",       "LOGIN") \
    X(MERCHANT,    "merchant",    "LOGIN") \
    X(OUT,         "out",         "FILE") \
    X(ERRORS,      "errors",      "FILE") \
    X(SERVICE,     "service",     "CODE") \
    X(DAY,         "day",         "YYYY-MM-DD") \
    X(PROVIDER,    "provider",    "N")
/* clang-format on */

enum ctl_option {
#define X(name, flag, value) CTL_##name,
    CTL_OPTION_MAP(X)
#undef X
        CTL_OPTIONS
};
#define CTL_BIT(name) (1u << CTL_##name)
extern const char *const ctl_option_flags[CTL_OPTIONS];

#define CTL_FIELDS_MAX 16u   /* fields of a record: the largest has 10             */
#define CTL_ARGUMENTS_MAX 2u /* behind a command's words: requester and reference */

struct ctl {
    struct rpc_client client;
    const struct ctl_command *command;
    const char *options[CTL_OPTIONS]; /* values, NULL: not given                   */
    bool json, help;
    bool flag;                                /* the command's own one is set             */
    const char *arguments[CTL_ARGUMENTS_MAX]; /* as many as the command takes             */
    uint32_t argument_count;
    struct ctl_given { /* options that are a record's fields */
        const struct registry_field *field;
        const char *text;
    } given[CTL_FIELDS_MAX];
    uint32_t given_count;
};

/* One command; run returns an exit code. */
struct ctl_command {
    const char *words;       /* "accounts show"                                     */
    const char *arguments;   /* their names: "REQUESTER REFERENCE"; "": none        */
    uint32_t options;        /* CTL_BIT of those it takes, but data and socket      */
    const char *flag;        /* an option of its own without a value: "overdraft"; or NULL */
    bool alone;              /* it needs no node                                    */
    bool fields;             /* the fields of its kind are options                  */
    enum registry_kind kind; /* of the record it is about; of others it says nothing */
    int (*run)(struct ctl *ctl);
};
extern const struct ctl_command ctl_commands[];
extern const uint32_t ctl_command_count;

/* Reads the arguments into *ctl, which is zero. COMMAND_OK, or COMMAND_USAGE, which is told. With
 * ctl->help set there may be no command. */
int ctl_parse(struct ctl *ctl, int argc, char **argv);
/* The options, one a line, of the commands that start with `words`, and the fields of records. */
void ctl_help_group(const char *words);
/* "--first-name" of the field "first_name"; out[CTL_FLAG_TEXT]; returns it. */
#define CTL_FLAG_TEXT 40
const char *ctl_flag(const char *field_name, char out[CTL_FLAG_TEXT]);

int ctl_accounts_list(struct ctl *ctl);
int ctl_accounts_show(struct ctl *ctl);
int ctl_accounts_open(struct ctl *ctl);
int ctl_accounts_change(struct ctl *ctl);
int ctl_accounts_freeze(struct ctl *ctl);
int ctl_accounts_unfreeze(struct ctl *ctl);
int ctl_accounts_close(struct ctl *ctl);
int ctl_accounts_statement(struct ctl *ctl);
int ctl_payments_show(struct ctl *ctl);
int ctl_payments_find(struct ctl *ctl);
int ctl_payments_list_open(struct ctl *ctl);
int ctl_payments_complete(struct ctl *ctl);
int ctl_payments_decline(struct ctl *ctl);
int ctl_payments_retry(struct ctl *ctl);
int ctl_acts_list(struct ctl *ctl);       /* command_ctl_acts.c */
int ctl_deliveries_list(struct ctl *ctl); /* command_ctl_deliveries.c */
int ctl_deliveries_show(struct ctl *ctl);
int ctl_deliveries_retry(struct ctl *ctl);
int ctl_deliveries_retry_stuck(struct ctl *ctl);
int ctl_state(struct ctl *ctl);
int ctl_flush(struct ctl *ctl);

/* Of registry records, of the command's kind. */
int ctl_record_add(struct ctl *ctl);
int ctl_record_change(struct ctl *ctl);
int ctl_record_block(struct ctl *ctl);
int ctl_record_unblock(struct ctl *ctl);
int ctl_record_show(struct ctl *ctl);
int ctl_record_list(struct ctl *ctl);
int ctl_tariff_set(struct ctl *ctl);
int ctl_tariff_off(struct ctl *ctl);
int ctl_limits_set(struct ctl *ctl);
int ctl_network_password(struct ctl *ctl); /* command_ctl_network.c */
int ctl_client_password(struct ctl *ctl);  /* command_ctl_secret.c */
int ctl_merchant_webhook(struct ctl *ctl);

/* Keys (command_key.c): the node's, and those of the command's kind of partner. */
int ctl_key_new(struct ctl *ctl);
int ctl_partner_key_add(struct ctl *ctl);
int ctl_partner_key_list(struct ctl *ctl);
int ctl_partner_key_block(struct ctl *ctl);
int ctl_partner_key_unblock(struct ctl *ctl);

int ctl_import(struct ctl *ctl); /* command_import.c */

/* A day's registry of a service (command_reconcile.c). */
int ctl_registry_export(struct ctl *ctl);
int ctl_registry_compare(struct ctl *ctl);

/* ---- Calls (command_ctl_call.c) ---- */

/* Calls; on failure prints why and returns the exit code, else COMMAND_OK. */
int ctl_call(struct ctl *ctl, const char *method, const msgpack_object **result);
/* The same of methods that answer [status, record]: a status other than DONE is printed. */
int ctl_call_record(struct ctl *ctl, const char *method, const msgpack_object **record);
/* The same of methods that answer an outcome, which is printed. what: "account 7", for people. */
int ctl_call_outcome(struct ctl *ctl, const char *method, const char *what);
/* The same, but any status is the caller's to tell. record may be NULL. */
int ctl_call_status(struct ctl *ctl, const char *method, unsigned *status,
                    const msgpack_object **record);
/* Tells a status that is a refusal: COMMAND_REFUSED. hint: what to do, or NULL: the ledger's text
 * says enough. */
int ctl_refused(const struct ctl *ctl, unsigned status, const char *hint);
/* Tells that something is done; again: it was so before. COMMAND_OK. */
int ctl_done(const struct ctl *ctl, const char *what, bool again);

/* A number from the command line. False: it was printed that `name` is none. */
bool ctl_number(const char *name, const char *text, uint64_t *number);
/* An amount, or with may_be_none LEDGER_NO_CEILING for "none". False: printed. */
bool ctl_amount(const char *text, bool may_be_none, uint64_t *tiyn);
/* Packs [after, limit] from the options. False: printed why not. */
bool ctl_pack_page(struct ctl *ctl, msgpack_packer *packer);

/* ---- Registry records (command_ctl_record.c) ---- */

struct ctl_record {
    enum registry_kind kind;
    union registry_record record;
    uint64_t version; /* of the value that was read; LEDGER_VERSION_NEW: there is none */
};

/* An empty record with the key that the command's arguments and options name. */
int ctl_record_start(struct ctl *ctl, struct ctl_record *record);
/* Sets the fields that were given as options. */
int ctl_record_set(struct ctl *ctl, struct ctl_record *record);
/* Reads the record of this key, as it is now; when there is none the rest stays as it is. */
int ctl_record_read(struct ctl *ctl, struct ctl_record *record);
/* Checks it; COMMAND_USAGE and told when something is missing or wrong. */
int ctl_record_check(const struct ctl_record *record);
/* Puts it, if nobody changed it since it was read. *again: it was so before. A refusal is told. */
int ctl_record_put(struct ctl *ctl, const struct ctl_record *record, bool *again);
/* "client 77072734954"; out[CTL_TEXT]; returns it. */
const char *ctl_record_name(const struct ctl_record *record, char *out);
/* The text behind the key's first word: what `list --after` takes. */
const char *ctl_record_cursor(const struct ctl_record *record, char *out);
/* The limits of a class as they are now. */
int ctl_limits_read(struct ctl *ctl, bool identified, struct registry_limits *limits);

/* Calls `each` for every record of a kind whose key starts with `prefix`, of the last checkpoint.
 * each: an exit code; anything but COMMAND_OK ends the walk. The connection is free for calls. */
typedef int ctl_each(struct ctl *ctl, void *context, const struct ctl_record *record);
int ctl_record_walk(struct ctl *ctl, enum registry_kind kind, const char *prefix, ctl_each *each,
                    void *context);

/* One page of records. rows: taken over, for free(). */
struct ctl_page {
    struct ctl_record *rows;
    uint32_t count;
    uint64_t as_of_sequence;
    char next[LEDGER_KEY_MAX + 1]; /* key; "": this was the last */
};
int ctl_record_page(struct ctl *ctl, enum registry_kind kind, const char *prefix, const char *after,
                    uint64_t limit, struct ctl_page *page);

/* ---- Participants' accounts (command_ctl_participant.c) ---- */

/* What the accounts of a client, an agent or a merchant must be. */
struct ctl_accounts {
    struct ledger_account_request want; /* of each; its id is set from ids        */
    uint32_t must; /* ledger_account_field: holds of an account that was there */
    int frozen;    /* 1, 0; -1: as it is                               */
    uint64_t ids[REGISTRY_WALLETS_MAX];
    uint32_t count;
};
/* From a record, what it was before (same kind and key; NULL: there was none) and the options. May
 * set account and own_limits of the record. */
int ctl_accounts_plan(struct ctl *ctl, struct ctl_record *record, const struct ctl_record *before,
                      struct ctl_accounts *accounts);
/* Opens those that are missing, and checks that the others are fit: before the record is put. */
int ctl_accounts_ensure(struct ctl *ctl, const struct ctl_accounts *accounts);
/* Changes them as they must be: after it. *changed is set when one was changed. */
int ctl_accounts_settle(struct ctl *ctl, const struct ctl_accounts *accounts, bool *changed);

/* False: an account that is there (of account_get) is not what `want` needs; why: CTL_TEXT. */
bool ctl_account_fits(const msgpack_object *account, const struct ledger_account_request *want,
                      char *why);
/* The fields in which the account is not as it must be; want->flags becomes what they must be. */
uint32_t ctl_account_differs(const msgpack_object *account, const struct ctl_accounts *accounts,
                             struct ledger_account_request *want);

/* ---- Values (command_ctl_print.c) ---- */

uint64_t ctl_uint(const msgpack_object *map, const char *key); /* 0: missing            */
bool ctl_true(const msgpack_object *map, const char *key);
struct slice ctl_bytes(const msgpack_object *object); /* of str or bin; else empty */

#define CTL_TEXT 264 /* bytes of a value's text, with its NUL */
/* Each writes into out[CTL_TEXT] and returns it. */
const char *ctl_text(const msgpack_object *object, char *out);  /* str or bin, made printable */
const char *ctl_money(const msgpack_object *object, char *out); /* nil: "none"        */
const char *ctl_time(uint64_t ns, char *out);                   /* UTC; 0: "-"         */
const char *ctl_flags(uint64_t flags, char *out);
const char *ctl_operation(uint64_t operation, char *out);
const char *ctl_kinds(char *out); /* the names of all kinds of account */

/* Prints an object as one line of JSON. Amounts stay tiyn; states and operations are named; bytes
 * that are no ASCII are \u00XX each. */
void ctl_print_json(const msgpack_object *object);

/* ---- Tables (command_ctl_table.c) ---- */

/* A table for people. Heads that end in '>' are of right-aligned columns. Texts are UTF-8. */
#define CTL_COLUMNS_MAX 12u
struct ctl_table {
    const char *const *heads;
    uint32_t columns, cells, size;
    char **cell; /* row by row; out of memory ends the process */
};
void ctl_table_start(struct ctl_table *table, const char *const *heads, uint32_t columns);
void ctl_table_add(struct ctl_table *table, const char *text); /* copied; left to right */
void ctl_table_print(struct ctl_table *table);                 /* and frees it          */
/* realloc, but out of memory ends the process. */
void *ctl_grown(void *memory, size_t size);

#endif
