"""Ten thousand idle connections are held while payments go on."""
import resource
import select
import time
import unittest

from tests.integration.case import AGENT, NodeCase, next_reference, payment
from tests.integration.node import SLOWER
from tests.integration.rpc_client import pay

CONNECTIONS = 10_000


class Idle(NodeCase):
    CONFIG = {"node": {"connections_max": CONNECTIONS + 100}}

    @classmethod
    def setUpClass(cls):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        need = CONNECTIONS + 1000
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (need, max(hard, need)))
        except ValueError:
            raise unittest.SkipTest(f"needs {need} open files, and the hard limit is {hard}")
        cls.addClassCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, max(hard, need)))
        super().setUpClass()

    def test_held_and_usable_while_payments_go_on(self):
        busy, rpc = self.http(), self.rpc()
        before = self.node.rss()
        idle, worst = [], 0
        for n in range(CONNECTIONS):
            client = self.http()
            if n % 2:  # half of them have been served before
                client.ask("GET", "/healthz")
            idle.append(client)
            if n % 100 == 0:
                asked = time.monotonic()
                self.assertEqual(busy.post("/v1/payments", payment()).status, 201)
                self.assertEqual(rpc.open(pay(next_reference(), AGENT, 2001, 1))[0].status, "DONE")
                worst = max(worst, time.monotonic() - asked)
        for client in idle[1::2]:
            self.assertEqual(client.receive().status, 200)
        self.assertLess(worst, 1 * SLOWER)
        self.assertLess(self.node.rss() - before, 128 * SLOWER, "13 KiB an idle connection")
        ends = select.poll()  # none was closed, and none was told anything
        for client in idle:
            ends.register(client.socket, select.POLLIN)
        self.assertEqual(ends.poll(200), [])
        for client in idle[::20]:
            self.assertEqual(client.get("/healthz").status, 200)

    def test_over_the_limit_is_refused_and_room_comes_back(self):
        clients = []
        try:
            for _ in range(CONNECTIONS + 200):
                clients.append(self.http(timeout=2))
            refused = sum(1 for client in clients if self.ended(client))
            self.assertGreater(refused, 50)
        finally:
            for client in clients:
                client.close()
        deadline = time.monotonic() + 10 * SLOWER
        while True:
            try:
                self.assertEqual(self.http().get("/healthz").status, 200)
                break
            except (ConnectionError, EOFError, Exception) as error:
                self.assertLess(time.monotonic(), deadline, error)
                time.sleep(0.05)

    @staticmethod
    def ended(client):
        ready = select.poll()
        ready.register(client.socket, select.POLLIN | select.POLLRDHUP)
        return bool(ready.poll(0))


if __name__ == "__main__":
    unittest.main()
