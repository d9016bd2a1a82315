/* demo.h - what `tiyn serve --demo` adds to a node: a config in code, keys and accounts made on the
 * first start and found again on later ones. Main thread. */
#ifndef SWITCH_DEMO_H
#define SWITCH_DEMO_H

#include "protocols/adapter.h"
#include "switch/config.h"

#define DEMO_DATA "build/demo"         /* the data folder when none is given */
#define DEMO_WHY 400                   /* bytes of a failure's text, with its NUL */
#define DEMO_AGENT_KEY "agent.key.pem" /* in the data folder: what the demo's agent signs with */
#define DEMO_AGENT_PUBLIC_KEY "agent.key.pub.pem"
#define DEMO_SHOP_KEY "shop.key.pem" /* what the demo's shop signs with */
#define DEMO_SHOP_PUBLIC_KEY "shop.key.pub.pem"
#define DEMO_NODE_KEY "node.key.pem"
#define DEMO_NODE_PUBLIC_KEY "node.key.pub.pem" /* what it believes */
#define DEMO_MERCHANT 72222222229u              /* whose shop it is: login, and first wallet */
#define DEMO_BUYER 77015550101u                 /* login */
#define DEMO_BUYER_TEXT "77015550101"
#define DEMO_BUYER_PASSWORD "demo-2026" /* told to everybody by the shop's page */
#define DEMO_MOBILE 185u                /* codes of the demo's services: a telephone's account, */
#define DEMO_UTILITY 17u                /* and a flat's */

/* Sets what the demo needs in a config whose data folder is set: small tables, and a gateway "demo"
 * with all rights but the operator's. Makes the folder, and reads or makes its keys, mode 0600:
 * gateway.key (HTTP bearer), gateway.rpc.key, node.key.pem, the demo agent's and the shop's. 0, or
 * -1 with why[DEMO_WHY]. */
int demo_config(struct config *config, char *why);

/* Starts the stand-in provider that lies beside the program, and adds it to the config as provider
 * 1 (telephones) and 2 (a utility); without it there are none. 0, or -1 with why. */
int demo_providers(struct config *config, char *why);

/* The shop at /demo/shop; 404 unless the config is the demo's. */
extern const struct adapter demo_shop_adapter;

/* Opens the demo's accounts, adds its agent, clients, merchant, terminals, tariffs and limits, and
 * puts money on the accounts, over the operator's socket of the running node. Does nothing to what
 * is there already. 0, or -1 with why. */
int demo_fill(const struct config *config, char *why);

#endif
