"""The one-time tokens of cash-out: without the client's own, unused, fresh one nothing leaves the
client's account."""
import unittest

from tests.integration.http_client import Http
from tests.integration.node import poll
from tests.integration.soap_client import Refusal, new_guid
from tests.integration.soap_world import WorldCase, restart_killed

TERMINAL, TWO_PHASE = ("cash_out", "createCashOut"), ("tm_1_1", "createCashOutTransaction")


def other(token, step=1):
    """Another token of six digits."""
    return f"{(int(token) + step) % 1_000_000:06d}"


class TokenCase(WorldCase):
    SETTINGS = {"repeat_after_ms": 1}

    def setUp(self):
        super().setUp()
        self.till, self.client = self.new_agent(), self.new_client(balance=1000_00)

    def cash_out(self, token, amount="10.00", client=None, operation=TERMINAL, guid=None):
        """The state that is answered."""
        return self.till.call(*operation, fromUserName=client or self.client, amount=amount,
                              GUID=guid or new_guid(), token=token).status

    def no_cash(self, code, token, **options):
        guid = new_guid()
        with self.moves():
            fault = self.refused(code, self.cash_out, token, guid=guid, **options)
        self.assertIsNone(self.payment(self.till, guid))
        return fault

    def cash(self, token, amount="10.00", tiyn=10_00, **options):
        with self.moves(held={self.client: tiyn}):
            self.assertEqual(self.cash_out(token, amount, **options), "PENDING")


class Tokens(TokenCase):
    def test_a_token_is_good_once(self):
        for first in (TERMINAL, TWO_PHASE):
            token = self.soap.token(self.client)
            self.assertRegex(token, r"\A[0-9]{6}\Z")
            self.cash(token, operation=first)
            for second in (TERMINAL, TWO_PHASE):
                with self.subTest(first=first[1], second=second[1]):
                    self.no_cash("TOKEN_BURNT", token, operation=second)

    def test_the_token_of_another_client(self):
        owner = self.new_client(balance=500_00, label="owner")
        token = self.soap.token(owner)
        self.no_cash("TOKEN_WRONG", token)  # this client has none at all
        mine = self.soap.token(self.client)
        if mine != token:
            self.no_cash("TOKEN_WRONG", token)
        self.cash(mine)
        with self.moves(held={owner: 10_00}):  # the owner's is still good
            self.assertEqual(self.cash_out(token, client=owner), "PENDING")

    def test_five_wrong_ones_burn_it(self):
        for operation in (TERMINAL, TWO_PHASE):
            token = self.soap.token(self.client)
            for step in range(1, 6):
                self.no_cash("TOKEN_WRONG", other(token, step), operation=operation)
            self.no_cash("TOKEN_BURNT", token, operation=operation)
            self.no_cash("TOKEN_BURNT", other(token), operation=operation)

    def test_four_wrong_ones_do_not(self):
        token = self.soap.token(self.client)
        for step in range(1, 5):
            self.no_cash("TOKEN_WRONG", other(token, step))
        self.cash(token)

    def test_guesses_of_several_agents_count_together(self):
        token = self.soap.token(self.client)
        for step in range(1, 6):
            self.till = self.new_agent(label=f"agent {step}")
            self.no_cash("TOKEN_WRONG", other(token, step))
        self.no_cash("TOKEN_BURNT", token)

    def test_a_new_token_takes_the_place_of_the_old_one(self):
        burnt = self.soap.token(self.client)
        for step in range(1, 6):
            self.no_cash("TOKEN_WRONG", other(burnt, step))
        old = self.soap.token(self.client)
        new = poll(lambda: next((t for t in [self.soap.token(self.client)] if t != old), None),
                   "another token")
        self.no_cash("TOKEN_WRONG", old)
        self.cash(new)

    def test_no_token(self):
        token = self.soap.token(self.client)
        for operation in (TERMINAL, TWO_PHASE):
            with self.subTest(operation):
                self.no_cash("BAD_REQUEST", None, operation=operation)
                for text in ("", token[:5], token + "0", " " + token, token + " ", "12345a",
                             "-12345", "+12345", "1234.5", "١٢٣٤٥٦", "0x1234", token + "\n"):
                    self.no_cash("BAD_TOKEN", text, operation=operation)
        self.cash(token)  # none of that was a try

    def test_a_client_who_never_had_one(self):
        self.no_cash("TOKEN_WRONG", "000000")
        self.no_cash("TOKEN_WRONG", "123456")

    def test_the_token_of_the_header_is_no_token(self):
        token = self.soap.token(self.client)
        with self.moves():
            for field in (None, other(token)):
                with self.assertRaises(Refusal):
                    self.till.call(*TERMINAL, {"token": token}, fromUserName=self.client,
                                   amount="10.00", GUID=new_guid(), token=field)

    def test_a_refusal_spends_nothing(self):
        token = self.soap.token(self.client)
        self.no_cash("INSUFFICIENT_FUNDS", token, amount="1000.01")
        self.no_cash("BAD_AMOUNT", token, amount="0")
        self.no_cash("AMOUNT_TOO_LARGE", token, amount="10000000.01")
        self.cash(token)

    def test_a_repeat_needs_no_token_and_tries_none(self):
        for operation in (TERMINAL, TWO_PHASE):
            with self.subTest(operation):
                guid, token = new_guid(), self.soap.token(self.client)
                self.cash(token, guid=guid, operation=operation)
                fresh = self.soap.token(self.client)
                for step in range(6):
                    again = self.cash_out(other(fresh, step + 1), guid=guid, operation=operation)
                    self.assertIn(again, ("PENDING", "COMPLETED"))
                self.assertEqual(self.cash_out(fresh), "PENDING")

    def test_a_declined_cash_out_does_not_give_it_back(self):
        guid, token = new_guid(), self.soap.token(self.client)
        with self.moves():
            answer = self.till.call(*TWO_PHASE, fromUserName=self.client, amount="10.00",
                                    GUID=guid, token=token)
            self.till.call("tm_1_1", "declineTransaction", GUID=guid,
                           transactionId=answer["transactionInfo/transactionId"])
        self.no_cash("TOKEN_BURNT", token)

    def test_a_blocked_client(self):
        token = self.soap.token(self.client)
        self.soap.put(f"client/{self.client}", account=int(self.client), blocked=True)
        self.no_cash("CLIENT_BLOCKED", token)
        with Http(self.soap.node.http) as http:
            response = http.post(f"/v1/clients/{self.client}/cash-out-tokens")
        self.assertEqual((response.status, response.json()["code"]), (422, "CLIENT_BLOCKED"))

    def test_it_is_kept_nowhere(self):
        """Not in the payment, and not in the log."""
        guid, token = new_guid(), self.soap.token(self.client)
        self.no_cash("TOKEN_WRONG", other(token))
        self.cash(token, guid=guid)
        self.assertNotIn(token.encode(), self.payment(self.till, guid)["attributes"])
        said = [line for line in self.soap.node.log().splitlines() if f'"{token}"' in line or
                f"token={token}" in line or f"<token>{token}" in line]
        self.assertEqual(said, [])

    def test_fifty_payments_with_one_token_at_once(self):
        token = self.soap.token(self.client)
        bodies = [self.till.message(*TERMINAL, fromUserName=self.client, amount="1.00",
                                    GUID=new_guid(), token=token) for _ in range(50)]
        with self.moves(held={self.client: 1_00}):
            answers = self.at_once(self.till, [(TERMINAL[1], body) for body in bodies])
        self.assertEqual(sorted(answers), ["PENDING"] + ["TOKEN_BURNT"] * 49)


class Expiry(TokenCase):
    SETTINGS = {"repeat_after_ms": 1, "token_life_s": 1}

    def test_an_expired_token(self):
        token = self.soap.token(self.client)

        def refused():  # too much, so that it is never spent
            with self.assertRaises(Refusal) as raised:
                self.cash_out(token, amount="5000.00")
            return raised.exception.code
        with self.moves():
            self.assertEqual(refused(), "INSUFFICIENT_FUNDS")
            poll(lambda: refused() == "TOKEN_EXPIRED", "the token expires")
        for operation in (TERMINAL, TWO_PHASE):
            self.no_cash("TOKEN_EXPIRED", token, operation=operation)
        self.cash(self.soap.token(self.client))


class Killed(TokenCase):
    def test_tries_and_spent_tokens_survive(self):
        token = self.soap.token(self.client)
        spender = self.new_client(balance=100_00, label="spender")
        spent = self.soap.token(spender)
        with self.moves(held={spender: 10_00}):
            self.assertEqual(self.cash_out(spent, client=spender), "PENDING")
        for step in range(1, 4):
            self.no_cash("TOKEN_WRONG", other(token, step))
        restart_killed(self.soap)
        self.till.close()
        self.till.address = self.soap.node.http
        for step in range(4, 6):
            self.no_cash("TOKEN_WRONG", other(token, step))
        self.no_cash("TOKEN_BURNT", token)
        self.no_cash("TOKEN_BURNT", spent, client=spender)


if __name__ == "__main__":
    unittest.main()
