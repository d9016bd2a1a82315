"""A shop in PHP, as it comes with Debian: its own DOM and openssl, nothing else. It signs a request
as the field's module does and checks what it is told of payments."""
from tests.integration import php_client

# The module's way: the Signature is built with the request's own prefix, which it re-binds.
SIGN = r"""
const DSIG = 'http://www.w3.org/2000/09/xmldsig#';
$document = new DOMDocument();
$document->loadXML($input['xml']);
$digest = base64_encode(sha1($document->C14N(false, false), true));
$c14n = $input['exclusive'] ? 'http://www.w3.org/2001/10/xml-exc-c14n#WithComments'
                            : 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments';
$signature = $document->createElementNS(DSIG, 'WSReq:Signature');
$document->documentElement->appendChild($signature);
function add($parent, $name, $text = null, $algorithm = null) {
    $child = $parent->ownerDocument->createElementNS(DSIG, 'WSReq:' . $name, $text ?? '');
    if ($algorithm !== null) $child->setAttribute('Algorithm', $algorithm);
    return $parent->appendChild($child);
}
$info = add($signature, 'SignedInfo');
add($info, 'CanonicalizationMethod', null, $c14n);
add($info, 'SignatureMethod', null, DSIG . 'rsa-sha1');
$reference = add($info, 'Reference');
$reference->setAttribute('URI', '');
add(add($reference, 'Transforms'), 'Transform', null, DSIG . 'enveloped-signature');
add($reference, 'DigestMethod', null, DSIG . 'sha1');
add($reference, 'DigestValue', $digest);
if (!openssl_sign($info->C14N($input['exclusive'], true), $value, $input['key'],
                  OPENSSL_ALGO_SHA1)) throw new Exception(openssl_error_string());
add($signature, 'SignatureValue', base64_encode($value));
echo json_encode(base64_encode($document->saveXML()));
"""

VERIFY = r"""
const DSIG = 'http://www.w3.org/2000/09/xmldsig#';
const TOLD = 'http://allpay.kz/xsd/1.0.0/WebShopResponse.xsd';
$xml = base64_decode($input['body'], true);
$document = new DOMDocument();
if ($xml === false || !$document->loadXML($xml)) throw new Exception('no XML in base64');
$signatures = $document->getElementsByTagNameNS(DSIG, 'Signature');
if ($signatures->length !== 1) throw new Exception('not one Signature');
$signature = $signatures->item(0);
function inside($parent, $name) {
    return $parent->getElementsByTagNameNS(DSIG, $name)->item(0);
}
$method = inside($signature, 'SignatureMethod')->getAttribute('Algorithm');
$hashes = [DSIG . 'rsa-sha1' => ['sha1', OPENSSL_ALGO_SHA1],
           'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256' => ['sha256', OPENSSL_ALGO_SHA256]];
[$hash, $algorithm] = $hashes[$method];
$info = inside($signature, 'SignedInfo')->C14N(true, true);
$value = base64_decode(inside($signature, 'SignatureValue')->textContent);
$verified = openssl_verify($info, $value, $input['public'], $algorithm);
$digest = base64_decode(inside($signature, 'DigestValue')->textContent);
$document->documentElement->removeChild($signature);
$same = hash_equals(hash($hash, $document->C14N(false, false), true), $digest);
$told = function ($name) use ($document) {
    return $document->getElementsByTagNameNS(TOLD, $name)->item(0)->textContent;
};
echo json_encode(['verified' => $verified === 1, 'same' => $same, 'method' => $method,
                  'invoice' => $told('InvoiceNumber'), 'transaction' => $told('TransactionId'),
                  'status' => $told('Status'), 'description' => $told('StatusDescription')]);
"""


def sign(xml, key, exclusive=False):
    """The base64 that the shop's form has, of a request's XML without a Signature."""
    return php_client.run_with("dom", SIGN, {"xml": xml, "key": key.private.decode(),
                                              "exclusive": exclusive})


def read(body, node_public):
    """What the body of a callback says, and whether its signature holds."""
    return php_client.run_with("dom", VERIFY, {"body": body.decode(),
                                                "public": node_public.decode()})
