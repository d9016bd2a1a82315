"""What a shop is told of a payment, what its answers do, and what it hears of them again."""
import json
import time
import unittest

from tests.integration import shop_message, shop_php
from tests.integration.checkout_case import CheckoutCase
from tests.integration.node import SLOWER, poll
from tests.integration.soap_world import restart_killed

# What counts as no answer in version 2; of these, what is none in version 1 either.
TROUBLES = (500, 404, "garbage", "empty", "html", "half", "huge")
SILENCES = ("close", "reset", "silent", ("slow", 3 * SLOWER, "DONE"))


class CallbackCase(CheckoutCase):
    CHECKOUT = {"callback_timeout_ms": 500 * SLOWER}

    def setUp(self):
        super().setUp()
        self.buyer = self.new_buyer(100_000_00)

    def begin(self, *script, shop=None, **fields):
        """Pays an order of 1.00, whose shop will answer so; the invoice."""
        shop = shop or self.shop
        invoice, form = shop.order(fields.pop("total", "1.00"), **{"version": "2", **fields})
        shop.scripts[invoice] = list(script) or ["DONE"]
        self.buyer.pay(form)
        return invoice

    def cancel(self, *script, shop=None, **fields):
        """The buyer cancels; the invoice."""
        shop = shop or self.shop
        invoice, form = shop.order("1.00", **{"version": "2", **fields})
        shop.scripts[invoice] = list(script) or ["DONE"]
        self.buyer.to_confirm(form)
        self.buyer.cancel()
        return invoice

    def check_told(self, invoice, count, shop=None):
        """It was told so often, and each time the same; then never again."""
        calls = (shop or self.shop).of(invoice)
        self.assertEqual(len(calls), count, invoice)
        number = str(self.payment_of(invoice, shop)["id"])
        for call in calls:
            self.assertEqual((call.told.transaction, call.told.status), (number, "SUCCESS"))

    def quiet(self):
        """The shop hears no more."""
        count = len(self.shop.calls)
        time.sleep(0.4)
        self.assertEqual(len(self.shop.calls), count)


class Answers(CallbackCase):
    def end(self, scripts, state, **fields):
        """All of them at once, until their end; each step was heard once."""
        invoices = {self.begin(*script, **fields): script for script in scripts}
        for invoice, script in invoices.items():
            with self.subTest(script=script):
                self.ends(invoice, state, seconds=30)
                at_once = {"close", "reset"} & set(map(str, script))  # asked anew at once
                if not at_once:
                    self.check_told(invoice, len(script))
        self.quiet()

    def test_each_trouble_of_version_2_then_done(self):
        self.end([(trouble, trouble, "DONE") for trouble in (*TROUBLES, *SILENCES, 302)],
                 "COMPLETED")

    def test_each_trouble_of_version_2_then_fail(self):
        self.end([(trouble, "FAIL") for trouble in (*TROUBLES, *SILENCES)], "DECLINED")

    def test_pending_twice(self):
        self.end([("PENDING", "PENDING", "DONE")], "COMPLETED")
        self.end([("PENDING", "PENDING", "FAIL")], "DECLINED")

    def test_done_in_odd_dress(self):
        self.end([("odd",), ("DONE",)], "COMPLETED")

    def test_silence_is_no_decline_in_version_1(self):
        self.end([(silence, silence, 200) for silence in SILENCES], "COMPLETED", version="1")
        self.end([(silence, silence, 500) for silence in SILENCES], "DECLINED", version=None)

    def test_any_body_of_200_completes_version_1(self):
        self.end([(body,) for body in ("garbage", "empty", "html", "FAIL", "PENDING", "huge")],
                 "COMPLETED", version="1.00")

    def test_the_pauses_grow(self):
        invoice = self.begin("PENDING", "PENDING", "PENDING", "PENDING", "DONE")
        self.ends(invoice, "COMPLETED")
        times = [call.time for call in self.shop.of(invoice)]
        pauses = [after - before for before, after in zip(times, times[1:])]
        for pause, least in zip(pauses, (0.048, 0.096, 0.192, 0.384)):  # a fifth less
            self.assertGreater(pause, least * 0.9)
            self.assertLess(pause, least * 1.6 + 0.3 * SLOWER)

    def test_a_version_that_nobody_knows_is_the_operators(self):
        for version in ("3", "1.5", "0"):
            with self.subTest(version):
                invoice = self.begin("DONE", version=version)
                self.shop.wait(invoice, 5)
                self.quiet()
                self.check_told(invoice, 5)
                self.assertEqual(self.state_of(invoice), "HELD")
        number = self.payment_of(invoice)["id"]
        events = [event for event in self.soap.node.events("callback_version")
                  if event["payment"] == number]
        self.assertEqual(len(events), 1)


class News(CallbackCase):
    """What is no SUCCESS is told until the shop has answered, and moves nothing."""

    def test_any_answer_is_an_acknowledgement(self):
        with self.moves():
            for answer in ("DONE", "FAIL", "PENDING", "garbage", 200, 500):
                for version in ("1", "2"):
                    invoice = self.cancel(answer, version=version)
                    self.shop.wait(invoice)
            self.quiet()
        self.assertEqual({call.told.status for call in self.shop.calls}, {"ERROR_USER_CANCELED"})
        self.assertEqual(len(self.shop.calls), 12)
        self.assertEqual(self.state_of(invoice), "DECLINED")

    def test_silence_is_none(self):
        invoice = self.cancel("silent", "close", "DONE")
        self.shop.wait(invoice, 3)
        self.quiet()
        self.assertEqual(set(self.shop.statuses(invoice)), {"ERROR_USER_CANCELED"})

    def test_already_paid(self):
        invoice = self.begin("DONE")
        self.ends(invoice, "COMPLETED")
        with self.moves():
            late = self.stranger()
            self.is_result(late.follow(late.show(self.shop.orders[invoice])))
            self.shop.wait(invoice, 2)
            self.quiet()
        self.assertEqual(self.shop.statuses(invoice), ["SUCCESS", "ERROR_ALREADY_PAID"])

    def test_nothing_is_told_of_what_nobody_has_confirmed(self):
        _, form = self.shop.order("1.00", version="2")
        self.stranger().show(form)
        self.buyer.to_confirm(form)
        self.quiet()
        self.assertEqual(self.shop.calls, [])


class Forms(CallbackCase):
    """How requests are signed, and how the answers are."""

    def pays(self, shop=None, **fields):
        shop = shop or self.shop
        invoice = self.begin("DONE", shop=shop, **fields)
        self.ends(invoice, "COMPLETED", shop)
        self.check_told(invoice, 1, shop)
        return shop.of(invoice)[0]

    def test_each_way_to_sign(self):
        for c14n in (shop_message.INCLUSIVE_COMMENTS, shop_message.EXCLUSIVE_COMMENTS):
            for hash_ in ("sha1", "sha256"):
                for prefix in (None, "ds", "WSReq"):
                    with self.subTest(c14n=c14n, hash_=hash_, prefix=prefix):
                        self.pays(sign={"c14n": c14n, "hash_": hash_, "prefix": prefix})

    def test_what_the_fields_module_leaves_empty(self):
        self.pays(version="2", back=False, success="", failure="", items=[shop_message.item()])

    def test_the_form_as_odd_clients_post_it(self):
        invoice, form = self.shop.order("1.00", version="2")
        lines = "\r\n".join(form[i:i + 76] for i in range(0, len(form), 76))
        for number, text in enumerate((lines, form.replace("+", " "), f"\t{form}\n")):
            page = self.buyer.show(text, **{"odd key[]": "1", "": "x", "loginName": "7705"})
            self.assertTrue(page.asks_for_password, number)

    def test_a_legacy_merchant_is_told_with_sha1(self):
        shop = self.new_shop(1024, "sha1", legacy_signature=True)
        self.pays(shop)

    def test_a_numeric_merchant(self):
        shop = self.new_shop(status_style=1)
        invoice = self.begin("DONE", shop=shop)
        self.ends(invoice, "COMPLETED", shop)
        cancelled = self.cancel("DONE", shop=shop)
        shop.wait(cancelled)
        self.assertEqual((shop.statuses(invoice), shop.statuses(cancelled)), (["0"], ["3"]))

    def test_who_may_see_the_buyer(self):
        self.assertEqual(self.pays().told.description or "", "")
        shop = self.new_shop(shows_buyers=True)
        self.assertEqual(self.pays(shop).told.description, self.buyer.login)

    def test_an_invoice_with_all_kinds_of_characters(self):
        for invoice in ("№ 1/<&>\"' ]]>", "сәлем", " x ", "INV-" + "9" * 50):
            with self.subTest(invoice):
                self.pays(invoice=invoice)

    def test_the_link_back_to_our_answer_is_not_followed_twice(self):
        """The ResponseURL is called as it stands, with its query."""
        call = self.pays(response=f"{self.shop.url}/callback?a=1&b=%20;c#part")
        self.assertEqual(call.path, "/callback?a=1&b=%20;c")

    def test_php(self):
        for exclusive in (False, True):
            invoice, text = self.shop.request("1.00", version="2")
            form = shop_php.sign(text.replace("{signature}", ""), self.shop.key, exclusive)
            self.buyer.pay(form)
            self.ends(invoice, "COMPLETED")
            told = shop_php.read(self.shop.of(invoice)[0].body, self.soap.key.public)
            self.assertEqual(
                told, {"verified": True, "same": True, "invoice": invoice, "status": "SUCCESS",
                       "transaction": str(self.payment_of(invoice)["id"]), "description": "",
                       "method": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"})
        forged = shop_php.read(self.shop.of(invoice)[0].body, self.shop.key.public)
        self.assertFalse(forged["verified"])


class Restarts(CallbackCase):
    def restart(self):
        restart_killed(self.soap)
        self.buyer.address = self.soap.node.http
        self.buyer.connection.close()
        self.buyer.connection.host, self.buyer.connection.port = self.soap.node.http

    def test_killed_between_held_and_told(self):
        self.shop.down()
        with self.moves({self.buyer.login: -1_00, self.shop.login: 1_00}):
            invoice = self.begin("DONE")
            self.assertEqual(self.state_of(invoice), "HELD")
            for _ in range(3):
                self.restart()
                self.assertEqual(self.state_of(invoice), "HELD")
            self.shop.up()
            self.ends(invoice, "COMPLETED")
            self.is_back(self.buyer.watch(), "paid")
        self.check_told(invoice, 1)

    def test_killed_while_the_shop_thinks(self):
        for answer, state, moved in (("DONE", "COMPLETED", 1_00), ("FAIL", "DECLINED", 0)):
            with self.moves({self.buyer.login: -moved, self.shop.login: moved}):
                invoice = self.begin(("slow", 0.3, answer), ("slow", 0.3, answer), answer)
                for count in (1, 2):
                    self.shop.wait(invoice, count)
                    self.restart()
                self.ends(invoice, state)
            self.check_told(invoice, 3)

    def test_killed_while_news_are_told(self):
        with self.moves():
            invoice = self.cancel("silent", "DONE")
            self.shop.wait(invoice)
            self.restart()
            self.shop.wait(invoice, 2)
            self.quiet()
        self.assertEqual(self.shop.statuses(invoice), ["ERROR_USER_CANCELED"] * 2)

    def test_a_stop_loses_none(self):
        self.shop.down()
        invoices = [self.begin("DONE") for _ in range(10)]
        self.soap.operator.close()
        self.soap.node.stop()
        self.soap.node.audit()
        self.soap.node.start()
        self.soap.operator = type(self.soap.operator)(self.soap.node.unix_path)
        self.shop.up()
        for invoice in invoices:
            self.ends(invoice, "COMPLETED")
            self.check_told(invoice, 1)


class Operator(CallbackCase):
    PERMILLE = 1000  # a minute: nothing is told again within a test by itself

    def rows(self, *arguments):
        self.ctl("flush")
        return json.loads(self.ctl("--json", "deliveries", "list", *arguments))["deliveries"]

    def test_told_again_now(self):
        invoice = self.begin("PENDING", "PENDING", "DONE")
        number = self.payment_of(invoice)["id"]
        told = len(self.shop.wait(invoice))
        row = poll(lambda: [row for row in self.rows() if row["payment"] == number and
                            row["attempts"] == 1], "it is listed")[0]
        self.assertEqual(row["state"], "paused")
        for _ in range(2):
            self.ctl("deliveries", "retry-now", number)
            self.shop.wait(invoice, told + 1)
            told = len(self.shop.of(invoice))
        self.ends(invoice, "COMPLETED")
        self.assertEqual([row for row in self.rows() if row["payment"] == number], [])

    def test_the_history(self):
        invoice = self.begin("PENDING", "fail_with_reason")
        number = self.payment_of(invoice)["id"]
        self.shop.wait(invoice)
        poll(lambda: [row for row in self.rows() if row["payment"] == number and
                      row["attempts"] == 1], "it is listed")
        self.ctl("deliveries", "retry-now", number)
        self.ends(invoice, "DECLINED")
        self.ctl("flush")
        shown = json.loads(self.ctl("--json", "deliveries", "show", number))
        self.assertEqual((shown["state"], shown["payment_state"], shown["attempts"],
                          shown["amount"]), ("ended", "DECLINED", 2, 1_00))
        self.assertEqual([attempt[2:] for attempt in shown["tries"]],
                         [["again", 200], ["refused", 200]])
        text = self.ctl("deliveries", "show", number)
        self.assertIn("its state    DECLINED", text)

    def test_one_silent_shop_does_not_keep_others_waiting(self):
        silent = self.new_shop()
        for _ in range(40):
            self.begin("silent", shop=silent)
        start = time.monotonic()
        invoice = self.begin("DONE")
        self.ends(invoice, "COMPLETED")
        self.assertLess(time.monotonic() - start, 5 * SLOWER)


class Webhooks(CallbackCase):
    def setUp(self):
        super().setUp()
        self.hooked = self.new_shop(webhooks=True)

    def test_paid(self):
        invoice = self.begin("DONE", shop=self.hooked, total="12.34")
        self.ends(invoice, "COMPLETED", self.hooked)
        event, = [call.event for call in self.hooked.of(invoice)]
        number = self.payment_of(invoice, self.hooked)["id"]
        self.assertEqual(event["type"], "checkout.paid")
        self.assertEqual(event["id"], f"tiyn_{number}_SUCCESS")
        self.assertLess(abs(event["stamp"] - time.time()), 60)
        self.assertRegex(event["timestamp"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
        self.assertEqual(event["data"], {
            "invoice": invoice, "transaction": str(number), "status": "SUCCESS",
            "amount": "12.34", "currency": "KZT", "auto_complete": True})

    def test_a_repeat_is_the_same_event(self):
        invoice = self.begin(500, 302, "close", "silent", 404, 204, shop=self.hooked)
        self.ends(invoice, "COMPLETED", self.hooked, 30)
        events = [call.event for call in self.hooked.of(invoice)]
        self.assertGreaterEqual(len(events), 6)
        self.assertEqual(len({event["id"] for event in events}), 1)
        self.assertEqual(len({call.body for call in self.hooked.of(invoice)}), 1)

    def test_refused(self):
        for status in (410, 422):
            invoice = self.begin(status, shop=self.hooked)
            self.ends(invoice, "DECLINED", self.hooked)

    def test_news(self):
        invoice = self.cancel(500, shop=self.hooked)
        event = self.hooked.wait(invoice)[0].event
        self.assertEqual((event["type"], event["data"]["status"]),
                         ("checkout.canceled", "ERROR_USER_CANCELED"))


if __name__ == "__main__":
    unittest.main()
