"""What a buyer, another one and the merchant see of a payment while the shop has not answered, and
after."""
import pathlib
import ssl
import tempfile
import unittest

from tests.integration.certificates import Certificates
from tests.integration.checkout_case import CheckoutCase
from tests.integration.node import poll


class Waiting(CheckoutCase):
    def setUp(self):
        super().setUp()
        self.buyer = self.new_buyer()

    def pending(self, **fields):
        """(invoice, form) of a payment whose shop says PENDING until told otherwise."""
        invoice, form = self.shop.order("100.00", version="2", **fields)
        self.shop.scripts[invoice] = ["PENDING"]
        self.buyer.pay(form)
        self.shop.wait(invoice, 2)
        return invoice, form

    def test_the_waiting_page(self):
        with self.moves({self.buyer.login: -100_00, self.shop.login: 100_00}):
            invoice, form = self.pending()
            page = self.buyer.ask("GET", self.buyer.page.path)
            self.assertTrue(page.waits, page)
            self.assertIn('http-equiv="refresh"', page.html)
            self.assertNotIn(self.shop.url, page.html, "where the shop takes it for paid")
            late = self.stranger()
            self.assertEqual(late.ask("GET", page.path).status, 403, "it has no cookie")
            self.assertTrue(late.follow(late.show(form)).waits, "it came from the shop")
            self.shop.scripts[invoice] = ["DONE"]
            self.is_back(self.buyer.watch(), "paid")
            self.is_back(late.watch(), "paid")

    def test_the_merchant_waits_for_its_own_answer(self):
        invoice, _ = self.pending(auto="false")
        system = self.system_of(self.shop.login, self.shop.key, "sha256")
        number = str(self.payment_of(invoice)["id"])
        with self.moves():
            for operation in ("completeTransaction", "declineTransaction"):
                self.refused("AT_PROVIDER", system.call, "tm_1_1", operation, GUID=invoice,
                             transactionId=number)

    def test_paid_already_is_told_once_a_visit(self):
        invoice, form = self.shop.order("1.00", version="2")
        self.buyer.pay(form)
        self.is_back(self.buyer.watch(), "paid")
        for times in (1, 2):
            with self.moves():
                page = self.buyer.follow(self.buyer.show(form))
                self.is_result(page)
                poll(lambda: self.shop.statuses(invoice)[1:] == ["ERROR_ALREADY_PAID"] * times,
                     "it is told once more")
                self.assertEqual(self.buyer.ask("GET", page.path).status, 200)
        self.assertEqual(len(self.shop.statuses(invoice)), 3)

    def test_a_log_in_to_what_another_paid(self):
        late = self.new_buyer()
        invoice, form = self.shop.order("1.00", version="2")
        late.show(form)
        login = late.page
        self.buyer.pay(form)
        self.ends(invoice, "COMPLETED")
        with self.moves():
            self.is_result(late.follow(late.log_in(page=login)))

    def test_one_invoice_number_of_two_merchants(self):
        other = self.new_shop()
        invoice, form = self.shop.order("1.00", version="2")
        _, others = other.order("2.00", version="2", invoice=invoice)
        with self.moves({self.buyer.login: -3_00, self.shop.login: 1_00, other.login: 2_00}):
            for shop, order in ((self.shop, form), (other, others)):
                self.buyer.pay(order)
                self.is_back(self.buyer.watch(), "paid", shop)
        self.assertEqual((len(self.shop.of(invoice)), len(other.of(invoice))), (1, 1))

    def test_a_shop_whose_certificate_nobody_vouches_for_is_told_nothing(self):
        folder = tempfile.TemporaryDirectory(prefix="tiyn-tls-")
        self.addCleanup(folder.cleanup)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*Certificates(pathlib.Path(folder.name)).sign(
            "shop", "IP:127.0.0.1"))
        shop = self.new_shop(context=context)
        invoice, form = shop.order("1.00", version="1")
        with self.moves(held={self.buyer.login: 1_00}):
            page = self.buyer.pay(form)
            number = self.payment_of(invoice, shop)["id"]
            poll(lambda: [event for event in self.soap.node.events("shop_silent")
                          if event["payment"] == number], "it is refused")
            self.assertTrue(page.waits, page)
        self.assertEqual(shop.calls, [])


if __name__ == "__main__":
    unittest.main()
