"""The demo's agent pays over SOAP: the commands of README.md as they stand there, in a shell."""
import json
import stat
import subprocess
import unittest

import lxml.etree

from tests.integration import soap_sign
from tests.integration.demo import DemoCase, readme_blocks
from tests.integration.node import TIYN, poll

AGENT, CLIENT, MERCHANT, FEES = 72222222221, 77072734954, 72222222229, 2


class DemoSoap(DemoCase):
    def call(self, service, name, version, part, fields, key="agent.key.pem", code=200):
        """Signs with tiyn soap-sign, posts, and returns the answer's document."""
        space = f"http://www.allpay.kz/mfs/soap/{name}/{version}"
        operation, part = part
        request = (f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
                   f'<n:{operation} xmlns:n="{space}"><{part}><header><lang>en</lang>'
                   f'<timestamp>2026-01-01T00:00:00Z</timestamp><requester>{AGENT}</requester>'
                   f'</header>{fields}</{part}></n:{operation}></s:Body></s:Envelope>')
        signed = subprocess.run([TIYN, "soap-sign", self.folder / "build/demo" / key, "-"],
                                input=request.encode(), capture_output=True, check=True, timeout=60)
        done = subprocess.run(["curl", "-s", "-w", "%{http_code}", "-H", "Content-Type: text/xml",
                               "--data-binary", "@-", f"http://127.0.0.1:{self.port}"
                               f"/allpay-public-soap/{service}/v{version}"],
                              input=signed.stdout, capture_output=True, check=True, timeout=60)
        self.assertEqual(int(done.stdout[-3:]), code, done.stdout)
        return done.stdout[:-3]

    def text(self, answer, name):
        return lxml.etree.fromstring(answer).findtext(f".//{name}")

    def test_the_readmes_payment(self):
        first, pending, second, completed, _ = readme_blocks("A payment from an agent's terminal")
        before = self.balance(AGENT), self.balance(CLIENT)
        answer = self.shell(first)
        for line in pending.replace("...", "").split("\n"):
            self.assertIn(line.strip(), answer)
        public = (self.folder / "build/demo/node.key.pub.pem").read_bytes()
        soap_sign.verify(answer.strip().encode(), public)
        self.assertEqual(self.balance(CLIENT), before[1], "only held")
        answer = self.shell(second)
        for line in completed.replace("...", "").split("\n"):
            self.assertIn(line.strip(), answer)
        self.assertRegex(answer, r"balance +[0-9]+\.00\n")
        self.assertEqual((self.balance(AGENT), self.balance(CLIENT)),
                         (before[0] - 100_00, before[1] + 100_00))
        self.shell(second)
        self.assertEqual(self.balance(CLIENT), before[1] + 100_00, "once")

    def test_who_the_readme_says_is_there(self):
        told = self.call("cash-in-transaction-management", "CashInTransactionManagement", "1.1",
                         ("checkUser", "CheckUserRequest"), f"<userName>{CLIENT}</userName>")
        self.assertEqual(self.text(told, "firstName"), "Айгерим")
        for login, code in (77051112233, 500), (77770000001, 200):
            self.call("cash-in-transaction-management", "CashInTransactionManagement", "1.1",
                      ("checkUserAndValidateCashIn", "CheckUserRequest"),
                      f"<userName>{login}</userName>", code=code)
        over = self.call("cash-in-transaction-management", "CashInTransactionManagement", "1.1",
                         ("createCashInPayment", "CashInRequest"),
                         "<toUserName>77470001122</toUserName><amount>5000.01</amount>"
                         "<GUID>1b4e28ba-2fa1-11d2-883f-0016d3cca427</GUID>", code=500)
        self.assertIn("OVER_CEILING", self.text(over, "{*}developerMessage") or over.decode())
        self.ctl("flush")
        terminals = {row["id"]: row["blocked"] for row in self.ctl("terminal", "list")["records"]}
        self.assertEqual(terminals, {"T0001": False, "T0002": False, "T0003": True})
        tariffs = {row["operation"]: (row["percent"], row["minimum"], row["payer"])
                   for row in self.ctl("tariff", "list")["records"]}
        self.assertEqual(tariffs, {"cash_in": (0, 0, "agent"),
                                   "cash_in_avtobys": (100, 0, "client"),
                                   "cash_out": (100, 50_00, "client"),
                                   "pay_goods": (50, 0, "merchant")})

    def test_goods_are_paid_for_and_the_merchant_pays_the_fee(self):
        before = [self.balance(account) for account in (AGENT, CLIENT, MERCHANT, FEES)]
        for state in "PENDING", "COMPLETED":
            answer = self.call("transaction-management", "TransactionManagement", "1.1",
                               ("payForGoodsPay", "PayForGoodsPayRequest"),
                               f"<toUserName>{CLIENT}</toUserName><amount>200</amount>"
                               "<terminalId>T0001</terminalId><rrn>demo-rrn-1</rrn>")
            self.assertEqual(self.text(answer, "terminalPaymentTransactionStatus"), state)
            if state == "PENDING":
                subprocess.run(["sleep", "1.1"], check=True)
        after = [self.balance(account) for account in (AGENT, CLIENT, MERCHANT, FEES)]
        self.assertEqual([new - old for new, old in zip(after, before)],
                         [-200_00, 0, 199_00, 1_00])

    def pay_service(self, account, rrn, end):
        """Pays 200.00 for service 185, and repeats the request until that end."""
        def status():
            answer = self.call("transaction-management", "TransactionManagement", "1.1",
                               ("payForServicesPay", "PayForServicesPayRequest"),
                               f"<toUserName>{CLIENT}</toUserName><amount>200</amount>"
                               "<servicePublicCode>185</servicePublicCode>"
                               f"<utilityAccountNumber>{account}</utilityAccountNumber>"
                               f"<valueDate>2026-01-01T00:00:00Z</valueDate><rrn>{rrn}</rrn>")
            return self.text(answer, "terminalPaymentTransactionStatus")
        self.assertEqual(status(), "PENDING")
        poll(lambda: status() == end, f"the payment is {end}")

    def test_the_stand_in_provider_says_yes_and_no(self):
        before = self.balance(AGENT), self.balance(MERCHANT)
        self.pay_service("7012345600", "demo-service-1", "COMPLETED")
        self.assertEqual((self.balance(AGENT), self.balance(MERCHANT)),
                         (before[0] - 200_00, before[1] + 200_00))
        self.pay_service("7012345601", "demo-service-2", "DECLINED")
        self.assertEqual((self.balance(AGENT), self.balance(MERCHANT)),
                         (before[0] - 200_00, before[1] + 200_00))

    def test_the_stand_in_provider_tells_of_a_flat(self):
        told = self.call("transaction-management", "TransactionManagement", "1.1",
                         ("vostokPlatCheck", "VostokPlatCheckRequest"),
                         f"<userName>{CLIENT}</userName>"
                         "<utilityAccountNumber>0012300</utilityAccountNumber>")
        self.assertTrue(self.text(told, "flatOwnerFullName"))
        tiyn = self.balance(AGENT)
        self.assertEqual(self.text(told, "availableAgentBalance"),
                         f"{tiyn // 100}.{tiyn % 100:02d}")

    def test_cash_is_taken_out_with_the_readmes_token(self):
        *_, block = readme_blocks("A payment from an agent's terminal")
        token = json.loads(self.shell(block))["token"]
        before = [self.balance(account) for account in (AGENT, CLIENT, FEES)]
        for state in "PENDING", "COMPLETED":
            answer = self.call("cash-out-transaction-management", "CashOutTransactionManagement",
                               "1.1", ("createCashOut", "CashOutRequest"),
                               f"<fromUserName>{CLIENT}</fromUserName><amount>1000</amount>"
                               "<GUID>1b4e28ba-2fa1-11d2-883f-0016d3cca428</GUID>"
                               f"<token>{token}</token>")
            self.assertEqual(self.text(answer, "terminalPaymentTransactionStatus"), state)
            if state == "PENDING":
                subprocess.run(["sleep", "1.1"], check=True)
        after = [self.balance(account) for account in (AGENT, CLIENT, FEES)]
        self.assertEqual([new - old for new, old in zip(after, before)],
                         [1000_00, -1050_00, 50_00])

    def test_another_key_is_refused(self):
        answer = self.call("cash-in-transaction-management", "CashInTransactionManagement", "1.1",
                           ("checkUser", "CheckUserRequest"), f"<userName>{CLIENT}</userName>",
                           key="node.key.pem", code=500)
        self.assertIn(b"Sign Error", answer)

    def test_keys_are_kept_and_nobody_elses(self):
        keys = [self.folder / "build/demo" / name for name in ("node.key.pem", "agent.key.pem")]
        for key in keys:
            self.assertEqual(stat.S_IMODE(key.stat().st_mode), 0o600)
        before = [key.read_bytes() for key in keys]
        self.ctl("client", "change", 77012345678, "--first-name", "Ерлан")
        self.ctl("client", "change", 77770000001, "--first-name", "Changed")
        self.stop()
        self.start()
        self.assertEqual([key.read_bytes() for key in keys], before)
        self.assertEqual(self.ctl("client", "show", 77770000001)["first_name"], "Changed")


if __name__ == "__main__":
    unittest.main()
