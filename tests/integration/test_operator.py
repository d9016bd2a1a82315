"""The operator's commands against a running node: ctl, backup, audit, restore, serve --demo."""
import json
import signal
import stat
import subprocess
import unittest

from tests.integration.case import NodeCase, next_reference, payment
from tests.integration.node import SLOWER, TIYN, Node, poll


class Ctl(NodeCase):
    CONFIG = {"node": {"loops": 2}}

    def ctl(self, *words, code=0):
        done = self.node.command("ctl", "--socket", self.node.unix_path, *words)
        self.assertEqual(done.returncode, code, (words, done.stdout, done.stderr))
        return done

    def json(self, *words, code=0):
        return json.loads(self.ctl("--json", *words, code=code).stdout)

    def pay(self, **changes):
        return self.http().post("/v1/payments", payment(**changes)).json()

    def test_accounts(self):
        self.ctl("accounts", "open", 5001, "--kind", "wallet", "--owner", 9, "--ceiling", "10.50",
                 "--day-limit", "none")
        self.assertIn("was so already", self.ctl("accounts", "open", 5001, "--kind", "wallet",
                                                 "--owner", 9, "--ceiling", "10.50").stdout)
        account = self.json("accounts", "show", 5001)
        self.assertEqual((account["owner"], account["ceiling"], account["day_limit"]),
                         (9, 1050, None))
        self.assertEqual(self.json("accounts", "open", 5001, "--kind", "agent", code=1),
                         {"status": "ACCOUNT_EXISTS"})
        self.ctl("accounts", "change", 5001, "--ceiling", "none", "--floor", "3.00")
        account = self.json("accounts", "show", 5001)
        self.assertEqual((account["ceiling"], account["available"]), (None, 300))
        self.ctl("accounts", "freeze", 5001)
        self.assertEqual(self.pay(credit=5001)["code"], "CREDIT_FROZEN")
        self.ctl("accounts", "unfreeze", 5001)
        self.assertEqual(self.pay(credit=5001)["state"], "COMPLETED")
        self.assertIn("ACCOUNT_NOT_EMPTY", self.ctl("accounts", "close", 5001, code=1).stderr)
        self.assertIn("available", self.ctl("accounts", "show", 5001).stdout)
        self.assertIn("ACCOUNT_NOT_FOUND", self.ctl("accounts", "show", 77, code=1).stderr)

    def test_lists_go_on_where_they_stopped(self):
        self.ctl("flush")
        whole = [row["id"] for row in self.json("accounts", "list")["accounts"]]
        self.assertEqual(whole, sorted(whole))
        self.assertLessEqual({1, 2, 1001, 2001, 2010, 3001}, set(whole))
        pages, after = [], 0
        while True:
            page = self.json("accounts", "list", "--after", after, "--limit", 3)
            self.assertLessEqual(len(page["accounts"]), 3)
            pages += [row["id"] for row in page["accounts"]]
            after = page["next"]
            if after == 0:
                break
        self.assertEqual(pages, whole)
        self.assertIn("--after", self.ctl("accounts", "list", "--limit", 2).stdout)

    def test_statement(self):
        for amount in "1.00", "2.00", "3.00":
            self.assertEqual(self.pay(credit=2008, amount=amount)["state"], "COMPLETED")
        self.ctl("flush")
        page = self.json("accounts", "statement", 2008, "--limit", 2)
        self.assertEqual([entry["amount"] for entry in page["entries"]], [300, 200])
        rest = self.json("accounts", "statement", 2008, "--before", page["next"])
        self.assertEqual([entry["balance"] for entry in rest["entries"]], [100])
        self.assertIn("cash_in", self.ctl("accounts", "statement", 2008).stdout)

    def test_payments(self):
        held = [self.pay(mode="hold", amount="5.00")["id"] for _ in range(3)]
        self.ctl("flush")
        open_ids = [row["id"] for row in self.json("payments", "list-open")["payments"]]
        self.assertLessEqual(set(held), set(open_ids))
        self.assertIn("HELD", self.ctl("payments", "list-open").stdout)
        self.assertEqual(self.json("payments", "complete", held[0])["state"], "COMPLETED")
        self.assertEqual(self.json("payments", "decline", held[1])["state"], "DECLINED")
        self.assertTrue(self.json("payments", "decline", held[1])["replayed"])
        self.assertEqual(self.json("payments", "complete", held[1], code=1),
                         {"status": "ALREADY_DECLINED"})
        self.ctl("payments", "decline", held[2])
        self.assertIn("COMPLETED", self.ctl("payments", "show", held[0]).stdout)

    def test_an_open_payment_is_listed_with_what_was_asked_for(self):
        """And not with the sum of its legs, in which money that passes on counts twice."""
        held = self.pay(mode="hold", legs=[
            {"debit": 1001, "credit": 2007, "amount": "7.00"},
            {"debit": 2007, "credit": 3001, "amount": "7.00"},
            {"debit": 3001, "credit": 2, "amount": "0.07"}])["id"]
        self.ctl("flush")
        row = next(row for row in self.json("payments", "list-open")["payments"]
                   if row["id"] == held)
        self.assertEqual((row["debit"], row["credit"], row["amount"]), (1001, 2007, 700))

    def test_a_waiting_payment_is_retried(self):
        waiting = self.pay(debit=2009, credit=2001, wait_for_funds=True)
        self.assertEqual(waiting["state"], "WAITING")
        self.assertIn("FUNDS", self.ctl("payments", "retry", waiting["id"], code=1).stderr)
        self.pay(credit=2009)
        self.assertEqual(self.json("payments", "retry", waiting["id"])["state"], "COMPLETED")

    def test_a_payment_is_found_by_what_the_gateway_knows(self):
        reference = next_reference() + " \x1b[31m\"б"
        made = self.pay(reference=reference)
        found = self.json("payments", "find", 7, reference)
        self.assertEqual((found["id"], found["state"]), (made["id"], "COMPLETED"))
        self.assertNotIn("\x1b", self.ctl("payments", "find", 7, reference).stdout)
        self.ctl("payments", "find", 8, reference, code=1)

    def test_state(self):
        state = self.json("state")
        self.assertTrue(state["ready"])
        self.assertEqual(state["http_port"], self.node.http[1])
        self.assertGreater(state["statuses"]["DONE"], 0)
        self.assertIn("takes payments", self.ctl("state").stdout)

    def test_wrong_arguments(self):
        for words in (["accounts"], ["accounts", "show"], ["accounts", "show", "x"],
                      ["accounts", "show", 1, 2], ["accounts", "show", 1, "--limit", 3],
                      ["accounts", "open", 5002], ["accounts", "open", 5002, "--kind", "x"],
                      ["accounts", "change", 2001], ["accounts", "change", 2001, "--floor", "1,5"],
                      ["accounts", "change", 2001, "--floor", "none"], ["payments", "find", 7],
                      ["state", "--overdraft"], ["state", "--after"]):
            self.assertIn("--help", self.ctl(*words, code=2).stderr)
        self.ctl("accounts", "list", "--limit", 0, code=1)


class Copies(unittest.TestCase):
    def test_backup_audit_restore(self):
        with Node() as node:
            backup, copy = node.folder / "backup", node.folder / "copy"
            self.ctl(node, "accounts", "open", 1, "--kind", "issuer", "--overdraft")
            self.ctl(node, "accounts", "open", 2001, "--kind", "wallet")
            done = node.command("backup", "--socket", node.unix_path, backup)
            self.assertEqual(done.returncode, 0, done)
            again = node.command("backup", "--socket", node.unix_path, backup)
            self.assertEqual(again.returncode, 3, again)
            self.assertEqual(node.command("audit", node.data).returncode, 3, "it is in use")
            before = sorted(path.name for path in backup.iterdir() if "lock" not in path.name)
            result = json.loads(node.command("audit", "--json", backup).stdout)
            self.assertEqual((result["ok"], result["accounts"]), (True, 2))
            after = sorted(path.name for path in backup.iterdir() if "lock" not in path.name)
            self.assertEqual(before, after, "an audit leaves a backup a backup")
            self.assertEqual(node.command("restore", backup, copy).returncode, 0)
            self.assertEqual(node.command("restore", backup, copy).returncode, 3)
            node.audit(copy)
            node.stop()
            node.sections["node"]["data"] = "copy"
            node.write_config()
            node.start()
            self.assertIn("wallet", self.ctl(node, "accounts", "show", 2001).stdout)

    def ctl(self, node, *words):
        done = node.command("ctl", "--socket", node.unix_path, *words)
        self.assertEqual(done.returncode, 0, done)
        return done


class Demo(unittest.TestCase):
    def setUp(self):
        self.node = Node()
        self.addCleanup(self.node.close)

    def start(self):
        """Starts a demo node; returns what it printed."""
        out = self.node.folder / "out"
        with open(out, "wb") as stdout, open(self.node.folder / "err", "wb") as stderr:
            self.process = subprocess.Popen(
                [TIYN, "serve", "--demo", "--data", "demo", "--http-port", "0", "--rpc-port", "0"],
                cwd=self.node.folder, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr)
        self.addCleanup(self.process.kill)
        return poll(lambda: "Ctrl-C" in out.read_text() and "curl" in out.read_text()
                    and out.read_text(), "the demo is ready", 20)

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.assertEqual(self.process.wait(20 * SLOWER), 0)

    def balance(self, account):
        done = self.node.command("ctl", "--json", "--data", self.node.folder / "demo", "accounts",
                                 "show", account)
        return json.loads(done.stdout)["balance"]

    def test_it_starts_pays_and_starts_again(self):
        printed = self.start()
        lines = printed[printed.index("  curl"):printed.index("and what")]
        for expected in '"replayed":false', '"replayed":true':
            done = subprocess.run(["bash", "-c", lines], cwd=self.node.folder, text=True,
                                  capture_output=True, timeout=20)
            self.assertIn(expected, done.stdout, done)
        self.assertEqual(self.balance(2001), 100_00)
        keys = [self.node.folder / "demo" / name for name in ("gateway.key", "gateway.rpc.key")]
        before = [key.read_text() for key in keys]
        for key in keys:
            self.assertEqual(stat.S_IMODE(key.stat().st_mode), 0o600)
        self.stop()
        self.start()
        self.assertEqual([key.read_text() for key in keys], before)
        self.assertEqual(self.balance(2001), 100_00)
        self.assertEqual(self.balance(1001), 10_000_000_00 - 100_00)
        self.assertEqual(self.balance(1), -(2 * 10_000_000_00 + 365_000_00))
        self.stop()
        self.node.audit(self.node.folder / "demo")


if __name__ == "__main__":
    unittest.main()
