"""Two-phase transactions: created, then completed or declined, by GUID and transactionId."""
import time
import unittest

from tests.integration.node import poll
from tests.integration.soap_client import new_guid
from tests.integration.soap_world import WorldCase, restart_killed


class TwoPhaseCase(WorldCase):
    SETTINGS = {"repeat_after_ms": 1}

    def created(self, service="tm_1_1", float_=1000_00):
        """(agent, client, target, fields) of a cash-in transaction that was created."""
        agent, client = self.new_agent(float_=float_), self.new_client()
        fields = {"toUserName": client, "amount": "100.00", "GUID": new_guid()}
        answer = agent.call(service, "createCashInTransaction", **fields)
        self.assertEqual(answer.status, "PENDING")
        target = {"GUID": fields["GUID"], "transactionId": answer["transactionInfo/transactionId"]}
        return agent, client, target, fields

    def status(self, agent, operation, target, service="tm_1_1"):
        answer = agent.call(service, operation, **target)
        self.assertEqual(answer["transactionInfo/transactionId"], str(target["transactionId"]))
        return answer.status


class TwoPhase(TwoPhaseCase):
    def test_create_is_idempotent(self):
        agent, client, target, fields = self.created()
        with self.moves():
            for _ in range(3):
                answer = agent.call("tm_1_1", "createCashInTransaction", **fields)
                self.assertEqual((answer.status, answer["transactionInfo/transactionId"]),
                                 ("PENDING", target["transactionId"]))

    def test_a_changed_create_is_a_fault(self):
        agent, client, target, fields = self.created()
        other = self.new_client(label="other client")
        with self.moves():
            for change in ({"amount": "100.01"}, {"toUserName": other}):
                self.refused("DUPLICATE_RRN", agent.call, "tm_1_1", "createCashInTransaction",
                             **{**fields, **change})

    def test_complete_is_idempotent_and_final(self):
        for service in ("tm_1_1", "tm_1_0"):
            with self.subTest(service):
                agent, client, target, fields = self.created(service)
                with self.moves({agent.login: -100_00, client: 100_00},
                                held={agent.login: -100_00}):
                    for _ in range(3):
                        self.assertEqual(self.status(agent, "completeTransaction", target,
                                                     service), "COMPLETED")
                with self.moves():
                    fault = self.refused("ALREADY_COMPLETED", agent.call, service,
                                         "declineTransaction", **target)
                    self.assertEqual(fault.faultcode.split(":")[1], "Client")
                    again = agent.call(service, "createCashInTransaction", **fields)
                    self.assertEqual(again.status, "COMPLETED")

    def test_decline_is_idempotent_and_final(self):
        for service in ("tm_1_1", "tm_1_0"):
            with self.subTest(service):
                agent, client, target, fields = self.created(service)
                with self.moves(held={agent.login: -100_00}):
                    for _ in range(3):
                        self.assertEqual(self.status(agent, "declineTransaction", target,
                                                     service), "DECLINED")
                with self.moves():
                    self.refused("ALREADY_DECLINED", agent.call, service, "completeTransaction",
                                 **target)
                    again = agent.call(service, "createCashInTransaction", **fields)
                    self.assertEqual(again.status, "DECLINED")

    def test_both_numbers_must_be_those_of_one_transaction(self):
        agent, client, target, _ = self.created()
        second = {"toUserName": client, "amount": "1.00", "GUID": new_guid()}
        other = agent.call("tm_1_1", "createCashInTransaction", **second)
        number = other["transactionInfo/transactionId"]
        wrong = [{**target, "GUID": new_guid()}, {**target, "transactionId": number},
                 {**target, "GUID": second["GUID"]},
                 {**target, "transactionId": 999_999_999_999_999_999},
                 {**target, "transactionId": (1 << 63) - 1}]
        with self.moves():
            for what in wrong:
                for operation in ("completeTransaction", "declineTransaction"):
                    with self.subTest(operation, **what):
                        self.refused("TRANSACTION_NOT_FOUND", agent.call, "tm_1_1", operation,
                                     **what)
        self.assertEqual(self.state(agent, target["GUID"]), "HELD")

    def test_another_agents_transaction_is_not_there(self):
        agent, client, target, _ = self.created()
        thief = self.new_agent(label="thief")
        with self.moves():
            for operation in ("completeTransaction", "declineTransaction"):
                self.refused("TRANSACTION_NOT_FOUND", thief.call, "tm_1_1", operation, **target)
        self.assertEqual(self.status(agent, "completeTransaction", target), "COMPLETED")
        with self.moves():
            for operation in ("completeTransaction", "declineTransaction"):
                self.refused("TRANSACTION_NOT_FOUND", thief.call, "tm_1_1", operation, **target)

    def test_a_terminal_payment_is_no_transaction(self):
        """It is completed by a repeat, and by no other way, whatever number the agent guesses."""
        agent, client, target, fields = self.created()
        fields = {**fields, "GUID": new_guid()}
        agent.call("cash_in", "createCashInPayment", **fields)
        target = {"GUID": fields["GUID"],
                  "transactionId": self.payment(agent, fields["GUID"])["id"]}
        with self.moves():
            for operation in ("completeTransaction", "declineTransaction"):
                self.refused("TRANSACTION_NOT_FOUND", agent.call, "tm_1_1", operation, **target)

    def test_a_guid_is_compared_without_braces_and_case_and_echoed_as_received(self):
        agent, client, target, fields = self.created()
        forms = [target["GUID"], target["GUID"].upper(), "{" + target["GUID"].upper() + "}"]
        with self.moves():
            for guid in forms:
                answer = agent.call("tm_1_1", "createCashInTransaction",
                                    **{**fields, "GUID": guid})
                self.assertEqual((answer["transactionInfo/GUID"],
                                  answer["transactionInfo/transactionId"]),
                                 (guid, target["transactionId"]))
        for guid in forms:
            answer = agent.call("tm_1_1", "completeTransaction", **{**target, "GUID": guid})
            self.assertEqual((answer["transactionInfo/GUID"], answer.status),
                             (guid, "COMPLETED"))

    def test_without_the_agents_money_nothing_is_created(self):
        agent, client = self.new_agent(float_=99_99), self.new_client()
        guid = new_guid()
        with self.moves():
            self.refused("INSUFFICIENT_FUNDS", agent.call, "tm_1_1", "createCashInTransaction",
                         toUserName=client, amount="100", GUID=guid)
        self.assertIsNone(self.payment(agent, guid))

    def test_a_repeated_create_does_not_complete_it(self):
        agent, client, target, fields = self.created()
        time.sleep(0.01)  # older than a terminal payment's repeat must be here
        with self.moves():
            answer = agent.call("tm_1_1", "createCashInTransaction", **fields)
            self.assertEqual(answer.status, "PENDING")

    def test_the_operators_decline_is_told(self):
        agent, client, target, fields = self.created()
        self.soap.operator.outcome("decline", int(target["transactionId"]))
        with self.moves():
            self.refused("ALREADY_DECLINED", agent.call, "tm_1_1", "completeTransaction", **target)
            self.assertEqual(self.status(agent, "declineTransaction", target), "DECLINED")

    def test_killed_between_create_and_complete(self):
        agent, client, target, fields = self.created()
        with self.moves({agent.login: -100_00, client: 100_00}, held={agent.login: -100_00}):
            restart_killed(self.soap)
            agent.close()
            agent.address = self.soap.node.http
            self.assertEqual(self.status(agent, "completeTransaction", target), "COMPLETED")


class Expiry(TwoPhaseCase):
    SETTINGS = {"repeat_after_ms": 1, "hold_life_s": 1}

    def test_it_does_not_expire(self):
        """Only terminal payments do: here the agent itself says the end."""
        agent, client, target, fields = self.created()
        terminal = {**fields, "GUID": new_guid()}
        agent.call("cash_in", "createCashInPayment", **terminal)  # younger, so it expires later
        poll(lambda: self.state(agent, terminal["GUID"]) == "DECLINED", "the payment expires")
        with self.moves({agent.login: -100_00, client: 100_00}, held={agent.login: -100_00}):
            self.assertEqual(self.status(agent, "completeTransaction", target), "COMPLETED")


if __name__ == "__main__":
    unittest.main()
