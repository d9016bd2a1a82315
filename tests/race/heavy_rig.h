/* heavy_rig.h - what heavy_race.c needs: a real loop with workers, an adapter that is made up, a
 * thread that is the ledger, and clients of the loop behind a proxy that is trusted. */
#ifndef TESTS_RACE_HEAVY_RIG_H
#define TESTS_RACE_HEAVY_RIG_H

#include "switch/limits.h"
#include "switch/loop.h"
#include "tests/lib/http_peer.h"

#define BODY_MAX 64u /* of a request */

extern _Atomic bool gate_closed; /* then works with the query "gate" wait */
extern _Atomic uint32_t at_gate; /* works there */

enum mode { ANSWER, FAIL, WAIT };
extern _Atomic int mode; /* what the ledger does with a call */

extern struct bridge bridge;
extern struct crew crew;
extern struct loop_shared shared;
extern struct loop loop;
extern struct loop_ports ports;

void rig_start(void);
void rig_stop(void);

void wait_for(const _Atomic uint32_t *counter, uint32_t count);
/* Waits until this many jobs are taken. */
void wait_used(uint32_t count);

/* A request of the client 10.0.0.`address`; target: "ledger" asks the ledger, "answer", "peer" and
 * "proved" do not. */
void ask_as(const struct http_peer *client, unsigned address, const char *target, uint64_t number);
void ask(const struct http_peer *client, const char *target, uint64_t number);
void expect(struct http_peer *client, unsigned status, uint64_t number);

#endif
