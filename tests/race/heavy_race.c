/* heavy_race.c - requests that workers take part in, on a real loop with real sockets and workers,
 * meant for TSan. The adapter is made up, and the test is the ledger: it answers, fails or waits as
 * a case wants it to. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "switch/limits.h"
#include "switch/loop.h"
#include "tests/lib/http_peer.h"
#include "tests/lib/require.h"

#define CLIENTS 4u
#define ROUNDS 150u
#define PIPELINED 8u

/* ---- An adapter: "/heavy/ledger" asks the ledger, "/heavy/answer" and "/heavy/peer" do not -- */

#define BODY_MAX 64u
static _Atomic bool gate_closed; /* then works with the query "gate" wait */
static _Atomic uint32_t at_gate; /* works there */

static enum adapter_verdict decode(void *context, const struct adapter_request *request,
                                   struct ledger_writer *writer, struct adapter_note *note,
                                   struct adapter_reply *reply) {
    (void)context, (void)request, (void)writer, (void)note, (void)reply;
    return ADAPTER_WORK;
}

static void encode(void *context, const struct adapter_note *note,
                   const struct ledger_result *results, uint32_t count,
                   struct adapter_reply *reply) {
    (void)context, (void)note, (void)count;
    REQUIRE(results == NULL); /* the others are work_encode's */
    reply->status = 504;
    buffer_text(reply->body, "unknown");
}

static uint64_t number_of(const struct adapter_request *request) {
    char text[BODY_MAX + 1];
    REQUIRE(request->body.size < sizeof(text));
    memcpy(text, request->body.base, request->body.size);
    text[request->body.size] = '\0';
    return strtoull(text, NULL, 10);
}

static void put(struct ledger_writer *writer, uint64_t number) {
    for (uint32_t i = 0; i < ADAPTER_WORK_COMMANDS; i++) {
        REQUIRE(ledger_put_account_lookup(writer, number * 10 + i) == LEDGER_DONE);
    }
}

static void echo(const struct adapter_work *work, struct adapter_reply *reply) {
    reply->status = 200;
    reply->content_type = "text/plain";
    buffer_append(reply->body, work->request.body.base, work->request.body.size);
}

static enum adapter_verdict work(void *context, struct adapter_work *work,
                                 struct ledger_writer *writer, struct adapter_reply *reply) {
    (void)context;
    REQUIRE(work->request.header_count == 0);
    if (slice_equal(work->request.query, SLICE("gate"))) {
        atomic_fetch_add(&at_gate, 1);
        while (atomic_load(&gate_closed)) {
            (void)usleep(1000);
        }
        atomic_fetch_sub(&at_gate, 1);
    }
    memset(work->memory, (int)number_of(&work->request), sizeof(work->memory));
    if (slice_equal(work->request.path, SLICE("/heavy/peer"))) {
        reply->status = 200;
        buffer_append(reply->body, work->request.peer.base, work->request.peer.size);
        buffer_text(reply->body, work->request.secure ? " secure" : "");
        return ADAPTER_ANSWERED;
    }
    if (slice_equal(work->request.path, SLICE("/heavy/answer"))) {
        echo(work, reply);
        return ADAPTER_ANSWERED;
    }
    buffer_text(reply->body, "this is not sent");
    put(writer, number_of(&work->request));
    return ADAPTER_SUBMIT;
}

/* The ledger answers each command with itself. */
static void work_encode(void *context, struct adapter_work *work,
                        const struct ledger_result *results, uint32_t count,
                        struct adapter_reply *reply) {
    (void)context;
    _Alignas(8) uint8_t bytes[ADAPTER_WORK_COMMANDS * 128];
    struct ledger_writer expected = {.base = bytes, .size = sizeof(bytes)};
    put(&expected, number_of(&work->request));
    REQUIRE(count == ADAPTER_WORK_COMMANDS);
    REQUIRE(work->memory[ADAPTER_WORK_MEMORY - 1] == (uint8_t)number_of(&work->request));
    for (uint32_t i = 0, offset = 0; i < count; i++) {
        uint32_t size = ledger_command_size(bytes + offset, expected.used - offset);
        REQUIRE(results[i].body_size == size);
        REQUIRE((uintptr_t)results[i].body % 8 == 0);
        REQUIRE(memcmp(results[i].body, bytes + offset, size) == 0);
        offset += size;
    }
    echo(work, reply);
}

static const struct adapter heavy_adapter = {.name = "heavy",
                                             .path_prefix = "/heavy/",
                                             .body_stranger_max = BODY_MAX,
                                             .decode = decode,
                                             .encode = encode,
                                             .work = work,
                                             .work_encode = work_encode};
/* Instead of the node's own table. */
const struct adapter *const adapters[] = {&heavy_adapter};
const uint32_t adapter_count = 1;

/* ---- The ledger ---------------------------------------------------------------------------- */

enum mode { ANSWER, FAIL, WAIT };
static _Atomic int mode;
static _Atomic bool ledger_stop;
static struct bridge bridge;

static void answer(struct bridge_lane *lane, const struct bridge_call *call) {
    struct ledger_result results[ADAPTER_WORK_COMMANDS];
    uint32_t offset = 0;
    REQUIRE(call->count == ADAPTER_WORK_COMMANDS);
    for (uint32_t i = 0; i < call->count; i++) {
        uint32_t size = ledger_command_size(call->commands + offset, call->bytes - offset);
        REQUIRE(size > 0);
        results[i] = (struct ledger_result){.body = call->commands + offset, .body_size = size};
        offset += size;
    }
    bridge_take(lane);
    bridge_answer(lane, call->ticket, atomic_load(&mode) == FAIL ? NULL : results, call->count);
}

static void *be_ledger(void *argument) {
    (void)argument;
    while (!atomic_load(&ledger_stop)) {
        const struct bridge_call *call = NULL;
        while (atomic_load(&mode) != WAIT && (call = bridge_peek(&bridge.lanes[0])) != NULL) {
            answer(&bridge.lanes[0], call);
        }
        bridge_calls_release(&bridge.lanes[0]);
        bridge_answers_publish(&bridge);
        if (atomic_load(&mode) == WAIT) {
            (void)usleep(1000);
        } else {
            bridge_sleep(&bridge, 1000000);
        }
    }
    return NULL;
}

/* ---- A loop -------------------------------------------------------------------------------- */

static struct config config;
static struct metrics metrics;
static struct loop_shared shared;
static struct loop loop;
static struct loop_ports ports;
static pthread_t ledger;
static char folder[] = "/tmp/tiyn-heavy-XXXXXX";

static void start(void) {
    static const char *const names[] = {"heavy"};
    char why[256];
    worker_pool_size();
    config_default(&config);
    config.answer_timeout_ms = 400;
    REQUIRE(networks_parse(SLICE("127.0.0.1"), &config.trusted_proxies));
    REQUIRE(mkdtemp(folder) != NULL);
    (void)snprintf(config.unix_path, sizeof(config.unix_path), "%s/sock", folder);
    REQUIRE(bridge_init(&bridge, 1) == 0);
    REQUIRE(metrics_init(&metrics, 1, names, 1) == 0);
    shared = (struct loop_shared){
        .config = &config, .bridge = &bridge, .metrics = &metrics, .connections_max = 1000};
    REQUIRE(loop_open(&loop, &shared, 0, &ports, why, sizeof(why)) == 0);
    REQUIRE(pthread_create(&ledger, NULL, be_ledger, NULL) == 0);
    REQUIRE(loop_run(&loop) == 0);
}

static void stop(void) {
    loop_stop(&loop);
    loop_join(&loop);
    REQUIRE(!loop.abandoned);
    loop_close(&loop);
    atomic_store(&ledger_stop, true);
    REQUIRE(pthread_join(ledger, NULL) == 0);
    bridge_free(&bridge);
    metrics_free(&metrics);
    REQUIRE(rmdir(folder) == 0);
}

static void wait_for(const _Atomic uint32_t *counter, uint32_t count) {
    for (unsigned i = 0; atomic_load(counter) != count; i++) {
        REQUIRE(i < 30000);
        (void)usleep(1000);
    }
}

/* Waits until this many jobs are taken. */
static void wait_used(uint32_t count) {
    wait_for(&loop.heavy.used, count);
}

/* ---- Clients ------------------------------------------------------------------------------- */

static void ask(const struct http_peer *client, const char *target, uint64_t number) {
    char body[32], text[256];
    int size = snprintf(body, sizeof(body), "%llu", (unsigned long long)number);
    (void)snprintf(text, sizeof(text),
                   "POST /heavy/%s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s", target,
                   size, body);
    http_peer_send(client, text);
}

static void expect(struct http_peer *client, unsigned status, uint64_t number) {
    struct http_peer_answer answer;
    http_peer_hear(client, &answer);
    REQUIRE(answer.status == status);
    REQUIRE(status != 200 || strtoull(answer.body, NULL, 10) == number);
    REQUIRE(answer.retry_after == (status == 503));
}

/* ---- Cases --------------------------------------------------------------------------------- */

static void *be_client(void *argument) {
    uint64_t number = (uint64_t)(uintptr_t)argument * 1000000;
    struct http_peer client;
    http_peer_dial(&client, ports.http);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (uint32_t i = 0; i < PIPELINED; i++) {
            ask(&client, (round + i) % 3 == 0 ? "answer" : "ledger", number + i);
        }
        for (uint32_t i = 0; i < PIPELINED; i++) {
            expect(&client, 200, number + i);
        }
        number += PIPELINED;
    }
    http_peer_close(&client);
    return NULL;
}

static void answers_find_their_requests(void) {
    pthread_t threads[CLIENTS];
    for (uintptr_t i = 0; i < CLIENTS; i++) {
        REQUIRE(pthread_create(&threads[i], NULL, be_client, (void *)i) == 0);
    }
    for (uint32_t i = 0; i < CLIENTS; i++) {
        REQUIRE(pthread_join(threads[i], NULL) == 0);
    }
    wait_used(0);
}

static void a_ledger_that_fails_or_is_late_is_unknown(void) {
    struct http_peer client;
    http_peer_dial(&client, ports.http);
    atomic_store(&mode, FAIL);
    ask(&client, "ledger", 1);
    expect(&client, 504, 0);
    atomic_store(&mode, WAIT);
    ask(&client, "ledger", 2);
    ask(&client, "answer", 3);
    expect(&client, 504, 0);
    expect(&client, 200, 3);
    wait_used(0);
    atomic_store(&mode, ANSWER); /* what comes now comes too late */
    ask(&client, "ledger", 4);
    expect(&client, 200, 4);
    http_peer_close(&client);
}

static void too_many_are_busy(void) {
    enum { FILLERS = (int)(HEAVY_JOBS_MAX / CONN_PIPELINE_MAX) };
    static struct http_peer clients[FILLERS];
    atomic_store(&gate_closed, true);
    for (uint32_t i = 0; i < FILLERS; i++) {
        http_peer_dial(&clients[i], ports.http);
        for (uint32_t k = 0; k < CONN_PIPELINE_MAX; k++) {
            ask(&clients[i], "answer?gate", k);
        }
    }
    wait_used(HEAVY_JOBS_MAX);
    struct http_peer client;
    http_peer_dial(&client, ports.http);
    ask(&client, "answer", 1);
    expect(&client, 503, 0);
    atomic_store(&gate_closed, false);
    for (uint32_t i = 0; i < FILLERS; i++) {
        for (uint32_t k = 0; k < CONN_PIPELINE_MAX; k++) {
            expect(&clients[i], 200, k);
        }
        http_peer_close(&clients[i]);
    }
    wait_used(0);
    ask(&client, "ledger", 2);
    expect(&client, 200, 2);
    http_peer_close(&client);
}

static void a_peer_that_leaves_is_forgotten(void) {
    struct http_peer early, late;
    atomic_store(&gate_closed, true);
    atomic_store(&mode, WAIT);
    http_peer_dial(&early, ports.http);
    http_peer_dial(&late, ports.http);
    ask(&late, "ledger", 1);
    for (uint64_t commands = 0; commands == 0; (void)usleep(1000)) {
        commands = ring_used(&bridge.lanes[0].calls);
    }
    for (uint64_t i = 1; i <= 64; i++) { /* more than there are workers */
        ask(&early, "ledger?gate", i);
    }
    wait_used(65);
    uint32_t workers = (uint32_t)strtoul(getenv("UV_THREADPOOL_SIZE"), NULL, 10);
    wait_for(&at_gate, workers);
    http_peer_reset(&early);
    http_peer_reset(&late);
    wait_for(&shared.connections, 0);
    wait_used(workers + 1); /* what no worker had begun is dropped at once */
    atomic_store(&gate_closed, false);
    atomic_store(&mode, ANSWER);
    wait_used(0);
}

static void expect_text(const char *request, unsigned status, const char *text) {
    struct http_peer client;
    struct http_peer_answer answer;
    http_peer_dial(&client, ports.http);
    http_peer_send(&client, request);
    http_peer_hear(&client, &answer);
    REQUIRE(answer.status == status && strstr(answer.body, text) != NULL);
    http_peer_close(&client);
}

static void the_client_is_named(void) {
    expect_text("POST /heavy/peer HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 200,
                "127.0.0.1");
    expect_text("POST /heavy/peer HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n"
                "X-Forwarded-For: 8.8.8.8, 9.9.9.9\r\nX-Forwarded-Proto: https\r\n\r\n",
                200, "9.9.9.9 secure");
}

#define FIFTY "01234567890123456789012345678901234567890123456789"

static void a_body_too_large_is_not_waited_for(void) {
    static const char head[] = "POST /heavy/answer HTTP/1.1\r\nHost: a\r\n";
    static const char *const refused[] = {
        "Content-Length: 65\r\n\r\n", "Content-Length: 65\r\n\r\n" FIFTY "012345678901234",
        "Content-Length: 65\r\nExpect: 100-continue\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n32\r\n" FIFTY "\r\n32\r\n" FIFTY "\r\n"};
    char text[512];
    (void)snprintf(text, sizeof(text), "%sContent-Length: 64\r\n\r\n" FIFTY "01234567890123", head);
    expect_text(text, 200, FIFTY "01234567890123");
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        (void)snprintf(text, sizeof(text), "%s%s", head, refused[i]);
        expect_text(text, 413, "TOO_LARGE");
    }
}

static void a_stop_answers_what_is_under_way(void) {
    static struct http_peer clients[2];
    atomic_store(&gate_closed, true);
    for (uint32_t i = 0; i < 2; i++) {
        http_peer_dial(&clients[i], ports.http);
        for (uint32_t k = 0; k < 20; k++) {
            ask(&clients[i], k % 2 == 0 ? "answer?gate" : "ledger?gate", k);
        }
    }
    wait_used(40);
    loop_stop(&loop);
    (void)usleep(100000);
    atomic_store(&gate_closed, false);
    for (uint32_t i = 0; i < 2; i++) {
        for (uint32_t k = 0; k < 20; k++) {
            expect(&clients[i], 200, k);
        }
        http_peer_hear_end(&clients[i]);
        http_peer_close(&clients[i]);
    }
}

int main(void) {
    start();
    answers_find_their_requests();
    a_ledger_that_fails_or_is_late_is_unknown();
    too_many_are_busy();
    a_peer_that_leaves_is_forgotten();
    the_client_is_named();
    a_body_too_large_is_not_waited_for();
    a_stop_answers_what_is_under_way();
    stop();
    (void)puts("heavy_race: all as it should be");
    return 0;
}
