"""A node for the agents' SOAP API: its keys, its registry, and who is in it."""
import time
import unittest

import msgpack

from tests.integration import soap_sign
from tests.integration.http_client import Http
from tests.integration.node import GATEWAY, SLOWER, Node
from tests.integration.rpc_client import OVERDRAFT, Rpc, pay
from tests.integration.soap_client import AGENT, Agent, Refusal
from tests.integration.soap_contract import SERVICES
from tests.integration.soap_sign import Key

NONE = (1 << 64) - 1  # of a ceiling or a limit: there is none
ISSUER, FEES = 1, 2
OTHER_AGENT, MODERN_AGENT = "72222222222", "72222222223"
CLIENT, ANONYMOUS, BLOCKED, NOBODY = "77072734954", "77010000002", "77010000003", "77019999999"
MERCHANT, TERMINAL = "72222222229", "T0001"
NAMES, IIN = ("Айгерім", "Ёлкина", "Қанатқызы"), "800101300123"  # of CLIENT
FLOAT = 1_000_000_00  # tiyn on each agent's account
REPEAT_MS = 300 * SLOWER  # age at which a repeat completes a payment

PRIVILEGES = 511  # all
ANSWER_SHA256 = 1
PAYER_AGENT, PAYER_CLIENT, PAYER_MERCHANT = 1, 2, 3


def public_der(key):
    return soap_sign.openssl("rsa", "-pubin", "-outform", "DER", given=key.public)


class SoapNode:
    """A running node and what an operator does to it."""

    def __init__(self, loops=1, ledger=(), providers=None, outbox=(), checkout=(), before=(),
                 **settings):
        """settings: of the config's section soap; ledger, outbox, checkout: of those, (key, value)
        pairs. before: a command that runs the node."""
        self.key = Key.make(2048, "node")
        shop = {**GATEWAY, "rights": GATEWAY["rights"] + ", token", "accounts": "all"}
        self.node = Node({"shop": shop}, providers, node={"loops": loops}, ledger=dict(ledger),
                         outbox=dict(outbox), checkout=dict(checkout), soap={
            "node_key": "node.key.pem", "repeat_after_ms": REPEAT_MS, "fee_account": FEES,
            **settings})
        secret = self.node.folder / "node.key.pem"
        secret.write_bytes(self.key.private)
        secret.chmod(0o600)
        self.node.before = before
        self.node.start()
        self.operator = Rpc(self.node.unix_path)

    def close(self):
        self.operator.close()
        self.node.close()

    def url(self, service):
        host, port = self.node.http
        return f"http://{host}:{port}{SERVICES[service].path}"

    # ---- The registry

    def put(self, key, **fields):
        """Sets a registry record."""
        done = self.operator.outcome("registry_put", key.encode(), msgpack.packb(fields))
        assert done.status in ("DONE", "REPLAYED"), done

    def account(self, number, kind, **fields):
        opened = self.operator.outcome("account_open", {"id": int(number), "kind": kind,
                                                        "owner": int(number), **fields})
        assert opened.status in ("DONE", "REPLAYED"), opened

    def change_account(self, number, **fields):
        changed = self.operator.outcome("account_change", int(number), fields)
        assert changed.status == "DONE", changed

    def add_agent(self, login, key, number=1, **fields):
        self.account(login, "agent")
        self.put(f"agent/{login}", **{"account": int(login), "name": f"Agent {login}",
                                      "privileges": PRIVILEGES, **fields})
        self.add_key(login, number, key)

    def add_key(self, login, number, key, **fields):
        self.put(f"key/{login}/{number}", der=public_der(key), **fields)

    def add_client(self, login, **fields):
        self.account(login, "wallet")
        self.put(f"client/{login}", account=int(login), **fields)

    def tariff(self, operation, agent="any", merchant="any", **fields):
        self.put(f"tariff/{operation}/{agent}/{merchant}", **fields)

    # ---- Money

    def fund(self, account, tiyn, reference=None):
        """Puts money on an account."""
        done = self.operator.open(pay(reference or f"fund-{account}-{time.monotonic_ns()}", ISSUER,
                                      int(account), tiyn, requester=1))
        assert done[0].status == "DONE", done

    def money(self, account):
        """(balance, held of it), tiyn."""
        got = self.operator.account(int(account))
        return (got["credits_posted"] - got["debits_posted"], got["debits_pending"])

    def token(self, client):
        """A new one-time token for the client's next cash-out, as its own gateway gets it."""
        with Http(self.node.http) as http:
            response = http.post(f"/v1/clients/{client}/cash-out-tokens")
        assert response.status == 201, response
        return response.json()["token"]

    # ---- The usual ones

    def fill(self):
        """Two agents with legacy keys, one without; clients; a merchant with a terminal."""
        self.keys = {login: Key.make(2048 if login == MODERN_AGENT else 1024, login)
                     for login in (AGENT, OTHER_AGENT, MODERN_AGENT)}
        self.account(ISSUER, "issuer", flags=OVERDRAFT)
        self.account(FEES, "fee")
        for login, key in self.keys.items():
            self.add_agent(login, key, legacy_signature=login != MODERN_AGENT)
            self.fund(login, FLOAT)
        first, last, patronymic = NAMES
        self.add_client(CLIENT, first_name=first, last_name=last, patronymic=patronymic, iin=IIN,
                        identified=True)
        self.add_client(ANONYMOUS)
        self.add_client(BLOCKED, blocked=True)
        self.account(MERCHANT, "merchant")
        self.put(f"merchant/{MERCHANT}", name="Дүкен", wallets=[int(MERCHANT)])
        self.put(f"terminal/{TERMINAL}", merchant=int(MERCHANT), name="Касса 1")
        return self

    def agent(self, login=AGENT, **options):
        """An agent's system that speaks to the node."""
        options.setdefault("hash_", "sha256" if login == MODERN_AGENT else "sha1")
        options.setdefault("key", self.keys[login])
        return Agent(self.node.http, node_public=self.key.public, login=login, **options)


class SoapCase(unittest.TestCase):
    """One node for all tests of the class."""
    SETTINGS = {}

    @classmethod
    def setUpClass(cls):
        cls.soap = SoapNode(**cls.SETTINGS)
        cls.addClassCleanup(cls.soap.close)
        cls.soap.fill()

    def agent(self, login=AGENT, **options):
        agent = self.soap.agent(login, **options)
        self.addCleanup(agent.close)
        return agent

    def refused(self, code, call, *arguments, **options):
        """Expects a refusal with this code."""
        with self.assertRaises(Refusal) as raised:
            call(*arguments, **options)
        self.assertEqual(raised.exception.code, code, raised.exception)
        return raised.exception


def wait_for_repeat():
    """Until a repeat of what is pending now completes it."""
    time.sleep((REPEAT_MS + 50) / 1000)
