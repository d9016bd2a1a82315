/* Bodies of agents' SOAP requests: the first byte picks the service, the rest is the body. Twice:
 * as the node takes them, signature and all; and believed without one, so that changed fields are
 * looked at, too. What is submitted must be whole commands, and every answer an XML document. */
#include <stdlib.h>

#include "protocols/agent_soap/payment.h"
#include "protocols/agent_soap/values.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(bool holds) {
    if (!holds)
        abort();
}

/* ---- The node ------------------------------------------------------------------------------ */

/* The public key of tests/golden/agent_soap/keys/agent.pem, which signed the corpus. */
static const uint8_t key_der[] = {
    0x30, 0x81, 0x9f, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01,
    0x01, 0x05, 0x00, 0x03, 0x81, 0x8d, 0x00, 0x30, 0x81, 0x89, 0x02, 0x81, 0x81, 0x00, 0xac,
    0xd6, 0xf4, 0x37, 0xa5, 0x0d, 0xef, 0x22, 0x4e, 0x89, 0x7e, 0xb6, 0x28, 0x6c, 0x51, 0xcd,
    0x85, 0xe3, 0x65, 0x58, 0x82, 0xd3, 0x8d, 0x7f, 0x5b, 0x34, 0x6f, 0x26, 0xc6, 0xb1, 0xb4,
    0x8e, 0xd4, 0x77, 0xef, 0x3d, 0x0c, 0x97, 0xde, 0x30, 0xb4, 0xfc, 0x5b, 0xea, 0xd4, 0xfe,
    0xcf, 0xc7, 0x75, 0x50, 0x6e, 0x8c, 0x67, 0x9f, 0xbf, 0xdb, 0xa1, 0xf7, 0xb5, 0x12, 0xf0,
    0xf6, 0xa1, 0x14, 0x4c, 0x8e, 0xa6, 0x19, 0xb5, 0xa2, 0x51, 0xfe, 0x39, 0x18, 0x52, 0x54,
    0x9c, 0xfe, 0xed, 0x64, 0xb5, 0xd0, 0x95, 0xfa, 0xe6, 0x9b, 0x80, 0x3d, 0x26, 0xa6, 0x49,
    0x45, 0x55, 0x97, 0x3c, 0x87, 0x93, 0x47, 0x02, 0x7b, 0xb9, 0xc4, 0x55, 0x1f, 0xbc, 0x78,
    0x0f, 0x89, 0x7d, 0x5f, 0xd2, 0x48, 0x54, 0x32, 0x61, 0x08, 0x01, 0xbe, 0xb7, 0x9e, 0x5f,
    0xb6, 0xb0, 0xab, 0x2c, 0x3c, 0xe4, 0xe3, 0x02, 0x03, 0x01, 0x00, 0x01,
};

enum { RECORDS = 5 };
static struct {
    char key[LEDGER_KEY_MAX];
    uint8_t value[LEDGER_VALUE_MAX];
    size_t key_size, value_size;
} records[RECORDS];

static void put(int at, enum registry_kind kind, const void *record) {
    records[at].key_size = registry_key(kind, record, records[at].key);
    records[at].value_size = registry_write(kind, record, records[at].value);
    check(records[at].value_size > 0);
}

static void put_all(void) {
    struct registry_key key = {.login = 72222222221u, .number = 1, .der_size = sizeof key_der};
    memcpy(key.der, key_der, sizeof key_der);
    put(0, REGISTRY_KEY, &key);
    put(1, REGISTRY_AGENT,
        &(struct registry_agent){.login = 72222222221u,
                                 .account = 7,
                                 .name = "agent",
                                 .privileges = PRIVILEGES_ALL,
                                 .legacy_signature = true});
    put(2, REGISTRY_CLIENT, &(struct registry_client){.login = 77072734954u, .account = 8});
    put(3, REGISTRY_TERMINAL, &(struct registry_terminal){.id = "T0001", .merchant = 72222222229u});
    put(4, REGISTRY_MERCHANT,
        &(struct registry_merchant){
            .login = 72222222229u, .name = "shop", .wallets = {72222222229u}, .wallet_count = 1});
}

static enum ledger_status registry_get(void *node, const void *key, size_t key_size, void *value,
                                       size_t *value_size) {
    (void)node;
    for (int i = 0; i < RECORDS; i++)
        if (records[i].key_size == key_size && memcmp(records[i].key, key, key_size) == 0) {
            memcpy(value, records[i].value, records[i].value_size);
            *value_size = records[i].value_size;
            return LEDGER_DONE;
        }
    return LEDGER_RECORD_NOT_FOUND;
}

static struct adapter_settings settings = {.public_url = "",
                                           .amount_max = 100000000,
                                           .fee_account = 3,
                                           .repeat_after_ms = 1000,
                                           .hold_life_s = 86400,
                                           .token_life_s = 300};
static const struct adapter_env env = {.settings = &settings, .registry_get = registry_get};

static struct soap_context *start(void) {
    static struct buffer private_pem, public_pem;
    void *context;
    buffer_init(&private_pem, 1 << 14);
    buffer_init(&public_pem, 1 << 14);
    check(xml_start() == 0 && dsig_key_make(2048, &private_pem, &public_pem));
    buffer_append(&private_pem, "", 1);
    settings.node_key = private_pem.base;
    put_all();
    check(agent_soap_adapter.init(&context, &env) == 0);
    return context;
}

/* ---- One body ------------------------------------------------------------------------------ */

static void check_commands(const struct ledger_writer *writer) {
    size_t used = 0;
    check(writer->count <= ADAPTER_WORK_COMMANDS);
    for (uint32_t i = 0; i < writer->count; i++) {
        uint32_t size = ledger_command_size(writer->base + used, writer->used - used);
        check(size > 0);
        used += size;
    }
    check(used == writer->used);
}

static void check_answer(const struct adapter_reply *reply) {
    xmlDoc *document;
    check(reply->status == 200 || reply->status == 500 || reply->status == 503);
    check(!reply->body->failed && !reply->headers->failed);
    check(xml_parse((struct slice){reply->body->base, reply->body->used}, &document) == XML_OK);
    xmlFreeDoc(document);
}

static void ask(void *context, struct adapter_work *work, struct ledger_writer *writer,
                struct adapter_reply *reply) {
    static const struct ledger_result refused[ADAPTER_WORK_COMMANDS] = {
        {.status = LEDGER_OVER_CEILING}, {.status = LEDGER_PAYMENT_NOT_FOUND}};
    enum adapter_verdict verdict = agent_soap_adapter.work(context, work, writer, reply);
    check_commands(writer);
    check((verdict == ADAPTER_SUBMIT) == (writer->count > 0));
    if (verdict == ADAPTER_SUBMIT)
        agent_soap_adapter.work_encode(context, work, refused, writer->count, reply);
    check_answer(reply);
}

static void believe(struct soap_context *context, enum soap_service_number service,
                    const struct adapter_request *http, struct ledger_writer *writer) {
    static struct soap_call call;
    struct soap_values values;
    struct soap_work work = {.context = context, .http = http, .call = &call, .writer = writer};
    call = (struct soap_call){.service = (uint8_t)service, .agent = 72222222221u, .account = 7};
    if (soap_request_read(service, http->body, &work.request, &call.refusal)) {
        call.operation = (uint8_t)work.request.operation;
        if (call.operation != SOAP_OP_ECHO && values_read(&work, &values) &&
            payment_is(call.operation))
            (void)payment_put(&work, &values);
        check_commands(writer);
        check(call.refusal < SOAP_REFUSALS);
    }
    soap_request_free(&work.request);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static _Alignas(8) uint8_t memory[1 << 14];
    static struct adapter_work work;
    static struct soap_context *context;
    char path[128] = SOAP_PREFIX;
    if (context == NULL)
        context = start();
    if (size < 1)
        return 0;
    enum soap_service_number service = bytes[0] % SOAP_SERVICES;
    const char *tail = soap_services[service].path;
    memcpy(path + sizeof SOAP_PREFIX - 1, tail, strlen(tail) + 1);
    work.request = (struct adapter_request){
        .method = SLICE("POST"),
        .path = slice_text(path),
        .body = {(const char *)bytes + 1, size - 1},
        .peer = SLICE("192.0.2.7"),
    };
    struct buffer headers, body;
    buffer_init(&headers, 1 << 16);
    buffer_init(&body, 1 << 20);
    struct adapter_reply reply = {.headers = &headers, .body = &body};
    struct ledger_writer writer = {.base = memory, .size = sizeof memory};
    ask(context, &work, &writer, &reply);
    writer = (struct ledger_writer){.base = memory, .size = sizeof memory};
    believe(context, service, &work.request, &writer);
    buffer_free(&headers);
    buffer_free(&body);
    return 0;
}
