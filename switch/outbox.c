/* outbox.c - the outbox's thread: what comes in, what is due, what starts, and its end. Callbacks
 * only change what is; before the loop waits, `turn` starts what can be started. */
#include "switch/outbox.h"

#include <inttypes.h>
#include <stdlib.h>

#include "protocols/xml/xml.h"
#include "switch/assert.h"
#include "switch/clock.h"
#include "switch/limits.h"
#include "switch/outbox_inner.h"

/* ---- From the ledger thread ---------------------------------------------------------------- */

bool outbox_put(struct outbox *outbox, const struct ledger_due *due, uint32_t count) {
    uint32_t done = 0;
    while (done < count) {
        struct ledger_due *room = ring_reserve(&outbox->intake, sizeof(*room));
        if (room == NULL) {
            break;
        }
        *room = due[done++];
        ring_commit(&outbox->intake, sizeof(*room));
    }
    if (done > 0) {
        ring_publish(&outbox->intake);
        (void)uv_async_send(&outbox->wake);
    }
    return done == count;
}

bool outbox_taken(struct outbox *outbox) {
    return ring_used(&outbox->intake) == 0;
}

static void wake(void *context) { /* answers are there */
    struct outbox *outbox = context;
    (void)uv_async_send(&outbox->wake);
}

/* ---- What comes in ------------------------------------------------------------------------- */

static void receive_answers(struct outbox *outbox) {
    const struct bridge_answer *answer = NULL;
    while ((answer = bridge_receive(outbox->lane)) != NULL) {
        outbox_answered(outbox, answer->ticket, answer->failed ? NULL : answer->results,
                        answer->count);
    }
    bridge_release(outbox->lane);
}

/* A delivery that the ledger has handed over. */
static void take_in(struct outbox *outbox, const struct ledger_due *due) {
    struct outbox_table *table = &outbox->table;
    const struct outbox_provider *provider = outbox_provider_of(outbox, due->provider);
    uint32_t entry = outbox_table_add(table, due->payment,
                                      provider == NULL ? outbox->provider_count : provider->queue);
    ASSERT(entry != OUTBOX_NONE); /* there was room */
    if (provider == NULL) {
        outbox_table_set(table, entry, OUTBOX_LOST);
        uint32_t suppressed = 0;
        if (log_rate_allows(&outbox->warnings, clock_monotonic_ns(), LOG_STRANGERS_MAX,
                            &suppressed)) {
            log_event(LOG_ERROR, "delivery_lost", "payment=%" PRIu64 " provider=%u why=%s",
                      due->payment, (unsigned)due->provider,
                      "no [provider] section has that number");
        }
    } else if (due->next_ns == OUTBOX_NEVER) {
        outbox_table_set(table, entry, OUTBOX_STUCK);
    } else if (due->next_ns > clock_wall_ns()) {
        outbox_table_pause(table, entry, due->next_ns);
    } else {
        outbox_table_ready(table, entry, false);
    }
}

static void take_deliveries(struct outbox *outbox) {
    const struct ledger_due *due = NULL;
    uint32_t bytes = 0, taken = 0;
    while (taken < OUTBOX_TURN_MAX && outbox->table.used < outbox->table.capacity &&
           (due = ring_peek(&outbox->intake, &bytes)) != NULL) {
        ASSERT(bytes == sizeof(*due));
        uint32_t entry = outbox_table_find(&outbox->table, due->payment);
        if (entry == OUTBOX_NONE) {
            take_in(outbox, due);
        } else {
            outbox_table_again(&outbox->table, entry, due->next_ns);
        }
        ring_take(&outbox->intake);
        taken++;
    }
    ring_release(&outbox->intake);
    outbox->more = outbox->more || taken == OUTBOX_TURN_MAX;
}

static void on_wake(uv_async_t *handle) {
    struct outbox *outbox = handle->data;
    receive_answers(outbox);
    outbox_take_mail(outbox);
    take_deliveries(outbox);
}

static void on_timer(uv_timer_t *handle) {
    struct outbox *outbox = handle->data;
    uint64_t now_ns = clock_wall_ns();
    uint32_t woken = 0;
    outbox->more = false;
    take_deliveries(outbox);
    while (woken < OUTBOX_TURN_MAX && outbox_table_wake(&outbox->table, now_ns) != OUTBOX_NONE) {
        woken++;
    }
    if (outbox->delayed_first != NULL && clock_monotonic_ns() >= outbox->delayed_until_ns) {
        outbox_send_delayed(outbox);
    }
}

/* ---- Before the loop waits ----------------------------------------------------------------- */

/* ms until then, rounded up; at most `most`. */
static uint64_t wait_ms(uint64_t then_ns, uint64_t now_ns, uint64_t most) {
    uint64_t ms = then_ns <= now_ns ? 0 : (then_ns - now_ns) / 1000000 + 1;
    return ms < most ? ms : most;
}

/* When there is something to do although nothing comes in. */
static uint64_t next_ms(const struct outbox *outbox) {
    uint64_t now_ns = clock_monotonic_ns();
    uint64_t ms = wait_ms(outbox_table_due_ns(&outbox->table), clock_wall_ns(), OUTBOX_LOOK_MS);
    if (outbox->more) {
        return 0;
    }
    if (outbox->delayed_first != NULL) {
        ms = wait_ms(outbox->delayed_until_ns, now_ns, ms);
    }
    for (uint32_t i = 0; i < outbox->provider_count; i++) {
        const struct outbox_provider *provider = &outbox->providers[i];
        if (provider->breaker.open &&
            outbox->table.queues[provider->queue].ready.first != OUTBOX_NONE) {
            ms = wait_ms(breaker_next_ns(&provider->breaker), now_ns, ms);
        }
        if (provider->check_first != NULL) {
            ms = wait_ms(provider->check_first->deadline_ns, now_ns, ms);
        }
    }
    return outbox->stopping ? wait_ms(outbox->stop_at_ns, now_ns, ms) : ms;
}

/* What anybody may read of a provider. */
static void show(const struct outbox *outbox, struct outbox_provider *provider) {
    struct outbox_counters *counters = &provider->counters;
    for (uint32_t i = 0; i < OUTBOX_STATES; i++) {
        atomic_store_explicit(&counters->states[i], outbox->table.queues[provider->queue].counts[i],
                              memory_order_relaxed);
    }
    atomic_store_explicit(&counters->open, provider->breaker.open ? 1 : 0, memory_order_relaxed);
    atomic_store_explicit(&counters->opened, provider->breaker.opened, memory_order_relaxed);
}

/* Nothing is under way any more, or not waited for: the loop's handles go, and it ends. */
static void end(struct outbox *outbox) {
    for (uint32_t i = 0; i < outbox->flight_count; i++) {
        if (outbox->flights[i]->check != NULL) {
            outbox_check_end(outbox, outbox->flights[i]->check);
        }
        outbox_flight_free(outbox->flights[i]);
    }
    outbox->flight_count = 0;
    for (uint32_t i = 0; i < outbox->provider_count; i++) {
        outbox_close_asks(&outbox->providers[i]);
    }
    http_client_close(outbox->client);
    http_client_close(outbox->shop_client);
    outbox->client = outbox->shop_client = NULL;
    uv_close((uv_handle_t *)&outbox->wake, NULL);
    uv_close((uv_handle_t *)&outbox->timer, NULL);
    uv_close((uv_handle_t *)&outbox->turn, NULL);
}

static void begin_stop(struct outbox *outbox) {
    outbox->stopping = true;
    outbox->stop_at_ns = clock_monotonic_ns() + (uint64_t)OUTBOX_DRAIN_MS * 1000000;
    outbox_take_mail(outbox);
    for (uint32_t i = 0; i < outbox->provider_count; i++) {
        outbox_check_expire(outbox, &outbox->providers[i], true);
    }
}

static void on_turn(uv_prepare_t *handle) {
    struct outbox *outbox = handle->data;
    if (!outbox->stopping && atomic_load(&outbox->stop)) {
        begin_stop(outbox);
    }
    for (uint32_t i = 0; i < outbox->provider_count; i++) {
        outbox_check_expire(outbox, &outbox->providers[i], false);
        outbox_pump(outbox, &outbox->providers[i]);
        show(outbox, &outbox->providers[i]);
    }
    outbox_sweep(outbox);
    atomic_store_explicit(&outbox->lost,
                          outbox->table.queues[outbox->provider_count].counts[OUTBOX_LOST],
                          memory_order_relaxed);
    bridge_publish(outbox->bridge, outbox->lane);
    if (outbox->stopping && (outbox->flying == 0 || clock_monotonic_ns() >= outbox->stop_at_ns)) {
        end(outbox);
        return;
    }
    (void)uv_timer_start(&outbox->timer, on_timer, next_ms(outbox), 0);
}

/* ---- Open, run, stop, close ---------------------------------------------------------------- */

static const char *or_none(const char *text) {
    return text[0] == '\0' ? NULL : text;
}

static int open_provider(struct outbox *outbox, const struct provider *config, char *why,
                         size_t why_size) {
    uint32_t index = outbox->provider_count;
    struct outbox_provider *provider = &outbox->providers[index];
    provider->config = config;
    provider->queue = index;
    provider->window = OUTBOX_WINDOW;
    provider->profile = provider_profile(config, why, why_size);
    if (provider->profile == NULL) {
        return -1;
    }
    outbox->provider_count++;
    for (uint32_t i = 0; i < config->header_count; i++) {
        provider->headers[i] = config->headers + config->header_at[i];
    }
    provider->target = (struct http_target){
        .connect_timeout_ms = config->connect_timeout_ms,
        .total_timeout_ms = config->total_timeout_ms,
        .basic_auth = or_none(config->basic_auth),
        .client_cert = or_none(config->client_cert),
        .client_key = or_none(config->client_key),
        .ca_file = or_none(config->ca_file),
        .headers = provider->headers,
    };
    breaker_init(&provider->breaker, outbox->config->breaker_failures,
                 (uint64_t)outbox->config->breaker_pause_ms * 1000000);
    outbox->asks_max += config->concurrency;
    outbox->flights_max += outbox_flights_of(config->concurrency);
    provider->asks = calloc(config->concurrency, sizeof(struct http_ask *));
    if (provider->asks == NULL) {
        (void)snprintf(why, why_size, "no memory for the outbox");
        return -1;
    }
    return 0;
}

/* All deliveries that there can be, and a batch. */
static uint64_t intake_bytes(uint32_t deliveries) {
    uint64_t need =
        (deliveries + (uint64_t)LEDGER_BATCH_MAX) * ring_cost(sizeof(struct ledger_due));
    uint64_t bytes = 4096;
    while (bytes < need) {
        bytes *= 2;
    }
    return bytes;
}

static int open_loop(struct outbox *outbox) {
    if (uv_loop_init(&outbox->uv) != 0) {
        return -1;
    }
    outbox->opened = true;
    outbox->wake.data = outbox->timer.data = outbox->turn.data = outbox;
    if (uv_async_init(&outbox->uv, &outbox->wake, on_wake) != 0 ||
        uv_timer_init(&outbox->uv, &outbox->timer) != 0 ||
        uv_prepare_init(&outbox->uv, &outbox->turn) != 0 ||
        uv_prepare_start(&outbox->turn, on_turn) != 0) {
        return -1;
    }
    outbox->client = http_client_open(&outbox->uv, outbox->asks_max);
    outbox->shop_client = http_client_open(&outbox->uv, OUTBOX_SHOP_FLIGHTS_MAX);
    return outbox->client == NULL || outbox->shop_client == NULL ? -1 : 0;
}

static int open_memory(struct outbox *outbox) {
    uint32_t deliveries = 2 * outbox->config->open_payments_max + LEDGER_BATCH_MAX;
    outbox->flights_max += OUTBOX_SHOP_FLIGHTS_MAX;
    outbox->flights = calloc(outbox->flights_max, sizeof(struct flight *));
    if (outbox->flights == NULL || outbox_table_init(&outbox->table, deliveries) != 0 ||
        ring_init(&outbox->intake, intake_bytes(deliveries)) < 0) {
        return -1;
    }
    return open_loop(outbox);
}

int outbox_open(struct outbox **outbox, const struct config *config, const struct adapter_env *env,
                struct bridge *bridge, char *why, size_t why_size) {
    struct outbox *made = calloc(1, sizeof(*made));
    if (made == NULL || pthread_mutex_init(&made->lock, NULL) != 0) {
        free(made);
        (void)snprintf(why, why_size, "no memory for the outbox");
        return -1;
    }
    *outbox = made;
    made->config = config;
    made->bridge = bridge;
    made->lane = &bridge->lanes[bridge->lane_count - 1];
    made->providers = calloc(config->provider_count + (size_t)1, sizeof(*made->providers));
    if (made->providers == NULL) {
        (void)snprintf(why, why_size, "no memory for the outbox");
        return -1;
    }
    for (uint32_t i = 0; i < config->provider_count; i++) {
        if (open_provider(made, &config->providers[i], why, why_size) != 0) {
            return -1;
        }
    }
    if (http_client_start() != 0 || xml_start() != 0 || outbox_shops_open(made, env) != 0 ||
        open_memory(made) != 0) {
        (void)snprintf(why, why_size, "no memory for the outbox");
        return -1;
    }
    made->lane->wake = wake;
    made->lane->wake_context = made;
    return 0;
}

static void *run(void *argument) {
    struct outbox *outbox = argument;
    (void)pthread_setname_np(pthread_self(), "outbox");
    (void)uv_run(&outbox->uv, UV_RUN_DEFAULT);
    return NULL;
}

int outbox_run(struct outbox *outbox) {
    outbox->running = pthread_create(&outbox->thread, NULL, run, outbox) == 0;
    return outbox->running ? 0 : -1;
}

void outbox_stop(struct outbox *outbox) {
    if (outbox == NULL || !outbox->running) {
        return;
    }
    atomic_store(&outbox->stop, true);
    (void)uv_async_send(&outbox->wake);
    (void)pthread_join(outbox->thread, NULL);
    outbox->running = false;
}

static void close_handle(uv_handle_t *handle, void *argument) {
    (void)argument;
    if (!uv_is_closing(handle)) {
        uv_close(handle, NULL);
    }
}

void outbox_close(struct outbox *outbox) {
    if (outbox == NULL) {
        return;
    }
    ASSERT(!outbox->running);
    if (outbox->opened) {
        http_client_close(outbox->client); /* when it never ran */
        http_client_close(outbox->shop_client);
        uv_walk(&outbox->uv, close_handle, NULL);
        (void)uv_run(&outbox->uv, UV_RUN_DEFAULT);
        int rc = uv_loop_close(&outbox->uv);
        ASSERT(rc == 0);
    }
    for (uint32_t i = 0; i < outbox->provider_count; i++) {
        checkpay_profile_free(outbox->providers[i].profile);
        free(outbox->providers[i].asks);
    }
    if (outbox->intake.base != NULL) {
        ring_free(&outbox->intake);
    }
    outbox_table_free(&outbox->table);
    (void)pthread_mutex_destroy(&outbox->lock);
    outbox_shops_close(outbox);
    free(outbox->providers);
    free(outbox->flights);
    free(outbox);
}
