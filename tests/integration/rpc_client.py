"""MessagePack-RPC over a plain socket, written from the protocol's README alone."""
import collections
import hashlib
import hmac
import re
import socket

import msgpack

from tests.integration.node import ROOT, RPC_KEY, SLOWER

STATUSES = re.findall(r"X\(\d+, +([A-Z_]+),", (ROOT / "ledger" / "record.h").read_text()
                      .split("#define LEDGER_STATUS_MAP(X)")[1].split("#define")[0])
STATES = ["NONE", "WAITING", "HELD", "COMPLETED", "DECLINED"]
FROZEN, CLOSED, OVERDRAFT = 1, 2, 4  # account flags
CASH_IN = 3  # an operation


class Closed(Exception):
    """The peer closed the connection."""


class RpcError(Exception):
    """An answer with an error. code: its name."""

    def __init__(self, error):
        super().__init__(str(error))
        self.code, self.text = error["code"], error["text"]


class Outcome(collections.namedtuple("Outcome", "status payment state replayed sequence text")):
    """What became of one command, with names for the numbers."""

    @classmethod
    def read(cls, fields):
        status, payment, state, replayed, sequence, *text = fields
        return cls(STATUSES[status], payment, STATES[state], replayed, sequence,
                   text[0] if text else None)


def pay(reference, debit, credit, amount, mode="post", **options):
    """A payment of one leg, as `open` takes it."""
    return pay_legs(reference, [[debit, credit, amount]], mode, **options)


def pay_legs(reference, legs, mode="post", **options):
    payment = [reference, CASH_IN, legs, mode]
    return payment + [options] if options else payment


def mac(challenge, name, key=RPC_KEY):
    """libsodium's crypto_auth is HMAC-SHA-512, cut to 256 bits."""
    return hmac.new(bytes.fromhex(key), challenge + name.encode(), hashlib.sha512).digest()[:32]


class Rpc:
    def __init__(self, address, name="shop", key=RPC_KEY, login=True, timeout=20):
        """address: (host, port), or the path of a Unix socket, where nobody logs in."""
        unix = isinstance(address, str)
        self.socket = socket.socket(socket.AF_UNIX if unix else socket.AF_INET)
        self.socket.settimeout(timeout * SLOWER)
        self.socket.connect(address)
        if not unix:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.unpacker = msgpack.Unpacker(raw=False, max_buffer_size=1 << 27)
        self.last_id = 0
        self.answers = {}
        if login and not unix:
            self.login(name, key)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        self.socket.close()

    def login(self, name, key):
        challenge = self.call("login", name)
        return self.call("login", name, mac(challenge, name, key))

    def send(self, method, *params):
        """Sends a call; returns its msgid."""
        self.last_id += 1
        self.socket.sendall(msgpack.packb([0, self.last_id, method, list(params)]))
        return self.last_id

    def receive(self):
        """The next answer, as (msgid, error, result)."""
        while True:
            for answer in self.unpacker:
                kind, msgid, error, result = answer
                assert kind == 1, answer
                return msgid, error, result
            try:
                data = self.socket.recv(1 << 16)
            except ConnectionResetError:
                data = b""
            if not data:
                raise Closed()
            self.unpacker.feed(data)

    def answer(self, msgid):
        """The result of the call with this msgid, in whatever order the answers come."""
        while msgid not in self.answers:
            found, error, result = self.receive()
            assert found not in self.answers, f"two answers to {found}"
            self.answers[found] = (error, result)
        error, result = self.answers.pop(msgid)
        if error is not None:
            raise RpcError(error)
        return result

    def call(self, method, *params):
        return self.answer(self.send(method, *params))

    def open(self, *payments):
        """Opens payments in one call; returns their outcomes."""
        return [Outcome.read(fields) for fields in self.call("open", list(payments))]

    def outcome(self, method, *params):
        """A call that is answered by one outcome."""
        return Outcome.read(self.call(method, *params))

    def record(self, method, *params):
        """A call that is answered by (status, record)."""
        status, record = self.call(method, *params)
        return STATUSES[status], record

    def account(self, number):
        status, record = self.record("account_get", number)
        assert status == "DONE", status
        return record
