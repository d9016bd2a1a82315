"""The methods of MessagePack-RPC, batches of any size, and many calls at once."""
import subprocess
import unittest

from tests.integration.case import (AGENT, CLIENTS, FEES, ISSUER, SHOP, NodeCase, next_reference)
from tests.integration.node import GATEWAY, ROOT, RPC_KEY, poll
from tests.integration.rpc_client import (CASH_IN, FROZEN, STATES, STATUSES, Outcome, Rpc, RpcError,
                                          pay, pay_legs)

BATCH_MAX = 8190


class Methods(NodeCase):
    def setUp(self):
        self.client = self.rpc()

    def test_open_posts_at_once(self):
        before = self.client.account(2001)["balance"]
        done = self.client.open(pay(next_reference(), AGENT, 2001, 1234))[0]
        self.assertEqual((done.status, done.state, done.replayed), ("DONE", "COMPLETED", False))
        self.assertGreater(done.payment, 0)
        self.assertEqual(self.client.account(2001)["balance"], before + 1234)

    def test_again_is_a_replay_and_otherwise_a_conflict(self):
        payment = pay(next_reference(), AGENT, 2001, 5)
        first = self.client.open(payment)[0]
        again = self.client.open(payment)[0]
        self.assertEqual(again, first._replace(status="REPLAYED", replayed=True))
        payment[2] = [[AGENT, 2001, 6]]
        self.assertEqual(self.client.open(payment)[0].status, "REF_CONFLICT")

    def test_hold_complete_decline_by_id_and_by_reference(self):
        for by_id in True, False:
            for method, state in ("complete", "COMPLETED"), ("decline", "DECLINED"):
                reference = next_reference()
                held = self.client.open(pay(reference, AGENT, 2002, 7, "hold"))[0]
                self.assertEqual(held.state, "HELD")
                target = held.payment if by_id else reference
                done = self.client.outcome(method, target)
                self.assertEqual((done.status, done.state, done.payment),
                                 ("DONE", state, held.payment))
                self.assertEqual(self.client.outcome(method, target).status, "REPLAYED")
                other = {"complete": "decline", "decline": "complete"}[method]
                self.assertEqual(self.client.outcome(other, target).status, f"ALREADY_{state}")

    def test_waiting_retry_and_no_hold(self):
        waiting = self.client.open(pay(next_reference(), 2008, SHOP, 50, wait_for_funds=True))[0]
        self.assertEqual((waiting.status, waiting.state), ("DONE", "WAITING"))
        self.assertEqual(self.client.outcome("complete", waiting.payment).status, "NO_HOLD")
        self.assertEqual(self.client.outcome("retry", waiting.payment).status, "FUNDS")
        self.client.open(pay(next_reference(), AGENT, 2008, 50))
        done = self.client.outcome("retry", waiting.payment)
        self.assertEqual((done.status, done.state), ("DONE", "COMPLETED"))

    def test_dispatched_is_ended_by_its_provider_alone(self):
        held = self.client.open(pay(next_reference(), AGENT, 2002, 9, "hold"))[0]
        self.assertEqual(self.client.outcome("dispatch", held.payment).status, "DONE")
        self.assertEqual(self.client.outcome("decline", held.payment).status, "AT_PROVIDER")
        done = self.client.outcome("decline", held.payment, {"by_provider": True})
        self.assertEqual((done.status, done.state), ("DONE", "DECLINED"))

    def test_lookup_by_id_and_by_reference(self):
        reference = next_reference()
        legs = [[AGENT, 2003, 300], [2003, FEES, 7]]
        made = self.client.open(pay_legs(reference, legs, value_date=20260131,
                                         attributes=b"\x00opaque\xff"))[0]
        status, by_id = self.client.record("lookup", made.payment)
        self.assertEqual(status, "DONE")
        self.assertEqual(self.client.record("lookup", reference), ("DONE", by_id))
        self.assertEqual((by_id["id"], by_id["requester"], by_id["reference"], by_id["operation"]),
                         (made.payment, 7, reference.encode(), CASH_IN))
        self.assertEqual(STATES[by_id["state"]], "COMPLETED")
        self.assertEqual([leg[:3] for leg in by_id["legs"]], legs)
        self.assertEqual(by_id["legs"][0][4] - 7, by_id["legs"][1][3])
        self.assertEqual((by_id["value_date"], by_id["attributes"]), (20260131, b"\x00opaque\xff"))
        self.assertEqual(self.client.record("lookup", 1 << 50), ("PAYMENT_NOT_FOUND", None))
        self.assertEqual(self.client.record("lookup", "never"), ("PAYMENT_NOT_FOUND", None))

    def test_reversal(self):
        made = self.client.open(pay(next_reference(), AGENT, 2004, 70))[0]
        back = self.client.open(pay(next_reference(), 2004, AGENT, 70, reversal_of=made.payment))[0]
        self.assertEqual(back.status, "DONE")
        self.assertEqual(self.client.record("lookup", back.payment)[1]["reversal_of"], made.payment)
        none = self.client.open(pay(next_reference(), AGENT, 2004, 1, reversal_of=1 << 50))[0]
        self.assertEqual(none.status, "REVERSAL_NOT_FOUND")

    def test_accounts(self):
        fields = {"id": 5001, "kind": "wallet", "owner": 42, "ceiling": 1000, "day_limit": 500}
        self.assertEqual(self.client.outcome("account_open", fields).status, "DONE")
        self.assertEqual(self.client.outcome("account_open", fields).status, "REPLAYED")
        self.assertEqual(self.client.outcome("account_open", {**fields, "owner": 43}).status,
                         "ACCOUNT_EXISTS")
        account = self.client.account(5001)
        for name, value in fields.items():
            self.assertEqual(account[name], value)
        self.assertEqual((account["currency"], account["month_limit"]), (398, None))
        self.assertEqual(self.client.record("account_get", 5999), ("ACCOUNT_NOT_FOUND", None))
        over = self.client.open(pay(next_reference(), AGENT, 5001, 1001))[0]
        self.assertEqual(over.status, "OVER_CEILING")

    def test_operator_changes_accounts_and_the_registry(self):
        with Rpc(self.node.unix_path) as operator:
            self.assertEqual(operator.outcome("account_change", 2006, {"flags": FROZEN}).status,
                             "DONE")
            self.assertEqual(self.client.open(pay(next_reference(), AGENT, 2006, 1))[0].status,
                             "CREDIT_FROZEN")
            operator.outcome("account_change", 2006, {"flags": 0})
            self.assertEqual(self.client.open(pay(next_reference(), AGENT, 2006, 1))[0].status,
                             "DONE")
            self.assertEqual(operator.outcome("registry_put", b"note", b"value").status, "DONE")
            self.assertEqual(operator.record("registry_get", b"note"), ("DONE", b"value"))
            self.assertEqual(operator.record("registry_get", b"no"), ("RECORD_NOT_FOUND", None))

    def test_registry_records_are_changed_by_who_read_them_last(self):
        with Rpc(self.node.unix_path) as operator:
            def put(value, version):
                return operator.outcome("registry_put", b"versioned", value, version).status
            self.assertEqual(put(b"a", 1), "DONE")
            self.assertEqual(put(b"b", 1), "RECORD_CHANGED")
            self.assertEqual(put(b"b", 12345), "RECORD_CHANGED")
            self.assertEqual(put(b"a", 12345), "REPLAYED")
            self.assertEqual(put(b"b", 0), "DONE")

    def test_registry_records_are_listed_by_key(self):
        with Rpc(self.node.unix_path) as operator:
            keys = [b"list/%d" % number for number in range(3)] + [b"list/", b"list/0\0", b"list0",
                                                                   b"k" * 127 + b"\xff", b"lis",
                                                                   b"\xff" * 128]
            for key in keys:
                self.assertEqual(operator.outcome("registry_put", key, b"v" + key).status, "DONE")
            operator.call("node.flush")
            values = {key: b"v" + key for key in keys}

            def pages(prefix, limit):
                found, after = [], b""
                while True:
                    page = operator.call("node.registry", prefix, after, limit)
                    self.assertLessEqual(len(page["records"]), limit)
                    self.assertEqual([value for _, value in page["records"]],
                                     [values.get(key, value) for key, value in page["records"]])
                    found += [key for key, _ in page["records"]]
                    after = page["next"]
                    if not after:
                        return found
            expected = sorted(key for key in keys if key.startswith(b"list/"))
            for limit in (1, 2, 5, 1000):
                self.assertEqual(pages(b"list/", limit), expected)
            self.assertEqual(pages(b"list/9", 5), [])
            self.assertLessEqual(set(keys), set(pages(b"", 2)))
            for params in ([], ["a", "b", 0], ["a", "b", 1001], ["a", 1], ["a" * 129],
                           ["a", "b", 1, 2]):
                with self.assertRaises(RpcError) as caught:
                    operator.call("node.registry", *params)
                self.assertEqual(caught.exception.code, "BAD_PARAMS", params)

    def test_statement(self):
        made = [self.client.open(pay(next_reference(), AGENT, 2007, n))[0] for n in range(1, 8)]

        def fresh():
            got = self.client.record("statement", 2007, {"limit": 3})[1]
            return got if got["as_of_sequence"] >= made[-1].sequence else None
        page = poll(fresh, "a checkpoint")
        entries = []
        while True:
            entries += page["entries"]
            if not page["next"]:
                break
            page = self.client.record("statement", 2007, {"limit": 3, "before": page["next"]})[1]
        self.assertEqual([entry["payment"] for entry in entries], [m.payment for m in made[::-1]])
        self.assertEqual([entry["amount"] for entry in entries], list(range(7, 0, -1)))
        self.assertEqual([entry["balance"] for entry in entries], [28, 21, 15, 10, 6, 3, 1])
        self.assertEqual({entry["side"] for entry in entries}, {"credit"})

    def test_one_time_token(self):
        good, wrong = b"\x01" * 32, b"\x02" * 32
        self.client.open(pay(next_reference(), AGENT, 2005, 100))
        self.assertEqual(self.client.outcome("token_issue", 2005, good, 60).status, "DONE")

        def spend(token):
            return self.client.open(pay(next_reference(), 2005, SHOP, 1, token_account=2005,
                                        token_hash=token))[0].status
        self.assertEqual([spend(wrong), spend(good), spend(good)],
                         ["TOKEN_WRONG", "DONE", "TOKEN_BURNT"])

    def test_info_names_the_numbers(self):
        info = self.client.call("info")
        self.assertEqual(info["statuses"], STATUSES)
        self.assertEqual(info["states"], STATES)
        self.assertIs(info["ready"], True)
        self.assertGreater(info["ledger"]["sequence"], 0)

    def test_unknown_methods_and_wrong_params_keep_the_connection(self):
        for method, params, code in (
                ("fly", [], "UNKNOWN_METHOD"), ("", [], "UNKNOWN_METHOD"),
                ("m" * 200, [], "UNKNOWN_METHOD"),
                ("open", [], "BAD_PARAMS"), ("open", [5], "BAD_PARAMS"),
                ("open", [[]], "BAD_PARAMS"),
                ("open", [[], []], "BAD_PARAMS"), ("complete", [], "BAD_PARAMS"),
                ("complete", [-1], "BAD_PARAMS"), ("lookup", [None], "BAD_PARAMS"),
                ("lookup", [1, {"colour": 1}], "BAD_PARAMS"), ("account_open", [{}], "BAD_PARAMS"),
                ("account_open", [{"id": 5, "kind": "bag"}], "BAD_PARAMS"),
                ("account_get", ["x"], "BAD_PARAMS"),
                ("statement", [2001, {"limit": 0}], "BAD_PARAMS"),
                ("token_issue", [2001, b"short", 5], "BAD_PARAMS")):
            with self.assertRaises(RpcError, msg=method) as caught:
                self.client.call(method, *params)
            self.assertEqual(caught.exception.code, code, (method, params))
            self.assertTrue(caught.exception.text)
        self.assertEqual(self.client.account(AGENT)["id"], AGENT)


class Batches(NodeCase):
    def setUp(self):
        self.client = self.rpc()

    def test_the_largest_batch(self):
        before = sum(self.client.account(n)["balance"] for n in CLIENTS)
        done = self.client.open(*(pay(next_reference(), AGENT, CLIENTS[n % 10], 1)
                                  for n in range(BATCH_MAX)))
        self.assertEqual({outcome.status for outcome in done}, {"DONE"})
        numbers = [outcome.payment for outcome in done]
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + BATCH_MAX)))
        self.assertEqual(len({outcome.sequence for outcome in done}), 1)
        self.assertEqual(sum(self.client.account(n)["balance"] for n in CLIENTS),
                         before + BATCH_MAX)

    def test_one_too_many(self):
        payment = pay(next_reference(), AGENT, 2001, 1)
        with self.assertRaises(RpcError) as caught:
            self.client.open(*([payment] * (BATCH_MAX + 1)))
        self.assertEqual(caught.exception.code, "BAD_PARAMS")
        self.assertEqual(self.client.record("lookup", payment[0])[0], "PAYMENT_NOT_FOUND")

    def test_bad_ones_among_good_ones(self):
        good = [pay(next_reference(), AGENT, 2001, 1) for _ in range(8)]
        bad = [(pay(next_reference(), AGENT, 2001, 0), "BAD_AMOUNT"),
               (pay(next_reference(), AGENT, AGENT, 1), "BAD_LEGS"),
               (pay("x" * 65, AGENT, 2001, 1), "BAD_REFERENCE"),
               (pay(next_reference(), AGENT, 2001, 1, "maybe"), "BAD_COMMAND"),
               (pay(next_reference(), 2009, 2001, 1), "FUNDS"),
               (pay_legs(next_reference(), [[AGENT, 2001, 1]] * 9), "BAD_LEGS"),
               ([1, 2, 3], "BAD_COMMAND"), ({"reference": "x"}, "BAD_COMMAND"),
               (pay(next_reference(), AGENT, 2001, 1, attributes=b"x" * 3000), "BAD_COMMAND")]
        mixed = [payment for one, other in zip(good, bad) for payment in (one, other[0])]
        mixed.append(bad[8][0])
        outcomes = self.client.open(*mixed)
        self.assertEqual([outcome.status for outcome in outcomes[0:16:2]], ["DONE"] * 8)
        self.assertEqual([outcome.status for outcome in [*outcomes[1:16:2], outcomes[16]]],
                         [status for _, status in bad])
        self.assertIn("payments[7].mode", outcomes[7].text)

    def test_a_batch_sees_its_own_earlier_payments(self):
        reference = next_reference()
        outcomes = self.client.open(
            pay(reference, AGENT, 2001, 3), pay(reference, AGENT, 2001, 3),
            pay(reference, AGENT, 2001, 4), pay(next_reference(), 2001, SHOP, 3))
        self.assertEqual([outcome.status for outcome in outcomes],
                         ["DONE", "REPLAYED", "REF_CONFLICT", "DONE"])

    def test_many_calls_in_flight_answered_in_any_order(self):
        sent = {}
        for n in range(600):
            kind = n % 3
            if kind == 0:
                reference = next_reference()
                sent[self.client.send("open", [pay(reference, AGENT, 2001, 1)])] = "open"
            elif kind == 1:
                sent[self.client.send("account_get", AGENT)] = "account_get"
            else:  # from a worker: overtaken by the others
                sent[self.client.send("statement", 2001, {"limit": 100})] = "statement"
        seen = set()
        for _ in range(len(sent)):
            msgid, error, result = self.client.receive()
            self.assertNotIn(msgid, seen)
            seen.add(msgid)
            if error is not None:  # the queue of the workers is bounded, and says so
                self.assertEqual((sent[msgid], error["code"]), ("statement", "BUSY"))
            elif sent[msgid] == "open":
                self.assertEqual(Outcome.read(result[0]).status, "DONE")
            elif sent[msgid] == "account_get":
                self.assertEqual(result[1]["id"], AGENT)
            else:
                self.assertEqual(result[1]["account"], 2001)
        self.assertEqual(seen, set(sent))

    def test_any_msgid_is_given_back(self):
        for msgid in 0, 1, 0xffffffff:
            self.client.last_id = msgid - 1
            self.assertEqual(self.client.call("account_get", AGENT)[0], 0)


class Grants(NodeCase):
    GATEWAYS = {"shop": GATEWAY,
                "narrow": {"rpc_key": RPC_KEY, "requester": 8, "requesters": "8, 80-89",
                           "accounts": "1001, 2001-2003, 4000", "rights": "open, lookup"},
                "reader": {"rpc_key": RPC_KEY, "requester": 9, "accounts": "2001",
                           "rights": "account_read"}}

    def setUp(self):
        self.narrow = self.rpc(name="narrow")

    def forbidden(self, client, method, *params):
        with self.assertRaises(RpcError) as caught:
            client.call(method, *params)
        self.assertEqual(caught.exception.code, "FORBIDDEN", (method, params))

    def test_rights(self):
        reader = self.rpc(name="reader")
        payment = pay(next_reference(), AGENT, 2001, 1)
        for method, params in (("open", [[payment]]), ("lookup", [1]), ("complete", [1]),
                               ("decline", [1]), ("account_open", [{"id": 2001, "kind": "wallet"}]),
                               ("info", []), ("registry_put", [b"a", b"b"]),
                               ("account_change", [2001, {"flags": 0}]), ("node.backup", ["x"]),
                               ("node.flush", []), ("node.stats", []), ("node.info", [])):
            self.forbidden(reader, method, *params)
        self.assertEqual(reader.account(2001)["id"], 2001)
        for method in "complete", "decline", "retry", "dispatch":
            self.forbidden(self.narrow, method, 1)

    def test_no_gateway_is_an_operator_by_default(self):
        client = self.rpc()
        for method, params in (("registry_put", [b"a", b"b"]), ("node.backup", ["x"]),
                               ("account_change", [2001, {"flags": 0}]), ("node.flush", [])):
            self.forbidden(client, method, *params)
        self.assertEqual(client.outcome("account_open", {"id": 5050, "kind": "issuer", "flags": 4})
                         .status, "FORBIDDEN")
        self.assertEqual(client.outcome("account_open", {"id": 5050, "kind": "wallet", "floor": 5})
                         .status, "FORBIDDEN")

    def test_accounts(self):
        outcomes = self.narrow.open(pay(next_reference(), AGENT, 2003, 1),
                                    pay(next_reference(), AGENT, 2004, 1),
                                    pay(next_reference(), ISSUER, AGENT, 1),
                                    pay_legs(next_reference(), [[AGENT, 2001, 1], [2001, SHOP, 1]]))
        self.assertEqual([outcome.status for outcome in outcomes],
                         ["DONE", "FORBIDDEN", "FORBIDDEN", "FORBIDDEN"])
        reader = self.rpc(name="reader")
        self.assertEqual(reader.record("account_get", 2002)[0], "FORBIDDEN")
        self.assertEqual(reader.record("statement", 2002)[0], "FORBIDDEN")

    def test_requesters(self):
        outcomes = self.narrow.open(
            *(pay(next_reference(), AGENT, 2001, 1, requester=requester)
              for requester in (8, 80, 89, 90, 7, 0)))
        self.assertEqual([outcome.status for outcome in outcomes],
                         ["DONE", "DONE", "DONE", "FORBIDDEN", "FORBIDDEN", "FORBIDDEN"])
        self.assertEqual(self.narrow.record("lookup", outcomes[1].payment, {"requester": 80})[0],
                         "DONE")
        mine = self.rpc().open(pay(next_reference(), AGENT, 2001, 1))[0].payment
        self.assertEqual(self.narrow.record("lookup", mine)[0], "NOT_REQUESTER")
        self.assertEqual(self.narrow.record("lookup", mine, {"requester": 7})[0], "FORBIDDEN")
        self.assertEqual(self.narrow.record("lookup", mine, {"requester": 0})[0], "FORBIDDEN")


class Example(NodeCase):
    def test_the_client_that_is_shown_to_newcomers(self):
        key = self.node.folder / "rpc.key"
        key.write_text(RPC_KEY + "\n")
        host, port = self.node.rpc
        for peer in ([f"{host}:{port}", "shop", str(key)], [self.node.unix_path]):
            done = subprocess.run(
                ["/usr/bin/python3", "-B", str(ROOT / "protocols" / "rpc" / "example.py"), *peer],
                capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done)
            self.assertIn("COMPLETED", done.stdout)


if __name__ == "__main__":
    unittest.main()
