/* checkpay_ledger.h - a real ledger in a temporary folder, for the tests of the inbound side. It
 * has an issuer, account 1. Single-threaded; the clock moves by hand. A failure ends the test. */
#ifndef TESTS_CHECKPAY_LEDGER_H
#define TESTS_CHECKPAY_LEDGER_H

#include "ledger/ledger.h"

extern uint64_t books_now_ns;

void books_open(void);
void books_close(void);
void books_account(uint64_t id, uint32_t flags);
/* From the issuer. */
void books_give(uint64_t account, uint64_t amount);
int64_t books_balance(uint64_t account);
/* Up to 4 commands, as one batch; the writer is empty after it. */
void books_commit(struct ledger_writer *writer, struct ledger_result *results);

#endif
