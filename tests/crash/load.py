"""The clients of the crash test: each a thread with a connection of its own, until it breaks."""
import threading

from tests.crash.book import AGENTS, POOR, SHOPS, WALLETS, Record, Wrong
from tests.integration.case import money
from tests.integration.http_client import Closed as HttpClosed
from tests.integration.http_client import Http
from tests.integration.rpc_client import Closed, Outcome, Rpc, RpcError, pay_legs

BROKEN = (Closed, HttpClosed, ConnectionError, TimeoutError, OSError, RpcError)


class Client(threading.Thread):
    def __init__(self, node, book, dice, name):
        super().__init__(name=name)
        self.node, self.book, self.dice = node, book, dice
        self.mine, self.number, self.wrong = [], 0, None

    def run(self):
        try:
            self.work()
        except Wrong as error:
            self.wrong = error
        except BROKEN:
            pass  # the node was killed; what had no answer stays unknown

    def record(self, mode=None):
        """A new payment: mostly one leg, from an agent to a wallet."""
        dice = self.dice
        self.number += 1
        wallet, amount = dice.choice(WALLETS), dice.randrange(1, 100_000)
        agent = POOR if dice.random() < 0.03 else dice.choice(AGENTS)
        legs = [[agent, wallet, amount]]
        if dice.random() < 0.2:
            legs.append([wallet, dice.choice(SHOPS), amount])
        mode = mode or ("hold" if dice.random() < 0.1 else "post")
        # Random first, so that references fall everywhere in the index.
        return Record(pay_legs(f"{dice.getrandbits(40):x}-{self.name}-{self.number}", legs, mode))

    def some(self, count):
        """New ones, and now and then one that was sent before."""
        fresh, asked = [], []
        for _ in range(count):
            if self.mine and self.dice.random() < 0.05:
                asked.append(self.dice.choice(self.mine))
            else:
                fresh.append(self.record())
                asked.append(fresh[-1])
        self.mine = (self.mine + fresh)[-2000:]
        self.book.send(fresh)
        return asked


class Batches(Client):
    def work(self):
        with Rpc(self.node.rpc) as client:
            while True:
                asked = self.some(self.dice.choice((1, 10, 100, 400, 1000)))
                outcomes = client.open(*(record.fields for record in asked))
                for record, outcome in zip(asked, outcomes):
                    self.book.opened(record, outcome)


class Singles(Client):
    """One payment a call, many calls in flight."""

    def work(self):
        with Rpc(self.node.rpc) as client:
            flying = {}
            while True:
                while len(flying) < 32:
                    record = self.some(1)[0]
                    flying[client.send("open", [record.fields])] = record
                msgid, error, result = client.receive()
                record = flying.pop(msgid)
                if error is None:
                    self.book.opened(record, Outcome.read(result[0]))


class Holds(Client):
    """Holds, which are completed, declined, or left."""

    def work(self):
        with Rpc(self.node.rpc) as client:
            while True:
                held = [self.record("hold") for _ in range(20)]
                self.book.send(held)
                for record, outcome in zip(held, client.open(*(r.fields for r in held))):
                    self.book.opened(record, outcome)
                calls = {}
                for record in held:
                    if record.state == "HELD" and self.dice.random() < 0.9:
                        record.asked = self.dice.choice(("complete", "decline"))
                        target = self.dice.choice((record.id, record.reference))
                        calls[client.send(record.asked, target)] = record
                for msgid, record in calls.items():
                    self.book.ended(record, record.asked, Outcome.read(client.answer(msgid)))


class HttpPayments(Client):
    def work(self):
        with Http(self.node.http) as client:
            while True:
                record = self.some(1)[0]
                reference, _, legs, mode = record.fields
                answer = client.post("/v1/payments", {
                    "reference": reference, "operation": "cash_in", "mode": mode,
                    "legs": [{"debit": debit, "credit": credit, "amount": money(amount)}
                             for debit, credit, amount in legs]})
                said = answer.json()
                if answer.status in (200, 201):
                    self.book.opened(record, Outcome(
                        "REPLAYED" if said["replayed"] else "DONE", said["id"], said["state"],
                        said["replayed"], said["sequence"], None))
                elif answer.status == 422:
                    self.book.opened(record, Outcome(said["code"], 0, "NONE", False, 0, None))


KINDS = (Batches, Batches, Singles, Holds, HttpPayments)
