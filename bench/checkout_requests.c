/* checkout_requests.c - the registry that the checkout's load needs, and its requests. */
#include "bench/checkout.h"

#include "bench/book.h"
#include "bench/records.h"
#include "protocols/common/password.h"
#include "protocols/webshop/shop.h"

#include <stdio.h>

#define BASE64_MAX 16384u
#define TIMEOUT_S 3600u

bool checkout_registry_fill(struct ledger *ledger, const struct soap_keys *keys) {
    struct registry_merchant merchant = {.login = CHECKOUT_MERCHANT,
                                         .name = "Bench",
                                         .wallets = {BOOK_WALLETS},
                                         .wallet_count = 1,
                                         .legacy_signature = true};
    struct registry_key key = {
        .login = CHECKOUT_MERCHANT, .number = 1, .der_size = keys->partner_der_size};
    struct registry_client buyer = {
        .account = BOOK_AGENT, .first_name = "Bench", .last_name = "Buyer"};
    memcpy(key.der, keys->partner_der, keys->partner_der_size);
    bool ok = password_hash(SLICE(CHECKOUT_PASSWORD), buyer.password) &&
              records_put(ledger, REGISTRY_MERCHANT, &merchant) &&
              records_put(ledger, REGISTRY_KEY, &key);
    for (uint64_t i = 0; ok && i < CHECKOUT_BUYERS; i++) {
        buyer.login = CHECKOUT_BUYER + i;
        ok = records_put(ledger, REGISTRY_CLIENT, &buyer);
    }
    if (!ok)
        bench_tell("bench: the registry for the checkout could not be filled");
    return ok && ledger_flush(ledger) == 0;
}

/* ---- The requests ---- */

/* Of one run. */
struct stream {
    const struct soap_keys *keys;
    uint64_t random; /* no two runs have an invoice in common */
    uint16_t shop_port;
};

/* A value as forms have it: base64 has three characters that mean something else there. */
static void put_encoded(struct buffer *out, const struct buffer *base64) {
    for (size_t i = 0; i < base64->used; i++) {
        char c = base64->base[i];
        if (c == '+' || c == '/' || c == '=')
            buffer_format(out, "%%%02X", (unsigned)c);
        else
            buffer_append(out, &c, 1);
    }
}

static bool make_one(const void *context, uint32_t number, struct buffer *out) {
    const struct webshop_item cart[] = {
        {SLICE("10017"), SLICE("Чай чёрный"), SLICE("250 г"), "1", BOOK_AMOUNT - 40},
        {SLICE("10018"), SLICE("Кесе"), SLICE("синяя, с золотом"), "2", 20}};
    const struct stream *stream = context;
    struct webshop_request request = {
        .shop_name = SLICE("Bench"),
        .merchant = CHECKOUT_MERCHANT,
        .wallet = BOOK_WALLETS,
        .items = {cart[0], cart[1]},
        .item_count = sizeof(cart) / sizeof(cart[0]),
        .total = BOOK_AMOUNT,
        .success_link = SLICE(BUYER_LINK),
        .version = WEBSHOP_VERSION_2,
        .timeout_s = TIMEOUT_S,
        .auto_complete = true,
    };
    char invoice[32], url[128];
    struct buffer base64;
    snprintf(invoice, sizeof(invoice), "%016llx%08x", (unsigned long long)stream->random, number);
    snprintf(url, sizeof(url), "http://127.0.0.1:%u/?command=shop&txn_id=%s", stream->shop_port,
             invoice);
    request.invoice = slice_text(invoice);
    request.response_url = slice_text(url);
    buffer_init(&base64, BASE64_MAX);
    bool ok = shop_request_write(stream->keys->partner, DSIG_SHA1, &request, &base64);
    buffer_text(out, "webshopRequest=");
    put_encoded(out, &base64);
    buffer_free(&base64);
    return ok;
}

bool checkout_requests_make(struct requests *requests, const struct soap_keys *keys, uint32_t count,
                            uint16_t shop_port) {
    const struct stream stream = {keys, bench_random(), shop_port};
    return requests_make(requests, count, make_one, &stream);
}
