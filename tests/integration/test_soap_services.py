"""Paying for services: the agent asks, the provider is asked, and what it says is what is told."""
import socket
import threading
import time

from tests.integration.http_client import Http
from tests.integration.node import SLOWER, poll
from tests.integration.outbox_case import section
from tests.integration.provider import Provider
from tests.integration.soap_client import Refusal, new_guid, rrns
from tests.integration.soap_contract import SERVICES
from tests.integration.soap_node import SoapNode
from tests.integration.soap_world import FLOAT, WorldCase

SERVICE, CHECK_MS = 185, 600 * SLOWER
CHECK, PAY = "payForServicesCheck", "payForServicesPay"


class ServicesCase(WorldCase):
    CHECK_MS = CHECK_MS

    @classmethod
    def setUpClass(cls):
        cls.provider = Provider()
        cls.addClassCleanup(cls.provider.close)
        cls.soap = SoapNode(providers={"one": section(cls.provider, total_timeout_ms=60_000)},
                            outbox={"pause_permille": 5, "breaker_failures": 100,
                                    "check_timeout_ms": cls.CHECK_MS}, repeat_after_ms=1)
        cls.addClassCleanup(cls.soap.close)
        cls.soap.fill()
        cls.soap.account(77, "merchant")
        cls.soap.put("merchant/72229999999", name="Mobile", wallets=[77])
        cls.soap.put(f"service/{SERVICE}", name="Mobile", merchant=72229999999, provider=1,
                     pattern="7[0-9]{9}")

    def setUp(self):
        super().setUp()
        self.parties.append(("provider's merchant", 77))
        self.sender, self.client = self.new_agent(), self.new_client()

    def of_service(self, account, amount="100.00", **more):
        return {"toUserName": self.client, "servicePublicCode": SERVICE,
                "utilityAccountNumber": account, "amount": amount, **more}

    def order(self, account, amount="100.00"):
        return self.of_service(account, amount, valueDate="2026-11-25T10:00:00Z",
                               rrn=next(rrns))


class Check(ServicesCase):
    def test_the_provider_is_asked_and_nothing_is_paid(self):
        with self.moves():
            answer = self.sender.call("tm_1_1", CHECK, **self.of_service("7010000001"))
        self.assertEqual(answer["header/status"], "0")
        asks = self.provider.of("7010000001")
        self.assertEqual([(ask.command, ask.params["sum"]) for ask in asks], [("check", "100.00")])

    def test_an_account_that_the_provider_does_not_know_is_a_fault(self):
        self.provider.scripts["7010000002"] = ["not_found"]
        with self.moves():
            self.refused("PROVIDER_REFUSED", self.sender.call, "tm_1_1", CHECK,
                         **self.of_service("7010000002"))
        self.assertEqual(len(self.provider.of("7010000002")), 1)

    def test_an_account_of_another_form_is_refused_without_the_provider(self):
        self.refused("BAD_UTILITY_ACCOUNT", self.sender.call, "tm_1_1", CHECK,
                     **self.of_service("8010000003"))
        self.assertEqual(self.provider.of("8010000003"), [])

    def test_a_silent_provider_is_a_fault_that_says_try_later_in_bounded_time(self):
        self.provider.scripts["7010000004"] = ["silent"]
        start = time.monotonic()
        with self.moves():
            fault = self.refused("PROVIDER_SILENT", self.sender.call, "tm_1_1", CHECK,
                                 **self.of_service("7010000004"))
        took = time.monotonic() - start
        self.assertGreaterEqual(took, CHECK_MS / 1000 * 0.9)
        self.assertLess(took, CHECK_MS / 1000 + 3 * SLOWER)
        self.assertTrue(fault.signed)

    def test_checks_that_wait_do_not_hold_up_other_requests(self):
        self.provider.scripts["7010000005"] = ["silent"]
        sender = [self.system_of(self.sender.login, self.sender.key) for _ in range(8)]
        seen = []

        def ask(agent):
            with self.assertRaises(Refusal) as raised:
                agent.call("tm_1_1", CHECK, **self.of_service("7010000005"))
            seen.append(raised.exception.code)
        threads = [threading.Thread(target=ask, args=(agent,)) for agent in sender]
        for thread in threads:
            thread.start()
        poll(lambda: self.provider.of("7010000005"), "a check at the provider")
        start = time.monotonic()
        self.assertEqual(self.sender.call("tm_1_1", "echo", text="here").returned.text, "here")
        self.assertLess(time.monotonic() - start, CHECK_MS / 1000)
        for thread in threads:
            thread.join()
        self.assertEqual(seen, ["PROVIDER_SILENT"] * 8)

    def test_an_agent_that_leaves_during_a_check_costs_nothing(self):
        self.provider.scripts["7010000006"] = ["silent"]
        for _ in range(3):
            message = self.sender.message("tm_1_1", CHECK, **self.of_service("7010000006"))
            gone = self.system_of(self.sender.login, self.sender.key)
            gone.call("tm_1_1", "echo", text="x")
            asked = len(self.provider.of("7010000006"))
            gone.http.send(b"POST /allpay-public-soap/transaction-management/v1.1 HTTP/1.1\r\n"
                           b"Host: node\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n"
                           % len(message) + message)
            poll(lambda: len(self.provider.of("7010000006")) > asked, "the provider is asked")
            gone.close()
        time.sleep(CHECK_MS / 1000)  # until their time is over
        self.assertEqual(self.sender.call("tm_1_1", CHECK, **self.of_service("7010000007"))
                         ["header/status"], "0")


class ManyChecks(ServicesCase):
    """More than there are places for works, at a silent provider."""
    CHECK_MS = 4000

    def connection(self, address):
        """From another address of this machine."""
        http = Http(self.soap.node.http, key=None)
        http.socket.close()
        http.socket = socket.create_connection(self.soap.node.http, 30 * SLOWER, (address, 0))
        self.addCleanup(http.close)
        return http

    def test_they_keep_nobody_else_out(self):
        """Two agents' systems ask, each at an address of its own; a third pays meanwhile."""
        account, path = "7010000008", SERVICES["tm_1_1"].path
        self.provider.scripts[account] = ["silent"] * 1000
        message = self.sender.message("tm_1_1", CHECK, **self.of_service(account))
        request = (f"POST {path} HTTP/1.1\r\nHost: node\r\nContent-Type: text/xml\r\n"
                   f"Content-Length: {len(message)}\r\n\r\n").encode() + message
        balance = self.sender.message("tm_1_1", "availableBalance")
        asking = []
        for address in ("127.0.0.2", "127.0.0.3"):
            system = self.system_of(self.sender.login, self.sender.key)
            system.http = self.connection(address)
            system.repeat("tm_1_1", "availableBalance", balance)  # so it is no stranger
            asking += [self.connection(address) for _ in range(5)]
        third = self.system_of(self.sender.login, self.sender.key)
        third.repeat("tm_1_1", "availableBalance", balance)
        start = time.monotonic()
        for http in asking:
            http.send(request * 60)
        poll(lambda: third.post("tm_1_1", balance).status == 200, "a place for another agent")
        for _ in range(10):
            self.start(third, "createCashInPayment", toUserName=self.client, amount="1.00",
                       GUID=new_guid())
        self.assertLess(time.monotonic() - start, self.CHECK_MS / 1000)
        statuses = {http.receive().status for http in asking for _ in range(60)}
        self.assertLessEqual(statuses, {500, 503})


class Pay(ServicesCase):
    def test_a_payment_is_completed_when_the_provider_says_so(self):
        order = self.order("7020000001")
        with self.moves({self.sender.login: -100_00, 77: 100_00}):
            answer = self.finish(self.sender, PAY, self.start(self.sender, PAY, **order))
        self.assertEqual(answer.status, "COMPLETED")
        payment = self.payment(self.sender, order["rrn"])
        asks = self.provider.of("7020000001")
        self.assertEqual([(ask.command, ask.id) for ask in asks], [("pay", str(payment["id"]))])

    def test_the_money_of_a_declined_one_is_the_agents_again(self):
        self.provider.scripts["7020000002"] = ["not_found"]
        order = self.order("7020000002")
        with self.moves():
            answer = self.finish(self.sender, PAY, self.start(self.sender, PAY, **order))
        self.assertEqual(answer.status, "DECLINED")
        self.assertEqual(self.soap.money(self.sender.login), (FLOAT, 0))

    def test_it_is_pending_as_long_as_the_provider_is_not_sure(self):
        self.provider.scripts["7020000003"] = ["later", "500", "close", "html", "ok"]
        order = self.order("7020000003")
        message = self.start(self.sender, PAY, **order)
        answer = self.finish(self.sender, PAY, message)
        self.assertEqual(answer.status, "COMPLETED")
        asks = self.provider.of("7020000003")
        self.assertEqual(len({ask.id for ask in asks}), 1)
        self.assertEqual(len(asks), 5)
        self.assertEqual(self.finish(self.sender, PAY, message).status, "COMPLETED")
        self.assertEqual(len(self.provider.of("7020000003")), 5, "nobody is asked after the end")

    def test_nobody_declines_it_while_the_provider_may_have_it(self):
        self.provider.scripts["7020000004"] = ["silent", "ok"]
        order = self.order("7020000004")
        self.start(self.sender, PAY, **order)
        poll(lambda: self.provider.of("7020000004"), "the provider is asked")
        number = self.payment(self.sender, order["rrn"])["id"]
        declined = self.soap.operator.outcome("decline", number)
        self.assertEqual(declined.status, "AT_PROVIDER")
        self.assertEqual(self.state(self.sender, order["rrn"]), "HELD")
