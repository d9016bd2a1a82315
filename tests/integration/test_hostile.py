"""What strangers and a bad environment may take from a node: nothing that stops payments."""
import os
import resource
import socket
import subprocess
import time
import unittest

from tests.integration.case import AGENT, next_reference, open_accounts
from tests.integration.http_client import Closed as HttpClosed
from tests.integration.http_client import Http
from tests.integration.node import SLOWER, TIYN, Node, poll
from tests.integration.rpc_client import Closed, Rpc, RpcError, pay

BATCH = 2000


class Hostile(unittest.TestCase):
    def setUp(self):
        self.node = Node()
        self.addCleanup(self.node.close)

    def pay(self, client, count):
        """Enough for a new journal segment now and then, and for checkpoints."""
        for _ in range(count):
            batch = [pay(next_reference(), AGENT, 2001, 1, attributes=b"x" * 1000)
                     for _ in range(BATCH)]
            statuses = {outcome.status for outcome in client.open(*batch)}
            self.assertLessEqual(statuses, {"DONE", "BUSY"})

    def test_strangers_hold_all_files_that_the_node_may_open(self):
        self.node.start(limits=[(resource.RLIMIT_NOFILE, 200)])
        open_accounts(self.node)
        held = []
        with Rpc(self.node.rpc) as client:
            for _ in range(300):
                try:
                    held.append(Http(self.node.http, timeout=2))
                except OSError:
                    break
            time.sleep(0.2)  # what the node cannot accept stays in the backlog
            self.pay(client, 12)
            self.assertIsNone(self.node.process.poll(), self.node.log())
        for stranger in held:
            stranger.close()

        def served():
            try:
                with Http(self.node.http, timeout=2) as client:
                    return client.get("/healthz").status == 200
            except (OSError, HttpClosed):
                return False
        poll(served, "connections are accepted again", 20)
        self.node.restart()

    def test_a_log_that_nobody_reads(self):
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        self.node.process = subprocess.Popen(
            [TIYN, "serve", "--config", str(self.node.config)], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=writer)
        self.node.log_path = self.node.folder / "none"
        self.node.log_path.write_text("")
        os.close(writer)
        poll(lambda: os.path.exists(self.node.unix_path), "the node listens", 20)
        open_accounts(self.node)
        with Rpc(self.node.unix_path) as operator:
            stats = operator.call("node.stats")
            self.node.ports = [stats["http_port"], stats["rpc_port"]]
            with Rpc(self.node.rpc) as client:
                for _ in range(1500):  # each is a line in the log: far more than a pipe holds
                    with Rpc(self.node.rpc, login=False, timeout=10) as stranger:
                        try:
                            stranger.login("shop", "ff" * 32)
                        except (RpcError, Closed, ConnectionError):
                            pass
                started = time.monotonic()
                self.pay(client, 2)
                self.assertLess(time.monotonic() - started, 10 * SLOWER)
        self.node.process.terminate()
        self.assertEqual(self.node.process.wait(30 * SLOWER), 0)
        self.node.process = None
        self.assertIn("Sound", self.node.audit())

    def test_a_node_that_starts_with_the_machine(self):
        """A clock that counts from the boot is below every time-out then."""
        uptime = int(time.clock_gettime(time.CLOCK_MONOTONIC))
        clock = ["unshare", "--time", f"--monotonic=-{uptime - 1}", "--kill-child", "--fork"]
        if subprocess.run([*clock, "true"], capture_output=True).returncode != 0:
            self.skipTest("this user may not have a clock of its own")
        self.node.launch(before=clock)
        self.node.ports = poll(self.node.listening, "the node listens", 20)
        open_accounts(self.node)
        with Rpc(self.node.rpc) as client:
            end = time.monotonic() + 1  # there are calls in flight at each look at the time-outs
            while time.monotonic() < end:
                calls = [client.send("open", [pay(next_reference(), AGENT, 2001, 1)])
                         for _ in range(200)]
                for call in calls:
                    self.assertEqual(client.answer(call)[0][0], 0)
        self.node.kill()

    def test_half_sent_bodies_of_strangers_take_nobodys_room(self):
        self.node.start()
        open_accounts(self.node)
        strangers = []
        for _ in range(100):  # of 1 MiB each: more than a loop keeps of unfinished requests
            stranger = Http(self.node.http, key=None, timeout=2)
            strangers.append(stranger)
            try:
                stranger.send(stranger.head("POST", "/v1/payments", ["Content-Length: 1048576"]))
                stranger.send(b" " * 1_000_000)
            except OSError:
                pass  # told off: that is fine
        with Rpc(self.node.rpc) as client, Rpc(self.node.unix_path) as operator:
            self.pay(client, 2)  # frames that come in many reads
            self.assertEqual(operator.account(AGENT)["id"], AGENT)
            with Http(self.node.http) as slow:
                head = slow.head("GET", "/healthz")
                slow.send(head[:20])
                time.sleep(0.1)
                self.assertEqual(slow.send(head[20:]).receive().status, 200)
        for stranger in strangers:
            stranger.close()

    def test_the_operator_gets_in_when_strangers_hold_all_places(self):
        self.node.sections["node"]["connections_max"] = 32
        self.node.sections["timeouts"]["header_ms"] = 1000
        self.node.write_config()
        self.node.start()
        open_accounts(self.node)
        strangers = [Http(self.node.http) for _ in range(64)]
        with Rpc(self.node.unix_path) as operator:
            self.assertEqual(operator.account(AGENT)["id"], AGENT)

        def served():
            try:
                with Http(self.node.http, timeout=2) as client:
                    return client.get("/healthz").status == 200
            except (OSError, HttpClosed):
                return False
        poll(served, "places of those who never asked anything are free again", 10)
        for stranger in strangers:
            stranger.close()

    def test_answers_that_strangers_do_not_read_are_bounded_in_all(self):
        self.node.sections["timeouts"]["write_ms"] = 60000
        self.node.write_config()
        self.node.start()
        open_accounts(self.node)
        before = self.node.rss()
        strangers = []
        for _ in range(300):
            stranger = Http(self.node.http, key=None, timeout=2)
            strangers.append(stranger)
            stranger.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            try:
                stranger.socket.setblocking(False)
                stranger.socket.send(stranger.head("GET", "/metrics").encode() * 300)
            except OSError:
                pass
        with Rpc(self.node.rpc) as client:
            for _ in range(20):
                time.sleep(0.05)
                self.pay(client, 1)
        self.assertLess(self.node.rss() - before, 250 * SLOWER)
        for stranger in strangers:
            stranger.close()

    def test_a_body_is_only_collected_with_a_key(self):
        self.node.start()
        open_accounts(self.node)
        size = 100_000
        for key, status in (None, 401), ("x" * 40, 401):
            with Http(self.node.http, key=key) as stranger:
                stranger.send(stranger.head("POST", "/v1/payments", [f"Content-Length: {size}"]))
                answer = stranger.receive()  # the body was not awaited
                self.assertEqual((answer.status, answer.json()["code"]), (status, "UNAUTHORIZED"))
                self.assertTrue(stranger.closed())
            with Http(self.node.http, key=key) as stranger:
                stranger.send(stranger.head("POST", "/v1/payments", [
                    "Expect: 100-continue", f"Content-Length: {size}"]))
                self.assertEqual(stranger.receive().status, status)
            with Http(self.node.http, key=key) as stranger:
                stranger.send(stranger.head("POST", "/v1/payments", ["Transfer-Encoding: chunked"]))
                try:
                    for _ in range(20):
                        stranger.send(b"1000\r\n" + b" " * 4096 + b"\r\n")
                        time.sleep(0.005)
                except ConnectionError:
                    pass
                else:
                    self.assertEqual(stranger.receive().status, status)
        with Http(self.node.http) as client:
            client.send(client.head("POST", "/v1/payments", [f"Content-Length: {size // 2}"]))
            time.sleep(0.1)
            self.assertEqual(client.send(b"{" * (size // 2)).receive().status, 400)
            self.assertEqual(client.get(f"/v1/accounts/{AGENT}").status, 200)
        failures = self.node.events("login_failed")
        self.assertEqual(len(failures), 3, "each wrong key once")

    def test_the_log_of_failed_logins_is_bounded(self):
        self.node.start()
        started = time.monotonic()
        for _ in range(300):
            with Rpc(self.node.rpc, login=False) as stranger:
                with self.assertRaises((RpcError, Closed, ConnectionError)):
                    stranger.login("shop", "ff" * 32)
        seconds = time.monotonic() - started
        lines = self.node.events("login_failed")
        self.assertLessEqual(len(lines), 10 * (seconds + 2))
        self.assertGreaterEqual(len(lines), 10)

    def test_too_few_files_to_start_with(self):
        self.node.launch(limits=[(resource.RLIMIT_NOFILE, 60)])
        self.assertEqual(self.node.wait(), 3)
        self.assertIn("ulimit", self.node.log())

    def test_calls_that_are_not_granted_take_no_worker(self):
        self.node.start()
        open_accounts(self.node)
        with Rpc(self.node.rpc) as greedy, Rpc(self.node.rpc) as client:
            calls = [greedy.send("node.backup", "/nowhere") for _ in range(3000)]
            for _ in range(50):
                self.assertEqual(client.record("statement", AGENT)[0], "DONE")
            for call in calls:
                with self.assertRaises(RpcError) as caught:
                    greedy.answer(call)
                self.assertEqual(caught.exception.code, "FORBIDDEN")


if __name__ == "__main__":
    unittest.main()
