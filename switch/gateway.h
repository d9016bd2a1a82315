/* gateway.h - who may call the node: the upstream gateways of the config, found by name or key.
 * Filled by config_load before the first socket opens and never changed after: any thread. */
#ifndef SWITCH_GATEWAY_H
#define SWITCH_GATEWAY_H

#include "protocols/adapter.h"

#define GATEWAY_KEY_SIZE 32    /* bytes of the RPC key: crypto_auth_KEYBYTES          */
#define GATEWAY_HASH_SIZE 32   /* bytes kept of a bearer key: a crypto_generichash    */
#define GATEWAY_BEARER_MIN 32  /* characters of a bearer key                          */
#define GATEWAY_BEARER_MAX 128 /* the same, largest: a header that is longer is wrong */

struct config;

struct gateway {
    struct grant grant;                /* grant.name is the gateway's name               */
    uint8_t rpc_key[GATEWAY_KEY_SIZE]; /* pre-shared; never leaves the process           */
    bool has_rpc_key;                  /* else it cannot log in on RPC                   */
    uint8_t bearer_hash[GATEWAY_HASH_SIZE];
    bool has_bearer; /* else it cannot use HTTP                                          */
};

/* The gateway of this name, or NULL. The name is no secret. */
const struct gateway *gateway_by_name(const struct config *config, struct slice name);

/* The gateway whose bearer key this is, or NULL. The key is hashed and compared with every
 * gateway's, each in constant time, so the time taken tells nothing of any key. */
const struct gateway *gateway_by_bearer(const struct config *config, struct slice key);

/* What is kept of a bearer key. hash: GATEWAY_HASH_SIZE bytes. */
void gateway_bearer_hash(uint8_t *hash, const void *key, size_t size);

/* The grant of a peer on the Unix socket, whom file mode and peer uid have identified: every right,
 * every requester, every account. Static. */
const struct grant *gateway_operator_grant(void);

#endif
