"""The client's own account of what it sent and what it was told: what the node is held against."""
import collections
import threading

AGENTS = range(101, 105)     # have all the money they need
WALLETS = range(201, 241)
SHOPS = range(301, 304)
POOR = 401                   # never gets any money: all that it pays is refused
ISSUER = 1
FLOAT = 10**15


class Record:
    """One payment. state: as acknowledged, or None while nothing is known of it. asked: the
    complete or decline whose outcome is not known. refused: the status that said no."""
    __slots__ = ("fields", "id", "sequence", "state", "asked", "refused")

    def __init__(self, fields):
        self.fields = fields
        self.id = self.sequence = self.state = self.asked = self.refused = None

    @property
    def reference(self):
        return self.fields[0]

    @property
    def legs(self):
        return self.fields[2]


class Wrong(Exception):
    """The node contradicts what it acknowledged."""


def must(condition, *what):
    if not condition:
        raise Wrong(*what)


class Book:
    def __init__(self):
        self.lock = threading.Lock()
        self.records = []       # all that was ever sent
        self.fresh = []         # sent or changed since the last check
        self.ids = {}           # payment id -> record: each id once
        self.counts = collections.Counter()

    def send(self, records):
        with self.lock:
            self.records += records
            self.fresh += records

    def opened(self, record, outcome):
        """The answer to an open, new or repeated."""
        if outcome.status == "BUSY":  # nothing was done, nothing is known
            self.counts["BUSY"] += 1
            return
        if outcome.status not in ("DONE", "REPLAYED"):
            must(record.state is None, "refused after it was made", record.fields, outcome)
            must(record.refused in (None, outcome.status), "refused otherwise", record.fields,
                 outcome)
            record.refused = outcome.status
            self.counts[outcome.status] += 1
            return
        must(record.refused is None, "made after it was refused", record.fields, outcome)
        self.counts[outcome.status] += 1
        with self.lock:
            other = self.ids.setdefault(outcome.payment, record)
        must(other is record, "one id for two payments", record.fields, other.fields)
        if record.state is None:
            record.id, record.state = outcome.payment, outcome.state
            record.sequence = outcome.sequence
            return
        must(outcome.status == "REPLAYED", "made twice", record.fields, outcome)
        must(outcome.payment == record.id, "another id", record.fields, outcome, record.id)
        if record.asked is None:
            must((outcome.state, outcome.sequence) == (record.state, record.sequence),
                 "another state", record.fields, outcome, record.state, record.sequence)

    def ended(self, record, method, outcome):
        """The answer to a complete or decline."""
        if outcome.status == "BUSY":
            self.counts["BUSY"] += 1
            return
        must(outcome.status in ("DONE", "REPLAYED"), method, record.fields, outcome)
        must(outcome.payment == record.id, "another id", record.fields, outcome)
        must(outcome.state == {"complete": "COMPLETED", "decline": "DECLINED"}[method],
             method, record.fields, outcome)
        record.state, record.sequence, record.asked = outcome.state, outcome.sequence, None
        self.counts[method] += 1

    def balances(self):
        """account -> (debits_pending, debits_posted, credits_pending, credits_posted)."""
        sums = collections.defaultdict(lambda: [0, 0, 0, 0])
        for record in self.records:
            if record.state == "COMPLETED":
                for debit, credit, amount in record.legs:
                    sums[debit][1] += amount
                    sums[credit][3] += amount
            elif record.state == "HELD":
                net = collections.Counter()
                for debit, credit, amount in record.legs:
                    net[debit] -= amount
                    net[credit] += amount
                for account, amount in net.items():
                    sums[account][2 if amount > 0 else 0] += abs(amount)
        return sums

    def made(self):
        return [record for record in self.records if record.state is not None]
