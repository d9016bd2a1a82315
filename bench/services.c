/* services.c - payments that a provider is told of, from the gateway's call to the end of each: the
 * node's whole path, against the stand-in provider. */
#include "bench/node.h"
#include "bench/progress.h"
#include "bench/stub.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RPC_CONNECTIONS 16u
#define RPC_IN_FLIGHT 16u        /* calls of one payment on each connection          */
#define OPENING_S 60.0           /* the longest time for opening the payments        */
#define PATIENCE_S 120u          /* for the last ones, without any that ends         */
#define LOOK_NS 20000000u        /* between two looks at the node's figures          */
#define METRICS_MAX (1u << 18)   /* bytes of the node's metrics                      */
#define PAYMENTS_MAX 800000u     /* fewer than may be open at once (the node's 2^20) */
#define FAR_DELAY_MS 200u        /* the far provider's latency                       */
#define FAR_PAYMENTS_LEAST 8000u /* enough to have all places taken                 */

/* One measurement. */
struct services {
    const struct plan *plan;
    uint32_t provider; /* NODE_PROVIDER_... */
    uint32_t delay_ms;
    uint64_t payments; /* to be opened      */
    struct stub stub;
    struct load_result opened;
    char metrics[METRICS_MAX];
};

/* What the node says of a provider's deliveries. */
struct deliveries {
    uint64_t ok, refused, again; /* attempts                       */
    uint64_t waiting;            /* without an end that is durable */
};

static uint64_t metric(const char *text, const char *name, const char *provider, const char *label,
                       const char *value) {
    char line[160];
    snprintf(line, sizeof(line), "\n%s{provider=\"%s\",%s=\"%s\"} ", name, provider, label, value);
    const char *at = strstr(text, line);
    return at == NULL ? UINT64_MAX : strtoull(at + strlen(line), NULL, 10);
}

static bool look(struct services *services, struct deliveries *deliveries) {
    static const char *const states[] = {"paused", "ready", "asking", "stuck"};
    const char *provider = node_providers[services->provider];
    const char *text = services->metrics;
    const struct node *node = network_node();
    if (!load_get(node->http_port, "/metrics", node->key, services->metrics, METRICS_MAX)) {
        bench_tell("%s: the node does not tell its metrics", services->plan->name);
        return false;
    }
    static const char attempts[] = "tiyn_delivery_attempts_total";
    *deliveries =
        (struct deliveries){.ok = metric(text, attempts, provider, "verdict", "ok"),
                            .refused = metric(text, attempts, provider, "verdict", "refused"),
                            .again = metric(text, attempts, provider, "verdict", "again")};
    bool known = deliveries->ok != UINT64_MAX && deliveries->refused != UINT64_MAX &&
                 deliveries->again != UINT64_MAX;
    for (uint32_t i = 0; known && i < sizeof(states) / sizeof(states[0]); i++) {
        uint64_t count = metric(text, "tiyn_deliveries", provider, "state", states[i]);
        known = count != UINT64_MAX;
        deliveries->waiting += count;
    }
    if (!known)
        bench_tell("%s: a metric of deliveries is missing", services->plan->name);
    return known;
}

static bool open_payments(const struct bench *bench, struct services *services) {
    const struct node *node = network_node();
    struct load_options options = {.name = services->plan->name,
                                   .protocol = &load_held,
                                   .port = node->rpc_port,
                                   .gateway = NODE_GATEWAY,
                                   .key = node->key,
                                   .connections = RPC_CONNECTIONS,
                                   .in_flight = RPC_IN_FLIGHT,
                                   .batch = 1,
                                   .seconds = OPENING_S,
                                   .payments_max = services->payments,
                                   .accounts = bench->options.accounts,
                                   .deliver_to = services->provider + 1};
    return load_run(&options, &services->opened);
}

/* Until all have ended: the provider's answer is known of all, and no delivery is left, which it is
 * until its payment's end is durable. */
static bool wait_ended(struct services *services, const struct deliveries *before,
                       uint64_t begin_ns) {
    uint64_t payments = services->opened.payments, last = 0, moved_ns = bench_now_ns();
    for (;;) {
        struct deliveries now;
        if (!look(services, &now))
            return false;
        uint64_t done = now.ok - before->ok, now_ns = bench_now_ns();
        if (done >= payments && now.waiting == 0)
            return true;
        if (done + now.again != last)
            moved_ns = now_ns;
        last = done + now.again;
        if (now_ns - moved_ns > PATIENCE_S * 1000000000ull) {
            bench_tell("%s: %" PRIu64 " of %" PRIu64 " payments were answered, %" PRIu64
                       " wait, and nothing moves",
                       services->plan->name, done, payments, now.waiting);
            return false;
        }
        progress_show(services->plan->name, (double)done / (double)payments,
                      (double)done / ((double)(now_ns - begin_ns) / 1e9));
        bench_rest_ns(LOOK_NS);
    }
}

/* The provider was asked to pay each payment, and the node has its yes of each. That all of them
 * are COMPLETED is seen by the audit: only then are their amounts posted. */
static bool agrees(struct services *services, const struct deliveries *before,
                   struct measurement *out) {
    struct stub_stats stats;
    struct deliveries after;
    if (!stub_look(&services->stub, &stats) || !look(services, &after))
        return false;
    uint64_t payments = services->opened.payments, again = after.again - before->again;
    if (services->delay_ms > 0) /* else it answers at once, and has one at most */
        out->in_flight_max = stats.in_flight_max;
    if (stats.asked > payments)
        bench_tell("%s: %" PRIu64 " requests for %" PRIu64 " payments", services->plan->name,
                   stats.asked, payments);
    if (stats.paid == payments && after.ok - before->ok == payments &&
        after.refused == before->refused && stats.asked <= payments + again)
        return true;
    bench_tell("%s: %" PRIu64 " payments were opened, the provider has %" PRIu64 " in %" PRIu64
               " requests, and the node has %" PRIu64 " answers of yes, %" PRIu64 " of no",
               services->plan->name, payments, stats.paid, stats.asked, after.ok - before->ok,
               after.refused - before->refused);
    return false;
}

static bool pay(const struct bench *bench, struct services *services, struct measurement *out) {
    static const struct histogram no_latency; /* that of one among all that wait says nothing */
    struct deliveries before;
    if (!look(services, &before))
        return false;
    uint64_t begin_ns = bench_now_ns();
    bool ok = open_payments(bench, services);
    network_paid(services->opened.payments);
    ok = ok && wait_ended(services, &before, begin_ns);
    bench_figures(out, &no_latency, services->opened.payments, bench_now_ns() - begin_ns);
    return ok && agrees(services, &before, out);
}

static bool run(struct bench *bench, const struct plan *plan, struct measurement *out,
                uint32_t provider, uint32_t delay_ms, uint64_t payments) {
    struct services *services = calloc(1, sizeof(*services));
    bool ok =
        services != NULL && network_node_needed(bench) &&
        stub_start(bench, &services->stub, network_node()->provider_ports[provider], delay_ms);
    if (ok) {
        services->plan = plan;
        services->provider = provider;
        services->delay_ms = delay_ms;
        services->payments = payments < PAYMENTS_MAX ? payments : PAYMENTS_MAX;
        ok = pay(bench, services, out);
        stub_stop(&services->stub);
    }
    free(services);
    return ok;
}

/* As many payments as the limit would make in the time. */
static uint64_t payments_in(const struct bench *bench, const char *limit, double seconds) {
    const struct measurement *measured = bench_find(bench, limit);
    return measured == NULL ? 0 : (uint64_t)(measured->payments_per_second * seconds);
}

bool services_full(struct bench *bench, const struct plan *plan, struct measurement *out) {
    uint64_t payments = payments_in(bench, plan->ratio_to, out->seconds);
    return payments > 0 && run(bench, plan, out, NODE_PROVIDER_NEAR, 0, payments);
}

bool services_far(struct bench *bench, const struct plan *plan, struct measurement *out) {
    uint64_t payments = payments_in(bench, plan->ratio_to, out->seconds);
    return run(bench, plan, out, NODE_PROVIDER_FAR, FAR_DELAY_MS,
               payments > FAR_PAYMENTS_LEAST ? payments : FAR_PAYMENTS_LEAST);
}
