"""The registry through tiyn ctl: clients, agents, merchants, terminals, tariffs, limits, operators,
and what they mean for accounts."""
import json
import unittest

from tests.integration.case import NodeCase
from tests.integration.rpc_client import FROZEN, Rpc

NONE = None
UNIDENTIFIED = (200_000_00, 200_000_00, 500_000_00)
IDENTIFIED = (3_000_000_00, 1_000_000_00, 5_000_000_00)


class Registry(NodeCase):
    def ctl(self, *words, code=0):
        done = self.node.command("ctl", "--socket", self.node.unix_path, *words)
        self.assertEqual(done.returncode, code, (words, done.stdout, done.stderr))
        return done

    def json(self, *words, code=0):
        return json.loads(self.ctl("--json", *words, code=code).stdout)

    def account(self, number):
        return self.json("accounts", "show", number)

    def limits(self, number):
        account = self.account(number)
        return account["ceiling"], account["day_limit"], account["month_limit"]


class Clients(Registry):
    def test_a_client_and_its_account(self):
        words = ["client", "add", 77011111111, "--first-name", "Айгерим", "--last-name",
                 "Сейтова"]
        self.assertIn("done", self.ctl(*words).stdout)
        self.assertEqual(self.json(*words), {"status": "REPLAYED"})
        self.assertEqual(self.json("client", "show", 77011111111), {
            "login": 77011111111, "account": 77011111111, "first_name": "Айгерим",
            "last_name": "Сейтова", "patronymic": "", "iin": "", "identified": False,
            "blocked": False, "own_limits": False})
        account = self.account(77011111111)
        self.assertEqual((account["kind"], account["owner"], account["flags"]),
                         ("wallet", 77011111111, 0))
        self.assertEqual(self.limits(77011111111), UNIDENTIFIED)
        self.assertIn("Айгерим", self.ctl("client", "show", 77011111111).stdout)

    def test_who_is_there_already_is_not_changed_by_adding(self):
        self.ctl("client", "add", 77011111112, "--first-name", "A")
        refused = self.ctl("client", "add", 77011111112, "--first-name", "B", code=1)
        self.assertIn("RECORD_CHANGED", refused.stderr)
        self.assertIn("client change 77011111112", refused.stderr)
        self.assertEqual(self.json("client", "add", 77011111112, code=1),
                         {"status": "RECORD_CHANGED"})
        self.assertEqual(self.json("client", "show", 77011111112)["first_name"], "A")
        self.assertEqual(self.json("client", "change", 77011111113, "--first-name", "B", code=1),
                         {"status": "RECORD_NOT_FOUND"})
        self.ctl("client", "show", 77011111113, code=1)

    def test_limits_follow_the_class(self):
        self.ctl("client", "add", 77011111114)
        refused = self.ctl("client", "change", 77011111114, "--identified", "yes", code=2)
        self.assertIn("iin", refused.stderr)
        self.ctl("client", "change", 77011111114, "--identified", "yes", "--iin", "900101300123")
        self.assertEqual(self.limits(77011111114), IDENTIFIED)
        self.ctl("client", "change", 77011111114, "--identified", "no")
        self.assertEqual(self.limits(77011111114), UNIDENTIFIED)

    def test_limits_of_its_own_stay(self):
        self.ctl("client", "add", 77011111115, "--day-limit", "none", "--ceiling", "5.00")
        self.assertEqual(self.limits(77011111115), (500, NONE, UNIDENTIFIED[2]))
        self.assertTrue(self.json("client", "show", 77011111115)["own_limits"])
        self.ctl("client", "change", 77011111115, "--identified", "yes", "--iin", "900101300123",
                 "--month-limit", "7.00")
        self.assertEqual(self.limits(77011111115), (500, NONE, 700))
        self.ctl("client", "change", 77011111115, "--own-limits", "no", "--ceiling", "6", code=2)
        self.ctl("client", "change", 77011111115, "--own-limits", "no")
        self.assertEqual(self.limits(77011111115), IDENTIFIED)

    def test_blocking_freezes(self):
        self.ctl("client", "add", 77011111116)
        self.ctl("client", "block", 77011111116)
        self.assertEqual(self.account(77011111116)["flags"], FROZEN)
        self.assertTrue(self.json("client", "show", 77011111116)["blocked"])
        self.assertEqual(self.json("client", "block", 77011111116), {"status": "REPLAYED"})
        self.ctl("client", "unblock", 77011111116)
        self.assertEqual(self.account(77011111116)["flags"], 0)
        self.ctl("accounts", "freeze", 77011111116)
        self.ctl("client", "change", 77011111116, "--first-name", "A")
        self.assertEqual(self.account(77011111116)["flags"], FROZEN, "who froze it unfreezes it")
        self.ctl("client", "add", 77011111117, "--blocked", "yes")
        self.assertEqual(self.account(77011111117)["flags"], FROZEN)

    def test_an_account_that_was_there_is_taken_when_it_fits(self):
        self.ctl("accounts", "open", 5001, "--kind", "wallet", "--ceiling", "1.00")
        self.ctl("client", "add", 77011111118, "--account", 5001)
        self.assertEqual(self.limits(5001), UNIDENTIFIED)
        self.assertEqual(self.account(5001)["owner"], 77011111118)
        self.ctl("accounts", "open", 77011111119, "--kind", "agent")
        refused = self.ctl("client", "add", 77011111119, code=1)
        self.assertIn("kind agent", refused.stderr)
        self.ctl("client", "show", 77011111119, code=1)
        self.assertIn("belongs to", self.ctl("client", "add", 77011111119, "--account", 5001,
                                             code=1).stderr)

    def test_what_was_left_half_done_is_done_by_doing_it_again(self):
        self.ctl("client", "add", 77011111120, "--identified", "yes", "--iin", "900101300123")
        self.ctl("accounts", "change", 77011111120, "--ceiling", "1.00")  # as if it had stopped
        done = self.json("client", "change", 77011111120, "--identified", "yes")
        self.assertEqual(done, {"status": "DONE"})
        self.assertEqual(self.limits(77011111120), IDENTIFIED)

    def test_two_changes_of_one_record(self):
        """The second writer has read what the first one replaced."""
        self.ctl("client", "add", 77011111121, "--first-name", "A")
        with Rpc(self.node.unix_path) as operator:
            read = operator.record("registry_get", b"client/77011111121")[1]
            self.ctl("client", "change", 77011111121, "--first-name", "B")
            self.assertEqual(operator.outcome("registry_put", b"client/77011111121", read, 12345)
                             .status, "RECORD_CHANGED")
        self.assertEqual(self.json("client", "show", 77011111121)["first_name"], "B")

    def test_lists_go_on_where_they_stopped(self):
        logins = list(range(77022222220, 77022222227))
        for login in logins:
            self.ctl("client", "add", login, "--first-name", "Ә")
        self.ctl("flush")
        found, after = [], "77022222219"
        for _ in range(4):
            page = self.json("client", "list", "--limit", 2, "--after", after)
            found += [row["login"] for row in page["records"]]
            after = page["next"] or after
        self.assertEqual(found, logins)
        text = self.ctl("client", "list", "--limit", 2).stdout
        self.assertIn("--after", text)
        lines = text.splitlines()
        self.assertEqual(len(lines[1]), len(lines[2]), "columns in step: " + text)


class Others(Registry):
    def test_an_agent_and_its_overdraft(self):
        self.ctl("agent", "add", 72222222201, "--name", "ТОО Агент", "--privileges",
                 "CASH_IN,BALANCE", "--addresses", "10.0.0.0/8 ::1", "--overdraft", "1000.00",
                 "--answer-algorithm", "sha256", "--legacy-signature", "yes")
        account = self.account(72222222201)
        self.assertEqual((account["kind"], account["floor"], account["ceiling"]),
                         ("agent", 100_000, NONE))
        agent = self.json("agent", "show", 72222222201)
        self.assertEqual((agent["privileges"], agent["answer_algorithm"]),
                         ("BALANCE,CASH_IN", "sha256"))
        self.ctl("agent", "change", 72222222201, "--overdraft", "0")
        self.assertEqual(self.account(72222222201)["floor"], 0)
        self.ctl("agent", "block", 72222222201)
        self.assertEqual(self.account(72222222201)["flags"], 0, "only a client's is frozen")
        self.assertTrue(self.json("agent", "show", 72222222201)["blocked"])
        self.ctl("agent", "add", 72222222202, code=2)
        self.ctl("agent", "add", 72222222202, "--name", "A", "--privileges", "FLY", code=2)

    def test_a_service_its_accounts_and_amounts(self):
        self.ctl("service", "add", 185, "--name", "Байланыс", "--merchant", 72222222219,
                 "--provider", 1, "--pattern", "7[0-9]{9}", "--minimum", "10", "--maximum", "500")
        refused = self.ctl("service", "change", 185, "--pattern", "(7+)+", code=2)
        self.assertIn("pattern", refused.stderr)
        refused = self.ctl("service", "change", 185, "--maximum", "5", code=2)
        self.assertIn("maximum", refused.stderr)
        self.ctl("service", "block", 185)
        shown = self.json("service", "show", 185)
        self.assertEqual((shown["name"], shown["minimum"], shown["maximum"], shown["blocked"]),
                         ("Байланыс", 1000, 50000, True))
        self.ctl("flush")
        self.assertEqual([row["code"] for row in self.json("service", "list")["records"]], [185])
        self.assertIn("Байланыс", self.ctl("service", "list").stdout)

    def test_a_merchant_its_wallets_and_terminals(self):
        refused = self.ctl("terminal", "add", "T0001", "--merchant", 72222222209, code=1)
        self.assertIn("merchant add 72222222209", refused.stderr)
        self.ctl("merchant", "add", 72222222209, "--name", "Магазин", "--wallets",
                 "72222222209,6001")
        for wallet in 72222222209, 6001:
            self.assertEqual(self.account(wallet)["kind"], "merchant")
        self.ctl("terminal", "add", "T0001", "--merchant", 72222222209, "--wallet", 6001)
        self.ctl("terminal", "add", "T0002", "--merchant", 72222222209, "--wallet", 6002, code=1)
        self.ctl("terminal", "add", "T0002", "--merchant", 72222222209)
        self.ctl("terminal", "block", "T0002")
        self.ctl("flush")
        rows = self.json("terminal", "list")["records"]
        self.assertEqual([(row["id"], row["wallet"], row["blocked"]) for row in rows],
                         [("T0001", 6001, False), ("T0002", 0, True)])
        self.ctl("terminal", "add", "T-3", "--merchant", 72222222209, code=2)

    def test_tariffs(self):
        self.ctl("tariff", "set", "pay_goods", "--percent", 50, "--payer", "merchant")
        self.ctl("tariff", "set", "pay_goods", "--merchant", 72222222209, "--percent", "1.5%",
                 "--minimum", "50", "--maximum", "500.00", "--payer", "client")
        shown = self.json("tariff", "show", "pay_goods", "--merchant", 72222222209)
        self.assertEqual((shown["percent"], shown["minimum"], shown["payer"]),
                         (150, 5000, "client"))
        self.ctl("tariff", "set", "pay_goods", "--merchant", 72222222209, "--fixed", "1",
                 "--payer", "agent")
        shown = self.json("tariff", "show", "pay_goods", "--merchant", 72222222209)
        self.assertEqual((shown["percent"], shown["fixed"], shown["payer"]), (0, 100, "agent"))
        self.ctl("tariff", "off", "pay_goods")
        self.ctl("tariff", "off", "cash_in", "--agent", 72222222201)
        self.ctl("flush")
        rows = self.json("tariff", "list")["records"]
        self.assertEqual([(row["operation"], row["agent"], row["merchant"], row["off"])
                          for row in rows], [("cash_in", 72222222201, 0, True),
                                             ("pay_goods", 0, 72222222209, False),
                                             ("pay_goods", 0, 0, True)])
        self.assertIn("any", self.ctl("tariff", "list").stdout)
        for words in (["nothing", "--payer", "agent"], ["cash_in"],
                      ["cash_in", "--percent", "10001", "--payer", "agent"],
                      ["cash_in", "--percent", "x%", "--payer", "agent"],
                      ["cash_in", "--agent", "5", "--payer", "agent"],
                      ["cash_in", "--minimum", "2", "--maximum", "1", "--payer", "agent"]):
            self.ctl("tariff", "set", *words, code=2)

    def test_operators(self):
        self.ctl("operator", "add", "aigerim", "--role", "viewer")
        self.ctl("operator", "change", "aigerim", "--role", "finance")
        self.ctl("operator", "block", "aigerim")
        self.assertEqual(self.json("operator", "show", "aigerim"),
                         {"name": "aigerim", "role": "finance", "blocked": True})
        self.ctl("operator", "add", "bob", "--role", "king", code=2)
        self.ctl("operator", "add", "a/b", "--role", "viewer", code=2)

    def test_wrong_arguments(self):
        for words in (["client"], ["client", "add"], ["client", "add", "x"],
                      ["client", "add", "7701"], ["client", "add", ""],
                      ["client", "add", 77011111111, "--password", "x"],
                      ["client", "add", 77011111111, "--overdraft", "1"],
                      ["client", "add", 77011111111, "--iin", "12"],
                      ["client", "add", 77011111111, "--iin"],
                      ["client", "add", 77011111111, "--first-name", "A", "--first-name", "B"],
                      ["client", "fly", 77011111111],
                      ["client", "add", 77011111111, "--login", 77011111112],
                      ["client", "add", 77011111111, "--first-name", "\x1b[31m"],
                      ["limits", "set", "all", "--ceiling", "1"], ["limits", "set", "identified"],
                      ["limits", "set", "identified", "--ceiling", "0"]):
            self.assertIn("--help", self.ctl(*words, code=2).stderr, words)
        self.ctl("client", "add", 77011111122)
        self.assertIn("--help", self.ctl("client", "change", 77011111122, code=2).stderr)

    def test_help_names_the_fields(self):
        text = self.ctl("client", "--help").stdout
        for word in "client add LOGIN", "--first-name", "--identified", "yes|no", "--ceiling":
            self.assertIn(word, text)
        self.assertNotIn("--password", text)
        self.assertIn("agent|client|merchant", self.ctl("tariff", "set", "--help").stdout)


class ClassLimits(Registry):
    """Its own node: the limits of a class are of all its clients."""

    def test_new_limits_reach_the_clients_that_were_there(self):
        iin = ["--identified", "yes", "--iin", "900101300123"]
        self.ctl("client", "add", 77033333330)
        self.ctl("client", "add", 77033333331, *iin)
        self.ctl("client", "add", 77033333332, "--ceiling", "9.00")
        self.assertEqual(self.json("limits", "show", "unidentified")["ceiling"], UNIDENTIFIED[0])
        done = self.json("limits", "set", "unidentified", "--ceiling", "10.00", "--day-limit",
                         "none")
        self.assertEqual(done, {"status": "DONE", "clients": 1, "missing": 0})
        self.assertEqual(self.limits(77033333330), (1000, NONE, UNIDENTIFIED[2]))
        self.assertEqual(self.limits(77033333331), IDENTIFIED)
        self.assertEqual(self.limits(77033333332), (900, UNIDENTIFIED[1], UNIDENTIFIED[2]))
        self.ctl("client", "add", 77033333333)
        self.assertEqual(self.limits(77033333333), (1000, NONE, UNIDENTIFIED[2]))
        shown = self.json("limits", "show", "unidentified")
        self.assertEqual((shown["class"], shown["day_limit"]), ("unidentified", NONE))
        again = self.json("limits", "set", "unidentified", "--ceiling", "10.00")
        self.assertEqual(again, {"status": "REPLAYED", "clients": 2, "missing": 0})


class ManyClients(Registry):
    def test_more_clients_than_a_page_and_a_batch(self):
        count = 2500
        with Rpc(self.node.unix_path) as operator:
            self.ctl("client", "add", 77033333334, "--account", 700000)
            record = operator.record("registry_get", b"client/77033333334")[1]
            where = record.index(b"account") + len(b"account")
            self.assertEqual(record[where:where + 5], b"\xce" + (700000).to_bytes(4, "big"))
            calls = []
            for number in range(count):
                login, account = 78000000000 + number, 800000 + number
                value = record[:where + 1] + account.to_bytes(4, "big") + record[where + 5:]
                calls += [operator.send("account_open", {"id": account, "kind": "wallet",
                                                         "owner": login}),
                          operator.send("registry_put", b"client/%d" % login, value)]
            for call in calls:
                self.assertEqual(operator.answer(call)[0], 0)
        done = self.json("limits", "set", "unidentified", "--month-limit", "123.00")
        self.assertEqual(done["clients"], count + 1)
        for number in 0, 1, 499, 500, 1023, 1024, count - 1:
            self.assertEqual(self.limits(800000 + number)[2], 12300, number)


if __name__ == "__main__":
    unittest.main()
