"""XML-DSig as an agent's system makes and checks it, with lxml and python3-xmlsec: no code of the
node's. What is signed looks as the field's Java client writes it."""
import functools
import re
import subprocess

import lxml.etree
import xmlsec

from tests.integration.node import SLOWER

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
ALLPAY = "https://allpay.kz"  # of certificateNumber and requestDsig
DSIG = "http://www.w3.org/2000/09/xmldsig#"
ENVELOPED = DSIG + "enveloped-signature"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
EXCLUSIVE_COMMENTS = EXCLUSIVE + "WithComments"
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
DECLARATION = "<?xml version='1.0' encoding='UTF-8'?>"
HASHES = {"sha1": (DSIG + "rsa-sha1", DSIG + "sha1"),
          "sha256": ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                     "http://www.w3.org/2001/04/xmlenc#sha256")}


class Unverified(Exception):
    """A message is not what its signer signed, or not fit to be checked by the field's client."""


class Key:
    """A private RSA key and its public half, both PEM."""

    def __init__(self, private):
        self.private = private
        self.public = openssl("rsa", "-pubout", given=private)

    @classmethod
    @functools.lru_cache(maxsize=None)  # making one takes a while; each (bits, name) is another
    def make(cls, bits=2048, name="agent"):
        return cls(openssl("genrsa", str(bits)))

    def xmlsec_key(self):
        return xmlsec.Key.from_memory(self.private, xmlsec.KeyFormat.PEM)


def openssl(*arguments, given=b""):
    done = subprocess.run(["openssl", *arguments], input=given, capture_output=True,
                          timeout=60 * SLOWER)
    assert done.returncode == 0, done.stderr
    return done.stdout


# ---- Requests --------------------------------------------------------------------------------

def template(hash_="sha1", c14n=EXCLUSIVE_COMMENTS, uri="", transforms=(ENVELOPED,)):
    """A Signature to be filled in."""
    method, digest = HASHES[hash_]
    listed = "".join(f'<Transform Algorithm="{name}"/>' for name in transforms)
    return (f'<Signature xmlns="{DSIG}"><SignedInfo><CanonicalizationMethod Algorithm="{c14n}"/>'
            f'<SignatureMethod Algorithm="{method}"/><Reference URI="{uri}"><Transforms>{listed}'
            f'</Transforms><DigestMethod Algorithm="{digest}"/><DigestValue/></Reference>'
            f'</SignedInfo><SignatureValue/></Signature>')


def envelope(body, signature, certificate=1):
    """A request as the field's client writes it; two prefixes for one namespace. certificate None:
    without a number."""
    number = "" if certificate is None else \
        f'<certificateNumber xmlns="{ALLPAY}">{certificate}</certificateNumber>'
    return (f'{DECLARATION}<S:Envelope xmlns:S="{ENVELOPE}">'
            f'<SOAP-ENV:Header xmlns:SOAP-ENV="{ENVELOPE}">{number}{signature}</SOAP-ENV:Header>'
            f'<S:Body>{body}</S:Body></S:Envelope>')


def fill_in(document, key, signature=None):
    """Fills in a Signature of a parsed document: the first one, when it is not given."""
    if signature is None:
        signature = document.find(f".//{{{DSIG}}}Signature")
    context = xmlsec.SignatureContext()
    context.key = key.xmlsec_key()
    context.sign(signature)
    value = signature.find(f"{{{DSIG}}}SignatureValue")
    whole = "".join(value.text.split())
    # Java's lines; the CR is written as a reference.
    value.text = "\r\n".join(whole[i:i + 76] for i in range(0, len(whole), 76))
    return document


def to_bytes(document):
    text = lxml.etree.tostring(document, encoding="UTF-8", xml_declaration=False)
    return DECLARATION.encode() + text.replace(b"&#13;", b"&#xd;")


def sign(text, key):
    """The bytes of a request that has a template in it."""
    return to_bytes(fill_in(lxml.etree.fromstring(text.encode()), key))


def digest_of(message):
    """The DigestValue of a signed message, as it stands there."""
    return lxml.etree.fromstring(message).findtext(f".//{{{DSIG}}}DigestValue")


# ---- Answers ---------------------------------------------------------------------------------

def canonical(document, exclusive=True):
    return lxml.etree.tostring(document, method="c14n", exclusive=exclusive, with_comments=True)


def check_plain(document):
    """What the field's SOAP stack drops before it verifies must not be there."""
    for node in document.iter():
        if not isinstance(node.tag, str):
            raise Unverified(f"a comment or instruction: {node}")
        for text in (node.text, node.tail):
            if text is not None and text.strip() == "":
                raise Unverified(f"white space in or after {node.tag}")
    if canonical(document) != canonical(document, exclusive=False):
        raise Unverified("it is not its own exclusive canonical form")


def only(document, name):
    found = document.findall(f".//{name}")
    if len(found) != 1:
        raise Unverified(f"{len(found)} {name}")
    return found[0]


def verify(message, public, request_digest=None, hash_=None):
    """Checks a message as the field's client does: the whole of it through exclusive C14N, then the
    one Signature, then requestDsig. hash_: the one that it must be signed with. The document."""
    document = lxml.etree.fromstring(message)
    check_plain(document)
    document = lxml.etree.fromstring(canonical(document))
    signature = only(document, f"{{{DSIG}}}Signature")
    if signature.getparent().tag != f"{{{ENVELOPE}}}Header":
        raise Unverified("the Signature is not in the Header")
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(public, xmlsec.KeyFormat.PEM)
    try:
        context.verify(signature)
    except xmlsec.Error as error:
        raise Unverified(str(error)) from error
    check_reference(signature, hash_)
    if request_digest is not None:
        told = only(document, f"{{{ALLPAY}}}requestDsig")
        if told.text != request_digest:
            raise Unverified(f"requestDsig is {told.text!r}, not {request_digest!r}")
    return document


def check_reference(signature, hash_):
    """xmlsec has verified what the Signature refers to: that must be the whole document."""
    reference = only(signature, f"{{{DSIG}}}Reference")
    transforms = [node.get("Algorithm") for node in signature.iter(f"{{{DSIG}}}Transform")]
    if reference.get("URI") != "" or transforms != [ENVELOPED]:
        raise Unverified(f"it signs {reference.get('URI')!r} after {transforms}")
    method, digest = (only(signature, f"{{{DSIG}}}{name}").get("Algorithm")
                      for name in ("SignatureMethod", "DigestMethod"))
    if (method, digest) not in ([HASHES[hash_]] if hash_ else HASHES.values()):
        raise Unverified(f"it is signed with {method}, {digest}")


def has_signature(message):
    return re.search(rb'xmlns(:\w+)?="' + DSIG.encode() + b'"', message) is not None
