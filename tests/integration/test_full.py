"""More than the node has room for: it says BUSY, and what it took is answered and kept."""
import socket
import time
import unittest

from tests.integration.case import AGENT, CLIENTS, NodeCase, next_reference, payment
from tests.integration.node import SLOWER
from tests.integration.rpc_client import Outcome, RpcError, pay

CONNECTIONS, CALLS, BATCH = 24, 6, 4000  # 576,000 payments: nine times what a loop takes in flight


class Full(NodeCase):
    def test_more_calls_than_the_rings_hold(self):
        before = sum(self.balance(number) for number in CLIENTS)
        clients = [self.rpc(timeout=60) for _ in range(CONNECTIONS)]
        batches = {client: [[pay(next_reference(), AGENT, CLIENTS[n % 10], 1) for n in range(BATCH)]
                            for _ in range(CALLS)] for client in clients}
        sent = {client: [client.send("open", batch) for batch in batches[client]]
                for client in clients}
        again, paid = [], 0
        for client in clients:
            for call, batch in zip(sent[client], batches[client]):
                try:
                    outcomes = [Outcome.read(fields).status for fields in client.answer(call)]
                except RpcError as error:  # the whole call: the rings are full
                    self.assertEqual(error.code, "BUSY")
                    outcomes = ["BUSY"] * BATCH
                self.assertLessEqual(set(outcomes), {"DONE", "BUSY"})  # one: the tables are
                paid += outcomes.count("DONE")
                again += [one for one, status in zip(batch, outcomes) if status == "BUSY"]
        self.assertEqual(sum(self.balance(number) for number in CLIENTS), before + paid)
        self.assertTrue(again, "there was room for everything")
        client, deadline = self.rpc(), time.monotonic() + 60 * SLOWER
        while again:
            self.assertLess(time.monotonic(), deadline)
            batch, again = again[:BATCH], again[BATCH:]
            again += [one for one, outcome in zip(batch, client.open(*batch))
                      if outcome.status == "BUSY"]
        self.assertEqual(sum(self.balance(number) for number in CLIENTS),
                         before + CONNECTIONS * CALLS * BATCH)

    def test_more_http_requests_than_a_connection_may_have_in_flight(self):
        client, count = self.http(), 2000
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
        for _ in range(count):
            client.ask("POST", "/v1/payments", payment())
        self.assertEqual({client.receive().status for _ in range(count)}, {201})

    def test_more_calls_than_a_connection_may_have_in_flight(self):
        client, count = self.rpc(), 20000
        calls = [client.send("open", [pay(next_reference(), AGENT, 2001, 1)])
                 for _ in range(count)]
        statuses = {Outcome.read(client.answer(call)[0]).status for call in calls}
        self.assertEqual(statuses, {"DONE"})


if __name__ == "__main__":
    unittest.main()
