/* checkout.c - the measurements of the checkout: buyers who pay, with a shop that says DONE at
 * once, and checkouts that are shown and stay open. */
#include "bench/checkout.h"

#include "bench/node.h"
#include "bench/stub.h"
#include "switch/limits.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPEN 10000u       /* checkouts that stay open                              */
#define OPEN_BRIEFLY 200u /* the same, when the bench only looks whether it works */
#define OPEN_PARTS 4u     /* in which they are looked at                          */
#define OPEN_S 600.0      /* the longest time for showing them                     */
/* So many that both rings have gone round: a result is smaller than a command, its ring half as
 * large. */
#define RING_PAYMENTS (RING_RESULT_BYTES / sizeof(struct ledger_result) * 5 / 4)
#define PAID_LATER 16u /* of the open ones: that they are open is seen by these */

/* One measurement. */
struct checkout {
    struct stub shop;
    struct requests requests;
    struct checkout_load load;
};

/* Starts the shop, and signs its requests. */
static bool start(struct bench *bench, struct checkout *checkout, uint32_t count) {
    return network_node_needed(bench) && stub_start(bench, &checkout->shop, 0, 0) &&
           checkout_requests_make(&checkout->requests, &network_node()->soap, count,
                                  checkout->shop.port);
}

static void end(struct checkout *checkout) {
    stub_stop(&checkout->shop);
    requests_free(&checkout->requests);
    free(checkout);
}

static bool run(struct checkout *checkout, const struct plan *plan, double seconds, uint32_t first,
                uint32_t count, enum buyer_step last) {
    struct checkout_load *load = &checkout->load;
    *load = (struct checkout_load){.name = plan->name,
                                   .requests = &checkout->requests,
                                   .first = first,
                                   .count = count,
                                   .port = network_node()->http_port,
                                   .connections = plan->connections,
                                   .seconds = seconds,
                                   .last = last,
                                   .kept = load->kept,
                                   .kept_count = load->kept_count,
                                   .resume = load->resume};
    return checkout_load_run(load);
}

/* Who was sent back to the shop has paid, and the shop was told once of each. That all are
 * COMPLETED is seen by the audit: only then are their amounts posted. */
static bool agrees(const struct checkout *checkout) {
    const struct checkout_load *load = &checkout->load;
    struct stub_stats stats;
    network_paid(load->stopped);
    if (!stub_look(&checkout->shop, &stats))
        return false;
    if (stats.paid == load->stopped && stats.asked == load->stopped)
        return true;
    bench_tell("%s: %" PRIu64 " buyers have paid, and the shop was told of %" PRIu64
               " payments in %" PRIu64 " callbacks",
               load->name, load->stopped, stats.paid, stats.asked);
    return false;
}

bool checkout_pay(struct bench *bench, const struct plan *plan, struct measurement *out) {
    const struct measurement *limit = bench_find(bench, plan->ratio_to);
    struct checkout *checkout = calloc(1, sizeof(*checkout));
    if (checkout == NULL)
        return false;
    double most = limit == NULL ? 0 : limit->payments_per_second * (out->seconds + 1) * 1.2;
    uint32_t count = (uint32_t)most + plan->connections;
    bool ok = start(bench, checkout, count);
    if (ok) {
        struct checkout_load *load = &checkout->load;
        ok = run(checkout, plan, out->seconds, 0, count, BUYER_WATCH);
        bench_figures(out, &load->latency, load->stopped, load->elapsed_ns);
        ok = agrees(checkout) && ok;
    }
    end(checkout);
    return ok;
}

/* Bytes of memory that the process has for itself: not the system's cache of its files. */
static bool memory_of(pid_t pid, uint64_t *bytes) {
    static const char name[] = "RssAnon:";
    char path[64], line[256];
    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "re");
    bool found = false;
    while (file != NULL && !found && fgets(line, sizeof(line), file) != NULL) {
        found = strncmp(line, name, sizeof(name) - 1) == 0;
        *bytes = found ? strtoull(line + sizeof(name) - 1, NULL, 10) * 1024 : 0;
    }
    if (file != NULL)
        fclose(file);
    return found;
}

/* The rings between loop and ledger are memory that is taken at start and got when it is touched
 * first: 256 bytes for each of the checkouts, until they have gone round once. Payments touch all
 * of them. */
static bool fill_rings(const struct bench *bench, const struct plan *plan) {
    struct load_result *result = calloc(1, sizeof(*result));
    const struct node *node = network_node();
    const struct load_options options = {.name = plan->name,
                                         .protocol = &load_rpc,
                                         .port = node->rpc_port,
                                         .gateway = NODE_GATEWAY,
                                         .key = node->key,
                                         .connections = 4,
                                         .in_flight = 4,
                                         .batch = 64,
                                         .seconds = OPEN_S,
                                         .payments_max = RING_PAYMENTS,
                                         .accounts = bench->options.accounts};
    bool ok = result != NULL && load_run(&options, result);
    if (result != NULL)
        network_paid(result->payments);
    free(result);
    return ok;
}

/* What is allocated once shall be, before it is looked at. */
static bool warm(struct bench *bench, struct checkout *checkout, const struct plan *plan,
                 uint32_t count) {
    bool brief = count < OPEN / 10;
    return (brief || fill_rings(bench, plan)) &&
           run(checkout, plan, OPEN_S, 0, count, BUYER_SHOW) &&
           network_node_needed(bench); /* settles */
}

/* What was seen of all parts. */
struct shown {
    struct histogram latency;
    uint64_t count, elapsed_ns;
    double bytes; /* of each: the least of the parts */
};

static void add(struct shown *shown, const struct checkout_load *load, double bytes) {
    for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++)
        shown->latency.counts[i] += load->latency.counts[i];
    shown->latency.total += load->latency.total;
    if (load->latency.max > shown->latency.max)
        shown->latency.max = load->latency.max;
    shown->elapsed_ns += load->elapsed_ns;
    shown->bytes = shown->count == 0 || bytes < shown->bytes ? bytes : shown->bytes;
    shown->count += load->stopped;
}

/* Shows `count` checkouts beyond those that are open already: what does the node keep of them? They
 * are looked at in parts: what each keeps is seen in every part, and what else the node does with
 * its memory, such as merging the references of the payments before, only in some. The first
 * buyers are kept. */
static bool show(struct checkout *checkout, const struct plan *plan, struct measurement *out,
                 uint32_t first, uint32_t count) {
    struct checkout_load *load = &checkout->load;
    struct shown *shown = calloc(1, sizeof(*shown));
    struct buyer *kept = load->kept;
    uint32_t kept_count = load->kept_count, part = count / OPEN_PARTS;
    bool ok = shown != NULL;
    for (uint32_t i = 0; ok && i < OPEN_PARTS; i++) {
        uint64_t before = 0, after = 0;
        load->kept = i == 0 ? kept : NULL;
        load->kept_count = i == 0 ? kept_count : 0;
        ok = memory_of(network_node()->pid, &before) &&
             run(checkout, plan, OPEN_S, first + i * part, part, BUYER_SHOW) &&
             memory_of(network_node()->pid, &after) && load->stopped == part;
        add(shown, load, after > before ? (double)(after - before) / part : 0);
    }
    load->kept = kept;
    load->kept_count = kept_count;
    if (ok) {
        bench_figures(out, &shown->latency, shown->count, shown->elapsed_ns);
        out->open_bytes = shown->bytes;
    }
    free(shown);
    return ok;
}

bool checkout_open(struct bench *bench, const struct plan *plan, struct measurement *out) {
    uint32_t count = out->seconds >= 1 ? OPEN : OPEN_BRIEFLY, first = count / 10;
    struct buyer *kept = calloc(PAID_LATER, sizeof(*kept));
    struct checkout *checkout = calloc(1, sizeof(*checkout));
    bool ok = checkout != NULL && kept != NULL && start(bench, checkout, first + count) &&
              warm(bench, checkout, plan, first);
    if (ok) {
        checkout->load.kept = kept;
        checkout->load.kept_count = PAID_LATER;
        ok = show(checkout, plan, out, first, count);
        checkout->load.resume = true;
        ok = ok && run(checkout, plan, OPEN_S, first, PAID_LATER, BUYER_WATCH) && agrees(checkout);
    }
    if (checkout != NULL)
        end(checkout);
    free(kept);
    return ok;
}
