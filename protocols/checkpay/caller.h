/* caller.h - the network that calls: its record, where it calls from, its password, its dialect.
 * Any thread. */
#ifndef PROTOCOLS_CHECKPAY_CALLER_H
#define PROTOCOLS_CHECKPAY_CALLER_H

#include "protocols/checkpay/profile.h"
#include "protocols/registry/registry.h"

#define CHECKPAY_PREFIX "/checkpay/"

struct caller {
    struct registry_network network;
    const struct checkpay_profile *profile;
};

/* Whose path it is, and that it is really the one: by address, and by password where it has one.
 * False: the reply, which says nothing in any dialect, is complete. */
bool caller_find(const struct adapter_env *env, const struct adapter_request *request,
                 struct caller *caller, struct adapter_reply *reply);

#endif
