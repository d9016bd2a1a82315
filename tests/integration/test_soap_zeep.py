"""zeep, from the node's own WSDLs, calls every operation; python3-xmlsec signs and verifies."""
import datetime
import decimal

import zeep

from tests.integration import soap_zeep
from tests.integration.soap_client import AGENT, new_guid, rrns
from tests.integration.soap_contract import OPERATIONS, SERVICES, operations_of
from tests.integration.soap_node import (CLIENT, FLOAT, IIN, MODERN_AGENT, NAMES, NOBODY, TERMINAL,
                                         SoapCase, wait_for_repeat)

PROVIDERS = {"payForServicesCheck": {"toUserName": CLIENT, "servicePublicCode": 17,
                                     "utilityAccountNumber": "0012345"},
             "payForServicesPay": {"toUserName": CLIENT, "amount": "100", "servicePublicCode": 17,
                                   "utilityAccountNumber": "0012345", "rrn": "services-1",
                                   "valueDate": datetime.datetime(2026, 11, 25, 2, 41)},
             "vostokPlatCheck": {"userName": CLIENT, "utilityAccountNumber": "0012345"},
             "vostokPlatPay": {"userName": CLIENT, "utilityAccountNumber": "0012345",
                               "amount": "100", "fullAmount": "105", "rrn": "vostok-1",
                               "valueDate": datetime.datetime(2026, 11, 25, 2, 41)}}


class ZeepCase(SoapCase):
    called = set()  # (service, operation)

    @classmethod
    def tearDownClass(cls):
        wanted = {(service, name) for service in SERVICES for name in operations_of(service)}
        assert cls.called == wanted, f"not called: {wanted - cls.called}"

    def client(self, service, login=AGENT):
        agent = self.agent(login)
        client = soap_zeep.client(self.soap.url(service), agent)
        self.addCleanup(client.transport.session.close)
        return client, agent

    def call(self, service, operation, login=AGENT, **fields):
        """What zeep makes of the answer."""
        client, agent = self.client(service, login)
        return self.call_with(client, agent, service, operation, **fields)

    def call_with(self, client, agent, service, operation, **fields):
        self.called.add((service, operation))
        # A time without a zone, as zeep writes it.
        header = {"lang": agent.lang, "timestamp": datetime.datetime.now(),
                  "requester": agent.login}
        part = OPERATIONS[operation].part
        return client.service[operation](**{part: {"header": header, **fields}})

    def check_header(self, header):
        self.assertEqual(header.status, 0)
        self.assertTrue(header.userMessage)
        self.assertIsNotNone(header.timestamp.tzinfo)

    def test_echo(self):
        for service in SERVICES:
            with self.subTest(service):
                self.called.add((service, "echo"))
                client, _ = self.client(service)
                text = "Сәлем & <hello> ]]> 'x' \"y\""
                self.assertEqual(client.service.echo(text), text)

    def test_check_user(self):
        for service in ("tm_1_1", "tm_1_0", "cash_in"):
            with self.subTest(service):
                answer = self.call(service, "checkUser", userName=CLIENT)
                self.check_header(answer.header)
                user = answer.basicUserInfo
                self.assertEqual((user.identified, user.IIN, user.firstName, user.lastName,
                                  user.patronymic), (True, IIN, *NAMES))
                self.assertIsNone(self.call(service, "checkUser", userName=NOBODY).basicUserInfo)

    def test_check_user_and_validate_cash_in(self):
        for service in ("tm_1_1", "cash_in"):
            with self.subTest(service):
                answer = self.call(service, "checkUserAndValidateCashIn", userName=CLIENT)
                self.assertEqual(answer.basicUserInfo.firstName, NAMES[0])

    def test_available_balance(self):
        for service in ("tm_1_1", "tm_1_0"):
            with self.subTest(service):
                answer = self.call(service, "availableBalance", MODERN_AGENT)
                self.assertEqual(answer.agentBalanceResponse, f"{FLOAT // 100}.00")

    def check_transaction(self, answer, guid, amount, status):
        self.check_header(answer.header)
        told = answer.transactionInfo
        self.assertEqual((told.GUID, told.amount, told.transactionStatus, told.commission,
                          told.commissionTo), (guid, decimal.Decimal(amount), status, 0, 0))
        self.assertGreater(told.transactionId, 0)
        return told.transactionId

    def two_phase(self, service, operation, end, status, **fields):
        """Creates a transaction and ends it; how the client's balance changed, tiyn."""
        before = self.soap.money(CLIENT)
        client, agent = self.client(service)
        guid = new_guid()
        created = self.call_with(client, agent, service, operation, GUID=guid, amount="12.34",
                                 **fields)
        number = self.check_transaction(created, guid, "12.34", "PENDING")
        ended = self.call_with(client, agent, service, end, GUID=guid, transactionId=number)
        self.assertEqual(self.check_transaction(ended, guid, "12.34", status), number)
        after = self.soap.money(CLIENT)
        self.assertEqual(after[1], before[1], "money is held still")
        return after[0] - before[0]

    def test_cash_in_transactions(self):
        for service in ("tm_1_1", "tm_1_0"):
            with self.subTest(service):
                moved = self.two_phase(service, "createCashInTransaction", "completeTransaction",
                                       "COMPLETED", toUserName=CLIENT)
                self.assertEqual(moved, 12_34)
                moved = self.two_phase(service, "createCashInTransaction", "declineTransaction",
                                       "DECLINED", toUserName=CLIENT)
                self.assertEqual(moved, 0)

    def test_cash_out_transactions(self):
        self.soap.fund(CLIENT, 100_00)
        for service in ("tm_1_1", "tm_1_0"):
            with self.subTest(service):
                moved = self.two_phase(service, "createCashOutTransaction", "completeTransaction",
                                       "COMPLETED", fromUserName=CLIENT,
                                       token=self.soap.token(CLIENT))
                self.assertEqual(moved, -12_34)

    def terminal(self, service, operation, **fields):
        """A terminal payment, from its first request to COMPLETED."""
        client, agent = self.client(service)
        first = self.call_with(client, agent, service, operation, **fields)
        self.check_header(first.header)
        self.assertEqual((first.terminalPaymentTransactionStatus, first.reason), ("PENDING", None))
        wait_for_repeat()
        last = self.call_with(client, agent, service, operation, **fields)
        self.assertEqual((last.terminalPaymentTransactionStatus, last.reason), ("COMPLETED", None))

    def test_cash_in_payments(self):
        for operation in ("createCashInPayment", "createCashInPaymentAvtobys"):
            with self.subTest(operation):
                before = self.soap.money(CLIENT)[0]
                self.terminal("cash_in", operation, toUserName=CLIENT, amount="5.10",
                              GUID=new_guid())
                self.assertEqual(self.soap.money(CLIENT)[0] - before, 5_10)

    def test_pay_for_goods(self):
        answer = self.call("tm_1_1", "payForGoodsCheck", toUserName=CLIENT, terminalId=TERMINAL,
                           amount="7")
        self.check_header(answer.header if hasattr(answer, "header") else answer)
        self.terminal("tm_1_1", "payForGoodsPay", toUserName=CLIENT, amount="7",
                      terminalId=TERMINAL, rrn=next(rrns))

    def test_cash_out(self):
        self.soap.fund(CLIENT, 100_00)
        answer = self.call("cash_out", "checkCashOut", fromUserName=CLIENT, amount="10")
        self.assertEqual(answer.basicUserInfo.firstName, NAMES[0])
        before = self.soap.money(CLIENT)[0]
        self.terminal("cash_out", "createCashOut", fromUserName=CLIENT, amount="10",
                      GUID=new_guid(), token=self.soap.token(CLIENT))
        self.assertEqual(self.soap.money(CLIENT)[0] - before, -10_00)

    def test_cash_out_without_a_token(self):
        self.soap.fund(CLIENT, 100_00)
        answer = self.call("cash_out", "checkCashOutThroughPayRequest", fromUserName=CLIENT)
        self.assertEqual(answer.basicUserInfo.lastName, NAMES[1])
        self.terminal("cash_out", "createCashOutThroughPayment", fromUserName=CLIENT, amount="3",
                      GUID=new_guid(), paymentDate=datetime.datetime.now())

    def test_a_service_that_is_not_there_is_a_fault(self):
        for operation, fields in PROVIDERS.items():
            with self.subTest(operation), self.assertRaises(zeep.exceptions.Fault) as raised:
                self.call("tm_1_1", operation, **fields)
            detail = raised.exception.detail
            namespace = SERVICES["tm_1_1"].namespace
            self.assertEqual(detail.findtext(f"{{{namespace}}}developerMessage"),
                             "SERVICE_NOT_FOUND" if operation.startswith("payFor")
                             else "SERVICE_UNAVAILABLE")
            self.assertEqual(detail.findtext(f"{{{namespace}}}userMessage"),
                             raised.exception.message)
