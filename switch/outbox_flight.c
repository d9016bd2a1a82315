/* outbox_flight.c - one request of a provider, from the ledger through HTTP to the ledger. No step
 * starts another flight: outbox_pump.c does, before the loop waits. */
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>

#include "switch/assert.h"
#include "switch/clock.h"
#include "switch/limits.h"
#include "switch/outbox_inner.h"

/* ---- The ledger ---------------------------------------------------------------------------- */

/* The call found no room: it is made again a little later. */
static void delay(struct flight *flight) {
    struct outbox *outbox = flight->outbox;
    flight->next = NULL;
    if (outbox->delayed_first == NULL) {
        outbox->delayed_first = flight;
        outbox->delayed_until_ns = clock_monotonic_ns() + OUTBOX_DELAY_NS;
    } else {
        outbox->delayed_last->next = flight;
    }
    outbox->delayed_last = flight;
}

/* Marks the payment as dispatched, and reads it and its delivery. */
static bool put_open(struct flight *flight, struct ledger_writer *writer) {
    struct ledger_target target = {.payment = flight->payment.id};
    return ledger_put_target(writer, LEDGER_DISPATCH, &target) == LEDGER_DONE &&
           ledger_put_target(writer, LEDGER_LOOKUP, &target) == LEDGER_DONE &&
           ledger_put_delivery_lookup(writer, target.payment) == LEDGER_DONE;
}

/* Records the attempt, and ends the payment by the provider's final answer. */
static bool put_save(struct flight *flight, struct ledger_writer *writer) {
    struct ledger_target target = {.payment = flight->payment.id, .by_provider = true};
    if (!flight->recorded && ledger_put_attempt(writer, &flight->attempt) != LEDGER_DONE) {
        return false;
    }
    return flight->end == 0 || ledger_put_target(writer, flight->end, &target) == LEDGER_DONE;
}

void outbox_submit(struct flight *flight) {
    struct outbox *outbox = flight->outbox;
    struct ledger_writer writer;
    if (!bridge_reserve(outbox->lane, OUTBOX_CALL_BYTES, &writer)) {
        delay(flight);
        return;
    }
    bool put =
        flight->step == FLIGHT_OPENING ? put_open(flight, &writer) : put_save(flight, &writer);
    ASSERT(put); /* there is room, and they are well-formed */
    if (!bridge_send(outbox->lane, &writer, flight->index)) {
        delay(flight);
    }
}

void outbox_send_delayed(struct outbox *outbox) {
    struct flight *flight = outbox->delayed_first;
    outbox->delayed_first = outbox->delayed_last = NULL;
    while (flight != NULL) {
        struct flight *next = flight->next;
        outbox_submit(flight);
        flight = next;
    }
}

/* ---- What came of it ----------------------------------------------------------------------- */

/* When to ask again; OUTBOX_NEVER: not by itself. */
static uint64_t next_ns(const struct flight *flight) {
    const struct config *config = flight->outbox->config;
    uint64_t now_ns = clock_wall_ns();
    uint64_t end_ns = flight->created_ns + (uint64_t)config->delivery_life_s * 1000000000u;
    uint64_t next_ns =
        now_ns + outbox_pause_ns(flight->attempts, config->pause_permille, randombytes_random());
    if (now_ns >= end_ns) {
        return OUTBOX_NEVER;
    }
    return next_ns < end_ns ? next_ns : end_ns;
}

void outbox_save(struct flight *flight, const struct outbound_answer *answer, uint64_t latency_us,
                 uint64_t again_ns) {
    size_t id_size = strlen(answer->provider_id);
    memcpy(flight->provider_id, answer->provider_id, id_size);
    flight->attempt = (struct ledger_attempt_request){
        .payment = flight->payment.id,
        .next_ns = answer->verdict == OUTBOUND_AGAIN ? again_ns : 0,
        .latency_us = latency_us > UINT32_MAX ? UINT32_MAX : (uint32_t)latency_us,
        .verdict = (uint32_t)answer->verdict,
        .code = answer->code,
        .outcome = flight->attempt.outcome,
        .provider_id = flight->provider_id,
        .provider_id_size = (uint32_t)id_size,
    };
    flight->recorded = false;
    outbox_step(flight, FLIGHT_SAVING);
    outbox_submit(flight);
}

void outbox_warn(struct flight *flight, const char *event, int32_t code, const char *why) {
    uint32_t suppressed = 0;
    if (log_rate_allows(&flight->outbox->warnings, clock_monotonic_ns(), LOG_STRANGERS_MAX,
                        &suppressed)) {
        log_event(LOG_WARN, event,
                  "provider=%s payment=%" PRIu64 " code=%" PRId32 " why=%s suppressed=%u",
                  flight->provider->config->name, flight->payment.id, code, why,
                  (unsigned)suppressed);
    }
}

static void count(struct flight *flight, const struct outbound_answer *answer,
                  uint64_t latency_us) {
    struct outbox_counters *counters = &flight->provider->counters;
    if (flight->check != NULL) {
        metrics_add(&counters->checks[answer->verdict], 1);
    } else {
        metrics_add(&counters->attempts[answer->verdict], 1);
        metrics_add(&counters->no_answer, answer->code == OUTBOUND_NO_CODE ? 1 : 0);
    }
    metrics_add(&counters->unknown_codes,
                answer->code != OUTBOUND_NO_CODE && !answer->known ? 1 : 0);
    metrics_observe(&counters->latency, latency_us * 1000);
}

/* Records a provider's answer, with the payment's end when it is final. */
static void save_answer(struct flight *flight, const struct outbound_answer *answer,
                        uint64_t latency_us, uint64_t again_ns) {
    flight->end = answer->verdict == OUTBOUND_OK        ? LEDGER_COMPLETE
                  : answer->verdict == OUTBOUND_REFUSED ? LEDGER_DECLINE
                                                        : 0;
    outbox_save(flight, answer, latency_us, again_ns);
}

static void learn_shop(struct flight *flight, const struct http_ask_answer *http) {
    outbox_shop_learn(flight, http);
    count(flight, &flight->outbox->answer, http->latency_us);
}

/* The provider's answer, or none. */
static void learn(void *context, const struct http_ask_answer *http) {
    struct flight *flight = context;
    struct outbox_provider *provider = flight->provider;
    struct outbound_answer *answer = &flight->outbox->answer;
    enum outbound_step step = flight->check != NULL ? OUTBOUND_CHECK : OUTBOUND_PAY;
    outbox_give_ask(flight);
    if (flight->shop != NULL) {
        learn_shop(flight, http);
        return;
    }
    checkpay_answer(provider->profile, step, &flight->payment, http->status, http->body, answer);
    if (answer->code == OUTBOUND_NO_CODE) {
        breaker_failed(&provider->breaker, flight->leave, clock_monotonic_ns());
    } else {
        breaker_answered(&provider->breaker);
        provider->window += provider->window < provider->config->concurrency ? 1 : 0;
        provider->heard_ns = clock_monotonic_ns();
    }
    count(flight, answer, http->latency_us);
    if (http->status == 0) {
        outbox_warn(flight, "provider_silent", answer->code, http->why);
    } else if (answer->code == OUTBOUND_NO_CODE || !answer->known) {
        outbox_warn(flight, "provider_not_understood", answer->code,
                    "no code, or one that the profile "
                    "does not have");
    }
    if (flight->check != NULL) {
        flight->check->answer = *answer;
        outbox_check_end(flight->outbox, flight->check);
        outbox_give_flight(flight);
    } else {
        bool again = answer->verdict == OUTBOUND_AGAIN;
        save_answer(flight, answer, http->latency_us, again ? next_ns(flight) : 0);
    }
}

/* There is no such request in the provider's dialect. When nothing ever left, nothing ever will,
 * and the payment is refused; else an operator has to see to it. */
static void learn_unsayable(struct flight *flight) {
    struct outbound_answer *answer = &flight->outbox->answer;
    *answer = (struct outbound_answer){.code = OUTBOUND_NO_CODE, .verdict = OUTBOUND_AGAIN};
    outbox_warn(flight, "delivery_unsayable", answer->code,
                "the provider's dialect has no form for it");
    if (flight->check != NULL) {
        answer->verdict = OUTBOUND_REFUSED;
        flight->check->answer = *answer;
        outbox_check_end(flight->outbox, flight->check);
        outbox_give_flight(flight);
        return;
    }
    answer->verdict = flight->first ? OUTBOUND_REFUSED : OUTBOUND_AGAIN;
    save_answer(flight, answer, 0, OUTBOX_NEVER);
}

void outbox_ask_http(struct flight *flight, const struct http_ask_request *http) {
    ASSERT(flight->step == FLIGHT_ASKING);
    if (flight->ask == NULL || http_ask_start(flight->ask, http, learn, flight) != 0) {
        learn(flight, &(struct http_ask_answer){.why = "no memory"});
    }
}

bool outbox_write_request(struct flight *flight) {
    enum outbound_step step = flight->check != NULL ? OUTBOUND_CHECK : OUTBOUND_PAY;
    flight->request = (struct outbound_request){.url = &flight->url, .body = &flight->body};
    flight->url.used = flight->body.used = 0;
    flight->url.failed = flight->body.failed = false;
    if (!checkpay_request(flight->provider->profile, step, &flight->payment, &flight->request)) {
        learn_unsayable(flight);
        return false;
    }
    buffer_append(&flight->url, "", 1); /* its NUL */
    return true;
}

void outbox_ask_provider(struct flight *flight, uint32_t timeout_ms) {
    const struct http_ask_request http = {
        .method = flight->request.method,
        .url = flight->url.base,
        .content_type = flight->request.content_type,
        .body = {flight->body.base, flight->body.used},
        .timeout_ms = timeout_ms,
    };
    if (flight->url.failed) {
        learn(flight, &(struct http_ask_answer){.why = "no memory"});
        return;
    }
    outbox_ask_http(flight, &http);
}

/* ---- Answers of the ledger ----------------------------------------------------------------- */

void outbox_drop(struct flight *flight) {
    struct outbox_table *table = &flight->outbox->table;
    if (outbox_table_is_more(table, flight->entry)) {
        outbox_table_ready(table, flight->entry, false);
    } else {
        outbox_table_drop(table, flight->entry);
    }
    outbox_give_flight(flight);
}

static bool is_busy(const struct ledger_result *results, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (results[i].status == LEDGER_BUSY) {
            return true;
        }
    }
    return false;
}

/* Until the pump finds that the provider may be asked. */
static void wait_for_place(struct flight *flight) {
    struct outbox_provider *provider = flight->provider;
    outbox_step(flight, FLIGHT_OPENED);
    flight->next = NULL;
    if (provider->opened_first == NULL) {
        provider->opened_first = flight;
    } else {
        provider->opened_last->next = flight;
    }
    provider->opened_last = flight;
}

static void opened(struct flight *flight, const struct ledger_result *results) {
    flight->first = flight->first || results[0].status == LEDGER_DONE;
    if (is_busy(results, 3)) {
        delay(flight);
        return;
    }
    if (flight->shop != NULL) {
        outbox_shop_opened(flight, results);
        return;
    }
    if (results[0].status != LEDGER_DONE && results[0].status != LEDGER_REPLAYED) {
        outbox_drop(flight); /* it was ended before it was dispatched */
        return;
    }
    ASSERT(results[1].status == LEDGER_DONE && results[2].status == LEDGER_DONE);
    const struct ledger_delivery *delivery = results[2].body;
    flight->created_ns = delivery->created_ns;
    flight->attempts = delivery->attempts;
    if (flight->outbox->stopping) {
        outbox_give_flight(flight); /* the next start sees to it */
    } else if (!delivery_read(results[1].body, flight->account, &flight->payment, NULL)) {
        learn_unsayable(flight);
    } else if (outbox_write_request(flight)) {
        wait_for_place(flight);
    }
}

static void saved(struct flight *flight, const struct ledger_result *results, uint32_t count) {
    struct outbox_table *table = &flight->outbox->table;
    const struct ledger_attempt_request *attempt = &flight->attempt;
    if (is_busy(results, count)) {
        flight->recorded = flight->recorded || results[0].status != LEDGER_BUSY;
        delay(flight);
        return;
    }
    if (attempt->outcome == LEDGER_ATTEMPT_TIMED_OUT) {
        bool ended = results[0].state != LEDGER_HELD; /* else the clock was set back meanwhile */
        outbox_table_pause(table, flight->entry, ended ? 0 : clock_wall_ns() + OUTBOX_SHOP_LOOK_NS);
        outbox_give_flight(flight);
        return;
    }
    if (attempt->verdict == OUTBOUND_AGAIN) {
        if (attempt->next_ns == OUTBOX_NEVER) {
            outbox_table_set(table, flight->entry, OUTBOX_STUCK);
        } else {
            outbox_table_pause(table, flight->entry, attempt->next_ns);
        }
        outbox_give_flight(flight);
        return;
    }
    uint16_t status = results[count - 1].status;
    if (status != LEDGER_DONE && status != LEDGER_REPLAYED) {
        log_event(LOG_ERROR, "delivery_contradicts", "provider=%s payment=%" PRIu64 " status=%s",
                  flight->provider->config->name, attempt->payment, ledger_status_name(status));
    }
    outbox_drop(flight);
}

void outbox_answered(struct outbox *outbox, uint64_t ticket, const struct ledger_result *results,
                     uint32_t count) {
    if (ticket == OUTBOX_SWEEP_TICKET) {
        outbox_swept(outbox, results, count);
        return;
    }
    ASSERT(ticket < outbox->flight_count);
    struct flight *flight = outbox->flights[ticket];
    if (results == NULL) { /* the node ends; the next start sees to it */
        outbox->failed = true;
        outbox_give_flight(flight);
    } else if (flight->step == FLIGHT_OPENING) {
        ASSERT(count == 3);
        opened(flight, results);
    } else {
        ASSERT(flight->step == FLIGHT_SAVING && count > 0);
        saved(flight, results, count);
    }
}
