"""HTTP/1.1 over a plain socket: what is sent is exactly what the test says."""
import json
import socket

from tests.integration.node import BEARER, SLOWER


class Closed(Exception):
    """The peer closed the connection before a whole response."""


class Response:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {self.headers} {self.body[:300]!r}>"


class Http:
    def __init__(self, address, key=BEARER, timeout=10):
        self.socket = socket.create_connection(address, timeout * SLOWER)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.key = key
        self.bytes = b""

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode())
        return self

    def head(self, method, path, headers=()):
        lines = [f"{method} {path} HTTP/1.1", "Host: node"]
        if self.key:
            lines.append(f"Authorization: Bearer {self.key}")
        if method in ("POST", "PUT", "PATCH"):
            lines.append("Content-Type: application/json")
        return "\r\n".join([*lines, *headers]) + "\r\n\r\n"

    def ask(self, method, path, body=None, headers=()):
        """Sends a request; the response is read with receive()."""
        if body is None:
            return self.send(self.head(method, path, headers))
        if not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        data = body if isinstance(body, bytes) else body.encode()
        extra = [*headers, f"Content-Length: {len(data)}"]
        return self.send(self.head(method, path, extra).encode() + data)

    def call(self, method, path, body=None, headers=()):
        return self.ask(method, path, body, headers).receive(method)

    def get(self, path):
        return self.call("GET", path)

    def post(self, path, body=None):
        return self.call("POST", path, {} if body is None else body)

    def _more(self):
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        if not data:
            raise Closed(self.bytes)
        self.bytes += data

    def _line(self):
        while b"\r\n" not in self.bytes:
            self._more()
        line, self.bytes = self.bytes.split(b"\r\n", 1)
        return line.decode("latin-1")

    def _take(self, size):
        while len(self.bytes) < size:
            self._more()
        data, self.bytes = self.bytes[:size], self.bytes[size:]
        return data

    def receive(self, method="GET"):
        """The next response. Interim ones (100) are returned as they come."""
        version, status, *_ = self._line().split(" ")
        assert version == "HTTP/1.1", version
        headers = {}
        while True:
            line = self._line()
            if not line:
                break
            name, value = line.split(":", 1)
            assert name.lower() not in headers, f"{name} comes twice"
            headers[name.lower()] = value.strip()
        body = b""
        if method != "HEAD" and int(status) >= 200 and int(status) not in (204, 304):
            assert "content-length" in headers, headers
            body = self._take(int(headers["content-length"]))
        return Response(int(status), headers, body)

    def closed(self):
        """True when the peer closes without sending more. Bytes before that are an error."""
        try:
            self._more()
        except Closed:
            return True
        except socket.timeout:
            return False
        raise AssertionError(f"unexpected: {self.bytes[:300]!r}")
