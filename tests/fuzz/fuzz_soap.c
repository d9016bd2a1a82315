/* Bodies of the agents' SOAP API: parse, verify, decode, answer. The first byte picks the service
 * and whether the rest comes as it is, or is signed first by an agent, so that what stands behind
 * the signature is reached too. Commands must be well-formed, and every answer whole XML; signed,
 * unless the request was nobody's. */
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "protocols/agent_soap/soap.h"
#include "protocols/registry/registry.h"
#include "protocols/xml/dsig.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { AGENT_BITS = 1024, SIGNS = 4, RESULT_SHIFT = 3 };
#define AGENT 72222222221u
#define CLIENT 77072734954u
#define MERCHANT 72222222229u
#define SERVICE 185u

static struct dsig_private *agent_key;
static struct dsig_public *node_public;
static uint8_t agent_der[512];
static uint32_t agent_der_size;
static char node_pem[4096];
static void *context;

static void check(bool holds) {
    if (!holds)
        abort();
}

/* ---- The world ---- */

static enum ledger_status registry_get(void *node, const void *key, size_t key_size, void *value,
                                       size_t *value_size) {
    static const struct registry_agent agent = {.login = AGENT,
                                                .account = 1001,
                                                .name = "A",
                                                .privileges = PRIVILEGES_ALL,
                                                .legacy_signature = true};
    static const struct registry_client client = {
        .login = CLIENT, .account = 2001, .first_name = "\xD3\x98\xD1\x81\xD0\xB5\xD0\xBB"};
    static const struct registry_merchant merchant = {
        .login = MERCHANT, .name = "M", .wallets = {3001}, .wallet_count = 1};
    static const struct registry_terminal terminal = {.id = "T0001", .merchant = MERCHANT};
    static const struct registry_tariff tariff = {
        .operation = OPERATION_PAY_GOODS, .percent = 50, .payer = PAYER_MERCHANT};
    static const struct registry_service service = {.code = SERVICE,
                                                    .name = "S",
                                                    .merchant = MERCHANT,
                                                    .provider = 4,
                                                    .pattern = "[0-9]{7,10}"};
    struct registry_key public = {.login = AGENT, .number = 1, .der_size = agent_der_size};
    const void *const records[] = {&agent,  &client,  &merchant, &terminal,
                                   &tariff, &service, &public};
    const enum registry_kind kinds[] = {REGISTRY_AGENT,    REGISTRY_CLIENT, REGISTRY_MERCHANT,
                                        REGISTRY_TERMINAL, REGISTRY_TARIFF, REGISTRY_SERVICE,
                                        REGISTRY_KEY};
    (void)node;
    memcpy(public.der, agent_der, agent_der_size);
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
        char name[LEDGER_KEY_MAX];
        size_t name_size = registry_key(kinds[i], records[i], name);
        if (name_size == key_size && memcmp(name, key, key_size) == 0) {
            *value_size = registry_write(kinds[i], records[i], value);
            return LEDGER_DONE;
        }
    }
    return LEDGER_RECORD_NOT_FOUND;
}

static const struct adapter_settings settings = {
    .public_url = "",
    .amount_max = 100000000,
    .fee_account = 2,
    .repeat_after_ms = 1000,
    .hold_life_s = 86400,
    .token_life_s = 300,
    .vostok_plat_service = SERVICE,
    .node_key = node_pem,
};
static const struct adapter_env env = {.settings = &settings, .registry_get = registry_get};

static void pem_of(EVP_PKEY *key, char pem[4096]) {
    BIO *text = BIO_new(BIO_s_mem());
    check(text != NULL && PEM_write_bio_PrivateKey(text, key, NULL, NULL, 0, NULL, NULL) > 0);
    int size = BIO_read(text, pem, 4095);
    check(size > 0);
    pem[size] = '\0';
    BIO_free(text);
}

static uint32_t der_of(EVP_PKEY *key, uint8_t der[512]) {
    unsigned char *at = der;
    check(i2d_PUBKEY(key, NULL) <= 512);
    return (uint32_t)i2d_PUBKEY(key, &at);
}

/* Small keys, for they sign a thousand times a second. */
static void ready(void) {
    char pem[4096];
    uint8_t der[512];
    if (context != NULL)
        return;
    EVP_PKEY *agent = EVP_RSA_gen(AGENT_BITS), *node = EVP_RSA_gen(AGENT_BITS);
    check(agent != NULL && node != NULL && xml_start() == 0);
    pem_of(agent, pem);
    pem_of(node, node_pem);
    agent_der_size = der_of(agent, agent_der);
    agent_key = dsig_private_read(pem);
    node_public = dsig_public_read(der, der_of(node, der));
    EVP_PKEY_free(agent);
    EVP_PKEY_free(node);
    check(agent_key != NULL && node_public != NULL);
    check(agent_soap_adapter.init(&context, &env) == 0);
}

/* ---- One request ---- */

static const struct dsig_algorithms legacy = {DSIG_SHA1, DSIG_EXCLUSIVE_COMMENTS};

/* An answer is whole XML; with a Header it is signed, and the signature holds. */
static void check_answer(const struct adapter_reply *reply) {
    xmlDoc *document = NULL;
    struct dsig_found found;
    check(reply->status == 200 || reply->status == 500 || reply->status == 503);
    check(!reply->body->failed && !reply->headers->failed);
    check(xml_parse((struct slice){reply->body->base, reply->body->used}, &document) == XML_OK);
    xmlNode *header = xml_first(xmlDocGetRootElement(document));
    check(header != NULL);
    bool has_header = xml_is(header, SOAP_ENVELOPE_NAMESPACE, "Header");
    check(has_header || reply->status != 200);
    check(!has_header ||
          (dsig_find(document, header, &found) && dsig_verify(&found, node_public, true)));
    xmlFreeDoc(document);
}

/* What a provider told when it was asked. */
static void provider_answers(struct outbound_answer *answer, uint8_t choice) {
    static const enum outbound_verdict verdicts[] = {OUTBOUND_OK, OUTBOUND_REFUSED, OUTBOUND_AGAIN};
    *answer = (struct outbound_answer){
        .verdict = verdicts[choice % 3],
        .known = true,
        .field_count = 3,
        .fields = {{"owner", "A & <B>"}, {"debt", "-1.50"}, {"date", "no date"}}};
}

static void encode(struct adapter_work *work, const struct ledger_writer *writer, uint8_t choice,
                   struct adapter_reply *reply) {
    struct {
        struct ledger_payment head;
        struct ledger_leg leg;
    } payment = {{.id = 57, .size = sizeof payment, .state = LEDGER_HELD, .leg_count = 1},
                 {.debit = 1001, .credit = 2001, .amount = 10000}};
    struct ledger_account account = {.id = 1001, .credits_posted = 500};
    struct ledger_result results[ADAPTER_WORK_COMMANDS] = {{0}};
    static const uint16_t statuses[] = {
        LEDGER_DONE,        LEDGER_REPLAYED, LEDGER_REF_CONFLICT, LEDGER_FUNDS,
        LEDGER_TOKEN_WRONG, LEDGER_BUSY,     LEDGER_OVER_CEILING, LEDGER_PAYMENT_NOT_FOUND};
    const uint8_t *at = writer->base;
    for (uint32_t i = 0; i < writer->count; i++) {
        uint32_t size = ledger_command_size(at, writer->used - (size_t)(at - writer->base));
        check(size > 0);
        results[i] = (struct ledger_result){
            .status = statuses[choice & 7], .state = LEDGER_HELD, .payment = 57};
        if (at[4] == LEDGER_LOOKUP)
            results[i].body = &payment, results[i].body_size = sizeof payment;
        if (at[4] == LEDGER_ACCOUNT_LOOKUP)
            results[i].body = &account, results[i].body_size = sizeof account;
        at += size;
    }
    check(at == writer->base + writer->used);
    agent_soap_adapter.work_encode(context, work, results, writer->count, reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static _Alignas(16) uint8_t memory[ADAPTER_WORK_COMMANDS * LEDGER_COMMAND_MAX];
    static struct adapter_work work;
    struct buffer path, body, headers, answer;
    ready();
    if (size < 1)
        return 0;
    buffer_init(&path, 256);
    buffer_init(&body, 2 * XML_BYTES_MAX);
    buffer_init(&headers, 1 << 16);
    buffer_init(&answer, 1 << 20);
    struct slice text = {(const char *)bytes + 1, size - 1};
    if ((bytes[0] & SIGNS) == 0 || !dsig_sign(agent_key, legacy, text, "Header", &body)) {
        body.used = 0;
        buffer_append(&body, text.base, text.size);
    }
    buffer_format(&path, "%s%s", SOAP_PREFIX, soap_services[bytes[0] % SOAP_SERVICES].path);
    work.request = (struct adapter_request){.method = SLICE("POST"),
                                            .path = {path.base, path.used},
                                            .body = {body.base, body.used},
                                            .received_ns = 1735689600000000000u,
                                            .peer = SLICE("192.0.2.1")};
    struct ledger_writer writer = {.base = memory, .size = sizeof memory};
    struct adapter_reply reply = {.headers = &headers, .body = &answer};
    enum adapter_verdict verdict = agent_soap_adapter.work(context, &work, &writer, &reply);
    if (verdict == ADAPTER_SUBMIT || verdict == ADAPTER_ASK) {
        check(writer.count > 0 && writer.count <= ADAPTER_WORK_COMMANDS);
        check(verdict == ADAPTER_SUBMIT || work.question.provider == 4);
        provider_answers(&work.answer, bytes[0] >> RESULT_SHIFT);
        encode(&work, &writer, bytes[0] >> RESULT_SHIFT, &reply);
    } else {
        check(writer.count == 0);
    }
    check_answer(&reply);
    buffer_free(&path);
    buffer_free(&body);
    buffer_free(&headers);
    buffer_free(&answer);
    return 0;
}
