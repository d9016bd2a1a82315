"""RPC below the methods: frames that are cut, too large, wrong, or never read."""
import random
import socket
import struct
import time
import unittest

import msgpack

from tests.integration.case import AGENT, NodeCase, next_reference
from tests.integration.node import SLOWER, poll
from tests.integration.rpc_client import Closed, Outcome, RpcError, pay

FRAME_MAX = 4 << 20


class Frames(NodeCase):
    def setUp(self):
        self.client = self.rpc()

    def refused(self, data):
        """An error, or nothing, and then the end; others are served."""
        client = self.rpc()
        try:
            client.socket.sendall(data)
            while True:
                _, error, _ = client.receive()
                self.assertIsNotNone(error, data[:50])
        except (Closed, ConnectionError):
            pass
        self.assertEqual(self.client.account(AGENT)["id"], AGENT)

    def test_a_call_may_come_byte_by_byte(self):
        frame = msgpack.packb([0, 77, "open", [[pay(next_reference(), AGENT, 2001, 1)]]])
        for n in range(len(frame)):
            self.client.socket.sendall(frame[n:n + 1])
        self.assertEqual(Outcome.read(self.client.answer(77)[0]).status, "DONE")

    def test_calls_may_come_together_and_cut_anywhere(self):
        frames = b"".join(msgpack.packb([0, n, "account_get", [AGENT]]) for n in range(100))
        cuts = random.Random(5)
        at = 0
        while at < len(frames):
            size = cuts.randrange(1, 40)
            self.client.socket.sendall(frames[at:at + size])
            at += size
        for n in range(100):
            self.assertEqual(self.client.answer(n)[0], 0)

    def test_half_a_frame_and_gone(self):
        frame = msgpack.packb([0, 1, "open", [[pay(next_reference(), AGENT, 2001, 1)] * 100]])
        for cut in 1, 5, len(frame) // 2, len(frame) - 1:
            client = self.rpc()
            client.socket.sendall(frame[:cut])
            client.close()
        self.assertEqual(self.client.account(AGENT)["id"], AGENT)

    def test_a_closed_side_still_gets_its_answers(self):
        client = self.rpc()
        calls = [client.send("open", [pay(next_reference(), AGENT, 2001, 1)]) for _ in range(20)]
        client.socket.shutdown(socket.SHUT_WR)
        for call in calls:
            self.assertEqual(Outcome.read(client.answer(call)[0]).status, "DONE")
        with self.assertRaises(Closed):
            client.receive()

    def test_what_is_no_call(self):
        for value in (None, True, 5, "text", b"bytes", [], {}, [0], [0, 1, "info"],
                      [0, 1, "info", [], 5], [1, 1, None, 5], [2, "info", []], [3, 1, "info", []],
                      [0, -1, "info", []], [0, 1 << 32, "info", []], [0, "1", "info", []],
                      [0, 1, 5, []], [0, 1, None, []], ["0", 1, "info", []]):
            self.refused(msgpack.packb(value))

    def test_params_that_are_no_array(self):
        for params in None, 5, "text", {}, {"a": 1}:
            client = self.rpc()
            client.socket.sendall(msgpack.packb([0, 1, "account_get", params]))
            with self.assertRaises((RpcError, Closed)):
                client.answer(1)

    def test_garbage(self):
        dice = random.Random(11)
        for size in (1, 10, 1000, 100000):
            self.refused(b"\xc1" + dice.randbytes(size))
        for data in (b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00", b"\x00" * 1000):
            self.refused(data)

    def test_random_bytes_behind_a_good_call(self):
        dice = random.Random(12)
        for _ in range(30):
            client = self.rpc()
            call = client.send("account_get", AGENT)
            try:
                client.socket.sendall(dice.randbytes(200))
                client.socket.shutdown(socket.SHUT_WR)
                self.assertEqual(client.answer(call)[1]["id"], AGENT)
                while True:
                    client.receive()
            except (Closed, ConnectionError):
                pass
        self.assertEqual(self.client.account(AGENT)["id"], AGENT)

    def test_huge_claims_cost_nothing(self):
        before = self.node.rss()
        for claim in (b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff", b"\xdb\xff\xff\xff\xff",
                      b"\xc6\xff\xff\xff\xff", b"\xc9\xff\xff\xff\xff\x01",
                      b"\x94\x00\x01\xa4open\x91\xdd\xff\xff\xff\xff",
                      b"\x94\x00\x01\xa4open\xdd\xff\xff\xff\xff",
                      b"\x94\x00\x01\xabaccount_get\x91\xdf\xff\xff\xff\xff"):
            for _ in range(3):
                self.refused(claim)
        self.assertLess(self.node.rss() - before, 32 * SLOWER)

    def test_claims_within_the_limit_that_are_not_kept(self):
        clients = []
        before = self.node.rss()
        for _ in range(50):
            client = self.rpc()
            client.socket.sendall(b"\x94\x00\x01\xa4open\x91\xdd\x00\x00\x1f\xfe" + b"\x95" * 100)
            clients.append(client)
        self.assertEqual(self.client.account(AGENT)["id"], AGENT)
        self.assertLess(self.node.rss() - before, 64 * SLOWER)

    def test_deep_nesting(self):
        self.refused(b"\x91" * 100000)
        self.refused(b"\x94\x00\x01\xa4open" + b"\x91" * 5000)
        self.refused(b"\x94\x00\x01\xa4open" + b"\x81\xa1a" * 5000)

    def test_oversized_frame(self):
        head = b"\x94\x00\x01\xa4open\x91\x91\xc6" + struct.pack(">I", FRAME_MAX)
        self.refused(head + b"x" * 1000)
        self.refused(head + b"x" * FRAME_MAX)

    def test_a_frame_just_under_the_limit(self):
        big = [pay(next_reference(), AGENT, 2001, 1, attributes=b"x" * 480) for _ in range(7800)]
        self.assertLess(len(msgpack.packb(big)), FRAME_MAX)
        statuses = {outcome.status for outcome in self.client.open(*big)}
        self.assertEqual(statuses, {"DONE"})


class PeersThatDoNotRead(NodeCase):
    CONFIG = {"timeouts": {"write_ms": 2000}}

    def test_memory_stays_bounded_and_others_are_served(self):
        good, before = self.rpc(), self.node.rss()
        frames = b"".join(msgpack.packb([0, n, "statement", [2001, {"limit": 100}]])
                          if n % 10 == 0 else msgpack.packb([0, n, "account_get", [AGENT]])
                          for n in range(2000))
        peers = [self.rpc() for _ in range(8)]
        for peer in peers:
            peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            peer.socket.setblocking(False)
        gone, worst, deadline = set(), 0, time.monotonic() + 60
        while len(gone) < len(peers) and time.monotonic() < deadline:
            for peer in peers:
                try:
                    if peer not in gone:
                        peer.socket.send(frames)
                except BlockingIOError:
                    pass
                except ConnectionError:
                    gone.add(peer)
            asked = time.monotonic()
            self.assertEqual(good.open(pay(next_reference(), AGENT, 2001, 1))[0].status, "DONE")
            worst = max(worst, time.monotonic() - asked)
            self.assertLess(self.node.rss() - before, 256 * SLOWER)
            time.sleep(0.01)
        self.assertEqual(len(gone), len(peers), "peers that do not read are dropped")
        self.assertLess(worst, 1 * SLOWER)
        poll(lambda: self.node.rss() - before < 192 * SLOWER, "memory is given back")


if __name__ == "__main__":
    unittest.main()
