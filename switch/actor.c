#include "switch/actor.h"

const struct adapter_actor *actor_of(struct actor *actor, const struct conn *conn,
                                     const struct grant *grant, struct slice peer) {
    if (grant == NULL || (grant->rights & GRANT_OPERATOR) == 0) {
        return NULL;
    }
    if (conn->listener != METRICS_UNIX) {
        actor->told = (struct adapter_actor){.name = slice_text(grant->name), .from = peer};
        return &actor->told;
    }
    (void)snprintf(actor->name, sizeof(actor->name), "uid %u", (unsigned)conn->uid);
    (void)snprintf(actor->from, sizeof(actor->from), "pid %u", (unsigned)conn->pid);
    actor->told = (struct adapter_actor){
        .name = slice_text(actor->name), .from = slice_text(actor->from), .person = true};
    return &actor->told;
}
