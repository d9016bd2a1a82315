"""A backup of a node that is paying: all that was answered before it is in it, whole."""
import threading
import unittest

from tests.integration.case import AGENT, CLIENTS, next_reference, open_accounts
from tests.integration.node import Node, poll
from tests.integration.rpc_client import Rpc, pay

BATCH = 200


class Backup(unittest.TestCase):
    def setUp(self):
        self.node = Node()
        self.addCleanup(self.node.close)
        self.node.start()
        open_accounts(self.node)
        self.done = {}  # reference -> outcome, in the order of the answers
        self.going = True

    def load(self):
        with Rpc(self.node.rpc) as client:
            while self.going:
                batch = [pay(next_reference(), AGENT, CLIENTS[n % 10], 1 + n % 7,
                             "hold" if n % 20 == 0 else "post") for n in range(BATCH)]
                for sent, outcome in zip(batch, client.open(*batch)):
                    self.done[sent[0]] = outcome

    def test_backup_under_load_and_restore(self):
        thread = threading.Thread(target=self.load)
        thread.start()
        backup, copy = self.node.folder / "backup", self.node.folder / "copy"
        try:
            poll(lambda: len(self.done) > 20 * BATCH, "load")
            before = dict(self.done)
            made = self.node.command("backup", "--socket", self.node.unix_path, backup)
            self.assertEqual(made.returncode, 0, made)
            during = len(self.done)
            poll(lambda: len(self.done) > during + 10 * BATCH, "payments go on after the backup")
        finally:
            self.going = False
            thread.join()
        self.assertIn("Sound", self.node.audit(backup))
        self.assertEqual(self.node.command("restore", backup, copy).returncode, 0)
        self.assertIn("Sound", self.node.audit(copy))
        self.node.stop()
        self.node.sections["node"]["data"] = "copy"
        self.node.write_config()
        self.node.start()
        with Rpc(self.node.rpc) as client:
            for reference, outcome in before.items():
                status, record = client.record("lookup", reference)
                self.assertEqual((status, record["id"]), ("DONE", outcome.payment))
            newest = list(self.done)[-1]  # is later than the backup: unknown, so made now
            self.assertEqual(client.record("lookup", newest)[0], "PAYMENT_NOT_FOUND")
            batch = [pay(next_reference(), AGENT, 2001, 1, attributes=b"x" * 400)
                     for _ in range(8000)]  # as much as one record of the journal holds
            made = client.open(*batch)
            self.assertEqual({outcome.status for outcome in made}, {"DONE"})
        self.node.kill()
        self.node.start()
        with Rpc(self.node.rpc) as client:
            self.assertEqual({(outcome.status, outcome.payment) for outcome in client.open(*batch)},
                             {("REPLAYED", outcome.payment) for outcome in made})
        self.node.stop()
        self.assertIn("Sound", self.node.audit(copy))


if __name__ == "__main__":
    unittest.main()
