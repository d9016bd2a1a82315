/* throttle.h - how often somebody may try a password: per login, and per address from which it is
 * tried. The more tries failed, the longer the next one has to wait. A bounded table; several
 * threads at once. Times are wall-clock ns.
 *
 * A try counts as a failed one from its beginning, so that many at once are no way round. */
#ifndef PROTOCOLS_WEBSHOP_THROTTLE_H
#define PROTOCOLS_WEBSHOP_THROTTLE_H

#include <stdint.h>

#include "protocols/common/slice.h"

/* Logins and addresses remembered: 400 KiB; to push one out costs a stranger thousands of password
 * hashes. */
#define THROTTLE_SLOTS 16384u
#define THROTTLE_LOGIN_FREE 3u    /* tries in a row without a wait: of one login, */
#define THROTTLE_ADDRESS_FREE 20u /* and from one address: an operator's NAT has many people */
#define THROTTLE_WAIT_MAX_S 900u  /* the waits are 1, 2, 4 s ... and this at most */
#define THROTTLE_MEMORY_S 3600u   /* after the last try: then all is forgotten */

struct throttle;
/* NULL: no memory. draw: adapter_env's random. */
struct throttle *throttle_new(void (*draw)(void *bytes, size_t size));
void throttle_free(struct throttle *throttle);

struct throttle_who {
    uint64_t login;       /* whether somebody has it or not; 0: what was typed is none, which only
                           * counts for the address */
    struct slice address; /* text */
};

/* Begins a try. 0: go on; else how many seconds it has to wait, and nothing was counted. */
uint32_t throttle_try(struct throttle *throttle, const struct throttle_who *who, uint64_t now_ns);

/* The try was right: the login's failed ones are forgotten, of the address only this one, so that
 * nobody tries others' passwords in between log-ins of his own. */
void throttle_pass(struct throttle *throttle, const struct throttle_who *who);
/* The try was none: it could not be made now. */
void throttle_undo(struct throttle *throttle, const struct throttle_who *who);

#endif
