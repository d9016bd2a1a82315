/* test_metrics.c - counting, buckets, and the text for Prometheus. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "switch/metrics_names.h"

/* ---- Fixture ------------------------------------------------------------------------------ */

static struct metrics metrics;
static struct metrics_gauges gauges;
static struct buffer out;

static void setup(void) {
    static const char *const adapters[] = {"rpc", "json_api"};
    cr_assert_eq(metrics_init(&metrics, 2, adapters, 2), 0);
    buffer_init(&out, (size_t)4 << 20);
}

static void teardown(void) {
    metrics_free(&metrics);
    buffer_free(&out);
}

TestSuite(metrics, .init = setup, .fini = teardown);

/* ---- Helpers ------------------------------------------------------------------------------ */

static const char *text(void) {
    out.used = 0;
    metrics_write(&out, &metrics, &gauges);
    buffer_append(&out, "", 1);
    cr_assert_not(out.failed);
    return out.base;
}

static void has(const char *line) {
    cr_expect_not_null(strstr(text(), line), "no %s", line);
}

static uint32_t operation(const char *method, const char *path) {
    struct adapter_request request = {.method = slice_text(method), .path = slice_text(path)};
    return metrics_operation(&request);
}

static const char *operation_name(const char *method, const char *path) {
    return metrics_operation_name(operation(method, path));
}

/* ---- Cases -------------------------------------------------------------------------------- */

Test(metrics, operations_by_method_and_path) {
    cr_expect_str_eq(operation_name("open", ""), "open");
    cr_expect_str_eq(operation_name("node.backup", ""), "node_backup");
    cr_expect_str_eq(operation_name("anything else", ""), "other");
    cr_expect_str_eq(operation_name("", ""), "other");
    cr_expect_str_eq(operation_name("POST", "/v1/payments"), "open");
    cr_expect_str_eq(operation_name("GET", "/v1/payments"), "lookup");
    cr_expect_str_eq(operation_name("GET", "/v1/payments/17"), "lookup");
    cr_expect_str_eq(operation_name("POST", "/v1/payments/17/decline"), "decline");
    cr_expect_str_eq(operation_name("GET", "/v1/accounts/1/entries"), "statement");
    cr_expect_str_eq(operation_name("GET", "/v1/accounts/1/"), "account_get");
    cr_expect_str_eq(operation_name("GET", "/metrics"), "metrics");
    cr_expect_str_eq(operation_name("POST", "/v1/clients/77071234567/cash-out-tokens"),
                     "cash_out_token");
    cr_expect_str_eq(operation_name("POST", "/allpay-public-soap/transaction-management/v1.1"),
                     "soap");
    cr_expect_str_eq(operation_name("GET", "/allpay-public-soap/transaction-management/v1.0"),
                     "wsdl_1_0");
    cr_expect_str_eq(operation_name("DELETE", "/v1/payments"), "other");
    cr_expect_str_eq(operation_name("GET", "/"), "other");
    cr_expect_str_eq(operation_name("GET", "/v1/payments\"x"), "other");
}

Test(metrics, statuses_that_are_not_known_share_one_place) {
    cr_expect_eq(metrics_status_at(metrics_status_index(201)), 201);
    cr_expect_eq(metrics_status_at(metrics_status_index(299)), 0);
    cr_expect_eq(metrics_status_at(METRICS_STATUSES_MAX), -1);
}

Test(metrics, every_value_falls_into_the_first_bucket_that_bounds_it) {
    for (uint64_t value = 1; value < (uint64_t)1 << 36; value += value / 7 + 1) {
        struct metrics_histogram histogram = {.sum_ns = 0};
        metrics_observe(&histogram, value);
        uint32_t bucket = 0;
        while (histogram.buckets[bucket] == 0) {
            bucket++;
        }
        if (bucket < METRICS_BUCKETS - 1) {
            cr_assert_lt(value, metrics_bucket_bound_ns(bucket));
        }
        if (bucket > 0) {
            cr_assert_geq(value, metrics_bucket_bound_ns(bucket - 1));
        }
    }
}

Test(metrics, bounds_rise_by_a_quarter_at_most) {
    for (uint32_t i = 1; i + 1 < METRICS_BUCKETS; i++) {
        uint64_t before = metrics_bucket_bound_ns(i - 1), bound = metrics_bucket_bound_ns(i);
        cr_assert_gt(bound, before);
        cr_assert_leq(bound - before, before / 4);
    }
    cr_expect_gt(metrics_bucket_bound_ns(METRICS_BUCKETS - 2), 16000000000u);
}

Test(metrics, requests_are_summed_over_the_loops) {
    uint32_t open = operation("POST", "/v1/payments");
    metrics_request(&metrics.loops[0], 1, open, 201, 1000000);
    metrics_request(&metrics.loops[1], 1, open, 201, 3000000);
    metrics_request(&metrics.loops[1], METRICS_NODE, operation("GET", "/healthz"), 200, 0);
    has("\ntiyn_requests_total{adapter=\"json_api\",operation=\"open\",status=\"201\"} 2\n");
    has("\ntiyn_requests_total{adapter=\"node\",operation=\"health\",status=\"200\"} 1\n");
    has("\ntiyn_request_latency_seconds_sum{adapter=\"json_api\"} 0.004000000\n");
    has("\ntiyn_request_latency_seconds_count{adapter=\"json_api\"} 2\n");
    has("\ntiyn_request_latency_seconds_bucket{adapter=\"json_api\",le=\"+Inf\"} 2\n");
    has("\ntiyn_request_latency_seconds_count{adapter=\"rpc\"} 0\n");
}

Test(metrics, connections_are_what_came_less_what_went) {
    metrics_add(&metrics.loops[0].accepted[METRICS_RPC], 5);
    metrics_add(&metrics.loops[1].accepted[METRICS_RPC], 2);
    metrics_add(&metrics.loops[1].closed[METRICS_RPC], 3);
    has("\ntiyn_connections{listener=\"rpc\"} 4\n");
    has("\ntiyn_connections_accepted_total{listener=\"rpc\"} 7\n");
    has("\ntiyn_connections{listener=\"http\"} 0\n");
}

Test(metrics, commits_and_ledger_figures) {
    metrics_commit(&metrics.ledger, 10, 500000, 0);
    metrics_commit(&metrics.ledger, 3, 500000, 2000000000);
    gauges.ledger.sequence = 12;
    gauges.ledger.checkpoint_sequence = 10;
    gauges.ledger.statuses[LEDGER_FUNDS] = 4;
    gauges.ring_used[1] = 77;
    gauges.works = 3;
    gauges.works_max = 512;
    gauges.ready = true;
    gauges.ledger.clock_behind_ns = 1500000000;
    has("\ntiyn_batches_total 2\n");
    has("\ntiyn_batch_commands_total 13\n");
    has("\ntiyn_batch_commands_max 10\n");
    has("\ntiyn_commit_pause_seconds_total 2.000000000\n");
    has("\ntiyn_commit_seconds_sum 0.001000000\n");
    has("\ntiyn_commit_seconds_count 2\n");
    has("\ntiyn_checkpoint_lag_batches 2\n");
    has("\ntiyn_ledger_status_total{status=\"FUNDS\"} 4\n");
    has("\ntiyn_ring_used{loop=\"1\"} 77\n");
    has("\ntiyn_works 3\n");
    has("\ntiyn_works_max 512\n");
    has("\ntiyn_ready 1\n");
    has("\ntiyn_clock_behind_seconds 1.500000000\n");
}

Test(metrics, every_series_has_help_and_type_once) {
    char *copy = strdup(text()), *rest = copy;
    char name[128] = "";
    uint32_t types = 0;
    for (char *row = strsep(&rest, "\n"); row != NULL && *row != '\0'; row = strsep(&rest, "\n")) {
        if (strncmp(row, "# HELP ", 7) == 0) {
            cr_assert_eq(sscanf(row, "# HELP %127s ", name), 1);
            row = strsep(&rest, "\n");
            cr_assert_eq(strncmp(row + 7, name, strlen(name)), 0, "%s", row);
            types++;
        } else {
            cr_assert_eq(strncmp(row, name, strlen(name)), 0, "%s is not of %s", row, name);
        }
    }
    cr_expect_gt(types, 40u);
    free(copy);
}
