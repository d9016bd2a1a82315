/* dsig_sign.c - signing: a tree with xmlsec, a canonical text by itself. */
#include <string.h>
#include <xmlsec/xmldsig.h>

#include "protocols/xml/dsig_key.h"
#include "protocols/xml/dsig_names.h"

/* ---- Signing a tree ------------------------------------------------------------------------ */

/* A new last child in the signature's namespace. NULL: no memory. */
static xmlNode *add(xmlNode *parent, const char *name) {
    return parent == NULL ? NULL : xmlNewChild(parent, parent->ns, (const xmlChar *)name, NULL);
}

static xmlNode *add_algorithm(xmlNode *parent, const char *name, const char *uri) {
    xmlNode *node = add(parent, name);
    bool good = node != NULL &&
                xmlNewProp(node, (const xmlChar *)"Algorithm", (const xmlChar *)uri) != NULL;
    return good ? node : NULL;
}

/* The signature with its values still to come, as the header's last child. NULL: no memory. */
static xmlNode *add_template(xmlNode *header, struct dsig_algorithms algorithms) {
    const struct dsig_hash_names *hash = &dsig_hashes[algorithms.hash];
    xmlNode *signature = xmlNewChild(header, NULL, (const xmlChar *)"Signature", NULL);
    xmlNs *name_space =
        signature == NULL ? NULL : xmlNewNs(signature, (const xmlChar *)DSIG_NAMESPACE, NULL);
    if (name_space == NULL) {
        return NULL;
    }
    xmlSetNs(signature, name_space);
    xmlNode *info = add(signature, "SignedInfo");
    xmlNode *c14n = add_algorithm(info, "CanonicalizationMethod", dsig_c14ns[algorithms.c14n]);
    xmlNode *method = add_algorithm(info, "SignatureMethod", hash->signature);
    xmlNode *reference = add(info, "Reference");
    bool good = reference != NULL &&
                xmlNewProp(reference, (const xmlChar *)"URI", (const xmlChar *)"") != NULL;
    xmlNode *transforms = add(reference, "Transforms");
    xmlNode *transform = add_algorithm(transforms, "Transform", DSIG_ENVELOPED);
    xmlNode *digest = add_algorithm(reference, "DigestMethod", hash->digest);
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

#define BASE64_SIZE(bytes) (((bytes) + 2) / 3 * 4 + 1)
#define INFO_BYTES_MAX 2048 /* a SignedInfo has 700, and the namespaces in scope */

/* canonical: in the form that is signed, else in the short one that is sent. */
static void put_algorithm(struct buffer *out, const char *name, const char *uri, bool canonical) {
    buffer_text(out, "<");
    buffer_text(out, name);
    buffer_text(out, " Algorithm=\"");
    buffer_text(out, uri);
    if (canonical) {
        buffer_text(out, "\"></");
        buffer_text(out, name);
        buffer_text(out, ">");
    } else {
        buffer_text(out, "\"/>");
    }
}

static void put_info(struct buffer *out, struct dsig_algorithms algorithms, const char *digest,
                     bool canonical) {
    const struct dsig_hash_names *hash = &dsig_hashes[algorithms.hash];
    put_algorithm(out, "CanonicalizationMethod", dsig_c14ns[algorithms.c14n], canonical);
    put_algorithm(out, "SignatureMethod", hash->signature, canonical);
    buffer_text(out, "<Reference URI=\"\"><Transforms>");
    put_algorithm(out, "Transform", DSIG_ENVELOPED, canonical);
    buffer_text(out, "</Transforms>");
    put_algorithm(out, "DigestMethod", hash->digest, canonical);
    buffer_text(out, "<DigestValue>");
    buffer_text(out, digest);
    buffer_text(out, "</DigestValue></Reference></SignedInfo>");
}

static bool digest_of(struct dsig_algorithms algorithms, struct slice document,
                      char base64[BASE64_SIZE(DSIG_DIGEST_MAX)]) {
    struct dsig_bytes digest;
    bool good = dsig_digest(algorithms.hash, document, &digest);
    if (good) {
        (void)EVP_EncodeBlock((unsigned char *)base64, digest.bytes, (int)digest.size);
    }
    return good;
}

/* RSA over the SignedInfo as a verifier will have it: an inclusive form has what is in scope. */
static bool sign_info(const struct dsig_private *key, struct dsig_algorithms algorithms,
                      const char *digest, const char *scope,
                      char base64[BASE64_SIZE(DSIG_SIGNATURE_MAX)]) {
    bool inclusive =
        algorithms.c14n == DSIG_INCLUSIVE || algorithms.c14n == DSIG_INCLUSIVE_COMMENTS;
    struct dsig_bytes hash, value;
    struct buffer info;
    buffer_init(&info, INFO_BYTES_MAX);
    buffer_text(&info, "<SignedInfo xmlns=\"" DSIG_NAMESPACE "\"");
    buffer_text(&info, inclusive ? scope : "");
    buffer_text(&info, ">");
    put_info(&info, algorithms, digest, true);
    bool good = !info.failed &&
                dsig_digest(algorithms.hash, (struct slice){info.base, info.used}, &hash) &&
                dsig_rsa_sign(key->rsa, algorithms.hash, &hash, &value);
    buffer_free(&info);
    if (good) {
        (void)EVP_EncodeBlock((unsigned char *)base64, value.bytes, (int)value.size);
    }
    return good;
}

bool dsig_sign_canonical(const struct dsig_private *key, struct dsig_algorithms algorithms,
                         struct slice document, const char *scope, struct slice end,
                         struct buffer *out) {
    char digest[BASE64_SIZE(DSIG_DIGEST_MAX)], value[BASE64_SIZE(DSIG_SIGNATURE_MAX)];
    const char *at = memmem(document.base, document.size, end.base, end.size);
    if (at == NULL || !digest_of(algorithms, document, digest) ||
        !sign_info(key, algorithms, digest, scope, value)) {
        return false;
    }
    size_t before = (size_t)(at - document.base);
    buffer_append(out, document.base, before);
    buffer_text(out, "<Signature xmlns=\"" DSIG_NAMESPACE "\"><SignedInfo>");
    put_info(out, algorithms, digest, false);
    buffer_text(out, "<SignatureValue>");
    buffer_text(out, value);
    buffer_text(out, "</SignatureValue></Signature>");
    buffer_append(out, at, document.size - before);
    return !out->failed;
}
