"""Stock SOAP clients of others read each service's WSDL, and make of it what the contract says."""
import unittest
from xml.sax.saxutils import escape

import lxml.etree
import requests
import zeep

from tests.integration import php_client
from tests.integration.http_client import Http
from tests.integration.node import ROOT, Node
from tests.integration.soap_contract import (ANSWERS, INSIDE, OPERATIONS, REQUEST_HEADER,
                                             RESPONSE_HEADER, SAMPLES, SERVICES, TYPES, names,
                                             operations_of)
from tests.integration.soap_node import SoapCase

GOLDEN = ROOT / "tests" / "golden" / "agent_soap"
GOLDEN_ADDRESS = "https://pay.example.kz/agents?v=1&s=2"
XSD = "http://www.w3.org/2001/XMLSchema"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
HEADER = {"lang": "ru", "timestamp": "2026-11-25T02:41:20.922Z", "requester": "72222222221"}


def arguments(operation):
    """The argument of an operation's call, as a dict or string."""
    if operation.fields is None:
        return "Сәлем"
    return {"header": HEADER, **{name: SAMPLES[name] for name, _ in names(operation.fields)}}


def fields_in_order(element):
    """[(name, text or such a list)] of an element's children."""
    return [(child.tag, fields_in_order(child) if len(child) else child.text) for child in element]


def expected_fields(operation):
    value = arguments(operation)
    if isinstance(value, str):
        return value
    return [("header", list(HEADER.items()))] + [(name, value[name])
                                                 for name, _ in names(operation.fields)]


PHP_LIST = """
$client = new SoapClient($input, ['cache_wsdl' => WSDL_CACHE_NONE]);
echo json_encode(['functions' => $client->__getFunctions(), 'types' => $client->__getTypes()]);
"""
PHP_SEND = """
$client = new Keeper($input['wsdl'], ['cache_wsdl' => WSDL_CACHE_NONE]);
$sent = [];
foreach ($input['calls'] as $name => $call) {
    $client->__soapCall($name, [$call]);
    $sent[$name] = [$client->sent, $client->address, $client->action];
}
echo json_encode($sent);
"""


class Accepted:
    """The tests; wsdl and address are the sub-classes'."""

    def zeep_client(self, service):
        """A strict one."""
        session = requests.Session()
        self.addCleanup(session.close)
        session.trust_env = False  # no proxy of the machine's
        return zeep.Client(self.wsdl(service), transport=zeep.Transport(session=session))

    def bound(self, service):
        """zeep's client of the service, and its operations by name."""
        client = self.zeep_client(service)
        port = client.wsdl.services[SERVICES[service].name].ports
        self.assertEqual(list(port), [SERVICES[service].port + "Port"])
        binding = port[SERVICES[service].port + "Port"].binding
        self.assertEqual(binding.port_type.name.localname, SERVICES[service].port)
        self.assertEqual(binding.port_type.name.namespace, SERVICES[service].namespace)
        return client, binding

    def check_members(self, element_type, expected, where):
        """expected: (name, optional) in order; every local element is in no namespace."""
        found = [(name, member.qname.namespace, member.min_occurs, member.max_occurs)
                 for name, member in element_type.elements]
        self.assertEqual(found, [(name, None, 0 if optional else 1, 1)
                                 for name, optional in expected], where)
        for name, member in element_type.elements:
            self.check_type(name, member.type, where)

    def check_type(self, name, type_, where):
        if name in INSIDE:
            self.check_members(type_, names(INSIDE[name]), (where, name))
        elif name != "header":
            self.assertEqual(type_.qname.localname, TYPES.get(name, "string"), (where, name))

    def check_header(self, type_, expected, where):
        self.check_members(dict(type_.elements)["header"].type, names(expected), where)

    def check_request(self, operation, element):
        parts = element.type.elements
        self.assertEqual([name for name, _ in parts], [operation.part])
        part = parts[0][1]
        self.assertEqual((part.qname.namespace, part.min_occurs), (None, 1))
        if operation.fields is None:
            self.assertEqual(part.type.qname.text, f"{{{XSD}}}string")
            return
        self.check_members(part.type, [("header", False), *names(operation.fields)],
                           operation.part)
        self.check_header(part.type, REQUEST_HEADER, operation.part)

    def check_answer(self, operation, element):
        parts = element.type.elements
        self.assertEqual([name for name, _ in parts], ["return"])
        returned = parts[0][1]
        self.assertEqual((returned.qname.namespace, returned.min_occurs), (None, 1))
        if operation.answer is None:
            self.assertEqual(returned.type.qname.text, f"{{{XSD}}}string")
            return
        self.check_members(returned.type, names(ANSWERS[operation.answer]), operation.answer)
        self.check_header(returned.type, RESPONSE_HEADER, operation.answer)

    def test_zeep_finds_every_operation_with_its_fields_in_order(self):
        for service in SERVICES:
            namespace = SERVICES[service].namespace
            _, binding = self.bound(service)
            found = binding._operations  # there is no public way to list them
            self.assertEqual(sorted(found), sorted(operations_of(service)))
            for name, operation in operations_of(service).items():
                with self.subTest(service=service, operation=name):
                    self.assertEqual((found[name].soapaction, found[name].style),
                                     (name, "document"))
                    request, answer = found[name].input.body, found[name].output.body
                    self.assertEqual(request.qname.text, f"{{{namespace}}}{name}")
                    self.assertEqual(answer.qname.text, f"{{{namespace}}}{name}Response")
                    self.check_request(operation, request)
                    self.check_answer(operation, answer)

    def test_zeep_makes_every_operations_request(self):
        for service in SERVICES:
            client, _ = self.bound(service)
            self.assertEqual(client.service._binding_options["address"], self.address(service))
            for name, operation in operations_of(service).items():
                with self.subTest(service=service, operation=name):
                    made = client.create_message(client.service, name,
                                                 **{operation.part: arguments(operation)})
                    self.check_sent(service, name, made)

    def check_sent(self, service, name, envelope):
        body = envelope.find(f"{{{ENVELOPE}}}Body")
        self.assertEqual(len(body), 1)
        self.assertEqual(body[0].tag, f"{{{SERVICES[service].namespace}}}{name}")
        self.assertEqual([child.tag for child in body[0]], [OPERATIONS[name].part])
        part, expected = body[0][0], expected_fields(OPERATIONS[name])
        self.assertEqual(part.text if isinstance(expected, str) else fields_in_order(part),
                         expected)

    def test_zeep_refuses_a_request_without_a_field_that_is_needed(self):
        client = self.zeep_client("cash_in")
        with self.assertRaisesRegex(zeep.exceptions.ValidationError, "amount"):
            client.create_message(client.service, "createCashInPayment", CashInRequest={
                "header": HEADER, "toUserName": "77072734954", "GUID": SAMPLES["GUID"]})

    def test_zeep_knows_the_words_of_enumerations(self):
        client = self.zeep_client("tm_1_1")
        for name, words in {"Lang": ["ru", "en", "kk"],
                            "TransactionStatus": ["PENDING", "COMPLETED", "DECLINED", "FAILED"],
                            "TerminalPaymentTransactionStatus":
                            ["PENDING", "COMPLETED", "DECLINED"]}.items():
            found = self.document("tm_1_1").xpath(
                f"//x:simpleType[@name='{name}']//x:enumeration/@value", namespaces={"x": XSD})
            self.assertEqual(found, words)
            client.get_type(f"{{{SERVICES['tm_1_1'].namespace}}}{name}")

    def test_php_lists_every_operation(self):
        for service in SERVICES:
            found = php_client.run(PHP_LIST, self.wsdl(service))
            self.assertEqual(sorted(found["functions"]),
                             sorted(f"{name}Response {name}({name} $parameters)"
                                    for name in operations_of(service)))
            self.assertIn("struct RequestHeader {\n Lang lang;\n dateTime timestamp;\n "
                          "string requester;\n string token;\n}", found["types"])

    def test_php_makes_every_operations_request(self):
        for service in SERVICES:
            calls = {name: {operation.part: arguments(operation)}
                     for name, operation in operations_of(service).items()}
            sent = php_client.run(PHP_SEND, {"wsdl": self.wsdl(service), "calls": calls})
            self.assertEqual(sorted(sent), sorted(calls))
            for name, (envelope, address, action) in sent.items():
                with self.subTest(service=service, operation=name):
                    self.assertEqual((address, action), (self.address(service), name))
                    self.check_sent(service, name, lxml.etree.fromstring(envelope.encode()))

    def test_the_schema_is_valid_and_validates_requests(self):
        """libxml2's schema processor, which takes nothing on trust."""
        for service in SERVICES:
            inline = self.document(service).find(f".//{{{XSD}}}schema")
            schema = lxml.etree.XMLSchema(lxml.etree.fromstring(lxml.etree.tostring(inline)))
            client = self.zeep_client(service)
            for name, operation in operations_of(service).items():
                with self.subTest(service=service, operation=name):
                    made = client.create_message(client.service, name,
                                                 **{operation.part: arguments(operation)})
                    schema.assertValid(made.find(f"{{{ENVELOPE}}}Body")[0])


class FileCase(Accepted, unittest.TestCase):
    """The files that the unit tests hold the node's to."""

    def wsdl(self, service):
        return str(GOLDEN / f"{SERVICES[service].port}.wsdl")

    def address(self, service):
        return GOLDEN_ADDRESS

    def document(self, service):
        return lxml.etree.parse(self.wsdl(service))


class ServedCase(Accepted, SoapCase):
    """Those of a node, as it serves them."""

    def wsdl(self, service):
        return self.address(service) + "?wsdl"

    def address(self, service):
        return self.soap.url(service)

    def document(self, service):
        return lxml.etree.fromstring(self.get(service).body)

    def get(self, service, *headers, query="?wsdl", host="node"):
        """The response to a GET with these header lines."""
        with Http(self.soap.node.http, key=None) as http:
            lines = [f"GET {SERVICES[service].path}{query} HTTP/1.1", f"Host: {host}", *headers]
            http.send("\r\n".join(lines) + "\r\n\r\n")
            response = http.receive()
            if "Connection: close" in headers:  # PHP waits for that
                self.assertTrue(http.closed())
            return response

    def location(self, service, *headers, **options):
        """The address that the WSDL tells."""
        response = self.get(service, *headers, **options)
        self.assertEqual((response.status, response.headers["content-type"]),
                         (200, "text/xml; charset=utf-8"), response)
        return lxml.etree.fromstring(response.body).xpath("string(//@location)")

    def test_it_is_the_one_agreed_on_but_for_its_address(self):
        for service in SERVICES:
            golden = (GOLDEN / f"{SERVICES[service].port}.wsdl").read_text()
            there = escape(GOLDEN_ADDRESS)
            self.assertEqual(golden.count(there), 1)
            self.assertEqual(self.get(service).body.decode(),
                             golden.replace(there, f"http://node{SERVICES[service].path}"))

    def test_clients_are_told_to_post_to_where_they_found_it(self):
        path = SERVICES["cash_in"].path
        for host in ("pay.example.kz", "10.0.0.1:8080", "[::1]:8080", "PAY.example.kz:1"):
            self.assertEqual(self.location("cash_in", host=host), f"http://{host}{path}")
        self.assertEqual(self.location("cash_in", "Connection: close", query="?WSDL"),
                         f"http://node{path}")

    def test_what_is_no_host_is_refused(self):
        for host in ("", "a b", 'a"b', "a/b", "a@b", "<a>", "a:b", "a:99999999", "[::1", "a" * 300):
            with self.subTest(host):
                self.assertEqual(self.get("cash_in", host=host).status, 400)

    def test_a_stranger_who_says_https_is_not_believed(self):
        self.assertEqual(self.location("cash_in", "X-Forwarded-Proto: https"),
                         f"http://node{SERVICES['cash_in'].path}")

    def test_other_questions(self):
        self.assertEqual(self.get("cash_in", query="").status, 405)
        self.assertEqual(self.get("cash_in", query="?xsd=1").status, 405)


class AddressCase(unittest.TestCase):
    """What a config says of where the world finds the node."""

    def location(self, *headers, **sections):
        with Node(**sections) as node, Http(node.http, key=None) as http:
            lines = [f"GET {SERVICES['tm_1_1'].path}?wsdl HTTP/1.1", "Host: inner:8080", *headers]
            http.send("\r\n".join(lines) + "\r\n\r\n")
            response = http.receive()
        return lxml.etree.fromstring(response.body).xpath("string(//@location)")

    def test_the_configured_address_comes_first(self):
        self.assertEqual(self.location(soap={"public_url": "https://pay.example.kz"}),
                         "https://pay.example.kz" + SERVICES["tm_1_1"].path)

    def test_a_trusted_proxy_is_believed(self):
        self.assertEqual(self.location("X-Forwarded-Proto: https",
                                       http={"trusted_proxies": "127.0.0.1"}),
                         "https://inner:8080" + SERVICES["tm_1_1"].path)
