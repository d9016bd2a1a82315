/* call.h - one request of an agent on its way: what work learns, and what the answer needs of it.
 * Worker threads. */
#ifndef PROTOCOLS_AGENT_SOAP_CALL_H
#define PROTOCOLS_AGENT_SOAP_CALL_H

#include "protocols/agent_soap/key_cache.h"
#include "protocols/agent_soap/refusals.h"
#include "protocols/agent_soap/request.h"
#include "protocols/agent_soap/soap.h"
#include "protocols/registry/registry.h"
#include "protocols/xml/dsig.h"

#define CALL_DIGEST_MAX                                                                            \
    128                    /* bytes of a DigestValue as it stands: SHA-256 has 44, and some space */
#define CALL_GUID_MAX 64   /* bytes of a GUID with its braces, or of a merchant's invoice */
#define CALL_ECHO_MAX 1024 /* bytes of the string that echo takes */

/* One for each loop; immutable but for the cache. */
struct soap_context {
    const struct adapter_env *env;
    struct dsig_private *node_key; /* NULL: the node has none */
    struct key_cache *keys;
};

/* Lies in adapter_work.memory. */
struct soap_call {
    uint8_t service, operation, language; /* the enums of soap.h                              */
    bool verified;                        /* the request is its signer's: the answer is signed */
    bool ascii;                           /* the partner's ascii_answers                       */
    bool merchant;                        /* the partner is one: its GUIDs are invoices        */
    bool refused;                         /* `refusal` is the answer, unless the payment exists */
    enum soap_refusal refusal;
    struct dsig_algorithms algorithms; /* of the answer's signature */
    uint32_t digest_size, guid_size, echo_size;
    char digest[CALL_DIGEST_MAX]; /* the request's DigestValue  */
    char guid[CALL_GUID_MAX];     /* as received                */
    uint64_t received_ns;
    uint64_t agent;   /* login      */
    uint64_t account; /* the float  */
    uint8_t made;     /* commands in front that make a client: 0 or 2 */
    bool known;       /* the client is there: */
    struct registry_client client;
    char echo[CALL_ECHO_MAX];
};
_Static_assert(sizeof(struct soap_call) <= ADAPTER_WORK_MEMORY, "what the answer needs is kept");

/* What the functions of one `work` hand on to each other. */
struct soap_work {
    struct soap_context *context;
    const struct adapter_request *http;
    struct soap_request request;
    struct soap_call *call;
    struct registry_agent agent; /* once the request is verified */
    struct ledger_writer *writer;
    struct adapter_reply *reply;
    struct adapter_question *question; /* what a provider is asked first */
};

/* Notes why the request is refused. Always false. */
static inline bool call_refuse(struct soap_call *call, enum soap_refusal refusal) {
    call->refused = true;
    call->refusal = refusal;
    return false;
}

/* What the answer speaks. */
static inline enum soap_language call_language(const struct soap_call *call) {
    return call->ascii ? SOAP_EN : (enum soap_language)call->language;
}

#endif
