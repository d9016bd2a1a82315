"""What the tests of deliveries start with: a node, one provider or more, and payments for them."""
import json
import re
import unittest
import urllib.request

from tests.integration.case import AGENT, SHOP, money, next_reference, open_accounts
from tests.integration.node import BEARER, GATEWAY, Node, poll
from tests.integration.provider import Provider
from tests.integration.rpc_client import STATES, Rpc, pay

DELIVERS = {**GATEWAY, "rights": GATEWAY["rights"] + ", deliver"}


def section(provider, number=1, **changes):
    """The [provider] section of one."""
    return {"number": number, "profile": "osmp", "base_url": provider.url, "concurrency": 8,
            "connect_timeout_ms": 2000, "total_timeout_ms": 1000, **changes}


def order(account, amount=100_00, provider=1, **more):
    """A payment that its provider is told of."""
    attributes = {"account": account, "amount": money(amount), **more}
    return pay(next_reference(), AGENT, SHOP, amount, "hold", deliver_to=provider,
               attributes=json.dumps(attributes))


class OutboxCase(unittest.TestCase):
    """A node of its own for each test; its pauses are 50 ms, 150 ms, 300 ms and so on."""
    OUTBOX = {}
    LEDGER = {}

    def setUp(self):
        self.provider = self.new_provider()

    def new_provider(self, **options):
        provider = Provider(**options)
        self.addCleanup(provider.close)
        return provider

    def start(self, *changes, **sections):
        """changes: [provider] keys of the one that there is; sections: whole ones by name."""
        providers = sections or {"one": section(self.provider, **(changes[0] if changes else {}))}
        self.node = Node(gateways={"shop": DELIVERS}, providers=providers, ledger=self.LEDGER,
                         outbox={"pause_permille": 5, "breaker_pause_ms": 200, **self.OUTBOX})
        self.addCleanup(self.node.close)
        self.node.start()
        open_accounts(self.node)
        self.connect()

    def connect(self):
        self.rpc = Rpc(self.node.rpc)
        self.addCleanup(self.rpc.close)

    def restart(self):
        self.node.restart()
        self.connect()

    def open(self, *orders):
        """The payments' ids."""
        outcomes = self.rpc.open(*orders)
        for outcome in outcomes:
            self.assertEqual((outcome.status, outcome.state), ("DONE", "HELD"), outcome)
        return [outcome.payment for outcome in outcomes]

    def payment(self, number):
        return self.rpc.record("lookup", number)[1]

    def state(self, number):
        return STATES[self.payment(number)["state"]]

    def wait(self, number, state, seconds=15):
        poll(lambda: self.state(number) == state, f"payment {number} becomes {state}", seconds)

    def deliver(self, account, state, **more):
        """One payment, until its end; its id and what the provider was asked."""
        number = self.open(order(account, **more))[0]
        self.wait(number, state)
        return number, self.provider.of(account)

    def metrics(self):
        """name{labels} -> value of the outbox's metrics."""
        request = urllib.request.Request(f"http://{self.node.http[0]}:{self.node.http[1]}/metrics",
                                         headers={"Authorization": f"Bearer {BEARER}"})
        text = urllib.request.urlopen(request, timeout=10).read().decode()
        found = re.findall(r"^(tiyn_(?:deliver|provider)\w+(?:\{.*\})?) ([0-9.]+)$", text, re.M)
        return {name: float(value) for name, value in found}
