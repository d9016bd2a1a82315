/* test_http_client.c - what comes of requests to servers that answer, and to those that do not. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <unistd.h>

#include "switch/clock.h"
#include "switch/http_client.h"
#include "tests/lib/http_stub.h"

static uv_loop_t loop;
static struct http_client *client;
static struct http_stub stub;
static struct http_target target;

/* What came back, NUL-terminated. */
struct heard {
    uint32_t count, status;
    size_t size;
    char body[8192], why[128];
};

/* Takes the place of libc's for libcurl too: names end where they cannot be looked up quickly. */
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **result) {
    static int (*libc)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    if (node != NULL && strcmp(node, "slow.test") == 0) {
        sleep(3);
        return EAI_AGAIN;
    }
    *(void **)&libc = dlsym(RTLD_NEXT, "getaddrinfo");
    return libc(node, service, hints, result);
}

static void setup(void) {
    cr_assert_eq(http_client_start(), 0);
    cr_assert_eq(uv_loop_init(&loop), 0);
    target.connect_timeout_ms = 1000;
    target.total_timeout_ms = 10000;
    http_stub_start(&stub);
    client = http_client_open(&loop, 8);
    cr_assert_not_null(client);
}

static void teardown(void) {
    http_client_close(client);
    uv_run(&loop, UV_RUN_DEFAULT);
    cr_assert_eq(uv_loop_close(&loop), 0);
}

TestSuite(http_client, .init = setup, .fini = teardown, .timeout = 30);

static void on_answer(void *context, const struct http_ask_answer *answer) {
    struct heard *heard = context;
    heard->count++;
    heard->status = answer->status;
    heard->size = answer->body.size;
    size_t kept =
        answer->body.size < sizeof(heard->body) ? answer->body.size : sizeof(heard->body) - 1;
    memcpy(heard->body, kept == 0 ? "" : answer->body.base, kept);
    heard->body[kept] = '\0';
    snprintf(heard->why, sizeof(heard->why), "%s", answer->why);
}

static void start(struct http_ask *ask, const char *path, struct heard *heard) {
    char url[256];
    snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", (unsigned)stub.port, path);
    struct http_ask_request request = {.method = "GET", .url = url};
    *heard = (struct heard){.count = 0};
    cr_assert_eq(http_ask_start(ask, &request, on_answer, heard), 0);
    cr_assert_eq(heard->count, 0);
}

static void finish(const struct heard *heard) {
    while (heard->count == 0) {
        uv_run(&loop, UV_RUN_ONCE);
    }
    cr_assert_eq(heard->count, 1);
}

static struct heard get(const char *path) {
    struct http_ask *ask = http_ask_open(client, &target);
    struct heard heard;
    cr_assert_not_null(ask);
    start(ask, path, &heard);
    finish(&heard);
    http_ask_close(ask);
    return heard;
}

static void expect_nothing(const char *path) {
    struct heard heard = get(path);
    cr_assert_eq(heard.status, 0, "%s: %u", path, heard.status);
    cr_assert_eq(heard.size, 0);
    cr_assert_neq(heard.why[0], '\0');
}

Test(http_client, brings_the_answer) {
    struct heard heard = get("/echo?a=b%20c");
    cr_assert_eq(heard.status, 200);
    cr_assert_eq(strncmp(heard.body, "GET /echo?a=b%20c HTTP/1.1\r\n", 28), 0, "%s", heard.body);
    cr_assert_null(strstr(heard.body, "Authorization"));
}

Test(http_client, brings_answers_of_any_status) {
    struct heard heard = get("/status/503");
    cr_assert_eq(heard.status, 503);
    cr_assert_str_eq(heard.body, "said");
}

Test(http_client, takes_what_is_not_a_whole_answer_for_none) {
    expect_nothing("/reset");
    expect_nothing("/half");
    expect_nothing("/garbage");
}

Test(http_client, cuts_off_an_answer_that_is_too_long) {
    struct heard heard = get("/huge");
    cr_assert_eq(heard.status, 0);
    cr_assert_str_eq(heard.why, "the answer is too long");
    heard = get("/chunks");
    cr_assert_eq(heard.status, 0);
    cr_assert_str_eq(heard.why, "the answer is too long");
}

Test(http_client, or_brings_its_beginning_where_the_status_is_what_counts) {
    target.cuts_answers = true;
    struct heard heard = get("/huge");
    cr_assert_eq(heard.status, 200);
    cr_assert_eq(heard.size, HTTP_CLIENT_ANSWER_MAX);
    heard = get("/chunks");
    cr_assert_eq(heard.status, 200);
    cr_assert_eq(heard.size, HTTP_CLIENT_ANSWER_MAX);
    heard = get("/echo");
    cr_assert_lt(heard.size, HTTP_CLIENT_ANSWER_MAX);
}

Test(http_client, does_not_follow_redirects) {
    struct heard heard = get("/redirect");
    cr_assert_eq(heard.status, 302);
    cr_assert_eq(stub.requests, 1);
}

Test(http_client, waits_no_longer_than_told) {
    target.total_timeout_ms = 200;
    uint64_t begin_ns = clock_monotonic_ns();
    expect_nothing("/slow");
    expect_nothing("/drip");
    cr_assert_lt(clock_monotonic_ns() - begin_ns, 2000000000u);
}

Test(http_client, takes_a_request_s_own_shorter_time) {
    struct http_ask *ask = http_ask_open(client, &target);
    struct heard heard = {.count = 0};
    char url[64];
    snprintf(url, sizeof(url), "http://127.0.0.1:%u/slow", (unsigned)stub.port);
    struct http_ask_request request = {.method = "GET", .url = url, .timeout_ms = 100};
    uint64_t begin_ns = clock_monotonic_ns();
    cr_assert_eq(http_ask_start(ask, &request, on_answer, &heard), 0);
    finish(&heard);
    cr_assert_eq(heard.status, 0);
    cr_assert_lt(clock_monotonic_ns() - begin_ns, 1000000000u);
    http_ask_close(ask);
}

Test(http_client, says_that_nobody_listens) {
    struct http_ask *ask = http_ask_open(client, &target);
    struct heard heard = {.count = 0};
    struct http_ask_request request = {.method = "GET", .url = "http://127.0.0.1:1/"};
    cr_assert_eq(http_ask_start(ask, &request, on_answer, &heard), 0);
    finish(&heard);
    cr_assert_eq(heard.status, 0);
    http_ask_close(ask);
}

static void expect_refused_url(const char *url) {
    struct http_ask *ask = http_ask_open(client, &target);
    struct heard heard = {.count = 0};
    struct http_ask_request request = {.method = "GET", .url = url};
    if (http_ask_start(ask, &request, on_answer, &heard) == 0) {
        finish(&heard);
        cr_assert_eq(heard.status, 0, "%s", url);
        cr_assert_eq(heard.size, 0, "%s: %s", url, heard.body);
        cr_assert_neq(heard.why[0], '\0', "%s", url);
    }
    http_ask_close(ask);
}

/* Somebody listens there, and would answer. */
static void expect_refused(const char *before) {
    char url[64];
    snprintf(url, sizeof(url), "%s127.0.0.1:%u/echo", before, (unsigned)stub.port);
    expect_refused_url(url);
    cr_assert_eq(stub.connections, 0, "%s", url);
}

Test(http_client, knows_http_only) {
    expect_refused_url("file:///etc/passwd");
    expect_refused_url("no url at all");
    expect_refused("ftp://");
    expect_refused("gopher://");
    expect_refused("telnet://");
    expect_refused("http://user:password@");
    expect_refused("http://user@");
}

Test(http_client, keeps_connections) {
    struct http_ask *ask = http_ask_open(client, &target);
    struct heard heard;
    for (int i = 0; i < 5; i++) {
        start(ask, "/echo", &heard);
        finish(&heard);
        cr_assert_eq(heard.status, 200);
    }
    http_ask_close(ask);
    cr_assert_eq(get("/echo").status, 200);
    cr_assert_eq(stub.requests, 6);
    cr_assert_eq(stub.connections, 1);
}

Test(http_client, keeps_no_more_connections_than_asks) {
    enum { ASKS = 20 };
    struct http_ask *asks[ASKS];
    struct heard heard[ASKS];
    for (int i = 0; i < ASKS; i++) {
        asks[i] = http_ask_open(client, &target);
        start(asks[i], "/echo", &heard[i]);
    }
    for (int i = 0; i < ASKS; i++) {
        finish(&heard[i]);
        cr_assert_eq(heard[i].status, 200);
        http_ask_close(asks[i]);
    }
    for (int i = 0; i < 1000 && stub.open > 8; i++) {
        usleep(1000);
    }
    cr_assert_leq(stub.open, 8);
}

Test(http_client, sends_a_body_and_what_authenticates_it) {
    static const char *const headers[] = {"X-Api-Key: secret", NULL};
    target.headers = headers;
    target.basic_auth = "user:password";
    struct http_ask *ask = http_ask_open(client, &target);
    struct heard heard = {.count = 0};
    char url[64];
    snprintf(url, sizeof(url), "http://127.0.0.1:%u/echo", (unsigned)stub.port);
    struct http_ask_request request = {
        .method = "POST", .url = url, .content_type = "text/xml", .body = SLICE("<a/>")};
    cr_assert_eq(http_ask_start(ask, &request, on_answer, &heard), 0);
    finish(&heard);
    cr_assert_eq(heard.status, 200);
    cr_assert_eq(strncmp(heard.body, "POST /echo HTTP/1.1\r\n", 21), 0, "%s", heard.body);
    cr_assert_not_null(strstr(heard.body, "\r\nX-Api-Key: secret\r\n"));
    cr_assert_not_null(strstr(heard.body, "\r\nAuthorization: Basic dXNlcjpwYXNzd29yZA==\r\n"));
    cr_assert_not_null(strstr(heard.body, "\r\nContent-Type: text/xml\r\n"));
    cr_assert_null(strstr(heard.body, "Expect:"));
    cr_assert_str_eq(strstr(heard.body, "\r\n\r\n"), "\r\n\r\n<a/>");
    request.method = "GET"; /* the next one has none of the last one's */
    heard = (struct heard){.count = 0};
    cr_assert_eq(http_ask_start(ask, &request, on_answer, &heard), 0);
    finish(&heard);
    cr_assert_eq(strncmp(heard.body, "GET /echo HTTP/1.1\r\n", 20), 0, "%s", heard.body);
    cr_assert_null(strstr(heard.body, "Content-"));
    cr_assert_str_eq(strstr(heard.body, "\r\n\r\n"), "\r\n\r\n");
    http_ask_close(ask);
}

Test(http_client, forgets_cookies) {
    cr_assert_eq(get("/cookie").status, 200);
    cr_assert_null(strstr(get("/echo").body, "Cookie"));
}

Test(http_client, asks_no_proxy) {
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("all_proxy", "http://127.0.0.1:1", 1);
    cr_assert_eq(get("/echo").status, 200);
}

Test(http_client, ends_a_request_that_nobody_waits_for) {
    struct http_ask *ask = http_ask_open(client, &target);
    struct heard heard;
    start(ask, "/slow", &heard);
    for (int i = 0; i < 1000 && stub.requests == 0; i++) {
        uv_run(&loop, UV_RUN_NOWAIT);
        usleep(1000);
    }
    cr_assert_eq(stub.requests, 1);
    http_ask_close(ask);
    cr_assert_eq(heard.count, 0);
}

Test(http_client, resolves_names_beside_the_loop) {
    struct http_ask *slow = http_ask_open(client, &target);
    struct heard late = {.count = 0};
    struct http_ask_request request = {.method = "GET", .url = "http://slow.test/"};
    target.connect_timeout_ms = 1000;
    http_ask_close(slow);
    slow = http_ask_open(client, &target);
    uint64_t begin_ns = clock_monotonic_ns();
    cr_assert_eq(http_ask_start(slow, &request, on_answer, &late), 0);
    cr_assert_eq(get("/echo").status, 200);
    cr_assert_eq(late.count, 0);
    cr_assert_lt(clock_monotonic_ns() - begin_ns, 900000000u);
    finish(&late);
    cr_assert_eq(late.status, 0);
    http_ask_close(slow);
    cr_assert_lt(clock_monotonic_ns() - begin_ns, 2500000000u); /* nothing waited for the thread */
}

Test(http_client, gives_up_a_connection_that_is_not_taken) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof(address);
    int fds[8], fd = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    cr_assert_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    cr_assert_eq(listen(fd, 0), 0);
    cr_assert_eq(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    for (int i = 0; i < 8; i++) { /* its queue is full then, and the next one hears nothing */
        fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)connect(fds[i], (struct sockaddr *)&address, sizeof(address));
    }
    target.connect_timeout_ms = 300;
    struct http_ask *ask = http_ask_open(client, &target);
    struct heard heard = {.count = 0};
    char url[64];
    snprintf(url, sizeof(url), "http://127.0.0.1:%u/", (unsigned)ntohs(address.sin_port));
    struct http_ask_request request = {.method = "GET", .url = url};
    uint64_t begin_ns = clock_monotonic_ns();
    cr_assert_eq(http_ask_start(ask, &request, on_answer, &heard), 0);
    finish(&heard);
    cr_assert_eq(heard.status, 0);
    cr_assert_gt(clock_monotonic_ns() - begin_ns, 250000000u);
    cr_assert_lt(clock_monotonic_ns() - begin_ns, 2000000000u); /* long before the total time */
    http_ask_close(ask);
    for (int i = 0; i < 8; i++) {
        close(fds[i]);
    }
    close(fd);
}

/* ---- Whom it may connect to ---- */

static void ask_guarded(const struct networks *allow, const char *url, struct heard *heard) {
    struct http_target guarded = {
        .connect_timeout_ms = 1000, .total_timeout_ms = 10000, .public_only = true, .allow = allow};
    struct http_ask *ask = http_ask_open(client, &guarded);
    cr_assert_not_null(ask);
    struct http_ask_request request = {.method = "POST", .url = url, .content_type = "text/plain"};
    *heard = (struct heard){.count = 0};
    cr_assert_eq(http_ask_start(ask, &request, on_answer, heard), 0);
    uv_run(&loop, UV_RUN_DEFAULT);
    cr_assert_eq(heard->count, 1);
    http_ask_close(ask);
}

Test(http_client, a_guarded_target_is_not_connected_to_inside_whatever_its_name) {
    static const char *const hosts[] = {"127.0.0.1",          "localhost", "[::1]",
                                        "[::ffff:127.0.0.1]", "0.0.0.0",   "10.1.2.3",
                                        "169.254.169.254"};
    struct heard heard;
    char url[128];
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        snprintf(url, sizeof(url), "http://%s:%u/", hosts[i], (unsigned)stub.port);
        ask_guarded(NULL, url, &heard);
        cr_expect_eq(heard.status, 0);
        cr_expect_not_null(strstr(heard.why, "not a public one"), "%s: %s", url, heard.why);
    }
}

Test(http_client, but_where_the_operator_allows_it) {
    struct networks allow;
    struct heard heard;
    char url[128];
    cr_assert(networks_parse(SLICE("127.0.0.0/8"), &allow));
    snprintf(url, sizeof(url), "http://127.0.0.1:%u/", (unsigned)stub.port);
    ask_guarded(&allow, url, &heard);
    cr_expect_eq(heard.status, 200, "%s", heard.why);
}
