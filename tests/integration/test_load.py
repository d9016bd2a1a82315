"""Two event loops under every kind of load at once, with the operator at work. Also what runs on a
node built with ThreadSanitizer."""
import pathlib
import re
import time

from tests.integration.case import AGENT, AGENT_FLOAT, CLIENTS, NodeCase, Together, payment
from tests.integration.node import SANITIZED
from tests.integration.rpc_client import Rpc, RpcError, pay

SECONDS = 6 if SANITIZED else 3


class Load(Together, NodeCase):
    CONFIG = {"node": {"loops": 2}, "ledger": {"checkpoint_ms": 50}}

    def setUp(self):
        self.paid = {number: 0 for number in CLIENTS}
        self.begin(SECONDS)

    def note(self, account, amount):
        with self.lock:
            self.paid[account] += amount

    def batches(self, dice):
        with Rpc(self.node.rpc) as client:
            while self.going():
                targets = [dice.choice(CLIENTS) for _ in range(dice.randrange(1, 500))]
                outcomes = client.open(*(pay(self.reference(dice), AGENT, target, 1)
                                         for target in targets))
                for target, outcome in zip(targets, outcomes):
                    assert outcome.status == "DONE", outcome
                    self.note(target, 1)

    def singles(self, dice):
        with Rpc(self.node.rpc) as client:
            while self.going():
                target = dice.choice(CLIENTS)
                held = client.open(pay(self.reference(dice), AGENT, target, 2, "hold"))[0]
                if dice.random() < 0.5:
                    assert client.outcome("complete", held.payment).status == "DONE"
                    self.note(target, 2)
                else:
                    assert client.outcome("decline", held.payment).status == "DONE"

    def http_payments(self, dice):
        while self.going():  # a new connection now and then
            client = self.http()
            for _ in range(dice.randrange(1, 50)):
                target = dice.choice(CLIENTS)
                body = payment(credit=target, amount="0.03")
                body["reference"] = self.reference(dice)
                assert client.post("/v1/payments", body).status == 201
                self.note(target, 3)
            client.close()

    def readers(self, dice):
        with Rpc(self.node.rpc) as client:
            while self.going():
                account = dice.choice(CLIENTS)
                client.call("statement", account, {"limit": 50})
                client.call("info")
                assert self.http().get(f"/v1/accounts/{account}/entries").status in (200, 503)
                assert self.http(key=None).get("/metrics").status == 200

    def operator(self, dice):
        with Rpc(self.node.unix_path) as client:
            number = 0
            while self.going():
                client.call("node.flush")
                client.call("node.stats")
                client.call("node.backup", str(self.node.folder / f"backup-{number}"))
                number += 1

    def strangers(self, dice):
        while self.going():
            with Rpc(self.node.rpc, login=False) as client:
                client.socket.sendall(dice.randbytes(dice.randrange(1, 300)))
            with self.http() as client:
                client.send(dice.randbytes(dice.randrange(1, 300)))
            time.sleep(0.001)

    @staticmethod
    def reference(dice):
        return dice.randbytes(16).hex()

    def test_every_kind_of_load(self):
        work = ([self.batches] * 3 + [self.singles] * 4 + [self.http_payments] * 4
                + [self.readers] * 2 + [self.operator, self.strangers])
        self.run_all(work)
        client = self.rpc()
        for number in CLIENTS:
            account = client.account(number)
            self.assertEqual((account["balance"], account["credits_pending"]),
                             (self.paid[number], 0))
        self.assertEqual(client.account(AGENT)["balance"], AGENT_FLOAT - sum(self.paid.values()))
        self.assertGreater(sum(self.paid.values()), 1000)
        self.both_loops_worked()
        for backup in sorted(self.node.folder.glob("backup-*"))[-1:]:
            self.assertIn("Sound", self.node.audit(backup))
        self.node.stop()
        self.assertIn("Sound", self.node.audit())
        self.node.start()

    def both_loops_worked(self):
        """By the processor time of the threads, which have names."""
        busy = {}
        for task in pathlib.Path(f"/proc/{self.node.process.pid}/task").iterdir():
            name = (task / "comm").read_text().strip()
            fields = (task / "stat").read_text().rsplit(")", 1)[1].split()
            if re.search(r"loop", name):
                busy[name] = int(fields[11]) + int(fields[12])
        self.assertEqual(len(busy), 2, busy)
        self.assertGreater(min(busy.values()), 0, busy)
