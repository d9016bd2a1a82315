/* demo.h - what `tiyn serve --demo` adds to a node: a config in code, keys and accounts made on the
 * first start and found again on later ones. Main thread. */
#ifndef SWITCH_DEMO_H
#define SWITCH_DEMO_H

#include "switch/config.h"

#define DEMO_DATA "build/demo"         /* the data folder when none is given */
#define DEMO_WHY 400                   /* bytes of a failure's text, with its NUL */
#define DEMO_AGENT_KEY "agent.key.pem" /* in the data folder: what the demo's agent signs with */
#define DEMO_AGENT_PUBLIC_KEY "agent.key.pub.pem"
#define DEMO_MOBILE 185u /* codes of the demo's services: a telephone's account, */
#define DEMO_UTILITY 17u /* and a flat's */

/* Sets what the demo needs in a config whose data folder is set: small tables, and a gateway "demo"
 * with all rights but the operator's. Makes the folder, and reads or makes its keys, mode 0600:
 * gateway.key (HTTP bearer), gateway.rpc.key, node.key.pem, and the demo agent's. 0, or -1 with
 * why[DEMO_WHY]. */
int demo_config(struct config *config, char *why);

/* Starts the stand-in provider that lies beside the program, and adds it to the config as provider
 * 1 (telephones) and 2 (a utility); without it there are none. 0, or -1 with why. */
int demo_providers(struct config *config, char *why);

/* Opens the demo's accounts, adds its agent, clients, merchant, terminals, tariffs and limits, and
 * puts money on the accounts, over the operator's socket of the running node. Does nothing to what
 * is there already. 0, or -1 with why. */
int demo_fill(const struct config *config, char *why);

#endif
