"""What the tests of the checkout share: a node, shops, buyers, and a clock that can be put on."""
import ctypes
import ctypes.util
import functools
import os
import pathlib
import tempfile
import unittest

from tests.integration import shop as shops
from tests.integration.buyer import Buyer
from tests.integration.node import SANITIZED, poll
from tests.integration.rpc_client import STATES
from tests.integration.soap_sign import Key
from tests.integration.soap_world import WorldCase

PASSWORD = "correct horse battery"
LOOPBACK = "127.0.0.0/8"  # where the tests' shops are
FAKETIME = "faketime/libfaketimeMT.so.1"  # somewhere in Debian's folders of libraries


@functools.lru_cache(maxsize=None)
def password_hash(password):
    """As `tiyn ctl client password` stores it, by libsodium itself."""
    sodium = ctypes.CDLL(ctypes.util.find_library("sodium"))
    assert sodium.sodium_init() >= 0
    text, data = ctypes.create_string_buffer(128), password.encode()
    assert sodium.crypto_pwhash_str(text, data, ctypes.c_ulonglong(len(data)),
                                    ctypes.c_ulonglong(2), ctypes.c_size_t(19 << 20)) == 0
    return text.value.decode()


class CheckoutCase(WorldCase):
    """One node for the class; shops and buyers are made for each test. A shop is told again after
    0.06 s (PERMILLE of a minute), then twice as long."""
    PERMILLE = 1
    CHECKOUT = {}
    SETTINGS = {}

    @classmethod
    def setUpClass(cls):
        cls.SETTINGS = {**cls.SETTINGS, "outbox": {"pause_permille": cls.PERMILLE},
                        "checkout": {"callback_allow": LOOPBACK, "callback_timeout_ms": 2000,
                                     **cls.CHECKOUT}}
        super().setUpClass()

    def setUp(self):
        super().setUp()
        self.shop = self.new_shop()

    # ---- Parties

    def new_shop(self, bits=2048, hash_="sha256", webhooks=False, context=None, **fields):
        """fields: of the merchant's record."""
        key = Key.make(bits, "shop")
        if webhooks:
            fields = {"callback": 1, "webhook_secret": shops.WEBHOOK_SECRET, **fields}
        login, _ = self.new_merchant(**fields)
        self.soap.add_key(login, 1, key)
        shop = shops.Shop(login, key, self.soap.key.public, hash_=hash_, webhooks=webhooks,
                          context=context)
        self.addCleanup(self.close_shop, shop)
        return shop

    def close_shop(self, shop):
        shop.close()
        self.assertEqual(shop.errors, [], "a callback was not as it must be")

    def new_buyer(self, balance=1000_00, **fields):
        login = self.new_client(balance, label="buyer", password=password_hash(PASSWORD), **fields)
        return self.buyer_of(login)

    def buyer_of(self, login, **options):
        """Another browser of the same buyer."""
        buyer = Buyer(self.soap.node.http, login, PASSWORD, **options)
        self.addCleanup(buyer.close)
        return buyer

    def stranger(self, **options):
        return self.buyer_of(None, **options)

    # ---- Payments

    def payment_of(self, invoice, shop=None):
        """The ledger's record of the invoice's payment; None: there is none. Its state by name."""
        status, record = self.soap.operator.record(
            "lookup", invoice.encode(), {"requester": int((shop or self.shop).login)})
        if status == "PAYMENT_NOT_FOUND":
            return None
        self.assertEqual(status, "DONE")
        return {**record, "state": STATES[record["state"]]}

    def state_of(self, invoice, shop=None):
        payment = self.payment_of(invoice, shop)
        return payment and payment["state"]

    def ends(self, invoice, state, shop=None, seconds=15):
        poll(lambda: self.state_of(invoice, shop) == state, f"{invoice} becomes {state}", seconds)

    # ---- Pages

    def is_result(self, page, *words):
        """A page that says how it ended, by itself."""
        self.assertEqual(page.status, 200, page)
        self.assertFalse(page.waits or page.asks_for_password or page.confirms, page)
        for word in words:
            self.assertIn(word, page.text)

    def is_back(self, page, ending, shop=None):
        """The browser is sent to the shop's own page of this ending, "paid" or "failed"."""
        self.assertEqual(page.status, 303, page)
        self.assertTrue(page.location.startswith((shop or self.shop).url), page.location)
        self.assertTrue(page.location.endswith("/" + ending), page.location)

    def ctl(self, *arguments, code=0):
        node = self.soap.node
        done = node.command("ctl", "--socket", node.unix_path, *arguments)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout if code == 0 else done.stderr


class RefusedCase(CheckoutCase):
    def refused(self, form, code, field=None, invoice=None):
        """An error page that tells the shop this; nothing is recorded."""
        page = self.stranger().show(form)
        self.assertEqual(page.status, 400, page)
        self.assertRegex(page.text, rf"\b{code}\b")
        if field:
            self.assertRegex(page.text, rf"\b{field}\b")
        self.assertFalse(page.asks_for_password or page.cookies or page.links, page)
        if invoice:
            self.assertIsNone(self.payment_of(invoice))
        return page


class Clock:
    """A clock of the node's alone: put on by seconds, with libfaketime. Only the wall clock: what
    is paced by the monotonic one goes on as it does."""

    def __init__(self):
        self.file = pathlib.Path(tempfile.mkstemp(prefix="tiyn-clock-")[1])
        self.on = 0
        self.put(0)

    @property
    def command(self):
        """What the node is run by."""
        library, = pathlib.Path("/usr/lib").glob(f"*/{FAKETIME}")
        return ("env", f"LD_PRELOAD={library}", f"FAKETIME_TIMESTAMP_FILE={self.file}",
                "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1", "DONT_FAKE_MONOTONIC=1")

    def put(self, seconds):
        """On by so many more."""
        self.on += seconds
        new = self.file.with_suffix(".new")
        new.write_text(f"+{self.on}\n")
        os.replace(new, self.file)

    def close(self):
        self.file.unlink()


class ClockCase(CheckoutCase):
    """With a clock that can be put on: self.clock.put(600)."""

    @classmethod
    def setUpClass(cls):
        if SANITIZED:
            raise unittest.SkipTest("libfaketime does not go with sanitizers")
        cls.clock = Clock()
        cls.addClassCleanup(cls.clock.close)
        cls.SETTINGS = {**cls.SETTINGS, "before": cls.clock.command}
        super().setUpClass()
