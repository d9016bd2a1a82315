/* act.h - changes that somebody orders who may order anything. Pure; any thread. */
#ifndef PROTOCOLS_COMMON_ACT_H
#define PROTOCOLS_COMMON_ACT_H

#include "protocols/adapter.h"

/* Makes the command that was put last an act of the request's actor, when it has one. DONE, or
 * BUSY: no room. */
enum ledger_status act_put(const struct adapter_request *request, struct ledger_writer *writer);

#endif
