"""What the tests of agents' payments share: parties made for one test, what became of a payment,
and the books before and after."""
import contextlib
import itertools
import threading

from tests.integration.node import poll
from tests.integration.rpc_client import STATES, Rpc
from tests.integration.soap_client import Agent, Refusal, new_guid, request_body, request_part
from tests.integration.soap_contract import OPERATIONS
from tests.integration.soap_node import FEES, PRIVILEGES, SoapCase
from tests.integration.soap_sign import Key

FLOAT = 1_000_000_00  # tiyn on an agent's account
CHECK_USER, BALANCE, CASH_IN, CASH_IN_AVTOBYS, CASH_OUT, CASH_OUT_WITHOUT_TOKEN, PAY_FOR_GOODS, \
    PAY_FOR_SERVICES, VOSTOK_PLAT = (1 << bit for bit in range(9))
PAY = ("cash_in", "createCashInPayment")
FINAL = ("COMPLETED", "DECLINED")
BAD_SIGNATURE = "Sign Error: bad sign or authorization token"

numbers = itertools.count(1)


def money(tiyn):
    """12.34 of 1234, as agents write it."""
    return f"{tiyn // 100}.{tiyn % 100:02d}"


def signed(tiyn):
    return ("-" if tiyn < 0 else "+" if tiyn > 0 else "") + money(abs(tiyn))


def service_of(operation):
    """The newest service that has the operation."""
    return OPERATIONS[operation].services[0]


class Books:
    """Balances and holds of some accounts. rows: of (label, account)."""

    def __init__(self, soap, rows):
        self.soap, self.rows = soap, list(rows)
        self.before = self.read()
        self.after = None

    def read(self):
        return {account: self.soap.money(account) for _, account in self.rows}

    def moved(self):
        """{account: (balance, hold)}, what changed of each."""
        self.after = self.read()
        return {account: tuple(new - old for new, old in zip(self.after[account],
                                                             self.before[account]))
                for _, account in self.rows}

    def table(self, expected=None):
        """The accounts before and after, for people."""
        lines = [f"{'account':<22} {'before':>14} {'held':>11} {'after':>14} {'held':>11} "
                 f"{'moved':>12}" + ("" if expected is None else f" {'expected':>12}")]
        for label, account in self.rows:
            old, new = self.before[account], self.after[account]
            cells = [f"{label + ' ' + str(account):<22}", f"{signed(old[0]):>14}",
                     f"{money(old[1]):>11}", f"{signed(new[0]):>14}", f"{money(new[1]):>11}",
                     f"{signed(new[0] - old[0]):>12}"]
            if expected is not None:
                balance, hold = expected[account]
                cells.append(f"{signed(balance):>12}" + (f" held {signed(hold)}" if hold else ""))
            lines.append(" ".join(cells))
        return "\n".join(lines)


class WorldCase(SoapCase):
    """One node for the class; parties are made for each test."""
    PRINTS = False  # show the books of all tests, not only of those that fail

    def setUp(self):
        self.parties = [("fees", FEES)]

    # ---- Parties

    def number(self, label, prefix):
        """A new login, whose account is among the test's books."""
        login = str(prefix * 1_000_000 + next(numbers))
        self.parties.append((label, int(login)))
        return login

    def new_agent(self, float_=FLOAT, key=None, hash_="sha1", label="agent", **fields):
        """An agent's system; fields: of its record."""
        login = self.number(label, 72223)
        key = key or Key.make(1024, "world")
        fields = {"legacy_signature": True, "privileges": PRIVILEGES, **fields}
        self.soap.add_agent(login, key, **fields)
        if float_:
            self.soap.fund(login, float_)
        return self.system_of(login, key, hash_)

    def system_of(self, login, key, hash_="sha1", **options):
        agent = Agent(self.soap.node.http, key, self.soap.key.public, login=login, hash_=hash_,
                      **options)
        self.addCleanup(agent.close)
        return agent

    def new_client(self, balance=0, account=None, label="client", **fields):
        """The login of a new client. account: fields of its account, such as the ceiling."""
        login = self.number(label, 77051)
        self.soap.account(login, "wallet", **(account or {}))
        self.soap.put(f"client/{login}", account=int(login), **fields)
        if balance:
            self.soap.fund(login, balance)
        return login

    def new_merchant(self, **fields):
        """(login, terminal) of a new merchant with one wallet."""
        login = self.number("merchant", 72224)
        self.soap.account(login, "merchant")
        self.soap.put(f"merchant/{login}", name="Shop", wallets=[int(login)], **fields)
        return login, self.new_terminal(login)

    def new_terminal(self, merchant, **fields):
        terminal = f"K{next(numbers)}"
        self.soap.put(f"terminal/{terminal}", merchant=int(merchant), name="Till", **fields)
        return terminal

    # ---- Payments

    def start(self, agent, operation, **fields):
        """The first request of a terminal payment, which must be PENDING; its bytes."""
        service = service_of(operation)
        message = agent.message(service, operation, **fields)
        self.assertEqual(agent.repeat(service, operation, message).status, "PENDING")
        return message

    def finish(self, agent, operation, message):
        """Repeats it until it is no longer PENDING; the answer."""
        def answer():
            got = agent.repeat(service_of(operation), operation, message)
            return got if got.status in FINAL else None
        return poll(answer, "a repeat ends the payment")

    def pay(self, agent, operation, **fields):
        """A terminal payment to its end, which must be COMPLETED."""
        message = self.start(agent, operation, **fields)
        self.assertEqual(self.finish(agent, operation, message).status, "COMPLETED")

    def at_once(self, agent, asks):
        """Sends each (operation, message) on a connection of its own, all at the same time; what
        each was answered, a status or a refusal's code."""
        answers, ready = [None] * len(asks), threading.Barrier(len(asks))

        def ask(place, operation, message):
            system, service = self.system_of(agent.login, agent.key), service_of(operation)
            system.post(service, b"<x/>")  # connected
            ready.wait(60)
            try:
                answers[place] = system.repeat(service, operation, message).status
            except Refusal as refusal:
                answers[place] = refusal.code
        threads = [threading.Thread(target=ask, args=(place, *one))
                   for place, one in enumerate(asks)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertNotIn(None, answers, "one had no answer")
        return answers

    def payment(self, agent, reference):
        """The ledger's record of a payment, None when there is none; its state by name."""
        if "-" in reference:
            reference = reference.strip("{}").lower()
        status, record = self.soap.operator.record("lookup", reference.encode(),
                                                   {"requester": int(agent.login)})
        if status == "PAYMENT_NOT_FOUND":
            return None
        self.assertEqual(status, "DONE")
        return {**record, "state": STATES[record["state"]]}

    def state(self, agent, reference):
        payment = self.payment(agent, reference)
        return payment and payment["state"]

    def check_legs(self, agent, reference, *legs):
        """Expects just these legs, (debit, credit, tiyn) each."""
        told = [tuple(leg[:3]) for leg in self.payment(agent, reference)["legs"]]
        self.assertEqual(told, [(int(debit), int(credit), amount)
                                for debit, credit, amount in legs])

    # ---- Books

    @contextlib.contextmanager
    def moves(self, changes=None, held=None):
        """Expects that balances, and what is held of them, change by so much and no more on all of
        the test's accounts: {account: tiyn}. Without arguments: that nothing moves."""
        books = Books(self.soap, self.parties)
        changes = {int(account): tiyn for account, tiyn in (changes or {}).items()}
        held = {int(account): tiyn for account, tiyn in (held or {}).items()}
        unknown = (changes.keys() | held.keys()) - {account for _, account in self.parties}
        self.assertFalse(unknown, "accounts that are not the test's")
        self.assertEqual(sum(changes.values()), 0, "money comes from somewhere")
        yield books
        expected = {account: (changes.get(account, 0), held.get(account, 0))
                    for _, account in self.parties}
        if books.moved() != expected:
            self.fail(f"the books:\n{books.table(expected)}")
        if self.PRINTS:
            print(f"\n{self.id().split('.')[-1]}\n{books.table()}", flush=True)


class AbuseCase(WorldCase):
    SETTINGS = {"repeat_after_ms": 1}

    def setUp(self):
        super().setUp()
        self.victim = self.new_agent()
        self.client = self.new_client()
        self.guid = new_guid()

    def body(self, agent=None, requester=None, amount="100.00", client=None, guid=None):
        """A createCashInPayment that nothing is wrong with."""
        header = (agent or self.victim).header(requester=requester or (agent or self.victim).login)
        fields = {"toUserName": client or self.client, "amount": amount,
                  "GUID": guid or self.guid}
        return request_body(*PAY, request_part(PAY[1], header, fields))

    def good(self, agent=None, **changes):
        agent = agent or self.victim
        return agent.sign(self.body(agent, **changes))

    def attack(self, message, code="BAD_SIGNATURE", agent=None):
        """Sends it: the fixed fault, unsigned; no payment and no money moved."""
        agent = agent or self.victim
        with self.moves():
            fault = self.refused(code, agent.answer, *PAY, message, agent.post(PAY[0], message))
        self.assertIsNone(self.payment(agent, self.guid))
        self.assertFalse(fault.signed, "an answer to who is not known is not signed")
        if code == "BAD_SIGNATURE":
            self.assertEqual((fault.status, fault.faultstring, fault.faultcode.split(":")[1]),
                             (500, BAD_SIGNATURE, "Client"))
        return fault

    def believed(self, message, agent=None):
        """The same way is good for what is no attack."""
        agent = agent or self.victim
        answer = agent.answer(*PAY, message, agent.post(PAY[0], message))
        self.assertIn(answer.status, ("PENDING", "COMPLETED"))
        self.assertIsNotNone(self.payment(agent, self.guid))


def restart_killed(soap):
    """SIGKILL, and a new process on what the old one left."""
    soap.operator.close()
    soap.node.kill()
    soap.node.start()
    soap.operator = Rpc(soap.node.unix_path)
