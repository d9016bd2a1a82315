"""PHP's SoapClient, from the node's own WSDLs: what it makes of a call is signed for it, sent, and
what the node answered is given back to it to read."""
import lxml.etree

from tests.integration import php_client, soap_sign
from tests.integration.soap_client import new_guid, now, rrns
from tests.integration.soap_contract import OPERATIONS, SERVICES, operations_of
from tests.integration.soap_node import (BLOCKED, CLIENT, IIN, NAMES, TERMINAL, SoapCase,
                                         wait_for_repeat)
from tests.integration.soap_sign import ENVELOPE

LIST = """
$client = new SoapClient($input, ['cache_wsdl' => WSDL_CACHE_NONE]);
echo json_encode($client->__getFunctions());
"""
WRITE = """
$client = new Keeper($input['wsdl'], ['cache_wsdl' => WSDL_CACHE_NONE]);
$client->__soapCall($input['operation'], [$input['part']]);
echo json_encode([$client->sent, $client->address]);
"""
READ = """
class Given extends SoapClient {
    public $answer;
    public function __doRequest($request, $location, $action, $version, $one_way = false): ?string {
        return $this->answer;
    }
}
$client = new Given($input['wsdl'], ['cache_wsdl' => WSDL_CACHE_NONE]);
$client->answer = $input['answer'];
try {
    $answer = $client->__soapCall($input['operation'], [$input['part']]);
    echo json_encode(['return' => $answer->return]);
} catch (SoapFault $fault) {
    echo json_encode(['faultcode' => $fault->faultcode, 'faultstring' => $fault->faultstring,
                      'detail' => $fault->detail]);
}
"""


class PhpCase(SoapCase):
    def wsdl(self, service):
        return self.soap.url(service) + "?wsdl"

    def sign(self, agent, text):
        """PHP's own bytes, with the headers of a signed request put in."""
        document = lxml.etree.fromstring(text.encode())
        headers = soap_sign.envelope("", soap_sign.template(agent.hash), agent.certificate)
        document.insert(0, lxml.etree.fromstring(headers.encode())[0])
        return soap_sign.to_bytes(soap_sign.fill_in(document, agent.key))

    def call(self, service, operation, agent=None, **fields):
        """What PHP makes of the answer, which is verified first."""
        agent = agent or self.agent()
        header = {"lang": "kk", "timestamp": now(), "requester": agent.login}
        call = {"wsdl": self.wsdl(service), "operation": operation,
                "part": {OPERATIONS[operation].part: {"header": header, **fields}}}
        text, address = php_client.run(WRITE, call)
        self.assertEqual(address, self.soap.url(service))
        message = self.sign(agent, text)
        response = agent.post(service, message)
        if response.status == 200:
            agent.answer(service, operation, message, response)
        return php_client.run(READ, {**call, "answer": response.body.decode()})

    def test_it_loads_each_wsdl_and_lists_the_operations(self):
        for service in SERVICES:
            with self.subTest(service):
                found = php_client.run(LIST, self.wsdl(service))
                self.assertEqual(sorted(found), sorted(
                    f"{name}Response {name}({name} $parameters)"
                    for name in operations_of(service)))

    def test_a_question(self):
        answer = self.call("tm_1_0", "checkUser", userName=CLIENT)["return"]
        first, last, patronymic = NAMES
        self.assertEqual(answer["basicUserInfo"],
                         {"identified": True, "IIN": IIN, "firstName": first, "lastName": last,
                          "patronymic": patronymic})
        self.assertEqual(answer["header"]["status"], 0)

    def test_a_payment(self):
        fields = {"toUserName": CLIENT, "amount": "5.50", "terminalId": TERMINAL,
                  "rrn": next(rrns)}
        first = self.call("tm_1_1", "payForGoodsPay", **fields)["return"]
        self.assertEqual(first["terminalPaymentTransactionStatus"], "PENDING")
        wait_for_repeat()
        last = self.call("tm_1_1", "payForGoodsPay", **fields)["return"]
        self.assertEqual(last["terminalPaymentTransactionStatus"], "COMPLETED")
        self.assertNotIn("reason", last)

    def test_a_transaction(self):
        guid = new_guid()
        created = self.call("tm_1_1", "createCashInTransaction", toUserName=CLIENT, amount="5.50",
                            GUID=guid)["return"]["transactionInfo"]
        self.assertEqual((created["GUID"], created["transactionStatus"], created["amount"]),
                         (guid, "PENDING", "5.50"))
        ended = self.call("tm_1_1", "completeTransaction", GUID=guid,
                          transactionId=created["transactionId"])["return"]["transactionInfo"]
        self.assertEqual(ended, {**created, "transactionStatus": "COMPLETED"})

    def test_a_fault(self):
        told = self.call("cash_in", "checkUserAndValidateCashIn", userName=BLOCKED)
        self.assertEqual(told["faultcode"].rpartition(":")[2], "Client")
        self.assertEqual(told["detail"]["developerMessage"], "CLIENT_BLOCKED")
        self.assertEqual(told["detail"]["userMessage"], told["faultstring"])
        self.assertRegex(told["faultstring"], "[әғқңөұүһі]")  # Kazakh, as it was asked

    def test_echo(self):
        agent = self.agent()
        said = "<&> сәлем"
        call = {"wsdl": self.wsdl("cash_out"), "operation": "echo", "part": {"Echo": said}}
        text, _ = php_client.run(WRITE, call)
        response = agent.post("cash_out", self.sign(agent, text))
        told = php_client.run(READ, {**call, "answer": response.body.decode()})
        self.assertEqual(told, {"return": said})
        self.assertIn(f"{{{ENVELOPE}}}Envelope", lxml.etree.fromstring(response.body).tag)
