"""The checkout's three messages as a shop's module makes and checks them, with lxml and
python3-xmlsec: no code of the node's."""
import base64
import re
from xml.sax.saxutils import escape

import lxml.etree
import xmlsec

from tests.integration.soap_sign import (DSIG, ENVELOPED, EXCLUSIVE_COMMENTS, HASHES, INCLUSIVE,
                                         Unverified, only)

INCLUSIVE_COMMENTS = INCLUSIVE + "#WithComments"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
STATUSES = ("SUCCESS", "ERROR_NO_SUCH_USER", "ERROR_NOT_ENOUGH_MONEY", "ERROR_USER_CANCELED",
            "ERROR_TIMEOUT", "ERROR_ALREADY_PAID")  # a numeric shop is told the index


def namespace(message):
    return f"http://allpay.kz/xsd/1.0.0/{message}.xsd"


REQUEST, RESPONSE = namespace("WebShopRequest"), namespace("WebShopResponse")


# ---- Requests --------------------------------------------------------------------------------

def element(name, value):
    """Left out when the value is None. A value with XML in it comes as bytes."""
    if value is None:
        return ""
    text = value.decode() if isinstance(value, bytes) else escape(str(value))
    return f"<WSReq:{name}>{text}</WSReq:{name}>"


def item(name="Шай", code="A1", quantity="1", cost="1.00", description=None):
    return element("Items", "".join([
        element("Code", code), element("Name", name), element("Description", description),
        element("Quantity", quantity), element("Cost", cost)]).encode())


def request(merchant, invoice, total, wallet=None, shop="Дүкен", items=(), success=None,
            failure=None, response=None, version=None, timeout=600, auto=None, extra=""):
    """A WebShopRequest without its Signature: "{signature}" stands there. None: left out."""
    cart = element("Cart", "".join(items).encode()) if items else ""
    party = element("MerchantID", merchant) + element("WalletID", wallet or merchant)
    return "".join([
        "<?xml version='1.0' encoding='UTF-8' standalone='no'?>\n"
        f'<WSReq:WebShopRequest xmlns:WSReq="{REQUEST}" xmlns:xsi="{XSI}" '
        f'xsi:schemaLocation="{REQUEST} {REQUEST}">',
        element("ShopName", shop), element("InvoiceNumber", invoice),
        element("Merchant", party.encode()), cart, element("TotalCost", total),
        element("SuccessLink", success), element("FailureLink", failure),
        element("ResponseURL", response), element("ProtocolVersion", version),
        element("TimeoutInSeconds", timeout), element("AutoTransaction", auto), extra,
        "{signature}</WSReq:WebShopRequest>"])


def template(c14n=INCLUSIVE_COMMENTS, hash_="sha1", prefix=None, uri="", transforms=(ENVELOPED,)):
    """A Signature to be filled in. prefix: re-bound to the namespace of signatures, as the field's
    PHP module does with WSReq; None: the namespace is the default one."""
    method, digest = HASHES[hash_]
    listed = "".join(f'<Transform Algorithm="{name}"/>' for name in transforms)
    plain = (f'<Signature xmlns="{DSIG}">\n  <SignedInfo><CanonicalizationMethod '
             f'Algorithm="{c14n}"/>\n<SignatureMethod Algorithm="{method}"/><Reference '
             f'URI="{uri}"><Transforms>{listed}</Transforms><DigestMethod Algorithm="{digest}"/>'
             f'<DigestValue/></Reference></SignedInfo><SignatureValue/></Signature>')
    if prefix is None:
        return plain
    bound = plain.replace("xmlns=", f"xmlns:{prefix}=")
    return re.sub(r"<(/?)(\w)", rf"<\1{prefix}:\2", bound)


def sign(text, key, c14n=INCLUSIVE_COMMENTS, hash_="sha1", prefix=None, **options):
    """The bytes of a request, signed."""
    filled = text.replace("{signature}", template(c14n, hash_, prefix, **options))
    document = lxml.etree.fromstring(filled.encode())
    context = xmlsec.SignatureContext()
    context.key = key.xmlsec_key()
    context.sign(document.findall(f"{{{DSIG}}}Signature")[-1])
    return lxml.etree.tostring(document.getroottree(), encoding="UTF-8", standalone=False)


def encode(message):
    return base64.b64encode(message).decode()


# ---- What the shop is told ---------------------------------------------------------------------

class Told:
    """A WebShopResponse, as text."""

    def __init__(self, document):
        transaction = only(document, f"{{{RESPONSE}}}Transaction")
        self.invoice = document.findtext(f"{{{RESPONSE}}}InvoiceNumber")
        self.transaction, self.status, self.description = (
            transaction.findtext(f"{{{RESPONSE}}}{name}")
            for name in ("TransactionId", "Status", "StatusDescription"))
        check_order(document, ["InvoiceNumber", "Transaction", "Signature"])
        check_order(transaction, ["TransactionId", "Status", "StatusDescription"])

    def __repr__(self):
        return f"<{self.status} of {self.invoice!r}, {self.transaction}>"


def check_order(parent, names):
    found = [lxml.etree.QName(child).localname for child in parent]
    if found != [name for name in names if name in found] or len(found) < len(names) - 1:
        raise Unverified(f"the children are {found}, not {names}")


def read_response(body, node_public, hash_="sha256"):
    """What the body of a callback says, when the node signed it as the contract has it."""
    message = base64.b64decode(body, validate=True)
    if not message.startswith(b"<?xml "):
        raise Unverified("it has no declaration")
    document = lxml.etree.fromstring(message)
    if document.tag != f"{{{RESPONSE}}}WebShopResponse":
        raise Unverified(f"its root is {document.tag}")
    signature = only(document, f"{{{DSIG}}}Signature")
    if signature.getparent() is not document or signature.getnext() is not None:
        raise Unverified("the Signature is not the root's last child")
    check_method(signature, hash_)
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(node_public, xmlsec.KeyFormat.PEM)
    try:
        context.verify(signature)
    except xmlsec.Error as error:
        raise Unverified(str(error)) from error
    return Told(document)


def check_method(signature, hash_):
    """One Reference to the whole document, and nothing in it that names a key."""
    if signature.find(f".//{{{DSIG}}}KeyInfo") is not None:
        raise Unverified("it brings its own key")
    reference = only(signature, f"{{{DSIG}}}Reference")
    transforms = [node.get("Algorithm") for node in signature.iter(f"{{{DSIG}}}Transform")]
    told = [only(signature, f"{{{DSIG}}}{name}").get("Algorithm") for name in
            ("CanonicalizationMethod", "SignatureMethod", "DigestMethod")]
    if reference.get("URI") != "" or transforms != [ENVELOPED]:
        raise Unverified(f"it signs {reference.get('URI')!r} after {transforms}")
    if told != [EXCLUSIVE_COMMENTS, *HASHES[hash_]]:
        raise Unverified(f"it is signed by {told}")


# ---- What the shop answers -----------------------------------------------------------------------

def answer(status, reason=""):
    """A WebShopCustomerResponse; reason None: without the element."""
    ours = namespace("WebShopCustomerResponse")
    said = "" if reason is None else f"<WSCResp:Reason>{escape(reason)}</WSCResp:Reason>"
    return (f'<?xml version="1.0" encoding="UTF-8"?>\n<WSCResp:WebShopCustomerResponse '
            f'xsi:schemaLocation="{ours}" xmlns:xsi="{XSI}" xmlns:WSCResp="{ours}">\n'
            f"    <WSCResp:Status>{status}</WSCResp:Status>\n    {said}\n"
            f"</WSCResp:WebShopCustomerResponse>").encode()
