/* Attacks on signatures, each made for real: what is refused here for its structure has a signature
 * that holds, as the command xmlsec1 agrees where it is installed. The partner is a legacy one,
 * which has the most allowed. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/unit/protocols/forge.h"

#define C14N "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"

/* Checks our verdict of the message and that of xmlsec1, and frees the message. */
static void expect_both(struct buffer message, enum forge_verdict ours, bool theirs) {
    struct slice bytes = {message.base, message.used};
    cr_expect_eq(forge_verdict(&message, "agent2048", true), ours, "%d, not %d: %.*s",
                 forge_verdict(&message, "agent2048", true), ours, (int)bytes.size, bytes.base);
    if (forge_xmlsec1_installed())
        cr_expect_eq(forge_xmlsec1(bytes, "--pubkey-pem", forge_key_file("agent2048")), theirs,
                     "xmlsec1: %.*s", (int)bytes.size, bytes.base);
    buffer_free(&message);
}

/* A message that is signed well, and refused for what it is. */
static void refuse(const char *frame, const struct forge *how, enum forge_verdict ours) {
    expect_both(forge_sign(frame, how), ours, true);
}

static const struct forge honest = {.key = NULL};

static struct buffer honest_message(void) {
    return forge_sign(forge_frame, &honest);
}

/* An honest message with one text replaced by another. */
static void change(const char *from, const char *to, enum forge_verdict ours, bool theirs) {
    struct buffer message = honest_message();
    forge_change(&message, from, to);
    expect_both(message, ours, theirs);
}

Test(dsig_attack, what_is_honest_verifies) {
    if (!forge_xmlsec1_installed())
        cr_skip_test("xmlsec1 is not installed: our verdicts are compared with no other's");
    expect_both(honest_message(), FORGE_VERIFIES, true);
    expect_both(forge_sign(forge_frame, &(struct forge){.c14n = C14N}), FORGE_VERIFIES, true);
    expect_both(forge_sign(forge_frame, &(struct forge){.key = "stranger"}), FORGE_FALSE, false);
}

/* ---- Wrapping ----------------------------------------------------------------------------- */

#define BODY "<S:Body Id=\"body\"><n:pay xmlns:n=\"urn:x\"><amount>100.00</amount></n:pay></S:Body>"
#define OTHER_BODY "<S:Body><n:pay xmlns:n=\"urn:x\"><amount>900.00</amount></n:pay></S:Body>"

Test(dsig_attack, the_signed_body_is_moved_and_another_takes_its_place) {
    change(BODY, "<S:Wrapper>" BODY "</S:Wrapper>" OTHER_BODY, FORGE_FALSE, false);
    change(BODY, BODY OTHER_BODY, FORGE_FALSE, false);
    change(BODY, OTHER_BODY BODY, FORGE_FALSE, false);
}

Test(dsig_attack, the_signed_part_is_wrapped_into_a_header) {
    struct buffer message = forge_sign(forge_frame, &(struct forge){.reference = " URI=\"#body\""});
    forge_change(&message, BODY, OTHER_BODY);
    forge_change(&message, "<S:Header>", "<S:Header><S:Wrapper>" BODY "</S:Wrapper>");
    expect_both(message, FORGE_STRUCTURE, true);
}

Test(dsig_attack, the_message_is_wrapped_into_its_own_signature) {
    struct buffer message = honest_message();
    forge_change(&message, "</Signature>", "<Object>" OTHER_BODY "</Object></Signature>");
    expect_both(message, FORGE_STRUCTURE, true);
}

Test(dsig_attack, the_root_is_the_signature) {
    refuse("<Envelope>@<Body><amount>1</amount></Body></Envelope>", &honest, FORGE_VERIFIES);
    refuse("<x><Header/><Body/>@</x>", &honest, FORGE_STRUCTURE);
    struct buffer message = forge_sign(
        "@", &(struct forge){.behind = "<Object><a/></Object>", .transforms = FORGE_ENVELOPED});
    cr_expect_eq(forge_verdict(&message, "agent2048", true), FORGE_STRUCTURE);
    buffer_free(&message);
}

/* ---- Signatures too many, or elsewhere ---------------------------------------------------- */

#define EMPTY "<Signature xmlns=\"" FORGE_DSIG "\"/>"

Test(dsig_attack, there_are_two_signatures) {
    struct buffer one = honest_message();
    buffer_append(&one, "", 1);
    forge_change(&one, "</S:Header>", "@</S:Header>");
    struct buffer two = forge_sign(one.base, &honest);
    cr_expect_eq(forge_verdict(&two, "agent2048", true), FORGE_STRUCTURE, "side by side");
    buffer_free(&one);
    buffer_free(&two);
    refuse("<S:a xmlns:S=\"urn:s\"><Header>@" EMPTY "</Header></S:a>", &honest, FORGE_STRUCTURE);
    refuse("<a><Header>@</Header><Body>" EMPTY "</Body></a>", &honest, FORGE_STRUCTURE);
    refuse("<a><Header>@</Header><Body><b><c>" EMPTY "</c></b></Body></a>", &honest,
           FORGE_STRUCTURE);
    struct buffer inside = honest_message();
    forge_change(&inside, "</Signature>", "<KeyInfo>" EMPTY "</KeyInfo></Signature>");
    expect_both(inside, FORGE_STRUCTURE, true);
    refuse("<a><Header>@</Header><d:Signature xmlns:d=\"" FORGE_DSIG "\"/></a>", &honest,
           FORGE_STRUCTURE);
    refuse("<a><Header>@</Header><Signature/></a>", &honest, FORGE_VERIFIES); /* another name */
}

Test(dsig_attack, the_signature_is_in_the_body) {
    refuse("<a><Header/><Body>@<amount>1</amount></Body></a>", &honest, FORGE_STRUCTURE);
    refuse("<a><Header/>@<Body/></a>", &honest, FORGE_STRUCTURE);
    refuse("<a><Header/><Body/><Header>@</Header></a>", &honest, FORGE_STRUCTURE);
}

Test(dsig_attack, the_signature_is_in_a_nested_place) {
    refuse("<a><Header><x>@</x></Header><Body/></a>", &honest, FORGE_STRUCTURE);
    refuse("<a><Header><Security><x/>@</Security></Header><Body/></a>", &honest, FORGE_STRUCTURE);
}

/* ---- The Reference ------------------------------------------------------------------------ */

static void refuse_reference(const char *reference) {
    refuse(forge_frame, &(struct forge){.reference = reference}, FORGE_STRUCTURE);
}

Test(dsig_attack, the_reference_is_to_a_part) {
    refuse_reference(" URI=\"#body\"");
    refuse_reference(" URI=\"#xpointer(id('body'))\"");
    refuse_reference(" URI=\"#xpointer(/)\"");
}

Test(dsig_attack, the_reference_is_to_another_document) {
    char reference[600];
    snprintf(reference, sizeof(reference), " URI=\"file://%s\"", forge_key_file("agent2048"));
    struct buffer message = honest_message();
    forge_change(&message, " URI=\"\"", reference);
    expect_both(message, FORGE_STRUCTURE, false);
    change(" URI=\"\"", " URI=\"http://127.0.0.1:9/x\"", FORGE_STRUCTURE, false);
}

Test(dsig_attack, the_reference_has_more_than_its_uri) {
    refuse_reference(" URI=\"\" Id=\"r\"");
    refuse_reference(" URI=\"\" Type=\"" FORGE_DSIG "Object\"");
    refuse_reference(" URI=\"\" Type=\"" FORGE_DSIG "Manifest\"");
    change(" URI=\"\"", "", FORGE_STRUCTURE, false);
    change(" URI=\"\"", " x:URI=\"\" xmlns:x=\"urn:x\"", FORGE_STRUCTURE, false);
    change(" URI=\"\"", " URI=\" \"", FORGE_STRUCTURE, false);
}

Test(dsig_attack, there_are_two_references) {
    struct buffer message = honest_message();
    const char *from = memmem(message.base, message.used, "<Reference", 10);
    const char *end = memmem(message.base, message.used, "</Reference>", 12);
    char reference[1024];
    snprintf(reference, sizeof(reference), "%.*s</Reference></SignedInfo>", (int)(end - from),
             from);
    forge_change(&message, "</SignedInfo>", reference);
    expect_both(message, FORGE_STRUCTURE, false);
}

/* ---- Transforms --------------------------------------------------------------------------- */

static void refuse_transforms(const char *transforms) {
    refuse(forge_frame, &(struct forge){.transforms = transforms}, FORGE_STRUCTURE);
}

#define XPATH "<Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><XPath>"
#define XPATH_END "</XPath></Transform>"

Test(dsig_attack, xpath_leaves_the_body_out) {
    refuse_transforms(FORGE_ENVELOPED XPATH "not(ancestor-or-self::amount)" XPATH_END);
    refuse_transforms(XPATH "not(ancestor-or-self::node()[local-name()='Signature'])" XPATH_END);
    refuse_transforms(
        FORGE_ENVELOPED
        "<Transform Algorithm=\"http://www.w3.org/2002/06/xmldsig-filter2\"><XPath "
        "xmlns=\"http://www.w3.org/2002/06/xmldsig-filter2\" Filter=\"subtract\">//amount</XPath>"
        "</Transform>");
}

Test(dsig_attack, xslt_replaces_the_message) {
    refuse_transforms(FORGE_ENVELOPED
                      "<Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\">"
                      "<x:stylesheet xmlns:x=\"http://www.w3.org/1999/XSL/Transform\" "
                      "version=\"1.0\"><x:template match=\"/\"><same/></x:template></x:stylesheet>"
                      "</Transform>");
}

Test(dsig_attack, base64_takes_only_the_text) {
    refuse("<a><Header>@</Header><Body>QUJD</Body></a>",
           &(struct forge){.transforms =
                               FORGE_ENVELOPED "<Transform Algorithm=\"" FORGE_DSIG "base64\"/>"},
           FORGE_STRUCTURE);
}

Test(dsig_attack, a_further_canonicalisation_is_asked_for) {
    refuse_transforms(FORGE_ENVELOPED "<Transform Algorithm=\"" C14N "\"/>");
    refuse_transforms(FORGE_ENVELOPED "<Transform Algorithm=\"" C14N "#WithComments\"/>");
    refuse_transforms(FORGE_ENVELOPED
                      "<Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>");
}

Test(dsig_attack, the_one_transform_is_not_as_it_should) {
    refuse_transforms(FORGE_ENVELOPED FORGE_ENVELOPED);
    change(FORGE_ENVELOPED, "", FORGE_STRUCTURE, false);
    change("<Transforms>" FORGE_ENVELOPED "</Transforms>", "", FORGE_STRUCTURE, false);
    change("enveloped-signature\"/>", "enveloped-signature\"><x/></Transform>", FORGE_STRUCTURE,
           false);
    change("enveloped-signature\"/>", "enveloped-signature\" Id=\"t\"/>", FORGE_STRUCTURE, false);
    change("enveloped-signature\"/>", "enveloped-signature\"> </Transform>", FORGE_STRUCTURE,
           false);
}

/* ---- What has no place in a signature ----------------------------------------------------- */

Test(dsig_attack, the_signature_has_attributes) {
    refuse(forge_frame, &(struct forge){.attributes = " Id=\"s\""}, FORGE_STRUCTURE);
    change("<SignedInfo>", "<SignedInfo Id=\"i\">", FORGE_STRUCTURE, false);
    change("<Transforms>", "<Transforms Id=\"t\">", FORGE_STRUCTURE, false);
    change("<DigestValue>", "<DigestValue Id=\"d\">", FORGE_STRUCTURE, false);
    change("<SignatureValue>", "<SignatureValue Id=\"v\">", FORGE_STRUCTURE, true);
}

Test(dsig_attack, the_signature_has_text_between_its_elements) {
    change("<SignedInfo>", "<SignedInfo>x", FORGE_STRUCTURE, false);
    change("<Transforms>", "<Transforms>x", FORGE_STRUCTURE, false);
    change("<Transforms>", "x<Transforms>", FORGE_STRUCTURE, false);
    change("</DigestValue>", "</DigestValue>x", FORGE_STRUCTURE, false);
    change("<SignedInfo>", "x<SignedInfo>", FORGE_STRUCTURE, true);
}

Test(dsig_attack, the_signature_has_unknown_elements) {
    change("</DigestValue>", "</DigestValue><DigestValue/>", FORGE_STRUCTURE, false);
    change("</DigestValue>", "</DigestValue><x xmlns=\"urn:x\"/>", FORGE_STRUCTURE, false);
    change("</Transforms>", "</Transforms><Transforms/>", FORGE_STRUCTURE, false);
    change("<SignedInfo>", "<SignedInfo><x xmlns=\"urn:x\"/>", FORGE_STRUCTURE, false);
    change("<SignedInfo>", "<SignedInfo/><SignedInfo>", FORGE_STRUCTURE, false);
    change("<SignatureValue>", "<SignatureValue/><SignatureValue>", FORGE_STRUCTURE, false);
    change("<DigestValue>", "<DigestValue xmlns=\"urn:x\">", FORGE_STRUCTURE, false);
}

/* ---- Algorithms --------------------------------------------------------------------------- */

Test(dsig_attack, the_public_key_is_the_secret_of_an_hmac) {
    static const char *const methods[] = {FORGE_DSIG "hmac-sha1", FORGE_MORE "hmac-sha256"};
    for (size_t i = 0; i < 2; i++) {
        struct buffer message =
            forge_sign(forge_frame, &(struct forge){.hmac = true, .method = methods[i]});
        cr_expect_eq(forge_verdict(&message, "agent2048", true), FORGE_STRUCTURE);
        if (forge_xmlsec1_installed())
            cr_expect(forge_xmlsec1((struct slice){message.base, message.used}, "--hmackey",
                                    forge_key_file("agent2048")));
        buffer_free(&message);
    }
}

Test(dsig_attack, the_hashes_are_mixed) {
    refuse(forge_frame, &(struct forge){.digest = FORGE_DSIG "sha1"}, FORGE_STRUCTURE);
    refuse(forge_frame, &(struct forge){.method = FORGE_DSIG "rsa-sha1"}, FORGE_STRUCTURE);
}

Test(dsig_attack, another_hash_is_used) {
    refuse(forge_frame,
           &(struct forge){.method = FORGE_MORE "rsa-sha512",
                           .digest = "http://www.w3.org/2001/04/xmlenc#sha512"},
           FORGE_STRUCTURE);
    refuse(forge_frame,
           &(struct forge){.method = FORGE_MORE "rsa-sha384", .digest = FORGE_MORE "sha384"},
           FORGE_STRUCTURE);
}

Test(dsig_attack, another_canonicalisation_of_the_signed_info_is_used) {
    refuse(forge_frame, &(struct forge){.c14n = "http://www.w3.org/2006/12/xml-c14n11"},
           FORGE_STRUCTURE);
    change("xml-exc-c14n#\"", "xml-exc-c14n\"", FORGE_STRUCTURE, false);
    change("xml-exc-c14n#\"/>",
           "xml-exc-c14n#\"><InclusiveNamespaces xmlns=\"http://www.w3.org/2001/10/xml-exc-c14n#\" "
           "PrefixList=\"S\"/></CanonicalizationMethod>",
           FORGE_STRUCTURE, false);
}

static struct buffer sha1_message(const char *key) {
    return forge_sign(
        forge_frame,
        &(struct forge){.key = key, .method = FORGE_DSIG "rsa-sha1", .digest = FORGE_DSIG "sha1"});
}

Test(dsig_attack, sha1_is_only_for_legacy_partners) {
    struct buffer message = sha1_message("agent2048");
    cr_expect_eq(forge_verdict(&message, "agent2048", true), FORGE_VERIFIES);
    cr_expect_eq(forge_verdict(&message, "agent2048", false), FORGE_FALSE);
    buffer_free(&message);
}

Test(dsig_attack, a_key_of_1024_bits_is_only_for_legacy_partners) {
    struct buffer message = forge_sign(forge_frame, &(struct forge){.key = "agent"});
    cr_expect_eq(forge_verdict(&message, "agent", true), FORGE_VERIFIES);
    cr_expect_eq(forge_verdict(&message, "agent", false), FORGE_FALSE);
    buffer_free(&message);
    message = sha1_message("agent");
    cr_expect_eq(forge_verdict(&message, "agent", true), FORGE_VERIFIES);
    cr_expect_eq(forge_verdict(&message, "agent", false), FORGE_FALSE);
    buffer_free(&message);
}
