#!/usr/bin/env python3
"""Kills a node with SIGKILL again and again while buyers pay at shops and the shops are told, and
holds its ledger against what the buyers saw and what the shops answered: what a buyer was shown as
begun is there, its shop was told of it under one number, it ended as the shop said or as the buyer
wished, nobody is told of what is not there, money is where the endings say; and the audit holds.

    TIYN=build/tiyn tests/crash/checkout.py [--kills N] [--seed N]"""
import argparse
import http.client
import json
import os
import pathlib
import random
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.crash.book import Wrong, must  # noqa: E402
from tests.integration.buyer import Buyer  # noqa: E402
from tests.integration.checkout_case import LOOPBACK, PASSWORD, password_hash  # noqa: E402
from tests.integration.node import poll  # noqa: E402
from tests.integration.rpc_client import STATES, Rpc  # noqa: E402
from tests.integration.shop import Shop  # noqa: E402
from tests.integration.soap_node import SoapNode  # noqa: E402
from tests.integration.soap_sign import Key  # noqa: E402

MERCHANT, BUYERS = "72224000001", [f"7705100000{number}" for number in range(1, 5)]
WEALTH, PRICE = 1_000_000_00, 1_00
CLOCKS = 0.005  # seconds that two clocks, read one after the other, may differ
TROUBLES = {"1": ("close", "silent", "reset"),
            "2": ("PENDING", 500, "garbage", "close", "silent", "reset")}
YES, NO = {"1": 200, "2": "DONE"}, {"1": 500, "2": "FAIL"}


class Order:
    """What a buyer did about one invoice. yes: the shop's last word. shown: the node said that it
    is under way."""

    def __init__(self, yes, cancel):
        self.yes, self.cancel, self.shown = yes, cancel, False


class Buying(threading.Thread):
    """Pays one order after the other until the node is gone. orders: by invoice, all whose button
    was pressed."""

    def __init__(self, node, shop, login, dice, orders):
        super().__init__()
        self.shop, self.dice, self.orders = shop, dice, orders
        self.buyer = Buyer(node.http, login, PASSWORD)
        self.error = None

    def buy(self):
        dice, version = self.dice, self.dice.choice("12")
        order = Order(dice.random() < 0.7, dice.random() < 0.15)
        invoice, form = self.shop.order("1.00", version=version)
        self.shop.scripts[invoice] = [
            dice.choice(TROUBLES[version]) for _ in range(dice.choice((0, 0, 0, 1, 2)))] + [
            (YES if order.yes else NO)[version]]
        self.buyer.show(form)
        page = self.buyer.log_in()
        if page.status == 503:  # as many log-ins as there may be
            return
        must(page.status == 200 and page.confirms, page)
        self.orders[invoice] = order
        page = self.buyer.cancel() if order.cancel else self.buyer.confirm()
        must(page.status == 303, page)
        order.shown = True

    def run(self):
        try:
            while True:
                self.buy()
        except (OSError, http.client.HTTPException):
            pass
        except Exception as error:  # the thread of the test raises it
            self.error = error
        self.buyer.close()


def life(soap, shop, dice, orders):
    """One life; how long it was."""
    begin, node = time.monotonic(), soap.node
    buyers = [Buying(node, shop, login, random.Random(dice.getrandbits(64)), orders)
              for login in BUYERS]
    for buyer in buyers:
        buyer.start()
    time.sleep(dice.uniform(0.2, 2))  # the moment is what the seed chooses
    must(node.process.poll() is None, "the node ended by itself", node.log())
    soap.operator.close()
    node.kill()
    seconds = time.monotonic() - begin
    for buyer in buyers:
        buyer.join()
        if buyer.error is not None:
            raise buyer.error
    for _ in range(dice.choice((0, 0, 1, 2))):  # and while it recovers
        node.launch()
        time.sleep(dice.uniform(0.002, 0.12))
        node.kill()
    node.start()
    soap.operator = Rpc(node.unix_path)
    return seconds


def settled(soap, orders):
    """invoice -> its payment or None, when all have ended; else None."""
    found = {}
    for invoice in orders:
        status, payment = soap.operator.record("lookup", invoice.encode(),
                                               {"requester": int(MERCHANT)})
        must(status in ("DONE", "PAYMENT_NOT_FOUND"), invoice, status)
        if status == "DONE" and STATES[payment["state"]] == "HELD":
            return None
        found[invoice] = payment if status == "DONE" else None
    return found


def check_order(shop, invoice, order, payment):
    """Whether it was completed."""
    calls = shop.of(invoice)
    if payment is None:
        must(not order.shown, "shown as begun, and not there", invoice)
        must(not calls, "told of what is not there", invoice, calls)
        return False
    told = {(call.told.transaction, call.told.status) for call in calls}
    status = "ERROR_USER_CANCELED" if order.cancel else "SUCCESS"
    must(told == {(str(payment["id"]), status)}, "told otherwise", invoice, told, payment)
    completed = order.yes and not order.cancel
    must(STATES[payment["state"]] == ("COMPLETED" if completed else "DECLINED"),
         "it ended otherwise", invoice, vars(order), payment)
    if not order.cancel:
        ended = payment["changed_ns"] / 1e9 - (time.time() - time.monotonic())
        must(calls[-1].time <= ended + CLOCKS, "told after its end", invoice, calls, ended)
    return completed


def last_check(soap, shop, orders):
    found = poll(lambda: settled(soap, orders), "all payments end", 60)
    news = [invoice for invoice, order in orders.items() if order.cancel and found[invoice]]
    poll(lambda: all(shop.of(invoice) for invoice in news), "the shop hears of all", 60)
    completed = sum(check_order(shop, invoice, order, found[invoice])
                    for invoice, order in orders.items())
    declined = sum(payment is not None for payment in found.values()) - completed
    must(min(completed, declined, len(news)) > 0, "nothing to look at", completed, declined)
    must(soap.money(MERCHANT) == (completed * PRICE, 0), "the merchant's", soap.money(MERCHANT))
    left = [soap.money(login) for login in BUYERS]
    must(all(held == 0 for _, held in left), "held for nothing", left)
    must(sum(balance for balance, _ in left) == len(BUYERS) * WEALTH - completed * PRICE,
         "the buyers'", left)
    must(not shop.errors, "a callback was not as it must be", shop.errors)
    soap.operator.close()
    soap.node.stop()
    audit = soap.node.command("audit", "--json", soap.node.data)
    must(audit.returncode == 0, audit.stdout, audit.stderr)
    must(json.loads(audit.stdout)["open_payments"] == 0, audit.stdout)
    return completed, declined


def open_world():
    """A node, a shop at it, and buyers with money."""
    soap = SoapNode(loops=2, ledger={"checkpoint_ms": 40}, outbox={"pause_permille": 1},
                    checkout={"callback_allow": LOOPBACK, "callback_timeout_ms": 500}).fill()
    key = Key.make(2048, "shop")
    soap.account(MERCHANT, "merchant")
    soap.put(f"merchant/{MERCHANT}", name="Shop", wallets=[int(MERCHANT)])
    soap.add_key(MERCHANT, 1, key)
    for login in BUYERS:
        soap.add_client(login, password=password_hash(PASSWORD))
        soap.fund(login, WEALTH)
    return soap, Shop(MERCHANT, key, soap.key.public)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=20250131)
    options = parser.parse_args()
    dice, orders = random.Random(options.seed), {}
    soap, shop = open_world()
    try:
        for number in range(1, options.kills + 1):
            seconds = life(soap, shop, dice, orders)
            print(f"kill {number}: after {seconds:.2f} s; {len(orders)} orders, "
                  f"{len(shop.calls)} callbacks", flush=True)
        completed, declined = last_check(soap, shop, orders)
    except (Wrong, AssertionError) as error:
        print(f"WRONG (seed {options.seed}):", *error.args, file=sys.stderr)
        print(f"data kept in {soap.node.folder}", file=sys.stderr)
        if soap.node.process is not None:
            soap.node.kill()
        os._exit(1)
    print(f"{options.kills} kills, {len(orders)} orders, {completed} completed, {declined} "
          f"declined, {len(shop.calls)} callbacks")
    soap.node.close()
    shop.close()


if __name__ == "__main__":
    main()
