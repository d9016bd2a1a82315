"""Shops that are silent: what others feel of it, and what becomes of the payments in line."""
import re
import time
import unittest
import urllib.request

from tests.integration.checkout_case import ClockCase
from tests.integration.node import BEARER, SLOWER, poll
from tests.integration.test_checkout_callbacks import CallbackCase


class SilentCase(CallbackCase):
    """Shops that take a callback and say nothing for longer than the test lasts."""
    CHECKOUT = {"callback_timeout_ms": 60_000}

    def setUp(self):
        super().setUp()
        self.silent = []

    def silence(self, count, each):
        """So many shops with so many payments each."""
        for _ in range(count):
            shop = self.new_shop()
            self.silent.append(shop)
            for _ in range(each):
                self.begin("silent", shop=shop)
        poll(lambda: all(len(shop.calls) >= 8 for shop in self.silent), "all are told")

    def looks(self):
        """Orders that the ledger has been given, and found done before."""
        request = urllib.request.Request(
            "http://{}:{}/metrics".format(*self.soap.node.http),
            headers={"Authorization": f"Bearer {BEARER}"})
        text = urllib.request.urlopen(request, timeout=10).read().decode()
        return int(re.search(r'^tiyn_ledger_status_total\{status="REPLAYED"\} (\d+)$', text,
                             re.M)[1])


class Silence(SilentCase):
    def test_five_of_them_do_not_keep_others_waiting(self):
        self.silence(5, 18)
        start = time.monotonic()
        invoice = self.begin("DONE")
        self.ends(invoice, "COMPLETED")
        self.assertLess(time.monotonic() - start, 5 * SLOWER)

    def test_the_line_goes_on_when_the_shop_speaks_again(self):
        self.silence(1, 40)
        shop = self.silent[0]
        for invoice in shop.orders:
            shop.scripts[invoice] = ["DONE"]
        heard = len(shop.calls)
        shop.released.set()  # those that it has end without an answer, and are told again
        for invoice in shop.orders:
            self.ends(invoice, "COMPLETED", shop)
        self.assertLessEqual(heard, 16)


class Line(SilentCase):
    def test_what_waits_in_line_is_no_work(self):
        self.silence(1, 60)
        time.sleep(1)
        before = self.looks()
        time.sleep(3)
        self.assertLess(self.looks() - before, 20)


class LateSilence(SilentCase, ClockCase):
    """A line's payments time out as others do: their buyers have the money back."""

    def test_those_in_line_time_out(self):
        self.silence(1, 24)
        shop = self.silent[0]
        heard = {call.told.invoice for call in shop.calls}
        self.clock.put(600)
        for invoice in set(shop.orders) - heard:
            self.ends(invoice, "DECLINED", shop)
        for invoice in heard:
            self.assertEqual(self.state_of(invoice, shop), "HELD", "it may still say yes")


if __name__ == "__main__":
    unittest.main()
