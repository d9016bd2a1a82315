/* fault.c - refusals as SOAP faults. */
#include "protocols/agent_soap/answer.h"
#include "protocols/agent_soap/envelope.h"

/* Not the request's fault: the agent asks again, and what it asked for may have happened. */
static bool is_trouble(enum soap_refusal refusal) {
    return refusal == SOAP_REFUSED_NODE_BUSY || refusal == SOAP_REFUSED_OUTCOME_UNKNOWN ||
           refusal == SOAP_REFUSED_INTERNAL || refusal == SOAP_REFUSED_NO_NODE_KEY;
}

static const char *privilege_name(uint32_t privilege) {
    size_t bit = 0;
    while (privilege > 1 && registry_privileges[bit + 1] != NULL) {
        privilege >>= 1;
        bit++;
    }
    return registry_privileges[bit];
}

/* The faultstring: one of the fixed texts, or the text for the person. */
static void put_string(const struct soap_call *call, const char *text, struct buffer *out) {
    if (call->refusal == SOAP_REFUSED_CERTIFICATE_NUMBER_MISSING)
        buffer_text(out, SOAP_FAULT_CERTIFICATE);
    else if (call->refusal == SOAP_REFUSED_BAD_SIGNATURE)
        buffer_text(out, SOAP_FAULT_SIGNATURE);
    else if (call->refusal == SOAP_REFUSED_PRIVILEGE_MISSING)
        buffer_format(out, SOAP_FAULT_PRIVILEGE,
                      privilege_name(soap_operations[call->operation].privilege),
                      (unsigned long long)call->agent);
    else
        xml_escape(out, slice_text(text));
}

static void write_fault(const struct soap_call *call, struct buffer *out) {
    const char *name_space = soap_services[call->service].name_space;
    const char *text = soap_text(call->refusal, call_language(call));
    envelope_start(call, out);
    buffer_format(out, "<soap:Fault><faultcode>soap:%s</faultcode><faultstring>",
                  is_trouble(call->refusal) ? "Server" : "Client");
    put_string(call, text, out);
    buffer_format(out,
                  "</faultstring><detail><ns2:developerMessage xmlns:ns2=\"%s\">%s"
                  "</ns2:developerMessage><ns2:userMessage xmlns:ns2=\"%s\">",
                  name_space, soap_code(call->refusal), name_space);
    xml_escape(out, slice_text(text));
    buffer_text(out, "</ns2:userMessage></detail></soap:Fault>");
    envelope_end(out);
}

static bool send_fault(const struct soap_context *context, const struct soap_call *call,
                       struct adapter_reply *reply) {
    struct buffer document;
    bool trouble = is_trouble(call->refusal);
    write_fault(call, &document);
    bool sent = envelope_send(context, call, &document, trouble ? 503 : 500, reply);
    if (sent && trouble)
        buffer_text(reply->headers, "Retry-After: 1\r\n");
    buffer_free(&document);
    return sent;
}

void answer_fault_unsigned(const struct soap_call *call, struct adapter_reply *reply) {
    struct soap_call plain = {.service = call->service,
                              .operation = call->operation,
                              .language = call->language,
                              .ascii = call->ascii,
                              .refusal = call->refusal,
                              .agent = call->agent};
    if (!send_fault(NULL, &plain, reply)) { /* no memory: a status says enough */
        reply->status = 503;
        reply->content_type = answer_content_type;
    }
}

void answer_fault(const struct soap_context *context, const struct soap_call *call,
                  struct adapter_reply *reply) {
    if (!send_fault(context, call, reply))
        answer_fault_unsigned(call, reply);
}
