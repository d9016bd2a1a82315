#include "protocols/webshop/throttle.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

#include "protocols/common/network.h"

#define WAYS 8u
#define SECOND_NS 1000000000ull

struct slot {
    uint64_t key; /* a hash; 0: free */
    uint64_t last_ns;
    uint32_t tries; /* that failed, in a row */
};

struct throttle {
    pthread_mutex_t mutex;
    unsigned char seed[crypto_shorthash_KEYBYTES]; /* so that nobody aims at another's slot */
    struct slot slots[THROTTLE_SLOTS];
};

struct throttle *throttle_new(void (*draw)(void *bytes, size_t size)) {
    struct throttle *throttle = calloc(1, sizeof *throttle);
    if (throttle == NULL || pthread_mutex_init(&throttle->mutex, NULL) != 0) {
        free(throttle);
        return NULL;
    }
    draw(throttle->seed, sizeof throttle->seed);
    return throttle;
}

void throttle_free(struct throttle *throttle) {
    if (throttle != NULL)
        (void)pthread_mutex_destroy(&throttle->mutex);
    free(throttle);
}

/* ---- The table ---- */

static uint64_t hash(const struct throttle *throttle, const void *bytes, size_t size) {
    uint64_t key;
    (void)crypto_shorthash((unsigned char *)&key, bytes, size, throttle->seed);
    return key == 0 ? 1 : key;
}

/* Of IPv6 the network: a host chooses the rest itself. An address that is none is one of its own.
 */
static uint64_t address_key(const struct throttle *throttle, struct slice text) {
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    uint8_t address[ADDRESS_BYTES] = {0};
    if (address_parse(text, address) && memcmp(address, mapped, sizeof mapped) != 0)
        memset(address + 8, 0, 8);
    return hash(throttle, address, sizeof address);
}

/* The key's slot, as it stands now: the oldest one of its set when it has none yet. */
static struct slot *find(struct throttle *throttle, uint64_t key, uint64_t now_ns) {
    struct slot *set = &throttle->slots[key % (THROTTLE_SLOTS / WAYS) * WAYS], *oldest = set;
    for (uint32_t i = 0; i < WAYS; i++) {
        if (set[i].key == key) {
            if (now_ns >= set[i].last_ns + THROTTLE_MEMORY_S * SECOND_NS)
                set[i].tries = 0;
            return &set[i];
        }
        if (set[i].last_ns < oldest->last_ns)
            oldest = &set[i];
    }
    *oldest = (struct slot){.key = key};
    return oldest;
}

static uint32_t wait_s(struct slot *slot, uint32_t free_tries, uint64_t now_ns) {
    if (slot->tries < free_tries)
        return 0;
    if (slot->last_ns > now_ns) /* the clock was set back: the wait begins anew, and ends */
        slot->last_ns = now_ns;
    uint32_t doublings = slot->tries - free_tries;
    uint64_t wait = doublings < 10 ? 1u << doublings : THROTTLE_WAIT_MAX_S;
    wait = wait < THROTTLE_WAIT_MAX_S ? wait : THROTTLE_WAIT_MAX_S;
    uint64_t past_ns = now_ns - slot->last_ns;
    uint64_t left_ns = wait * SECOND_NS > past_ns ? wait * SECOND_NS - past_ns : 0;
    return (uint32_t)((left_ns + SECOND_NS - 1) / SECOND_NS);
}

static void count(struct slot *slot, uint64_t now_ns) {
    slot->tries++;
    slot->last_ns = now_ns;
}

static void uncount(struct slot *slot) {
    slot->tries -= slot->tries > 0;
}

static uint64_t login_key(const struct throttle *throttle, uint64_t login) {
    return login == 0 ? 0 : hash(throttle, &login, sizeof login);
}

/* ---- Tries ---- */

/* Each slot is found anew: another one may have taken its place. */
uint32_t throttle_try(struct throttle *throttle, const struct throttle_who *who, uint64_t now_ns) {
    uint64_t login = login_key(throttle, who->login);
    uint64_t address = address_key(throttle, who->address);
    uint32_t wait = 0;
    (void)pthread_mutex_lock(&throttle->mutex);
    if (login != 0)
        wait = wait_s(find(throttle, login, now_ns), THROTTLE_LOGIN_FREE, now_ns);
    if (wait == 0)
        wait = wait_s(find(throttle, address, now_ns), THROTTLE_ADDRESS_FREE, now_ns);
    if (wait == 0)
        count(find(throttle, address, now_ns), now_ns);
    if (wait == 0 && login != 0)
        count(find(throttle, login, now_ns), now_ns);
    (void)pthread_mutex_unlock(&throttle->mutex);
    return wait;
}

static void take_back(struct throttle *throttle, const struct throttle_who *who, bool all) {
    uint64_t login = login_key(throttle, who->login);
    uint64_t address = address_key(throttle, who->address);
    (void)pthread_mutex_lock(&throttle->mutex);
    if (login != 0 && all)
        find(throttle, login, 0)->tries = 0;
    else if (login != 0)
        uncount(find(throttle, login, 0));
    uncount(find(throttle, address, 0));
    (void)pthread_mutex_unlock(&throttle->mutex);
}

void throttle_pass(struct throttle *throttle, const struct throttle_who *who) {
    take_back(throttle, who, true);
}

void throttle_undo(struct throttle *throttle, const struct throttle_who *who) {
    take_back(throttle, who, false);
}
