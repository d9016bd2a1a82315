/* script.h - a small text language for tests of the ledger. Single-threaded.
 *
 *   account 1 issuer overdraft; account 10; pay r1 1>10 1000; hold r2 10>20 5000 => FUNDS;
 *   balance 10 = 1000
 *
 * A script is statements parted by ';'. It opens a fresh small ledger in a temporary folder and
 * runs three times: command by command, in batches as large as they go, and with a flush, a clean
 * restart or a SIGKILL after every commit, so that every rule also holds through LMDB and recovery.
 * At the end the ledger is audited and all money must sum up to zero.
 *
 * Commands, each with "=> STATUS [STATE]" (else: it is DONE, with the state that one expects):
 *   account ID [KIND] [FLAG..] [owner|floor|ceiling|day|month|currency N]..     KIND: wallet,
 * agent.. change ID [flags none|FLAG..] [owner|floor|ceiling|day|month N]..  FLAG: overdraft frozen
 * closed pay|hold REF (DEBIT>CREDIT AMOUNT).. [wait] [by REQUESTER] [expires S] [op N] [date
 * YYYYMMDD] [reverses REF|#PAYMENT] [token ACCOUNT WORD] [attributes WORD]
 *   complete|decline|retry|dispatch|lookup REF|#PAYMENT [by REQUESTER | operator] [provider]
 *   hold .. [deliver PROVIDER [callback]] [declined]; notify as complete; attempt REF
 * [told|timed-out] refused STATUS expire COUNT [= DECLINED]         issue ACCOUNT WORD S put KEY
 * VALUE       get KEY [= VALUE] Queries: FIELD ACCOUNT = N                 a field of struct
 * ledger_account, or balance, available payment REF FIELD = N|WORD        a field of struct
 * ledger_payment, state, or attributes statement ACCOUNT = (REF AMOUNT BALANCE)..    newest first;
 * AMOUNT negative: a debit Control: at YYYY-MM-DDTHH:MM:SS (UTC+5) | wait S | flush | reopen |
 * crash | audit The clock starts at 2026-03-10T12:00:00 and stands still. Requesters are 7 unless
 * said. */
#ifndef TESTS_LIB_SCRIPT_H
#define TESTS_LIB_SCRIPT_H

#include "ledger/ledger.h"

/* NULL, or which statement went wrong and how; static. Options: NULL, or to replace the small ones
 * (the folder is ignored). */
const char *script_run(const char *text);
const char *script_run_with(const char *text, const struct ledger_options *options);

/* Statuses that commands of scripts of this process were answered with, as expected. */
const bool *script_reached(void);

#endif
