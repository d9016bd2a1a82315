"""The buyer's pages in a real browser, as the unit tests write them to build/pages: readable for
everybody, no wider than a phone, obedient to their own Content-Security-Policy."""
import http.server
import os
import pathlib
import threading
import unittest
import urllib.parse

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from tests.pages.browser import DESKTOP, PHONE, Browser

PAGES = pathlib.Path(os.environ.get("WEBSHOP_PAGES", "build/pages")).resolve()
NARROW = 320  # the narrowest that WCAG asks for
LANGUAGES = ("ru", "kk", "en")
# One of each kind: what the others differ in is a text.
KINDS = ("login-first", "login-wrong", "confirm-first", "confirm-short", "confirm-unknown",
         "result-waiting", "result-paid", "result-reserved", "result-refused", "result-already",
         "error-stale", "error-busy", "error-field-wrong", "error-bad-signature")
SHOP = ("shop-cart", "shop-waiting", "shop-paid", "shop-declined")  # the demo's


def names():
    found = sorted(path.name[:-len(".html")] for path in PAGES.glob("*.html"))
    assert len(found) > 100, f"{PAGES} has {len(found)} pages"
    return found


class PagesCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = Browser()

    @classmethod
    def tearDownClass(cls):
        cls.browser.quit()

    def show(self, name):
        self.browser.write((PAGES / f"{name}.html").read_text())


class TestLook(PagesCase):
    def test_no_page_is_wider_than_the_window(self):
        some = {f"{kind}{suffix}.kk" for kind in KINDS for suffix in ("", "-long")}
        for width, pages in ((NARROW, names()), (PHONE, some), (DESKTOP, some)):
            self.browser.shape(width)
            for name in pages:
                self.show(name)
                self.assertLessEqual(self.browser.width_needed(), width, name)

    def keep(self, languages, width, dark, suffix=""):
        self.browser.shape(width, dark)
        kinds = KINDS if suffix else KINDS + SHOP
        for name in (f"{kind}{suffix}.{language}" for kind in kinds for language in languages):
            self.show(name)
            self.browser.keep(f"pages/{name}.{width}{'.dark' if dark else ''}")

    def test_screenshots(self):
        self.keep(LANGUAGES, PHONE, False)
        self.keep(("ru",), PHONE, True)
        self.keep(("ru",), DESKTOP, False)
        self.keep(("kk",), DESKTOP, False, "-long")

    def accessible(self, kinds, languages, width, dark, suffix=""):
        self.browser.shape(width, dark)
        for name in (f"{kind}{suffix}.{language}" for kind in kinds for language in languages):
            self.show(name)
            self.assertEqual(self.browser.findings(), [], f"{name}, {width}, dark: {dark}")

    def test_axe_finds_nothing(self):
        self.accessible(KINDS + SHOP, LANGUAGES, PHONE, False)

    def test_axe_finds_nothing_in_the_dark(self):
        self.accessible(KINDS + SHOP, ("ru",), PHONE, True)

    def test_axe_finds_nothing_on_a_desktop_with_long_names(self):
        self.accessible(KINDS, ("ru",), DESKTOP, False, "-long")


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves the pages with the headers that the node gives them; keeps what forms say."""

    def page(self, name):
        body = (PAGES / f"{name}.html").read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for line in (PAGES / "headers").read_text().splitlines():
            self.send_header(*line.split(": ", 1))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.server.asked.append(self.path)
        if self.path == "/favicon.ico":
            self.send_error(404)
        elif self.path == "/moved":
            self.send_on()
        elif not self.path.startswith("/mfs/checkout/watch"):
            self.page(self.path.strip("/"))
        elif self.server.answers:
            answer = self.server.answers.pop(0)
            if answer is None:
                self.send_error(503)
            elif answer.startswith("/"):
                self.send_response(303)
                self.send_header("Location", answer)
                self.send_header("Content-Length", "0")
                self.end_headers()
            else:
                self.page(answer)
        else:
            self.send_error(500)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.posts.append((self.path, dict(urllib.parse.parse_qsl(body, True))))
        if self.server.way is None:
            self.page("result-paid.en")
        else:
            self.send_on()

    def send_on(self):
        self.send_response(303)
        self.send_header("Location", self.server.way)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class ServedCase(unittest.TestCase):
    javascript = True

    @classmethod
    def setUpClass(cls):
        cls.browser = Browser(cls.javascript)
        cls.browser.shape(PHONE)

    @classmethod
    def tearDownClass(cls):
        cls.browser.quit()

    def serve(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.answers, server.posts, server.asked = [], [], []
        server.way = None  # where a form's answer leads
        server.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server

    def setUp(self):
        self.server = self.serve()

    def open(self, path):
        self.browser.get(f"{self.server.url}/{path}")

    def title_becomes(self, text):
        WebDriverWait(self.browser, 30).until(
            lambda browser: browser.title.split(" · ")[0] == text)

    def watch(self, *answers):
        self.server.answers += answers
        self.open("mfs/checkout/watch?c=0a1b2c3d")

    def press(self, selector):
        self.browser.find_element(By.CSS_SELECTOR, selector).click()
        self.title_becomes("Paid")
        return self.server.posts.pop()


class TestForms(ServedCase):
    HIDDEN = {"webshopRequest": "PD94bWwgdmVyc2lvbj0iMS4wIj8+", "state": "c3RhdGU", "lang": "ru"}

    def test_the_policy_allows_what_the_pages_have(self):
        for name in ("login-wrong.ru", "confirm-first.ru", "error-field-wrong.ru"):
            self.open(name)
            card = self.browser.find_element(By.CSS_SELECTOR, ".card")
            self.assertEqual(card.value_of_css_property("background-color"),
                             "rgba(255, 255, 255, 1)")
            self.assertEqual([line for line in self.browser.complaints()
                              if "favicon" not in line], [])

    def test_return_in_the_password_logs_in(self):
        self.open("login-first.ru")
        self.browser.find_element(By.ID, "login").send_keys("77072734954")
        self.browser.find_element(By.ID, "password").send_keys("secret" + Keys.RETURN)
        self.title_becomes("Paid")
        self.assertEqual(self.server.posts, [("/mfs/checkout/login", {
            **self.HIDDEN, "login": "77072734954", "password": "secret"})])

    def test_another_language_needs_no_password(self):
        self.open("login-first.ru")
        self.assertEqual(self.press("button[value=kk]"), ("/mfs/WebShopPayment.xhtml", {
            **self.HIDDEN, "to": "kk", "login": "", "password": ""}))

    def test_the_buttons_of_the_confirmation(self):
        for page, selector, path, fields in (
                ("confirm-first.ru", ".main", "confirm", {"pay": "1"}),
                ("confirm-first.ru", ".other", "cancel", {}),
                ("confirm-first.ru", "button[value=en]", "confirm", {"to": "en"}),
                ("confirm-short.ru", ".main", "confirm", {}),
                ("confirm-unknown.ru", ".main", "confirm", {"pay": "1"}),
                ("confirm-busy.ru", ".main", "confirm", {"pay": "1"}),
                ("confirm-over-day.ru", ".main", "confirm", {})):
            self.open(page)
            self.assertEqual(self.press(selector),
                             (f"/mfs/checkout/{path}", {**self.HIDDEN, **fields}), page)

    def test_the_way_to_the_shop_may_lead_on(self):
        """Shops move: to https, to "www.". A browser holds form-action against each redirect."""
        shop, moved = self.serve(), self.serve()
        self.server.way, shop.way = f"{shop.url}/moved", f"{moved.url}/result-paid.en"
        self.open("confirm-first.ru")
        self.browser.find_element(By.CSS_SELECTOR, ".main").click()
        self.title_becomes("Paid")
        self.assertEqual(self.browser.current_url, shop.way)

    def test_the_keyboard_reaches_all_in_the_order_of_the_page(self):
        self.open("login-first.ru")
        seen = []
        for _ in range(8):
            self.browser.switch_to.active_element.send_keys(Keys.TAB)
            focused = self.browser.switch_to.active_element
            seen.append(focused.get_attribute("id") or focused.get_attribute("value")
                        or focused.get_attribute("class"))
        self.assertEqual(seen, ["kk", "ru", "en", "cart", "login", "password", "main", "other"])


class TestWaiting(ServedCase):
    def test_it_waits_until_the_page_is_another(self):
        self.watch("result-waiting.en", "result-waiting.en", "result-waiting.en",
                   "result-paid.en", "result-paid.en")
        self.title_becomes("Paid")
        self.assertEqual(self.server.answers, [])

    def test_it_follows_to_the_shop(self):
        self.watch("result-waiting.en", "/result-refused.en", "/result-refused.en")
        self.title_becomes("The shop declined the payment")
        self.assertTrue(self.browser.current_url.endswith("/result-refused.en"))

    def test_it_tells_when_there_is_no_answer_and_goes_on_asking(self):
        self.watch("result-waiting.en", None, "result-paid.en", "result-paid.en")
        trouble = self.browser.find_element(By.ID, "trouble")
        self.assertFalse(trouble.is_displayed())
        WebDriverWait(self.browser, 30).until(lambda _: trouble.is_displayed())
        self.title_becomes("Paid")


class TestWithoutScripts(ServedCase):
    javascript = False

    def test_the_waiting_page_comes_again_by_itself(self):
        self.watch("result-waiting.en", "result-waiting.en", "result-paid.en")
        self.title_becomes("Paid")

    def test_forms(self):
        self.open("confirm-first.ru")
        self.assertEqual(self.press(".main")[1]["pay"], "1")


if __name__ == "__main__":
    unittest.main()
