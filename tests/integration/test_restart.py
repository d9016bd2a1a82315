"""Stopping and starting: nothing is lost, what is in flight is answered, one node a folder."""
import signal
import threading
import time
import unittest

from tests.integration.case import AGENT, CLIENTS, ISSUER, SHOP, next_reference, open_accounts
from tests.integration.http_client import Closed as HttpClosed
from tests.integration.http_client import Http
from tests.integration.node import Node, poll
from tests.integration.rpc_client import Closed, Outcome, Rpc, pay


class Restart(unittest.TestCase):
    def setUp(self):
        self.node = Node()
        self.addCleanup(self.node.close)
        self.node.start()
        open_accounts(self.node)

    def state(self, payments):
        """All that the clients can see of the accounts and these payments."""
        with Rpc(self.node.rpc) as client:
            return ([client.account(number) for number in (ISSUER, AGENT, SHOP, *CLIENTS)],
                    [client.record("lookup", payment) for payment in payments])

    def make_payments(self):
        with Rpc(self.node.rpc) as client:
            made = [client.open(pay(next_reference(), AGENT, CLIENTS[n % 10], n + 1,
                                    "hold" if n % 3 == 0 else "post"))[0] for n in range(60)]
            held = [outcome.payment for outcome in made if outcome.state == "HELD"]
            for payment in held[::3]:
                client.outcome("complete", payment)
            for payment in held[1::3]:
                client.outcome("decline", payment)
            made.append(client.open(pay(next_reference(), 2009, SHOP, 10**9,
                                        wait_for_funds=True))[0])
        return [outcome.payment for outcome in made]

    def test_a_restart_keeps_everything(self):
        payments = self.make_payments()
        before = self.state(payments)
        self.node.restart()
        self.assertEqual(self.state(payments), before)

    def test_a_kill_keeps_everything_that_was_answered(self):
        payments = self.make_payments()
        before = self.state(payments)
        for _ in range(2):
            self.node.kill()
            self.node.start()
            self.assertEqual(self.state(payments), before)
        self.node.stop()
        self.assertIn("Sound", self.node.audit())

    def test_sigint_and_sigterm_end_it_well(self):
        for number in signal.SIGINT, signal.SIGTERM:
            self.node.process.send_signal(number)
            self.assertEqual(self.node.wait(), 0)
            self.node.start()

    def test_what_is_in_flight_is_answered(self):
        done, lost = [], []

        def load(number):
            client = Rpc(self.node.rpc)
            sent = set()
            try:
                while True:
                    while len(sent) < 64:
                        reference = f"stop-{number}-{client.last_id + 1}"
                        sent.add(client.send("open", [pay(reference, AGENT, 2001, 1)]))
                    msgid, error, result = client.receive()
                    sent.remove(msgid)
                    if error is None and Outcome.read(result[0]).status == "DONE":
                        done.append(f"stop-{number}-{msgid}")
            except (Closed, ConnectionError):
                lost.extend(f"stop-{number}-{msgid}" for msgid in sent)
            client.close()
        threads = [threading.Thread(target=load, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        poll(lambda: len(done) > 2000, "load")
        self.node.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.node.wait(), 0)
        for thread in threads:
            thread.join()
        self.node.start()
        with Rpc(self.node.rpc) as client:
            for reference in done:
                self.assertEqual(client.record("lookup", reference)[0], "DONE", reference)
            # What was not answered was not taken: an orderly end answers what it took.
            found = [reference for reference in lost
                     if client.record("lookup", reference)[0] == "DONE"]
            self.assertEqual(found, [])

    def test_idle_connections_do_not_hold_the_end_up(self):
        clients = [Rpc(self.node.rpc), Http(self.node.http), Rpc(self.node.rpc, login=False)]
        clients[1].get("/healthz")
        start = time.monotonic()
        self.node.stop()
        self.assertLess(time.monotonic() - start, 4)
        with self.assertRaises(Closed):
            clients[0].receive()
        with self.assertRaises(HttpClosed):
            clients[1].receive()
        for client in clients:
            client.close()
        self.node.start()

    def test_a_second_node_on_the_folder_is_refused(self):
        second = Node()
        self.addCleanup(second.close)
        second.sections["node"]["data"] = self.node.data
        second.write_config()
        self.assertEqual(second.launch().wait(), 3)
        self.assertIn("another process has this ledger open", second.log())
        done = self.node.command("audit", self.node.data)
        self.assertEqual(done.returncode, 3)
        self.assertIn("another process has this ledger open", done.stderr)
        with Rpc(self.node.rpc) as client:
            self.assertEqual(client.open(pay(next_reference(), AGENT, 2001, 1))[0].status, "DONE")

    def test_a_stale_socket_is_no_obstacle(self):
        self.node.kill()  # leaves the Unix socket's file
        self.node.start()
        with Rpc(self.node.unix_path) as operator:
            self.assertEqual(operator.account(AGENT)["id"], AGENT)


if __name__ == "__main__":
    unittest.main()
