"""The way of a buyer when the shop is told: waiting for its answer, and what comes of each."""
import base64
import http.server
import threading
import unittest

import lxml.etree

from tests.integration.node import poll
from tests.integration.webshop_shop import CONFIRM
from tests.integration.webshop_world import PASSWORD, ShopCase

RESPONSE = "{http://allpay.kz/xsd/1.0.0/WebShopResponse.xsd}"
CUSTOMER = "http://allpay.kz/xsd/1.0.0/WebShopCustomerResponse.xsd"
DONE, FAIL, PENDING = (
    f'<WebShopCustomerResponse xmlns="{CUSTOMER}"><Status>{status}</Status><Reason/>'
    f'</WebShopCustomerResponse>'.encode() for status in ("DONE", "FAIL", "PENDING"))


class Told:
    """A shop's server: answers what the test says, and keeps what it was told."""

    def __init__(self):
        self.answer, self.told = (200, DONE), []
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/told"

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def handler(told):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                document = lxml.etree.fromstring(base64.b64decode(body))
                told.told.append((document.findtext(f"{RESPONSE}InvoiceNumber"),
                                  document.findtext(f".//{RESPONSE}Status")))
                status, answer = told.answer
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *arguments):
                pass
        return Handler

    def statuses(self, invoice):
        return [status for name, status in self.told if name == invoice]


class Callbacks(ShopCase):
    SETTINGS = {"checkout": {"callback_allow": "127.0.0.1"}.items(),
                "outbox": {"pause_permille": 5}.items()}

    def setUp(self):
        super().setUp()
        self.told = Told()
        self.addCleanup(self.told.close)
        self.buyer = self.new_buyer()

    def told_request(self, invoice, **fields):
        return self.request(invoice=invoice, response=self.told.url,
                            **{"version": 2, "success": "https://shop.example/yes",
                               "failure": "https://shop.example/no", **fields})

    def confirmed(self, invoice, **fields):
        """(browser, where to watch) after the buyer confirmed."""
        browser, page = self.logged_in(self.told_request(invoice, **fields), self.buyer)
        page = browser.confirm(page)
        self.assertEqual(page.status, 303)
        return browser, page.location

    def ends(self, browser, path, location):
        def ended():
            page = browser.get(path)
            return page if page.status == 303 else None
        self.assertEqual(poll(ended, "the shop's answer ends it").location, location)

    def test_the_shop_says_done(self):
        with self.moves({self.buyer: -100_00, self.merchant: 100_00}):
            browser, path = self.confirmed("done")
            self.ends(browser, path, "https://shop.example/yes")
        self.assertEqual(self.told.statuses("done"), ["SUCCESS"])
        self.assertEqual(self.state_of("done"), "COMPLETED")

    def test_the_shop_says_fail(self):
        self.told.answer = (200, FAIL)
        with self.moves():
            browser, path = self.confirmed("fail")
            self.ends(browser, path, "https://shop.example/no")
        self.assertEqual(self.state_of("fail"), "DECLINED")

    def test_the_buyer_waits_while_the_shop_has_not_answered(self):
        self.told.answer = (200, PENDING)
        with self.moves({self.buyer: -100_00, self.merchant: 100_00}):
            browser, path = self.confirmed("pending")
            poll(lambda: len(self.told.statuses("pending")) >= 2, "it is told again")
            page = browser.get(path)
            self.assertEqual(page.status, 200)
            self.assertIn('data-page="waiting"', page.body)
            self.assertIn("refresh", page.body)
            self.assertNotIn("shop.example", page.body)
            signed = self.told_request("pending")
            again = self.watched(self.browser(), self.browser().show(signed))
            self.assertEqual(again.status, 403, "another browser has no cookie")
            other = self.browser()
            self.assertIn('data-page="waiting"', other.follow(other.show(signed)).body)
            self.told.answer = (200, DONE)
            self.ends(browser, path, "https://shop.example/yes")

    def test_version_1_goes_by_the_status(self):
        self.told.answer = (200, b"")
        browser, path = self.confirmed("version 1", version=None)
        self.ends(browser, path, "https://shop.example/yes")
        self.told.answer = (500, b"")
        browser, path = self.confirmed("version 1 refused", version="1.0")
        self.ends(browser, path, "https://shop.example/no")

    def test_held_for_the_merchant(self):
        browser, path = self.confirmed("reserved", auto="false")
        self.ends(browser, path, "https://shop.example/yes")
        self.assertEqual(self.state_of("reserved"), "HELD")
        system = self.system_of(self.merchant, self.key, hash_="sha256")
        with self.moves({self.buyer: -100_00, self.merchant: 100_00},
                        held={self.buyer: -100_00}):
            answer = system.call("tm_1_1", "completeTransaction", GUID="reserved",
                                 transactionId=str(self.paid("reserved")["id"]))
            self.assertEqual(answer.status, "COMPLETED")
        self.ends(browser, path, "https://shop.example/yes")

    def test_the_merchant_waits_for_its_own_answer(self):
        self.told.answer = (200, PENDING)
        self.confirmed("too early", auto="false")
        system = self.system_of(self.merchant, self.key, hash_="sha256")
        poll(lambda: self.told.statuses("too early"), "it is told")
        self.refused("AT_PROVIDER", system.call, "tm_1_1", "completeTransaction",
                     GUID="too early", transactionId=str(self.paid("too early")["id"]))

    def test_the_shop_is_told_that_the_buyer_cancelled(self):
        with self.moves():
            browser, page = self.logged_in(self.told_request("cancelled"), self.buyer)
            page = self.watched(browser, browser.cancel(page))
            self.assertEqual(page.location, "https://shop.example/no")
            poll(lambda: self.told.statuses("cancelled") == ["ERROR_USER_CANCELED"], "told")

    def test_the_shop_is_told_that_it_was_paid_already(self):
        signed = self.told_request("already")
        browser, path = self.confirmed("already")
        self.ends(browser, path, "https://shop.example/yes")
        for times in (1, 2):
            with self.moves():
                page = browser.follow(browser.show(signed))
                self.assertEqual(page.status, 200)
                poll(lambda: self.told.statuses("already")[1:] == ["ERROR_ALREADY_PAID"] * times,
                     "told once a visit")
                self.assertEqual(browser.get(page.path).status, 200)
        self.assertEqual(len(self.told.statuses("already")), 3)

    def test_two_confirms_tell_once(self):
        browser, page = self.logged_in(self.told_request("twice"), self.buyer)
        kept = dict(browser.cookies)
        with self.moves({self.buyer: -100_00, self.merchant: 100_00}):
            first = browser.confirm(page)
            browser.cookies = {**browser.cookies, **kept}
            self.assertEqual(browser.confirm(page).status, 303)
            self.ends(browser, first.location, "https://shop.example/yes")
        self.assertEqual(self.told.statuses("twice"), ["SUCCESS"])

    def test_a_log_in_to_what_another_paid(self):
        signed = self.told_request("another's")
        late, page = self.shown(signed)
        browser, path = self.confirmed("another's")
        self.ends(browser, path, "https://shop.example/yes")
        page = late.follow(late.login(page, self.new_buyer(), PASSWORD))
        self.assertEqual((page.status, page.has(CONFIRM)), (200, False))


class Inside(ShopCase):
    def test_a_shop_names_no_address_inside(self):
        for url in ("http://127.0.0.1/told", "http://[::1]/told", "https://10.0.0.1/",
                    "http://localhost/"):
            self.assertEqual(self.browser().show(self.request(response=url)).status, 400)


if __name__ == "__main__":
    unittest.main()
