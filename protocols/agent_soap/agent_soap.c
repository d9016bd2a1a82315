/* agent_soap.c - the adapter of the agents' SOAP API: which path and method on the loop, the
 * request itself on a worker. */
#include <stdlib.h>

#include "protocols/agent_soap/answer.h"
#include "protocols/agent_soap/field.h"
#include "protocols/agent_soap/http.h"
#include "protocols/agent_soap/payment.h"
#include "protocols/agent_soap/trust.h"
#include "protocols/agent_soap/values.h"
#include "protocols/agent_soap/wsdl.h"
#include "protocols/common/assert.h"

/* ---- On the loop --------------------------------------------------------------------------- */

static enum adapter_verdict answer_plain(struct adapter_reply *reply, uint32_t status,
                                         const char *text) {
    reply->status = status;
    reply->content_type = "text/plain; charset=utf-8";
    buffer_text(reply->body, text);
    return ADAPTER_ANSWERED;
}

static enum soap_service_number find_service(struct slice path) {
    int i = 0;
    if (!slice_starts(path, SLICE(SOAP_PREFIX)))
        return SOAP_SERVICES;
    path = slice_after(path, sizeof SOAP_PREFIX - 1);
    while (i < SOAP_SERVICES && !slice_equal(path, slice_text(soap_services[i].path)))
        i++;
    return (enum soap_service_number)i;
}

/* The value of the one header of that name; false: there is none, or more than one. */
static bool find_header(const struct adapter_request *request, struct slice name,
                        struct slice *value) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < request->header_count; i++)
        if (slice_equal_nocase(request->headers[i].name, name)) {
            *value = request->headers[i].value;
            count++;
        }
    return count == 1;
}

static enum adapter_verdict answer_wsdl(const struct soap_context *context,
                                        const struct adapter_request *request,
                                        enum soap_service_number service,
                                        struct adapter_reply *reply) {
    const char *url = context->env->settings->public_url;
    struct buffer address;
    struct slice host = {NULL, 0};
    if (url[0] == '\0' && (!find_header(request, SLICE("Host"), &host) || !http_host_valid(host)))
        return answer_plain(reply, 400, "Host: expected one name or address of this node\n");
    buffer_init(&address, 1024);
    if (url[0] != '\0')
        buffer_text(&address, url);
    else
        buffer_format(&address, "%s://%.*s", request->secure ? "https" : "http", (int)host.size,
                      host.base);
    buffer_format(&address, "%s%s", SOAP_PREFIX, soap_services[service].path);
    soap_wsdl(service, (struct slice){address.base, address.used}, reply->body);
    reply->status = address.failed ? 503 : 200;
    reply->content_type = answer_content_type;
    buffer_free(&address);
    return ADAPTER_ANSWERED;
}

static bool is_xml(const struct adapter_request *request) {
    struct slice type;
    return find_header(request, SLICE("Content-Type"), &type) && http_type_is_xml(type);
}

static enum adapter_verdict decode(void *context, const struct adapter_request *request,
                                   struct ledger_writer *writer, struct adapter_note *note,
                                   struct adapter_reply *reply) {
    (void)writer;
    enum soap_service_number service = find_service(request->path);
    if (service == SOAP_SERVICES)
        return answer_plain(reply, 404, "no such service\n");
    bool get = slice_equal(request->method, SLICE("GET"));
    if (get && slice_equal_nocase(request->query, SLICE("wsdl")))
        return answer_wsdl(context, request, service, reply);
    if (!slice_equal(request->method, SLICE("POST"))) {
        buffer_text(reply->headers, "Allow: GET, POST\r\n");
        return answer_plain(reply, 405, "POST a SOAP request, or GET the description at ?wsdl\n");
    }
    if (!is_xml(request))
        return answer_plain(reply, 415, "Content-Type: expected text/xml; charset=utf-8\n");
    note->bytes[0] = (uint8_t)service;
    return ADAPTER_WORK;
}

static void encode(void *context, const struct adapter_note *note,
                   const struct ledger_result *results, uint32_t count,
                   struct adapter_reply *reply) {
    (void)context, (void)results, (void)count;
    struct soap_call call = {.service = note->bytes[0], .refusal = SOAP_REFUSED_OUTCOME_UNKNOWN};
    ASSERT(results == NULL && call.service < SOAP_SERVICES);
    answer_fault_unsigned(&call, reply);
}

/* ---- On a worker --------------------------------------------------------------------------- */

static enum soap_language language_of(struct slice text) {
    if (slice_equal(text, SLICE("en")))
        return SOAP_EN;
    return slice_equal(text, SLICE("kk")) ? SOAP_KK : SOAP_RU;
}

static enum adapter_verdict refused(const struct soap_work *work) {
    answer_fault(work->context, work->call, work->reply);
    return ADAPTER_ANSWERED;
}

static enum adapter_verdict answered(const struct soap_work *work) {
    answer_reply(work->context, work->call, NULL, NULL, 0, work->reply);
    return ADAPTER_ANSWERED;
}

static enum adapter_verdict work_echo(struct soap_work *work) {
    struct slice text = work->request.echo;
    if (text.size > CALL_ECHO_MAX) {
        (void)call_refuse(work->call, SOAP_REFUSED_BAD_REQUEST);
        return refused(work);
    }
    if (text.size > 0)
        memcpy(work->call->echo, text.base, text.size);
    work->call->echo_size = (uint32_t)text.size;
    return answered(work);
}

/* A command was put, or why not. */
static enum adapter_verdict put(const struct soap_work *work, bool done) {
    return done ? ADAPTER_SUBMIT : refused(work);
}

/* Whether a merchant calls the payment by our number alone, as it may. */
static bool by_number(const struct soap_call *call, const struct soap_values *values) {
    uint64_t number;
    return call->merchant && field_number(values->reference, &number) &&
           number == values->transaction;
}

static bool put_end(struct soap_work *work, const struct soap_values *values,
                    enum ledger_kind kind) {
    struct ledger_target target = {
        .payment = values->transaction,
        .requester = work->call->agent,
        .reference = values->reference.base,
        .reference_size = (uint32_t)values->reference.size,
    };
    if (by_number(work->call, values))
        target.reference_size = 0;
    if (ledger_put_target(work->writer, kind, &target) == LEDGER_DONE &&
        ledger_put_target(work->writer, LEDGER_LOOKUP, &target) == LEDGER_DONE)
        return true;
    return call_refuse(work->call, SOAP_REFUSED_NODE_BUSY);
}

static bool put_balance(struct soap_work *work) {
    return ledger_put_account_lookup(work->writer, work->call->account) == LEDGER_DONE ||
           call_refuse(work->call, SOAP_REFUSED_NODE_BUSY);
}

static enum adapter_verdict work_payment(struct soap_work *work, const struct soap_values *values) {
    struct soap_call *call = work->call;
    bool done = payment_put(work, values);
    if (!done && call->refusal == SOAP_REFUSED_CLIENT_NOT_FOUND &&
        soap_operations[call->operation].answer == SOAP_ANSWER_USER)
        return answered(work); /* a question about nobody is answered without basicUserInfo */
    return done && payment_asks(call->operation) ? ADAPTER_ASK : put(work, done);
}

static enum adapter_verdict work_operation(struct soap_work *work) {
    struct soap_values values;
    struct soap_call *call = work->call;
    if (call->operation == SOAP_OP_ECHO)
        return work_echo(work);
    if (!values_read(work, &values))
        return refused(work);
    if (payment_is(call->operation))
        return work_payment(work, &values);
    if (call->operation == SOAP_OP_CHECK_USER)
        return payment_client(work, values.client) ? answered(work) : refused(work);
    if (call->operation == SOAP_OP_AVAILABLE_BALANCE)
        return put(work, put_balance(work));
    ASSERT(call->operation == SOAP_OP_COMPLETE || call->operation == SOAP_OP_DECLINE);
    return put(work,
               put_end(work, &values,
                       call->operation == SOAP_OP_COMPLETE ? LEDGER_COMPLETE : LEDGER_DECLINE));
}

static enum adapter_verdict work_request(struct soap_work *work) {
    struct soap_call *call = work->call;
    if (work->context->node_key == NULL) {
        (void)call_refuse(call, SOAP_REFUSED_NO_NODE_KEY);
        return refused(work);
    }
    bool read = soap_request_read((enum soap_service_number)call->service, work->http->body,
                                  &work->request, &call->refusal);
    call->operation = (uint8_t)work->request.operation;
    call->language = (uint8_t)language_of(work->request.language);
    if (!read || !trust_check(work))
        return refused(work);
    return work_operation(work);
}

static enum adapter_verdict work(void *context, struct adapter_work *memory,
                                 struct ledger_writer *writer, struct adapter_reply *reply) {
    struct soap_work work = {
        .context = context,
        .http = &memory->request,
        .call = (struct soap_call *)(void *)memory->memory,
        .writer = writer,
        .reply = reply,
        .question = &memory->question,
    };
    *work.call = (struct soap_call){
        .service = (uint8_t)find_service(memory->request.path),
        .received_ns = memory->request.received_ns,
    };
    ASSERT(work.call->service < SOAP_SERVICES); /* decode saw to it */
    enum adapter_verdict verdict = work_request(&work);
    memory->proved = work.call->agent != 0; /* not of an echo: that is anybody's */
    soap_request_free(&work.request);
    return verdict;
}

/* What the provider says to a question. */
static enum soap_refusal provider_refusal(const struct soap_call *call,
                                          const struct outbound_answer *answer) {
    if (!payment_asks(call->operation) || answer->verdict == OUTBOUND_OK)
        return SOAP_REFUSALS;
    return answer->verdict == OUTBOUND_REFUSED ? SOAP_REFUSED_PROVIDER_REFUSED
                                               : SOAP_REFUSED_PROVIDER_SILENT;
}

/* The first of the commands that was refused: those that make a client may have been before us. */
static enum soap_refusal refusal_of(const struct soap_call *call,
                                    const struct ledger_result *results, uint32_t count) {
    enum soap_refusal refusal = SOAP_REFUSALS;
    for (uint32_t i = 0; refusal == SOAP_REFUSALS && i < count; i++) {
        bool made_before = i < call->made && results[i].status == LEDGER_RECORD_CHANGED;
        if (!made_before)
            refusal = payment_refusal(call, (enum ledger_status)results[i].status);
    }
    return refusal;
}

static void work_encode(void *context, struct adapter_work *memory,
                        const struct ledger_result *results, uint32_t count,
                        struct adapter_reply *reply) {
    struct soap_call *call = (struct soap_call *)(void *)memory->memory;
    ASSERT(count >= 1 && count <= 3);
    enum soap_refusal refusal = provider_refusal(call, &memory->answer);
    if (refusal == SOAP_REFUSALS)
        refusal = refusal_of(call, results, count);
    if (refusal == SOAP_REFUSALS) {
        answer_reply(context, call, &memory->answer, results, count, reply);
    } else {
        (void)call_refuse(call, refusal);
        answer_fault(context, call, reply);
    }
}

/* ---- Life ---------------------------------------------------------------------------------- */

static void fini(void *context) {
    struct soap_context *soap = context;
    key_cache_free(soap->keys);
    dsig_private_free(soap->node_key);
    free(soap);
}

static int init(void **context, const struct adapter_env *env) {
    const char *pem = env->settings->node_key;
    struct soap_context *soap = calloc(1, sizeof *soap);
    if (soap == NULL || xml_start() != 0) {
        free(soap);
        return -1;
    }
    soap->env = env;
    soap->keys = key_cache_new();
    soap->node_key = pem == NULL ? NULL : dsig_private_read(pem);
    if (soap->keys == NULL || (pem != NULL && soap->node_key == NULL)) {
        fini(soap);
        return -1;
    }
    *context = soap;
    return 0;
}

const struct adapter agent_soap_adapter = {
    .name = "agent_soap",
    .path_prefix = SOAP_PREFIX,
    .body_max = XML_BYTES_MAX,
    .body_stranger_max = XML_BYTES_MAX,
    .init = init,
    .fini = fini,
    .decode = decode,
    .encode = encode,
    .work = work,
    .work_encode = work_encode,
};
