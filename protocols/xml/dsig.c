/* dsig.c - verifying and signing, with xmlsec. */
#include "protocols/xml/dsig.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/transforms.h>
#include <xmlsec/xmldsig.h>

#include "protocols/xml/dsig_key.h"

static xmlSecTransformId c14n_id(enum dsig_c14n c14n) {
    switch (c14n) {
    case DSIG_EXCLUSIVE:
        return xmlSecTransformExclC14NId;
    case DSIG_EXCLUSIVE_COMMENTS:
        return xmlSecTransformExclC14NWithCommentsId;
    case DSIG_INCLUSIVE:
        return xmlSecTransformInclC14NId;
    case DSIG_INCLUSIVE_COMMENTS:
    default:
        return xmlSecTransformInclC14NWithCommentsId;
    }
}

/* The transforms that the found algorithms name, and no other: what xmlsec meets beyond them is an
 * error, whatever dsig_find thought of it. */
static bool allow(xmlSecDSigCtx *context, struct dsig_algorithms algorithms) {
    bool sha1 = algorithms.hash == DSIG_SHA1;
    context->enabledReferenceUris = xmlSecTransformUriTypeEmpty;
    return xmlSecDSigCtxEnableReferenceTransform(context, xmlSecTransformEnvelopedId) == 0 &&
           xmlSecDSigCtxEnableReferenceTransform(context, sha1 ? xmlSecOpenSSLTransformSha1Id
                                                               : xmlSecOpenSSLTransformSha256Id) ==
               0 &&
           xmlSecDSigCtxEnableReferenceTransform(context, xmlSecTransformInclC14NId) == 0 &&
           xmlSecDSigCtxEnableSignatureTransform(context, c14n_id(algorithms.c14n)) == 0 &&
           xmlSecDSigCtxEnableSignatureTransform(context,
                                                 sha1 ? xmlSecOpenSSLTransformRsaSha1Id
                                                      : xmlSecOpenSSLTransformRsaSha256Id) == 0;
}

/* The only reference of the signature, when it was one and its digest is right. */
static bool reference_holds(const xmlSecDSigCtx *context) {
    xmlSecPtrList *references = (xmlSecPtrList *)(uintptr_t)&context->signedInfoReferences;
    if (xmlSecPtrListGetSize(references) != 1) {
        return false;
    }
    const xmlSecDSigReferenceCtx *reference = xmlSecPtrListGetItem(references, 0);
    return reference != NULL && reference->status == xmlSecDSigStatusSucceeded;
}

/* Runs xmlsec over the signature: whether its one reference holds, and its value is the key's. */
static void check(const struct dsig_found *found, const xmlSecKey *key, bool *reference,
                  bool *signature) {
    xmlSecDSigCtx context;
    *reference = *signature = false;
    if (xmlSecDSigCtxInitialize(&context, NULL) < 0) {
        return;
    }
    context.signKey = xmlSecKeyDuplicate((xmlSecKey *)(uintptr_t)key);
    if (context.signKey != NULL && allow(&context, found->algorithms)) {
        bool ran = xmlSecDSigCtxVerify(&context, found->signature) >= 0;
        *reference = reference_holds(&context);
        *signature = ran && *reference && context.status == xmlSecDSigStatusSucceeded;
    }
    xmlSecDSigCtxFinalize(&context);
}

bool dsig_verify(const struct dsig_found *found, const struct dsig_public *key, bool legacy) {
    uint32_t least = legacy ? DSIG_KEY_BITS_MIN_LEGACY : DSIG_KEY_BITS_MIN;
    bool reference, signature;
    if (key->bits < least || (found->algorithms.hash == DSIG_SHA1 && !legacy)) {
        return false;
    }
    check(found, key->key, &reference, &signature);
    return signature;
}

/* xmlsec wants a key before it looks at a digest. With this one nobody signs: its private half was
 * thrown away, and what it would verify is not asked. */
static const char nobody_pem[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC0GrzhX9IuLzmp0cGh5F7agren\n"
    "yugHxsytIV5oY1mgWa8rm6Xqwy1W5L/OWvOFNfqar7XMU7tjakDGPtBN2YZzp8bO\n"
    "hBIXpX1WemjPqqPo5a1dWSD/brH0SB0iHWR1AOghK9zyoNWhsJFLNPvzs19qqf3a\n"
    "zJAymq8ag29vanf2SQIDAQAB\n"
    "-----END PUBLIC KEY-----\n";
static struct dsig_public *nobody;

static void read_nobody(void) {
    uint8_t der[512];
    size_t size = dsig_public_pem(slice_text(nobody_pem), der, sizeof(der));
    nobody = dsig_public_read(der, size);
}

bool dsig_digest_matches(const struct dsig_found *found) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    bool reference = false, signature;
    (void)pthread_once(&once, read_nobody);
    if (nobody != NULL) {
        check(found, nobody->key, &reference, &signature);
    }
    return reference;
}

/* ---- Signing ------------------------------------------------------------------------------ */

static const char *uri_of(xmlSecTransformId id) {
    return (const char *)id->href;
}

/* A new last child in the signature's namespace. NULL: no memory. */
static xmlNode *add(xmlNode *parent, const char *name) {
    return parent == NULL ? NULL : xmlNewChild(parent, parent->ns, (const xmlChar *)name, NULL);
}

static xmlNode *add_algorithm(xmlNode *parent, const char *name, xmlSecTransformId id) {
    xmlNode *node = add(parent, name);
    bool good = node != NULL &&
                xmlNewProp(node, (const xmlChar *)"Algorithm", (const xmlChar *)uri_of(id)) != NULL;
    return good ? node : NULL;
}

/* The signature with its values still to come, as the header's last child. NULL: no memory. */
static xmlNode *add_template(xmlNode *header, struct dsig_algorithms algorithms) {
    bool sha1 = algorithms.hash == DSIG_SHA1;
    xmlNode *signature = xmlNewChild(header, NULL, (const xmlChar *)"Signature", NULL);
    xmlNs *name_space = signature == NULL ? NULL : xmlNewNs(signature, xmlSecDSigNs, NULL);
    if (name_space == NULL) {
        return NULL;
    }
    xmlSetNs(signature, name_space);
    xmlNode *info = add(signature, "SignedInfo");
    xmlNode *c14n = add_algorithm(info, "CanonicalizationMethod", c14n_id(algorithms.c14n));
    xmlNode *method =
        add_algorithm(info, "SignatureMethod",
                      sha1 ? xmlSecOpenSSLTransformRsaSha1Id : xmlSecOpenSSLTransformRsaSha256Id);
    xmlNode *reference = add(info, "Reference");
    bool good = reference != NULL &&
                xmlNewProp(reference, (const xmlChar *)"URI", (const xmlChar *)"") != NULL;
    xmlNode *transforms = add(reference, "Transforms");
    xmlNode *transform = add_algorithm(transforms, "Transform", xmlSecTransformEnvelopedId);
    xmlNode *digest =
        add_algorithm(reference, "DigestMethod",
                      sha1 ? xmlSecOpenSSLTransformSha1Id : xmlSecOpenSSLTransformSha256Id);
    good = good && c14n != NULL && method != NULL && transform != NULL && digest != NULL &&
           add(reference, "DigestValue") != NULL && add(signature, "SignatureValue") != NULL;
    return good ? signature : NULL;
}

static bool sign(const struct dsig_private *key, xmlNode *signature) {
    xmlSecDSigCtx context;
    if (xmlSecDSigCtxInitialize(&context, NULL) < 0) {
        return false;
    }
    context.signKey = xmlSecKeyDuplicate(key->key);
    bool good = context.signKey != NULL && xmlSecDSigCtxSign(&context, signature) >= 0 &&
                context.status == xmlSecDSigStatusSucceeded;
    xmlSecDSigCtxFinalize(&context);
    return good;
}

static bool append_document(xmlDoc *document, struct buffer *out) {
    xmlBuffer *text = xmlBufferCreate();
    int size =
        text == NULL ? -1 : xmlNodeDump(text, document, xmlDocGetRootElement(document), 0, 0);
    if (size > 0) {
        buffer_append(out, xmlBufferContent(text), (size_t)xmlBufferLength(text));
    }
    xmlBufferFree(text);
    return size > 0 && !out->failed;
}

bool dsig_sign(const struct dsig_private *key, struct dsig_algorithms algorithms,
               struct slice document, const char *header, struct buffer *out) {
    xmlDoc *parsed = NULL;
    if (xml_parse(document, &parsed) != XML_OK) {
        return false;
    }
    xmlNode *parent = xml_first(xmlDocGetRootElement(parsed));
    while (parent != NULL && strcmp((const char *)parent->name, header) != 0) {
        parent = xml_next(parent);
    }
    xmlNode *signature = parent == NULL ? NULL : add_template(parent, algorithms);
    bool good = signature != NULL && sign(key, signature) && append_document(parsed, out);
    xmlFreeDoc(parsed);
    return good;
}

/* ---- Signing a canonical text -------------------------------------------------------------- */

enum { SIGNATURE_BYTES_MAX = 1024, DIGEST_BYTES_MAX = 32 }; /* RSA-8192; SHA-256 */
#define BASE64_SIZE(bytes) (((bytes) + 2) / 3 * 4 + 1)
#define INFO_BYTES_MAX 2048 /* a SignedInfo has 700, and the namespaces in scope */

static const EVP_MD *hash_of(struct dsig_algorithms algorithms) {
    return algorithms.hash == DSIG_SHA1 ? EVP_sha1() : EVP_sha256();
}

/* canonical: in the form that is signed, else in the short one that is sent. */
static void put_algorithm(struct buffer *out, const char *name, xmlSecTransformId id,
                          bool canonical) {
    buffer_format(out, "<%s Algorithm=\"%s\"", name, uri_of(id));
    if (canonical) {
        buffer_format(out, "></%s>", name);
    } else {
        buffer_text(out, "/>");
    }
}

static void put_info(struct buffer *out, struct dsig_algorithms algorithms, const char *digest,
                     bool canonical) {
    bool sha1 = algorithms.hash == DSIG_SHA1;
    put_algorithm(out, "CanonicalizationMethod", c14n_id(algorithms.c14n), canonical);
    put_algorithm(out, "SignatureMethod",
                  sha1 ? xmlSecOpenSSLTransformRsaSha1Id : xmlSecOpenSSLTransformRsaSha256Id,
                  canonical);
    buffer_text(out, "<Reference URI=\"\"><Transforms>");
    put_algorithm(out, "Transform", xmlSecTransformEnvelopedId, canonical);
    buffer_text(out, "</Transforms>");
    put_algorithm(out, "DigestMethod",
                  sha1 ? xmlSecOpenSSLTransformSha1Id : xmlSecOpenSSLTransformSha256Id, canonical);
    buffer_format(out, "<DigestValue>%s</DigestValue></Reference></SignedInfo>", digest);
}

static bool digest_of(struct dsig_algorithms algorithms, struct slice document,
                      char base64[BASE64_SIZE(DIGEST_BYTES_MAX)]) {
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (EVP_Digest(document.base, document.size, bytes, &size, hash_of(algorithms), NULL) != 1 ||
        size > DIGEST_BYTES_MAX) {
        return false;
    }
    (void)EVP_EncodeBlock((unsigned char *)base64, bytes, (int)size);
    return true;
}

/* RSA over the SignedInfo as a verifier will have it: an inclusive form has what is in scope. */
static bool sign_info(const struct dsig_private *key, struct dsig_algorithms algorithms,
                      const char *digest, const char *scope,
                      char base64[BASE64_SIZE(SIGNATURE_BYTES_MAX)]) {
    bool inclusive =
        algorithms.c14n == DSIG_INCLUSIVE || algorithms.c14n == DSIG_INCLUSIVE_COMMENTS;
    unsigned char bytes[SIGNATURE_BYTES_MAX];
    size_t size = sizeof(bytes);
    struct buffer info;
    buffer_init(&info, INFO_BYTES_MAX);
    buffer_format(&info, "<SignedInfo xmlns=\"%s\"%s>", (const char *)xmlSecDSigNs,
                  inclusive ? scope : "");
    put_info(&info, algorithms, digest, true);
    EVP_PKEY *rsa = xmlSecOpenSSLEvpKeyDataGetEvp(xmlSecKeyGetValue(key->key));
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = !info.failed && rsa != NULL && context != NULL &&
                EVP_DigestSignInit(context, NULL, hash_of(algorithms), NULL, rsa) == 1 &&
                EVP_DigestSign(context, bytes, &size, (unsigned char *)info.base, info.used) == 1;
    EVP_MD_CTX_free(context);
    buffer_free(&info);
    if (good) {
        (void)EVP_EncodeBlock((unsigned char *)base64, bytes, (int)size);
    }
    return good;
}

bool dsig_sign_canonical(const struct dsig_private *key, struct dsig_algorithms algorithms,
                         struct slice document, const char *scope, struct slice end,
                         struct buffer *out) {
    char digest[BASE64_SIZE(DIGEST_BYTES_MAX)], value[BASE64_SIZE(SIGNATURE_BYTES_MAX)];
    const char *at = memmem(document.base, document.size, end.base, end.size);
    if (at == NULL || !digest_of(algorithms, document, digest) ||
        !sign_info(key, algorithms, digest, scope, value)) {
        return false;
    }
    size_t before = (size_t)(at - document.base);
    buffer_append(out, document.base, before);
    buffer_format(out, "<Signature xmlns=\"%s\"><SignedInfo>", (const char *)xmlSecDSigNs);
    put_info(out, algorithms, digest, false);
    buffer_format(out, "<SignatureValue>%s</SignatureValue></Signature>", value);
    buffer_append(out, at, document.size - before);
    return !out->failed;
}
