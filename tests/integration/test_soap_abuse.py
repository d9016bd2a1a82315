"""Attacks on the signature: each is a request that would pay if it were believed, gets the one
answer that tells nothing, and moves nothing."""
import unittest

import lxml.etree
import xmlsec

from tests.integration import soap_sign
from tests.integration.soap_client import request_body, request_part
from tests.integration.soap_node import ANSWER_SHA256
from tests.integration.soap_sign import ALLPAY, DSIG, HASHES, Key
from tests.integration.soap_world import PAY, AbuseCase

SHA1, SHA256 = HASHES["sha1"], HASHES["sha256"]


class Signer(AbuseCase):
    """Who signs, with which key."""

    def test_nothing_is_wrong_with_the_request_itself(self):
        self.believed(self.good())

    def test_no_signature(self):
        unsigned = soap_sign.envelope(self.body(), "").encode()
        self.attack(unsigned)

    def test_no_certificate_number(self):
        message = soap_sign.sign(soap_sign.envelope(self.body(), soap_sign.template("sha1"), None),
                                 self.victim.key)
        fault = self.attack(message, "CERTIFICATE_NUMBER_MISSING")
        self.assertEqual(fault.faultstring,
                         "Header https://allpay.kz certificateNumber not provided")

    def test_certificate_numbers_that_are_not_the_agents(self):
        for number in (2, 0, -1, (1 << 32) + 1, (1 << 64) + 1, "", "x", "0x1", "1e0", "1.0", "+1",
                       "1 1", "1/../1", "١", "1%00"):
            with self.subTest(number):
                self.attack(soap_sign.sign(
                    soap_sign.envelope(self.body(), soap_sign.template("sha1"), number),
                    self.victim.key))

    def test_certificate_numbers_twice_elsewhere_or_with_a_comment(self):
        number = f'<certificateNumber xmlns="{ALLPAY}">1</certificateNumber>'
        whole = soap_sign.envelope(self.body(), soap_sign.template("sha1"))
        for what, text in (
                ("twice", whole.replace(number, number + number)),
                ("two numbers", whole.replace(number, number + number.replace(">1<", ">2<"))),
                ("comment", whole.replace(">1<", "><!-- -->1<")),
                ("child", whole.replace(">1<", "><x>1</x><")),
                ("in another block", whole.replace(number, f"<b>{number}</b>"))):
            with self.subTest(what):
                self.assertNotEqual(text, whole)
                code = "CERTIFICATE_NUMBER_MISSING" if "block" in what else "BAD_SIGNATURE"
                self.attack(soap_sign.sign(text, self.victim.key), code)

    def test_another_key(self):
        self.victim.key = Key.make(1024, "nobody's")
        self.attack(self.good())

    def test_the_key_of_another_agent(self):
        """Requester A, signed by B with the number that both have."""
        thief = self.new_agent(key=Key.make(1024, "thief"), label="thief")
        thief.certificate = 1
        self.attack(thief.sign(self.body(thief, requester=self.victim.login)))
        self.soap.add_key(thief.login, 7, thief.key)
        thief.certificate = 7
        self.attack(thief.sign(self.body(thief, requester=self.victim.login)))
        self.assertIsNone(self.payment(thief, self.guid))

    def test_requesters_who_are_no_agents(self):
        merchant, _ = self.new_merchant()
        self.soap.add_key(merchant, 1, self.victim.key)
        self.soap.add_key(self.client, 1, self.victim.key)
        for requester in (merchant, self.client, "72229999999", "7", "", " " + self.victim.login,
                          self.victim.login + "0", "agent/" + self.victim.login):
            with self.subTest(requester):
                header = self.victim.header(requester=requester)
                fields = {"toUserName": self.client, "amount": "1", "GUID": self.guid}
                body = request_body(*PAY, request_part(PAY[1], header, fields))
                self.attack(self.victim.sign(body))

    def test_a_blocked_key_and_its_return(self):
        second = Key.make(1024, "second")
        self.soap.add_key(self.victim.login, 2, second)
        self.soap.add_key(self.victim.login, 1, self.victim.key, blocked=True)
        self.attack(self.good())
        other = self.system_of(self.victim.login, second, certificate=2)
        self.believed(self.good(other))
        self.soap.add_key(self.victim.login, 1, self.victim.key)
        self.believed(self.good())

    def test_a_key_that_was_replaced(self):
        old = self.good()
        self.soap.add_key(self.victim.login, 1, Key.make(1024, "new one"))
        self.attack(old)
        self.attack(self.good())
        self.victim.key = Key.make(1024, "new one")
        self.believed(self.good())

    def test_a_blocked_agent_and_its_return(self):
        fields = {"account": int(self.victim.login), "name": "A", "privileges": 511,
                  "legacy_signature": True}
        self.soap.put(f"agent/{self.victim.login}", **fields, blocked=True)
        self.attack(self.good())
        self.soap.put(f"agent/{self.victim.login}", **fields)
        self.believed(self.good())

    def test_addresses(self):
        fields = {"account": int(self.victim.login), "name": "A", "privileges": 511,
                  "legacy_signature": True}
        for addresses in ("10.0.0.0/8", "127.0.0.2", "127.0.0.0/32 ::1 2001:db8::/32"):
            with self.subTest(addresses):
                self.soap.put(f"agent/{self.victim.login}", **fields, addresses=addresses)
                self.attack(self.good())
                message = self.good()  # nobody is told where the request came from by its sender
                with self.moves():
                    self.refused("BAD_SIGNATURE", self.victim.answer, *PAY, message,
                                 self.victim.post(PAY[0], message,
                                                  ["X-Forwarded-For: 10.0.0.1"]))
        self.soap.put(f"agent/{self.victim.login}", **fields, addresses="10.0.0.0/8 127.0.0.1")
        self.believed(self.good())


class Algorithms(AbuseCase):
    """What an agent without legacy_signature may not use."""

    def modern(self, key, hash_="sha256"):
        return self.new_agent(key=key, hash_=hash_, legacy_signature=False, label="modern agent")

    def test_sha1(self):
        agent = self.modern(Key.make(2048, "modern"))
        self.attack(agent.sign(self.body(agent), hash_="sha1"), agent=agent)
        self.believed(self.good(agent), agent)

    def test_a_short_key(self):
        agent = self.modern(Key.make(1024, "short"))
        self.attack(self.good(agent), agent=agent)

    def test_a_key_that_is_too_short_for_anybody(self):
        agent = self.new_agent(key=Key.make(768, "shorter"), label="weak agent")
        self.attack(self.good(agent), agent=agent)

    def test_legacy_is_effective_at_once(self):
        agent = self.modern(Key.make(1024, "short"), "sha1")
        fields = {"account": int(agent.login), "name": "A", "privileges": 511}
        self.attack(self.good(agent), agent=agent)
        self.soap.put(f"agent/{agent.login}", **fields, legacy_signature=True)
        self.believed(self.good(agent), agent)
        self.soap.put(f"agent/{agent.login}", **fields)
        message = self.good(agent)
        with self.moves():
            self.refused("BAD_SIGNATURE", agent.answer, *PAY, message,
                         agent.post(PAY[0], message))

    def test_the_answers_algorithm(self):
        agent = self.new_agent(answer_algorithm=ANSWER_SHA256)
        agent.answer_hash = "sha256"
        self.believed(agent.sign(self.body(agent)), agent)

    def test_one_hash_for_the_digest_and_another_for_the_signature(self):
        for method, digest in ((SHA1[0], SHA256[1]), (SHA256[0], SHA1[1])):
            text = soap_sign.template("sha1").replace(SHA1[0], method)
            text = text.replace(f'DigestMethod Algorithm="{SHA1[1]}"',
                                f'DigestMethod Algorithm="{digest}"')
            with self.subTest(method=method, digest=digest):
                self.attack(soap_sign.sign(soap_sign.envelope(self.body(), text),
                                           self.victim.key))

    def test_the_public_key_as_a_password(self):
        """HMAC with what everybody knows."""
        message = soap_sign.template("sha1").replace(SHA1[0], DSIG + "hmac-sha1")
        document = lxml.etree.fromstring(soap_sign.envelope(self.body(), message).encode())
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_binary_data(xmlsec.KeyData.HMAC, self.victim.key.public)
        context.sign(document.find(f".//{{{DSIG}}}Signature"))
        self.attack(soap_sign.to_bytes(document))


if __name__ == "__main__":
    unittest.main()
