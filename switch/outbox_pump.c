/* outbox_pump.c - what starts: which provider may be asked more, and about what. */
#include <stdlib.h>

#include "switch/assert.h"
#include "switch/clock.h"
#include "switch/limits.h"
#include "switch/outbox_inner.h"

/* ---- Places -------------------------------------------------------------------------------- */

/* A new one; NULL: no memory. */
static struct flight *make_flight(struct outbox *outbox, struct outbox_provider *provider) {
    struct flight *flight = calloc(1, sizeof(*flight));
    ASSERT(outbox->flight_count < outbox->flights_max);
    if (flight == NULL) {
        return NULL;
    }
    flight->outbox = outbox;
    flight->provider = provider;
    flight->ask =
        http_ask_open(provider->shops ? outbox->shop_client : outbox->client, &provider->target);
    if (flight->ask == NULL || (provider->shops && !outbox_shop_flight_make(flight))) {
        http_ask_close(flight->ask);
        free(flight);
        return NULL;
    }
    buffer_init(&flight->url, OUTBOX_URL_MAX);
    buffer_init(&flight->body, OUTBOX_URL_MAX);
    flight->index = outbox->flight_count++;
    outbox->flights[flight->index] = flight;
    return flight;
}

void outbox_flight_free(struct flight *flight) {
    http_ask_close(flight->ask);
    buffer_free(&flight->url);
    buffer_free(&flight->body);
    outbox_shop_flight_free(flight);
    free(flight);
}

static struct flight *take_flight(struct outbox *outbox, struct outbox_provider *provider) {
    struct flight *flight = provider->free;
    if (flight == NULL) {
        flight = make_flight(outbox, provider);
    } else {
        provider->free = flight->next;
    }
    if (flight != NULL) {
        provider->flying++;
        outbox->flying++;
    }
    return flight;
}

void outbox_give_flight(struct flight *flight) {
    struct outbox_provider *provider = flight->provider;
    ASSERT(flight->step != FLIGHT_FREE && provider->flying > 0);
    if (flight->shop != NULL) {
        outbox_shop_give(flight);
    }
    flight->step = FLIGHT_FREE;
    flight->check = NULL;
    flight->next = provider->free;
    provider->free = flight;
    provider->flying--;
    flight->outbox->flying--;
}

/* ---- Starting ------------------------------------------------------------------------------ */

static void start_check(struct flight *flight) {
    struct outbox_provider *provider = flight->provider;
    struct outbox_check *check = provider->check_first;
    provider->check_first = check->next;
    uint64_t now_ns = clock_monotonic_ns();
    flight->step = FLIGHT_ASKING;
    flight->check = check;
    flight->payment = check->asked;
    flight->payment.account.base = check->account;
    uint64_t left_ms = check->deadline_ns > now_ns ? (check->deadline_ns - now_ns) / 1000000 : 0;
    outbox_ask_provider(flight, OUTBOUND_CHECK, left_ms == 0 ? 1 : (uint32_t)left_ms);
}

static void start_delivery(struct flight *flight) {
    struct outbox *outbox = flight->outbox;
    flight->entry = outbox_table_take(&outbox->table, flight->provider->queue);
    flight->payment = (struct outbound_payment){.id = outbox->table.entries[flight->entry].payment};
    flight->first = false;
    flight->attempt = (struct ledger_attempt_request){0};
    flight->end = 0;
    flight->step = FLIGHT_OPENING;
    outbox_submit(flight);
}

/* How many requests the provider may have at once: after a silence few, then one more with each
 * answer. */
static uint32_t window_of(struct outbox_provider *provider, uint64_t now_ns) {
    uint32_t most = provider->config->concurrency;
    if (provider->breaker.open || now_ns - provider->heard_ns > OUTBOX_WINDOW_NS) {
        provider->window = OUTBOX_WINDOW;
    }
    return provider->window < most ? provider->window : most;
}

void outbox_pump(struct outbox *outbox, struct outbox_provider *provider) {
    const struct outbox_queue *queue = &outbox->table.queues[provider->queue];
    uint64_t now_ns = clock_monotonic_ns();
    uint32_t window = window_of(provider, now_ns);
    while (!outbox->stopping && !outbox->failed && provider->flying < window &&
           (provider->check_first != NULL || queue->first != OUTBOX_NONE)) {
        enum breaker_leave leave = breaker_ask(&provider->breaker, now_ns);
        if (leave == BREAKER_NO) {
            outbox_check_expire(outbox, provider, true);
            return;
        }
        struct flight *flight = take_flight(outbox, provider);
        if (flight == NULL) {
            breaker_unused(&provider->breaker, leave);
            return;
        }
        flight->leave = leave;
        if (provider->check_first != NULL) { /* somebody waits for it */
            start_check(flight);
        } else {
            start_delivery(flight);
        }
    }
}
