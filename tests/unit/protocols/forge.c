#include "tests/unit/protocols/forge.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xmlsec/base64.h>
#include <xmlsec/openssl/app.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmltree.h>

#include "tests/lib/dsig_judge.h"
#include "tests/lib/folder.h"
#include "tests/unit/protocols/soap_rig.h"

const char forge_frame[] =
    "<S:Envelope xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\"><S:Header>"
    "<certificateNumber xmlns=\"https://allpay.kz\">1</certificateNumber>@</S:Header>"
    "<S:Body Id=\"body\"><n:pay xmlns:n=\"urn:x\"><amount>100.00</amount></n:pay></S:Body>"
    "</S:Envelope>";

/* ---- Signing ------------------------------------------------------------------------------ */

static const char *or_honest(const char *text, const char *honest) {
    return text == NULL ? honest : text;
}

/* The Signature with empty values. */
static void put_template(struct buffer *out, const struct forge *how) {
    buffer_format(out, "<Signature xmlns=\"" FORGE_DSIG "\"%s><SignedInfo>",
                  or_honest(how->attributes, ""));
    buffer_format(out, "<CanonicalizationMethod Algorithm=\"%s\"/>",
                  or_honest(how->c14n, "http://www.w3.org/2001/10/xml-exc-c14n#"));
    buffer_format(out, "<SignatureMethod Algorithm=\"%s\"/>",
                  or_honest(how->method, FORGE_MORE "rsa-sha256"));
    buffer_format(out, "<Reference%s>", or_honest(how->reference, " URI=\"\""));
    buffer_format(out, "<Transforms>%s</Transforms>", or_honest(how->transforms, FORGE_ENVELOPED));
    buffer_format(out, "<DigestMethod Algorithm=\"%s\"/><DigestValue></DigestValue>",
                  or_honest(how->digest, "http://www.w3.org/2001/04/xmlenc#sha256"));
    buffer_format(out, "</Reference></SignedInfo><SignatureValue></SignatureValue>%s</Signature>",
                  or_honest(how->behind, ""));
}

static void add_ids(xmlNode *element) {
    for (xmlNode *node = element; node != NULL; node = xml_next(node)) {
        xmlAttr *id = xmlHasProp(node, (const xmlChar *)"Id");
        if (id != NULL)
            (void)xmlAddID(NULL, node->doc, id->children->content, id);
        add_ids(xml_first(node));
    }
}

static xmlSecKey *signing_key(const struct forge *how) {
    char name[64];
    snprintf(name, sizeof(name), "%s%s", or_honest(how->key, "agent2048"), how->hmac ? ".pub" : "");
    const char *pem = rig_pem(name);
    const xmlSecByte *bytes = (const xmlSecByte *)pem;
    return how->hmac ? xmlSecKeyReadMemory(xmlSecOpenSSLKeyDataHmacId, bytes, strlen(pem))
                     : xmlSecOpenSSLAppKeyLoadMemory(bytes, (xmlSecSize)strlen(pem),
                                                     xmlSecKeyDataFormatPem, NULL, NULL, NULL);
}

/* The Signature whose value is still to come. */
static xmlNode *unsigned_one(xmlNode *element) {
    xmlNode *found = NULL;
    for (xmlNode *node = element; node != NULL && found == NULL; node = xml_next(node)) {
        bool empty = xml_is(node, FORGE_DSIG, "SignatureValue") && node->children == NULL;
        found = empty ? node->parent : unsigned_one(xml_first(node));
    }
    return found;
}

struct buffer forge_sign(const char *frame, const struct forge *how) {
    struct buffer text, out;
    xmlChar *bytes = NULL;
    int size = 0;
    const char *at = strchr(frame, '@');
    cr_assert(xml_start() == 0 && at != NULL);
    buffer_init(&text, (size_t)1 << 20);
    buffer_init(&out, (size_t)1 << 20);
    buffer_append(&text, frame, (size_t)(at - frame));
    put_template(&text, how);
    buffer_text(&text, at + 1);
    xmlDoc *document = xmlReadMemory(text.base, (int)text.used, NULL, NULL, XML_PARSE_NONET);
    cr_assert_not_null(document, "%.*s", (int)text.used, text.base);
    add_ids(xmlDocGetRootElement(document));
    xmlSecDSigCtx *context = xmlSecDSigCtxCreate(NULL);
    context->signKey = signing_key(how);
    xmlSecBase64SetDefaultLineSize(64); /* as others have it; keys are not written without */
    cr_assert_eq(xmlSecDSigCtxSign(context, unsigned_one(xmlDocGetRootElement(document))), 0,
                 "xmlsec does not sign %s", text.base);
    cr_assert_eq(context->status, xmlSecDSigStatusSucceeded);
    xmlSecBase64SetDefaultLineSize(0);
    xmlSecDSigCtxDestroy(context);
    xmlDocDumpMemoryEnc(document, &bytes, &size, "UTF-8");
    buffer_append(&out, bytes, (size_t)size);
    xmlFree(bytes);
    xmlFreeDoc(document);
    buffer_free(&text);
    cr_assert_not(out.failed);
    return out;
}

void forge_change(struct buffer *message, const char *from, const char *to) {
    struct buffer out;
    const char *at = memmem(message->base, message->used, from, strlen(from));
    cr_assert_not_null(at, "no %s", from);
    size_t before = (size_t)(at - message->base), behind = before + strlen(from);
    buffer_init(&out, (size_t)1 << 20);
    buffer_append(&out, message->base, before);
    buffer_text(&out, to);
    buffer_append(&out, message->base + behind, message->used - behind);
    buffer_free(message);
    *message = out;
}

/* ---- Verdicts ----------------------------------------------------------------------------- */

static enum forge_verdict verdict_of(const struct dsig_found *found, struct slice key,
                                     bool legacy) {
    struct dsig_public *public = dsig_public_read(key.base, key.size);
    cr_assert_not_null(public);
    bool verifies = dsig_verify(found, public, legacy);
    dsig_public_free(public);
    cr_expect(judge_agrees(found, key, legacy), "xmlsec says otherwise");
    return verifies ? FORGE_VERIFIES : FORGE_FALSE;
}

enum forge_verdict forge_verdict_with(struct slice message, struct slice key, bool legacy) {
    xmlDoc *document = NULL;
    struct dsig_found found;
    cr_assert_eq(xml_start(), 0);
    if (xml_parse(message, &document) != XML_OK)
        return FORGE_DOCUMENT;
    xmlNode *root = xmlDocGetRootElement(document), *parent = xml_first(root);
    if (parent == NULL || strcmp((const char *)parent->name, "Header") != 0)
        parent = root;
    enum forge_verdict verdict = FORGE_STRUCTURE;
    if (dsig_find(document, parent, &found))
        verdict = verdict_of(&found, key, legacy);
    xmlFreeDoc(document);
    return verdict;
}

enum forge_verdict forge_verdict(const struct buffer *message, const char *key, bool legacy) {
    uint8_t der[1024];
    char name[64];
    snprintf(name, sizeof(name), "%s.pub", key);
    cr_assert_eq(xml_start(), 0);
    size_t size = dsig_public_pem(slice_text(rig_pem(name)), der, sizeof(der));
    return forge_verdict_with((struct slice){message->base, message->used},
                              (struct slice){(const char *)der, size}, legacy);
}

/* ---- The command xmlsec1 ------------------------------------------------------------------ */

const char *forge_key_file(const char *key) {
    static char path[FOLDER_PATH_MAX];
    snprintf(path, sizeof(path), TESTS_FOLDER "/golden/agent_soap/keys/%s.pub.pem", key);
    return path;
}

static int run(char *const *arguments) {
    int status = 0;
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        int nowhere = open("/dev/null", O_WRONLY);
        (void)dup2(nowhere, STDOUT_FILENO);
        (void)dup2(nowhere, STDERR_FILENO);
        (void)execvp(arguments[0], arguments);
        _exit(127);
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status), "%s ended by a signal", arguments[0]);
    return WEXITSTATUS(status);
}

bool forge_xmlsec1_installed(void) {
    char name[] = "xmlsec1", option[] = "--version";
    return run((char *[]){name, option, NULL}) == 0;
}

bool forge_xmlsec1(struct slice message, const char *option, const char *key_file) {
    char folder[FOLDER_PATH_MAX], path[FOLDER_PATH_MAX], key_option[32] = "", key[FOLDER_PATH_MAX];
    char name[] = "xmlsec1", verify[] = "--verify", id[] = "--id-attr:Id";
    char body[] = "http://schemas.xmlsoap.org/soap/envelope/:Body";
    char *arguments[8] = {name, verify, id, body, path};
    if (option != NULL) {
        snprintf(key_option, sizeof(key_option), "%s", option);
        snprintf(key, sizeof(key), "%s", key_file);
        arguments[4] = key_option;
        arguments[5] = key;
        arguments[6] = path;
    }
    folder_make(folder);
    folder_join(path, folder, "message.xml");
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(message.base, 1, message.size, file), message.size);
    cr_assert_eq(fclose(file), 0);
    int code = run(arguments);
    folder_remove(folder);
    cr_assert_lt(code, 127, "xmlsec1 does not run");
    return code == 0;
}
