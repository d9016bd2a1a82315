/* The agents' SOAP API, beside its golden exchanges: what must not pass, and what must. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "protocols/agent_soap/refusals.h"
#include "protocols/agent_soap/soap.h"
#include "tests/unit/protocols/soap_rig.h"

#define CASH_IN "cash-in-transaction-management/v1.1"
#define TM "transaction-management/v1.1"
#define FIELDS "| toUserName=77072734954 amount=100 GUID=d52a8bb2-0a28-45b3-afc5-640ca9034760"
#define DSIG "http://www.w3.org/2000/09/xmldsig#"

static struct soap_rig rig; /* one process a test */

static void start(void) {
    rig_start(&rig, true);
}

static void stop(void) {
    rig_stop(&rig);
}

TestSuite(soap, .init = start, .fini = stop);

/* ---- Helpers ------------------------------------------------------------------------------- */

/* The signed request as text with a NUL, the caller's to free. */
static char *signed_request(const char *path, const char *operation, const char *fields,
                            const struct rig_signing *signing) {
    struct buffer text;
    buffer_init(&text, 1 << 20);
    rig_request(path, operation, fields, signing, &text);
    buffer_append(&text, "", 1);
    cr_assert_not(text.failed);
    return text.base;
}

static char *cash_in_request(void) {
    return signed_request(CASH_IN, "createCashInPayment", FIELDS, &rig_signing_field);
}

/* The text with the first `from` replaced, the caller's to free; the text is freed. */
static char *replaced(char *text, const char *from, const char *to) {
    char *at = strstr(text, from);
    cr_assert_not_null(at, "%s", from);
    size_t size = strlen(text) - strlen(from) + strlen(to) + 1;
    char *result = malloc(size);
    (void)snprintf(result, size, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    free(text);
    return result;
}

/* The first part from `from` to the end of `to`, the caller's to free. */
static char *part(const char *text, const char *from, const char *to) {
    const char *start_at = strstr(text, from);
    cr_assert_not_null(start_at, "%s", from);
    const char *end = strstr(start_at, to);
    cr_assert_not_null(end, "%s", to);
    return strndup(start_at, (size_t)(end - start_at) + strlen(to));
}

static bool said(const char *code) {
    char text[128];
    (void)snprintf(text, sizeof text, ">%s</ns2:developerMessage>", code);
    return strstr(rig_body(&rig), text) != NULL;
}

/* Posts and frees the text: it must be refused with this code, unsigned, and put nothing. */
static void refused(const char *what, char *text, const char *code) {
    enum adapter_verdict verdict = rig_post(&rig, CASH_IN, slice_text(text));
    cr_expect_eq(verdict, ADAPTER_ANSWERED, "%s was taken", what);
    cr_expect_eq(rig.writer.count, 0, "%s put a command", what);
    if (verdict == ADAPTER_ANSWERED) {
        cr_expect_eq(rig.reply.status, 500, "%s: %u", what, rig.reply.status);
        cr_expect(said(code), "%s: %s", what, rig_body(&rig));
        cr_expect_null(strstr(rig_body(&rig), "<Signature"), "%s: signed", what);
    }
    free(text);
}

static void taken(const char *what, char *text) {
    cr_expect_eq(rig_post(&rig, CASH_IN, slice_text(text)), ADAPTER_SUBMIT, "%s: %s", what,
                 rig_body(&rig));
    cr_expect_eq(rig.writer.count, 1);
    free(text);
}

/* ---- What must not pass -------------------------------------------------------------------- */

Test(soap, a_request_wrapped_into_another_is_refused) {
    char *text = cash_in_request(), *body = part(text, "<S:Body>", "</S:Body>");
    char *evil = replaced(strdup(body), "<amount>100<", "<amount>9999<");
    char *wrapped = malloc(strlen(body) + 64);
    (void)snprintf(wrapped, strlen(body) + 64, "<wrap xmlns=\"urn:w\">%s</wrap></S:Header>", body);
    char *kept = replaced(replaced(strdup(text), body, evil), "</S:Header>", wrapped);
    refused("the signed Body in the Header, another in its place", kept, "BAD_SIGNATURE");
    refused("another Body", replaced(text, body, evil), "BAD_SIGNATURE");
    free(body);
    free(evil);
    free(wrapped);
}

Test(soap, a_signed_envelope_within_an_envelope_is_refused) {
    char *text = cash_in_request();
    size_t size = strlen(text) * 2;
    char *outer = malloc(size), *body = part(text, "<S:Body>", "</S:Body>");
    (void)snprintf(outer, size,
                   "<S:Envelope xmlns:S=\"" SOAP_ENVELOPE_NAMESPACE "\"><S:Header>"
                   "<certificateNumber xmlns=\"https://allpay.kz\">1</certificateNumber>%s"
                   "</S:Header>%s</S:Envelope>",
                   text, body);
    refused("an envelope in a Header", outer, "BAD_SIGNATURE");
    free(text);
    free(body);
}

Test(soap, a_signature_elsewhere_or_twice_is_refused) {
    char *text = cash_in_request(), *signature = part(text, "<Signature ", "</Signature>");
    size_t size = strlen(signature) + 64;
    char *to = malloc(size);
    (void)snprintf(to, size, "%s</S:Header>", signature);
    refused("two Signatures", replaced(strdup(text), "</S:Header>", to), "BAD_SIGNATURE");
    char *without = replaced(strdup(text), signature, "");
    (void)snprintf(to, size, "%s</CashInRequest>", signature);
    refused("a Signature among the fields", replaced(strdup(without), "</CashInRequest>", to),
            "BAD_REQUEST");
    (void)snprintf(to, size, "%s</S:Body>", signature);
    refused("a Signature in the Body", replaced(strdup(without), "</S:Body>", to), "BAD_ENVELOPE");
    (void)snprintf(to, size, "%s</S:Envelope>", signature);
    refused("a Signature behind the Body", replaced(strdup(without), "</S:Envelope>", to),
            "BAD_ENVELOPE");
    (void)snprintf(to, size, "<x xmlns=\"urn:x\">%s</x></S:Header>", signature);
    refused("a Signature deeper in the Header", replaced(strdup(without), "</S:Header>", to),
            "BAD_SIGNATURE");
    refused("a second one of another form",
            replaced(text, "</S:Header>", "<Signature xmlns=\"" DSIG "\"/></S:Header>"),
            "BAD_SIGNATURE");
    free(without);
    free(signature);
    free(to);
}

Test(soap, other_references_transforms_and_methods_are_refused) {
    static const struct {
        const char *what, *from, *to;
    } cases[] = {
        {"a Reference to a part", "URI=\"\"", "URI=\"#body\""},
        {"an extra transform", "</Transforms>",
         "<Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/></Transforms>"},
        {"an XPath transform", DSIG "enveloped-signature\"/>",
         "http://www.w3.org/TR/1999/REC-xpath-19991116\"><XPath>false()</XPath></Transform>"},
        {"no transform", "<Transform Algorithm=\"" DSIG "enveloped-signature\"/>", ""},
        {"no Reference URI", " URI=\"\"", ""},
        {"HMAC", DSIG "rsa-sha1", DSIG "hmac-sha1"},
        {"a mix of hashes", DSIG "sha1", "http://www.w3.org/2001/04/xmlenc#sha256"},
        {"another digest", "<DigestValue>", "<DigestValue>A"},
        {"another signature", "<SignatureValue>", "<SignatureValue>A"},
        {"an Object", "</Signature>", "<Object>x</Object></Signature>"},
        {"another amount", "<amount>100<", "<amount>1000<"},
        {"another requester", "<requester>72222222221<", "<requester>72222222222<"},
        {"another key", "kz\">1<", "kz\">2<"},
        {"two certificate numbers", "</S:Header>",
         "<certificateNumber xmlns=\"https://allpay.kz\">1</certificateNumber></S:Header>"},
        {"an element in the certificate number", "kz\">1<", "kz\"><b>1</b><"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        refused(cases[i].what, replaced(cash_in_request(), cases[i].from, cases[i].to),
                "BAD_SIGNATURE");
}

Test(soap, comments_stand_outside_the_signature_and_so_outside_values) {
    refused("in an amount", replaced(cash_in_request(), "<amount>1", "<amount>1<!-- -->"),
            "BAD_REQUEST");
    refused("in a requester",
            replaced(cash_in_request(), "<requester>7222", "<requester>7222<!---->"),
            "BAD_REQUEST");
    refused("in a certificate number", replaced(cash_in_request(), "kz\">1", "kz\">1<!-- -->"),
            "BAD_SIGNATURE");
    taken("between elements", replaced(cash_in_request(), "<S:Body>", "<S:Body><!-- hello -->"));
}

Test(soap, too_large_too_deep_and_documents_with_types_are_refused) {
    char *large = malloc(70000);
    memset(large, ' ', 70000);
    char *text = cash_in_request();
    memcpy(large + 70000 - strlen(text) - 1, text, strlen(text) + 1);
    refused("70 kB", large, "BAD_XML");
    refused("a document type", replaced(text, "<S:Envelope", "<!DOCTYPE x><S:Envelope"), "BAD_XML");
    refused("an entity", replaced(cash_in_request(), ">100<", ">&a;<"), "BAD_XML");
    refused("nothing", strdup(""), "BAD_XML");
}

/* ---- What must ----------------------------------------------------------------------------- */

Test(soap, white_space_that_means_nothing_is_fine) {
    taken("in a signature",
          replaced(cash_in_request(), "<SignatureValue>", "<SignatureValue>&#xd;\r\n\t "));
    taken("a byte order mark",
          replaced(cash_in_request(), "<S:Envelope", "\xef\xbb\xbf<S:Envelope"));
    taken("a declaration", replaced(cash_in_request(), "<S:Envelope",
                                    "<?xml version='1.0' encoding='UTF-8'?>\n<S:Envelope"));
    taken("in a tag", replaced(cash_in_request(), "<amount>", "<amount\n>"));
}

/* A value of a test key's partner whose messages the field's client made: where they are. */
static bool read_vector(const char *name, struct buffer *out) {
    char path[512], bytes[4096];
    (void)snprintf(path, sizeof path, "%s/../../shared/vectors/%s", TESTS_FOLDER, name);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return false;
    for (size_t size; (size = fread(bytes, 1, sizeof bytes, file)) > 0;)
        buffer_append(out, bytes, size);
    (void)fclose(file);
    return true;
}

static void vector(const char *name, const char *path, enum adapter_verdict expected) {
    struct buffer text;
    buffer_init(&text, 1 << 16);
    cr_assert(read_vector(name, &text), "%s", name);
    enum adapter_verdict verdict = rig_post(&rig, path, (struct slice){text.base, text.used});
    cr_expect_eq(verdict, expected, "%s: %s", name, rig_body(&rig));
    if (verdict == ADAPTER_ANSWERED)
        cr_expect(rig_signed(&rig) && rig_canonical(&rig), "%s", name);
    buffer_free(&text);
}

Test(soap, requests_of_the_fields_client_are_taken) {
    struct buffer pem;
    buffer_init(&pem, 1 << 16);
    if (read_vector("test-partner.pub.pem", &pem)) {
        struct registry_key key = {.login = RIG_AGENT, .number = 1};
        key.der_size =
            (uint32_t)dsig_public_pem((struct slice){pem.base, pem.used}, key.der, sizeof key.der);
        rig_put(&rig, REGISTRY_KEY, &key);
        vector("requests/ci-checkUser.xml", CASH_IN, ADAPTER_ANSWERED);
        vector("requests/ci-createCashInPayment.xml", CASH_IN, ADAPTER_SUBMIT);
        vector("requests/tm-availableBalance.xml", TM, ADAPTER_SUBMIT);
        vector("requests/tm-createCashOutTransaction.xml", TM, ADAPTER_SUBMIT);
        vector("requests/tm-payForGoodsPay.xml", TM, ADAPTER_SUBMIT);
        vector("requests/tm-payForServicesPay.xml", TM, ADAPTER_SUBMIT);
    }
    buffer_free(&pem);
}

Test(soap, a_key_that_was_changed_no_longer_signs) {
    taken("its key", cash_in_request());
    struct registry_key key = {.login = RIG_AGENT, .number = 1};
    key.der_size =
        (uint32_t)dsig_public_pem(slice_text(rig_pem("stranger.pub")), key.der, sizeof key.der);
    rig_put(&rig, REGISTRY_KEY, &key);
    refused("its former key", cash_in_request(), "BAD_SIGNATURE");
    rig_change(&rig, "key/72222222221/2", "blocked", "yes");
    struct rig_signing second = {"agent2048", "2", {DSIG_SHA256, DSIG_EXCLUSIVE}};
    refused("a blocked key", signed_request(CASH_IN, "createCashInPayment", FIELDS, &second),
            "BAD_SIGNATURE");
}

/* ---- Every status of the ledger has an answer ---------------------------------------------- */

static const char *const submitted[] = {
    TM " createCashInTransaction " FIELDS,
    TM " createCashOutTransaction | fromUserName=77072734954 amount=100 "
       "GUID=d52a8bb2-0a28-45b3-afc5-640ca9034760 token=123456",
    TM " completeTransaction | GUID=d52a8bb2-0a28-45b3-afc5-640ca9034760 transactionId=5",
    TM " declineTransaction | GUID=d52a8bb2-0a28-45b3-afc5-640ca9034760 transactionId=5",
    TM " availableBalance |",
    TM " payForGoodsCheck | toUserName=77072734954 terminalId=T0001",
    TM " payForGoodsPay | toUserName=77072734954 amount=1 terminalId=T0001 rrn=1",
    CASH_IN " checkUserAndValidateCashIn | userName=77072734954",
    CASH_IN " createCashInPayment " FIELDS,
    CASH_IN " createCashInPaymentAvtobys " FIELDS,
};

static void answer_status(const char *operation, enum ledger_status status) {
    const struct ledger_result results[2] = {{.status = (uint16_t)status},
                                             {.status = (uint16_t)status}};
    rig_results(&rig, results, rig.writer.count);
    cr_expect(rig_signed(&rig) && rig_canonical(&rig), "%s: %s", operation, rig_body(&rig));
    bool server = strstr(rig_body(&rig), "<faultcode>soap:Server<") != NULL;
    bool client = strstr(rig_body(&rig), "<faultcode>soap:Client<") != NULL;
    cr_expect_eq(rig.reply.status, server ? 503 : client ? 500 : 200, "%s", operation);
    bool check = strstr(operation, "heck") != NULL;
    cr_expect(server || client || (check && status == LEDGER_FUNDS), "%s: %s", operation,
              ledger_status_name(status));
}

Test(soap, every_status_of_the_ledger_has_an_answer) {
    for (size_t i = 0; i < sizeof submitted / sizeof submitted[0]; i++) {
        char path[64], name[64];
        const char *fields = strchr(submitted[i], '|');
        cr_assert_eq(sscanf(submitted[i], "%63s %63s", path, name), 2);
        char *text = signed_request(path, name, fields, &rig_signing_field);
        cr_assert_eq(rig_post(&rig, path, slice_text(text)), ADAPTER_SUBMIT, "%s", rig_body(&rig));
        for (unsigned status = LEDGER_REPLAYED + 1; status < LEDGER_STATUS_COUNT; status++)
            answer_status(name, (enum ledger_status)status);
        free(text);
    }
}

/* ---- HTTP ---------------------------------------------------------------------------------- */

static uint32_t ask(const char *method, const char *path, const char *query, const char *name,
                    const char *value) {
    struct adapter_header header = {slice_text(name), slice_text(value)};
    struct adapter_request request = {.method = slice_text(method),
                                      .path = slice_text(path),
                                      .query = slice_text(query),
                                      .body = SLICE("<a/>"),
                                      .headers = &header,
                                      .header_count = 1};
    struct ledger_writer writer = {.base = rig.commands, .size = sizeof rig.commands};
    rig.reply_body.used = rig.reply_headers.used = 0;
    rig.reply.status = 0;
    enum adapter_verdict verdict =
        agent_soap_adapter.decode(rig.context, &request, &writer, &rig.note, &rig.reply);
    cr_expect(verdict == ADAPTER_ANSWERED || verdict == ADAPTER_WORK);
    return verdict == ADAPTER_WORK ? 0 : rig.reply.status;
}

#define PATH SOAP_PREFIX TM

Test(soap, paths_methods_and_types) {
    cr_expect_eq(ask("POST", PATH, "", "Content-Type", "text/xml"), 0);
    cr_expect_eq(ask("POST", PATH, "wsdl", "content-type", "text/xml; charset=UTF-8"), 0);
    cr_expect_eq(ask("POST", PATH, "", "Content-Type", "application/json"), 415);
    cr_expect_eq(ask("POST", PATH, "", "X", "text/xml"), 415);
    cr_expect_eq(ask("POST", PATH "/", "", "Content-Type", "text/xml"), 404);
    cr_expect_eq(ask("GET", SOAP_PREFIX, "wsdl", "Host", "a"), 404);
    cr_expect_eq(ask("GET", PATH, "", "Host", "a"), 405);
    cr_expect(slice_equal((struct slice){rig.reply_headers.base, rig.reply_headers.used},
                          SLICE("Allow: GET, POST\r\n")));
    cr_expect_eq(ask("GET", PATH, "xsd", "Host", "a"), 405);
    cr_expect_eq(ask("PUT", PATH, "wsdl", "Host", "a"), 405);
}

Test(soap, the_description_says_where_to_post) {
    cr_expect_eq(ask("GET", PATH, "wsdl", "Host", "pay.example.kz:8080"), 200);
    cr_expect_not_null(strstr(rig_body(&rig), "location=\"http://pay.example.kz:8080" PATH "\""));
    cr_expect_str_eq(rig.reply.content_type, "text/xml; charset=utf-8");
    cr_expect_eq(ask("GET", PATH, "WSDL", "Host", "pay.example.kz"), 200);
    cr_expect_eq(ask("GET", PATH, "wsdl", "Host", "a\"b"), 400);
    cr_expect_eq(ask("GET", PATH, "wsdl", "X", "a"), 400);
    rig.settings.public_url = "https://pay.example.kz";
    cr_expect_eq(ask("GET", PATH, "wsdl", "X", "a"), 200);
    cr_expect_not_null(strstr(rig_body(&rig), "location=\"https://pay.example.kz" PATH "\""));
}
