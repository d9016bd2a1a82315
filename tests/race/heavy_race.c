/* heavy_race.c - requests that workers take part in, on a real loop with real sockets and workers,
 * meant for TSan. The adapter is made up, and the test is the ledger: it answers, fails or waits as
 * a case wants it to. */
#include <arpa/inet.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "switch/limits.h"
#include "switch/loop.h"
#include "tests/lib/require.h"

#define CLIENTS 4u
#define ROUNDS 150u
#define PIPELINED 8u

/* ---- An adapter: "/heavy/ledger" asks the ledger, "/heavy/answer" does not ----------------- */

static _Atomic bool gate_closed; /* then works with the query "gate" wait */

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
    char text[32];
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
    while (slice_equal(work->request.query, SLICE("gate")) && atomic_load(&gate_closed)) {
        (void)usleep(1000);
    }
    memset(work->memory, (int)number_of(&work->request), sizeof(work->memory));
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
    config_default(&config);
    config.answer_timeout_ms = 400;
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

/* Waits until this many jobs are taken. */
static void wait_used(uint32_t count) {
    for (unsigned i = 0; atomic_load(&loop.heavy.used) != count; i++) {
        REQUIRE(i < 30000);
        (void)usleep(1000);
    }
}

/* ---- Clients ------------------------------------------------------------------------------- */

struct client {
    int fd;
    char bytes[4096]; /* of answers, not read yet */
    size_t used;
};

static void dial(struct client *client) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(ports.http)};
    struct timeval patience = {.tv_sec = 30};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    client->used = 0;
    client->fd = socket(AF_INET, SOCK_STREAM, 0);
    REQUIRE(client->fd >= 0);
    REQUIRE(setsockopt(client->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0);
    REQUIRE(connect(client->fd, (struct sockaddr *)&address, sizeof(address)) == 0);
}

static void ask(const struct client *client, const char *target, uint64_t number) {
    char body[32], text[256];
    int size = snprintf(body, sizeof(body), "%llu", (unsigned long long)number);
    int all = snprintf(text, sizeof(text),
                       "POST /heavy/%s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s", target,
                       size, body);
    REQUIRE(send(client->fd, text, (size_t)all, MSG_NOSIGNAL) == all);
}

/* Reads one answer: its status, its body, and whether it has Retry-After. */
static unsigned hear(struct client *client, char *body, bool *retry_after) {
    for (;;) {
        client->bytes[client->used] = '\0';
        char *end = strstr(client->bytes, "\r\n\r\n");
        char *length = strstr(client->bytes, "Content-Length: ");
        size_t size = length == NULL ? 0 : strtoul(length + 16, NULL, 10);
        if (end != NULL && (size_t)(end + 4 - client->bytes) + size <= client->used) {
            unsigned status = (unsigned)strtoul(client->bytes + 9, NULL, 10);
            char *after = strstr(client->bytes, "Retry-After: ");
            *retry_after = after != NULL && after < end;
            REQUIRE(size < 1024);
            memcpy(body, end + 4, size);
            body[size] = '\0';
            size_t whole = (size_t)(end + 4 - client->bytes) + size;
            client->used -= whole;
            memmove(client->bytes, client->bytes + whole, client->used);
            return status;
        }
        ssize_t count = recv(client->fd, client->bytes + client->used,
                             sizeof(client->bytes) - 1 - client->used, 0);
        REQUIRE(count > 0);
        client->used += (size_t)count;
    }
}

static void expect(struct client *client, unsigned status, uint64_t number) {
    char body[1024];
    bool retry_after = false;
    unsigned got = hear(client, body, &retry_after);
    if (got != status) {
        (void)fprintf(stderr, "status %u instead of %u: %s\n", got, status, body);
    }
    REQUIRE(got == status);
    REQUIRE(status != 200 || strtoull(body, NULL, 10) == number);
    REQUIRE(retry_after == (status == 503));
}

/* ---- Cases --------------------------------------------------------------------------------- */

static void *be_client(void *argument) {
    uint64_t number = (uint64_t)(uintptr_t)argument * 1000000;
    struct client client;
    dial(&client);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (uint32_t i = 0; i < PIPELINED; i++) {
            ask(&client, (round + i) % 3 == 0 ? "answer" : "ledger", number + i);
        }
        for (uint32_t i = 0; i < PIPELINED; i++) {
            expect(&client, 200, number + i);
        }
        number += PIPELINED;
    }
    (void)close(client.fd);
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
    struct client client;
    dial(&client);
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
    (void)close(client.fd);
}

static void too_many_are_busy(void) {
    enum { FILLERS = (int)(HEAVY_JOBS_MAX / CONN_PIPELINE_MAX) };
    static struct client clients[FILLERS];
    atomic_store(&gate_closed, true);
    for (uint32_t i = 0; i < FILLERS; i++) {
        dial(&clients[i]);
        for (uint32_t k = 0; k < CONN_PIPELINE_MAX; k++) {
            ask(&clients[i], "answer?gate", k);
        }
    }
    wait_used(HEAVY_JOBS_MAX);
    struct client client;
    dial(&client);
    ask(&client, "answer", 1);
    expect(&client, 503, 0);
    atomic_store(&gate_closed, false);
    for (uint32_t i = 0; i < FILLERS; i++) {
        for (uint32_t k = 0; k < CONN_PIPELINE_MAX; k++) {
            expect(&clients[i], 200, k);
        }
        (void)close(clients[i].fd);
    }
    wait_used(0);
    ask(&client, "ledger", 2);
    expect(&client, 200, 2);
    (void)close(client.fd);
}

static void a_peer_that_leaves_is_forgotten(void) {
    struct client at_gate, at_ledger;
    atomic_store(&gate_closed, true);
    atomic_store(&mode, WAIT);
    dial(&at_gate);
    dial(&at_ledger);
    ask(&at_ledger, "ledger", 1);
    for (uint64_t commands = 0; commands == 0; (void)usleep(1000)) {
        commands = ring_used(&bridge.lanes[0].calls);
    }
    ask(&at_gate, "ledger?gate", 1);
    wait_used(2);
    struct linger reset = {.l_onoff = 1}; /* else what is in flight would be answered */
    REQUIRE(setsockopt(at_gate.fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)) == 0);
    REQUIRE(setsockopt(at_ledger.fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)) == 0);
    (void)close(at_gate.fd);
    (void)close(at_ledger.fd);
    while (atomic_load(&shared.connections) > 0) {
        (void)usleep(1000);
    }
    atomic_store(&gate_closed, false);
    atomic_store(&mode, ANSWER);
    wait_used(0);
}

static void a_stop_answers_what_is_under_way(void) {
    static struct client clients[2];
    atomic_store(&gate_closed, true);
    for (uint32_t i = 0; i < 2; i++) {
        dial(&clients[i]);
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
        char byte = 0;
        REQUIRE(recv(clients[i].fd, &byte, 1, 0) == 0); /* then it ends in good order */
        (void)close(clients[i].fd);
    }
}

int main(void) {
    start();
    answers_find_their_requests();
    a_ledger_that_fails_or_is_late_is_unknown();
    too_many_are_busy();
    a_peer_that_leaves_is_forgotten();
    a_stop_answers_what_is_under_way();
    stop();
    (void)puts("heavy_race: all as it should be");
    return 0;
}
