"""A buyer's browser, from the shop's page to the shop's page: Debian's chromium, with scripts and
without. Each page is looked at as on a phone and on a desktop, and kept in build/screenshots."""
import unittest

from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.integration import shop_message
from tests.integration.checkout_case import PASSWORD, ClockCase
from tests.integration.node import poll
from tests.pages.browser import DESKTOP, PHONE, Browser

ITEMS = [shop_message.item("Шай «Пиала» 250 г", "TEA-250", "2", "1450.00",
                           "Үндінің қара шайы"),
         shop_message.item("Чайник фарфоровый, 0,8 л", "POT-08", "1", "9600.00")]
TOTAL = "12500.00"


class BrowserCase(ClockCase):
    JAVASCRIPT = True
    CHECKOUT = {"callback_timeout_ms": 20_000}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.browser = Browser(cls.JAVASCRIPT)
        cls.addClassCleanup(cls.browser.quit)
        cls.browser.shape(PHONE)

    def setUp(self):
        super().setUp()
        self.buyer = self.new_buyer(50_000_00)
        self.browser.delete_all_cookies()
        self.browser.complaints()

    # ---- What is there

    def find(self, selector):
        found = self.browser.find_elements(By.CSS_SELECTOR, selector)
        return found[0] if found else None

    def there(self, selector, seconds=15):
        """The element, once it is on the page."""
        return poll(lambda: self.find(selector), f"{selector} is there", seconds)

    def click(self, selector, then):
        """Presses a button; `then` is on the page that comes of it."""
        button = self.there(selector)
        button.click()

        def gone():
            try:
                return not button.is_enabled()
            except (StaleElementReferenceException, WebDriverException):
                return True
        poll(gone, "another page comes")
        return self.there(then)

    def at_shop(self, state):
        """The browser is back at the shop, which says so."""
        poll(lambda: self.browser.current_url.startswith(self.shop.url), "back at the shop", 30)
        self.assertEqual(self.there("#state").text, state)

    def look(self, name):
        """Nothing is wrong with the page, on a phone or a desktop; it is kept."""
        for width in (DESKTOP, PHONE):
            self.browser.shape(width)
            self.assertLessEqual(self.browser.width_needed(), width, f"{name} scrolls sideways")
            self.browser.keep(f"checkout/{name}.{width}")
        if self.JAVASCRIPT:
            self.assertEqual(self.browser.findings(), [], name)
        said = [line for line in self.browser.complaints() if "favicon" not in line]
        self.assertEqual([line for line in said if "status of 403" not in line], [], name)

    # ---- Steps

    def order(self, *script, version="2", items=ITEMS, **fields):
        """(invoice, the address of the shop's page with the pay button)"""
        invoice, _ = self.shop.order(TOTAL, version=version, items=items, **fields)
        self.shop.scripts[invoice] = list(script) or ["DONE"]
        host, port = self.soap.node.http
        return invoice, f"{self.shop.url}/order/{invoice}?at=http://{host}:{port}"

    def to_login(self, page):
        self.browser.get(page)
        self.there("#pay")
        self.assertEqual(self.find("#bare") is None, self.JAVASCRIPT)
        self.click("#pay", "input[name=password]")

    def log_in(self, password=PASSWORD, then="button[name=pay]"):
        login = self.there("input[name=login]")
        login.clear()
        login.send_keys(self.buyer.login)
        self.there("input[name=password]").send_keys(password)
        self.click("form .main", then)

    def to_confirm(self, page):
        self.to_login(page)
        self.log_in()

    def confirm(self, then):
        self.click("button[name=pay]", then)


class WithScripts(BrowserCase):
    def test_paid(self):
        invoice, page = self.order(("slow", 3, "DONE"))
        self.browser.get(page)
        self.there("#pay")
        self.browser.keep("checkout/shop.360")
        self.to_login(page)
        self.look("login")
        self.log_in()
        self.look("confirm")
        with self.moves({self.buyer.login: -12_500_00, self.shop.login: 12_500_00}):
            self.confirm("main[data-page=waiting]")
            self.look("waiting")
            self.at_shop("paid")
        self.assertEqual(self.state_of(invoice), "COMPLETED")
        self.browser.back()  # to a page of ours, or the shop's: nothing is paid again
        self.browser.get(page)
        with self.moves():
            self.click("#pay", "main.result")
            self.look("already")

    def test_paid_at_once(self):
        """No callback: from the button to the shop in one go."""
        _, page = self.order(tell=False)
        self.to_confirm(page)
        self.click("button[name=pay]", "#state")
        self.assertTrue(self.browser.current_url.endswith("/paid"))

    def test_the_nodes_own_results(self):
        for name, script, fields in (("paid", "DONE", {}), ("refused", "FAIL", {}),
                                     ("reserved", "DONE", {"auto": "false"})):
            _, page = self.order(script, back=False, **fields)
            self.to_confirm(page)
            self.confirm("main.result:not([data-page=waiting])")
            self.look(name)

    def test_cancel(self):
        invoice, page = self.order()
        with self.moves():
            self.to_confirm(page)
            self.click("button[formaction$=cancel]", "#state")
            self.at_shop("not paid")
        self.shop.wait(invoice)
        self.assertEqual(self.shop.statuses(invoice), ["ERROR_USER_CANCELED"])
        _, page = self.order(back=False)
        self.to_confirm(page)
        self.click("button[formaction$=cancel]", "main.result")
        self.look("canceled")

    def test_wrong_password(self):
        _, page = self.order()
        self.to_login(page)
        self.log_in("wrong horse", "[role=alert]")
        self.look("wrong")
        self.assertEqual(self.find("input[name=password]").get_attribute("value"), "")
        self.log_in()
        self.confirm("#state")
        self.at_shop("paid")

    def test_time_out(self):
        invoice, page = self.order("PENDING")
        with self.moves():
            self.to_confirm(page)
            self.confirm("main[data-page=waiting]")
            self.shop.wait(invoice)
            self.clock.put(600)
            self.at_shop("not paid")
        poll(lambda: self.shop.statuses(invoice)[-1] == "ERROR_TIMEOUT", "the shop is told")
        _, page = self.order(back=False)
        self.to_confirm(page)
        self.clock.put(600)
        with self.moves():
            self.confirm("main.result:not([data-page=waiting])")
        self.look("timeout")

    def test_a_session_that_is_over(self):
        _, page = self.order(timeout=3600)
        self.to_confirm(page)
        self.clock.put(901)
        with self.moves():
            self.confirm("input[name=password]")
        self.look("expired")
        self.log_in()
        self.confirm("#state")
        self.at_shop("paid")

    def test_short_of_money(self):
        self.buyer = self.new_buyer(12_499_99)
        _, page = self.order()
        self.to_login(page)
        self.log_in(then="button[formaction$=cancel]")
        self.assertIsNone(self.find("button[name=pay]"))
        self.look("short")

    def test_what_the_shop_must_mend(self):
        invoice, page = self.order()
        self.shop.orders[invoice] = self.shop.orders[invoice].replace("A", "B", 1)
        self.browser.get(page)
        self.click("#pay", "main.result")
        self.browser.complaints()  # its status is 400
        self.look("mistake")

    def test_languages(self):
        _, page = self.order()
        self.to_login(page)
        for language in ("kk", "en"):
            self.click(f"button[name=to][value={language}]", f"html[lang={language}]")
            self.look(f"login.{language}")
        self.log_in()
        self.click("button[name=to][value=kk]", "html[lang=kk]")
        self.look("confirm.kk")
        self.confirm("#state")
        self.at_shop("paid")

    def test_two_orders_in_two_tabs(self):
        self.to_confirm(self.order()[1])
        old = self.browser.current_window_handle
        self.browser.switch_to.new_window("tab")
        self.browser.shape(PHONE)
        try:
            while len(self.browser.get_cookies()) < 2:  # once in a while both have one name
                self.to_confirm(self.order()[1])
            self.confirm("#state")
            self.at_shop("paid")
        finally:
            self.browser.close()
            self.browser.switch_to.window(old)
        self.confirm("#state")
        self.at_shop("paid")

    def test_the_way_by_keyboard(self):
        _, page = self.order()
        self.to_login(page)
        self.there("input[name=login]").send_keys(self.buyer.login)
        self.there("input[name=password]").send_keys(PASSWORD + Keys.RETURN)
        self.there("button[name=pay]").send_keys(Keys.RETURN)
        self.at_shop("paid")


class WithoutScripts(BrowserCase):
    JAVASCRIPT = False

    def test_paid(self):
        invoice, page = self.order(("slow", 2, "DONE"))
        with self.moves({self.buyer.login: -12_500_00, self.shop.login: 12_500_00}):
            self.to_login(page)
            self.look("login.bare")
            self.log_in()
            self.confirm("main[data-page=waiting]")
            self.look("waiting.bare")
            self.at_shop("paid")
        self.assertEqual(self.state_of(invoice), "COMPLETED")

    def test_canceled_and_wrong(self):
        _, page = self.order()
        with self.moves():
            self.to_login(page)
            self.log_in("wrong horse", "[role=alert]")
            self.log_in()
            self.click("button[formaction$=cancel]", "#state")
            self.at_shop("not paid")


if __name__ == "__main__":
    unittest.main()
