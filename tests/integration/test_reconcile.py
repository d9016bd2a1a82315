"""A service's registry of a day: written for its provider, and compared with the provider's."""
import json
import pathlib
import tempfile

from tests.integration.case import AGENT, CLIENTS, SHOP, NodeCase, money, next_reference
from tests.integration.rpc_client import Rpc

PAY_SERVICE = 7
DAY, OTHER_DAY = 20261125, 20261126
CLIENT = CLIENTS[0]


class Reconciliation(NodeCase):
    def pay(self, amount, service=185, account="7071234567", day=DAY, mode="post", legs=None):
        attributes = json.dumps({"method": "payForServicesPay", "service": service,
                                 "account": account, "amount": money(amount)}).encode()
        with Rpc(self.node.unix_path) as operator:
            legs = legs or [[AGENT, CLIENT, amount], [CLIENT, SHOP, amount]]
            done, = operator.open([next_reference(), PAY_SERVICE, legs, mode,
                                   {"requester": 9, "value_date": day, "attributes": attributes}])
        self.assertEqual(done.status, "DONE", done)
        return done.payment

    def ctl(self, *words, code=0):
        done = self.node.command("ctl", "--socket", self.node.unix_path, "registry", *words)
        self.assertEqual(done.returncode, code, (words, done.stdout, done.stderr))
        return done

    def export(self, service, day="2026-11-25"):
        return self.ctl("export", "--service", service, "--day", day).stdout

    def compare(self, text, service, code):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "theirs.csv")
            path.write_bytes(text.encode())
            return self.ctl("compare", path, "--service", service, "--day", "2026-11-25",
                            code=code)

    def test_a_day_is_its_completed_payments_by_value_date(self):
        first = self.pay(200_00, 301)
        self.pay(1_00, 302)
        self.pay(1_00, 301, day=OTHER_DAY)
        self.pay(1_00, 301, mode="hold")
        second = self.pay(50, 301, account="Дом 7/1")
        lines = self.export(301).splitlines()
        self.assertEqual([line.split("\t")[0] for line in lines],
                         [str(first), str(second), "Total:"])
        self.assertEqual(lines[0].split("\t")[3:], ["7071234567", "200.00"])
        self.assertEqual(lines[1].split("\t")[3:], ["Дом 7/1", "0.50"])
        self.assertEqual(lines[2].split("\t")[1:], ["2", "200.50"])
        self.assertEqual(self.export(301, "2026-11-24"), "Total:\t0\t0.00\n")

    def test_the_amount_is_what_the_provider_is_told(self):
        """Not what the payer put in, nor a fee, wherever they stand among the legs."""
        self.pay(100_00, 306, legs=[[AGENT, SHOP, 100_00], [AGENT, CLIENT, 5_00]])
        self.pay(100_00, 306, legs=[[AGENT, CLIENT, 105_00], [CLIENT, SHOP, 100_00],
                                    [CLIENT, AGENT, 5_00]])
        lines = self.export(306).splitlines()
        self.assertEqual([line.split("\t")[-1] for line in lines], ["100.00", "100.00", "200.00"])

    def test_our_own_file_matches(self):
        for amount in range(1, 40):
            self.pay(amount * 100, 303)
        done = self.compare(self.export(303), 303, 0)
        self.assertIn("matched\t39\n", done.stdout)
        self.assertIn("differences\t0\n", done.stdout)

    def test_differences_are_told_by_payment(self):
        matched, dearer, ours = self.pay(1_00, 304), self.pay(2_00, 304), self.pay(3_00, 304)
        held = self.pay(4_00, 304, mode="hold")
        rows = [(matched, "1.00"), (dearer, "2.50"), (held, "4.00"), (999_999, "9.00")]
        text = "".join(f"{number}\t20261125\t120000\t707\t{amount}\r\n" for number, amount in rows)
        done = self.compare(text + "Total:\t4\t16.50\r\n", 304, 1)
        self.assertEqual(done.stdout.splitlines(), [
            f"amounts\t{dearer}\tCOMPLETED\t2.00\t2.50", f"ours-only\t{ours}\tCOMPLETED\t3.00\t-",
            f"states\t{held}\tHELD\t4.00\t4.00", "theirs-only\t999999\t-\t-\t9.00",
            "ours\t3\t6.00", "theirs\t4\t16.50", "matched\t1", "differences\t4"])

    def test_a_file_that_contradicts_itself_is_refused_by_line(self):
        for text, line, word in [("1\t2\t3\t4\t1.00\r\nTotal:\t2\t1.00\r\n", 2, "total"),
                                 ("1\t2\t3\t4\t1.00\r\n", 1, "missing"), ("garbage\n", 1, "tabs"),
                                 ("Total:\t0\t0.00\r\n1\t2\t3\t4\t1.00\r\n", 2, "behind")]:
            with self.subTest(text):
                done = self.compare(text, 305, 2)
                self.assertIn(f"theirs.csv:{line}:", done.stderr)
                self.assertIn(word, done.stderr)

    def test_arguments_are_asked_for(self):
        self.ctl("export", "--service", 185, code=2)
        self.ctl("export", "--service", 185, "--day", "2026-02-30", code=2)
        self.ctl("compare", "missing.csv", "--service", 185, "--day", "2026-11-25", code=3)
