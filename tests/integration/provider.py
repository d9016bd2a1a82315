"""A provider that speaks the OSMP dialect, written from its description alone: it pays each id
once, answers a repeat with the first outcome, and misbehaves as the account's script says."""
import collections
import http.server
import socket
import struct
import threading
import time
import urllib.parse

Ask = collections.namedtuple("Ask", "time command id account params headers answer")

RESULTS = {"ok": 0, "later": 90, "temporary": 1, "not_found": 5, "forbidden": 7}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        provider = self.server.peer
        params = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
        with provider.lock:
            provider.now += 1
            provider.most = max(provider.most, provider.now)
        try:
            self.serve(provider, params)
        except OSError:
            self.close_connection = True  # the node went
        finally:
            with provider.lock:
                provider.now -= 1

    def serve(self, provider, params):
        step = provider.next_step(params)
        answer = provider.answer(step, params)
        provider.log(Ask(time.monotonic(), params.get("command"), params.get("txn_id"),
                         params.get("account"), params, dict(self.headers), answer))
        if provider.delay:
            time.sleep(provider.delay)
        if isinstance(step, float):
            time.sleep(step)
        getattr(self, f"say_{step}", self.say_answer)(answer)

    def say(self, body, status=200, kind="text/xml"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def say_answer(self, answer):
        self.say(answer)

    def say_500(self, _):
        self.say(b"<html><body>Internal error</body></html>", 500, "text/html")

    def say_html(self, _):
        self.say(b"<!DOCTYPE html><html><body><p>Maintenance<br></body></html>", 200, "text/html")

    def say_silent(self, _):
        self.server.peer.released.wait(30)
        self.close_connection = True

    def say_close(self, _):
        self.close_connection = True

    def say_reset(self, answer):
        """In the middle of the answer."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer))
        self.wfile.write(answer[:len(answer) // 2])
        self.wfile.flush()
        time.sleep(0.02)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def say_half(self, answer):
        self.say(answer[:len(answer) // 2])

    def say_huge(self, answer):
        self.say(answer[:-11] + b"<!--" + b"x" * 300_000 + b"--></response>")

    def say_drip(self, answer):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer))
        for byte in answer:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            if self.server.peer.released.wait(0.05):
                break
        self.close_connection = True

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024
    allow_reuse_address = True

    def handle_error(self, request, client_address):
        pass  # the node closes when it likes


class Peer:
    """Whom the node calls: a server, which its handlers know as self.server.peer. context: of
    TLS."""

    def __init__(self, handler, context=None):
        self.handler, self.context = handler, context
        self.lock = threading.Lock()
        self.released = threading.Event()  # of handlers that keep silent
        self.port = 0
        self.up()

    def up(self):
        self.server = Server(("127.0.0.1", self.port), self.handler)
        self.server.peer = self
        self.port = self.server.server_address[1]
        if self.context:
            self.server.socket = self.context.wrap_socket(self.server.socket, server_side=True,
                                                          do_handshake_on_connect=False)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def down(self):
        """Nobody listens; open connections go on."""
        self.server.shutdown()
        self.server.server_close()

    def close(self):
        self.released.set()
        self.down()

    @property
    def origin(self):
        return f"http{'s' if self.context else ''}://127.0.0.1:{self.port}"


class Provider(Peer):
    """script: account -> what comes of its pays, one after the other; the last one goes on."""

    def __init__(self, context=None):
        self.asks = []
        self.scripts, self.paid, self.steps = {}, {}, collections.Counter()
        self.now = self.most = 0
        self.delay = 0
        self.fields = ""  # XML that each answer ends with
        super().__init__(Handler, context)

    @property
    def url(self):
        return f"{self.origin}/osmp"

    def next_step(self, params):
        account, command = params.get("account"), params.get("command")
        with self.lock:
            script = self.scripts.get(account, ["ok"])
            number = self.steps[account, command]
            self.steps[account, command] += 1
        return script[min(number, len(script) - 1)]

    def answer(self, step, params):
        """What it says when it is let, and does: a payment is made once. Where it is heard badly
        or not at all, it decides as it will say in the end."""
        number = params.get("txn_id")
        ending = self.scripts.get(params.get("account"), ["ok"])[-1]
        result = step if isinstance(step, int) else RESULTS.get(step, RESULTS.get(ending, 0))
        with self.lock:
            if params.get("command") == "pay" and result == 0:
                self.paid.setdefault(number, f"P{number}")
            identity = self.paid.get(number, "")
        return (f"<?xml version=\"1.0\" encoding=\"UTF-8\"?><response>"
                f"<osmp_txn_id>{number}</osmp_txn_id><prv_txn>{identity}</prv_txn>"
                f"<sum>{params.get('sum')}</sum><result>{result}</result>"
                f"<comment>said</comment>{self.fields}</response>").encode()

    def log(self, ask):
        with self.lock:
            self.asks.append(ask)

    def of(self, account):
        with self.lock:
            return [ask for ask in self.asks if ask.account == account]
