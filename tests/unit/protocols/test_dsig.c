/* Signatures: what is signed verifies, and messages of the field get the verdicts they must get. */
#include "protocols/xml/dsig.h"

#include <criterion/criterion.h>
#include <libxml/c14n.h>
#include <pthread.h>
#include <stdio.h>

#include "tests/unit/protocols/forge.h"
#include "tests/unit/protocols/soap_rig.h"

static const char message[] =
    "<S:Envelope xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\"><S:Header>"
    "<certificateNumber xmlns=\"https://allpay.kz\">1</certificateNumber></S:Header><S:Body>"
    "<n:echo xmlns:n=\"urn:x\"><Echo>a &lt; b \xD0\xB6</Echo></n:echo></S:Body></S:Envelope>";

static struct dsig_private *secret;
static uint8_t open_der[1024];
static struct slice open_key;

static void read_keys(void) {
    cr_assert_eq(xml_start(), 0);
    secret = dsig_private_read(rig_pem("node"));
    size_t size = dsig_public_pem(slice_text(rig_pem("node.pub")), open_der, sizeof(open_der));
    open_key = (struct slice){(const char *)open_der, size};
    cr_assert(size > 0 && secret != NULL);
}

static void drop_keys(void) {
    dsig_private_free(secret);
}

static enum forge_verdict verdict(struct slice bytes) {
    return forge_verdict_with(bytes, open_key, true);
}

static struct buffer sign(enum dsig_hash hash, enum dsig_c14n c14n) {
    struct buffer out;
    buffer_init(&out, XML_BYTES_MAX);
    cr_assert(dsig_sign(secret, (struct dsig_algorithms){hash, c14n}, slice_text(message), "Header",
                        &out));
    return out;
}

Test(dsig, what_is_signed_verifies_in_all_algorithms, .init = read_keys, .fini = drop_keys) {
    for (int hash = DSIG_SHA1; hash <= DSIG_SHA256; hash++)
        for (int c14n = DSIG_EXCLUSIVE; c14n <= DSIG_INCLUSIVE_COMMENTS; c14n++) {
            struct buffer text = sign((enum dsig_hash)hash, (enum dsig_c14n)c14n);
            struct slice bytes = {text.base, text.used};
            cr_expect_eq(verdict(bytes), FORGE_VERIFIES, "hash %d c14n %d", hash, c14n);
            cr_expect_eq(forge_verdict_with(bytes, open_key, false),
                         hash == DSIG_SHA256 ? FORGE_VERIFIES : FORGE_FALSE);
            cr_expect_null(memchr(text.base, '\n', text.used));
            cr_expect_null(memmem(text.base, text.used, "KeyInfo", 7));
            buffer_free(&text);
        }
}

/* The text has no empty element and no CR: those two forms are free. */
Test(dsig, a_canonical_text_gets_the_same_signature_as_its_tree, .init = read_keys,
     .fini = drop_keys) {
    static const char *const texts[] = {
        message, "<S:a xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\"><S:Header><b>1</b>"
                 "</S:Header><c xmlns=\"urn:c\">&amp;&gt;&lt;\"'\t\n \xC2\x85\xE2\x80\xA8"
                 "\xF0\x9F\x98\x80\xEF\xBF\xBD</c><S:d>\xD2\xB0</S:d></S:a>"};
    for (unsigned i = 0; i < 2 * 2 * 4; i++) {
        struct dsig_algorithms algorithms = {(enum dsig_hash)(i / 4 % 2), (enum dsig_c14n)(i % 4)};
        struct slice text = slice_text(texts[i / 8]);
        struct buffer tree, plain;
        buffer_init(&tree, XML_BYTES_MAX);
        buffer_init(&plain, XML_BYTES_MAX);
        cr_assert(dsig_sign(secret, algorithms, text, "Header", &tree));
        cr_assert(dsig_sign_canonical(secret, algorithms, text,
                                      " xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\"",
                                      SLICE("</S:Header>"), &plain));
        cr_expect(slice_equal((struct slice){tree.base, tree.used},
                              (struct slice){plain.base, plain.used}),
                  "%u:\n%.*s\n%.*s", i, (int)tree.used, tree.base, (int)plain.used, plain.base);
        cr_expect_eq(verdict((struct slice){plain.base, plain.used}), FORGE_VERIFIES, "%u", i);
        buffer_free(&tree);
        buffer_free(&plain);
    }
}

Test(dsig, a_canonical_text_without_the_header_s_end_is_not_signed, .init = read_keys,
     .fini = drop_keys) {
    struct buffer out;
    buffer_init(&out, XML_BYTES_MAX);
    cr_expect_not(dsig_sign_canonical(secret, (struct dsig_algorithms){DSIG_SHA256, DSIG_EXCLUSIVE},
                                      SLICE("<a><b></b></a>"), "", SLICE("</Header>"), &out));
    cr_expect_eq(out.used, 0);
    out.ceiling = 100; /* no room for a signature */
    cr_expect_not(dsig_sign_canonical(secret, (struct dsig_algorithms){DSIG_SHA256, DSIG_EXCLUSIVE},
                                      SLICE("<Header></Header>"), "", SLICE("</Header>"), &out));
    buffer_free(&out);
}

Test(dsig, an_answer_is_its_own_exclusive_form, .init = read_keys, .fini = drop_keys) {
    struct buffer text = sign(DSIG_SHA1, DSIG_EXCLUSIVE_COMMENTS);
    xmlDoc *document = NULL;
    xmlChar *form = NULL;
    cr_assert_eq(xml_parse((struct slice){text.base, text.used}, &document), XML_OK);
    cr_assert_gt(xmlC14NDocDumpMemory(document, NULL, XML_C14N_EXCLUSIVE_1_0, NULL, 0, &form), 0);
    cr_expect_eq(verdict(slice_text((const char *)form)), FORGE_VERIFIES);
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

static void expect_changed(const char *from, const char *to, enum forge_verdict expected) {
    struct buffer text = changed(from, to);
    cr_expect_eq(verdict((struct slice){text.base, text.used}), expected, "%s -> %s", from, to);
    buffer_free(&text);
}

#define SECOND "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"/>"
#define ENVELOPED "<Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>"

Test(dsig, attacks_are_refused, .init = read_keys, .fini = drop_keys) {
    expect_changed(">a &lt;", ">b &lt;", FORGE_FALSE);
    expect_changed("<Echo>", "<Echo a=\"b\">", FORGE_FALSE);
    expect_changed("<Echo>", "<Echo><!--c-->",
                   FORGE_VERIFIES); /* comments are outside: xml_text's to refuse */
    expect_changed("</S:Body>", "</S:Body><S:Body/>", FORGE_FALSE);
    expect_changed("</S:Header>", SECOND "</S:Header>", FORGE_STRUCTURE);
    expect_changed("<S:Body>", "<S:Body>" SECOND, FORGE_STRUCTURE);
    expect_changed("<Echo>", "<Echo><x>" SECOND "</x>", FORGE_STRUCTURE);
    expect_changed("<Signature ", "<S:x><Signature ", FORGE_DOCUMENT);
    expect_changed("URI=\"\"", "URI=\"#a\"", FORGE_STRUCTURE);
    expect_changed(" URI=\"\"", "", FORGE_STRUCTURE);
    expect_changed("URI=\"\"", "URI=\"\" Id=\"a\"", FORGE_STRUCTURE);
    expect_changed(ENVELOPED, ENVELOPED ENVELOPED, FORGE_STRUCTURE);
    expect_changed(ENVELOPED,
                   ENVELOPED
                   "<Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"/>",
                   FORGE_STRUCTURE);
    expect_changed("#enveloped-signature\"/>", "#enveloped-signature\"><x/></Transform>",
                   FORGE_STRUCTURE);
    expect_changed("#enveloped-signature", "#base64", FORGE_STRUCTURE);
    expect_changed("xmldsig-more#rsa-sha256", "xmldsig-more#hmac-sha256", FORGE_STRUCTURE);
    expect_changed("xmlenc#sha256", "xmldsig-more#sha384", FORGE_STRUCTURE);
    expect_changed("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                   "http://www.w3.org/2000/09/xmldsig#rsa-sha1", FORGE_STRUCTURE);
    expect_changed("xml-exc-c14n#\"", "xml-c14n11\"", FORGE_STRUCTURE);
    expect_changed("</Signature>", "<Object/></Signature>", FORGE_STRUCTURE);
    expect_changed("</Signature>", "<KeyInfo><KeyName>x</KeyName></KeyInfo></Signature>",
                   FORGE_VERIFIES);
    expect_changed("<SignedInfo>", "<SignedInfo/><SignedInfo>", FORGE_STRUCTURE);
    expect_changed("</SignedInfo>", "<Reference URI=\"\"/></SignedInfo>", FORGE_STRUCTURE);
    expect_changed("<S:Envelope ", "<!DOCTYPE a><S:Envelope ", FORGE_DOCUMENT);
    expect_changed("<S:Envelope ", "<?pi x?><S:Envelope ", FORGE_DOCUMENT);
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

#define PARTNER "test-partner.pub.pem"

static const struct {
    const char *key, *file;
    enum forge_verdict ours, strict; /* legacy partner; and one that is not */
    bool xmlsec1; /* of two Signatures it takes the first, which is the inner one and false */
} vectors[] = {
    {PARTNER, "soap-signed-valid.xml", FORGE_VERIFIES, FORGE_FALSE, true},
    {PARTNER, "soap-signed-valid-reformatted.xml", FORGE_VERIFIES, FORGE_FALSE, true},
    {PARTNER, "soap-unsigned.xml", FORGE_STRUCTURE, FORGE_STRUCTURE, false},
    {PARTNER, "requests/ci-checkUser.xml", FORGE_VERIFIES, FORGE_FALSE, true},
    {PARTNER, "requests/ci-createCashInPayment.xml", FORGE_VERIFIES, FORGE_FALSE, true},
    {PARTNER, "requests/tm-availableBalance.xml", FORGE_VERIFIES, FORGE_FALSE, true},
    {PARTNER, "requests/tm-createCashOutTransaction.xml", FORGE_VERIFIES, FORGE_FALSE, true},
    {PARTNER, "requests/tm-payForGoodsPay.xml", FORGE_VERIFIES, FORGE_FALSE, true},
    {PARTNER, "requests/tm-payForServicesPay.xml", FORGE_VERIFIES, FORGE_FALSE, true},
    {"shop-rsa1024.pub.pem", "requests/ci-checkUser.xml", FORGE_FALSE, FORGE_FALSE, false},
    {PARTNER, "webshop-signed-digest-mismatch.xml", FORGE_FALSE, FORGE_FALSE, false},
    {"shop-rsa2048.pub.pem", "webshop-valid-cart-rsa2048.xml", FORGE_VERIFIES, FORGE_FALSE, true},
    {"shop-rsa2048.pub.pem", "webshop-altered-total.xml", FORGE_FALSE, FORGE_FALSE, false},
    {"shop-rsa1024.pub.pem", "webshop-valid-nocart-rsa1024.xml", FORGE_VERIFIES, FORGE_FALSE, true},
    {"shop-rsa2048.pub.pem", "webshop-two-signatures.xml", FORGE_STRUCTURE, FORGE_STRUCTURE, false},
};
enum { VECTORS = sizeof(vectors) / sizeof(vectors[0]) };

static void need_vectors(void) {
    FILE *there = fopen(TESTS_FOLDER "/../../shared/vectors/README.md", "r");
    if (there == NULL)
        cr_skip_test("no folder of vectors beside the project");
    fclose(there);
    cr_assert_eq(xml_start(), 0);
}

Test(dsig, messages_of_the_field_get_their_verdicts) {
    static char memory[XML_BYTES_MAX];
    uint8_t der[1024];
    need_vectors();
    for (size_t i = 0; i < VECTORS; i++) {
        struct slice pem = read_file(vectors[i].key, memory, sizeof(memory));
        struct slice key = {(const char *)der, dsig_public_pem(pem, der, sizeof(der))};
        struct slice bytes = read_file(vectors[i].file, memory, sizeof(memory));
        cr_expect_eq(forge_verdict_with(bytes, key, true), vectors[i].ours, "%s", vectors[i].file);
        cr_expect_eq(forge_verdict_with(bytes, key, false), vectors[i].strict, "%s, strictly",
                     vectors[i].file);
    }
}

Test(dsig, xmlsec1_has_the_same_verdicts_of_messages_of_the_field) {
    static char memory[XML_BYTES_MAX];
    char key[256];
    need_vectors();
    if (!forge_xmlsec1_installed())
        cr_skip_test("xmlsec1 is not installed: verdicts are compared with no other's");
    for (size_t i = 0; i < VECTORS; i++) {
        struct slice bytes = read_file(vectors[i].file, memory, sizeof(memory));
        snprintf(key, sizeof(key), TESTS_FOLDER "/../../shared/vectors/%s", vectors[i].key);
        cr_expect_eq(forge_xmlsec1(bytes, "--pubkey-pem", key), vectors[i].xmlsec1, "%s",
                     vectors[i].file);
    }
}

Test(dsig, xmlsec1_verifies_what_is_signed) {
    if (!forge_xmlsec1_installed())
        cr_skip_test("xmlsec1 is not installed: verdicts are compared with no other's");
    cr_assert_eq(xml_start(), 0);
    struct dsig_private *key = dsig_private_read(rig_pem("node"));
    cr_assert_not_null(key);
    for (int hash = DSIG_SHA1; hash <= DSIG_SHA256; hash++)
        for (int c14n = DSIG_EXCLUSIVE; c14n <= DSIG_INCLUSIVE_COMMENTS; c14n++) {
            struct dsig_algorithms algorithms = {(enum dsig_hash)hash, (enum dsig_c14n)c14n};
            struct buffer out;
            buffer_init(&out, XML_BYTES_MAX);
            cr_assert(dsig_sign(key, algorithms, slice_text(message), "Header", &out));
            struct slice bytes = {out.base, out.used};
            cr_expect(forge_xmlsec1(bytes, "--pubkey-pem", forge_key_file("node")));
            cr_expect_not(forge_xmlsec1(bytes, "--pubkey-pem", forge_key_file("stranger")));
            buffer_free(&out);
        }
    dsig_private_free(key);
}

/* ---- Where the Signature goes ------------------------------------------------------------- */

static bool sign_text(const char *text, struct buffer *out) {
    struct dsig_algorithms algorithms = {DSIG_SHA256, DSIG_EXCLUSIVE};
    buffer_init(out, XML_BYTES_MAX);
    return dsig_sign(secret, algorithms, slice_text(text), "Header", out);
}

Test(dsig, the_signature_is_the_last_child_of_the_header, .init = read_keys, .fini = drop_keys) {
    struct buffer out;
    cr_assert(sign_text("<a><Header><b></b></Header><Body>\xD0\xB6&amp;</Body></a>", &out));
    buffer_append(&out, "", 1);
    cr_expect_not_null(strstr(out.base, "<Header><b/><Signature xmlns=\"" FORGE_DSIG "\"><Sign"));
    cr_expect_not_null(
        strstr(out.base, "</SignatureValue></Signature></Header><Body>\xD0\xB6&amp;"));
    buffer_free(&out);
    cr_expect(sign_text("<p:a xmlns:p='u:'><p:Header></p:Header></p:a>", &out), "any prefix");
    cr_expect_eq(verdict((struct slice){out.base, out.used}), FORGE_VERIFIES);
    buffer_free(&out);
}

Test(dsig, what_cannot_be_signed_is_not, .init = read_keys, .fini = drop_keys) {
    static const char *const texts[] = {"",
                                        "<a/>",
                                        "<a><b><Header/></b></a>",
                                        "<Header/>",
                                        "<!DOCTYPE a><a><Header/></a>",
                                        "<a><Header/>"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct buffer out;
        cr_expect_not(sign_text(texts[i], &out), "%s", texts[i]);
        cr_expect_eq(out.used, 0);
        buffer_free(&out);
    }
}

/* ---- Threads ------------------------------------------------------------------------------ */

enum { THREADS = 4, ROUNDS = 25 };

static void *verify_and_sign(void *count) {
    for (int i = 0; i < ROUNDS; i++) {
        struct buffer text = sign(DSIG_SHA256, DSIG_EXCLUSIVE);
        struct slice bytes = {text.base, text.used};
        *(int *)count += forge_verdict_with(bytes, open_key, false) == FORGE_VERIFIES;
        *(char *)memmem(text.base, text.used, "a &lt;", 6) = 'b';
        *(int *)count += forge_verdict_with(bytes, open_key, false) == FORGE_FALSE;
        buffer_free(&text);
    }
    return NULL;
}

Test(dsig, threads_share_keys, .init = read_keys, .fini = drop_keys) {
    pthread_t threads[THREADS];
    int counts[THREADS] = {0};
    for (int i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, verify_and_sign, &counts[i]), 0);
    for (int i = 0; i < THREADS; i++) {
        cr_assert_eq(pthread_join(threads[i], NULL), 0);
        cr_expect_eq(counts[i], 2 * ROUNDS);
    }
}
