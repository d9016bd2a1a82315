"""The fee of a payment: which tariff counts, how it is rounded and bounded, when changes count."""
import unittest

from tests.integration.soap_client import new_guid, rrns
from tests.integration.soap_node import FEES, PAYER_AGENT, PAYER_CLIENT, PAYER_MERCHANT
from tests.integration.soap_world import WorldCase, money


class FeeCase(WorldCase):
    SETTINGS = {"repeat_after_ms": 1}

    def setUp(self):
        super().setUp()
        self.payer = self.new_agent(float_=100_000_000_00)
        self.client = self.new_client()

    def fee(self, amount, agent=None):
        """The fee of a cash-in of so many tiyn, as its legs have it; 0 when there is none."""
        agent, guid = agent or self.payer, new_guid()
        self.pay(agent, "createCashInPayment", toUserName=self.client, amount=money(amount),
                 GUID=guid)
        first, *rest = self.payment(agent, guid)["legs"]
        self.assertEqual(first[:3], [int(agent.login), int(self.client), amount])
        return sum(leg[2] for leg in rest if leg[1] == FEES)

    def fees(self, amounts, **tariff):
        self.soap.tariff("cash_in", self.payer.login, payer=PAYER_AGENT, **tariff)
        return [self.fee(amount) for amount in amounts]

    def test_percent_is_rounded_half_up_to_the_tiyn(self):
        #                                 0.495  0.5  1.495  1.5  49.995
        self.assertEqual(self.fees([99, 100, 299, 300, 9999], percent=50), [0, 1, 1, 2, 50])
        #                    one in ten thousand: 0.4999 0.5    1.4999  1.5    100.0
        self.assertEqual(self.fees([4999, 5000, 14999, 15000, 1000000], percent=1),
                         [0, 1, 1, 2, 100])

    def test_the_fixed_part_is_added_to_the_rounded_percent(self):
        self.assertEqual(self.fees([1, 99, 100, 100_00], percent=50, fixed=7), [7, 7, 8, 57])

    def test_minimum_and_maximum(self):
        #                           below  at   above the minimum; below, at, above the maximum
        self.assertEqual(self.fees([49_99, 50_00, 51_00, 99_00, 100_00, 900_00], percent=100,
                                   minimum=50, maximum=100), [50, 50, 51, 99, 100, 100])

    def test_the_largest_payment(self):
        largest = 10_000_000_00
        self.assertEqual(self.fees([largest], percent=9999), [largest // 10000 * 9999])

    def test_whole_amount_as_a_fee(self):
        self.soap.tariff("cash_in", self.payer.login, percent=9999, payer=PAYER_CLIENT)
        with self.moves({self.payer.login: -100_00, self.client: 1, FEES: 99_99}):
            self.pay(self.payer, "createCashInPayment", toUserName=self.client, amount="100",
                     GUID=new_guid())
        self.soap.tariff("cash_in", self.payer.login, percent=10000, payer=PAYER_CLIENT)
        with self.moves():
            self.refused("FEE_EXCEEDS_AMOUNT", self.payer.call, "cash_in", "createCashInPayment",
                         toUserName=self.client, amount="100", GUID=new_guid())

    def test_the_most_particular_tariff_counts(self):
        agent, other = self.payer, self.new_agent(label="other agent")
        merchant, terminal = self.new_merchant()
        _, elsewhere = self.new_merchant()
        for fee, key in ((1, ("any", "any")), (2, ("any", merchant)), (3, (agent.login, "any")),
                         (4, (agent.login, merchant))):
            self.soap.tariff("pay_goods", *key, fixed=fee, payer=PAYER_MERCHANT)
        self.addCleanup(self.soap.tariff, "pay_goods", off=True)
        for fee, who, where in ((4, agent, terminal), (3, agent, elsewhere), (2, other, terminal),
                                (1, other, elsewhere)):
            rrn = next(rrns)
            self.pay(who, "payForGoodsPay", toUserName=self.client, amount="10",
                     terminalId=where, rrn=rrn)
            self.assertEqual(self.payment(who, rrn)["legs"][2][2], fee)

    def test_a_tariff_that_is_off_ends_the_search(self):
        other = self.new_agent(label="other agent")
        self.soap.tariff("cash_in", fixed=9, payer=PAYER_AGENT)
        self.addCleanup(self.soap.tariff, "cash_in", off=True)
        self.soap.tariff("cash_in", self.payer.login, off=True)
        self.assertEqual((self.fee(100_00), self.fee(100_00, other)), (0, 9))

    def test_a_change_counts_for_the_very_next_payment(self):
        for fee in (1, 20, 300, 4000):
            self.soap.tariff("cash_in", self.payer.login, fixed=fee, payer=PAYER_AGENT)
            self.assertEqual(self.fee(100_00), fee)

    def test_a_change_between_the_first_request_and_its_repeat_counts_no_more(self):
        self.soap.tariff("cash_in", self.payer.login, fixed=5, payer=PAYER_AGENT)
        guid = new_guid()
        message = self.start(self.payer, "createCashInPayment", toUserName=self.client,
                             amount="100", GUID=guid)
        self.soap.tariff("cash_in", self.payer.login, fixed=700, payer=PAYER_CLIENT)
        with self.moves({self.payer.login: -100_05, self.client: 100_00, FEES: 5},
                        held={self.payer.login: -100_05}):
            answer = self.finish(self.payer, "createCashInPayment", message)
            self.assertEqual(answer.status, "COMPLETED")
        self.check_legs(self.payer, guid, (self.payer.login, self.client, 100_00),
                        (self.payer.login, FEES, 5))

    def test_a_transaction_tells_the_fee_that_it_was_made_with(self):
        self.soap.tariff("cash_in", self.payer.login, fixed=5, payer=PAYER_AGENT)
        fields = {"toUserName": self.client, "amount": "100.00", "GUID": new_guid()}
        first = self.payer.call("tm_1_1", "createCashInTransaction", **fields)
        self.soap.tariff("cash_in", self.payer.login, fixed=700, payer=PAYER_CLIENT)
        again = self.payer.call("tm_1_1", "createCashInTransaction", **fields)
        for answer in (first, again):
            self.assertEqual((answer["transactionInfo/commission"],
                              answer["transactionInfo/commissionTo"]), ("0.05", "0.00"))
        self.assertEqual(first["transactionInfo/transactionId"],
                         again["transactionInfo/transactionId"])

    def test_a_tariff_of_a_merchant_where_there_is_none_moves_nothing(self):
        self.soap.tariff("cash_in", self.payer.login, fixed=5, payer=PAYER_MERCHANT)
        guid = new_guid()
        with self.moves():
            fault = self.refused("INTERNAL", self.payer.call, "cash_in", "createCashInPayment",
                                 toUserName=self.client, amount="100", GUID=guid)
        self.assertEqual((fault.status, fault.faultcode.split(":")[1]), (503, "Server"))
        self.assertIsNone(self.payment(self.payer, guid))

    def test_such_a_tariff_does_not_hide_what_was_begun_before(self):
        guid = new_guid()
        message = self.start(self.payer, "createCashInPayment", toUserName=self.client,
                             amount="100", GUID=guid)
        self.soap.tariff("cash_in", self.payer.login, fixed=5, payer=PAYER_MERCHANT)
        with self.moves({self.payer.login: -100_00, self.client: 100_00},
                        held={self.payer.login: -100_00}):
            answer = self.finish(self.payer, "createCashInPayment", message)
            self.assertEqual(answer.status, "COMPLETED")


if __name__ == "__main__":
    unittest.main()
