#!/usr/bin/env python3
"""Kills a node with SIGKILL again and again while it tells a provider of payments, and holds its
ledger against the provider's own log: each payment was told under one id, done once, never asked
about again once a final answer was heard, and ended as the provider says; and the audit holds.

    TIYN=build/tiyn tests/crash/deliveries.py [--kills N] [--seed N]"""
import argparse
import json
import os
import pathlib
import random
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.crash.book import Wrong, must  # noqa: E402
from tests.integration.case import AGENT, SHOP, open_accounts  # noqa: E402
from tests.integration.node import Node, poll  # noqa: E402
from tests.integration.outbox_case import DELIVERS, order, section  # noqa: E402
from tests.integration.provider import Provider  # noqa: E402
from tests.integration.rpc_client import STATES, Closed, Rpc  # noqa: E402

BROKEN = (Closed, ConnectionError, TimeoutError, OSError)
CONCURRENCY = 16
AMOUNT = 100
TIMEOUT_MS = 1000  # that the node waits for an answer
CLOCKS = 0.005  # seconds that two clocks, read one after the other, may differ
CLOSED = ("close", "reset")
TROUBLES = ("later", "temporary", "500", "html", "close", "reset", "half", "silent", 777)


class Payments(threading.Thread):
    """Opens payments until the node is gone. All that were sent are in `orders`, by reference."""

    def __init__(self, node, provider, dice, orders, name):
        super().__init__()
        self.node, self.provider, self.dice = node, provider, dice
        self.orders, self.name_ = orders, name
        self.made = 0
        self.error = None

    def order(self):
        dice, account = self.dice, f"{self.name_}.{self.made}"
        self.made += 1
        ending = "ok" if dice.random() < 0.7 else dice.choice(("not_found", "forbidden"))
        if dice.random() < 0.2:
            ending = dice.uniform(0.01, 0.2)  # yes, after a while
        self.provider.scripts[account] = [dice.choice(TROUBLES) for _ in
                                          range(dice.choice((0, 0, 0, 0, 1, 2)))] + [ending]
        made = order(account, amount=AMOUNT)
        self.orders[made[0]] = account
        return made

    def run(self):
        try:
            with Rpc(self.node.rpc) as client:
                while True:
                    some = [self.order() for _ in range(self.dice.choice((1, 5, 20)))]
                    for outcome in client.open(*some):
                        must(outcome.status in ("DONE", "BUSY"), outcome)
                    time.sleep(self.dice.uniform(0, 0.1))
        except BROKEN:
            pass
        except Exception as error:  # the thread of the test raises it
            self.error = error


def life(node, provider, dice, orders, number, kills):
    """One life; adds the moments of its kills, and returns how long it was."""
    begin = time.monotonic()
    clients = [Payments(node, provider, random.Random(dice.getrandbits(64)), orders,
                        f"{number}.{place}") for place in range(2)]
    for client in clients:
        client.start()
    time.sleep(dice.uniform(0.1, 1.4))  # the moment is what the seed chooses
    must(node.process.poll() is None, "the node ended by itself", node.log())
    node.kill()
    kills.append(time.monotonic())
    for client in clients:
        client.join()
        if client.error is not None:
            raise client.error
    for _ in range(dice.choice((0, 0, 0, 1, 2))):  # and while it recovers
        node.launch()
        time.sleep(dice.uniform(0.002, 0.12))
        node.kill()
        kills.append(time.monotonic())
    node.start()
    return kills[-1] - begin


def check_asks(provider):
    """account -> the moments when it was asked about, under one id."""
    ids, moments = {}, {}
    for ask in provider.asks:
        must(ids.setdefault(ask.account, ask.id) == ask.id, "two ids", ask)
        moments.setdefault(ask.account, []).append(ask.time)
    return moments


def check_moments(operator, payment, moments, kills, resent):
    """Nobody asked once the payment had ended; and each request was recorded, but for one that a
    kill came after. resent: how often the provider closed a connection without an answer, after
    which the HTTP client may have sent the request once more. Returns how many have no record."""
    wall = time.time() - time.monotonic()  # what the ledger's times are ahead of ours
    ended = payment["changed_ns"] / 1e9 - wall
    must(max(moments) <= ended + CLOCKS, "asked after a final answer", payment, moments, ended)
    if len(moments) == 1:
        return 0
    shown = operator.call("node.delivery", payment["id"])
    begin = shown["created_ns"] / 1e9 - wall
    lost = sum(begin - CLOCKS <= kill <= max(moments) + CLOCKS for kill in kills)
    early = sum(verdict != "again" for _, _, verdict, _ in shown["tries"][:-1])
    must(early <= lost, "asked after an answer that was the last word", shown, moments, kills)
    must(len(moments) <= shown["attempts"] + lost + resent, "a request that nobody recorded", shown,
         moments, kills)
    return max(0, len(moments) - shown["attempts"])


def settled(client, orders):
    """reference -> the payment, when all have ended; else None."""
    found = {}
    for reference in orders:
        status, payment = client.record("lookup", reference)
        if status == "PAYMENT_NOT_FOUND":
            found[reference] = None  # it was sent, and not made
            continue
        must(status == "DONE", reference, status)
        if STATES[payment["state"]] == "HELD":
            return None
        found[reference] = payment
    return found


def last_check(node, provider, orders, kills):
    with Rpc(node.rpc) as client, Rpc(node.unix_path) as operator:
        found = poll(lambda: settled(client, orders), "all payments end", 120)
        moments = check_asks(provider)
        asked = {ask.account: ask.id for ask in provider.asks}
        completed = declined = repeats = 0
        operator.call("node.flush")
        for reference, account in orders.items():
            payment = found[reference]
            if payment is None:
                must(account not in asked, "told of a payment that is not there", account)
                continue
            must(asked.get(account) == str(payment["id"]), "another id", account, payment["id"])
            done = asked[account] in provider.paid
            must(STATES[payment["state"]] == ("COMPLETED" if done else "DECLINED"),
                 "the provider says otherwise", account, done, payment)
            completed += done
            declined += not done
            resent = sum(step in CLOSED for step in provider.scripts[account])
            repeats += check_moments(operator, payment, moments[account], kills, resent)
        must(completed == len(provider.paid), "paid there and not here", completed)
        must(min(completed, declined) > 0, "nothing to look at", completed, declined)
        agent, shop = client.account(AGENT), client.account(SHOP)
        must(shop["credits_posted"] == completed * AMOUNT and agent["debits_pending"] == 0,
             "balances", shop, agent, completed)
        for reference in random.Random(1).sample(sorted(orders), min(300, len(orders))):
            if found[reference] is not None:
                check_record(operator, provider, found[reference])
    node.stop()
    audit = node.command("audit", "--json", node.data)
    must(audit.returncode == 0, audit.stdout, audit.stderr)
    must(json.loads(audit.stdout)["open_payments"] == 0, audit.stdout)
    return completed, repeats


def check_record(operator, provider, payment):
    """What the ledger tells of the delivery is what the provider said."""
    shown = operator.call("node.delivery", payment["id"])
    done = STATES[payment["state"]] == "COMPLETED"
    must(shown["tries"][-1][2] == ("ok" if done else "refused"), shown)
    if done:
        must(shown["provider_id"].decode() == provider.paid[str(payment["id"])], shown)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--seed", type=int, default=20250131)
    options = parser.parse_args()
    dice, orders, kills = random.Random(options.seed), {}, []
    provider = Provider()
    node = Node(gateways={"shop": DELIVERS}, node={"loops": 2}, ledger={"checkpoint_ms": 40},
                providers={"one": section(provider, concurrency=CONCURRENCY,
                                          total_timeout_ms=TIMEOUT_MS)},
                outbox={"pause_permille": 5, "breaker_failures": 20, "breaker_pause_ms": 50})
    try:
        node.start()
        open_accounts(node)
        for number in range(1, options.kills + 1):
            seconds = life(node, provider, dice, orders, number, kills)
            print(f"kill {number}: after {seconds:.2f} s; {len(orders)} payments, "
                  f"{len(provider.asks)} asked about, {len(provider.paid)} paid", flush=True)
        completed, repeats = last_check(node, provider, orders, kills)
    except (Wrong, AssertionError) as error:
        print(f"WRONG (seed {options.seed}):", *error.args, file=sys.stderr)
        print(f"data kept in {node.folder}", file=sys.stderr)
        if node.process is not None:
            node.kill()
        os._exit(1)
    print(f"{options.kills} kills, {len(orders)} payments sent, {completed} completed; "
          f"{len(provider.asks)} requests, {repeats} of them left no record: a kill came after, "
          "or a connection broke")
    node.close()
    provider.close()


if __name__ == "__main__":
    main()
