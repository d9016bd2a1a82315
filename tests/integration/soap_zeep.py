"""zeep as an agent's system: a plug-in signs what it sends, its transport verifies what comes."""
import lxml.etree
import requests
import zeep

from tests.integration import soap_sign
from tests.integration.soap_sign import ALLPAY, ENVELOPE


class Signing(zeep.Plugin):
    """Puts the certificate's number and a Signature into the Header."""

    def __init__(self, agent):
        self.agent = agent

    def egress(self, envelope, http_headers, operation, binding_options):
        header = envelope.find(f"{{{ENVELOPE}}}Header")
        if header is None:
            header = lxml.etree.Element(f"{{{ENVELOPE}}}Header")
            envelope.insert(0, header)
        number = lxml.etree.SubElement(header, f"{{{ALLPAY}}}certificateNumber",
                                       nsmap={None: ALLPAY})
        number.text = str(self.agent.certificate)
        header.append(lxml.etree.fromstring(soap_sign.template(self.agent.hash)))
        return soap_sign.fill_in(envelope, self.agent.key), http_headers

    def ingress(self, envelope, http_headers, operation):
        return envelope, http_headers


class Verifying(zeep.Transport):
    """Verifies each answer's bytes as they came, and keeps the last exchange."""

    def __init__(self, agent):
        session = requests.Session()
        session.trust_env = False  # no proxy of the machine's
        super().__init__(session=session)
        self.agent, self.sent, self.received = agent, None, None

    def post(self, address, message, headers):
        response = super().post(address, message, headers)
        self.sent, self.received = message, response.content
        if response.status_code == 200:
            soap_sign.verify(response.content, self.agent.node_public,
                             soap_sign.digest_of(message))
        return response


def client(url, agent):
    """A strict zeep client of the service whose endpoint is `url`."""
    return zeep.Client(url + "?wsdl", transport=Verifying(agent), plugins=[Signing(agent)])
