/* wsdl.c - document/literal wrapped: of each operation a wrapper element with the request part, and
 * one with `return`, both of nameless types, since generators of classes name a class after each
 * wrapper and each type. All in one schema; its local elements are in no namespace. */
#include "protocols/agent_soap/wsdl.h"

#include "protocols/common/assert.h"

/* ---- Types that the answers and the headers have in common ---- */

struct member {
    const char *name, *type;
    bool optional;
};
#define MEMBERS_MAX 8 /* with the end */
struct named_type {
    const char *name;
    uint32_t answers; /* of operations that need it: bits by enum soap_answer */
    struct member members[MEMBERS_MAX];
};

#define OF(answer) (1u << SOAP_ANSWER_##answer)
#define WITH_HEADER                                                                                \
    (OF(USER) | OF(BALANCE) | OF(TRANSACTION) | OF(TERMINAL) | OF(HEADER) | OF(UTILITY))
#define HEADER                                                                                     \
    { "header", "tns:ResponseHeader", false }

/* clang-format off */
static const struct named_type named_types[] = {
    {"RequestHeader", WITH_HEADER, {
        {"lang", "tns:Lang", true},
        {"timestamp", "xs:dateTime", false},
        {"requester", "xs:string", false},
        {"token", "xs:string", true}}},
    {"ResponseHeader", WITH_HEADER, {
        {"userMessage", "xs:string", false},
        {"developerMessage", "xs:string", false},
        {"status", "xs:nonNegativeInteger", false},
        {"timestamp", "xs:dateTime", false}}},
    {"BasicUserInfo", OF(USER), {
        {"identified", "xs:boolean", false},
        {"IIN", "xs:string", true},
        {"firstName", "xs:string", true},
        {"lastName", "xs:string", true},
        {"patronymic", "xs:string", true}}},
    {"TransactionInfo", OF(TRANSACTION), {
        {"GUID", "xs:string", false},
        {"amount", "xs:decimal", false},
        {"transactionId", "xs:long", false},
        {"transactionStatus", "tns:TransactionStatus", false},
        {"commission", "xs:decimal", false},
        {"commissionTo", "xs:decimal", false}}},
    {"VostokPlatAccountNumberInfo", OF(UTILITY), {
        {"flatOwnerFullName", "xs:string", true},
        {"flatAddress", "xs:string", true},
        {"atMonthStartAmount", "xs:decimal", true},
        {"debtOverpaymentDate", "xs:date", true},
        {"monthlyAmount", "xs:decimal", true},
        {"currentMonthPaymentAmount", "xs:decimal", true},
        {"currentAmount", "xs:decimal", true}}},
};

/* The type of `return`, by enum soap_answer. */
static const struct named_type answer_types[] = {
    [SOAP_ANSWER_USER] = {"UserAnswer", OF(USER), {
        HEADER,
        {"basicUserInfo", "tns:BasicUserInfo", true}}},
    [SOAP_ANSWER_BALANCE] = {"BalanceAnswer", OF(BALANCE), {
        HEADER,
        {"agentBalanceResponse", "xs:string", false}}},
    [SOAP_ANSWER_TRANSACTION] = {"TransactionAnswer", OF(TRANSACTION), {
        HEADER,
        {"transactionInfo", "tns:TransactionInfo", false}}},
    [SOAP_ANSWER_TERMINAL] = {"TerminalAnswer", OF(TERMINAL), {
        HEADER,
        {"terminalPaymentTransactionStatus", "tns:TerminalPaymentTransactionStatus", false},
        {"reason", "xs:string", true}}},
    [SOAP_ANSWER_HEADER] = {"HeaderAnswer", OF(HEADER), {
        HEADER}},
    [SOAP_ANSWER_UTILITY] = {"UtilityAnswer", OF(UTILITY), {
        HEADER,
        {"vostokPlatAccountNumberInfo", "tns:VostokPlatAccountNumberInfo", false},
        {"availableAgentBalance", "xs:decimal", false}}},
};

static const struct enumeration {
    const char *name;
    uint32_t answers;
    const char *words[5]; /* NULL at the end */
} enumerations[] = {
    {"Lang", WITH_HEADER, {"ru", "en", "kk"}},
    {"TransactionStatus", OF(TRANSACTION), {"PENDING", "COMPLETED", "DECLINED", "FAILED"}},
    {"TerminalPaymentTransactionStatus", OF(TERMINAL), {"PENDING", "COMPLETED", "DECLINED"}},
};

/* What stands in a fault's detail. */
static const char *const fault_elements[] = {"developerMessage", "userMessage", "stackHash"};
/* clang-format on */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define EACH(item, array) for (size_t item = 0; item < COUNT(array); item++)

/* ---- Writing ---- */

static bool has(enum soap_service_number service, const struct soap_operation *operation) {
    return (operation->services >> service & 1) != 0;
}

/* Every operation of the service, as `operation`. */
#define EACH_OPERATION(service)                                                                    \
    for (const struct soap_operation *operation = soap_operations;                                 \
         operation < soap_operations + SOAP_OPERATIONS; operation++)                               \
        if (has(service, operation))

static void put_member(struct buffer *out, const struct member *member) {
    buffer_format(out, "          <xs:element name=\"%s\" type=\"%s\"%s/>\n", member->name,
                  member->type, member->optional ? " minOccurs=\"0\"" : "");
}

static void start_type(struct buffer *out, const char *name) {
    buffer_format(out, "      <xs:complexType name=\"%s\">\n        <xs:sequence>\n", name);
}

static void end_type(struct buffer *out) {
    buffer_text(out, "        </xs:sequence>\n      </xs:complexType>\n");
}

static void put_type(struct buffer *out, const struct named_type *type) {
    start_type(out, type->name);
    for (const struct member *member = type->members; member->name != NULL; member++)
        put_member(out, member);
    end_type(out);
}

static void put_enumeration(struct buffer *out, const struct enumeration *enumeration) {
    buffer_format(out,
                  "      <xs:simpleType name=\"%s\">\n"
                  "        <xs:restriction base=\"xs:string\">\n",
                  enumeration->name);
    for (const char *const *word = enumeration->words; *word != NULL; word++)
        buffer_format(out, "          <xs:enumeration value=\"%s\"/>\n", *word);
    buffer_text(out, "        </xs:restriction>\n      </xs:simpleType>\n");
}

/* The first operation of the service with this request part writes its type. */
static bool is_first_with_part(enum soap_service_number service,
                               const struct soap_operation *operation) {
    for (const struct soap_operation *earlier = soap_operations; earlier < operation; earlier++)
        if (has(service, earlier) && strcmp(earlier->part, operation->part) == 0)
            return false;
    return true;
}

static void put_request_type(struct buffer *out, const struct soap_operation *operation) {
    start_type(out, operation->part);
    put_member(out, &(struct member){"header", "tns:RequestHeader", false});
    for (const uint8_t *field = operation->fields; *field != SOAP_END; field++) {
        const struct soap_field_type *type = &soap_field_types[*field & ~(unsigned)SOAP_OPTIONAL];
        put_member(out, &(struct member){type->name, type->xsd, (*field & SOAP_OPTIONAL) != 0});
    }
    end_type(out);
}

/* An element of one child: a wrapper. prefix: of the child's type, "xs:" or "tns:". */
static void put_wrapper(struct buffer *out, const char *name, const char *suffix, const char *child,
                        const char *prefix, const char *type) {
    buffer_format(out,
                  "      <xs:element name=\"%s%s\">\n"
                  "        <xs:complexType>\n"
                  "          <xs:sequence>\n"
                  "            <xs:element name=\"%s\" type=\"%s%s\"/>\n"
                  "          </xs:sequence>\n"
                  "        </xs:complexType>\n"
                  "      </xs:element>\n",
                  name, suffix, child, prefix, type);
}

static void put_wrappers(struct buffer *out, const struct soap_operation *operation) {
    bool echo = operation->answer == SOAP_ANSWER_ECHO;
    const char *prefix = echo ? "xs:" : "tns:";
    put_wrapper(out, operation->name, "", operation->part, prefix,
                echo ? "string" : operation->part);
    put_wrapper(out, operation->name, "Response", "return", prefix,
                echo ? "string" : answer_types[operation->answer].name);
}

static void put_types(struct buffer *out, enum soap_service_number service) {
    uint32_t answers = 0;
    EACH_OPERATION(service) {
        answers |= 1u << operation->answer;
    }
    EACH(i, enumerations) {
        if ((enumerations[i].answers & answers) != 0)
            put_enumeration(out, &enumerations[i]);
    }
    EACH(i, named_types) {
        if ((named_types[i].answers & answers) != 0)
            put_type(out, &named_types[i]);
    }
    EACH(i, answer_types) {
        if ((answer_types[i].answers & answers) != 0)
            put_type(out, &answer_types[i]);
    }
    EACH_OPERATION(service) {
        if (operation->answer != SOAP_ANSWER_ECHO && is_first_with_part(service, operation))
            put_request_type(out, operation);
    }
}

static void put_schema(struct buffer *out, enum soap_service_number service) {
    buffer_format(out,
                  "  <wsdl:types>\n"
                  "    <xs:schema targetNamespace=\"%s\" elementFormDefault=\"unqualified\""
                  " attributeFormDefault=\"unqualified\">\n",
                  soap_services[service].name_space);
    put_types(out, service);
    EACH(i, fault_elements) {
        buffer_format(out, "      <xs:element name=\"%s\" type=\"xs:string\"/>\n",
                      fault_elements[i]);
    }
    EACH_OPERATION(service) {
        put_wrappers(out, operation);
    }
    buffer_text(out, "    </xs:schema>\n  </wsdl:types>\n");
}

static void put_message(struct buffer *out, const char *name, const char *suffix) {
    buffer_format(out,
                  "  <wsdl:message name=\"%s%s\">\n"
                  "    <wsdl:part name=\"parameters\" element=\"tns:%s%s\"/>\n"
                  "  </wsdl:message>\n",
                  name, suffix, name, suffix);
}

static void put_port_type(struct buffer *out, enum soap_service_number service) {
    EACH_OPERATION(service) {
        put_message(out, operation->name, "");
        put_message(out, operation->name, "Response");
    }
    buffer_format(out, "  <wsdl:portType name=\"%s\">\n", soap_services[service].port);
    EACH_OPERATION(service) {
        buffer_format(out,
                      "    <wsdl:operation name=\"%s\">\n"
                      "      <wsdl:input message=\"tns:%s\"/>\n"
                      "      <wsdl:output message=\"tns:%sResponse\"/>\n"
                      "    </wsdl:operation>\n",
                      operation->name, operation->name, operation->name);
    }
    buffer_text(out, "  </wsdl:portType>\n");
}

static void put_binding(struct buffer *out, enum soap_service_number service) {
    const char *port = soap_services[service].port;
    buffer_format(out,
                  "  <wsdl:binding name=\"%sBinding\" type=\"tns:%s\">\n"
                  "    <soap:binding style=\"document\""
                  " transport=\"http://schemas.xmlsoap.org/soap/http\"/>\n",
                  port, port);
    EACH_OPERATION(service) {
        buffer_format(out,
                      "    <wsdl:operation name=\"%s\">\n"
                      "      <soap:operation soapAction=\"%s\" style=\"document\"/>\n"
                      "      <wsdl:input><soap:body use=\"literal\"/></wsdl:input>\n"
                      "      <wsdl:output><soap:body use=\"literal\"/></wsdl:output>\n"
                      "    </wsdl:operation>\n",
                      operation->name, operation->name);
    }
    buffer_text(out, "  </wsdl:binding>\n");
}

static void put_address(struct buffer *out, struct slice address) {
    for (size_t i = 0; i < address.size; i++) {
        unsigned char byte = (unsigned char)address.base[i];
        if (byte == '&')
            buffer_text(out, "&amp;");
        else if (byte <= ' ' || byte >= 0x7f || strchr("\"<>", byte) != NULL)
            buffer_format(out, "%%%02X", byte);
        else
            buffer_append(out, &byte, 1);
    }
}

static void put_service(struct buffer *out, enum soap_service_number service,
                        struct slice address) {
    const struct soap_service *names = &soap_services[service];
    buffer_format(out,
                  "  <wsdl:service name=\"%s\">\n"
                  "    <wsdl:port name=\"%sPort\" binding=\"tns:%sBinding\">\n"
                  "      <soap:address location=\"",
                  names->name, names->port, names->port);
    put_address(out, address);
    buffer_text(out, "\"/>\n    </wsdl:port>\n  </wsdl:service>\n");
}

void soap_wsdl(enum soap_service_number service, struct slice address, struct buffer *out) {
    ASSERT(service < SOAP_SERVICES);
    const struct soap_service *names = &soap_services[service];
    buffer_format(out,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<wsdl:definitions name=\"%s\" targetNamespace=\"%s\" xmlns:tns=\"%s\""
                  " xmlns:wsdl=\"http://schemas.xmlsoap.org/wsdl/\""
                  " xmlns:soap=\"http://schemas.xmlsoap.org/wsdl/soap/\""
                  " xmlns:xs=\"http://www.w3.org/2001/XMLSchema\">\n",
                  names->name, names->name_space, names->name_space);
    put_schema(out, service);
    put_port_type(out, service);
    put_binding(out, service);
    put_service(out, service, address);
    buffer_text(out, "</wsdl:definitions>\n");
}
