/* adapter.h - the contract of an inbound integration: an adapter turns requests into ledger
 * commands and results into replies. It translates: no I/O, no blocking, no clock, no randomness
 * but what `adapter_env` hands it. decode and encode run on a loop thread, query on a worker.
 *
 * The life of one request: decode -> (SUBMIT: the ledger) -> encode -> bytes to the peer
 *                                 -> (QUERY: a worker)     -> query  -> bytes to the peer
 *                                 -> (ANSWERED)                      -> bytes to the peer
 * and one that costs too much for a loop, such as signatures:
 *   decode -> (WORK: a worker) -> work -> (SUBMIT: the ledger) -> (a worker) work_encode -> bytes
 *                                      -> (ANSWERED)                                     -> bytes
 */
#ifndef PROTOCOLS_ADAPTER_H
#define PROTOCOLS_ADAPTER_H

#include "ledger/ledger.h"
#include "protocols/common/buffer.h"
#include "protocols/common/delivery.h"
#include "protocols/common/network.h"
#include "protocols/common/slice.h"
#include "protocols/outbound.h"

/* What an authenticated gateway may do. Made by the switch from its config; lives as long as the
 * node. A range with first 0 and last UINT64_MAX is "all". */
#define GRANT_RANGES_MAX 16
enum grant_right {
    GRANT_OPEN = 1,     /* open payments            */
    GRANT_COMPLETE = 2, /* complete and retry       */
    GRANT_DECLINE = 4,  /* decline                  */
    GRANT_LOOKUP = 8,   /* look payments up         */
    GRANT_ACCOUNT_OPEN = 16,
    GRANT_ACCOUNT_READ = 32, /* accounts and statements */
    GRANT_NODE = 64,         /* node information        */
    GRANT_OPERATOR = 128, /* everything, any requester's payments, account changes, node control */
    GRANT_TOKEN = 256,    /* one-time tokens for clients */
    GRANT_DELIVER = 512,  /* open payments that a provider is told of */
};
struct grant_range {
    uint64_t first, last;
};
struct grant {
    char name[32];      /* the gateway's */
    uint32_t rights;    /* a set of enum grant_right */
    uint64_t requester; /* whose payments it makes when it names no requester */
    struct grant_range requesters[GRANT_RANGES_MAX];
    struct grant_range accounts[GRANT_RANGES_MAX];
    uint32_t requester_count, account_count;
};
static inline bool grant_allows(const struct grant *grant, uint32_t right) {
    return (grant->rights & (right | GRANT_OPERATOR)) != 0;
}
/* True for the grant's own requester, for those in its ranges, and for an operator. */
bool grant_requester(const struct grant *grant, uint64_t requester);
/* True for accounts in its ranges, and for an operator. */
bool grant_account(const struct grant *grant, uint64_t account);

struct adapter_header {
    struct slice name, value; /* HTTP; names as received, compare without case */
};

/* Who may order anything, for the trail of acts. */
struct adapter_actor {
    struct slice name, from; /* within LEDGER_ACTOR_NAME_MAX, LEDGER_ACTOR_FROM_MAX */
    bool person;             /* at the operator's socket; else a gateway with GRANT_OPERATOR */
};

/* All that it points to dies when decode returns. */
struct adapter_request {
    struct slice method; /* HTTP method, or the RPC method's name      */
    struct slice path;   /* HTTP path without query; RPC: empty        */
    struct slice query;  /* HTTP, without '?', still percent-encoded   */
    struct slice body;   /* HTTP body; RPC: the msgpack params, whole  */
    const struct adapter_header *headers;
    uint32_t header_count;
    uint32_t call_id;                  /* RPC msgid                                            */
    const struct grant *grant;         /* who asks; NULL: nobody was authenticated             */
    const struct adapter_actor *actor; /* of a grant with GRANT_OPERATOR: what it changes is put
                                          as an act of this one; else NULL                 */
    uint64_t received_ns;              /* wall-clock                                           */
    struct slice peer; /* HTTP: the client's address, IPv4 or IPv6 text without a port: the
                          socket's, or what a trusted proxy says of it           */
    bool secure;       /* HTTP: a trusted proxy says that the client came by https */
};

/* What a provider is asked before a request is answered: a check, which moves nothing. */
struct adapter_question {
    uint32_t provider; /* its number in the config                    */
    uint64_t service;  /* the provider's number of the service, or 0  */
    uint64_t amount;   /* tiyn; 0: not said                           */
    char account[DELIVERY_ACCOUNT_MAX];
};

/* What decode wants to know again in encode or query; the adapter's own layout. */
struct adapter_note {
    _Alignas(8) uint8_t bytes[64];
};

/* A request on a worker. The node's copy: all slices live until work_encode has returned. Of the
 * headers there are those that the adapter keeps, at most ADAPTER_KEPT_HEADERS, in their order.
 * memory: the adapter's own layout; not cleared. */
#define ADAPTER_WORK_MEMORY 4096
#define ADAPTER_KEPT_HEADERS 4
struct adapter_work {
    struct adapter_request request;
    bool proved; /* set by work: who asks has shown who it is, as by its signature; its address then
                    is no stranger's for a while, who are served only so many at once */
    struct adapter_question question; /* of ADAPTER_ASK */
    struct outbound_answer answer;    /* to it, filled by the node before work_encode */
    struct adapter_note note;         /* decode's; work may change it for encode */
    _Alignas(16) uint8_t memory[ADAPTER_WORK_MEMORY];
};

struct adapter_reply {
    uint32_t status;          /* HTTP status; RPC: 0                                    */
    const char *content_type; /* static; HTTP only                                      */
    struct buffer *headers;   /* further HTTP header lines, each with \r\n              */
    struct buffer *body;      /* HTTP body; RPC: the whole response frame               */
};

enum adapter_verdict {
    ADAPTER_SUBMIT,   /* commands were written: give them to the ledger, then call encode */
    ADAPTER_QUERY,    /* call query on a worker, with a snapshot                          */
    ADAPTER_ANSWERED, /* *reply is complete                                               */
    ADAPTER_WORK,     /* call work on a worker. Of decode only, and with HTTP             */
    ADAPTER_ASK,      /* of work only: ask work->question's provider, then give the commands that
                         were written, if any, to the ledger, then call work_encode. A provider
                         that gives no answer in time has answered AGAIN                  */
};

/* A dialect that networks may speak with us, by the name that their records have. */
struct adapter_dialect {
    char name[64];
    const struct checkpay_profile *profile; /* with an inbound side */
};

/* What the config says to adapters; lives as long as the node. */
struct adapter_settings {
    const char *public_url;   /* "https://pay.example.kz", without a '/' at the end; "": unknown */
    uint64_t amount_max;      /* tiyn; largest amount of a payment from outside                 */
    uint64_t fee_account;     /* account id of the fee income                                  */
    uint32_t repeat_after_ms; /* age of a hold at which the agent's repeat completes it         */
    uint32_t hold_life_s;     /* of a terminal payment's hold without repeats                   */
    uint32_t token_life_s;    /* of a cash-out token                                           */
    uint64_t vostok_plat_service; /* code of the service that vostokPlat* pay for; 0: none     */
    uint32_t workers;   /* threads that work: what one does long, not all may do         */
    uint32_t session_s; /* a buyer's log-in at the checkout lives so long            */
    const struct networks *callback_allow; /* shops may be told there although it is private   */
    const char *demo; /* the folder of the demo's keys; NULL: this is no demo            */
    const struct adapter_dialect *dialects;
    uint32_t dialect_count;
    const char *node_key;  /* PEM of the node's private RSA key, NUL-terminated; NULL: none */
    uint8_t token_key[32]; /* what cash-out tokens are hashed with; secret                  */
};

/* What the node tells about itself, and does for an operator. Functions: any thread. */
struct adapter_env {
    void *node;
    const char *version;
    void (*stats)(void *node, struct ledger_stats *stats, uint64_t *uptime_ns);
    bool (*ready)(void *node, char *why, size_t why_size); /* takes payments? else why not */
    const struct adapter_settings *settings;
    /* ledger_registry_get. */
    enum ledger_status (*registry_get)(void *node, const void *key, size_t key_size, void *value,
                                       size_t *value_size);
    void (*random)(void *bytes, size_t size); /* a cryptographic generator's */
};

struct adapter {
    const char *name;        /* "rpc", "json_api": metrics label and folder            */
    const char *path_prefix; /* HTTP: requests whose path starts so; NULL: RPC methods */
    /* HTTP: the largest body, and that of a peer without a gateway's key; 0: the server's own. */
    uint32_t body_max, body_stranger_max;
    const char *const *kept_headers; /* names of headers that work sees, NULL at the end; or NULL */
    bool one_context; /* init is called once, and what it makes is all loops'; else one a loop */
    int (*init)(void **context, const struct adapter_env *env); /* env outlives it; 0 or -1 */
    void (*fini)(void *context);                                /* frees context           */

    /* Appends 1..LEDGER_BATCH_MAX commands to writer (SUBMIT), one per thing asked, in order. The
     * writer has room for LEDGER_BATCH_MAX ordinary commands; when it is full, answer busy.
     * Checks the grant: nothing is submitted that it does not allow. */
    enum adapter_verdict (*decode)(void *context, const struct adapter_request *request,
                                   struct ledger_writer *writer, struct adapter_note *note,
                                   struct adapter_reply *reply);

    /* results[0..count) answer the commands in order; borrowed until return. results NULL: the
     * node does not know the outcome (time-out or failure): answer "unknown, ask again with the
     * same reference", never "failed". Bodies (lookups) are only there when count is at most
     * ADAPTER_BODIES_MAX. For a request that was worked on it is called with results NULL only. */
    void (*encode)(void *context, const struct adapter_note *note,
                   const struct ledger_result *results, uint32_t count,
                   struct adapter_reply *reply);

    /* The node has no room for the request, nothing happened: fills in the 503. The note is
     * decode's or, when that was not called, anything. NULL: the node's own answer, for programs.
     */
    void (*busy)(void *context, const struct adapter_note *note, struct adapter_reply *reply);

    /* Worker thread. snapshot NULL: none could be had; answer busy. NULL when never ADAPTER_QUERY.
     */
    void (*query)(void *context, const struct adapter_note *note, struct ledger_snapshot *snapshot,
                  struct adapter_reply *reply);

    /* Worker threads, several at once with one context. As decode, but at most
     * ADAPTER_WORK_COMMANDS commands; SUBMIT, ASK or ANSWERED. NULL when never ADAPTER_WORK. */
    enum adapter_verdict (*work)(void *context, struct adapter_work *work,
                                 struct ledger_writer *writer, struct adapter_reply *reply);
    /* As encode; results are NULL only when no command was written (ASK). Not called when the peer
     * has gone. */
    void (*work_encode)(void *context, struct adapter_work *work,
                        const struct ledger_result *results, uint32_t count,
                        struct adapter_reply *reply);
};
#define ADAPTER_BODIES_MAX 4
#define ADAPTER_WORK_COMMANDS 4

extern const struct adapter rpc_adapter;        /* protocols/rpc/        */
extern const struct adapter json_api_adapter;   /* protocols/json_api/   */
extern const struct adapter checkpay_adapter;   /* protocols/checkpay/   */
extern const struct adapter agent_soap_adapter; /* protocols/agent_soap/ */
extern const struct adapter webshop_adapter;    /* protocols/webshop/    */

#endif
