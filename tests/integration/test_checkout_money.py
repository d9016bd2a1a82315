"""Where the money of a checkout goes: the buyer's, the merchant's and the fee before and after, for
each way that it can end. The tables are printed."""
import unittest

from tests.integration.checkout_case import CheckoutCase, ClockCase
from tests.integration.node import poll
from tests.integration.rpc_client import FROZEN
from tests.integration.soap_node import FEES, PAYER_CLIENT, PAYER_MERCHANT

PRICE, FEE = 100_00, 1_50


class MoneyCase:
    """The test's merchant takes a fee of 1.5 %, which the buyer pays on top."""
    PRINTS = True

    def setUp(self):
        super().setUp()
        self.fee(PAYER_CLIENT)
        self.buyer = self.new_buyer(1000_00)

    def fee(self, payer):
        self.soap.tariff("checkout", merchant=self.shop.login, percent=150, payer=payer)

    def paid(self, fee_of_merchant=False):
        """What a payment moves."""
        buyer, merchant = (PRICE, PRICE - FEE) if fee_of_merchant else (PRICE + FEE, PRICE)
        return {self.buyer.login: -buyer, self.shop.login: merchant, FEES: FEE}

    def held(self):
        return {self.buyer.login: PRICE + FEE}

    def order(self, *script, total="100.00", **fields):
        """(invoice, form): of version 2 unless fields say otherwise."""
        fields.setdefault("version", "2")
        invoice, form = self.shop.order(total, **fields)
        self.shop.scripts[invoice] = list(script) or ["DONE"]
        return invoice, form

    def merchant(self):
        """The merchant's system, which speaks SOAP."""
        return self.system_of(self.shop.login, self.shop.key, "sha256")

    def finish(self, operation, invoice):
        """completeTransaction or declineTransaction by the merchant."""
        number = self.payment_of(invoice)["id"]
        answer = self.merchant().call("tm_1_1", operation, GUID=invoice, transactionId=str(number))
        return answer.status


class Completed(MoneyCase, CheckoutCase):
    def test_the_shop_says_done(self):
        invoice, form = self.order("DONE")
        with self.moves(self.paid()):
            self.buyer.pay(form)
            self.is_back(self.buyer.watch(), "paid")
        self.assertEqual(self.shop.statuses(invoice), ["SUCCESS"])
        self.assertEqual(self.state_of(invoice), "COMPLETED")

    def test_the_shop_of_version_1_says_200(self):
        for version in (None, "1", " 1.0 "):
            with self.subTest(version):
                invoice, form = self.order("garbage", version=version)
                with self.moves(self.paid()):
                    self.buyer.pay(form)
                    self.is_back(self.buyer.watch(), "paid")
                self.assertEqual(self.state_of(invoice), "COMPLETED")

    def test_the_merchant_pays_the_fee(self):
        self.fee(PAYER_MERCHANT)
        invoice, form = self.order("DONE")
        with self.moves(self.paid(fee_of_merchant=True)):
            self.buyer.pay(form)
            self.is_back(self.buyer.watch(), "paid")
        self.assertEqual(self.state_of(invoice), "COMPLETED")

    def test_it_is_held_until_the_shop_has_answered(self):
        invoice, form = self.order(("slow", 1, "DONE"))
        with self.moves(held=self.held()):
            page = self.buyer.pay(form)
            self.shop.wait(invoice)
            self.assertEqual(self.state_of(invoice), "HELD")
            self.assertTrue(page.waits, page)
        with self.moves(self.paid(), held={self.buyer.login: -PRICE - FEE}):
            self.is_back(self.buyer.watch(), "paid")

    def test_what_is_held_is_paid_though_wallets_are_frozen_meanwhile(self):
        """The shop was told that it is paid if it wants it."""
        for frozen in (self.shop.login, self.buyer.login):
            invoice, form = self.order(("slow", 0.3, "DONE"))
            with self.moves(self.paid()):
                self.buyer.pay(form)
                self.shop.wait(invoice)
                self.soap.change_account(frozen, flags=FROZEN)
                self.ends(invoice, "COMPLETED")
                self.soap.change_account(frozen, flags=0)

    def test_nobody_is_told(self):
        invoice, form = self.order(tell=False)
        with self.moves(self.paid()):
            self.is_back(self.buyer.pay(form), "paid")
        self.assertEqual((self.state_of(invoice), self.shop.calls), ("COMPLETED", []))

    def test_no_links(self):
        _, form = self.order("DONE", back=False)
        with self.moves(self.paid()):
            self.buyer.pay(form)
            self.is_result(self.buyer.watch(), "100,00")

    def test_an_invoice_is_paid_once(self):
        invoice, form = self.order("DONE")
        with self.moves(self.paid()):
            self.buyer.pay(form)
            self.buyer.watch()
        other = self.new_buyer()
        with self.moves():
            self.is_result(other.follow(other.show(form)))
            self.shop.wait(invoice, 2)
            self.is_result(self.buyer.follow(self.buyer.show(form)))
        poll(lambda: len(self.shop.statuses(invoice)) >= 2, "the shop is told again")
        self.assertEqual(set(self.shop.statuses(invoice)[1:]), {"ERROR_ALREADY_PAID"})

    def test_two_who_pay_one_invoice_at_once(self):
        other = self.new_buyer()
        _, form = self.order(("slow", 0.5, "DONE"))
        self.buyer.to_confirm(form)
        other.to_confirm(form)
        with self.moves(self.paid()):
            self.buyer.confirm()
            self.assertEqual(other.confirm().status, 303)
            self.buyer.watch()
            other.watch()


class Declined(MoneyCase, CheckoutCase):
    def ends_declined(self, invoice, form, ending=None):
        with self.moves():
            self.buyer.pay(form)
            self.is_back(self.buyer.watch(), "failed")
        self.assertEqual(self.state_of(invoice), "DECLINED")

    def test_the_shop_says_fail(self):
        for answer in ("FAIL", "fail_with_reason"):
            with self.subTest(answer):
                self.ends_declined(*self.order(answer))

    def test_the_shop_of_version_1_says_another_status(self):
        for status in (500, 404, 302, 201):
            with self.subTest(status):
                self.ends_declined(*self.order(status, version="1"))

    def test_the_buyer_cancels(self):
        invoice, form = self.order()
        with self.moves():
            self.buyer.to_confirm(form)
            self.is_back(self.buyer.follow(self.buyer.cancel()), "failed")
            self.shop.wait(invoice)
        self.assertEqual(self.shop.statuses(invoice), ["ERROR_USER_CANCELED"])
        self.assertEqual(self.state_of(invoice), "DECLINED")

    def test_the_buyer_is_short_of_money(self):
        poor = self.new_buyer(PRICE + FEE - 1)
        invoice, form = self.order()
        with self.moves():
            poor.show(form)
            page = poor.log_in()
            self.assertFalse(page.confirms, page)
            self.assertIn("0,01", page.text)  # what is missing
            self.is_back(poor.follow(poor.cancel()), "failed")
            self.shop.wait(invoice)
        self.assertEqual(self.shop.statuses(invoice), ["ERROR_NOT_ENOUGH_MONEY"])
        self.assertEqual(self.state_of(invoice), "DECLINED")

    def test_the_money_went_elsewhere_before_the_button_was_pressed(self):
        poor = self.new_buyer(PRICE + FEE)
        first, second = self.order("DONE"), self.order("DONE")
        poor.to_confirm(first[1])
        other = self.buyer_of(poor.login)
        with self.moves({poor.login: -PRICE - FEE, self.shop.login: PRICE, FEES: FEE}):
            other.pay(second[1])
            other.watch()
        with self.moves():
            page = poor.confirm()
            self.assertEqual((page.status, page.confirms), (200, False), page)
        self.assertIsNone(self.payment_of(first[0]))


class LeftToTheMerchant(MoneyCase, CheckoutCase):
    """AutoTransaction is false."""

    def reserve(self, **fields):
        invoice, form = self.order("DONE", auto="false", **fields)
        with self.moves(held=self.held()):
            self.buyer.pay(form)
            self.is_back(self.buyer.watch(), "paid")
        self.assertEqual(self.state_of(invoice), "HELD")
        return invoice

    def test_completed_by_soap(self):
        for fields in ({}, {"version": "1"}, {"tell": False}):
            with self.subTest(fields):
                invoice = self.reserve(**fields)
                with self.moves(self.paid(), held={self.buyer.login: -PRICE - FEE}):
                    self.assertEqual(self.finish("completeTransaction", invoice), "COMPLETED")
                self.assertEqual(self.state_of(invoice), "COMPLETED")

    def test_declined_by_soap(self):
        invoice = self.reserve()
        with self.moves(held={self.buyer.login: -PRICE - FEE}):
            self.assertEqual(self.finish("declineTransaction", invoice), "DECLINED")
        self.assertEqual(self.state_of(invoice), "DECLINED")

    def test_declined_by_an_operator(self):
        invoice = self.reserve()
        with self.moves(held={self.buyer.login: -PRICE - FEE}):
            self.ctl("payments", "decline", self.payment_of(invoice)["id"])
            self.shop.wait(invoice, 2)
        self.assertEqual(self.shop.statuses(invoice), ["SUCCESS", "ERROR_USER_CANCELED"])
        self.assertEqual(self.state_of(invoice), "DECLINED")

    def test_only_this_merchant_ends_it(self):
        invoice = self.reserve()
        other = self.new_shop()
        system = self.system_of(other.login, other.key, "sha256")
        number = str(self.payment_of(invoice)["id"])
        agent = self.new_agent()
        with self.moves():
            for who in (system, agent):
                for operation in ("completeTransaction", "declineTransaction"):
                    with self.assertRaises(Exception):
                        who.call("tm_1_1", operation, GUID=invoice, transactionId=number)
        self.assertEqual(self.state_of(invoice), "HELD")


class TimedOut(MoneyCase, ClockCase):
    def hears_of_it(self, invoice):
        poll(lambda: self.shop.statuses(invoice)[-1] == "ERROR_TIMEOUT", "the shop is told")

    def test_the_shop_never_says_it(self):
        invoice, form = self.order("PENDING")
        with self.moves():
            with self.moves(held=self.held()):
                page = self.buyer.pay(form)
                self.shop.wait(invoice, 3)
                self.assertTrue(page.waits, page)
            self.clock.put(600)
            self.ends(invoice, "DECLINED")
            self.is_back(self.buyer.watch(), "failed")
        self.hears_of_it(invoice)

    def test_of_another_version(self):
        invoice, form = self.order("DONE", version="3")
        with self.moves():
            with self.moves(held=self.held()):
                self.buyer.pay(form)
                self.shop.wait(invoice, 5)
                self.assertEqual(self.state_of(invoice), "HELD")
            self.clock.put(600)
            self.ends(invoice, "DECLINED")
        self.hears_of_it(invoice)

    def test_nobody_finishes_what_was_left_to_the_merchant(self):
        for fields in ({}, {"tell": False}):
            with self.subTest(fields):
                invoice, form = self.order("DONE", auto=None, **fields)
                with self.moves():
                    with self.moves(held=self.held()):
                        self.buyer.pay(form)
                        self.is_back(self.buyer.watch(), "paid")
                    self.clock.put(600)
                    self.ends(invoice, "DECLINED")
                if fields == {}:
                    self.hears_of_it(invoice)
        self.assertEqual(len(self.shop.calls), 2)

    def test_a_shop_that_says_done_when_the_time_is_over(self):
        """What the shop heard last is how it ended."""
        for _ in range(5):
            invoice, form = self.order(("slow", 0.3, "DONE"))
            self.buyer.pay(form)
            self.shop.wait(invoice)
            self.clock.put(600)
            poll(lambda: self.state_of(invoice) != "HELD", "it ends")
            if self.state_of(invoice) == "DECLINED":
                self.hears_of_it(invoice)
            else:
                self.assertEqual(self.shop.statuses(invoice), ["SUCCESS"])

    def test_the_buyer_confirms_too_late(self):
        invoice, form = self.order("DONE")
        with self.moves():
            self.buyer.to_confirm(form)
            self.clock.put(600)
            self.is_back(self.buyer.follow(self.buyer.confirm()), "failed")
            self.shop.wait(invoice)
        self.assertEqual(self.shop.statuses(invoice), ["ERROR_TIMEOUT"])
        self.assertEqual(self.state_of(invoice), "DECLINED")

    def test_the_time_counts_from_the_request(self):
        invoice, form = self.order("PENDING", timeout=900)
        with self.moves():
            self.buyer.show(form)
            self.clock.put(500)
            self.buyer.log_in()
            self.clock.put(300)
            self.buyer.follow(self.buyer.confirm())
            self.assertEqual(self.state_of(invoice), "HELD")
            self.clock.put(100)
            self.ends(invoice, "DECLINED")


if __name__ == "__main__":
    unittest.main()
