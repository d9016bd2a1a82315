"""The agents' SOAP API as its contract lists it, written down again from the contract alone: what
the node's own tables say is held against this."""
import collections

PREFIX = "/allpay-public-soap/"
NAMESPACE = "http://www.allpay.kz/mfs/soap/"

Service = collections.namedtuple("Service", "path namespace name port")
SERVICES = {
    "tm_1_1": Service(PREFIX + "transaction-management/v1.1",
                      NAMESPACE + "TransactionManagement/1.1",
                      "TransactionManagementService", "TransactionManagementV1_1"),
    "tm_1_0": Service(PREFIX + "transaction-management/v1.0",
                      NAMESPACE + "TransactionManagement/1.0",
                      "TransactionManagementService", "TransactionManagementV1_0"),
    "cash_in": Service(PREFIX + "cash-in-transaction-management/v1.1",
                       NAMESPACE + "CashInTransactionManagement/1.1",
                       "CashInTransactionManagementService", "CashInTransactionManagementV1_1"),
    "cash_out": Service(PREFIX + "cash-out-transaction-management/v1.1",
                        NAMESPACE + "CashOutTransactionManagement/1.1",
                        "CashOutTransactionManagementService", "CashOutTransactionManagementV1_1"),
}
TM, TM_1_1, CASH_IN, CASH_OUT = ("tm_1_1", "tm_1_0"), ("tm_1_1",), ("cash_in",), ("cash_out",)

# "name" or "name?" (it may be left out), in order. Of types see TYPES.
REQUEST_HEADER = "lang? timestamp requester token?"
RESPONSE_HEADER = "userMessage developerMessage status timestamp"
USER = "identified IIN? firstName? lastName? patronymic?"
TRANSACTION = "GUID amount transactionId transactionStatus commission commissionTo"
UTILITY = ("flatOwnerFullName? flatAddress? atMonthStartAmount? debtOverpaymentDate? "
           "monthlyAmount? currentMonthPaymentAmount? currentAmount?")

# What `return` holds: names, and what is in those that hold more.
ANSWERS = {
    "user": "header basicUserInfo?",
    "balance": "header agentBalanceResponse",
    "transaction": "header transactionInfo",
    "terminal": "header terminalPaymentTransactionStatus reason?",
    "header": "header",
    "utility": "header vostokPlatAccountNumberInfo availableAgentBalance",
}
INSIDE = {"basicUserInfo": USER, "transactionInfo": TRANSACTION,
          "vostokPlatAccountNumberInfo": UTILITY}

Operation = collections.namedtuple("Operation", "services part fields answer")
CASH_IN_FIELDS = "toUserName amount GUID valueDate?"
CASH_OUT_FIELDS = "fromUserName amount GUID token"
OPERATIONS = {
    "echo": Operation((*TM, *CASH_IN, *CASH_OUT), "Echo", None, None),
    "checkUser": Operation((*TM, *CASH_IN), "CheckUserRequest", "userName", "user"),
    "checkUserAndValidateCashIn":
        Operation((*TM_1_1, *CASH_IN), "CheckUserRequest", "userName", "user"),
    "availableBalance": Operation(TM, "AvailableBalanceRequest", "", "balance"),
    "createCashInTransaction": Operation(TM, "CashInRequest", CASH_IN_FIELDS, "transaction"),
    "createCashOutTransaction": Operation(TM, "CashOutRequest", CASH_OUT_FIELDS, "transaction"),
    "completeTransaction":
        Operation(TM, "CompleteTransactionRequest", "GUID transactionId", "transaction"),
    "declineTransaction":
        Operation(TM, "DeclineTransactionRequest", "GUID transactionId", "transaction"),
    "createCashInPayment": Operation(CASH_IN, "CashInRequest", CASH_IN_FIELDS, "terminal"),
    "createCashInPaymentAvtobys": Operation(CASH_IN, "CashInRequest", CASH_IN_FIELDS, "terminal"),
    "payForGoodsCheck":
        Operation(TM_1_1, "PayForGoodsCheckRequest", "toUserName terminalId amount?", "header"),
    "payForGoodsPay":
        Operation(TM_1_1, "PayForGoodsPayRequest", "toUserName amount terminalId valueDate? rrn",
                  "terminal"),
    "payForServicesCheck":
        Operation(TM_1_1, "PayForServicesCheckRequest",
                  "toUserName servicePublicCode utilityAccountNumber amount?", "header"),
    "payForServicesPay":
        Operation(TM_1_1, "PayForServicesPayRequest",
                  "toUserName amount servicePublicCode utilityAccountNumber valueDate rrn",
                  "terminal"),
    "vostokPlatCheck":
        Operation(TM_1_1, "VostokPlatCheckRequest", "userName utilityAccountNumber", "utility"),
    "vostokPlatPay":
        Operation(TM_1_1, "VostokPlatPayRequest",
                  "userName utilityAccountNumber amount fullAmount rrn valueDate", "terminal"),
    "createCashOut": Operation(CASH_OUT, "CashOutRequest", CASH_OUT_FIELDS, "terminal"),
    "checkCashOut": Operation(CASH_OUT, "CashOutCheckRequest", "fromUserName amount?", "user"),
    "createCashOutThroughPayment":
        Operation(CASH_OUT, "CashOutThroughPayRequest", "fromUserName amount GUID paymentDate",
                  "terminal"),
    "checkCashOutThroughPayRequest":
        Operation(CASH_OUT, "CashOutThroughPayCheckRequest", "fromUserName amount?", "user"),
}

# The XML Schema types of elements that are no strings.
TYPES = {"amount": "decimal", "fullAmount": "decimal", "commission": "decimal",
         "commissionTo": "decimal", "availableAgentBalance": "decimal",
         "atMonthStartAmount": "decimal", "monthlyAmount": "decimal",
         "currentMonthPaymentAmount": "decimal", "currentAmount": "decimal",
         "timestamp": "dateTime", "valueDate": "dateTime", "paymentDate": "dateTime",
         "debtOverpaymentDate": "date", "identified": "boolean", "status": "nonNegativeInteger",
         "transactionId": "long", "servicePublicCode": "long",
         "lang": "Lang", "transactionStatus": "TransactionStatus",
         "terminalPaymentTransactionStatus": "TerminalPaymentTransactionStatus"}

# A value of each field, fit to be sent.
SAMPLES = {"userName": "77072734954", "toUserName": "77072734954", "fromUserName": "77072734954",
           "amount": "100.00", "fullAmount": "105.00",
           "GUID": "d52a8bb2-0a28-45b3-afc5-640ca9034760", "valueDate": "2026-11-25T02:41:19.765Z",
           "paymentDate": "2026-11-25T02:41:19.765Z", "transactionId": "17", "token": "123456",
           "terminalId": "T0001", "rrn": "576efd16c468493cbe7632c16d8ea4b0",
           "servicePublicCode": "17", "utilityAccountNumber": "0012345"}


def names(text):
    """[(name, may be left out)] of a list above."""
    return [(word.rstrip("?"), word.endswith("?")) for word in text.split()]


def operations_of(service):
    """The operations of a service, by name."""
    return {name: operation for name, operation in OPERATIONS.items()
            if service in operation.services}
