/* soap_requests.c - the registry that the SOAP load needs, and its requests. */
#include "bench/soap.h"

#include "bench/book.h"
#include "bench/records.h"
#include "protocols/xml/dsig.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <string.h>

#define PARTNER_BITS 1024u
#define NODE_BITS 2048u
#define MESSAGE_MAX 8192u
#define PATH "/allpay-public-soap/cash-in-transaction-management/v1.1"
#define NAME_SPACE "http://www.allpay.kz/mfs/soap/CashInTransactionManagement/1.1"

static const char envelope[] =
    "<S:Envelope xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\"><S:Header>"
    "<certificateNumber xmlns=\"https://allpay.kz\">1</certificateNumber></S:Header><S:Body>"
    "<n:createCashInPayment xmlns:n=\"" NAME_SPACE "\"><CashInRequest><header><lang>ru</lang>"
    "<timestamp>2026-01-31T12:00:00.000Z</timestamp><requester>%llu</requester></header>"
    "<toUserName>%llu</toUserName><amount>1.00</amount><GUID>%08x-%04x-%04x-%04x-%012llx</GUID>"
    "</CashInRequest></n:createCashInPayment></S:Body></S:Envelope>";

_Static_assert(BOOK_AMOUNT == 100, "the message says 1.00");

/* The private key's PEM, of `bits`; it is freed by the caller. */
static EVP_PKEY *make_key(unsigned bits, char *pem, size_t size) {
    EVP_PKEY *key = EVP_RSA_gen(bits);
    BIO *text = BIO_new(BIO_s_mem());
    int length = key != NULL && text != NULL &&
                         PEM_write_bio_PrivateKey(text, key, NULL, NULL, 0, NULL, NULL) > 0
                     ? BIO_read(text, pem, (int)size - 1)
                     : 0;
    pem[length > 0 ? length : 0] = '\0';
    BIO_free(text);
    return key;
}

bool soap_keys_make(struct soap_keys *keys) {
    char pem[4096];
    EVP_PKEY *partner = make_key(PARTNER_BITS, pem, sizeof(pem));
    EVP_PKEY *node = make_key(NODE_BITS, keys->node_pem, sizeof(keys->node_pem));
    unsigned char *der = keys->partner_der;
    int size = partner != NULL ? i2d_PUBKEY(partner, NULL) : 0;
    bool ok =
        node != NULL && size > 0 && (size_t)size <= sizeof(keys->partner_der) && xml_start() == 0;
    if (ok) {
        keys->partner_der_size = (uint32_t)i2d_PUBKEY(partner, &der);
        keys->partner = dsig_private_read(pem);
    }
    EVP_PKEY_free(partner);
    EVP_PKEY_free(node);
    return ok && keys->partner != NULL;
}

/* ---- The registry ---- */

static uint64_t clients_of(uint64_t accounts) {
    return accounts < SOAP_CLIENTS ? accounts : SOAP_CLIENTS;
}

bool soap_registry_fill(struct ledger *ledger, const struct soap_keys *keys, uint64_t accounts) {
    struct registry_agent agent = {.login = SOAP_AGENT,
                                   .account = BOOK_AGENT,
                                   .name = "Bench",
                                   .privileges = PRIVILEGES_ALL,
                                   .legacy_signature = true};
    struct registry_key key = {
        .login = SOAP_AGENT, .number = 1, .der_size = keys->partner_der_size};
    memcpy(key.der, keys->partner_der, keys->partner_der_size);
    bool ok =
        records_put(ledger, REGISTRY_AGENT, &agent) && records_put(ledger, REGISTRY_KEY, &key);
    for (uint64_t i = 0; ok && i < clients_of(accounts); i++) {
        struct registry_client client = {.login = SOAP_CLIENT + i,
                                         .account = BOOK_WALLETS + i,
                                         .first_name = "Bench",
                                         .last_name = "Client"};
        ok = records_put(ledger, REGISTRY_CLIENT, &client);
    }
    if (!ok)
        bench_tell("bench: the registry for SOAP could not be filled");
    return ok && ledger_flush(ledger) == 0;
}

/* ---- The requests ---- */

/* Of one run. */
struct stream {
    const struct soap_keys *keys;
    struct book_stream payments;
};

static bool make_one(const void *context, uint32_t number, struct buffer *out) {
    static const struct dsig_algorithms legacy = {DSIG_SHA1, DSIG_EXCLUSIVE_COMMENTS};
    const struct stream *stream = context;
    char text[MESSAGE_MAX];
    struct buffer signed_text;
    struct book_payment payment = book_payment(&stream->payments, number);
    uint64_t high = payment.reference[0], low = payment.reference[1];
    int size =
        snprintf(text, sizeof(text), envelope, (unsigned long long)SOAP_AGENT,
                 (unsigned long long)(SOAP_CLIENT + payment.wallet - BOOK_WALLETS),
                 (unsigned)(high >> 32), (unsigned)(high >> 16 & 0xffff), (unsigned)(high & 0xffff),
                 (unsigned)(low >> 48), (unsigned long long)(low & 0xffffffffffff));
    buffer_init(&signed_text, MESSAGE_MAX);
    bool ok = dsig_sign(stream->keys->partner, legacy, (struct slice){text, (size_t)size}, "Header",
                        &signed_text);
    buffer_format(out,
                  "POST " PATH " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                  "Content-Type: text/xml; charset=utf-8\r\n"
                  "SOAPAction: \"createCashInPayment\"\r\nContent-Length: %zu\r\n\r\n",
                  signed_text.used);
    buffer_append(out, signed_text.base, signed_text.used);
    buffer_free(&signed_text);
    return ok;
}

bool soap_requests_make(struct requests *requests, const struct soap_keys *keys, uint32_t count,
                        uint64_t accounts) {
    const struct stream stream = {keys, {.key = bench_random(), .accounts = clients_of(accounts)}};
    return requests_make(requests, count, make_one, &stream);
}
