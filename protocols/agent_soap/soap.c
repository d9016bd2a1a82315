#include "protocols/agent_soap/soap.h"

#include "protocols/registry/registry.h"

const struct soap_service soap_services[SOAP_SERVICES] = {
#define X(name, path, name_space, service, port) [SOAP_##name] = {path, name_space, service, port},
    SOAP_SERVICE_MAP(X)
#undef X
};

const struct soap_field_type soap_field_types[SOAP_FIELDS] = {
    [SOAP_END] = {"", ""},
    [SOAP_USER_NAME] = {"userName", "xs:string"},
    [SOAP_TO_USER_NAME] = {"toUserName", "xs:string"},
    [SOAP_FROM_USER_NAME] = {"fromUserName", "xs:string"},
    [SOAP_AMOUNT] = {"amount", "xs:decimal"},
    [SOAP_GUID] = {"GUID", "xs:string"},
    [SOAP_VALUE_DATE] = {"valueDate", "xs:dateTime"},
    [SOAP_PAYMENT_DATE] = {"paymentDate", "xs:dateTime"},
    [SOAP_TRANSACTION_ID] = {"transactionId", "xs:long"},
    [SOAP_TOKEN] = {"token", "xs:string"},
    [SOAP_TERMINAL_ID] = {"terminalId", "xs:string"},
    [SOAP_RRN] = {"rrn", "xs:string"},
    [SOAP_SERVICE_CODE] = {"servicePublicCode", "xs:long"},
    [SOAP_UTILITY_ACCOUNT] = {"utilityAccountNumber", "xs:string"},
    [SOAP_FULL_AMOUNT] = {"fullAmount", "xs:decimal"},
};

const struct soap_operation soap_operations[SOAP_OPERATIONS] = {
#define X(name, element, part, services, answer, privilege, ...)                                   \
    [SOAP_OP_##name] = {element, part, services, SOAP_ANSWER_##answer, privilege, {__VA_ARGS__}},
    SOAP_OPERATION_MAP(X)
#undef X
};
