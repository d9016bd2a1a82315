/* ctl.h - between the files of `tiyn ctl`: its arguments, its connection, its printing.
 * Main thread, one command a process. */
#ifndef SWITCH_CTL_H
#define SWITCH_CTL_H

#include "ledger/ledger.h"
#include "switch/rpc_client.h"

/* Options with a value. X(NAME, "flag") */
/* clang-format off */
#define CTL_OPTION_MAP(X) \
    X(DATA,        "data") \
    X(SOCKET,      "socket") \
    X(AFTER,       "after") \
    X(LIMIT,       "limit") \
    X(BEFORE,      "before") \
    X(KIND,        "kind") \
    X(OWNER,       "owner") \
    X(FLOOR,       "floor") \
    X(CEILING,     "ceiling") \
    X(DAY_LIMIT,   "day-limit") \
    X(MONTH_LIMIT, "month-limit")
/* clang-format on */

enum ctl_option {
#define X(name, flag) CTL_##name,
    CTL_OPTION_MAP(X)
#undef X
        CTL_OPTIONS
};
#define CTL_BIT(name) (1u << CTL_##name)

struct ctl {
    struct rpc_client client;
    const char *options[CTL_OPTIONS]; /* values, NULL: not given                        */
    int json, overdraft, help;        /* flags                                          */
    char **arguments;                 /* behind "accounts show"; as many as the command takes */
};

/* One command; run returns an exit code. */
struct ctl_command {
    const char *group, *name; /* name NULL: the group alone is the command            */
    int arguments;
    uint32_t options; /* CTL_BIT of those it takes, but data and socket               */
    bool takes_overdraft;
    int (*run)(struct ctl *ctl);
};

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
int ctl_state(struct ctl *ctl);
int ctl_flush(struct ctl *ctl);

/* ---- Calls (command_ctl_call.c) ---- */

/* Calls; on failure prints why and returns the exit code, else COMMAND_OK. */
int ctl_call(struct ctl *ctl, const char *method, const msgpack_object **result);
/* The same of methods that answer [status, record]: a status other than DONE is printed. */
int ctl_call_record(struct ctl *ctl, const char *method, const msgpack_object **record);
/* The same of methods that answer an outcome, which is printed. what: "account 7", for people. */
int ctl_call_outcome(struct ctl *ctl, const char *method, const char *what);

/* A number from the command line. False: it was printed that `name` is none. */
bool ctl_number(const char *name, const char *text, uint64_t *number);
/* Packs [after, limit] from the options. False: printed why not. */
bool ctl_pack_page(struct ctl *ctl, msgpack_packer *packer);

/* ---- Values (command_ctl_print.c) ---- */

uint64_t ctl_uint(const msgpack_object *map, const char *key); /* 0: missing            */
int64_t ctl_int(const msgpack_object *map, const char *key);
bool ctl_true(const msgpack_object *map, const char *key);

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

/* A table for people. Heads that end in '>' are of right-aligned columns. */
#define CTL_COLUMNS_MAX 10u
struct ctl_table {
    const char *const *heads;
    uint32_t columns, cells, size;
    char **cell; /* row by row; out of memory ends the process */
};
void ctl_table_start(struct ctl_table *table, const char *const *heads, uint32_t columns);
void ctl_table_add(struct ctl_table *table, const char *text); /* copied; left to right */
void ctl_table_print(struct ctl_table *table);                 /* and frees it          */

#endif
