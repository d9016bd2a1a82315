"""The way of a buyer through the checkout of a shop that is not called back."""
import unittest

from tests.integration.soap_world import restart_killed
from tests.integration.webshop_shop import CANCEL, CONFIRM, LOGIN, SHOW
from tests.integration.webshop_world import PASSWORD, ShopCase

LINKS = {"success": "https://shop.example/thanks?order=1", "failure": "http://shop.example:81/no"}


class Checkout(ShopCase):
    def test_a_buyer_pays(self):
        buyer = self.new_buyer()
        signed = self.request(invoice="pays")
        with self.moves({buyer: -100_00, self.merchant: 100_00}):
            browser, page = self.logged_in(signed, buyer)
            self.assertIn("1 000,00 ₸", page.text().replace(" ", " "))
            page = self.watched(browser, browser.confirm(page))
        self.assertEqual(page.status, 200)
        self.assertIn(str(self.paid("pays")["id"]), page.text())
        self.assertEqual(self.state_of("pays"), "COMPLETED")

    def test_the_browser_goes_back_to_the_shop(self):
        buyer = self.new_buyer()
        browser, page = self.logged_in(self.request(**LINKS), buyer)
        self.assertEqual(self.watched(browser, browser.confirm(page)).location, LINKS["success"])
        browser, page = self.logged_in(self.request(**LINKS), buyer)
        self.assertEqual(self.watched(browser, browser.cancel(page)).location, LINKS["failure"])

    def test_who_pays_the_fee(self):
        self.addCleanup(self.soap.tariff, "checkout", merchant=self.merchant, off=True)
        for payer, buyer_pays in ((2, 101_50), (3, 100_00)):
            with self.subTest(payer=payer):
                self.soap.tariff("checkout", merchant=self.merchant, percent=150, payer=payer)
                buyer = self.new_buyer()
                with self.moves({buyer: -buyer_pays, 2: 1_50,
                                 self.merchant: buyer_pays - 1_50}):
                    browser, page = self.logged_in(self.request(), buyer)
                    self.assertEqual("1,50" in page.text(), payer == 2)
                    browser.confirm(page)

    def test_a_fee_that_was_not_shown_is_not_paid(self):
        self.addCleanup(self.soap.tariff, "checkout", merchant=self.merchant, off=True)
        buyer = self.new_buyer()
        browser, page = self.logged_in(self.request(invoice="fee"), buyer)
        self.soap.tariff("checkout", merchant=self.merchant, fixed=500, payer=2)
        with self.moves():
            page = browser.confirm(page)
            self.assertEqual(page.status, 200)
            self.assertIn("5,00", page.text())
        with self.moves({buyer: -105_00, 2: 5_00, self.merchant: 100_00}):
            browser.confirm(page)

    def test_a_buyer_cancels(self):
        buyer = self.new_buyer()
        with self.moves():
            browser, page = self.logged_in(self.request(invoice="cancels"), buyer)
            page = self.watched(browser, browser.cancel(page))
            self.assertEqual(page.status, 200)
        payment = self.paid("cancels")
        self.assertEqual(payment["state"], "DECLINED")
        self.assertIn(b'"ending":"ERROR_USER_CANCELED"', payment["attributes"])
        page = browser.show(self.request(invoice="cancels"))
        self.assertEqual(page.status, 303, "it has ended")

    def test_a_buyer_is_short_of_money(self):
        buyer = self.new_buyer(99_99)
        with self.moves():
            browser, page = self.logged_in(self.request(invoice="short"), buyer)
            again = browser.confirm(page)  # a button that the page does not have
            self.assertEqual(again.status, 200)
            self.assertIsNone(self.paid("short"))
            browser.cancel(again)
        self.assertIn(b'"ending":"ERROR_NOT_ENOUGH_MONEY"', self.paid("short")["attributes"])

    def test_a_buyer_who_gets_money_in_between_pays(self):
        buyer = self.new_buyer(99_99)
        browser, page = self.logged_in(self.request(), buyer)
        self.soap.fund(buyer, 1)
        page = browser.post(CONFIRM, page.form(CONFIRM))
        self.assertEqual(page.status, 200)
        with self.moves({buyer: -100_00, self.merchant: 100_00}):
            browser.confirm(page)

    def test_a_second_press_pays_once(self):
        buyer = self.new_buyer()
        browser, page = self.logged_in(self.request(), buyer)
        kept = dict(browser.cookies)
        with self.moves({buyer: -100_00, self.merchant: 100_00}):
            first = browser.confirm(page)
            browser.cookies = kept
            second = browser.confirm(page)
        self.assertEqual((first.status, second.status), (303, 303))
        self.assertEqual(first.location, second.location)

    def test_the_session_ends_with_the_payment(self):
        buyer = self.new_buyer()
        browser, page = self.logged_in(self.request(), buyer)
        browser.confirm(page)
        self.assertEqual([name for name, _ in browser.cookies], ["tiyn_watch"])
        self.assertEqual(browser.confirm(page).status, 403)

    def test_an_invoice_is_paid_once(self):
        buyer, signed = self.new_buyer(), self.request(invoice="once", **LINKS)
        browser, page = self.logged_in(signed, buyer)
        late = self.browser()
        _, late_page = self.shown(signed, late)
        browser.confirm(page)
        with self.moves():
            page = self.watched(browser, browser.show(signed))
            self.assertEqual((page.status, page.location), (200, None), "already paid")
            page = self.watched(late, late.login(late_page, buyer, PASSWORD))
            self.assertEqual(page.status, 200)
            other = self.request(invoice="once", total="100.01")
            self.assertEqual(browser.show(other).status, 400)

    def test_another_wallet_under_the_same_invoice_is_an_error(self):
        buyer, second = self.new_buyer(), self.number("wallet", 72225)
        self.soap.account(second, "merchant")
        self.soap.put(f"merchant/{self.merchant}", name="Shop",
                      wallets=[int(self.merchant), int(second)])
        browser, page = self.logged_in(self.request(invoice="two wallets"), buyer)
        browser.confirm(page)
        page = browser.show(self.request(invoice="two wallets", wallet=second))
        self.assertEqual(page.status, 400)

    def test_two_buyers_of_one_invoice(self):
        one, two = self.new_buyer(), self.new_buyer()
        signed = self.request()
        first, first_page = self.logged_in(signed, one)
        second, second_page = self.logged_in(signed, two)
        with self.moves({one: -100_00, self.merchant: 100_00}):
            first.confirm(first_page)
            self.assertEqual(self.watched(second, second.confirm(second_page)).status, 200)

    def test_a_restart_in_between(self):
        buyer = self.new_buyer()
        browser, page = self.shown(self.request())
        restart_killed(self.soap)
        browser.address = self.soap.node.http
        page = browser.login(page, buyer, PASSWORD)
        self.assertTrue(page.has(CONFIRM), page)
        restart_killed(self.soap)
        browser.address = self.soap.node.http
        with self.moves({buyer: -100_00, self.merchant: 100_00}):
            page = self.watched(browser, browser.confirm(page))
        restart_killed(self.soap)
        browser.address = self.soap.node.http
        self.assertEqual(browser.get(page.path).status, 200)

    def test_languages(self):
        buyer = self.new_buyer()
        for language in ("ru", "kk", "en"):
            browser = self.browser(language=f"{language}-KZ;q=0.9, de")
            browser, page = self.shown(self.request(), browser)
            self.assertEqual(page.root.get("lang"), language)
            changed = browser.post(SHOW, {"to": "en", **page.form(LOGIN)})
            self.assertEqual(changed.root.get("lang"), "en")
            page = browser.login(changed, buyer, PASSWORD)
            self.assertEqual(page.root.get("lang"), "en", "it stays")
            page = browser.post(CONFIRM, {"to": "kk", **page.form(CONFIRM)})
            self.assertEqual(page.root.get("lang"), "kk")
            page = self.watched(browser, browser.confirm(page))
            self.assertEqual(page.root.get("lang"), "kk")
            self.assertEqual(browser.get(page.path + "&lang=ru").root.get("lang"), "ru")

    def test_the_login_is_prefilled(self):
        _, page = self.shown(self.request(), loginName="77072734954")
        self.assertEqual(page.form(LOGIN)["login"], "77072734954")

    def test_what_is_no_checkout(self):
        browser = self.browser()
        self.assertEqual(browser.get("/mfs/").status, 404)
        self.assertEqual(browser.get(SHOW).status, 405)
        self.assertEqual(browser.post("/mfs/checkout/watch/1", {}).status, 405)
        self.assertEqual(browser.get("/mfs/checkout/watch/0000000001").status, 403)
        self.assertEqual(browser.post(SHOW, {}).status, 400)
        self.assertEqual(browser.post(CANCEL, {}).status, 400)


if __name__ == "__main__":
    unittest.main()
