/* envelope.c - see envelope.h. */
#include "protocols/agent_soap/envelope.h"

#include "protocols/agent_soap/answer.h"

#define SCOPE " xmlns:soap=\"" SOAP_ENVELOPE_NAMESPACE "\""
#define HEADER_END "</soap:Header>"

const char answer_content_type[] = "text/xml; charset=utf-8";

void envelope_start(const struct soap_call *call, struct buffer *out) {
    buffer_init(out, ENVELOPE_BYTES_MAX);
    buffer_text(out, "<soap:Envelope" SCOPE ">");
    if (call->verified) {
        buffer_text(out, "<soap:Header><requestDsig xmlns=\"" SOAP_HEADER_NAMESPACE "\">");
        xml_escape(out, (struct slice){call->digest, call->digest_size});
        buffer_text(out, "</requestDsig>" HEADER_END);
    }
    buffer_text(out, "<soap:Body>");
}

void envelope_end(struct buffer *out) {
    buffer_text(out, "</soap:Body></soap:Envelope>");
}

void envelope_text(struct buffer *out, const char *name, struct slice text) {
    buffer_format(out, "<%s>", name);
    xml_escape(out, text);
    buffer_format(out, "</%s>", name);
}

/* All that we write is canonical, and is signed as it stands. What anybody may have echoed is
 * parsed once more all the same: there time is no matter, and that text is least known. */
static bool sign(const struct soap_context *context, const struct soap_call *call,
                 struct slice document, struct buffer *out) {
    if (call->operation == SOAP_OP_ECHO)
        return dsig_sign(context->node_key, call->algorithms, document, "Header", out);
    return dsig_sign_canonical(context->node_key, call->algorithms, document, SCOPE,
                               SLICE(HEADER_END), out);
}

bool envelope_send(const struct soap_context *context, const struct soap_call *call,
                   const struct buffer *document, uint32_t status, struct adapter_reply *reply) {
    struct slice bytes = {document->base, document->used};
    size_t before = reply->body->used;
    if (document->failed)
        return false;
    if (!call->verified)
        buffer_append(reply->body, bytes.base, bytes.size);
    else if (!sign(context, call, bytes, reply->body)) {
        reply->body->used = before;
        return false;
    }
    reply->status = status;
    reply->content_type = answer_content_type;
    return !reply->body->failed;
}
