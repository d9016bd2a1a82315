"""What strangers try with a checkout, beyond its forms (test_webshop_abuse.py has those): places a
callback must not reach, floods, guesses; and what a page must carry for its browser to be safe."""
import base64
import hashlib
import http.server
import re
import socket
import threading
import time
import unittest

from tests.integration.buyer import REQUEST_PATH
from tests.integration.checkout_case import PASSWORD, CheckoutCase, RefusedCase
from tests.integration.node import SANITIZED, poll


class Pages(CheckoutCase):
    """Headers and forms of each page, and that its own policy lets it do what it does."""

    def check(self, page):
        self.assertEqual(page.header("Content-Type"), "text/html; charset=utf-8", page)
        for name, value in (("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store"),
                            ("Referrer-Policy", "no-referrer"), ("X-Frame-Options", "DENY")):
            self.assertEqual(page.header(name), value)
        policy = {}
        for part in page.header("Content-Security-Policy").split(";"):
            name, *values = part.split()
            policy[name] = values
        self.assertEqual([policy[name] for name in ("default-src", "frame-ancestors", "base-uri")],
                         [["'none'"]] * 3)
        self.assertEqual(set(policy["form-action"]) - {"'self'"},  # back to the shop, and on
                         {"http:"} if page.reader.all("form") else set())
        for tag, source in (("style", "style-src"), ("script", "script-src")):
            for text in re.findall(rf"<{tag}>(.*?)</{tag}>", page.html, re.S):
                digest = hashlib.sha256(text.encode()).digest()
                self.assertIn(f"'sha256-{base64.b64encode(digest).decode()}'", policy[source])
            self.assertFalse([value for value in policy[source] if "sha256" not in value])
        for tag, attributes in page.reader.elements:
            self.assertFalse({name for name in attributes if name.startswith("on")}, tag)
            self.assertFalse({"style", "src", "srcset", "background"} & set(attributes), tag)
            self.assertNotIn(tag, ("link", "iframe", "object", "embed", "base"))

    def check_cookies(self, page, secure=False):
        for cookie in page.cookies:
            flags = cookie.attributes
            self.assertEqual((flags.get("httponly"), flags["samesite"]), ("", "Lax"), flags)
            self.assertTrue(flags["path"].startswith("/mfs/"))
            self.assertEqual("secure" in flags, secure)
            self.assertNotIn("domain", flags)

    def test_every_page(self):
        buyer = self.new_buyer()
        invoice, form = self.shop.order("1.00", version="2")
        pages = [buyer.show(form), buyer.log_in(password="wrong horse"), buyer.log_in()]
        self.shop.scripts[invoice] = [("slow", 0.5, "FAIL")]
        confirmed = buyer.confirm()
        self.check_cookies(confirmed)
        self.assertEqual(confirmed.header("Cache-Control"), "no-store")
        pages.append(buyer.follow(confirmed))
        self.is_back(buyer.watch(), "failed")
        self.assertEqual(buyer.page.header("Referrer-Policy"), "no-referrer")
        pages += [buyer.ask("POST", "/mfs/checkout/confirm", {"webshopRequest": form}),
                  self.stranger().show("!"), self.stranger().ask("GET", "/mfs/checkout/watch/"
                                                                 "0000000001")]
        for page in pages:
            with self.subTest(page=page.title):
                self.check(page)
                self.check_cookies(page)

    def test_a_browser_that_leaves_many_checkouts_alone(self):
        """Its cookies never make a header that the node does not take."""
        buyer = self.new_buyer()
        for _ in range(150):
            _, form = self.shop.order("1.00", timeout=86400)
            self.assertEqual(buyer.show(form).status, 200, len(buyer.jar))
        self.assertTrue(buyer.log_in().confirms)

    def test_cookies_behind_tls(self):
        """Only whom the config trusts says that there is TLS in front."""
        buyer = self.buyer_of("1", X_Forwarded_Proto="https")
        page = buyer.show(self.shop.order()[1])
        self.check_cookies(page, secure=False)

    def test_other_methods_and_types(self):
        stranger = self.stranger()
        form = self.shop.order()[1]
        for method in ("GET", "PUT", "DELETE", "PATCH"):
            self.assertIn(stranger.ask(method, REQUEST_PATH).status, (400, 405, 501), method)
        for kind in ("text/plain", "application/json", "multipart/form-data; boundary=x"):
            page = stranger.ask("POST", REQUEST_PATH, f"webshopRequest={form}".encode(),
                                Content_Type=kind)
            self.assertEqual(page.status, 415, kind)

    def test_nothing_secret_is_logged(self):
        buyer = self.new_buyer()
        invoice, form = self.shop.order("1.00")
        buyer.pay(form)
        buyer.watch()
        self.stranger().show("!!" + form)
        cookies = [cookie.value for cookie in buyer.jar.values()]
        for secret in (form[:60], form[-60:], PASSWORD, invoice, *cookies):
            self.assertNotIn(secret, self.soap.node.log())


class Inside(RefusedCase):
    """Callbacks go nowhere but to public addresses and where the config lets them."""
    CHECKOUT = {"callback_allow": "127.0.0.1"}

    LITERALS = ("127.0.0.2", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255",
                "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
                "255.255.255.255", "198.18.0.1", "192.0.2.1", "[::]", "[::1]", "[::2]",
                "[fe80::1]", "[fc00::1]", "[fd00::1]", "[ff02::1]", "[::ffff:10.0.0.1]",
                "[::ffff:a00:1]", "[::ffff:127.0.0.2]", "[::10.0.0.1]", "[64:ff9b::a00:1]",
                "[64:ff9b::10.0.0.1]", "[2002:a00:1::]", "[2001:db8::1]", "[2001::1]")
    SPELLED = ("127.2", "0x7f000002", "2130706434", "0177.0.0.2", "127.0.0.2.", "0", "0x7f.0.0.2",
               "127.000.000.002", "[::1%25lo]", "[::ffff:0x7f.1]", "①②⑦.0.0.2")

    def test_literal_addresses(self):
        for host in self.LITERALS:
            with self.subTest(host):
                _, form = self.shop.order(response=f"http://{host}:{self.shop.port}/")
                self.refused(form, "URL_REFUSED", "ResponseURL")

    def test_addresses_spelled_so_that_libraries_differ(self):
        for host in self.SPELLED:
            with self.subTest(host):
                _, form = self.shop.order(response=f"http://{host}:{self.shop.port}/")
                page = self.stranger().show(form)
                self.assertEqual(page.status, 400, page)
                self.assertRegex(page.text, "URL_REFUSED|FIELD_WRONG")

    def test_the_browser_may_be_sent_anywhere(self):
        """Links are the buyer's to follow, from where the buyer is."""
        _, form = self.shop.order(success="http://192.168.1.1/a", failure="http://[::1]/b")
        self.assertTrue(self.stranger().show(form).asks_for_password)

    def test_what_the_config_allows(self):
        buyer = self.new_buyer()
        invoice, form = self.shop.order("1.00")
        buyer.pay(form)
        self.ends(invoice, "COMPLETED")


class InsideByName(RefusedCase):
    """Nothing is allowed: names are looked at once they are resolved."""
    CHECKOUT = {"callback_allow": "192.0.2.1"}

    def names(self):
        """Names of this machine that lead to where its own services are."""
        found = set()
        for name in (socket.gethostname(), "ip6-localhost", "ip6-loopback"):
            try:
                socket.getaddrinfo(name, self.shop.port)
                found.add(name)
            except OSError:
                pass
        return found

    def test_localhost(self):
        for host in ("localhost", "LOCALHOST", "localhost.", "a.localhost"):
            _, form = self.shop.order(response=f"http://{host}:{self.shop.port}/")
            self.refused(form, "URL_REFUSED", "ResponseURL")

    def test_names_that_lead_inside(self):
        names = self.names()
        self.assertTrue(names, "this machine has no name")
        for name in names:
            with self.subTest(name):
                buyer = self.new_buyer()
                invoice, form = self.shop.order("1.00", response=f"http://{name}:{self.shop.port}/")
                with self.moves(held={buyer.login: 1_00}):
                    buyer.pay(form)
                    number = self.payment_of(invoice)["id"]
                    silent = poll(lambda: [event for event in
                                           self.soap.node.events("shop_silent")
                                           if event["payment"] == number], "it is refused")
                    self.assertIn("not a public one", str(silent[0]))
        self.assertEqual(self.shop.calls, [])


class Redirect(CheckoutCase):
    CHECKOUT = {"callback_allow": "127.0.0.1"}

    def test_a_redirect_is_not_followed(self):
        heard = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                heard.append(self.path)
                self.send_error(200)

            do_POST = do_GET
        inside = http.server.HTTPServer(("127.0.0.2", 0), Handler)
        self.addCleanup(inside.server_close)
        thread = threading.Thread(target=inside.serve_forever, args=(0.02,))
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(inside.shutdown)
        buyer = self.new_buyer()
        to = ("to", f"http://127.0.0.2:{inside.server_port}/")
        for version, script, state in (("1", [to], "DECLINED"), ("2", [to, "DONE"], "COMPLETED")):
            invoice, form = self.shop.order("1.00", version=version)
            self.shop.scripts[invoice] = script
            buyer.pay(form)
            self.ends(invoice, state)
        self.assertEqual(heard, [])


class Flood(CheckoutCase):
    CHECKOUTS = 2_000 if SANITIZED else 10_000
    REQUESTS = 100  # shown again and again: each time it is another checkout

    def show(self, forms, count, errors):
        stranger = self.stranger()
        for number in range(count):
            page = stranger.show(forms[number % len(forms)])
            if not page.asks_for_password:
                errors.append(page)
            stranger.jar.clear()

    def many(self, forms, count):
        errors = []
        threads = [threading.Thread(target=self.show, args=(forms, count // 4, errors))
                   for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(errors, [])

    def test_open_checkouts_take_no_memory(self):
        forms = [self.shop.order("1.00")[1] for _ in range(self.REQUESTS)]
        self.many(forms, self.CHECKOUTS // 5)  # what buffers take once
        before = self.soap.node.rss()
        start = time.monotonic()
        self.many(forms, self.CHECKOUTS)
        seconds = time.monotonic() - start
        grown = self.soap.node.rss() - before
        print(f"\n{self.CHECKOUTS} open checkouts in {seconds:.1f} s: {grown:+.1f} MiB, "
              f"{grown * 1048576 / self.CHECKOUTS:.0f} bytes each", flush=True)
        if not SANITIZED:  # those keep what was freed
            self.assertLess(grown, 4)
        buyer = self.new_buyer()
        invoice, form = self.shop.order("1.00")
        buyer.pay(form)
        self.ends(invoice, "COMPLETED")


class Guesses(CheckoutCase):
    def tries(self, count, login):
        """Statuses of so many wrong tries."""
        stranger = self.stranger()
        stranger.show(self.shop.order()[1])
        return [stranger.log_in(login, "wrong horse").status for _ in range(count)]

    def test_of_one_login_and_from_one_address(self):
        buyer = self.new_buyer()
        self.assertEqual(self.tries(4, buyer.login), [403, 403, 403, 429])
        self.assertEqual(self.tries(1, buyer.login), [429], "another browser is no way round")
        page = buyer.show(self.shop.order()[1])
        page = buyer.log_in()
        self.assertEqual(page.status, 429, "nor the right one")
        time.sleep(int(page.header("Retry-After")))
        buyer.press(page=page, login=buyer.login, password=PASSWORD)
        self.assertTrue(buyer.page.confirms, buyer.page)
        logins = [str(77059000000 + number) for number in range(30)]
        statuses = [status for login in logins for status in self.tries(1, login)]
        self.assertIn(429, statuses, "one address tries many logins")
        self.assertEqual(statuses[:15], [403] * 15, "people behind one address")


if __name__ == "__main__":
    unittest.main()
