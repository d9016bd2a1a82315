/* request.c - the structure of a request: which elements stand where, and nothing besides. */
#include "protocols/agent_soap/request.h"

static bool refuse(enum soap_refusal *refusal, enum soap_refusal why) {
    *refusal = why;
    return false;
}

static bool is_soap(const xmlNode *element, const char *name) {
    return element != NULL && xml_is(element, SOAP_ENVELOPE_NAMESPACE, name);
}

/* A header block that we do not know but that says it must be understood. */
static bool must_understand(const xmlNode *block) {
    xmlChar *value = xmlGetNsProp(block, (const xmlChar *)"mustUnderstand",
                                  (const xmlChar *)SOAP_ENVELOPE_NAMESPACE);
    bool must = value != NULL && strcmp((const char *)value, "0") != 0 &&
                strcmp((const char *)value, "false") != 0;
    xmlFree(value);
    return must;
}

/* The blocks of soap:Header. The Signature is looked for by dsig_find. */
static bool read_blocks(struct soap_request *request) {
    if (xml_has_text(request->header))
        return false;
    for (const xmlNode *block = xml_first(request->header); block != NULL;
         block = xml_next(block)) {
        if (xml_is(block, SOAP_HEADER_NAMESPACE, "certificateNumber")) {
            request->certificates = request->certificate != NULL;
            request->certificate = block;
        } else if (!xml_is(block, SOAP_SIGNATURE_NAMESPACE, "Signature") &&
                   must_understand(block)) {
            return false;
        }
    }
    return true;
}

/* Envelope { Header?, Body { one element } }. The element, or NULL. */
static const xmlNode *read_envelope(struct soap_request *request) {
    const xmlNode *envelope = xmlDocGetRootElement(request->document);
    if (!is_soap(envelope, "Envelope") || xml_has_text(envelope))
        return NULL;
    const xmlNode *child = xml_first(envelope);
    if (is_soap(child, "Header")) {
        request->header = child;
        child = xml_next(child);
    }
    if (!is_soap(child, "Body") || xml_next(child) != NULL || xml_has_text(child))
        return NULL;
    if (request->header != NULL && !read_blocks(request))
        return NULL;
    const xmlNode *element = xml_first(child);
    return element != NULL && xml_next(element) == NULL ? element : NULL;
}

static bool find_operation(enum soap_service_number service, const xmlNode *element,
                           struct soap_request *request) {
    for (int i = 0; i < SOAP_OPERATIONS; i++) {
        const struct soap_operation *operation = &soap_operations[i];
        if ((operation->services & 1u << service) != 0 &&
            xml_is(element, soap_services[service].name_space, operation->name)) {
            request->operation = (enum soap_operation_number)i;
            return true;
        }
    }
    return false;
}

/* Takes *at when it is the element `name` in no namespace with nothing but text; moves on. A field
 * that may be left out is fine when another element is there. */
static bool read_text(const xmlNode **at, const char *name, bool optional, struct slice *text) {
    if (*at == NULL || !xml_is(*at, "", name))
        return optional;
    if (!xml_text(*at, text))
        return false;
    if (text->base == NULL)
        text->base = ""; /* there, and empty */
    *at = xml_next(*at);
    return true;
}

static bool read_header(const xmlNode *header, struct soap_request *request) {
    if (header == NULL || !xml_is(header, "", "header") || xml_has_text(header))
        return false;
    const xmlNode *at = xml_first(header);
    return read_text(&at, "lang", true, &request->language) &&
           read_text(&at, "timestamp", false, &request->timestamp) &&
           read_text(&at, "requester", false, &request->requester) &&
           read_text(&at, "token", true, &request->token) && at == NULL;
}

static bool read_fields(const xmlNode *part, const uint8_t *fields, struct soap_request *request) {
    if (xml_has_text(part))
        return false;
    const xmlNode *at = xml_first(part);
    if (!read_header(at, request))
        return false;
    at = xml_next(at);
    for (; *fields != SOAP_END; fields++) {
        unsigned field = *fields & ~(unsigned)SOAP_OPTIONAL;
        if (!read_text(&at, soap_field_types[field].name, (*fields & SOAP_OPTIONAL) != 0,
                       &request->fields[field]))
            return false;
    }
    return at == NULL;
}

bool soap_request_read(enum soap_service_number service, struct slice body,
                       struct soap_request *request, enum soap_refusal *refusal) {
    *request = (struct soap_request){.document = NULL};
    enum xml_status status = xml_parse(body, &request->document);
    if (status == XML_NO_MEMORY)
        return refuse(refusal, SOAP_REFUSED_NODE_BUSY);
    if (status != XML_OK)
        return refuse(refusal, SOAP_REFUSED_BAD_XML);
    const xmlNode *element = read_envelope(request);
    if (element == NULL)
        return refuse(refusal, SOAP_REFUSED_BAD_ENVELOPE);
    if (!find_operation(service, element, request))
        return refuse(refusal, SOAP_REFUSED_UNKNOWN_OPERATION);
    const struct soap_operation *operation = &soap_operations[request->operation];
    const xmlNode *part = xml_first(element);
    if (part == NULL || !xml_is(part, "", operation->part) || xml_next(part) != NULL ||
        xml_has_text(element))
        return refuse(refusal, SOAP_REFUSED_BAD_REQUEST);
    bool read = operation->answer == SOAP_ANSWER_ECHO
                    ? xml_text(part, &request->echo)
                    : read_fields(part, operation->fields, request);
    return read || refuse(refusal, SOAP_REFUSED_BAD_REQUEST);
}

void soap_request_free(struct soap_request *request) {
    xmlFreeDoc(request->document);
    request->document = NULL;
}
