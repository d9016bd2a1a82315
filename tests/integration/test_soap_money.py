"""Whose money goes where: each integration's accounts before and after, its legs and its fees. The
books of each test are printed."""
import unittest

from tests.integration.soap_client import new_guid, rrns
from tests.integration.soap_node import FEES, PAYER_AGENT, PAYER_CLIENT, PAYER_MERCHANT
from tests.integration.soap_world import WorldCase, money

PERCENT = 100  # in a tariff


class MoneyCase(WorldCase):
    SETTINGS = {"repeat_after_ms": 1}
    PRINTS = True

    def transaction(self, agent, operation, amount, **fields):
        """Creates a two-phase transaction, which must be PENDING: (guid, its info)."""
        guid = new_guid()
        answer = agent.call("tm_1_1", operation, amount=money(amount), GUID=guid, **fields)
        info = {child.tag: child.text for child in answer.returned.find("transactionInfo")}
        self.assertEqual((info["GUID"], info["amount"], info["transactionStatus"]),
                         (guid, money(amount), "PENDING"))
        return guid, info

    def end(self, agent, operation, guid, info, status):
        """Ends a transaction; what is told of it must be the same but for its status."""
        answer = agent.call("tm_1_1", operation, GUID=guid, transactionId=info["transactionId"])
        told = {child.tag: child.text for child in answer.returned.find("transactionInfo")}
        self.assertEqual(told, {**info, "transactionStatus": status})


class CashIn(MoneyCase):
    def check(self, operation, legs, changes, amount, agent, client, hold=None):
        guid = new_guid()
        fields = {"toUserName": client, "amount": money(amount), "GUID": guid}
        with self.moves(held={agent.login: hold or amount}):
            message = self.start(agent, operation, **fields)
        with self.moves(changes, held={agent.login: -(hold or amount)}):
            self.assertEqual(self.finish(agent, operation, message).status, "COMPLETED")
        self.check_legs(agent, guid, *legs)

    def test_without_a_tariff_there_is_no_fee(self):
        agent, client = self.new_agent(), self.new_client()
        self.check("createCashInPayment", [(agent.login, client, 100_00)],
                   {agent.login: -100_00, client: 100_00}, 100_00, agent, client)

    def test_the_agent_pays_the_fee(self):
        agent, client = self.new_agent(), self.new_client()
        self.soap.tariff("cash_in", agent.login, percent=150, fixed=10, payer=PAYER_AGENT)
        self.check("createCashInPayment",
                   [(agent.login, client, 100_00), (agent.login, FEES, 1_60)],
                   {agent.login: -101_60, client: 100_00, FEES: 1_60}, 100_00, agent, client,
                   hold=101_60)

    def test_the_client_pays_the_fee_of_what_comes_in(self):
        agent, client = self.new_agent(), self.new_client()
        self.soap.tariff("cash_in", agent.login, percent=2 * PERCENT, payer=PAYER_CLIENT)
        self.check("createCashInPayment", [(agent.login, client, 50_00), (client, FEES, 1_00)],
                   {agent.login: -50_00, client: 49_00, FEES: 1_00}, 50_00, agent, client)

    def test_avtobys_has_its_own_fee_and_its_own_operation(self):
        agent, client = self.new_agent(), self.new_client()
        self.soap.tariff("cash_in", agent.login, percent=10 * PERCENT, payer=PAYER_AGENT)
        self.soap.tariff("cash_in_avtobys", agent.login, fixed=5, payer=PAYER_AGENT)
        self.check("createCashInPaymentAvtobys",
                   [(agent.login, client, 80_00), (agent.login, FEES, 5)],
                   {agent.login: -80_05, client: 80_00, FEES: 5}, 80_00, agent, client,
                   hold=80_05)
        guid = new_guid()
        self.start(agent, "createCashInPaymentAvtobys", toUserName=client, amount="1", GUID=guid)
        self.assertEqual(self.payment(agent, guid)["operation"], 13)
        guid = new_guid()
        self.start(agent, "createCashInPayment", toUserName=client, amount="1", GUID=guid)
        self.assertEqual(self.payment(agent, guid)["operation"], 3)

    def test_the_fee_of_cash_in_is_none_of_avtobys(self):
        agent, client = self.new_agent(), self.new_client()
        self.soap.tariff("cash_in", agent.login, percent=10 * PERCENT, payer=PAYER_AGENT)
        self.check("createCashInPaymentAvtobys", [(agent.login, client, 80_00)],
                   {agent.login: -80_00, client: 80_00}, 80_00, agent, client)

    def test_exactly_at_the_ceiling(self):
        agent = self.new_agent()
        client = self.new_client(balance=40_00, account={"ceiling": 100_00})
        with self.moves():
            fault = self.refused("OVER_CEILING", agent.call, "cash_in", "createCashInPayment",
                                 toUserName=client, amount="60.01", GUID=new_guid())
        self.assertIn("Остаток кошелька превысит", fault.text)
        self.check("createCashInPayment", [(agent.login, client, 60_00)],
                   {agent.login: -60_00, client: 60_00}, 60_00, agent, client)
        self.assertEqual(self.soap.money(client), (100_00, 0))
        with self.moves():
            self.refused("OVER_CEILING", agent.call, "cash_in", "createCashInPayment",
                         toUserName=client, amount="0.01", GUID=new_guid())

    def test_what_is_held_counts_to_the_ceiling(self):
        agent, client = self.new_agent(), self.new_client(account={"ceiling": 100_00})
        self.start(agent, "createCashInPayment", toUserName=client, amount="99.99",
                   GUID=new_guid())
        with self.moves():
            self.refused("OVER_CEILING", agent.call, "cash_in", "createCashInPayment",
                         toUserName=client, amount="0.02", GUID=new_guid())
        self.start(agent, "createCashInPayment", toUserName=client, amount="0.01", GUID=new_guid())

    def test_a_fee_that_the_client_pays_does_not_count_to_the_ceiling(self):
        agent, client = self.new_agent(), self.new_client(account={"ceiling": 98_00})
        self.soap.tariff("cash_in", agent.login, percent=2 * PERCENT, payer=PAYER_CLIENT)
        self.check("createCashInPayment", [(agent.login, client, 100_00), (client, FEES, 2_00)],
                   {agent.login: -100_00, client: 98_00, FEES: 2_00}, 100_00, agent, client)

    def test_two_phases(self):
        agent, client = self.new_agent(), self.new_client()
        self.soap.tariff("cash_in", agent.login, percent=150, payer=PAYER_AGENT)
        with self.moves(held={agent.login: 101_50}):
            guid, info = self.transaction(agent, "createCashInTransaction", 100_00,
                                          toUserName=client)
        self.assertEqual((info["commission"], info["commissionTo"]), ("1.50", "0.00"))
        with self.moves({agent.login: -101_50, client: 100_00, FEES: 1_50},
                        held={agent.login: -101_50}):
            self.end(agent, "completeTransaction", guid, info, "COMPLETED")
        self.check_legs(agent, guid, (agent.login, client, 100_00), (agent.login, FEES, 1_50))
        self.assertEqual(self.payment(agent, guid)["id"], int(info["transactionId"]))

    def test_two_phases_declined(self):
        agent, client = self.new_agent(), self.new_client()
        self.soap.tariff("cash_in", agent.login, percent=1 * PERCENT, payer=PAYER_CLIENT)
        with self.moves():
            guid, info = self.transaction(agent, "createCashInTransaction", 100_00,
                                          toUserName=client)
            self.assertEqual((info["commission"], info["commissionTo"]), ("0.00", "1.00"))
            self.end(agent, "declineTransaction", guid, info, "DECLINED")


class CashOut(MoneyCase):
    """client -> agent."""

    def check(self, operation, legs, changes, amount, agent, client, hold=None, **fields):
        guid = new_guid()
        fields = {"fromUserName": client, "amount": money(amount), "GUID": guid, **fields}
        with self.moves(held={client: hold or amount}):
            message = self.start(agent, operation, **fields)
        with self.moves(changes, held={client: -(hold or amount)}):
            self.assertEqual(self.finish(agent, operation, message).status, "COMPLETED")
        self.check_legs(agent, guid, *legs)
        self.assertEqual(self.payment(agent, guid)["operation"], 4)

    def test_with_a_token(self):
        agent, client = self.new_agent(), self.new_client(balance=200_00)
        self.check("createCashOut", [(client, agent.login, 200_00)],
                   {client: -200_00, agent.login: 200_00}, 200_00, agent, client,
                   token=self.soap.token(client))

    def test_the_client_pays_the_fee_on_top(self):
        agent, client = self.new_agent(), self.new_client(balance=101_00)
        self.soap.tariff("cash_out", agent.login, percent=1 * PERCENT, payer=PAYER_CLIENT)
        self.check("createCashOut", [(client, agent.login, 100_00), (client, FEES, 1_00)],
                   {client: -101_00, agent.login: 100_00, FEES: 1_00}, 100_00, agent, client,
                   hold=101_00, token=self.soap.token(client))

    def test_the_client_has_not_enough_for_the_fee(self):
        agent, client = self.new_agent(), self.new_client(balance=100_99)
        self.soap.tariff("cash_out", agent.login, percent=1 * PERCENT, payer=PAYER_CLIENT)
        with self.moves():
            self.refused("INSUFFICIENT_FUNDS", agent.call, "cash_out", "createCashOut",
                         fromUserName=client, amount="100", GUID=new_guid(),
                         token=self.soap.token(client))

    def test_the_agent_pays_the_fee_of_what_comes_in(self):
        agent, client = self.new_agent(float_=0), self.new_client(balance=100_00)
        self.soap.tariff("cash_out", agent.login, percent=3 * PERCENT, payer=PAYER_AGENT)
        self.check("createCashOut", [(client, agent.login, 100_00), (agent.login, FEES, 3_00)],
                   {client: -100_00, agent.login: 97_00, FEES: 3_00}, 100_00, agent, client,
                   token=self.soap.token(client))

    def test_through_payment(self):
        agent, client = self.new_agent(), self.new_client(balance=70_00)
        self.soap.tariff("cash_out", agent.login, fixed=50, payer=PAYER_CLIENT)
        self.check("createCashOutThroughPayment",
                   [(client, agent.login, 69_50), (client, FEES, 50)],
                   {client: -70_00, agent.login: 69_50, FEES: 50}, 69_50, agent, client,
                   hold=70_00, paymentDate="2026-11-25T02:41:19.765Z")

    def test_a_client_without_money_is_told_so(self):
        agent, client = self.new_agent(), self.new_client(balance=99_99)
        guid = new_guid()
        with self.moves():
            fault = self.refused("INSUFFICIENT_FUNDS", agent.call, "cash_out",
                                 "createCashOutThroughPayment", fromUserName=client, amount="100",
                                 GUID=guid, paymentDate="2026-11-25T02:41:19.765Z")
        self.assertIn("не хватает денег", fault.text)
        self.assertIsNone(self.payment(agent, guid), "a refusal is no payment")

    def test_two_phases(self):
        agent, client = self.new_agent(), self.new_client(balance=300_00)
        self.soap.tariff("cash_out", agent.login, percent=250, payer=PAYER_CLIENT)
        with self.moves(held={client: 205_00}):
            guid, info = self.transaction(agent, "createCashOutTransaction", 200_00,
                                          fromUserName=client, token=self.soap.token(client))
        self.assertEqual((info["commission"], info["commissionTo"]), ("5.00", "0.00"))
        with self.moves({client: -205_00, agent.login: 200_00, FEES: 5_00},
                        held={client: -205_00}):
            self.end(agent, "completeTransaction", guid, info, "COMPLETED")
        self.check_legs(agent, guid, (client, agent.login, 200_00), (client, FEES, 5_00))

    def test_two_phases_with_a_fee_of_the_agent(self):
        agent, client = self.new_agent(), self.new_client(balance=200_00)
        self.soap.tariff("cash_out", agent.login, percent=250, payer=PAYER_AGENT)
        guid, info = self.transaction(agent, "createCashOutTransaction", 200_00,
                                      fromUserName=client, token=self.soap.token(client))
        self.assertEqual((info["commission"], info["commissionTo"]), ("0.00", "5.00"))
        with self.moves({client: -200_00, agent.login: 195_00, FEES: 5_00},
                        held={client: -200_00}):
            self.end(agent, "completeTransaction", guid, info, "COMPLETED")

    def test_two_phases_declined(self):
        agent, client = self.new_agent(), self.new_client(balance=200_00)
        with self.moves():
            guid, info = self.transaction(agent, "createCashOutTransaction", 200_00,
                                          fromUserName=client, token=self.soap.token(client))
            self.end(agent, "declineTransaction", guid, info, "DECLINED")


class Goods(MoneyCase):
    """agent -> client, client -> the merchant that owns the terminal."""

    def check(self, legs, changes, amount, agent, client, terminal, hold=None):
        rrn = next(rrns)
        fields = {"toUserName": client, "amount": money(amount), "terminalId": terminal,
                  "rrn": rrn}
        with self.moves(held=hold or {agent.login: amount}):
            message = self.start(agent, "payForGoodsPay", **fields)
        released = {account: -tiyn for account, tiyn in (hold or {agent.login: amount}).items()}
        with self.moves(changes, held=released):
            answer = self.finish(agent, "payForGoodsPay", message)
            self.assertEqual(answer.status, "COMPLETED")
        self.check_legs(agent, rrn, *legs)
        self.assertEqual(self.payment(agent, rrn)["operation"], 6)

    def test_the_client_needs_no_money_of_their_own(self):
        agent, client = self.new_agent(), self.new_client(balance=0)
        merchant, terminal = self.new_merchant()
        self.check([(agent.login, client, 75_50), (client, merchant, 75_50)],
                   {agent.login: -75_50, merchant: 75_50}, 75_50, agent, client, terminal)

    def test_the_clients_ceiling_does_not_count_what_passes(self):
        agent = self.new_agent()
        client = self.new_client(balance=10_00, account={"ceiling": 10_00})
        merchant, terminal = self.new_merchant()
        self.check([(agent.login, client, 500_00), (client, merchant, 500_00)],
                   {agent.login: -500_00, merchant: 500_00}, 500_00, agent, client, terminal)

    def test_the_terminals_own_wallet_gets_the_money(self):
        agent, client = self.new_agent(), self.new_client()
        merchant, _ = self.new_merchant()
        second = int(self.number("wallet 2", 72225))
        self.soap.account(second, "merchant")
        self.soap.put(f"merchant/{merchant}", name="Shop", wallets=[int(merchant), second])
        terminal = self.new_terminal(merchant, wallet=second)
        self.check([(agent.login, client, 20_00), (client, second, 20_00)],
                   {agent.login: -20_00, second: 20_00}, 20_00, agent, client, terminal)

    def test_the_merchant_pays_the_fee(self):
        agent, client = self.new_agent(), self.new_client()
        merchant, terminal = self.new_merchant()
        self.soap.tariff("pay_goods", "any", merchant, percent=125, payer=PAYER_MERCHANT)
        self.check([(agent.login, client, 80_00), (client, merchant, 80_00),
                    (merchant, FEES, 1_00)],
                   {agent.login: -80_00, merchant: 79_00, FEES: 1_00}, 80_00, agent, client,
                   terminal)

    def test_the_agent_pays_the_fee(self):
        agent, client = self.new_agent(), self.new_client()
        merchant, terminal = self.new_merchant()
        self.soap.tariff("pay_goods", agent.login, "any", fixed=33, payer=PAYER_AGENT)
        self.check([(agent.login, client, 80_00), (client, merchant, 80_00),
                    (agent.login, FEES, 33)],
                   {agent.login: -80_33, merchant: 80_00, FEES: 33}, 80_00, agent, client,
                   terminal, hold={agent.login: 80_33})

    def test_the_client_pays_the_fee_from_the_wallet(self):
        agent, client = self.new_agent(), self.new_client(balance=2_00)
        merchant, terminal = self.new_merchant()
        self.soap.tariff("pay_goods", agent.login, merchant, percent=2 * PERCENT,
                         payer=PAYER_CLIENT)
        self.check([(agent.login, client, 80_00), (client, merchant, 80_00),
                    (client, FEES, 1_60)],
                   {agent.login: -80_00, merchant: 80_00, client: -1_60, FEES: 1_60}, 80_00, agent,
                   client, terminal, hold={agent.login: 80_00, client: 1_60})

    def test_a_blocked_client_is_a_fault(self):
        agent, client = self.new_agent(), self.new_client(balance=10_00, blocked=True)
        _, terminal = self.new_merchant()
        rrn = next(rrns)
        with self.moves():
            fault = self.refused("CLIENT_BLOCKED", agent.call, "tm_1_1", "payForGoodsPay",
                                 toUserName=client, amount="5", terminalId=terminal, rrn=rrn)
            self.refused("CLIENT_BLOCKED", agent.call, "tm_1_1", "payForGoodsCheck",
                         toUserName=client, terminalId=terminal)
        self.assertIn("заблокирован", fault.text)
        self.assertIsNone(self.payment(agent, rrn))


if __name__ == "__main__":
    unittest.main()
