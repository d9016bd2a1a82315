/* dsig.c - verifying and signing, with xmlsec. */
#include "protocols/xml/dsig.h"

#include <pthread.h>
#include <xmlsec/openssl/crypto.h>
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
