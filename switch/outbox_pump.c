/* outbox_pump.c - what starts: which provider may be asked more, and about what. */
#include <stdlib.h>

#include "switch/assert.h"
#include "switch/clock.h"
#include "switch/limits.h"
#include "switch/outbox_inner.h"

/* ---- Places -------------------------------------------------------------------------------- */

/* Those that may_open lets be opened, besides the requests; all that are asked may be saved at
 * once, and then others be asked, which are checks. */
uint32_t outbox_flights_of(uint32_t concurrency) {
    return 3 * concurrency + OUTBOX_AHEAD;
}

/* A new one; NULL: no memory. */
static struct flight *make_flight(struct outbox *outbox, struct outbox_provider *provider) {
    ASSERT(outbox->flight_count < outbox->flights_max);
    struct flight *flight = calloc(1, sizeof(*flight));
    if (flight == NULL) {
        return NULL;
    }
    flight->outbox = outbox;
    flight->provider = provider;
    if (provider->shops && !outbox_shop_flight_make(flight)) {
        free(flight);
        return NULL;
    }
    buffer_init(&flight->url, OUTBOX_URL_MAX);
    buffer_init(&flight->body, OUTBOX_URL_MAX);
    flight->index = outbox->flight_count++;
    outbox->flights[flight->index] = flight;
    provider->steps[FLIGHT_FREE]++;
    return flight;
}

void outbox_flight_free(struct flight *flight) {
    http_ask_close(flight->ask);
    buffer_free(&flight->url);
    buffer_free(&flight->body);
    outbox_shop_flight_free(flight);
    free(flight);
}

/* In its first step. NULL: no memory. */
static struct flight *take_flight(struct outbox *outbox, struct outbox_provider *provider,
                                  enum flight_step step) {
    struct flight *flight = provider->free;
    if (flight == NULL) {
        flight = make_flight(outbox, provider);
    } else {
        provider->free = flight->next;
    }
    if (flight != NULL) {
        outbox->flying++;
        outbox_step(flight, step);
    }
    return flight;
}

void outbox_step(struct flight *flight, enum flight_step step) {
    uint32_t *steps = flight->provider->steps;
    ASSERT(steps[flight->step] > 0);
    steps[flight->step]--;
    steps[step]++;
    flight->step = step;
}

void outbox_give_flight(struct flight *flight) {
    struct outbox_provider *provider = flight->provider;
    ASSERT(flight->step != FLIGHT_FREE && flight->ask == NULL);
    if (flight->shop != NULL) {
        outbox_shop_give(flight);
    }
    outbox_step(flight, FLIGHT_FREE);
    flight->check = NULL;
    flight->next = provider->free;
    provider->free = flight;
    flight->outbox->flying--;
}

/* NULL: no memory. */
static struct http_ask *take_ask(struct outbox *outbox, struct outbox_provider *provider) {
    struct http_client *client = provider->shops ? outbox->shop_client : outbox->client;
    return provider->ask_count > 0 ? provider->asks[--provider->ask_count]
                                   : http_ask_open(client, &provider->target);
}

static void give_ask(struct outbox_provider *provider, struct http_ask *ask) {
    if (ask != NULL) {
        ASSERT(provider->ask_count < provider->config->concurrency);
        provider->asks[provider->ask_count++] = ask;
    }
}

void outbox_take_ask(struct flight *flight) {
    flight->ask = take_ask(flight->outbox, flight->provider);
    outbox_step(flight, FLIGHT_ASKING);
}

void outbox_give_ask(struct flight *flight) {
    give_ask(flight->provider, flight->ask);
    flight->ask = NULL;
}

void outbox_close_asks(struct outbox_provider *provider) {
    while (provider->ask_count > 0) {
        http_ask_close(provider->asks[--provider->ask_count]);
    }
}

/* Gives back what waits for a place at the provider, to be opened again later. */
static void give_opened(struct outbox *outbox, struct outbox_provider *provider) {
    while (provider->opened_first != NULL) {
        struct flight *flight = provider->opened_first;
        provider->opened_first = flight->next;
        outbox_table_ready(&outbox->table, flight->entry, true);
        outbox_give_flight(flight);
    }
}

/* ---- Asking -------------------------------------------------------------------------------- */

/* The next check that its provider has a request for. NULL: there is none, or no memory. */
static struct flight *take_check(struct outbox *outbox, struct outbox_provider *provider) {
    while (provider->check_first != NULL) {
        struct flight *flight = take_flight(outbox, provider, FLIGHT_OPENED);
        if (flight == NULL) {
            return NULL;
        }
        struct outbox_check *check = provider->check_first;
        provider->check_first = check->next;
        flight->check = check;
        flight->payment = check->asked;
        flight->payment.account.base = check->account;
        if (outbox_write_request(flight)) {
            return flight;
        }
    }
    return NULL;
}

static struct flight *take_opened(struct outbox_provider *provider) {
    struct flight *flight = provider->opened_first;
    if (flight != NULL) {
        provider->opened_first = flight->next;
    }
    return flight;
}

/* How long the provider may take, in ms; 0: as long as its section says. */
static uint32_t timeout_of(const struct flight *flight, uint64_t now_ns) {
    if (flight->check == NULL) {
        return 0;
    }
    uint64_t end_ns = flight->check->deadline_ns;
    uint64_t left_ms = end_ns > now_ns ? (end_ns - now_ns) / 1000000 : 0;
    return left_ms == 0 ? 1 : (uint32_t)left_ms;
}

/* Asks what comes next: checks first, since somebody waits for them. False: nothing now. */
static bool ask_next(struct outbox *outbox, struct outbox_provider *provider, uint64_t now_ns) {
    enum breaker_leave leave = breaker_ask(&provider->breaker, now_ns);
    if (leave == BREAKER_NO) {
        outbox_check_expire(outbox, provider, true);
        give_opened(outbox, provider);
        return false;
    }
    struct http_ask *ask = take_ask(outbox, provider);
    struct flight *flight = ask == NULL ? NULL : take_check(outbox, provider);
    flight = ask == NULL || flight != NULL ? flight : take_opened(provider);
    if (flight == NULL) {
        breaker_unused(&provider->breaker, leave);
        give_ask(provider, ask);
        return false;
    }
    flight->leave = leave;
    flight->ask = ask;
    outbox_step(flight, FLIGHT_ASKING);
    outbox_ask_provider(flight, timeout_of(flight, now_ns));
    return true;
}

/* ---- Opening ------------------------------------------------------------------------------- */

static bool was_heard(const struct outbox_provider *provider, uint64_t now_ns) {
    return !provider->breaker.open && now_ns - provider->heard_ns <= OUTBOX_WINDOW_NS;
}

/* How many requests the provider may have at once: after a silence few, then one more with each
 * answer. */
static uint32_t window_of(struct outbox_provider *provider, uint64_t now_ns) {
    uint32_t most = provider->config->concurrency;
    if (provider->shops) { /* each has its own share: one that is silent is no other's matter */
        return most;
    }
    if (!was_heard(provider, now_ns)) {
        provider->window = OUTBOX_WINDOW;
    }
    return provider->window < most ? provider->window : most;
}

/* Whether one more delivery may be opened. A provider that answers finds the next ones opened when
 * it has: the ledger's time is not its. One that does not gets no payment more than it is asked. */
static bool may_open(const struct outbox_provider *provider, uint32_t window, uint64_t now_ns) {
    const uint32_t *steps = provider->steps, most = provider->config->concurrency;
    uint32_t opened = steps[FLIGHT_OPENING] + steps[FLIGHT_OPENED];
    uint32_t asked = opened + steps[FLIGHT_ASKING];
    if (provider->shops) { /* whom it is to is not known before; nothing is opened ahead */
        return asked + steps[FLIGHT_SAVING] < window;
    }
    if (provider->breaker.open) { /* for a probe */
        return opened == 0 && asked < window && breaker_next_ns(&provider->breaker) <= now_ns;
    }
    bool answers = provider->breaker.failures == 0 && was_heard(provider, now_ns);
    uint32_t ahead = most < OUTBOX_AHEAD ? most : OUTBOX_AHEAD;
    return asked < window + (answers ? ahead : 0) && opened + steps[FLIGHT_SAVING] < most + ahead;
}

static void open_next(struct outbox *outbox, struct outbox_provider *provider) {
    struct flight *flight = take_flight(outbox, provider, FLIGHT_OPENING);
    if (flight != NULL) {
        flight->entry = outbox_table_take(&outbox->table, provider->queue);
        uint64_t payment = outbox->table.entries[flight->entry].payment;
        flight->payment = (struct outbound_payment){.id = payment};
        flight->first = false;
        flight->attempt = (struct ledger_attempt_request){0};
        flight->end = 0;
        outbox_submit(flight);
    }
}

void outbox_pump(struct outbox *outbox, struct outbox_provider *provider) {
    const struct outbox_list *ready = &outbox->table.queues[provider->queue].ready;
    uint64_t now_ns = clock_monotonic_ns();
    uint32_t window = window_of(provider, now_ns);
    if (outbox->stopping || outbox->failed) {
        give_opened(outbox, provider);
        return;
    }
    while (provider->steps[FLIGHT_ASKING] < window &&
           (provider->check_first != NULL || provider->opened_first != NULL) &&
           ask_next(outbox, provider, now_ns)) {
    }
    while (ready->first != OUTBOX_NONE && may_open(provider, window, now_ns)) {
        open_next(outbox, provider);
    }
}
