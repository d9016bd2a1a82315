"""Many connections at once: one payment is made, once."""
import unittest

from tests.integration.soap_client import new_guid, rrns
from tests.integration.soap_world import PAY, WorldCase, money

CONNECTIONS = 50


class RaceCase(WorldCase):
    def together(self, agent, operation, messages):
        """Sends each message on a connection of its own, all at once; the answers, sorted."""
        return sorted(self.at_once(agent, [(operation, message) for message in messages]))

    def entries(self, *accounts):
        """How often something was booked on each account."""
        return [self.soap.operator.account(int(account))["entry_count"] for account in accounts]


class TooYoung(RaceCase):
    SETTINGS = {"repeat_after_ms": 600000}

    def test_copies_make_one_hold(self):
        agent, client, guid = self.new_agent(), self.new_client(), new_guid()
        message = agent.message(*PAY, toUserName=client, amount="100.00", GUID=guid)
        with self.moves(held={agent.login: 100_00}):
            answers = self.together(agent, PAY[1], [message] * CONNECTIONS)
        self.assertEqual(answers, ["PENDING"] * CONNECTIONS)
        self.assertEqual(self.state(agent, guid), "HELD")

    def test_one_rrn_signed_anew_each_time(self):
        agent, client, rrn = self.new_agent(), self.new_client(), next(rrns)
        merchant, terminal = self.new_merchant()
        messages = [agent.message("tm_1_1", "payForGoodsPay", toUserName=client, amount="100.00",
                                  terminalId=terminal, rrn=rrn) for _ in range(CONNECTIONS)]
        with self.moves(held={agent.login: 100_00}):
            answers = self.together(agent, "payForGoodsPay", messages)
        self.assertEqual(answers, ["PENDING"] * CONNECTIONS)

    def test_one_rrn_with_fifty_amounts(self):
        agent, client, guid = self.new_agent(), self.new_client(), new_guid()
        amounts = [100_00 + i for i in range(CONNECTIONS)]
        messages = [agent.message(*PAY, toUserName=client, amount=money(amount), GUID=guid)
                    for amount in amounts]
        answers = self.together(agent, PAY[1], messages)
        self.assertEqual(answers, ["DUPLICATE_RRN"] * (CONNECTIONS - 1) + ["PENDING"])
        balance, held = self.soap.money(agent.login)
        self.assertEqual(balance, 1_000_000_00)
        self.assertIn(held, amounts)
        self.assertEqual(self.payment(agent, guid)["legs"][0][2], held)

    def test_the_float_is_not_spent_twice(self):
        """Fifty payments of a tenth of what the agent has: ten are held, the others wait."""
        agent, client = self.new_agent(float_=100_00), self.new_client()
        guids = [new_guid() for _ in range(CONNECTIONS)]
        messages = [agent.message(*PAY, toUserName=client, amount="10.00", GUID=guid)
                    for guid in guids]
        with self.moves(held={agent.login: 100_00}):
            self.together(agent, PAY[1], messages)
        states = sorted(self.state(agent, guid) for guid in guids)
        self.assertEqual(states, ["HELD"] * 10 + ["WAITING"] * 40)

    def test_the_ceiling_is_not_passed(self):
        agent, client = self.new_agent(), self.new_client(account={"ceiling": 100_00})
        messages = [agent.message(*PAY, toUserName=client, amount="10.00", GUID=new_guid())
                    for _ in range(CONNECTIONS)]
        with self.moves(held={agent.login: 100_00}):
            answers = self.together(agent, PAY[1], messages)
        self.assertEqual(answers, ["OVER_CEILING"] * 40 + ["PENDING"] * 10)


class OldEnough(RaceCase):
    SETTINGS = {"repeat_after_ms": 1}

    def test_copies_and_repeats_pay_once(self):
        agent, client, guid = self.new_agent(), self.new_client(), new_guid()
        message = agent.message(*PAY, toUserName=client, amount="100.00", GUID=guid)
        with self.moves({agent.login: -100_00, client: 100_00}):
            answers = self.together(agent, PAY[1], [message] * CONNECTIONS)
            self.assertEqual(set(answers) - {"PENDING", "COMPLETED"}, set())
            self.assertIn("PENDING", answers)  # at least the first one
            self.assertEqual(self.finish(agent, PAY[1], message).status, "COMPLETED")
        self.assertEqual(self.entries(agent.login, client), [2, 1])  # the float, the payment

    def test_repeats_complete_it_once(self):
        agent, client, guid = self.new_agent(), self.new_client(), new_guid()
        message = self.start(agent, PAY[1], toUserName=client, amount="100.00", GUID=guid)
        with self.moves({agent.login: -100_00, client: 100_00}, held={agent.login: -100_00}):
            answers = self.together(agent, PAY[1], [message] * CONNECTIONS)
        self.assertEqual(answers, ["COMPLETED"] * CONNECTIONS)
        self.assertEqual(self.entries(agent.login, client), [2, 1])

    def test_complete_against_decline(self):
        """One of them wins; the others are told so, and money follows the winner."""
        agent, client, guid = self.new_agent(), self.new_client(), new_guid()
        created = agent.call("tm_1_1", "createCashInTransaction", toUserName=client,
                             amount="100.00", GUID=guid)
        target = {"GUID": guid, "transactionId": created["transactionInfo/transactionId"]}
        messages = {operation: agent.message("tm_1_1", operation, **target)
                    for operation in ("completeTransaction", "declineTransaction")}
        answers = self.at_once(agent, list(messages.items()) * 10)
        complete, decline = set(answers[0::2]), set(answers[1::2])
        if self.state(agent, guid) == "COMPLETED":
            self.assertEqual((complete, decline), ({"COMPLETED"}, {"ALREADY_COMPLETED"}))
            self.assertEqual(self.soap.money(client), (100_00, 0))
        else:
            self.assertEqual((complete, decline), ({"ALREADY_DECLINED"}, {"DECLINED"}))
            self.assertEqual(self.soap.money(client), (0, 0))
        self.assertEqual(self.soap.money(agent.login)[1], 0)


if __name__ == "__main__":
    unittest.main()
