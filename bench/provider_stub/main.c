/* provider_stub - a stand-in provider of the OSMP dialect: libuv and llhttp, one thread, one
 * request at a time on each connection. README.md says which account does what. */
#include <arpa/inet.h>
#include <getopt.h>
#include <llhttp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <uv.h>

#include "bench/provider_stub/payments.h"

#define BACKLOG 8192    /* of the bench's 5,000 at once; the system may take fewer */
#define IN_BYTES 16384u /* a request's */
#define URL_MAX 2048u
#define OUT_MAX 2048u
#define VALUE_MAX 256u
#define SLOW_MS 5000u
#define UNFINISHED                                                                                 \
    2u /* answers 90 before a payment of an account 03 is done, and garbage of a 04 */

struct peer {
    uv_tcp_t tcp;
    uv_timer_t timer; /* a late answer */
    uv_write_t write;
    int open; /* handles */
    llhttp_t parser;
    bool whole; /* the request is */
    char url[URL_MAX];
    size_t url_size;
    char in[IN_BYTES];
    char out[OUT_MAX];
    size_t out_size; /* 0: close instead */
    bool asked;      /* whole, and not answered yet */
};

static uint64_t delay_ms;
static uint64_t in_flight, in_flight_max; /* requests asked and not answered */

/* ---- What is answered ---------------------------------------------------------------------- */

/* The value of a parameter; what is percent-encoded stays so. */
static void parameter(const char *url, const char *name, char value[VALUE_MAX]) {
    size_t size = strlen(name);
    value[0] = '\0';
    for (const char *at = strchr(url, '?'); at != NULL; at = strchr(at, '&')) {
        at++;
        if (strncmp(at, name, size) != 0 || at[size] != '=')
            continue;
        at += size + 1;
        size_t length = strcspn(at, "&");
        length = length < VALUE_MAX - 1 ? length : VALUE_MAX - 1;
        memcpy(value, at, length);
        value[length] = '\0';
        return;
    }
}

static void answer(struct peer *peer, const char *status, const char *body) {
    int size = snprintf(peer->out, OUT_MAX,
                        "HTTP/1.1 %s\r\nContent-Type: text/xml; charset=utf-8\r\n"
                        "Content-Length: %zu\r\n\r\n%s",
                        status, strlen(body), body);
    peer->out_size = size > 0 && (size_t)size < OUT_MAX ? (size_t)size : 0;
}

static void answer_code(struct peer *peer, const char *id, const char *sum, int code,
                        uint64_t number) {
    char body[OUT_MAX / 2], provider_id[48] = "";
    if (number > 0)
        (void)snprintf(provider_id, sizeof(provider_id), "<prv_txn>stub-%llu</prv_txn>",
                       (unsigned long long)number);
    (void)snprintf(body, sizeof(body),
                   "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<response><osmp_txn_id>%.40s"
                   "</osmp_txn_id>%s<sum>%.20s</sum><result>%d</result></response>",
                   id, provider_id, sum, code);
    answer(peer, "200 OK", body);
}

/* A check tells of a flat, whoever asks. */
static void answer_check(struct peer *peer, const char *id, const char *sum) {
    char body[OUT_MAX - 128];
    (void)snprintf(body, sizeof(body),
                   "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<response><osmp_txn_id>%.40s"
                   "</osmp_txn_id><sum>%.20s</sum><result>0</result><fields>"
                   "<field1 name=\"owner\" type=\"disp\">\xD0\xA1\xD0\xB5\xD0\xB9\xD1\x82\xD0\xBE"
                   "\xD0\xB2\xD0\xB0 \xD0\x90.</field1>"
                   "<field2 name=\"address\" type=\"disp\">Abay 1-7</field2>"
                   "<field3 name=\"debt\" type=\"disp\">1500.50</field3>"
                   "<field4 name=\"date\" type=\"disp\">2026-11-01</field4>"
                   "<field5 name=\"charged\" type=\"disp\">700.00</field5>"
                   "<field6 name=\"paid\" type=\"disp\">200.00</field6>"
                   "<field7 name=\"due\" type=\"disp\">2000.50</field7></fields></response>",
                   id, sum);
    answer(peer, "200 OK", body);
}

static void answer_pay(struct peer *peer, int account, const char *id, const char *sum) {
    uint64_t number = 0;
    uint32_t asked = payments_ask(id, &number);
    if (account == 3 && asked <= UNFINISHED)
        answer_code(peer, id, sum, 90, number);
    else if (account == 4 && asked <= UNFINISHED)
        answer(peer, "200 OK", "<html><body>maintenance</body></html>");
    else if (account == 5 && asked == 1)
        peer->out_size = 0;
    else if (account == 6 && asked == 1)
        answer(peer, "500 Internal Server Error", "oops");
    else
        answer_code(peer, id, sum, 0, number);
}

/* The last two digits. */
static int kind_of(const char *account) {
    size_t size = strlen(account);
    const char *end = size < 2 ? "00" : account + size - 2;
    bool digits = end[0] >= '0' && end[0] <= '9' && end[1] >= '0' && end[1] <= '9';
    return digits ? (end[0] - '0') * 10 + end[1] - '0' : 0;
}

/* What this process has seen, as "name number" lines. */
static void answer_stats(struct peer *peer) {
    char body[OUT_MAX / 2];
    uint64_t asked = 0, paid = payments_count(&asked);
    (void)snprintf(body, sizeof(body), "paid %llu\nasked %llu\nin_flight_max %llu\n",
                   (unsigned long long)paid, (unsigned long long)asked,
                   (unsigned long long)in_flight_max);
    answer(peer, "200 OK", body);
}

/* A shop is told of a payment: all is well. */
static void answer_shop(struct peer *peer, const char *id) {
    uint64_t number = 0;
    (void)payments_ask(id, &number);
    answer(peer, "200 OK",
           "<WebShopCustomerResponse xmlns=\"http://allpay.kz/xsd/1.0.0/"
           "WebShopCustomerResponse.xsd\"><Status>DONE</Status><Reason></Reason>"
           "</WebShopCustomerResponse>");
}

/* Makes the answer; returns after how many ms it is sent. */
static uint64_t make_answer(struct peer *peer) {
    char command[VALUE_MAX], id[VALUE_MAX], account[VALUE_MAX], sum[VALUE_MAX];
    if (strcmp(peer->url, "/stats") == 0) {
        answer_stats(peer);
        return 0;
    }
    parameter(peer->url, "command", command);
    parameter(peer->url, "txn_id", id);
    parameter(peer->url, "account", account);
    parameter(peer->url, "sum", sum);
    int kind = kind_of(account);
    if (kind == 1)
        answer_code(peer, id, sum, 5, 0);
    else if (strcmp(command, "check") == 0)
        answer_check(peer, id, sum);
    else if (strcmp(command, "pay") == 0)
        answer_pay(peer, kind, id, sum);
    else if (strcmp(command, "shop") == 0)
        answer_shop(peer, id);
    else
        answer_code(peer, id, sum, 300, 0);
    return kind == 2 ? SLOW_MS : delay_ms;
}

/* ---- Connections --------------------------------------------------------------------------- */

static void on_close(uv_handle_t *handle) {
    struct peer *peer = handle->data;
    if (--peer->open == 0)
        free(peer);
}

/* The request begins, or ends, to be one that waits for its answer. */
static void set_asked(struct peer *peer, bool asked) {
    if (peer->asked != asked)
        in_flight += asked ? 1 : (uint64_t)-1;
    if (in_flight > in_flight_max)
        in_flight_max = in_flight;
    peer->asked = asked;
}

static void peer_close(struct peer *peer) {
    set_asked(peer, false);
    if (!uv_is_closing((uv_handle_t *)&peer->tcp)) {
        uv_close((uv_handle_t *)&peer->tcp, on_close);
        uv_close((uv_handle_t *)&peer->timer, on_close);
    }
}

static void on_written(uv_write_t *write, int status) {
    if (status < 0)
        peer_close(write->data);
}

static void send_answer(uv_timer_t *timer) {
    struct peer *peer = timer->data;
    set_asked(peer, false);
    if (peer->out_size == 0) {
        peer_close(peer);
        return;
    }
    uv_buf_t buf = uv_buf_init(peer->out, (unsigned)peer->out_size);
    peer->write.data = peer;
    if (uv_write(&peer->write, (uv_stream_t *)&peer->tcp, &buf, 1, on_written) < 0)
        peer_close(peer);
}

static int on_url(llhttp_t *parser, const char *at, size_t size) {
    struct peer *peer = parser->data;
    if (peer->url_size + size >= URL_MAX)
        return -1;
    memcpy(peer->url + peer->url_size, at, size);
    peer->url_size += size;
    peer->url[peer->url_size] = '\0';
    return 0;
}

static int on_complete(llhttp_t *parser) {
    struct peer *peer = parser->data;
    peer->whole = true;
    return 0;
}

static const llhttp_settings_t settings = {.on_url = on_url, .on_message_complete = on_complete};

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf) {
    struct peer *peer = handle->data;
    (void)suggested;
    *buf = uv_buf_init(peer->in, IN_BYTES);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf) {
    struct peer *peer = stream->data;
    if (count < 0 || llhttp_execute(&peer->parser, buf->base, (size_t)count) != HPE_OK) {
        peer_close(peer);
        return;
    }
    if (!peer->whole)
        return;
    uint64_t after = make_answer(peer);
    peer->whole = false;
    peer->url_size = 0;
    set_asked(peer, true);
    if (after == 0)
        send_answer(&peer->timer);
    else
        uv_timer_start(&peer->timer, send_answer, after, 0);
}

static void on_connection(uv_stream_t *server, int status) {
    struct peer *peer = status < 0 ? NULL : calloc(1, sizeof(*peer));
    if (peer == NULL)
        return;
    uv_tcp_init(server->loop, &peer->tcp);
    uv_timer_init(server->loop, &peer->timer);
    peer->tcp.data = peer->timer.data = peer;
    peer->open = 2;
    llhttp_init(&peer->parser, HTTP_REQUEST, &settings);
    peer->parser.data = peer;
    if (uv_accept(server, (uv_stream_t *)&peer->tcp) < 0 ||
        uv_read_start((uv_stream_t *)&peer->tcp, on_alloc, on_read) < 0)
        peer_close(peer);
    (void)uv_tcp_nodelay(&peer->tcp, 1);
}

/* ---- Start --------------------------------------------------------------------------------- */

static unsigned long number_of(const char *text, unsigned long most) {
    char *end = NULL;
    unsigned long number = strtoul(text, &end, 10);
    if (end == text || *end != '\0' || number > most) {
        fprintf(stderr, "provider_stub: \"%s\" is no number up to %lu\n", text, most);
        exit(2);
    }
    return number;
}

/* Each connection is a file. */
static void raise_file_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int main(int argc, char **argv) {
    static const struct option options[] = {{"port", required_argument, NULL, 'p'},
                                            {"delay-ms", required_argument, NULL, 'd'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    struct sockaddr_in address;
    int port = 0, size = sizeof(address);
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'p') {
            port = (int)number_of(optarg, 65535);
        } else if (option == 'd') {
            delay_ms = number_of(optarg, 3600000);
        } else {
            fputs("usage: provider_stub [--port N] [--delay-ms N]\n",
                  option == 'h' ? stdout : stderr);
            return option == 'h' ? 0 : 2;
        }
    }
    uv_loop_t *loop = uv_default_loop();
    static uv_tcp_t server;
    signal(SIGPIPE, SIG_IGN);
    raise_file_limit();
    uv_ip4_addr("127.0.0.1", port, &address);
    int rc = uv_tcp_init(loop, &server);
    rc = rc < 0 ? rc : uv_tcp_bind(&server, (const struct sockaddr *)&address, 0);
    rc = rc < 0 ? rc : uv_listen((uv_stream_t *)&server, BACKLOG, on_connection);
    rc = rc < 0 ? rc : uv_tcp_getsockname(&server, (struct sockaddr *)&address, &size);
    if (rc < 0) {
        fprintf(stderr, "provider_stub: port %d: %s\n", port, uv_strerror(rc));
        return 1;
    }
    printf("port %u\n", ntohs(address.sin_port));
    fflush(stdout);
    return uv_run(loop, UV_RUN_DEFAULT);
}
