"""Who ordered what: each change through tiyn ctl, or by a gateway that may order anything, is an
act, with what was before and after."""
import os
import unittest

from tests.integration.case import payment
from tests.integration.test_ctl_registry import Registry


class Acts(Registry):
    def acts(self):
        """All of them, page by page; the list is of the last checkpoint."""
        self.ctl("flush")
        acts, after = [], 0
        while True:
            page = self.json("acts", "list", "--after", after, "--limit", 3)
            acts += page["acts"]
            after = page["next"]
            if after == 0:
                return acts

    def new_acts(self, before):
        return self.acts()[len(before):]

    def test_a_change_names_who_and_what(self):
        before = self.acts()
        self.ctl("client", "add", 77013333331, "--first-name", "Айгерим")
        self.ctl("client", "block", 77013333331)
        acts = self.new_acts(before)
        self.assertEqual([(act["what"], act["about"]) for act in acts], [
            ("account_open", "77013333331"), ("registry_put", "client/77013333331"),
            ("registry_put", "client/77013333331"), ("account_change", "77013333331")])
        self.assertEqual({act["name"] for act in acts}, {f"uid {os.geteuid()}"})
        self.assertTrue(all(act["from"].startswith("pid ") for act in acts))
        changes = {act["what"]: act["changes"] for act in acts}
        self.assertIn(["blocked", "no", "yes"], changes["registry_put"])
        self.assertIn(["flags", "0", "1"], changes["account_change"])
        self.assertIn("first_name: - -> Айгерим", self.ctl("acts", "list").stdout)

    def test_numbers_rise_without_a_gap(self):
        self.ctl("client", "add", 77013333332)
        self.ctl("client", "add", 77013333333)
        self.assertEqual([act["number"] for act in self.acts()],
                         list(range(1, len(self.acts()) + 1)))

    def test_what_changed_nothing_or_was_refused_is_none(self):
        self.ctl("client", "add", 77013333334)
        before = self.acts()
        self.ctl("client", "add", 77013333334)
        self.ctl("client", "add", 77013333334, "--first-name", "B", code=1)
        self.ctl("payments", "decline", 999999, code=1)
        self.ctl("accounts", "show", 77013333334)
        self.assertEqual(self.new_acts(before), [])

    def test_an_ended_payment(self):
        held = self.http().post("/v1/payments", payment(mode="hold")).json()["id"]
        before = self.acts()
        self.ctl("payments", "decline", held)
        (act,) = self.new_acts(before)
        self.assertEqual((act["what"], act["about"], act["changes"]),
                         ("decline", str(held), [["state", "HELD", "DECLINED"]]))

    def test_secrets_are_not_shown(self):
        self.ctl("network", "add", "acts", "--login", 72229999991, "--profile", "osmp",
                 "--addresses", "192.0.2.1")
        before = self.acts()
        secret = self.ctl("network", "password", "acts").stdout.split()[-1]
        (act,) = self.new_acts(before)
        self.assertNotIn(secret, str(act))
        self.assertTrue(all(change[2] == "(another one)" or "hash" not in change[0]
                            for change in act["changes"]), act)

    def test_ordinary_payments_are_none(self):
        before = self.acts()
        self.http().post("/v1/payments", payment())
        self.assertEqual(self.new_acts(before), [])

    def test_they_outlive_a_crash_and_the_audit_follows_their_chain(self):
        self.ctl("client", "add", 77013333335)
        before = self.acts()
        self.node.kill()
        self.node.start()
        self.assertEqual(self.acts(), before)


if __name__ == "__main__":
    unittest.main()
