"""Passwords and webhook secrets through tiyn ctl: typed or made, kept, and never told again."""
import base64
import json
import os
import pty
import subprocess
import unittest

from tests.integration.case import NodeCase
from tests.integration.node import SLOWER, TIYN
from tests.integration.rpc_client import Rpc

CLIENT, MERCHANT = 77011111111, 72222222229


class Secrets(NodeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.command("client", "add", CLIENT)
        cls.command("merchant", "add", MERCHANT, "--name", "Shop")

    @classmethod
    def words(cls, *words):
        return [TIYN, "ctl", "--socket", str(cls.node.unix_path), *map(str, words)]

    @classmethod
    def command(cls, *words, code=0, given=b""):
        done = subprocess.run(cls.words(*words), input=given, capture_output=True,
                              timeout=60 * SLOWER)
        assert done.returncode == code, (words, done)
        return done.stdout.decode() + done.stderr.decode()

    def record(self, key):
        """The record's bytes as the node keeps them."""
        with Rpc(self.node.unix_path) as operator:
            return operator.call("registry_get", key.encode())[1]


class Passwords(Secrets):
    def hash(self):
        value = self.record(f"client/{CLIENT}")
        start = value.find(b"$argon2id$v=19$m=19456,t=2,p=1$")
        return value[start:start + 128] if start >= 0 else None

    def test_a_line_of_standard_input(self):
        self.command("client", "password", CLIENT, given="пароль".encode())
        first = self.hash()
        self.assertIsNotNone(first)
        self.command("client", "password", CLIENT, given="пароль\r\nmore\n".encode())
        self.assertNotEqual(self.hash(), first)  # another salt
        self.command("client", "change", CLIENT, "--first-name", "A")
        self.assertNotEqual(self.hash(), None)  # it stays
        for shown in (self.command("client", "show", CLIENT), self.command("client", "list"),
                      self.command("--json", "client", "show", CLIENT), self.node.log()):
            self.assertNotIn("argon2", shown)
            self.assertNotIn("пароль", shown)

    def test_what_is_no_password(self):
        before = self.hash()
        for given in (b"", b"\n", b"1234567\n", b"1" * 129, b"12345\x006789\n", b"1234567\r\n"):
            told = self.command("client", "password", CLIENT, code=2, given=given)
            self.assertIn("8 to 128 bytes", told)
        self.assertEqual(self.hash(), before)
        self.command("client", "password", CLIENT, given=b"1" * 128)
        self.command("client", "password", CLIENT, given=b"12345678")
        told = self.command("client", "password", 77011111112, code=1, given=b"12345678")
        self.assertIn("tiyn ctl client add 77011111112", told)
        self.command("client", "password", code=2)
        self.command("client", "add", 77011111113, "--password", "x", code=2)

    def typed(self, *lines):
        """Exit code and all that the terminal showed."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen(self.words("client", "password", CLIENT), stdin=theirs,
                                   stdout=theirs, stderr=theirs, start_new_session=True)
        os.close(theirs)
        shown = b""
        try:
            for line in lines:
                while not shown.endswith(b": "):
                    shown += os.read(ours, 4096)
                os.write(ours, line + b"\n")
                shown += os.read(ours, 1)
            while True:
                shown += os.read(ours, 4096)
        except OSError:  # it has closed the terminal
            pass
        finally:
            os.close(ours)
            code = process.wait(60 * SLOWER)
        return code, shown

    def test_it_is_typed_twice_and_not_shown(self):
        before = self.hash()
        code, shown = self.typed(b"correct horse", b"correct horse")
        self.assertEqual(code, 0, shown)
        self.assertNotIn(b"horse", shown)
        self.assertIn(b"Once more: ", shown)
        after = self.hash()
        self.assertNotEqual(before, after)
        code, shown = self.typed(b"correct horse", b"correct horsf")
        self.assertEqual(code, 2, shown)
        code, shown = self.typed(b"short")
        self.assertEqual(code, 2, shown)
        self.assertEqual(self.hash(), after)


class Webhooks(Secrets):
    def test_a_secret(self):
        told = self.command("merchant", "change", MERCHANT, "--callback", "webhook", code=2)
        self.assertIn("tiyn ctl merchant webhook", told)
        first = json.loads(self.command("--json", "merchant", "webhook", MERCHANT))["secret"]
        self.assertTrue(first.startswith("whsec_"))
        self.assertEqual(len(base64.b64decode(first[6:], validate=True)), 32)
        told = self.command("merchant", "webhook", MERCHANT)
        self.assertIn("--callback webhook", told)
        second = told.split()[1]
        self.assertNotEqual(first, second)
        self.command("merchant", "change", MERCHANT, "--callback", "webhook", "--status-style",
                     "numeric", "--shows-buyers", "yes")
        shown = json.loads(self.command("--json", "merchant", "show", MERCHANT))
        self.assertEqual([shown[name] for name in ("callback", "status_style", "shows_buyers")],
                         ["webhook", "numeric", True])
        self.assertIn(second.encode(), self.record(f"merchant/{MERCHANT}"))
        for text in (json.dumps(shown), self.command("merchant", "list"), self.node.log()):
            self.assertNotIn("whsec", text)
        told = self.command("merchant", "webhook", 72222222228, code=1)
        self.assertIn("tiyn ctl merchant add 72222222228", told)


if __name__ == "__main__":
    unittest.main()
