"""A node to test: its config, its process, its end."""
import ctypes
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
TIYN = os.environ.get("TIYN", str(ROOT / "build" / "tiyn"))
SANITIZED = "asan" in TIYN or "tsan" in TIYN
SLOWER = 4 if SANITIZED else 1  # how much longer a sanitized node may take

LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1

RPC_KEY = "00112233445566778899aabbccddeeff" * 2
BEARER = "bearer-key-of-the-tests-0123456789abcdef"

# The ledger of a test is small, so that checkpoints and segment changes happen within it.
LEDGER = {"table_mb": 16, "account_slots": 65536, "filter_mb": 1, "map_gb": 1, "segment_mb": 16,
          "open_payments_max": 65536, "checkpoint_ms": 200}
GATEWAY = {"rpc_key": RPC_KEY, "bearer_key": BEARER, "requester": 7, "requesters": "7, 70-79",
           "accounts": "1-999999", "rights":
           "open, complete, decline, lookup, account_open, account_read, node"}


def poll(check, what, seconds=10):
    """The first true value of check(); fails when there is none in time."""
    deadline = time.monotonic() + seconds * SLOWER
    while True:
        value = check()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds * SLOWER} s")
        time.sleep(0.005)


# Reports are looked for in what a process said, so that those which are none can be left out.
os.environ.setdefault("TSAN_OPTIONS", "exitcode=0:history_size=4")


def sanitizer_report(text):
    """The first report of a sanitizer or assertion in the text, or None. libuv closes descriptors
    with the bare system call, so ThreadSanitizer believes that the next file with the number of a
    closed connection races with it: reports about a descriptor are left out."""
    for found in re.finditer(r"(ERROR|WARNING): \w+Sanitizer|runtime error:|assertion failed",
                             text):
        report = text[found.start():].split("\n==================\n")[0][:6000]
        if "Location is file descriptor" not in report:
            return report
    return None


class Node:
    """One data folder, and the node process that has it open. Use as a context, or call close."""

    def __init__(self, gateways=None, providers=None, **sections):
        """sections: node={"loops": 2}, ledger={...}: changes to the config of the tests."""
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tiyn-"))
        self.process = None
        self.before = ()  # a command that runs the process
        self.starts = 0
        self.sections = {"node": {"data": "data", "unix_path": "sock"}, "http": {"port": 0},
                         "rpc": {"port": 0}, "timeouts": {}, "ledger": dict(LEDGER), "soap": {},
                         "checkout": {}, "outbox": {}, "log": {}}
        for name, keys in sections.items():
            self.sections.setdefault(name, {}).update(keys)
        self.gateways = gateways or {"shop": GATEWAY}
        self.providers = providers or {}
        self.config = self.folder / "tiyn.ini"
        self.write_config()

    def __enter__(self):
        return self.start()

    def __exit__(self, *error):
        self.close()

    @property
    def data(self):
        return self.folder / "data"

    @property
    def unix_path(self):
        return str(self.folder / "sock")

    def write_config(self):
        sections = dict(self.sections)
        sections.update({f"gateway {name}": keys for name, keys in self.gateways.items()})
        sections.update({f"provider {name}": keys for name, keys in self.providers.items()})
        lines = []
        for name, keys in sections.items():
            lines.append(f"[{name}]")
            lines += [f"{key} = {value}" for key, value in keys.items()]
        self.config.write_text("\n".join(lines) + "\n")
        self.config.chmod(0o600)  # there are keys in it

    def launch(self, *arguments, limits=(), before=None):
        """Starts the process and does not wait. limits: (resource, value) pairs. before: a command
        that runs it instead of the node's own."""
        self.starts += 1
        self.log_path = self.folder / f"log.{self.starts}"

        def prepare():
            for what, value in limits:
                resource.setrlimit(what, (value, value))
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # no node outlives its test
        command = [TIYN, "serve", "--config", str(self.config), *arguments]
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [*(self.before if before is None else before), *command],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=prepare)
        return self

    def start(self, *arguments, limits=(), before=None):
        """Starts the process and waits until it serves."""
        self.launch(*arguments, limits=limits, before=before)
        self.ports = poll(self.listening, "the node listens", 20)
        return self

    def listening(self):
        """The ports of HTTP and RPC, as the node prints them; None: not yet."""
        if self.process.poll() is not None:
            raise AssertionError(f"the node ended with {self.process.returncode}:\n{self.log()}")
        if "takes payments" not in self.log():
            return None
        found = [re.search(rf"^ +{name} +(?:http://)?127\.0\.0\.1:(\d+)", self.log(), re.M)
                 for name in ("HTTP", "RPC")]
        return all(found) and [int(match[1]) for match in found]

    @property
    def http(self):
        return ("127.0.0.1", self.ports[0])

    @property
    def rpc(self):
        return ("127.0.0.1", self.ports[1])

    def log(self):
        return self.log_path.read_text(errors="replace")

    def events(self, name=None):
        """The log's events, as dicts."""
        events = []
        for line in self.log().splitlines():
            if line.startswith("{") and line.endswith("}"):
                event = json.loads(line)
                if name is None or event.get("event") == name:
                    events.append(event)
        return events

    def rss(self):
        """Memory of the node, in MiB."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024

    def wait(self, seconds=30):
        """Waits for the end; returns the exit code."""
        code = self.process.wait(seconds * SLOWER)
        self.process = None
        report = sanitizer_report(self.log())
        assert not report, report
        return code

    def stop(self):
        """Ends it as an operator does, and expects a clean end."""
        self.process.send_signal(signal.SIGTERM)
        code = self.wait()
        assert code == 0, f"the node ended with {code}:\n{self.log()}"

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process = None

    def restart(self):
        self.stop()
        return self.start()

    def command(self, *arguments, seconds=60):
        """Another command of the program (audit, ctl, ...), to its end."""
        done = subprocess.run([TIYN, *map(str, arguments)], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=seconds * SLOWER)
        report = sanitizer_report(done.stderr)
        assert not report, report
        return done

    def audit(self, folder=None):
        """Audits the data folder of a node that is not running; fails unless all is well."""
        done = self.command("audit", folder or self.data)
        assert done.returncode == 0, f"audit: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def close(self):
        try:
            if self.process is not None:
                if self.process.poll() is None:
                    self.stop()
                else:
                    self.wait()
        finally:
            if self.process is not None:
                self.kill()
            shutil.rmtree(self.folder, ignore_errors=True)
