"""A merchant finishes what its buyers have paid for: completeTransaction and declineTransaction of
the SOAP API, for its own payments, and nothing else of it."""
import time
import unittest

from tests.integration.soap_client import new_guid
from tests.integration.soap_sign import Key
from tests.integration.webshop_world import ShopCase

OPERATIONS = ("completeTransaction", "declineTransaction")


class Merchant(ShopCase):
    def setUp(self):
        super().setUp()
        self.system = self.system_of(self.merchant, self.key, hash_="sha256")
        self.buyer = self.new_buyer()

    def reserved(self, invoice, **fields):
        """A payment that is held for the merchant; how the API calls it."""
        browser, page = self.logged_in(self.request(invoice=invoice, auto="false", **fields),
                                       self.buyer)
        page = self.watched(browser, browser.confirm(page))
        self.assertEqual((page.status, self.state_of(invoice)), (200, "HELD"), page)
        return browser, page, {"GUID": invoice, "transactionId": str(self.paid(invoice)["id"])}

    def end(self, operation, target, service="tm_1_1", system=None):
        answer = (system or self.system).call(service, operation, **target)
        self.assertEqual(answer["transactionInfo/GUID"], target["GUID"])
        self.assertEqual(answer["transactionInfo/transactionId"], target["transactionId"])
        return answer.status

    def test_a_merchant_completes(self):
        for service in ("tm_1_1", "tm_1_0"):
            browser, page, target = self.reserved(f"№ 7 <{service}> & more")
            with self.moves({self.buyer: -100_00, self.merchant: 100_00},
                            held={self.buyer: -100_00}):
                for _ in range(2):
                    self.assertEqual(self.end("completeTransaction", target, service),
                                     "COMPLETED")
            self.assertEqual(browser.get(page.path).status, 200)

    def test_a_merchant_declines(self):
        browser, page, target = self.reserved("declines", failure="https://shop.example/no")
        with self.moves(held={self.buyer: -100_00}):
            self.assertEqual(self.end("declineTransaction", target), "DECLINED")
        self.assertEqual(browser.get(page.path).location, "https://shop.example/no")
        self.refused("ALREADY_DECLINED", self.end, "completeTransaction", target)

    def test_a_merchant_may_say_our_number_twice(self):
        _, _, target = self.reserved("by number")
        target["GUID"] = target["transactionId"]
        self.assertEqual(self.end("completeTransaction", target), "COMPLETED")

    def test_invoice_and_number_must_be_of_one_payment(self):
        _, _, first = self.reserved("the first")
        _, _, second = self.reserved("the second")
        with self.moves():
            for operation in OPERATIONS:
                self.refused("TRANSACTION_NOT_FOUND", self.end, operation,
                             {**first, "transactionId": second["transactionId"]})

    def test_only_its_own(self):
        key = Key.make(2048, "other shop")
        other = self.system_of(self.new_shop(key), key, hash_="sha256")
        _, _, target = self.reserved("not yours")
        with self.moves():
            for operation in OPERATIONS:
                for guid in (target["GUID"], target["transactionId"]):
                    self.refused("TRANSACTION_NOT_FOUND", self.end, operation,
                                 {**target, "GUID": guid}, system=other)
        agent = self.new_agent()
        self.refused("BAD_GUID", self.end, "completeTransaction", target, system=agent)

    def test_nothing_else(self):
        with self.moves():
            for service, operation, fields in (
                    ("tm_1_1", "availableBalance", {}),
                    ("tm_1_1", "checkUser", {"userName": self.buyer}),
                    ("tm_1_1", "createCashInTransaction",
                     {"toUserName": self.buyer, "amount": "1.00", "GUID": new_guid()})):
                self.refused("BAD_SIGNATURE", self.system.call, service, operation, **fields)

    def test_a_blocked_merchant_or_key(self):
        _, _, target = self.reserved("blocked")
        with self.moves():
            self.soap.add_key(self.merchant, 1, self.key, blocked=True)
            self.refused("BAD_SIGNATURE", self.end, "completeTransaction", target)
            self.soap.add_key(self.merchant, 1, self.key)
            self.soap.put(f"merchant/{self.merchant}", name="Shop",
                          wallets=[int(self.merchant)], blocked=True)
            self.refused("BAD_SIGNATURE", self.end, "completeTransaction", target)

    def test_a_payment_that_nobody_finishes_is_released(self):
        browser, page, _ = self.reserved("released")
        payment = self.paid("released")
        left_s = (payment["deadline_ns"] - time.time_ns()) / 1e9
        self.assertTrue(590 < left_s <= 600, left_s)


if __name__ == "__main__":
    unittest.main()
