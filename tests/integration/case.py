"""What most tests start with: a node with a few accounts and money in them."""
import itertools
import random
import threading
import time
import unittest

from tests.integration.http_client import Http
from tests.integration.node import Node
from tests.integration.rpc_client import OVERDRAFT, Rpc, pay

ISSUER, FEES, AGENT, SHOP = 1, 2, 1001, 3001
CLIENTS = range(2001, 2011)
AGENT_FLOAT = 100_000_000_00  # tiyn

reference_numbers = itertools.count(1)


def next_reference():
    return f"r-{next(reference_numbers)}"


def tiyn(text):
    """Tiyn of "12.34"."""
    whole, _, parts = text.partition(".")
    assert len(parts) == 2, text
    return int(whole + parts)


def money(amount):
    """The opposite: what the JSON API takes."""
    return f"{amount // 100}.{amount % 100:02d}"


def payment(debit=AGENT, credit=2001, amount="1.00", **more):
    """The JSON of a new payment."""
    return {"reference": next_reference(), "operation": "cash_in", "mode": "post",
            "legs": [{"debit": debit, "credit": credit, "amount": amount}], **more}


def open_accounts(node):
    """The accounts above, and money on the agent's, through the operator's socket."""
    with Rpc(node.unix_path) as operator:
        for number, kind, flags in [(ISSUER, "issuer", OVERDRAFT), (FEES, "fee", 0),
                                    (AGENT, "agent", 0), (SHOP, "merchant", 0),
                                    *((number, "wallet", 0) for number in CLIENTS)]:
            opened = operator.outcome("account_open", {"id": number, "kind": kind, "owner": number,
                                                       "flags": flags})
            assert opened.status in ("DONE", "REPLAYED"), opened
        float_ = operator.open(pay("float", ISSUER, AGENT, AGENT_FLOAT, requester=7))
        assert float_[0].status in ("DONE", "REPLAYED"), float_
        operator.call("node.flush")  # statements are read from the last checkpoint


class NodeCase(unittest.TestCase):
    """One node for all tests of the class. CONFIG: changes to the tests' config."""
    CONFIG = {}
    GATEWAYS = None

    @classmethod
    def setUpClass(cls):
        cls.node = Node(gateways=cls.GATEWAYS, **cls.CONFIG)
        cls.addClassCleanup(cls.node.close)
        cls.node.start()
        open_accounts(cls.node)

    def http(self, **options):
        client = Http(self.node.http, **options)
        self.addCleanup(client.close)
        return client

    def rpc(self, **options):
        client = Rpc(self.node.rpc, **options)
        self.addCleanup(client.close)
        return client

    def balance(self, account):
        """Tiyn that the account has, as the JSON API says it."""
        got = self.http().get(f"/v1/accounts/{account}").json()
        return tiyn(got["credits_posted"]) - tiyn(got["debits_posted"])

    def problem(self, response, status, code):
        """Expects an RFC 9457 problem document."""
        self.assertEqual(response.status, status, response)
        self.assertEqual(response.headers["content-type"], "application/problem+json")
        self.assertEqual(response.json()["code"], code, response)
        self.assertEqual(response.json()["status"], status, response)


class Together:
    """Of a test case: methods that work in threads of their own for some seconds, while going()."""

    def begin(self, seconds):
        self.lock = threading.Lock()
        self.errors = []
        self.end = time.monotonic() + seconds

    def going(self):
        return time.monotonic() < self.end

    def run_one(self, function, seed):
        try:
            function(random.Random(seed))
        except Exception as error:  # shown by the test, whatever it was
            self.errors.append((function.__name__, seed, repr(error)))
            self.end = 0

    def run_all(self, work):
        """Each of them gets its own dice; an error ends all."""
        threads = [threading.Thread(target=self.run_one, args=(function, seed))
                   for seed, function in enumerate(work)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(self.errors, [])
