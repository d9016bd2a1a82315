"""Forged documents: what is signed is not what would be read, or should not be read at all. Each is
a request that would pay if it were believed; it is a fault, and moves nothing."""
import copy
import unittest

import lxml.etree
import xmlsec

from tests.integration import soap_sign
from tests.integration.soap_sign import DSIG, ENVELOPE, ENVELOPED, EXCLUSIVE, Key
from tests.integration.soap_world import PAY, AbuseCase

XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"
SIGNATURE, HEADER, BODY = f"{{{DSIG}}}Signature", f"{{{ENVELOPE}}}Header", f"{{{ENVELOPE}}}Body"


def parsed(message):
    return lxml.etree.fromstring(message)


def wrapper(name="Wrapper"):
    return lxml.etree.Element("{urn:evil}" + name)


class Wrapping(AbuseCase):
    """The victim's signed request, and what the thief makes of it."""

    def setUp(self):
        super().setUp()
        self.thief = self.new_client(label="thief")
        self.signed = self.good(amount="1.00")
        self.evil = lxml.etree.fromstring(self.body(client=self.thief))

    def send(self, document, code="BAD_SIGNATURE"):
        self.attack(soap_sign.to_bytes(document), code)

    def test_the_signed_body_stands_in_the_header(self):
        for where in ("wrapper", "bare"):
            document = parsed(self.signed)
            body = document.find(BODY)
            old = copy.deepcopy(body)
            body[:] = [copy.deepcopy(self.evil)]
            holder = wrapper() if where == "wrapper" else document.find(HEADER)
            holder.append(old)
            if where == "wrapper":
                document.find(HEADER).append(holder)
            with self.subTest(where):
                self.send(document)

    def test_the_signed_envelope_stands_in_the_header(self):
        """With its Signature, or with the Signature outside."""
        for inside in (True, False):
            old = parsed(self.signed)
            document = parsed(self.signed)
            document.find(BODY)[:] = [copy.deepcopy(self.evil)]
            signature = document.find(f".//{SIGNATURE}")
            if inside:
                signature.getparent().remove(signature)
            else:
                other = old.find(f".//{SIGNATURE}")
                other.getparent().remove(other)
            holder = wrapper()
            holder.append(old)
            document.find(HEADER).append(holder)
            with self.subTest(inside=inside):
                self.send(document)

    def test_the_signed_envelope_stands_in_the_body(self):
        document = parsed(self.signed)
        document.find(BODY)[:] = [copy.deepcopy(self.evil)]
        document.find(BODY)[0][0].append(parsed(self.signed))
        self.send(document, "BAD_REQUEST")

    def test_the_signed_document_stands_in_the_signature(self):
        """What is inside the Signature is not signed."""
        for name in ("Object", "KeyInfo"):
            document = parsed(self.signed)
            holder = lxml.etree.SubElement(document.find(f".//{SIGNATURE}"), f"{{{DSIG}}}{name}")
            holder.append(copy.deepcopy(document.find(BODY)))
            document.find(BODY)[:] = [copy.deepcopy(self.evil)]
            with self.subTest(name):
                self.send(document)

    def test_two_bodies(self):
        for first in (True, False):
            document = parsed(self.signed)
            body = lxml.etree.Element(BODY)
            body.append(copy.deepcopy(self.evil))
            document.insert(1 if first else 2, body)
            with self.subTest(first=first):
                self.send(document, "BAD_ENVELOPE")

    def test_two_operations_in_the_body(self):
        document = parsed(self.signed)
        document.find(BODY).insert(0, copy.deepcopy(self.evil))
        self.send(document, "BAD_ENVELOPE")

    def test_two_headers(self):
        document = parsed(self.signed)
        document.insert(0, lxml.etree.Element(HEADER))
        self.send(document, "BAD_ENVELOPE")

    def test_changed_values(self):
        for old, new in ((b">1.00<", b">9.00<"), (self.client.encode(), self.thief.encode()),
                         (self.guid.encode(), self.guid.upper().encode()),
                         (b"<lang>ru", b"<lang>en"), (b">1.00<", b">1.00 <"),
                         (b"createCashInPayment", b"createCashInPaymentAvtobys")):
            changed = self.signed.replace(old, new)
            with self.subTest(new=new):
                self.assertNotEqual(changed, self.signed)
                self.attack(changed)

    def test_comments_which_no_signature_covers(self):
        """The digest's canonical form has no comments: a value may not be cut by one."""
        for old, new in ((b">1.00<", b">1<!-- -->.00<"), (b">1.00<", b"><!-- -->1.00<"),
                         (self.client.encode(), self.client[:8].encode() + b"<!---->" +
                          self.client[8:].encode())):
            changed = self.signed.replace(old, new)
            with self.subTest(new=new):
                self.assertNotEqual(changed, self.signed)
                self.attack(changed, "BAD_REQUEST")

    def test_comments_between_elements_change_nothing(self):
        self.believed(self.signed.replace(b"<amount>", b"<!-- 9.00 --><amount>"))

    def test_a_value_from_another_signature(self):
        """DigestValue made right for the forged document: the SignatureValue is not."""
        document = parsed(self.signed)
        document.find(BODY)[:] = [copy.deepcopy(self.evil)]
        forged = soap_sign.fill_in(copy.deepcopy(document), Key.make(1024, "forger"))
        document.find(f".//{{{DSIG}}}DigestValue").text = forged.findtext(
            f".//{{{DSIG}}}DigestValue")
        self.send(document)
        self.send(forged)

    def test_broken_values(self):
        for name in ("DigestValue", "SignatureValue"):
            for text in (None, "", "AAAA", "====", "A" * 20000, "Ж"):
                document = parsed(self.signed)
                document.find(f".//{{{DSIG}}}{name}").text = text
                with self.subTest(name, text=text and text[:9]):
                    self.send(document)

    def test_a_key_in_the_message_is_not_looked_at(self):
        """Signed by a stranger, who says with which key."""
        stranger = Key.make(2048, "stranger")
        text = soap_sign.template("sha1").replace(
            "</Signature>", "<KeyInfo><KeyValue/><X509Data/></KeyInfo></Signature>")
        document = parsed(soap_sign.envelope(self.body(client=self.thief), text).encode())
        soap_sign.fill_in(document, stranger)
        self.assertIsNotNone(document.find(f".//{{{DSIG}}}Modulus"))
        self.send(document)


class Structure(AbuseCase):
    """Signed by the victim's own key, in a form that is not taken."""

    def with_template(self, text):
        return soap_sign.sign(soap_sign.envelope(self.body(), text), self.victim.key)

    def test_two_signatures(self):
        """Each of the two is good, since the other one is signed with it or filled in before."""
        other = parsed(self.good()).find(f".//{SIGNATURE}")
        for where in ("first", "last", "in a block before", "in a block behind", "in the body"):
            document = parsed(soap_sign.envelope(self.body(), soap_sign.template("sha1")).encode())
            header, mine = document.find(HEADER), document.find(f".//{SIGNATURE}")
            more = copy.deepcopy(other)
            if "block" in where:
                more = wrapper()
                more.append(copy.deepcopy(other))
            if where == "in the body":
                document.find(f".//{{*}}{PAY[1]}").append(more)
            else:
                header.insert(0 if where in ("first", "in a block before") else len(header), more)
            message = soap_sign.to_bytes(soap_sign.fill_in(document, self.victim.key, mine))
            with self.subTest(where):
                self.attack(message, "BAD_REQUEST" if "body" in where else "BAD_SIGNATURE")

    def test_the_signature_elsewhere(self):
        whole = soap_sign.envelope(self.body(), soap_sign.template("sha1"))
        signature = soap_sign.template("sha1")
        places = (("in the body", "</S:Body>", signature + "</S:Body>", "BAD_ENVELOPE"),
                  ("in the part", "</CashInRequest>", signature + "</CashInRequest>",
                   "BAD_REQUEST"),
                  ("in a header block", "</SOAP-ENV:Header>",
                   f'<b xmlns="urn:b">{signature}</b></SOAP-ENV:Header>', "BAD_SIGNATURE"),
                  ("behind the header", "<S:Body>", signature + "<S:Body>", "BAD_ENVELOPE"),
                  ("behind the body", "</S:Envelope>", signature + "</S:Envelope>",
                   "BAD_ENVELOPE"))
        for what, old, new, code in places:
            text = whole.replace(signature, "", 1).replace(old, new)
            with self.subTest(what):
                self.assertEqual(text.count("<Signature "), 1)
                self.attack(soap_sign.sign(text, self.victim.key), code)

    def test_a_reference_to_a_part(self):
        for part in ("S:Body", "ns3:createCashInPayment", "CashInRequest"):
            text = soap_sign.envelope(self.body(), soap_sign.template("sha1", uri="#part",
                                                                      transforms=(EXCLUSIVE,)))
            text = text.replace(f"<{part}", f'<{part} Id="part"', 1)
            document = parsed(text.encode())
            xmlsec.tree.add_ids(document, ["Id"])
            with self.subTest(part):
                self.attack(soap_sign.to_bytes(soap_sign.fill_in(document, self.victim.key)))

    def test_references_to_elsewhere(self):
        good = self.good()
        for uri in (b"#", b"#xpointer(/)", b"#xpointer(id('a'))", b"http://127.0.0.1:9/x",
                    b"file:///etc/passwd", b" ", b"?"):
            with self.subTest(uri):
                self.attack(good.replace(b'URI=""', b'URI="' + uri + b'"'))
        self.attack(good.replace(b' URI=""', b""))

    def test_other_transforms(self):
        for transforms in ((), (EXCLUSIVE,), (ENVELOPED, EXCLUSIVE), (ENVELOPED, ENVELOPED),
                           (ENVELOPED, soap_sign.INCLUSIVE)):
            with self.subTest(transforms):
                self.attack(self.with_template(soap_sign.template("sha1", transforms=transforms)))

    def test_transforms_that_choose_what_is_signed(self):
        keeps = "<XPath>not(ancestor-or-self::CashInRequest)</XPath>"
        sheet = ('<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">'
                 '<xsl:template match="/"><x/></xsl:template></xsl:stylesheet>')
        for uri, inside in ((XPATH, keeps), (XSLT, sheet)):
            more = f'<Transform Algorithm="{uri}">{inside}</Transform></Transforms>'
            with self.subTest(uri):
                self.attack(self.with_template(
                    soap_sign.template("sha1").replace("</Transforms>", more)))

    def test_two_references(self):
        text = soap_sign.template("sha1")
        reference = text[text.index("<Reference"):text.index("</SignedInfo>")]
        self.attack(self.with_template(text.replace(reference, reference + reference)))

    def test_no_reference(self):
        text = self.good()
        start, end = text.index(b"<Reference"), text.index(b"</SignedInfo>")
        self.attack(text[:start] + text[end:])

    def test_a_manifest(self):
        text = soap_sign.template("sha1").replace(
            "</Signature>", "<Object><Manifest/></Object></Signature>")
        self.attack(self.with_template(text))

    def test_attributes_that_do_not_belong(self):
        good = self.good()
        for old, new in ((b"<SignedInfo>", b'<SignedInfo Id="x">'),
                         (b'URI=""', b'URI="" Type="urn:x"'),
                         (b"<SignatureValue>", b'<SignatureValue Id="x">')):
            with self.subTest(new=new):
                self.assertIn(old, good)
                self.attack(good.replace(old, new, 1))


if __name__ == "__main__":
    unittest.main()
