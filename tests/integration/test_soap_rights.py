"""What an agent may do: privileges, blocks, whose payment it is. Changes in the registry count for
the very next request."""
import unittest

from tests.integration.soap_client import new_guid, rrns
from tests.integration.soap_world import BALANCE, CASH_IN, CASH_IN_AVTOBYS, CASH_OUT, \
    CASH_OUT_WITHOUT_TOKEN, CHECK_USER, PAY_FOR_GOODS, PAY_FOR_SERVICES, VOSTOK_PLAT, WorldCase, \
    service_of

ALL = 511
DATE = "2026-11-25T02:41:19.765Z"
NAMES = {CHECK_USER: "CHECK_USER", BALANCE: "BALANCE", CASH_IN: "CASH_IN",
         CASH_IN_AVTOBYS: "CASH_IN_AVTOBYS", CASH_OUT: "CASH_OUT",
         CASH_OUT_WITHOUT_TOKEN: "CASH_OUT_WITHOUT_TOKEN", PAY_FOR_GOODS: "PAY_FOR_GOODS",
         PAY_FOR_SERVICES: "PAY_FOR_SERVICES", VOSTOK_PLAT: "VOSTOK_PLAT"}


class Rights(WorldCase):
    SETTINGS = {"repeat_after_ms": 1}

    def setUp(self):
        super().setUp()
        self.till = self.new_agent()
        self.client = self.new_client(balance=1000_00)
        self.merchant, self.terminal = self.new_merchant()

    def operations(self):
        """Each operation with the privilege that it needs, and fields that it would take."""
        to, from_ = {"toUserName": self.client}, {"fromUserName": self.client}
        goods = {**to, "terminalId": self.terminal}
        utility = {"servicePublicCode": 17, "utilityAccountNumber": "0012345"}

        def one():
            return {"amount": "1.00", "GUID": new_guid()}
        return [
            ("checkUser", CHECK_USER, {"userName": self.client}),
            ("checkUserAndValidateCashIn", CASH_IN, {"userName": self.client}),
            ("availableBalance", BALANCE, {}),
            ("createCashInTransaction", CASH_IN, {**to, **one()}),
            ("createCashInPayment", CASH_IN, {**to, **one()}),
            ("createCashInPaymentAvtobys", CASH_IN_AVTOBYS, {**to, **one()}),
            ("createCashOutTransaction", CASH_OUT, {**from_, **one(), "token": "123456"}),
            ("createCashOut", CASH_OUT, {**from_, **one(), "token": "123456"}),
            ("checkCashOut", CASH_OUT, from_),
            ("createCashOutThroughPayment", CASH_OUT_WITHOUT_TOKEN,
             {**from_, **one(), "paymentDate": DATE}),
            ("checkCashOutThroughPayRequest", CASH_OUT_WITHOUT_TOKEN, from_),
            ("payForGoodsCheck", PAY_FOR_GOODS, goods),
            ("payForGoodsPay", PAY_FOR_GOODS, {**goods, "amount": "1.00", "rrn": next(rrns)}),
            ("payForServicesCheck", PAY_FOR_SERVICES, {**to, **utility}),
            ("payForServicesPay", PAY_FOR_SERVICES,
             {**to, **utility, "amount": "1", "valueDate": DATE, "rrn": next(rrns)}),
            ("vostokPlatCheck", VOSTOK_PLAT,
             {"userName": self.client, "utilityAccountNumber": "1"}),
            ("vostokPlatPay", VOSTOK_PLAT,
             {"userName": self.client, "utilityAccountNumber": "1", "amount": "1",
              "fullAmount": "2", "rrn": next(rrns), "valueDate": DATE}),
        ]

    def allow(self, privileges, **fields):
        self.soap.put(f"agent/{self.till.login}", account=int(self.till.login), name="A",
                      privileges=privileges, legacy_signature=True, **fields)

    def test_each_operation_needs_its_privilege(self):
        """All but that one do not help, in any language; the fault is signed, since who asks is
        known."""
        for operation, privilege, fields in self.operations():
            self.allow(ALL & ~privilege)
            for lang in ("ru", "en", "kk"):
                with self.subTest(operation, lang=lang), self.moves():
                    self.till.lang = lang
                    fault = self.refused("PRIVILEGE_MISSING", self.till.call,
                                         service_of(operation), operation, **fields)
                    self.assertEqual(fault.faultstring, f"Privilege {NAMES[privilege]} not found "
                                                        f"for user {self.till.login}")
                    self.assertEqual((fault.status, fault.signed), (500, True))

    def test_that_privilege_is_enough(self):
        held = 0
        for operation, privilege, fields in self.operations():
            self.allow(privilege)
            if operation in ("createCashOut", "createCashOutTransaction"):
                fields["token"] = self.soap.token(self.client)
            with self.subTest(operation):
                if operation.startswith(("payForServices", "vostokPlat")):
                    self.refused("SERVICE_NOT_FOUND" if operation.startswith("pay")
                                 else "SERVICE_UNAVAILABLE", self.till.call, service_of(operation),
                                 operation, **fields)
                else:
                    self.till.call(service_of(operation), operation, **fields)
                    held += "GUID" in fields or "rrn" in fields
        self.assertEqual(held, 7)

    def test_a_privilege_counts_from_the_next_request_on(self):
        for _ in range(10):
            self.allow(0)
            self.refused("PRIVILEGE_MISSING", self.till.call, "tm_1_1", "availableBalance")
            self.allow(BALANCE)
            self.till.call("tm_1_1", "availableBalance")

    def test_completing_needs_no_privilege_but_the_transaction(self):
        guid = new_guid()
        created = self.till.call("tm_1_1", "createCashInTransaction", toUserName=self.client,
                                 amount="5.00", GUID=guid)
        self.allow(0)
        with self.moves({self.till.login: -5_00, self.client: 5_00},
                        held={self.till.login: -5_00}):
            self.till.call("tm_1_1", "completeTransaction", GUID=guid,
                           transactionId=created["transactionInfo/transactionId"])

    def test_a_client_who_is_blocked_or_gone(self):
        nobody = "77069999999"
        for operation, _, fields in self.operations():
            if not {"toUserName", "fromUserName"} & fields.keys() or "Services" in operation:
                continue
            name = "toUserName" if "toUserName" in fields else "fromUserName"
            self.soap.put(f"client/{self.client}", account=int(self.client), blocked=True)
            with self.subTest(operation), self.moves():
                self.refused("CLIENT_BLOCKED", self.till.call, service_of(operation), operation,
                             **fields)
                if operation.startswith("check"):
                    answer = self.till.call(service_of(operation), operation,
                                            **{**fields, name: nobody})
                    self.assertIsNone(answer["basicUserInfo/identified"])
                else:
                    self.refused("CLIENT_NOT_FOUND", self.till.call, service_of(operation),
                                 operation, **{**fields, name: nobody})
        self.soap.put(f"client/{self.client}", account=int(self.client))
        self.till.call("cash_in", "createCashInPayment", toUserName=self.client, amount="1",
                       GUID=new_guid())

    def test_terminals_and_merchants(self):
        fields = {"toUserName": self.client, "amount": "1.00"}

        def faults(code, terminal):
            with self.moves():
                self.refused(code, self.till.call, "tm_1_1", "payForGoodsPay", **fields,
                             terminalId=terminal, rrn=next(rrns))
                self.refused(code, self.till.call, "tm_1_1", "payForGoodsCheck",
                             toUserName=self.client, terminalId=terminal)
        faults("TERMINAL_NOT_FOUND", "K999999")
        faults("TERMINAL_NOT_FOUND", self.terminal.lower())
        self.soap.put(f"terminal/{self.terminal}", merchant=int(self.merchant), name="Till",
                      blocked=True)
        faults("TERMINAL_BLOCKED", self.terminal)
        self.soap.put(f"terminal/{self.terminal}", merchant=int(self.merchant), name="Till")
        self.soap.put(f"merchant/{self.merchant}", name="Shop", wallets=[int(self.merchant)],
                      blocked=True)
        faults("MERCHANT_BLOCKED", self.terminal)
        self.soap.put(f"merchant/{self.merchant}", name="Shop", wallets=[int(self.merchant)])
        with self.moves({self.till.login: -1_00, self.merchant: 1_00}):
            self.pay(self.till, "payForGoodsPay", **fields, terminalId=self.terminal,
                     rrn=next(rrns))

    def test_accounts_that_are_frozen_or_closed(self):
        fields = {"toUserName": self.client, "amount": "1.00"}
        call = (self.till.call, "cash_in", "createCashInPayment")
        for account, flag, code in ((self.client, 1, "CLIENT_BLOCKED"),
                                    (self.till.login, 1, "AGENT_BLOCKED")):
            self.soap.change_account(account, flags=flag)
            with self.subTest(code), self.moves():
                self.refused(code, *call, **fields, GUID=new_guid())
            self.soap.change_account(account, flags=0)
        self.soap.change_account(self.merchant, flags=1)
        with self.moves():
            self.refused("ACCOUNT_FROZEN", self.till.call, "tm_1_1", "payForGoodsPay", **fields,
                         terminalId=self.terminal, rrn=next(rrns))
        closed = self.new_client(label="closed")
        self.soap.change_account(closed, flags=2)
        with self.moves():
            self.refused("ACCOUNT_CLOSED", *call, toUserName=closed, amount="1", GUID=new_guid())

    def test_the_agents_own_balance_alone_is_told(self):
        answer = self.till.call("tm_1_1", "availableBalance")
        self.assertEqual(answer["agentBalanceResponse"], "1000000.00")
        self.start(self.till, "createCashInPayment", toUserName=self.client, amount="0.50",
                   GUID=new_guid())
        answer = self.till.call("tm_1_0", "availableBalance")
        self.assertEqual(answer["agentBalanceResponse"], "999999.50")

    def test_a_block_after_the_first_request_does_not_hide_the_payment(self):
        """Cash is in the terminal: the agent must learn what became of it."""
        guid = new_guid()
        fields = {"toUserName": self.client, "amount": "3.00", "GUID": guid}
        message = self.start(self.till, "createCashInPayment", **fields)
        with self.moves({self.till.login: -3_00, self.client: 3_00},
                        held={self.till.login: -3_00}):
            self.assertEqual(self.finish(self.till, "createCashInPayment", message).status,
                             "COMPLETED")
            self.soap.put(f"client/{self.client}", account=int(self.client), blocked=True)
            again = self.till.repeat("cash_in", "createCashInPayment", message)
            self.assertEqual(again.status, "COMPLETED")
            self.refused("DUPLICATE_RRN", self.till.call, "cash_in", "createCashInPayment",
                         **{**fields, "amount": "4.00"})


if __name__ == "__main__":
    unittest.main()
