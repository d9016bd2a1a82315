"""The demo as switch/run starts it, in a folder of its own."""
import json
import re
import signal
import subprocess
import unittest

from tests.integration.node import ROOT, SLOWER, TIYN, Node, poll


def readme_blocks(title):
    """The code blocks of one section of README.md."""
    text = (ROOT / "README.md").read_text()
    section = text[text.index(f"\n## {title}\n"):].split("\n## ")[1]
    return re.findall(r"^```\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)


class DemoCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.node = Node()  # only its folder and its commands
        cls.addClassCleanup(cls.node.close)
        cls.folder = cls.node.folder
        (cls.folder / "build").mkdir()
        (cls.folder / "build" / "tiyn").symlink_to(TIYN)
        cls.start()
        cls.addClassCleanup(cls.stop)

    @classmethod
    def start(cls):
        out = cls.folder / "out"
        with open(out, "wb") as stdout, open(cls.folder / "err", "wb") as stderr:
            cls.process = subprocess.Popen(
                ["build/tiyn", "serve", "--demo", "--http-port", "0", "--rpc-port", "0"],
                cwd=cls.folder, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr)
        poll(lambda: "SOAP" in out.read_text() or cls.process.poll() is not None, "a demo", 30)
        cls.port = re.search(r"http://127.0.0.1:(\d+)", out.read_text()).group(1)

    @classmethod
    def stop(cls):
        if cls.process.poll() is None:
            cls.process.send_signal(signal.SIGINT)
            assert cls.process.wait(20 * SLOWER) == 0, (cls.folder / "err").read_text()

    def shell(self, text):
        self.assertIn("127.0.0.1:8080", text)
        done = subprocess.run(["bash", "-e", "-c", text.replace(":8080", ":" + self.port)],
                              cwd=self.folder, text=True, capture_output=True, timeout=60 * SLOWER)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done)
        return done.stdout

    def ctl(self, *words):
        done = self.node.command("ctl", "--json", "--data", self.folder / "build/demo", *words)
        self.assertEqual(done.returncode, 0, done)
        return json.loads(done.stdout)

    def balance(self, account):
        return self.ctl("accounts", "show", account)["balance"]
