"""A disk that fails or is full: refusals, a clear end, and never a loss."""
import contextlib
import os
import resource
import subprocess
import time
import unittest

from tests.integration.case import AGENT, ISSUER, next_reference, open_accounts, payment
from tests.integration.http_client import Closed as HttpClosed
from tests.integration.http_client import Http
from tests.integration.node import SLOWER, Node, poll
from tests.integration.rpc_client import Closed, Outcome, Rpc, RpcError, pay

BATCH = 500
MIB = 1 << 20


class Disk(unittest.TestCase):
    def setUp(self):
        self.node = Node(timeouts={"answer_ms": 5000})
        self.addCleanup(self.node.close)
        self.done = {}  # acknowledged: reference -> outcome
        self.refused = set()  # told BUSY: not made

    def pay_until(self, stop, most=2_000_000, batch=BATCH):
        """Pays in batches until stop() or until the node does not answer any more."""
        client = Rpc(self.node.rpc)
        try:
            while not stop() and len(self.done) < most:
                payments = [pay(next_reference(), AGENT, 2001 + n % 10, 1, attributes=b"x" * 400)
                            for n in range(batch)]
                for sent, outcome in zip(payments, client.open(*payments)):
                    if outcome.status == "DONE":
                        self.done[sent[0]] = outcome
                    else:
                        self.assertEqual(outcome.status, "BUSY")
                        self.refused.add(sent[0])
        except RpcError as error:
            self.assertIn(error.code, ("UNKNOWN", "BUSY"))
        except (Closed, ConnectionError):
            pass
        finally:
            client.close()

    def nothing_was_lost(self):
        """After a start on a disk that works: what was acknowledged is there as it was told."""
        with Rpc(self.node.rpc) as client:
            calls = {client.send("lookup", reference): reference for reference in
                     list(self.done)[::7] + list(self.done)[-2 * BATCH:]}
            for call, reference in calls.items():
                status, record = client.answer(call)
                self.assertEqual(status, 0, reference)
                self.assertEqual(record["id"], self.done[reference].payment)
            for reference in list(self.refused)[:2000]:
                self.assertEqual(client.record("lookup", reference)[0], "PAYMENT_NOT_FOUND")
            moved = sum(client.account(2001 + n)["balance"] for n in range(10))
            self.assertGreaterEqual(moved, len(self.done))
            self.assertEqual(client.account(ISSUER)["balance"] + client.account(AGENT)["balance"]
                             + moved, 0)
        self.node.stop()
        self.assertIn("Sound", self.node.audit())

    def get(self, path):
        with Http(self.node.http, key=None) as client:
            return client.get(path)

    def limit_files(self, size):
        """From now on no byte of a file behind `size` can be written; None: any again."""
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.prlimit(self.node.process.pid, resource.RLIMIT_FSIZE,
                         (hard if size is None else size, hard))

    def test_a_journal_that_cannot_be_written_ends_the_node(self):
        self.node.start()
        open_accounts(self.node)
        self.pay_until(lambda: len(self.done) >= 3000)
        held = Http(self.node.http)
        self.limit_files(4096)
        with contextlib.suppress(HttpClosed):
            answer = held.post("/v1/payments", payment())
            self.assertIn(answer.status, (503, 504), "not acknowledged, and not called refused")
        held.close()
        self.assertEqual(self.node.wait(), 3)
        self.assertIn("journal", self.node.log())
        self.node.start()
        self.nothing_was_lost()

    def test_a_store_that_cannot_be_written_is_an_alarm_then_busy(self):
        self.node.start()
        open_accounts(self.node)
        store = max(path.stat().st_size for path in self.node.data.rglob("*") if path.is_file())
        self.limit_files(max(store, 16 * MIB) + 4 * MIB)

        self.pay_until(lambda: self.refused, 400_000)
        self.assertTrue(self.refused, "the tables got full, and the node said so")
        metrics = self.get("/metrics").body.decode()
        self.assertRegex(metrics, r"tiyn_checkpoint_failures_total [1-9]")
        self.assertIsNone(self.node.process.poll(), "it waits for the disk to come back")
        poll(lambda: self.get("/readyz").status == 503, "not ready")
        for size in 100, 10, 1:  # smaller ones find the last bytes of room
            self.refused.clear()
            self.pay_until(lambda: self.refused, batch=size)
        with Http(self.node.http) as client:
            answer = client.post("/v1/payments", payment(attributes={"note": "x" * 900}))
        self.assertEqual((answer.status, answer.json()["code"]), (503, "BUSY"))
        self.assertTrue([event for event in self.node.events() if event["level"] == "error"],
                        "an alarm is in the log")
        # The disk is well again: so is the node, without a restart.
        self.limit_files(None)
        poll(lambda: self.get("/readyz").status == 200, "ready again", 30)
        before = len(self.done)
        self.pay_until(lambda: len(self.done) > before + 1000)
        self.assertGreater(len(self.done), before)
        self.node.restart()
        self.nothing_was_lost()

    def test_a_stop_while_the_store_cannot_be_written(self):
        """It is bounded, whatever waits, and loses nothing."""
        self.node.start()
        open_accounts(self.node)
        store = max(path.stat().st_size for path in self.node.data.rglob("*") if path.is_file())
        self.limit_files(max(store, 16 * MIB) + 4 * MIB)
        self.pay_until(lambda: self.refused, 400_000)
        with Rpc(self.node.unix_path) as operator:
            for _ in range(20):  # more than there are workers
                operator.send("node.flush")
            time.sleep(0.3)
            started = time.monotonic()
            self.node.process.terminate()
            self.assertEqual(self.node.wait(), 3)
            self.assertLess(time.monotonic() - started, 10 * SLOWER)
        self.assertEqual(len(self.node.events("stopped_behind")), 1, self.node.log())
        self.assertFalse(self.node.events("ledger_failed"), self.node.log())
        self.node.start()
        self.nothing_was_lost()

    def test_no_room_for_the_first_batch(self):
        """The journal is made with the first batch: that is not acknowledged, and is the end."""
        self.node.start(limits=[(resource.RLIMIT_FSIZE, 4 * MIB)])
        with self.assertRaises((RpcError, Closed, ConnectionError)):
            open_accounts(self.node)
        self.assertEqual(self.node.wait(), 3)
        self.assertIn("journal", self.node.log())
        self.node.start()
        open_accounts(self.node)
        self.node.stop()

    def test_a_full_disk(self):
        disk = self.node.folder / "disk"
        disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=80m", "tmpfs", str(disk)],
                                 capture_output=True).returncode == 0
        if not mounted:
            self.skipTest("this user may not mount a small file system")
        self.addCleanup(subprocess.run, ["umount", "-l", str(disk)], check=False)
        self.node.sections["node"]["data"] = disk / "data"
        self.node.write_config()
        self.node.start()
        open_accounts(self.node)
        self.pay_until(lambda: self.refused or self.node.process.poll() is not None, 600_000)
        if self.node.process.poll() is None:  # busy: the journal still had room
            self.assertTrue(self.refused)
            self.node.kill()
        else:
            self.assertEqual(self.node.wait(), 3)
            self.assertTrue(self.node.log())
        subprocess.run(["mount", "-o", "remount,size=400m", str(disk)], check=True)
        self.node.start()
        with Rpc(self.node.rpc) as client:
            for reference in list(self.done)[-2 * BATCH:]:
                status, record = client.record("lookup", reference)
                self.assertEqual((status, record["id"]), ("DONE", self.done[reference].payment))
        self.node.stop()
        self.assertIn("Sound", self.node.audit(disk / "data"))


if __name__ == "__main__":
    unittest.main()
