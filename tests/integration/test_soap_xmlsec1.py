"""The xmlsec1 command, of the library's own authors, signs requests for us and verifies answers."""
import pathlib
import subprocess
import tempfile

import lxml.etree

from tests.integration import soap_sign
from tests.integration.node import SLOWER
from tests.integration.soap_client import (AGENT, TEXT_XML, new_guid, request_body,
                                           request_part)
from tests.integration.soap_node import (BLOCKED, CLIENT, MODERN_AGENT, NAMES, SoapCase,
                                         wait_for_repeat)


class Read:
    """A response that was read already, and was a success."""
    status, headers = 200, {"content-type": TEXT_XML}

    def __init__(self, body):
        self.body = body


class Xmlsec1:
    """Runs the command on files of a folder of its own."""

    def __init__(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)

    def close(self):
        self.temporary.cleanup()

    def file(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path

    def run(self, *arguments):
        return subprocess.run(["xmlsec1", *arguments], capture_output=True, timeout=60 * SLOWER)

    def sign(self, text, key):
        """The signed bytes of a message that has a template in it."""
        signed = self.folder / "signed.xml"
        done = self.run("--sign", "--privkey-pem", self.file("key.pem", key.private), "--output",
                        signed, self.file("request.xml", text.encode()))
        assert done.returncode == 0, done.stderr
        return signed.read_bytes()

    def verifies(self, message, public):
        return self.run("--verify", "--pubkey-pem", self.file("public.pem", public),
                        self.file("answer.xml", message)).returncode == 0


class Xmlsec1Case(SoapCase):
    def setUp(self):
        self.xmlsec1 = Xmlsec1()
        self.addCleanup(self.xmlsec1.close)

    def ask(self, agent, service, operation, c14n=soap_sign.EXCLUSIVE_COMMENTS, **fields):
        """A request signed by the command; the bytes of both, and the HTTP status."""
        part = request_part(operation, agent.header(), fields)
        template = soap_sign.template(agent.hash, c14n)
        text = soap_sign.envelope(request_body(service, operation, part), template)
        message = self.xmlsec1.sign(text, agent.key)
        response = agent.post(service, message)
        return message, response.body, response.status

    def check_verifies(self, message):
        """As it came, and as the field's client has it, but not when it was changed."""
        public = self.soap.key.public
        self.assertTrue(self.xmlsec1.verifies(message, public), message)
        canonical = soap_sign.canonical(lxml.etree.fromstring(message))
        self.assertTrue(self.xmlsec1.verifies(canonical, public), message)
        for old, new in [(b">true<", b">false<"), (b"requestDsig", b"requestDsih")]:
            self.assertIn(old, message)
            self.assertFalse(self.xmlsec1.verifies(message.replace(old, new), public), new)

    def test_it_signs_what_the_node_accepts_and_verifies_the_answer(self):
        for login in (AGENT, MODERN_AGENT):
            for c14n in (soap_sign.EXCLUSIVE, soap_sign.EXCLUSIVE_COMMENTS, soap_sign.INCLUSIVE):
                with self.subTest(login=login, c14n=c14n):
                    agent = self.agent(login)
                    message, answer, status = self.ask(agent, "cash_in", "checkUser", c14n,
                                                       userName=CLIENT)
                    self.assertEqual(status, 200, answer)
                    self.check_verifies(answer)
                    told = agent.answer("cash_in", "checkUser", message, Read(answer))
                    self.assertEqual(told["basicUserInfo/firstName"], NAMES[0])

    def test_a_payment_from_its_first_request_to_completed(self):
        agent = self.agent()
        fields = {"toUserName": CLIENT, "amount": "77.77", "GUID": new_guid()}
        before = self.soap.money(CLIENT)[0]
        for status in ("PENDING", "COMPLETED"):
            message, answer, _ = self.ask(agent, "cash_in", "createCashInPayment", **fields)
            self.assertTrue(self.xmlsec1.verifies(answer, self.soap.key.public), answer)
            told = agent.answer("cash_in", "createCashInPayment", message, Read(answer))
            self.assertEqual(told.status, status)
            wait_for_repeat()
        self.assertEqual(self.soap.money(CLIENT)[0] - before, 77_77)

    def test_it_verifies_the_fault_of_a_request_that_was_signed(self):
        _, answer, status = self.ask(self.agent(), "cash_in", "createCashInPayment",
                                     toUserName=BLOCKED, amount="77", GUID=new_guid())
        self.assertEqual(status, 500)
        self.assertIn(b"CLIENT_BLOCKED", answer)
        self.assertTrue(self.xmlsec1.verifies(answer, self.soap.key.public))

    def test_the_fault_of_a_request_that_was_not_is_not_signed(self):
        agent = self.agent(key=self.soap.keys[MODERN_AGENT])
        _, answer, status = self.ask(agent, "cash_in", "checkUser", userName=CLIENT)
        self.assertEqual(status, 500)
        self.assertIn(b"BAD_SIGNATURE", answer)
        self.assertFalse(soap_sign.has_signature(answer))
