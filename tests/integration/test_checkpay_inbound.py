"""Banks and payment networks pay in, each in its dialect, over real sockets: the client here is
written from the protocols' documents, not from our C code."""
import base64
import datetime
import itertools
import json
import pathlib
import shutil
import tempfile
import threading
import unittest
import urllib.parse
import xml.etree.ElementTree

from tests.integration.case import ISSUER, NodeCase
from tests.integration.http_client import Http
from tests.integration.rpc_client import Rpc, pay

ALMATY = datetime.timezone(datetime.timedelta(hours=5))
CLIENT, OTHER, BLOCKED, MERCHANT = 77072734954, 77072734955, 77072734956, 72222222229
FLOAT = 10_000_00
ids = itertools.count(100)


class Osmp:
    name, codes = "osmp", {"ok": 0, "format": 4, "absent": 5, "blocked": 79, "low": 241,
                           "high": 242, "temporary": 1, "conflict": 300, "forbidden": 7}

    service = "prv_id"

    @classmethod
    def parameters(cls, command, number, account, sum_, when, service):
        given = {"command": command, "txn_id": number, "account": account, "sum": sum_}
        if command == "pay":
            given["txn_date"] = when.strftime("%Y%m%d%H%M%S")
        return given | ({cls.service: service} if service else {})

    @staticmethod
    def read(response):
        assert response.headers["content-type"] == "text/xml; charset=utf-8", response
        root = xml.etree.ElementTree.fromstring(response.body)
        assert root.tag == "response"
        got = {child.tag: child.text for child in root}
        return {"code": int(got["result"]), "id": got.get("osmp_txn_id"),
                "ours": got.get("prv_txn"), "sum": got.get("sum")}


class Kassa24:
    name, codes = "kassa24", {"ok": 0, "format": 2, "absent": 2, "blocked": 10, "low": 3,
                              "high": 3, "temporary": 10, "conflict": 4, "forbidden": 10}

    @staticmethod
    def parameters(command, number, account, sum_, when, service):
        action = {"pay": "payment"}.get(command, command)
        return {"action": action, "number": account, "type": service or 1, "amount": sum_,
                "receipt": number, "date": when.strftime("%Y-%m-%dT%H:%M:%S")}

    @staticmethod
    def read(response):
        root = xml.etree.ElementTree.fromstring(response.body)
        got = {child.tag: child.text for child in root}
        return {"code": int(got["code"]), "ours": got.get("authcode"), "date": got.get("date"),
                "message": got["message"]}


class Kaspi(Osmp):
    """Its requests are OSMP's but for one name."""
    name, codes = "kaspi", {"ok": 0, "format": 1, "absent": 1, "blocked": 2, "low": 5, "high": 5,
                            "temporary": 4, "conflict": 5, "forbidden": 5}

    service = "service_id"

    @staticmethod
    def read(response):
        assert response.headers["content-type"] == "application/json; charset=utf-8", response
        got = json.loads(response.body)
        return {"code": got["result"], "id": got.get("txn_id"), "ours": got.get("prv_txn_id"),
                "sum": got.get("sum")}


DIALECTS = (Osmp, Kassa24, Kaspi)


class Networks(NodeCase):
    CONFIG = {"soap": {"amount_max": "5000.00"}}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for number in (CLIENT, OTHER, BLOCKED):
            cls.ctl("client", "add", number)
        cls.ctl("client", "block", BLOCKED)
        cls.ctl("merchant", "add", MERCHANT, "--name", "Shop")
        for index, dialect in enumerate(DIALECTS):
            cls.add_network(dialect.name, dialect.name, 72222222230 + index)

    @classmethod
    def ctl(cls, *words, code=0):
        done = cls.node.command("ctl", "--socket", cls.node.unix_path, *words)
        assert done.returncode == code, (words, done.stdout, done.stderr)
        return done.stdout

    @classmethod
    def add_network(cls, name, profile, login, addresses="127.0.0.1", amount=FLOAT):
        cls.ctl("network", "add", name, "--login", login, "--profile", profile, "--addresses",
                addresses, "--wallet-service", 1, "--merchant-service", 2)
        with Rpc(cls.node.unix_path) as operator:
            given = operator.open(pay(f"float {name}", ISSUER, login, amount, requester=7))
            assert given[0].status == "DONE", given

    def balance(self, account):
        got = json.loads(self.ctl("--json", "accounts", "show", account))
        return got["credits_posted"] - got["debits_posted"]

    def raw(self, name, parameters, headers=()):
        query = urllib.parse.urlencode(parameters)
        return self.get(f"/checkpay/{name}?{query}", headers=headers)

    def get(self, path, method="GET", headers=()):
        with Http(self.node.http, key=None) as client:
            return client.call(method, path, headers=headers)

    def ask(self, dialect, command, number, account, sum_="1.00", when=None, service=None,
            name=None):
        when = when or datetime.datetime.now(ALMATY)
        response = self.raw(name or dialect.name, dialect.parameters(
            command, number, account, sum_, when, service))
        self.assertEqual(response.status, 200, response)
        return dialect.read(response)

    def expect(self, dialect, outcome, *arguments, **more):
        got = self.ask(dialect, *arguments, **more)
        self.assertEqual(got["code"], dialect.codes[outcome], (dialect.name, outcome, got))
        return got


class Dialects(Networks):
    def test_a_check_and_a_pay_in_each_dialect(self):
        for dialect in DIALECTS:
            with self.subTest(dialect.name):
                number, before = next(ids), self.balance(CLIENT)
                self.expect(dialect, "ok", "check", number, CLIENT, "200.50")
                self.assertEqual(self.balance(CLIENT), before)
                got = self.expect(dialect, "ok", "pay", number, CLIENT, "200.50")
                self.assertTrue(got["ours"].isdigit() and len(got["ours"]) <= 20)
                self.assertEqual(got.get("id") or str(number), str(number))
                self.assertEqual(float(got.get("sum") or 200.5), 200.5)
                self.assertEqual(self.balance(CLIENT), before + 200_50)
                self.assertEqual(self.expect(dialect, "ok", "pay", number, CLIENT, "200.50"), got)
                self.expect(dialect, "conflict", "pay", number, CLIENT, "200.51")
                self.expect(dialect, "conflict", "pay", number, OTHER, "200.50")
                self.assertEqual(self.balance(CLIENT), before + 200_50)

    def test_each_refusal_in_each_dialect(self):
        for dialect in DIALECTS:
            with self.subTest(dialect.name):
                number = next(ids)
                for outcome, account, sum_ in (
                        ("format", "7707", "1.00"), ("format", "phone", "1.00"),
                        ("absent", "70000000000", "1.00"), ("blocked", BLOCKED, "1.00"),
                        ("low", CLIENT, "0.00"), ("high", CLIENT, "5000.01")):
                    self.expect(dialect, outcome, "pay", number, account, sum_)
                    if outcome not in ("low",):  # a check's sum may be a placeholder
                        self.expect(dialect, outcome, "check", number, account, sum_)
                self.expect(dialect, "forbidden", "pay", number, CLIENT, service=99)
                # None of them left a trace: the same id pays.
                self.expect(dialect, "ok", "pay", number, CLIENT, "1.00")

    def test_the_ceiling_of_a_wallet(self):
        self.ctl("client", "add", 77072734960, "--ceiling", "10.00")
        for dialect in DIALECTS:
            self.expect(dialect, "high", "check", next(ids), 77072734960, "10.01")
            self.expect(dialect, "high", "pay", next(ids), 77072734960, "10.01")
        self.expect(Osmp, "ok", "pay", next(ids), 77072734960, "10.00")
        self.expect(Osmp, "high", "pay", next(ids), 77072734960, "0.01")

    def test_merchants(self):
        before = self.balance(MERCHANT)
        for dialect in DIALECTS:
            self.expect(dialect, "ok", "check", next(ids), MERCHANT, service=2)
            self.expect(dialect, "ok", "pay", next(ids), MERCHANT, "3.00", service=2)
            self.expect(dialect, "absent", "pay", next(ids), MERCHANT, "3.00", service=1)
        self.assertEqual(self.balance(MERCHANT), before + 9_00)

    def test_an_empty_float_is_asked_again_and_leaves_no_trace(self):
        self.add_network("poor", "kaspi", 72222222240, amount=5_00)
        number = next(ids)
        self.expect(Kaspi, "temporary", "pay", number, CLIENT, "5.01", name="poor")
        with Rpc(self.node.unix_path) as operator:
            operator.open(pay("more", ISSUER, 72222222240, 1, requester=7))
        self.expect(Kaspi, "ok", "pay", number, CLIENT, "5.01", name="poor")

    def test_the_accounting_day_is_the_networks(self):
        yesterday = datetime.datetime.now(ALMATY) - datetime.timedelta(days=1)
        for dialect in DIALECTS:
            got = self.expect(dialect, "ok", "pay", next(ids), CLIENT, when=yesterday)
            shown = json.loads(self.ctl("--json", "payments", "show", got["ours"]))
            self.assertEqual(str(shown["value_date"]).replace("-", ""),
                             yesterday.strftime("%Y%m%d"))

    def test_kassa24_tells_the_first_date_and_knows_status_and_cancel(self):
        number = next(ids)
        ask = lambda action: Kassa24.read(self.raw("kassa24", {"action": action,
                                                               "receipt": number}))
        self.assertEqual(ask("status")["code"], 6)
        self.assertEqual(ask("cancel")["code"], 6)
        first = self.expect(Kassa24, "ok", "pay", number, CLIENT)
        later = datetime.datetime.now(ALMATY) + datetime.timedelta(hours=1)
        self.assertEqual(self.ask(Kassa24, "pay", number, CLIENT, when=later), first)
        self.assertEqual(ask("status"), first)
        self.assertEqual(ask("cancel")["code"], 9)
        self.assertEqual(ask("refund")["code"], 1)

    def test_other_parameters_and_encodings(self):
        number, when = next(ids), datetime.datetime.now(ALMATY).strftime("%Y%m%d%H%M%S")
        path = (f"/checkpay/osmp?ccy=KZT&trm_id=%D0%96&data1=&command=p%61y&txn_id={number}"
                f"&account=%37{str(CLIENT)[1:]}&sum=1&txn_date={when}&&x")
        response = self.get(path)
        self.assertEqual(Osmp.read(response)["code"], 0, response)
        for name, query in (("osmp", "command=pay"), ("osmp", "command=%GG"), ("kaspi", ""),
                            ("kassa24", "action=payment&receipt=" + "9" * 300)):
            response = self.get(f"/checkpay/{name}?{query}")
            self.assertEqual(response.status, 200)


class Races(Networks):
    def test_equal_ids_on_20_connections_make_one_payment(self):
        for dialect in DIALECTS:
            with self.subTest(dialect.name):
                number, before = next(ids), self.balance(CLIENT)
                when = datetime.datetime.now(ALMATY)
                query = urllib.parse.urlencode(dialect.parameters(
                    "pay", number, CLIENT, "7.00", when, None))
                clients = [Http(self.node.http, key=None) for _ in range(20)]
                start, answers = threading.Barrier(20), []

                def call(client):
                    start.wait()
                    answers.append(dialect.read(client.call(
                        "GET", f"/checkpay/{dialect.name}?{query}")))
                threads = [threading.Thread(target=call, args=(client,)) for client in clients]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                for client in clients:
                    client.close()
                self.assertEqual(len(answers), 20)
                self.assertEqual(answers[0]["code"], 0)
                self.assertEqual(answers, answers[:1] * 20)
                self.assertEqual(self.balance(CLIENT), before + 7_00)

    def test_equal_ids_with_two_sums_make_one_of_them(self):
        number, before, codes = next(ids), self.balance(CLIENT), []
        start = threading.Barrier(20)

        def call(sum_):
            start.wait(60)
            codes.append((self.ask(Kaspi, "pay", number, CLIENT, sum_)["code"], sum_))
        threads = [threading.Thread(target=call, args=(f"{1 + i % 2}.00",)) for i in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(codes), 20)
        paid = {sum_ for code, sum_ in codes if code == 0}
        self.assertEqual(len(paid), 1, codes)
        self.assertEqual({code for code, sum_ in codes if sum_ not in paid}, {5}, codes)
        self.assertEqual(self.balance(CLIENT), before + int(float(paid.pop()) * 100))


class Restarts(Networks):
    def test_a_repeat_after_a_kill_reads_the_first_outcome(self):
        first = {dialect: (next(ids), None) for dialect in DIALECTS}
        for dialect, (number, _) in first.items():
            first[dialect] = number, self.expect(dialect, "ok", "pay", number, OTHER, "2.00")
        self.node.kill()
        self.node.start()
        self.ctl("client", "block", OTHER)
        for dialect, (number, got) in first.items():
            self.assertEqual(self.ask(dialect, "pay", number, OTHER, "2.00"), got)
            self.expect(dialect, "blocked", "pay", next(ids), OTHER, "2.00")
        self.assertEqual(self.balance(OTHER), 3 * 2_00)
        self.node.stop()
        self.node.audit()
        self.node.start()


class Callers(Networks):
    def test_strangers_learn_nothing(self):
        self.add_network("far", "osmp", 72222222241, addresses="192.0.2.0/24")
        for name in ("far", "nobody", "", "osmp/x", "OSMP"):
            response = self.raw(name, {"command": "check", "account": CLIENT})
            self.assertEqual((response.status, response.body), (404, b"not found\n"), name)
        response = self.get("/checkpay/osmp", "POST", ["Content-Length: 0"])
        self.assertEqual((response.status, response.headers["allow"]), (405, "GET"))

    def test_a_password(self):
        self.add_network("safe", "osmp", 72222222242)
        told = json.loads(self.ctl("--json", "network", "password", "safe"))
        self.assertGreaterEqual(len(told["password"]), 32)
        self.assertNotIn(told["password"], self.ctl("network", "show", "safe"))
        query = {"command": "check", "account": CLIENT}

        def ask(user, password):
            code = base64.b64encode(f"{user}:{password}".encode()).decode()
            return self.raw("safe", query, [f"Authorization: Basic {code}"])
        self.assertEqual(Osmp.read(ask(told["user"], told["password"]))["code"], 0)
        for user, password in ((told["user"], told["password"][:-1]), ("x", told["password"]),
                               (told["user"], ""), ("", told["password"])):
            response = ask(user, password)
            self.assertEqual(response.status, 401)
            self.assertEqual(response.headers["www-authenticate"], 'Basic realm="checkpay"')
        self.assertEqual(self.raw("safe", query).status, 401)
        self.assertNotIn("login_failed", self.node.log())
        self.ctl("network", "password", "safe")  # another one: the first is no more
        self.assertEqual(ask(told["user"], told["password"]).status, 401)

    def test_a_blocked_network(self):
        self.add_network("bad", "osmp", 72222222243)
        number = next(ids)
        got = self.expect(Osmp, "ok", "pay", number, CLIENT, name="bad")
        self.ctl("network", "block", "bad")
        self.expect(Osmp, "forbidden", "check", next(ids), CLIENT, name="bad")
        self.expect(Osmp, "forbidden", "pay", next(ids), CLIENT, name="bad")
        self.assertEqual(self.ask(Osmp, "pay", number, CLIENT, name="bad"), got)

    def test_ctl_refuses_what_is_no_network(self):
        words = ["network", "add", "n", "--login", 72222222250, "--profile", "osmp"]
        self.ctl(*words, code=2)  # from anywhere
        self.ctl(*words, "--addresses", " ", code=2)
        self.ctl(*words, "--addresses", "127.0.0.1", "--user", "x", code=2)
        self.ctl("network", "add", "N", *words[3:], "--addresses", "127.0.0.1", code=2)
        self.ctl("network", "password", "n", code=1)
        self.assertEqual(json.loads(self.ctl("--json", "network", "show", "osmp"))["account"],
                         72222222230)


class OwnDialects(Networks):
    """The operator's own profiles: read at the start, refused with file and line."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="tiyn-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        shipped = pathlib.Path(__file__).parents[2] / "protocols/checkpay/profiles/osmp.ini"
        own = shipped.read_text().replace("command = command", "command = cmd")
        (cls.folder / "ours.ini").write_text(own)
        (cls.folder / "README").write_text("no profile")
        cls.CONFIG = Networks.CONFIG | {"networks": {"profiles": cls.folder}}
        super().setUpClass()

    def test_a_profile_of_the_operators_folder(self):
        self.add_network("ours", "ours", 72222222244)
        response = self.raw("ours", {"cmd": "check", "account": CLIENT})
        self.assertEqual(Osmp.read(response)["code"], 0)

    def test_a_wrong_profile_is_refused_with_its_line(self):
        for name, text, why in (
                ("wrong.ini", "[dialect]\nmethod = PUT\n", "wrong.ini:2: method is GET or POST"),
                ("osmp.ini", "", "a dialect of this name comes with the node")):
            (self.folder / name).write_text(text)
            done = self.node.command("serve", "--config", self.node.config, "--check")
            self.assertNotEqual(done.returncode, 0, done)
            self.assertIn(why, done.stdout + done.stderr)
            (self.folder / name).unlink()


if __name__ == "__main__":
    unittest.main()
