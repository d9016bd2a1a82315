"""The node's key pair, and partners' public keys, through tiyn ctl."""
import hashlib
import json
import pathlib
import shutil
import stat
import subprocess
import tempfile
import unittest

from tests.integration.case import NodeCase
from tests.integration.node import TIYN


def openssl(*words):
    return subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True).stdout


class NodeKey(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tiyn-key-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def new(self, *words, code=0):
        done = subprocess.run([TIYN, "ctl", "key", "new", *map(str, words)], cwd=self.folder,
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, code, done)
        return done

    def test_a_pair_is_made_and_never_overwritten(self):
        told = self.new().stdout
        private, public = self.folder / "node.key.pem", self.folder / "node.key.pub.pem"
        self.assertIn(f"node_key = {private}", told)
        self.assertEqual(stat.S_IMODE(private.stat().st_mode), 0o600)
        self.assertEqual(openssl("pkey", "-in", private, "-pubout"), public.read_bytes())
        self.assertIn(b"2048 bit", openssl("pkey", "-in", private, "-noout", "-text"))
        before = private.read_bytes()
        self.assertIn("no key is ever overwritten", self.new(code=3).stderr)
        self.assertEqual(private.read_bytes(), before)

    def test_a_public_key_in_the_way_leaves_no_private_one(self):
        (self.folder / "other.pub.pem").write_text("mine")
        self.new("--out", "other", code=3)
        self.assertFalse((self.folder / "other").exists())
        self.assertEqual((self.folder / "other.pub.pem").read_text(), "mine")
        self.new("--out", "no/such/folder", code=3)


class PartnerKeys(NodeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for bits in 512, 1024, 2048:
            private = cls.path(f"{bits}.pem")
            openssl("genrsa", "-out", private, bits)
            openssl("pkey", "-in", private, "-pubout", "-out", cls.path(f"{bits}.pub.pem"))
        openssl("req", "-x509", "-new", "-key", cls.path("2048.pem"), "-subj", "/CN=partner",
                "-out", cls.path("certificate.pem"))
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-out", cls.path("ec.pem"))
        openssl("pkey", "-in", cls.path("ec.pem"), "-pubout", "-out", cls.path("ec.pub.pem"))

    @classmethod
    def path(cls, name):
        return cls.node.folder / name

    def ctl(self, *words, code=0):
        done = self.node.command("ctl", "--socket", self.node.unix_path, *words)
        self.assertEqual(done.returncode, code, (words, done.stdout, done.stderr))
        return done

    def json(self, *words, code=0):
        return json.loads(self.ctl("--json", *words, code=code).stdout)

    def test_keys_by_number(self):
        self.ctl("agent", "add", 72222222221, "--name", "A")
        public = self.path("2048.pub.pem")
        added = self.json("agent", "key", "add", 72222222221, public)
        der = openssl("pkey", "-pubin", "-in", public, "-outform", "DER")
        self.assertEqual(added, {"status": "DONE", "number": 1, "bits": 2048,
                                 "sha256": hashlib.sha256(der).hexdigest()})
        self.assertEqual(self.json("agent", "key", "add", 72222222221, public)["status"],
                         "REPLAYED")
        self.assertEqual(self.json("agent", "key", "add", 72222222221, self.path("certificate.pem"),
                                   "--number", 77)["sha256"], added["sha256"])
        self.ctl("agent", "key", "block", 72222222221, 1)
        self.assertEqual(self.json("agent", "key", "add", 72222222221, public)["number"], 2,
                         "a blocked key stays blocked")
        self.ctl("flush")
        rows = self.json("agent", "key", "list", 72222222221)["records"]
        self.assertEqual([(row["number"], row["blocked"]) for row in rows],
                         [(1, True), (2, False), (77, False)])
        self.ctl("agent", "key", "unblock", 72222222221, 1)
        self.assertIn(added["sha256"], self.ctl("agent", "key", "list", 72222222221).stdout)
        self.ctl("agent", "key", "block", 72222222221, 5, code=1)

    def test_a_number_is_one_key_for_ever(self):
        self.ctl("merchant", "add", 72222222229, "--name", "M", "--legacy-signature", "yes")
        self.ctl("merchant", "key", "add", 72222222229, self.path("2048.pub.pem"), "--number", 3)
        refused = self.ctl("merchant", "key", "add", 72222222229, self.path("1024.pub.pem"),
                           "--number", 3, code=1)
        self.assertIn("--number", refused.stderr)
        self.ctl("merchant", "key", "add", 72222222229, self.path("1024.pub.pem"))

    def test_short_keys_are_for_legacy_partners(self):
        self.ctl("agent", "add", 72222222222, "--name", "A")
        words = ["agent", "key", "add", 72222222222]
        self.assertIn("legacy_signature",
                      self.ctl(*words, self.path("1024.pub.pem"), code=2).stderr)
        self.ctl("agent", "change", 72222222222, "--legacy-signature", "yes")
        self.ctl(*words, self.path("1024.pub.pem"))
        self.ctl(*words, self.path("512.pub.pem"), code=2)

    def test_what_is_no_public_key(self):
        self.ctl("agent", "add", 72222222223, "--name", "A")
        words = ["agent", "key", "add", 72222222223]
        refused = self.ctl(*words, self.path("2048.pem"), code=2)
        self.assertIn("private key", refused.stderr)
        self.ctl(*words, self.path("ec.pub.pem"), code=2)
        self.path("text.pem").write_text("no key\n")
        self.ctl(*words, self.path("text.pem"), code=2)
        self.path("large.pem").write_bytes(b"x" * 70000)
        self.ctl(*words, self.path("large.pem"), code=3)
        self.ctl(*words, self.path("missing.pem"), code=3)
        self.ctl(*words, self.path("2048.pub.pem"), "--number", 1 << 31, code=2)
        refused = self.ctl("agent", "key", "add", 72222222299, self.path("2048.pub.pem"), code=1)
        self.assertIn("agent add", refused.stderr)
        self.assertEqual(self.json("agent", "key", "list", 72222222223), {"records": []})


if __name__ == "__main__":
    unittest.main()
