/* soap_rig.c - see soap_rig.h. */
#include "tests/unit/protocols/soap_rig.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <libxml/c14n.h>
#include <stdio.h>
#include <stdlib.h>

#include "protocols/agent_soap/soap.h"

const struct rig_signing rig_signing_field = {
    .key = "agent", .certificate = "1", .algorithms = {DSIG_SHA1, DSIG_EXCLUSIVE_COMMENTS}};

/* ---- The node ------------------------------------------------------------------------------ */

static enum ledger_status registry_get(void *node, const void *key, size_t key_size, void *value,
                                       size_t *value_size) {
    struct soap_rig *rig = node;
    if (rig->registry_busy)
        return LEDGER_BUSY;
    for (uint32_t i = 0; i < rig->record_count; i++) {
        struct rig_record *record = &rig->records[i];
        if (record->key_size == key_size && memcmp(record->key, key, key_size) == 0) {
            memcpy(value, record->value, record->value_size);
            *value_size = record->value_size;
            return LEDGER_DONE;
        }
    }
    return LEDGER_RECORD_NOT_FOUND;
}

const char *rig_pem(const char *name) {
    static char texts[8][2048];
    static unsigned next;
    char path[512], *text = texts[next++ % 8];
    (void)snprintf(path, sizeof path, "%s/golden/agent_soap/keys/%s.pem", TESTS_FOLDER, name);
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file, "%s", path);
    size_t size = fread(text, 1, 2047, file);
    text[size] = '\0';
    (void)fclose(file);
    return text;
}

static struct rig_record *record_of(struct soap_rig *rig, const char *key, size_t size) {
    for (uint32_t i = 0; i < rig->record_count; i++)
        if (rig->records[i].key_size == size && memcmp(rig->records[i].key, key, size) == 0)
            return &rig->records[i];
    cr_assert_lt(rig->record_count, RIG_RECORDS_MAX);
    struct rig_record *record = &rig->records[rig->record_count++];
    memcpy(record->key, key, size);
    record->key_size = size;
    return record;
}

void rig_put(struct soap_rig *rig, enum registry_kind kind, const void *record) {
    char key[LEDGER_KEY_MAX];
    const char *why = "";
    cr_assert(registry_check(kind, record, &why), "%s", why);
    struct rig_record *kept = record_of(rig, key, registry_key(kind, record, key));
    kept->value_size = registry_write(kind, record, kept->value);
    cr_assert_gt(kept->value_size, 0);
}

void rig_change(struct soap_rig *rig, const char *key, const char *field, const char *value) {
    union registry_record record;
    const char *why = "";
    uint32_t count = rig->record_count;
    struct rig_record *kept = record_of(rig, key, strlen(key));
    enum registry_kind kind = registry_kind_of(slice_text(key));
    struct slice old = {(const char *)kept->value, kept->value_size};
    cr_assert_eq(rig->record_count, count, "no such record: %s", key);
    cr_assert(registry_read(kind, slice_text(key), old, &record, &why), "%s: %s", key, why);
    const struct registry_field *of = registry_field_of(kind, slice_text(field));
    cr_assert_not_null(of, "%s", field);
    cr_assert(registry_set(kind, &record, of, slice_text(value), &why), "%s: %s", value, why);
    rig_put(rig, kind, &record);
}

static void put_key(struct soap_rig *rig, uint64_t login, uint32_t number, const char *name) {
    struct registry_key key = {.login = login, .number = number};
    key.der_size = (uint32_t)dsig_public_pem(slice_text(rig_pem(name)), key.der, sizeof key.der);
    cr_assert_gt(key.der_size, 0);
    rig_put(rig, REGISTRY_KEY, &key);
}

static void put_people(struct soap_rig *rig) {
    struct registry_agent agent = {.login = RIG_AGENT,
                                   .account = RIG_AGENT,
                                   .name = "Terminals of Almaty",
                                   .privileges = PRIVILEGES_ALL,
                                   .legacy_signature = true};
    rig_put(rig, REGISTRY_AGENT, &agent);
    agent.login = agent.account = RIG_AGENT + 1;
    agent.legacy_signature = false;
    rig_put(rig, REGISTRY_AGENT, &agent);
    put_key(rig, RIG_AGENT, 1, "agent.pub");
    put_key(rig, RIG_AGENT, 2, "agent2048.pub");
    put_key(rig, RIG_AGENT + 1, 1, "agent2048.pub");
    put_key(rig, RIG_AGENT + 1, 2, "agent.pub");
    rig_put(rig, REGISTRY_CLIENT,
            &(struct registry_client){.login = RIG_CLIENT,
                                      .account = RIG_CLIENT,
                                      .first_name = "Әлия",
                                      .last_name = "Қожахметова",
                                      .patronymic = "Ғалымқызы",
                                      .iin = "900101400123",
                                      .identified = true});
    rig_put(rig, REGISTRY_CLIENT,
            &(struct registry_client){.login = 77010000001u, .account = 77010000001u});
    rig_put(rig, REGISTRY_MERCHANT,
            &(struct registry_merchant){.login = RIG_MERCHANT,
                                        .name = "Shop & Sons",
                                        .wallets = {72222222229u, 72222222230u},
                                        .wallet_count = 2});
    rig_put(rig, REGISTRY_TERMINAL,
            &(struct registry_terminal){.id = "T0001", .merchant = RIG_MERCHANT});
    rig_put(rig, REGISTRY_TERMINAL,
            &(struct registry_terminal){
                .id = "T0002", .merchant = RIG_MERCHANT, .wallet = 72222222230u});
    rig_put(rig, REGISTRY_SERVICE,
            &(struct registry_service){.code = 185,
                                       .name = "Mobile",
                                       .merchant = RIG_MERCHANT,
                                       .provider = 3,
                                       .provider_code = 12,
                                       .pattern = "7[0-9]{9}",
                                       .minimum = 10000,
                                       .maximum = 1000000});
    rig_put(rig, REGISTRY_SERVICE,
            &(struct registry_service){.code = 17,
                                       .name = "Utility",
                                       .merchant = RIG_MERCHANT,
                                       .wallet = 72222222230u,
                                       .provider = 4});
}

void rig_start(struct soap_rig *rig, bool with_key) {
    memset(rig, 0, sizeof *rig);
    buffer_init(&rig->reply_headers, 1 << 16);
    buffer_init(&rig->reply_body, 1 << 20);
    rig->settings = (struct adapter_settings){
        .public_url = "",
        .amount_max = 50000000,
        .fee_account = RIG_FEE_ACCOUNT,
        .repeat_after_ms = 1000,
        .hold_life_s = 86400,
        .token_life_s = 300,
        .vostok_plat_service = 17,
        .node_key = with_key ? rig_pem("node") : NULL,
    };
    memset(rig->settings.token_key, 7, sizeof rig->settings.token_key);
    rig->env = (struct adapter_env){
        .node = rig, .version = "1.2.3", .settings = &rig->settings, .registry_get = registry_get};
    rig->reply = (struct adapter_reply){.headers = &rig->reply_headers, .body = &rig->reply_body};
    cr_assert_eq(agent_soap_adapter.init(&rig->context, &rig->env), 0);
    put_people(rig);
}

void rig_stop(struct soap_rig *rig) {
    agent_soap_adapter.fini(rig->context);
    buffer_free(&rig->reply_headers);
    buffer_free(&rig->reply_body);
}

void rig_restart(struct soap_rig *rig, bool with_key) {
    rig_stop(rig);
    rig_start(rig, with_key);
}

/* ---- Requests ------------------------------------------------------------------------------ */

static const struct soap_service *service_of(const char *path) {
    for (int i = 0; i < SOAP_SERVICES; i++)
        if (strcmp(soap_services[i].path, path) == 0)
            return &soap_services[i];
    cr_assert_fail("no such service: %s", path);
    return NULL;
}

static const char *part_of(const char *operation) {
    for (int i = 0; i < SOAP_OPERATIONS; i++)
        if (strcmp(soap_operations[i].name, operation) == 0)
            return soap_operations[i].part;
    return "Request";
}

/* The value of "name=value " in the words, or NULL. */
static bool word_of(const char *words, const char *name, struct slice *value) {
    size_t size = strlen(name);
    for (; *words != '\0'; words += strcspn(words, " "), words += *words == ' ')
        if (strncmp(words, name, size) == 0 && words[size] == '=') {
            *value = (struct slice){words + size + 1, strcspn(words + size + 1, " ")};
            return true;
        }
    return false;
}

static void put_element(struct buffer *out, struct slice name, struct slice value) {
    if (slice_equal(value, SLICE("-")))
        return;
    buffer_format(out, "<%.*s>", (int)name.size, name.base);
    xml_escape(out, value);
    buffer_format(out, "</%.*s>", (int)name.size, name.base);
}

static void put_part_header(struct buffer *out, const char *words) {
    static const struct {
        const char *name, *usual;
    } of[] = {{"lang", "ru"},
              {"timestamp", "2025-01-01T05:00:00+05:00"},
              {"requester", "72222222221"},
              {"token", "-"}};
    buffer_text(out, "<header>");
    for (size_t i = 0; i < sizeof of / sizeof of[0]; i++) {
        struct slice value = slice_text(of[i].usual);
        (void)word_of(words, of[i].name, &value);
        put_element(out, slice_text(of[i].name), value);
    }
    buffer_text(out, "</header>");
}

static void put_fields(struct buffer *out, const char *words) {
    for (; *words != '\0'; words += strcspn(words, " "), words += *words == ' ') {
        size_t name = strcspn(words, "= ");
        if (words[name] != '=')
            continue;
        struct slice value = {words + name + 1, strcspn(words + name + 1, " ")};
        put_element(out, (struct slice){words, name}, value);
    }
}

static void put_operation(struct buffer *out, const struct soap_service *service,
                          const char *operation, const char *fields) {
    char header[512] = "";
    const char *bar = strchr(fields, '|');
    if (bar != NULL) {
        (void)snprintf(header, sizeof header, "%.*s", (int)(bar - fields), fields);
        fields = bar + 1;
    }
    fields += strspn(fields, " ");
    const char *part = part_of(operation);
    buffer_format(out, "<ns3:%s xmlns:ns3=\"%s\"><%s>", operation, service->name_space, part);
    if (strcmp(operation, "echo") == 0) {
        xml_escape(out, slice_text(fields));
    } else {
        put_part_header(out, header);
        put_fields(out, fields);
    }
    buffer_format(out, "</%s></ns3:%s>", part, operation);
}

void rig_request(const char *service_path, const char *operation, const char *fields,
                 const struct rig_signing *signing, struct buffer *out) {
    struct buffer text;
    buffer_init(&text, 1 << 20);
    buffer_text(&text, "<S:Envelope xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\">"
                       "<S:Header>");
    if (signing->certificate != NULL)
        buffer_format(&text,
                      "<certificateNumber xmlns=\"https://allpay.kz\">%s</certificateNumber>",
                      signing->certificate);
    buffer_text(&text, "</S:Header><S:Body>");
    put_operation(&text, service_of(service_path), operation, fields);
    buffer_text(&text, "</S:Body></S:Envelope>");
    cr_assert_not(text.failed);
    if (signing->key == NULL) {
        buffer_append(out, text.base, text.used);
    } else {
        struct dsig_private *key = dsig_private_read(rig_pem(signing->key));
        cr_assert_not_null(key);
        cr_assert(dsig_sign(key, signing->algorithms, (struct slice){text.base, text.used},
                            "Header", out));
        dsig_private_free(key);
    }
    buffer_free(&text);
}

static void clear_reply(struct soap_rig *rig) {
    rig->reply_headers.used = 0;
    rig->reply_body.used = 0;
}

enum adapter_verdict rig_post(struct soap_rig *rig, const char *service_path, struct slice body) {
    static char path[256];
    struct adapter_request *request = &rig->work.request;
    (void)snprintf(path, sizeof path, SOAP_PREFIX "%s", service_path);
    clear_reply(rig);
    rig->headers[0] =
        (struct adapter_header){SLICE("Content-Type"), SLICE("text/xml; charset=utf-8")};
    request->method = SLICE("POST");
    request->path = slice_text(path);
    request->body = body;
    request->headers = rig->headers;
    request->header_count = 1;
    if (request->received_ns == 0)
        request->received_ns = 1735689600123456789u; /* 2025-01-01T00:00:00.123Z */
    if (request->peer.size == 0)
        request->peer = SLICE("192.0.2.7");
    rig->writer = (struct ledger_writer){.base = rig->commands, .size = sizeof rig->commands};
    enum adapter_verdict verdict =
        agent_soap_adapter.decode(rig->context, request, &rig->writer, &rig->note, &rig->reply);
    if (verdict != ADAPTER_WORK)
        return verdict;
    request->headers = NULL;
    request->header_count = 0;
    memset(rig->work.memory, 0xa5, sizeof rig->work.memory);
    return agent_soap_adapter.work(rig->context, &rig->work, &rig->writer, &rig->reply);
}

void rig_results(struct soap_rig *rig, const struct ledger_result *results, uint32_t count) {
    clear_reply(rig);
    agent_soap_adapter.work_encode(rig->context, &rig->work, results, count, &rig->reply);
}

const char *rig_body(struct soap_rig *rig) {
    buffer_append(&rig->reply_body, "", 1);
    rig->reply_body.used--;
    cr_assert_not(rig->reply_body.failed);
    return rig->reply_body.base;
}

bool rig_signed(struct soap_rig *rig) {
    uint8_t der[REGISTRY_KEY_DER_MAX];
    xmlDoc *document;
    struct dsig_found found;
    size_t size = dsig_public_pem(slice_text(rig_pem("node.pub")), der, sizeof der);
    struct dsig_public *key = dsig_public_read(der, size);
    cr_assert_not_null(key);
    cr_assert_eq(xml_parse((struct slice){rig->reply_body.base, rig->reply_body.used}, &document),
                 XML_OK);
    const xmlNode *header = xml_first(xmlDocGetRootElement(document));
    bool good =
        header != NULL && dsig_find(document, header, &found) && dsig_verify(&found, key, true);
    xmlFreeDoc(document);
    dsig_public_free(key);
    return good;
}

/* The text with "<a/>" as "<a></a>": the form of an empty element is free. */
static void open_empty(struct slice text, struct buffer *out) {
    const char *tag = text.base;
    for (size_t i = 0; i < text.size; i++) {
        if (text.base[i] == '<')
            tag = text.base + i + 1;
        if (text.base[i] != '/' || i + 1 == text.size || text.base[i + 1] != '>' || i == 0 ||
            text.base[i - 1] == '<') {
            buffer_append(out, text.base + i, 1);
            continue;
        }
        buffer_format(out, "></%.*s>", (int)strcspn(tag, " /"), tag);
        i++;
    }
}

bool rig_canonical(struct soap_rig *rig) {
    static const int modes[] = {XML_C14N_1_0, XML_C14N_EXCLUSIVE_1_0};
    struct slice body = {rig->reply_body.base, rig->reply_body.used};
    struct buffer opened;
    xmlDoc *document;
    bool same = true;
    buffer_init(&opened, 1 << 20);
    open_empty(body, &opened);
    cr_assert_eq(xml_parse(body, &document), XML_OK);
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        xmlChar *text = NULL;
        int size = xmlC14NDocDumpMemory(document, NULL, modes[i], NULL, 1, &text);
        cr_assert_geq(size, 0);
        same = same && slice_equal((struct slice){opened.base, opened.used},
                                   (struct slice){(const char *)text, (size_t)size});
        xmlFree(text);
    }
    xmlFreeDoc(document);
    buffer_free(&opened);
    return same;
}
