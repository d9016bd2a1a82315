/* methods.h - between the files of this folder: what a call's reader is given, and the note that
 * is left for its answer. */
#ifndef PROTOCOLS_RPC_METHODS_H
#define PROTOCOLS_RPC_METHODS_H

#include "protocols/adapter.h"
#include "protocols/rpc/message.h"
#include "protocols/rpc/params.h"

/* How the results of a method are answered. */
enum rpc_answer {
    RPC_ANSWER_OPEN,      /* an array of outcomes, and the fault's text in its item */
    RPC_ANSWER_OUTCOME,   /* [status, payment, state, replayed, sequence]           */
    RPC_ANSWER_PAYMENT,   /* [status, payment map or nil]                           */
    RPC_ANSWER_ACCOUNT,   /* [status, account map or nil]                           */
    RPC_ANSWER_REGISTRY,  /* [status, value or nil]                                 */
    RPC_ANSWER_STATEMENT, /* the same as a map, from a snapshot                     */
    RPC_ANSWER_INFO,      /* at once                                                */
};

/* Kept in struct adapter_note. */
struct rpc_note {
    uint32_t call_id;
    uint8_t answer; /* enum rpc_answer                          */
    struct rpc_fault fault;
    uint64_t account, before; /* of a statement                           */
    uint32_t limit;
};
_Static_assert(sizeof(struct rpc_note) <= sizeof(struct adapter_note), "kept there as it is");

struct rpc_method {
    struct slice name;
    uint32_t params_max;    /* how many it takes                      */
    uint32_t right;         /* enum grant_right                       */
    enum rpc_answer answer; /* and how it is answered                 */
    enum ledger_kind kind;  /* of target methods, or 0                */
    /* Reads params (an array) and puts one command, or for a statement fills the note. Returns
     * a status for put_refused to say, or LEDGER_DONE; with fault->place set: bad params. NULL:
     * the method takes none, or reads them itself (open). */
    enum ledger_status (*read)(const struct rpc_method *method, const msgpack_object *params,
                               const struct grant *grant, struct ledger_writer *writer,
                               struct rpc_note *note);
};

/* The method of that name, or NULL. */
const struct rpc_method *rpc_method_find(struct slice name);

/* open has its own reader, for speed: it unpacks one payment at a time. */
enum adapter_verdict rpc_open_decode(const struct adapter_request *request,
                                     struct ledger_writer *writer, struct rpc_note *note,
                                     struct adapter_reply *reply);

/* The requester that a call acts for: named by its keys, or the grant's own. By id an operator
 * needs none. False: *status or the fault says why not. */
bool rpc_requester(const struct grant *grant, const struct rpc_keys *keys, bool by_id,
                   uint64_t *requester, enum ledger_status *status, struct rpc_fault *fault);

/* Whether an operator's command of that kind is an act. */
bool rpc_is_change(enum ledger_kind kind);

/* Results as MessagePack. */
void rpc_pack_results(struct buffer *body, const struct rpc_note *note,
                      const struct ledger_result *results, uint32_t count);
void rpc_pack_statement(struct buffer *body, const struct rpc_note *note,
                        struct ledger_snapshot *snapshot);
void rpc_pack_info(struct buffer *body, const struct adapter_env *env);

#endif
