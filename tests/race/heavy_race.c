/* heavy_race.c - requests that workers take part in, on a real loop with real sockets and workers,
 * meant for TSan. The test is the ledger: it answers, fails or waits as a case wants it to. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/require.h"
#include "tests/race/heavy_rig.h"

#define CLIENTS 4u
#define ROUNDS 150u
#define PIPELINED 8u

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

/* As many works as one connection may ask for, which wait at the gate. */
static void fill(struct http_peer *client, unsigned address) {
    http_peer_dial(client, ports.http);
    for (uint32_t k = 0; k < CONN_PIPELINE_MAX; k++) {
        ask_as(client, address, "answer?gate", k);
    }
}

static void expect_filled(struct http_peer *client) {
    for (uint32_t k = 0; k < CONN_PIPELINE_MAX; k++) {
        expect(client, 200, k);
    }
    http_peer_close(client);
}

static void expect_busy(unsigned address) {
    struct http_peer client;
    http_peer_dial(&client, ports.http);
    ask_as(&client, address, "answer", 1);
    expect(&client, 503, 0);
    http_peer_close(&client);
}

static void prove(unsigned address) {
    struct http_peer client;
    http_peer_dial(&client, ports.http);
    ask_as(&client, address, "proved", 1);
    expect(&client, 200, 1);
    http_peer_close(&client);
}

/* Strangers fill their part, then those who are known the rest. */
static void too_many_are_busy(void) {
    enum {
        STRANGERS = (int)(CLIENT_STRANGERS_WORKS / CONN_PIPELINE_MAX),
        FILLERS = (int)(HEAVY_JOBS_MAX / CONN_PIPELINE_MAX),
        EACH = (int)(CLIENT_KNOWN_WORKS / CONN_PIPELINE_MAX),
    };
    static struct http_peer clients[FILLERS];
    prove(101);
    prove(102);
    prove(103);
    wait_used(0);
    atomic_store(&gate_closed, true);
    fill(&clients[0], 11);
    wait_used(CONN_PIPELINE_MAX);
    expect_busy(11);
    for (unsigned i = 1; i < STRANGERS; i++) {
        fill(&clients[i], 11 + i);
    }
    wait_used(CLIENT_STRANGERS_WORKS);
    expect_busy(50);
    for (unsigned i = STRANGERS; i < STRANGERS + EACH; i++) {
        fill(&clients[i], 101);
    }
    wait_used(CLIENT_STRANGERS_WORKS + CLIENT_KNOWN_WORKS);
    expect_busy(101);
    for (unsigned i = STRANGERS + EACH; i < FILLERS; i++) {
        fill(&clients[i], 102);
    }
    wait_used(HEAVY_JOBS_MAX);
    expect_busy(103);
    atomic_store(&gate_closed, false);
    for (uint32_t i = 0; i < FILLERS; i++) {
        expect_filled(&clients[i]);
    }
    wait_used(0);
}

static void a_peer_that_leaves_is_forgotten(void) {
    struct http_peer early, late;
    atomic_store(&gate_closed, true);
    atomic_store(&mode, WAIT);
    http_peer_dial(&early, ports.http);
    http_peer_dial(&late, ports.http);
    ask_as(&late, 2, "ledger", 1);
    for (uint64_t commands = 0; commands == 0; (void)usleep(1000)) {
        commands = ring_used(&bridge.lanes[0].calls);
    }
    for (uint64_t i = 1; i <= 64; i++) { /* more than there are workers */
        ask(&early, "ledger?gate", i);
    }
    wait_used(65);
    uint32_t workers = crew.count;
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
    rig_start();
    answers_find_their_requests();
    a_ledger_that_fails_or_is_late_is_unknown();
    too_many_are_busy();
    a_peer_that_leaves_is_forgotten();
    the_client_is_named();
    a_body_too_large_is_not_waited_for();
    a_stop_answers_what_is_under_way();
    rig_stop();
    (void)puts("heavy_race: all as it should be");
    return 0;
}
