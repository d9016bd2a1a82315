"""One request in the many forms that agents' systems write it in: each is taken."""
import unittest

import lxml.etree

from tests.integration import soap_sign
from tests.integration.soap_client import new_guid, rrns
from tests.integration.soap_sign import DSIG, EXCLUSIVE, INCLUSIVE
from tests.integration.soap_world import PAY, AbuseCase

BOM = b"\xef\xbb\xbf"


class Forms(AbuseCase):
    def sign_text(self, change=None, **options):
        """A good request whose text was changed before it is signed."""
        whole = soap_sign.envelope(self.body(), soap_sign.template(**{"hash_": "sha1", **options}))
        text = whole if change is None else change(whole)
        self.assertTrue(change is None or text != whole, "nothing was changed")
        return soap_sign.sign(text, self.victim.key)

    def test_bytes_around_and_before_it(self):
        good = self.good()
        start = good.index(b"?>") + 2
        for message in (BOM + good, good[start:], BOM + good[start:], good + b"\n\n",
                        b'<?xml version="1.0" encoding="utf-8"?>\r\n' + good[start:],
                        b"<?xml version='1.0'?>" + good[start:],
                        b"<?xml version='1.0' encoding='UTF-8' standalone='yes'?>" + good[start:]):
            with self.subTest(message[:60]):
                self.believed(message)

    def test_algorithms(self):
        for hash_ in ("sha1", "sha256"):
            self.victim.answer_hash = hash_
            for c14n in (EXCLUSIVE, soap_sign.EXCLUSIVE_COMMENTS, INCLUSIVE,
                         INCLUSIVE + "#WithComments"):
                with self.subTest(hash=hash_, c14n=c14n):
                    self.believed(self.sign_text(hash_=hash_, c14n=c14n))

    def test_white_space_between_elements(self):
        def spread(text):
            document = lxml.etree.fromstring(text.encode())
            lxml.etree.indent(document, "\t")
            return lxml.etree.tostring(document, encoding="unicode")
        self.believed(self.sign_text(spread))
        self.believed(self.sign_text(lambda text: spread(text).replace("\n", "\n\n  ")))

    def test_prefixes(self):
        def with_prefix(text):
            start, end = text.index("<Signature "), text.index("</Signature>")
            inside = text[start:end].replace("</", "</ds:").replace("<", "<ds:")
            inside = inside.replace("<ds:/ds:", "</ds:").replace("xmlns=", "xmlns:ds=")
            return text[:start] + inside + "</ds:Signature>" + text[end + len("</Signature>"):]
        self.believed(self.sign_text(with_prefix))
        self.believed(self.sign_text(
            lambda text: text.replace("S:", "soapenv:").replace(":S=", ":soapenv=")))
        self.believed(self.sign_text(lambda text: text.replace("<ns3:", "<").replace(
            "</ns3:", "</").replace("xmlns:ns3=", "xmlns=").replace(
                "<CashInRequest>", '<CashInRequest xmlns="">')))
        self.believed(self.sign_text(lambda text: text.replace(
            "<S:Envelope ", '<S:Envelope xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
            'xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:unused="urn:u" ')))

    def test_values(self):
        """Spaces where a schema lets them be; sections and references of characters."""
        for old, new in ((">100.00<", "> 100.00\n<"), (">100.00<", "><![CDATA[100.00]]><"),
                         (">100.00<", ">&#49;00.00<"), ("<lang>ru</lang>", ""),
                         ("Z</timestamp>", "</timestamp>"),
                         ("Z</timestamp>", "+06:00</timestamp>"),
                         ("</requester>", "</requester><token/>")):
            with self.subTest(new=new):
                self.believed(self.sign_text(lambda text: text.replace(old, new)))

    def test_values_of_the_signature(self):
        """Broken into lines of any kind, or into one; they are not signed."""
        good = self.good()
        for eol in ("", "\n", "\r\n", "\r", " ", "\t"):
            document = lxml.etree.fromstring(good)
            node = document.find(f".//{{{DSIG}}}SignatureValue")
            whole = "".join(node.text.split())
            node.text = eol + eol.join(whole[i:i + 64] for i in range(0, len(whole), 64)) + eol
            with self.subTest(eol=eol):
                self.believed(soap_sign.to_bytes(document))

    def test_a_key_in_the_message_does_not_disturb(self):
        self.believed(self.sign_text(lambda text: text.replace(
            "</Signature>", "<KeyInfo><KeyValue/></KeyInfo></Signature>")))

    def test_header_blocks_that_nobody_must_understand(self):
        self.believed(self.sign_text(lambda text: text.replace(
            "<certificateNumber", '<x:y xmlns:x="urn:x">z</x:y><certificateNumber')))

    def test_http_headers(self):
        good = self.good()
        for content_type in ("text/xml", "text/xml;charset=UTF-8", 'text/xml; charset="utf-8"',
                             "TEXT/XML; charset=utf-8; action=x"):
            with self.subTest(content_type):
                response = self.victim.post(PAY[0], good, content_type=content_type)
                self.assertIn(self.victim.answer(*PAY, good, response).status,
                              ("PENDING", "COMPLETED"))
        for content_type in ("application/xml", "application/soap+xml", "text/plain", None,
                             "text/xml; charset=windows-1251"):
            with self.subTest(content_type):
                response = self.victim.post(PAY[0], good, content_type=content_type)
                self.assertEqual(response.status, 415, response)

    def test_rrns(self):
        _, terminal = self.new_merchant()
        made = set()
        for rrn in ("1", "x" * 64, "Ж" * 32, "<&>\"'", "a b", "A B", "{}", "../..", "%00", "0"):
            fields = {"toUserName": self.client, "amount": "1.00", "terminalId": terminal,
                      "rrn": rrn}
            with self.subTest(rrn):
                self.pay(self.victim, "payForGoodsPay", **fields)
                made.add(self.payment(self.victim, rrn)["id"])
        self.assertEqual(len(made), 10)
        for rrn in ("", "x" * 65, "Ж" * 33):
            with self.subTest(rrn), self.moves():
                self.refused("BAD_RRN", self.victim.call, "tm_1_1", "payForGoodsPay",
                             toUserName=self.client, amount="1.00", terminalId=terminal, rrn=rrn)

    def test_guids(self):
        for guid in ("", "{}", "d52a8bb20a2845b3afc5640ca9034760", "g" + new_guid()[1:],
                     "{" + new_guid(), new_guid() + "}", "{{" + new_guid() + "}}",
                     new_guid() + " ", new_guid().replace("-", "_"), next(rrns)):
            with self.subTest(guid), self.moves():
                self.refused("BAD_GUID", self.victim.call, *PAY, toUserName=self.client,
                             amount="1.00", GUID=guid)


if __name__ == "__main__":
    unittest.main()
