"""The checkout under attack: forms that are forged, replayed or another's; passwords that are
guessed."""
import base64
import re
import threading
import unittest

from tests.integration.node import SANITIZED
from tests.integration.checkout_case import password_hash
from tests.integration.shop_message import item
from tests.integration.soap_sign import Key
from tests.integration.webshop_shop import CANCEL, CONFIRM, LOGIN, SHOW
from tests.integration.webshop_world import PASSWORD, ShopCase

STEPS = (LOGIN, CONFIRM, CANCEL)


class Forms(ShopCase):
    def setUp(self):
        super().setUp()
        self.buyer = self.new_buyer()

    def altered(self, form, field="state"):
        """The form with each kind of change to a token."""
        whole = form[field]
        yield {**form, field: ""}
        yield {**form, field: whole[:-1]}
        yield {**form, field: whole + "A"}
        yield {**form, field: whole[:40] + ("A" if whole[40] != "A" else "B") + whole[41:]}
        yield {**form, field: "%" + whole}
        yield {name: value for name, value in form.items() if name != field}

    def nothing(self, browser, step, form):
        """The step is refused, and the buyer may log in anew."""
        with self.moves():
            page = browser.post(step, {**form, "login": self.buyer, "password": PASSWORD,
                                       "pay": "1"})
        self.assertEqual(page.status, 403, page)
        self.assertTrue(page.has(LOGIN), page)
        return page

    def test_altered_states(self):
        browser, page = self.logged_in(self.request(invoice="altered"), self.buyer)
        kept = dict(browser.cookies)
        for step in STEPS:
            for form in self.altered(page.form(CONFIRM)):
                browser.cookies = dict(kept)
                self.nothing(browser, step, form)
        self.assertIsNone(self.paid("altered"))

    def test_a_form_without_its_cookie(self):
        browser, page = self.logged_in(self.request(invoice="replayed"), self.buyer)
        for step in STEPS:  # another browser, such as who saw the form
            self.nothing(self.browser(), step, page.form(CONFIRM))
        self.assertIsNone(self.paid("replayed"))

    def test_another_buyers_cookie(self):
        signed = self.request(invoice="another's")
        browser, page = self.logged_in(signed, self.buyer)
        mallory, mallorys_page = self.logged_in(signed, self.new_buyer())
        for step in (CONFIRM, CANCEL):  # mallory has the buyer press what mallory made
            kept = dict(browser.cookies)
            self.nothing(browser, step, mallorys_page.form(CONFIRM))
            browser.cookies = kept
        self.assertEqual(mallory.confirm(mallorys_page).status, 303)

    def test_the_state_of_another_request(self):
        cheap, dear = self.request(total="1.00"), self.request(total="900.00")
        browser, page = self.logged_in(cheap, self.buyer)
        form = page.form(CONFIRM)
        form["webshopRequest"] = base64.b64encode(dear).decode()
        self.nothing(browser, CONFIRM, form)

    def test_a_form_of_before_the_log_in(self):
        browser, page = self.shown(self.request())
        early = page.form(LOGIN)
        page = browser.login(page, self.buyer, PASSWORD)
        self.assertTrue(page.has(CONFIRM))
        self.nothing(browser, CONFIRM, early)

    def test_a_planted_cookie_is_no_session(self):
        """Who plants its cookie before the buyer logs in has no session after."""
        signed = self.request()
        mallory, page = self.shown(signed)
        planted = dict(mallory.cookies)
        victim = self.browser()
        victim.cookies = dict(planted)
        form = page.form(LOGIN)
        page = victim.login(page, self.buyer, PASSWORD)
        self.assertTrue(page.has(CONFIRM))
        self.assertNotEqual(victim.cookies, planted)
        mallory.cookies = planted
        self.nothing(mallory, CONFIRM, form)
        self.nothing(mallory, CONFIRM, page.form(CONFIRM))

    def test_two_cookies_of_one_name(self):
        browser, page = self.logged_in(self.request(), self.buyer)
        (name, path), = [key for key in browser.cookies if key[0].startswith("tiyn_checkout")]
        browser.cookies[(name, "/")] = browser.cookies[(name, path)]
        self.nothing(browser, CONFIRM, page.form(CONFIRM))

    def test_a_request_that_was_altered_after_signing(self):
        browser, page = self.logged_in(self.request(invoice="signed", total="900.00"), self.buyer)
        form = page.form(CONFIRM)
        request = base64.b64decode(form["webshopRequest"])
        form["webshopRequest"] = base64.b64encode(request.replace(b"900.00", b"100.00")).decode()
        with self.moves():
            for step in (SHOW, *STEPS):
                page = browser.post(step, {**form, "pay": "1"})
                self.assertEqual(page.status, 400)
                self.assertFalse(page.has(LOGIN))
        self.assertIsNone(self.paid("signed"))

    def test_another_merchants_wallet(self):
        other = self.new_shop(Key.make(2048, "other shop"))
        page = self.browser().show(self.request(wallet=other))
        self.assertEqual(page.status, 400)

    def test_what_a_shop_writes_is_text(self):
        script = '<script>alert(1)</script>"\'><img src=x onerror=alert(2)>'
        signed = self.request(shop=script, items=[item(script, script, description=script)])
        browser, page = self.logged_in(signed, self.buyer)
        for page in (page, self.watched(browser, browser.confirm(page))):
            self.assertNotIn("<script>alert", page.body)
            self.assertNotIn("<img", page.body)
            self.assertIn("&lt;script&gt;", page.body)
        for name, value in (("success", "javascript:alert(1)"), ("failure", "data:text/html,x"),
                            ("success", "https://shop.example/\r\nSet-Cookie: a=b")):
            self.assertEqual(self.browser().show(self.request(**{name: value})).status, 400)

    def test_headers(self):
        browser, page = self.logged_in(self.request(), self.buyer)
        policy = page.headers["content-security-policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertIn("frame-ancestors 'none'", policy)
        self.assertNotIn("unsafe", policy)
        self.assertEqual(page.headers["cache-control"], "no-store")
        self.assertEqual(page.headers["referrer-policy"], "no-referrer")
        self.assertEqual(browser.confirm(page).headers["cache-control"], "no-store")

    def test_what_the_pages_carry_says_nothing(self):
        browser, page = self.logged_in(self.request(), self.buyer)
        for token in [page.form(CONFIRM)["state"], *browser.cookies.values()]:
            self.assertRegex(token, r"^[A-Za-z0-9_-]+$")
            raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
            self.assertNotIn(self.buyer.encode(), raw)
            self.assertNotIn(int(self.buyer).to_bytes(8, "little"), raw)

    def test_a_blocked_client_and_the_merchant_itself(self):
        blocked = self.new_buyer(blocked=True)
        self.soap.put(f"client/{self.merchant}", account=int(self.merchant),
                      password=password_hash(PASSWORD))
        for login in (blocked, self.merchant):
            browser, page = self.shown(self.request())
            page = browser.login(page, login, PASSWORD)
            self.assertEqual(page.status, 403)
            self.assertFalse(page.has(CONFIRM))

    def test_a_client_who_is_blocked_meanwhile(self):
        browser, page = self.logged_in(self.request(), self.buyer)
        self.soap.put(f"client/{self.buyer}", account=int(self.buyer), blocked=True,
                      password=password_hash(PASSWORD))
        with self.moves():
            self.assertEqual(browser.confirm(page).status, 403)

    def test_a_frozen_wallet(self):
        browser, page = self.logged_in(self.request(), self.buyer)
        self.soap.change_account(self.buyer, flags=1)
        with self.moves():
            page = browser.confirm(page)
        self.assertEqual(page.status, 200)
        self.assertTrue(page.has(CONFIRM))

    def test_limits_are_the_ledgers(self):
        self.soap.change_account(self.buyer, day_limit=50_00)
        browser, page = self.logged_in(self.request(), self.buyer)
        with self.moves():
            page = browser.confirm(page)
        self.assertEqual(page.status, 200)

    @unittest.skipIf(SANITIZED, "a sanitizer keeps what is freed")
    def test_many_open_checkouts_cost_nothing(self):
        browser = self.browser()
        signed = self.request()
        for _ in range(200):
            browser.show(signed)
        before = self.soap.node.rss()
        for _ in range(1000):
            browser.show(signed)
        self.assertLess(self.soap.node.rss() - before, 1, "MiB")


class Passwords(ShopCase):
    SETTINGS = {"loops": 2}  # which count together

    def setUp(self):
        super().setUp()
        self.buyer = self.new_buyer()

    def guess(self, login, password, browser=None, page=None):
        if page is None:
            browser, page = self.shown(self.request(), browser)
        return browser.login(page, login, password)

    def test_one_message_for_a_wrong_password_and_an_unknown_login(self):
        def told(login):
            browser, page = self.shown(self.request(invoice=f"told-{login}"))
            text = self.guess(login, "wrong horse", browser, page).text()
            return re.sub(r"told-\w+", "", text)
        without = self.new_client()  # has no password
        wrong = told(self.buyer)
        for login in ("77779999999", without, "nobody"):
            self.assertEqual(told(login), wrong)

    def test_guesses_are_slowed_down(self):
        browser, page = self.shown(self.request())
        for _ in range(3):
            page = self.guess(self.buyer, "wrong horse", browser, page)
            self.assertEqual(page.status, 403)
        with self.moves():
            for password in ("wrong horse", PASSWORD):
                page = self.guess(self.buyer, password, browser, page)
                self.assertEqual(page.status, 429)
                self.assertIn(int(page.headers["retry-after"]), (1, 2))
        other = self.new_buyer()
        self.assertTrue(self.guess(other, PASSWORD, browser, page).has(CONFIRM),
                        "another login is not slowed down")

    def test_many_log_ins_at_once(self):
        """Some are told that the node is busy, nobody that the password is wrong; and then they are
        let in."""
        pages, threads = {}, []
        for buyer in [self.new_buyer() for _ in range(16)]:
            browser, page = self.shown(self.request())

            def log_in(buyer=buyer, browser=browser, page=page):
                pages[buyer] = page
                while not pages[buyer].has(CONFIRM):
                    pages[buyer] = self.guess(buyer, PASSWORD, browser, pages[buyer])
                    if pages[buyer].status not in (200, 503):
                        break
            threads.append(threading.Thread(target=log_in))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual({page.status for page in pages.values()}, {200})
        self.assertEqual(len(pages), 16)

    def test_the_right_one_after_wrong_ones(self):
        browser, page = self.shown(self.request())
        for _ in range(2):
            page = self.guess(self.buyer, "wrong horse", browser, page)
        for _ in range(2):
            self.assertTrue(self.guess(self.buyer, PASSWORD, *self.shown(self.request())).has(
                CONFIRM))

    def test_logins_as_people_write_them(self):
        spelled = f"+{self.buyer[0]} ({self.buyer[1:4]}) {self.buyer[4:7]}-{self.buyer[7:]} "
        self.assertTrue(self.guess(spelled, PASSWORD).has(CONFIRM))

    def test_long_fields(self):
        for login, password in (("7" * 5000, "x"), (self.buyer, "x" * 5000), ("", ""),
                                (self.buyer, ""), ("\x00" * 8, "\x00"), ("ы" * 30, "ы")):
            self.assertIn(self.guess(login, password).status, (403, 429))


if __name__ == "__main__":
    unittest.main()
