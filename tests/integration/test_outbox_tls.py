"""Providers are who their certificates say, and see who the node is."""
import pathlib
import ssl
import tempfile
import unittest

from tests.integration.certificates import Certificates
from tests.integration.node import poll
from tests.integration.outbox_case import OutboxCase, order


class Tls(OutboxCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="tiyn-tls-")
        cls.addClassCleanup(folder.cleanup)
        cls.certificates = Certificates(pathlib.Path(folder.name))
        cls.good = cls.certificates.sign("good", "IP:127.0.0.1")
        cls.other = cls.certificates.sign("other", "DNS:other.example")
        cls.node_pair = cls.certificates.sign("node", "DNS:node.example")

    def setUp(self):
        pass  # each test makes its provider

    def serve(self, pair, client_ca=False):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*pair)
        if client_ca:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.certificates.ca)
        self.provider = self.new_provider(context=context)

    def expect_no_request(self):
        number = self.open(order("1"))[0]
        poll(lambda: len(self.node.events("provider_silent")) >= 2, "it is tried twice")
        self.assertEqual(self.provider.asks, [])
        self.assertEqual(self.state(number), "HELD")

    def test_an_authority_that_the_config_names(self):
        self.serve(self.good)
        self.start({"ca_file": self.certificates.ca})
        self.deliver("1", "COMPLETED")

    def test_an_authority_that_nobody_knows(self):
        self.serve(self.good)
        self.start()
        self.expect_no_request()

    def test_a_certificate_for_another_name(self):
        self.serve(self.other)
        self.start({"ca_file": self.certificates.ca})
        self.expect_no_request()

    def test_a_provider_that_wants_to_know_us(self):
        self.serve(self.good, client_ca=True)
        self.start({"ca_file": self.certificates.ca, "client_cert": self.node_pair[0],
                    "client_key": self.node_pair[1]})
        self.deliver("1", "COMPLETED")

    def test_a_provider_that_wants_to_know_us_and_does_not(self):
        self.serve(self.good, client_ca=True)
        self.start({"ca_file": self.certificates.ca})
        self.expect_no_request()


class Secrets(OutboxCase):
    def test_they_are_shown_to_the_provider_and_to_nobody_else(self):
        with tempfile.TemporaryDirectory(prefix="tiyn-secrets-") as folder:
            auth, headers = pathlib.Path(folder, "auth"), pathlib.Path(folder, "headers")
            for path, text in ((auth, "user:pass-word\n"), (headers, "X-Api-Key: key-of-ours\n")):
                path.write_text(text)
                path.chmod(0o600)
            self.start({"basic_auth_file": auth, "header_file": headers})
            self.provider.scripts["1"] = ["500", "ok"]
            _, asks = self.deliver("1", "COMPLETED")
        for ask in asks:
            self.assertEqual(ask.headers["Authorization"], "Basic dXNlcjpwYXNzLXdvcmQ=")
            self.assertEqual(ask.headers["X-Api-Key"], "key-of-ours")
        self.assertNotIn("pass-word", self.node.log())
        self.assertNotIn("key-of-ours", self.node.log())


if __name__ == "__main__":
    unittest.main()
