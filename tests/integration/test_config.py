"""A wrong config is told with file and line, before anything is opened."""
import os
import unittest

from tests.integration.node import BEARER, GATEWAY, ROOT, Node


class Config(unittest.TestCase):
    def setUp(self):
        self.node = Node()
        self.addCleanup(self.node.close)

    def refused(self, *words):
        code = self.node.launch().wait()
        log = self.node.log()
        self.assertEqual(code, 2, log)
        for word in words:
            self.assertIn(str(word), log)
        self.assertFalse(self.node.data.exists(), "nothing is opened before the config is checked")
        return log

    def line_of(self, text):
        lines = self.node.config.read_text().splitlines()
        return next(n for n, line in enumerate(lines, 1) if text in line)

    def refused_key(self, section, key, value):
        self.node.sections[section][key] = value
        self.node.write_config()
        self.refused(f"tiyn.ini:{self.line_of(f'{key} = {value}')}", key)

    def test_unknown_key(self):
        self.refused_key("node", "lops", 2)

    def test_out_of_range(self):
        self.refused_key("node", "loops", 17)

    def test_not_a_number(self):
        self.refused_key("http", "port", "eighty")

    def test_port_too_large(self):
        self.refused_key("rpc", "port", 65536)

    def test_not_an_address(self):
        self.refused_key("http", "address", "localhost.invalid")

    def test_log_words(self):
        self.refused_key("log", "format", "xml")

    def test_unknown_section(self):
        self.node.sections["nodes"] = {"loops": 1}
        self.node.write_config()
        self.refused(f"tiyn.ini:{self.line_of('nodes')}"[:9])

    def test_no_ini_at_all(self):
        self.node.config.write_text("this is\nno config\n")
        self.refused("tiyn.ini:1")

    def test_missing_file(self):
        self.node.config.unlink()
        self.refused("tiyn.ini", "No such file")

    def gateway(self, **changes):
        keys = {**GATEWAY, **changes}
        self.node.gateways = {"shop": {k: v for k, v in keys.items() if v is not None}}
        self.node.write_config()

    def test_gateway_without_a_key(self):
        self.gateway(rpc_key=None, bearer_key=None)
        self.refused("shop", "key")

    def test_gateway_with_a_short_key(self):
        self.gateway(rpc_key="00ff")
        self.refused("tiyn.ini:", "64")

    def test_gateway_with_a_short_bearer_does_not_print_it(self):
        self.gateway(bearer_key="shortsecret")
        self.assertNotIn("shortsecret", self.refused("tiyn.ini:", "32"))

    def test_unknown_right(self):
        self.gateway(rights="open, fly")
        self.refused("fly")

    def test_range_backwards(self):
        self.gateway(accounts="20-10")
        self.refused("20-10")

    def test_own_requester_is_not_granted(self):
        self.gateway(requesters="70-79")
        self.refused("requester")

    def test_key_file_that_everybody_may_read(self):
        key = self.node.folder / "bearer.key"
        key.write_text(BEARER + "\n")
        key.chmod(0o644)
        self.gateway(bearer_key=None, bearer_key_file="bearer.key")
        self.assertNotIn(BEARER, self.refused("bearer.key", "chmod"))

    def test_a_config_with_keys_that_everybody_may_read(self):
        self.node.config.chmod(0o644)
        self.assertNotIn(BEARER, self.refused("tiyn.ini", "chmod"))

    def test_key_file(self):
        key = self.node.folder / "bearer.key"
        key.write_text(BEARER + "\n")
        key.chmod(0o600)
        self.gateway(bearer_key=None, bearer_key_file="bearer.key")
        self.node.start()
        self.node.stop()

    def test_port_taken(self):
        with Node() as other:
            self.node.sections["http"]["port"] = other.http[1]
            self.node.write_config()
            self.assertNotEqual(self.node.launch().wait(), 0)
            self.assertIn("address already in use", self.node.log().lower())

    def test_data_folder_cannot_be_made(self):
        (self.node.folder / "file").write_text("")
        self.node.sections["node"]["data"] = "file/data"
        self.node.write_config()
        self.assertEqual(self.node.launch().wait(), 3)
        self.assertIn("file/data", self.node.log())

    def test_the_example_has_every_key_and_is_a_good_config(self):
        example = (ROOT / "switch" / "tiyn.example.ini").read_text()
        keys = set()
        for line in example.splitlines():
            name, equals, _ = line.lstrip("#; ").partition("=")
            if equals:
                keys.add(name.strip())
        for section in self.node.sections.values():
            self.assertLessEqual(set(section), keys)
        self.assertLessEqual({"rpc_key", "bearer_key", "requester", "accounts", "rights"}, keys)


class CommandLine(unittest.TestCase):
    def setUp(self):
        self.node = Node()
        self.addCleanup(self.node.close)

    def test_help_of_every_command(self):
        self.assertEqual(self.node.command("--help").returncode, 0)
        for name in "serve", "ctl", "audit", "backup", "restore", "version":
            done = self.node.command(name, "--help")
            self.assertEqual(done.returncode, 0, name)
            self.assertIn("Usage", done.stdout, name)

    def test_wrong_arguments(self):
        for arguments in ([], ["fly"], ["serve", "--fly"], ["audit"], ["audit", "a", "b"],
                          ["restore", "a"], ["ctl", "fly"], ["backup"], ["serve", "--config"]):
            done = self.node.command(*arguments)
            self.assertEqual(done.returncode, 2, (arguments, done))
            self.assertTrue(done.stderr, arguments)

    def test_version(self):
        done = self.node.command("version")
        self.assertRegex(done.stdout, r"\d+\.\d+\.\d+")

    def test_what_is_not_there(self):
        missing = str(self.node.folder / "missing")
        for arguments in (["audit", missing], ["restore", missing, missing + "2"],
                          ["ctl", "--socket", missing, "state"],
                          ["backup", "--socket", missing, missing + "3"]):
            done = self.node.command(*arguments)
            self.assertEqual(done.returncode, 3, (arguments, done))
            self.assertIn("missing", done.stderr, arguments)
        self.assertFalse(os.path.exists(missing + "2"))


if __name__ == "__main__":
    unittest.main()
