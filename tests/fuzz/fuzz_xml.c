/* XML documents and their signatures. What xml_parse takes is within its bounds, is of plain nodes,
 * and is the same after another parse of its canonical form, which is libxml2's, as are those of
 * its elements. A digest that dsig_digest_matches believes is also what libxml2 and libcrypto make
 * of the document without its Signature; what dsig_verify believes has such a digest; and both say
 * what xmlsec does. What dsig_sign signs, verifies, and does not with another
 * key. Input: the document. The fixed key is that of tests/golden/agent_soap/keys/agent.pem, which
 * signed the corpus. */
#include <libxml/c14n.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "protocols/xml/dsig.h"
#include "tests/lib/dsig_judge.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(bool holds) {
    if (!holds)
        abort();
}

/* ---- Keys --------------------------------------------------------------------------------- */

static const char agent_pem[] = "-----BEGIN PUBLIC KEY-----\n"
                                "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCs1vQ3pQ3vIk6JfrYobFHNheNl\n"
                                "WILTjX9bNG8mxrG0jtR37z0Ml94wtPxb6tT+z8d1UG6MZ5+/26H3tRLw9qEUTI6m\n"
                                "GbWiUf45GFJUnP7tZLXQlfrmm4A9JqZJRVWXPIeTRwJ7ucRVH7x4D4l9X9JIVDJh\n"
                                "CAG+t55ftrCrLDzk4wIDAQAB\n"
                                "-----END PUBLIC KEY-----\n";
static struct dsig_public *agent, *node_open;
static struct dsig_private *node_key;
static uint8_t agent_der[1024];
static size_t agent_size;

static struct dsig_public *read_public(struct slice pem, uint8_t der[1024], size_t *size) {
    *size = dsig_public_pem(pem, der, 1024);
    struct dsig_public *key = dsig_public_read(der, *size);
    check(key != NULL);
    return key;
}

static void start(void) {
    struct buffer private_pem, public_pem;
    uint8_t der[1024];
    size_t size;
    check(xml_start() == 0);
    buffer_init(&private_pem, 1 << 14);
    buffer_init(&public_pem, 1 << 14);
    check(dsig_key_make(2048, &private_pem, &public_pem));
    buffer_append(&private_pem, "", 1);
    agent = read_public(slice_text(agent_pem), agent_der, &agent_size);
    node_open = read_public((struct slice){public_pem.base, public_pem.used}, der, &size);
    node_key = dsig_private_read(private_pem.base);
    check(node_key != NULL);
    buffer_free(&private_pem);
    buffer_free(&public_pem);
}

/* ---- Documents ---------------------------------------------------------------------------- */

/* Nodes of the tree, which must be plain and not deeper than they may. */
static size_t check_nodes(const xmlNode *first, int depth, bool *has_signature) {
    size_t count = 0;
    for (const xmlNode *node = first; node != NULL; node = node->next) {
        bool element = node->type == XML_ELEMENT_NODE;
        check(element || node->type == XML_TEXT_NODE || node->type == XML_COMMENT_NODE ||
              node->type == XML_CDATA_SECTION_NODE);
        count++;
        if (!element)
            continue;
        check(depth < XML_DEPTH_MAX);
        *has_signature |= xml_is(node, "http://www.w3.org/2000/09/xmldsig#", "Signature");
        for (const xmlAttr *attribute = node->properties; attribute != NULL;
             attribute = attribute->next)
            count++;
        count += check_nodes(node->children, depth + 1, has_signature);
    }
    return count;
}

static xmlChar *canonical(xmlDoc *document, size_t *size) {
    xmlChar *form = NULL;
    int length = xmlC14NDocDumpMemory(document, NULL, XML_C14N_1_0, NULL, 0, &form);
    *size = length > 0 ? (size_t)length : 0; /* a relative namespace has no canonical form */
    return form;
}

static void check_canonical(xmlDoc *document) {
    size_t size, again_size;
    xmlDoc *again = NULL;
    xmlChar *form = canonical(document, &size);
    if (size > 0) {
        enum xml_status status = xml_parse((struct slice){(const char *)form, size}, &again);
        check(status == XML_OK || status == XML_TOO_LARGE || status == XML_TOO_DEEP); /* longer */
    }
    if (again != NULL) {
        xmlChar *again_form = canonical(again, &again_size);
        check(size == again_size && memcmp(form, again_form, size) == 0);
        xmlFree(again_form);
    }
    xmlFreeDoc(again);
    xmlFree(form);
}

/* Of the document and of its first elements, which may be many. */
static void check_forms(const xmlNode *root) {
    const xmlNode *child = xml_first(root);
    check(judge_forms_agree(root, NULL) && judge_forms_agree(root, child));
    for (; child != NULL && child->prev == NULL; child = xml_first(child))
        check(judge_forms_agree(child, NULL));
}

/* ---- Signatures --------------------------------------------------------------------------- */

/* The bytes of Base64 with white space in it; at most `room`. */
static size_t decode(struct slice text, uint8_t *out, size_t room) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t bits = 0;
    size_t held = 0, size = 0;
    for (size_t i = 0; i < text.size && text.base[i] != '='; i++) {
        const char *digit = strchr(digits, text.base[i]);
        if (digit == NULL || *digit == '\0')
            continue;
        bits = bits << 6 | (uint32_t)(digit - digits);
        held += 6;
        if (held >= 8 && size < room) {
            held -= 8;
            out[size++] = (uint8_t)(bits >> held);
        }
    }
    return size;
}

/* Takes the Signature out of the tree, for good, and compares the digest of what is left. */
static void check_digest(xmlDoc *document, struct dsig_found *found) {
    uint8_t said[EVP_MAX_MD_SIZE], own[EVP_MAX_MD_SIZE];
    unsigned int own_size = 0;
    size_t size, said_size = decode(found->digest_value, said, sizeof said);
    const EVP_MD *hash = found->algorithms.hash == DSIG_SHA1 ? EVP_sha1() : EVP_sha256();
    xmlUnlinkNode(found->signature);
    xmlFreeNode(found->signature);
    xmlChar *form = canonical(document, &size);
    check(size > 0 && EVP_Digest(form, size, own, &own_size, hash, NULL) == 1);
    check(said_size == own_size && memcmp(said, own, own_size) == 0);
    xmlFree(form);
}

/* True: there was a signature to look at; the tree is not the same afterwards. */
static bool check_signature(xmlDoc *document, const xmlNode *parent) {
    struct dsig_found found;
    if (!dsig_find(document, parent, &found))
        return false;
    check(found.signature->parent == parent);
    bool digest = dsig_digest_matches(&found);
    bool legacy = dsig_verify(&found, agent, true);
    check(!dsig_verify(&found, agent, false)); /* the key is too short for it */
    check(digest || !legacy);
    check(judge_agrees(&found, (struct slice){(const char *)agent_der, agent_size}, true));
    if (digest)
        check_digest(document, &found);
    return true;
}

static void check_signing(struct slice text, const struct dsig_algorithms algorithms) {
    struct buffer out;
    struct dsig_found found;
    xmlDoc *document = NULL;
    buffer_init(&out, 4 * XML_BYTES_MAX);
    if (dsig_sign(node_key, algorithms, text, "Header", &out) &&
        xml_parse((struct slice){out.base, out.used}, &document) == XML_OK) {
        const xmlNode *header = xml_first(xmlDocGetRootElement(document));
        while (strcmp((const char *)header->name, "Header") != 0)
            header = xml_next(header);
        check(dsig_find(document, header, &found));
        check(dsig_verify(&found, node_open, true) && !dsig_verify(&found, agent, true));
        check(dsig_verify(&found, node_open, false) == (algorithms.hash == DSIG_SHA256));
        check_digest(document, &found);
    }
    xmlFreeDoc(document);
    buffer_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct slice text = {(const char *)bytes, size};
    bool has_signature = false;
    xmlDoc *document = NULL;
    if (agent == NULL)
        start();
    if (xml_parse(text, &document) != XML_OK) {
        check(document == NULL);
        return 0;
    }
    check(size <= XML_BYTES_MAX + 3); /* a mark of the byte order comes on top */
    const xmlNode *root = xmlDocGetRootElement(document);
    check(check_nodes(document->children, 0, &has_signature) <= 2 * XML_NODES_MAX);
    check_canonical(document);
    check_forms(root);
    bool found = check_signature(document, root);
    for (const xmlNode *child = xml_first(root); child != NULL && !found; child = xml_next(child))
        found = check_signature(document, child);
    check(has_signature || !found);
    xmlFreeDoc(document);
    if (!has_signature)
        check_signing(text, (struct dsig_algorithms){size % 2 == 0 ? DSIG_SHA1 : DSIG_SHA256,
                                                     (enum dsig_c14n)(size % 4)});
    return 0;
}
