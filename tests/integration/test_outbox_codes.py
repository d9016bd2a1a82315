"""Each code of each dialect, on check and on pay, from a provider that speaks it: what the agent is
told, and how the payment ends. The tables are the specification's."""
import http.server
import unittest
import urllib.parse

from tests.integration.node import poll
from tests.integration.outbox_case import section
from tests.integration.provider import Peer
from tests.integration.soap_client import Refusal, rrns
from tests.integration.soap_node import SoapNode
from tests.integration.soap_world import WorldCase

OK, REFUSED, AGAIN = "ok", "refused", "again"
UNKNOWN, ABSENT = 977, 978  # a code that no dialect has; an answer without one

OSMP = {0: (OK, OK), 1: (AGAIN, AGAIN), 4: (REFUSED, REFUSED), 5: (REFUSED, REFUSED),
        7: (REFUSED, REFUSED), 8: (REFUSED, REFUSED), 31: (REFUSED, REFUSED),
        79: (REFUSED, REFUSED), 90: (AGAIN, AGAIN), 241: (REFUSED, REFUSED),
        242: (REFUSED, REFUSED), 243: (AGAIN, REFUSED), 300: (REFUSED, REFUSED),
        UNKNOWN: (REFUSED, AGAIN), ABSENT: (REFUSED, AGAIN)}
KASSA24 = {0: (OK, OK), 1: (REFUSED, REFUSED), 2: (REFUSED, REFUSED), 3: (REFUSED, REFUSED),
           4: (REFUSED, REFUSED), 5: (REFUSED, REFUSED), 6: (REFUSED, AGAIN),
           7: (REFUSED, REFUSED), 8: (AGAIN, AGAIN), 9: (REFUSED, AGAIN), 10: (REFUSED, AGAIN),
           UNKNOWN: (REFUSED, AGAIN), ABSENT: (REFUSED, AGAIN)}
TOLD = {REFUSED: "PROVIDER_REFUSED", AGAIN: "PROVIDER_SILENT"}
ENDS = {OK: "COMPLETED", REFUSED: "DECLINED"}


class Osmp(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    NAMES = ("command", "txn_id", "account", "sum")
    BODY = ("<response><osmp_txn_id>{id}</osmp_txn_id><prv_txn>A-{id}</prv_txn><sum>{sum}</sum>"
            "{code}<comment>said</comment></response>")
    CODE = "<result>{}</result>"

    def do_GET(self):
        peer = self.server.peer
        params = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
        step, number, account, amount = (params.get(name, "") for name in self.NAMES)
        peer.asks.append((step, number, account, amount))
        code = 0 if peer.recovered else int(account[-3:])
        told = "" if code == ABSENT else self.CODE.format(code)
        body = self.BODY.format(id=number, sum=amount, code=told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/xml; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Kassa24(Osmp):
    NAMES = ("action", "receipt", "number", "amount")
    BODY = ("<response>{code}<message>said</message><date>2026-11-25T10:00:00</date>"
            "<authcode>{id}</authcode></response>")
    CODE = "<code>{}</code>"


class Codes(Peer):
    """A provider whose answers have the code in the account's last three digits, until it has
    recovered: then all is well."""

    def __init__(self, handler):
        self.asks, self.recovered = [], False
        super().__init__(handler)

    @property
    def url(self):
        return f"{self.origin}/"

    def of(self, account, step):
        return [ask for ask in list(self.asks) if ask[0] == step and ask[2] == account]


class CodesCase(WorldCase):
    HANDLER, PROFILE, CODES, PAY = Osmp, "osmp", OSMP, "pay"

    @classmethod
    def setUpClass(cls):
        cls.peer = Codes(cls.HANDLER)
        cls.addClassCleanup(cls.peer.close)
        provider = section(cls.peer, profile=cls.PROFILE, total_timeout_ms=10_000)
        cls.soap = SoapNode(providers={"one": provider}, repeat_after_ms=1,
                            outbox={"pause_permille": 5, "breaker_failures": 1000})
        cls.addClassCleanup(cls.soap.close)
        cls.soap.fill()
        cls.soap.account(77, "merchant")
        cls.soap.put("merchant/72229999999", name="Mobile", wallets=[77])
        cls.soap.put("service/1", name="One", merchant=72229999999, provider=1, provider_code=42)

    def setUp(self):
        super().setUp()
        self.parties.append(("provider's merchant", 77))
        self.peer.recovered = False
        self.paid_before = self.soap.money(77)[0]
        self.sender, self.client = self.new_agent(), self.new_client()

    def fields(self, account, **more):
        return {"toUserName": self.client, "servicePublicCode": 1, "amount": "100.00",
                "utilityAccountNumber": account, **more}


class OsmpCodes(CodesCase):
    def test_on_check(self):
        with self.moves():
            for code, (expected, _) in self.CODES.items():
                with self.subTest(code):
                    account, told = f"7{code:03d}", None
                    try:
                        self.sender.call("tm_1_1", "payForServicesCheck", **self.fields(account))
                    except Refusal as refusal:
                        told = refusal.code
                    self.assertEqual(told, TOLD.get(expected))
                    asks = self.peer.of(account, "check")
                    self.assertEqual([ask[3] for ask in asks], ["100.00"])

    def test_on_pay(self):
        messages, waiting = {}, []
        for code in self.CODES:
            messages[code] = self.start(self.sender, "payForServicesPay", **self.fields(
                f"8{code:03d}", valueDate="2026-11-25T10:00:00Z", rrn=next(rrns)))
        for code, (_, expected) in self.CODES.items():
            with self.subTest(code):
                if expected == AGAIN:
                    poll(lambda: len(self.peer.of(f"8{code:03d}", self.PAY)) >= 3, "asked again")
                    waiting.append(code)
                    continue
                answer = self.finish(self.sender, "payForServicesPay", messages[code])
                self.assertEqual(answer.status, ENDS[expected])
                self.assertEqual(len(self.peer.of(f"8{code:03d}", self.PAY)), 1, "asked once")
        for code in waiting:
            answer = self.sender.repeat("tm_1_1", "payForServicesPay", messages[code])
            self.assertEqual(answer.status, "PENDING", code)
        self.peer.recovered = True
        for code in waiting:
            answer = self.finish(self.sender, "payForServicesPay", messages[code])
            self.assertEqual(answer.status, "COMPLETED", code)
            asks = self.peer.of(f"8{code:03d}", self.PAY)
            self.assertEqual(len({ask[1] for ask in asks}), 1, "always with the same id")
        completed = sum(expected != REFUSED for _, expected in self.CODES.values())
        self.assertEqual(self.soap.money(77)[0] - self.paid_before, completed * 100_00)


class UtilityCodes(OsmpCodes):
    PROFILE = "utility"


class Kassa24Codes(OsmpCodes):
    HANDLER, PROFILE, CODES, PAY = Kassa24, "kassa24", KASSA24, "payment"


if __name__ == "__main__":
    unittest.main()
