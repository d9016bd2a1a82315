/* soap.h - signed cash-in payments over SOAP: requests made beforehand, and the client that sends
 * them. Each payment is its first request, answered PENDING, and, when its hold is old enough, the
 * same bytes once more, answered COMPLETED. */
#ifndef BENCH_SOAP_H
#define BENCH_SOAP_H

#include "bench/bench.h"
#include "bench/histogram.h"
#include "bench/requests.h"
#include "ledger/ledger.h"
#include "protocols/xml/dsig.h"

#define SOAP_AGENT 72222222221u  /* login; pays from BOOK_AGENT */
#define SOAP_CLIENT 77000000000u /* the first client's login; its wallet is BOOK_WALLETS  */
#define SOAP_CLIENTS 1000u       /* at most; each with a wallet of its own                */
#define SOAP_REPEAT_MS 1000u     /* the node's repeat_after_ms                            */

/* The keys of a run: the partner's, RSA-1024 as in the field, and the node's, RSA-2048. */
struct soap_keys {
    struct dsig_private *partner;
    uint8_t partner_der[512];
    uint32_t partner_der_size;
    char node_pem[4096];
};
bool soap_keys_make(struct soap_keys *keys);

/* Puts the agent, its key and the clients into the ledger's registry. False: failed, was told. */
bool soap_registry_fill(struct ledger *ledger, const struct soap_keys *keys, uint64_t accounts);

/* Signs `count` payments: whole HTTP messages. False: failed, was told; free all the same. */
bool soap_requests_make(struct requests *requests, const struct soap_keys *keys, uint32_t count,
                        uint64_t accounts);

struct soap_load {
    const char *name;
    const struct requests *requests;
    uint32_t first; /* payments are taken from here on */
    uint16_t port;
    uint32_t connections;
    double seconds;
    double calls_per_second; /* open loop, of requests; 0: closed */
    bool quiet;              /* shows no progress                 */
    /* Results. */
    uint64_t payments; /* completed, those after the end too    */
    uint64_t answers;  /* within the time                       */
    uint64_t busy;     /* answered 503 and asked again          */
    uint64_t wrong;
    uint64_t elapsed_ns; /* of the time in which answers count  */
    uint32_t taken;      /* requests used                       */
    struct histogram latency;
};
/* Runs it, and completes all it began. False: not carried out, or an answer was wrong; was told. */
bool soap_load_run(struct soap_load *load);

#endif
