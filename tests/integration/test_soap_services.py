"""Paying for services: the agent asks, the provider is asked, and what it says is what is told."""
import threading
import time

from tests.integration.node import SLOWER, poll
from tests.integration.outbox_case import section
from tests.integration.provider import Provider
from tests.integration.soap_client import Refusal, rrns
from tests.integration.soap_node import SoapNode
from tests.integration.soap_world import FLOAT, WorldCase

SERVICE, CHECK_MS = 185, 600 * SLOWER
CHECK, PAY = "payForServicesCheck", "payForServicesPay"


class ServicesCase(WorldCase):
    @classmethod
    def setUpClass(cls):
        cls.provider = Provider()
        cls.addClassCleanup(cls.provider.close)
        cls.soap = SoapNode(providers={"one": section(cls.provider, total_timeout_ms=60_000)},
                            outbox={"pause_permille": 5, "breaker_failures": 100,
                                    "check_timeout_ms": CHECK_MS}, repeat_after_ms=1)
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
