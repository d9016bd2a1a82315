/* dsig_find.c - the structure of a signature: the one form that is taken, and no other. */
#include "protocols/common/assert.h"
#include "protocols/xml/dsig_names.h"

const struct dsig_hash_names dsig_hashes[DSIG_HASHES] = {
    [DSIG_SHA1] = {DSIG_NAMESPACE "rsa-sha1", DSIG_NAMESPACE "sha1"},
    [DSIG_SHA256] = {"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                     "http://www.w3.org/2001/04/xmlenc#sha256"},
};

const char *const dsig_c14ns[DSIG_C14NS] = {
    [DSIG_EXCLUSIVE] = "http://www.w3.org/2001/10/xml-exc-c14n#",
    [DSIG_EXCLUSIVE_COMMENTS] = "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
    [DSIG_INCLUSIVE] = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    [DSIG_INCLUSIVE_COMMENTS] = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
};

static bool is_dsig(const xmlNode *node, const char *name) {
    return node != NULL && xml_is(node, DSIG_NAMESPACE, name);
}

/* Only this attribute, and its value; NULL: not so. */
static const char *only_attribute(const xmlNode *element, const char *name) {
    const xmlAttr *attribute = element->properties;
    bool one = attribute != NULL && attribute->next == NULL && attribute->ns == NULL &&
               strcmp((const char *)attribute->name, name) == 0;
    if (!one) {
        return NULL;
    }
    const xmlNode *value = attribute->children;
    if (value == NULL) {
        return "";
    }
    return value->next == NULL && value->type == XML_TEXT_NODE ? (const char *)value->content
                                                               : NULL;
}

/* The Algorithm of an element that has nothing else. */
static const char *algorithm(const xmlNode *element) {
    return element->children == NULL ? only_attribute(element, "Algorithm") : NULL;
}

/* How many elements of that name there are in the whole document; stops at two. */
static int count_signatures(const xmlNode *root) {
    const xmlNode *node = root;
    int count = 0;
    while (node != NULL && count < 2) {
        count += node->type == XML_ELEMENT_NODE && is_dsig(node, "Signature");
        if (node->children != NULL && node->type == XML_ELEMENT_NODE) {
            node = node->children;
            continue;
        }
        while (node != root && node->next == NULL) {
            node = node->parent;
        }
        node = node == root ? NULL : node->next;
    }
    return count;
}

/* The next of the elements in order, when it is of that name and has no attributes. */
static const xmlNode *expect(const xmlNode *node, const char *name) {
    return is_dsig(node, name) && node->properties == NULL ? node : NULL;
}

static bool read_reference(const xmlNode *reference, const char **digest, struct slice *value) {
    const char *uri = only_attribute(reference, "URI");
    const xmlNode *transforms = expect(xml_first(reference), "Transforms");
    if (uri == NULL || *uri != '\0' || transforms == NULL || xml_has_text(reference) ||
        xml_has_text(transforms)) {
        return false;
    }
    const xmlNode *transform = xml_first(transforms);
    const xmlNode *method = xml_next(transforms);
    if (!is_dsig(transform, "Transform") || xml_next(transform) != NULL ||
        !is_dsig(method, "DigestMethod")) {
        return false;
    }
    const char *name = algorithm(transform);
    const xmlNode *digest_value = expect(xml_next(method), "DigestValue");
    *digest = algorithm(method);
    return name != NULL && strcmp(name, DSIG_ENVELOPED) == 0 && *digest != NULL &&
           digest_value != NULL && xml_next(digest_value) == NULL && xml_text(digest_value, value);
}

static bool read_hash(const char *signature, const char *digest, enum dsig_hash *hash) {
    for (int i = 0; i < DSIG_HASHES; i++) {
        if (strcmp(signature, dsig_hashes[i].signature) == 0 &&
            strcmp(digest, dsig_hashes[i].digest) == 0) {
            *hash = (enum dsig_hash)i;
            return true;
        }
    }
    return false;
}

static bool read_c14n(const char *uri, enum dsig_c14n *c14n) {
    for (int i = 0; i < DSIG_C14NS; i++) {
        if (strcmp(uri, dsig_c14ns[i]) == 0) {
            *c14n = (enum dsig_c14n)i;
            return true;
        }
    }
    return false;
}

static bool read_signed_info(const xmlNode *info, struct dsig_found *found) {
    const xmlNode *c14n = xml_first(info);
    const xmlNode *method = c14n == NULL ? NULL : xml_next(c14n);
    const xmlNode *reference = method == NULL ? NULL : xml_next(method);
    if (!is_dsig(c14n, "CanonicalizationMethod") || !is_dsig(method, "SignatureMethod") ||
        !is_dsig(reference, "Reference") || xml_next(reference) != NULL || xml_has_text(info)) {
        return false;
    }
    const char *c14n_uri = algorithm(c14n), *method_uri = algorithm(method), *digest_uri = NULL;
    return c14n_uri != NULL && method_uri != NULL && read_c14n(c14n_uri, &found->algorithms.c14n) &&
           read_reference(reference, &digest_uri, &found->digest_value) &&
           read_hash(method_uri, digest_uri, &found->algorithms.hash);
}

bool dsig_find(xmlDoc *document, const xmlNode *parent, struct dsig_found *found) {
    xmlNode *signature = xml_first(parent);
    ASSERT(parent->doc == document);
    while (signature != NULL && !is_dsig(signature, "Signature")) {
        signature = xml_next(signature);
    }
    if (signature == NULL || signature->properties != NULL || xml_has_text(signature) ||
        count_signatures(xmlDocGetRootElement(document)) != 1) {
        return false;
    }
    const xmlNode *info = expect(xml_first(signature), "SignedInfo");
    const xmlNode *signature_value = info == NULL ? NULL : expect(xml_next(info), "SignatureValue");
    const xmlNode *rest = signature_value == NULL ? NULL : xml_next(signature_value);
    /* A KeyInfo may be there; nobody looks at it. */
    if (signature_value == NULL || !xml_text(signature_value, &found->signature_value) ||
        (rest != NULL && (!is_dsig(rest, "KeyInfo") || xml_next(rest) != NULL))) {
        return false;
    }
    found->signature = signature;
    found->signed_info = info;
    return read_signed_info(info, found);
}
