/* account_pack.h - the params of the RPC methods account_open and account_change. Pure; any thread.
 * Amounts are tiyn. */
#ifndef SWITCH_ACCOUNT_PACK_H
#define SWITCH_ACCOUNT_PACK_H

#include <msgpack.h>

#include "ledger/ledger.h"

/* The currency is KZT. */
void account_pack_open(msgpack_packer *packer, const struct ledger_account_request *request);
/* fields: a set of enum ledger_account_field, of what is changed. */
void account_pack_change(msgpack_packer *packer, const struct ledger_account_request *request,
                         uint32_t fields);

#endif
