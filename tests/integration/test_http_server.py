"""The HTTP server below the API: framing, limits, time-outs, and what it must refuse."""
import json
import socket
import time
import unittest

from tests.integration.case import AGENT, NodeCase, money, payment
from tests.integration.http_client import Closed
from tests.integration.node import SLOWER, poll

HEADER_MAX, BODY_MAX = 16 << 10, 1 << 20


class Framing(NodeCase):
    def test_keep_alive(self):
        client = self.http()
        for _ in range(200):
            self.assertEqual(client.get("/healthz").status, 200)

    def test_connection_close_closes(self):
        client = self.http()
        answer = client.call("GET", "/healthz", headers=["Connection: close"])
        self.assertEqual((answer.status, answer.headers["connection"]), (200, "close"))
        self.assertTrue(client.closed())

    def test_http_1_0_closes(self):
        client = self.http()
        client.send("GET /healthz HTTP/1.0\r\n\r\n")
        self.assertEqual(client.receive().status, 200)
        self.assertTrue(client.closed())

    def test_pipelined_requests_are_answered_in_order(self):
        client = self.http()
        bodies = [payment(credit=2001, amount=money(n)) for n in range(1, 61)]
        data = b""
        for n, body in enumerate(bodies):  # slow and quick ones mixed: ledger, none, worker
            text = json.dumps(body)
            data += client.head("POST", "/v1/payments",
                                [f"Content-Length: {len(text)}"]).encode() + text.encode()
            data += client.head("GET", "/healthz" if n % 2 else f"/v1/accounts/{AGENT}/entries"
                                ).encode()
        client.send(data)
        numbers = []
        for n, body in enumerate(bodies):
            made = client.receive()
            self.assertEqual(made.status, 201, made)
            numbers.append(made.json()["id"])
            other = client.receive()
            self.assertEqual(other.status, 200, other)
            self.assertEqual(b"entries" in other.body, n % 2 == 0, other)
        self.assertEqual(numbers, sorted(numbers))
        for number, body in zip(numbers, bodies):
            self.assertEqual(client.get(f"/v1/payments/{number}").json()["reference"],
                             body["reference"])

    def test_a_request_may_come_byte_by_byte(self):
        client = self.http()
        text = json.dumps(payment())
        whole = client.head("POST", "/v1/payments", [f"Content-Length: {len(text)}"]) + text
        for byte in whole:
            client.send(byte)
        self.assertEqual(client.receive().status, 201)

    def test_chunked_bodies(self):
        client = self.http()
        for size in (1, 7, 1000):
            text = json.dumps(payment(attributes={"note": "x" * 300})).encode()
            chunks = b"".join(b"%x;ext=1\r\n%s\r\n" % (len(text[at:at + size]), text[at:at + size])
                              for at in range(0, len(text), size))
            client.send(client.head("POST", "/v1/payments", ["Transfer-Encoding: chunked"]))
            client.send(chunks + b"0\r\nTrailer: ignored\r\n\r\n")
            self.assertEqual(client.receive().status, 201)
            self.assertEqual(client.get("/healthz").status, 200)

    def test_expect_100_continue(self):
        client = self.http()
        text = json.dumps(payment())
        client.send(client.head("POST", "/v1/payments",
                                ["Expect: 100-continue", f"Content-Length: {len(text)}"]))
        self.assertEqual(client.receive().status, 100)
        client.send(text)
        self.assertEqual(client.receive().status, 201)

    def test_expect_is_not_continued_when_the_body_is_not_wanted(self):
        client = self.http()
        client.send(client.head("POST", "/v1/payments",
                                ["Expect: 100-continue", f"Content-Length: {BODY_MAX + 1}"]))
        self.assertEqual(client.receive().status, 413)

    def test_head_has_the_headers_and_no_body(self):
        client = self.http()
        for path in "/healthz", "/metrics":
            answer = client.call("HEAD", path)
            self.assertEqual(answer.status, 200)
            self.assertGreater(int(answer.headers["content-length"]), 0)
            self.assertEqual(client.get("/healthz").status, 200)

    def test_an_upgrade_is_not_taken(self):
        client = self.http()
        answer = client.call("GET", "/healthz", headers=["Connection: Upgrade, HTTP2-Settings",
                                                         "Upgrade: h2c", "HTTP2-Settings: AA"])
        self.assertEqual(answer.status, 200)

    def test_a_client_may_close_its_side_after_asking(self):
        client = self.http()
        client.ask("POST", "/v1/payments", payment())
        client.socket.shutdown(socket.SHUT_WR)
        self.assertEqual(client.receive().status, 201)
        self.assertTrue(client.closed())

    def test_empty_lines_between_requests_are_fine(self):
        client = self.http()
        client.send("\r\n\r\n" + client.head("GET", "/healthz"))
        self.assertEqual(client.receive().status, 200)


class Refusals(NodeCase):
    def refused(self, data, *statuses):
        """The answer is one of the statuses and then the end, or just the end."""
        client = self.http()
        client.send(data)
        try:
            answer = client.receive()
            self.assertIn(answer.status, statuses, data[:80])
        except Closed:
            pass
        else:
            self.assertTrue(client.closed(), data[:80])
        client.close()
        self.assertEqual(self.http().get("/healthz").status, 200)

    def test_header_limit(self):
        client = self.http()
        answer = client.call("GET", "/healthz", headers=["X: " + "x" * (HEADER_MAX // 2)])
        self.assertEqual(answer.status, 200)
        self.refused(client.head("GET", "/healthz", ["X: " + "x" * HEADER_MAX]), 431)
        self.refused(client.head("GET", "/" + "x" * HEADER_MAX), 414, 431)
        self.refused(client.head("GET", "/healthz", [f"X-{n}: 1" for n in range(100)]), 431)
        self.refused("GET /healthz HTTP/1.1\r\n" + "A: b\r\n" * 100000, 431)

    def test_body_limit(self):
        client = self.http()
        self.refused(client.head("POST", "/v1/payments", [f"Content-Length: {BODY_MAX + 1}"]), 413)
        self.refused(client.head("POST", "/v1/payments", ["Content-Length: 99999999999999999999"]),
                     400, 413)
        head = client.head("POST", "/v1/payments", ["Transfer-Encoding: chunked"]).encode()
        self.refused(head + b"10000\r\n%s\r\n" % (b"x" * 65536) * 20, 413)
        self.refused(head + b"ffffffffffffffff\r\nx", 400, 413)
        self.refused(head + b"fffffffffffffffff\r\nx", 400, 413)

    def test_request_smuggling(self):
        head = "POST /v1/payments HTTP/1.1\r\nHost: node\r\n"
        smuggled = "GET /metrics HTTP/1.1\r\n\r\n"
        for headers in (
                "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
                "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
                "Content-Length: 4\r\nContent-Length: 5\r\n",
                "Content-Length: 4, 5\r\n",
                "Content-Length: +4\r\n", "Content-Length: -4\r\n", "Content-Length: 0x4\r\n",
                "Content-Length: 4 4\r\n", "Content-Length: \r\n",
                "Transfer-Encoding: chunked, identity\r\n", "Transfer-Encoding: xchunked\r\n",
                "Transfer-Encoding: identity\r\n", "Transfer-Encoding: gzip, chunked, gzip\r\n",
                "Transfer-Encoding : chunked\r\n", "Content-Length : 4\r\n",
                "Transfer-Encoding:\x0bchunked\r\n",
                "Transfer-Encoding:\r\n chunked\r\n", "Content-Length:\r\n 3\r\n",
                "X: a\r\n Content-Length: 4\r\n" "Transfer-Encoding: chunked\r\n"
                "Transfer-Encoding: identity\r\n"):
            self.refused(f"{head}{headers}\r\n0\r\n\r\n{smuggled}", 400, 411, 501, 417)
        self.refused(f"{head}Transfer-Encoding: chunked\r\n\r\n0\r\n\n{smuggled}", 400)
        self.refused("POST /v1/payments HTTP/1.0\r\nConnection: keep-alive\r\n"
                     f"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}", 400)

    def test_malformed_requests(self):
        for data in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET\r\n\r\n",
                     b"GET /healthz\r\n\r\n", b"GET /healthz HTTP/9.9\r\n\r\n",
                     b"GET /healthz HTTP/1.1\r\nno colon\r\n\r\n",
                     b"GET /healthz HTTP/1.1\r\nA\x00: b\r\n\r\n",
                     b"GET /healthz HTTP/1.1\r\nA: \x00b\r\n\r\n",
                     b"GET /heal thz HTTP/1.1\r\n\r\n", b"BREW /pot HTTP/1.1\r\n\r\n",
                     b"GET /healthz RTSP/1.0\r\n\r\n", b"SOURCE /healthz ICE/1.0\r\n\r\n",
                     b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                     b"POST /v1/payments HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                     b"CONNECT other:80 HTTP/1.1\r\n\r\n"):
            self.refused(data, 400, 405, 501, 505)

    def test_half_a_request_and_gone(self):
        for data in ("G", "POST /v1/payments HTTP/1.1\r\nContent-Len",
                     "POST /v1/payments HTTP/1.1\r\nContent-Length: 100\r\n\r\n{"):
            for reset in False, True:
                client = self.http()
                client.send(data)
                if reset:
                    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                             b"\x01\0\0\0\0\0\0\0")
                client.close()
        self.assertEqual(self.http().get("/healthz").status, 200)

    def test_gone_before_the_answer(self):
        body = payment()
        client = self.http()
        client.ask("POST", "/v1/payments", body)
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        client.close()
        again = self.http().post("/v1/payments", body)  # it was made once, now or then
        self.assertIn(again.status, (200, 201))
        self.assertEqual(self.http().post("/v1/payments", body).json()["id"], again.json()["id"])


class TimeOuts(NodeCase):
    CONFIG = {"timeouts": {"header_ms": 500, "idle_ms": 1000, "write_ms": 1000}}

    def dropped(self, client, least, most):
        """The node ends the connection between the two times (s), serving others meanwhile."""
        start = time.monotonic()
        client.socket.settimeout(0.05)
        other = self.http()
        worst = 0
        while True:
            asked = time.monotonic()
            self.assertEqual(other.get("/healthz").status, 200)
            worst = max(worst, time.monotonic() - asked)
            try:
                if not client.socket.recv(65536):
                    break
            except socket.timeout:
                pass
            except ConnectionResetError:
                break
            self.assertLess(time.monotonic() - start, most * SLOWER)
        self.assertGreater(time.monotonic() - start, least)
        self.assertLess(worst, 0.3 * SLOWER)

    def test_a_slow_header_is_dropped(self):
        self.dropped(self.http().send("GET /healthz HTTP/1.1\r\nA: "), 0.3, 3)

    def test_a_slow_body_is_dropped(self):
        client = self.http()
        client.send(client.head("POST", "/v1/payments", ["Content-Length: 100"]) + "{")
        self.dropped(client, 0.3, 3)

    def test_drops_of_a_header_do_not_win_time(self):
        client = self.http()
        start = time.monotonic()
        with self.assertRaises((ConnectionError, Closed)):
            client.send("GET /healthz HTTP/1.1\r\n")
            while True:
                self.assertLess(time.monotonic() - start, 5 * SLOWER)
                client.send("A: b\r\n")
                time.sleep(0.05)
        self.assertGreater(time.monotonic() - start, 0.3)

    def test_an_idle_client_is_dropped(self):
        client = self.http()
        self.assertEqual(client.get("/healthz").status, 200)
        self.dropped(client, 0.7, 5)

    def test_a_client_that_never_spoke_is_dropped(self):
        self.dropped(self.http(), 0.3, 5)

    def test_a_client_that_does_not_read_is_dropped(self):
        client = self.http()
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        request = client.head("GET", "/metrics").encode() * 64
        before = self.node.rss()

        def gone():
            try:
                client.socket.setblocking(False)
                client.socket.send(request)
            except BlockingIOError:
                return False
            except ConnectionError:
                return True
            return False
        poll(gone, "the node drops a client that does not read", 20)
        self.assertLess(self.node.rss() - before, 64 * SLOWER)


if __name__ == "__main__":
    unittest.main()
