#include "tests/race/heavy_rig.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/require.h"

/* ---- An adapter: "/heavy/ledger" asks the ledger, "/heavy/answer", "/heavy/peer" and
 * "/heavy/proved" do not ------------------------------------------------------------------------
 */

_Atomic bool gate_closed;
_Atomic uint32_t at_gate;

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
    work->proved = slice_equal(work->request.path, SLICE("/heavy/proved"));
    if (slice_equal(work->request.path, SLICE("/heavy/peer"))) {
        reply->status = 200;
        buffer_append(reply->body, work->request.peer.base, work->request.peer.size);
        buffer_text(reply->body, work->request.secure ? " secure" : "");
        return ADAPTER_ANSWERED;
    }
    if (work->proved || slice_equal(work->request.path, SLICE("/heavy/answer"))) {
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

_Atomic int mode;
static _Atomic bool ledger_stop;
struct bridge bridge;

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
struct crew crew;
struct loop_shared shared;
struct loop loop;
struct loop_ports ports;
static pthread_t ledger;
static char folder[] = "/tmp/tiyn-heavy-XXXXXX";

void rig_start(void) {
    static const char *const names[] = {"heavy"};
    char why[256];
    REQUIRE(crew_start(&crew) == 0);
    config_default(&config);
    config.answer_timeout_ms = 400;
    REQUIRE(networks_parse(SLICE("127.0.0.1"), &config.trusted_proxies));
    REQUIRE(mkdtemp(folder) != NULL);
    (void)snprintf(config.unix_path, sizeof(config.unix_path), "%s/sock", folder);
    REQUIRE(bridge_init(&bridge, 1) == 0);
    REQUIRE(metrics_init(&metrics, 1, names, 1) == 0);
    shared = (struct loop_shared){.config = &config,
                                  .bridge = &bridge,
                                  .metrics = &metrics,
                                  .crew = &crew,
                                  .connections_max = 1000};
    REQUIRE(loop_open(&loop, &shared, 0, &ports, why, sizeof(why)) == 0);
    REQUIRE(pthread_create(&ledger, NULL, be_ledger, NULL) == 0);
    REQUIRE(loop_run(&loop) == 0);
}

void rig_stop(void) {
    loop_stop(&loop);
    loop_join(&loop);
    REQUIRE(!loop.abandoned);
    crew_stop(&crew);
    loop_close(&loop);
    atomic_store(&ledger_stop, true);
    REQUIRE(pthread_join(ledger, NULL) == 0);
    bridge_free(&bridge);
    metrics_free(&metrics);
    REQUIRE(rmdir(folder) == 0);
}

void wait_for(const _Atomic uint32_t *counter, uint32_t count) {
    for (unsigned i = 0; atomic_load(counter) != count; i++) {
        REQUIRE(i < 30000);
        (void)usleep(1000);
    }
}

void wait_used(uint32_t count) {
    wait_for(&loop.heavy.used, count);
}

/* ---- Clients ------------------------------------------------------------------------------- */

void ask_as(const struct http_peer *client, unsigned address, const char *target, uint64_t number) {
    char body[32], text[256];
    int size = snprintf(body, sizeof(body), "%llu", (unsigned long long)number);
    (void)snprintf(text, sizeof(text),
                   "POST /heavy/%s HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 10.0.0.%u\r\n"
                   "Content-Length: %d\r\n\r\n%s",
                   target, address, size, body);
    http_peer_send(client, text);
}

void ask(const struct http_peer *client, const char *target, uint64_t number) {
    ask_as(client, 1, target, number);
}

void expect(struct http_peer *client, unsigned status, uint64_t number) {
    struct http_peer_answer answer;
    http_peer_hear(client, &answer);
    REQUIRE(answer.status == status);
    REQUIRE(status != 200 || strtoull(answer.body, NULL, 10) == number);
    REQUIRE(answer.retry_after == (status == 503));
}
