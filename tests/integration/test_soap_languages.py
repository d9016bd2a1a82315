"""What people are told: each refusal has its stable code, and its text in Russian, English and
Kazakh, as the request's lang asks."""
import re
import unittest

from tests.integration import soap_sign
from tests.integration.node import ROOT, Node, poll
from tests.integration.rpc_client import pay
from tests.integration.soap_client import Agent, Refusal, new_guid, request_body, request_part, \
    rrns
from tests.integration.soap_node import PAYER_CLIENT, PAYER_MERCHANT
from tests.integration.soap_sign import Key
from tests.integration.soap_world import PAY, PAY_FOR_GOODS, WorldCase, service_of

LANGUAGES = ("ru", "en", "kk")
DATE = "2026-11-25T02:41:19.765Z"
FIXED = {"CERTIFICATE_NUMBER_MISSING": "Header https://allpay.kz certificateNumber not provided",
         "BAD_SIGNATURE": "Sign Error: bad sign or authorization token",
         "PRIVILEGE_MISSING": "Privilege PAY_FOR_GOODS not found for user "}
SERVER = {"INTERNAL", "NO_NODE_KEY"}  # the agent asks again
UNSIGNED = {"BAD_XML", "BAD_ENVELOPE", "UNKNOWN_OPERATION", "BAD_REQUEST", "BAD_SIGNATURE",
            "CERTIFICATE_NUMBER_MISSING"}
UNREADABLE = {"BAD_XML", "BAD_ENVELOPE", "UNKNOWN_OPERATION"}  # so is their lang: Russian
# Only a node that is full, slow or has no key says these, or one with a provider to ask.
ELSEWHERE = {"NODE_BUSY", "OUTCOME_UNKNOWN", "NO_NODE_KEY", "PROVIDER_REFUSED", "PROVIDER_SILENT"}


def all_codes():
    """The refusals that the node knows."""
    text = (ROOT / "protocols" / "agent_soap" / "refusals.h").read_text()
    listed = text.split("#define SOAP_REFUSAL_MAP(X)")[1].split("#define SOAP_MESSAGE_MAP")[0]
    return set(re.findall(r"^    X\(([A-Z_]+),", listed, re.M))


def language_of(text):
    """A guess by the letters."""
    if re.search("[ӘәҒғҚқҢңӨөҰұҮүҺһІі]", text):
        return "kk"
    return "ru" if re.search("[А-я]", text) else "en"


class LanguageCase(WorldCase):
    SETTINGS = {"repeat_after_ms": 1, "amount_max": "5000.00"}

    def setUp(self):
        super().setUp()
        self.till, self.client = self.new_agent(), self.new_client(balance=1000_00)
        self.merchant, self.terminal = self.new_merchant()
        self.reached = {}

    def cash_in(self, client=None, amount="1.00"):
        return {"toUserName": client or self.client, "amount": amount, "GUID": new_guid()}

    def check_texts(self, code, told):
        """told: {lang: Refusal}."""
        texts = {lang: fault.text for lang, fault in told.items()}
        for lang, fault in told.items():
            self.assertEqual(fault.code, code)
            wanted = FIXED.get(code, fault.text)
            self.assertTrue(fault.faultstring.startswith(wanted), fault.faultstring)
            self.assertEqual(fault.faultcode.split(":")[1],
                             "Server" if code in SERVER else "Client")
            self.assertEqual(fault.status, 503 if code in SERVER else 500)
            self.assertEqual(fault.signed, code not in UNSIGNED)
            self.assertEqual(language_of(fault.text), "ru" if code in UNREADABLE else lang, texts)
        self.assertEqual(len(set(texts.values())), 1 if code in UNREADABLE else 3, texts)
        self.reached[code] = texts

    def refuses(self, code, call):
        """call(lang), in each language."""
        with self.subTest(code):
            told = {}
            for lang in LANGUAGES:
                with self.assertRaises(Refusal) as raised, self.moves():
                    call(lang)
                told[lang] = raised.exception
            self.check_texts(code, told)

    def asks(self, code, operation, agent=None, **fields):
        """A refusal of a well-signed request."""
        agent = agent or self.till

        def call(lang):
            agent.lang = lang
            agent.call(service_of(operation), operation, **fields)
        self.refuses(code, call)

    def sends(self, code, make, service="cash_in"):
        """A refusal of the bytes make(lang)."""
        def call(lang):
            message = make(lang)
            self.till.answer(service, "echo", message, self.till.post(service, message))
        self.refuses(code, call)


class Refusals(LanguageCase):
    def test_every_refusal_in_every_language(self):
        for group in (self.message, self.fields, self.persons, self.accounts, self.tokens,
                      self.transactions, self.money, self.machine):
            group()
        self.assertEqual(all_codes() - self.reached.keys(), ELSEWHERE)
        for lang in LANGUAGES:
            texts = [told[lang] for code, told in self.reached.items()
                     if lang == "ru" or code not in UNREADABLE]
            self.assertEqual(len(set(texts)), len(texts), "two refusals say the same")

    def signed(self, lang, old="", new="", **options):
        part = request_part(PAY[1], self.till.header(lang=lang),
                            {"toUserName": self.client, "amount": "1", "GUID": new_guid()})
        text = soap_sign.envelope(request_body(*PAY, part), soap_sign.template("sha1"), **options)
        return soap_sign.sign(text.replace(old, new), self.till.key)

    def message(self):
        self.sends("BAD_XML", lambda lang: self.signed(lang) + b"<")
        self.sends("BAD_ENVELOPE", lambda lang: self.signed(lang, soap_sign.ENVELOPE, "urn:e"))
        self.sends("UNKNOWN_OPERATION", lambda lang: self.signed(lang, PAY[1], "createCash"))
        self.sends("BAD_REQUEST", lambda lang: self.signed(lang, "amount>", "sum>"))
        self.sends("CERTIFICATE_NUMBER_MISSING",
                   lambda lang: self.signed(lang, certificate=None))
        self.sends("BAD_SIGNATURE", lambda lang: self.signed(lang).replace(b">1<", b">2<"))
        poor = self.new_agent(privileges=511 & ~PAY_FOR_GOODS, label="few rights")
        self.asks("PRIVILEGE_MISSING", "payForGoodsCheck", poor, toUserName=self.client,
                  terminalId=self.terminal)

    def fields(self):
        good = {"toUserName": self.client, "amount": "1", "GUID": new_guid(), "valueDate": DATE}
        goods = {"toUserName": self.client, "amount": "1", "terminalId": self.terminal,
                 "rrn": next(rrns)}
        services = {"toUserName": self.client, "amount": "1", "servicePublicCode": 17,
                    "utilityAccountNumber": "1", "valueDate": DATE, "rrn": next(rrns)}

        def timestamp(lang):
            self.till.call(*PAY, {"timestamp": "now", "lang": lang}, **good)
        self.refuses("BAD_TIMESTAMP", timestamp)
        self.asks("BAD_USER_NAME", PAY[1], **{**good, "toUserName": "+77071234567"})
        self.asks("BAD_AMOUNT", PAY[1], **{**good, "amount": "1.001"})
        self.asks("BAD_GUID", PAY[1], **{**good, "GUID": "17"})
        self.asks("BAD_DATE", PAY[1], **{**good, "valueDate": "25.11.2026"})
        self.asks("AMOUNT_TOO_LARGE", PAY[1], **{**good, "amount": "5000.01"})
        self.asks("BAD_RRN", "payForGoodsPay", **{**goods, "rrn": "x" * 65})
        self.asks("BAD_TERMINAL_ID", "payForGoodsPay", **{**goods, "terminalId": "T-1"})
        self.asks("BAD_TOKEN", "createCashOut", fromUserName=self.client, amount="1",
                  GUID=new_guid(), token="12345")
        self.asks("BAD_TRANSACTION_ID", "completeTransaction", GUID=new_guid(),
                  transactionId="-1")
        self.asks("BAD_SERVICE_CODE", "payForServicesPay",
                  **{**services, "servicePublicCode": "x"})
        self.asks("BAD_UTILITY_ACCOUNT", "payForServicesPay",
                  **{**services, "utilityAccountNumber": ""})
        self.asks("SERVICE_NOT_FOUND", "payForServicesPay", **services)
        record = {"name": "Water", "merchant": int(self.merchant), "provider": 1}
        self.soap.put("service/17", **record, minimum=1_01)
        self.asks("BELOW_MINIMUM", "payForServicesPay", **services)
        self.soap.put("service/17", **record, maximum=99)
        self.asks("ABOVE_MAXIMUM", "payForServicesPay", **services)
        self.soap.put("service/17", **record, blocked=True)
        self.asks("SERVICE_UNAVAILABLE", "payForServicesPay", **services)

    def persons(self):
        fields = self.cash_in()
        self.start(self.till, PAY[1], **fields)
        self.asks("DUPLICATE_RRN", PAY[1], **{**fields, "amount": "2.00"})
        self.asks("CLIENT_NOT_FOUND", PAY[1], **self.cash_in("77069999999"))
        self.asks("CLIENT_BLOCKED", PAY[1], **self.cash_in(self.new_client(blocked=True)))
        goods = {"toUserName": self.client, "terminalId": "K000"}
        self.asks("TERMINAL_NOT_FOUND", "payForGoodsCheck", **goods)
        goods["terminalId"] = self.new_terminal(self.merchant, blocked=True)
        self.asks("TERMINAL_BLOCKED", "payForGoodsCheck", **goods)
        _, goods["terminalId"] = self.new_merchant(blocked=True)
        self.asks("MERCHANT_BLOCKED", "payForGoodsCheck", **goods)
        dear = self.new_agent(label="dear")
        self.soap.tariff("cash_in", dear.login, fixed=1_00, payer=PAYER_CLIENT)
        self.asks("FEE_EXCEEDS_AMOUNT", PAY[1], dear, **self.cash_in())

    def accounts(self):
        frozen = self.new_agent(label="frozen agent")
        self.soap.change_account(frozen.login, flags=1)
        self.asks("AGENT_BLOCKED", PAY[1], frozen, **self.cash_in())
        merchant, terminal = self.new_merchant()
        self.soap.change_account(merchant, flags=1)
        self.asks("ACCOUNT_FROZEN", "payForGoodsCheck", toUserName=self.client,
                  terminalId=terminal)
        closed = self.new_client()
        self.soap.change_account(closed, flags=2)
        self.asks("ACCOUNT_CLOSED", PAY[1], **self.cash_in(closed))
        self.soap.put("client/77068888888", account=77068888888)
        self.asks("ACCOUNT_NOT_FOUND", PAY[1], **self.cash_in("77068888888"))

    def tokens(self):
        def cash_out(token, amount="1"):
            return {"fromUserName": self.client, "amount": amount, "GUID": new_guid(),
                    "token": token}
        token = self.soap.token(self.client)
        wrong = f"{(int(token) + 1) % 1000000:06d}"
        self.asks("TOKEN_WRONG", "createCashOut", **cash_out(wrong))
        self.till.call("cash_out", "createCashOut", **cash_out(token))
        self.asks("TOKEN_BURNT", "createCashOut", **cash_out(token))

    def transactions(self):
        guid = new_guid()

        def created():
            fields = self.cash_in()
            answer = self.till.call("tm_1_1", "createCashInTransaction", **fields)
            return {"GUID": fields["GUID"],
                    "transactionId": answer["transactionInfo/transactionId"]}
        self.asks("TRANSACTION_NOT_FOUND", "completeTransaction", GUID=guid, transactionId=1)
        target = created()
        self.till.call("tm_1_1", "completeTransaction", **target)
        self.asks("ALREADY_COMPLETED", "declineTransaction", **target)
        target = created()
        self.till.call("tm_1_1", "declineTransaction", **target)
        self.asks("ALREADY_DECLINED", "completeTransaction", **target)
        target = created()
        self.soap.operator.outcome("dispatch", int(target["transactionId"]))
        self.asks("AT_PROVIDER", "declineTransaction", **target)
        poor = self.new_agent(float_=0, label="poor")  # a gateway opened one in its name
        waits = self.soap.operator.open(pay(guid, int(poor.login), int(self.client), 5, "hold",
                                            requester=int(poor.login), wait_for_funds=True))
        self.asks("NO_HOLD", "completeTransaction", poor, GUID=guid,
                  transactionId=waits[0].payment)

    def money(self):
        full = self.new_client(account={"ceiling": 50})
        self.asks("OVER_CEILING", PAY[1], **self.cash_in(full))
        for code, limit in (("OVER_DAY_LIMIT", "day_limit"), ("OVER_MONTH_LIMIT", "month_limit")):
            client = self.new_client(balance=100_00, account={limit: 50})
            self.asks(code, "createCashOutThroughPayment", fromUserName=client, amount="1",
                      GUID=new_guid(), paymentDate=DATE)
        self.asks("INSUFFICIENT_FUNDS", "createCashOutThroughPayment", fromUserName=full,
                  amount="1", GUID=new_guid(), paymentDate=DATE)

    def machine(self):
        broken = self.new_agent(label="broken")
        self.soap.tariff("cash_in", broken.login, fixed=1, payer=PAYER_MERCHANT)
        self.asks("INTERNAL", PAY[1], broken, **self.cash_in())
        self.reached["TOKEN_EXPIRED"] = {lang: f"see Expired, {lang}" for lang in LANGUAGES}


class Expired(LanguageCase):
    SETTINGS = {"repeat_after_ms": 1, "token_life_s": 1}

    def test_an_expired_token(self):
        token = self.soap.token(self.client)

        def code():  # too much money, so that it is never spent
            with self.assertRaises(Refusal) as raised:
                self.till.call("cash_out", "createCashOut", fromUserName=self.client,
                               amount="2000", GUID=new_guid(), token=token)
            return raised.exception.code
        poll(lambda: code() == "TOKEN_EXPIRED", "the token expires")
        self.asks("TOKEN_EXPIRED", "createCashOut", fromUserName=self.client, amount="1",
                  GUID=new_guid(), token=token)


class Messages(LanguageCase):
    """What is said of requests that were carried out."""

    def says(self, operation, agent=None, state=None, **fields):
        """The userMessage in each language; all differ, and are in their language."""
        agent, texts = agent or self.till, {}
        for lang in LANGUAGES:
            agent.lang = lang
            answer = agent.call(service_of(operation), operation, **fields)
            self.assertEqual(answer.status, state)
            self.assertEqual(answer["header/developerMessage"], "OK")
            texts[lang] = answer["header/userMessage"]
            self.assertEqual(language_of(texts[lang]), lang, texts)
        return texts["en"]

    def test_every_message_in_every_language(self):
        poor, fields = self.new_agent(float_=0, label="poor"), self.cash_in()
        said = [self.says("availableBalance"), self.says("checkUser", userName="77069999999"),
                self.says("checkUserAndValidateCashIn", userName=self.client),
                self.says(PAY[1], poor, "PENDING", **fields)]
        created = self.cash_in()
        said.append(self.says("createCashInTransaction", state="PENDING", **created))
        number = self.payment(self.till, created["GUID"])["id"]
        for operation, state in (("completeTransaction", "COMPLETED"),
                                 ("declineTransaction", "DECLINED")):
            target = {"GUID": created["GUID"], "transactionId": number}
            said.append(self.says(operation, state=state, **target))
            created = self.cash_in()
            self.till.call("tm_1_1", "createCashInTransaction", **created)
            number = self.payment(self.till, created["GUID"])["id"]
        self.assertEqual(len(set(said)), len(said), said)

    def test_a_language_that_is_not_known_is_russian(self):
        for lang in (None, "fr", "EN", "", "ru-RU", "english"):
            with self.subTest(lang):
                self.till.lang = lang
                answer = self.till.call("tm_1_1", "availableBalance")
                self.assertEqual(language_of(answer["header/userMessage"]), "ru")
                fault = self.refused("CLIENT_NOT_FOUND", self.till.call, *PAY,
                                     **self.cash_in("77069999999"))
                self.assertEqual(language_of(fault.text), "ru")

    def test_ascii_answers_are_english(self):
        name = {"first_name": "Әсел", "last_name": "Щукина"}
        client = self.new_client(**name)
        agent = self.new_agent(ascii_answers=True, label="old agent")
        for lang in (None, "ru", "kk"):
            with self.subTest(lang):
                agent.lang = lang
                answer = agent.call("cash_in", "checkUser", userName=client)
                answer.raw.decode("ascii")
                self.assertTrue(answer["basicUserInfo/lastName"].startswith("Sh"))
                fault = self.refused("CLIENT_NOT_FOUND", agent.call, *PAY,
                                     **self.cash_in("77069999999"))
                fault.text.encode("ascii")
                fault.faultstring.encode("ascii")


class Keyless(unittest.TestCase):
    def test_a_node_without_its_key_pays_nothing_and_says_so(self):
        with Node() as node:
            agent = Agent(node.http, Key.make(1024, "world"), None)
            self.addCleanup(agent.close)
            with self.assertRaises(Refusal) as raised:
                agent.call(*PAY, toUserName="77071234567", amount="1", GUID=new_guid())
            fault = raised.exception
            self.assertEqual((fault.code, fault.status, fault.signed),
                             ("NO_NODE_KEY", 503, False))
            self.assertEqual(fault.faultcode.split(":")[1], "Server")


if __name__ == "__main__":
    unittest.main()
