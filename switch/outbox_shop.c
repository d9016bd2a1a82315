/* outbox_shop.c - callbacks: what is other about telling a shop than about asking a provider. Whom
 * to tell, and what, is read anew for each attempt, from the payment and the merchant's record. A
 * shop has few requests at once, so that one that is silent for 90 s at a time keeps no other from
 * being told; the rest of its payments stand in a line, which costs nothing. There is no breaker:
 * each payment's pauses grow by themselves. */
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>

#include "protocols/webshop/callback.h"
#include "switch/assert.h"
#include "switch/clock.h"
#include "switch/limits.h"
#include "switch/outbox_inner.h"

/* What a flight to a shop has besides: as it was when the shop was told. */
struct outbox_shop_flight {
    bool counted;   /* among its merchant's requests */
    uint32_t place; /* that are counted there        */
    _Alignas(8) uint8_t payment[LEDGER_PAYMENT_BYTES_MAX];
    char url[WEBSHOP_RESPONSE_URL_MAX + 1];
    struct webshop_attributes attributes;
    struct registry_merchant record;
    struct callback callback;
    const char *headers[CALLBACK_HEADERS_MAX + 1];
};

struct outbox_shops {
    const struct adapter_env *env;
    struct dsig_private *key; /* NULL: the node has none */
    struct provider config;
    struct outbox_shares shares;
};

static const struct ledger_payment *payment_of(const struct flight *flight) {
    return (const struct ledger_payment *)(const void *)flight->shop->payment;
}

/* ---- Whose turn it is ---------------------------------------------------------------------- */

/* Where those wait that have no share now; 0: there is no line for them. */
static uint32_t line_of(uint32_t place) {
    return place < OUTBOX_LINES_MAX ? place + 1 : 0;
}

static bool enter(struct flight *flight, uint64_t merchant) {
    struct outbox_shop_flight *shop = flight->shop;
    shop->counted = outbox_share_take(&flight->outbox->shops->shares, merchant, &shop->place);
    return shop->counted;
}

void outbox_shop_give(struct flight *flight) {
    struct outbox_shop_flight *shop = flight->shop;
    uint32_t line = line_of(shop->place);
    if (!shop->counted) {
        return;
    }
    shop->counted = false;
    uint32_t calls = outbox_share_give(&flight->outbox->shops->shares, shop->place);
    while (line != 0 && calls > 0 &&
           outbox_table_call(&flight->outbox->table, line) != OUTBOX_NONE) {
        calls--;
    }
}

/* The merchant has as many as it may. A place may be another merchant's by the time that those in
 * its line are called: they try sooner or later than they might have, and that is all. The money is
 * not held for longer than the deadline. */
static void line_up(struct flight *flight, uint64_t now_ns) {
    struct outbox_table *table = &flight->outbox->table;
    uint32_t line = line_of(flight->shop->place);
    const struct ledger_payment *payment = payment_of(flight);
    uint64_t next_ns =
        now_ns + OUTBOX_SHOP_LINE_NS / 1000 * (500 + randombytes_uniform(1000)); /* not together */
    if (payment->state == LEDGER_HELD && payment->deadline_ns != 0 &&
        payment->deadline_ns < next_ns) {
        next_ns = payment->deadline_ns;
    }
    if (line != 0) {
        outbox_table_line_up(table, flight->entry, next_ns, line);
    } else {
        outbox_table_pause(table, flight->entry, now_ns + OUTBOX_SHOP_LOOK_NS);
    }
    outbox_give_flight(flight);
}

/* ---- Times --------------------------------------------------------------------------------- */

/* Of a version of the protocol that we do not know nothing moves; after a few tries it is a
 * person's. */
static bool is_for_operator(const struct flight *flight) {
    return payment_of(flight)->state == LEDGER_HELD &&
           flight->shop->attributes.version == WEBSHOP_VERSION_OTHER &&
           flight->attempts + 1 >= OUTBOX_VERSION_TRIES;
}

/* When to tell again. A held payment's deadline is the last time; what has ended is told for as
 * long as deliveries live. */
static uint64_t next_ns(const struct flight *flight) {
    const struct config *config = flight->outbox->config;
    const struct ledger_payment *payment = payment_of(flight);
    uint64_t now_ns = clock_wall_ns(), created_ns = flight->created_ns;
    uint64_t since_ns = now_ns > created_ns ? now_ns - created_ns : 0;
    uint64_t next_ns =
        now_ns + outbox_callback_pause_ns(since_ns, config->pause_permille, randombytes_random());
    if (payment->state == LEDGER_HELD && payment->deadline_ns != 0) {
        bool last = next_ns >= payment->deadline_ns || is_for_operator(flight);
        return last ? payment->deadline_ns : next_ns;
    }
    uint64_t life_ns = (uint64_t)config->delivery_life_s * 1000000000u;
    return since_ns >= life_ns || is_for_operator(flight) ? OUTBOX_NEVER : next_ns;
}

/* ---- Telling ------------------------------------------------------------------------------- */

/* Nothing can be told now: the record of the merchant, or of the payment, is not as it must be. */
static void cannot(struct flight *flight, const char *why) {
    struct outbound_answer *answer = &flight->outbox->answer;
    *answer = (struct outbound_answer){.code = OUTBOUND_NO_CODE, .verdict = OUTBOUND_AGAIN};
    outbox_warn(flight, "callback_unsayable", answer->code, why);
    outbox_save(flight, answer, 0, next_ns(flight));
}

static void tell(struct flight *flight) {
    struct outbox_shop_flight *shop = flight->shop;
    struct outbox_shops *shops = flight->outbox->shops;
    const struct ledger_payment *payment = payment_of(flight);
    shop->record = (struct registry_merchant){.login = payment->requester};
    if (!webshop_attributes_read(payment, shop->url, &shop->attributes)) {
        cannot(flight, "the payment's attributes are no checkout's");
        return;
    }
    if (registry_find(shops->env, REGISTRY_MERCHANT, &shop->record) != REGISTRY_FOUND) {
        cannot(flight, "the merchant's record cannot be read");
        return;
    }
    flight->body.used = 0;
    flight->body.failed = false;
    shop->callback = (struct callback){.body = &flight->body};
    if (!callback_write(shops->key, payment, &shop->attributes, &shop->record, clock_wall_ns(),
                        &shop->callback)) {
        cannot(flight, "no [soap] node_key to sign with, or the merchant has no webhook_secret");
        return;
    }
    for (uint32_t i = 0; i < shop->callback.header_count; i++) {
        shop->headers[i] = shop->callback.headers[i];
    }
    shop->headers[shop->callback.header_count] = NULL;
    const struct http_ask_request http = {
        .method = "POST",
        .url = shop->url,
        .content_type = shop->callback.content_type,
        .body = {flight->body.base, flight->body.used},
        .headers = shop->headers,
    };
    outbox_take_ask(flight);
    outbox_ask_http(flight, &http);
}

void outbox_shop_opened(struct flight *flight, const struct ledger_result *results) {
    struct outbox *outbox = flight->outbox;
    const struct ledger_payment *payment = results[1].body;
    uint64_t now_ns = clock_wall_ns();
    if (results[1].status != LEDGER_DONE || results[2].status != LEDGER_DONE ||
        !ledger_payment_owes_delivery(payment)) {
        outbox_drop(flight);
        return;
    }
    if ((payment->flags & LEDGER_PAYMENT_CALLBACK) == 0) { /* some gateway's, with our number */
        outbox_warn(flight, "delivery_unsayable", OUTBOUND_NO_CODE, "it is no callback to a shop");
        outbox_table_set(&outbox->table, flight->entry, OUTBOX_STUCK);
        outbox_give_flight(flight);
        return;
    }
    const struct ledger_delivery *delivery = results[2].body;
    flight->created_ns = delivery->created_ns;
    flight->attempts = delivery->attempts;
    ASSERT(payment->size <= sizeof flight->shop->payment);
    memcpy(flight->shop->payment, payment, payment->size);
    if (outbox->stopping) {
        outbox_give_flight(flight); /* the next start sees to it */
        return;
    }
    if (payment->state == LEDGER_HELD && payment->deadline_ns != 0 &&
        payment->deadline_ns <= now_ns) {
        struct outbound_answer *answer = &outbox->answer;
        *answer = (struct outbound_answer){.code = OUTBOUND_NO_CODE, .verdict = OUTBOUND_AGAIN};
        flight->attempt.outcome = LEDGER_ATTEMPT_TIMED_OUT;
        outbox_save(flight, answer, 0, 0);
        return;
    }
    if (!enter(flight, payment->requester)) {
        line_up(flight, now_ns);
        return;
    }
    tell(flight);
}

/* ---- What came of it ----------------------------------------------------------------------- */

void outbox_shop_learn(struct flight *flight, const struct http_ask_answer *http) {
    struct outbox_shop_flight *shop = flight->shop;
    struct outbound_answer *answer = &flight->outbox->answer;
    const struct ledger_payment *payment = payment_of(flight);
    callback_answer(payment, &shop->attributes, &shop->record, http->status, http->body, answer);
    if (http->status == 0) {
        outbox_warn(flight, "shop_silent", answer->code, http->why);
    }
    if (answer->verdict != OUTBOUND_AGAIN) {
        bool held = payment->state == LEDGER_HELD;
        bool completes = answer->verdict == OUTBOUND_OK && shop->attributes.auto_complete;
        if (!held || (answer->verdict == OUTBOUND_OK && !completes)) {
            flight->attempt.outcome = LEDGER_ATTEMPT_TOLD;
        } else {
            flight->end = completes ? LEDGER_COMPLETE : LEDGER_DECLINE;
        }
        outbox_save(flight, answer, http->latency_us, 0);
        return;
    }
    if (is_for_operator(flight)) {
        outbox_warn(flight, "callback_version", answer->code,
                    "the shop asked for a version of the protocol that is not 1 or 2: look at the "
                    "payment, ask the shop");
    }
    outbox_save(flight, answer, http->latency_us, next_ns(flight));
}

/* ---- Open, close --------------------------------------------------------------------------- */

bool outbox_shop_flight_make(struct flight *flight) {
    flight->shop = calloc(1, sizeof(*flight->shop));
    return flight->shop != NULL;
}

void outbox_shop_flight_free(struct flight *flight) {
    free(flight->shop);
}

int outbox_shops_open(struct outbox *outbox, const struct adapter_env *env) {
    const char *pem = env->settings->node_key;
    struct outbox_shops *shops = calloc(1, sizeof(*shops));
    outbox->shops = shops;
    if (shops == NULL) {
        return -1;
    }
    shops->env = env;
    shops->key = pem == NULL ? NULL : dsig_private_read(pem);
    shops->config = (struct provider){.name = OUTBOX_SHOPS_NAME,
                                      .number = WEBSHOP_DELIVER_TO,
                                      .concurrency = OUTBOX_SHOP_FLIGHTS_MAX};
    struct outbox_provider *provider = &outbox->providers[outbox->provider_count];
    provider->config = &shops->config;
    provider->shops = true;
    provider->queue = outbox->provider_count++;
    provider->target = (struct http_target){
        .connect_timeout_ms = OUTBOX_SHOP_CONNECT_MS,
        .total_timeout_ms = outbox->config->callback_timeout_ms,
        .public_only = true,
        .cuts_answers = true, /* the contract: a status counts, whatever the body */
        .allow = &outbox->config->callback_allow,
    };
    breaker_init(&provider->breaker, UINT32_MAX, 1); /* it never opens */
    provider->asks = calloc(OUTBOX_SHOP_FLIGHTS_MAX, sizeof(struct http_ask *));
    if (provider->asks == NULL) {
        return -1;
    }
    return pem != NULL && shops->key == NULL ? -1 : 0;
}

void outbox_shops_close(struct outbox *outbox) {
    if (outbox->shops != NULL) {
        dsig_private_free(outbox->shops->key);
        free(outbox->shops);
    }
}
