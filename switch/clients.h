/* clients.h - whose works a loop has under way, by address. Those who proved lately who they are
 * may have many; strangers have a part of the places and no more, and none of them all of that
 * part: so whoever floods a node with requests that nobody signed keeps no agent out. Loop thread
 * only; times are monotonic ns. */
#ifndef SWITCH_CLIENTS_H
#define SWITCH_CLIENTS_H

#include <sodium.h>

#include "protocols/common/network.h"
#include "switch/limits.h"

#define CLIENT_WAYS 8u
#define CLIENT_SETS (CLIENT_SLOTS / CLIENT_WAYS)

struct client {
    uint8_t address[ADDRESS_BYTES]; /* of IPv6 the network: a host chooses the rest itself */
    uint64_t known_until_ns;        /* it proved who it is; 0: never */
    uint32_t works;                 /* under way */
};

struct clients {
    struct client slots[CLIENT_SLOTS];
    uint32_t strangers; /* works of those who were strangers when they began */
    unsigned char seed[crypto_shorthash_KEYBYTES]; /* so that nobody aims at a set */
};

/* A client's part in one work. */
struct client_place {
    uint32_t slot;
    bool stranger;
};

void clients_init(struct clients *clients);
/* Takes a place for one work of the client at that address. False: it, or all strangers together,
 * have as many as they may. */
bool clients_enter(struct clients *clients, const uint8_t address[ADDRESS_BYTES], uint64_t now_ns,
                   struct client_place *place);
/* The client of the place proved who it is. */
void clients_know(struct clients *clients, const struct client_place *place, uint64_t now_ns);
/* Gives the place back. */
void clients_leave(struct clients *clients, const struct client_place *place);

#endif
