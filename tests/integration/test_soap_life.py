"""The life of a terminal payment: held by the first request, completed by a repeat that is old
enough, once; what waits for money, what is declined, what is another payment under one number."""
import time
import unittest

from tests.integration.node import poll
from tests.integration.soap_client import new_guid, rrns
from tests.integration.soap_node import REPEAT_MS
from tests.integration.soap_world import PAY, WorldCase, restart_killed

TOO_YOUNG = {"repeat_after_ms": 600000}  # no repeat completes anything
AT_ONCE = {"repeat_after_ms": 1}         # each repeat does


class LifeCase(WorldCase):
    def cash_in(self, amount="100.00", float_=1000_00):
        """(agent, client, guid, fields) of a cash-in to be made."""
        agent, client, guid = self.new_agent(float_=float_), self.new_client(), new_guid()
        return agent, client, guid, {"toUserName": client, "amount": amount, "GUID": guid}

    def ctl(self, *words):
        done = self.soap.node.command("ctl", "--socket", self.soap.node.unix_path, *words)
        self.assertEqual(done.returncode, 0, done)
        return done.stdout


class Age(LifeCase):
    """Repeats complete a payment from an age on."""

    def test_from_pending_to_completed(self):
        agent, client, guid, fields = self.cash_in()
        with self.moves(held={agent.login: 100_00}):
            message = self.start(agent, PAY[1], **fields)
        self.assertEqual(self.state(agent, guid), "HELD")
        time.sleep(REPEAT_MS / 1000)  # the hold was made before PENDING was answered
        with self.moves({agent.login: -100_00, client: 100_00}, held={agent.login: -100_00}):
            self.assertEqual(agent.repeat(*PAY, message).status, "COMPLETED")
        self.assertEqual(self.state(agent, guid), "COMPLETED")
        with self.moves():
            for _ in range(3):
                self.assertEqual(agent.repeat(*PAY, message).status, "COMPLETED")

    def test_a_copy_of_the_same_bytes_at_once_completes_nothing(self):
        def copied_in_time():
            agent, client, guid, fields = self.cash_in()
            message = agent.message(*PAY, **fields)
            sent = time.monotonic()
            states = [agent.repeat(*PAY, message).status for _ in range(2)]
            if time.monotonic() - sent >= REPEAT_MS / 1000:
                return False  # the machine was slow: the copy may have been a repeat
            self.assertEqual(states, ["PENDING", "PENDING"])
            self.assertEqual(self.state(agent, guid), "HELD")
            self.assertEqual(self.soap.money(agent.login), (1000_00, 100_00))
            self.assertEqual(self.soap.money(client), (0, 0))
            return True
        poll(copied_in_time, "two requests within the age of a repeat")

    def test_the_age_counts_from_the_hold(self):
        """A payment that waited for money is not completed by the repeat that holds it."""
        agent, client, guid, fields = self.cash_in(float_=0)
        message = self.start(agent, PAY[1], **fields)
        time.sleep(REPEAT_MS / 1000)
        self.soap.fund(agent.login, 100_00)
        with self.moves(held={agent.login: 100_00}):
            self.assertEqual(agent.repeat(*PAY, message).status, "PENDING")
        self.assertEqual(self.state(agent, guid), "HELD")
        time.sleep(REPEAT_MS / 1000)
        with self.moves({agent.login: -100_00, client: 100_00}, held={agent.login: -100_00}):
            self.assertEqual(agent.repeat(*PAY, message).status, "COMPLETED")


class Young(LifeCase):
    """Repeats that are not old enough."""
    SETTINGS = TOO_YOUNG

    def test_copies_and_new_signatures_of_it_are_pending(self):
        agent, client, guid, fields = self.cash_in()
        message = self.start(agent, PAY[1], **fields)
        with self.moves():
            for _ in range(3):
                self.assertEqual(agent.repeat(*PAY, message).status, "PENDING")
                self.assertEqual(agent.call(*PAY, **fields).status, "PENDING")
        self.assertEqual(self.state(agent, guid), "HELD")

    def test_a_copy_on_a_new_connection(self):
        """The field's client sends the bytes again when its connection closes."""
        agent, client, guid, fields = self.cash_in()
        message = agent.message(*PAY, **fields)
        with self.moves(held={agent.login: 100_00}):
            for _ in range(3):
                self.assertEqual(agent.repeat(*PAY, message).status, "PENDING")
                agent.close()

    def test_an_operators_decline_is_final(self):
        for how in ("rpc", "ctl"):
            with self.subTest(how):
                agent, client, guid, fields = self.cash_in()
                with self.moves():
                    message = self.start(agent, PAY[1], **fields)
                    number = self.payment(agent, guid)["id"]
                    if how == "rpc":
                        done = self.soap.operator.outcome("decline", number)
                        self.assertEqual((done.status, done.state), ("DONE", "DECLINED"))
                    else:
                        self.ctl("payments", "decline", number)
                    for _ in range(2):
                        self.assertEqual(agent.repeat(*PAY, message).status, "DECLINED")
                self.assertEqual(self.state(agent, guid), "DECLINED")

    def test_an_operator_declines_what_waits_for_money(self):
        agent, client, guid, fields = self.cash_in(float_=0)
        with self.moves():
            message = self.start(agent, PAY[1], **fields)
            self.ctl("payments", "decline", self.payment(agent, guid)["id"])
        self.soap.fund(agent.login, 500_00)
        with self.moves():
            self.assertEqual(agent.repeat(*PAY, message).status, "DECLINED")

    def test_an_operators_complete_is_final(self):
        agent, client, guid, fields = self.cash_in()
        message = self.start(agent, PAY[1], **fields)
        self.soap.operator.outcome("complete", self.payment(agent, guid)["id"])
        with self.moves():
            self.assertEqual(agent.repeat(*PAY, message).status, "COMPLETED")
            done = self.soap.operator.outcome("decline", self.payment(agent, guid)["id"])
            self.assertEqual(done.status, "ALREADY_COMPLETED")


class Waiting(LifeCase):
    """The agent's account lacks the money."""
    SETTINGS = AT_ONCE

    def test_waiting_then_held_then_completed(self):
        agent, client, guid, fields = self.cash_in(float_=99_99)
        with self.moves():
            answer = agent.call(*PAY, **fields)
            self.assertEqual((answer.status, answer["reason"]), ("PENDING", "FUNDS"))
            self.assertEqual(self.state(agent, guid), "WAITING")
            self.assertEqual(agent.call(*PAY, **fields).status, "PENDING")
            self.assertEqual(self.state(agent, guid), "WAITING")
        self.soap.operator.call("node.flush")
        self.assertRegex(self.ctl("payments", "list-open"), rf"WAITING.*{guid}")
        self.soap.fund(agent.login, 1)
        with self.moves(held={agent.login: 100_00}):
            answer = agent.call(*PAY, **fields)
            self.assertEqual((answer.status, answer["reason"]), ("PENDING", None))
        self.assertEqual(self.state(agent, guid), "HELD")
        with self.moves({agent.login: -100_00, client: 100_00}, held={agent.login: -100_00}):
            poll(lambda: agent.call(*PAY, **fields).status == "COMPLETED", "completed")
        with self.moves():
            self.assertEqual(agent.call(*PAY, **fields).status, "COMPLETED")

    def test_money_that_is_held_is_not_there(self):
        agent, client, _, fields = self.cash_in(float_=100_00)
        first = self.start(agent, PAY[1], **fields)
        second = {**fields, "amount": "0.01", "GUID": new_guid()}
        answer = agent.call(*PAY, **second)
        self.assertEqual((answer.status, answer["reason"]), ("PENDING", "FUNDS"))
        self.assertEqual(self.finish(agent, PAY[1], first).status, "COMPLETED")
        self.assertEqual(agent.call(*PAY, **second)["reason"], "FUNDS")

    def test_the_overdraft_is_the_agents_money(self):
        agent, client, _, fields = self.cash_in(float_=0)
        self.soap.change_account(agent.login, floor=100_00)
        with self.moves({agent.login: -100_00, client: 100_00}):
            self.pay(agent, PAY[1], **fields)
        answer = agent.call(*PAY, **{**fields, "amount": "0.01", "GUID": new_guid()})
        self.assertEqual(answer["reason"], "FUNDS")

    def test_the_client_became_full_meanwhile(self):
        """What waits holds no room at the client's: its repeat is refused while there is none."""
        agent, client, guid, fields = self.cash_in(float_=0)
        self.soap.change_account(client, ceiling=150_00)
        message = self.start(agent, PAY[1], **fields)
        self.soap.fund(client, 60_00)
        self.soap.fund(agent.login, 100_00)
        with self.moves():
            answer = agent.repeat(*PAY, message)
            self.assertEqual(answer.status, "PENDING")
        self.assertEqual(self.state(agent, guid), "WAITING")
        self.soap.change_account(client, ceiling=160_00)
        with self.moves({agent.login: -100_00, client: 100_00}):
            self.assertEqual(self.finish(agent, PAY[1], message).status, "COMPLETED")


class Conflict(LifeCase):
    """Another payment under the number of one that there is."""
    SETTINGS = AT_ONCE

    def conflicts(self, agent, operation, fields, changes, reference):
        """Each of the changes makes a fault and moves nothing, whatever state the payment has."""
        service = "cash_in" if operation.startswith("createCashIn") else "tm_1_1"
        for change in changes:
            with self.subTest(change=change), self.moves():
                self.refused("DUPLICATE_RRN", agent.call, service, operation,
                             **{**fields, **change})
        return self.payment(agent, reference)

    def test_a_changed_cash_in(self):
        agent, client, guid, fields = self.cash_in()
        other = self.new_client(label="other client")
        changes = [{"amount": "100.01"}, {"amount": "99.99"}, {"toUserName": other}]
        message = self.start(agent, PAY[1], **fields)
        self.assertEqual(self.conflicts(agent, PAY[1], fields, changes, guid)["state"], "HELD")
        with self.moves():
            self.refused("DUPLICATE_RRN", agent.call, "cash_in", "createCashInPaymentAvtobys",
                         **fields)
            self.refused("DUPLICATE_RRN", agent.call, "tm_1_1", "createCashInTransaction",
                         **fields)
        with self.moves({agent.login: -100_00, client: 100_00}, held={agent.login: -100_00}):
            self.assertEqual(self.finish(agent, PAY[1], message).status, "COMPLETED")
        after = self.conflicts(agent, PAY[1], fields, changes, guid)
        self.assertEqual(after["state"], "COMPLETED")

    def test_a_changed_payment_for_goods(self):
        agent, client, rrn = self.new_agent(), self.new_client(), next(rrns)
        merchant, terminal = self.new_merchant()
        other = self.new_client(label="other client")
        fields = {"toUserName": client, "amount": "10.00", "terminalId": terminal, "rrn": rrn}
        message = self.start(agent, "payForGoodsPay", **fields)
        self.conflicts(agent, "payForGoodsPay", fields,
                       [{"amount": "10.01"}, {"toUserName": other},
                        {"terminalId": self.new_terminal(merchant)}], rrn)
        with self.moves({agent.login: -10_00, merchant: 10_00}, held={agent.login: -10_00}):
            self.finish(agent, "payForGoodsPay", message)

    def test_what_waits_is_not_changed_either(self):
        agent, client, guid, fields = self.cash_in(float_=10_00)
        self.start(agent, PAY[1], **fields)
        state = self.conflicts(agent, PAY[1], fields, [{"amount": "10.00"}], guid)["state"]
        self.assertEqual(state, "WAITING")

    def test_what_may_differ_in_a_repeat(self):
        """Amounts, numbers and times that are written in another way are the same."""
        agent, client, guid, fields = self.cash_in(amount="100.10")
        self.start(agent, PAY[1], **fields, valueDate="2026-11-25T02:41:19.765Z")
        with self.moves({agent.login: -100_10, client: 100_10}, held={agent.login: -100_10}):
            for change in ({"amount": "100.1"}, {"GUID": "{" + guid.upper() + "}"},
                           {"valueDate": "2026-11-26T00:00:00"}):
                answer = agent.call(*PAY, {"timestamp": "2026-11-25T02:41:19"},
                                    **{**fields, **change})
                self.assertIn(answer.status, ("PENDING", "COMPLETED"))
            poll(lambda: agent.call(*PAY, **fields).status == "COMPLETED", "completed")

    def test_two_agents_may_use_one_number(self):
        agent, client, guid, fields = self.cash_in()
        other = self.new_agent(label="other agent")
        changed = {**fields, "amount": "7.00"}
        with self.moves({agent.login: -100_00, other.login: -7_00, client: 107_00}):
            self.pay(agent, PAY[1], **fields)
            self.pay(other, PAY[1], **changed)


class Expiry(LifeCase):
    """Holds that nobody completes."""
    SETTINGS = {**TOO_YOUNG, "hold_life_s": 1}

    def test_an_abandoned_hold_is_declined(self):
        agent, client, guid, fields = self.cash_in()
        opened = time.monotonic()
        with self.moves():
            message = self.start(agent, PAY[1], **fields)
            poll(lambda: self.state(agent, guid) == "DECLINED", "the hold expires")
            self.assertGreater(time.monotonic() - opened, 1)
            for _ in range(2):
                self.assertEqual(agent.repeat(*PAY, message).status, "DECLINED")

    def test_what_waits_for_money_does_not_expire(self):
        waits, client, guid, fields = self.cash_in(float_=0)
        holds, _, other, more = self.cash_in()
        message = self.start(waits, PAY[1], **fields)
        self.start(holds, PAY[1], **more)  # later, so the other would have expired before it
        poll(lambda: self.state(holds, other) == "DECLINED", "the hold expires")
        self.assertEqual(self.state(waits, guid), "WAITING")
        self.soap.fund(waits.login, 100_00)
        answer = waits.repeat(*PAY, message)
        self.assertEqual((answer.status, answer["reason"]), ("PENDING", None))
        poll(lambda: self.state(waits, guid) == "DECLINED", "the hold expires, too")


class Killed(LifeCase):
    """SIGKILL at any moment costs no answer that was given."""
    SETTINGS = {"repeat_after_ms": 1}

    def test_between_pending_and_the_repeat(self):
        agent, client, guid, fields = self.cash_in()
        waits, _, waiting, less = self.cash_in(float_=0)
        with self.moves({agent.login: -100_00, client: 100_00}):
            message = self.start(agent, PAY[1], **fields)
            self.start(waits, PAY[1], **less)
            restart_killed(self.soap)
            self.assertEqual(self.state(agent, guid), "HELD")
            self.assertEqual(self.state(waits, waiting), "WAITING")
            agent.close()
            agent.address = self.soap.node.http
            self.assertEqual(agent.repeat(*PAY, message).status, "COMPLETED")
            self.assertEqual(agent.repeat(*PAY, message).status, "COMPLETED")
            restart_killed(self.soap)
            agent.close()
            agent.address = self.soap.node.http
            self.assertEqual(agent.repeat(*PAY, message).status, "COMPLETED")
            self.refused("DUPLICATE_RRN", agent.call, *PAY, **{**fields, "amount": "1"})


if __name__ == "__main__":
    unittest.main()
