/* rpc.c - the adapter of the MessagePack-RPC door: which method, may it, and where to. */
#include "protocols/common/act.h"
#include "protocols/common/assert.h"
#include "protocols/rpc/methods.h"

static enum adapter_verdict answer_error(struct adapter_reply *reply, uint32_t call_id,
                                         enum rpc_error error, const char *text) {
    rpc_reply_error(reply->body, call_id, error, text);
    return ADAPTER_ANSWERED;
}

static enum adapter_verdict answer_fault(struct adapter_reply *reply, const struct rpc_note *note) {
    char text[RPC_FAULT_TEXT];
    return answer_error(reply, note->call_id, RPC_ERROR_BAD_PARAMS,
                        rpc_fault_text(&note->fault, text));
}

static enum adapter_verdict answer_info(struct adapter_reply *reply, const struct rpc_note *note,
                                        const struct adapter_env *env) {
    rpc_reply_start(reply->body, note->call_id);
    rpc_pack_info(reply->body, env);
    return ADAPTER_ANSWERED;
}

/* Any method but open and info: its params are one small array. */
static enum adapter_verdict decode_params(const struct rpc_method *method,
                                          const struct adapter_request *request,
                                          struct ledger_writer *writer, struct rpc_note *note,
                                          struct adapter_reply *reply) {
    msgpack_zone zone;
    msgpack_object params;
    if (!msgpack_zone_init(&zone, MSGPACK_ZONE_CHUNK_SIZE))
        return answer_error(reply, note->call_id, RPC_ERROR_BUSY, NULL);
    enum ledger_status status = LEDGER_BAD_COMMAND;
    if (rpc_unpack(request->body, RPC_PARAMS_MAX, &zone, &params) &&
        params.type == MSGPACK_OBJECT_ARRAY && params.via.array.size <= method->params_max)
        status = method->read(method, &params, request->grant, writer, note);
    else
        rpc_fail(&note->fault, RPC_PLACE_PARAMS, RPC_EXPECTED_PARAMS);
    msgpack_zone_destroy(&zone);
    if (note->fault.place != RPC_PLACE_NONE)
        return answer_fault(reply, note);
    if (status == LEDGER_DONE && rpc_is_change(method->kind))
        status = act_put(request, writer);
    if (status == LEDGER_DONE)
        return note->answer == RPC_ANSWER_STATEMENT ? ADAPTER_QUERY : ADAPTER_SUBMIT;
    if (status != LEDGER_BUSY)
        status = ledger_put_refused(writer, status);
    if (status != LEDGER_DONE)
        return answer_error(reply, note->call_id, RPC_ERROR_BUSY, NULL);
    return ADAPTER_SUBMIT;
}

static enum adapter_verdict decode(void *context, const struct adapter_request *request,
                                   struct ledger_writer *writer, struct adapter_note *note,
                                   struct adapter_reply *reply) {
    struct rpc_note kept = {.call_id = request->call_id};
    enum adapter_verdict verdict;
    const struct rpc_method *method = rpc_method_find(request->method);
    if (request->grant == NULL)
        return answer_error(reply, kept.call_id, RPC_ERROR_LOGIN_REQUIRED, NULL);
    if (method == NULL)
        return answer_error(reply, kept.call_id, RPC_ERROR_UNKNOWN_METHOD, NULL);
    if (!grant_allows(request->grant, method->right))
        return answer_error(reply, kept.call_id, RPC_ERROR_FORBIDDEN,
                            "the gateway was not granted this method");
    kept.answer = (uint8_t)method->answer;
    if (method->answer == RPC_ANSWER_INFO)
        verdict = answer_info(reply, &kept, context);
    else if (method->answer == RPC_ANSWER_OPEN)
        verdict = rpc_open_decode(request, writer, &kept, reply);
    else
        verdict = decode_params(method, request, writer, &kept, reply);
    memcpy(note->bytes, &kept, sizeof kept);
    return verdict;
}

static struct rpc_note recall(const struct adapter_note *note) {
    struct rpc_note kept;
    memcpy(&kept, note->bytes, sizeof kept);
    return kept;
}

static void encode(void *context, const struct adapter_note *note,
                   const struct ledger_result *results, uint32_t count,
                   struct adapter_reply *reply) {
    (void)context;
    struct rpc_note kept = recall(note);
    reply->status = 0;
    if (results == NULL)
        rpc_reply_error(reply->body, kept.call_id, RPC_ERROR_UNKNOWN, NULL);
    else
        rpc_pack_results(reply->body, &kept, results, count);
}

static void query(void *context, const struct adapter_note *note, struct ledger_snapshot *snapshot,
                  struct adapter_reply *reply) {
    (void)context;
    struct rpc_note kept = recall(note);
    ASSERT(kept.answer == RPC_ANSWER_STATEMENT);
    reply->status = 0;
    if (snapshot == NULL)
        rpc_reply_error(reply->body, kept.call_id, RPC_ERROR_BUSY, NULL);
    else
        rpc_pack_statement(reply->body, &kept, snapshot);
}

/* The context is the node's environment itself, which is only read. */
static int init(void **context, const struct adapter_env *env) {
    *context = (void *)(uintptr_t)env;
    return 0;
}

static void fini(void *context) {
    (void)context;
}

const struct adapter rpc_adapter = {
    .name = "rpc",
    .init = init,
    .fini = fini,
    .decode = decode,
    .encode = encode,
    .query = query,
};
