"""Requests that are altered, ambiguous or wrong: what is read must be what was signed, the shop is
told what to mend, and what it writes is text."""
import re
import unittest

from tests.integration import shop_message
from tests.integration.checkout_case import RefusedCase
from tests.integration.shop_message import element
from tests.integration.soap_sign import DSIG, EXCLUSIVE, EXCLUSIVE_COMMENTS, Key

SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&lt;&#x3c;"


class Messages(RefusedCase):
    """The signature holds, or seems to; what is read must be what was signed."""

    def signed(self, text, **sign):
        return shop_message.sign(text, self.shop.key, **sign)

    def changed(self, old, new, count=1):
        """A signed request with a change made after it was signed."""
        message = self.signed(self.shop.request("500.00", invoice="INV-A")[1])
        self.assertEqual(message.count(old.encode()), count)
        return shop_message.encode(message.replace(old.encode(), new.encode()))

    def test_changed_after_it_was_signed(self):
        other = self.new_shop()
        for old, new in ((">500.00<", ">5.00<"), (">500.00<", ">500.0<"), ("INV-A<", "INV-B<"),
                         ("/paid<", "/other<"), (">true<", ">false<"), (">600<", ">601<"),
                         (f"WalletID>{self.shop.login}", f"WalletID> {self.shop.login}"),
                         ("<WSReq:ShopName>Shop ", "<WSReq:ShopName>Shop  ")):
            with self.subTest(new):
                self.refused(self.changed(old, new), "BAD_SIGNATURE")
        self.refused(self.changed(f"WalletID>{self.shop.login}", f"WalletID>{other.login}"),
                     "WALLET_WRONG")
        self.refused(self.changed(f"MerchantID>{self.shop.login}", f"MerchantID>{other.login}"),
                     "WALLET_WRONG")

    def test_signed_by_another(self):
        other = self.new_shop()
        _, text = self.shop.request()
        message = shop_message.sign(text, Key.make(2048, "stranger"))
        self.refused(shop_message.encode(message), "BAD_SIGNATURE")
        _, text = self.shop.request(wallet=other.login)
        self.refused(shop_message.encode(self.signed(text)), "WALLET_WRONG")
        _, text = self.shop.request()
        self.refused(shop_message.encode(text.replace("{signature}", "").encode()),
                     "SIGNATURE_MISSING")

    def test_comments_inside_values(self):
        """The digest does not see them, so they could be put in after signing."""
        for field, name, value in (("total", "TotalCost", b"5<!-- -->00.00"),
                                   ("timeout", "TimeoutInSeconds", b"6<!---->00"),
                                   ("success", "SuccessLink", b"http://a<!-- -->.example/"),
                                   ("auto", "AutoTransaction", b"<!--x-->true")):
            with self.subTest(name):
                _, text = self.shop.request(**{field: value})
                self.refused(shop_message.encode(self.signed(text)), "FIELD_WRONG", name)
        form = self.changed(">500.00<", ">5<!-- -->00.00<")
        self.refused(form, "FIELD_WRONG", "TotalCost")
        form = self.changed(">500.00<", "><!---->500.00<")
        self.refused(form, "FIELD_WRONG", "TotalCost")

    def test_comments_between_elements_are_harmless(self):
        form = self.changed("<WSReq:TotalCost>", "<!-- 5 --><WSReq:TotalCost>")
        self.assertTrue(self.stranger().show(form).asks_for_password)

    def test_two_signatures(self):
        _, text = self.shop.request()
        once = self.signed(text).decode()
        again = self.signed(once.split("?>", 1)[1].replace("</WSReq:WebShopRequest>",
                                                           "{signature}</WSReq:WebShopRequest>"))
        self.refused(shop_message.encode(again), "SIGNATURE_SHAPE")

    def test_signatures_of_another_shape(self):
        base = "http://www.w3.org/2000/09/xmldsig#base64"
        for sign in ({"transforms": (f"{DSIG}enveloped-signature", EXCLUSIVE)},
                     {"transforms": (f"{DSIG}enveloped-signature",
                                     shop_message.INCLUSIVE_COMMENTS)},
                     {"transforms": (f"{DSIG}enveloped-signature", EXCLUSIVE_COMMENTS)}):
            with self.subTest(sign):
                _, text = self.shop.request()
                self.refused(shop_message.encode(self.signed(text, **sign)), "SIGNATURE_SHAPE")
        for old, new in (('URI=""', 'URI="#a"'), (' URI=""', ""), ("#rsa-sha1", "#hmac-sha1"),
                         (f'"{DSIG}enveloped-signature"', f'"{base}"'),
                         ("<SignatureValue>", "<KeyInfo/><SignatureValue>")):
            with self.subTest(new):
                self.refused(self.changed(old, new), "SIGNATURE_SHAPE")

    def test_a_key_that_comes_along_is_not_believed(self):
        stranger = Key.make(2048, "stranger")
        message = shop_message.sign(self.shop.request()[1], stranger).decode()
        with_key = message.replace("</SignatureValue>", "</SignatureValue><KeyInfo><KeyName>x"
                                   "</KeyName></KeyInfo>")
        page = self.stranger().show(shop_message.encode(with_key.encode()))
        self.assertEqual(page.status, 400, page)

    def test_a_signature_that_is_not_the_last(self):
        message = self.signed(self.shop.request("500.00")[1])
        signature = re.search(rb"<Signature .*</Signature>", message, re.S)[0]
        moved = message.replace(signature, b"").replace(
            b"<WSReq:TotalCost>", signature + b"<WSReq:TotalCost>")
        self.refused(shop_message.encode(moved), "SIGNATURE_SHAPE")
        inside = message.replace(signature, b"").replace(
            b"<WSReq:ShopName>", b"<WSReq:ShopName>" + signature)
        self.assertEqual(self.stranger().show(shop_message.encode(inside)).status, 400)

    def test_wrapped(self):
        """The signed request inside of another one."""
        message = self.signed(self.shop.request("5.00")[1]).split(b"?>", 1)[1]
        _, text = self.shop.request("500.00")
        outer = text.replace("{signature}", message.decode()).encode()
        self.assertEqual(self.stranger().show(shop_message.encode(outer)).status, 400)

    def test_doctype_and_entities(self):
        message = self.signed(self.shop.request("500.00")[1])
        root = b"<WSReq:WebShopRequest "
        laughs = b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10)
                          for n in range(1, 9))
        for doctype in (b"<!DOCTYPE WebShopRequest>",
                        b'<!DOCTYPE x [<!ENTITY e "500.00">]>',
                        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
                        b'<!DOCTYPE x SYSTEM "%s/x.dtd">' % self.shop.url.encode(),
                        b'<!DOCTYPE x [<!ENTITY a0 "ha">' + laughs + b"]>"):
            with self.subTest(doctype):
                attack = message.replace(root, doctype + root).replace(b">500.00<", b">&e;<")
                self.refused(shop_message.encode(attack), "DOCTYPE")
        self.assertEqual(self.shop.calls, [])
        self.refused(shop_message.encode(message.replace(b">500.00<", b">&e;<")),
                     "NOT_WELL_FORMED")
        page = self.stranger().show(shop_message.encode(
            message.replace(b">500.00<", b">&#53;00.00<")))
        self.assertTrue(page.asks_for_password, "it is the same text")

    def test_what_the_shop_is_told_of_its_mistakes(self):
        self.refused("", "NO_REQUEST")
        self.refused("!!!", "NOT_BASE64")
        self.refused(shop_message.encode(b"  \n"), "EMPTY_DOCUMENT")
        self.refused(shop_message.encode(b"<a>"), "NOT_WELL_FORMED")
        self.refused(shop_message.encode(b"<a/>"), "WRONG_ROOT")
        self.refused(shop_message.encode(b"<a>" + b" " * 70_000 + b"</a>"), "TOO_LARGE")
        self.refused(self.changed("Shop 7", "A & B 7"), "NOT_WELL_FORMED")
        for code, name, fields in (("FIELD_EMPTY", "MerchantID", {"merchant": ""}),
                                   ("MERCHANT_UNKNOWN", "", {"merchant": "77770000000"}),
                                   ("FIELD_EMPTY", "InvoiceNumber", {"invoice": ""}),
                                   ("FIELD_WRONG", "TotalCost", {"total": "-1"}),
                                   ("FIELD_WRONG", "TotalCost", {"total": "1.001"}),
                                   ("FIELD_WRONG", "TotalCost", {"total": "0"}),
                                   ("FIELD_WRONG", "TotalCost", {"total": "1e3"}),
                                   ("FIELD_WRONG", "TimeoutInSeconds", {"timeout": 599}),
                                   ("FIELD_WRONG", "TimeoutInSeconds", {"timeout": 86401}),
                                   ("FIELD_WRONG", "AutoTransaction", {"auto": "TRUE"}),
                                   ("AMOUNT_TOO_LARGE", "", {"total": "9" * 25})):
            with self.subTest(fields):
                text = shop_message.request(**{"merchant": self.shop.login, "invoice": "I",
                                               "total": "1", **fields})
                self.refused(shop_message.encode(self.signed(text)), code, name)

    def test_the_same_element_twice(self):
        for name, value in (("TotalCost", "5.00"), ("InvoiceNumber", "INV-X")):
            text = self.shop.request("500.00")[1]
            place = f"<WSReq:{name}>"
            twice = text.replace(place, element(name, value) + place)
            self.refused(shop_message.encode(self.signed(twice)), "FIELD_WRONG")


class Texts(RefusedCase):
    def test_what_a_shop_writes_is_text_on_every_page(self):
        buyer = self.new_buyer()
        items = [shop_message.item(SCRIPT, SCRIPT, description=SCRIPT)]
        invoice = SCRIPT[:57]
        _, form = self.shop.order("1.00", shop=SCRIPT, items=items, invoice=invoice, back=False)
        login = buyer.show(form, loginName=SCRIPT)
        wrong = buyer.log_in(password="wrong horse")
        confirm = buyer.log_in()
        self.shop.scripts[invoice] = [("slow", 0.5, "DONE")]
        waiting = buyer.follow(buyer.confirm())
        self.assertTrue(waiting.waits)
        paid = buyer.watch()
        again = buyer.follow(buyer.show(form))
        for page in (login, wrong, confirm, waiting, paid, again):
            self.assertEqual(page.reader.all("img"), [], page)
            self.assertNotIn("alert(1)</script", page.html)
            self.assertTrue(SCRIPT[:57] in page.text, page)  # with all of its characters
            self.assertNotIn("onerror", {name for _, found in page.reader.elements
                                         for name in found})

    def test_links_that_are_none(self):
        for link in ("javascript:alert(1)", "JavaScript://shop.example/%0aalert(1)",
                     "data:text/html,<script>", "vbscript:x", "//shop.example/", "/paid",
                     "ftp://shop.example/", "file:///etc/passwd", "http://", "http:///x",
                     "http://a b/", "http://user:password@shop.example/", "http://shop.example\\@x",
                     "http://shop.example/\u202e", "http://shop.example/\"onclick=x",
                     "http://shop.example/<script>", "http://shop.example:99999/",
                     "http://shop.example/" + "x" * 1000):
            for field, name in (("success", "SuccessLink"), ("failure", "FailureLink"),
                                ("response", "ResponseURL")):
                with self.subTest(link=link, name=name):
                    _, form = self.shop.order(**{field: link})
                    self.refused(form, "FIELD_WRONG", name)


if __name__ == "__main__":
    unittest.main()
