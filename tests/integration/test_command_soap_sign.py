"""tiyn soap-sign: what it signs verifies with the xmlsec1 command and with the tests' own code."""
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import lxml.etree

from tests.integration import soap_sign
from tests.integration.node import TIYN

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
ECHO = '<n:echo xmlns:n="urn:x"><Echo>Сәлем &amp; hi</Echo></n:echo>'
PLAIN = f'<e:Envelope xmlns:e="{SOAP}"><e:Body>{ECHO}</e:Body></e:Envelope>'
PRETTY = f"""<?xml version="1.0" encoding="UTF-8"?>
<!-- a person wrote this -->
<Envelope xmlns="{SOAP}">
  <Header><certificateNumber xmlns="https://allpay.kz">9</certificateNumber>
    <other xmlns="urn:o"/></Header>
  <Body>{ECHO}</Body>
</Envelope>
"""


class SoapSign(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="tiyn-sign-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.key, cls.public = cls.folder / "key.pem", cls.folder / "key.pub.pem"
        subprocess.run([TIYN, "ctl", "key", "new", "--out", cls.key], check=True,
                       capture_output=True, timeout=60)

    def sign(self, text, *options, key=None, code=0):
        done = subprocess.run([TIYN, "soap-sign", key or self.key, "-", *options],
                              input=text.encode(), capture_output=True, timeout=60)
        self.assertEqual(done.returncode, code, done)
        return done.stdout if code == 0 else done.stderr.decode()

    def verifies(self, message):
        file = self.folder / "message.xml"
        file.write_bytes(message)
        return subprocess.run(["xmlsec1", "--verify", "--pubkey-pem", self.public, file],
                              capture_output=True, timeout=60).returncode == 0

    def header(self, message):
        root = lxml.etree.fromstring(message)
        self.assertEqual(root[0].tag, f"{{{SOAP}}}Header")
        self.assertEqual(root[1].tag, f"{{{SOAP}}}Body")
        return root[0]

    def test_a_header_is_made(self):
        message = self.sign(PLAIN, "--certificate", "5")
        self.assertTrue(self.verifies(message))
        header = self.header(message)
        self.assertEqual([child.tag for child in header],
                         ["{https://allpay.kz}certificateNumber",
                          "{http://www.w3.org/2000/09/xmldsig#}Signature"])
        self.assertEqual(header[0].text, "5")
        for method in (b"xmldsig#rsa-sha1", b"xmldsig#sha1", b"xml-exc-c14n#WithComments"):
            self.assertIn(method, message)
        self.assertIn("Сәлем &amp; hi".encode(), message)
        soap_sign.verify(message, self.public.read_bytes())

    def test_sha256(self):
        message = self.sign(PLAIN, "--sha256")
        self.assertTrue(self.verifies(message))
        self.assertNotIn(b"sha1", message)
        soap_sign.verify(message, self.public.read_bytes(), hash_="sha256")

    def test_a_header_that_is_there_is_used(self):
        message = self.sign(PRETTY)
        self.assertTrue(self.verifies(message))
        numbers = self.header(message).findall("{https://allpay.kz}certificateNumber")
        self.assertEqual([number.text for number in numbers], ["1"])
        self.assertEqual(len(self.header(message).findall("{urn:o}other")), 1)
        self.assertNotIn(b"<!--", message)

    def test_a_changed_message_does_not_verify(self):
        self.assertFalse(self.verifies(self.sign(PLAIN).replace(b" hi", b" ho")))

    def test_from_a_file(self):
        file = self.folder / "request.xml"
        file.write_text(PLAIN)
        done = subprocess.run([TIYN, "soap-sign", self.key, file], capture_output=True, timeout=60)
        self.assertTrue(self.verifies(done.stdout), done)

    def test_what_cannot_be_signed(self):
        self.assertIn("signed already", self.sign(self.sign(PLAIN).decode(), code=2))
        self.assertIn("no SOAP", self.sign("<a/>", code=2))
        self.assertIn("no SOAP", self.sign(f'<e:Envelope xmlns:e="{SOAP}"><e:x/></e:Envelope>',
                                           code=2))
        self.assertIn("well-formed", self.sign("<a>", code=2))
        self.assertIn("DTD", self.sign("<!DOCTYPE a><a/>", code=2))
        self.assertIn("65536", self.sign(PLAIN.replace("hi", "h" * 65536), code=3))
        self.assertIn("private", self.sign(PLAIN, key=self.public, code=3))
        self.sign(PLAIN, key="/nowhere", code=3)
        for options in ["--certificate", "x"], ["--fly"], ["more"], ["--certificate", "-1"]:
            self.assertIn("--help", self.sign(PLAIN, *options, code=2))


if __name__ == "__main__":
    unittest.main()
