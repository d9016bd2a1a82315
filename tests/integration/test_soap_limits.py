"""How much may be paid: the limits of classes of clients, as an operator sets them, and the texts
that are amounts."""
import unittest

from tests.integration.soap_client import Refusal, new_guid, rrns
from tests.integration.soap_node import FEES, PAYER_CLIENT
from tests.integration.soap_world import WorldCase, money, service_of

DATE = "2026-11-25T02:41:19.765Z"
IIN = "800101300123"


class LimitsCase(WorldCase):
    SETTINGS = {"repeat_after_ms": 1}

    def ctl(self, *words):
        done = self.soap.node.command("ctl", "--socket", self.soap.node.unix_path, *words)
        self.assertEqual(done.returncode, 0, done)
        return done.stdout

    def limits(self, name, ceiling, day, month):
        self.ctl("limits", "set", name, "--ceiling", ceiling, "--day-limit", day, "--month-limit",
                 month)

    def client(self, identified=False, balance=0, options=()):
        """A client as an operator adds one."""
        login = self.number("client", 77052)
        if identified:
            options = ("--identified", "yes", "--iin", IIN, *options)
        self.ctl("client", "add", login, *options)
        if balance:
            self.soap.fund(login, balance)
        return login

    def limits_of(self, client):
        account = self.soap.operator.account(int(client))
        return tuple(account[name] for name in ("ceiling", "day_limit", "month_limit"))

    def cash_in(self, client, tiyn):
        self.pay(self.till, "createCashInPayment", toUserName=client, amount=money(tiyn),
                 GUID=new_guid())

    def cash_out(self, client, tiyn):
        self.pay(self.till, "createCashOutThroughPayment", fromUserName=client,
                 amount=money(tiyn), GUID=new_guid(), paymentDate=DATE)

    def over(self, code, operation, client, tiyn, **more):
        """Expects a fault for the payer, and that nothing moved."""
        guid = new_guid()
        name = "fromUserName" if "Out" in operation else "toUserName"
        fields = {name: client, "amount": money(tiyn), "GUID": guid, **more}
        if "Through" in operation:
            fields["paymentDate"] = DATE
        if operation == "payForGoodsPay":
            guid = fields["rrn"] = next(rrns)
            del fields["GUID"]
        with self.moves():
            fault = self.refused(code, self.till.call, service_of(operation), operation, **fields)
        self.assertIsNone(self.payment(self.till, guid))
        self.assertEqual(fault.faultstring, fault.text)
        return fault


class Classes(LimitsCase):
    def setUp(self):
        super().setUp()
        self.till = self.new_agent(float_=100_000_000_00)

    def test_without_limits_of_the_operator(self):
        self.assertEqual(self.limits_of(self.client()), (200_000_00, 200_000_00, 500_000_00))
        self.assertEqual(self.limits_of(self.client(identified=True)),
                         (3_000_000_00, 1_000_000_00, 5_000_000_00))

    def both(self):
        """Limits of both classes, and a client of each with its limits."""
        self.limits("unidentified", "1000.00", "300.00", "500.00")
        self.limits("identified", "5000.00", "2000.00", "3000.00")
        self.addCleanup(self.limits, "unidentified", "200000.00", "200000.00", "500000.00")
        self.addCleanup(self.limits, "identified", "3000000.00", "1000000.00", "5000000.00")
        return [(self.client(), 1000_00, 300_00, 500_00),
                (self.client(identified=True), 5000_00, 2000_00, 3000_00)]

    def test_ceiling(self):
        for client, ceiling, _, _ in self.both():
            with self.subTest(ceiling=ceiling):
                self.over("OVER_CEILING", "createCashInPayment", client, ceiling + 1)
                self.over("OVER_CEILING", "createCashInTransaction", client, ceiling + 1)
                with self.moves({self.till.login: -ceiling, client: ceiling}):
                    self.cash_in(client, ceiling)
                fault = self.over("OVER_CEILING", "createCashInPayment", client, 1)
                self.assertIn("Внесите меньшую сумму", fault.text)
                with self.moves():
                    self.refused("OVER_CEILING", self.till.call, "cash_in",
                                 "checkUserAndValidateCashIn", userName=client)

    def test_turnover_of_a_day(self):
        for client, ceiling, day, _ in self.both():
            with self.subTest(day=day):
                self.cash_in(client, ceiling)
                self.over("OVER_DAY_LIMIT", "createCashOutThroughPayment", client, day + 1)
                self.cash_out(client, day - 1)
                self.over("OVER_DAY_LIMIT", "createCashOutThroughPayment", client, 2)
                with self.moves({self.till.login: 1, client: -1}):
                    self.cash_out(client, 1)
                fault = self.over("OVER_DAY_LIMIT", "createCashOutThroughPayment", client, 1)
                self.assertIn("за день", fault.text)

    def test_turnover_of_a_month(self):
        self.both()
        self.limits("unidentified", "1000.00", "600.00", "500.00")
        self.limits("identified", "5000.00", "none", "3000.00")
        for client, ceiling, month in ((self.client(), 1000_00, 500_00),
                                       (self.client(identified=True), 5000_00, 3000_00)):
            with self.subTest(month=month):
                self.cash_in(client, ceiling)
                self.over("OVER_MONTH_LIMIT", "createCashOutThroughPayment", client, month + 1)
                with self.moves({self.till.login: month, client: -month}):
                    self.cash_out(client, month)
                fault = self.over("OVER_MONTH_LIMIT", "createCashOutThroughPayment", client, 1)
                self.assertIn("за месяц", fault.text)

    def test_what_passes_through_to_a_merchant_is_turnover(self):
        client, _, day, _ = self.both()[0]
        _, terminal = self.new_merchant()
        self.pay(self.till, "payForGoodsPay", toUserName=client, amount=money(day),
                 terminalId=terminal, rrn=next(rrns))
        self.over("OVER_DAY_LIMIT", "payForGoodsPay", client, 1, terminalId=terminal)
        with self.moves():
            self.refused("OVER_DAY_LIMIT", self.till.call, "tm_1_1", "payForGoodsCheck",
                         toUserName=client, terminalId=terminal, amount="0.01")

    def test_a_fee_of_the_client_is_turnover(self):
        client, ceiling, day, _ = self.both()[0]
        self.soap.tariff("cash_out", self.till.login, fixed=1_00, payer=PAYER_CLIENT)
        self.cash_in(client, ceiling)
        self.over("OVER_DAY_LIMIT", "createCashOutThroughPayment", client, day - 99)
        with self.moves({client: -day, self.till.login: day - 1_00, FEES: 1_00}):
            self.cash_out(client, day - 1_00)

    def test_what_is_held_is_turnover_until_it_is_declined(self):
        client, ceiling, day, _ = self.both()[0]
        self.cash_in(client, ceiling)
        guid = new_guid()
        created = self.till.call("tm_1_1", "createCashOutTransaction", fromUserName=client,
                                 amount=money(day), GUID=guid, token=self.soap.token(client))
        self.over("OVER_DAY_LIMIT", "createCashOutThroughPayment", client, 1)
        self.till.call("tm_1_1", "declineTransaction", GUID=guid,
                       transactionId=created["transactionInfo/transactionId"])
        self.cash_out(client, day)

    def test_a_client_who_gets_identified(self):
        (client, ceiling, day, _), (_, more, _, _) = self.both()
        self.cash_in(client, ceiling)
        self.over("OVER_CEILING", "createCashInPayment", client, 1)
        self.ctl("client", "change", client, "--identified", "yes", "--iin", IIN)
        self.assertEqual(self.limits_of(client), (5000_00, 2000_00, 3000_00))
        self.cash_in(client, more - ceiling)
        self.over("OVER_CEILING", "createCashInPayment", client, 1)

    def test_new_limits_of_the_class(self):
        """They count at once, for the clients that there are; but for those with their own."""
        client, ceiling, _, _ = self.both()[0]
        own = self.client(options=("--ceiling", "70.00"))
        self.over("OVER_CEILING", "createCashInPayment", own, 70_01)
        self.limits("unidentified", "1500.00", "none", "none")
        self.assertEqual(self.limits_of(client), (1500_00, None, None))
        self.cash_in(client, 1500_00)
        self.over("OVER_CEILING", "createCashInPayment", client, 1)
        self.over("OVER_CEILING", "createCashInPayment", own, 70_01)
        self.cash_in(own, 70_00)

    def test_a_lower_ceiling_takes_nothing_away(self):
        client, ceiling, _, _ = self.both()[0]
        self.cash_in(client, ceiling)
        self.limits("unidentified", "400.00", "none", "none")
        self.over("OVER_CEILING", "createCashInPayment", client, 1)
        with self.moves({client: -ceiling, self.till.login: ceiling}):
            self.cash_out(client, ceiling)

    def test_blocking_a_client(self):
        client = self.client(balance=10_00)
        self.ctl("client", "block", client)
        self.over("CLIENT_BLOCKED", "createCashInPayment", client, 1_00)
        self.over("CLIENT_BLOCKED", "createCashOutThroughPayment", client, 1_00)
        self.ctl("client", "unblock", client)
        self.cash_in(client, 1_00)

    def test_blocking_a_client_between_the_first_request_and_its_repeat(self):
        """What is held is the client's, whose cash is in the terminal; what waits is not."""
        client, poor = self.client(), self.new_agent(float_=0, label="poor agent")
        held = {"toUserName": client, "amount": "5.00", "GUID": new_guid()}
        waits = {"toUserName": client, "amount": "3.00", "GUID": new_guid()}
        held_message = self.start(self.till, "createCashInPayment", **held)
        waiting_message = self.start(poor, "createCashInPayment", **waits)
        self.soap.fund(poor.login, 3_00)
        self.ctl("client", "block", client)
        with self.moves({self.till.login: -5_00, client: 5_00}, held={self.till.login: -5_00}):
            self.finish(self.till, "createCashInPayment", held_message)
            answer = poor.repeat("cash_in", "createCashInPayment", waiting_message)
            self.assertEqual(answer.status, "PENDING")
        self.assertEqual(self.state(poor, waits["GUID"]), "WAITING")
        self.ctl("client", "unblock", client)
        with self.moves({poor.login: -3_00, client: 3_00}):
            self.finish(poor, "createCashInPayment", waiting_message)


class Amounts(LimitsCase):
    SETTINGS = {"repeat_after_ms": 1, "amount_max": "5000.00"}
    BAD = ("0", "0.00", "-0", "-1", "-0.01", "1.001", "1.999", "100.000", "0.001", "1e2", "1E2",
           "1e-1", "NaN", "INF", "Infinity", "", " ", "1,00", "1 000", "1_000", "0x10", "1.0.0",
           "--1", "1-", "١٠٠", "100 KZT", "1.", ".")
    LARGE = ("5000.01", "5001", "10000000", "92233720368547758.07", "92233720368547758.08",
             "184467440737095516.16", "18446744073709551616", "18446744073709551617.00",
             "9" * 30, "9" * 300)

    def setUp(self):
        super().setUp()
        self.till, self.customer = self.new_agent(), self.new_client(balance=100_000_00)
        _, self.terminal = self.new_merchant()

    def operations(self):
        to, from_ = {"toUserName": self.customer}, {"fromUserName": self.customer}
        guid = {"GUID": new_guid()}
        return [("createCashInPayment", {**to, **guid}),
                ("createCashInPaymentAvtobys", {**to, **guid}),
                ("createCashInTransaction", {**to, **guid}),
                ("createCashOutTransaction", {**from_, **guid, "token": "123456"}),
                ("createCashOut", {**from_, **guid, "token": "123456"}),
                ("createCashOutThroughPayment", {**from_, **guid, "paymentDate": DATE}),
                ("payForGoodsPay", {**to, "terminalId": self.terminal, "rrn": next(rrns)}),
                ("payForGoodsCheck", {**to, "terminalId": self.terminal}),
                ("checkCashOut", from_), ("checkCashOutThroughPayRequest", from_)]

    def test_what_is_no_amount(self):
        for operation, fields in self.operations():
            with self.moves():
                for text in self.BAD:
                    with self.subTest(operation, text=text):
                        self.refused("BAD_AMOUNT", self.till.call, service_of(operation),
                                     operation, **fields, amount=text)
            reference = fields.get("GUID") or fields.get("rrn")
            self.assertTrue(reference is None or self.payment(self.till, reference) is None)

    def test_above_the_largest(self):
        for operation, fields in self.operations():
            with self.moves():
                for text in self.LARGE:
                    with self.subTest(operation, text=text[:30]):
                        with self.assertRaises(Refusal) as raised:
                            self.till.call(service_of(operation), operation, **fields, amount=text)
                        self.assertIn(raised.exception.code, ("AMOUNT_TOO_LARGE", "BAD_AMOUNT"))
            self.refused("AMOUNT_TOO_LARGE", self.till.call, service_of(operation), operation,
                         **fields, amount="5000.01")

    def test_amounts(self):
        for text, tiyn in (("0.01", 1), ("1", 1_00), ("1.1", 1_10), ("1.10", 1_10),
                           (" 2.00\n", 2_00), ("5000", 5000_00), ("5000.00", 5000_00)):
            with self.subTest(text), self.moves({self.till.login: -tiyn, self.customer: tiyn}):
                self.pay(self.till, "createCashInPayment", toUserName=self.customer, amount=text,
                         GUID=new_guid())

    def test_the_number_of_a_refused_payment_is_free(self):
        guid = new_guid()
        fields = {"toUserName": self.customer, "GUID": guid}
        for text in ("0", "-1", "5000.01"):
            with self.assertRaises(Refusal):
                self.till.call("cash_in", "createCashInPayment", **fields, amount=text)
        with self.moves({self.till.login: -7_00, self.customer: 7_00}):
            self.pay(self.till, "createCashInPayment", **fields, amount="7.00")


if __name__ == "__main__":
    unittest.main()
