/* outbox_metrics.c - the outbox's part of the text for Prometheus. Any thread. */
#include <inttypes.h>

#include "switch/metrics_names.h"
#include "switch/outbox_inner.h"

static uint64_t load(const _Atomic uint64_t *counter) {
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static void head(struct buffer *out, const char *name, const char *type, const char *help) {
    buffer_format(out, "# HELP tiyn_%s %s\n# TYPE tiyn_%s %s\n", name, help, name, type);
}

/* One series a provider. */
static void write_each(struct buffer *out, const struct outbox *outbox, const char *name,
                       const char *type, const char *help, size_t offset) {
    head(out, name, type, help);
    for (uint32_t i = 0; i < outbox->provider_count; i++) {
        const struct outbox_provider *provider = &outbox->providers[i];
        const char *counters = (const char *)&provider->counters;
        buffer_format(out, "tiyn_%s{provider=\"%s\"} %" PRIu64 "\n", name, provider->config->name,
                      load((const _Atomic uint64_t *)(const void *)(counters + offset)));
    }
}

static void write_states(struct buffer *out, const struct outbox *outbox) {
    static const char *const names[OUTBOX_STATES] = {
        [OUTBOX_PAUSED] = "paused",
        [OUTBOX_READY] = "ready",
        [OUTBOX_FLYING] = "asking",
        [OUTBOX_STUCK] = "stuck",
    };
    head(out, "deliveries", "gauge",
         "Deliveries without a final answer, by provider: paused until their next attempt, ready, "
         "being asked, or stuck: left to the operator. Alarm when stuck is not 0.");
    for (uint32_t i = 0; i < outbox->provider_count; i++) {
        const struct outbox_provider *provider = &outbox->providers[i];
        for (uint32_t state = 0; state < OUTBOX_STATES; state++) {
            if (names[state] != NULL) {
                buffer_format(out, "tiyn_deliveries{provider=\"%s\",state=\"%s\"} %" PRIu64 "\n",
                              provider->config->name, names[state],
                              load(&provider->counters.states[state]));
            }
        }
    }
    head(out, "deliveries_lost", "gauge",
         "Deliveries to providers that are not in the config. Alarm when not 0.");
    buffer_format(out, "tiyn_deliveries_lost %" PRIu64 "\n", load(&outbox->lost));
}

/* Attempts or checks, by verdict. */
static void write_verdicts(struct buffer *out, const struct outbox *outbox, const char *name,
                           const char *help, size_t offset) {
    static const char *const verdicts[] = {
        [OUTBOUND_OK] = "ok", [OUTBOUND_REFUSED] = "refused", [OUTBOUND_AGAIN] = "again"};
    head(out, name, "counter", help);
    for (uint32_t i = 0; i < outbox->provider_count; i++) {
        const struct outbox_provider *provider = &outbox->providers[i];
        const char *counters = (const char *)&provider->counters + offset;
        for (uint32_t verdict = 0; verdict < 3; verdict++) {
            buffer_format(out, "tiyn_%s{provider=\"%s\",verdict=\"%s\"} %" PRIu64 "\n", name,
                          provider->config->name, verdicts[verdict],
                          load((const _Atomic uint64_t *)(const void *)counters + verdict));
        }
    }
}

/* With every fourth bucket, a power of two: there may be many providers. */
static void write_latency(struct buffer *out, const struct outbox_provider *provider) {
    const struct metrics_histogram *latency = &provider->counters.latency;
    const char *name = provider->config->name;
    uint64_t total = 0, sum_ns = load(&latency->sum_ns);
    for (uint32_t bucket = 0; bucket < METRICS_BUCKETS; bucket++) {
        total += load(&latency->buckets[bucket]);
        if (bucket == METRICS_BUCKETS - 1) {
            buffer_format(out,
                          "tiyn_provider_latency_seconds_bucket{provider=\"%s\",le=\"+Inf\"} "
                          "%" PRIu64 "\n",
                          name, total);
        } else if (bucket % 4 == 0) {
            uint64_t bound = metrics_bucket_bound_ns(bucket);
            buffer_format(out,
                          "tiyn_provider_latency_seconds_bucket{provider=\"%s\",le=\"%" PRIu64
                          ".%09" PRIu64 "\"} %" PRIu64 "\n",
                          name, bound / 1000000000u, bound % 1000000000u, total);
        }
    }
    buffer_format(out,
                  "tiyn_provider_latency_seconds_sum{provider=\"%s\"} %" PRIu64 ".%09" PRIu64
                  "\ntiyn_provider_latency_seconds_count{provider=\"%s\"} %" PRIu64 "\n",
                  name, sum_ns / 1000000000u, sum_ns % 1000000000u, name, total);
}

#define AT(field) offsetof(struct outbox_counters, field)

void outbox_metrics(struct outbox *outbox, struct buffer *out) {
    write_states(out, outbox);
    write_verdicts(out, outbox, "delivery_attempts_total",
                   "Attempts to deliver, by provider and what its answer meant.", AT(attempts));
    write_each(out, outbox, "delivery_silent_total", "counter",
               "Of the attempts, those without an answer that was understood.", AT(no_answer));
    write_verdicts(out, outbox, "provider_checks_total",
                   "Checks, by provider and what its answer meant.", AT(checks));
    write_each(out, outbox, "provider_checks_refused_total", "counter",
               "Checks that the provider was not asked: it is left alone, or too slow.",
               AT(checks_refused));
    write_each(out, outbox, "provider_unknown_codes_total", "counter",
               "Answers with a code that the profile does not have. Alarm when it grows.",
               AT(unknown_codes));
    write_each(out, outbox, "provider_left_alone", "gauge",
               "1: the provider does not answer and is only probed. Alarm when 1.", AT(open));
    write_each(out, outbox, "provider_left_alone_total", "counter", "How often that began.",
               AT(opened));
    head(out, "provider_latency_seconds", "histogram",
         "From a request's start to its answer or end, by provider.");
    for (uint32_t i = 0; i < outbox->provider_count; i++) {
        write_latency(out, &outbox->providers[i]);
    }
}
