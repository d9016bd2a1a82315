/* metrics_write.c - the text for Prometheus:
 * https://prometheus.io/docs/instrumenting/exposition_formats/ Counters are summed over the loops;
 * series that are still zero are left out where labels make many of them. */
#include <inttypes.h>

#include "switch/assert.h"
#include "switch/metrics_names.h"

static uint64_t load(const _Atomic uint64_t *counter) {
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static void head(struct buffer *out, const char *name, const char *type, const char *help) {
    buffer_format(out, "# HELP tiyn_%s %s\n# TYPE tiyn_%s %s\n", name, help, name, type);
}

static void single(struct buffer *out, const char *name, const char *type, const char *help,
                   uint64_t value) {
    head(out, name, type, help);
    buffer_format(out, "tiyn_%s %" PRIu64 "\n", name, value);
}

/* Prometheus wants seconds; written from ns without a float. */
static void put_seconds(struct buffer *out, uint64_t ns) {
    buffer_format(out, "%" PRIu64 ".%09" PRIu64 "\n", ns / 1000000000u, ns % 1000000000u);
}

static void single_seconds(struct buffer *out, const char *name, const char *type, const char *help,
                           uint64_t ns) {
    head(out, name, type, help);
    buffer_format(out, "tiyn_%s ", name);
    put_seconds(out, ns);
}

static void write_requests(struct buffer *out, const struct metrics *metrics) {
    head(out, "requests_total", "counter",
         "Answered requests, by adapter, operation and HTTP status (RPC: 200 answered, 503 busy, "
         "504 outcome unknown).");
    for (uint32_t adapter = 0; adapter < METRICS_ADAPTERS_MAX; adapter++) {
        for (uint32_t op = 0; metrics_operation_name(op) != NULL; op++) {
            for (uint32_t status = 0; metrics_status_at(status) >= 0; status++) {
                uint64_t count = 0;
                for (uint32_t i = 0; i < metrics->loop_count; i++) {
                    count += load(&metrics->loops[i].requests[adapter][op][status]);
                }
                if (count > 0) {
                    buffer_format(out,
                                  "tiyn_requests_total{adapter=\"%s\",operation=\"%s\","
                                  "status=\"%d\"} %" PRIu64 "\n",
                                  metrics->adapters[adapter], metrics_operation_name(op),
                                  metrics_status_at(status), count);
                }
            }
        }
    }
}

/* The series of one histogram, summed over `count` of them that lie `stride` bytes apart. */
struct histograms {
    const char *name, *adapter; /* adapter NULL: no label */
    const char *first;
    size_t stride;
    uint32_t count;
};

static const struct metrics_histogram *histogram_at(const struct histograms *all, uint32_t i) {
    return (const struct metrics_histogram *)(const void *)(all->first + i * all->stride);
}

static void write_histogram(struct buffer *out, const struct histograms *all) {
    const char *label = all->adapter == NULL ? "" : all->adapter;
    const char *open = all->adapter == NULL ? "" : "adapter=\"";
    const char *close = all->adapter == NULL ? "" : "\",";
    uint64_t total = 0, sum_ns = 0;
    for (uint32_t bucket = 0; bucket < METRICS_BUCKETS; bucket++) {
        for (uint32_t i = 0; i < all->count; i++) {
            total += load(&histogram_at(all, i)->buckets[bucket]);
        }
        buffer_format(out, "tiyn_%s_bucket{%s%s%sle=\"", all->name, open, label, close);
        if (bucket == METRICS_BUCKETS - 1) {
            buffer_format(out, "+Inf\"} %" PRIu64 "\n", total);
        } else {
            uint64_t bound = metrics_bucket_bound_ns(bucket);
            buffer_format(out, "%" PRIu64 ".%09" PRIu64 "\"} %" PRIu64 "\n", bound / 1000000000u,
                          bound % 1000000000u, total);
        }
    }
    for (uint32_t i = 0; i < all->count; i++) {
        sum_ns += load(&histogram_at(all, i)->sum_ns);
    }
    const char *brace = all->adapter == NULL ? "" : "{adapter=\"";
    const char *end = all->adapter == NULL ? "" : "\"}";
    buffer_format(out, "tiyn_%s_sum%s%s%s ", all->name, brace, label, end);
    put_seconds(out, sum_ns);
    buffer_format(out, "tiyn_%s_count%s%s%s %" PRIu64 "\n", all->name, brace, label, end, total);
}

static void write_latency(struct buffer *out, const struct metrics *metrics) {
    head(out, "request_latency_seconds", "histogram",
         "Time from a request's last byte to its answer, by adapter.");
    for (uint32_t adapter = 0; adapter < METRICS_ADAPTERS_MAX; adapter++) {
        if (metrics->adapters[adapter] != NULL) {
            struct histograms all = {.name = "request_latency_seconds",
                                     .adapter = metrics->adapters[adapter],
                                     .first = (const char *)&metrics->loops[0].latency[adapter],
                                     .stride = sizeof(struct metrics_loop),
                                     .count = metrics->loop_count};
            write_histogram(out, &all);
        }
    }
}

/* Counters of the loops that have no labels, or only the listener's. */
static uint64_t sum_at(const struct metrics *metrics, size_t offset) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < metrics->loop_count; i++) {
        const char *loop = (const char *)&metrics->loops[i];
        sum += load((const _Atomic uint64_t *)(const void *)(loop + offset));
    }
    return sum;
}

#define AT(field) offsetof(struct metrics_loop, field)

static void write_connections(struct buffer *out, const struct metrics *metrics,
                              const struct metrics_gauges *gauges) {
    static const char *const listeners[] = {"http", "rpc", "unix"};
    head(out, "connections", "gauge", "Open connections, by listener.");
    for (size_t i = 0; i < 3; i++) {
        uint64_t closed = sum_at(metrics, AT(closed) + i * sizeof(uint64_t));
        uint64_t accepted = sum_at(metrics, AT(accepted) + i * sizeof(uint64_t));
        buffer_format(out, "tiyn_connections{listener=\"%s\"} %" PRIu64 "\n", listeners[i],
                      accepted > closed ? accepted - closed : 0);
    }
    head(out, "connections_accepted_total", "counter", "Connections accepted, by listener.");
    for (size_t i = 0; i < 3; i++) {
        buffer_format(out, "tiyn_connections_accepted_total{listener=\"%s\"} %" PRIu64 "\n",
                      listeners[i], sum_at(metrics, AT(accepted) + i * sizeof(uint64_t)));
    }
    single(out, "connections_max", "gauge", "Connections that may be open at once.",
           gauges->connections_max);
}

static void write_loops(struct buffer *out, const struct metrics *metrics) {
    static const struct {
        const char *name, *help;
        size_t offset;
    } counters[] = {
        {"connections_refused_total", "Connections closed at once: too many.", AT(refused)},
        {"connections_evicted_total", "Connections closed: too much memory held for peers.",
         AT(evicted)},
        {"connection_timeouts_total", "Connections closed by a time-out.", AT(timeouts)},
        {"protocol_errors_total", "Connections closed for malformed input.", AT(protocol_error)},
        {"auth_failures_total", "Wrong bearer keys and RPC log-ins.", AT(auth_failures)},
        {"received_bytes_total", "Bytes read from peers.", AT(bytes_in)},
        {"sent_bytes_total", "Bytes written to peers.", AT(bytes_out)},
        {"commands_total", "Commands given to the ledger.", AT(commands)},
        {"busy_total", "Requests refused since a ring or table was full.", AT(busy)},
        {"works_busy_total", "Of them, requests that found no place among the works.",
         AT(works_busy)},
        {"unknown_total", "Requests whose outcome was not known in time.", AT(unknown)},
    };
    for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
        single(out, counters[i].name, "counter", counters[i].help,
               sum_at(metrics, counters[i].offset));
    }
}

static void write_rings(struct buffer *out, const struct metrics *metrics,
                        const struct metrics_gauges *gauges) {
    head(out, "ring_used", "gauge", "What waits in a loop's ring to the ledger thread.");
    for (uint32_t i = 0; i < metrics->loop_count; i++) {
        buffer_format(out, "tiyn_ring_used{loop=\"%u\"} %" PRIu64 "\n", i, gauges->ring_used[i]);
    }
    single(out, "ring_size", "gauge", "Room of one ring.", gauges->ring_size);
    single(out, "inflight", "gauge", "Requests that wait for the ledger.", gauges->inflight);
    single(out, "works", "gauge",
           "Heavy requests under way: they wait for a worker, are on one, or wait for the ledger.",
           gauges->works);
    single(out, "works_max", "gauge", "Of them, as many as there may be at once.",
           gauges->works_max);
}

static void write_commits(struct buffer *out, const struct metrics_ledger *ledger) {
    single(out, "batches_total", "counter", "Batches committed.", load(&ledger->batches));
    single(out, "batch_commands_total", "counter", "Commands in them.", load(&ledger->commands));
    single(out, "batch_commands_max", "gauge", "Commands of the largest batch since start.",
           load(&ledger->batch_max));
    single_seconds(out, "commit_pause_seconds_total", "counter",
                   "Rest taken so that the state tables do not run full.",
                   load(&ledger->paused_ns));
    head(out, "commit_seconds", "histogram",
         "Time of a batch in the ledger: the synced write of the journal, and applying it.");
    struct histograms all = {
        .name = "commit_seconds", .first = (const char *)&ledger->commit, .count = 1};
    write_histogram(out, &all);
}

static void write_ledger(struct buffer *out, const struct ledger_stats *stats) {
    const struct {
        const char *name, *type, *help;
        uint64_t value;
    } values[] = {
        {"sequence", "gauge", "Last durable batch.", stats->sequence},
        {"checkpoint_sequence", "gauge", "Last batch in LMDB.", stats->checkpoint_sequence},
        {"checkpoint_lag_batches", "gauge", "Durable batches that LMDB does not have yet.",
         stats->sequence - stats->checkpoint_sequence},
        {"checkpoints_total", "counter", "Checkpoints since start.", stats->checkpoints},
        {"checkpoint_failures_total", "counter", "LMDB commits that failed. Alarm.",
         stats->checkpoint_failures},
        {"checkpoint_done_permille", "gauge", "Of the checkpoint under way; 1000: none.",
         stats->sealed_done_permille},
        {"payments_total", "counter", "Payments ever opened.", stats->payments},
        {"open_payments", "gauge", "Payments WAITING or HELD.", stats->open_payments},
        {"table_used_bytes", "gauge", "Used of the active state table.", stats->table_used},
        {"table_bytes", "gauge", "Size of the active state table.", stats->table_bytes},
        {"accounts_cached", "gauge", "Accounts in memory.", stats->accounts_cached},
        {"account_slots", "gauge", "Room for accounts in memory.", stats->account_slots},
        {"journal_written_bytes_total", "counter", "Bytes written to the journal since start.",
         stats->journal_bytes},
        {"journal_segments", "gauge", "Journal files there.", stats->journal_segments},
        {"store_bytes", "gauge", "LMDB pages in use.", stats->store_bytes},
        {"store_bytes_max", "gauge", "Largest size of the LMDB file.", stats->store_bytes_max},
        {"reference_runs", "gauge", "Sorted runs of the reference index.", stats->reference_runs},
        {"replayed_commands", "gauge", "Commands replayed by the recovery at start.",
         stats->replayed_commands},
    };
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        single(out, values[i].name, values[i].type, values[i].help, values[i].value);
    }
    head(out, "ledger_status_total", "counter", "Commands answered, by ledger status.");
    for (unsigned i = 0; i < LEDGER_STATUS_COUNT; i++) {
        buffer_format(out, "tiyn_ledger_status_total{status=\"%s\"} %" PRIu64 "\n",
                      ledger_status_name(i), stats->statuses[i]);
    }
}

void metrics_write(struct buffer *out, const struct metrics *metrics,
                   const struct metrics_gauges *gauges) {
    ASSERT(metrics->loop_count > 0);
    single(out, "ready", "gauge", "1: the node takes payments.", gauges->ready ? 1 : 0);
    single_seconds(out, "uptime_seconds", "gauge", "Since start.", gauges->uptime_ns);
    single_seconds(out, "clock_seconds", "gauge", "The node's wall clock, Unix time.",
                   gauges->now_ns);
    single_seconds(out, "last_batch_time_seconds", "gauge", "Time of the last batch, Unix time.",
                   gauges->ledger.time_ns);
    single_seconds(out, "clock_behind_seconds", "gauge",
                   "By how much the clock stands behind the last batch. Alarm when not 0.",
                   gauges->ledger.clock_behind_ns);
    write_requests(out, metrics);
    write_latency(out, metrics);
    write_connections(out, metrics, gauges);
    write_loops(out, metrics);
    write_rings(out, metrics, gauges);
    write_commits(out, &metrics->ledger);
    write_ledger(out, &gauges->ledger);
}
