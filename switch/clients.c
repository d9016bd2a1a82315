#include "switch/clients.h"

#include <string.h>

#include "switch/assert.h"

_Static_assert(CLIENT_SLOTS % CLIENT_WAYS == 0, "sets are whole");
_Static_assert(CLIENT_STRANGER_WORKS <= CLIENT_STRANGERS_WORKS, "one of them is one of all");
_Static_assert(CLIENT_STRANGERS_WORKS < HEAVY_JOBS_MAX, "strangers leave places");
_Static_assert(CLIENT_KNOWN_WORKS < HEAVY_JOBS_MAX, "nobody has all places");

void clients_init(struct clients *clients) {
    memset(clients, 0, sizeof(*clients));
    randombytes_buf(clients->seed, sizeof(clients->seed));
}

/* The address as far as its owner does not choose it: a host has all of an IPv6 /64. */
static void group(const uint8_t address[ADDRESS_BYTES], uint8_t out[ADDRESS_BYTES]) {
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    memcpy(out, address, ADDRESS_BYTES);
    if (memcmp(address, mapped, sizeof(mapped)) != 0) {
        memset(out + ADDRESS_BYTES / 2, 0, ADDRESS_BYTES / 2);
    }
}

static bool is_known(const struct client *client, uint64_t now_ns) {
    return client->known_until_ns > now_ns;
}

/* The slots of a set: the client's own, else one that nobody needs, else that of the one who is
 * known for longest without a work. NULL: all have works. */
static struct client *find(struct client *set, const uint8_t *address, uint64_t now_ns) {
    struct client *best = NULL;
    for (uint32_t i = 0; i < CLIENT_WAYS; i++) {
        struct client *slot = &set[i];
        bool used = slot->works > 0 || is_known(slot, now_ns);
        if (used && memcmp(slot->address, address, ADDRESS_BYTES) == 0) {
            return slot;
        }
        uint64_t until = used ? slot->known_until_ns : 0;
        if (slot->works == 0 && (best == NULL || until < best->known_until_ns)) {
            slot->known_until_ns = until;
            best = slot;
        }
    }
    if (best != NULL) {
        *best = (struct client){.works = 0};
        memcpy(best->address, address, ADDRESS_BYTES);
    }
    return best;
}

bool clients_enter(struct clients *clients, const uint8_t address[ADDRESS_BYTES], uint64_t now_ns,
                   struct client_place *place) {
    uint8_t own[ADDRESS_BYTES];
    uint64_t hash;
    unsigned char bytes[crypto_shorthash_BYTES];
    group(address, own);
    crypto_shorthash(bytes, own, sizeof(own), clients->seed);
    memcpy(&hash, bytes, sizeof(hash));
    struct client *set = &clients->slots[hash % CLIENT_SETS * CLIENT_WAYS];
    struct client *client = find(set, own, now_ns);
    bool known = client != NULL && is_known(client, now_ns);
    uint32_t most = known ? CLIENT_KNOWN_WORKS : CLIENT_STRANGER_WORKS;
    if (client == NULL || client->works >= most ||
        (!known && clients->strangers >= CLIENT_STRANGERS_WORKS)) {
        return false;
    }
    client->works++;
    clients->strangers += !known;
    *place = (struct client_place){.slot = (uint32_t)(client - clients->slots), .stranger = !known};
    return true;
}

void clients_know(struct clients *clients, const struct client_place *place, uint64_t now_ns) {
    struct client *client = &clients->slots[place->slot];
    ASSERT(client->works > 0);
    client->known_until_ns = now_ns + CLIENT_KNOWN_NS;
}

void clients_leave(struct clients *clients, const struct client_place *place) {
    struct client *client = &clients->slots[place->slot];
    ASSERT(client->works > 0);
    ASSERT(!place->stranger || clients->strangers > 0);
    client->works--;
    clients->strangers -= place->stranger;
}
