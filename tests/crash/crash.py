#!/usr/bin/env python3
"""Kills a node with SIGKILL again and again under load, and holds what it says afterwards against
what it acknowledged before: every acknowledged payment is there once with its result, nothing that
was refused was posted, what had no answer was posted once or not at all, and the audit holds.

    TIYN=build/tiyn tests/crash/crash.py [--kills N] [--seed N]"""
import argparse
import json
import os
import pathlib
import random
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.crash import book as names  # noqa: E402
from tests.crash.book import Book, Wrong, must  # noqa: E402
from tests.crash.load import KINDS  # noqa: E402
from tests.integration.node import GATEWAY, Node  # noqa: E402
from tests.integration.rpc_client import OVERDRAFT, STATES, Outcome, Rpc, pay  # noqa: E402

CHECK_BATCH = 2000
SAMPLE = 2000  # records of earlier rounds that each check looks at again


def fill(node):
    with Rpc(node.unix_path) as operator:
        accounts = [(names.ISSUER, "issuer", OVERDRAFT), (names.POOR, "wallet", 0)]
        accounts += [(number, "agent", 0) for number in names.AGENTS]
        accounts += [(number, "wallet", 0) for number in names.WALLETS]
        accounts += [(number, "merchant", 0) for number in names.SHOPS]
        for number, kind, flags in accounts:
            operator.outcome("account_open", {"id": number, "kind": kind, "flags": flags})
        for agent in names.AGENTS:
            done = operator.open(pay(f"float-{agent}", names.ISSUER, agent, names.FLOAT,
                                     requester=7))
            must(done[0].status == "DONE", done)


def in_flight(client, method, targets, most=256):
    """Calls method for each target, many at once; yields (target, answer)."""
    targets, calls = iter(targets), {}
    while True:
        while len(calls) < most:
            target = next(targets, None)
            if target is None:
                break
            calls[client.send(method, target)] = target
        if not calls:
            return
        msgid = next(iter(calls))
        yield calls.pop(msgid), client.answer(msgid)


def lookup(client, references):
    """reference -> the stored payment, or None."""
    found = {}
    for reference, (status, record) in in_flight(client, "lookup", references):
        must(status == 0 or record is None, reference, status)
        found[reference] = record
    return found


def replay(client, book, records):
    """Asks again for all of them: the answers must be what is known, or settle what is not."""
    deadline = time.monotonic() + 30
    while records:
        part, records = records[:CHECK_BATCH], records[CHECK_BATCH:]
        for record, outcome in zip(part, client.open(*(record.fields for record in part))):
            book.opened(record, outcome)
            if outcome.status == "BUSY":
                must(time.monotonic() < deadline, "busy with nothing to do", outcome)
                records.append(record)


def settle_ends(client, records):
    """Completes and declines without an answer: done or not, and asking again gives one answer."""
    found = lookup(client, [record.reference for record in records])
    for record in records:
        target = {"complete": "COMPLETED", "decline": "DECLINED"}[record.asked]
        state = STATES[found[record.reference]["state"]]
        must(state in ("HELD", target), "neither held nor", record.asked, record.fields, state)
        outcome = client.outcome(record.asked, record.reference)
        must(outcome.status == ("DONE" if state == "HELD" else "REPLAYED"), record.fields, outcome)
        yield record, outcome


def check(client, book, dice):
    """After a restart; returns how many had no answer, and how many of them had been made."""
    fresh, book.fresh = book.fresh, []
    unknown = [record for record in fresh if record.state is None and record.refused is None]
    refused = [record for record in fresh if record.refused]
    stored = lookup(client, [record.reference for record in unknown])
    made = [record for record in unknown if stored[record.reference] is not None]
    for record in made:
        payment = stored[record.reference]
        must([leg[:3] for leg in payment["legs"]] == record.legs, "other legs", record.fields)
        must(record.legs[0][0] != names.POOR, "posted without money", record.fields)
        record.id, record.state = payment["id"], STATES[payment["state"]]
        record.sequence = payment["sequence"]
        must(record.state == {"post": "COMPLETED", "hold": "HELD"}[record.fields[3]],
             "half made", record.fields, record.state)
    for reference, payment in lookup(client, [r.reference for r in refused]).items():
        must(payment is None, "refused, and there", reference, payment)
    ends = [record for record in fresh if record.asked and record.state == "HELD"]
    for record, outcome in list(settle_ends(client, ends)):
        book.ended(record, record.asked, outcome)
    replay(client, book, fresh)
    replay(client, book, dice.choices(book.records, k=min(SAMPLE, len(book.records))))
    return len(unknown) + len(ends), len(made)


def life(node, book, dice, number):
    """One life of the node: load, a kill, perhaps one more while it recovers, and the check."""
    clients = [kind(node, book, random.Random(dice.getrandbits(64)), f"{number}.{place}")
               for place, kind in enumerate(KINDS)]
    for client in clients:
        client.start()
    lived = dice.uniform(0.1, 1.4)
    time.sleep(lived)  # the moment is what the seed chooses
    must(node.process.poll() is None, "the node ended by itself", node.log())
    node.kill()
    for client in clients:
        client.join()
        if client.wrong:
            raise client.wrong
    recoveries = dice.choice((0, 0, 0, 1, 2))
    for _ in range(recoveries):
        node.launch()
        time.sleep(dice.uniform(0.002, 0.12))
        node.kill()
    started = time.monotonic()
    node.start()
    started = time.monotonic() - started
    with Rpc(node.rpc) as client:
        unknown, made = check(client, book, dice)
    print(f"kill {number}: after {lived:.2f} s"
          + (f" and {recoveries} more while it recovered" if recoveries else "")
          + f", ready in {started:.2f} s; {len(book.records)} sent in all, {unknown} had no answer,"
          f" {made} of them had been made", flush=True)


def last_check(node, book):
    """Everything once more, the balances, and the audit."""
    with Rpc(node.rpc) as client:
        replay(client, book, book.records)
        sums = book.balances()
        for agent in names.AGENTS:
            sums[names.ISSUER][1] += names.FLOAT
            sums[agent][3] += names.FLOAT
        for number in (names.ISSUER, names.POOR, *names.AGENTS, *names.WALLETS, *names.SHOPS):
            account = client.account(number)
            has = [account[name] for name in ("debits_pending", "debits_posted",
                                              "credits_pending", "credits_posted")]
            must(has == sums[number], "balances", number, has, sums[number])
    node.stop()
    segments = [int(path.stem) for path in (node.data / "journal").glob("*.seg")]
    must(max(segments) >= 3, "the ledger is too small to change segments", segments)
    audit = node.command("audit", "--json", node.data)
    must(audit.returncode == 0, audit.stdout, audit.stderr)
    result = json.loads(audit.stdout)
    made = book.made()
    must(result["payments"] == len(made) + len(names.AGENTS), "payments", result, len(made))
    must(result["open_payments"] == sum(record.state == "HELD" for record in made), result)
    must(result["debits_posted_tiyn"] == sum(entry[1] for entry in sums.values()), result)
    print(f"audit: {audit.stdout.strip()}")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=26)
    parser.add_argument("--seed", type=int, default=20250131)
    options = parser.parse_args()
    dice, book = random.Random(options.seed), Book()
    gateway = {**GATEWAY, "accounts": "all"}
    node = Node(gateways={"shop": gateway}, node={"loops": 2},
                ledger={"checkpoint_ms": 40, "open_payments_max": 1 << 20})
    try:
        node.start()
        fill(node)
        for number in range(1, options.kills + 1):
            life(node, book, dice, number)
        last_check(node, book)
    except (Wrong, AssertionError) as error:
        print(f"WRONG (seed {options.seed}):", *error.args, file=sys.stderr)
        print(f"data kept in {node.folder}", file=sys.stderr)
        if node.process is not None:
            node.kill()
        os._exit(1)
    print(f"{options.kills} kills under load, {len(book.records)} payments sent, "
          f"{dict(book.counts)}")
    node.close()


if __name__ == "__main__":
    main()
