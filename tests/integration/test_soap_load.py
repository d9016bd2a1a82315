"""Agents, operators, gateways and strangers at once on a node with two event loops. Also what runs
on a node built with ThreadSanitizer."""
import time
import unittest

from tests.integration import soap_sign
from tests.integration.case import Together
from tests.integration.node import SANITIZED
from tests.integration.rpc_client import Rpc, pay
from tests.integration.soap_client import Refusal, new_guid
from tests.integration.soap_contract import SERVICES
from tests.integration.soap_node import ISSUER, PAYER_AGENT
from tests.integration.soap_sign import Key
from tests.integration.soap_world import BALANCE, PAY, WorldCase

SECONDS = 6 if SANITIZED else 3
CONNECTIONS = 32  # of one agent; the system gives them to both loops


class LoopsCase(WorldCase):
    SETTINGS = {"repeat_after_ms": 1, "loops": 2, "ledger": (("checkpoint_ms", 20),)}

    def change(self, agent, **fields):
        self.soap.put(f"agent/{agent.login}", **{"account": int(agent.login), "name": "A",
                                                 "legacy_signature": True, **fields})


class Changes(LoopsCase):
    def test_a_change_counts_on_all_loops_for_the_very_next_request(self):
        agent = self.new_agent()
        systems = [self.system_of(agent.login, agent.key) for _ in range(CONNECTIONS)]
        message = agent.message("tm_1_1", "availableBalance")
        for _ in range(5):
            self.change(agent, privileges=BALANCE)
            for system in systems:
                self.assertTrue(system.repeat("tm_1_1", "availableBalance", message)
                                ["agentBalanceResponse"])
            self.change(agent, privileges=0)
            for system in systems:
                self.refused("PRIVILEGE_MISSING", system.repeat, "tm_1_1", "availableBalance",
                             message)
            self.change(agent, privileges=BALANCE, blocked=True)
            for system in systems:
                self.refused("BAD_SIGNATURE", system.repeat, "tm_1_1", "availableBalance",
                             message)


class Load(Together, LoopsCase):
    def setUp(self):
        super().setUp()
        self.agents = [self.new_agent(label=f"agent {i}") for i in range(3)]
        self.clients = [self.new_client(balance=10_000_00, label=f"client {i}") for i in range(4)]
        self.moved = {account: 0 for _, account in self.parties}
        self.begin(SECONDS)

    def move(self, debit, credit, amount):
        with self.lock:
            self.moved[int(debit)] -= amount
            self.moved[int(credit)] += amount

    def to_the_end(self, system, service, operation, **fields):
        """A terminal payment, repeated until it is final."""
        message = system.message(service, operation, **fields)
        while (status := system.repeat(service, operation, message).status) == "PENDING":
            time.sleep(0.001)
        return status

    def cash_in(self, dice):
        agent = dice.choice(self.agents)
        with_own = self.system_of(agent.login, agent.key)
        while self.going():
            client, tiyn = dice.choice(self.clients), dice.randrange(1, 300)
            status = self.to_the_end(with_own, *PAY, toUserName=client, GUID=new_guid(),
                                     amount=f"{tiyn // 100}.{tiyn % 100:02d}")
            assert status == "COMPLETED", status
            self.move(agent.login, client, tiyn)

    def cash_out(self, dice):
        """Of a client of its own, since a new token replaces the one before."""
        agent = dice.choice(self.agents)
        client = self.clients[0]
        system = self.system_of(agent.login, agent.key)
        while self.going():
            status = self.to_the_end(system, "cash_out", "createCashOut", fromUserName=client,
                                     amount="0.07", GUID=new_guid(), token=self.soap.token(client))
            assert status == "COMPLETED", status
            self.move(client, agent.login, 7)

    def two_phase(self, dice):
        agent = dice.choice(self.agents)
        system = self.system_of(agent.login, agent.key)
        while self.going():
            client, guid = dice.choice(self.clients), new_guid()
            made = system.call("tm_1_1", "createCashInTransaction", toUserName=client,
                               amount="0.05", GUID=guid)
            end = dice.choice(("completeTransaction", "declineTransaction"))
            system.call("tm_1_1", end, GUID=guid,
                        transactionId=made["transactionInfo/transactionId"])
            if end == "completeTransaction":
                self.move(agent.login, client, 5)

    def gateway(self, dice):
        with Rpc(self.soap.node.rpc) as rpc:
            while self.going():
                outcomes = rpc.open(*(pay(dice.randbytes(16).hex(), ISSUER,
                                          int(self.clients[1]), 1) for _ in range(50)))
                for outcome in outcomes:
                    assert outcome.status == "DONE", outcome
                with self.lock:
                    self.moved[int(self.clients[1])] += len(outcomes)

    def operator(self, dice):
        """Changes that mean nothing to the payments under way, and some that refuse others'."""
        with Rpc(self.soap.node.unix_path) as rpc:
            put = self.soap.put
            for number in range(1000000):
                if not self.going():
                    return
                self.change(self.agents[0], privileges=511, name=f"Agent {number}")
                put("tariff/cash_in_avtobys/any/any", fixed=number % 900, payer=PAYER_AGENT)
                put(f"key/{self.agents[0].login}/9", blocked=number % 2 == 0,
                    der=soap_sign.openssl("rsa", "-pubin", "-outform", "DER",
                                          given=self.agents[0].key.public))
                rpc.call("node.flush")

    def strangers(self, dice):
        namespace = SERVICES["cash_in"].namespace
        stranger = self.system_of("72229999999", Key.make(1024, "stranger"))
        echo = stranger.sign(f'<n:echo xmlns:n="{namespace}"><Echo>x</Echo></n:echo>')
        while self.going():
            for message in (echo, dice.randbytes(300), b"<a>" * 100):
                assert stranger.post("cash_in", message).status in (200, 500, 503)
            try:
                stranger.call("tm_1_1", "availableBalance")
                raise AssertionError("a stranger is believed")
            except Refusal as refusal:
                assert refusal.code == "BAD_SIGNATURE", refusal

    def test_all_at_once(self):
        work = [self.cash_in] * 4 + [self.two_phase] * 2 + [self.strangers] * 2 + \
            [self.cash_out, self.gateway, self.operator]
        before = {account: self.soap.money(account) for account in self.moved}
        self.run_all(work)
        self.assertGreater(sum(map(abs, self.moved.values())), 1000)
        for account, moved in self.moved.items():
            self.assertEqual(self.soap.money(account), (before[account][0] + moved, 0), account)
        self.soap.operator.close()
        self.soap.node.stop()
        self.assertIn("Sound", self.soap.node.audit())
        self.soap.node.start()
        self.soap.operator = Rpc(self.soap.node.unix_path)


if __name__ == "__main__":
    unittest.main()
