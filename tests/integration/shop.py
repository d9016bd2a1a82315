"""A shop: signs requests, and has a server that is told of payments, checks what it is told, and
answers as scripted. Its pages serve a browser: an order's with the pay button, and where the buyer
comes back to."""
import base64
import collections
import hashlib
import hmac
import html
import http.server
import itertools
import json
import socket
import struct
import time
import urllib.parse

from tests.integration import shop_message
from tests.integration.node import poll
from tests.integration.provider import Peer
from tests.integration.soap_sign import Unverified

# One callback: what it said, how it came, and the step of the script that answered it. told: of the
# field's format; event: of a webhook.
Call = collections.namedtuple("Call", "time path headers body told event step")

WEBHOOK_KEY = b"the tests' secret of webhooks 32"
WEBHOOK_SECRET = "whsec_" + base64.b64encode(WEBHOOK_KEY).decode()
invoices = (f"INV-{number}" for number in itertools.count(1))


def says_done(step):
    """Whether the shop itself takes it for paid then."""
    return says_done(step[2]) if isinstance(step, tuple) else step in ("DONE", "odd", 200)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        self.say(self.server.peer.page(self.path).encode(), 200, "text/html; charset=utf-8")

    def do_POST(self):
        shop = self.server.peer
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            call = shop.hear(self.path, dict(self.headers), body)
        except Exception as error:  # shown by the test's cleanup
            shop.errors.append(error)
            self.say(b"", 500)
            return
        try:
            self.obey(call.step)
        except OSError:
            self.close_connection = True

    def obey(self, step):
        """A number is a status; ("slow", seconds, step) waits first; ("to", url) sends the node
        elsewhere; words are said by say_ methods, or are a Status of the contract."""
        if isinstance(step, tuple):
            if step[0] == "slow":
                self.server.peer.released.wait(step[1])
                self.obey(step[2])
            else:
                self.say(b"", 302, location=step[1])
        elif isinstance(step, int):
            self.say(b"<html><body>said</body></html>", step, "text/html")
        else:
            getattr(self, f"say_{step}", self.say_status)(step)

    def say(self, body, status=200, kind="application/xml", location=None):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if location is not None:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)

    def say_status(self, status):
        self.say(shop_message.answer(status))

    def say_odd(self, _):
        """DONE, as some shops say it: HTML by its type, BOM and blanks before it."""
        self.say(b"\xef\xbb\xbf \r\n\n" + shop_message.answer("DONE", None), 200, "text/html")

    def say_fail_with_reason(self, _):
        self.say(shop_message.answer("FAIL", "нет товара <&>"))

    def say_garbage(self, _):
        self.say(b"\x00\xff<DONE>" * 100)

    def say_empty(self, _):
        self.say(b"")

    def say_html(self, _):
        self.say(b"<!DOCTYPE html><html><body>DONE<br></body></html>", 200, "text/html")

    def say_half(self, _):
        """A whole answer by its length, of which a part is missing."""
        self.say(shop_message.answer("DONE")[:-9])

    def say_huge(self, _):
        self.say(shop_message.answer("DONE", "x" * 300_000))

    def say_silent(self, _):
        self.server.peer.released.wait(60)
        self.close_connection = True

    def say_close(self, _):
        self.close_connection = True

    def say_reset(self, _):
        """In the middle of the answer."""
        done = shop_message.answer("DONE")
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(done))
        self.wfile.write(done[:len(done) // 2])
        self.wfile.flush()
        time.sleep(0.02)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def log_message(self, *_):
        pass


class Shop(Peer):
    """One merchant's shop at one node. scripts: invoice -> what it answers, one step after the
    other; the last one goes on. hash_: that callbacks must be signed with. context: of TLS."""

    def __init__(self, login, key, node_public, wallet=None, hash_="sha256", webhooks=False,
                 context=None):
        self.login, self.key, self.node_public = login, key, node_public
        self.wallet, self.hash, self.webhooks = wallet, hash_, webhooks
        self.scripts, self.steps = {}, collections.Counter()
        self.orders = {}  # invoice -> the form's base64
        self.calls, self.errors = [], []
        super().__init__(Handler, context)

    # ---- The server

    @property
    def url(self):
        return self.origin

    def hear(self, path, headers, body):
        """Checks a callback and notes it."""
        told = event = None
        if self.webhooks:
            event = self.read_webhook(headers, body)
            invoice = event["data"]["invoice"]
        else:
            if headers["Content-Type"] != "application/xml":
                raise Unverified(f"it came as {headers['Content-Type']!r}")
            told = shop_message.read_response(body, self.node_public, self.hash)
            invoice = told.invoice
        with self.lock:
            script = self.scripts.get(invoice, ["DONE"])
            step = script[min(self.steps[invoice], len(script) - 1)]
            self.steps[invoice] += 1
            call = Call(time.monotonic(), path, headers, body, told, event, step)
            self.calls.append(call)
        return call

    def read_webhook(self, headers, body):
        """As the Standard Webhooks have it."""
        if headers["Content-Type"] != "application/json":
            raise Unverified(f"it came as {headers['Content-Type']!r}")
        lower = {name.lower(): value for name, value in headers.items()}
        number, stamp = lower["webhook-id"], lower["webhook-timestamp"]
        signed = f"{number}.{stamp}.".encode() + body
        mac = hmac.new(WEBHOOK_KEY, signed, hashlib.sha256).digest()
        good = ["v1," + base64.b64encode(mac).decode()]
        if lower["webhook-signature"].split(" ") != good:
            raise Unverified(f"the signature is {lower['webhook-signature']}")
        return {**json.loads(body), "id": number, "stamp": int(stamp)}

    def of(self, invoice):
        """The callbacks about it."""
        with self.lock:
            return [call for call in self.calls
                    if (call.told.invoice if call.told else call.event["data"]["invoice"])
                    == invoice]

    def statuses(self, invoice):
        return [call.told.status for call in self.of(invoice)]

    def wait(self, invoice, count=1, seconds=15):
        """Until it was told so often of the invoice; those callbacks."""
        return poll(lambda: len(self.of(invoice)) >= count and self.of(invoice),
                    f"the shop is told {count} times of {invoice}", seconds)

    # ---- Requests

    def request(self, total="100.00", invoice=None, back=True, tell=True, **fields):
        """(invoice, the text of a request for it). back: with links to return by; tell: with a
        ResponseURL."""
        invoice = invoice or next(invoices)
        place = f"{self.url}/order/{urllib.parse.quote(invoice)}"
        links = {"success": f"{place}/paid", "failure": f"{place}/failed"} if back else {}
        if tell:
            links["response"] = f"{self.url}/callback"
        return invoice, shop_message.request(self.login, invoice, total, **{
            "wallet": self.wallet, "shop": f"Shop {self.login}", "auto": "true", **links,
            **fields})

    def order(self, *arguments, sign=(), **fields):
        """(invoice, the form's base64) of a signed request. sign: changes to how it is signed."""
        invoice, text = self.request(*arguments, **fields)
        form = shop_message.encode(shop_message.sign(text, self.key, **dict(sign)))
        self.orders[invoice] = form
        return invoice, form

    # ---- Pages

    def page(self, path):
        """/order/INVOICE?at=NODE has the pay button; .../paid and .../failed say what the shop
        knows of the order, whatever the address claims."""
        split = urllib.parse.urlsplit(path)
        invoice = urllib.parse.unquote(split.path.split("/")[2])
        at = urllib.parse.parse_qs(split.query).get("at")
        paid = any(call.told.status == "ERROR_ALREADY_PAID" or
                   (call.told.status == "SUCCESS" and says_done(call.step))
                   for call in self.of(invoice))
        body = f"<p id='state'>{'paid' if paid else 'not paid'}</p>"
        if at:
            body = (f"<form method='post' action='{html.escape(at[0])}/mfs/WebShopPayment.xhtml'>"
                    f"<input type='hidden' name='webshopRequest' value='{self.orders[invoice]}'>"
                    f"<button id='pay'>Pay</button></form>")
        return (f"<!DOCTYPE html><html lang='en'><head><title>Shop</title><link rel='icon' "
                f"href='data:,'></head><body><h1>Order {html.escape(invoice)}</h1>{body}"
                f"<noscript><p id='bare'>without scripts</p></noscript></body></html>")
