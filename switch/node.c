#include "switch/node.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "switch/assert.h"
#include "switch/clock.h"
#include "switch/dialects.h"
#include "switch/ledger_thread.h"
#include "switch/limits.h"
#include "switch/loop.h"
#include "switch/places.h"

/* How long node_flush waits for the checkpoint that comes by itself, before it orders one. */
enum { FLUSH_LOOK_MS = 20, FLUSH_PATIENCE_MS = 2000, FLUSH_GIVE_UP_MS = 60000 };

struct node {
    const struct config *config;
    struct ledger *ledger;
    struct bridge bridge;
    struct metrics metrics;
    struct loop_shared shared;
    struct ledger_thread *ledger_thread;
    struct outbox *outbox;
    struct crew crew;
    struct loop *loops;  /* [config->loops] */
    uint32_t loop_count; /* of them, those that loop_open was called for */
    pthread_t waiter;    /* who calls node_wait */
    uint64_t started_ns; /* monotonic */
    struct loop_ports ports;
    struct adapter_settings settings;
    _Atomic int error; /* of the ledger */
    _Atomic bool stopping;
    bool abandoned;         /* a backup runs on: nothing may be freed */
    bool bridged, measured; /* bridge, metrics are initialised */
};

static void stats(void *context, struct ledger_stats *stats, uint64_t *uptime_ns) {
    struct node *node = context;
    ledger_stats(node->ledger, stats);
    *uptime_ns = node_uptime_ns(node);
}

static bool ready(void *context, char *why, size_t why_size) {
    return node_ready(context, why, why_size);
}

static enum ledger_status registry_get(void *context, const void *key, size_t key_size, void *value,
                                       size_t *value_size) {
    const struct node *node = context;
    return ledger_registry_get(node->ledger, key, key_size, value, value_size);
}

/* On the ledger thread. */
static void on_ledger_failed(void *context, int error) {
    struct node *node = context;
    atomic_store(&node->error, error);
    (void)pthread_kill(node->waiter, SIGTERM);
}

static void block_signals(void) {
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGTERM);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error of write, not the end */
}

static int open_ledger(struct node *node, char *why, size_t why_size) {
    const struct config *config = node->config;
    struct ledger_options options = {
        .folder = config->data,
        .table_bytes = (uint64_t)config->table_mb << 20,
        .account_slots = config->account_slots,
        .filter_bytes = (uint64_t)config->filter_mb << 20,
        .map_bytes = (uint64_t)config->map_gb << 30,
        .segment_bytes = (uint64_t)config->segment_mb << 20,
        .journal_keep = config->journal_keep,
        .open_payments = config->open_payments_max,
        .checkpoint_ns = (uint64_t)config->checkpoint_ms * 1000000,
    };
    randombytes_buf(&options.hash_seed, sizeof(options.hash_seed));
    struct ledger_failure failure = {0};
    uint64_t begin_ns = clock_monotonic_ns();
    if (ledger_open(&node->ledger, &options, clock_wall_ns(), &failure) < 0) {
        node->ledger = NULL;
        (void)snprintf(why, why_size, "the ledger cannot be opened: %s", failure.text);
        return -1;
    }
    struct ledger_stats opened;
    ledger_stats(node->ledger, &opened);
    log_event(LOG_INFO, "ledger_opened",
              "sequence=%" PRIu64 " payments=%" PRIu64 " replayed_batches=%" PRIu64
              " replayed_commands=%" PRIu64 " ms=%" PRIu64,
              opened.sequence, opened.payments, opened.replayed_batches, opened.replayed_commands,
              (clock_monotonic_ns() - begin_ns) / 1000000);
    return 0;
}

static int open_shared(struct node *node, char *why, size_t why_size) {
    const char *names[ADAPTERS_MAX];
    for (uint32_t i = 0; i < adapter_count; i++) {
        names[i] = adapters[i]->name;
    }
    uint32_t loops = node->config->loops;
    config_settings(node->config, &node->settings);
    node->settings.workers = node->crew.count;
    node->loops = calloc(loops, sizeof(*node->loops));
    node->measured = metrics_init(&node->metrics, loops, names, adapter_count) == 0;
    node->bridged = bridge_init(&node->bridge, loops + 1) == 0;
    if (node->loops == NULL || !node->measured || !node->bridged) {
        (void)snprintf(why, why_size, "no memory for the event loops");
        return -1;
    }
    node->shared = (struct loop_shared){
        .node = node,
        .config = node->config,
        .connections_max = node->shared.connections_max,
        .ledger = node->ledger,
        .bridge = &node->bridge,
        .metrics = &node->metrics,
        .crew = &node->crew,
        .env = {.node = node,
                .version = NODE_VERSION,
                .stats = stats,
                .ready = ready,
                .settings = &node->settings,
                .registry_get = registry_get,
                .random = randombytes_buf},
    };
    int rc =
        outbox_open(&node->outbox, node->config, &node->shared.env, &node->bridge, why, why_size);
    node->shared.outbox = node->outbox;
    return rc;
}

static int open_loops(struct node *node, char *why, size_t why_size) {
    node->ports = (struct loop_ports){node->config->http_port, node->config->rpc_port};
    while (node->loop_count < node->config->loops) {
        uint32_t i = node->loop_count++;
        if (loop_open(&node->loops[i], &node->shared, i, &node->ports, why, why_size) != 0) {
            return -1;
        }
    }
    return 0;
}

static int start_crew(struct node *node, char *why, size_t why_size) {
    int rc = crew_start(&node->crew);
    if (rc != 0) {
        (void)snprintf(why, why_size, "a thread cannot be started");
    }
    return rc;
}

static int run_threads(struct node *node, char *why, size_t why_size) {
    struct ledger_thread_options options = {
        .ledger = node->ledger,
        .bridge = &node->bridge,
        .metrics = &node->metrics.ledger,
        .outbox = node->outbox,
        .failed = on_ledger_failed,
        .context = node,
    };
    bool started =
        outbox_run(node->outbox) == 0 && ledger_thread_start(&node->ledger_thread, &options) == 0;
    for (uint32_t i = 0; i < node->loop_count && started; i++) {
        started = loop_run(&node->loops[i]) == 0;
    }
    if (!started) {
        (void)snprintf(why, why_size, "a thread cannot be started");
    }
    return started ? 0 : -1;
}

/* Stops what runs, in the order of the answers' way. 0 or the ledger's error. */
static int stop_all(struct node *node) {
    atomic_store(&node->stopping, true);
    for (uint32_t i = 0; i < node->loop_count; i++) {
        if (node->loops[i].running) {
            loop_stop(&node->loops[i]);
        }
    }
    for (uint32_t i = 0; i < node->loop_count; i++) {
        loop_join(&node->loops[i]);
        node->abandoned |= node->loops[i].abandoned;
    }
    outbox_stop(node->outbox);
    ledger_thread_stop(node->ledger_thread);
    node->ledger_thread = NULL;
    if (node->abandoned) {
        return ledger_flush(node->ledger);
    }
    if (node->crew.count > 0) {
        crew_stop(&node->crew); /* which wakes loops to its last moment */
    }
    for (uint32_t i = 0; i < node->loop_count; i++) {
        loop_close(&node->loops[i]);
    }
    node->loop_count = 0;
    outbox_close(node->outbox);
    node->outbox = NULL;
    int rc = ledger_close(node->ledger);
    node->ledger = NULL;
    return rc;
}

int node_start(struct node **node, const struct config *config, char *why, size_t why_size) {
    ASSERT(config->loops > 0);
    ASSERT(config->loops <= BRIDGE_LANES_MAX);
    struct node *made = calloc(1, sizeof(*made));
    if (made == NULL) {
        (void)snprintf(why, why_size, "no memory");
        return -1;
    }
    made->config = config;
    made->waiter = pthread_self();
    made->started_ns = clock_monotonic_ns();
    block_signals();
    worker_pool_size();
    if (start_crew(made, why, why_size) != 0 ||
        places_count(config, &made->shared.connections_max, why, why_size) != 0 ||
        open_ledger(made, why, why_size) != 0 || open_shared(made, why, why_size) != 0 ||
        dialects_open(&made->settings, config->profiles, why, why_size) != 0 ||
        open_loops(made, why, why_size) != 0 || run_threads(made, why, why_size) != 0) {
        (void)stop_all(made);
        node_free(made);
        return -1;
    }
    *node = made;
    return 0;
}

int node_wait(struct node *node) {
    sigset_t set;
    int received = 0;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGTERM);
    (void)sigwait(&set, &received);
    log_event(LOG_INFO, "stopping", "signal=%d", received);
    int rc = stop_all(node);
    if (rc == LEDGER_ESTORE && atomic_load(&node->error) == 0) {
        log_event(LOG_WARN, "stopped_behind", "why=%s",
                  "LMDB cannot be written: free disk space, or raise map_gb. Nothing acknowledged "
                  "is lost: the journal has it, and the next start replays it");
    } else if (rc < 0 && atomic_load(&node->error) == 0) {
        log_event(LOG_ERROR, "ledger_failed", "error=%s", ledger_error_text(rc));
    }
    bool failed = rc < 0 || atomic_load(&node->error) != 0;
    log_event(failed ? LOG_ERROR : LOG_INFO, "stopped", "failed=%d", (int)failed);
    if (node->abandoned) { /* an ordinary exit would wait for the worker's end */
        log_event(LOG_WARN, "backup_abandoned", "why=%s",
                  "the node stops; its folder is no backup");
        _exit(failed ? NODE_EXIT_FAILED : 0);
    }
    return failed ? NODE_EXIT_FAILED : 0;
}

void node_stop(struct node *node) {
    (void)pthread_kill(node->waiter, SIGTERM);
}

void node_free(struct node *node) {
    if (node == NULL) {
        return;
    }
    ASSERT(node->ledger == NULL);
    if (node->bridged) {
        bridge_free(&node->bridge);
    }
    if (node->measured) {
        metrics_free(&node->metrics);
    }
    free(node->loops);
    dialects_close(&node->settings);
    sodium_memzero(&node->settings, sizeof(node->settings));
    free(node);
}

const struct config *node_config(const struct node *node) {
    return node->config;
}

struct ledger *node_ledger(struct node *node) {
    return node->ledger;
}

struct outbox *node_outbox(struct node *node) {
    return node->outbox;
}

uint64_t node_uptime_ns(const struct node *node) {
    return clock_monotonic_ns() - node->started_ns;
}

uint16_t node_http_port(const struct node *node) {
    return node->ports.http;
}

uint16_t node_rpc_port(const struct node *node) {
    return node->ports.rpc;
}

bool node_ready(struct node *node, char *why, size_t why_size) {
    int error = atomic_load(&node->error);
    if (error != 0) {
        (void)snprintf(why, why_size, "the ledger stopped: %s", ledger_error_text(error));
        return false;
    }
    if (atomic_load(&node->stopping)) {
        (void)snprintf(why, why_size, "the node is stopping");
        return false;
    }
    if (ledger_thread_full(node->ledger_thread)) {
        (void)snprintf(why, why_size, "the ledger's tables are full: checkpoints fail or are slow");
        return false;
    }
    return true;
}

int node_flush(struct node *node) {
    struct ledger_stats stats_now;
    ledger_stats(node->ledger, &stats_now);
    uint64_t sequence = stats_now.sequence;
    for (int ms = 0; ms < FLUSH_GIVE_UP_MS; ms += FLUSH_LOOK_MS) {
        ledger_stats(node->ledger, &stats_now);
        if (stats_now.checkpoint_sequence >= sequence) {
            return 0;
        }
        if (atomic_load(&node->error) != 0) {
            return atomic_load(&node->error);
        }
        if (atomic_load(&node->stopping)) {
            return LEDGER_ESTORE; /* the stop itself checkpoints */
        }
        if (ms == FLUSH_PATIENCE_MS) { /* it holds up payments for its time */
            ledger_thread_flush(node->ledger_thread);
        }
        struct timespec look = {.tv_nsec = FLUSH_LOOK_MS * 1000000L};
        (void)nanosleep(&look, NULL);
    }
    return LEDGER_ESTORE;
}

void node_metrics(struct node *node, struct buffer *out) {
    struct metrics_gauges gauges = {
        .uptime_ns = node_uptime_ns(node),
        .now_ns = clock_wall_ns(),
        .connections_max = node->shared.connections_max,
        .works_max = (uint64_t)HEAVY_JOBS_MAX * node->config->loops,
        .ring_size = RING_COMMAND_BYTES,
    };
    char why[128];
    gauges.ready = node_ready(node, why, sizeof(why));
    ledger_stats(node->ledger, &gauges.ledger);
    for (uint32_t i = 0; i < node->config->loops; i++) {
        gauges.inflight += atomic_load_explicit(&node->loops[i].inflight, memory_order_relaxed);
        gauges.works += atomic_load_explicit(&node->loops[i].heavy.used, memory_order_relaxed);
        gauges.ring_used[i] = ring_used(&node->bridge.lanes[i].calls);
    }
    metrics_write(out, &node->metrics, &gauges);
    outbox_metrics(node->outbox, out);
}
