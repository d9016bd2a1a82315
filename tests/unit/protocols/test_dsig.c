/* Signatures: what is signed verifies, and messages of the field get the verdicts they must get. */
#include "protocols/xml/dsig.h"

#include <criterion/criterion.h>
#include <libxml/c14n.h>
#include <stdio.h>
#include <stdlib.h>

static const char message[] =
    "<S:Envelope xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\"><S:Header>"
    "<certificateNumber xmlns=\"https://allpay.kz\">1</certificateNumber></S:Header><S:Body>"
    "<n:echo xmlns:n=\"urn:x\"><Echo>a &lt; b \xD0\xB6</Echo></n:echo></S:Body></S:Envelope>";

static struct dsig_private *secret;
static struct dsig_public *open_key;

static void make_keys(void) {
    struct buffer private_pem, public_pem;
    uint8_t der[1024];
    cr_assert_eq(xml_start(), 0);
    buffer_init(&private_pem, 8192);
    buffer_init(&public_pem, 8192);
    cr_assert(dsig_key_make(2048, &private_pem, &public_pem));
    size_t size =
        dsig_public_pem((struct slice){public_pem.base, public_pem.used}, der, sizeof(der));
    buffer_append(&private_pem, "", 1);
    secret = dsig_private_read(private_pem.base);
    open_key = dsig_public_read(der, size);
    cr_assert(size > 0 && secret != NULL && open_key != NULL);
    cr_assert_eq(dsig_public_bits(open_key), 2048);
    buffer_free(&private_pem);
    buffer_free(&public_pem);
}

static void drop_keys(void) {
    dsig_private_free(secret);
    dsig_public_free(open_key);
}

/* 1: verifies, 0: does not, -1: the structure is refused, -2: the document is. */
static int verdict_with(struct slice bytes, const struct dsig_public *key, bool legacy) {
    xmlDoc *document = NULL;
    struct dsig_found found;
    if (xml_parse(bytes, &document) != XML_OK)
        return -2;
    xmlNode *root = xmlDocGetRootElement(document), *parent = xml_first(root);
    if (parent == NULL || strcmp((const char *)parent->name, "Header") != 0)
        parent = root;
    int verdict = -1;
    if (dsig_find(document, parent, &found)) {
        verdict = dsig_verify(&found, key, legacy);
        cr_expect(verdict == 0 || dsig_digest_matches(&found));
    }
    xmlFreeDoc(document);
    return verdict;
}

static int verdict(struct slice bytes) {
    return verdict_with(bytes, open_key, true);
}

static struct buffer sign(enum dsig_hash hash, enum dsig_c14n c14n) {
    struct buffer out;
    buffer_init(&out, XML_BYTES_MAX);
    cr_assert(dsig_sign(secret, (struct dsig_algorithms){hash, c14n}, slice_text(message), "Header",
                        &out));
    return out;
}

Test(dsig, what_is_signed_verifies_in_all_algorithms, .init = make_keys, .fini = drop_keys) {
    for (int hash = DSIG_SHA1; hash <= DSIG_SHA256; hash++)
        for (int c14n = DSIG_EXCLUSIVE; c14n <= DSIG_INCLUSIVE_COMMENTS; c14n++) {
            struct buffer text = sign((enum dsig_hash)hash, (enum dsig_c14n)c14n);
            struct slice bytes = {text.base, text.used};
            cr_expect_eq(verdict(bytes), 1, "hash %d c14n %d", hash, c14n);
            cr_expect_eq(verdict_with(bytes, open_key, false), hash == DSIG_SHA256);
            cr_expect(memchr(text.base, '\n', text.used) == NULL);
            buffer_free(&text);
        }
}

Test(dsig, an_answer_is_its_own_exclusive_form, .init = make_keys, .fini = drop_keys) {
    struct buffer text = sign(DSIG_SHA1, DSIG_EXCLUSIVE_COMMENTS);
    xmlDoc *document = NULL;
    xmlChar *form = NULL;
    cr_assert_eq(xml_parse((struct slice){text.base, text.used}, &document), XML_OK);
    cr_assert_gt(xmlC14NDocDumpMemory(document, NULL, XML_C14N_EXCLUSIVE_1_0, NULL, 0, &form), 0);
    cr_expect_eq(verdict(slice_text((const char *)form)), 1);
    xmlFree(form);
    xmlFreeDoc(document);
    buffer_free(&text);
}

/* The signed message with one text in it replaced by another. */
static struct buffer changed(const char *from, const char *to) {
    struct buffer text = sign(DSIG_SHA256, DSIG_EXCLUSIVE), out;
    const char *at = memmem(text.base, text.used, from, strlen(from));
    cr_assert(at != NULL, "%s", from);
    buffer_init(&out, 2 * XML_BYTES_MAX);
    buffer_append(&out, text.base, (size_t)(at - text.base));
    buffer_text(&out, to);
    buffer_append(&out, at + strlen(from), text.used - (size_t)(at - text.base) - strlen(from));
    buffer_free(&text);
    return out;
}

static void expect_changed(const char *from, const char *to, int expected) {
    struct buffer text = changed(from, to);
    cr_expect_eq(verdict((struct slice){text.base, text.used}), expected, "%s -> %s", from, to);
    buffer_free(&text);
}

#define SECOND "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"/>"
#define ENVELOPED "<Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>"

Test(dsig, attacks_are_refused, .init = make_keys, .fini = drop_keys) {
    expect_changed(">a &lt;", ">b &lt;", 0);
    expect_changed("<Echo>", "<Echo a=\"b\">", 0);
    expect_changed("<Echo>", "<Echo><!--c-->", 1); /* comments are outside: xml_text's to refuse */
    expect_changed("</S:Body>", "</S:Body><S:Body/>", 0);
    expect_changed("</S:Header>", SECOND "</S:Header>", -1);
    expect_changed("<S:Body>", "<S:Body>" SECOND, -1);
    expect_changed("<Echo>", "<Echo><x>" SECOND "</x>", -1);
    expect_changed("<Signature ", "<S:x><Signature ", -2);
    expect_changed("URI=\"\"", "URI=\"#a\"", -1);
    expect_changed(" URI=\"\"", "", -1);
    expect_changed("URI=\"\"", "URI=\"\" Id=\"a\"", -1);
    expect_changed(ENVELOPED, ENVELOPED ENVELOPED, -1);
    expect_changed(
        ENVELOPED,
        ENVELOPED "<Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"/>", -1);
    expect_changed("#enveloped-signature\"/>", "#enveloped-signature\"><x/></Transform>", -1);
    expect_changed("#enveloped-signature", "#base64", -1);
    expect_changed("xmldsig-more#rsa-sha256", "xmldsig-more#hmac-sha256", -1);
    expect_changed("xmlenc#sha256", "xmldsig-more#sha384", -1);
    expect_changed("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                   "http://www.w3.org/2000/09/xmldsig#rsa-sha1", -1);
    expect_changed("xml-exc-c14n#\"", "xml-c14n11\"", -1);
    expect_changed("</Signature>", "<Object/></Signature>", -1);
    expect_changed("</Signature>", "<KeyInfo><KeyName>x</KeyName></KeyInfo></Signature>", 1);
    expect_changed("<SignedInfo>", "<SignedInfo/><SignedInfo>", -1);
    expect_changed("</SignedInfo>", "<Reference URI=\"\"/></SignedInfo>", -1);
    expect_changed("<S:Envelope ", "<!DOCTYPE a><S:Envelope ", -2);
    expect_changed("<S:Envelope ", "<?pi x?><S:Envelope ", -2);
}

static struct slice read_file(const char *name, char *memory, size_t size) {
    char path[256];
    snprintf(path, sizeof(path), TESTS_FOLDER "/../../shared/vectors/%s", name);
    FILE *file = fopen(path, "rb");
    cr_assert(file != NULL, "%s", path);
    struct slice bytes = {memory, fread(memory, 1, size, file)};
    fclose(file);
    return bytes;
}

static int vector_verdict(const char *key_file, const char *file, bool legacy) {
    char memory[XML_BYTES_MAX];
    uint8_t der[1024];
    struct slice pem = read_file(key_file, memory, sizeof(memory));
    struct dsig_public *key = dsig_public_read(der, dsig_public_pem(pem, der, sizeof(der)));
    cr_assert(key != NULL);
    int verdict = verdict_with(read_file(file, memory, sizeof(memory)), key, legacy);
    dsig_public_free(key);
    return verdict;
}

Test(dsig, messages_of_the_field_get_their_verdicts) {
    static const char *const requests[] = {
        "requests/ci-checkUser.xml",        "requests/ci-createCashInPayment.xml",
        "requests/tm-availableBalance.xml", "requests/tm-createCashOutTransaction.xml",
        "requests/tm-payForGoodsPay.xml",   "requests/tm-payForServicesPay.xml",
    };
    FILE *there = fopen(TESTS_FOLDER "/../../shared/vectors/README.md", "r");
    if (there == NULL)
        cr_skip_test("no folder of vectors beside the project");
    fclose(there);
    cr_assert_eq(xml_start(), 0);
    const char *partner = "test-partner.pub.pem";
    cr_expect_eq(vector_verdict(partner, "soap-signed-valid.xml", true), 1);
    cr_expect_eq(vector_verdict(partner, "soap-signed-valid.xml", false), 0, "legacy only");
    cr_expect_eq(vector_verdict(partner, "soap-signed-valid-reformatted.xml", true), 1);
    cr_expect_eq(vector_verdict(partner, "soap-unsigned.xml", true), -1);
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
        cr_expect_eq(vector_verdict(partner, requests[i], true), 1, "%s", requests[i]);
    cr_expect_eq(vector_verdict("shop-rsa2048.pub.pem", "webshop-valid-cart-rsa2048.xml", true), 1);
    cr_expect_eq(vector_verdict("shop-rsa2048.pub.pem", "webshop-altered-total.xml", true), 0);
    cr_expect_eq(vector_verdict("shop-rsa1024.pub.pem", "webshop-valid-nocart-rsa1024.xml", true),
                 1);
    cr_expect_eq(vector_verdict("shop-rsa1024.pub.pem", "webshop-valid-nocart-rsa1024.xml", false),
                 0);
    cr_expect_eq(vector_verdict("shop-rsa2048.pub.pem", "webshop-two-signatures.xml", true), -1);
    cr_expect_lt(vector_verdict("shop-rsa1024.pub.pem", "webshop-signed-digest-mismatch.xml", true),
                 1);
}

Test(dsig, keys_are_read_strictly) {
    uint8_t der[1024];
    cr_assert_eq(xml_start(), 0);
    cr_expect_eq(dsig_public_pem(SLICE("garbage"), der, sizeof(der)), 0);
    cr_expect_eq(dsig_public_pem(SLICE(""), der, sizeof(der)), 0);
    cr_expect(dsig_public_read("garbage", 7) == NULL);
    cr_expect(dsig_private_read("garbage") == NULL);
    struct buffer private_pem, public_pem;
    buffer_init(&private_pem, 8192);
    buffer_init(&public_pem, 8192);
    cr_expect_not(dsig_key_make(1024, &private_pem, &public_pem));
    buffer_free(&private_pem);
    buffer_free(&public_pem);
}
