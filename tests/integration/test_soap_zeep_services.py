"""zeep pays for services whose provider is there: what it makes of the answers, and the books."""
import datetime
import decimal

from tests.integration import soap_zeep
from tests.integration.node import poll
from tests.integration.outbox_case import section
from tests.integration.provider import Provider
from tests.integration.soap_client import rrns
from tests.integration.soap_contract import OPERATIONS
from tests.integration.soap_node import FEES, PAYER_AGENT, SoapNode
from tests.integration.soap_world import FLOAT, WorldCase

SHOP, MERCHANT = 77, 72229999999
MOBILE, UTILITY = 185, 300
FLAT = ('<fields><f1 name="owner">Ким А.</f1><f2 name="address">Абая 1, 2</f2>'
        '<f3 name="debt">-12.50</f3><f4 name="date">2026-11-01</f4><f5 name="due">700.00</f5>'
        "</fields>")
WHEN = datetime.datetime(2026, 11, 25, 10, 0, tzinfo=datetime.timezone.utc)


class ZeepServices(WorldCase):
    PRINTS = True

    @classmethod
    def setUpClass(cls):
        cls.mobile, cls.utility = Provider(), Provider()
        cls.utility.fields = FLAT
        for provider in (cls.mobile, cls.utility):
            cls.addClassCleanup(provider.close)
        providers = {"mobile": section(cls.mobile),
                     "utility": section(cls.utility, number=2, profile="utility")}
        cls.soap = SoapNode(providers=providers, outbox={"pause_permille": 5}, repeat_after_ms=1,
                            vostok_plat_service=UTILITY)
        cls.addClassCleanup(cls.soap.close)
        cls.soap.fill()
        cls.soap.account(SHOP, "merchant")
        cls.soap.put(f"merchant/{MERCHANT}", name="Services", wallets=[SHOP])
        cls.soap.put(f"service/{MOBILE}", name="Mobile", merchant=MERCHANT, provider=1)
        cls.soap.put(f"service/{UTILITY}", name="Utility", merchant=MERCHANT, provider=2)
        cls.soap.tariff("pay_service", fixed=1_50, payer=PAYER_AGENT)

    def setUp(self):
        super().setUp()
        self.parties.append(("services' merchant", SHOP))
        self.sender, self.client = self.new_agent(), self.new_client()
        self.zeep = soap_zeep.client(self.soap.url("tm_1_1"), self.sender)
        self.addCleanup(self.zeep.transport.session.close)

    def call(self, operation, **fields):
        """What zeep makes of the answer, whose signature it verified."""
        header = {"lang": "ru", "timestamp": datetime.datetime.now(),
                  "requester": self.sender.login}
        return self.zeep.service[operation](
            **{OPERATIONS[operation].part: {"header": header, **fields}})

    def ends(self, operation, state, fields):
        """Repeats a payment until it is final."""
        answers = [self.call(operation, **fields)]
        self.assertEqual(answers[0].terminalPaymentTransactionStatus, "PENDING")

        def final():
            answers.append(self.call(operation, **fields))
            return answers[-1].terminalPaymentTransactionStatus != "PENDING"
        poll(final, "a repeat ends the payment")
        self.assertEqual(answers[-1].terminalPaymentTransactionStatus, state)

    def mobile_order(self, account):
        return {"toUserName": self.client, "amount": "100", "servicePublicCode": MOBILE,
                "utilityAccountNumber": account, "rrn": next(rrns), "valueDate": WHEN}

    def test_pay_for_services(self):
        answer = self.call("payForServicesCheck", toUserName=self.client, amount="100",
                           servicePublicCode=MOBILE, utilityAccountNumber="7010000001")
        self.assertEqual((answer.header if hasattr(answer, "header") else answer).status, 0)
        order = self.mobile_order("7010000001")
        with self.moves({self.sender.login: -101_50, SHOP: 100_00, FEES: 1_50}):
            self.ends("payForServicesPay", "COMPLETED", order)
        self.check_legs(self.sender, order["rrn"], (self.sender.login, self.client, 100_00),
                        (self.client, SHOP, 100_00), (self.sender.login, FEES, 1_50))
        self.assertEqual([ask.command for ask in self.mobile.of("7010000001")], ["check", "pay"])

    def test_one_that_the_provider_refuses(self):
        self.mobile.scripts["7010000002"] = ["not_found"]
        with self.moves():
            self.ends("payForServicesPay", "DECLINED", self.mobile_order("7010000002"))

    def test_vostok_plat(self):
        answer = self.call("vostokPlatCheck", userName=self.client,
                           utilityAccountNumber="0012345")
        flat = answer.vostokPlatAccountNumberInfo
        self.assertEqual((flat.flatOwnerFullName, flat.flatAddress, flat.monthlyAmount),
                         ("Ким А.", "Абая 1, 2", None))
        self.assertEqual([decimal.Decimal(str(told)) for told in
                          (flat.atMonthStartAmount, flat.currentAmount)],
                         [decimal.Decimal("-12.50"), decimal.Decimal("700.00")])
        self.assertEqual(answer.availableAgentBalance, FLOAT // 100)
        order = {"userName": self.client, "utilityAccountNumber": "0012345", "amount": "100",
                 "fullAmount": "101.50", "rrn": next(rrns), "valueDate": WHEN}
        with self.moves({self.sender.login: -101_50, SHOP: 100_00, FEES: 1_50}):
            self.ends("vostokPlatPay", "COMPLETED", order)
        self.check_legs(self.sender, order["rrn"], (self.sender.login, self.client, 101_50),
                        (self.client, SHOP, 100_00), (self.client, FEES, 1_50))
        self.assertEqual([(ask.command, ask.params["sum"]) for ask in self.utility.of("0012345")],
                         [("check", "1.00"), ("pay", "100.00")])
