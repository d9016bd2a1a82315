"""What the tests of the checkout share: a merchant with its key, buyers with passwords, and the
books before and after."""
from tests.integration.checkout_case import PASSWORD, password_hash
from tests.integration.rpc_client import STATES
from tests.integration.shop_message import sign
from tests.integration.soap_sign import Key
from tests.integration.soap_world import WorldCase
from tests.integration.webshop_shop import Browser, request_xml


class ShopCase(WorldCase):
    """One node for the class, a merchant for each test."""

    def setUp(self):
        super().setUp()
        self.key = Key.make(2048, "shop")
        self.merchant = self.new_shop(self.key)

    def new_shop(self, key, **fields):
        login, _ = self.new_merchant(**fields)
        self.soap.add_key(login, 1, key)
        return login

    def new_buyer(self, balance=1000_00, **fields):
        return self.new_client(balance, label="buyer", password=password_hash(PASSWORD), **fields)

    def browser(self, **options):
        return Browser(self.soap.node.http, **options)

    def request(self, key=None, **fields):
        """A signed request of the test's merchant."""
        fields = {"merchant": self.merchant, "wallet": self.merchant, **fields}
        return sign(request_xml(**fields), key or self.key)

    def shown(self, signed, browser=None, **more):
        """(browser, login page)"""
        browser = browser or self.browser()
        page = browser.show(signed, **more)
        self.assertEqual(page.status, 200, page)
        self.assertTrue(page.has("/mfs/checkout/login"), page)
        return browser, page

    def logged_in(self, signed, buyer, browser=None):
        """(browser, confirm page)"""
        browser, page = self.shown(signed, browser)
        page = browser.login(page, buyer, PASSWORD)
        self.assertEqual(page.status, 200, page)
        self.assertTrue(page.has("/mfs/checkout/confirm"), page)
        return browser, page

    def watched(self, browser, page):
        """Where a confirm or cancel leads: the page, or where to it sends."""
        self.assertEqual(page.status, 303, page)
        self.assertTrue(page.location.startswith("/mfs/checkout/watch/"), page.location)
        return browser.get(page.location)

    def paid(self, invoice, merchant=None):
        """The ledger's record of the invoice's payment, or None."""
        status, record = self.soap.operator.record(
            "lookup", invoice.encode(), {"requester": int(merchant or self.merchant)})
        if status == "PAYMENT_NOT_FOUND":
            return None
        self.assertEqual(status, "DONE")
        return {**record, "state": STATES[record["state"]]}

    def state_of(self, invoice):
        payment = self.paid(invoice)
        return payment and payment["state"]
