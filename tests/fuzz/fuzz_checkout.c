/* What a browser sends to the checkout: cookie, query and form, a line each. The first byte picks
 * the step, and whether in front of the form stands a request that its shop signed, and a state
 * with its cookie; the second what the ledger answers. A payment is opened for none but who has
 * those; commands are well-formed; an answer has whole header lines, and a body or a place to go
 * to. */
#include <sodium.h>
#include <stdlib.h>

#include "protocols/common/operation.h"
#include "protocols/common/percent.h"
#include "protocols/webshop/checkout.h"
#include "protocols/xml/dsig.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { STEP = 7, SIGNED = 8, CARRIED = 16, LOGGED_IN = 32, KEY_BITS = 2048 };
#define MERCHANT 72222222229u
#define CLIENT 77072734954u
#define WALLET 3001u
#define NOW 1735689600000000000u
#define XML(text) "<WebShopRequest xmlns=\"http://allpay.kz/xsd/1.0.0/WebShopRequest.xsd\">" text

static const char request[] =
    XML("<ShopName>S</ShopName><InvoiceNumber>i-1</InvoiceNumber><Merchant><MerchantID>72222222229"
        "</MerchantID><WalletID>3001</WalletID></Merchant><TotalCost>100.00</TotalCost>"
        "<SuccessLink>https://shop.example/yes</SuccessLink><TimeoutInSeconds>600"
        "</TimeoutInSeconds></WebShopRequest>");

static struct dsig_private *key;
static uint8_t der[1024];
static size_t der_size;
static void *context;
static char form[8192], states[2][512], cookies[2][512]; /* [1]: of who has logged in */

static void check(bool holds) {
    if (!holds)
        abort();
}

/* ---- The world ---- */

static enum ledger_status registry_get(void *node, const void *name, size_t name_size, void *value,
                                       size_t *value_size) {
    static const struct registry_merchant merchant = {
        .login = MERCHANT, .name = "M", .wallets = {WALLET}, .wallet_count = 1};
    static const struct registry_client client = {.login = CLIENT, .account = 2001};
    static const struct registry_tariff tariff = {
        .operation = OPERATION_CHECKOUT, .percent = 50, .payer = PAYER_CLIENT};
    struct registry_key public = {.login = MERCHANT, .number = 1, .der_size = (uint32_t)der_size};
    const enum registry_kind kinds[] = {REGISTRY_MERCHANT, REGISTRY_CLIENT, REGISTRY_TARIFF,
                                        REGISTRY_KEY};
    const void *const records[] = {&merchant, &client, &tariff, &public};
    (void)node;
    memcpy(public.der, der, der_size);
    for (int i = 0; i < 4; i++) {
        char own[LEDGER_KEY_MAX];
        size_t own_size = registry_key(kinds[i], records[i], own);
        if (own_size == name_size && memcmp(own, name, name_size) == 0) {
            *value_size = registry_write(kinds[i], records[i], value);
            return LEDGER_DONE;
        }
    }
    return LEDGER_RECORD_NOT_FOUND;
}

static const struct adapter_settings settings = {
    .amount_max = 100000000, .fee_account = 2, .session_s = 900, .node_key = "a key"};
static const struct adapter_env env = {
    .settings = &settings, .registry_get = registry_get, .random = randombytes_buf};

static void make_key(void) {
    struct buffer private_pem, public_pem;
    buffer_init(&private_pem, 1 << 14);
    buffer_init(&public_pem, 1 << 14);
    check(dsig_key_make(KEY_BITS, &private_pem, &public_pem));
    buffer_append(&private_pem, "", 1);
    key = dsig_private_read(private_pem.base);
    der_size = dsig_public_pem((struct slice){public_pem.base, public_pem.used}, der, sizeof der);
    check(key != NULL && der_size > 0);
    buffer_free(&private_pem);
    buffer_free(&public_pem);
}

/* The form's field of the signed request. */
static void sign(void) {
    const struct dsig_algorithms legacy = {DSIG_SHA1, DSIG_EXCLUSIVE_COMMENTS};
    char base64[6000];
    struct buffer text, field;
    buffer_init(&text, 1 << 14);
    buffer_init(&field, sizeof form - 1);
    check(dsig_sign_canonical(key, legacy, slice_text(request), "", SLICE("</WebShopRequest>"),
                              &text));
    check(text.used * 4 / 3 + 8 < sizeof base64);
    (void)sodium_bin2base64(base64, sizeof base64, (unsigned char *)text.base, text.used,
                            sodium_base64_VARIANT_ORIGINAL);
    buffer_text(&field, WEBSHOP_FIELD_REQUEST "=");
    percent_encode(&field, slice_text(base64));
    check(!field.failed);
    memcpy(form, field.base, field.used);
    buffer_free(&text);
    buffer_free(&field);
}

/* What the browser of a buyer carries, before the log-in and after it. */
static void carry(uint64_t login, char *to_state, char *to_cookie) {
    static struct checkout_call call;
    struct buffer headers, body, token;
    struct adapter_request http = {.received_ns = NOW, .body = slice_text(form)};
    buffer_init(&headers, 4096);
    buffer_init(&body, 1 << 20);
    buffer_init(&token, 500);
    struct adapter_reply reply = {.headers = &headers, .body = &body};
    struct checkout_work work = {.context = context, .http = &http, .call = &call, .reply = &reply};
    buffer_init(&work.base64, FORM_BODY_MAX);
    buffer_init(&work.xml, XML_BYTES_MAX + 3);
    call = (struct checkout_call){.step = CHECKOUT_CONFIRM};
    check(checkout_request(&work));
    checkout_state_new(&work, NULL);
    checkout_state_write(&work, &token);
    checkout_session_set(&work, login);
    check(!token.failed && !headers.failed);
    memcpy(to_state, token.base, token.used);
    struct slice line = {headers.base, headers.used};
    line = slice_after(line, sizeof "Set-Cookie: " - 1);
    line = slice_cut(&line, ';');
    memcpy(to_cookie, line.base, line.size);
    checkout_request_free(&work);
    buffer_free(&headers);
    buffer_free(&body);
    buffer_free(&token);
}

static void ready(void) {
    if (context != NULL)
        return;
    check(sodium_init() >= 0 && webshop_adapter.init(&context, &env) == 0);
    ((struct checkout_context *)context)->passwords_max = 0; /* one takes as long as 100 inputs */
    make_key();
    sign();
    carry(0, states[0], cookies[0]);
    carry(CLIENT, states[1], cookies[1]);
}

/* ---- One request ---- */

static void check_headers(struct slice lines) {
    while (lines.size > 0) {
        struct slice line = slice_cut(&lines, '\n');
        check(line.size > 0 && line.base[line.size - 1] == '\r');
        check(memchr(line.base, ':', line.size) != NULL);
        for (size_t i = 0; i + 1 < line.size; i++)
            check((unsigned char)line.base[i] >= ' ' && line.base[i] != 0x7f);
    }
}

static void check_reply(const struct adapter_reply *reply) {
    check(reply->status == 303 || reply->status == 200 ||
          (reply->status >= 400 && reply->status <= 504));
    check(!reply->body->failed && !reply->headers->failed);
    check((reply->status == 303) == (reply->body->used == 0));
    check_headers((struct slice){reply->headers->base, reply->headers->used});
}

static void encode(struct adapter_work *work, const struct ledger_writer *writer, uint8_t choice,
                   struct adapter_reply *reply) {
    static const uint16_t statuses[] = {
        LEDGER_DONE,         LEDGER_REPLAYED, LEDGER_REF_CONFLICT,   LEDGER_FUNDS,
        LEDGER_DEBIT_FROZEN, LEDGER_BUSY,     LEDGER_OVER_DAY_LIMIT, LEDGER_PAYMENT_NOT_FOUND};
    struct {
        struct ledger_payment head;
        struct ledger_leg leg;
        char tail[8];
    } payment = {{.id = 57,
                  .size = sizeof payment,
                  .operation = OPERATION_CHECKOUT,
                  .leg_count = 1,
                  .state = (uint8_t)(LEDGER_HELD + choice / 8 % 3),
                  .flags = choice & 64 ? LEDGER_PAYMENT_CALLBACK : 0},
                 {.debit = 2001, .credit = WALLET, .amount = choice & 128 ? 9999 : 10000},
                 "i-1"};
    struct ledger_account account = {.id = 2001, .credits_posted = choice};
    struct ledger_result results[ADAPTER_WORK_COMMANDS] = {{0}};
    const uint8_t *at = writer->base;
    for (uint32_t i = 0; i < writer->count; i++) {
        bool lookup = at[4] == LEDGER_LOOKUP;
        bool absent = lookup && (choice & 7) == 7;
        results[i].status = statuses[at[4] == LEDGER_OPEN || absent ? choice & 7 : 0];
        if (lookup && !absent)
            results[i].body = &payment, results[i].body_size = sizeof payment;
        if (at[4] == LEDGER_ACCOUNT_LOOKUP)
            results[i].body = &account, results[i].body_size = sizeof account;
        at += ledger_command_size(at, writer->used - (size_t)(at - writer->base));
    }
    reply->headers->used = reply->body->used = 0;
    webshop_adapter.work_encode(context, work, results, writer->count, reply);
}

/* Commands are whole; true: a payment is among them. */
static bool opens(const struct ledger_writer *writer) {
    bool open = false;
    const uint8_t *at = writer->base;
    for (uint32_t i = 0; i < writer->count; i++) {
        uint32_t size = ledger_command_size(at, writer->used - (size_t)(at - writer->base));
        check(size > 0);
        open = open || at[4] == LEDGER_OPEN;
        at += size;
    }
    check(at == writer->base + writer->used);
    return open;
}

static void run(struct adapter_work *work, bool may_pay, uint8_t choice) {
    static _Alignas(16) uint8_t memory[ADAPTER_WORK_COMMANDS * LEDGER_COMMAND_MAX];
    struct buffer headers, body;
    buffer_init(&headers, 1 << 14);
    buffer_init(&body, 4u << 20);
    struct ledger_writer writer = {.base = memory, .size = sizeof memory};
    struct adapter_reply reply = {.headers = &headers, .body = &body};
    if (webshop_adapter.work(context, work, &writer, &reply) == ADAPTER_SUBMIT) {
        check(writer.count > 0);
        check(may_pay || !opens(&writer));
        (void)opens(&writer);
        encode(work, &writer, choice, &reply);
    }
    check_reply(&reply);
    buffer_free(&headers);
    buffer_free(&body);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static const char *const paths[] = {WEBSHOP_REQUEST_PATH, WEBSHOP_LOGIN_PATH,
                                        WEBSHOP_CONFIRM_PATH, WEBSHOP_CANCEL_PATH,
                                        CHECKOUT_WATCH_PATH "0000000001"};
    static struct adapter_work work;
    struct buffer cookie, body;
    ready();
    if (size < 2)
        return 0;
    struct slice rest = {(const char *)bytes + 2, size - 2};
    bool asked = (bytes[0] & SIGNED) != 0, carried = (bytes[0] & CARRIED) != 0;
    int who = (bytes[0] & LOGGED_IN) != 0;
    buffer_init(&cookie, 1 << 14);
    buffer_init(&body, FORM_BODY_MAX);
    struct slice own = slice_cut(&rest, '\n');
    buffer_format(&cookie, "%s%s", carried ? cookies[who] : "", carried ? "; " : "");
    buffer_append(&cookie, own.base, own.size);
    struct slice query = slice_cut(&rest, '\n');
    buffer_format(&body, "%s&", asked ? form : "");
    buffer_format(&body, "%s%s&", carried ? "state=" : "", carried ? states[who] : "");
    buffer_append(&body, rest.base, rest.size);
    const struct adapter_header header = {SLICE("Cookie"), {cookie.base, cookie.used}};
    work.request = (struct adapter_request){.path = slice_text(paths[(bytes[0] & STEP) % 5]),
                                            .query = query,
                                            .headers = &header,
                                            .header_count = 1,
                                            .body = {body.base, body.used},
                                            .received_ns = NOW + CHECKOUT_SECOND_NS,
                                            .peer = SLICE("192.0.2.1")};
    if (!cookie.failed && !body.failed)
        run(&work, asked && carried && who == 1, bytes[1]);
    buffer_free(&cookie);
    buffer_free(&body);
    return 0;
}
