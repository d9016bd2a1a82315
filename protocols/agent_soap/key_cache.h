/* key_cache.h - partners' public keys, parsed: reading one from DER takes longer than to look it
 * up. Keyed by the DER itself, so a changed or blocked key is never confused with its record's
 * former one. Several worker threads at once. */
#ifndef PROTOCOLS_AGENT_SOAP_KEY_CACHE_H
#define PROTOCOLS_AGENT_SOAP_KEY_CACHE_H

#include "protocols/common/slice.h"
#include "protocols/xml/dsig.h"

#define KEY_CACHE_SLOTS 128 /* keys kept; of a node's partners a few dozen are busy at a time */

struct key_cache;
struct key_cache *key_cache_new(void); /* NULL: no memory */
void key_cache_free(struct key_cache *cache);

/* A key in use, from take to give. */
struct key_lease {
    struct dsig_public *key;
    int slot; /* -1: not in the cache, the lease's own */
};

/* False: the DER is no RSA key, or there is no memory. */
bool key_cache_take(struct key_cache *cache, struct slice der, struct key_lease *lease);
void key_cache_give(struct key_cache *cache, struct key_lease *lease);

#endif
