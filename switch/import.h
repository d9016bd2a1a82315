/* import.h - clients in bulk: a batch of them is sent to the node, each through the steps that
 * `ctl client add` takes, a call of each row at a time. Main thread. */
#ifndef SWITCH_IMPORT_H
#define SWITCH_IMPORT_H

#include "switch/ctl.h"

enum import_step {                /* what a row asks of the node next */
                   IMPORT_READ,   /* its record, as it is                              */
                   IMPORT_OPEN,   /* open its account                                  */
                   IMPORT_LOOK,   /* the account was there: look at it                 */
                   IMPORT_CHANGE, /* and make it what it must be                       */
                   IMPORT_PUT,    /* the record, last: where it is, all is done        */
                   IMPORT_ADDED,  /* the ends                                          */
                   IMPORT_CHANGED,
                   IMPORT_SAME,
                   IMPORT_WRONG,
};

struct import_row {
    uint64_t line; /* of the file */
    enum import_step step;
    struct registry_client client;
    uint64_t version; /* of the record that is replaced, or LEDGER_VERSION_NEW */
    struct ctl_accounts account;
    uint32_t fields; /* of the account, that CHANGE changes */
    uint32_t tries;  /* the record was changed meanwhile: from the start again */
    char why[CTL_TEXT];
};

#define IMPORT_FIELDS_MAX CTL_FIELDS_MAX

struct import {
    struct ctl *ctl;
    bool update; /* a client that is there gets the file's columns */
    const struct registry_field *columns[IMPORT_FIELDS_MAX];
    uint32_t column_count;
    struct import_row rows[RPC_CLIENT_BATCH_MAX];
    uint32_t row_count;
    char why[RPC_CLIENT_WHY]; /* import_send failed */
};

/* Takes all rows to their ends. COMMAND_OK; or the node cannot be asked: import->why, "" when it
 * was told. */
int import_send(struct import *import);

#endif
