"""The demo's shop, by a browser without JavaScript: from the cart to the checkout and back."""
import base64
import unittest

from tests.integration import soap_sign
from tests.integration.case import NodeCase
from tests.integration.demo import DemoCase
from tests.integration.http_client import Http
from tests.integration.node import poll
from tests.integration.shop_message import sign
from tests.integration.webshop_shop import CONFIRM, LOGIN, SHOW, Browser

SHOP = "/demo/shop"
MERCHANT, BUYER, TOTAL = 72222222229, 77015550101, 7270_00
RESPONSE = "http://allpay.kz/xsd/1.0.0/WebShopResponse.xsd"
PAID, DECLINED, WAITING = "is paid", "is not paid", "Waiting for the payment"


class DemoShop(DemoCase):
    def setUp(self):
        self.browser = Browser(("127.0.0.1", int(self.port)))

    def cart(self, query=""):
        """(page, the order's number)"""
        page = self.browser.get(SHOP + query)
        self.assertEqual(page.status, 200, page)
        self.assertTrue(page.has(SHOW), page)
        return page, page.root.xpath("//bdi/text()")[0]

    def login_page(self, cart):
        page = self.browser.post(SHOW, cart.form(SHOW))
        self.assertEqual(page.status, 200, page)
        return page

    def confirm_page(self, cart):
        """Logs in with what the shop's page says."""
        login, password = cart.root.xpath("//code/text()")
        page = self.browser.login(self.login_page(cart), login, password)
        self.assertTrue(page.has(CONFIRM), page)
        return page

    def back(self, page):
        """The page to which the buyer comes back in the end."""
        def location():
            shown = self.browser.get(page.location)
            return shown.location if shown.status == 303 else None
        self.assertEqual(page.status, 303, page)
        return self.follow(poll(location, "the buyer is sent back"))

    def follow(self, link):
        self.assertTrue(link.startswith("http://node/"), link)
        return self.browser.get(link.removeprefix("http://node"))

    def balances(self):
        return [self.balance(BUYER), self.balance(MERCHANT)]

    def moved(self, before):
        return [new - old for new, old in zip(self.balances(), before)]

    def test_a_buyer_pays(self):
        before = self.balances()
        cart, order = self.cart()
        self.assertIn("7 270,00", cart.text())
        page = self.back(self.browser.confirm(self.confirm_page(cart)))
        self.assertIn(PAID, page.text())
        self.assertIn(order, page.text())
        self.assertIn(f"order={order}", page.path)
        self.assertEqual(self.moved(before), [-TOTAL, TOTAL])
        self.assertIn(PAID, self.browser.get(page.path).text(), "it stays")
        again = self.browser.post(SHOW, cart.form(SHOW))
        self.assertIn("already", self.browser.get(again.location).text())
        self.assertIn(PAID, self.browser.get(page.path).text(), "it stays")
        self.assertEqual(self.moved(before), [-TOTAL, TOTAL])

    def test_a_buyer_cancels(self):
        before = self.balances()
        cart, order = self.cart()
        page = self.back(self.browser.cancel(self.confirm_page(cart)))
        self.assertIn(DECLINED, page.text())
        told = f"{SHOP}?order={order}"
        poll(lambda: DECLINED in self.browser.get(told).text(), "the shop is told")
        self.assertEqual(self.moved(before), [0, 0])

    def test_a_buyer_goes_back_before_logging_in(self):
        cart, order = self.cart()
        page = self.login_page(cart)
        link = page.root.xpath("//a[@rel='noreferrer']/@href")[0]
        self.assertIn(DECLINED, self.follow(link).text())
        self.assertIn(WAITING, self.browser.get(f"{SHOP}?order={order}").text())

    def test_each_cart_is_another_order(self):
        orders = {self.cart()[1] for _ in range(20)}
        self.assertEqual(len(orders), 20)
        for query in ("?order=1", "?order=", "?order=x", "?order=99999999999999999999",
                      "?order=999999999999999", "?order=-1"):
            self.assertNotIn(self.cart(query)[1], orders, query)

    def test_the_language_stays(self):
        cart, _ = self.cart("?lang=kk")
        self.assertEqual(cart.root.get("lang"), "kk")
        page = self.back(self.browser.confirm(self.confirm_page(cart)))
        self.assertEqual(page.root.get("lang"), "kk")

    def tell(self, order, key, status="SUCCESS"):
        """Tells the shop of the order, signed with a key of the demo's folder."""
        xml = (f'<r:WebShopResponse xmlns:r="{RESPONSE}"><r:InvoiceNumber>{order}</r:InvoiceNumber>'
               f"<r:Transaction><r:TransactionId>1</r:TransactionId><r:Status>{status}</r:Status>"
               "</r:Transaction>{signature}</r:WebShopResponse>")
        pem = (self.folder / "build/demo" / key).read_bytes()
        body = base64.b64encode(sign(xml, soap_sign.Key(pem)))
        with Http(self.browser.address, key=None) as http:
            http.ask("POST", f"{SHOP}/callback", body)
            return http.receive()

    def test_only_the_node_tells_the_shop(self):
        _, order = self.cart()
        self.assertEqual(self.tell(order, "shop.key.pem").status, 403)
        self.assertIn(WAITING, self.browser.get(f"{SHOP}?order={order}").text())
        self.assertEqual(self.tell(order, "node.key.pem", "ERROR_TIMEOUT").status, 200)
        self.assertIn(DECLINED, self.browser.get(f"{SHOP}?order={order}").text())

    def test_a_new_start_knows_no_orders_and_the_same_keys(self):
        cart, order = self.cart()
        keys = [self.folder / "build/demo" / name for name in ("shop.key.pem", "node.key.pem")]
        before = [key.read_bytes() for key in keys]
        self.stop()
        self.start()
        self.browser.address = ("127.0.0.1", int(self.port))
        self.assertEqual([key.read_bytes() for key in keys], before)
        self.assertNotEqual(self.cart(f"?order={order}")[1], order)
        self.assertTrue(self.login_page(cart).has(LOGIN), "its requests are still good")

    def test_methods(self):
        for method, path, status in (("POST", SHOP, 405), ("GET", f"{SHOP}/callback", 405),
                                     ("HEAD", SHOP, 200), ("GET", f"{SHOP}s", 404)):
            self.assertEqual(self.browser.request(method, path).status, status, (method, path))


class WithoutDemo(NodeCase):
    def test_there_is_no_shop(self):
        for path in (SHOP, f"{SHOP}/callback", f"{SHOP}?order=1"):
            self.assertEqual(self.http().get(path).status, 404, path)


if __name__ == "__main__":
    unittest.main()
