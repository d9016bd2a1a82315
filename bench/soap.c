/* soap.c - the measurements over SOAP: full load, half of it, and the gateways' RPC beside it. */
#include "bench/soap.h"

#include "bench/node.h"

#include <pthread.h>
#include <stdlib.h>

#define PAYMENTS_MAX 6000u /* a second; more than any two cores sign: requests are made ahead */
#define RPC_PER_SECOND 1000.0
#define RPC_CONNECTIONS 16u
#define LEAD_S 1.5 /* SOAP runs alone first, until repeats are due */

/* Requests for `seconds` at `per_second` payments, of the node's keys. */
static bool requests_for(const struct bench *bench, struct requests *requests, double seconds,
                         double per_second) {
    double count = (seconds + 1) * per_second + 100;
    return soap_requests_make(requests, &network_node()->soap, (uint32_t)count,
                              bench->options.accounts);
}

static void figures(struct measurement *out, const struct soap_load *load) {
    bench_figures(out, &load->latency, load->answers / 2, load->elapsed_ns);
    network_paid(load->payments);
    if (load->busy > 0)
        bench_tell("%s: %llu requests were answered busy and asked again", load->name,
                   (unsigned long long)load->busy);
}

/* What the machine can sign bounds what can be paid. */
static double most(const struct bench *bench) {
    const struct measurement *limit = bench_find(bench, "limit_rsa_2048");
    return limit != NULL && limit->payments_per_second < PAYMENTS_MAX ? limit->payments_per_second
                                                                      : PAYMENTS_MAX;
}

static bool run(struct bench *bench, const struct plan *plan, struct measurement *out,
                double payments_per_second, bool paced) {
    struct soap_load *load = calloc(1, sizeof(*load));
    struct requests requests = {NULL, NULL, 0};
    bool ok = load != NULL && network_node_needed(bench) &&
              requests_for(bench, &requests, out->seconds, payments_per_second);
    if (ok) {
        *load = (struct soap_load){.name = plan->name,
                                   .requests = &requests,
                                   .port = network_node()->http_port,
                                   .connections = plan->connections,
                                   .seconds = out->seconds,
                                   .calls_per_second = paced ? 2 * payments_per_second : 0};
        ok = soap_load_run(load);
        figures(out, load);
    }
    requests_free(&requests);
    free(load);
    return ok;
}

bool soap_full(struct bench *bench, const struct plan *plan, struct measurement *out) {
    return run(bench, plan, out, most(bench), false);
}

bool soap_half(struct bench *bench, const struct plan *plan, struct measurement *out) {
    const struct measurement *full = bench_find(bench, plan->ratio_to);
    return full != NULL && run(bench, plan, out, full->payments_per_second / 2, true);
}

static void *run_beside(void *context) {
    struct soap_load *load = context;
    return soap_load_run(load) ? load : NULL;
}

/* SOAP's rate beside RPC, to what it was alone. False: it ended before RPC did. */
static bool was_beside(const struct bench *bench, const struct plan *plan, struct measurement *out,
                       const struct soap_load *load) {
    const struct measurement *alone = bench_find(bench, plan->ratio_to);
    double seconds = (double)load->elapsed_ns / 1e9;
    if (seconds < LEAD_S + out->seconds) {
        bench_tell("%s: SOAP ended after %.1f s, before RPC did", plan->name, seconds);
        return false;
    }
    if (alone != NULL && alone->payments_per_second > 0)
        out->ratio = (double)load->answers / 2 / seconds / alone->payments_per_second;
    return true;
}

/* The figures are the RPC's, but for the ratio; SOAP runs at full load all the while. */
bool soap_beside_rpc(struct bench *bench, const struct plan *plan, struct measurement *out) {
    struct soap_load *load = calloc(1, sizeof(*load));
    struct requests requests = {NULL, NULL, 0};
    pthread_t thread;
    void *done = NULL;
    bool ok = load != NULL && network_node_needed(bench) &&
              requests_for(bench, &requests, out->seconds + 2 * LEAD_S, most(bench));
    if (ok) {
        *load = (struct soap_load){.name = plan->name,
                                   .requests = &requests,
                                   .port = network_node()->http_port,
                                   .connections = plan->connections,
                                   .seconds = out->seconds + 2 * LEAD_S,
                                   .quiet = true};
        ok = pthread_create(&thread, NULL, run_beside, load) == 0;
    }
    if (ok) {
        bench_rest_ns((uint64_t)(LEAD_S * 1e9));
        ok = network_rpc_paced(bench, plan, RPC_CONNECTIONS, RPC_PER_SECOND, out);
        pthread_join(thread, &done);
        ok = ok && done != NULL && was_beside(bench, plan, out, load);
        network_paid(load->payments);
    }
    requests_free(&requests);
    free(load);
    return ok;
}
