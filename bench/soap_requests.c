/* soap_requests.c - the registry that the SOAP load needs, and its requests. */
#include "bench/soap.h"

#include "bench/book.h"
#include "bench/progress.h"
#include "protocols/registry/registry.h"
#include "protocols/xml/dsig.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PARTNER_BITS 1024u
#define NODE_BITS 2048u
#define MESSAGE_MAX 8192u
#define THREADS_MAX 64
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

static bool put(struct ledger *ledger, enum registry_kind kind, const void *record) {
    _Alignas(8) uint8_t memory[LEDGER_COMMAND_MAX];
    uint8_t value[LEDGER_VALUE_MAX];
    char key[LEDGER_KEY_MAX];
    const void *commands[] = {memory};
    struct ledger_writer writer = {.base = memory, .size = sizeof(memory)};
    struct ledger_result result;
    size_t key_size = registry_key(kind, record, key);
    size_t value_size = registry_write(kind, record, value);
    if (value_size == 0 ||
        ledger_put_registry(&writer, key, (uint32_t)key_size, value, (uint32_t)value_size,
                            LEDGER_VERSION_ANY) != LEDGER_DONE)
        return false;
    return ledger_commit(ledger, bench_wall_ns(), commands, 1, &result) == 0 &&
           (result.status == LEDGER_DONE || result.status == LEDGER_REPLAYED) &&
           ledger_tick(ledger, bench_wall_ns()) == 0;
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
    bool ok = put(ledger, REGISTRY_AGENT, &agent) && put(ledger, REGISTRY_KEY, &key);
    for (uint64_t i = 0; ok && i < clients_of(accounts); i++) {
        struct registry_client client = {.login = SOAP_CLIENT + i,
                                         .account = BOOK_WALLETS + i,
                                         .first_name = "Bench",
                                         .last_name = "Client"};
        ok = put(ledger, REGISTRY_CLIENT, &client);
    }
    if (!ok)
        bench_tell("bench: the registry for SOAP could not be filled");
    return ok && ledger_flush(ledger) == 0;
}

/* ---- The requests ---- */

struct share {
    struct soap_requests *requests;
    const struct soap_keys *keys;
    uint64_t clients, seed;
    uint32_t first, step;
    bool ok;
};

static bool make_one(const struct share *share, uint32_t number) {
    static const struct dsig_algorithms legacy = {DSIG_SHA1, DSIG_EXCLUSIVE_COMMENTS};
    char text[MESSAGE_MAX];
    struct buffer signed_text;
    struct book_stream stream = {.key = share->seed, .accounts = share->clients};
    struct book_payment payment = book_payment(&stream, number);
    uint64_t high = payment.reference[0], low = payment.reference[1];
    int size =
        snprintf(text, sizeof(text), envelope, (unsigned long long)SOAP_AGENT,
                 (unsigned long long)(SOAP_CLIENT + payment.wallet - BOOK_WALLETS),
                 (unsigned)(high >> 32), (unsigned)(high >> 16 & 0xffff), (unsigned)(high & 0xffff),
                 (unsigned)(low >> 48), (unsigned long long)(low & 0xffffffffffff));
    buffer_init(&signed_text, MESSAGE_MAX);
    bool ok = dsig_sign(share->keys->partner, legacy, (struct slice){text, (size_t)size}, "Header",
                        &signed_text);
    char *message = ok ? malloc(signed_text.used + 512) : NULL;
    if (message != NULL) {
        int head = snprintf(message, 512,
                            "POST " PATH " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                            "Content-Type: text/xml; charset=utf-8\r\n"
                            "SOAPAction: \"createCashInPayment\"\r\nContent-Length: %zu\r\n\r\n",
                            signed_text.used);
        memcpy(message + head, signed_text.base, signed_text.used);
        share->requests->texts[number] = message;
        share->requests->sizes[number] = (uint32_t)head + (uint32_t)signed_text.used;
    }
    buffer_free(&signed_text);
    return message != NULL;
}

static void *make_share(void *context) {
    struct share *share = context;
    share->ok = true;
    for (uint32_t i = share->first; share->ok && i < share->requests->count; i += share->step) {
        share->ok = make_one(share, i);
        if (share->first == 0)
            progress_show("signing requests", (double)i / share->requests->count, 0);
    }
    return NULL;
}

bool soap_requests_make(struct soap_requests *requests, const struct soap_keys *keys,
                        uint32_t count, uint64_t accounts) {
    struct share shares[THREADS_MAX];
    pthread_t threads[THREADS_MAX];
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    uint32_t step = cores < 1 ? 1 : cores > THREADS_MAX ? THREADS_MAX : (uint32_t)cores;
    uint64_t seed = bench_random();
    *requests = (struct soap_requests){calloc(count, sizeof(char *)),
                                       calloc(count, sizeof(uint32_t)), count};
    bool ok = requests->texts != NULL && requests->sizes != NULL;
    uint32_t started = 0;
    for (; ok && started < step; started++) {
        shares[started] =
            (struct share){requests, keys, clients_of(accounts), seed, started, step, false};
        if (pthread_create(&threads[started], NULL, make_share, &shares[started]) != 0)
            break;
    }
    ok = ok && started == step;
    for (uint32_t i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
        ok = ok && shares[i].ok;
    }
    progress_wipe();
    if (!ok)
        bench_tell("bench: the requests could not be signed");
    return ok;
}

void soap_requests_free(struct soap_requests *requests) {
    for (uint32_t i = 0; requests->texts != NULL && i < requests->count; i++)
        free(requests->texts[i]);
    free(requests->texts);
    free(requests->sizes);
    *requests = (struct soap_requests){NULL, NULL, 0};
}
