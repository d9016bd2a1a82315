/* plans.c - the list of measurements, in the order in which they are made: what one is compared
 * with stands before it. Floors and aims are of a machine with two cores, client included. */
#include "bench/bench.h"
#include "bench/node.h"

#define TIMES 10 /* seconds of a measurement */
#define LIMIT 3  /* seconds of a limit       */
#define NONE                                                                                       \
    { .per_second = 0 }

/* clang-format off */
const struct plan bench_plans[] = {
    /* name, run, batch, connections, in flight, seconds, extra, ratio to, floor, aim */
    {"limit_journal_8190", limit_journal, 8190, 0, 0, LIMIT, false, NULL, NONE, NONE},
    {"core_batch_8190", core_batch, 8190, 0, 0, TIMES, false, "limit_journal_8190",
        {.per_second = 200e3}, {.per_second = 300e3}},
    {"limit_journal_1024", limit_journal, 1024, 0, 0, LIMIT, false, NULL, NONE, NONE},
    {"core_batch_1024", core_batch, 1024, 0, 0, TIMES, false, "limit_journal_1024",
        {.per_second = 200e3}, {.per_second = 300e3}},
    {"limit_journal_64", limit_journal, 64, 0, 0, LIMIT, false, NULL, NONE, NONE},
    {"core_batch_64", core_batch, 64, 0, 0, TIMES, false, "limit_journal_64",
        {.per_second = 80e3}, {.per_second = 120e3}},
    {"limit_lmdb_1000", limit_lmdb, 1000, 0, 0, LIMIT, false, "core_batch_1024", NONE, NONE},
    {"recovery", recovery, 8190, 0, 0, 0, false, "core_batch_8190",
        {.per_second = 400e3}, {.per_second = 1e6}},
    {"limit_rpc_echo_8190", network_rpc_echo, 8190, 2, 2, LIMIT, false, NULL, NONE, NONE},
    {"rpc_batch_8190", network_rpc, 8190, 2, 2, TIMES, false, "limit_rpc_echo_8190",
        {.per_second = 150e3}, {.per_second = 250e3}},
    {"limit_rpc_echo_64", network_rpc_echo, 64, 16, 4, LIMIT, false, NULL, NONE, NONE},
    {"rpc_batch_64", network_rpc, 64, 16, 4, TIMES, false, "limit_rpc_echo_64",
        {.per_second = 100e3}, {.per_second = 200e3}},
    {"limit_rpc_echo_single", network_rpc_echo, 1, 64, 16, LIMIT, false, NULL, NONE, NONE},
    {"rpc_single", network_rpc, 1, 64, 16, TIMES, false, "limit_rpc_echo_single",
        {.per_second = 50e3}, {.per_second = 100e3}},
    {"limit_journal_1", limit_journal, 1, 0, 0, LIMIT, false, NULL, NONE, NONE},
    {"rpc_one", network_rpc, 1, 1, 1, TIMES, false, "limit_journal_1",
        {.per_second = 1e3, .p50_us = 1000}, {.per_second = 2e3}},
    {"limit_http_echo", network_http_echo, 1, 64, 1, LIMIT, false, NULL, NONE, NONE},
    {"http_single", network_http, 1, 64, 1, TIMES, false, "limit_http_echo",
        {.per_second = 15e3}, {.per_second = 30e3}},
    {"half_load", network_half_load, 1, 64, 16, 60, false, "rpc_single",
        {.p99_us = 10e3, .max_us = 250e3}, {.p99_us = 5e3, .max_us = 100e3}},
    {"limit_rsa_2048", limit_rsa, 1, 0, 0, LIMIT, false, NULL, NONE, NONE},
    {"soap_full", soap_full, 1, 64, 1, TIMES, false, "limit_rsa_2048", {.ratio = 0.6}, {.ratio = 0.75}},
    {"soap_half", soap_half, 1, 64, 1, TIMES, false, "soap_full", {.p99_us = 50e3}, {.p99_us = 25e3}},
    {"soap_beside_rpc", soap_beside_rpc, 1, 64, 16, TIMES, false, "soap_full",
        {.p99_us = 10e3, .ratio = 0.75}, {.p99_us = 5e3, .ratio = 0.9}},
    {"limit_http_client", limit_http_client, 1, NODE_NEAR_CONCURRENCY, 1, TIMES, false, NULL,
        NONE, NONE},
    {"services_full", services_full, 1, NODE_NEAR_CONCURRENCY, 1, TIMES, false, "limit_http_client",
        {.ratio = 0.7}, {.ratio = 0.85}},
    {"services_far", services_far, 1, NODE_FAR_CONCURRENCY, 1, TIMES, false, "limit_http_client",
        {.in_flight = NODE_FAR_IN_FLIGHT}, NONE},
    {"limit_password", limit_password, 1, 0, 0, LIMIT, false, NULL, NONE, NONE},
    {"checkout", checkout_pay, 1, 16, 1, TIMES, false, "limit_password", {.ratio = 0.7}, {.ratio = 0.85}},
    {"checkout_open", checkout_open, 1, 16, 1, TIMES, false, NULL, {.open_bytes = 256}, {.open_bytes = 16}},
    {"growth", growth, 8190, 0, 0, 0, true, "its first step",
        {.ratio = 2.0 / 3}, {.ratio = 0.95}},
    {"growth_duplicates", growth_duplicates, 8190, 0, 0, LIMIT, true, "growth", NONE, NONE},
};
/* clang-format on */

const uint32_t bench_plan_count = sizeof(bench_plans) / sizeof(bench_plans[0]);

_Static_assert(sizeof(bench_plans) / sizeof(bench_plans[0]) <= BENCH_MEASUREMENTS_MAX,
               "each has its place");
