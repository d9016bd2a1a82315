/* soap.h - the tables of the agents' SOAP API: services, operations, their fields, refusals; shared
 * by the files of this folder. The contract is the agent SOAP specification; README.md here has
 * what we decided where it is silent. Pure; any thread. */
#ifndef PROTOCOLS_AGENT_SOAP_SOAP_H
#define PROTOCOLS_AGENT_SOAP_SOAP_H

#include "protocols/adapter.h"
#include "protocols/common/operation.h"

#define SOAP_PREFIX "/allpay-public-soap/"
#define SOAP_HEADER_NAMESPACE "https://allpay.kz" /* of certificateNumber and requestDsig */
#define SOAP_ENVELOPE_NAMESPACE "http://schemas.xmlsoap.org/soap/envelope/"
#define SOAP_SIGNATURE_NAMESPACE "http://www.w3.org/2000/09/xmldsig#"

/* ---- Services ---- */

/* X(NAME, path after SOAP_PREFIX, namespace, service, portType) */
/* clang-format off */
#define SOAP_SERVICE_MAP(X) \
    X(TM_1_1, "transaction-management/v1.1", \
      "http://www.allpay.kz/mfs/soap/TransactionManagement/1.1", \
      "TransactionManagementService", "TransactionManagementV1_1") \
    X(TM_1_0, "transaction-management/v1.0", \
      "http://www.allpay.kz/mfs/soap/TransactionManagement/1.0", \
      "TransactionManagementService", "TransactionManagementV1_0") \
    X(CASH_IN, "cash-in-transaction-management/v1.1", \
      "http://www.allpay.kz/mfs/soap/CashInTransactionManagement/1.1", \
      "CashInTransactionManagementService", "CashInTransactionManagementV1_1") \
    X(CASH_OUT, "cash-out-transaction-management/v1.1", \
      "http://www.allpay.kz/mfs/soap/CashOutTransactionManagement/1.1", \
      "CashOutTransactionManagementService", "CashOutTransactionManagementV1_1")
/* clang-format on */

enum soap_service_number {
#define X(name, path, name_space, service, port) SOAP_##name,
    SOAP_SERVICE_MAP(X)
#undef X
        SOAP_SERVICES
};

struct soap_service {
    const char *path, *name_space, *name, *port;
};
extern const struct soap_service soap_services[SOAP_SERVICES];

/* ---- Fields of requests ---- */

/* How the text of an element is checked. X(NAME, xsd type, required where it is listed) */
enum soap_field { /* in the request part, after header */
                  SOAP_END,
                  SOAP_USER_NAME,       /* userName: a client's login           */
                  SOAP_TO_USER_NAME,    /* toUserName                           */
                  SOAP_FROM_USER_NAME,  /* fromUserName                         */
                  SOAP_AMOUNT,          /* amount: xs:decimal, KZT              */
                  SOAP_GUID,            /* GUID                                 */
                  SOAP_VALUE_DATE,      /* valueDate: xs:dateTime               */
                  SOAP_PAYMENT_DATE,    /* paymentDate: xs:dateTime             */
                  SOAP_TRANSACTION_ID,  /* transactionId: xs:long               */
                  SOAP_TOKEN,           /* token: 6 digits                      */
                  SOAP_TERMINAL_ID,     /* terminalId                           */
                  SOAP_RRN,             /* rrn                                  */
                  SOAP_SERVICE_CODE,    /* servicePublicCode: xs:long           */
                  SOAP_UTILITY_ACCOUNT, /* utilityAccountNumber                */
                  SOAP_FULL_AMOUNT,     /* fullAmount: xs:decimal               */
                  SOAP_FIELDS,
                  SOAP_OPTIONAL = 64, /* or-ed to a field: minOccurs 0          */
};
struct soap_field_type {
    const char *name, *xsd; /* element's local name; "xs:string", ... */
};
extern const struct soap_field_type soap_field_types[SOAP_FIELDS];
#define SOAP_OPERATION_FIELDS 7 /* the most that one has, and SOAP_END */

/* ---- Operations ---- */

enum soap_answer {                          /* what is in `return` after header */
                   SOAP_ANSWER_ECHO,        /* no header: the string itself */
                   SOAP_ANSWER_USER,        /* basicUserInfo (o)            */
                   SOAP_ANSWER_BALANCE,     /* agentBalanceResponse         */
                   SOAP_ANSWER_TRANSACTION, /* transactionInfo              */
                   SOAP_ANSWER_TERMINAL,    /* terminalPaymentTransactionStatus, reason (o) */
                   SOAP_ANSWER_HEADER,      /* nothing                      */
                   SOAP_ANSWER_UTILITY,     /* vostokPlatAccountNumberInfo, availableAgentBalance */
};

/* X(NAME, element, request part, services, answer, privilege, fields...); the services are a set of
 * bits by enum soap_service_number. The order of fields is that of the contract. */
#define SOAP_IN_TM (1u << SOAP_TM_1_1 | 1u << SOAP_TM_1_0)
#define SOAP_IN_TM_1_1 (1u << SOAP_TM_1_1)
#define SOAP_IN_CASH_IN (1u << SOAP_CASH_IN)
#define SOAP_IN_CASH_OUT (1u << SOAP_CASH_OUT)
#define SOAP_IN_ALL (SOAP_IN_TM | SOAP_IN_CASH_IN | SOAP_IN_CASH_OUT)
/* clang-format off */
#define SOAP_OPERATION_MAP(X) \
    X(ECHO, "echo", "Echo", SOAP_IN_ALL, ECHO, 0, SOAP_END) \
    X(CHECK_USER, "checkUser", "CheckUserRequest", SOAP_IN_TM | SOAP_IN_CASH_IN, USER, \
      PRIVILEGE_CHECK_USER, SOAP_USER_NAME) \
    X(CHECK_USER_CASH_IN, "checkUserAndValidateCashIn", "CheckUserRequest", \
      SOAP_IN_TM_1_1 | SOAP_IN_CASH_IN, USER, PRIVILEGE_CASH_IN, SOAP_USER_NAME) \
    X(AVAILABLE_BALANCE, "availableBalance", "AvailableBalanceRequest", SOAP_IN_TM, BALANCE, \
      PRIVILEGE_BALANCE, SOAP_END) \
    X(CREATE_CASH_IN, "createCashInTransaction", "CashInRequest", SOAP_IN_TM, TRANSACTION, \
      PRIVILEGE_CASH_IN, SOAP_TO_USER_NAME, SOAP_AMOUNT, SOAP_GUID, \
      SOAP_VALUE_DATE | SOAP_OPTIONAL) \
    X(CREATE_CASH_OUT, "createCashOutTransaction", "CashOutRequest", SOAP_IN_TM, TRANSACTION, \
      PRIVILEGE_CASH_OUT, SOAP_FROM_USER_NAME, SOAP_AMOUNT, SOAP_GUID, SOAP_TOKEN) \
    X(COMPLETE, "completeTransaction", "CompleteTransactionRequest", SOAP_IN_TM, TRANSACTION, 0, \
      SOAP_GUID, SOAP_TRANSACTION_ID) \
    X(DECLINE, "declineTransaction", "DeclineTransactionRequest", SOAP_IN_TM, TRANSACTION, 0, \
      SOAP_GUID, SOAP_TRANSACTION_ID) \
    X(CASH_IN_PAYMENT, "createCashInPayment", "CashInRequest", SOAP_IN_CASH_IN, TERMINAL, \
      PRIVILEGE_CASH_IN, SOAP_TO_USER_NAME, SOAP_AMOUNT, SOAP_GUID, \
      SOAP_VALUE_DATE | SOAP_OPTIONAL) \
    X(CASH_IN_AVTOBYS, "createCashInPaymentAvtobys", "CashInRequest", SOAP_IN_CASH_IN, TERMINAL, \
      PRIVILEGE_CASH_IN_AVTOBYS, SOAP_TO_USER_NAME, SOAP_AMOUNT, SOAP_GUID, \
      SOAP_VALUE_DATE | SOAP_OPTIONAL) \
    X(PAY_FOR_GOODS_CHECK, "payForGoodsCheck", "PayForGoodsCheckRequest", SOAP_IN_TM_1_1, HEADER, \
      PRIVILEGE_PAY_FOR_GOODS, SOAP_TO_USER_NAME, SOAP_TERMINAL_ID, \
      SOAP_AMOUNT | SOAP_OPTIONAL) \
    X(PAY_FOR_GOODS, "payForGoodsPay", "PayForGoodsPayRequest", SOAP_IN_TM_1_1, TERMINAL, \
      PRIVILEGE_PAY_FOR_GOODS, SOAP_TO_USER_NAME, SOAP_AMOUNT, SOAP_TERMINAL_ID, \
      SOAP_VALUE_DATE | SOAP_OPTIONAL, SOAP_RRN) \
    X(PAY_FOR_SERVICES_CHECK, "payForServicesCheck", "PayForServicesCheckRequest", SOAP_IN_TM_1_1, \
      HEADER, PRIVILEGE_PAY_FOR_SERVICES, SOAP_TO_USER_NAME, SOAP_SERVICE_CODE, \
      SOAP_UTILITY_ACCOUNT, SOAP_AMOUNT | SOAP_OPTIONAL) \
    X(PAY_FOR_SERVICES, "payForServicesPay", "PayForServicesPayRequest", SOAP_IN_TM_1_1, TERMINAL, \
      PRIVILEGE_PAY_FOR_SERVICES, SOAP_TO_USER_NAME, SOAP_AMOUNT, SOAP_SERVICE_CODE, \
      SOAP_UTILITY_ACCOUNT, SOAP_VALUE_DATE, SOAP_RRN) \
    X(VOSTOK_PLAT_CHECK, "vostokPlatCheck", "VostokPlatCheckRequest", SOAP_IN_TM_1_1, UTILITY, \
      PRIVILEGE_VOSTOK_PLAT, SOAP_USER_NAME, SOAP_UTILITY_ACCOUNT) \
    X(VOSTOK_PLAT, "vostokPlatPay", "VostokPlatPayRequest", SOAP_IN_TM_1_1, TERMINAL, \
      PRIVILEGE_VOSTOK_PLAT, SOAP_USER_NAME, SOAP_UTILITY_ACCOUNT, SOAP_AMOUNT, \
      SOAP_FULL_AMOUNT, SOAP_RRN, SOAP_VALUE_DATE) \
    X(CASH_OUT, "createCashOut", "CashOutRequest", SOAP_IN_CASH_OUT, TERMINAL, \
      PRIVILEGE_CASH_OUT, SOAP_FROM_USER_NAME, SOAP_AMOUNT, SOAP_GUID, SOAP_TOKEN) \
    X(CHECK_CASH_OUT, "checkCashOut", "CashOutCheckRequest", SOAP_IN_CASH_OUT, USER, \
      PRIVILEGE_CASH_OUT, SOAP_FROM_USER_NAME, SOAP_AMOUNT | SOAP_OPTIONAL) \
    X(CASH_OUT_THROUGH, "createCashOutThroughPayment", "CashOutThroughPayRequest", \
      SOAP_IN_CASH_OUT, TERMINAL, PRIVILEGE_CASH_OUT_WITHOUT_TOKEN, SOAP_FROM_USER_NAME, \
      SOAP_AMOUNT, SOAP_GUID, SOAP_PAYMENT_DATE) \
    X(CHECK_CASH_OUT_THROUGH, "checkCashOutThroughPayRequest", "CashOutThroughPayCheckRequest", \
      SOAP_IN_CASH_OUT, USER, PRIVILEGE_CASH_OUT_WITHOUT_TOKEN, SOAP_FROM_USER_NAME, \
      SOAP_AMOUNT | SOAP_OPTIONAL)
/* clang-format on */

enum soap_operation_number {
#define X(name, ...) SOAP_OP_##name,
    SOAP_OPERATION_MAP(X)
#undef X
        SOAP_OPERATIONS
};

struct soap_operation {
    const char *name, *part;
    uint32_t services;  /* a set of bits                */
    uint32_t answer;    /* enum soap_answer             */
    uint32_t privilege; /* enum registry_privilege or 0 */
    uint8_t fields[SOAP_OPERATION_FIELDS];
};
extern const struct soap_operation soap_operations[SOAP_OPERATIONS];

/* ---- Refusals ---- */

/* X(CODE, "ru", "en", "kk"): the stable code is the developerMessage. A text is for
 * the person at the terminal: what is wrong and what to do. In texts.c's order of checks.
 * enum soap_refusal has SOAP_REFUSED_<CODE>. The list is in refusals.h. */
enum soap_language { SOAP_RU, SOAP_EN, SOAP_KK, SOAP_LANGUAGES };

#endif
