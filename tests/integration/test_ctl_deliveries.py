"""What an operator sees of deliveries, and his orders: `tiyn ctl deliveries`."""
import json
import time
import unittest

from tests.integration.node import poll
from tests.integration.outbox_case import OutboxCase, order, section


class Deliveries(OutboxCase):
    OUTBOX = {"life_s": 1}

    def ctl(self, *arguments, code=0):
        done = self.node.command("ctl", "--socket", self.node.unix_path, *arguments)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout if code == 0 else done.stderr

    def list(self, *arguments):
        """Of a fresh checkpoint."""
        self.ctl("flush")
        return json.loads(self.ctl("--json", "deliveries", "list", *arguments))["deliveries"]

    def show(self, number):
        self.ctl("flush")
        return json.loads(self.ctl("--json", "deliveries", "show", number))

    def stuck(self, number):
        """Waits until it is left to the operator."""
        poll(lambda: [row for row in self.list("--stuck") if row["payment"] == number],
             f"{number} is stuck")

    def test_a_life_ends_with_the_operator(self):
        self.start()
        self.provider.scripts["1"] = ["later"]
        number = self.open(order("1"))[0]
        self.stuck(number)
        asks = len(self.provider.asks)
        time.sleep(1)
        self.assertEqual(len(self.provider.asks), asks)  # not by itself any more
        self.assertEqual(self.state(number), "HELD")
        self.assertEqual(self.metrics()['tiyn_deliveries{provider="one",state="stuck"}'], 1)
        self.restart()
        time.sleep(0.3)
        self.assertEqual(len(self.provider.asks), asks)  # nor after a restart
        self.assertEqual(self.metrics()['tiyn_deliveries{provider="one",state="stuck"}'], 1)
        self.assertIn("1 deliveries are attempted now",
                      self.ctl("deliveries", "retry-now", number))
        poll(lambda: len(self.provider.asks) == asks + 1, "it is asked once more")
        self.stuck(number)
        self.provider.scripts["1"] = ["ok"]
        self.ctl("deliveries", "retry-now", number)
        self.wait(number, "COMPLETED")
        self.assertEqual(self.list(), [])

    def test_all_that_are_stuck_are_tried(self):
        other = self.new_provider()
        self.start(one=section(self.provider), two=section(other, number=2))
        self.provider.scripts["1"] = other.scripts["1"] = ["later"]
        numbers = self.open(*(order("1") for _ in range(3)), order("1", provider=2))
        poll(lambda: len(self.list("--stuck")) == 4, "all are stuck")
        self.provider.scripts["1"] = other.scripts["1"] = ["ok"]
        self.assertEqual([row["payment"] for row in self.list("--provider", 2)], numbers[3:])
        self.assertIn("3 deliveries", self.ctl("deliveries", "retry-stuck", "--provider", 1))
        for number in numbers[:3]:
            self.wait(number, "COMPLETED")
        self.assertEqual(self.state(numbers[3]), "HELD")
        self.assertIn("1 deliveries", self.ctl("deliveries", "retry-stuck"))
        self.wait(numbers[3], "COMPLETED")
        self.assertIn("0 deliveries", self.ctl("deliveries", "retry-stuck"))

    def test_what_is_shown_of_one(self):
        self.start()
        self.provider.scripts["1"] = ["later", "500", "ok"]
        number, _ = self.deliver("1", "COMPLETED")
        shown = self.show(number)
        self.assertEqual([attempt[2:] for attempt in shown["tries"]],
                         [["again", 90], ["again", None], ["ok", 0]])
        self.assertEqual(shown["provider_id"], f"P{number}")
        self.assertEqual((shown["state"], shown["payment_state"], shown["attempts"],
                          shown["amount"], shown["name"]),
                         ("ended", "COMPLETED", 3, 100_00, "one"))
        text = self.ctl("deliveries", "show", number)
        for line in (f"payment      {number}", "its state    COMPLETED", "amount       100.00",
                     "provider     1 one", f"its id       P{number}", "attempts     3"):
            self.assertIn(line, text)

    def test_what_is_listed(self):
        self.start()
        self.provider.scripts["slow"] = [0.9]
        self.provider.scripts["1"] = ["temporary"] * 2 + ["ok"]
        lost = self.open(order("1", provider=9))[0]
        slow = self.open(order("slow"))[0]
        rows = {row["payment"]: row for row in self.list()}
        self.assertEqual(rows[lost]["state"], "lost")
        self.assertEqual((rows[slow]["state"], rows[slow]["attempts"]), ("new", 0))
        self.wait(slow, "COMPLETED")
        self.assertEqual([row["payment"] for row in self.list()], [lost])
        self.assertIn("1 deliveries, as of batch", self.ctl("deliveries", "list"))
        self.assertEqual(self.list("--after", lost), [])

    def test_a_provider_that_is_left_alone_is_asked_when_the_operator_says_so(self):
        self.provider.down()
        self.OUTBOX = {"breaker_pause_ms": 3_600_000}
        self.start()
        numbers = self.open(*(order("1") for _ in range(8)))
        poll(lambda: self.metrics()['tiyn_provider_left_alone{provider="one"}'], "left alone")
        self.provider.up()
        time.sleep(0.3)
        self.assertEqual(self.provider.asks, [])
        self.ctl("deliveries", "retry-now", numbers[5])
        for number in numbers:
            self.wait(number, "COMPLETED")

    def test_orders_that_cannot_be_carried_out(self):
        self.start()
        number, _ = self.deliver("1", "COMPLETED")
        self.assertIn("no delivery", self.ctl("deliveries", "retry-now", number, code=1))
        self.assertIn("no delivery", self.ctl("deliveries", "retry-now", 999999, code=1))
        lost = self.open(order("1", provider=9))[0]
        self.assertIn("not in the config", self.ctl("deliveries", "retry-now", lost, code=1))
        self.provider.scripts["2"] = [0.9]
        slow = self.open(order("2"))[0]
        poll(lambda: self.provider.of("2"), "it is asked")
        self.assertIn("being asked", self.ctl("deliveries", "retry-now", slow, code=1))
        self.assertIn("no delivery goes", self.ctl("deliveries", "show", 999999, code=1))
        self.ctl("deliveries", "retry-now", "x", code=2)
        self.ctl("deliveries", "retry-now", 0, code=2)
        self.ctl("deliveries", "list", "--provider", "x", code=2)


if __name__ == "__main__":
    unittest.main()
