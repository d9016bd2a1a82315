/* soap_rig.h - the agents' SOAP adapter without a node: a registry in memory, fixed keys, requests
 * signed by them, and the way through decode, work and work_encode. */
#ifndef TESTS_UNIT_PROTOCOLS_SOAP_RIG_H
#define TESTS_UNIT_PROTOCOLS_SOAP_RIG_H

#include "protocols/adapter.h"
#include "protocols/registry/registry.h"
#include "protocols/xml/dsig.h"

#define RIG_AGENT 72222222221u
#define RIG_CLIENT 77072734954u
#define RIG_MERCHANT 72222222229u
#define RIG_FEE_ACCOUNT 3u

enum { RIG_RECORDS_MAX = 32, RIG_HEADERS_MAX = 8 };

struct rig_record {
    char key[LEDGER_KEY_MAX];
    uint8_t value[LEDGER_VALUE_MAX];
    size_t key_size, value_size;
};

struct soap_rig {
    struct adapter_settings settings;
    struct adapter_env env;
    void *context;
    struct rig_record records[RIG_RECORDS_MAX];
    uint32_t record_count;
    bool registry_busy;
    struct adapter_header headers[RIG_HEADERS_MAX];
    struct adapter_work work; /* its request is what is asked */
    struct adapter_note note;
    _Alignas(8) uint8_t commands[1 << 14];
    struct ledger_writer writer;
    struct buffer reply_headers, reply_body;
    struct adapter_reply reply;
};

/* How a request is signed. */
struct rig_signing {
    const char *key;         /* "agent" (RSA-1024), "agent2048", "stranger"; NULL: not at all */
    const char *certificate; /* the number's text; NULL: none */
    struct dsig_algorithms algorithms;
};
extern const struct rig_signing rig_signing_field; /* as the field's client does it */

/* The node with its key, two agents (the second is not legacy), clients, a merchant with a
 * terminal; no tariff. with_key false: the node has no key. */
void rig_start(struct soap_rig *rig, bool with_key);
void rig_stop(struct soap_rig *rig);
void rig_restart(struct soap_rig *rig, bool with_key);

/* Sets a record, or one field of one: rig_change(rig, "agent/72222222221", "blocked", "yes"). */
void rig_put(struct soap_rig *rig, enum registry_kind kind, const void *record);
void rig_change(struct soap_rig *rig, const char *key, const char *field, const char *value);

/* A PEM of the test keys, NUL-terminated; static. "node", "node.pub", "agent", ... */
const char *rig_pem(const char *name);

/* Appends the request of an operation: `fields` is "toUserName=77072734954 amount=100 ...", of
 * which lang, timestamp, requester and token go into the header when they stand before a '|'. A
 * field with the value "-" is left out. */
void rig_request(const char *service_path, const char *operation, const char *fields,
                 const struct rig_signing *signing, struct buffer *out);

/* Asks by POST with this body, up to the verdict of work; commands are in rig->writer. */
enum adapter_verdict rig_post(struct soap_rig *rig, const char *service_path, struct slice body);
/* The ledger has answered. */
void rig_results(struct soap_rig *rig, const struct ledger_result *results, uint32_t count);
/* The reply's body as text with a NUL; rig's until the next call. */
const char *rig_body(struct soap_rig *rig);
/* Checks the reply's signature with the node's public key. */
bool rig_signed(struct soap_rig *rig);
/* True when the reply is its own canonical form, exclusive and inclusive, comments and all. */
bool rig_canonical(struct soap_rig *rig);

#endif
