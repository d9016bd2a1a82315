"""Buttons of the checkout that are pressed at the same time, and what changes between two steps."""
import threading
import unittest

from tests.integration.checkout_case import CheckoutCase
from tests.integration.soap_node import public_der

MANY = 8


class RaceCase(CheckoutCase):
    def setUp(self):
        super().setUp()
        self.buyer = self.new_buyer()

    def twin(self, buyer):
        """The same browser on a connection of its own: the same cookies, the same page."""
        twin = self.buyer_of(buyer.login)
        twin.jar, twin.page = dict(buyer.jar), buyer.page
        return twin

    def at_once(self, *presses):
        """Calls all at the same moment; the pages."""
        pages, ready = [None] * len(presses), threading.Barrier(len(presses))

        def press(place, what):
            ready.wait(60)
            pages[place] = what()
        threads = [threading.Thread(target=press, args=(place, what))
                   for place, what in enumerate(presses)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertNotIn(None, pages, "one had no answer")
        return pages


class Races(RaceCase):
    def test_a_button_that_is_pressed_many_times_pays_once(self):
        for fields in ({"version": "2"}, {"tell": False}):
            invoice, form = self.shop.order("1.00", **fields)
            with self.moves({self.buyer.login: -1_00, self.shop.login: 1_00}):
                self.buyer.to_confirm(form)
                pages = self.at_once(*(self.twin(self.buyer).confirm for _ in range(MANY)))
                self.assertEqual([page.status for page in pages], [303] * MANY)
                self.assertEqual(len({page.location for page in pages}), 1)
                self.ends(invoice, "COMPLETED")
            self.assertLessEqual(len(self.shop.calls), 1)

    def test_pay_and_cancel_at_once(self):
        for _ in range(MANY):
            invoice, form = self.shop.order("1.00", version="2")
            self.buyer.to_confirm(form)
            before = self.soap.money(self.buyer.login)[0]
            other = self.twin(self.buyer)
            pages = self.at_once(self.buyer.confirm, other.cancel)
            self.assertEqual([page.status for page in pages], [303, 303])
            for page in self.buyer.watch(), other.watch():
                if page.status == 200:  # it came after the other and is told so
                    self.is_result(page)
                else:
                    self.is_back(page, "paid" if self.state_of(invoice) == "COMPLETED" else
                                 "failed")
            told = {call.told.status for call in self.shop.wait(invoice)}
            told.discard("ERROR_ALREADY_PAID")  # when a page said so
            state, paid = self.state_of(invoice), before - self.soap.money(self.buyer.login)[0]
            self.assertIn((state, told, paid), [("COMPLETED", {"SUCCESS"}, 1_00),
                                                ("DECLINED", {"ERROR_USER_CANCELED"}, 0)])

    def test_two_buyers_of_one_invoice(self):
        others = [self.new_buyer() for _ in range(3)]
        _, form = self.shop.order("1.00", version="2")
        for buyer in others:
            buyer.to_confirm(form)
        before = [self.soap.money(buyer.login)[0] for buyer in others]
        pages = self.at_once(*(buyer.confirm for buyer in others))
        self.assertEqual([page.status for page in pages], [303] * 3)
        for buyer in others:
            buyer.watch()
        paid = [old - self.soap.money(buyer.login)[0] for old, buyer in zip(before, others)]
        self.assertEqual(sorted(paid), [0, 0, 1_00])
        self.assertEqual(self.soap.money(self.shop.login), (1_00, 0))

    def test_the_last_money_is_spent_once(self):
        poor = self.new_buyer(1_00)
        twins, invoices = [], []
        for _ in range(4):
            invoice, form = self.shop.order("1.00", version="2")
            twins.append(self.buyer_of(poor.login))
            twins[-1].to_confirm(form)
            invoices.append(invoice)
        with self.moves({poor.login: -1_00, self.shop.login: 1_00}):
            pages = self.at_once(*(twin.confirm for twin in twins))
            self.assertEqual(sorted(page.status for page in pages), [200, 200, 200, 303])
            for page, twin in zip(pages, twins):
                if page.status == 303:
                    self.is_back(twin.watch(), "paid")
                else:
                    self.assertFalse(page.confirms, page)
        self.assertEqual(sum(self.payment_of(invoice) is not None for invoice in invoices), 1)

    def test_the_merchant_completes_and_declines_at_once(self):
        system = [self.system_of(self.shop.login, self.shop.key, "sha256") for _ in range(2)]
        for _ in range(MANY):
            invoice, form = self.shop.order("1.00", version="2", auto="false")
            before = self.soap.money(self.buyer.login)[0]
            self.buyer.pay(form)
            self.is_back(self.buyer.watch(), "paid")
            fields = {"GUID": invoice, "transactionId": str(self.payment_of(invoice)["id"])}

            def end(who, operation, fields=fields):
                try:
                    return who.call("tm_1_1", operation, **fields).status
                except Exception as error:  # the other one was first
                    return str(error)
            ends = self.at_once(lambda: end(system[0], "completeTransaction"),
                                lambda: end(system[1], "declineTransaction"))
            state = self.state_of(invoice)
            self.assertEqual(ends.count(state), 1, ends)
            paid = before - self.soap.money(self.buyer.login)[0]
            self.assertEqual(paid, 1_00 if state == "COMPLETED" else 0)
            self.assertEqual(self.soap.money(self.buyer.login)[1], 0)


class Changes(RaceCase):
    """Each step looks again at who the parties are."""

    def refused(self, change, code):
        invoice, form = self.shop.order("1.00")
        self.buyer.to_confirm(form)
        change()
        with self.moves():
            page = self.buyer.confirm()
            self.assertEqual(page.status, 400, page)
            self.assertRegex(page.text, rf"\b{code}\b")
        self.assertIsNone(self.payment_of(invoice))
        self.assertEqual(self.shop.calls, [])

    def merchant(self, **fields):
        self.soap.put(f"merchant/{self.shop.login}", **{
            "name": "Shop", "wallets": [int(self.shop.login)], **fields})

    def test_the_merchant_is_blocked(self):
        self.refused(lambda: self.merchant(blocked=True), "MERCHANT_BLOCKED")

    def test_the_wallet_is_no_longer_the_merchants(self):
        other = self.new_shop()
        self.refused(lambda: self.merchant(wallets=[int(other.login)]), "WALLET_WRONG")

    def test_the_key_is_blocked(self):
        self.refused(lambda: self.soap.put(f"key/{self.shop.login}/1", blocked=True,
                                           der=public_der(self.shop.key)), "NO_KEY")

    def test_the_merchants_wallet_is_frozen(self):
        invoice, form = self.shop.order("1.00")
        self.buyer.to_confirm(form)
        self.soap.change_account(self.shop.login, flags=1)
        with self.moves():
            page = self.buyer.confirm()
            self.assertEqual(page.status, 200, page)
        self.assertIsNone(self.payment_of(invoice))

    def test_the_merchant_is_blocked_while_the_shop_is_to_be_told(self):
        """What the buyer has confirmed is told all the same."""
        self.shop.down()
        invoice, form = self.shop.order("1.00", version="2")
        self.buyer.pay(form)
        self.merchant(blocked=True)
        self.shop.up()
        self.ends(invoice, "COMPLETED")


if __name__ == "__main__":
    unittest.main()
