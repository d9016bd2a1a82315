/* Signed messages whose contents are not what was signed, or not what a document may have; keys
 * that come along; and values in every way that the field writes them. The verdicts of xmlsec1 are
 * compared where it is installed. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/unit/protocols/forge.h"
#include "tests/unit/protocols/soap_rig.h"

static const struct forge honest = {.key = NULL};

static void expect_both(struct buffer message, enum forge_verdict ours, bool theirs) {
    struct slice bytes = {message.base, message.used};
    cr_expect_eq(forge_verdict(&message, "agent2048", true), ours, "%d, not %d: %.2000s",
                 forge_verdict(&message, "agent2048", true), ours, bytes.base);
    if (forge_xmlsec1_installed())
        cr_expect_eq(forge_xmlsec1(bytes, "--pubkey-pem", forge_key_file("agent2048")), theirs,
                     "xmlsec1: %.2000s", bytes.base);
    buffer_free(&message);
}

static void change(const char *from, const char *to, enum forge_verdict ours, bool theirs) {
    struct buffer message = forge_sign(forge_frame, &honest);
    forge_change(&message, from, to);
    expect_both(message, ours, theirs);
}

/* ---- What was signed, changed ------------------------------------------------------------- */

Test(dsig_contents, a_changed_text_is_seen) {
    change("100.00", "900.00", FORGE_FALSE, false);
    change("100.00", "100.00 ", FORGE_FALSE, false);
    change("100.00", "1<![CDATA[00.0]]>0", FORGE_VERIFIES, true); /* the same text */
    change("100.00", "&#49;00.00", FORGE_VERIFIES, true);
    change(">1</certificateNumber>", ">2</certificateNumber>", FORGE_FALSE, false);
    change("<S:Body", " <S:Body", FORGE_FALSE, false);
}

Test(dsig_contents, a_changed_attribute_or_name_is_seen) {
    change("<amount>", "<amount currency=\"USD\">", FORGE_FALSE, false);
    change("Id=\"body\"", "Id=\"corpse\"", FORGE_FALSE, false);
    change("Id=\"body\"", "", FORGE_FALSE, false);
    change("urn:x", "urn:y", FORGE_FALSE, false);
    change("<amount>100.00</amount>", "<amounts>100.00</amounts>", FORGE_FALSE, false);
    change("<amount>", "<amount xmlns=\"urn:z\">", FORGE_FALSE, false);
    change("<amount>", "<amount >", FORGE_VERIFIES, true);
}

Test(dsig_contents, an_element_more_or_less_is_seen) {
    change("<amount>", "<amount>1</amount><amount>", FORGE_FALSE, false);
    change("<amount>100.00</amount>", "", FORGE_FALSE, false);
    change("<amount>100.00</amount>", "100.00", FORGE_FALSE, false);
    change("<S:Header>", "<S:Header><x/>", FORGE_FALSE, false);
}

Test(dsig_contents, what_signs_is_signed_itself) {
    change("<SignedInfo>", "<SignedInfo> ", FORGE_FALSE, false);
    change("xml-exc-c14n#", "xml-exc-c14n#WithComments", FORGE_FALSE, false);
    change("</SignedInfo>", "<!--c--></SignedInfo>", FORGE_VERIFIES, true); /* no comments in it */
    struct buffer message =
        forge_sign(forge_frame,
                   &(struct forge){.c14n = "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"});
    forge_change(&message, "</SignedInfo>", "<!--c--></SignedInfo>");
    expect_both(message, FORGE_FALSE, false);
}

/* Comments stand outside of the signature, so nothing that has one inside is a value. */
Test(dsig_contents, a_comment_splits_a_value_that_is_then_not_read) {
    struct buffer message = forge_sign(forge_frame, &honest);
    xmlDoc *document = NULL;
    struct slice value;
    forge_change(&message, "100.00", "1<!---->00.00");
    cr_assert_eq(xml_parse((struct slice){message.base, message.used}, &document), XML_OK);
    const xmlNode *body = xml_next(xml_first(xmlDocGetRootElement(document)));
    cr_expect_not(xml_text(xml_first(xml_first(body)), &value));
    xmlFreeDoc(document);
    expect_both(message, FORGE_VERIFIES, true);
    change("<DigestValue>", "<DigestValue><!--c-->", FORGE_STRUCTURE, true);
    change("<SignatureValue>", "<SignatureValue><!--c-->", FORGE_STRUCTURE, true);
}

/* ---- What a document may not have --------------------------------------------------------- */

/* Signed without it, and put before the message. What an entity holds is not in the signature. */
static void before(const char *text, bool theirs) {
    change("<S:Envelope", text, FORGE_DOCUMENT, theirs);
}

Test(dsig_contents, a_dtd_is_refused) {
    before("<!DOCTYPE Envelope><S:Envelope", true);
    before("<!DOCTYPE Envelope [<!ATTLIST amount currency CDATA 'USD'>]><S:Envelope", true);
}

Test(dsig_contents, an_external_entity_is_refused) {
    struct buffer message = forge_sign(forge_frame, &honest);
    forge_change(&message, "<S:Envelope",
                 "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><S:Envelope");
    forge_change(&message, "100.00", "100.00&x;");
    cr_expect_eq(forge_verdict(&message, "agent2048", true), FORGE_DOCUMENT);
    buffer_free(&message);
    before("<!DOCTYPE a SYSTEM 'http://127.0.0.1:9/a.dtd'><S:Envelope", true);
    change("100.00", "100.00&x;", FORGE_DOCUMENT, false);
}

Test(dsig_contents, a_bomb_of_entities_is_refused) {
    struct buffer message = forge_sign(forge_frame, &honest), bomb;
    buffer_init(&bomb, 1 << 16);
    buffer_text(&bomb, "<!DOCTYPE a [<!ENTITY e0 'ha'>");
    for (int i = 1; i < 40; i++)
        buffer_format(&bomb, "<!ENTITY e%d '&e%d;&e%d;'>", i, i - 1, i - 1);
    buffer_text(&bomb, "]><S:Envelope");
    buffer_append(&bomb, "", 1);
    forge_change(&message, "<S:Envelope", bomb.base);
    forge_change(&message, "100.00", "&e39;");
    cr_expect_eq(forge_verdict(&message, "agent2048", true), FORGE_DOCUMENT);
    buffer_free(&message);
    buffer_free(&bomb);
}

Test(dsig_contents, a_processing_instruction_is_refused) {
    before("<?xml-stylesheet href='http://127.0.0.1:9/'?><S:Envelope", false);
    struct buffer message =
        forge_sign("<a><Header>@</Header><Body><?include x?></Body></a>", &honest);
    expect_both(message, FORGE_DOCUMENT, true);
}

static struct buffer nested(int depth) {
    struct buffer frame;
    buffer_init(&frame, 1 << 16);
    buffer_text(&frame, "<a><Header>@</Header>");
    for (int i = 1; i < depth; i++)
        buffer_text(&frame, "<b>");
    for (int i = 1; i < depth; i++)
        buffer_text(&frame, "</b>");
    buffer_append(&frame, "</a>", 5);
    struct buffer message = forge_sign(frame.base, &honest);
    buffer_free(&frame);
    return message;
}

Test(dsig_contents, nesting_over_64_is_refused) {
    expect_both(nested(64), FORGE_VERIFIES, true);
    expect_both(nested(65), FORGE_DOCUMENT, true);
}

static struct buffer padded(size_t size) {
    struct buffer frame;
    buffer_init(&frame, 1 << 18);
    buffer_text(&frame, "<a><Header>@</Header><Body>");
    for (size_t i = 0; i < size; i++)
        buffer_append(&frame, "x", 1);
    buffer_append(&frame, "</Body></a>", 12);
    struct buffer message = forge_sign(frame.base, &honest);
    buffer_free(&frame);
    return message;
}

Test(dsig_contents, more_than_64_kib_are_refused) {
    struct buffer empty = padded(1);
    size_t rest = empty.used - 1;
    buffer_free(&empty);
    expect_both(padded(XML_BYTES_MAX - rest), FORGE_VERIFIES, true);
    expect_both(padded(XML_BYTES_MAX - rest + 1), FORGE_DOCUMENT, true);
}

/* ---- Keys that come along ----------------------------------------------------------------- */

#define KEY_VALUE "<KeyInfo><KeyValue/></KeyInfo>"

/* xmlsec1 takes the stranger's key from there, whether or not it was given the partner's. */
Test(dsig_contents, the_key_of_an_attacker_in_the_message_is_not_used) {
    struct buffer message =
        forge_sign(forge_frame, &(struct forge){.key = "stranger", .behind = KEY_VALUE});
    cr_expect_not_null(memmem(message.base, message.used, "<Modulus>", 9));
    if (forge_xmlsec1_installed())
        cr_expect(forge_xmlsec1((struct slice){message.base, message.used}, NULL, NULL));
    expect_both(message, FORGE_FALSE, true);
}

Test(dsig_contents, a_key_in_an_honest_message_does_no_harm) {
    expect_both(forge_sign(forge_frame, &(struct forge){.behind = KEY_VALUE}), FORGE_VERIFIES,
                true);
    change("</Signature>", "<KeyInfo><KeyName>stranger</KeyName></KeyInfo></Signature>",
           FORGE_VERIFIES, true);
    change("</Signature>",
           "<KeyInfo><RetrievalMethod URI=\"http://127.0.0.1:9/key\"/><x/></KeyInfo></Signature>",
           FORGE_VERIFIES, true);
    change("</Signature>", "<KeyInfo/><KeyInfo/></Signature>", FORGE_STRUCTURE, false);
    change("<SignatureValue>", "<KeyInfo/><SignatureValue>", FORGE_STRUCTURE, false);
}

/* ---- Values ------------------------------------------------------------------------------- */

Test(dsig_contents, values_have_white_space_as_the_field_writes_them) {
    change("<DigestValue>", "<DigestValue>\r\n  ", FORGE_FALSE, false); /* it is signed as it was */
    change("<SignatureValue>", "<SignatureValue>\r\n\t ", FORGE_VERIFIES, true);
    change("<SignatureValue>", "<SignatureValue>&#xd;\n", FORGE_VERIFIES, true);
    change("</SignatureValue>", "&#13;&#10;</SignatureValue>", FORGE_VERIFIES, true);
    change("</SignatureValue>", " x</SignatureValue>", FORGE_FALSE, false);
    change("<SignatureValue>", "<SignatureValue>AAAA", FORGE_FALSE, false);
    change("</SignatureValue>", "</SignatureValue>x", FORGE_STRUCTURE, true);
}

Test(dsig_contents, a_value_of_the_wrong_size_is_false) {
    static const char *const values[] = {"", "AAAA", "====", "?", "AA AA=="};
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        struct buffer message = forge_sign(forge_frame, &honest);
        const char *from = memmem(message.base, message.used, "<SignatureValue>", 16);
        const char *end = memmem(message.base, message.used, "</SignatureValue>", 17);
        char value[1024];
        snprintf(value, sizeof(value), "%.*s", (int)(end - from - 16), from + 16);
        forge_change(&message, value, values[i]);
        expect_both(message, FORGE_FALSE, false);
    }
    change("<DigestValue>", "<DigestValue>AAAA", FORGE_FALSE, false);
}

/* As PHP's module for shops does it: the message declares a prefix, and the signature another. */
Test(dsig_contents, prefixes_and_white_space_are_free) {
    expect_both(forge_sign("<?xml version='1.0' encoding='utf-8'?>\n<a>\n <Header>\n@\n "
                           "</Header>\n <!-- x --><Body xml:id='b' xml:lang='kk'/>\n</a>\n",
                           &honest),
                FORGE_VERIFIES, true);
    expect_both(forge_sign("<d:a xmlns:d='urn:d' xmlns='urn:e'><Header>@</Header></d:a>", &honest),
                FORGE_VERIFIES, true);
    struct buffer message = forge_sign(forge_frame, &honest);
    forge_change(&message, "<Signature xmlns=", "<d:Signature xmlns:d=\"" FORGE_DSIG "\" xmlns=");
    forge_change(&message, "</Signature>", "</d:Signature>");
    expect_both(message, FORGE_VERIFIES, true);
}

/* Canonical XML has no form for it; a verifier that skips the namespace would. */
Test(dsig_contents, a_relative_namespace_is_false) {
    change("urn:x", "x", FORGE_FALSE, false);
}

Test(dsig_contents, the_digest_is_told_without_a_key) {
    struct buffer message = forge_sign(forge_frame, &(struct forge){.key = "stranger"});
    for (int i = 0; i < 2; i++) {
        xmlDoc *document = NULL;
        struct dsig_found found;
        cr_assert_eq(xml_parse((struct slice){message.base, message.used}, &document), XML_OK);
        cr_assert(dsig_find(document, xml_first(xmlDocGetRootElement(document)), &found));
        cr_expect_eq(found.digest_value.size, 44);
        cr_expect_eq(dsig_digest_matches(&found), i == 0);
        xmlFreeDoc(document);
        if (i == 0)
            forge_change(&message, "100.00", "200.00");
    }
    buffer_free(&message);
}
