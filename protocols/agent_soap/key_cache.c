/* key_cache.c - a table of slots, one place a key; a slot in use is never taken from its users. */
#include "protocols/agent_soap/key_cache.h"

#include <pthread.h>
#include <stdlib.h>

#include "protocols/common/assert.h"
#include "protocols/registry/registry.h"

struct key_slot {
    struct dsig_public *key; /* NULL: empty */
    uint32_t users, size;
    uint8_t der[REGISTRY_KEY_DER_MAX];
};

struct key_cache {
    pthread_mutex_t mutex;
    struct key_slot slots[KEY_CACHE_SLOTS];
};

struct key_cache *key_cache_new(void) {
    struct key_cache *cache = calloc(1, sizeof *cache);
    if (cache != NULL && pthread_mutex_init(&cache->mutex, NULL) != 0) {
        free(cache);
        return NULL;
    }
    return cache;
}

void key_cache_free(struct key_cache *cache) {
    if (cache == NULL)
        return;
    for (uint32_t i = 0; i < KEY_CACHE_SLOTS; i++) {
        ASSERT(cache->slots[i].users == 0);
        dsig_public_free(cache->slots[i].key);
    }
    (void)pthread_mutex_destroy(&cache->mutex);
    free(cache);
}

/* FNV-1a. Partners' keys are an operator's records, so nobody aims at one slot. */
static uint32_t slot_of(struct slice der) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < der.size; i++)
        hash = (hash ^ (uint8_t)der.base[i]) * 16777619u;
    return hash % KEY_CACHE_SLOTS;
}

static bool holds(const struct key_slot *slot, struct slice der) {
    return slot->key != NULL &&
           slice_equal((struct slice){(const char *)slot->der, slot->size}, der);
}

/* Puts a key that was just parsed into its slot, unless that is in use. True: it is there. */
static bool keep(struct key_slot *slot, struct slice der, struct dsig_public *key) {
    if (slot->users != 0)
        return false;
    dsig_public_free(slot->key);
    memcpy(slot->der, der.base, der.size);
    slot->size = (uint32_t)der.size;
    slot->key = key;
    slot->users = 1;
    return true;
}

bool key_cache_take(struct key_cache *cache, struct slice der, struct key_lease *lease) {
    if (der.size == 0 || der.size > REGISTRY_KEY_DER_MAX)
        return false;
    int index = (int)slot_of(der);
    struct key_slot *slot = &cache->slots[index];
    (void)pthread_mutex_lock(&cache->mutex);
    bool found = holds(slot, der);
    if (found)
        slot->users++;
    *lease = (struct key_lease){.key = slot->key, .slot = index};
    (void)pthread_mutex_unlock(&cache->mutex);
    if (found)
        return true;
    struct dsig_public *key = dsig_public_read(der.base, der.size);
    if (key == NULL)
        return false;
    (void)pthread_mutex_lock(&cache->mutex);
    bool kept = keep(slot, der, key);
    (void)pthread_mutex_unlock(&cache->mutex);
    *lease = (struct key_lease){.key = key, .slot = kept ? index : -1};
    return true;
}

void key_cache_give(struct key_cache *cache, struct key_lease *lease) {
    if (lease->slot < 0) {
        dsig_public_free(lease->key);
        return;
    }
    (void)pthread_mutex_lock(&cache->mutex);
    ASSERT(cache->slots[lease->slot].users > 0);
    cache->slots[lease->slot].users--;
    (void)pthread_mutex_unlock(&cache->mutex);
}
