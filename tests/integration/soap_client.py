"""An agent's system: signed SOAP calls over a plain socket, whose answers are verified."""
import datetime
import itertools
import uuid
from xml.sax.saxutils import escape

import lxml.etree

from tests.integration import soap_sign
from tests.integration.http_client import Http
from tests.integration.node import ROOT
from tests.integration.soap_contract import OPERATIONS, SERVICES, names
from tests.integration.soap_sign import ENVELOPE

AGENT = "72222222221"
XSD = "http://www.w3.org/2001/XMLSchema"
TEXT_XML = "text/xml; charset=utf-8"


def now():
    """The time as the field's client writes it."""
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def new_guid():
    return str(uuid.uuid4())


rrns = (f"rrn-{number}" for number in itertools.count(1))


def schema_of(service):
    """The inline schema of the service's WSDL as it was agreed on."""
    file = ROOT / "tests" / "golden" / "agent_soap" / f"{SERVICES[service].port}.wsdl"
    inline = lxml.etree.parse(str(file)).find(f".//{{{XSD}}}schema")
    return lxml.etree.XMLSchema(lxml.etree.fromstring(lxml.etree.tostring(inline)))


SCHEMAS = {service: schema_of(service) for service in SERVICES}


class Refusal(Exception):
    """A SOAP fault. code: the developerMessage; text: the userMessage."""

    def __init__(self, status, fault, namespace, signed):
        self.status, self.signed = status, signed
        self.faultcode = fault.findtext("faultcode")
        self.faultstring = fault.findtext("faultstring")
        detail = fault.find("detail")
        self.code = detail.findtext(f"{{{namespace}}}developerMessage")
        self.text = detail.findtext(f"{{{namespace}}}userMessage")
        super().__init__(f"{self.code}: {self.faultstring}")


class Answer:
    """What `return` holds. answer["reason"] is a text, None when it is left out; inner elements are
    named by a path: answer["transactionInfo/amount"]."""

    def __init__(self, returned, raw):
        self.returned, self.raw = returned, raw

    def __getitem__(self, path):
        return self.returned.findtext(path)

    @property
    def status(self):
        """Of a terminal payment or of a transaction."""
        return (self["terminalPaymentTransactionStatus"]
                or self["transactionInfo/transactionStatus"])


def request_body(service, operation, part):
    """The Body's element: of what stands in the request part, as XML."""
    name = OPERATIONS[operation].part
    return (f'<ns3:{operation} xmlns:ns3="{SERVICES[service].namespace}"><{name}>{part}</{name}>'
            f'</ns3:{operation}>')


def request_part(operation, header, fields):
    """XML of the header and the fields, in the contract's order; None: left out."""
    unknown = set(fields) - {name for name, _ in names(OPERATIONS[operation].fields)}
    assert not unknown, unknown
    head = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in header.items()
                   if value is not None)
    rest = "".join(f"<{name}>{escape(str(fields[name]))}</{name}>"
                   for name, _ in names(OPERATIONS[operation].fields)
                   if fields.get(name) is not None)
    return f"<header>{head}</header>{rest}"


class Agent:
    """One agent's key at one node. node_public: PEM; the answers are verified with it. hash_: of
    requests; answer_hash: what answers must be signed with, hash_ when it is not given."""

    def __init__(self, address, key, node_public, login=AGENT, certificate=1, hash_="sha1",
                 answer_hash=None, lang="ru"):
        self.address, self.key, self.node_public = address, key, node_public
        self.login, self.certificate, self.hash, self.lang = login, certificate, hash_, lang
        self.answer_hash = answer_hash or hash_
        self.http = None

    def close(self):
        if self.http is not None:
            self.http.close()
            self.http = None

    # ---- Bytes

    def post(self, service, message, headers=(), content_type=TEXT_XML):
        """Sends any bytes to a service's path; the HTTP response. Keeps its connection."""
        if self.http is None:
            self.http = Http(self.address, key=None)
        lines = [f"POST {SERVICES[service].path} HTTP/1.1", "Host: node", 'SOAPAction: ""',
                 f"Content-Length: {len(message)}", *headers]
        if content_type is not None:
            lines.append(f"Content-Type: {content_type}")
        self.http.send("\r\n".join(lines).encode() + b"\r\n\r\n" + message)
        response = self.http.receive()
        if response.headers.get("connection", "").lower() == "close":
            self.close()
        return response

    def header(self, **changes):
        return {"lang": self.lang, "timestamp": now(), "requester": self.login, "token": None,
                **changes}

    def sign(self, body, **options):
        """The signed message of a Body's element. options: of soap_sign.template."""
        template = soap_sign.template(**{"hash_": self.hash, **options})
        return soap_sign.sign(soap_sign.envelope(body, template, self.certificate), self.key)

    def message(self, service, operation, header=None, **fields):
        """The signed request. header: changes to its header."""
        if OPERATIONS[operation].fields is None:
            part = escape(fields["text"])
        else:
            part = request_part(operation, self.header(**(header or {})), fields)
        return self.sign(request_body(service, operation, part))

    # ---- Calls

    def call(self, service, operation, header=None, **fields):
        """The answer, verified; a Refusal is raised."""
        message = self.message(service, operation, header, **fields)
        return self.answer(service, operation, message, self.post(service, message))

    def repeat(self, service, operation, message):
        """Sends the bytes of an earlier request."""
        return self.answer(service, operation, message, self.post(service, message))

    def answer(self, service, operation, message, response):
        """Reads the response to a message; all that the contract says of it is checked."""
        assert response.headers["content-type"] == TEXT_XML, response
        assert not response.body.startswith(b"\xef\xbb\xbf"), "a byte order mark"
        if response.status != 200:
            raise self.refusal(service, message, response)
        digest = soap_sign.digest_of(message)
        expected = "sha256" if operation == "echo" else self.answer_hash
        document = soap_sign.verify(response.body, self.node_public, digest, expected)
        body = document.find(f"{{{ENVELOPE}}}Body")
        assert len(body) == 1, response
        answer = body[0]
        assert answer.tag == f"{{{SERVICES[service].namespace}}}{operation}Response", answer.tag
        SCHEMAS[service].assertValid(answer)
        returned = answer.find("return")
        if OPERATIONS[operation].answer is not None:
            check_header(returned.find("header"))
        return Answer(returned, response.body)

    def refusal(self, service, message, response):
        """The fault of a response. One that is signed must verify."""
        assert response.status in (500, 503), response
        signed = soap_sign.has_signature(response.body)
        if signed:
            document = soap_sign.verify(response.body, self.node_public,
                                        soap_sign.digest_of(message))
        else:
            document = lxml.etree.fromstring(response.body)
            soap_sign.check_plain(document)
        fault = document.find(f"{{{ENVELOPE}}}Body/{{{ENVELOPE}}}Fault")
        prefix, _, code = fault.findtext("faultcode").partition(":")
        assert fault.nsmap[prefix] == ENVELOPE, fault.nsmap
        assert code in ("Client", "Server"), code
        return Refusal(response.status, fault, SERVICES[service].namespace, signed)


def check_header(header):
    assert header.findtext("status") == "0", header.findtext("status")
    assert header.findtext("userMessage"), "no userMessage"
    told = datetime.datetime.fromisoformat(header.findtext("timestamp"))
    age = datetime.datetime.now(datetime.timezone.utc) - told  # fails when there is no zone
    assert abs(age) < datetime.timedelta(minutes=5), age
