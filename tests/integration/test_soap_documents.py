"""Documents that are refused before anything in them is looked at, and elements where they do not
belong. Each is a request that would pay if it were believed, signed where it can be."""
import socket
import unittest

from tests.integration import soap_sign
from tests.integration.soap_sign import ENVELOPE
from tests.integration.soap_world import PAY, AbuseCase


class Documents(AbuseCase):
    def nothing_is_fetched(self, message):
        """Sends it while somebody listens where it refers to; %d is the port."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.setblocking(False)
            self.attack(message.replace(b"%d", str(listener.getsockname()[1]).encode()),
                        "BAD_XML")
            with self.assertRaises(BlockingIOError):
                listener.accept()

    def with_doctype(self, doctype, value=b"77"):
        """The signed request with a DTD in front, and an amount that uses it."""
        good = self.good()
        declaration, _, rest = good.partition(b"?>")
        return declaration + b"?>" + doctype + rest.replace(b">100.00<", b">" + value + b"<")

    def test_external_entities(self):
        for system in (b"file:///etc/hostname", b"http://127.0.0.1:%d/x", b"/dev/zero"):
            for kind in (b"<!ENTITY e SYSTEM '" + system + b"'>",
                         b"<!ENTITY % e SYSTEM '" + system + b"'> %e;"):
                with self.subTest(kind):
                    self.nothing_is_fetched(
                        self.with_doctype(b"<!DOCTYPE x [" + kind + b"]>", b"&e;"))

    def test_an_external_dtd(self):
        for doctype in (b"<!DOCTYPE x SYSTEM 'http://127.0.0.1:%d/x.dtd'>",
                        b"<!DOCTYPE x PUBLIC 'a' 'http://127.0.0.1:%d/x.dtd'>"):
            with self.subTest(doctype):
                self.nothing_is_fetched(self.with_doctype(doctype, b"100.00"))

    def test_a_dtd_of_any_kind(self):
        for doctype in (b"<!DOCTYPE x>", b"<!DOCTYPE x []>", b"<!DOCTYPE x [<!ENTITY e '1'>]>",
                        b"<!DOCTYPE S:Envelope [<!ATTLIST amount currency CDATA 'USD'>]>"):
            with self.subTest(doctype):
                self.attack(self.with_doctype(doctype, b"100.00"), "BAD_XML")

    def test_entity_bombs(self):
        laughs = b"".join(b"<!ENTITY l%d '%s'>" % (i, b"&l%d;" % (i - 1) * 10)
                          for i in range(1, 10))
        square = b"<!ENTITY l9 '" + b"A" * 30000 + b"'>"
        self.attack(self.with_doctype(b"<!DOCTYPE x [<!ENTITY l0 'ha'>" + laughs + b"]>", b"&l9;"),
                    "BAD_XML")
        self.attack(self.with_doctype(b"<!DOCTYPE x [" + square + b"]>", b"&l9;" * 5000),
                    "BAD_XML")

    def test_processing_instructions(self):
        good = self.good()
        for what in (b"<?xml-stylesheet href='http://127.0.0.1:%d/x'?>", b"<?php 1 ?>"):
            with self.subTest(what):
                self.nothing_is_fetched(good.replace(b"<amount>", what + b"<amount>"))

    def test_deep_nesting(self):
        def nested(depth):
            """So many elements within one another; the innermost one is empty."""
            inside = "<d>" * (depth - 4) + "<d/>" + "</d>" * (depth - 4)
            text = soap_sign.envelope(self.body(), soap_sign.template("sha1"))
            text = text.replace("</SOAP-ENV:Header>", f"<b>{inside}</b></SOAP-ENV:Header>")
            return text
        self.believed(soap_sign.sign(nested(64), self.victim.key))
        self.guid = self.other_guid()
        self.attack(soap_sign.sign(nested(65), self.victim.key), "BAD_XML")
        self.attack(nested(4000).encode(), "BAD_XML")

    def other_guid(self):
        return self.guid[:-1] + ("0" if self.guid[-1] != "0" else "1")

    def test_many_nodes(self):
        for many in ("<i/>" * 5000, "<i a='1' b='2' c='3'/>" * 1500,
                     "<i " + " ".join(f"a{i}='1'" for i in range(4500)) + "/>",
                     "<i " + " ".join(f"xmlns:a{i}='urn:{i}'" for i in range(2200)) + "/>"):
            text = soap_sign.envelope(self.body(), soap_sign.template("sha1"))
            text = text.replace("</SOAP-ENV:Header>", f"<b>{many}</b></SOAP-ENV:Header>")
            with self.subTest(many[:20]):
                self.assertLess(len(text), 65536)
                self.attack(text.encode(), "BAD_XML")

    def test_the_largest_request(self):
        def filled(size):
            """Of so many bytes when signed."""
            def made(fill):
                text = soap_sign.envelope(self.body(), soap_sign.template("sha1"))
                return soap_sign.sign(text.replace("</SOAP-ENV:Header>",
                                                   f"<b>{'x' * fill}</b></SOAP-ENV:Header>"),
                                      self.victim.key)
            return made(size - len(made(1)) + 1)
        largest = filled(65536)
        self.assertEqual(len(largest), 65536)
        self.believed(largest)
        self.guid = self.other_guid()
        for size in (65537, 70000, 1 << 20):
            with self.subTest(size), self.moves():
                response = self.victim.post(PAY[0], filled(size))
                self.assertIn(response.status, (413, 500), response)
                self.victim.close()
            self.assertIsNone(self.payment(self.victim, self.guid))

    def test_other_encodings(self):
        text = self.good().decode()
        for encoding in ("utf-16", "utf-16-le", "utf-32", "utf-7"):
            message = text.replace("UTF-8", encoding.upper()).encode(encoding)
            with self.subTest(encoding):
                self.attack(message, "BAD_XML")
        declared = text.replace("UTF-8", "windows-1251").encode()
        self.attack(declared, "BAD_XML")

    def test_what_is_no_xml(self):
        good = self.good()
        for message in (b"", b" ", b"<", b"{}", b"\x00", good[:-1], good + b"x", good + good,
                        good.replace(b"<amount>", b"<amount"), good.replace(b">100.00", b">\x0100"),
                        good.replace(b">100.00", b">\xff\xfe"), good.replace(b">100.00", b">&#0;"),
                        b"\x1f\x8b" + good):
            with self.subTest(message[:9] + b"..." + message[-9:]):
                self.attack(message, "BAD_XML")

    def test_xinclude_is_text(self):
        include = ("<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' "
                   "href='file:///etc/hostname' parse='text'/>")
        text = soap_sign.envelope(self.body(), soap_sign.template("sha1"))
        text = text.replace(">100.00<", f">{include}<")
        self.attack(soap_sign.sign(text, self.victim.key), "BAD_REQUEST")

    def test_elements_in_the_wrong_namespace_or_place(self):
        whole = soap_sign.envelope(self.body(), soap_sign.template("sha1"))
        for what, old, new, code in (
                ("a namespace", "<amount>", '<amount xmlns="urn:x">', "BAD_REQUEST"),
                ("twice", "<amount>100.00</amount>", "<amount>100.00</amount>" * 2, "BAD_REQUEST"),
                ("order", "<CashInRequest>", "<CashInRequest><amount>9</amount>", "BAD_REQUEST"),
                ("unknown", "</CashInRequest>", "<fee>0</fee></CashInRequest>", "BAD_REQUEST"),
                ("text", "<CashInRequest>", "<CashInRequest>x", "BAD_REQUEST"),
                ("child", ">100.00<", "><b>100.00</b><", "BAD_REQUEST"),
                ("service", "CashInTransactionManagement/1.1", "TransactionManagement/1.1",
                 "UNKNOWN_OPERATION"),
                ("SOAP 1.2", ENVELOPE, "http://www.w3.org/2003/05/soap-envelope", "BAD_ENVELOPE"),
                ("must understand", "</SOAP-ENV:Header>",
                 '<x xmlns="urn:x" SOAP-ENV:mustUnderstand="1"/></SOAP-ENV:Header>',
                 "BAD_ENVELOPE")):
            text = whole.replace(old, new)
            with self.subTest(what):
                self.assertNotEqual(text, whole)
                self.attack(soap_sign.sign(text, self.victim.key), code)


if __name__ == "__main__":
    unittest.main()
