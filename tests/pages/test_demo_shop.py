"""The demo's shop and the checkout behind it in a real browser, as somebody sees them who has just
typed switch/run: on a telephone and on a desktop, with JavaScript and without."""
import unittest

from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.integration.demo import DemoCase
from tests.integration.node import SLOWER
from tests.pages.browser import DESKTOP, PHONE, Browser

PASSING = (NoSuchElementException, StaleElementReferenceException)  # between two pages
LOGIN, PASSWORD = "77015550101", "demo-2026"


class DemoShop(DemoCase):
    def press(self, browser, words):
        browser.find_element(By.XPATH, f"//main//*[self::button or self::a][contains(., '{words}')]"
                             ).click()

    def title(self, browser, words):
        """Waits for the page with that title."""
        WebDriverWait(browser, 15 * SLOWER, ignored_exceptions=PASSING).until(
            lambda _: words in browser.find_element(By.TAG_NAME, "h1").text)

    def keep(self, browser, name):
        self.assertLessEqual(browser.width_needed(), browser.width, name)
        self.assertEqual(browser.findings(), [], name) if self.axe else None
        browser.keep(f"demo/{name}.{browser.width}")

    def log_in(self, browser):
        browser.get(f"http://127.0.0.1:{self.port}/demo/shop?lang=ru")
        self.keep(browser, "1-cart")
        self.press(browser, "Оплатить")
        self.title(browser, "Оплата заказа")
        self.assertEqual(browser.find_element(By.NAME, "login").get_attribute("value"), LOGIN)
        self.keep(browser, "2-login")
        browser.find_element(By.NAME, "password").send_keys(PASSWORD)
        self.press(browser, "Продолжить")
        self.title(browser, "Подтвердите оплату")

    def pay(self, width, javascript):
        self.axe = javascript
        with Browser(javascript) as browser:
            browser.shape(width)
            self.log_in(browser)
            self.keep(browser, "3-confirm")
            self.press(browser, "Оплатить")
            self.title(browser, "Заказ оплачен")
            self.assertIn("/demo/shop?order=", browser.current_url)
            self.keep(browser, "4-paid")
            self.assertEqual([line for line in browser.complaints() if "favicon" not in line], [])
            self.press(browser, "Новый заказ")
            self.title(browser, "Ваш заказ")

    def test_on_a_telephone(self):
        self.pay(PHONE, True)

    def test_on_a_desktop(self):
        self.pay(DESKTOP, True)

    def test_without_javascript(self):
        self.pay(DESKTOP, False)

    def test_canceled(self):
        self.axe = True
        with Browser() as browser:
            browser.shape(PHONE)
            self.log_in(browser)
            self.press(browser, "Отменить")
            self.title(browser, "Заказ не оплачен")
            self.keep(browser, "5-canceled")


if __name__ == "__main__":
    unittest.main()
