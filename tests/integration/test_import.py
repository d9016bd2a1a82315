"""tiyn ctl import: clients from a CSV file; wrong lines, breaking off and going on."""
import json
import subprocess
import unittest

from tests.integration.case import NodeCase
from tests.integration.node import SLOWER, TIYN, poll
from tests.integration.rpc_client import FROZEN

UNIDENTIFIED = (200_000_00, 200_000_00, 500_000_00)
IDENTIFIED = (3_000_000_00, 1_000_000_00, 5_000_000_00)
IIN = "900101300123"


def many(count, first=78000000000):
    """A file of so many clients."""
    lines = ["login,first_name,iin,identified\n"]
    lines += [f"{first + i},Имя {i},{IIN},{'yes' if i % 2 else 'no'}\n" for i in range(count)]
    return "".join(lines)


class ImportCase(NodeCase):
    def ctl(self, *words, code=0, **options):
        done = subprocess.run([TIYN, "ctl", "--socket", self.node.unix_path, *map(str, words)],
                              capture_output=True, text=True, timeout=120 * SLOWER,
                              cwd=self.node.folder, **options)
        self.assertEqual(done.returncode, code, (words, done.stdout, done.stderr))
        return done

    def json(self, *words, code=0):
        return json.loads(self.ctl("--json", *words, code=code).stdout)

    def file(self, text, name="clients.csv"):
        (self.node.folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
        return name

    def load(self, text, *options, code=0):
        """Imports a text: (added, changed, same, wrong), and what was told."""
        done = self.ctl("--json", "import", self.file(text), *options, code=code)
        counts = json.loads(done.stdout)
        self.assertEqual(counts["lines"], sum(counts[name] for name in
                                              ("added", "changed", "same", "wrong")))
        return (counts["added"], counts["changed"], counts["same"], counts["wrong"]), done.stderr

    def client(self, login):
        return self.json("client", "show", login)

    def account(self, number):
        return self.json("accounts", "show", number)

    def limits(self, number):
        account = self.account(number)
        return account["ceiling"], account["day_limit"], account["month_limit"]


class Import(ImportCase):
    def test_clients_and_their_accounts(self):
        text = ("\ufefflogin,last_name,first_name,iin,identified,blocked,account\r\n"
                f'77041000001,"Ким, мл.","Дана ""Д""",{IIN},yes,no,\r\n'
                "\r\n"
                "77041000002,,,,,yes,9041\r\n"
                '"77041000003",Ли,Ян,,no,,')
        self.assertEqual(self.load(text)[0], (3, 0, 0, 0))
        client = self.client(77041000001)
        self.assertEqual((client["last_name"], client["first_name"], client["iin"]),
                         ("Ким, мл.", 'Дана "Д"', IIN))
        self.assertEqual(self.limits(77041000001), IDENTIFIED)
        self.assertEqual(self.limits(77041000003), UNIDENTIFIED)
        account = self.account(9041)
        self.assertEqual((account["owner"], account["flags"], account["kind"]),
                         (77041000002, FROZEN, "wallet"))
        self.assertEqual(self.client(77041000002)["account"], 9041)
        self.assertEqual(self.load(text)[0], (0, 0, 3, 0), "again")

    def test_wrong_lines_are_told_and_the_others_go_in(self):
        text = ("login,first_name,iin,identified\n"
                "77042000001,A,,no\n"
                "7704,A,,no\n"                      # line 3
                "77042000002,A,12,no\n"             # 4
                "77042000003,A,,yes\n"              # 5
                "77042000004,A,,perhaps\n"          # 6
                "77042000005,A\n"                   # 7
                '77042000006,"A"B,,no\n'            # 8
                "77042000007,\x1b[31m,,no\n"        # 9
                ",A,,no\n"                          # 10
                '77042000008,"A,,no\n'              # 11
                "77042000009,A,,no\n")
        counts, told = self.load(text, code=1)
        self.assertEqual(counts, (2, 0, 0, 9))
        for expected in ("clients.csv:3: login: expected", "clients.csv:4: iin: expected",
                         "clients.csv:5: iin: an identified", "clients.csv:6: identified: expected",
                         "clients.csv:7: expected 4 fields, not 2", "clients.csv:8: text behind",
                         "clients.csv:9: first_name: expected", "clients.csv:10: login: expected",
                         "clients.csv:11: a quote is not closed"):
            self.assertIn(expected, told)
        self.assertNotIn("\x1b", told)
        self.client(77042000001)
        self.client(77042000009)

    def test_twenty_are_shown_and_all_of_them_kept(self):
        text = "login\n" + "x\n" * 50
        counts, told = self.load(text, "--errors", "wrong.txt", code=1)
        self.assertEqual(counts, (0, 0, 0, 50))
        self.assertEqual(told.count("clients.csv:"), 20)
        kept = (self.node.folder / "wrong.txt").read_text().splitlines()
        self.assertEqual([line.split(":")[1] for line in kept], [str(n) for n in range(2, 52)])
        self.assertIn("--errors", self.load(text, code=1)[1])

    def test_who_is_there_with_other_fields(self):
        self.load("login,first_name,patronymic\n77043000001,A,P\n77043000002,A,P\n")
        text = "login,first_name\n77043000001,B\n77043000003,B\n"
        counts, told = self.load(text, code=1)
        self.assertEqual(counts, (1, 0, 0, 1))
        self.assertIn("clients.csv:2: login: 77043000001 is there", told)
        self.assertEqual(self.client(77043000001)["first_name"], "A")
        self.assertEqual(self.load(text, "--update")[0], (0, 1, 1, 0))
        client = self.client(77043000001)
        self.assertEqual((client["first_name"], client["patronymic"]), ("B", "P"), "not a column")
        self.assertEqual(self.load(text, "--update")[0], (0, 0, 2, 0))
        self.load("login,first_name\n77043000001,\n", "--update")
        self.assertEqual(self.client(77043000001)["first_name"], "")

    def test_an_update_reaches_the_account(self):
        self.load("login,iin,identified,blocked\n"
                  f"77044000001,{IIN},no,yes\n77044000002,{IIN},no,no\n")
        self.ctl("client", "change", 77044000002, "--day-limit", "5.00")
        self.assertEqual(self.load("login,identified,blocked\n77044000001,yes,no\n"
                                   "77044000002,yes,yes\n", "--update")[0], (0, 2, 0, 0))
        self.assertEqual(self.limits(77044000001), IDENTIFIED)
        self.assertEqual(self.account(77044000001)["flags"], 0)
        self.assertEqual(self.limits(77044000002)[1], 500, "limits of its own")
        self.assertEqual(self.account(77044000002)["flags"], FROZEN)

    def test_accounts_that_are_there(self):
        self.ctl("accounts", "open", 77045000001, "--kind", "agent")
        self.ctl("accounts", "open", 77045000002, "--kind", "wallet", "--ceiling", "1.00")
        self.ctl("accounts", "open", 77045000003, "--kind", "wallet", "--owner", 5)
        counts, told = self.load("login\n77045000001\n77045000002\n77045000003\n", code=1)
        self.assertEqual(counts, (1, 0, 0, 2))
        self.assertIn("clients.csv:2: account: ", told)
        self.assertIn("clients.csv:4: account: ", told)
        self.assertEqual(self.limits(77045000002), UNIDENTIFIED)
        self.ctl("client", "show", 77045000001, code=1)

    def test_one_client_twice_in_a_file(self):
        counts, told = self.load("login,first_name\n77046000001,A\n77046000001,A\n77046000001,B\n",
                                 code=1)
        self.assertEqual(counts, (1, 0, 1, 1))
        self.assertIn("clients.csv:4:", told)
        self.assertEqual(self.load("login,first_name\n77046000002,A\n77046000002,B\n",
                                   "--update")[0], (1, 1, 0, 0))
        self.assertEqual(self.client(77046000002)["first_name"], "B")

    def test_from_standard_input(self):
        done = self.ctl("import", "-", input="login\n77047000001\n")
        self.assertIn("1 added", done.stdout)

    def test_more_than_a_batch(self):
        self.assertEqual(self.load(many(5000))[0], (5000, 0, 0, 0))
        for i in 0, 1023, 1024, 4999:
            self.assertEqual(self.client(78000000000 + i)["first_name"], f"Имя {i}")
        self.assertEqual(self.load(many(5001))[0], (1, 0, 5000, 0))

    def test_a_head_that_is_none(self):
        for text in ("", "first_name\nA\n", "login,login\n", "login,password\n", "login,\x1b[31m\n",
                     'login,"x\n', "77041000001\n"):
            done = self.ctl("import", self.file(text), code=2)
            self.assertNotIn("\x1b", done.stderr)
        self.assertIn("first_name", self.ctl("import", self.file("x\n"), code=2).stderr)
        self.ctl("import", "nowhere.csv", code=3)
        self.ctl("import", ".", code=3)
        self.ctl("import", self.file("login\n"), "--errors", "no/such/file", code=3)
        self.ctl("import", code=2)
        self.assertEqual(self.load("login\n")[0], (0, 0, 0, 0))


class BrokenOff(ImportCase):
    """The command reads a pipe of which only a part has come, so it is in the midst of the file."""
    COUNT = 6000

    def start_import(self, text):
        process = subprocess.Popen([TIYN, "ctl", "--socket", self.node.unix_path, "import", "-"],
                                   cwd=self.node.folder, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        process.stdin.write(text[:len(text) // 2])
        process.stdin.flush()
        return process

    def wait_for(self, login):
        poll(lambda: self.node.command("ctl", "--socket", self.node.unix_path, "client", "show",
                                       login).returncode == 0, "some clients", 30)

    def go_on(self, text):
        added, _, same, wrong = self.load(text)[0]
        self.assertGreaterEqual(same, 1024)
        self.assertGreater(added, self.COUNT // 3)
        self.assertEqual((added + same, wrong), (self.COUNT, 0))
        self.assertEqual(self.load(text)[0], (0, 0, self.COUNT, 0))

    def test_the_command_is_killed(self):
        text = many(self.COUNT, 78100000000)
        process = self.start_import(text)
        self.wait_for(78100001000)
        process.kill()
        process.communicate()
        self.go_on(text)

    def test_the_node_is_killed(self):
        text = many(self.COUNT, 78200000000)
        process = self.start_import(text)
        self.wait_for(78200001000)
        self.node.kill()
        _, told = process.communicate(text[len(text) // 2:], timeout=60 * SLOWER)
        self.assertEqual(process.returncode, 3, told)
        self.assertIn("give the command again", told)
        self.node.start()
        self.go_on(text)
        self.node.stop()
        self.node.audit()
        self.node.start()


if __name__ == "__main__":
    unittest.main()
