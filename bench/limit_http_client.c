/* limit_http_client.c - the node's HTTP client alone, against the stand-in provider: as many
 * requests at once as the node may make, each one for a payment of its own, and nothing else. */
#include "bench/bench.h"
#include "bench/progress.h"
#include "bench/stub.h"
#include "switch/http_client.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define FIRST_ID 1000000000u /* as long as the node's */
#define PERSONS 100000u      /* accounts that are paid */

struct client {
    const struct plan *plan;
    uv_loop_t uv;
    struct http_client *http;
    struct http_target target;
    struct place *places; /* [plan->connections] */
    uint16_t port;
    uint64_t started, done, wrong, under_way;
    uint64_t begin_ns, end_ns;
    struct histogram latency;
};

/* One request at a time. */
struct place {
    struct client *client;
    struct http_ask *ask;
    uint64_t begun_ns;
};

static void answered(void *context, const struct http_ask_answer *answer);

/* What the node asks of it for a payment. */
static void start(struct place *place) {
    struct client *client = place->client;
    char url[256];
    uint64_t number = client->started++;
    snprintf(url, sizeof(url),
             "http://127.0.0.1:%u/?command=pay&txn_id=%" PRIu64
             "&txn_date=20260101120000&account=%" PRIu64 "00&sum=1.00",
             client->port, FIRST_ID + number, FIRST_ID / 1000 + number % PERSONS);
    const struct http_ask_request request = {.method = "GET", .url = url};
    place->begun_ns = bench_now_ns();
    if (http_ask_start(place->ask, &request, answered, place) == 0)
        client->under_way++;
    else
        client->wrong++;
}

static void answered(void *context, const struct http_ask_answer *answer) {
    static const char done[] = "<result>0</result>";
    struct place *place = context;
    struct client *client = place->client;
    uint64_t now = bench_now_ns();
    client->under_way--;
    if (answer->status != 200 ||
        memmem(answer->body.base, answer->body.size, done, sizeof(done) - 1) == NULL) {
        if (client->wrong++ == 0)
            bench_tell("%s: wrong answer: %u %s", client->plan->name, answer->status,
                       answer->why == NULL ? "" : answer->why);
        return;
    }
    client->done++;
    histogram_add(&client->latency, now - place->begun_ns);
    if (now < client->end_ns)
        start(place);
}

static bool open_client(struct client *client) {
    uint32_t count = client->plan->connections;
    client->target = (struct http_target){.connect_timeout_ms = 30000, .total_timeout_ms = 60000};
    client->places = calloc(count, sizeof(*client->places));
    if (client->places == NULL || http_client_start() != 0 || uv_loop_init(&client->uv) != 0)
        return false;
    client->http = http_client_open(&client->uv, count);
    for (uint32_t i = 0; client->http != NULL && i < count; i++) {
        client->places[i] =
            (struct place){.client = client, .ask = http_ask_open(client->http, &client->target)};
        if (client->places[i].ask == NULL)
            return false;
    }
    return client->http != NULL;
}

static void close_client(struct client *client) {
    for (uint32_t i = 0; client->places != NULL && i < client->plan->connections; i++)
        http_ask_close(client->places[i].ask);
    http_client_close(client->http);
    if (client->http != NULL) {
        uv_run(&client->uv, UV_RUN_DEFAULT);
        uv_loop_close(&client->uv);
    }
    free(client->places);
}

static void run(struct client *client, double seconds) {
    client->begin_ns = bench_now_ns();
    client->end_ns = client->begin_ns + (uint64_t)(seconds * 1e9);
    for (uint32_t i = 0; i < client->plan->connections; i++)
        start(&client->places[i]);
    while (client->under_way > 0) {
        uv_run(&client->uv, UV_RUN_ONCE);
        double elapsed = (double)(bench_now_ns() - client->begin_ns) / 1e9;
        progress_show(client->plan->name, elapsed / seconds, (double)client->done / elapsed);
    }
}

/* The stand-in provider has seen what was asked. */
static bool agrees(const struct client *client, const struct stub *stub) {
    struct stub_stats stats;
    if (!stub_look(stub, &stats))
        return false;
    if (client->wrong == 0 && stats.paid == client->done && stats.asked == client->done)
        return true;
    bench_tell("%s: %" PRIu64 " done, %" PRIu64 " wrong, and the provider has %" PRIu64
               " payments of %" PRIu64 " requests",
               client->plan->name, client->done, client->wrong, stats.paid, stats.asked);
    return false;
}

bool limit_http_client(struct bench *bench, const struct plan *plan, struct measurement *out) {
    struct client *client = calloc(1, sizeof(*client));
    struct stub stub = {0};
    bool ok = client != NULL && stub_start(bench, &stub, 0, 0);
    if (ok) {
        client->plan = plan;
        client->port = stub.port;
        ok = open_client(client);
        if (ok) {
            run(client, out->seconds);
            bench_figures(out, &client->latency, client->done, bench_now_ns() - client->begin_ns);
            ok = agrees(client, &stub);
        }
        close_client(client);
    }
    stub_stop(&stub);
    free(client);
    return ok;
}
