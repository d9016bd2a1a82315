"""The JSON API, as protocols/json_api/README.md describes it."""
import time
import unittest

from tests.integration.case import (AGENT, FEES, ISSUER, SHOP, NodeCase, next_reference, payment,
                                    tiyn)
from tests.integration.node import BEARER

NARROW = "narrow-bearer-key-0123456789abcdef0123"
READER = "reader-bearer-key-0123456789abcdef0123"


class Payments(NodeCase):
    def test_post_is_completed_and_moves_the_money(self):
        before = self.balance(2001)
        answer = self.http().post("/v1/payments", payment(credit=2001, amount="12.34"))
        self.assertEqual(answer.status, 201, answer)
        self.assertEqual(answer.headers["content-type"], "application/json")
        got = answer.json()
        self.assertEqual(got["state"], "COMPLETED")
        self.assertIs(got["replayed"], False)
        self.assertGreater(got["sequence"], 0)
        self.assertEqual(self.balance(2001), before + 1234)

    def test_a_replay_is_200_and_moves_nothing(self):
        body = payment()
        first = self.http().post("/v1/payments", body)
        balance = self.balance(2001)
        again = self.http().post("/v1/payments", body)
        self.assertEqual((first.status, again.status), (201, 200))
        self.assertIs(again.json()["replayed"], True)
        self.assertEqual(again.json()["id"], first.json()["id"])
        self.assertEqual(again.json()["sequence"], first.json()["sequence"])
        self.assertEqual(self.balance(2001), balance)

    def test_the_same_reference_for_another_payment_is_a_conflict(self):
        body = payment()
        self.http().post("/v1/payments", body)
        body["legs"][0]["amount"] = "1.01"
        self.problem(self.http().post("/v1/payments", body), 409, "REF_CONFLICT")

    def test_hold_then_complete(self):
        held = self.http().post("/v1/payments", payment(mode="hold", amount="5.00", credit=2002))
        self.assertEqual((held.status, held.json()["state"]), (201, "HELD"))
        account = self.http().get(f"/v1/accounts/{2002}").json()
        self.assertEqual(account["credits_pending"], "5.00")
        number = held.json()["id"]
        done = self.http().post(f"/v1/payments/{number}/complete")
        self.assertEqual((done.status, done.json()["state"]), (200, "COMPLETED"))
        again = self.http().post(f"/v1/payments/{number}/complete")
        self.assertEqual((again.status, again.json()["replayed"]), (200, True))
        self.problem(self.http().post(f"/v1/payments/{number}/decline", {"reason": "late"}), 422,
                     "ALREADY_COMPLETED")

    def test_hold_then_decline(self):
        before = self.balance(2003)
        held = self.http().post("/v1/payments", payment(mode="hold", credit=2003)).json()
        done = self.http().post(f"/v1/payments/{held['id']}/decline", {"reason": "changed mind"})
        self.assertEqual((done.status, done.json()["state"]), (200, "DECLINED"))
        self.problem(self.http().post(f"/v1/payments/{held['id']}/complete"), 422,
                     "ALREADY_DECLINED")
        self.assertEqual(self.balance(2003), before)

    def test_a_payment_may_wait_for_funds(self):
        body = payment(debit=2010, credit=SHOP, amount="7.00", wait_for_funds=True)
        answer = self.http().post("/v1/payments", body)
        self.assertEqual((answer.status, answer.json()["state"]), (201, "WAITING"))

    def test_a_hold_expires(self):
        body = payment(mode="hold", expires_in_s=1)
        number = self.http().post("/v1/payments", body).json()["id"]
        deadline = time.monotonic() + 30
        while self.http().get(f"/v1/payments/{number}").json()["state"] == "HELD":
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)
        self.assertEqual(self.http().get(f"/v1/payments/{number}").json()["state"], "DECLINED")

    def test_get_by_id_and_by_reference(self):
        body = payment(credit=2004, amount="3.21", value_date="2026-01-31",
                       attributes={"terminal": "t-5", "nested": {"a": [1, 2]}})
        body["legs"].append({"debit": 2004, "credit": FEES, "amount": "0.21"})
        made = self.http().post("/v1/payments", body).json()
        by_id = self.http().get(f"/v1/payments/{made['id']}")
        by_reference = self.http().get(f"/v1/payments?reference={body['reference']}")
        self.assertEqual((by_id.status, by_reference.status), (200, 200), by_id)
        got = by_id.json()
        self.assertEqual(got, by_reference.json())
        self.assertEqual(got["id"], made["id"])
        self.assertEqual(got["reference"], body["reference"])
        self.assertEqual(got["state"], "COMPLETED")
        self.assertEqual(got["operation"], "cash_in")
        self.assertEqual(got["value_date"], "2026-01-31")
        self.assertEqual(got["attributes"], body["attributes"])
        legs = got["legs"]
        self.assertEqual([(leg["debit"], leg["credit"], leg["amount"]) for leg in legs],
                         [(AGENT, 2004, "3.21"), (2004, FEES, "0.21")])
        self.assertEqual(tiyn(legs[0]["credit_balance"]) - 21, tiyn(legs[1]["debit_balance"]))

    def test_references_are_percent_decoded(self):
        body = payment()
        body["reference"] = "a b/c?d&e=f%20\u0442\u0438\u044b\u043d" + next_reference()
        made = self.http().post("/v1/payments", body)
        self.assertEqual(made.status, 201, made)
        quoted = "".join(f"%{byte:02X}" for byte in body["reference"].encode())
        got = self.http().get(f"/v1/payments?reference={quoted}")
        self.assertEqual((got.status, got.json()["id"]), (200, made.json()["id"]), got)

    def test_what_is_not_there_is_404(self):
        for path in "/v1/payments/999999999", "/v1/payments?reference=never":
            self.problem(self.http().get(path), 404, "PAYMENT_NOT_FOUND")
        for action in "complete", "decline":
            self.problem(self.http().post(f"/v1/payments/999999999/{action}"), 404,
                         "PAYMENT_NOT_FOUND")
        self.problem(self.http().get("/v1/accounts/999999"), 404, "ACCOUNT_NOT_FOUND")
        for path in "/", "/v1", "/v2/payments", "/v1/payments/1/undo", "/healthz/x":
            self.assertEqual(self.http().get(path).status, 404, path)

    def test_business_refusals_are_422_and_leave_no_trace(self):
        for body, code in (
                (payment(debit=2009, credit=SHOP, amount="1.00"), "FUNDS"),
                (payment(debit=888888, credit=2001), "DEBIT_NOT_FOUND"),
                (payment(debit=AGENT, credit=888888), "CREDIT_NOT_FOUND"),
                (payment(reversal_of=999999999), "REVERSAL_NOT_FOUND")):
            self.problem(self.http().post("/v1/payments", body), 422, code)
            self.assertEqual(
                self.http().get(f"/v1/payments?reference={body['reference']}").status, 404)

    def test_malformed_payments_are_refused(self):
        good = payment()
        for change in (
                {"reference": ""}, {"reference": "x" * 65}, {"reference": 5}, {"reference": None},
                {"operation": "no_such"}, {"operation": None}, {"mode": "maybe"}, {"mode": None},
                {"legs": []}, {"legs": None}, {"legs": good["legs"] * 9}, {"legs": {}},
                {"legs": [{"debit": 1, "credit": 1, "amount": "1.00"}]},
                {"legs": [{"debit": 0, "credit": 1, "amount": "1.00"}]},
                {"legs": [{"debit": -1, "credit": 1, "amount": "1.00"}]},
                {"legs": [{"debit": "1001", "credit": 2001, "amount": "1.00"}]},
                {"legs": [{"debit": AGENT, "credit": 2001}]},
                *({"legs": [{"debit": AGENT, "credit": 2001, "amount": amount}]} for amount in
                  ("0.00", "-1.00", "1.001", "1e2", "", " 1.00", "1,00", "0x10", 1, 1.5, None,
                   "99999999999999999999.00", "+1.00", ".5", "1.")),
                {"value_date": "2026-02-30"}, {"value_date": "yesterday"}, {"value_date": 5},
                {"expires_in_s": -1}, {"expires_in_s": "5"}, {"expires_in_s": 1 << 40},
                {"wait_for_funds": "yes"}, {"attributes": []},
                {"attributes": {"a": "x" * 1100}}):
            body = {**payment(), **change}
            answer = self.http().post("/v1/payments", body)
            self.assertIn(answer.status, (400, 403, 422), (change, answer))
            self.assertEqual(answer.headers["content-type"], "application/problem+json", change)
            self.assertTrue(answer.json()["code"], change)

    def test_what_is_no_json_is_400(self):
        for body in (b"", b"{", b"[]", b"null", b"5", b'{"a":1}x', b"\xff\xfe",
                     b'{"reference":"\xff"}', b"[" * 5000, b'{"a":' * 2000):
            self.assertEqual(self.http().post("/v1/payments", body).status, 400, body[:20])

    def test_unknown_and_double_members_are_told(self):
        self.assertEqual(self.http().post("/v1/payments", payment(ammount="1.00")).status, 400)
        text = ('{"reference":"d-1","reference":"d-2","operation":"cash_in","mode":"post",'
                '"legs":[{"debit":1001,"credit":2001,"amount":"1.00"}]}')
        self.assertEqual(self.http().post("/v1/payments", text).status, 400)

    def test_wrong_methods_are_405(self):
        for method, path in (("DELETE", "/v1/payments/1"), ("PUT", "/v1/payments"),
                             ("GET", "/v1/payments/1/complete"), ("POST", "/v1/accounts/1001"),
                             ("PATCH", "/v1/accounts"), ("POST", "/v1/accounts/1001/entries")):
            answer = self.http().call(method, path, {})
            self.assertEqual(answer.status, 405, (method, path, answer))
            self.assertIn("allow", answer.headers)


class Accounts(NodeCase):
    def test_an_account_as_it_is_shown(self):
        got = self.http().get(f"/v1/accounts/{AGENT}")
        self.assertEqual(got.status, 200)
        account = got.json()
        self.assertEqual((account["id"], account["kind"], account["currency"]),
                         (AGENT, "agent", "KZT"))
        for name in ("debits_pending", "debits_posted", "credits_pending", "credits_posted",
                     "available", "floor", "ceiling", "flags"):
            self.assertIn(name, account)
        self.assertEqual(tiyn(account["available"]),
                         tiyn(account["credits_posted"]) - tiyn(account["debits_posted"])
                         - tiyn(account["debits_pending"]))

    def test_open_again_and_otherwise(self):
        body = {"id": 5001, "kind": "wallet", "currency": "KZT", "ceiling": "100.00"}
        first = self.http().post("/v1/accounts", body)
        self.assertEqual(first.status, 201, first)
        self.assertEqual(self.http().post("/v1/accounts", body).status, 200)
        other = {**body, "ceiling": "100.01"}
        self.problem(self.http().post("/v1/accounts", other), 409, "ACCOUNT_EXISTS")
        self.assertEqual(self.http().get("/v1/accounts/5001").json()["ceiling"], "100.00")
        over = payment(credit=5001, amount="100.01")
        self.problem(self.http().post("/v1/payments", over), 422, "OVER_CEILING")

    def test_malformed_accounts_are_refused(self):
        for change in ({"id": 0}, {"id": -5}, {"id": "7"}, {"id": 1 << 70}, {"kind": "bag"},
                       {"kind": None}, {"currency": "ZZZ"}, {"floor": "x"}, {"ceiling": -1},
                       {"flags": "frozen"}, {"flags": ["no_such"]}, {"colour": "red"}):
            body = {"id": 5100, "kind": "wallet", "currency": "KZT", **change}
            answer = self.http().post("/v1/accounts", body)
            self.assertIn(answer.status, (400, 403, 422), (change, answer))
        self.assertEqual(self.http().get("/v1/accounts/5100").status, 404)

    def test_entries_newest_first_and_in_pages(self):
        made = [self.http().post("/v1/payments", payment(credit=2007, amount=f"{n}.00"))
                .json()["id"] for n in range(1, 8)]
        walked, before = [], ""
        deadline = time.monotonic() + 20
        while len(walked) < 7:  # a statement is as of the last checkpoint
            self.assertLess(time.monotonic(), deadline)
            got = self.http().get(f"/v1/accounts/2007/entries?limit=3{before}").json()
            page = got["entries"]
            self.assertLessEqual(len(page), 3)
            if not walked and (not page or page[0]["payment"] != made[-1]):
                time.sleep(0.05)
                continue
            walked += page
            before = f"&before={got['next_before']}"
        self.assertEqual([entry["payment"] for entry in walked], made[::-1])
        self.assertEqual([entry["amount"] for entry in walked],
                         [f"{n}.00" for n in range(7, 0, -1)])
        self.assertEqual({entry["side"] for entry in walked}, {"credit"})
        balances = [tiyn(entry["balance"]) for entry in walked]
        self.assertEqual(balances, [sum(range(1, n + 1)) * 100 for n in range(7, 0, -1)])
        for query in "limit=0", "limit=x", "limit=100000000", "before=x":
            self.assertEqual(self.http().get(f"/v1/accounts/2007/entries?{query}").status, 400,
                             query)


class Access(NodeCase):
    GATEWAYS = {
        "shop": {"bearer_key": BEARER, "requester": 7, "accounts": "all",
                 "rights": "open, complete, decline, lookup, account_open, account_read, node"},
        "narrow": {"bearer_key": NARROW, "requester": 8, "accounts": "1001, 2001-2003",
                   "rights": "open, lookup, account_open, account_read"},
        "reader": {"bearer_key": READER, "requester": 9, "accounts": "2001",
                   "rights": "account_read"},
    }

    def test_without_a_key_or_with_a_wrong_one_it_is_401(self):
        for key in (None, "", "x", BEARER + "x", BEARER[:-1], BEARER[:-1] + "X", "x" * 5000):
            for method, path in (("POST", "/v1/payments"), ("GET", "/v1/payments/1"),
                                 ("GET", "/v1/accounts/1001"), ("GET", "/v1/nothing")):
                answer = self.http(key=key).call(method, path)
                self.assertEqual(answer.status, 401, (key, path, answer))
                self.assertIn("www-authenticate", answer.headers)

    def test_other_schemes_are_401(self):
        for value in ("Basic c2hvcDpzaG9w", f"Bearer  ", BEARER, f"Bearer {BEARER} x"):
            client = self.http(key=None)
            answer = client.call("GET", "/v1/accounts/1001", headers=[f"Authorization: {value}"])
            self.assertEqual(answer.status, 401, value)
        answer = self.http(key=None).call("GET", "/v1/accounts/1001",
                                          headers=[f"authorization: bearer {BEARER}"])
        self.assertEqual(answer.status, 200, "the scheme's name has no case")

    def test_a_connection_is_not_trusted_for_its_last_request(self):
        client = self.http()
        self.assertEqual(client.get("/v1/accounts/1001").status, 200)
        client.key = None
        self.assertEqual(client.get("/v1/accounts/1001").status, 401)

    def test_outside_of_the_grant_it_is_403(self):
        narrow = self.http(key=NARROW)
        self.assertEqual(narrow.post("/v1/payments", payment(credit=2001)).status, 201)
        for answer in (
                narrow.post("/v1/payments", payment(credit=2004)),
                narrow.post("/v1/payments", payment(debit=2004, credit=2001)),
                narrow.post("/v1/payments", payment(debit=ISSUER, credit=AGENT)),
                narrow.get("/v1/accounts/2004"), narrow.get("/v1/accounts/2004/entries"),
                narrow.post("/v1/accounts", {"id": 4000, "kind": "wallet", "currency": "KZT"}),
                narrow.post("/v1/payments/1/complete"), narrow.post("/v1/payments/1/decline"),
                self.http(key=READER).post("/v1/payments", payment(debit=2001, credit=2001)),
                self.http(key=READER).get("/v1/payments/1")):
            self.problem(answer, 403, "FORBIDDEN")
        self.assertEqual(self.http(key=READER).get("/v1/accounts/2001").status, 200)

    def test_another_requesters_payment_is_not_shown(self):
        body = payment()
        made = self.http().post("/v1/payments", body).json()
        narrow = self.http(key=NARROW)
        self.assertIn(narrow.get(f"/v1/payments/{made['id']}").status, (403, 404))
        self.assertEqual(narrow.get(f"/v1/payments?reference={body['reference']}").status, 404)

    def test_two_requesters_may_use_one_reference(self):
        body = payment()
        first = self.http().post("/v1/payments", body)
        second = self.http(key=NARROW).post("/v1/payments", body)
        self.assertEqual((first.status, second.status), (201, 201))
        self.assertNotEqual(first.json()["id"], second.json()["id"])

    def test_a_wrong_key_takes_as_long_whatever_is_wrong_with_it(self):
        keys = ("X" + BEARER[1:], BEARER[:-1] + "X")
        clients, times = [self.http(key=key) for key in keys], ([], [])
        for _ in range(301):  # in turns: what else the machine does is both's
            for client, took in zip(clients, times):
                start = time.perf_counter_ns()
                client.get("/v1/accounts/1001")
                took.append(time.perf_counter_ns() - start)
        early, late = (sorted(took)[150] for took in times)
        self.assertLess(max(early, late), 3 * min(early, late))


if __name__ == "__main__":
    unittest.main()
