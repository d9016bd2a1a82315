#include "tests/lib/dsig_judge.h"

#include <libxml/c14n.h>
#include <openssl/x509.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/xmldsig.h>

#include "tests/lib/require.h"

/* ---- Signatures --------------------------------------------------------------------------- */

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

/* The transforms that the found algorithms name, and no other. */
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
static bool reference_holds(xmlSecDSigCtx *context) {
    const xmlSecDSigReferenceCtx *reference =
        xmlSecPtrListGetItem(&context->signedInfoReferences, 0);
    return xmlSecPtrListGetSize(&context->signedInfoReferences) == 1 && reference != NULL &&
           reference->status == xmlSecDSigStatusSucceeded;
}

static xmlSecKey *read_key(struct slice der, int *bits) {
    const unsigned char *at = (const unsigned char *)der.base;
    EVP_PKEY *key = d2i_PUBKEY(NULL, &at, (long)der.size);
    xmlSecKey *made = xmlSecKeyCreate();
    REQUIRE(key != NULL && made != NULL);
    *bits = EVP_PKEY_bits(key);
    REQUIRE(xmlSecKeySetValue(made, xmlSecOpenSSLEvpKeyAdopt(key)) == 0);
    return made;
}

static struct judge_verdict judge(const struct dsig_found *found, struct slice der, int *bits) {
    struct judge_verdict verdict = {.digest = false};
    xmlSecDSigCtx context;
    REQUIRE(xmlSecDSigCtxInitialize(&context, NULL) == 0);
    context.signKey = read_key(der, bits);
    REQUIRE(allow(&context, found->algorithms));
    bool ran = xmlSecDSigCtxVerify(&context, found->signature) >= 0;
    verdict.digest = reference_holds(&context);
    verdict.signature = ran && verdict.digest && context.status == xmlSecDSigStatusSucceeded;
    xmlSecDSigCtxFinalize(&context);
    return verdict;
}

struct judge_verdict judge_signature(const struct dsig_found *found, struct slice key) {
    int bits;
    return judge(found, key, &bits);
}

bool judge_agrees(const struct dsig_found *found, struct slice key, bool legacy) {
    int bits;
    struct judge_verdict verdict = judge(found, key, &bits);
    bool good_enough = legacy ? bits >= DSIG_KEY_BITS_MIN_LEGACY
                              : bits >= DSIG_KEY_BITS_MIN && found->algorithms.hash != DSIG_SHA1;
    struct dsig_public *public = dsig_public_read(key.base, key.size);
    REQUIRE(public != NULL);
    bool agrees = dsig_digest_matches(found) == verdict.digest &&
                  dsig_verify(found, public, legacy) == (verdict.signature && good_enough);
    dsig_public_free(public);
    return agrees;
}

/* ---- Forms -------------------------------------------------------------------------------- */

struct part {
    const xmlNode *apex, *omitted;
};

/* Whether a node, attribute or namespace is in the part; `parent` is the element that has it. */
static int is_in(void *context, xmlNode *node, xmlNode *parent) {
    const struct part *part = context;
    bool element = node->type == XML_ELEMENT_NODE;
    for (const xmlNode *at = element ? node : parent; at != NULL; at = at->parent) {
        if (at == part->omitted) {
            return 0;
        }
        if (at == part->apex) {
            return 1;
        }
    }
    return 0;
}

bool judge_form(const xmlNode *apex, const xmlNode *omitted, struct c14n_form form,
                struct buffer *out) {
    struct part part = {apex, omitted};
    xmlBuffer *text = xmlBufferCreate();
    xmlOutputBuffer *sink = xmlOutputBufferCreateBuffer(text, NULL);
    REQUIRE(sink != NULL);
    int code = xmlC14NExecute(apex->doc, is_in, &part,
                              form.exclusive ? XML_C14N_EXCLUSIVE_1_0 : XML_C14N_1_0, NULL,
                              form.comments, sink);
    REQUIRE(xmlOutputBufferClose(sink) >= 0);
    buffer_append(out, xmlBufferContent(text), (size_t)xmlBufferLength(text));
    xmlBufferFree(text);
    return code >= 0;
}

static bool form_agrees(const xmlNode *apex, const xmlNode *omitted, struct c14n_form form) {
    struct buffer ours, theirs;
    buffer_init(&ours, C14N_BYTES_MAX);
    buffer_init(&theirs, C14N_BYTES_MAX);
    bool good = judge_form(apex, omitted, form, &theirs);
    bool agrees = good == c14n_exists(apex->doc);
    if (good && agrees) {
        agrees = c14n_write(apex, omitted, form, &ours) && ours.used == theirs.used &&
                 memcmp(ours.base, theirs.base, ours.used) == 0;
    }
    buffer_free(&ours);
    buffer_free(&theirs);
    return agrees;
}

bool judge_forms_agree(const xmlNode *apex, const xmlNode *omitted) {
    bool agree = true;
    for (int i = 0; agree && i < 4; i++) {
        agree = form_agrees(apex, omitted, (struct c14n_form){i % 2 != 0, i / 2 != 0});
    }
    return agree;
}
