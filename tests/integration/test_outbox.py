"""Payments that a provider is told of: each is asked with one id until there is a final answer, and
its money goes where that answer says."""
import time
import unittest

from tests.integration.case import AGENT, SHOP
from tests.integration.node import poll
from tests.integration.outbox_case import OutboxCase, order, section


class Outbox(OutboxCase):
    def balances(self):
        """What agent and shop have, and what is held of the agent's."""
        agent, shop = self.rpc.account(AGENT), self.rpc.account(SHOP)
        return (agent["credits_posted"] - agent["debits_posted"], agent["debits_pending"],
                shop["credits_posted"])

    def test_a_provider_that_says_yes(self):
        self.start()
        before = self.balances()
        number, asks = self.deliver("7771234567", "COMPLETED", provider_service=17)
        self.assertEqual(len(asks), 1)
        params = asks[0].params
        self.assertEqual({name: params[name] for name in
                          ("command", "txn_id", "account", "sum", "prv_id")},
                         {"command": "pay", "txn_id": str(number), "account": "7771234567",
                          "sum": "100.00", "prv_id": "17"})
        self.assertRegex(params["txn_date"], r"^20\d{12}$")
        self.assertTrue(self.payment(number)["dispatched"])
        self.assertEqual(self.balances(), (before[0] - 10000, 0, before[2] + 10000))

    def test_a_provider_that_says_no(self):
        self.start()
        before = self.balances()
        self.provider.scripts["1"] = ["not_found"]
        _, asks = self.deliver("1", "DECLINED")
        self.assertEqual(len(asks), 1)
        self.assertEqual(self.balances(), before)

    def test_whatever_is_not_a_final_answer_is_asked_again(self):
        self.start()
        troubles = ["later", "temporary", "500", "html", "close", "reset", "half", "huge", "drip",
                    "silent", 777]
        for ending, state in (("ok", "COMPLETED"), ("forbidden", "DECLINED")):
            numbers = {}
            for trouble in troubles:
                account = f"{ending}-{trouble}"
                self.provider.scripts[account] = [trouble, trouble, ending]
                numbers[account] = self.open(order(account))[0]
            for account, number in numbers.items():
                self.wait(number, state)
                asks = self.provider.of(account)
                self.assertEqual({ask.id for ask in asks}, {str(number)}, account)
                self.assertEqual([ask.params for ask in asks], [asks[0].params] * len(asks))
                if "close" not in account:  # on a connection that was kept, it is asked at once
                    self.assertEqual(len(asks), 3, account)
        count = len(self.provider.asks)
        time.sleep(0.5)
        self.assertEqual(len(self.provider.asks), count)  # and never after the end

    def test_pauses_grow(self):
        self.start()
        self.provider.scripts["1"] = ["later"] * 4 + ["ok"]
        _, asks = self.deliver("1", "COMPLETED")
        self.assertEqual(len(asks), 5)
        pauses = [after.time - before.time for before, after in zip(asks, asks[1:])]
        for pause, least in zip(pauses, (0.04, 0.12, 0.24, 0.48)):  # a fifth less than the pause
            self.assertGreater(pause, least)
            self.assertLess(pause, least * 1.5 + 0.3)

    def test_only_the_provider_ends_it_once_it_was_asked(self):
        self.start({"total_timeout_ms": 5000})
        self.provider.scripts["1"] = [1.0]
        number = self.open(order("1"))[0]
        poll(lambda: self.provider.of("1"), "the provider is asked")
        for method in ("decline", "complete"):
            self.assertEqual(self.rpc.outcome(method, number).status, "AT_PROVIDER")
        self.assertEqual(self.state(number), "HELD")
        self.wait(number, "COMPLETED")

    def test_one_that_was_declined_before_is_never_asked(self):
        self.provider.down()
        self.start()
        self.open(*(order("x") for _ in range(20)))  # the provider is left alone after five
        poll(lambda: self.metrics()['tiyn_provider_left_alone{provider="one"}'], "left alone")
        number = self.open(order("2"))[0]
        self.assertEqual(self.rpc.outcome("decline", number).status, "DONE")
        self.provider.up()
        poll(lambda: len(self.provider.paid) == 20, "the others are paid")
        self.assertEqual(self.provider.of("2"), [])
        self.assertEqual(self.state(number), "DECLINED")

    def test_no_more_at_once_than_it_takes(self):
        self.start({"concurrency": 3})
        self.provider.delay = 0.02
        numbers = self.open(*(order(str(account)) for account in range(60)))
        poll(lambda: len(self.provider.paid) == 60, "all are paid")
        for number in numbers:
            self.wait(number, "COMPLETED")
        self.assertEqual(self.provider.most, 3)
        self.assertEqual(len(self.provider.asks), 60)

    def test_one_that_has_not_answered_yet_gets_a_few_first(self):
        self.start({"concurrency": 500, "total_timeout_ms": 10000})
        self.provider.delay = 2
        numbers = self.open(*(order(str(account)) for account in range(300)))
        poll(lambda: len(self.provider.asks) >= 64, "it is asked")
        time.sleep(0.2)
        self.assertEqual(len(self.provider.asks), 64)
        for number in numbers:
            self.wait(number, "COMPLETED", 30)
        self.assertGreater(self.provider.most, 64)

    def test_many(self):
        self.start({"concurrency": 32})
        numbers = self.open(*(order(f"many-{account}") for account in range(3000)))
        poll(lambda: len(self.provider.paid) == 3000, "all are paid", 60)
        for number in numbers:
            self.wait(number, "COMPLETED")
        self.assertEqual(len(self.provider.asks), 3000)

    def test_a_payment_that_waits_for_money_is_told_when_it_is_held(self):
        self.start()
        fields = order("1", amount=100)
        fields[2] = [[2001, SHOP, 100]]  # a wallet without money
        fields[4]["wait_for_funds"] = True
        waiting = self.rpc.open(fields)[0]
        self.assertEqual(waiting.state, "WAITING")
        time.sleep(0.2)
        self.assertEqual(self.provider.asks, [])
        top_up = order("2", amount=100)
        top_up[2], top_up[3], top_up[4] = [[AGENT, 2001, 100]], "post", {}
        self.assertEqual(self.rpc.open(top_up)[0].status, "DONE")
        self.assertEqual(self.rpc.outcome("retry", waiting.payment).state, "HELD")
        self.wait(waiting.payment, "COMPLETED")

    def test_what_cannot_be_said_is_refused_and_nobody_is_asked(self):
        self.start()
        bad = [order(""), order("x" * 201), order("1", amount=100), order("2")]
        bad[2][2][0][2] = 99  # no leg moves what the attributes say
        bad[3][4]["attributes"] = "no JSON"
        for number in self.open(*bad):
            self.wait(number, "DECLINED")
        self.assertEqual(self.provider.asks, [])
        self.assertEqual(len(self.node.events("delivery_unsayable")), 4)

    def test_restarts_lose_none_and_repeat_none(self):
        self.start()
        self.provider.scripts["later"] = ["later"] * 5 + ["ok"]
        numbers = self.open(*(order("later") for _ in range(3)), *(order("ok") for _ in range(20)))
        for _ in range(3):
            self.restart()
        for number in numbers:
            self.wait(number, "COMPLETED", 30)
        self.restart()
        count = len(self.provider.asks)
        time.sleep(0.5)
        self.assertEqual(len(self.provider.asks), count)
        self.node.stop()
        self.node.audit()

    def test_one_for_nobody_waits_until_its_provider_is_in_the_config(self):
        self.start()
        number = self.open(order("1", provider=2))[0]
        poll(lambda: self.node.events("delivery_lost"), "the operator is told")
        self.assertEqual(self.metrics()["tiyn_deliveries_lost"], 1)
        self.assertEqual(self.state(number), "HELD")
        self.node.providers["two"] = section(self.provider, number=2)
        self.node.write_config()
        self.restart()
        self.wait(number, "COMPLETED")


if __name__ == "__main__":
    unittest.main()
