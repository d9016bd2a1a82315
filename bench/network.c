/* network.c - payments over TCP: to one real node, which serves all of these measurements in turn,
 * and to the bare echo servers beside it. */
#include "bench/echo.h"
#include "bench/node.h"

#include <signal.h>
#include <stdlib.h>

#define SETTLE_NS 1500000000u /* for the last measurement's checkpoint to end */

static struct node node;       /* runs when pid > 0 */
static bool node_failed;       /* it is not started again */
static uint64_t node_payments; /* acknowledged by it */

bool network_node_needed(struct bench *bench) {
    double seconds = bench->options.seconds;
    if (node.pid == 0 && !node_failed)
        node_failed = !node_start(bench, &node);
    else if (seconds <= 0 || seconds >= 1) /* else nothing much can be left to settle */
        bench_rest_ns(SETTLE_NS);
    return !node_failed;
}

/* Runs the load and fills the figures; *payments: acknowledged. */
static bool run_load(const struct load_options *options, struct measurement *out,
                     uint64_t *payments) {
    struct load_result *result = calloc(1, sizeof(*result));
    if (result == NULL)
        return false;
    bool ok = load_run(options, result);
    bench_figures(out, &result->latency, result->payments, result->elapsed_ns);
    *payments += result->payments;
    if (result->busy > 0)
        bench_tell("%s: %llu payments were answered busy and asked again", options->name,
                   (unsigned long long)result->busy);
    free(result);
    return ok;
}

static struct load_options load_of(const struct bench *bench, const struct plan *plan,
                                   const struct load_protocol *protocol, double seconds) {
    return (struct load_options){.name = plan->name,
                                 .protocol = protocol,
                                 .gateway = NODE_GATEWAY,
                                 .key = node.key,
                                 .connections = plan->connections,
                                 .in_flight = plan->in_flight,
                                 .batch = plan->batch,
                                 .seconds = seconds,
                                 .accounts = bench->options.accounts};
}

bool network_rpc(struct bench *bench, const struct plan *plan, struct measurement *out) {
    if (!network_node_needed(bench))
        return false;
    struct load_options options = load_of(bench, plan, &load_rpc, out->seconds);
    options.port = node.rpc_port;
    return run_load(&options, out, &node_payments);
}

bool network_http(struct bench *bench, const struct plan *plan, struct measurement *out) {
    if (!network_node_needed(bench))
        return false;
    struct load_options options = load_of(bench, plan, &load_http, out->seconds);
    options.port = node.http_port;
    return run_load(&options, out, &node_payments);
}

bool network_rpc_paced(struct bench *bench, const struct plan *plan, uint32_t connections,
                       double per_second, struct measurement *out) {
    struct load_options options = load_of(bench, plan, &load_rpc, out->seconds);
    options.port = node.rpc_port;
    options.connections = connections;
    options.calls_per_second = per_second;
    return run_load(&options, out, &node_payments);
}

struct node *network_node(void) {
    return &node;
}

void network_paid(uint64_t payments) {
    node_payments += payments;
}

bool network_half_load(struct bench *bench, const struct plan *plan, struct measurement *out) {
    const struct measurement *full = bench_find(bench, plan->ratio_to);
    if (full == NULL || !network_node_needed(bench))
        return false;
    struct load_options options = load_of(bench, plan, &load_rpc, out->seconds);
    options.port = node.rpc_port;
    options.calls_per_second = full->payments_per_second / 2;
    return options.calls_per_second > 0 && run_load(&options, out, &node_payments);
}

static bool run_echo(struct bench *bench, const struct plan *plan, struct measurement *out,
                     const struct echo_protocol *echo, const struct load_protocol *protocol) {
    struct load_options options = load_of(bench, plan, protocol, out->seconds);
    uint64_t payments = 0;
    pid_t pid = 0;
    if (!echo_start(echo, &options.port, &pid)) {
        bench_tell("%s: the server did not start", plan->name);
        return false;
    }
    bool ok = run_load(&options, out, &payments);
    echo_stop(pid);
    return ok;
}

bool network_rpc_echo(struct bench *bench, const struct plan *plan, struct measurement *out) {
    return run_echo(bench, plan, out, &echo_rpc, &load_rpc);
}

bool network_http_echo(struct bench *bench, const struct plan *plan, struct measurement *out) {
    return run_echo(bench, plan, out, &echo_http, &load_http);
}

bool network_end(struct bench *bench) {
    if (node.pid == 0)
        return !node_failed;
    bool ok = node_stop(&node);
    struct ledger_options options = {.folder = node.data, .must_exist = true};
    struct ledger *ledger = book_open(&options);
    if (ledger == NULL) {
        bench->audit.ok = false;
        return false;
    }
    ok = book_audit(bench, ledger, node_payments) && ok;
    return ledger_close(ledger) == 0 && ok;
}
