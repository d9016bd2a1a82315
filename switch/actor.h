/* actor.h - who it is that may order anything, as the trail of acts tells it. Loop thread. */
#ifndef SWITCH_ACTOR_H
#define SWITCH_ACTOR_H

#include "switch/conn.h"

struct actor {
    struct adapter_actor told;
    char name[LEDGER_ACTOR_NAME_MAX], from[LEDGER_ACTOR_FROM_MAX];
};

/* Of a request with that grant, whose client is at `peer`: a person at the operator's socket, or a
 * gateway. NULL: it may not order anything. Points into *actor, the grant and peer. */
const struct adapter_actor *actor_of(struct actor *actor, const struct conn *conn,
                                     const struct grant *grant, struct slice peer);

#endif
