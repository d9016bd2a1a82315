"""The tests' own signatures against two others: the field's messages, and the xmlsec1 command."""
import pathlib
import subprocess
import tempfile
import unittest

import lxml.etree

from tests.integration import soap_sign
from tests.integration.node import ROOT
from tests.integration.soap_sign import Key, Unverified

VECTORS = ROOT.parent / "shared" / "vectors"
ECHO = '<n:echo xmlns:n="urn:x"><Echo>Сәлем &amp; hi</Echo></n:echo>'


def signed(key, body=ECHO, **options):
    return soap_sign.sign(soap_sign.envelope(body, soap_sign.template(**options)), key)


def xmlsec1_verifies(message, public):
    with tempfile.TemporaryDirectory() as folder:
        file, pem = pathlib.Path(folder, "m.xml"), pathlib.Path(folder, "k.pem")
        file.write_bytes(message)
        pem.write_bytes(public)
        return subprocess.run(["xmlsec1", "--verify", "--pubkey-pem", pem, file],
                              capture_output=True, timeout=60).returncode == 0


class SignCase(unittest.TestCase):
    def test_what_is_signed_verifies_here_and_with_xmlsec1(self):
        for hash_ in soap_sign.HASHES:
            for c14n in (soap_sign.EXCLUSIVE, soap_sign.EXCLUSIVE_COMMENTS, soap_sign.INCLUSIVE):
                with self.subTest(hash=hash_, c14n=c14n):
                    key = Key.make(1024 if hash_ == "sha1" else 2048)
                    message = signed(key, hash_=hash_, c14n=c14n)
                    soap_sign.verify(message, key.public, hash_=hash_)
                    self.assertTrue(xmlsec1_verifies(message, key.public))

    def test_a_changed_message_does_not_verify(self):
        key = Key.make()
        message = signed(key)
        for old, new in [(b"hi", b"ho"), (b"urn:x", b"urn:y"), (b">1<", b">2<")]:
            changed = message.replace(old, new)
            self.assertNotEqual(changed, message)
            with self.assertRaises(Unverified):
                soap_sign.verify(changed, key.public)
        with self.assertRaises(Unverified):
            soap_sign.verify(message, Key.make(name="another").public)

    def test_what_the_fields_client_would_not_verify_is_told(self):
        key = Key.make()
        for text, why in [(ECHO.replace("><", "> <"), "white space"),
                          (ECHO.replace("<Echo>", "<!-- --><Echo>"), "comment"),
                          (ECHO.replace(" xmlns", ' xmlns:unused="urn:u" xmlns'), "canonical")]:
            with self.assertRaisesRegex(Unverified, why):
                soap_sign.verify(signed(key, text), key.public)

    def test_a_signature_of_a_part_or_with_another_digest_is_told(self):
        key = Key.make()
        with self.assertRaisesRegex(Unverified, "signed with"):
            soap_sign.verify(signed(key, hash_="sha1"), key.public, hash_="sha256")
        twice = (soap_sign.ENVELOPED, soap_sign.EXCLUSIVE)
        with self.assertRaisesRegex(Unverified, "it signs"):
            soap_sign.verify(signed(key, transforms=twice), key.public)

    def test_request_digest(self):
        key = Key.make()
        body = f'<requestDsig xmlns="{soap_sign.ALLPAY}">abc=</requestDsig>'
        soap_sign.verify(signed(key, body), key.public, "abc=")
        with self.assertRaisesRegex(Unverified, "requestDsig is"):
            soap_sign.verify(signed(key, body), key.public, "abd=")
        with self.assertRaisesRegex(Unverified, "0 .*requestDsig"):
            soap_sign.verify(signed(key), key.public, "abc=")


@unittest.skipUnless(VECTORS.is_dir(), "the field's messages are not there")
class VectorCase(unittest.TestCase):
    def test_the_fields_requests_verify_and_ours_look_the_same(self):
        public = (VECTORS / "test-partner.pub.pem").read_bytes()
        files = sorted((VECTORS / "requests").glob("*.xml"))
        self.assertGreater(len(files), 3)
        for file in files:
            with self.subTest(file.name):
                message = file.read_bytes()
                document = soap_sign.verify(message, public, hash_="sha1")
                body = document.find(f"{{{soap_sign.ENVELOPE}}}Body")[0]
                text = lxml.etree.tostring(body, encoding="unicode")
                text = text.replace(f' xmlns:S="{soap_sign.ENVELOPE}"', "", 1)
                ours = signed(Key.make(1024), text)
                self.assertEqual(self.shape(ours), self.shape(message))
                self.assertEqual(soap_sign.digest_of(ours), soap_sign.digest_of(message))

    def shape(self, message):
        """The bytes but for the signature's own."""
        start, end = message.index(b"<SignatureValue>"), message.index(b"</SignatureValue>")
        self.assertEqual(message[start:end].count(b"&#xd;\n"), 2)
        return message[:start] + message[end:]
