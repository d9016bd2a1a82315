#include "protocols/common/act.h"

#include "protocols/common/assert.h"

enum ledger_status act_put(const struct adapter_request *request, struct ledger_writer *writer) {
    if (request->actor == NULL)
        return LEDGER_DONE;
    const struct ledger_actor actor = {
        .name = request->actor->name.base,
        .name_size = (uint32_t)request->actor->name.size,
        .from = request->actor->from.base,
        .from_size = (uint32_t)request->actor->from.size,
    };
    enum ledger_status status = ledger_put_actor(writer, &actor);
    ASSERT(status == LEDGER_DONE || status == LEDGER_BUSY);
    return status;
}
