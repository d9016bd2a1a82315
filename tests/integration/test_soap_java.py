"""JAX-WS, on which the field's own clients are built: wsimport reads each WSDL, and a client with
its handlers makes signed payments. Runs where Debian's packages jaxws and default-jdk-headless are
installed, which tests/run does not do: they are large."""
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from tests.integration import soap_sign
from tests.integration.node import ROOT, SLOWER
from tests.integration.soap_client import AGENT
from tests.integration.soap_contract import SERVICES
from tests.integration.soap_node import CLIENT, NAMES, REPEAT_MS, SoapCase, public_der

LIBRARIES = "/usr/share/jaxws/lib/*"
SOURCE = ROOT / "tests" / "integration" / "java" / "AgentClient.java"
INNER = "java.xml.crypto/com.sun.org.apache.xml.internal.security"
EXPORTS = ("--add-exports", f"{INNER}=ALL-UNNAMED", "--add-exports", f"{INNER}.c14n=ALL-UNNAMED")
PACKAGES = {"tm_1_1": "kz.allpay.tm", "tm_1_0": "kz.allpay.old", "cash_in": "kz.allpay.cashin",
            "cash_out": "kz.allpay.cashout"}


def run(*command):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          timeout=300 * SLOWER)


@unittest.skipUnless(shutil.which("wsimport") and shutil.which("javac"), "there is no JAX-WS")
class JavaCase(SoapCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = pathlib.Path(temporary.name)
        for service in SERVICES:
            made = run("wsimport", "-quiet", "-d", cls.folder, "-p", PACKAGES[service],
                       cls.soap.url(service) + "?wsdl")
            # It exits with 0 in spite of warnings.
            assert (made.returncode, made.stdout, made.stderr) == (0, "", ""), made
        made = run("javac", *EXPORTS, "-cp", f"{LIBRARIES}:{cls.folder}", "-d",
                   cls.folder, SOURCE)
        assert made.returncode == 0, made.stderr

    def test_a_client_of_the_field_pays(self):
        for hash_ in ("sha1", "sha256"):
            with self.subTest(hash_):
                before = self.soap.money(CLIENT)[0]
                told = self.client(hash_)
                self.assertEqual({name: told[name] for name in told if name not in
                                  ("message", "fault")},
                                 {"name": NAMES[0], "first": "PENDING", "early": "PENDING",
                                  "repeat": "COMPLETED", "echo": "Сәлем <&>",
                                  "detail": "CLIENT_BLOCKED", "created": "PENDING",
                                  "ended": "COMPLETED", "old": "1.0", "cashout": "out"})
                self.assertRegex(told["message"] + told["fault"], "[әғқңөұүһі]")
                self.assertEqual(self.soap.money(CLIENT)[0] - before, 112_34)

    def client(self, hash_):
        """What the Java client printed, by name."""
        host, port = self.soap.node.http
        key, node = self.folder / "key.der", self.folder / "node.der"
        key.write_bytes(soap_sign.openssl("pkcs8", "-topk8", "-nocrypt", "-outform", "DER",
                                          given=self.soap.keys[AGENT].private))
        node.write_bytes(public_der(self.soap.key))
        done = run("java", *EXPORTS, "-cp", f"{LIBRARIES}:{self.folder}",
                   "AgentClient", f"http://{host}:{port}", key, node, hash_, REPEAT_MS + 50)
        self.assertEqual(done.returncode, 0, done.stderr)
        return dict(line.split("=", 1) for line in done.stdout.splitlines())
